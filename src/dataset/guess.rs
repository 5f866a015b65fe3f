//! Source groups guessed where none are given: from what clips are called, from what files say of their making, and from
//! sound that goes on.
//!
//! A guess joins what may belong together: recordings wrongly joined cost a little certainty, recordings of one
//! source on both sides of a split would flatter every figure.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::session::{by_making, Made};
use super::union_find::UnionFind;
use super::{Continuity, Recording};

/// Words after which a number counts pieces of one recording.
const PIECES: [&str; 8] = [
    "part", "clip", "seg", "segment", "chunk", "cut", "piece", "slice",
];
/// Fewest letters of a name that says anything.
const MIN_NAME: usize = 3;
/// Share of the joins at which the sound goes on, from which numbered files are one recording.
const GOES_ON: f64 = 0.8;
/// Fewest numbered files that are looked at.
const MIN_SERIES: usize = 5;
/// Spectra of neighbours within one recording differ by about 2 dB.
const SAME_STEP_DB: f64 = 4.0;
/// A join within one recording surprises by about 1, one between two recordings by 2 to 20.
const LEAST_SURPRISE: f64 = 2.0;

/// Recordings that look like one source.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// What the group may be called.
    pub name: String,
    /// Places in the list, rising; two or more.
    pub members: Vec<usize>,
    /// Why, as the end of a sentence.
    pub why: String,
}

impl Guess {
    /// As a sentence without its full stop.
    pub fn sentence(&self) -> String {
        format!(
            "{} recordings are taken as one source, `{}`: {}",
            self.members.len(),
            self.name,
            self.why
        )
    }
}

/// Guesses which recordings are of one source. `sound` gives the samples (16 kHz mono) of those recordings for which they
/// are at hand, `made` what their files say of when and with what they were made ([`super::made`]). No recording stands in two
/// guesses.
pub fn guess_groups<'a>(
    recordings: &[Recording],
    made: &[Option<Made>],
    sound: impl Fn(usize) -> Option<&'a [f32]>,
) -> Vec<Guess> {
    let mut guesses = by_name(recordings);
    guesses.extend(by_making(recordings, made));
    for series in numbered_series(recordings) {
        let joins: Vec<Option<Continuity>> = series
            .windows(2)
            .map(|pair| Continuity::between(sound(pair[0])?, sound(pair[1])?))
            .collect();
        let known = joins.iter().flatten().count();
        let goes_on = |c: &&Continuity| c.surprise < LEAST_SURPRISE && c.step_db < SAME_STEP_DB;
        let going_on = joins.iter().flatten().filter(goes_on).count();
        if known > 0 && going_on as f64 >= GOES_ON * known as f64 {
            let mut members = series.clone();
            members.sort_unstable();
            guesses.push(Guess {
                name: format!("{} and on", recordings[series[0]].path.display()),
                why: format!(
                    "their numbers follow each other and the sound goes on at {going_on} of {known} joins"
                ),
                members,
            });
        }
    }
    joined(guesses, recordings.len())
}

/// Guesses that share recordings become one, in the order of their first members.
fn joined(guesses: Vec<Guess>, n: usize) -> Vec<Guess> {
    let mut sets = UnionFind::new(n);
    for guess in &guesses {
        for pair in guess.members.windows(2) {
            sets.join(pair[0], pair[1]);
        }
    }
    let mut whole: BTreeMap<usize, Guess> = BTreeMap::new();
    for guess in guesses {
        match whole.entry(sets.find(guess.members[0])) {
            Entry::Vacant(place) => {
                place.insert(guess);
            }
            Entry::Occupied(mut place) => {
                let first = place.get_mut();
                first.members.extend(guess.members);
                first.members.sort_unstable();
                first.members.dedup();
                if !first.why.contains(&guess.why) {
                    first.why += "; ";
                    first.why += &guess.why;
                }
            }
        }
    }
    whole.into_values().collect()
}

/// Gives the guessed groups to the recordings, in place of the groups of all members: whatever was in a group with one of
/// them, such as the files of its folder, stays with it.
pub fn apply_guesses(recordings: &mut [Recording], guesses: &[Guess]) {
    for guess in guesses {
        let members = guess.members.iter();
        let met: BTreeSet<String> = members.map(|&m| recordings[m].group.clone()).collect();
        for recording in recordings.iter_mut() {
            if met.contains(&recording.group) {
                recording.group.clone_from(&guess.name);
            }
        }
    }
}

/// Pieces whose names say which recording they were cut from, in whatever folders they lie.
fn by_name(recordings: &[Recording]) -> Vec<Guess> {
    let mut of_whole: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut has_pieces: BTreeMap<String, bool> = BTreeMap::new();
    for (place, recording) in recordings.iter().enumerate() {
        let Some(stem) = stem(&recording.path) else {
            continue;
        };
        let whole = whole_of(&stem);
        let name = whole.clone().unwrap_or(stem);
        *has_pieces.entry(name.clone()).or_default() |= whole.is_some();
        of_whole.entry(name).or_default().push(place);
    }
    of_whole
        .into_iter()
        .filter(|(name, members)| members.len() > 1 && has_pieces[name])
        .map(|(name, members)| Guess {
            why: format!("their names say that they are pieces of `{name}`"),
            name,
            members,
        })
        .collect()
}

fn stem(path: &Path) -> Option<String> {
    Some(path.file_stem()?.to_str()?.trim().to_lowercase())
}

/// The name of the recording that a piece was cut from, if its name says so: `drone_12.0s_15.0s`, `0.81_drone_3s`,
/// `drone-part2`, `drone (3)`, `drone copy`.
fn whole_of(stem: &str) -> Option<String> {
    let mut rest = stem;
    let mut cut = false;
    // A score before the name, as reviewed clips have it.
    if let Some((score, after)) = rest.split_once('_') {
        if is_score(score) {
            rest = after;
            cut = true;
        }
    }
    while let Some(shorter) = without_ending(rest) {
        rest = shorter;
        cut = true;
    }
    (cut && rest.chars().filter(|c| c.is_alphanumeric()).count() >= MIN_NAME)
        .then(|| rest.to_owned())
}

fn is_score(text: &str) -> bool {
    text.contains('.') && text.parse::<f64>().is_ok_and(|x| (0.0..=1.0).contains(&x))
}

/// The name without one ending that tells a piece.
fn without_ending(name: &str) -> Option<&str> {
    if let Some(inner) = name.strip_suffix(')') {
        let (before, number) = inner.rsplit_once('(')?;
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        return is_number.then(|| before.trim_end_matches(separator));
    }
    let (before, last) = name.rsplit_once(separator)?;
    let before = before.trim_end_matches(separator);
    let digits_from = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_piece = PIECES.contains(&digits_from) && digits_from.len() < last.len();
    let is_counted = last.bytes().all(|b| b.is_ascii_digit())
        && before
            .rsplit_once(separator)
            .is_some_and(|(_, word)| PIECES.contains(&word));
    if is_counted {
        return before.rsplit_once(separator).map(|(rest, _)| rest);
    }
    (last == "copy" || is_piece || is_seconds(last)).then_some(before)
}

fn separator(c: char) -> bool {
    matches!(c, '_' | '-' | ' ')
}

/// `12.5s`, `12s`, `12.50`, as the start or end of a piece; a bare whole number may count anything.
fn is_seconds(text: &str) -> bool {
    let number = text.strip_suffix('s').unwrap_or(text);
    let told = number.len() < text.len() || number.contains('.');
    told && number.parse::<f64>().is_ok_and(|x| x >= 0.0) && !number.contains(['e', 'n'])
}

/// Files of one folder and label whose names differ by a trailing number, in the order of their numbers, where
/// those follow each other.
fn numbered_series(recordings: &[Recording]) -> Vec<Vec<usize>> {
    type Key<'a> = (&'a Path, String, &'a str);
    let mut series: BTreeMap<Key, BTreeMap<u64, usize>> = BTreeMap::new();
    for (place, recording) in recordings
        .iter()
        .enumerate()
        .filter(|(_, r)| r.range.is_none())
    {
        let (Some(folder), Some(stem)) = (recording.path.parent(), stem(&recording.path)) else {
            continue;
        };
        let name = stem.trim_end_matches(|c: char| c.is_ascii_digit());
        if let Ok(number) = stem[name.len()..].parse() {
            let key = (folder, name.to_owned(), recording.label.as_str());
            series.entry(key).or_default().insert(number, place);
        }
    }
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for numbered in series.into_values() {
        let mut last = None;
        for (number, place) in numbered {
            match runs.last_mut() {
                Some(run) if last.is_some_and(|last: u64| last + 1 == number) => run.push(place),
                _ => runs.push(vec![place]),
            }
            last = Some(number);
        }
    }
    runs.retain(|run| run.len() >= MIN_SERIES);
    runs
}

/// Whether a recording stands in a numbered series, so that its sound helps to guess.
pub fn in_numbered_series(recordings: &[Recording]) -> Vec<bool> {
    let mut inside = vec![false; recordings.len()];
    for place in numbered_series(recordings).into_iter().flatten() {
        inside[place] = true;
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(paths: &[&str]) -> Vec<Recording> {
        let recording = |path: &&str| Recording {
            path: path.into(),
            label: "siren".into(),
            phase: None,
            is_not: false,
            range: None,
            group: (*path).into(),
            source: "s".into(),
            note: String::new(),
        };
        paths.iter().map(recording).collect()
    }

    #[test]
    fn names_of_pieces_tell_the_whole() {
        for (stem, whole) in [
            ("drone_12.0s_15.0s", Some("drone")),
            ("0.81_night raid_3.0_6.0", Some("night raid")),
            ("drone-part2", Some("drone")),
            ("drone_clip_07", Some("drone")),
            ("drone (3)", Some("drone")),
            ("drone copy", Some("drone")),
            ("img_0223", None),
            ("1-100032-a-0", None),
            ("7_8s", None),
            ("2024-05-01", None),
        ] {
            assert_eq!(whole_of(stem).as_deref(), whole, "{stem}");
        }
    }

    #[test]
    fn pieces_in_several_folders_are_one_group_with_their_whole() {
        let mut list = list(&[
            "a/raid_0.0s_2.0s.wav",
            "b/other.wav",
            "b/raid_9.0s_11.0s.wav",
            "c/raid.mp4",
        ]);
        let guesses = guess_groups(&list, &[], |_| None);
        assert_eq!(guesses.len(), 1);
        assert_eq!(guesses[0].members, [0, 2, 3]);
        apply_guesses(&mut list, &guesses);
        assert_eq!(list[0].group, list[3].group);
        assert_ne!(list[0].group, list[1].group);
    }

    #[test]
    fn a_guess_does_not_split_the_group_of_a_folder() {
        let mut list = list(&[
            "siren/night/raid_part1.wav",
            "siren/night/raid_part2.wav",
            "siren/night/other.wav",
            "siren/day/more.wav",
            "siren/day/raid_part3.wav",
            "siren/alone.wav",
        ]);
        for (recording, folder) in list
            .iter_mut()
            .zip(["night", "night", "night", "day", "day"])
        {
            recording.group = folder.into();
        }
        let guesses = guess_groups(&list, &[], |_| None);
        assert_eq!(guesses[0].members, [0, 1, 4]);
        apply_guesses(&mut list, &guesses);
        let groups: BTreeSet<&str> = list[..5].iter().map(|r| r.group.as_str()).collect();
        assert_eq!(groups.len(), 1, "{groups:?}");
        assert!(!groups.contains(list[5].group.as_str()));
    }

    #[test]
    fn guesses_that_share_a_recording_are_one() {
        let list = list(&["a/raid_0.0s_2.0s.wav", "a/x.mp4", "b/raid_9.0s_11.0s.wav"]);
        let at = |at| {
            let device = String::new();
            Some(Made { at, device })
        };
        let guesses = guess_groups(&list, &[at(1), at(7), at(7)], |_| None);
        assert_eq!(guesses.len(), 1);
        assert_eq!(guesses[0].members, [0, 1, 2]);
        let why = &guesses[0].why;
        assert!(
            why.contains("pieces") && why.contains("same second"),
            "{why}"
        );
    }

    #[test]
    fn numbered_files_are_one_recording_only_if_the_sound_goes_on() {
        use rand::{Rng, SeedableRng};
        let hum = |hz: f32, seed: u64, from: usize| -> Vec<f32> {
            let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
            (from..from + 32_000)
                .map(|n| {
                    let t = n as f32 / 16_000.0;
                    0.2 * (std::f32::consts::TAU * hz * t).sin() + rng.gen_range(-0.01..0.01)
                })
                .collect()
        };
        let names = list(&["a/x1.wav", "a/x2.wav", "a/x3.wav", "a/x4.wav", "a/x5.wav"]);
        let cut: Vec<Vec<f32>> = (0..5).map(|i| hum(120.0, i, 32_000 * i as usize)).collect();
        let others: Vec<Vec<f32>> = (0..5)
            .map(|i| hum(90.0 * (i + 1) as f32, i as u64, 0))
            .collect();
        let found = guess_groups(&names, &[], |i| Some(&cut[i]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].members, [0, 1, 2, 3, 4]);
        assert!(guess_groups(&names, &[], |i| Some(&others[i])).is_empty());
        assert_eq!(in_numbered_series(&names), [true; 5]);
    }
}
