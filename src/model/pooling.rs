//! From segments to one recording.
//!
//! An aircraft may be audible for three seconds of a minute, and a long recording must not be
//! likelier to alarm for being long. So a recording is cut into stretches of up to
//! [`STRETCH`] segments, and "the recording holds label l" is read as "some stretch, any with like
//! probability, holds l, and the rest is background". The likelihood ratio of that against
//! background throughout is the **mean over stretches** of their own ratios. Under background each
//! has expectation 1, and so has their mean, whatever their number: by Markov's inequality it
//! exceeds x in at most 1/x of background recordings, long or short (an e-value; Vovk and Wang
//! 2021). A maximum over segments has no such bound.

use super::calibration::{log_sum_exp, Calibrator};

/// Segments of one stretch: 5 s.
pub const STRETCH: usize = 4;
/// Segments from the start of one stretch to the start of the next.
const STEP: usize = 2;
/// No segment counts against a label by more than this log-probability: the classifier has not
/// seen enough recordings for more.
const FLOOR: f64 = -9.2;

/// Mean log-probability per label over all segments: the score that calibration is fitted on.
///
/// `segments` holds one row of natural log-probabilities per segment; empty input gives zeros.
pub fn mean_scores(segments: &[Vec<f32>], n_labels: usize) -> Vec<f64> {
    let mut mean = vec![0.0; n_labels];
    for row in segments {
        for (m, &s) in mean.iter_mut().zip(row) {
            *m += f64::from(s).max(FLOOR) / segments.len() as f64;
        }
    }
    mean
}

/// Calibrated log-likelihood of each label for the whole recording, up to a shared constant.
///
/// `background` is the column of the label that fills the rest of a recording; without one every
/// stretch counts alike (mean of the log-likelihoods).
pub fn recording_log_likelihoods(
    segments: &[Vec<f32>],
    calibrator: &Calibrator,
    background: Option<usize>,
) -> Vec<f64> {
    let n_labels = calibrator.n_labels();
    let stretches: Vec<Vec<f64>> = stretches(segments)
        .map(|s| calibrator.log_likelihoods(&mean_scores(s, n_labels)))
        .collect();
    let n = stretches.len().max(1) as f64;
    let column = |label: usize| stretches.iter().map(move |s| s[label]);
    let Some(background) = background else {
        return (0..n_labels).map(|l| column(l).sum::<f64>() / n).collect();
    };
    (0..n_labels)
        .map(|label| {
            let ratios: Vec<f64> = stretches.iter().map(|s| s[label] - s[background]).collect();
            if ratios.is_empty() {
                0.0
            } else {
                log_sum_exp(&ratios) - n.ln()
            }
        })
        .collect()
}

/// The stretches of a recording, up to [`STRETCH`] segments each, overlapping by half.
pub(crate) fn stretches(segments: &[Vec<f32>]) -> impl Iterator<Item = &[Vec<f32>]> {
    let last = segments.len().saturating_sub(STRETCH);
    // The last stretch ends with the recording.
    let starts = (0..last)
        .step_by(STEP)
        .chain((!segments.is_empty()).then_some(last));
    starts.map(|from| &segments[from..(from + STRETCH).min(segments.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Log-probabilities of (drone, background) per segment.
    fn segments(drone: &[f32]) -> Vec<Vec<f32>> {
        drone.iter().map(|p| vec![p.ln(), (1.0 - p).ln()]).collect()
    }

    fn ratio(drone: &[f32]) -> f64 {
        let l = recording_log_likelihoods(&segments(drone), &Calibrator::identity(2), Some(1));
        l[0] - l[1]
    }

    #[test]
    fn up_to_five_seconds_it_is_the_mean() {
        let wanted = [0.9f64, 0.6]
            .iter()
            .map(|p| (p / (1.0 - p)).ln())
            .sum::<f64>()
            / 2.0;
        assert!((ratio(&[0.9, 0.6]) - wanted).abs() < 1e-4);
    }

    #[test]
    fn a_drone_in_one_stretch_of_a_minute_is_found() {
        let mut minute = vec![0.01; 60];
        minute[20..26].fill(0.999);
        assert!(ratio(&minute) > 2.0);
    }

    #[test]
    fn more_of_the_same_background_is_no_more_alarming() {
        // The same pattern of doubtful segments, for a minute and for an hour.
        let pattern = |n: usize| {
            (0..n)
                .map(|i| [0.05, 0.3, 0.1, 0.02, 0.4][i % 5])
                .collect::<Vec<f32>>()
        };
        assert!((ratio(&pattern(3_600)) - ratio(&pattern(60))).abs() < 0.05);
    }

    #[test]
    fn no_segments_say_nothing() {
        assert_eq!(
            recording_log_likelihoods(&[], &Calibrator::identity(3), Some(0)),
            vec![0.0; 3]
        );
    }
}
