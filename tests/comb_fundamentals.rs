//! The fundamental of a comb in noise of equal power is found, without octave errors.

use earwitness::spectrum::{CombScorer, CombTrack, LineSpectrum, Stft, LINE_BINS, LONG};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// 2 s of a comb of ten harmonics at `hz`, levels falling by 2 dB each, in white noise at 0 dB SNR.
fn comb_in_noise(hz: f64, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let phases: Vec<f64> = (0..10)
        .map(|_| rng.gen::<f64>() * std::f64::consts::TAU)
        .collect();
    let level = |h: usize| 10f64.powf(-0.1 * h as f64);
    let power: f64 = (0..10).map(|h| level(h) * level(h) / 2.0).sum();
    let noise = (12.0 * power).sqrt();
    let sample = |n: usize| {
        let t = n as f64 / 16_000.0;
        let lines = (0..10).map(|h| {
            level(h) * ((h + 1) as f64 * hz * std::f64::consts::TAU * t + phases[h]).sin()
        });
        (0.1 * (lines.sum::<f64>() + noise * (rng.gen::<f64>() - 0.5))) as f32
    };
    (0..32_000).map(sample).collect()
}

/// Median over frames of the refined fundamental.
fn fundamental(samples: &[f32]) -> f64 {
    let (mut stft, mut lines, mut scorer) =
        (Stft::new(LONG), LineSpectrum::new(), CombScorer::new());
    let mut power = vec![0.0; LINE_BINS];
    let (mut frames, mut scores) = (Vec::new(), Vec::new());
    for frame in samples.windows(LONG.length).step_by(LONG.hop) {
        stft.power_into(frame, &mut power);
        let mut whitened = vec![0.0; LINE_BINS];
        lines.whiten(&power, &mut whitened);
        let mut row = vec![0.0; scorer.candidates()];
        scorer.score(&whitened, &mut row);
        frames.push(whitened);
        scores.extend(row);
    }
    let track = CombTrack::follow(&scorer, &scores, &mut Vec::new());
    let refined = frames
        .iter()
        .zip(&track.combs)
        .map(|(w, c)| scorer.refine(w, c.fundamental_hz));
    let mut refined: Vec<f32> = refined.collect();
    refined.sort_by(f32::total_cmp);
    f64::from(refined[refined.len() / 2])
}

#[test]
fn fundamentals_from_50_to_500_hz_are_right_within_a_percent_at_0_db() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut octaves, mut off) = (Vec::new(), Vec::new());
    let trials = 150;
    for i in 0..trials {
        let hz = 50.0 * 10f64.powf(i as f64 / (trials - 1) as f64);
        let found = fundamental(&comb_in_noise(hz, &mut rng));
        let ratio = found / hz;
        if (ratio - 1.0).abs() > 0.2 {
            octaves.push((hz, found));
        } else if (ratio - 1.0).abs() > 0.01 {
            off.push((hz, found));
        }
    }
    assert!(off.is_empty(), "more than 1 % off: {off:?}");
    assert!(octaves.len() * 50 <= trials, "octave errors: {octaves:?}");
}
