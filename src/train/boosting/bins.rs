//! Features cut into at most 255 bins, so that a split search adds up histograms instead of
//! sorting.

use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;

/// Largest number of bins; a bin number fits a byte.
pub(super) const MAX_BINS: usize = 255;

/// A matrix of bin numbers, one contiguous column per feature.
pub(super) struct Binned {
    n_rows: usize,
    columns: Vec<Vec<u8>>,
    /// Upper edge of every bin but the last: a value lies in the first bin whose edge it does
    /// not exceed.
    edges: Vec<Vec<f32>>,
}

impl Binned {
    /// Cuts every feature at its quantiles into at most `max_bins` bins.
    pub(super) fn new(records: &Array2<f32>, max_bins: usize) -> Self {
        let (columns, edges) = (0..records.ncols())
            .into_par_iter()
            .map(|i| {
                let column = records.column(i);
                let edges = quantile_edges(column, max_bins);
                (column.iter().map(|x| bin_of(&edges, *x)).collect(), edges)
            })
            .unzip();
        Self {
            n_rows: records.nrows(),
            columns,
            edges,
        }
    }

    pub(super) fn n_rows(&self) -> usize {
        self.n_rows
    }

    pub(super) fn n_features(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn column(&self, feature: usize) -> &[u8] {
        &self.columns[feature]
    }

    pub(super) fn n_bins(&self, feature: usize) -> usize {
        self.edges[feature].len() + 1
    }

    /// The value that separates bins `..=bin` from the rest.
    pub(super) fn threshold(&self, feature: usize, bin: u8) -> f32 {
        self.edges[feature][usize::from(bin)]
    }
}

fn bin_of(edges: &[f32], x: f32) -> u8 {
    edges.partition_point(|edge| *edge < x) as u8
}

/// Midpoints between neighbouring distinct values, at the quantiles where there are too many.
fn quantile_edges(column: ArrayView1<f32>, max_bins: usize) -> Vec<f32> {
    let mut sorted = column.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let n = sorted.len();
    let mut edges: Vec<f32> = Vec::new();
    let mut cut = |i: usize| {
        let (low, high) = (sorted[i - 1], sorted[i]);
        if low < high {
            let middle = low + (high - low) / 2.0;
            let edge = if middle < high { middle } else { low };
            if edges.last().is_none_or(|last| *last < edge) {
                edges.push(edge);
            }
        }
    };
    let n_distinct = 1 + sorted.windows(2).filter(|w| w[0] < w[1]).count();
    if n_distinct <= max_bins {
        (1..n).for_each(&mut cut);
    } else {
        for k in 1..max_bins {
            // The next change of value at or after the quantile.
            let from = (k * n / max_bins).max(1);
            if let Some(i) = (from..n).find(|i| sorted[i - 1] < sorted[*i]) {
                cut(i);
            }
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_get_a_bin_each_and_edges_separate_them() {
        let records = ndarray::array![[3.0f32], [1.0], [1.0], [2.0]];
        let binned = Binned::new(&records, 255);
        assert_eq!(binned.column(0), [2, 0, 0, 1]);
        assert_eq!(binned.threshold(0, 0), 1.5);
        assert_eq!(binned.threshold(0, 1), 2.5);
    }

    #[test]
    fn many_values_share_bins_evenly() {
        let records = Array2::from_shape_fn((1000, 1), |(i, _)| (i as f32).powi(2));
        let binned = Binned::new(&records, 10);
        assert_eq!(binned.n_bins(0), 10);
        for bin in 0..10 {
            let count = binned.column(0).iter().filter(|b| **b == bin).count();
            assert_eq!(count, 100);
        }
    }

    #[test]
    fn neighbouring_floats_stay_apart() {
        let low = 1.0f32;
        let high = f32::from_bits(low.to_bits() + 1);
        let binned = Binned::new(&ndarray::array![[low], [high]], 255);
        assert_eq!(binned.column(0), [0, 1]);
    }
}
