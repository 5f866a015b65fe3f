//! The segments of one recording with their scores.

use ndarray::Array2;

use super::phase::SegmentPhase;

/// A segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scored {
    /// Start, s.
    pub(super) start_s: f64,
    /// End, s.
    pub(super) end_s: f64,
    /// Fundamental of the strongest comb, Hz.
    pub(super) fundamental_hz: f64,
    /// Share of its frames that are not digital silence.
    pub(super) sounding: f64,
}

/// Segments of which less holds sound say little where others are whole: the edge of a silence sounds like an end, as a dive has
/// one. In three of 41 recordings of a Shahed, put between silences of 20 and 36 s, they turned the answer into "cannot tell", and
/// in two the phase into a dive.
const WHOLE: f64 = 0.75;
/// So many whole ones are enough to do without the others. Short clips, from which much was learnt, keep theirs ...
const ENOUGH: usize = 4;
/// ... unless as many segments hold no sound at all, which those clips are too short for: then so many are enough.
const ENOUGH_IN_SILENCE: usize = 2;

/// The segments of a recording in order, each with its log-probabilities.
///
/// These last as long as the recording, while features and matrices come and go. One buffer holds them all: small
/// allocations of their own would lie scattered between the large ones and keep their memory from being used again
/// (ten hours took 0.4 GB that way).
#[derive(Debug)]
pub(super) struct ScoredSegments {
    segments: Vec<Scored>,
    n_labels: usize,
    scores: Vec<f32>,
    phases: Vec<SegmentPhase>,
    silent: usize,
}

impl ScoredSegments {
    /// None yet, for a model of `n_labels` labels.
    pub(super) fn new(n_labels: usize) -> Self {
        Self {
            segments: Vec::new(),
            n_labels,
            scores: Vec::new(),
            phases: Vec::new(),
            silent: 0,
        }
    }

    /// Adds segments with one row of log-probabilities of the labels each and, where the model tells them, what says their
    /// phase.
    pub(super) fn extend(
        &mut self,
        segments: impl IntoIterator<Item = Scored>,
        scores: &[Vec<f32>],
        phases: &[SegmentPhase],
    ) {
        self.segments.extend(segments);
        self.scores.extend(scores.iter().flatten());
        self.phases.extend(phases);
    }

    /// Counts segments that hold no sound.
    pub(super) fn pass_silent(&mut self, segments: usize) {
        self.silent += segments;
    }

    /// Leaves out those that are partly digital silence, if enough others are there.
    pub(super) fn leave_out_edges_of_silence(&mut self) {
        let is_whole: Vec<bool> = self.segments.iter().map(|s| s.sounding >= WHOLE).collect();
        let enough = match self.silent >= ENOUGH {
            true => ENOUGH_IN_SILENCE,
            false => ENOUGH,
        };
        if is_whole.iter().filter(|whole| **whole).count() < enough {
            return;
        }
        let keep = |place: usize| is_whole[place];
        let width = self.n_labels.max(1);
        retain(&mut self.scores, |value| keep(value / width));
        retain(&mut self.phases, keep);
        retain(&mut self.segments, keep);
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The segments.
    pub(super) fn segments(&self) -> &[Scored] {
        &self.segments
    }

    /// Log-probabilities of the labels, a row per segment.
    pub(super) fn scores(&self) -> Vec<&[f32]> {
        self.scores.chunks_exact(self.n_labels.max(1)).collect()
    }

    /// Probabilities of the labels, a row per segment, in the place of their logarithms.
    pub(super) fn into_probabilities(self) -> Array2<f32> {
        let shape = (self.segments.len(), self.n_labels);
        let scores = Array2::from_shape_vec(shape, self.scores);
        scores.unwrap_or_default().mapv_into(f32::exp)
    }

    /// What says the phase of each segment; nothing where the model does not tell phases.
    pub(super) fn phases(&self) -> &[SegmentPhase] {
        &self.phases
    }

    /// Each segment with its best label and that label's log-probability.
    pub(super) fn with_best(&self) -> impl Iterator<Item = (&Scored, usize, f32)> {
        let scores = self.scores.chunks_exact(self.n_labels.max(1));
        self.segments.iter().zip(scores).map(|(segment, row)| {
            let best = (0..row.len())
                .max_by(|&a, &b| row[a].total_cmp(&row[b]))
                .unwrap_or(0);
            (segment, best, row[best])
        })
    }

    /// Seconds covered by the segments whose best label is `label`; overlaps count once.
    pub(super) fn heard_s(&self, label: usize) -> f64 {
        let mut covered_to = 0.0f64;
        let mut heard = 0.0;
        for (s, ..) in self.with_best().filter(|(_, best, _)| *best == label) {
            heard += s.end_s - s.start_s.max(covered_to);
            covered_to = s.end_s;
        }
        heard
    }
}

/// Keeps the entries at the places wanted, in the buffer that is there.
fn retain<T>(all: &mut Vec<T>, wanted: impl Fn(usize) -> bool) {
    let mut place = 0;
    all.retain(|_| {
        place += 1;
        wanted(place - 1)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments() -> ScoredSegments {
        let mut found = ScoredSegments::new(2);
        let segment = |start_s: f64| Scored {
            start_s,
            end_s: start_s + 2.0,
            fundamental_hz: 100.0,
            sounding: 1.0,
        };
        let phases = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]].map(|scores| SegmentPhase {
            scores,
            course: Default::default(),
        });
        found.extend(
            [segment(0.0), segment(1.0)],
            &[vec![-0.1, -2.0], vec![-0.2, -3.0]],
            &phases,
        );
        found.extend([segment(2.0)], &[vec![-4.0, -0.3]], &phases[..1]);
        found
    }

    #[test]
    fn each_segment_keeps_its_scores() {
        let found = segments();
        assert_eq!(found.scores(), [[-0.1, -2.0], [-0.2, -3.0], [-4.0, -0.3]]);
        assert_eq!(found.phases()[1].scores, [0.4, 0.5, 0.6]);
        let probabilities = segments().into_probabilities();
        assert_eq!(probabilities.dim(), (3, 2));
        assert_eq!(probabilities[[2, 1]], (-0.3f32).exp());
        let best: Vec<_> = found
            .with_best()
            .map(|(_, best, score)| (best, score))
            .collect();
        assert_eq!(best, [(0, -0.1), (0, -0.2), (1, -0.3)]);
    }

    #[test]
    fn overlaps_are_heard_once() {
        assert_eq!(segments().heard_s(0), 3.0);
        assert_eq!(segments().heard_s(1), 2.0);
    }

    #[test]
    fn edges_of_silence_are_left_out_where_enough_else_is_heard() {
        let numbered = |edges: &[usize], n: usize, silent: usize| {
            let mut found = ScoredSegments::new(2);
            for i in 0..n {
                let segment = Scored {
                    start_s: i as f64,
                    end_s: i as f64 + 2.0,
                    fundamental_hz: 100.0,
                    sounding: if edges.contains(&i) { 0.5 } else { 0.9 },
                };
                let phase = SegmentPhase {
                    scores: [i as f32; 3],
                    course: Default::default(),
                };
                found.extend([segment], &[vec![i as f32, 0.0]], &[phase]);
            }
            found.pass_silent(silent);
            found.leave_out_edges_of_silence();
            let scores: Vec<usize> = found.scores().iter().map(|s| s[0] as usize).collect();
            let starts: Vec<usize> = found.segments.iter().map(|s| s.start_s as usize).collect();
            let phases: Vec<usize> = found.phases.iter().map(|p| p.scores[0] as usize).collect();
            assert!(scores == starts && scores == phases, "{scores:?}");
            scores
        };
        assert_eq!(numbered(&[0, 5], 6, 0), [1, 2, 3, 4]);
        assert_eq!(numbered(&[0, 4], 5, 3), [0, 1, 2, 3, 4]);
        assert_eq!(numbered(&[0, 3], 4, 4), [1, 2]);
        assert_eq!(numbered(&[0, 2], 3, 40), [0, 1, 2]);
        assert_eq!(numbered(&[], 3, 0), [0, 1, 2]);
    }
}
