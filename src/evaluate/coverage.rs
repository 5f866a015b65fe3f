//! How often a prediction set holds the truth.

use super::bootstrap::Bootstrap;
use super::error::{same_length, MetricError};
use super::figures::share::Share;
use super::interval::Interval;
use serde::Serialize;

const NAME: &str = "prediction-set coverage";

/// Coverage of prediction sets over recordings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// Recordings whose set holds the true label; sets of one source group may hold it together.
    pub held: Share,
    /// 95 % interval from resampling source groups; `None` if there is only one group.
    pub group_interval: Option<Interval>,
    /// Mean number of labels in a set.
    pub mean_size: f64,
    /// Sets that hold exactly one label.
    pub singletons: usize,
    /// Sets that hold none.
    pub empty: usize,
}

/// Measures prediction sets (label numbers per recording) against the truth.
///
/// # Errors
/// [`MetricError`] for lengths that differ or no recordings.
pub fn coverage<G: Ord>(
    sets: &[Vec<usize>],
    truth: &[usize],
    groups: &[G],
    seed: u64,
) -> Result<Coverage, MetricError> {
    same_length(NAME, "sets", sets.len(), truth.len())?;
    same_length(NAME, "groups", groups.len(), truth.len())?;
    let n = truth.len();
    if n == 0 {
        return Err(MetricError::Undefined {
            metric: NAME,
            needs: "at least one recording",
        });
    }
    let held: Vec<bool> = sets
        .iter()
        .zip(truth)
        .map(|(set, t)| set.contains(t))
        .collect();
    let boot = Bootstrap {
        seed,
        ..Bootstrap::default()
    };
    let share = |items: &[usize]| {
        let hits = items.iter().filter(|i| held[**i]).count();
        Some(hits as f64 / items.len() as f64)
    };
    let several = groups.iter().any(|g| *g != groups[0]);
    let group_interval = match several {
        true => Some(boot.interval(groups, &[], share)?),
        false => None,
    };
    Ok(Coverage {
        held: Share::of_groups(0..n, |&i| &groups[i], |&i| held[i])?,
        group_interval,
        mean_size: sets.iter().map(Vec::len).sum::<usize>() as f64 / n as f64,
        singletons: sets.iter().filter(|s| s.len() == 1).count(),
        empty: sets.iter().filter(|s| s.is_empty()).count(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_hits_sizes_and_empty_sets() {
        let sets = [vec![0], vec![0, 1], vec![], vec![2]];
        let found = coverage(&sets, &[0, 1, 2, 0], &["a", "a", "b", "c"], 1).unwrap();
        assert_eq!(
            (found.held.hits, found.held.n, found.singletons, found.empty),
            (2, 4, 2, 1)
        );
        assert_eq!(found.mean_size, 1.0);
        let wide = found.group_interval.unwrap();
        assert!(wide.low <= 0.5 && wide.high >= 0.5);
    }

    #[test]
    fn sets_of_one_group_say_less_than_sets_of_many() {
        let sets: Vec<Vec<usize>> = (0..40).map(|i| vec![usize::from(i < 20)]).collect();
        let of = |groups: Vec<usize>| coverage(&sets, &[1; 40], &groups, 1).unwrap().held;
        let (alone, tens) = (of((0..40).collect()), of((0..40).map(|i| i / 10).collect()));
        assert!(tens.low < alone.low - 0.1 && tens.high > alone.high + 0.1);
    }

    #[test]
    fn one_group_has_no_group_interval() {
        let found = coverage(&[vec![0], vec![1]], &[0, 1], &["a", "a"], 1).unwrap();
        assert_eq!(found.group_interval, None);
        assert!(coverage(&[], &[], &[0; 0], 1).is_err());
    }
}
