//! Power spectra become 32-bit words.

use serde::{Deserialize, Serialize};

use super::{BINS, HOP, LAG, SAMPLE_RATE};
use crate::spectrum::{Stft, SHORT};

/// Bands between whose neighbours the differences are taken; one more than a word has bits.
const BANDS: usize = 33;

/// The bins that are used: 250 to 3312 Hz, inside what phones and telephone codecs pass. They are
/// summed by fours, the width of the window's main lobe, and those again into bands.
const USED: std::ops::Range<usize> = 16..212;
const QUADS: usize = (USED.end - USED.start) / 4;

/// First four of every band, and the end of the last: 62 Hz wide up to 1500 Hz, then 125 Hz, above
/// 2750 Hz 188 Hz; near enough to equal steps of log frequency.
const EDGES: [usize; BANDS + 1] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 24, 26, 28, 30,
    32, 34, 36, 38, 40, 43, 46, 49,
];

/// Summed power of the bands below which a frame counts as silent: white noise of about
/// -90 dB re full scale, less than 16-bit samples with dither hold.
const SILENT: f32 = 384.0 * 196.0 * 1e-9;

/// The words of one recording, 62.5 per second, in order. A word of 0 says nothing: the sound was
/// silent there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint {
    words: Vec<u32>,
}

impl Fingerprint {
    /// The fingerprint of `samples` (16 kHz mono, full scale +-1), through a transform of its own:
    /// the same words as a [`FingerprintBuilder`] fed with the frames it documents. Empty for
    /// sounds shorter than 0.192 s.
    pub fn of(samples: &[f32]) -> Self {
        let mut builder = FingerprintBuilder::new();
        let mut stft = Stft::new(SHORT);
        let mut power = [0.0; BINS];
        for frame in samples.windows(SHORT.length).step_by(SHORT.hop) {
            stft.power_into(frame, &mut power);
            builder.push(&power);
        }
        builder.finish()
    }

    /// One word per frame.
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// Adds the words of the sound that follows.
    pub fn extend(&mut self, words: &[u32]) {
        self.words.extend_from_slice(words);
    }

    /// The words alone.
    pub(super) fn into_words(self) -> Vec<u32> {
        self.words
    }

    /// Whether nothing in the recording could be fingerprinted.
    pub fn is_blank(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How long the sound is that was not silent, s.
    pub fn heard_s(&self) -> f64 {
        let heard = self.words.iter().filter(|word| **word != 0).count();
        (heard * HOP) as f64 / SAMPLE_RATE
    }
}

impl From<Vec<u32>> for Fingerprint {
    /// From the words that [`Fingerprint::words`] gave.
    fn from(words: Vec<u32>) -> Self {
        Self { words }
    }
}

impl FromIterator<u32> for Fingerprint {
    /// From the words that [`Fingerprint::words`] gave.
    fn from_iter<I: IntoIterator<Item = u32>>(words: I) -> Self {
        let words = words.into_iter().collect();
        Self { words }
    }
}

/// Makes a [`Fingerprint`] frame by frame.
#[derive(Debug, Clone)]
pub struct FingerprintBuilder {
    /// Band differences of the last frames, the oldest at `frames % LAG`.
    history: [[f32; BANDS - 1]; LAG],
    frames: usize,
    /// Frames left until every frame in the history has sound in it.
    silent_for: usize,
    words: Vec<u32>,
}

impl Default for FingerprintBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl FingerprintBuilder {
    /// Nothing heard yet.
    pub fn new() -> Self {
        Self {
            history: [[0.0; BANDS - 1]; LAG],
            frames: 0,
            silent_for: 0,
            words: Vec::new(),
        }
    }

    /// Takes the next frame: the 513 values |X|^2 of an unscaled 1024-point transform of 16 kHz
    /// sound (full scale +-1) under a periodic Hann window, 256 samples after the last; the first
    /// frame begins with the first sample.
    ///
    /// # Panics
    /// Where `power` has not 513 values.
    pub fn push(&mut self, power: &[f32]) {
        assert_eq!(
            power.len(),
            BINS,
            "a frame is one 1024-point power spectrum"
        );
        let mut quads = [0.0; QUADS];
        for (quad, bins) in quads.iter_mut().zip(power[USED].chunks_exact(4)) {
            *quad = (bins[0] + bins[1]) + (bins[2] + bins[3]);
        }
        let bands: [f32; BANDS] =
            std::array::from_fn(|band| quads[EDGES[band]..EDGES[band + 1]].iter().sum());
        let differences: [f32; BANDS - 1] = std::array::from_fn(|k| bands[k] - bands[k + 1]);
        // A frame that is not a number says nothing either.
        let heard = bands.iter().sum::<f32>() >= SILENT;
        if !heard {
            self.silent_for = LAG + 1;
        }
        let before = &mut self.history[self.frames % LAG];
        if self.frames >= LAG {
            let mut word = 0;
            for (k, (now, then)) in differences.iter().zip(before.iter()).enumerate() {
                word |= u32::from(now > then) << k;
            }
            self.words.push(if self.silent_for == 0 { word } else { 0 });
        }
        *before = differences;
        self.frames += 1;
        self.silent_for = self.silent_for.saturating_sub(1);
    }

    /// The words that have not been handed over yet.
    pub fn waiting(&self) -> usize {
        self.words.len()
    }

    /// Gives those words away, so that a fingerprint of any length takes no memory here. [`finish`](Self::finish) has then
    /// only what came after.
    pub fn hand_over(&mut self, take: impl FnOnce(&[u32])) {
        take(&self.words);
        self.words.clear();
    }

    /// The fingerprint of the frames so far.
    pub fn finish(self) -> Fingerprint {
        Fingerprint { words: self.words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::testing::noise;

    #[test]
    fn there_is_a_word_for_every_frame_but_the_first_eight() {
        for (len, words) in [(0, 0), (1023, 0), (3071, 0), (3072, 1), (16_000, 51)] {
            assert_eq!(
                Fingerprint::of(&noise(1, len, 0.1)).words().len(),
                words,
                "{len}"
            );
        }
    }

    #[test]
    fn words_handed_over_are_those_of_the_whole() {
        let sound = noise(1, 48_000, 0.1);
        let mut builder = FingerprintBuilder::new();
        let mut pieces = Fingerprint::default();
        let mut stft = Stft::new(SHORT);
        let mut power = [0.0; BINS];
        for frame in sound.windows(SHORT.length).step_by(SHORT.hop) {
            stft.power_into(frame, &mut power);
            builder.push(&power);
            if builder.waiting() == 50 {
                builder.hand_over(|words| pieces.extend(words));
            }
        }
        assert!((1..50).contains(&builder.waiting()));
        builder.hand_over(|words| pieces.extend(words));
        assert_eq!(pieces, Fingerprint::of(&sound));
        assert!(builder.finish().is_blank());
    }

    #[test]
    fn gain_and_polarity_change_nothing() {
        let sound = noise(1, 16_000, 0.1);
        let quiet: Vec<f32> = sound.iter().map(|x| x * -0.125).collect();
        assert_eq!(Fingerprint::of(&sound), Fingerprint::of(&quiet));
    }

    #[test]
    fn a_bit_is_set_where_the_difference_of_two_bands_has_grown() {
        let mut builder = FingerprintBuilder::new();
        let mut power = [1.0; BINS];
        (0..LAG).for_each(|_| builder.push(&power));
        // The first band (bins 16 to 19) rises, and the third (bins 24 to 27).
        power[17] = 5.0;
        power[25] = 5.0;
        builder.push(&power);
        // Bit k: band k over band k + 1; the rise of the third also stands against the fourth.
        assert_eq!(builder.finish().words(), [0b101]);
    }

    #[test]
    fn silence_gives_no_word_until_the_last_frame_with_silence_in_it_has_gone() {
        let mut sound = noise(1, 48_000, 0.1);
        sound[16_000..32_000].fill(0.0);
        let fingerprint = Fingerprint::of(&sound);
        let blank: Vec<usize> = (0..fingerprint.words().len())
            .filter(|n| fingerprint.words()[*n] == 0)
            .collect();
        // Frames 63 to 121 are silent: the words from 63 - 8 (which look ahead to them) to 121.
        assert_eq!(blank, (55..=121).collect::<Vec<_>>());
        assert!(Fingerprint::of(&[0.0; 16_000]).is_blank());
        assert!(Fingerprint::of(&noise(2, 16_000, 3e-6)).is_blank());
        assert!((fingerprint.heard_s() - 1.8).abs() < 0.1);
    }

    #[test]
    fn samples_that_are_not_numbers_give_no_word() {
        let mut sound = noise(1, 16_000, 0.1);
        sound[5000] = f32::NAN;
        let fingerprint = Fingerprint::of(&sound);
        assert_eq!(fingerprint.words()[16], 0);
        assert_ne!(fingerprint.words()[0], 0);
    }
}
