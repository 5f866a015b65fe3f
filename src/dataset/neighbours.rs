//! Clips that were cut one after the other from one long recording, put together again.
//!
//! Some collections cut videos into numbered clips of two seconds. A clip's neighbours hold the
//! same drone in the same minute: they belong into one source group, and joined they are the long
//! recordings that false alarms per hour are counted on. A counter alone proves nothing
//! (`bus1.wav`, `bus2.wav` may be two buses), so the manifest has to say so.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Continuity, Recording};

/// The words in a recording's note that make its number mean its place in a longer recording.
pub const NEIGHBOURS_NOTE: &str = "neighbours in number come from one video";

/// Lists runs of recordings whose numbers follow each other, in the order of their numbers.
///
/// Two recordings are neighbours where the notes of both contain [`NEIGHBOURS_NOTE`] and folder,
/// name before the trailing number, extension, label and source are the same and the number is
/// one higher. Every recording is in exactly one run, most in a run of their own; runs are ordered
/// by their first recordings' places in the list.
pub fn join_neighbours(recordings: &[Recording]) -> Vec<Vec<usize>> {
    let mut series: BTreeMap<Series, BTreeMap<u64, usize>> = BTreeMap::new();
    let mut runs = Vec::new();
    for (place, recording) in recordings.iter().enumerate() {
        match Series::of(recording) {
            Some((key, number)) => {
                // A number that is there already (7 and 007) stays alone.
                let taken = series.entry(key).or_default();
                if let Some(earlier) = taken.insert(number, place) {
                    runs.push(vec![earlier]);
                }
            }
            None => runs.push(vec![place]),
        }
    }
    for numbered in series.into_values() {
        let mut last = None;
        for (number, place) in numbered {
            match runs.last_mut() {
                Some(run) if last.is_some_and(|last| last + 1 == number) => run.push(place),
                _ => runs.push(vec![place]),
            }
            last = Some(number);
        }
    }
    runs.sort_by_key(|run| run.iter().copied().min());
    runs
}

/// Cuts a run wherever a clip does not continue the one before it: where a new video begins, or a
/// side is silent. `sound` gives each recording's samples (16 kHz mono).
pub fn split_at_breaks<'a>(run: &[usize], sound: impl Fn(usize) -> &'a [f32]) -> Vec<Vec<usize>> {
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for &place in run {
        match parts.last_mut() {
            Some(part)
                if part
                    .last()
                    .is_some_and(|&last| goes_on(sound(last), sound(place))) =>
            {
                part.push(place);
            }
            _ => parts.push(vec![place]),
        }
    }
    parts
}

/// Makes every part a source group, named after its first recording, in place of the groups that
/// the list gives: those were cut by number where the videos were not.
///
/// Give the parts of runs of two or more recordings only; others' groups are as the list says.
pub fn regroup(recordings: &mut [Recording], parts: &[Vec<usize>]) {
    for part in parts {
        let Some(&first) = part.first() else { continue };
        let name = format!("{} and on", recordings[first].path.display());
        for &place in part {
            recordings[place].group.clone_from(&name);
        }
    }
}

fn goes_on(before: &[f32], after: &[f32]) -> bool {
    Continuity::between(before, after).is_some_and(|join| !join.is_break())
}

/// What recordings of one numbered series have in common.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    stem: PathBuf,
    extension: Option<std::ffi::OsString>,
    label: String,
    source: String,
}

impl Series {
    /// The series of a recording, and its number there.
    fn of(recording: &Recording) -> Option<(Self, u64)> {
        if !recording.note.contains(NEIGHBOURS_NOTE) {
            return None;
        }
        let name = recording.path.file_stem()?.to_str()?;
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = name[stem.len()..].parse().ok()?;
        let series = Self {
            stem: recording.path.with_file_name(stem),
            extension: recording.path.extension().map(ToOwned::to_owned),
            label: recording.label.clone(),
            source: recording.source.clone(),
        };
        Some((series, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(path: &str, label: &str, note: &str) -> Recording {
        Recording {
            path: path.into(),
            label: label.into(),
            phase: None,
            is_not: false,
            range: None,
            group: path.into(),
            source: "s".into(),
            note: note.into(),
        }
    }

    #[test]
    fn numbers_that_follow_each_other_make_a_run_in_their_order() {
        let note = "heavy; neighbours in number come from one video";
        let list = [
            clip("y/heavy_010.flac", "multirotor", note),
            clip("y/heavy_009.flac", "multirotor", note),
            clip("y/heavy_012.flac", "multirotor", note),
            clip("y/light_011.flac", "multirotor", note),
            clip("y/heavy_011.flac", "background", note),
            clip("z/heavy_011.flac", "multirotor", note),
            clip("y/heavy_13.flac", "multirotor", note),
        ];
        let runs = join_neighbours(&list);
        assert_eq!(runs, [vec![1, 0], vec![2, 6], vec![3], vec![4], vec![5]]);
    }

    #[test]
    fn parts_become_groups_and_the_rest_keep_theirs() {
        let mut list: Vec<Recording> = ["a_1", "a_2", "a_3", "b"]
            .iter()
            .map(|path| clip(path, "siren", ""))
            .collect();
        regroup(&mut list, &[vec![0, 1], vec![2]]);
        assert_eq!(list[0].group, list[1].group);
        assert_ne!(list[1].group, list[2].group);
        assert_eq!(list[3].group, "b");
    }

    #[test]
    fn a_counter_without_the_note_joins_nothing() {
        let list = [
            clip("bus1.flac", "engine", "bus"),
            clip("bus2.flac", "engine", "bus"),
        ];
        assert_eq!(join_neighbours(&list), [vec![0], vec![1]]);
    }

    #[test]
    fn the_same_number_twice_keeps_every_recording_once() {
        let list = [
            clip("a_7.flac", "siren", NEIGHBOURS_NOTE),
            clip("a_007.flac", "siren", NEIGHBOURS_NOTE),
            clip("a_8.flac", "siren", NEIGHBOURS_NOTE),
            clip("a_99999999999999999999999.flac", "siren", NEIGHBOURS_NOTE),
        ];
        let mut places: Vec<usize> = join_neighbours(&list).concat();
        places.sort_unstable();
        assert_eq!(places, [0, 1, 2, 3]);
    }

    #[test]
    fn runs_are_cut_where_the_sound_does_not_go_on() {
        let wave = |hz: f32, from: usize| -> Vec<f32> {
            (from..from + 32_000)
                .map(|n| 0.3 * (std::f32::consts::TAU * hz * n as f32 / 16_000.0).sin())
                .collect()
        };
        let sounds = [
            wave(200.0, 0),
            wave(200.0, 32_000),
            wave(3000.0, 0),
            vec![0.0; 32_000],
        ];
        let parts = split_at_breaks(&[0, 1, 2, 3], |place| &sounds[place]);
        assert_eq!(parts, [vec![0, 1], vec![2], vec![3]]);
    }
}
