//! What a recording is fit for, question by question, with the reasons in words.

use serde::{Deserialize, Serialize};

use super::joins::Join;
use super::signs::{Sign, Treatment};
use super::snr::SegmentSnr;
use crate::audio::{Fitness, Quality, Reason};

/// A question that is put to a recording.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Is a munition or drone heard at all?
    Detect,
    /// Which airframe?
    NameAirframe,
    /// How fast?
    MeasureSpeed,
}

impl Question {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Detect, Self::NameAirframe, Self::MeasureSpeed];
}

/// What a recording is fit for.
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename = "FitnessVerdict")
)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The question.
    pub question: Question,
    /// The answer.
    pub fitness: Fitness,
    /// Why not more, in words; empty if fit.
    pub reasons: Vec<String>,
}

/// Names rest on the lines of a comb up to several kHz, and on what lies between them: with nothing above this,
/// airframes of like blade-pass frequency can't be told apart. The classifier calls the same a narrow band.
const NAMING_HZ: f64 = 4_000.0;
/// A name rests on at least three segments of 2 s that agree, one a second.
const NAMING_S: f64 = 4.0;
/// Speed rests on how the pitch falls: at 50 m/s, 150 m away, four fifths of the fall take 8 s. With less, rest frequency and speed
/// can't be told apart ...
const SPEED_S: f64 = 8.0;
/// ... and with less than this, a track is a pitch and no fall.
const SPEED_LEAST_S: f64 = 3.0;
/// A comb whose lines stand less than this above their gaps, dB, gives no track: noise reaches 2 dB.
const COMB_DB: f64 = 3.0;
/// Segments that must hold such a comb.
const COMBS: usize = 3;

/// What the verdicts rest on.
pub(super) struct Grounds<'a> {
    pub(super) quality: &'a Quality,
    /// Where what was heard begins in the recording, s: all times count from the recording's start.
    pub(super) starts_s: f64,
    pub(super) segments: &'a [SegmentSnr],
    pub(super) signs: &'a [Sign],
    pub(super) joins: &'a [Join],
}

impl Grounds<'_> {
    pub(super) fn judge(&self) -> Vec<Verdict> {
        Question::ALL.map(|question| self.of(question)).to_vec()
    }

    fn of(&self, question: Question) -> Verdict {
        let mut against = self.by_quality(question);
        against.extend(match question {
            Question::Detect => self.detect(),
            Question::NameAirframe => self.name(),
            Question::MeasureSpeed => self.speed(),
        });
        Verdict {
            question,
            fitness: against.iter().map(|a| a.0).max().unwrap_or(Fitness::Fit),
            reasons: against.into_iter().map(|a| a.1).collect(),
        }
    }

    /// What the levels say against it, which holds for all questions: but a pitch is not changed by clipping, nor by a narrow band.
    fn by_quality(&self, question: Question) -> Vec<(Fitness, String)> {
        let (_, reasons) = self.quality.fitness();
        let matters = |reason: &Reason| match question {
            Question::MeasureSpeed => !matches!(reason, Reason::Clipped | Reason::NarrowBand),
            Question::NameAirframe => *reason != Reason::NarrowBand,
            Question::Detect => true,
        };
        reasons
            .into_iter()
            .filter(matters)
            .map(|reason| (reason.fitness(), reason.to_string()))
            .collect()
    }

    fn suppressed(&self, what: &str) -> Option<(Fitness, String)> {
        let suppressing =
            |s: &&Sign| matches!(s.treatment, Treatment::SpectralHoles | Treatment::Gate);
        self.signs.iter().find(suppressing).map(|_| {
            let text =
                format!("there are signs of noise suppression, a gate or a low bit rate, {what}");
            (Fitness::Limited, text)
        })
    }

    fn detect(&self) -> Vec<(Fitness, String)> {
        self.suppressed("which take a steady propeller for noise and remove it")
            .into_iter()
            .collect()
    }

    fn name(&self) -> Vec<(Fitness, String)> {
        let q = self.quality;
        let mut against: Vec<(Fitness, String)> = self
            .suppressed("which change what lies between the lines")
            .into_iter()
            .collect();
        if q.bandwidth_hz > 0.0 && q.bandwidth_hz <= NAMING_HZ {
            against.push((
                Fitness::Limited,
                format!(
                    "the sound ends at {:.0} Hz, and names need more than {NAMING_HZ:.0} Hz",
                    q.bandwidth_hz
                ),
            ));
        }
        if q.duration_s < NAMING_S {
            against.push((
                Fitness::Limited,
                format!(
                    "it lasts {:.1} s, and a name rests on {NAMING_S:.0} s or more",
                    q.duration_s
                ),
            ));
        }
        if let Some(join) = self.joins.first() {
            against.push((
                Fitness::Limited,
                format!("there is a sign of a cut at {:.1} s: what is heard on one side need not be what is heard on the other", join.time_s),
            ));
        }
        against
    }

    fn speed(&self) -> Vec<(Fitness, String)> {
        let q = self.quality;
        let mut against = Vec::new();
        let longest = self.longest_s();
        let uncut = if self.joins.is_empty() {
            "it lasts"
        } else {
            "between signs of cuts it lasts"
        };
        if longest < SPEED_LEAST_S {
            against.push((
                Fitness::Unfit,
                format!("{uncut} {longest:.1} s, and a speed needs a track of {SPEED_LEAST_S:.0} s or more"),
            ));
        } else if longest < SPEED_S {
            against.push((
                Fitness::Limited,
                format!("{uncut} {longest:.1} s: with less than {SPEED_S:.0} s, the fall of the pitch is seldom seen to its end"),
            ));
        }
        if q.dropouts > 0 {
            against.push((
                Fitness::Limited,
                format!(
                    "the sound drops out {} times, which breaks tracks",
                    q.dropouts
                ),
            ));
        }
        let combs = self
            .segments
            .iter()
            .filter(|s| s.comb_db >= COMB_DB)
            .count();
        if combs < COMBS {
            against.push((
                Fitness::Unfit,
                format!("a comb stands {COMB_DB:.0} dB or more above its gaps in {combs} segments, and a track needs {COMBS} or more"),
            ));
        }
        against
    }

    /// The longest stretch without a sign of a cut, seconds.
    fn longest_s(&self) -> f64 {
        let mut from = self.starts_s;
        let mut longest = 0.0f64;
        let ends = self.joins.iter().map(|j| j.time_s);
        for end in ends.chain([self.starts_s + self.quality.duration_s]) {
            longest = longest.max(end - from);
            from = end;
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use super::super::joins::JoinKind;
    use super::*;

    /// A passage's verdicts are those of a recording that begins where it does.
    const STARTS_S: f64 = 60.0;

    fn good() -> Quality {
        Quality {
            duration_s: 20.0,
            rms_dbfs: -25.0,
            peak_dbfs: -3.0,
            dc_offset: 0.0,
            clipped_fraction: 0.0,
            silent_fraction: 0.0,
            dropouts: 0,
            bandwidth_hz: 8_000.0,
            nan_samples: 0,
            skipped_packets: 0,
            missing_s: 0.0,
            rest_unread: false,
            cancelled_s: 0.0,
        }
    }

    fn segment(comb_db: f64) -> SegmentSnr {
        SegmentSnr {
            start_s: 0.0,
            end_s: 2.0,
            level_dbfs: -25.0,
            above_floor_db: 10.0,
            comb_db,
            comb_hz: 200.0,
        }
    }

    fn judge(
        quality: &Quality,
        combs: usize,
        signs: &[Sign],
        cuts: &[f64],
    ) -> Vec<(Fitness, usize)> {
        let joins: Vec<Join> = cuts
            .iter()
            .map(|&time_s| Join {
                time_s: STARTS_S + time_s,
                kind: JoinKind::Spectrum,
                strength: 2.0,
                click: false,
            })
            .collect();
        let segments: Vec<SegmentSnr> = (0..19)
            .map(|i| segment(if i < combs { 8.0 } else { 1.0 }))
            .collect();
        let grounds = Grounds {
            quality,
            starts_s: STARTS_S,
            segments: &segments,
            signs,
            joins: &joins,
        };
        let verdicts = grounds.judge().into_iter();
        verdicts.map(|v| (v.fitness, v.reasons.len())).collect()
    }

    #[test]
    fn a_good_recording_is_fit_for_all_questions() {
        assert_eq!(judge(&good(), 10, &[], &[]), [(Fitness::Fit, 0); 3]);
    }

    #[test]
    fn a_narrow_band_is_enough_for_a_speed_and_not_for_a_name() {
        let narrow = Quality {
            bandwidth_hz: 3_500.0,
            ..good()
        };
        let limited = (Fitness::Limited, 1);
        assert_eq!(
            judge(&narrow, 10, &[], &[]),
            [limited, limited, (Fitness::Fit, 0)]
        );
    }

    #[test]
    fn a_speed_needs_an_uncut_track_and_a_comb() {
        let speed = |cuts: &[f64], combs| judge(&good(), combs, &[], cuts)[2];
        assert_eq!(speed(&[6.0, 13.0], 10), (Fitness::Limited, 1));
        assert_eq!(
            speed(&[2.0, 4.5, 7.0, 9.5, 12.0, 14.5, 17.4], 10).0,
            Fitness::Unfit
        );
        assert_eq!(speed(&[], 2), (Fitness::Unfit, 1));
        assert_eq!(speed(&[11.0], 10), (Fitness::Fit, 0));
    }

    #[test]
    fn suppression_limits_what_can_be_heard() {
        let sign = Sign {
            treatment: Treatment::SpectralHoles,
            strength: 0.7,
            at_s: None,
            measured: String::new(),
        };
        let limited = (Fitness::Limited, 1);
        assert_eq!(
            judge(&good(), 10, &[sign], &[]),
            [limited, limited, (Fitness::Fit, 0)]
        );
    }

    #[test]
    fn silence_is_unfit_for_everything() {
        let silence = Quality {
            rms_dbfs: -200.0,
            peak_dbfs: -200.0,
            silent_fraction: 1.0,
            bandwidth_hz: 0.0,
            ..good()
        };
        assert!(judge(&silence, 0, &[], &[])
            .iter()
            .all(|v| v.0 == Fitness::Unfit));
    }
}
