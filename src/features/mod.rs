//! The frames of one segment become one named, versioned vector.
//!
//! A file per family. Everything but `dynamics.active` is independent of the level of the
//! recording; lines are measured against their own surroundings, so that the microphone's
//! response mostly drops out.

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
pub const FEATURE_VERSION: u32 = 1;

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
