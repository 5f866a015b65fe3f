//! Do two recordings that the search says share sound agree where it does not listen? An independent
//! look: the phase transform below 280 Hz and above 2.4 kHz, bands of which a wave print holds nothing.

use realfft::RealFftPlanner;

use crate::fingerprint::search::Match;

/// Power over its mean that confirms: in unrelated sound one of 600 lags reaches it once in 5,000 pairs.
pub(super) const LEAST_POWER: f64 = 15.0;
/// Bands in Hz; above 7 kHz the resampler fades.
const BANDS: [(f64, f64); 2] = [(40.0, 280.0), (2_400.0, 7_000.0)];
/// Lags on each side of the search's, samples: its resolution and a codec's padding, 19 ms.
const LAGS: usize = 300;

/// The largest power of the summed cross-spectrum's phases at any lag near that of `shared`, over its mean
/// for unrelated sound.
pub(super) fn power(query: &[f32], other: &[f32], shared: &Match) -> f64 {
    let rate = f64::from(crate::SAMPLE_RATE);
    let at = |seconds: f64| (seconds * rate).round() as usize;
    let len = at(shared.end_s - shared.start_s);
    let first = query.iter().skip(at(shared.start_s)).take(len);
    let second = other.iter().skip(at(shared.other_start_s)).take(len);
    let size = (2 * len).next_power_of_two();
    let mut planner = RealFftPlanner::<f32>::new();
    let forward = planner.plan_fft_forward(size);
    let spectrum = |samples: Vec<f32>| {
        let mut padded = samples;
        padded.resize(size, 0.0);
        let mut spectrum = forward.make_output_vec();
        // The lengths are those of the plan.
        let _ = forward.process(&mut padded, &mut spectrum);
        spectrum
    };
    let (a, b) = (
        spectrum(first.copied().collect()),
        spectrum(second.copied().collect()),
    );
    let mut used = 0;
    let mut cross: Vec<_> = a.iter().zip(&b).map(|(a, b)| a.conj() * b).collect();
    for (bin, x) in cross.iter_mut().enumerate() {
        let hz = bin as f64 * rate / size as f64;
        let heard = BANDS.iter().any(|(low, high)| hz >= *low && hz < *high) && x.norm() > 0.0;
        used += usize::from(heard);
        *x = if heard {
            *x / x.norm()
        } else {
            Default::default()
        };
    }
    let back = planner.plan_fft_inverse(size);
    let mut correlation = back.make_output_vec();
    let _ = back.process(&mut cross, &mut correlation);
    let near = (0..=LAGS).flat_map(|lag| [lag, (size - lag) % size]);
    let largest = near
        .filter_map(|lag| correlation.get(lag))
        .fold(0.0f32, |a, x| a.max(x.abs()));
    // Twice a sum of cosines, whose squares are 1/2 on average; zero-padding makes that many bins alike.
    let mean = 2.0 * used as f64 * size as f64 / len.max(1) as f64;
    // The square of a normal variable of variance 1 exceeds 2 x with a probability of about exp(-x).
    f64::from(largest).powi(2) / (2.0 * mean.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn noise(seed: u64) -> Vec<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        (0..32_000).map(|_| rng.gen_range(-0.1..0.1)).collect()
    }

    fn shared(start_s: f64, other_start_s: f64) -> Match {
        Match {
            id: String::new(),
            start_s,
            end_s: start_s + 1.0,
            other_start_s,
            other_end_s: other_start_s + 1.0,
            score: 1.0,
            strength: 100.0,
            log10_chance: -15.0,
        }
    }

    #[test]
    fn shared_sound_is_confirmed_and_other_sound_hardly_ever() {
        let sound = noise(1);
        assert!(power(&sound, &sound[1600..], &shared(0.5, 0.4)) > 100.0);
        assert!(power(&sound, &sound, &shared(0.2, 0.9)) < LEAST_POWER);
        let reached = (2..60).filter(|n| power(&sound, &noise(*n), &shared(0.5, 0.4)) > 10.0);
        assert!(reached.count() <= 3);
    }
}
