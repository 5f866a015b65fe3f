//! Spectra, mel bands, cepstra and shape agree with librosa and scipy to 1e-4
//! (tests/reference/librosa_reference.py).

use earwitness::spectrum::{ln_in_place, Dct, MelBank, ShapeMeter, Stft, POWER_FLOOR, SHORT};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    power: Vec<f64>,
    mel: Vec<f64>,
    mfcc: Vec<f64>,
    centroid_hz: f64,
    spread_hz: f64,
    rolloff_hz: f64,
    flatness: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("reference/librosa_reference.json")).unwrap()
}

/// The frame that the script makes.
fn frame() -> Vec<f32> {
    let mut state = 12_345u64;
    let sample = |n: usize| {
        state = (1_103_515_245 * state + 12_345) % (1 << 31);
        let noise = state as f64 / (1u64 << 31) as f64 - 0.5;
        let t = n as f64 / 16_000.0;
        let chirp = (2.0 * std::f64::consts::PI * (300.0 * t + 4_000.0 * t * t)).sin();
        (0.3 * chirp + 0.1 * noise) as f32
    };
    (0..SHORT.length).map(sample).collect()
}

fn power() -> Vec<f32> {
    let mut power = vec![0.0; SHORT.bins()];
    Stft::new(SHORT).power_into(&frame(), &mut power);
    power
}

/// Relative to the largest value where that is more forgiving than to the value itself: f32
/// rounding of a strong line is noise in a weak bin.
fn assert_close(what: &str, found: &[f32], wanted: &[f64]) {
    assert!(found.len() >= wanted.len());
    let top = wanted.iter().fold(0.0f64, |a, b| a.max(b.abs()));
    for (i, (&f, &w)) in found.iter().zip(wanted).enumerate() {
        let error = (f64::from(f) - w).abs();
        assert!(
            error <= 1e-4 * w.abs().max(1e-3 * top),
            "{what} {i}: {f}, librosa {w}"
        );
    }
}

#[test]
fn power_spectrum_agrees_with_librosa() {
    assert_close("power", &power(), &reference().power);
}

#[test]
fn mel_bands_and_cepstra_agree_with_librosa_and_scipy() {
    let bank = MelBank::new(SHORT, 64, 50.0, 8_000.0);
    let mut mel = vec![0.0; bank.len()];
    bank.apply(&power(), &mut mel);
    assert_close("mel", &mel, &reference().mel);
    ln_in_place(&mut mel, POWER_FLOOR);
    let mut mfcc = vec![0.0; 20];
    Dct::new(64, 20).apply(&mel, &mut mfcc);
    assert_close("mfcc", &mfcc, &reference().mfcc);
}

#[test]
fn shape_agrees_with_librosa() {
    let shape = ShapeMeter::new(SHORT).measure(&power());
    let wanted = reference();
    for (what, found, wanted) in [
        ("centroid", shape.centroid_hz, wanted.centroid_hz),
        ("spread", shape.spread_hz, wanted.spread_hz),
        ("roll-off", shape.rolloff_hz, wanted.rolloff_hz),
        ("flatness", shape.flatness, wanted.flatness),
    ] {
        let error = (f64::from(found) - wanted).abs() / wanted;
        assert!(error < 1e-4, "{what}: {found}, librosa {wanted}");
    }
}
