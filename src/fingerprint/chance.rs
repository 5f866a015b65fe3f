//! How likely it is that two unrelated recordings agree by accident.
//!
//! For unrelated noise, the power of the summed correlation over its mean exceeds x with probability exp(-x) at
//! one lag. Real sounds are no noise, and the stretch is chosen where it agrees best: their tail falls more slowly. Here
//! stands what was measured on pairs of real recordings of different labels (`earwitness evaluate --protocol reuse`, which
//! prints it anew beside what follows from these constants), and the tail is extrapolated: an exponential tail is what
//! extreme-value theory expects of such maxima (S. Coles, "An Introduction to Statistical Modeling of Extreme
//! Values", 2001, chapter 4).

/// A pair matches where the chance is at most 10 to this power: a third of the 1 in 10^8 that is asked for.
pub const MOST_LOG10: f64 = -8.5;
/// No chance below 10 to this power is stated: nothing measured supports more.
const LEAST_LOG10: f64 = -15.0;
/// By how much the strength has to rise for accidents to be e times rarer; 1 for noise. The mean excess over a strength of
/// 18 of 461 of 1.6 million pairs.
pub const SCALE: f64 = 1.43;
/// How many independent tries a lag amounts to, along a tail of this scale: what makes those 461 of 2.5 * 10^10 lags.
pub const TRIES: f64 = 0.0053;

/// Log10 of the chance that two unrelated recordings reach a strength at one of `lags` lags; between -15 and 0.
pub fn log10_chance(strength: f64, lags: f64) -> f64 {
    let ln = (TRIES * lags).max(1.0).ln() - strength / SCALE;
    (ln / std::f64::consts::LN_10).clamp(LEAST_LOG10, 0.0)
}

/// The strength from which two recordings that meet at `lags` lags match.
pub fn least_strength(lags: f64) -> f64 {
    SCALE * ((TRIES * lags).max(1.0).ln() - MOST_LOG10 * std::f64::consts::LN_10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_recordings_need_more_strength_and_no_chance_is_beyond_what_was_measured() {
        assert!(log10_chance(30.0, 10_000.0) < log10_chance(30.0, 10_000_000.0));
        assert_eq!(log10_chance(0.0, 10_000.0), 0.0);
        assert_eq!(log10_chance(1e6, 10_000.0), LEAST_LOG10);
        assert!(log10_chance(0.0, 0.0) <= 0.0);
        let chance = log10_chance(least_strength(10_000.0), 10_000.0);
        assert!((chance - MOST_LOG10).abs() < 1e-9);
    }
}
