//! The faint noise of any open place: no air is digitally silent.

use super::noise::White;

/// Adds noise of mean square `power` that falls by 3 to 6 dB per octave, as outdoor ambience does.
pub(super) fn add_ambient(sound: &mut [f32], power: f64, seed: u64) {
    let mut white = White::new(seed, 60);
    let (mut slow, mut fast) = (0.0f32, 0.0f32);
    let noise: Vec<f32> = (0..sound.len())
        .map(|_| {
            let x = white.next();
            slow += 0.02 * (x - slow);
            fast += 0.3 * (x - fast);
            3.0 * slow + 0.5 * fast + 0.05 * x
        })
        .collect();
    let mean: f64 = noise.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    let gain = (power * noise.len() as f64 / mean.max(1e-30)).sqrt() as f32;
    for (sample, noise) in sound.iter_mut().zip(&noise) {
        *sample += gain * noise;
    }
}
