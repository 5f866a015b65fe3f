//! A recording's wave form in two bits per sample: what the reuse search compares.
//!
//! Every frame of the short-time spectrum is reduced to its phases (the phase transform of C. Knapp,
//! G. Carter, "The generalized correlation method for estimation of time delay", IEEE Trans. ASSP
//! 24(4), 1976), so that neither a loud event nor a strong line outweighs the rest; the band from 312 to
//! 2312 Hz is moved to zero frequency and overlap-added to a complex signal of 2,000 samples per second, of
//! which only the signs are kept. Copies of one sound share its phases wherever they have not
//! been buried; two machines of one type share their spectra, but not their phases.

use std::f32::consts::PI;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};
use rustfft::{num_complex::Complex32, Fft, FftPlanner};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::spectrum::hann;

/// Samples of a frame, 64 ms.
const FRAME: usize = 1024;
/// Samples from one frame to the next, 32 ms.
const HOP: usize = FRAME / 2;
/// First bin that is used: 312.5 Hz. A multiple of four bins turns whole times in half a frame only
/// if it is even, as this is, so that frames add up in phase.
const FIRST_BIN: usize = 20;
/// Bins that are used, 15.6 Hz apart, and complex samples that a frame becomes.
const BINS: usize = 128;
/// Complex samples of a hop, the step in which a print is stored.
pub(super) const STEP: usize = BINS / 2;
/// Complex samples per second of sound.
pub(super) const RATE: f64 = crate::SAMPLE_RATE as f64 * STEP as f64 / HOP as f64;
/// Power of the used bins below which a frame counts as silent: that of white noise at -90 dB re
/// full scale, less than 16-bit samples with dither hold.
const SILENT: f32 = 384.0 * BINS as f32 * 1e-9;

/// The print of one recording: a 128-bit word for every 32 ms, 500 bytes per second, 1.8 MB per hour. A word of 0
/// says nothing: the sound was silent there.
///
/// Written by `serde` as bytes: the words in order, each with its lowest byte first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waveprint {
    words: Vec<u128>,
}

impl Waveprint {
    /// The print of `samples` (16 kHz mono, full scale +-1). Empty for sounds shorter than 64 ms.
    pub fn of(samples: &[f32]) -> Self {
        let mut builder = WaveprintBuilder::new();
        builder.push(samples);
        builder.finish()
    }

    /// Bit `2 n` of a word is set where the real part of its complex sample `n` is positive, bit `2 n + 1` where
    /// the imaginary part is.
    pub fn words(&self) -> &[u128] {
        &self.words
    }

    /// How long the sound is, s, to the next 32 ms.
    pub fn duration_s(&self) -> f64 {
        (self.words.len() * STEP) as f64 / RATE
    }

    /// How long the sound is that was not silent, s.
    pub fn heard_s(&self) -> f64 {
        let heard = self.words.iter().filter(|word| **word != 0).count();
        (heard * STEP) as f64 / RATE
    }

    /// The print as bytes, 16 per word.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.words.iter().flat_map(|w| w.to_le_bytes()).collect()
    }

    /// The print that [`to_bytes`](Self::to_bytes) wrote; `None` where the length is no multiple
    /// of 16. Any other bytes are some print.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<16>();
        rest.is_empty().then(|| Self {
            words: words.iter().map(|w| u128::from_le_bytes(*w)).collect(),
        })
    }
}

/// Writes the complex samples of a word, each of magnitude 1, or 0 where it was silent.
///
/// # Panics
/// Where `into` has not `STEP` places.
pub(super) fn unpack(word: u128, into: &mut [Complex32]) {
    assert_eq!(into.len(), STEP);
    if word == 0 {
        into.fill(Complex32::default());
        return;
    }
    let sign =
        |bit: usize| [-1.0, 1.0][(word >> bit) as usize & 1] * std::f32::consts::FRAC_1_SQRT_2;
    for (n, sample) in into.iter_mut().enumerate() {
        *sample = Complex32::new(sign(2 * n), sign(2 * n + 1));
    }
}

/// Makes a [`Waveprint`] from blocks of samples.
pub struct WaveprintBuilder {
    window: Vec<f32>,
    synthesis: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn Fft<f32>>,
    /// Samples that no frame has begun with yet.
    pending: Vec<f32>,
    /// The second half of the last frame, which the next one's first half is added to.
    tail: Vec<Complex32>,
    tail_heard: bool,
    words: Vec<u128>,
    frames: usize,
}

impl Default for WaveprintBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl WaveprintBuilder {
    /// Nothing heard yet.
    pub fn new() -> Self {
        let slope = |n: usize| (PI * (n as f32 + 0.5) / BINS as f32).sin();
        Self {
            window: hann(FRAME),
            synthesis: (0..BINS).map(slope).collect(),
            forward: RealFftPlanner::new().plan_fft_forward(FRAME),
            back: FftPlanner::new().plan_fft_inverse(BINS),
            pending: Vec::new(),
            tail: vec![Complex32::default(); STEP],
            tail_heard: false,
            words: Vec::new(),
            frames: 0,
        }
    }

    /// Takes the next samples (16 kHz mono, full scale +-1), any number of them.
    pub fn push(&mut self, samples: &[f32]) {
        self.pending.extend_from_slice(samples);
        let pending = std::mem::take(&mut self.pending);
        let mut start = 0;
        while let Some(frame) = pending.get(start..start + FRAME) {
            self.add(frame);
            start += HOP;
        }
        self.pending.extend_from_slice(&pending[start..]);
    }

    fn add(&mut self, frame: &[f32]) {
        let mut frame: Vec<f32> = frame.iter().zip(&self.window).map(|(x, w)| x * w).collect();
        let mut spectrum = self.forward.make_output_vec();
        // The lengths are those of the plan.
        let _ = self.forward.process(&mut frame, &mut spectrum);
        let bins = &spectrum[FIRST_BIN..FIRST_BIN + BINS];
        // A frame that is not a number says nothing either.
        let heard = bins.iter().map(|x| x.norm_sqr()).sum::<f32>() >= SILENT;
        let mut band: Vec<Complex32> = match heard {
            true => bins.iter().map(|x| x / x.norm().max(1e-20)).collect(),
            false => vec![Complex32::default(); BINS],
        };
        self.back.process(&mut band);
        for (x, w) in band.iter_mut().zip(&self.synthesis) {
            *x *= w;
        }
        for (x, t) in band.iter_mut().zip(&self.tail) {
            *x += t;
        }
        self.emit(&band[..STEP], heard || self.tail_heard);
        self.tail.copy_from_slice(&band[STEP..]);
        self.tail_heard = heard;
        self.frames += 1;
    }

    fn emit(&mut self, samples: &[Complex32], heard: bool) {
        let mut word = 0;
        if heard {
            for (n, x) in samples.iter().enumerate() {
                word |= u128::from(x.re > 0.0) << (2 * n);
                word |= u128::from(x.im > 0.0) << (2 * n + 1);
            }
        }
        self.words.push(word);
    }

    /// The print of the samples so far.
    pub fn finish(mut self) -> Waveprint {
        if self.frames > 0 {
            let tail = std::mem::take(&mut self.tail);
            self.emit(&tail, self.tail_heard);
        }
        Waveprint { words: self.words }
    }
}

impl Serialize for Waveprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.to_bytes())
    }
}

impl<'de> Deserialize<'de> for Waveprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Waveprint;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("the bytes of a wave print, 16 per word")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Waveprint, E> {
                Waveprint::from_bytes(bytes).ok_or_else(|| E::invalid_length(bytes.len(), &self))
            }
            // Formats without bytes of their own, JSON for one, write a list of numbers.
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Waveprint, A::Error> {
                let mut bytes: Vec<u8> = Vec::new();
                while let Some(byte) = list.next_element()? {
                    bytes.push(byte);
                }
                self.visit_bytes(&bytes)
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::testing::noise;

    #[test]
    fn there_is_a_word_for_every_hop_that_a_frame_touches() {
        for (len, words) in [
            (0, 0),
            (1023, 0),
            (1024, 2),
            (1535, 2),
            (1536, 3),
            (16_000, 31),
        ] {
            assert_eq!(
                Waveprint::of(&noise(1, len, 0.1)).words().len(),
                words,
                "{len}"
            );
        }
    }

    #[test]
    fn blocks_of_any_length_give_the_same_print() {
        let sound = noise(1, 20_000, 0.1);
        let mut builder = WaveprintBuilder::new();
        for block in sound.chunks(777) {
            builder.push(block);
        }
        assert_eq!(builder.finish(), Waveprint::of(&sound));
    }

    #[test]
    fn a_power_of_two_in_gain_changes_nothing_and_polarity_turns_every_bit() {
        let sound = noise(1, 16_000, 0.1);
        let print = Waveprint::of(&sound);
        let scaled = |g: f32| Waveprint::of(&sound.iter().map(|x| x * g).collect::<Vec<_>>());
        assert_eq!(print, scaled(0.25));
        let turned = scaled(-1.0);
        assert!(print
            .words()
            .iter()
            .zip(turned.words())
            .all(|(a, b)| *a == !*b));
    }

    #[test]
    fn silence_and_what_is_not_a_number_give_words_of_zero() {
        let mut sound = noise(1, 48_000, 0.1);
        sound[16_000..32_000].fill(0.0);
        let print = Waveprint::of(&sound);
        assert!((print.heard_s() - 2.0).abs() < 0.15, "{}", print.heard_s());
        assert!((print.duration_s() - 3.0).abs() < 0.05);
        sound[5000] = f32::NAN;
        let words = Waveprint::of(&sound);
        assert_eq!(words.words()[9], 0);
        assert_ne!(words.words()[2], 0);
        assert_eq!(Waveprint::of(&noise(2, 16_000, 3e-6)).heard_s(), 0.0);
    }

    #[test]
    fn a_print_survives_every_way_of_writing_it() {
        let print = Waveprint::of(&noise(1, 16_000, 0.1));
        assert_eq!(
            Waveprint::from_bytes(&print.to_bytes()),
            Some(print.clone())
        );
        assert_eq!(Waveprint::from_bytes(&[1; 15]), None);
        let json = serde_json::to_string(&print).unwrap();
        assert_eq!(serde_json::from_str::<Waveprint>(&json).unwrap(), print);
        let packed = rmp_serde::to_vec(&print).unwrap();
        assert!(packed.len() < print.words().len() * 16 + 8);
        assert_eq!(rmp_serde::from_slice::<Waveprint>(&packed).unwrap(), print);
        assert!(serde_json::from_str::<Waveprint>("[1,2,3]").is_err());
    }
}
