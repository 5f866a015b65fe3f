//! What is kept of each frame until every segment that holds it has been measured.

use crate::spectrum::sum::{dot, mean, sum, sum_of_pairs};
use crate::spectrum::{
    floor_of, ln, ln_in_place, CombScorer, Dct, LineSpectrum, MelBank, Shape, ShapeMeter, Stft,
    LINE_BINS, LONG, POWER_FLOOR, SHORT,
};

/// Mel bands of a short frame, 50 Hz to 8 kHz.
pub const MEL_BANDS: usize = 64;
/// Cepstral coefficients of a short frame, the 0th included.
pub const CEPSTRA: usize = 20;
/// Mel bands of one octet.
const OCTET: usize = 8;
/// Octets of mel bands, whose dynamics are followed.
pub const OCTETS: usize = MEL_BANDS / OCTET;
/// Mel groups whose modulation is analysed, as first band and the one after the last.
pub const GROUPS: [(usize, usize); 6] = [(0, 6), (6, 14), (14, 24), (24, 36), (36, 50), (50, 64)];
/// Samples per point of the envelope: 4 ms, so that modulation up to 125 Hz is seen.
pub const ENVELOPE_HOP: usize = 64;
/// Points of the envelope in a short frame.
const POINTS: usize = SHORT.length / ENVELOPE_HOP;
/// Mean power below which a frame is digital silence and says nothing: -90 dBFS.
const SILENCE: f32 = 1e-9;

/// Rows of equal width, one per frame, whose oldest rows can be dropped.
#[derive(Default)]
pub struct Rows {
    width: usize,
    first: usize,
    /// Frames before this one may be forgotten.
    wanted: usize,
    values: Vec<f32>,
}

impl Rows {
    fn new(width: usize) -> Self {
        Self {
            width,
            first: 0,
            wanted: 0,
            values: Vec::new(),
        }
    }

    /// Index of the frame after the last.
    pub fn end(&self) -> usize {
        self.first + self.values.len() / self.width
    }

    fn push(&mut self) -> &mut [f32] {
        let at = self.values.len();
        self.values.resize(at + self.width, 0.0);
        &mut self.values[at..]
    }

    /// Forgets the frames before `frame`, once they are half of all: what stays is moved to the
    /// front, and that must not happen every time.
    fn drop_before(&mut self, frame: usize) {
        self.wanted = self.wanted.max(frame.min(self.end()));
        let unwanted = self.wanted - self.first;
        if 2 * unwanted >= self.end() - self.first {
            self.values.drain(..unwanted * self.width);
            self.first = self.wanted;
        }
    }

    /// The values of frames `from..to`, row after row; frames already dropped are a bug.
    pub fn range(&self, from: usize, to: usize) -> &[f32] {
        &self.values[(from - self.first) * self.width..(to - self.first) * self.width]
    }
}

/// Turns samples into frames and keeps what the feature families read.
pub struct FrameStore {
    samples: Vec<f32>,
    /// Index of `samples[0]` in the recording.
    samples_start: usize,
    short_stft: Stft,
    long_stft: Stft,
    mel: MelBank,
    dct: Dct,
    meter: ShapeMeter,
    lines: LineSpectrum,
    scorer: CombScorer,
    power: Vec<f32>,
    long_power: Vec<f32>,
    log_mel: Rows,
    cepstra: Rows,
    shape: Rows,
    whitened: Rows,
    comb_scores: Rows,
    octets: Rows,
    groups: Rows,
    envelope: Rows,
    log_envelope: [Rows; 2],
    last_sample: f32,
}

/// Values of one row of [`SegmentFrames::shape`].
pub const SHAPE_WIDTH: usize = 5;

impl FrameStore {
    pub fn new() -> Self {
        let scorer = CombScorer::new();
        Self {
            samples: Vec::new(),
            samples_start: 0,
            short_stft: Stft::new(SHORT),
            long_stft: Stft::new(LONG),
            mel: MelBank::new(SHORT, MEL_BANDS, 50.0, 8_000.0),
            dct: Dct::new(MEL_BANDS, CEPSTRA),
            meter: ShapeMeter::new(SHORT),
            lines: LineSpectrum::new(),
            power: vec![0.0; SHORT.bins()],
            long_power: vec![0.0; LINE_BINS],
            log_mel: Rows::new(MEL_BANDS),
            cepstra: Rows::new(CEPSTRA),
            shape: Rows::new(SHAPE_WIDTH),
            whitened: Rows::new(LINE_BINS),
            comb_scores: Rows::new(scorer.candidates()),
            octets: Rows::new(OCTETS),
            groups: Rows::new(GROUPS.len()),
            envelope: Rows::new(1),
            log_envelope: [Rows::new(1), Rows::new(1)],
            last_sample: 0.0,
            scorer,
        }
    }

    /// Samples taken in so far.
    pub fn total(&self) -> usize {
        self.samples_start + self.samples.len()
    }

    /// Takes in samples and makes every frame that they complete; `on_power` sees the power
    /// spectrum of each short frame.
    pub fn push(&mut self, samples: &[f32], on_power: &mut dyn FnMut(&[f32])) {
        self.samples.extend_from_slice(samples);
        let total = self.total();
        while self.envelope.end() * ENVELOPE_HOP + ENVELOPE_HOP <= total {
            self.push_envelope();
        }
        while self.log_mel.end() * SHORT.hop + SHORT.length <= total {
            self.push_short(on_power);
        }
        while self.whitened.end() * LONG.hop + LONG.length <= total {
            self.push_long();
        }
        let needed = (self.log_mel.end() * SHORT.hop)
            .min(self.whitened.end() * LONG.hop)
            .min(self.envelope.end() * ENVELOPE_HOP);
        let n = needed
            .saturating_sub(self.samples_start)
            .min(self.samples.len());
        self.samples.drain(..n);
        self.samples_start += n;
    }

    fn push_envelope(&mut self) {
        let at = self.envelope.end() * ENVELOPE_HOP - self.samples_start;
        let samples = &self.samples[at..at + ENVELOPE_HOP];
        let first_step = samples[0] - self.last_sample;
        let squared_step = |x: f32, before: f32| (x - before) * (x - before);
        let steps = sum_of_pairs(&samples[1..], samples, squared_step);
        self.last_sample = samples[ENVELOPE_HOP - 1];
        let full = dot(samples, samples) / ENVELOPE_HOP as f32;
        let high = (first_step * first_step + steps) / ENVELOPE_HOP as f32;
        self.envelope.push()[0] = full;
        for (rows, power) in self.log_envelope.iter_mut().zip([full, high]) {
            rows.push()[0] = ln(power.max(POWER_FLOOR));
        }
    }

    fn push_short(&mut self, on_power: &mut dyn FnMut(&[f32])) {
        let at = self.log_mel.end() * SHORT.hop - self.samples_start;
        let frame = &self.samples[at..at + SHORT.length];
        let first_point = self.log_mel.end() * SHORT.hop / ENVELOPE_HOP;
        let energy = mean(self.envelope.range(first_point, first_point + POINTS));
        self.short_stft.power_into(frame, &mut self.power);
        on_power(&self.power);
        let log_mel = self.log_mel.push();
        self.mel.apply(&self.power, log_mel);
        ln_in_place(log_mel, floor_of(sum(&self.power)));
        self.dct.apply(log_mel, self.cepstra.push());
        for (to, bands) in self
            .octets
            .push()
            .iter_mut()
            .zip(log_mel.chunks_exact(OCTET))
        {
            *to = mean(bands);
        }
        for (to, (first, end)) in self.groups.push().iter_mut().zip(GROUPS) {
            *to = mean(&log_mel[first..end]);
        }
        let Shape {
            centroid_hz,
            spread_hz,
            rolloff_hz,
            flatness,
        } = self.meter.measure(&self.power);
        self.shape
            .push()
            .copy_from_slice(&[energy, centroid_hz, spread_hz, rolloff_hz, flatness]);
    }

    fn push_long(&mut self) {
        let at = self.whitened.end() * LONG.hop - self.samples_start;
        self.long_stft
            .power_into(&self.samples[at..at + LONG.length], &mut self.long_power);
        let whitened = self.whitened.push();
        self.lines.whiten(&self.long_power, whitened);
        self.scorer.score(whitened, self.comb_scores.push());
    }

    /// Forgets frames that start before `sample`.
    pub fn drop_before(&mut self, sample: usize) {
        let short = sample.div_ceil(SHORT.hop);
        for rows in [
            &mut self.log_mel,
            &mut self.cepstra,
            &mut self.shape,
            &mut self.octets,
            &mut self.groups,
        ] {
            rows.drop_before(short);
        }
        let long = sample.div_ceil(LONG.hop);
        self.whitened.drop_before(long);
        self.comb_scores.drop_before(long);
        let [full, high] = &mut self.log_envelope;
        for rows in [&mut self.envelope, full, high] {
            rows.drop_before(sample / ENVELOPE_HOP);
        }
    }

    /// The frames that lie wholly in samples `start..end`, and for modulation those of
    /// `context_start..context_end` around them.
    pub fn segment(&self, start: usize, end: usize, context: (usize, usize)) -> SegmentFrames<'_> {
        let (from, to) = frames_within((start, end), SHORT.length, SHORT.hop, self.log_mel.end());
        let long = frames_within((start, end), LONG.length, LONG.hop, self.whitened.end());
        let points = frames_within(
            (start, end),
            ENVELOPE_HOP,
            ENVELOPE_HOP,
            self.envelope.end(),
        );
        let around = frames_within(context, SHORT.length, SHORT.hop, self.log_mel.end());
        let around_points = frames_within(context, ENVELOPE_HOP, ENVELOPE_HOP, self.envelope.end());
        let shape = self.shape.range(from, to);
        SegmentFrames {
            log_mel: self.log_mel.range(from, to),
            cepstra: self.cepstra.range(from, to),
            shape,
            active: active(shape),
            whitened: self.whitened.range(long.0, long.1),
            comb_scores: self.comb_scores.range(long.0, long.1),
            envelope: self.envelope.range(points.0, points.1),
            log_envelope: self.log_envelope[0].range(points.0, points.1),
            octets: self.octets.range(from, to),
            context_groups: self.groups.range(around.0, around.1),
            context_active: active(self.shape.range(around.0, around.1)),
            context_log_envelope: [0, 1]
                .map(|i| self.log_envelope[i].range(around_points.0, around_points.1)),
            scorer: &self.scorer,
        }
    }
}

/// First frame, and the one after the last, of those that lie wholly in samples `range`.
fn frames_within(
    range: (usize, usize),
    length: usize,
    hop: usize,
    available: usize,
) -> (usize, usize) {
    let from = range.0.div_ceil(hop);
    let to = if range.1 >= length {
        (range.1 - length) / hop + 1
    } else {
        0
    };
    (from, to.min(available).max(from))
}

/// Indices of the frames that are not digital silence.
fn active(shape: &[f32]) -> Vec<usize> {
    let rows = shape.chunks_exact(SHAPE_WIDTH).enumerate();
    rows.filter(|(_, row)| row[0] > SILENCE)
        .map(|(i, _)| i)
        .collect()
}

/// The frames of one segment, as the feature families see them.
pub struct SegmentFrames<'a> {
    /// Log mel powers, `[frames][MEL_BANDS]`, in nepers.
    pub log_mel: &'a [f32],
    /// Cepstral coefficients, `[frames][CEPSTRA]`.
    pub cepstra: &'a [f32],
    /// `[frames][SHAPE_WIDTH]`: mean power, centroid, spread, roll-off, flatness.
    pub shape: &'a [f32],
    /// Indices of the short frames that are not digital silence.
    pub active: Vec<usize>,
    /// Whitened long frames, `[long frames][LINE_BINS]`.
    pub whitened: &'a [f32],
    /// Contrast of every candidate fundamental, `[long frames][candidates]`.
    pub comb_scores: &'a [f32],
    /// Mean power of the samples, one value every 4 ms.
    pub envelope: &'a [f32],
    /// Its natural logarithm.
    pub log_envelope: &'a [f32],
    /// Mean log mel power of each octet of bands, `[frames][OCTETS]`.
    pub octets: &'a [f32],
    /// Mean log mel power of each of [`GROUPS`], `[frames][GROUPS.len()]`, of the segment and
    /// 1.5 s on either side, as far as the recording goes.
    pub context_groups: &'a [f32],
    /// Indices of the rows of `context_groups` that are not digital silence.
    pub context_active: Vec<usize>,
    /// Log mean power, every 4 ms of the same stretch, of the samples and of their first difference.
    pub context_log_envelope: [&'a [f32]; 2],
    /// The scorer that made `comb_scores`.
    pub scorer: &'a CombScorer,
}

impl SegmentFrames<'_> {
    /// Row of `values` (rows of `width`) for each frame that is not silent.
    pub fn active_rows<'b>(
        &'b self,
        values: &'b [f32],
        width: usize,
    ) -> impl Iterator<Item = &'b [f32]> + Clone + 'b {
        self.active
            .iter()
            .map(move |&i| &values[i * width..(i + 1) * width])
    }

    /// Level of one of [`GROUPS`] in each frame of the context that is not silent.
    pub fn context_group(&self, group: usize) -> impl Iterator<Item = f32> + '_ {
        let level = move |i: &usize| self.context_groups[i * GROUPS.len() + group];
        self.context_active.iter().map(level)
    }
}
