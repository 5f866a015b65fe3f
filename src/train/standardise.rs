//! Fits the [`Scaler`]: clip to quantiles, then weighted mean and standard deviation.
//!
//! linfa-preprocessing's scaler takes neither weights nor quantiles and passes NaN on, hence
//! this one.

use super::error::{require, TrainError};
use super::sample::Samples;
use crate::model::scaler::Scaler;
use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};
use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;

/// Settings of the standardisation, unchecked.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardiseParams(StandardiseValidParams);

/// Checked settings.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardiseValidParams {
    tail: f64,
}

impl Default for StandardiseParams {
    /// Clips to the 0.1 % and 99.9 % quantiles.
    fn default() -> Self {
        Self(StandardiseValidParams { tail: 0.001 })
    }
}

impl StandardiseParams {
    /// Share of the weight that is clipped at each end, 0 to 0.25.
    pub fn tail(mut self, tail: f64) -> Self {
        self.0.tail = tail;
        self
    }
}

impl ParamGuard for StandardiseParams {
    type Checked = StandardiseValidParams;
    type Error = TrainError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let tail = self.0.tail;
        let ok = (0.0..=0.25).contains(&tail);
        require(ok, "standardise", "tail", tail, "between 0 and 0.25")?;
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl<T> Fit<Array2<f32>, T, TrainError> for StandardiseValidParams {
    type Object = Scaler;

    /// Fits on raw features (rows x features), which may hold NaN; `dataset.weights` counts.
    ///
    /// # Errors
    /// [`TrainError::Data`] if there are no rows, or the weights are unusable.
    fn fit(&self, dataset: &DatasetBase<Array2<f32>, T>) -> Result<Scaler, TrainError> {
        let records = &dataset.records;
        let weights: Vec<f32> = dataset.weights.to_vec();
        let usable = weights.is_empty()
            || (weights.len() == records.nrows()
                && weights.iter().all(|w| w.is_finite() && *w >= 0.0));
        if records.nrows() == 0 || !usable {
            return Err(TrainError::Data {
                fault: "no rows to standardise by, or weights that do not fit them".into(),
                remedy: "give at least one row, and one weight of 0 or more per row",
            });
        }
        let columns: Vec<Column> = (0..records.ncols())
            .into_par_iter()
            .map(|i| Column::fit(records.column(i), &weights, self.tail))
            .collect();
        let scaler = Scaler {
            lower: columns.iter().map(|c| c.lower).collect(),
            upper: columns.iter().map(|c| c.upper).collect(),
            mean: columns.iter().map(|c| c.mean).collect(),
            inverse_sd: columns.iter().map(|c| c.inverse_sd).collect(),
        };
        scaler.validate(records.ncols())?;
        Ok(scaler)
    }
}

/// What is fitted for one feature.
#[derive(Default)]
struct Column {
    lower: f32,
    upper: f32,
    mean: f32,
    inverse_sd: f32,
}

impl Column {
    /// A column without any finite value gives all zeros, so the feature is always 0.
    fn fit(values: ArrayView1<f32>, weights: &[f32], tail: f64) -> Self {
        let weight = |i: usize| weights.get(i).map_or(1.0, |w| f64::from(*w));
        let mut known: Vec<(f32, f64)> = values
            .iter()
            .enumerate()
            .filter(|(i, x)| x.is_finite() && weight(*i) > 0.0)
            .map(|(i, x)| (*x, weight(i)))
            .collect();
        known.sort_by(|a, b| a.0.total_cmp(&b.0));
        let total: f64 = known.iter().map(|(_, w)| w).sum();
        let (Some(first), Some(last)) = (known.first(), known.last()) else {
            return Self::default();
        };
        let quantile = |share: f64, fallback: f32| {
            let mut below = 0.0;
            let found = known.iter().find(|(_, w)| {
                below += w;
                below >= share * total
            });
            found.map_or(fallback, |(x, _)| *x)
        };
        let lower = quantile(tail, first.0);
        let upper = quantile(1.0 - tail, last.0);
        let clipped = |x: f32| f64::from(x.clamp(lower, upper));
        let mean = known.iter().map(|(x, w)| w * clipped(*x)).sum::<f64>() / total;
        let spread = |x: f32| (clipped(x) - mean).powi(2);
        let sd = (known.iter().map(|(x, w)| w * spread(*x)).sum::<f64>() / total).sqrt();
        // Rounding noise of a constant column must not be blown up to unit size.
        let constant = sd <= 1e-6 * mean.abs().max(f64::from(f32::MIN_POSITIVE));
        Self {
            lower,
            upper,
            mean: mean as f32,
            inverse_sd: if constant { 0.0 } else { (1.0 / sd) as f32 },
        }
    }
}

/// Standardises the records of `data` with `scaler`, in place.
///
/// # Errors
/// [`TrainError::Unusable`] if the scaler was fitted on another number of features.
pub fn apply(scaler: &Scaler, data: &mut Samples) -> Result<(), TrainError> {
    Ok(scaler.apply(&mut data.records)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{array, Array1};

    #[test]
    fn columns_come_out_centred_with_unit_spread_by_weight() {
        let mut x = array![[1.0f32, 5.0], [2.0, 5.0], [4.0, 5.0], [f32::NAN, 5.0]];
        let data = DatasetBase::new(x.clone(), ()).with_weights(array![1.0f32, 2.0, 1.0, 3.0]);
        let scaler = StandardiseParams::default().tail(0.0).fit(&data).unwrap();
        scaler.apply(&mut x).unwrap();
        // numpy.average([1, 2, 4], weights=[1, 2, 1]) = 2.25, sd sqrt(1.1875)
        let expected = Array1::from(vec![-1.25, -0.25, 1.75, 0.0]) / 1.1875f32.sqrt();
        for (found, wanted) in x.column(0).iter().zip(&expected) {
            assert!((found - wanted).abs() < 1e-5, "{found} {wanted}");
        }
        assert!(x.column(1).iter().all(|v| *v == 0.0));
    }

    #[test]
    fn an_outlier_does_not_stretch_the_scale() {
        let mut values: Vec<f32> = (0..1000).map(|i| (i % 10) as f32).collect();
        values.push(1e9);
        let x = Array2::from_shape_vec((1001, 1), values).unwrap();
        let scaler = StandardiseParams::default()
            .fit(&DatasetBase::new(x, ()))
            .unwrap();
        let mut out = [0.0];
        scaler.apply_into(&[9.0], &mut out);
        assert!(out[0] > 1.0 && out[0] < 2.0, "{}", out[0]);
    }

    #[test]
    fn a_column_of_nan_gives_zero() {
        let x = array![[f32::NAN], [f32::NAN]];
        let scaler = StandardiseParams::default()
            .fit(&DatasetBase::new(x, ()))
            .unwrap();
        let mut out = [1.0];
        scaler.apply_into(&[3.0], &mut out);
        assert_eq!(out, [0.0]);
    }

    #[test]
    fn a_tail_of_half_is_refused() {
        assert!(StandardiseParams::default().tail(0.5).check().is_err());
    }
}
