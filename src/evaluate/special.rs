//! Quantiles that intervals are made of: of Beta, Student's t and gamma distributions.

use statrs::distribution::{Beta, ContinuousCDF, Gamma, StudentsT};

/// The value below which a Beta(a, b) variable lies with probability `p`; not a number unless `a` and `b` are above 0.
pub(super) fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    Beta::new(a, b).map_or(f64::NAN, |beta| beta.inverse_cdf(p))
}

/// Student's t beyond which, to either side, `1 - confidence` lies; not a number unless `freedom` is above 0.
pub(super) fn student_quantile(confidence: f64, freedom: f64) -> f64 {
    student(freedom).map_or(f64::NAN, |t| t.inverse_cdf(0.5 + 0.5 * confidence))
}

/// Probability that Student's t lies below `t`, 0 to 1; not a number unless `freedom` is above 0.
pub(super) fn student_share(t: f64, freedom: f64) -> f64 {
    student(freedom).map_or(f64::NAN, |student| student.cdf(t))
}

fn student(freedom: f64) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, freedom).ok()
}

/// The value below which a Gamma(`shape`, 1) variable lies with probability `p`; not a number unless `shape` is above 0.
pub(super) fn gamma_quantile(p: f64, shape: f64) -> f64 {
    Gamma::new(shape, 1.0).map_or(f64::NAN, |gamma| gamma.inverse_cdf(p))
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
