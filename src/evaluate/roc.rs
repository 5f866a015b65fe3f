//! Detection of one label against the rest: area under the ROC curve, recall at a stated rate
//! of false alarms.

use super::error::{same_length, within, MetricError};

/// An operating point: the threshold that keeps false alarms at or below the wanted rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OperatingPoint {
    /// Scores at or above it raise an alarm; infinite if any alarm would be too many.
    pub threshold: f64,
    /// Positives found.
    pub hits: usize,
    /// Positives in all.
    pub n_positive: usize,
    /// Negatives that raise an alarm.
    pub false_alarms: usize,
    /// Negatives in all.
    pub n_negative: usize,
}

impl OperatingPoint {
    /// Share of positives found, 0 to 1.
    pub fn recall(&self) -> f64 {
        self.hits as f64 / self.n_positive as f64
    }

    /// Share of negatives that raise an alarm, 0 to 1.
    pub fn false_alarm_rate(&self) -> f64 {
        self.false_alarms as f64 / self.n_negative as f64
    }
}

/// Area under the ROC curve: the chance that a positive scores above a negative, a tie counting
/// half (Hanley and McNeil 1982).
///
/// # Errors
/// [`MetricError`] if lengths differ, a score is NaN, or one side is empty.
pub fn auc(scores: &[f64], is_positive: &[bool]) -> Result<f64, MetricError> {
    let ranked = Ranked::new("AUC", scores, is_positive)?;
    let mut wins = 0.0;
    let mut negatives_below = 0.0;
    for tie in &ranked.ties {
        wins += tie.positives as f64 * (negatives_below + 0.5 * tie.negatives as f64);
        negatives_below += tie.negatives as f64;
    }
    Ok(wins / (ranked.n_positive as f64 * ranked.n_negative as f64))
}

/// The largest recall whose share of false alarms is at most `rate`; equal scores are accepted
/// or refused together.
///
/// # Errors
/// [`MetricError`] if lengths differ, a score is NaN, one side is empty, or `rate` is not 0 to 1.
pub fn at_false_alarm_rate(
    scores: &[f64],
    is_positive: &[bool],
    rate: f64,
) -> Result<OperatingPoint, MetricError> {
    const NAME: &str = "recall at a false-alarm rate";
    within((0.0..=1.0).contains(&rate), NAME, "the rate", "0 to 1")?;
    let ranked = Ranked::new(NAME, scores, is_positive)?;
    let mut point = OperatingPoint {
        threshold: f64::INFINITY,
        hits: 0,
        n_positive: ranked.n_positive,
        false_alarms: 0,
        n_negative: ranked.n_negative,
    };
    for tie in ranked.ties.iter().rev() {
        let alarms = point.false_alarms + tie.negatives;
        if alarms as f64 > rate * ranked.n_negative as f64 {
            break;
        }
        point.false_alarms = alarms;
        point.hits += tie.positives;
        point.threshold = tie.score;
    }
    Ok(point)
}

/// Scores in rising order, equal ones together.
struct Ranked {
    ties: Vec<Tie>,
    n_positive: usize,
    n_negative: usize,
}

struct Tie {
    score: f64,
    positives: usize,
    negatives: usize,
}

impl Ranked {
    fn new(
        metric: &'static str,
        scores: &[f64],
        is_positive: &[bool],
    ) -> Result<Self, MetricError> {
        same_length(metric, "scores", scores.len(), is_positive.len())?;
        let known = scores.iter().all(|s| !s.is_nan());
        within(known, metric, "scores", "numbers, not NaN")?;
        let n_positive = is_positive.iter().filter(|p| **p).count();
        let n_negative = is_positive.len() - n_positive;
        if n_positive == 0 || n_negative == 0 {
            return Err(MetricError::Undefined {
                metric,
                needs: "at least one positive and one negative",
            });
        }
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        let mut ties: Vec<Tie> = Vec::new();
        for i in order {
            // `==` puts 0 and -0 together, which the order above does not.
            if ties.last().is_none_or(|tie| tie.score != scores[i]) {
                ties.push(Tie {
                    score: scores[i],
                    positives: 0,
                    negatives: 0,
                });
            }
            if let Some(tie) = ties.last_mut() {
                tie.positives += usize::from(is_positive[i]);
                tie.negatives += usize::from(!is_positive[i]);
            }
        }
        Ok(Self {
            ties,
            n_positive,
            n_negative,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_count_half() {
        let found = auc(&[0.5, 0.5, 0.9, 0.1], &[true, false, true, false]).unwrap();
        assert_eq!(found, 0.875);
    }

    #[test]
    fn tied_negatives_are_refused_together() {
        let scores = [0.9, 0.8, 0.8, 0.7, 0.1];
        let truth = [true, false, false, true, false];
        let strict = at_false_alarm_rate(&scores, &truth, 0.34).unwrap();
        assert_eq!((strict.hits, strict.false_alarms), (1, 0));
        let loose = at_false_alarm_rate(&scores, &truth, 0.67).unwrap();
        assert_eq!((loose.hits, loose.false_alarms), (2, 2));
        assert_eq!(loose.threshold, 0.7);
    }

    #[test]
    fn one_sided_data_has_no_auc() {
        assert!(matches!(
            auc(&[0.1, 0.2], &[true, true]),
            Err(MetricError::Undefined { .. })
        ));
        assert!(auc(&[f64::NAN, 0.2], &[true, false]).is_err());
        assert!(auc(&[0.2], &[true, false]).is_err());
    }
}
