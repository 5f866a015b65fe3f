//! Does it help to label the recordings that are suggested, rather than as many drawn by chance?
//!
//! Works on a training memory alone: some source groups are taken for what is known, many for an archive that nobody has
//! labelled, the rest to test on.

use super::new_label::summary;
use super::EvaluateError;
use crate::dataset::suggest::{suggest, Candidate};
use crate::evaluate::figures::alarm::strength;
use crate::evaluate::roc::auc;
use crate::model::calibration::posterior;
use crate::model::judge::Judgement;
use crate::model::pooling::{mean_scores, recording_log_likelihoods};
use crate::model::prior::Prior;
use crate::train::corpus::{Corpus, Progress, BACKGROUND};
use crate::train::fit::Fitted;
use crate::train::held_out::{calibrate, out_of_fold};
use crate::train::pipeline::hierarchical_prior;
use crate::train::recipe::Recipe;
use crate::train::takes::Row;
use ndarray::Axis;
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Share of the source groups of each label that is known beforehand.
const KNOWN: f64 = 0.1;
/// Share that is tested on.
const TESTED: f64 = 0.3;

/// How many recordings are labelled, and what that is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggested {
    /// Recordings that a person labels.
    pub labelled: usize,
    /// Draws of what is known, what is the archive and what is tested on.
    pub draws: usize,
    /// Recordings known beforehand, in the archive, and tested on, on average.
    pub sizes: [f64; 3],
    /// Before anything is labelled; labelled as suggested; drawn by chance; drawn by chance, one of each group.
    pub ways: Vec<SuggestedWay>,
}

/// One way to choose what is labelled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuggestedWay {
    /// In words.
    pub name: String,
    /// Labels among the recordings that were labelled, on average over draws.
    pub labels_met: f64,
    /// Balanced accuracy on the recordings that are tested on: mean, 5 % and 95 % quantile of the draws.
    pub balanced_accuracy: [f64; 3],
    /// The same of the AUC, averaged over labels.
    pub auc: [f64; 3],
    /// How much better the suggested recordings do in balanced accuracy, draw by draw: mean, and its 95 % interval.
    pub suggested_gains: Option<[f64; 3]>,
    /// The same in AUC.
    pub suggested_gains_auc: Option<[f64; 3]>,
    /// One for each label.
    pub labels: Vec<SuggestedLabel>,
}

/// What one way is worth for one label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuggestedLabel {
    /// The label.
    pub label: String,
    /// Its AUC: mean, 5 % and 95 % quantile of the draws.
    pub auc: [f64; 3],
    /// How much higher it is with the suggested recordings, draw by draw: mean, and its 95 % interval.
    pub suggested_gains: Option<[f64; 3]>,
}

/// What each way is called.
const WAYS: [&str; 4] = [
    "nothing labelled",
    "as suggested",
    "drawn by chance",
    "drawn by chance, one of each source group",
];

/// Learns the labels of `labelled` recordings of an archive: those that [`suggest`] picks, and as many drawn by chance. Fits are
/// the quick ones of the recipe, without rendered clips and the labels that are rendered alone.
///
/// # Errors
/// [`EvaluateError`] if a fit fails.
pub fn suggested(
    corpus: &Corpus,
    recipe: &Recipe,
    labelled: usize,
    draws: usize,
    progress: Progress,
) -> Result<Suggested, EvaluateError> {
    let corpus = recorded(corpus);
    let mut quick = recipe.quick();
    quick.rendered = None;
    let prior = hierarchical_prior(&corpus)?;
    let done = AtomicUsize::new(0);
    let found: Vec<Draw> = (0..draws)
        .into_par_iter()
        .map(|draw| {
            let seed = recipe.seed + draw as u64;
            let found = Draw::run(&corpus, &quick, &prior, labelled, seed);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            progress("learning suggested recordings", done, draws);
            found
        })
        .collect::<Result<_, _>>()?;
    let mean = |of: &dyn Fn(&Draw) -> f64| found.iter().map(of).sum::<f64>() / draws.max(1) as f64;
    let way = |way: usize| {
        let gains = |of: &dyn Fn(&Tested) -> f64| {
            let gains = found.iter().map(|d| of(&d.tested[1]) - of(&d.tested[way]));
            let gains: Vec<f64> = gains.filter(|gain| gain.is_finite()).collect();
            (way != 1 && !gains.is_empty()).then(|| mean_interval(&gains))
        };
        SuggestedWay {
            name: WAYS[way].into(),
            labels_met: mean(&|d| d.met[way] as f64),
            balanced_accuracy: spread(found.iter().map(|d| d.tested[way].balanced)),
            auc: spread(found.iter().map(|d| d.tested[way].mean_auc())),
            suggested_gains: gains(&|t| t.balanced),
            suggested_gains_auc: gains(&Tested::mean_auc),
            labels: (0..corpus.labels.len())
                .map(|l| SuggestedLabel {
                    label: corpus.labels[l].clone(),
                    auc: spread(found.iter().filter_map(|d| d.tested[way].auc[l])),
                    suggested_gains: gains(&|t| t.auc[l].unwrap_or(f64::NAN)),
                })
                .collect(),
        }
    };
    Ok(Suggested {
        labelled,
        draws,
        sizes: [0, 1, 2].map(|n| mean(&|d| d.sizes[n] as f64)),
        ways: (0..WAYS.len()).map(way).collect(),
    })
}

/// The real recordings alone, and their labels.
fn recorded(corpus: &Corpus) -> Corpus {
    let n = corpus.n_recorded();
    let occurring: BTreeSet<usize> = corpus.recordings[..n].iter().map(|r| r.label).collect();
    let occurring: Vec<usize> = occurring.into_iter().collect();
    let mut recordings = corpus.recordings[..n].to_vec();
    for recording in &mut recordings {
        recording.label = occurring.binary_search(&recording.label).unwrap_or(0);
    }
    let kept: Vec<usize> = (0..corpus.rows.len())
        .filter(|&row| corpus.rows[row].recording < n)
        .collect();
    Corpus {
        labels: occurring
            .iter()
            .map(|&l| corpus.labels[l].clone())
            .collect(),
        recordings,
        features: corpus.features.select(Axis(0), &kept),
        rows: kept.iter().map(|&row| Row { ..corpus.rows[row] }).collect(),
        joins: Vec::new(),
        left_out: Vec::new(),
        places: corpus.places.clone(),
    }
}

/// One draw of what is known, archive and tested.
struct Draw {
    sizes: [usize; 3],
    met: [usize; 4],
    tested: Vec<Tested>,
}

/// What a fit is worth on the recordings that are tested on.
struct Tested {
    balanced: f64,
    auc: Vec<Option<f64>>,
}

impl Tested {
    fn mean_auc(&self) -> f64 {
        let known: Vec<f64> = self.auc.iter().copied().flatten().collect();
        known.iter().sum::<f64>() / known.len().max(1) as f64
    }
}

impl Draw {
    fn run(
        corpus: &Corpus,
        recipe: &Recipe,
        prior: &Prior,
        labelled: usize,
        seed: u64,
    ) -> Result<Self, EvaluateError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let parts = split(corpus, &mut rng);
        let of = |part: usize| -> Vec<usize> {
            (0..corpus.recordings.len())
                .filter(|&i| parts[&corpus.recordings[i].group] == part)
                .collect()
        };
        let [known, archive, tested] = [0, 1, 2].map(of);
        let is_known = |i: usize| parts[&corpus.recordings[i].group] == 0;
        let base = Fitted::fit(corpus, recipe, &is_known)?;
        let candidates = candidates(corpus, recipe, prior, &base, &is_known, &archive)?;
        let suggestions = suggest(&candidates, labelled);
        let mut chance = archive.clone();
        chance.shuffle(&mut rng);
        let mut groups = BTreeSet::new();
        let one_each = chance
            .iter()
            .copied()
            .filter(|&i| groups.insert(corpus.recordings[i].group));
        let ways: [Vec<usize>; 4] = [
            Vec::new(),
            suggestions.iter().map(|s| archive[s.place]).collect(),
            chance.iter().copied().take(labelled).collect(),
            one_each.take(labelled).collect(),
        ];
        let met = |way: &Vec<usize>| {
            let labels: BTreeSet<usize> = way.iter().map(|&i| corpus.recordings[i].label).collect();
            labels.len()
        };
        let mut results = Vec::new();
        for way in &ways {
            let more: BTreeSet<usize> = way.iter().copied().collect();
            let fitted = match more.is_empty() {
                true => None,
                false => Some(Fitted::fit(corpus, recipe, &|i| {
                    is_known(i) || more.contains(&i)
                })?),
            };
            results.push(test(
                corpus,
                prior,
                fitted.as_ref().unwrap_or(&base),
                &tested,
            )?);
        }
        Ok(Self {
            sizes: [known.len(), archive.len(), tested.len()],
            met: [0, 1, 2, 3].map(|n| met(&ways[n])),
            tested: results,
        })
    }
}

/// Each source group is known (0), of the archive (1) or tested on (2); of each label as large a share, and at least one group
/// known and one tested on.
fn split(corpus: &Corpus, rng: &mut ChaCha8Rng) -> BTreeMap<usize, usize> {
    let mut of_label: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for recording in &corpus.recordings {
        // A group with several labels counts for the first.
        if seen.insert(recording.group) {
            of_label
                .entry(recording.label)
                .or_default()
                .insert(recording.group);
        }
    }
    let mut parts = BTreeMap::new();
    for groups in of_label.into_values() {
        let mut groups: Vec<usize> = groups.into_iter().collect();
        groups.shuffle(rng);
        let share = |share: f64| ((share * groups.len() as f64).round() as usize).max(1);
        let (known, tested) = (share(KNOWN), share(TESTED));
        for (place, group) in groups.into_iter().enumerate() {
            let part = match place {
                p if p < known => 0,
                p if p < known + tested => 2,
                _ => 1,
            };
            parts.insert(group, part);
        }
    }
    parts
}

/// What the model that knows little says of the archive, calibrated by what its folds say of what is known.
fn candidates(
    corpus: &Corpus,
    recipe: &Recipe,
    prior: &Prior,
    base: &Fitted,
    is_known: &(dyn Fn(usize) -> bool + Sync),
    archive: &[usize],
) -> Result<Vec<Candidate>, EvaluateError> {
    let nothing = EvaluateError::Nothing {
        what: "held-out scores",
    };
    let held_out = out_of_fold(corpus, recipe, is_known)?;
    // All averaged comes last.
    let held_out = held_out.candidates.last().ok_or(nothing)?;
    let calibrator = calibrate(corpus, recipe, held_out, is_known)?;
    let inside: BTreeSet<usize> = archive.iter().copied().collect();
    let scores = base.score(corpus, &|i| inside.contains(&i))?;
    let background = corpus.labels.iter().position(|l| l == BACKGROUND);
    let segments = scores.candidates.last();
    let each = archive.iter().map(|&i| {
        let segments = segments.map_or(&[][..], |s| s[i].as_slice());
        Candidate {
            probabilities: posterior(
                &recording_log_likelihoods(segments, &calibrator, background),
                prior,
            ),
            group: corpus.recordings[i].group,
        }
    });
    Ok(each.collect())
}

fn test(
    corpus: &Corpus,
    prior: &Prior,
    fitted: &Fitted,
    tested: &[usize],
) -> Result<Tested, EvaluateError> {
    let inside: BTreeSet<usize> = tested.iter().copied().collect();
    let scores = fitted.score(corpus, &|i| inside.contains(&i))?;
    let segments = scores.candidates.last();
    let n_labels = corpus.labels.len();
    let judged: Vec<(usize, Judgement)> = tested
        .iter()
        .map(|&i| {
            let own = segments.map_or(&[][..], |s| s[i].as_slice());
            let judgement = Judgement::of_scores(mean_scores(own, n_labels));
            (corpus.recordings[i].label, judgement)
        })
        .collect();
    let share = |label: usize| {
        let own: Vec<bool> = judged
            .iter()
            .filter(|(truth, _)| *truth == label)
            .map(|(truth, j)| j.likeliest() == *truth)
            .collect();
        let hits = own.iter().filter(|hit| **hit).count();
        (!own.is_empty()).then(|| hits as f64 / own.len() as f64)
    };
    let shares: Vec<f64> = (0..n_labels).filter_map(share).collect();
    let area = |label: usize| {
        let (values, own): (Vec<f64>, Vec<bool>) = judged
            .iter()
            .map(|(truth, j)| (strength(j, prior, label), *truth == label))
            .unzip();
        auc(&values, &own).ok()
    };
    Ok(Tested {
        balanced: shares.iter().sum::<f64>() / shares.len().max(1) as f64,
        auc: (0..n_labels).map(area).collect(),
    })
}

/// Mean, 5 % and 95 % quantile.
fn spread(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let found = summary(values.collect());
    found.map_or([f64::NAN; 3], |(mean, [low, high])| [mean, low, high])
}

/// Mean and its 95 % interval by the bootstrap over draws.
fn mean_interval(values: &[f64]) -> [f64; 3] {
    use rand::Rng;
    let n = values.len().max(1);
    let mean = values.iter().sum::<f64>() / n as f64;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut means: Vec<f64> = (0..2000)
        .map(|_| (0..n).map(|_| values[rng.gen_range(0..n)]).sum::<f64>() / n as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    [mean, means[50], means[1949]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_lie_within_their_intervals() {
        let values = [0.1, 0.2, 0.3, 0.2];
        let [mean, low, high] = mean_interval(&values);
        assert!((mean - 0.2).abs() < 1e-12);
        assert!(low < mean && mean < high && low >= 0.1 && high <= 0.3);
        let [mean, low, high] = spread(values.into_iter());
        assert!((mean - 0.2).abs() < 1e-12 && low < mean && mean < high);
    }
}
