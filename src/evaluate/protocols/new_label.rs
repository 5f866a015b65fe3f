//! A label never seen before, learnt from a few recordings: how good it becomes, and what it costs the others.
//!
//! Works on a training memory alone, without any sound.

use super::EvaluateError;
use crate::evaluate::figures::alarm::strength;
use crate::evaluate::roc::auc;
use crate::model::judge::Judgement;
use crate::model::pooling::mean_scores;
use crate::model::prior::Prior;
use crate::train::corpus::{Corpus, Progress};
use crate::train::fit::Fitted;
use crate::train::pipeline::hierarchical_prior;
use crate::train::recipe::Recipe;
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Numbers of recordings that the label is learnt from.
pub const SIZES: [usize; 3] = [5, 10, 20];
/// The share of draws that an interval leaves out at each end.
const TAIL: f64 = 0.05;

/// A label that was taken out and learnt again from a few recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewLabel {
    /// The label.
    pub label: String,
    /// One for each number of recordings.
    pub points: Vec<NewLabelPoint>,
}

/// What becomes of it with so many recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewLabelPoint {
    /// Recordings learnt from.
    pub recordings: usize,
    /// Their source groups, on average.
    pub groups: f64,
    /// Draws of these recordings.
    pub draws: usize,
    /// Area under the ROC curve on recordings of unheard source groups: mean over draws.
    pub auc: f64,
    /// From the 5 % to the 95 % quantile of the draws.
    pub interval: [f64; 2],
    /// Change of the other labels' AUC against the fit without the label, mean over draws, each with its interval.
    pub others: Vec<(String, f64, [f64; 2])>,
}

impl NewLabelPoint {
    /// The other label that lost the most, with its mean change.
    pub fn worst_other(&self) -> Option<(&str, f64)> {
        let worst = self.others.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((&worst.0, worst.1))
    }
}

/// One draw to be fitted.
struct Draw {
    size: usize,
    fold: usize,
    learnt: BTreeSet<usize>,
    groups: BTreeSet<usize>,
}

/// Takes all of `label` out of `corpus` (rendered clips as well), then learns it from few recordings, one of each source group
/// as far as they reach, `draws` times for each number of them (5, 10, 20). The recordings are drawn from all folds but one, and tested on the
/// label's unheard groups against the other labels in the fold left out. Fits are the quick ones of the recipe.
///
/// # Errors
/// [`EvaluateError`] if the label is not there or a fit fails.
pub fn new_label(
    corpus: &Corpus,
    recipe: &Recipe,
    label: &str,
    draws: usize,
    progress: Progress,
) -> Result<NewLabel, EvaluateError> {
    let Some(number) = corpus.labels.iter().position(|l| l == label) else {
        return Err(EvaluateError::Nothing {
            what: "recordings of the label that is to be left out",
        });
    };
    let quick = recipe.quick();
    let prior = hierarchical_prior(corpus)?;
    let bases = bases(corpus, &quick, &prior, number, progress)?;
    let mut plan = Vec::new();
    for size in SIZES {
        for draw in 0..draws {
            plan.extend(draw_of(
                corpus,
                number,
                size,
                draw % recipe.folds,
                recipe.seed + draw as u64,
            ));
        }
    }
    let done = AtomicUsize::new(0);
    let tested: Vec<(usize, Vec<Option<f64>>, usize)> = plan
        .par_iter()
        .map(|draw| {
            let areas = fit_and_test(corpus, &quick, &prior, number, draw)?;
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress(&format!("learning {label} anew"), done, plan.len());
            let base = &bases[draw.fold];
            let change = |l: usize| match l == number {
                true => areas[l],
                false => Some(areas[l]? - base[l]?),
            };
            let row = (0..corpus.labels.len()).map(change).collect();
            Ok::<_, EvaluateError>((draw.size, row, draw.groups.len()))
        })
        .collect::<Result<_, _>>()?;
    let points = SIZES.iter().filter_map(|&size| {
        let own: Vec<_> = tested.iter().filter(|(s, ..)| *s == size).collect();
        let values =
            |l: usize| -> Vec<f64> { own.iter().filter_map(|(_, row, _)| row[l]).collect() };
        let (auc, interval) = summary(values(number))?;
        let others = (0..corpus.labels.len())
            .filter(|&l| l != number)
            .filter_map(|l| {
                let (mean, interval) = summary(values(l))?;
                Some((corpus.labels[l].clone(), mean, interval))
            });
        Some(NewLabelPoint {
            recordings: size,
            groups: own.iter().map(|(.., g)| *g as f64).sum::<f64>() / own.len() as f64,
            draws: own.len(),
            auc,
            interval,
            others: others.collect(),
        })
    });
    Ok(NewLabel {
        label: label.to_owned(),
        points: points.collect(),
    })
}

/// Recordings of the label that may be learnt from: drawn from all folds but `fold`, one of each group first. `None` where
/// nothing would remain to test on.
fn draw_of(corpus: &Corpus, label: usize, size: usize, fold: usize, seed: u64) -> Option<Draw> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut of_group: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut all_groups = BTreeSet::new();
    for i in (0..corpus.n_recorded()).filter(|&i| corpus.recordings[i].label == label) {
        let recording = &corpus.recordings[i];
        all_groups.insert(recording.group);
        if recording.fold != fold {
            of_group.entry(recording.group).or_default().push(i);
        }
    }
    let mut groups: Vec<Vec<usize>> = of_group.into_values().collect();
    groups.iter_mut().for_each(|g| g.shuffle(&mut rng));
    groups.shuffle(&mut rng);
    // At least a group in four stays unheard.
    groups.truncate((all_groups.len() * 3).div_ceil(4).min(groups.len()));
    let mut learnt: BTreeSet<usize> = BTreeSet::new();
    for turn in 0.. {
        let before = learnt.len();
        for group in &groups {
            if learnt.len() < size {
                learnt.extend(group.get(turn));
            }
        }
        if learnt.len() == size || learnt.len() == before {
            break;
        }
    }
    let groups: BTreeSet<usize> = learnt.iter().map(|&i| corpus.recordings[i].group).collect();
    (learnt.len() == size && groups.len() < all_groups.len()).then_some(Draw {
        size,
        fold,
        learnt,
        groups,
    })
}

/// AUC of every label in each fold by a fit that heard neither the fold nor the label.
fn bases(
    corpus: &Corpus,
    quick: &Recipe,
    prior: &Prior,
    label: usize,
    progress: Progress,
) -> Result<Vec<Vec<Option<f64>>>, EvaluateError> {
    (0..quick.folds)
        .into_par_iter()
        .map(|fold| {
            progress("fitting without the label", fold, quick.folds);
            let draw = Draw {
                size: 0,
                fold,
                learnt: BTreeSet::new(),
                groups: BTreeSet::new(),
            };
            fit_and_test(corpus, quick, prior, label, &draw)
        })
        .collect()
}

/// AUC of each label: of `label` on its unheard groups against the fold left out, of the others within that fold.
fn fit_and_test(
    corpus: &Corpus,
    quick: &Recipe,
    prior: &Prior,
    label: usize,
    draw: &Draw,
) -> Result<Vec<Option<f64>>, EvaluateError> {
    let strange: BTreeSet<usize> = corpus
        .recordings
        .iter()
        .filter(|r| r.label == label && !draw.groups.contains(&r.group))
        .map(|r| r.group)
        .collect();
    let learns = |i: usize| {
        let r = &corpus.recordings[i];
        match r.label == label {
            true => draw.learnt.contains(&i),
            false => r.fold != draw.fold && !strange.contains(&r.group),
        }
    };
    let fitted = Fitted::fit(corpus, quick, &learns)?;
    let tests = |i: usize| {
        let r = &corpus.recordings[i];
        let unheard = match r.label == label {
            true => strange.contains(&r.group),
            false => r.fold == draw.fold,
        };
        unheard && !corpus.is_rendered(i)
    };
    let scores = fitted.score(corpus, &tests)?;
    // All averaged comes last.
    let Some(segments) = scores.candidates.last() else {
        return Ok(vec![None; corpus.labels.len()]);
    };
    let judged: Vec<(usize, Judgement)> = (0..corpus.n_recorded())
        .filter(|&i| !segments[i].is_empty())
        .map(|i| {
            let judgement = Judgement::of_scores(mean_scores(&segments[i], corpus.labels.len()));
            (corpus.recordings[i].label, judgement)
        })
        .collect();
    let area = |of: usize| {
        // The label that comes and goes is no negative of the others: its fit knows it, the other one cannot.
        let own = judged
            .iter()
            .filter(|(truth, _)| of == label || *truth != label);
        let (values, is_own): (Vec<f64>, Vec<bool>) = own
            .map(|(truth, j)| (strength(j, prior, of), *truth == of))
            .unzip();
        auc(&values, &is_own).ok()
    };
    Ok((0..corpus.labels.len()).map(area).collect())
}

/// Mean, and the quantiles that leave [`TAIL`] out at each end.
pub(super) fn summary(mut values: Vec<f64>) -> Option<(f64, [f64; 2])> {
    if values.is_empty() {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let quantile = |share: f64| {
        let at = share * (values.len() - 1) as f64;
        let (below, rest) = (at.floor() as usize, at.fract());
        let above = (below + 1).min(values.len() - 1);
        values[below] + rest * (values[above] - values[below])
    };
    Some((mean, [quantile(TAIL), quantile(1.0 - TAIL)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::corpus::{Heard, Places};
    use crate::train::learner::{LearnerRecipe, LearnerSettings};
    use crate::train::takes::{Row, Take};
    use ndarray::Array2;

    /// Three labels 3 apart in one feature of two, 24 recordings each in groups of two, two segments each.
    fn corpus() -> Corpus {
        let recordings: Vec<Heard> = (0..72)
            .map(|i| Heard::plain(i, i % 3, (i / 6) * 3 + i % 3, (i / 6) % 3))
            .collect();
        let noise = crate::train::sample::blobs(144, 2, 1, 0.0, 5).records;
        let features = Array2::from_shape_fn((144, 2), |(n, k)| {
            noise[[n, k]]
                + if k == 0 {
                    3.0 * ((n / 2) % 3) as f32
                } else {
                    0.0
                }
        });
        Corpus {
            labels: ["a", "b", "c"].map(String::from).to_vec(),
            recordings,
            features,
            rows: (0..144)
                .map(|n| Row {
                    recording: n / 2,
                    take: Take::AsItIs,
                    beneath: None,
                    start: 16_000 * (n % 2),
                })
                .collect(),
            joins: Vec::new(),
            left_out: Vec::new(),
            places: Places::new(),
        }
    }

    fn recipe() -> Recipe {
        let mut recipe = Recipe::default_model().unwrap();
        recipe.folds = 3;
        recipe.learners = vec![LearnerRecipe {
            by_kind: false,
            settings: LearnerSettings::Logistic {
                l2: 1.0,
                max_rows: 1000,
            },
        }];
        recipe
    }

    #[test]
    fn a_few_recordings_teach_a_label_that_stands_apart() {
        let found = new_label(&corpus(), &recipe(), "c", 3, &|_, _, _| {}).unwrap();
        assert_eq!(found.points[0].recordings, 5);
        let point = &found.points[0];
        assert_eq!((point.draws, point.groups), (3, 5.0));
        assert!(point.auc > 0.95, "{point:?}");
        assert!(point.interval[0] <= point.auc && point.auc <= point.interval[1]);
        assert_eq!(point.others.len(), 2);
        assert!(point.worst_other().unwrap().1 > -0.2);
        assert!(new_label(&corpus(), &recipe(), "d", 3, &|_, _, _| {}).is_err());
    }

    #[test]
    fn draws_leave_groups_to_test_on_and_never_touch_the_fold() {
        let corpus = corpus();
        let draw = draw_of(&corpus, 2, 5, 1, 7).unwrap();
        assert!(draw.learnt.iter().all(|&i| corpus.recordings[i].fold != 1));
        assert_eq!(draw.groups.len(), 5);
        assert!(draw_of(&corpus, 2, 99, 1, 7).is_none());
    }
}
