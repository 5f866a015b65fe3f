//! Recordings of one session, by what their files say of when and with what they were made.
//!
//! Programs that cut a recording into pieces copy the time at which it was made, and a device that records twice in a few
//! minutes mostly stands at one place. What a file says can be set at will, so this is a guess for a person to confirm.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::guess::Guess;
use super::Recording;
use crate::audio::metadata::time::days;
use crate::audio::{metadata, Metadata, Source};

/// Recordings of one device are one session if no more than this lies between the times at which they were made, s.
const SESSION_S: i64 = 600;
/// Times before 1990 are what clocks and programs write that know none.
const EARLIEST: i64 = 631_152_000;

/// When and with what a file says that it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Seconds since 1970.
    pub at: i64,
    /// Maker and model of the device; empty where the file does not say.
    pub device: String,
}

/// What each file says; `None` where it says nothing that can be used, or cannot be read.
pub fn made(recordings: &[Recording]) -> Vec<Option<Made>> {
    let mut read: HashMap<&Path, Option<Made>> = HashMap::new();
    let each = recordings.iter().map(|r| {
        let of_file = read.entry(&r.path).or_insert_with(|| {
            let said = metadata(&Source::Path(r.path.clone())).ok()?;
            of(&said)
        });
        of_file.clone()
    });
    each.collect()
}

fn of(said: &Metadata) -> Option<Made> {
    let at = said.values("created").find_map(seconds)?;
    let words = ["make", "model"].map(|key| said.values(key).next().unwrap_or(""));
    Some(Made {
        at,
        device: words.join(" ").trim().to_lowercase(),
    })
}

/// Seconds since 1970 of a time such as `2020-10-03T18:30:45Z`, with any signs between the numbers; fractions and zones are left
/// aside: files of one device are written alike.
fn seconds(text: &str) -> Option<i64> {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|n| !n.is_empty())
        .map(|n| n.parse::<i64>().ok());
    let mut next = || numbers.next().flatten();
    let (year, month, day) = (next()?, next()?, next()?);
    let (hour, minute, second) = (next()?, next()?, next()?);
    let in_range = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second)
        && (1970..=2099).contains(&year);
    // Numbers that are no date may be of any size.
    if !in_range {
        return None;
    }
    let at = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    (at >= EARLIEST).then_some(at)
}

/// Recordings that look like one session.
pub(super) fn by_making(recordings: &[Recording], made: &[Option<Made>]) -> Vec<Guess> {
    let mut guesses = Vec::new();
    let mut of_instant: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    let mut of_device: BTreeMap<&str, Vec<(i64, usize)>> = BTreeMap::new();
    for (place, said) in made.iter().enumerate() {
        let Some(said) = said else { continue };
        of_instant.entry(said.at).or_default().push(place);
        if !said.device.is_empty() {
            let own = of_device.entry(&said.device).or_default();
            own.push((said.at, place));
        }
    }
    let name = |place: usize| format!("session of {}", recordings[place].path.display());
    for members in of_instant.into_values() {
        guesses.push(Guess {
            name: name(members[0]),
            why: "their files say that they were made in the same second".into(),
            members,
        });
    }
    for (device, mut own) in of_device {
        own.sort_unstable();
        for session in own.chunk_by(|a, b| b.0 - a.0 <= SESSION_S) {
            let mut members: Vec<usize> = session.iter().map(|(_, place)| *place).collect();
            members.sort_unstable();
            guesses.push(Guess {
                name: name(members[0]),
                why: format!(
                    "their files say that they were made with one device ({device}), each within {} minutes of the next",
                    SESSION_S / 60
                ),
                members,
            });
        }
    }
    // Stretches of one file are told by the file.
    let several = |g: &Guess| {
        let first = &recordings[g.members[0]].path;
        g.members.iter().any(|&m| recordings[m].path != *first)
    };
    guesses.retain(several);
    guesses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(n: usize) -> Vec<Recording> {
        let recording = |n: usize| Recording {
            path: format!("{n}.mp4").into(),
            label: "siren".into(),
            phase: None,
            is_not: false,
            range: None,
            group: n.to_string(),
            source: "s".into(),
            note: String::new(),
        };
        (0..n).map(recording).collect()
    }

    fn made(at: i64, device: &str) -> Option<Made> {
        Some(Made {
            at,
            device: device.into(),
        })
    }

    #[test]
    fn one_device_within_minutes_and_one_second_on_any_are_one_session() {
        let t = 1_601_749_845;
        let said = [
            made(t, "acme one"),
            made(t + 500, "acme one"),
            made(t + 2_000, "acme one"),
            made(t + 2_000, ""),
            made(t + 90, "other"),
            None,
        ];
        let found = by_making(&list(6), &said);
        let members: Vec<&[usize]> = found.iter().map(|g| g.members.as_slice()).collect();
        assert_eq!(members, [&[2, 3][..], &[0, 1]]);
        assert!(found[1].why.contains("acme one"), "{}", found[1].why);
    }

    #[test]
    fn times_are_read_and_those_of_clocks_that_know_none_are_not() {
        assert_eq!(seconds("2020-10-03T18:30:45Z"), Some(1_601_749_845));
        assert_eq!(seconds("2020:10:03 18:30:45.123"), Some(1_601_749_845));
        assert_eq!(seconds("2000-03-01T00:00:00Z"), Some(951_868_800));
        assert_eq!(seconds("1970-01-01T00:00:00Z"), None);
        assert_eq!(seconds("1904-01-01T00:00:00Z"), None);
        assert_eq!(seconds("2020-13-03T18:30:45Z"), None);
        assert_eq!(seconds("October"), None);
    }
}
