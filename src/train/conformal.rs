//! Fits prediction sets on held-out recordings, one unit per source group.
//!
//! Recordings of one group are not exchangeable with those of another, groups are: each group
//! spreads a weight of 1 over its recordings, and one more weight stands at infinity for the
//! group to come (Dunn, Wasserman and Ramdas 2022, "Distribution-free prediction sets for two-layer
//! hierarchical models"; Lee, Barber and Willett 2023). Thresholds are per label (Vovk 2012)
//! where a label has enough groups, and then each label is covered as stated.
//!
//! The others get the threshold of all units together, which promises them nothing: it covers the mixture of those units, not the
//! label. And these are what is given: where labels have rendered clips alone, each clip is a group of its own, though clips may
//! share a background, and thousands of them outweigh the source groups of all recordings.
//!
//! With one classifier that has heard none of them, a recording of a new group would be covered with at least the stated
//! probability. Here several have scored them, each those that it had not heard, and the one that answers has learnt from all: what
//! is certain then is less (1 - 2 alpha: Barber, Candes, Ramdas and Tibshirani 2021, "Predictive inference with the jackknife+"),
//! and what holds is measured (coverage in the card).

use super::error::{require, TrainError};
use super::outcomes::Outcomes;
use crate::model::prediction_set::{LabelThreshold, Nonconformity, PredictionSets};

const NAME: &str = "prediction sets";

/// Settings of the prediction sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConformalSettings {
    /// Chance that the set holds the truth, above 0 and below 1.
    pub coverage: f64,
    /// What is compared with the thresholds.
    pub score: Nonconformity,
}

impl Default for ConformalSettings {
    /// Coverage 0.9, the smallest sets.
    fn default() -> Self {
        Self {
            coverage: 0.9,
            score: Nonconformity::OneMinusProbability,
        }
    }
}

/// Fits thresholds on held-out recordings; `posteriors` holds probabilities for the prior that
/// is used later (rows sum to 1).
///
/// A label with fewer groups than `coverage / (1 - coverage)` (9 at 0.9) cannot have a
/// threshold of its own: it gets that of all units together, whatever they are, and is marked `insufficient`.
///
/// # Errors
/// [`TrainError::Setting`] for a coverage that is not inside 0 to 1, [`TrainError::Data`] if
/// even all labels together have too few groups, or scores are no probabilities.
pub fn fit_prediction_sets(
    posteriors: &Outcomes,
    settings: ConformalSettings,
) -> Result<PredictionSets, TrainError> {
    let ConformalSettings { coverage, score } = settings;
    let inside = coverage > 0.0 && coverage < 1.0;
    require(inside, NAME, "coverage", coverage, "above 0 and below 1")?;
    let proper = |p: &f64| (-1e-9..=1.0 + 1e-9).contains(p);
    if !posteriors.scores().iter().all(proper) {
        return Err(TrainError::Data {
            fault: "prediction sets on scores that are no probabilities".into(),
            remedy: "give posterior probabilities",
        });
    }
    let rows = posteriors.scores().rows().into_iter();
    let scores: Vec<f64> = rows
        .zip(posteriors.labels())
        .map(|(row, label)| score.score(&row.to_vec(), *label))
        .collect();
    let weights = posteriors.group_weights(1.0);
    let n_groups = posteriors.groups_per_label();
    // Of a label, or of all of them.
    let threshold = |label: Option<usize>| {
        let own = |l: &usize| label.is_none_or(|wanted| wanted == *l);
        let rows = scores.iter().zip(&weights).zip(posteriors.labels());
        let rows = rows.filter(|(_, l)| own(l)).map(|((s, w), _)| (*s, *w));
        quantile(rows.collect(), coverage)
    };
    let Some(pooled) = threshold(None) else {
        return Err(TrainError::Data {
            fault: format!("too few source groups for prediction sets at coverage {coverage}"),
            remedy: "hold out more groups, or state a lower coverage",
        });
    };
    let labels = n_groups.iter().enumerate().map(|(label, &n_groups)| {
        let own = threshold(Some(label));
        LabelThreshold {
            threshold: own.unwrap_or(pooled),
            n_groups,
            insufficient: own.is_none(),
        }
    });
    let sets = PredictionSets {
        coverage,
        score,
        labels: labels.collect(),
    };
    sets.validate(n_groups.len())?;
    Ok(sets)
}

/// Raises the thresholds of labels so that their sets also cover held-out recordings of another kind (of a label with real
/// recordings, its rendered clips): each kind is covered as stated. A kind with too few groups for a threshold of its own
/// changes nothing.
///
/// # Errors
/// As [`fit_prediction_sets`], except for too few groups.
pub fn widen(
    sets: &mut PredictionSets,
    posteriors: &Outcomes,
    settings: ConformalSettings,
) -> Result<(), TrainError> {
    let ConformalSettings { coverage, score } = settings;
    let weights = posteriors.group_weights(1.0);
    let rows = posteriors.scores().rows().into_iter();
    let rows: Vec<(usize, f64, f64)> = rows
        .zip(posteriors.labels())
        .zip(&weights)
        .map(|((row, &label), &weight)| (label, score.score(&row.to_vec(), label), weight))
        .collect();
    for (label, own) in sets.labels.iter_mut().enumerate() {
        let rows = rows.iter().filter(|(of, _, _)| *of == label);
        let found = quantile(rows.map(|&(_, s, w)| (s, w)).collect(), coverage);
        own.threshold = found.map_or(own.threshold, |found| own.threshold.max(found));
    }
    sets.validate(posteriors.n_labels())?;
    Ok(())
}

/// The smallest score at which the weight up to it reaches `coverage` of the whole, one unit at
/// infinity included; `None` if only infinity reaches it.
fn quantile(mut rows: Vec<(f64, f64)>, coverage: f64) -> Option<f64> {
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let whole: f64 = rows.iter().map(|(_, w)| w).sum::<f64>() + 1.0;
    let mut reached = 0.0;
    // Sums of thirds and the like miss whole numbers by rounding alone.
    let wanted = coverage * whole - 1e-9;
    let found = rows.iter().find(|(_, weight)| {
        reached += weight;
        reached >= wanted
    });
    found.map(|(score, _)| *score)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn nine_groups_support_nine_tenths_and_eight_do_not() {
        let rows = |n: usize| (0..n).map(|i| (i as f64, 1.0)).collect();
        assert_eq!(quantile(rows(9), 0.9), Some(8.0));
        assert_eq!(quantile(rows(8), 0.9), None);
        // 19 groups: the 18th smallest of 20 places.
        assert_eq!(quantile(rows(19), 0.9), Some(17.0));
    }

    /// Groups of 1 to 8 recordings that share most of their luck, three labels.
    fn simulate(seed: u64, n_groups: usize) -> Outcomes {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut rows, mut labels, mut groups) = (Vec::new(), Vec::new(), Vec::new());
        for group in 0..n_groups {
            let label = group % 3;
            let shared: f64 = 4.0 * rng.gen::<f64>() - 1.0;
            for _ in 0..rng.gen_range(1..=8) {
                let own = shared + rng.gen::<f64>() - 0.5;
                let raw = [0, 1, 2].map(|k| (if k == label { own } else { rng.gen() }).exp());
                let total: f64 = raw.iter().sum();
                rows.extend(raw.map(|x| x / total));
                labels.push(label);
                groups.push(group);
            }
        }
        let scores = Array2::from_shape_vec((labels.len(), 3), rows).unwrap();
        Outcomes::new(scores, labels, groups).unwrap()
    }

    /// Share of recordings of new groups whose set holds the truth, and the mean set size.
    fn measure(score: Nonconformity) -> (f64, f64) {
        let settings = ConformalSettings {
            coverage: 0.9,
            score,
        };
        let (mut held, mut size, mut n) = (0, 0, 0);
        for seed in 0..60 {
            let sets = fit_prediction_sets(&simulate(seed, 90), settings).unwrap();
            let new = simulate(1000 + seed, 90);
            for (row, label) in new.scores().rows().into_iter().zip(new.labels()) {
                let set = sets.set(&row.to_vec());
                held += usize::from(set.contains(label));
                size += set.len();
                n += 1;
            }
        }
        (held as f64 / n as f64, size as f64 / n as f64)
    }

    #[test]
    fn coverage_over_new_groups_is_as_stated() {
        let (share, _) = measure(Nonconformity::OneMinusProbability);
        assert!((0.885..0.945).contains(&share), "{share}");
    }

    /// Why it is not the default: without randomisation all last places tie at 1.
    #[test]
    fn cumulated_probabilities_cover_more_with_larger_sets() {
        let (plain, plain_size) = measure(Nonconformity::OneMinusProbability);
        let (cumulated, cumulated_size) = measure(Nonconformity::CumulatedProbability);
        assert!(cumulated > plain, "{cumulated} {plain}");
        assert!(cumulated_size > plain_size, "{cumulated_size} {plain_size}");
    }

    #[test]
    fn few_groups_borrow_the_pooled_threshold_and_say_so() {
        let all = simulate(5, 60);
        // Label 2 keeps the recordings of four groups only.
        let keep: Vec<usize> = (0..all.len())
            .filter(|i| all.labels()[*i] != 2 || all.groups()[*i] < 12)
            .collect();
        let few = Outcomes::new(
            all.scores().select(ndarray::Axis(0), &keep),
            keep.iter().map(|i| all.labels()[*i]).collect(),
            keep.iter().map(|i| all.groups()[*i]).collect(),
        );
        let sets = fit_prediction_sets(&few.unwrap(), ConformalSettings::default()).unwrap();
        let flags: Vec<bool> = sets.labels().iter().map(|l| l.insufficient).collect();
        assert_eq!(flags, [false, false, true]);
        assert_eq!(sets.labels()[2].n_groups, 4);
    }

    #[test]
    fn a_second_kind_of_a_label_is_covered_as_well_and_other_labels_stay_as_they_were() {
        let settings = ConformalSettings::default();
        let first = simulate(7, 90);
        let before = fit_prediction_sets(&first, settings).unwrap();
        // Label 1 again, harder to tell: its probability halved.
        let harder = |seed: u64| {
            let all = simulate(seed, 90);
            let own: Vec<usize> = (0..all.len()).filter(|&i| all.labels()[i] == 1).collect();
            let all = all.select(&own).unwrap();
            let mut scores = all.scores().clone();
            for mut row in scores.rows_mut() {
                row[1] *= 0.5;
                row[0] = 1.0 - row[1] - row[2];
            }
            all.with_scores(scores).unwrap()
        };
        let mut sets = before.clone();
        widen(&mut sets, &harder(8), settings).unwrap();
        let threshold = |sets: &PredictionSets, l: usize| sets.labels()[l].threshold;
        assert!(threshold(&sets, 1) > threshold(&before, 1));
        for label in [0, 2] {
            assert_eq!(threshold(&sets, label), threshold(&before, label));
        }
        let share = |sets: &PredictionSets| {
            let new = harder(9);
            let rows = new.scores().rows().into_iter();
            let held = rows.filter(|row| sets.set(&row.to_vec()).contains(&1));
            held.count() as f64 / new.len() as f64
        };
        assert!(
            share(&before) < 0.8 && share(&sets) > 0.8,
            "{} {}",
            share(&before),
            share(&sets)
        );
        // What is easier to tell lowers nothing.
        let wide = sets.clone();
        widen(
            &mut sets,
            &first.select(&(0..30).collect::<Vec<_>>()).unwrap(),
            settings,
        )
        .unwrap();
        assert!(threshold(&sets, 1) >= threshold(&wide, 1));
    }

    #[test]
    fn scores_that_are_no_probabilities_are_refused() {
        let logits = Outcomes::new(
            Array2::from_elem((20, 3), -2.0),
            vec![0; 20],
            (0..20).collect(),
        );
        assert!(fit_prediction_sets(&logits.unwrap(), ConformalSettings::default()).is_err());
    }
}
