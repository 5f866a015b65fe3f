//! Feature vectors in a byte a number teach as much as the whole ones: on the real recordings, where they are:
//! `EARWITNESS_DATA=../shared/data cargo test --release --test memory_is_enough -- --ignored --nocapture`.
#![cfg(feature = "embedded-model")]

mod recordings;

use earwitness::model::pooling::mean_scores;
use earwitness::model::store::Model;
use earwitness::train::corpus::Corpus;
use earwitness::train::fit::SegmentScores;
use earwitness::train::held_out::out_of_fold;
use earwitness::train::memory::Memory;
use earwitness::train::recipe::Recipe;
use std::path::Path;

/// Share of real recordings of each label whose best mean score is the true one, labels weighing alike, by the average of all
/// learners.
fn balanced_accuracy(corpus: &Corpus, scores: &SegmentScores) -> f64 {
    let segments = scores.candidates.last().unwrap();
    let mut counts = vec![(0.0, 0.0); corpus.labels.len()];
    for i in (0..corpus.n_recorded()).filter(|&i| !segments[i].is_empty()) {
        let mean = mean_scores(&segments[i], corpus.labels.len());
        let best = (0..mean.len())
            .max_by(|&a, &b| mean[a].total_cmp(&mean[b]))
            .unwrap();
        let label = corpus.recordings[i].label;
        counts[label].0 += f64::from(u8::from(best == label));
        counts[label].1 += 1.0;
    }
    let shares: Vec<f64> = counts
        .iter()
        .filter(|c| c.1 > 0.0)
        .map(|c| c.0 / c.1)
        .collect();
    shares.iter().sum::<f64>() / shares.len() as f64
}

#[test]
#[ignore = "slow: listens to all recordings and fits ten times"]
fn what_is_learnt_from_the_stored_numbers_is_as_good() {
    let Some(manifest) = recordings::manifest() else {
        return;
    };
    let recipe = Recipe::default_model().unwrap();
    let corpus = Corpus::listen(&manifest, &recipe, &|_, _, _| {}).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/default.memory");
    let memory = Memory::load(&path).unwrap();
    assert!(memory
        .belongs_to(&Model::embedded().unwrap(), "default.memory")
        .is_ok());
    let of = |corpus: &Corpus, seed: u64| {
        let quick = Recipe {
            seed,
            ..recipe.quick()
        };
        balanced_accuracy(corpus, &out_of_fold(corpus, &quick, &|_| true).unwrap())
    };
    let (whole, stored) = (of(&corpus, recipe.seed), of(&memory.corpus, recipe.seed));
    // What another seed changes is the measure of what matters.
    let other = of(&corpus, recipe.seed + 1);
    println!("balanced accuracy of quick fits: whole {whole:.4}, stored {stored:.4}, whole with another seed {other:.4}");
    assert!((whole - stored).abs() < 0.02);
}
