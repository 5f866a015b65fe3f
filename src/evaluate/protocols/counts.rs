//! How many recordings of each label an archive holds: what is expected against what is there, in archives drawn from
//! recordings that the models never heard.

use super::trial::Trial;
use crate::model::prevalence::{estimate, Estimate, Posterior};
use crate::train::corpus::Heard;
use rand::distributions::WeightedIndex;
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The archives that are drawn.
const KINDS: [Kind; 3] = [
    Kind::mixed(20),
    Kind::mixed(100),
    Kind {
        recordings: 400,
        backgrounds: Some(0.95),
    },
];
/// Archives of each kind.
const ARCHIVES: u64 = 100;
const BACKGROUND: &str = "background";

/// What is in an archive.
#[derive(Clone, Copy)]
struct Kind {
    recordings: usize,
    /// The share of backgrounds; `None` where it is drawn as those of all labels.
    backgrounds: Option<f64>,
}

impl Kind {
    const fn mixed(recordings: usize) -> Self {
        Self {
            recordings,
            backgrounds: None,
        }
    }
}

/// Estimates and truth of archives of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Recordings of an archive.
    pub recordings: usize,
    /// Share of backgrounds, where it is given; those of the other labels with recordings are drawn evenly over what shares may be.
    pub backgrounds: Option<f64>,
    /// Archives.
    pub archives: usize,
    /// Labels that were there.
    pub present: CountAgreement,
    /// Labels of the model that were not.
    pub absent: CountAgreement,
    /// Munitions and military drones with recordings, whether there or not, label by label.
    pub military: Vec<(String, CountAgreement)>,
}

/// How estimates agree with the truth; each label of each archive is a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CountAgreement {
    /// Cases.
    pub of: usize,
    /// Those whose 95 % interval holds the number of recordings. No interval is given of its share, as the archives are
    /// drawn from the same recordings.
    pub held: usize,
    /// Mean width of the intervals, recordings.
    pub width: f64,
    /// Mean difference of what is expected and what is there, recordings.
    pub error: f64,
    /// The same of counting likeliest labels.
    pub counting_error: f64,
}

/// One label of one archive.
#[derive(Clone, Copy)]
struct Case {
    label: usize,
    truth: usize,
    counted: usize,
    low: f64,
    high: f64,
    expected: f64,
}

impl CountAgreement {
    /// Share of the cases whose interval holds the number; `None` if there are none.
    pub fn share_held(&self) -> Option<f64> {
        (self.of > 0).then(|| self.held as f64 / self.of as f64)
    }

    fn of(cases: &[Case]) -> Self {
        let mean =
            |f: &dyn Fn(&Case) -> f64| cases.iter().map(f).sum::<f64>() / cases.len().max(1) as f64;
        // `query` prints whole recordings.
        let held = |c: &&Case| {
            let truth = c.truth as f64;
            c.low.round() <= truth && truth <= c.high.round()
        };
        Self {
            of: cases.len(),
            held: cases.iter().filter(held).count(),
            width: mean(&|c| c.high - c.low),
            error: mean(&|c| (c.expected - c.truth as f64).abs()),
            counting_error: mean(&|c| (c.counted as f64 - c.truth as f64).abs()),
        }
    }
}

/// Draws archives, with one recording of a source group at most, and estimates what is in them from the answers of the models that
/// never heard them. Kinds of archives for which there are too few source groups, in all or of backgrounds, are left out.
pub fn counts(trial: &Trial, seed: u64) -> Vec<Counts> {
    let labels = trial.infos();
    let background = labels.iter().position(|info| info.label == BACKGROUND);
    let groups = |counts: &dyn Fn(&Heard) -> bool| {
        let of = trial.recorded().iter().filter(|r| counts(r));
        of.map(|r| r.group).collect::<HashSet<_>>().len()
    };
    let all = groups(&|_| true);
    let backgrounds = groups(&|r| Some(r.label) == background);
    let kinds = KINDS.iter().filter(|kind| {
        // Where backgrounds ran out, an archive would have fewer than it says.
        let enough = kind.backgrounds.map_or(all, |_| backgrounds);
        kind.recordings <= enough
    });
    let military = trial.military_labels();
    kinds
        .map(|kind| {
            let archives = (0..ARCHIVES).into_par_iter();
            let cases: Vec<Case> = archives
                .flat_map_iter(|archive| {
                    let mut rng = ChaCha8Rng::seed_from_u64(seed);
                    rng.set_stream(archive);
                    let given = background.zip(kind.backgrounds);
                    let occurs: Vec<bool> = labels.iter().map(|l| l.recordings > 0).collect();
                    let shares = draw_shares(&occurs, given, &mut rng);
                    let drawn = draw(trial.recorded(), &shares, kind.recordings, &mut rng);
                    cases(trial, &drawn)
                })
                .collect();
            let agreement = |counts: &dyn Fn(&Case) -> bool| {
                let of: Vec<Case> = cases.iter().copied().filter(|c| counts(c)).collect();
                CountAgreement::of(&of)
            };
            Counts {
                recordings: kind.recordings,
                backgrounds: kind.backgrounds,
                archives: ARCHIVES as usize,
                present: agreement(&|c| c.truth > 0),
                absent: agreement(&|c| c.truth == 0),
                military: military
                    .iter()
                    .map(|&m| (labels[m].label.clone(), agreement(&|c| c.label == m)))
                    .collect(),
            }
        })
        .collect()
}

/// Shares of the labels that occur, evenly over all that they may be, but for the one that is given.
fn draw_shares(occurs: &[bool], given: Option<(usize, f64)>, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut draw = |&occurs: &bool| match occurs {
        true => Exp1.sample(rng),
        false => 0.0,
    };
    let mut shares: Vec<f64> = occurs.iter().map(&mut draw).collect();
    if let Some((label, share)) = given {
        let others: f64 = shares.iter().sum::<f64>() - shares[label];
        shares.iter_mut().for_each(|s| *s *= (1.0 - share) / others);
        shares[label] = share;
    }
    shares
}

/// Up to `n` recordings by number, no two of one source group, labels in these shares as long as each has any.
fn draw(recorded: &[Heard], shares: &[f64], n: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..recorded.len()).collect();
    order.shuffle(rng);
    let mut taken = HashSet::new();
    let mut left: Vec<Vec<usize>> = vec![Vec::new(); shares.len()];
    for i in order {
        if taken.insert(recorded[i].group) {
            left[recorded[i].label].push(i);
        }
    }
    let mut drawn = Vec::new();
    while drawn.len() < n {
        let each = left.iter().zip(shares);
        let weights = each.map(|(own, share)| if own.is_empty() { 0.0 } else { *share });
        // Refused where all are used up.
        let Ok(labels) = WeightedIndex::new(weights) else {
            break;
        };
        drawn.extend(left[labels.sample(rng)].pop());
    }
    drawn
}

/// Every label of the model in one archive.
fn cases(trial: &Trial, drawn: &[usize]) -> Vec<Case> {
    let posteriors: Vec<Posterior> = drawn
        .iter()
        .enumerate()
        .map(|(group, &recording)| Posterior {
            probabilities: trial.counting(recording),
            group,
        })
        .collect();
    let number = |label: usize, of: &dyn Fn(usize) -> usize| {
        drawn.iter().filter(|&&i| of(i) == label).count()
    };
    let estimates = estimate(trial.prior().probabilities(), &posteriors);
    let each = estimates.into_iter().enumerate();
    each.map(
        |(
            label,
            Estimate {
                expected,
                low,
                high,
            },
        )| Case {
            label,
            truth: number(label, &|i| trial.recorded()[i].label),
            counted: number(label, &|i| trial.judgement(i).best()),
            low,
            high,
            expected,
        },
    )
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_hold_one_recording_of_a_group_and_no_label_beyond_its_recordings() {
        // Three of label 0 in two groups, twenty of label 1 alone.
        let mut recorded: Vec<Heard> = [0, 0, 1]
            .into_iter()
            .enumerate()
            .map(|(n, group)| Heard::plain(n, 0, group, 0))
            .collect();
        recorded.extend((3..23).map(|n| Heard::plain(n, 1, n, 0)));
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let drawn = draw(&recorded, &[0.9, 0.1], 10, &mut rng);
        let of = |label: usize| {
            drawn
                .iter()
                .filter(|&&i| recorded[i].label == label)
                .count()
        };
        assert_eq!((drawn.len(), of(0)), (10, 2));
        let all = draw(&recorded, &[0.5, 0.5], 100, &mut rng);
        assert_eq!(all.len(), 22);
        assert!(draw(&recorded, &[0.0, 0.0], 5, &mut rng).is_empty());
    }

    #[test]
    fn a_share_that_is_given_is_kept_and_the_rest_divided() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let shares = draw_shares(&[true, true, true, false], Some((2, 0.95)), &mut rng);
        assert_eq!((shares[2], shares[3]), (0.95, 0.0));
        assert!(
            (shares.iter().sum::<f64>() - 1.0).abs() < 1e-12,
            "{shares:?}"
        );
    }

    #[test]
    fn agreement_is_counted_by_whole_recordings() {
        let case = |truth, counted, low, expected, high| Case {
            label: 0,
            truth,
            counted,
            low,
            high,
            expected,
        };
        let found = CountAgreement::of(&[case(3, 5, 1.4, 2.5, 3.2), case(1, 1, 1.6, 2.0, 3.6)]);
        assert_eq!((found.of, found.held), (2, 1));
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(
            close(found.width, 1.9) && close(found.error, 0.75),
            "{found:?}"
        );
        assert!(close(found.counting_error, 1.0), "{found:?}");
        assert_eq!(CountAgreement::of(&[]), CountAgreement::default());
    }
}
