//! New recordings as they are read, before any is measured.

use crate::dataset::{settle_groups, Manifest, Recording};
use crate::train::corpus::Progress;
use crate::train::reading::{decode_all, Decoded};

/// What a new recording is before it is measured.
pub(super) struct New {
    pub listed: Recording,
    pub sound: Decoded,
    pub seconds: f64,
}

impl New {
    pub fn agrees_with(&self, label: &str) -> bool {
        (label == self.listed.label) != self.listed.is_not
    }
}

/// Reads the recordings and guesses groups where nobody has given any.
pub(super) fn read(
    manifest: &Manifest,
    left_out: &mut Vec<(String, String)>,
    progress: Progress,
) -> (Vec<New>, Vec<String>) {
    let mut listed = Vec::new();
    let mut sounds = Vec::new();
    for (recording, result) in manifest
        .recordings
        .iter()
        .zip(decode_all(&manifest.recordings, progress))
    {
        match result {
            Err(reason) => left_out.push((recording.path.display().to_string(), reason)),
            Ok(sound) => {
                listed.push(recording.clone());
                sounds.push(sound);
            }
        }
    }
    let sound = |place: usize| Some(sounds[place].samples.as_slice());
    let said = settle_groups(&mut listed, manifest.groups_given, sound);
    let new = listed.into_iter().zip(sounds).map(|(listed, sound)| New {
        seconds: sound.seconds(),
        listed,
        sound,
    });
    (new.collect(), said)
}
