//! Support vector machines, one label against the rest, by linfa-svm on a kernel map.
//!
//! linfa's solver keeps a dense kernel matrix (fine to a few thousand rows) and scales
//! probabilities on its own training rows. So it gets a subset drawn by weight, in the
//! coordinates of a Nystroem map (Williams and Seeger 2001) of the Gaussian kernel; what comes
//! out is a short sum of kernels around landmarks. Platt's scaling uses rows the solver did not
//! see.

mod map;
mod platt;

use super::error::{require, TrainError};
use super::sample::{checked_weights, draw_by_weight, Samples};
use crate::model::kernel::KernelMachine;
use crate::model::scorer::{Scorer, Scratch};
use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};
use linfa_svm::Svm;
use map::KernelMap;
use ndarray::{Array1, Array2, Axis};
use rand::seq::SliceRandom;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::collections::BTreeSet;

const NAME: &str = "SVM";

/// Settings of the SVM, unchecked.
#[derive(Debug, Clone, PartialEq)]
pub struct SvmParams(SvmValidParams);

/// Checked settings.
#[derive(Debug, Clone, PartialEq)]
pub struct SvmValidParams {
    n_labels: usize,
    c: f64,
    gamma: Option<f64>,
    max_rows: usize,
    landmarks: usize,
    seed: u64,
}

impl SvmParams {
    /// For labels `0..n_labels`: C 1, gamma 1 / features, at most 1,500 rows, 192 landmarks,
    /// seed 0.
    pub fn new(n_labels: usize) -> Self {
        Self(SvmValidParams {
            n_labels,
            c: 1.0,
            gamma: None,
            max_rows: 1_500,
            landmarks: 192,
            seed: 0,
        })
    }

    /// Cost of a row on the wrong side (of mean weight), above 0.
    pub fn c(mut self, c: f64) -> Self {
        self.0.c = c;
        self
    }

    /// Width of the kernel `exp(-gamma * distance^2)`, above 0; 1 / features if never set.
    pub fn gamma(mut self, gamma: f64) -> Self {
        self.0.gamma = Some(gamma);
        self
    }

    /// Most rows for the solver, 4 to 5000; time grows with their square.
    pub fn max_rows(mut self, rows: usize) -> Self {
        self.0.max_rows = rows;
        self
    }

    /// Landmarks of the kernel map, 1 to 5000; with as many as rows the kernel is exact.
    pub fn landmarks(mut self, landmarks: usize) -> Self {
        self.0.landmarks = landmarks;
        self
    }

    /// Seed of the draws.
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

impl ParamGuard for SvmParams {
    type Checked = SvmValidParams;
    type Error = TrainError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let p = &self.0;
        let above = |x: f64| x.is_finite() && x > 0.0;
        require(p.n_labels >= 2, NAME, "n_labels", p.n_labels, "2 or more")?;
        require(above(p.c), NAME, "c", p.c, "above 0")?;
        let gamma = p.gamma.unwrap_or(1.0);
        require(above(gamma), NAME, "gamma", gamma, "above 0")?;
        let rows_ok = (4..=5000).contains(&p.max_rows);
        require(rows_ok, NAME, "max_rows", p.max_rows, "4 to 5000")?;
        let landmarks_ok = (1..=5000).contains(&p.landmarks);
        require(landmarks_ok, NAME, "landmarks", p.landmarks, "1 to 5000")?;
        Ok(p)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl Fit<Array2<f32>, Array1<usize>, TrainError> for SvmValidParams {
    type Object = KernelMachine;

    /// Fits on standardised records. A label without rows gets a decision of -1 throughout.
    ///
    /// # Errors
    /// [`TrainError::Data`] for unusable data, [`TrainError::LinfaSvm`] if the solver failed.
    fn fit(&self, data: &Samples) -> Result<KernelMachine, TrainError> {
        let weights = checked_weights(data, self.n_labels)?;
        let (solver_rows, platt_rows) = self.split(data, &weights);
        let mut machine = self.solve(data, &weights, &solver_rows)?;
        self.scale(&mut machine, data, &weights, &platt_rows)?;
        if data.records.nrows() <= self.max_rows {
            // Small data: the held-out quarter has set the scale and is too good to lose.
            let all: Vec<usize> = solver_rows.into_iter().chain(platt_rows).collect();
            let (slope, offset) = (machine.slope, machine.offset);
            machine = self.solve(data, &weights, &all)?;
            (machine.slope, machine.offset) = (slope, offset);
        }
        machine.validate(data.records.ncols(), self.n_labels)?;
        Ok(machine)
    }
}

impl SvmValidParams {
    /// Rows for the solver (drawn by weight, each once) and others for Platt's scaling.
    fn split(&self, data: &Samples, weights: &[f32]) -> (Vec<usize>, Vec<usize>) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let n = data.records.nrows();
        let targets = data.targets.to_vec();
        // A quarter of each label is kept from the solver.
        let (mut order, mut held) = ((0..n).collect::<Vec<usize>>(), vec![false; n]);
        order.shuffle(&mut rng);
        let mut seen = vec![0usize; self.n_labels];
        for &row in &order {
            seen[targets[row]] += 1;
            held[row] = seen[targets[row]].is_multiple_of(4);
        }
        let open: Vec<usize> = order.iter().copied().filter(|row| !held[*row]).collect();
        let solver = if open.len() <= self.max_rows {
            open
        } else {
            let of = |row: &usize| if held[*row] { 0.0 } else { weights[*row] };
            let masked: Vec<f32> = (0..n).map(|row| of(&row)).collect();
            let drawn = draw_by_weight(&masked, &targets, self.max_rows, &mut rng);
            let mut once: Vec<usize> = BTreeSet::from_iter(drawn).into_iter().collect();
            once.shuffle(&mut rng);
            once
        };
        let taken: BTreeSet<usize> = solver.iter().copied().collect();
        let rest: Vec<usize> = order
            .into_iter()
            .filter(|row| !taken.contains(row))
            .collect();
        // Two parameters per label need no more rows than this.
        let most = 8 * self.max_rows;
        (solver, rest.into_iter().take(most).collect())
    }

    /// The machine from `rows`, its scale not yet fitted.
    fn solve(
        &self,
        data: &Samples,
        weights: &[f32],
        rows: &[usize],
    ) -> Result<KernelMachine, TrainError> {
        let gamma = self.gamma.unwrap_or(1.0 / data.records.ncols() as f64);
        let records = data.records.select(Axis(0), rows).mapv(f64::from);
        // The rows come shuffled: the first are as good landmarks as any.
        let chosen: Vec<usize> = (0..self.landmarks.min(rows.len())).collect();
        let landmarks = records.select(Axis(0), &chosen);
        let map = KernelMap::new(&landmarks, gamma)?;
        let mapped = map.apply(&records);
        let weights: Vec<f32> = rows.iter().map(|row| weights[*row]).collect();
        let decisions: Vec<(Vec<f64>, f64)> = (0..self.n_labels)
            .into_par_iter()
            .map(|label| {
                let side = |row: &usize| data.targets[*row] == label;
                let targets: Vec<bool> = rows.iter().map(side).collect();
                self.decide(&map, &mapped, &targets, &weights)
            })
            .collect::<Result<_, _>>()?;
        Ok(assemble(&landmarks, gamma, &decisions))
    }

    /// Coefficients on the landmarks and bias of one label's decision.
    fn decide(
        &self,
        map: &KernelMap,
        mapped: &Array2<f64>,
        targets: &[bool],
        weights: &[f32],
    ) -> Result<(Vec<f64>, f64), TrainError> {
        let n_hits = targets.iter().filter(|t| **t).count();
        if n_hits == 0 || n_hits == targets.len() {
            let always = if n_hits == 0 { -1.0 } else { 1.0 };
            return Ok((vec![0.0; mapped.ncols()], always));
        }
        // Each side's rows share that side's weight evenly: linfa takes one cost per side.
        let weight_of = |side: bool| -> f64 {
            let own = targets.iter().zip(weights).filter(|(t, _)| **t == side);
            own.map(|(_, w)| f64::from(*w)).sum()
        };
        let n_misses = targets.len() - n_hits;
        let (hits, misses) = (weight_of(true), weight_of(false));
        let whole = (hits + misses) / targets.len() as f64;
        let floor = 1e-3 * self.c;
        let cost = |weight: f64, n: usize| (self.c * weight / n as f64 / whole).max(floor);
        let dataset = DatasetBase::new(mapped.clone(), Array1::from(targets.to_vec()));
        let fitted = Svm::<f64, bool>::params()
            .pos_neg_weights(cost(hits, n_hits), cost(misses, n_misses))
            .eps(1e-3)
            .linear_kernel()
            .fit(&dataset)?;
        // linfa's `alpha` carries the sign of the side.
        let normal = mapped.t().dot(&Array1::from(fitted.alpha.clone()));
        Ok((map.pull_back(&normal.to_vec()), -fitted.rho))
    }

    /// Fits the map from decisions to log odds on rows the solver did not see.
    fn scale(
        &self,
        machine: &mut KernelMachine,
        data: &Samples,
        weights: &[f32],
        rows: &[usize],
    ) -> Result<(), TrainError> {
        let mut scratch = Scratch::default();
        let mut decisions = Array2::<f64>::zeros((rows.len(), self.n_labels));
        let mut out = vec![0.0; self.n_labels];
        for (&row, mut to) in rows.iter().zip(decisions.rows_mut()) {
            let record = data.records.row(row).to_vec();
            machine.decisions_into(&record, &mut scratch, &mut out);
            for (to, from) in to.iter_mut().zip(&out) {
                *to = f64::from(*from);
            }
        }
        let weights: Vec<f64> = rows.iter().map(|row| f64::from(weights[*row])).collect();
        for label in 0..self.n_labels {
            let hits: Vec<bool> = rows.iter().map(|row| data.targets[*row] == label).collect();
            let column = decisions.column(label).to_vec();
            let (slope, offset) = platt::fit(&column, &hits, &weights)?;
            machine.slope[label] = slope as f32;
            machine.offset[label] = offset as f32;
        }
        Ok(())
    }
}

fn assemble(landmarks: &Array2<f64>, gamma: f64, decisions: &[(Vec<f64>, f64)]) -> KernelMachine {
    let n_landmarks = landmarks.nrows();
    let lengths = landmarks.rows().into_iter().map(|l| -l.dot(&l) as f32);
    let coefficients = (0..n_landmarks)
        .flat_map(|l| decisions.iter().map(move |(c, _)| c[l] as f32))
        .collect();
    KernelMachine {
        n_features: landmarks.ncols(),
        gamma: gamma as f32,
        landmarks: landmarks.t().iter().map(|x| 2.0 * *x as f32).collect(),
        lengths: lengths.collect(),
        coefficients,
        bias: decisions.iter().map(|(_, bias)| *bias as f32).collect(),
        slope: vec![1.0; decisions.len()],
        offset: vec![0.0; decisions.len()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::sample::blobs;
    use linfa::traits::Predict;

    #[test]
    fn an_exclusive_or_is_learnt() {
        let noise = blobs(900, 2, 2, 0.0, 11);
        let targets = noise.records.rows().into_iter();
        let targets = targets
            .map(|r| usize::from((r[0] > 0.0) != (r[1] > 0.0)))
            .collect();
        let data = Samples::new(noise.records, targets);
        let params = SvmParams::new(2)
            .gamma(1.0)
            .max_rows(400)
            .landmarks(80)
            .c(5.0);
        let scores: Array2<f32> = params.fit(&data).unwrap().predict(&data.records);
        let rows = scores.rows().into_iter().zip(&data.targets);
        let right = rows
            .filter(|(row, y)| (row[1] > row[0]) == (**y == 1))
            .count();
        assert!(right > 855, "{right}");
    }

    #[test]
    fn same_seed_same_machine() {
        let data = blobs(300, 5, 3, 0.8, 2);
        let fit = |seed| {
            SvmParams::new(3)
                .max_rows(120)
                .landmarks(40)
                .seed(seed)
                .fit(&data)
                .unwrap()
        };
        assert_eq!(fit(1), fit(1));
        assert_ne!(fit(1), fit(2));
    }

    #[test]
    fn a_label_without_rows_never_wins() {
        let data = blobs(200, 4, 2, 1.0, 5);
        let machine = SvmParams::new(3).fit(&data).unwrap();
        let scores: Array2<f32> = machine.predict(&data.records);
        let lost = |row: ndarray::ArrayView1<f32>| row[2] < row[0].max(row[1]);
        assert!(scores.rows().into_iter().all(lost));
    }
}
