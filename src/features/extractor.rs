//! A stream of samples becomes a stream of segments.

use super::frames::FrameStore;
use super::{schema, Family, FeatureInfo};
use crate::SAMPLE_RATE;

/// Length of a segment in seconds.
pub const SEGMENT_S: f64 = 2.0;
/// Time from the start of one segment to the start of the next, in seconds.
pub const SEGMENT_HOP_S: f64 = 1.0;
/// Shortest sound that is measured at all, in seconds.
pub const MIN_SEGMENT_S: f64 = 0.5;

const SEGMENT: usize = 2 * SAMPLE_RATE as usize;
const HOP: usize = SAMPLE_RATE as usize;
/// Sound on either side of a segment in which its modulation is measured too: a rotor beats too
/// slowly for 2 s to show it well.
const CONTEXT: usize = 3 * SAMPLE_RATE as usize / 2;
const MIN_SEGMENT: usize = SAMPLE_RATE as usize / 2;
/// Fewest frames with sound in them: a quarter of a second.
const MIN_ACTIVE: usize = 12;

/// The measurements of 2 s of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Start in samples at 16 kHz from the start of the recording.
    pub start: usize,
    /// End in samples; less than 2 s after the start only in a shorter recording.
    pub end: usize,
    /// One value per column of [`schema`], each within its range; `None` if the segment is
    /// digital silence for all but a quarter of a second.
    pub features: Option<Vec<f32>>,
}

impl Segment {
    /// Start in seconds.
    pub fn start_s(&self) -> f64 {
        self.start as f64 / f64::from(SAMPLE_RATE)
    }

    /// End in seconds.
    pub fn end_s(&self) -> f64 {
        self.end as f64 / f64::from(SAMPLE_RATE)
    }
}

/// Measures a recording segment by segment, in constant memory.
///
/// Segments start every second. The last one ends with the recording if half a second or
/// more would otherwise stay unheard. A recording between 0.5 s and 2 s is one segment, measured over the frames it
/// has (padding with silence would measure the padding); a shorter one gives none.
pub struct Extractor {
    store: FrameStore,
    families: Vec<Box<dyn Family + Send>>,
    schema: Vec<FeatureInfo>,
    next_start: usize,
}

impl Default for Extractor {
    fn default() -> Self {
        Self::new()
    }
}

impl Extractor {
    /// An extractor at the start of a recording.
    pub fn new() -> Self {
        Self {
            store: FrameStore::new(),
            families: super::families(),
            schema: schema(),
            next_start: 0,
        }
    }

    /// Takes in samples (16 kHz mono, full scale ±1) and hands on every segment they complete.
    /// `on_power` sees the power spectrum of each short frame (513 bins).
    pub fn push(
        &mut self,
        samples: &[f32],
        on_power: &mut dyn FnMut(&[f32]),
        on_segment: &mut dyn FnMut(Segment),
    ) {
        // Fed in slices of a hop, the stores never hold more than a segment and a bit.
        for slice in samples.chunks(HOP / 4) {
            self.store.push(slice, on_power);
            while self.next_start + SEGMENT + CONTEXT <= self.store.total() {
                let segment = self.measure(self.next_start, self.next_start + SEGMENT);
                on_segment(segment);
                self.next_start += HOP;
                self.store
                    .drop_before(self.next_start.saturating_sub(HOP + CONTEXT));
            }
        }
    }

    /// Hands on the last segment, if there is one.
    pub fn finish(mut self, on_segment: &mut dyn FnMut(Segment)) {
        let total = self.store.total();
        if total < SEGMENT {
            if total >= MIN_SEGMENT {
                on_segment(self.measure(0, total));
            }
            return;
        }
        while self.next_start + SEGMENT <= total {
            on_segment(self.measure(self.next_start, self.next_start + SEGMENT));
            self.next_start += HOP;
        }
        let heard = self.next_start - HOP + SEGMENT;
        if total >= heard + MIN_SEGMENT {
            on_segment(self.measure(total - SEGMENT, total));
        }
    }

    /// Measures a whole recording that is already in memory.
    pub fn measure_all(samples: &[f32]) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut extractor = Self::new();
        extractor.push(samples, &mut |_| {}, &mut |s| segments.push(s));
        extractor.finish(&mut |s| segments.push(s));
        segments
    }

    fn measure(&mut self, start: usize, end: usize) -> Segment {
        let context = (
            start.saturating_sub(CONTEXT),
            (end + CONTEXT).min(self.store.total()),
        );
        let frames = self.store.segment(start, end, context);
        if frames.active.len() < MIN_ACTIVE {
            return Segment {
                start,
                end,
                features: None,
            };
        }
        let mut values = Vec::with_capacity(self.schema.len());
        for family in &mut self.families {
            family.measure(&frames, &mut values);
        }
        debug_assert_eq!(values.len(), self.schema.len());
        for (v, info) in values.iter_mut().zip(&self.schema) {
            *v = if v.is_finite() {
                v.clamp(info.low, info.high)
            } else {
                info.low
            };
        }
        Segment {
            start,
            end,
            features: Some(values),
        }
    }
}
