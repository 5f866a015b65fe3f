//! Whether a recording resembles anything that was learnt.

use super::scorer::{check_finite, check_size, ScorerError};
use serde::{Deserialize, Serialize};

const PART: &str = "typicality";

/// Held-out distances in rising order, with the weight of all at least as large.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DistanceTable {
    pub(crate) ratio: Vec<f32>,
    /// From each ratio on up; one unit stands for the recording that is judged.
    pub(crate) weight: Vec<f32>,
}

impl DistanceTable {
    /// Conformal p-value: the share of held-out recordings at least this far away.
    fn p_value(&self, ratio: f32) -> f64 {
        let first = self.ratio.partition_point(|r| *r < ratio);
        let above = self.weight.get(first).copied().unwrap_or(0.0);
        let whole = self.weight.first().copied().unwrap_or(0.0);
        f64::from(above + 1.0) / f64::from(whole + 1.0)
    }
}

/// One label's reference recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LabelReferences {
    /// First row of the references, and the one after the last.
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Median distance of held-out recordings of the label.
    pub(crate) median: f32,
    /// Which table the label's distances are compared with.
    pub(crate) table: usize,
}

/// Distance of a recording's vector to the nearest reference recordings of each label, in
/// coordinates where labels scatter by 1, compared with what held-out recordings of that label
/// show (conformal anomaly detection; Laxhammar and Falkman 2015).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Typicality {
    pub(crate) n_dims: usize,
    /// Number of nearest references whose mean distance counts.
    pub(crate) neighbours: usize,
    /// Cholesky factor of the scatter within labels, dims x dims, row after row.
    pub(crate) lower: Vec<f32>,
    /// Reference rows x dims, whitened.
    pub(crate) references: Vec<f32>,
    pub(crate) labels: Vec<LabelReferences>,
    pub(crate) tables: Vec<DistanceTable>,
}

impl Typicality {
    /// Length of the vectors.
    pub fn n_dims(&self) -> usize {
        self.n_dims
    }

    /// One p-value per label, above 0 to 1: the share of that label's recordings that lie at
    /// least as far out. `None` for a label without references.
    ///
    /// A vector that is not finite, or of another length, is typical of nothing (all 0).
    pub fn p_values(&self, vector: &[f64]) -> Vec<Option<f64>> {
        let sound = vector.len() == self.n_dims && vector.iter().all(|x| x.is_finite());
        let white = whiten(&self.lower, vector, self.n_dims, sound);
        let each = self.labels.iter().map(|label| {
            if label.from == label.to {
                return None;
            }
            let Some(white) = &white else {
                return Some(0.0);
            };
            let rows = &self.references[label.from * self.n_dims..label.to * self.n_dims];
            let rows = rows.chunks_exact(self.n_dims);
            let distance = mean_of_nearest(white, rows, self.neighbours)?;
            Some(self.tables[label.table].p_value(distance / label.median))
        });
        each.collect()
    }

    /// The largest p-value. Below `rate`, the recording resembles nothing learnt; at most that
    /// share of recordings of known labels is turned away.
    pub fn typicality(&self, vector: &[f64]) -> f64 {
        self.p_values(vector)
            .into_iter()
            .flatten()
            .fold(0.0, f64::max)
    }

    /// Checks sizes, indices and numbers of a loaded form.
    ///
    /// # Errors
    /// [`ScorerError`] with the first fault found.
    pub fn validate(&self, n_labels: usize) -> Result<(), ScorerError> {
        let fault = |reason: &str| ScorerError::Structure {
            part: PART,
            reason: reason.into(),
        };
        let n_dims = self.n_dims;
        if n_dims == 0 || self.neighbours == 0 {
            return Err(fault("it has no dimensions or no neighbours"));
        }
        check_size(PART, "labels", self.labels.len(), n_labels)?;
        let square = n_dims.saturating_mul(n_dims);
        check_size(PART, "whitening values", self.lower.len(), square)?;
        check_finite(PART, "whitening values", &self.lower)?;
        check_finite(PART, "references", &self.references)?;
        if (0..n_dims).any(|i| self.lower[i * n_dims + i] <= 0.0) {
            return Err(fault("its whitening cannot be inverted"));
        }
        let n_rows = self.references.len() / n_dims;
        check_size(
            PART,
            "reference values",
            self.references.len(),
            n_rows * n_dims,
        )?;
        for label in &self.labels {
            let ordered = label.from <= label.to && label.to <= n_rows;
            let scaled = label.median.is_finite() && label.median > 0.0;
            if !ordered || !scaled || label.table >= self.tables.len() {
                return Err(fault("a label points outside the references or the tables"));
            }
        }
        for table in &self.tables {
            check_size(PART, "weights", table.weight.len(), table.ratio.len())?;
            check_finite(PART, "distances", &table.ratio)?;
            check_finite(PART, "weights", &table.weight)?;
            if table.weight.iter().any(|w| *w < 0.0) {
                return Err(fault("a weight is negative"));
            }
        }
        Ok(())
    }
}

/// Solves `lower * white = vector`; `None` for a vector that cannot be judged.
pub(crate) fn whiten(lower: &[f32], vector: &[f64], n: usize, sound: bool) -> Option<Vec<f32>> {
    if !sound {
        return None;
    }
    let mut white = vec![0.0f64; n];
    for i in 0..n {
        let row = &lower[i * n..(i + 1) * n];
        let known: f64 = (0..i).map(|k| f64::from(row[k]) * white[k]).sum();
        white[i] = (vector[i] - known) / f64::from(row[i]);
    }
    Some(white.into_iter().map(|x| x as f32).collect())
}

/// Mean distance to the `k` nearest rows (or to all, if fewer); `None` without rows.
pub(crate) fn mean_of_nearest<'a>(
    white: &[f32],
    rows: impl Iterator<Item = &'a [f32]>,
    k: usize,
) -> Option<f32> {
    let mut nearest: Vec<f32> = Vec::with_capacity(k + 1);
    for row in rows {
        let square: f32 = white.iter().zip(row).map(|(a, b)| (a - b) * (a - b)).sum();
        let at = nearest.partition_point(|kept| *kept <= square);
        if at < k {
            nearest.insert(at, square);
            nearest.truncate(k);
        }
    }
    if nearest.is_empty() {
        return None;
    }
    let n = nearest.len() as f32;
    Some(nearest.into_iter().map(f32::sqrt).sum::<f32>() / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One label with references at 0 and 2; held-out ratios 1, 2, 3.
    fn simple() -> Typicality {
        Typicality {
            n_dims: 1,
            neighbours: 1,
            lower: vec![2.0],
            references: vec![0.0, 1.0],
            labels: vec![LabelReferences {
                from: 0,
                to: 2,
                median: 0.5,
                table: 0,
            }],
            tables: vec![DistanceTable {
                ratio: vec![1.0, 2.0, 3.0],
                weight: vec![3.0, 2.0, 1.0],
            }],
        }
    }

    #[test]
    fn p_values_count_what_lies_as_far_out() {
        // -1.5 is -0.75 whitened: 0.75 from the nearest reference, ratio 1.5.
        assert_eq!(simple().p_values(&[-1.5]), [Some(0.75)]);
        assert_eq!(simple().typicality(&[0.0]), 1.0);
        assert_eq!(simple().typicality(&[100.0]), 0.25);
    }

    #[test]
    fn what_cannot_be_judged_is_typical_of_nothing() {
        assert_eq!(simple().typicality(&[f64::NAN]), 0.0);
        assert_eq!(simple().typicality(&[1.0, 2.0]), 0.0);
    }

    #[test]
    fn hostile_indices_are_refused() {
        assert!(simple().validate(1).is_ok());
        type Spoil = fn(&mut Typicality);
        let spoilers: [Spoil; 6] = [
            |t| t.labels[0].to = 3,
            |t| t.labels[0].table = 1,
            |t| t.labels[0].median = 0.0,
            |t| t.lower[0] = 0.0,
            |t| t.neighbours = 0,
            |t| t.tables[0].weight = vec![1.0],
        ];
        for (i, spoil) in spoilers.iter().enumerate() {
            let mut spoilt = simple();
            spoil(&mut spoilt);
            assert!(spoilt.validate(1).is_err(), "spoiler {i} got through");
        }
    }
}
