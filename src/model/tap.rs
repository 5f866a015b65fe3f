//! Who else hears a recording while the model does.

use crate::fingerprint::Fingerprint;

/// Takes part in the hearing of a recording, piece by piece, so that nobody has to keep a long one. `()` takes nothing, a
/// [`Fingerprint`] its own words.
pub trait Tap {
    /// Takes the samples that come next (16 kHz mono, full scale 1.0).
    fn samples(&mut self, block: &[f32]) {
        let _ = block;
    }

    /// Takes the words of the [`Fingerprint`] that come next.
    fn words(&mut self, words: &[u32]) {
        let _ = words;
    }
}

impl Tap for () {}

impl Tap for Fingerprint {
    fn words(&mut self, words: &[u32]) {
        self.extend(words);
    }
}
