//! Which of several recordings depend on each other: uploads that carry the same sound are one witness.

use super::evidence::Evidence;
use crate::fingerprint::search::Archive;
use crate::fingerprint::Waveprint;
use serde::{Deserialize, Serialize};

/// Two of the recordings hold the same sound.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shared {
    /// Numbers of the two recordings, counted from 1.
    pub recordings: [usize; 2],
    /// Whether they are one file under two names.
    pub is_same_file: bool,
    /// The shared stretch in the first, s.
    pub first_s: [f64; 2],
    /// The shared stretch in the second, s.
    pub second_s: [f64; 2],
    /// What follows.
    pub statement: String,
}

/// Every pair that shares sound.
pub(super) fn shared(recordings: &[Evidence], prints: &[Waveprint]) -> Vec<Shared> {
    let mut found = Vec::new();
    // All were looked at from the same moment on.
    let starts_s = recordings
        .first()
        .map_or(0.0, |r| r.identity.passage.start_s());
    for first in 0..recordings.len() {
        for second in first + 1..recordings.len() {
            let same = recordings[first].identity.sha256 == recordings[second].identity.sha256;
            let mut archive = Archive::new();
            archive.add("", prints[second].clone());
            let matched = archive.search(&prints[first]).into_iter().next();
            let (first_s, second_s) = match (&matched, same) {
                (Some(m), _) => (
                    [m.start_s, m.end_s].map(|s| s + starts_s),
                    [m.other_start_s, m.other_end_s].map(|s| s + starts_s),
                ),
                (None, true) => {
                    let whole = [0.0, recordings[first].identity.duration_s].map(|s| s + starts_s);
                    (whole, whole)
                }
                (None, false) => continue,
            };
            let what = match same {
                true => "are the same file".to_owned(),
                false => format!(
                    "carry the same sound ({:.1} to {:.1} s of the first, {:.1} to {:.1} s of the second)",
                    first_s[0], first_s[1], second_s[0], second_s[1]
                ),
            };
            found.push(Shared {
                recordings: [first + 1, second + 1],
                is_same_file: same,
                first_s,
                second_s,
                statement: format!(
                    "Recordings {} and {} {what}: they are one witness, and the second adds nothing to the first.",
                    first + 1,
                    second + 1
                ),
            });
        }
    }
    found
}
