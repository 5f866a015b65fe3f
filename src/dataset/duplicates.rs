//! Source groups: what the manifest says, and what the sound itself says.
//!
//! The same upload turns up under several names and in several corpora. Before anything is split
//! into folds, recordings with the same bytes, stretches of one file, and recordings with a second or more of the same
//! sound are put into one group.

use std::collections::HashMap;
use std::fmt;

use super::union_find::UnionFind;
use super::DatasetError;
use crate::fingerprint::{Fingerprint, Index};

/// Stretches of one file that share so much of it are the same sound, s.
const SHARED_S: f64 = 1.0;

/// What has to be known of a recording to find its group.
#[derive(Debug, Clone, Copy)]
pub struct Sound<'a> {
    /// What reports call it: its path.
    pub name: &'a str,
    /// Its label.
    pub label: &'a str,
    /// Its phase, if one is known.
    pub phase: Option<&'a str>,
    /// The source group that its manifest gives.
    pub group: &'a str,
    /// SHA-256 of the whole file.
    pub sha256: [u8; 32],
    /// From when to when it is cut from the file, s; `None` for all of it.
    pub stretch: Option<(f64, f64)>,
    /// Fingerprint of the sound.
    pub fingerprint: &'a Fingerprint,
}

/// The groups of a list of recordings.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceGroups {
    /// Each recording's group, numbered from 0 in the order of the list.
    pub numbers: Vec<usize>,
    /// Why groups of the manifest were joined: the strongest evidence for each two that share
    /// sound, in the order of the list.
    pub joins: Vec<Join>,
}

/// Two recordings of different groups of the manifest that share sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// The earlier recording's place in the list.
    pub first: usize,
    /// The later recording's place in the list.
    pub second: usize,
    /// What they share.
    pub evidence: Evidence,
    /// Whether they have different labels, which deserves a look: one of them may be wrong.
    pub labels_differ: bool,
}

/// Why two recordings belong to one source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Evidence {
    /// The files are the same, byte for byte.
    SameFile,
    /// They are different stretches of one file.
    OneFile,
    /// They hold the same sound.
    SameSound {
        /// How long the common sound is, s.
        overlap_s: f64,
        /// Agreement of the fingerprints, 0 (chance) to 1 (identical).
        score: f64,
        /// Where in the second recording the first begins, s.
        offset_s: f64,
    },
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::SameFile => f.write_str("the same file"),
            Self::OneFile => f.write_str("stretches of one file"),
            Self::SameSound {
                overlap_s, score, ..
            } => write!(
                f,
                "{overlap_s:.1} s of the same sound (agreement {score:.2})"
            ),
        }
    }
}

impl SourceGroups {
    /// Groups recordings by the manifest's groups, joined where recordings of two groups are the
    /// same file, stretches of one, or share at least a second of sound.
    ///
    /// # Errors
    /// [`DatasetError::TwoLabels`] where the same file, or what is heard at one time of it, stands under two labels or phases.
    pub fn find(sounds: &[Sound]) -> Result<Self, DatasetError> {
        let mut sets = UnionFind::new(sounds.len());
        let mut of_group = HashMap::new();
        for (place, sound) in sounds.iter().enumerate() {
            sets.join(*of_group.entry(sound.group).or_insert(place), place);
        }
        let mut pairs: HashMap<(&str, &str), Join> = HashMap::new();
        for (first, second, evidence) in same_files(sounds)?.into_iter().chain(same_sounds(sounds))
        {
            sets.join(first, second);
            let (a, b) = (&sounds[first], &sounds[second]);
            if a.group == b.group {
                continue;
            }
            let join = Join {
                first,
                second,
                evidence,
                labels_differ: a.label != b.label,
            };
            let key = (a.group.min(b.group), a.group.max(b.group));
            let known = pairs.entry(key).or_insert_with(|| join.clone());
            if weight(&join.evidence) > weight(&known.evidence) {
                *known = join;
            }
        }
        let mut joins: Vec<Join> = pairs.into_values().collect();
        joins.sort_by_key(|join| (join.first, join.second));
        Ok(Self {
            numbers: sets.numbers(),
            joins,
        })
    }

    /// How many groups there are.
    pub fn count(&self) -> usize {
        self.numbers.iter().max().map_or(0, |last| last + 1)
    }

    /// The joins as sentences, with the recordings' names and groups.
    pub fn report(&self, sounds: &[Sound]) -> Vec<String> {
        let line = |join: &Join| {
            let (a, b) = (&sounds[join.first], &sounds[join.second]);
            let labels = if join.labels_differ {
                format!(
                    "; one is `{}`, the other `{}`: check both",
                    a.label, b.label
                )
            } else {
                String::new()
            };
            format!(
                "{} (group {}) and {} (group {}): {}{labels}",
                a.name, a.group, b.name, b.group, join.evidence
            )
        };
        self.joins.iter().map(line).collect()
    }
}

/// Stronger evidence weighs more: a file is all of its sound.
fn weight(evidence: &Evidence) -> f64 {
    match evidence {
        Evidence::SameFile | Evidence::OneFile => f64::INFINITY,
        Evidence::SameSound {
            overlap_s, score, ..
        } => overlap_s * score,
    }
}

type Pair = (usize, usize, Evidence);

/// Recordings with the same bytes, each with the first of them; of stretches, the same ones, else the first of the file.
fn same_files(sounds: &[Sound]) -> Result<Vec<Pair>, DatasetError> {
    let mut of_file: HashMap<&[u8; 32], Vec<usize>> = HashMap::new();
    let mut pairs = Vec::new();
    for (place, sound) in sounds.iter().enumerate() {
        let before = of_file.entry(&sound.sha256).or_default();
        let overlapping = |&&other: &&usize| overlap(sounds[other].stretch, sound.stretch);
        if let Some(&other) = before
            .iter()
            .filter(overlapping)
            .find(|&&other| contradict(&sounds[other], sound))
        {
            return Err(DatasetError::TwoLabels {
                first: sounds[other].name.to_owned(),
                first_label: sounds[other].said(),
                second: sound.name.to_owned(),
                second_label: sound.said(),
            });
        }
        let same = before
            .iter()
            .find(|&&other| sounds[other].stretch == sound.stretch);
        match (same, before.first()) {
            (Some(&same), _) => pairs.push((same, place, Evidence::SameFile)),
            (None, Some(&first)) => pairs.push((first, place, Evidence::OneFile)),
            (None, None) => {}
        }
        before.push(place);
    }
    Ok(pairs)
}

/// Whether two stretches of one file are so much the same sound that they cannot have two labels: a second of it, or all of a
/// shorter one. Marks that were drawn a little over each other's ends do not count.
pub(crate) fn overlap(a: Option<(f64, f64)>, b: Option<(f64, f64)>) -> bool {
    let whole = (0.0, f64::INFINITY);
    let (a, b) = (a.unwrap_or(whole), b.unwrap_or(whole));
    let shorter = (a.1 - a.0).min(b.1 - b.0);
    a.1.min(b.1) - a.0.max(b.0) >= shorter.min(SHARED_S)
}

/// Whether two phases cannot both be right; where one is not known, they can.
pub(crate) fn phases_differ(a: Option<&str>, b: Option<&str>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a != b)
}

fn contradict(a: &Sound, b: &Sound) -> bool {
    a.label != b.label || phases_differ(a.phase, b.phase)
}

impl Sound<'_> {
    fn said(&self) -> String {
        match self.phase {
            Some(phase) => format!("{}/{phase}", self.label),
            None => self.label.to_owned(),
        }
    }
}

/// Recordings that share sound, the earlier of the list first.
fn same_sounds(sounds: &[Sound]) -> Vec<Pair> {
    let mut index = Index::new();
    for (place, sound) in sounds.iter().enumerate() {
        index.add(place as u32, sound.fingerprint);
    }
    let mut pairs = Vec::new();
    for (place, sound) in sounds.iter().enumerate() {
        for found in index.matches(sound.fingerprint) {
            let other = found.id as usize;
            let (first, second, offset_s) = if other < place {
                (other, place, found.offset_s)
            } else {
                (place, other, -found.offset_s)
            };
            if first != second {
                let evidence = Evidence::SameSound {
                    overlap_s: found.overlap_s,
                    score: found.score,
                    offset_s,
                };
                pairs.push((first, second, evidence));
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn noise(seed: u64) -> Vec<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        (0..64_000).map(|_| rng.gen_range(-0.1..0.1)).collect()
    }

    struct Example {
        fingerprints: Vec<Fingerprint>,
        groups: Vec<&'static str>,
        hashes: Vec<u8>,
        labels: Vec<&'static str>,
    }

    impl Example {
        /// Four sounds in four groups: the third is a louder cut of the first, the fourth is the
        /// second's file under another name.
        fn new() -> Self {
            let cut: Vec<f32> = noise(1)[16_000..].iter().map(|x| x * 3.0).collect();
            let sounds = [noise(1), noise(2), cut, noise(2)];
            Self {
                fingerprints: sounds.iter().map(|s| Fingerprint::of(s)).collect(),
                groups: vec!["a", "b", "c", "d"],
                hashes: vec![1, 2, 3, 2],
                labels: vec!["siren", "engine", "siren", "engine"],
            }
        }

        fn sounds(&self) -> Vec<Sound<'_>> {
            (0..self.groups.len())
                .map(|i| Sound {
                    name: ["0.wav", "1.wav", "2.wav", "3.wav"][i],
                    label: self.labels[i],
                    phase: None,
                    stretch: None,
                    group: self.groups[i],
                    sha256: [self.hashes[i]; 32],
                    fingerprint: &self.fingerprints[i],
                })
                .collect()
        }
    }

    #[test]
    fn the_same_file_and_the_same_sound_join_groups_and_say_why() {
        let example = Example::new();
        let found = SourceGroups::find(&example.sounds()).unwrap();
        assert_eq!(found.numbers, [0, 1, 0, 1]);
        assert_eq!(found.count(), 2);
        let report = found.report(&example.sounds());
        assert!(
            report[0].starts_with("0.wav (group a) and 2.wav (group c): 2.9 s of"),
            "{report:?}"
        );
        assert!(report[1].ends_with("the same file"), "{report:?}");
        let Evidence::SameSound { offset_s, .. } = found.joins[0].evidence else {
            panic!("{:?}", found.joins[0]);
        };
        assert!(
            (offset_s + 1.0).abs() < 0.02,
            "the first begins a second before the cut: {offset_s}"
        );
    }

    #[test]
    fn groups_of_the_manifest_stay_together_and_need_no_join() {
        let mut example = Example::new();
        example.groups = vec!["a", "a", "a", "b"];
        let found = SourceGroups::find(&example.sounds()).unwrap();
        assert_eq!(found.numbers, [0; 4]);
        assert_eq!(found.joins.len(), 1, "only the second's copy in group b");
    }

    #[test]
    fn one_file_under_two_labels_is_an_error_that_names_both() {
        let mut example = Example::new();
        example.labels[3] = "siren";
        let message = SourceGroups::find(&example.sounds())
            .unwrap_err()
            .to_string();
        for part in ["1.wav", "3.wav", "`engine`", "`siren`"] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn shared_sound_under_two_labels_joins_and_asks_for_a_look() {
        let mut example = Example::new();
        example.labels[2] = "background";
        let found = SourceGroups::find(&example.sounds()).unwrap();
        assert!(found.joins[0].labels_differ);
        assert!(found.report(&example.sounds())[0].contains("check both"));
    }

    #[test]
    fn stretches_of_one_file_are_one_source_and_have_two_labels_only_apart() {
        let mut example = Example::new();
        example.hashes = vec![1, 1, 3, 4];
        let find = |stretches: [(f64, f64); 2], phases: [Option<&'static str>; 2]| {
            let mut sounds = example.sounds();
            sounds.truncate(2);
            for (sound, (stretch, phase)) in sounds.iter_mut().zip(stretches.iter().zip(phases)) {
                sound.stretch = Some(*stretch);
                sound.label = "harop";
                sound.phase = phase;
            }
            SourceGroups::find(&sounds)
        };
        let (dive, cruise) = (Some("dive"), Some("cruise"));
        let apart = find([(0.0, 6.0), (6.0, 8.0)], [dive, cruise]).unwrap();
        assert_eq!(apart.count(), 1);
        assert_eq!(apart.joins[0].evidence, Evidence::OneFile);
        assert!(find([(0.0, 6.0), (2.0, 8.0)], [dive, None]).is_ok());
        assert!(find([(0.0, 6.0), (5.5, 8.0)], [dive, cruise]).is_ok());
        let fault = find([(0.0, 6.0), (2.0, 8.0)], [dive, cruise]).unwrap_err();
        assert!(fault.to_string().contains("`harop/cruise`"), "{fault}");
    }
}
