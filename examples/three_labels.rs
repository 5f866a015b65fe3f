//! What can be learnt of three labels from 30 recordings each, and what helps: macro-F1 of recordings by several learners,
//! tested in ten folds by recording (as published figures are) and by source group (as all others here are).
//!
//! `cargo run --release --example three_labels [models/default.memory [DRAWS]]`
//!
//! The published figure (Svanstrom 2020) is of backgrounds from outdoors, so such a set is tried as well.
//!
//! Sets of background, helicopter and multirotor are drawn from a training memory, so that no sound is needed. All learners are
//! fitted in the same folds, and the label with the highest mean score is the answer; nothing is chosen by what is tested.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use earwitness::dataset::assign_folds;
use earwitness::evaluate::f1::{MacroF1, Said};
use earwitness::model::pooling::mean_scores;
use earwitness::train::corpus::{Corpus, Heard};
use earwitness::train::fit::{Fitted, SegmentScores};
use earwitness::train::learner::{LearnerRecipe, LearnerSettings};
use earwitness::train::memory::Memory;
use earwitness::train::recipe::Recipe;
use earwitness::train::takes::{Row, Take};
use ndarray::Axis;
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

const LABELS: [&str; 3] = ["background", "helicopter", "multirotor"];
const EACH: usize = 30;
const FOLDS: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let memory = args.next().unwrap_or("models/default.memory".into());
    let draws: u64 = args.next().map_or(Ok(5), |n| n.parse())?;
    let memory = Memory::load(Path::new(&memory))?;
    let recipe = memory.recipe()?;
    let ways = ways(&recipe);
    let mut found: BTreeMap<(usize, String, bool), Vec<f64>> = BTreeMap::new();
    let mut wrong: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let outdoors_alone = ways.len();
    let jobs = (0..draws).flat_map(|draw| [(draw, false), (draw, true)]);
    for (draw, outdoors) in jobs {
        let set = draw_set(&memory.corpus, draw, outdoors);
        for by_group in [false, true] {
            let folds = folds(&memory.corpus, &set, by_group, draw);
            let tried = match outdoors {
                true => &ways[..1],
                false => &ways[..],
            };
            for (number, way) in tried.iter().enumerate() {
                let scores = way.test(&memory.corpus, &set, &folds)?;
                for (candidate, segments) in scores.candidates.iter().enumerate() {
                    let said = answers(&memory.corpus, &set, segments);
                    let f1 = MacroF1::new(&said, &said).map_or(f64::NAN, |f| f.recordings);
                    let mut name =
                        format!("{}: {}", way.name, way.recipe.candidate_name(candidate));
                    let mut number = number;
                    if outdoors {
                        name += ", backgrounds from outdoors alone";
                        number = outdoors_alone;
                    }
                    found.entry((number, name, by_group)).or_default().push(f1);
                    let is_last = candidate + 1 == scores.candidates.len();
                    if by_group && number == 0 && is_last {
                        for (&i, said) in set.iter().zip(&said).filter(|(_, s)| s.said != s.truth) {
                            let r = &memory.corpus.recordings[i];
                            let what = format!("{} ({})", r.path, r.note);
                            *wrong.entry((what, LABELS[said.said])).or_default() += 1;
                        }
                    }
                }
                eprintln!("draw {draw}, by group: {by_group}, {}", way.name);
            }
        }
    }
    println!("| learnt how | by recording | by source group |\n|---|---|---|");
    let names: BTreeSet<(usize, String)> = found.keys().map(|(n, s, _)| (*n, s.clone())).collect();
    for (number, name) in names {
        let cell = |by_group| summary(&found[&(number, name.clone(), by_group)]);
        println!("| {name} | {} | {} |", cell(false), cell(true));
    }
    println!("\nAnswered wrongly, by source group, average of the recipe's learners:");
    for ((what, said), times) in wrong {
        println!("  {what}: {said}, {times} times");
    }
    Ok(())
}

/// Mean, least and most of the draws.
fn summary(values: &[f64]) -> String {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{mean:.3} ({least:.3}-{most:.3})")
}

/// A way to learn.
struct Way {
    name: &'static str,
    recipe: Recipe,
    /// Whether varied copies are learnt from.
    copies: bool,
    /// Whether all else that the memory holds is learnt from as well, but for what shares a fold with what is tested.
    memory: bool,
}

fn ways(recipe: &Recipe) -> Vec<Way> {
    let mut alone = recipe.clone();
    alone.rendered = None;
    let simple = |settings| LearnerRecipe {
        by_kind: false,
        settings,
    };
    let mut longer = alone.quick();
    for learner in &mut longer.learners {
        if let LearnerSettings::Perceptron { epochs, .. } = &mut learner.settings {
            *epochs *= 8;
        }
    }
    let mut plain = alone.clone();
    plain.learners = vec![
        simple(LearnerSettings::Logistic {
            l2: 1.0,
            max_rows: 20_000,
        }),
        simple(LearnerSettings::Svm {
            c: 1.0,
            gamma: 0.002,
            max_rows: 5_000,
            landmarks: 600,
        }),
    ];
    let mut small_trees = alone.quick();
    for learner in &mut small_trees.learners {
        if let LearnerSettings::Boosting {
            rounds,
            max_leaves,
            max_depth,
            feature_share,
            ..
        } = &mut learner.settings
        {
            (*rounds, *max_leaves, *max_depth, *feature_share) = (300, 4, 2, 0.1);
        }
    }
    let mut by_group = alone.quick();
    by_group.balance.group_power = 1.0;
    let mut all = alone.quick();
    all.learners.extend(plain.learners.iter().cloned());
    let way = |name, recipe: &Recipe, copies, memory| Way {
        name,
        recipe: recipe.clone(),
        copies,
        memory,
    };
    vec![
        way("the recipe", &alone, true, false),
        way("no copies", &alone, false, false),
        way("one network, 8 times the epochs", &longer, true, false),
        way("plain learners", &plain, true, false),
        way("small trees", &small_trees, true, false),
        way("a group counts once", &by_group, true, false),
        way("recipe and plain learners", &all, true, false),
        way("with the training memory", &recipe.quick(), true, true),
    ]
}

impl Way {
    fn test(
        &self,
        corpus: &Corpus,
        set: &[usize],
        folds: &[usize],
    ) -> Result<SegmentScores, Box<dyn Error>> {
        let corpus = match self.memory {
            true => corpus.clone(),
            false => only(corpus, set, self.copies),
        };
        let fold_of: BTreeMap<usize, usize> =
            set.iter().copied().zip(folds.iter().copied()).collect();
        let scored: Vec<SegmentScores> = (0..FOLDS)
            .into_par_iter()
            .map(|fold| {
                let tested: BTreeSet<usize> = set
                    .iter()
                    .zip(folds)
                    .filter(|(_, f)| **f == fold)
                    .map(|(i, _)| corpus.recordings[*i].group)
                    .collect();
                // What is not in the set must not know the tested recordings' sources either.
                let uses = |i: usize| match fold_of.get(&i) {
                    Some(own) => *own != fold,
                    None => self.memory && !tested.contains(&corpus.recordings[i].group),
                };
                let fitted = Fitted::fit(&corpus, &self.recipe, &uses)?;
                fitted.score(&corpus, &|i| fold_of.get(&i) == Some(&fold))
            })
            .collect::<Result<_, _>>()?;
        Ok(SegmentScores::merged(scored))
    }
}

/// The rows of a set alone; the recordings keep their numbers.
fn only(corpus: &Corpus, set: &[usize], copies: bool) -> Corpus {
    let inside: BTreeSet<usize> = set.iter().copied().collect();
    let kept: Vec<usize> = (0..corpus.rows.len())
        .filter(|&n| inside.contains(&corpus.rows[n].recording))
        .filter(|&n| copies || corpus.rows[n].take == Take::AsItIs)
        .collect();
    let blank = |r: &Heard| Heard {
        note: String::new(),
        // Fits number the labels of a set from 0.
        label: LABELS
            .iter()
            .position(|l| *l == corpus.labels[r.label])
            .unwrap_or(0),
        ..r.clone()
    };
    Corpus {
        labels: LABELS.map(String::from).to_vec(),
        recordings: corpus.recordings.iter().map(blank).collect(),
        features: corpus.features.select(Axis(0), &kept),
        rows: kept.iter().map(|&n| Row { ..corpus.rows[n] }).collect(),
        joins: Vec::new(),
        left_out: Vec::new(),
        places: Default::default(),
    }
}

/// Whether a background was recorded outdoors and away from machines, as those of the published sets are.
fn is_outdoors(note: &str) -> bool {
    const KINDS: [&str; 11] = [
        "chirping_birds",
        "crickets",
        "crow",
        "insects",
        "nodrone",
        "rain",
        "rooster",
        "sea_waves",
        "thunderstorm",
        "water_drops",
        "wind",
    ];
    KINDS.iter().any(|kind| note.starts_with(kind))
}

/// Up to [`EACH`] recordings of each label, of as many source groups as possible.
fn draw_set(corpus: &Corpus, seed: u64, outdoors: bool) -> Vec<usize> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut set = Vec::new();
    for label in LABELS {
        let mut of_group: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for i in (0..corpus.n_recorded()).filter(|&i| {
            corpus.labels[corpus.recordings[i].label] == label
                && corpus.recordings[i].stretch.is_none()
                && (!outdoors || label != LABELS[0] || is_outdoors(&corpus.recordings[i].note))
        }) {
            of_group
                .entry(corpus.recordings[i].group)
                .or_default()
                .push(i);
        }
        let mut groups: Vec<Vec<usize>> = of_group.into_values().collect();
        groups.iter_mut().for_each(|g| g.shuffle(&mut rng));
        groups.shuffle(&mut rng);
        let turns = groups.iter().map(Vec::len).max().unwrap_or(0);
        let all = (0..turns).flat_map(|turn| groups.iter().filter_map(move |g| g.get(turn)));
        set.extend(all.take(EACH).copied());
    }
    set
}

fn folds(corpus: &Corpus, set: &[usize], by_group: bool, seed: u64) -> Vec<usize> {
    let labels: Vec<usize> = set.iter().map(|&i| corpus.recordings[i].label).collect();
    let groups: Vec<usize> = match by_group {
        true => set.iter().map(|&i| corpus.recordings[i].group).collect(),
        false => (0..set.len()).collect(),
    };
    assign_folds(&labels, &groups, FOLDS, seed)
}

fn answers(corpus: &Corpus, set: &[usize], segments: &[Vec<Vec<f32>>]) -> Vec<Said> {
    let n_labels = segments.iter().flatten().map(Vec::len).max().unwrap_or(0);
    // A fit on the whole memory knows more labels than are asked for.
    let place = |n: usize| match n_labels == LABELS.len() {
        true => n,
        false => corpus
            .labels
            .iter()
            .position(|l| l == LABELS[n])
            .unwrap_or(0),
    };
    let said = |&i: &usize| {
        let scores = mean_scores(&segments[i], n_labels);
        let best = (0..LABELS.len()).max_by(|&a, &b| scores[place(a)].total_cmp(&scores[place(b)]));
        let truth = LABELS
            .iter()
            .position(|l| *l == corpus.labels[corpus.recordings[i].label]);
        Said {
            truth: truth.unwrap_or(0),
            said: best.unwrap_or(0),
            group: corpus.recordings[i].group,
        }
    };
    set.iter().map(said).collect()
}
