//! The frames of one segment become one named, versioned vector.
//!
//! A file per family. Everything but `dynamics.active` is independent of the level of the
//! recording, as long as its sound stays above digital silence (-90 dBFS); lines are measured against their own
//! surroundings, so that the microphone's response mostly drops out.

mod comb;
mod dynamics;
mod extractor;
mod frames;
mod modulation;
mod schema;
mod shape;
mod stats;
mod timbre;
mod tonal;

pub use extractor::{Extractor, Segment, MIN_SEGMENT_S, SEGMENT_HOP_S, SEGMENT_S};
pub use schema::FeatureInfo;

use frames::SegmentFrames;

/// Version of the feature vector. Any change to a name, an order or a value raises it;
/// a model knows the version that it was trained on and refuses others.
pub const FEATURE_VERSION: u32 = 2;

/// One family of features: what its columns are, and their values for a segment.
trait Family {
    fn describe(&self) -> Vec<FeatureInfo>;
    /// Appends as many values as [`Family::describe`] describes.
    fn measure(&mut self, segment: &SegmentFrames, out: &mut Vec<f32>);
}

fn families() -> Vec<Box<dyn Family + Send>> {
    vec![
        Box::<timbre::Timbre>::default(),
        Box::<shape::SpectralShape>::default(),
        Box::<dynamics::Dynamics>::default(),
        Box::<modulation::EnvelopeModulation>::default(),
        Box::<tonal::Tonality>::default(),
        Box::<comb::HarmonicComb>::default(),
    ]
}

/// Every column of the feature vector, in order.
pub fn schema() -> Vec<FeatureInfo> {
    families().iter().flat_map(|f| f.describe()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use std::f64::consts::TAU;

    /// Three seconds of a comb in noise up to `edge_hz`, above which there is only what a resampler leaves, 140 dB below.
    fn sound(edge_hz: f64) -> Vec<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let harmonics = (1..).map(|k| f64::from(k) * 110.0);
        let mut parts: Vec<(f64, f64, f64)> = harmonics
            .take_while(|hz| *hz < edge_hz)
            .map(|hz| (hz, 20.0 / hz, 0.0))
            .collect();
        parts.extend((0..400).map(|_| (rng.gen::<f64>() * edge_hz, 2e-3, rng.gen::<f64>() * TAU)));
        (0..3 * crate::SAMPLE_RATE)
            .map(|n| {
                let t = f64::from(n) / f64::from(crate::SAMPLE_RATE);
                let sum: f64 = parts
                    .iter()
                    .map(|(hz, amplitude, phase)| amplitude * (TAU * hz * t + phase).sin())
                    .sum();
                (sum + 1e-8 * (rng.gen::<f64>() - 0.5)) as f32
            })
            .collect()
    }

    #[test]
    fn nothing_depends_on_the_level_of_a_recording_whatever_its_bandwidth() {
        for edge_hz in [7_900.0, 3_700.0] {
            let loud = sound(edge_hz);
            let quiet: Vec<f32> = loud.iter().map(|x| 0.03 * x).collect();
            let measure = |samples: &[f32]| Extractor::measure_all(samples).remove(0).features;
            let (loud, quiet) = (measure(&loud).unwrap(), measure(&quiet).unwrap());
            for ((info, a), b) in schema().iter().zip(loud).zip(quiet) {
                let range = info.high - info.low;
                assert!(
                    (a - b).abs() < 0.01 * range,
                    "{}, sound up to {edge_hz} Hz: {a} loud, {b} quiet",
                    info.name
                );
            }
        }
    }
}
