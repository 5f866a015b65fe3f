//! Multinomial logistic regression: linfa's solver, with weights and a check that it arrived.
//!
//! linfa-logistic takes no sample weights and does not say whether it converged. Here weights
//! become a resampled data set (each row as often as its weight asks, within one), the fit runs
//! in f64, and the gradient at the end is computed anew.

use super::error::{require, TrainError};
use super::sample::{checked_weights, draw_by_weight, Samples};
use crate::model::linear::LinearModel;
use crate::model::scorer::Scorer;
use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};
use linfa_logistic::MultiLogisticRegression;
use ndarray::{Array1, Array2, Axis};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const NAME: &str = "logistic regression";

/// Mean gradient above which the fit is an error; between this and the tolerance it warns.
const GIVE_UP: f64 = 0.05;

/// Settings of the logistic regression, unchecked.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticParams(LogisticValidParams);

/// Checked settings.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticValidParams {
    n_labels: usize,
    l2: f64,
    max_steps: u64,
    tolerance: f64,
    max_rows: usize,
    seed: u64,
}

impl LogisticParams {
    /// For labels `0..n_labels`: l2 1e-3, 200 steps, tolerance 1e-3, 16,000 rows, seed 0.
    pub fn new(n_labels: usize) -> Self {
        Self(LogisticValidParams {
            n_labels,
            l2: 1e-3,
            max_steps: 200,
            tolerance: 1e-3,
            max_rows: 16_000,
            seed: 0,
        })
    }

    /// Penalty: the loss is the mean log loss + `l2 / 2 * sum of squared weights` (no penalty
    /// on the bias). scikit-learn's `C` is `1 / (l2 * rows)`.
    pub fn l2(mut self, l2: f64) -> Self {
        self.0.l2 = l2;
        self
    }

    /// Most L-BFGS steps.
    pub fn max_steps(mut self, steps: u64) -> Self {
        self.0.max_steps = steps;
        self
    }

    /// Largest entry of the mean gradient at which the fit counts as converged.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.0.tolerance = tolerance;
        self
    }

    /// Most rows to fit on; more (or unequal weights) are resampled to this number.
    pub fn max_rows(mut self, rows: usize) -> Self {
        self.0.max_rows = rows;
        self
    }

    /// Seed of the resampling.
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

impl ParamGuard for LogisticParams {
    type Checked = LogisticValidParams;
    type Error = TrainError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let p = &self.0;
        require(p.n_labels >= 2, NAME, "n_labels", p.n_labels, "2 or more")?;
        let l2_ok = p.l2.is_finite() && p.l2 > 0.0;
        require(l2_ok, NAME, "l2", p.l2, "above 0")?;
        require(p.max_steps > 0, NAME, "max_steps", p.max_steps, "above 0")?;
        let tolerance_ok = p.tolerance > 0.0 && p.tolerance <= GIVE_UP;
        require(
            tolerance_ok,
            NAME,
            "tolerance",
            p.tolerance,
            "above 0, at most 0.05",
        )?;
        require(p.max_rows > 1, NAME, "max_rows", p.max_rows, "2 or more")?;
        Ok(p)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl Fit<Array2<f32>, Array1<usize>, TrainError> for LogisticValidParams {
    type Object = LinearModel;

    /// Fits on standardised records. A label without rows gets zero weights and the bias of the
    /// rarest label less 10, so that it never wins.
    ///
    /// # Errors
    /// [`TrainError::Data`] for unusable data, [`TrainError::NotConverged`] if the solver
    /// stopped far from the optimum, [`TrainError::LinfaLogistic`] if it failed.
    fn fit(&self, data: &Samples) -> Result<LinearModel, TrainError> {
        let weights = checked_weights(data, self.n_labels)?;
        let n = data.records.nrows();
        let even = weights.iter().all(|w| *w == weights[0]);
        let rows: Vec<usize> = if even && n <= self.max_rows {
            (0..n).collect()
        } else {
            let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
            let targets = data.targets.to_vec();
            draw_by_weight(&weights, &targets, self.max_rows, &mut rng)
        };
        let records = data.records.select(Axis(0), &rows).mapv(f64::from);
        let targets = data.targets.select(Axis(0), &rows);
        let dataset = DatasetBase::new(records, targets);
        let alpha = self.l2 * rows.len() as f64;
        let fitted = MultiLogisticRegression::new()
            .alpha(alpha)
            .max_iterations(self.max_steps)
            // linfa's is the norm of the summed gradient.
            .gradient_tolerance(0.5 * self.tolerance * rows.len() as f64)
            .fit(&dataset)?;
        self.check_gradient(&dataset, &fitted)?;
        self.convert(&fitted)
    }
}

type LinfaModel = linfa_logistic::MultiFittedLogisticRegression<f64, usize>;

impl LogisticValidParams {
    /// Computes the mean gradient at the fitted point: warns above the tolerance, fails far
    /// above it.
    fn check_gradient(
        &self,
        dataset: &DatasetBase<Array2<f64>, Array1<usize>>,
        fitted: &LinfaModel,
    ) -> Result<(), TrainError> {
        let n = dataset.records.nrows() as f64;
        let mut residual = fitted.predict_probabilities(&dataset.records);
        for (mut row, label) in residual.rows_mut().into_iter().zip(&dataset.targets) {
            if let Ok(column) = fitted.classes().binary_search(label) {
                row[column] -= 1.0;
            }
        }
        let slope = dataset.records.t().dot(&residual) / n + fitted.params() * self.l2;
        let largest =
            slope
                .iter()
                .chain(&(residual.sum_axis(Axis(0)) / n))
                .fold(
                    0.0f64,
                    |top, g| if g.is_nan() { *g } else { top.max(g.abs()) },
                );
        if largest <= self.tolerance {
            return Ok(());
        }
        if largest <= GIVE_UP {
            tracing::warn!(
                gradient = largest,
                wanted = self.tolerance,
                "logistic regression stopped before its optimum; allow more steps"
            );
            return Ok(());
        }
        Err(TrainError::NotConverged {
            learner: NAME,
            measure: "the largest mean gradient",
            found: largest,
            wanted: self.tolerance,
            steps: self.max_steps as usize,
        })
    }

    fn convert(&self, fitted: &LinfaModel) -> Result<LinearModel, TrainError> {
        let (params, intercept) = (fitted.params(), fitted.intercept());
        let n_features = params.nrows();
        let lowest = intercept.iter().copied().fold(f64::INFINITY, f64::min);
        let mut model = LinearModel {
            n_features,
            weights: vec![0.0; n_features * self.n_labels],
            bias: vec![lowest as f32 - 10.0; self.n_labels],
        };
        for (column, &label) in fitted.classes().iter().enumerate() {
            for (feature, weight) in params.column(column).iter().enumerate() {
                model.weights[feature * self.n_labels + label] = *weight as f32;
            }
            model.bias[label] = intercept[column] as f32;
        }
        model.validate(n_features, self.n_labels)?;
        Ok(model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scorer::Scratch;
    use crate::train::sample::blobs;

    #[test]
    fn same_seed_same_model() {
        let data = blobs(300, 6, 3, 1.5, 3).with_weights(Array1::from_shape_fn(300, |i| {
            if i % 2 == 0 {
                1.0
            } else {
                0.3
            }
        }));
        let fit = |seed| LogisticParams::new(3).seed(seed).fit(&data).unwrap();
        assert_eq!(fit(1), fit(1));
        assert_ne!(fit(1), fit(2));
    }

    #[test]
    fn weights_move_the_bias() {
        let data = blobs(400, 4, 2, 0.5, 5);
        let heavy = data.targets.mapv(|y| if y == 1 { 9.0f32 } else { 1.0 });
        let plain = LogisticParams::new(2).fit(&data).unwrap();
        let weighted = LogisticParams::new(2)
            .fit(&data.with_weights(heavy))
            .unwrap();
        let lift = |m: &LinearModel| m.bias[1] - m.bias[0];
        let moved = lift(&weighted) - lift(&plain);
        assert!((moved - 9f32.ln()).abs() < 0.35, "{moved}");
    }

    #[test]
    fn a_label_never_seen_never_wins() {
        let data = blobs(200, 4, 2, 1.0, 5);
        let model = LogisticParams::new(3).fit(&data).unwrap();
        let mut out = [0.0; 3];
        model.scores_into(&[0.0; 4], &mut Scratch::default(), &mut out);
        assert!(out[2] < out[0] - 5.0 && out[2] < out[1] - 5.0);
    }

    #[test]
    fn one_step_is_reported_as_not_converged() {
        // Columns of very unlike scale, as if they had not been standardised.
        let mut data = blobs(600, 10, 4, 0.4, 9);
        data.records.column_mut(0).mapv_inplace(|x| 50.0 * x);
        let params = LogisticParams::new(4).max_steps(1).l2(1e-4);
        assert!(matches!(
            params.fit(&data),
            Err(TrainError::NotConverged { .. })
        ));
    }
}
