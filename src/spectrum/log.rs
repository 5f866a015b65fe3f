//! A natural logarithm that the compiler can vectorise.

use super::sum::in_lanes;

/// Smallest power that is told from silence: -120 dB re full scale squared.
pub const POWER_FLOOR: f32 = 1e-12;

/// Least power that is told from nothing beside the whole of a frame: -100 dB.
const RANGE: f32 = 1e-10;

/// The floor of the powers in a frame whose bins have `total` power: 100 dB below it, so that what stands on the floor does
/// so at any level. A floor of full scale would change the spectrum of a telephone call with its volume: above
/// 4 kHz there is nothing but what a resampler leaves.
pub fn floor_of(total: f32) -> f32 {
    (RANGE * total).max(f32::MIN_POSITIVE)
}

/// `10 log10(power)`, floored at -120 dB.
pub fn power_db(power: f32) -> f32 {
    10.0 * power.max(POWER_FLOOR).log10()
}

/// Natural logarithm of a positive, normal `x`; relative error below 2e-7.
///
/// Range reduction to `[sqrt(1/2), sqrt(2))` and the polynomial of Cephes' `logf`
/// (Moshier 1992). A call to libm's `ln` for each of 40,000 bins a second would
/// take a fifth of the time allowed for a recording.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    const SQRT_HALF: u32 = 0x3f35_04f3;
    let bits = x.to_bits();
    let exponent = (bits.wrapping_sub(SQRT_HALF) as i32) >> 23;
    let t = f32::from_bits(bits.wrapping_sub((exponent << 23) as u32)) - 1.0;
    let z = t * t;
    let mut p = 7.037_683_6e-2_f32;
    p = p * t - 1.151_461e-1;
    p = p * t + 1.167_699_9e-1;
    p = p * t - 1.242_014_1e-1;
    p = p * t + 1.424_932_3e-1;
    p = p * t - 1.666_805_8e-1;
    p = p * t + 2.000_071_5e-1;
    p = p * t - 2.499_999_4e-1;
    p = p * t + 3.333_333e-1;
    let e = exponent as f32;
    t * z * p - 0.5 * z + t + e * std::f32::consts::LN_2
}

/// Sum of the natural logarithms of `powers`, each floored at `floor`, which must be normal.
///
/// The mantissas are multiplied and the exponents added, which takes a fifth of the time that a
/// logarithm of each would.
pub(super) fn ln_sum(powers: &[f32], floor: f32) -> f32 {
    in_lanes!(inlined_ln_sum(powers, floor))
}

#[inline(always)]
fn inlined_ln_sum(powers: &[f32], floor: f32) -> f32 {
    const LANES: usize = 8;
    /// Values per lane: a mantissa is less than 2, and the product of so many stays finite.
    const RUN: usize = 120;
    const MANTISSA: u32 = 0x007f_ffff;
    const BIAS: u32 = 127;
    let floored = |p: f32| if p > floor { p } else { floor };
    let exponents: u32 = powers.iter().map(|&p| floored(p).to_bits() >> 23).sum();
    let mut logs = (f64::from(exponents) - f64::from(BIAS) * powers.len() as f64) as f32
        * std::f32::consts::LN_2;
    for run in powers.chunks(RUN * LANES) {
        let mut products = [1f32; LANES];
        let mut multiply = |chunk: &[f32]| {
            for (product, &p) in products.iter_mut().zip(chunk) {
                *product *= f32::from_bits(floored(p).to_bits() & MANTISSA | 1f32.to_bits());
            }
        };
        let (chunks, rest) = run.as_chunks::<LANES>();
        for chunk in chunks {
            multiply(chunk);
        }
        multiply(rest);
        logs += products.iter().map(|&product| ln(product)).sum::<f32>();
    }
    logs
}

/// Replaces each power by its natural logarithm, floored at `floor`, which must be normal.
pub fn ln_in_place(powers: &mut [f32], floor: f32) {
    in_lanes!(for p in powers {
        *p = ln(p.max(floor));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standard_library_over_forty_decades() {
        for i in -200..200 {
            for step in 0..50 {
                let x = 10f32.powf(i as f32 / 10.0) * (1.0 + step as f32 / 50.0);
                let exact = f64::from(x).ln();
                let error = (f64::from(ln(x)) - exact).abs();
                assert!(
                    error <= 3e-7 * exact.abs().max(1.0),
                    "ln({x}) is off by {error}"
                );
            }
        }
    }

    #[test]
    fn a_sum_of_logarithms_agrees_with_the_logarithms_at_every_length() {
        for n in [0, 1, 7, 513, 1016, 3000] {
            let power = |i: usize| 10f32.powf((i % 30) as f32 - 15.0) * 1.99;
            let powers: Vec<f32> = (0..n).map(power).collect();
            let exact: f64 = powers.iter().map(|&p| f64::from(p.max(1e-10)).ln()).sum();
            let found = f64::from(ln_sum(&powers, 1e-10));
            assert!(
                (found - exact).abs() < 1e-5 * n as f64 + 1e-6,
                "{found} for {exact}"
            );
        }
    }

    #[test]
    fn silence_is_floored_and_not_infinite() {
        let mut powers = [0.0, 1e-30];
        ln_in_place(&mut powers, POWER_FLOOR);
        assert!(powers.iter().all(|&p| (p - POWER_FLOOR.ln()).abs() < 1e-5));
        assert_eq!(power_db(0.0), -120.0);
    }
}
