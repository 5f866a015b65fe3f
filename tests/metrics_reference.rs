//! The metrics against scikit-learn, scipy and lir (`reference/sklearn_reference.py`).

use earwitness::evaluate::cllr::{cllr, cllr_min};
use earwitness::evaluate::confusion::Confusion;
use earwitness::evaluate::interval::clopper_pearson;
use earwitness::evaluate::probability::{brier, log_loss};
use earwitness::evaluate::roc::{at_false_alarm_rate, auc};
use earwitness::train::elub::elub;
use earwitness::train::isotonic::pool_adjacent_violators;
use ndarray::Array2;
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/metrics.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_f64().unwrap())
        .collect()
}

fn flags(value: &Value) -> Vec<bool> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|x| x.as_bool().unwrap())
        .collect()
}

fn assert_close(found: f64, wanted: &Value, what: &str) {
    let wanted = wanted.as_f64().unwrap();
    assert!((found - wanted).abs() < 1e-9, "{what}: {found} {wanted}");
}

#[test]
fn auc_and_recall_are_sklearns_with_ties() {
    let case = &reference()["detection"];
    let (scores, truth) = (numbers(&case["scores"]), flags(&case["truth"]));
    assert_close(auc(&scores, &truth).unwrap(), &case["auc"], "AUC");
    for pair in case["recall_at"].as_array().unwrap() {
        let rate = pair[0].as_f64().unwrap();
        let point = at_false_alarm_rate(&scores, &truth, rate).unwrap();
        assert_close(point.recall(), &pair[1], "recall");
        assert!(point.false_alarm_rate() <= rate);
    }
}

#[test]
fn labelling_figures_are_sklearns() {
    let case = &reference()["labelling"];
    let rows = case["probabilities"].as_array().unwrap();
    let flat: Vec<f64> = rows.iter().flat_map(numbers).collect();
    let p = Array2::from_shape_vec((rows.len(), 4), flat).unwrap();
    let truth: Vec<usize> = numbers(&case["truth"])
        .iter()
        .map(|y| *y as usize)
        .collect();
    let said: Vec<usize> = p
        .rows()
        .into_iter()
        .map(|row| (0..4).fold(0, |best, k| if row[k] > row[best] { k } else { best }))
        .collect();
    let confusion = Confusion::new(&truth, &said, 4).unwrap();
    assert_eq!(serde_json::json!(confusion.counts()), case["confusion"]);
    assert_close(
        confusion.balanced_accuracy().unwrap(),
        &case["balanced_accuracy"],
        "balanced",
    );
    assert_close(
        log_loss(p.view(), &truth).unwrap(),
        &case["log_loss"],
        "log loss",
    );
    assert_close(brier(p.view(), &truth).unwrap(), &case["brier"], "Brier");
}

#[test]
fn clopper_pearson_is_scipys() {
    for case in reference()["clopper_pearson"].as_array().unwrap() {
        let count = |i: usize| case[i].as_u64().unwrap() as usize;
        let found = clopper_pearson(count(0), count(1), case[2].as_f64().unwrap()).unwrap();
        assert_close(found.low, &case[3], "low");
        assert_close(found.high, &case[4], "high");
    }
}

#[test]
fn cllr_and_bounds_are_lirs() {
    for case in reference()["ratios"].as_array().unwrap() {
        let (lrs, h1) = (numbers(&case["log10_lrs"]), flags(&case["is_h1"]));
        assert_close(cllr(&lrs, &h1, &[]).unwrap(), &case["cllr"], "Cllr");
        assert_close(
            cllr_min(&lrs, &h1, &[]).unwrap(),
            &case["cllr_min"],
            "Cllr_min",
        );
        let (lower, upper) = elub(&lrs, &h1, &vec![1.0; lrs.len()]).unwrap();
        assert_close(lower, &case["elub"][0], "lower bound");
        assert_close(upper, &case["elub"][1], "upper bound");
    }
}

#[test]
fn isotonic_regression_is_sklearns() {
    let case = &reference()["isotonic"];
    let found = pool_adjacent_violators(&numbers(&case["targets"]), &numbers(&case["weights"]));
    for (found, wanted) in found.iter().zip(numbers(&case["fitted"])) {
        assert!((found - wanted).abs() < 1e-9, "{found} {wanted}");
    }
}
