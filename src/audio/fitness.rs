//! Whether a recording can carry an answer at all.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::quality::Quality;

/// What a recording is fit for.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fitness {
    /// Nothing stands in the way of an answer.
    Fit,
    /// An answer is possible and rests on less than usual.
    Limited,
    /// No answer is possible.
    Unfit,
}

impl Fitness {
    /// Its name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::Limited => "limited",
            Self::Unfit => "unfit",
        }
    }
}

/// Why a recording is not, or not wholly, fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// Under 0.5 s: less than a quarter of a segment, and a propeller at 100 Hz has turned too
    /// few times to tell a steady comb from a click.
    TooShort,
    /// Nothing louder than -70 dBFS, ten steps of a 16-bit sample.
    Silent,
    /// Under 0.5 s louder than that, be it ever so loud: too little for the same reasons as [`TooShort`](Self::TooShort).
    LittleSound,
    /// No sound above 1 kHz: what is left are the first few lines of a comb, which wind, traffic
    /// and mains hum have too.
    NoTreble,
    /// Under 2 s, one segment: it is padded, and nothing can be said about change over time.
    Short,
    /// No sound above 4 kHz, as over a telephone.
    NarrowBand,
    /// A hundredth of the samples or more at full scale: clipping adds harmonics, which make
    /// a comb where there is none.
    Clipped,
    /// An average level below -60 dBFS.
    Quiet,
    /// Silent for half of the time or more.
    MostlySilent,
    /// More than one dropout in ten seconds: cuts look like impulses and break tracks.
    Dropouts,
    /// A tenth of the recording or more is missing from the file.
    Incomplete,
    /// Sound follows in the file that could not be read, and nothing tells how much.
    RestUnread,
    /// The channels cancel in a tenth of the recording or in 1 s of it, which are lost.
    Cancelled,
    /// The channels cancel in half of the recording or more: most of the sound is lost.
    MostlyCancelled,
    /// Samples that were no numbers.
    BadSamples,
    /// Packets that could not be decoded.
    BadPackets,
}

impl Reason {
    /// Kebab-case and stable, for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooShort => "too-short",
            Self::Silent => "silent",
            Self::LittleSound => "little-sound",
            Self::NoTreble => "no-treble",
            Self::Short => "short",
            Self::NarrowBand => "narrow-band",
            Self::Clipped => "clipped",
            Self::Quiet => "quiet",
            Self::MostlySilent => "mostly-silent",
            Self::Dropouts => "dropouts",
            Self::Incomplete => "incomplete",
            Self::RestUnread => "rest-unread",
            Self::Cancelled => "cancelled",
            Self::MostlyCancelled => "mostly-cancelled",
            Self::BadSamples => "bad-samples",
            Self::BadPackets => "bad-packets",
        }
    }

    /// How far it takes the fitness down.
    pub fn fitness(self) -> Fitness {
        match self {
            Self::TooShort
            | Self::Silent
            | Self::LittleSound
            | Self::NoTreble
            | Self::MostlyCancelled => Fitness::Unfit,
            _ => Fitness::Limited,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooShort => "shorter than 0.5 s",
            Self::Silent => "silent",
            Self::LittleSound => "less than 0.5 s of it is sound, the rest is silence",
            Self::NoTreble => "no sound above 1 kHz",
            Self::Short => "shorter than one segment of 2 s",
            Self::NarrowBand => "no sound above 4 kHz",
            Self::Clipped => "1 % or more of the samples are clipped",
            Self::Quiet => "very quiet",
            Self::MostlySilent => "silent for half of the time or more",
            Self::Dropouts => "the sound drops out more than once in ten seconds",
            Self::Incomplete => "a tenth or more is missing from the file",
            Self::RestUnread => "holds more sound, which was not read",
            Self::Cancelled => "the channels cancel in a part of it",
            Self::MostlyCancelled => "the channels cancel in most of it",
            Self::BadSamples => "holds samples that are no numbers",
            Self::BadPackets => "holds packets that can't be decoded",
        })
    }
}

/// Applies the thresholds that [`Reason`] documents.
pub(super) fn judge(quality: &Quality) -> (Fitness, Vec<Reason>) {
    let q = quality;
    let sounding_s = q.duration_s * (1.0 - q.silent_fraction);
    let silent = q.peak_dbfs < -70.0;
    let little = !silent && q.duration_s >= 0.5 && sounding_s < 0.5;
    let heard = !silent && !little;
    let mostly_cancelled = q.cancelled_s > 0.0 && q.cancelled_s >= 0.5 * q.duration_s;
    let reasons: Vec<Reason> = [
        (q.duration_s < 0.5, Reason::TooShort),
        (silent, Reason::Silent),
        (little, Reason::LittleSound),
        (heard && q.bandwidth_hz <= 1_000.0, Reason::NoTreble),
        ((0.5..2.0).contains(&q.duration_s), Reason::Short),
        (
            (1_000.0..=4_000.0).contains(&q.bandwidth_hz) && q.bandwidth_hz > 1_000.0,
            Reason::NarrowBand,
        ),
        (q.clipped_fraction >= 0.01, Reason::Clipped),
        (heard && q.rms_dbfs < -60.0, Reason::Quiet),
        (heard && q.silent_fraction >= 0.5, Reason::MostlySilent),
        (
            q.dropouts as f64 > (q.duration_s / 10.0).max(1.0),
            Reason::Dropouts,
        ),
        (
            q.missing_s > 0.0 && q.missing_s >= 0.1 * (q.duration_s + q.missing_s),
            Reason::Incomplete,
        ),
        (q.rest_unread, Reason::RestUnread),
        (
            (q.cancelled_s >= 1.0 || q.cancelled_s >= 0.1 * q.duration_s)
                && q.cancelled_s > 0.0
                && !mostly_cancelled,
            Reason::Cancelled,
        ),
        (mostly_cancelled, Reason::MostlyCancelled),
        (q.nan_samples > 0, Reason::BadSamples),
        (q.skipped_packets > 0, Reason::BadPackets),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect();
    let fitness = reasons
        .iter()
        .map(|r| r.fitness())
        .max()
        .unwrap_or(Fitness::Fit);
    (fitness, reasons)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Quality {
        Quality {
            duration_s: 30.0,
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

    fn assert_judged(quality: Quality, fitness: Fitness, reasons: &[Reason]) {
        assert_eq!(quality.fitness(), (fitness, reasons.to_vec()));
    }

    #[test]
    fn a_good_recording_is_fit() {
        assert_judged(good(), Fitness::Fit, &[]);
    }

    #[test]
    fn shortness_is_judged_at_half_a_second_and_at_one_segment() {
        let of = |duration_s| Quality {
            duration_s,
            ..good()
        };
        assert_judged(of(0.49), Fitness::Unfit, &[Reason::TooShort]);
        assert_judged(of(0.5), Fitness::Limited, &[Reason::Short]);
        assert_judged(of(2.0), Fitness::Fit, &[]);
    }

    #[test]
    fn silence_is_unfit_and_says_only_that() {
        let silence = Quality {
            rms_dbfs: -200.0,
            peak_dbfs: -200.0,
            silent_fraction: 1.0,
            bandwidth_hz: 0.0,
            ..good()
        };
        assert_judged(silence, Fitness::Unfit, &[Reason::Silent]);
    }

    #[test]
    fn a_bark_in_silence_is_no_silence_and_too_little_all_the_same() {
        let bark = Quality {
            duration_s: 5.0,
            peak_dbfs: -0.5,
            silent_fraction: 0.92,
            ..good()
        };
        assert_judged(bark.clone(), Fitness::Unfit, &[Reason::LittleSound]);
        let longer = Quality {
            silent_fraction: 0.89,
            ..bark
        };
        assert_judged(longer, Fitness::Limited, &[Reason::MostlySilent]);
    }

    #[test]
    fn the_band_is_judged_at_1_and_4_khz() {
        let of = |bandwidth_hz| Quality {
            bandwidth_hz,
            ..good()
        };
        assert_judged(of(1_000.0), Fitness::Unfit, &[Reason::NoTreble]);
        assert_judged(of(3_500.0), Fitness::Limited, &[Reason::NarrowBand]);
        assert_judged(of(4_125.0), Fitness::Fit, &[]);
    }

    #[test]
    fn channels_that_cancel_limit_an_answer_and_then_forbid_it() {
        let of = |cancelled_s| Quality {
            cancelled_s,
            ..good()
        };
        assert_judged(of(0.75), Fitness::Fit, &[]);
        assert_judged(of(1.0), Fitness::Limited, &[Reason::Cancelled]);
        assert_judged(of(15.0), Fitness::Unfit, &[Reason::MostlyCancelled]);
    }

    #[test]
    fn what_was_left_unread_limits_an_answer() {
        let unread = Quality {
            rest_unread: true,
            ..good()
        };
        assert_judged(unread, Fitness::Limited, &[Reason::RestUnread]);
    }

    #[test]
    fn a_reason_is_written_as_it_is_called_and_read_back() {
        for reason in [
            Reason::NoTreble,
            Reason::MostlyCancelled,
            Reason::RestUnread,
        ] {
            let text = serde_json::to_string(&reason).unwrap();
            assert_eq!(text, format!("\"{}\"", reason.as_str()));
            assert_eq!(serde_json::from_str::<Reason>(&text).unwrap(), reason);
        }
    }

    #[test]
    fn faults_add_up() {
        let poor = Quality {
            clipped_fraction: 0.02,
            dropouts: 9,
            missing_s: 30.0,
            ..good()
        };
        let reasons = [Reason::Clipped, Reason::Dropouts, Reason::Incomplete];
        assert_judged(poor, Fitness::Limited, &reasons);
    }
}
