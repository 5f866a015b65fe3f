use super::*;
use crate::train::sample::blobs;
use linfa::traits::Predict;

fn accuracy(model: &Perceptron, data: &Samples) -> f64 {
    let scores: Array2<f32> = model.predict(&data.records);
    let best = |row: ndarray::ArrayView1<f32>| {
        (0..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best })
    };
    let rows = scores.rows().into_iter().zip(&data.targets);
    rows.filter(|(row, label)| best(*row) == **label).count() as f64 / data.targets.len() as f64
}

fn exclusive_or(seed: u64) -> Samples {
    let noise = blobs(800, 2, 2, 0.0, seed);
    let targets = noise.records.rows().into_iter();
    let targets = targets
        .map(|r| usize::from((r[0] > 0.0) != (r[1] > 0.0)))
        .collect();
    Samples::new(noise.records, targets)
}

#[test]
fn an_exclusive_or_is_learnt_with_each_shape() {
    for (hidden, activation) in [
        (vec![32], Activation::Relu),
        (vec![24, 12], Activation::HardSwish),
    ] {
        let params = PerceptronParams::new(2)
            .hidden(&hidden)
            .activation(activation)
            .epochs(120)
            .batch(64)
            .learning_rate(1e-2)
            .dropout(0.1)
            .input_dropout(0.0);
        let model = params.fit(&exclusive_or(11)).unwrap();
        let found = accuracy(&model, &exclusive_or(12));
        assert!(found > 0.95, "{hidden:?}: {found}");
    }
}

#[test]
fn the_thread_count_changes_nothing_and_the_seed_does() {
    let data = blobs(300, 6, 3, 1.0, 3);
    let fit = |threads, seed| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let params = PerceptronParams::new(3).epochs(2).mixup(0.3).seed(seed);
        pool.install(|| params.fit(&data).unwrap())
    };
    assert_eq!(fit(1, 4), fit(3, 4));
    assert_ne!(fit(1, 4), fit(1, 5));
    let both = fit(1, 4);
    assert_ne!(both.networks[0], both.networks[1]);
}

#[test]
fn weights_count_alike_in_the_loss_and_in_the_draw() {
    // Two overlapping labels, one weighted ninefold: at the centre the log odds move by ln 9.
    let data = blobs(4000, 2, 2, 0.0, 5);
    let heavy = data.targets.mapv(|y| if y == 1 { 9.0f32 } else { 1.0 });
    let data = data.with_weights(heavy);
    for draw in [false, true] {
        let params = PerceptronParams::new(2)
            .hidden(&[4])
            .epochs(40)
            .learning_rate(1e-2)
            .draw_by_weight(draw);
        let model = params.fit(&data).unwrap();
        let scores: Array2<f32> = model.predict(&data.records);
        let odds = (&scores.column(1) - &scores.column(0)).mean().unwrap();
        assert!((odds - 9f32.ln()).abs() < 0.3, "draw {draw}: {odds}");
    }
}

#[test]
fn label_smoothing_keeps_scores_modest() {
    let data = blobs(600, 4, 2, 4.0, 6);
    let spread = |smoothing| {
        let params = PerceptronParams::new(2)
            .epochs(60)
            .batch(64)
            .learning_rate(1e-2)
            .dropout(0.0)
            .label_smoothing(smoothing);
        let scores: Array2<f32> = params.fit(&data).unwrap().predict(&data.records);
        (&scores.column(1) - &scores.column(0))
            .mapv(f32::abs)
            .mean()
            .unwrap()
    };
    // Smoothing of 0.2 over two labels aims at odds of 0.9 / 0.1.
    let smooth = spread(0.2);
    assert!((smooth - 9f32.ln()).abs() < 0.5, "{smooth}");
    assert!(spread(0.0) > smooth + 1.0);
}

#[test]
fn too_many_layers_are_refused() {
    let message = PerceptronParams::new(3)
        .hidden(&[8, 8, 8])
        .check()
        .unwrap_err()
        .to_string();
    assert!(message.contains("hidden"), "{message}");
}
