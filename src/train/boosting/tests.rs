use super::*;
use crate::model::scorer::Scratch;
use crate::train::sample::blobs;
use linfa::traits::Predict;

fn accuracy(model: &BoostedTrees, data: &Samples) -> f64 {
    let scores: Array2<f32> = model.predict(&data.records);
    let right = scores
        .rows()
        .into_iter()
        .zip(&data.targets)
        .filter(|(row, label)| {
            row.iter()
                .enumerate()
                .all(|(k, s)| k == **label || *s < row[**label])
        });
    right.count() as f64 / data.targets.len() as f64
}

#[test]
fn an_exclusive_or_is_learnt() {
    // No single feature helps; only their interaction does.
    let noise = blobs(800, 2, 2, 0.0, 11);
    let targets = noise.records.rows().into_iter();
    let targets = targets
        .map(|r| usize::from((r[0] > 0.0) != (r[1] > 0.0)))
        .collect();
    let data = Samples::new(noise.records.clone(), targets);
    let params = BoostingParams::new(2).rounds(60).feature_share(1.0);
    let model = params.fit(&data).unwrap();
    let found = accuracy(&model, &data);
    assert!(found > 0.97, "{found}");
}

#[test]
fn the_thread_count_changes_nothing() {
    let data = blobs(500, 8, 4, 0.7, 3);
    let fit = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| BoostingParams::new(4).rounds(8).seed(5).fit(&data).unwrap())
    };
    assert_eq!(fit(1), fit(3));
}

#[test]
fn seeds_differ() {
    let data = blobs(500, 8, 4, 0.7, 3);
    let fit = |seed| {
        BoostingParams::new(4)
            .rounds(3)
            .seed(seed)
            .fit(&data)
            .unwrap()
    };
    assert_ne!(fit(1), fit(2));
}

#[test]
fn a_row_of_weight_two_counts_as_two_rows() {
    let once = blobs(120, 3, 2, 0.8, 7);
    let weights = Array1::from_shape_fn(120, |i| if i < 60 { 2.0f32 } else { 1.0 });
    let twice: Vec<usize> = (0..60).chain(0..120).collect();
    let doubled = Samples::new(
        once.records.select(ndarray::Axis(0), &twice),
        once.targets.select(ndarray::Axis(0), &twice),
    );
    // Weights are scaled to mean 1; l2 and child weight of 0 take that scale out.
    let params = BoostingParams::new(2)
        .rounds(1)
        .row_share(1.0)
        .feature_share(1.0);
    let params = params
        .l2(0.0)
        .min_child_weight(1e-6)
        .max_leaves(2)
        .max_bins(255);
    let weighted = params.fit(&once.with_weights(weights)).unwrap();
    let repeated = params.fit(&doubled).unwrap();
    assert_eq!(weighted.feature, repeated.feature);
    assert_eq!(weighted.threshold, repeated.threshold);
}

#[test]
fn training_walk_and_inference_agree() {
    let data = blobs(300, 5, 3, 0.8, 9);
    let params = BoostingParams::new(3).rounds(5).row_share(0.5);
    let model = params.fit(&data).unwrap();
    // Thresholds lie between training values, so bins and values must part rows alike:
    // a model fitted on the bins of a value equals the model asked for that value.
    let found = accuracy(&model, &data);
    assert!(found > 0.8, "{found}");
    let mut out = [0.0; 3];
    let row = data.records.row(0).to_vec();
    model.scores_into(&row, &mut Scratch::default(), &mut out);
    let total: f32 = out.iter().map(|s| s.exp()).sum();
    assert!((total - 1.0).abs() < 1e-5);
}

#[test]
fn settings_out_of_range_are_named() {
    let message = BoostingParams::new(3)
        .max_bins(300)
        .check()
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("max_bins") && message.contains("300"),
        "{message}"
    );
}
