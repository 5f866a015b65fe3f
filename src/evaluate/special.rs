//! Quantiles that intervals are made of: of Beta, Student's t and gamma distributions.

/// The value below which a Beta(a, b) variable lies with probability `p`, by bisection.
pub(super) fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0f64, 1.0f64);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if beta_share(middle, a, b) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (NIST DLMF
/// 8.17.22, evaluated by Lentz's method).
fn beta_share(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast below the mean only; above it, use the symmetry.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_share(1.0 - x, b, a);
    }
    let front = a * x.ln() + b * (1.0 - x).ln() - ln_beta(a, b);
    front.exp() * beta_fraction(x, a, b) / a
}

fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..1000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / keep(1.0 + term * d);
            c = keep(1.0 + term / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// Natural logarithm of the gamma function for x >= 0.5 (Stirling's series, NIST DLMF 5.11.1,
/// after shifting x above 10).
fn ln_gamma(x: f64) -> f64 {
    let mut shifted = x;
    let mut product = 1.0f64;
    while shifted < 10.0 {
        product *= shifted;
        shifted += 1.0;
    }
    let inverse = 1.0 / (shifted * shifted);
    let series = (1.0 / 12.0
        - inverse * (1.0 / 360.0 - inverse * (1.0 / 1260.0 - inverse * (1.0 / 1680.0))))
        / shifted;
    let half_ln_tau = 0.5 * std::f64::consts::TAU.ln();
    (shifted - 0.5) * shifted.ln() - shifted + half_ln_tau + series - product.ln()
}

/// Student's t beyond which, to either side, `1 - confidence` lies.
pub(super) fn student_quantile(confidence: f64, freedom: f64) -> f64 {
    let x = beta_quantile(1.0 - confidence, 0.5 * freedom, 0.5);
    (freedom * (1.0 - x) / x).sqrt()
}

/// Probability that Student's t lies below `t`, 0 to 1; `freedom` above 0.
pub(super) fn student_share(t: f64, freedom: f64) -> f64 {
    let beyond = 0.5 * beta_share(freedom / (freedom + t * t), 0.5 * freedom, 0.5);
    match t < 0.0 {
        true => beyond,
        false => 1.0 - beyond,
    }
}

/// The value below which a Gamma(`shape`, 1) variable lies with probability `p`, by bisection; `shape` is 0.5 or more.
pub(super) fn gamma_quantile(p: f64, shape: f64) -> f64 {
    let (mut low, mut high) = (0.0, shape + 10.0 * (shape + 1.0).sqrt() + 20.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if gamma_share(shape, middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The regularised lower incomplete gamma function P(a, x): by its series (NIST DLMF 8.11.4) below the mean, where that converges
/// fast, and by the continued fraction of the rest (8.9.2, evaluated by Lentz's method) above.
fn gamma_share(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    if x <= 0.0 {
        return 0.0;
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..10_000 {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * 1e-15 {
                break;
            }
        }
        return front * sum;
    }
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for n in 1..10_000 {
        let n = f64::from(n);
        let step = n * (a - n);
        b += 2.0;
        let keep = |v: f64| if v.abs() < TINY { TINY } else { v };
        d = 1.0 / keep(step * d + b);
        c = keep(b + step / c);
        let change = c * d;
        fraction *= change;
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    1.0 - front * fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_t_is_that_of_the_tables() {
        for (freedom, wanted) in [(1.0, 12.706), (6.0, 2.447), (30.0, 2.042), (1000.0, 1.962)] {
            let found = student_quantile(0.95, freedom);
            assert!((student_share(found, freedom) - 0.975).abs() < 1e-9);
            assert!((student_share(-found, freedom) - 0.025).abs() < 1e-9);
            assert!((found - wanted).abs() < 1e-3, "{freedom}: {found}");
        }
    }

    #[test]
    fn gamma_of_whole_numbers_is_the_factorial() {
        assert!((ln_gamma(6.0) - 120f64.ln()).abs() < 1e-11);
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-10);
    }

    #[test]
    fn gamma_quantiles_are_those_of_chi_squared() {
        // Half of the tabled quantiles of chi-squared with twice the shape as degrees of freedom; 3 is no whole shape.
        for (p, freedom, wanted) in [
            (0.975, 2.0, 7.378),
            (0.025, 3.0, 0.216),
            (0.975, 3.0, 9.348),
            (0.025, 100.0, 74.222),
            (0.975, 100.0, 129.561),
        ] {
            let found = 2.0 * gamma_quantile(p, 0.5 * freedom);
            assert!((found - wanted).abs() < 1e-3, "{p}, {freedom}: {found}");
        }
    }
}
