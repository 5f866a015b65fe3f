//! Which shards of an archive a database holds, and which it lacks.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::store::Reader;
use super::{ArchiveError, Shard};

/// The shards that databases hold, by how many the archive was split into.
///
/// They are told by their numbers alone, since an archive may be mounted elsewhere on every machine: shards of two archives that
/// were split into as many are not told apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts(BTreeMap<u64, BTreeMap<u64, bool>>);

/// What is there of an archive that was split, as numbers of shards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// How many shards there are.
    pub of: u64,
    /// Those whose latest run was finished.
    pub finished: Vec<RangeInclusive<u64>>,
    /// Those whose latest run was not.
    pub unfinished: Vec<RangeInclusive<u64>>,
    /// Those that no run worked on.
    pub missing: Vec<RangeInclusive<u64>>,
}

impl Parts {
    /// Those of a database, split as for its latest run: what was tried before counts no more. None if that was over the whole archive.
    ///
    /// # Errors
    /// [`ArchiveError`] if the database cannot be read.
    pub fn of(reader: &Reader) -> Result<Self, ArchiveError> {
        // Of several runs of a shard the row is the latest one's.
        let sql = "SELECT shard, outcome IS 'finished', max(updated_at) AS latest FROM runs GROUP BY shard
            ORDER BY latest DESC";
        let runs: Vec<(String, bool)> = reader.ask(|db| {
            let mut statement = db.prepare(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })?;
        let mut parts = Self::default();
        let mut latest = None;
        for (shard, is_finished) in runs {
            let shard: Shard = shard.parse()?;
            if shard.of() == *latest.get_or_insert(shard.of()) && shard != Shard::default() {
                parts.put(shard, is_finished);
            }
        }
        Ok(parts)
    }

    fn put(&mut self, shard: Shard, is_finished: bool) {
        let numbers = self.0.entry(shard.of()).or_default();
        *numbers.entry(shard.number()).or_default() |= is_finished;
    }

    /// Takes those of another database.
    pub(super) fn add(&mut self, other: Self) {
        for (of, numbers) in other.0 {
            let own = self.0.entry(of).or_default();
            for (number, is_finished) in numbers {
                *own.entry(number).or_default() |= is_finished;
            }
        }
    }

    /// What is there of each archive that was split.
    pub fn splits(&self) -> impl Iterator<Item = Split> + '_ {
        self.0.iter().map(|(of, numbers)| {
            let those = |wanted: bool| {
                let numbers = numbers.iter().filter(move |(_, is)| **is == wanted);
                ranges(numbers.map(|(number, _)| *number))
            };
            Split {
                of: *of,
                finished: those(true),
                unfinished: those(false),
                missing: gaps(numbers.keys().copied(), *of),
            }
        })
    }
}

impl Split {
    /// Whether all of the archive is there.
    pub fn is_whole(&self) -> bool {
        self.unfinished.is_empty() && self.missing.is_empty()
    }

    /// `missing: 2/3; not finished: 3/3`; empty if all of it is there.
    pub fn lacking(&self) -> String {
        let told = [
            ("missing", &self.missing),
            ("not finished", &self.unfinished),
        ];
        let told = told.into_iter().filter(|(_, numbers)| !numbers.is_empty());
        let told = told.map(|(what, numbers)| format!("{what}: {}", self.named(numbers)));
        told.collect::<Vec<_>>().join("; ")
    }

    /// `1/8, 3/8 to 5/8`.
    pub fn named(&self, numbers: &[RangeInclusive<u64>]) -> String {
        let of = self.of;
        let names = numbers
            .iter()
            .map(|range| match range.start() == range.end() {
                true => format!("{}/{of}", range.start()),
                false => format!("{}/{of} to {}/{of}", range.start(), range.end()),
            });
        names.collect::<Vec<_>>().join(", ")
    }
}

/// Ascending numbers, neighbours joined.
fn ranges(numbers: impl Iterator<Item = u64>) -> Vec<RangeInclusive<u64>> {
    let mut ranges: Vec<RangeInclusive<u64>> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some(last) if *last.end() + 1 == number => *last = *last.start()..=number,
            _ => ranges.push(number..=number),
        }
    }
    ranges
}

/// What ascending numbers leave out of 1 to `last`.
fn gaps(numbers: impl Iterator<Item = u64>, last: u64) -> Vec<RangeInclusive<u64>> {
    let mut gaps = Vec::new();
    let mut before = 0;
    for number in numbers {
        if number > before + 1 {
            gaps.push(before + 1..=number - 1);
        }
        before = number;
    }
    if before < last {
        gaps.push(before + 1..=last);
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_in_ranges_however_many_shards_there_are() {
        let mut parts = Parts::default();
        for (shard, is_finished) in [("2/9", true), ("3/9", true), ("7/9", false)] {
            parts.put(shard.parse().unwrap(), is_finished);
        }
        let mut other = Parts::default();
        other.put("7/9".parse().unwrap(), false);
        other.put("1/18446744073709551615".parse().unwrap(), true);
        parts.add(other);
        let splits: Vec<Split> = parts.splits().collect();
        let split = &splits[0];
        assert_eq!(split.named(&split.finished), "2/9 to 3/9");
        assert_eq!(split.named(&split.unfinished), "7/9");
        assert_eq!(split.named(&split.missing), "1/9, 4/9 to 6/9, 8/9 to 9/9");
        assert_eq!(splits[1].missing, [2..=u64::MAX]);
        let mut whole = Parts::default();
        whole.put("2/2".parse().unwrap(), true);
        assert!(whole.splits().all(|split| !split.is_whole()));
        whole.put("1/2".parse().unwrap(), true);
        assert!(whole.splits().all(|split| split.is_whole()));
    }
}
