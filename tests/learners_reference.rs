//! The learners against scikit-learn on the same data (`reference/sklearn_reference.py`).

use earwitness::evaluate::confusion::Confusion;
use earwitness::evaluate::probability::log_loss;
use earwitness::train::boosting::BoostingParams;
use earwitness::train::error::TrainError;
use earwitness::train::logistic::LogisticParams;
use earwitness::train::perceptron::PerceptronParams;
use earwitness::train::sample::Samples;
use earwitness::train::svm::SvmParams;
use linfa::traits::{Fit, Predict};
use ndarray::{Array1, Array2, Axis};
use serde_json::Value;

const N_LABELS: usize = 4;

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/learners.json")).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// The training and the test part of `blobs.csv`.
fn blobs() -> (Samples, Samples) {
    let mut reader = csv::Reader::from_reader(include_str!("reference/blobs.csv").as_bytes());
    let (mut records, mut labels) = (Vec::new(), Vec::new());
    for row in reader.records() {
        let row: Vec<f32> = row.unwrap().iter().map(|x| x.parse().unwrap()).collect();
        labels.push(row[0] as usize);
        records.extend_from_slice(&row[1..]);
    }
    let n = labels.len();
    let records = Array2::from_shape_vec((n, records.len() / n), records).unwrap();
    let n_train = reference()["n_train"].as_u64().unwrap() as usize;
    let part = |rows: std::ops::Range<usize>| {
        let rows: Vec<usize> = rows.collect();
        let labels: Array1<usize> = rows.iter().map(|i| labels[*i]).collect();
        Samples::new(records.select(Axis(0), &rows), labels)
    };
    (part(0..n_train), part(n_train..n))
}

/// Accuracy, balanced accuracy and log loss on the test part.
fn measure<M>(model: &M, test: &Samples) -> (f64, f64, f64)
where
    M: for<'a> Predict<&'a Array2<f32>, Array2<f32>>,
{
    let p = model.predict(&test.records).mapv(|s| f64::from(s).exp());
    let best = |row: ndarray::ArrayView1<f64>| {
        (0..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best })
    };
    let said: Vec<usize> = p.rows().into_iter().map(best).collect();
    let truth = test.targets.to_vec();
    let confusion = Confusion::new(&truth, &said, N_LABELS).unwrap();
    (
        confusion.accuracy().unwrap(),
        confusion.balanced_accuracy().unwrap(),
        log_loss(p.view(), &truth).unwrap(),
    )
}

#[test]
fn logistic_coefficients_and_probabilities_are_sklearns() {
    let (train, test) = blobs();
    let wanted = &reference()["logistic"];
    let params = LogisticParams::new(N_LABELS)
        .l2(number(&wanted["l2"]))
        .tolerance(1e-5);
    let model = params.fit(&train).unwrap();
    for label in 0..N_LABELS {
        for (feature, found) in model.weights_of(label).iter().enumerate() {
            let wanted = number(&wanted["coefficients"][label][feature]);
            assert!(
                (f64::from(*found) - wanted).abs() < 1e-3,
                "{label} {feature}"
            );
        }
        let bias = f64::from(model.bias()[label]);
        assert!((bias - number(&wanted["intercepts"][label])).abs() < 1e-3);
    }
    let scores: Array2<f32> = model.predict(&test.records);
    for row in 0..25 {
        for label in 0..N_LABELS {
            let p = f64::from(scores[[row, label]]).exp();
            let wanted = number(&wanted["probabilities"][row][label]);
            assert!((p - wanted).abs() < 1e-3, "{row} {label}: {p} {wanted}");
        }
    }
}

#[test]
fn resampled_weights_come_close_to_sklearns_exact_ones() {
    let (train, test) = blobs();
    let wanted = &reference()["weighted_logistic"];
    let weights = train
        .targets
        .mapv(|y| number(&wanted["label_weights"][y]) as f32);
    let model = LogisticParams::new(N_LABELS)
        .l2(0.01)
        .fit(&train.with_weights(weights))
        .unwrap();
    let (_, balanced, loss) = measure(&model, &test);
    assert!((loss - number(&wanted["log_loss"])).abs() < 0.02, "{loss}");
    let off = balanced - number(&wanted["balanced_accuracy"]);
    assert!(off.abs() < 0.02, "{balanced}");
}

/// Not worse than the peer by more than a band for two other implementations of one idea, each
/// with its own draws.
fn assert_in_band<P>(name: &str, params: P)
where
    P: Fit<Array2<f32>, Array1<usize>, TrainError>,
    P::Object: for<'a> Predict<&'a Array2<f32>, Array2<f32>>,
{
    let (train, test) = blobs();
    let (accuracy, _, loss) = measure(&params.fit(&train).unwrap(), &test);
    let wanted = &reference()[name];
    let peer = number(&wanted["accuracy"]);
    println!(
        "{name}: accuracy {accuracy:.3} (scikit-learn {peer:.3}), log loss {loss:.3} ({})",
        wanted["log_loss"]
    );
    assert!(accuracy >= peer - 0.02, "{accuracy} {peer}");
    if let Some(peer) = wanted["log_loss"].as_f64() {
        assert!(loss <= peer + 0.05, "{loss} {peer}");
    }
}

#[test]
fn boosting_is_as_good_as_histogram_gradient_boosting() {
    let params = BoostingParams::new(N_LABELS)
        .row_share(1.0)
        .feature_share(1.0);
    assert_in_band("boosting", params.min_child_weight(2.0));
}

#[test]
fn perceptron_is_as_good_as_mlp_classifier() {
    let params = PerceptronParams::new(N_LABELS)
        .hidden(&[64])
        .epochs(100)
        .batch(64);
    assert_in_band("perceptron", params.dropout(0.2).input_dropout(0.0));
}

#[test]
fn svm_is_as_good_as_svc() {
    let exact = SvmParams::new(N_LABELS).gamma(0.1).landmarks(700);
    assert_in_band("svm", exact);
    assert_in_band("svm", SvmParams::new(N_LABELS).gamma(0.1));
}
