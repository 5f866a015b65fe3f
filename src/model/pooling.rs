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

use super::calibration::Calibrator;

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
pub fn mean_scores(segments: &[impl AsRef<[f32]>], n_labels: usize) -> Vec<f64> {
    let mut mean = vec![0.0; n_labels];
    for row in segments {
        for (m, &s) in mean.iter_mut().zip(row.as_ref()) {
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
    segments: &[impl AsRef<[f32]>],
    calibrator: &Calibrator,
    background: Option<usize>,
) -> Vec<f64> {
    let n_labels = calibrator.n_labels();
    // Worked out twice, which costs less than to keep them: ten hours have 18,000.
    let rows =
        || stretches(segments).map(|s| calibrator.log_likelihoods(&mean_scores(s, n_labels)));
    let n = stretches(segments).count().max(1) as f64;
    let Some(background) = background else {
        let mut sums = vec![0.0; n_labels];
        rows().for_each(|row| sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x));
        return sums.iter().map(|sum| sum / n).collect();
    };
    let ratios = || {
        rows().map(move |mut row| {
            let against = row[background];
            row.iter_mut().for_each(|x| *x -= against);
            row
        })
    };
    log_mean_exp(ratios, n_labels)
}

/// `ln mean exp` of each column of some rows, without overflow; zeros where there are none.
fn log_mean_exp<I: Iterator<Item = Vec<f64>>>(rows: impl Fn() -> I, n_columns: usize) -> Vec<f64> {
    let mut top = vec![f64::NEG_INFINITY; n_columns];
    for row in rows() {
        top.iter_mut()
            .zip(row)
            .for_each(|(top, x)| *top = top.max(x));
    }
    let (mut sums, mut n) = (vec![0.0; n_columns], 0);
    for row in rows() {
        n += 1;
        let columns = sums.iter_mut().zip(row).zip(&top);
        columns.for_each(|((sum, x), top)| *sum += (x - top).exp());
    }
    if n == 0 {
        return sums;
    }
    let means = sums
        .iter()
        .zip(&top)
        .map(|(sum, top)| match top.is_finite() {
            true => top + sum.ln() - f64::from(n).ln(),
            false => *top,
        });
    means.collect()
}

/// The stretches of a recording, up to [`STRETCH`] segments each, overlapping by half.
pub(crate) fn stretches<T>(segments: &[T]) -> impl Iterator<Item = &[T]> {
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
            recording_log_likelihoods(&[[0.0; 3]; 0], &Calibrator::identity(3), Some(0)),
            vec![0.0; 3]
        );
    }
}
