//! Rendered clips over pieces of a recording, put to the model.

use super::background::PIECE;
use super::AudibleError;
use crate::channel::{augment, BandParams, ChainParams, Interval, MixParams, ValidChainParams};
use crate::model::decide::is_alarm;
use crate::model::prior::Prior;
use crate::model::store::Model;
use crate::render::{Scene, SceneRanges, ValidSceneRanges};
use crate::signature::{Phase, Signature};
use crate::SAMPLE_RATE;

/// The ratios tried, dB.
pub(super) const SNRS_DB: [f64; 12] = [
    -15.0, -12.0, -9.0, -6.0, -3.0, 0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0,
];
/// Clips of each signature: rendering is what takes the time.
pub(super) const CLIPS: usize = 2;
/// Pieces that each clip is laid over; fewer where the recording has fewer, as the same once more would be no trial.
const PIECES: usize = 3;
/// Where the draws begin.
const SEED: u64 = 0x6865_6172;
/// From this on, a recording's band is taken for whole, Hz; below, clips are cut off where it ends.
const WHOLE_BAND_HZ: f64 = 7_500.0;

/// What all trials share.
pub(super) struct Trials<'a> {
    model: &'a Model,
    prior: &'a Prior,
    pieces: &'a [Vec<f32>],
    ranges: ValidSceneRanges,
    /// The recording's band, where it is not whole.
    band: Option<ValidChainParams>,
    /// A mix at each ratio.
    mixes: Vec<ValidChainParams>,
}

impl<'a> Trials<'a> {
    pub(super) fn new(
        model: &'a Model,
        prior: &'a Prior,
        pieces: &'a [Vec<f32>],
        bandwidth_hz: f64,
    ) -> Result<Self, AudibleError> {
        let seconds = PIECE as f64 / f64::from(SAMPLE_RATE);
        let ranges = SceneRanges {
            clip_s: seconds,
            ..SceneRanges::default()
        };
        let mixes = SNRS_DB.iter().map(|&snr| {
            let mix = MixParams {
                probability: 1.0,
                snr_db: Interval::new(snr, snr),
            };
            let chain = ChainParams {
                mix: Some(mix),
                ..ChainParams::none()
            };
            chain.check()
        });
        let narrow = (bandwidth_hz < WHOLE_BAND_HZ).then(|| {
            let end_hz = bandwidth_hz.max(2_000.0);
            let band = BandParams {
                probability: 1.0,
                high_pass_hz: Interval::new(20.0, 20.0),
                low_pass_hz: Interval::new(end_hz, end_hz),
            };
            let chain = ChainParams {
                band: Some(band),
                ..ChainParams::none()
            };
            chain.check()
        });
        Ok(Self {
            model,
            prior,
            pieces,
            ranges: ranges.check()?,
            band: narrow.transpose()?,
            mixes: mixes.collect::<Result<_, _>>()?,
        })
    }

    /// Trials of each signature.
    pub(super) fn count(&self) -> usize {
        CLIPS * self.turns()
    }

    fn turns(&self) -> usize {
        PIECES.min(self.pieces.len())
    }

    /// Trials of a signature that are answered as a munition or military drone at each ratio, and the lowest and
    /// highest presumed level of its sources.
    pub(super) fn of(
        &self,
        signature: &Signature,
        phase: Phase,
        seed: u64,
    ) -> Result<(Vec<usize>, [f64; 2]), AudibleError> {
        let mut heard = vec![0; SNRS_DB.len()];
        let mut source = [f64::INFINITY, f64::NEG_INFINITY];
        for clip in 0..CLIPS {
            let seed = SEED ^ (seed << 32) ^ ((clip as u64) << 8);
            let scene = Scene::draw(signature, phase, &self.ranges, seed)?;
            let level = scene.params().source_db_spl;
            source = [source[0].min(level), source[1].max(level)];
            let seconds = PIECE as f64 / f64::from(SAMPLE_RATE);
            let mut sound = scene.render(seconds).samples;
            if let Some(band) = &self.band {
                sound = augment(&sound, None, band, 0);
            }
            for turn in 0..self.turns() {
                // Each clip begins with another piece.
                let piece = &self.pieces[(clip * self.turns() + turn) % self.pieces.len()];
                let from = self.lowest(&sound, piece, seed);
                heard[from..].iter_mut().for_each(|n| *n += 1);
            }
        }
        Ok((heard, source))
    }

    /// Place of the lowest ratio at which a clip is answered, by bisection: what is answered at one ratio is taken to be
    /// answered at all higher ones. Their number if it is at none.
    fn lowest(&self, sound: &[f32], piece: &[f32], seed: u64) -> usize {
        let answered = |place: usize| {
            let mixed = augment(sound, Some(piece), &self.mixes[place], seed);
            self.is_alarm(&mixed)
        };
        let (mut low, mut high) = (0, SNRS_DB.len());
        while low < high {
            let middle = (low + high) / 2;
            if answered(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    fn is_alarm(&self, samples: &[f32]) -> bool {
        let judged = self.model.judge_samples(samples, self.prior);
        judged.is_some_and(|j| is_alarm(&self.model.header().labels, &j))
    }

    /// Share of the pieces that are answered so by themselves.
    pub(super) fn alarms_without(&self) -> f64 {
        let alarms = self.pieces.iter().filter(|piece| self.is_alarm(piece));
        alarms.count() as f64 / self.pieces.len().max(1) as f64
    }
}

/// Place of the lowest ratio from which on half of `trials` or more are heard.
pub(super) fn half(heard: &[usize], trials: usize) -> Option<usize> {
    let enough = |&n: &usize| 2 * n >= trials;
    let below = heard.iter().rposition(|n| !enough(n));
    let place = below.map_or(0, |place| place + 1);
    (place < heard.len()).then_some(place)
}
