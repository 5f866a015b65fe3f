//! Learnt forms on their way through a file: what is read back answers the same bits.

use earwitness::model::classifier::{Blend, Classifier};
use earwitness::model::merged::Merged;
use earwitness::model::scorer::{Scorer, Scratch};
use earwitness::train::boosting::BoostingParams;
use earwitness::train::logistic::LogisticParams;
use earwitness::train::perceptron::PerceptronParams;
use earwitness::train::sample::Samples;
use earwitness::train::svm::SvmParams;
use linfa::traits::Fit;
use ndarray::{Array1, Array2};

fn data() -> Samples {
    let centre = |label: usize, j: usize| ((label * 7 + j * 3) % 5) as f32 - 2.0;
    let wobble = |i: usize, j: usize| ((i * 37 + j * 101) % 97) as f32 / 24.0 - 2.0;
    let records = Array2::from_shape_fn((240, 6), |(i, j)| centre(i % 3, j) + wobble(i, j));
    Samples::new(records, Array1::from_shape_fn(240, |i| i % 3))
}

fn every_kind() -> Vec<Classifier> {
    let data = data();
    let linear = LogisticParams::new(3).fit(&data).unwrap();
    let perceptron = PerceptronParams::new(3).epochs(3).fit(&data).unwrap();
    let trees = BoostingParams::new(3).rounds(4).fit(&data).unwrap();
    let kernel = SvmParams::new(3).fit(&data).unwrap();
    let mut all = vec![
        Classifier::Linear(linear),
        Classifier::Perceptron(perceptron),
        Classifier::BoostedTrees(trees),
        Classifier::KernelMachine(kernel),
    ];
    let merged = Merged::new(all[1].clone(), vec![0, 1, 2], 3).unwrap();
    all.push(Classifier::Merged(merged));
    let members = all.iter().map(|c| (1.0, c.clone())).collect();
    all.push(Classifier::Blend(Blend::new(members).unwrap()));
    all
}

fn scores(classifier: &Classifier) -> Array2<f32> {
    let data = data();
    let mut out = Array2::zeros((240, 3));
    classifier.score_rows(data.records.view(), out.view_mut());
    out
}

#[test]
fn a_batch_is_scored_as_its_rows_are() {
    let data = data();
    for classifier in every_kind() {
        let (batch, mut alone) = (scores(&classifier), [0.0; 3]);
        for (row, scored) in data.records.rows().into_iter().zip(batch.rows()) {
            classifier.scores_into(&row.to_vec(), &mut Scratch::default(), &mut alone);
            let close = scored.iter().zip(alone).all(|(a, b)| (a - b).abs() < 1e-4);
            assert!(close, "{scored} {alone:?}");
        }
    }
}

#[test]
fn every_kind_survives_serialisation_bit_for_bit() {
    for classifier in every_kind() {
        let text = serde_json::to_string(&classifier).unwrap();
        let back: Classifier = serde_json::from_str(&text).unwrap();
        back.validate(6, 3).unwrap();
        assert_eq!(back, classifier);
        assert_eq!(scores(&back), scores(&classifier));
    }
}

#[test]
fn every_kind_learns_and_gives_log_probabilities() {
    let truth = data().targets;
    for classifier in every_kind() {
        let scores = scores(&classifier);
        let mut right = 0;
        for (row, label) in scores.rows().into_iter().zip(&truth) {
            let total: f32 = row.iter().map(|s| s.exp()).sum();
            assert!((total - 1.0).abs() < 1e-5);
            right += usize::from(row.iter().all(|s| *s <= row[*label]));
        }
        assert!(right > 180, "{right} of 240");
    }
}

#[test]
fn another_number_of_features_or_labels_is_refused() {
    for classifier in every_kind() {
        assert!(classifier.validate(7, 3).is_err());
        assert!(classifier.validate(6, 4).is_err());
    }
}
