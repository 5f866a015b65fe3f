//! The Nystroem map of a Gaussian kernel (Williams and Seeger 2001).

use crate::train::error::TrainError;
use crate::train::solve::{cholesky, solve_lower, solve_upper};
use ndarray::{Array2, Axis};

/// Added to the diagonal of the landmarks' kernel matrix, against near-duplicates.
const JITTER: f64 = 1e-6;

/// The Nystroem map: coordinates in which the plain dot product is the kernel, as seen from the
/// landmarks.
pub(super) struct KernelMap {
    landmarks: Array2<f64>,
    gamma: f64,
    lower: Array2<f64>,
}

impl KernelMap {
    pub(super) fn new(landmarks: &Array2<f64>, gamma: f64) -> Result<Self, TrainError> {
        let mut kernel = gaussian(landmarks, landmarks, gamma);
        kernel.diag_mut().mapv_inplace(|x| x + JITTER);
        let lower = cholesky(&kernel).ok_or(TrainError::Data {
            fault: "the landmarks' kernel matrix is not positive definite".into(),
            remedy: "raise gamma, or use fewer landmarks",
        })?;
        Ok(Self {
            landmarks: landmarks.clone(),
            gamma,
            lower,
        })
    }

    /// Rows x landmarks coordinates `L^-1 k(x)`.
    pub(super) fn apply(&self, records: &Array2<f64>) -> Array2<f64> {
        let mut mapped = gaussian(records, &self.landmarks, self.gamma);
        for mut row in mapped.rows_mut() {
            let solved = solve_lower(&self.lower, &row.to_vec());
            for (to, from) in row.iter_mut().zip(solved) {
                *to = from;
            }
        }
        mapped
    }

    /// Coefficients on the landmarks' kernels that equal `normal` in the map's coordinates.
    pub(super) fn pull_back(&self, normal: &[f64]) -> Vec<f64> {
        solve_upper(&self.lower, normal)
    }
}

/// The kernels of every row of `a` with every row of `b`.
fn gaussian(a: &Array2<f64>, b: &Array2<f64>, gamma: f64) -> Array2<f64> {
    let length = |x: &Array2<f64>| (x * x).sum_axis(Axis(1));
    let (a_lengths, b_lengths) = (length(a), length(b));
    let mut out = a.dot(&b.t());
    for (mut row, own) in out.rows_mut().into_iter().zip(&a_lengths) {
        for (x, other) in row.iter_mut().zip(&b_lengths) {
            *x = (-gamma * (own + other - 2.0 * *x).max(0.0)).exp();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::sample::blobs;

    #[test]
    fn the_map_reproduces_the_kernel_on_its_landmarks() {
        let x = blobs(30, 4, 2, 0.5, 3).records.mapv(f64::from);
        let mapped = KernelMap::new(&x, 0.2).unwrap().apply(&x);
        let error = &mapped.dot(&mapped.t()) - &gaussian(&x, &x, 0.2);
        assert!(error.iter().all(|e| e.abs() < 1e-4));
    }
}
