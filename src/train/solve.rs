//! Small dense linear algebra and a damped Newton method, for fits with few parameters.

use super::error::TrainError;
use ndarray::{Array1, Array2};

/// The lower triangle L with `L L^T = matrix` (Cholesky), or `None` if the matrix is not
/// positive definite.
pub(crate) fn cholesky(matrix: &Array2<f64>) -> Option<Array2<f64>> {
    let n = matrix.nrows();
    let mut lower = Array2::<f64>::zeros((n, n));
    for i in 0..n {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| lower[[i, k]] * lower[[j, k]]).sum();
            let rest = matrix[[i, j]] - known;
            if i == j {
                if !(rest.is_finite() && rest > 0.0) {
                    return None;
                }
                lower[[i, i]] = rest.sqrt();
            } else {
                lower[[i, j]] = rest / lower[[j, j]];
            }
        }
    }
    Some(lower)
}

/// Solves `lower * x = b`.
pub(crate) fn solve_lower(lower: &Array2<f64>, b: &[f64]) -> Vec<f64> {
    let mut x = b.to_vec();
    for i in 0..x.len() {
        let known: f64 = (0..i).map(|k| lower[[i, k]] * x[k]).sum();
        x[i] = (x[i] - known) / lower[[i, i]];
    }
    x
}

/// Solves `lower^T * x = b`.
pub(crate) fn solve_upper(lower: &Array2<f64>, b: &[f64]) -> Vec<f64> {
    let mut x = b.to_vec();
    for i in (0..x.len()).rev() {
        let known: f64 = (i + 1..x.len()).map(|k| lower[[k, i]] * x[k]).sum();
        x[i] = (x[i] - known) / lower[[i, i]];
    }
    x
}

/// A convex function's value, gradient and Hessian at a point.
pub(crate) struct Point {
    pub(crate) value: f64,
    pub(crate) gradient: Array1<f64>,
    pub(crate) hessian: Array2<f64>,
}

/// Minimises a strictly convex, smooth function by Newton steps that are halved until they
/// descend (Boyd and Vandenberghe 2004, section 9.5).
pub(crate) fn newton<F>(
    name: &'static str,
    start: Vec<f64>,
    function: F,
) -> Result<Vec<f64>, TrainError>
where
    F: Fn(&[f64]) -> Point,
{
    const STEPS: usize = 100;
    const WANTED: f64 = 1e-12;
    let mut at = start;
    let mut point = function(&at);
    let mut decrement = f64::INFINITY;
    for _ in 0..STEPS {
        let gradient = point.gradient.to_vec();
        let Some(lower) = cholesky(&point.hessian) else {
            break;
        };
        let direction = solve_upper(&lower, &solve_lower(&lower, &gradient));
        decrement = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
        if decrement <= WANTED {
            return Ok(at);
        }
        let mut share = 1.0;
        loop {
            let next: Vec<f64> = at
                .iter()
                .zip(&direction)
                .map(|(x, d)| x - share * d)
                .collect();
            let trial = function(&next);
            if trial.value <= point.value - 1e-4 * share * decrement {
                (at, point) = (next, trial);
                break;
            }
            share *= 0.5;
            if share < 1e-10 {
                // No descent left in floating point: this is the optimum if the decrement agrees.
                return finish(name, at, decrement, 1e-8, STEPS);
            }
        }
    }
    finish(name, at, decrement, WANTED, STEPS)
}

fn finish(
    learner: &'static str,
    at: Vec<f64>,
    decrement: f64,
    wanted: f64,
    steps: usize,
) -> Result<Vec<f64>, TrainError> {
    if decrement <= wanted {
        return Ok(at);
    }
    Err(TrainError::NotConverged {
        learner,
        measure: "the Newton decrement",
        found: decrement,
        wanted,
        steps,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn cholesky_solves_and_refuses_indefinite() {
        let matrix = array![[4.0, 2.0, 0.5], [2.0, 3.0, 1.0], [0.5, 1.0, 2.0]];
        let lower = cholesky(&matrix).unwrap();
        let x = solve_upper(&lower, &solve_lower(&lower, &[1.0, 2.0, 3.0]));
        let back = matrix.dot(&Array1::from(x));
        for (found, wanted) in back.iter().zip([1.0, 2.0, 3.0]) {
            assert!((found - wanted).abs() < 1e-12);
        }
        assert!(cholesky(&array![[1.0, 2.0], [2.0, 1.0]]).is_none());
    }

    #[test]
    fn newton_finds_the_minimum_from_afar() {
        // cosh(x - 2): plain Newton steps from 9 would overshoot.
        let found = newton("test", vec![9.0], |x| Point {
            value: (x[0] - 2.0).cosh(),
            gradient: array![(x[0] - 2.0).sinh()],
            hessian: array![[(x[0] - 2.0).cosh()]],
        });
        assert!((found.unwrap()[0] - 2.0).abs() < 1e-6);
    }
}
