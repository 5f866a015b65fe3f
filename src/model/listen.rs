//! One recording, heard from end to end.

use super::answer::{
    Classification, Dive, ModelRef, SegmentAnswer, CLASSIFICATION_SCHEMA, TRAINED_ON_THIS,
};
use super::decide::{decide, hypotheses, Decided};
use super::judge::Judgement;
use super::memory::Known;
use super::phase::{CLASSES, CRUISE, DIVE};
use super::prior::Prior;
use super::scored::{Scored, ScoredSegments};
use super::segments::{log_probabilities, BATCH};
use super::store::Model;
use super::tap::Tap;
use crate::audio::{self, AudioError, Fitness, ReadOptions, ReadSummary, Source};
use crate::features::{self, Extractor, Segment};
use crate::fingerprint::FingerprintBuilder;
use crate::hex::hex;
use crate::taxonomy::MILITARY;
use ndarray::Array2;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// How a recording is heard.
#[derive(Debug, Clone)]
pub struct ListenOptions {
    /// How it is read.
    pub read: ReadOptions,
    /// What was likely beforehand, over the model's labels.
    pub prior: Prior,
    /// Name of the prior, as it stands in the answer.
    pub prior_name: String,
}

/// Digits after the point of every number in an answer: enough for any use, few enough that
/// machines whose last bits differ agree.
const DIGITS: i32 = 4;
/// Words of a fingerprint (65 s) that are handed over at once.
const WORDS: usize = 4096;

pub(super) fn round(x: f64) -> f64 {
    let scale = 10f64.powi(DIGITS);
    // No negative zero: it would print as -0.0.
    (x * scale).round() / scale + 0.0
}

/// What is heard of the phase.
struct PhaseAnswer {
    named: Option<String>,
    probabilities: BTreeMap<String, f64>,
    dive: Option<Dive>,
}

/// A recording after its last sample.
pub(super) struct Heard {
    pub(super) sha256: [u8; 32],
    /// How the model knows it from its training, if it does.
    pub(super) known: Option<Known>,
    summary: ReadSummary,
    segments: ScoredSegments,
    /// Feature values that were measured, and those of them outside the range of the training data.
    measured: [u64; 2],
}

impl Heard {
    pub(super) fn fitness(&self) -> Fitness {
        self.summary.quality.fitness().0
    }
}

/// The answer about a recording with what it was made from.
#[derive(Debug, Clone)]
pub struct Listened {
    /// The answer.
    pub classification: Classification,
    /// The judgement behind it, unrounded; `None` if the recording cannot carry an answer.
    pub judgement: Option<Judgement>,
    /// Probabilities of the labels by each segment alone: a row per segment of the answer, a column per label of the model.
    pub probabilities: Array2<f32>,
    /// Share of the features of all segments outside the range (0.1 to 99.9 %) of the training data, 0 to 1: how far
    /// the sound lies from all that was learnt; 0.002 on average of recordings like those.
    pub outside: f64,
}

impl Model {
    /// Listens to a recording, in constant memory but for one line a second of the answer.
    ///
    /// # Errors
    /// [`AudioError`] if the recording cannot be read; one that can be read and says nothing is
    /// answered `unusable`.
    pub fn classify(
        &self,
        source: &Source,
        options: &ListenOptions,
    ) -> Result<Classification, AudioError> {
        let sha256 = audio::content_hash(source)?;
        let heard = self.hear(source, sha256, &options.read, &mut ())?;
        let judgement = self.judge_heard(&heard, &options.prior);
        Ok(self.answer(source, &heard, judgement.as_ref(), options))
    }

    /// [`classify`](Self::classify) for a recording whose bytes are known to have the hash `sha256`, so that they need not
    /// be read twice. `tap` hears it too. Gives with the answer what it is made from.
    ///
    /// # Errors
    /// As [`classify`](Self::classify).
    pub fn listen(
        &self,
        source: &Source,
        sha256: [u8; 32],
        options: &ListenOptions,
        tap: &mut dyn Tap,
    ) -> Result<Listened, AudioError> {
        let heard = self.hear(source, sha256, &options.read, tap)?;
        let judgement = self.judge_heard(&heard, &options.prior);
        let [measured, outside] = heard.measured;
        Ok(Listened {
            outside: round(outside as f64 / measured.max(1) as f64),
            classification: self.answer(source, &heard, judgement.as_ref(), options),
            probabilities: heard.segments.into_probabilities(),
            judgement,
        })
    }

    /// Judges samples in memory (16 kHz mono, full scale 1.0) as if they were a whole recording; `None` if no segment of
    /// them holds sound.
    pub fn judge_samples(&self, samples: &[f32], prior: &Prior) -> Option<Judgement> {
        let segments = Extractor::measure_all(samples).into_iter();
        let features: Vec<Vec<f32>> = segments.filter_map(|s| s.features).collect();
        let scores = log_probabilities(&self.parts.scaler, &self.parts.classifier, &features);
        (!scores.is_empty()).then(|| self.parts.judge.judge(&scores, prior))
    }

    /// Hears a recording from end to end.
    pub(super) fn hear(
        &self,
        source: &Source,
        sha256: [u8; 32],
        read: &ReadOptions,
        tap: &mut dyn Tap,
    ) -> Result<Heard, AudioError> {
        let mut reader = audio::open(source, read)?;
        let mut extractor = Extractor::new();
        let mut segments = ScoredSegments::new(self.header().labels.len());
        let mut waiting = Vec::new();
        let mut measured = [0; 2];
        let mut builder = FingerprintBuilder::new();
        let mut recognition = self.parts.memory.recognise(&sha256);
        let mut hand_over = |builder: &mut FingerprintBuilder, tap: &mut dyn Tap| {
            builder.hand_over(|words| {
                recognition.push(words);
                tap.words(words);
            });
        };
        while let Some(block) = reader.next_block()? {
            tap.samples(block);
            extractor.push(block, &mut |power| builder.push(power), &mut |s| {
                waiting.push(s)
            });
            if builder.waiting() >= WORDS {
                hand_over(&mut builder, tap);
            }
            if waiting.len() >= BATCH {
                self.score(&mut waiting, &mut segments, &mut measured);
            }
        }
        hand_over(&mut builder, tap);
        extractor.finish(&mut |s| waiting.push(s));
        self.score(&mut waiting, &mut segments, &mut measured);
        segments.leave_out_edges_of_silence();
        let summary = reader.finish();
        Ok(Heard {
            sha256,
            known: recognition.finish(),
            summary,
            segments,
            measured,
        })
    }

    /// What the segments amount to; `None` if the recording cannot carry an answer.
    pub(super) fn judge_heard(&self, heard: &Heard, prior: &Prior) -> Option<Judgement> {
        let usable = heard.fitness() != Fitness::Unfit && !heard.segments.is_empty();
        usable.then(|| self.parts.judge.judge(&heard.segments.scores(), prior))
    }

    /// Scores the segments that wait and hold sound, and moves them to `scored`.
    fn score(
        &self,
        waiting: &mut Vec<Segment>,
        scored: &mut ScoredSegments,
        measured: &mut [u64; 2],
    ) {
        let silent = waiting.iter().filter(|s| s.features.is_none()).count();
        scored.pass_silent(silent);
        let (segments, features): (Vec<Scored>, Vec<Vec<f32>>) = waiting
            .drain(..)
            .filter_map(|s| {
                let (start_s, end_s) = (s.start_s(), s.end_s());
                let features = s.features?;
                let segment = Scored {
                    start_s,
                    end_s,
                    fundamental_hz: f64::from(features[places().fundamental].exp2()),
                    sounding: f64::from(features[places().sounding]),
                };
                Some((segment, features))
            })
            .unzip();
        for row in &features {
            measured[0] += row.len() as u64;
            measured[1] += self.parts.scaler.outside(row) as u64;
        }
        let scores = log_probabilities(&self.parts.scaler, &self.parts.classifier, &features);
        let phases = self.parts.phase.as_ref();
        let phases = phases.map_or_else(Vec::new, |phase| phase.hear(&features));
        scored.extend(segments, &scores, &phases);
    }

    /// The phase of a recording that is answered as a munition or military drone.
    fn phase(&self, decided: &Decided, heard: &ScoredSegments) -> Option<PhaseAnswer> {
        let model = self.parts.phase.as_ref()?;
        let mut labels = self.header().labels.iter();
        let named = labels.find(|l| l.label == decided.label);
        if named.is_none_or(|l| l.class != MILITARY) {
            return None;
        }
        let rows = heard.phases();
        let segments = heard.segments();
        let judged = model.judge(rows);
        let dive = model.dive(rows).filter(|_| judged.dive > 0.5);
        Some(PhaseAnswer {
            named: judged.named().map(str::to_owned),
            probabilities: BTreeMap::from([
                (CLASSES[CRUISE].to_owned(), round(1.0 - judged.dive)),
                (CLASSES[DIVE].to_owned(), round(judged.dive)),
            ]),
            dive: dive.map(|(first, last)| Dive {
                start_s: round(segments[first].start_s),
                end_s: round(segments[last].end_s),
                track: segments[first..=last]
                    .iter()
                    .map(|s| [round(0.5 * (s.start_s + s.end_s)), round(s.fundamental_hz)])
                    .collect(),
            }),
        })
    }

    fn answer(
        &self,
        source: &Source,
        heard: &Heard,
        judged: Option<&Judgement>,
        options: &ListenOptions,
    ) -> Classification {
        let Heard {
            sha256,
            known,
            summary,
            segments,
            ..
        } = heard;
        let (fitness, reasons) = summary.quality.fitness();
        let decided = decide(self.header(), judged, &reasons);
        let phase = self.phase(&decided, segments);
        let mut warnings: Vec<String> =
            summary.warnings.iter().map(|w| w.message.clone()).collect();
        warnings.extend(reasons.iter().map(ToString::to_string));
        warnings.extend(known.map(trained_on_this));
        let best = judged.map(Judgement::best);
        let heard = best.map_or(0.0, |label| segments.heard_s(label));
        let named = |label: usize| self.header().labels[label].label.clone();
        let answered = best.filter(|&label| named(label) == decided.label);
        Classification {
            schema: CLASSIFICATION_SCHEMA,
            path: source.name(),
            sha256: hex(sha256),
            duration_s: round(summary.duration_s),
            decision: decided.decision,
            label: decided.label,
            family: decided.family,
            class: decided.class,
            phase: phase.as_ref().and_then(|p| p.named.clone()),
            phase_probabilities: phase.as_ref().map(|p| p.probabilities.clone()),
            dive: phase.and_then(|p| p.dive),
            grade: decided.grade,
            statement: decided.statement,
            probabilities: judged.map_or_else(BTreeMap::new, |j| {
                self.by_label(&j.probabilities, |p| round(*p))
            }),
            prior: options.prior_name.clone(),
            prior_shares: self.by_label(options.prior.probabilities(), |p| round(*p)),
            log10_lr: judged.map_or_else(BTreeMap::new, |j| {
                self.by_label(&j.log10_lr, |lr| lr.map(round))
            }),
            log10_lr_bounds: self.lr_bounds(&options.prior),
            label_log10_lr_bounds: answered
                .and_then(|label| self.label_lr_bounds(label, &options.prior)),
            hypotheses: best.map(|label| hypotheses(&named(label), &options.prior_name)),
            prediction_set: judged.map_or_else(Vec::new, |j| {
                j.prediction_set.iter().map(|&l| named(l)).collect()
            }),
            prediction_set_insufficient: self.insufficient(),
            coverage: self.parts.judge.sets().coverage(),
            heard_s: round(heard),
            fitness,
            warnings,
            segments: segments
                .with_best()
                .map(|(segment, label, score)| SegmentAnswer {
                    start_s: round(segment.start_s),
                    end_s: round(segment.end_s),
                    label: named(label),
                    probability: round(f64::from(score).exp()),
                })
                .collect(),
            model: ModelRef {
                id: self.header().id.clone(),
                sha256: self.sha256().to_owned(),
            },
            log10_likelihoods: judged.map_or_else(BTreeMap::new, |j| {
                let most = j.log_likelihoods[j.likeliest()];
                self.by_label(&j.log_likelihoods, |l| {
                    round((l - most) / std::f64::consts::LN_10)
                })
            }),
            stream: Some(summary.info.clone()),
            quality: Some(summary.quality.clone()),
            read_warnings: summary.warnings.clone(),
        }
    }

    fn by_label<T, U>(&self, values: &[T], show: impl Fn(&T) -> U) -> BTreeMap<String, U> {
        let labels = self.header().labels.iter().map(|l| l.label.clone());
        labels.zip(values.iter().map(show)).collect()
    }

    fn label_lr_bounds(&self, label: usize, prior: &Prior) -> Option<[f64; 2]> {
        let own = self.parts.judge.ratios().bounds(label, prior)?;
        Some(own.map(round))
    }

    fn lr_bounds(&self, prior: &Prior) -> Option<[f64; 2]> {
        let known = (0..self.header().labels.len()).filter_map(|l| self.label_lr_bounds(l, prior));
        known.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])])
    }

    fn insufficient(&self) -> Vec<String> {
        let thresholds = self
            .parts
            .judge
            .sets()
            .labels()
            .iter()
            .zip(&self.header().labels);
        thresholds
            .filter(|(t, _)| t.insufficient)
            .map(|(_, l)| l.label.clone())
            .collect()
    }
}

/// Places in the feature vector.
struct Places {
    /// The strongest comb's fundamental, octaves.
    fundamental: usize,
    /// The share of frames that are not digital silence.
    sounding: usize,
}

fn places() -> &'static Places {
    static PLACES: OnceLock<Places> = OnceLock::new();
    PLACES.get_or_init(|| {
        let infos = features::schema();
        let place = |name: &str| {
            let found = infos.iter().position(|info| info.name == name);
            found.unwrap_or_default()
        };
        Places {
            fundamental: place("comb.fundamental"),
            sounding: place("dynamics.active"),
        }
    })
}

fn trained_on_this(known: Known) -> String {
    format!("{TRAINED_ON_THIS}the model was trained on {known}, so its answer proves nothing")
}
