//! Fits [`Typicality`]: what distances recordings of known labels, from source groups that are
//! not among the references, keep from the references.

use super::error::{require, TrainError};
use super::solve::cholesky;
use crate::model::typicality::{
    mean_of_nearest, whiten, DistanceTable, LabelReferences, Typicality,
};
use ndarray::{Array1, Array2};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const NAME: &str = "typicality";

/// Settings of the typicality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TypicalitySettings {
    /// Nearest references whose mean distance counts, 1 or more.
    pub neighbours: usize,
    /// Share of the scatter replaced by a sphere of like size, above 0 to 1.
    pub shrinkage: f64,
    /// Source groups a label needs for a table of its own; others share the table of all. For
    /// a false-rejection rate r it takes `1 / r - 1` groups to reject at all.
    pub min_groups: usize,
}

impl Default for TypicalitySettings {
    /// Three neighbours, a tenth of a sphere, 40 groups.
    fn default() -> Self {
        Self {
            neighbours: 3,
            shrinkage: 0.1,
            min_groups: 40,
        }
    }
}

/// Fits on one vector per recording (recordings x dims, finite), its label (below `n_labels`)
/// and its source group.
///
/// # Errors
/// [`TrainError::Setting`] for settings out of range; [`TrainError::Data`] for lengths that
/// differ, values that are not finite, or fewer than two source groups.
pub fn fit_typicality(
    vectors: &Array2<f64>,
    labels: &[usize],
    groups: &[usize],
    n_labels: usize,
    settings: TypicalitySettings,
) -> Result<Typicality, TrainError> {
    let neighbours = settings.neighbours;
    require(neighbours > 0, NAME, "neighbours", neighbours, "1 or more")?;
    let shrinkage = settings.shrinkage;
    let shrinks = shrinkage > 0.0 && shrinkage <= 1.0;
    require(shrinks, NAME, "shrinkage", shrinkage, "above 0 to 1")?;
    check(vectors, labels, groups, n_labels)?;
    let n_dims = vectors.ncols();
    let lower = whitening(vectors, labels, n_labels, shrinkage)?;
    // References label by label.
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by_key(|i| labels[*i]);
    let white: Vec<Vec<f32>> = order
        .iter()
        .filter_map(|i| whiten(&lower, &vectors.row(*i).to_vec(), n_dims, true))
        .collect();
    let rows: Vec<Row> = order
        .iter()
        .zip(&white)
        .map(|(i, white)| Row {
            label: labels[*i],
            group: groups[*i],
            white,
        })
        .collect();
    let held_out = held_out_distances(&rows, settings.neighbours);
    let (forms, tables) = tables(&rows, &held_out, n_labels, settings.min_groups)?;
    let typicality = Typicality {
        n_dims,
        neighbours: settings.neighbours,
        lower,
        references: white.concat(),
        labels: forms,
        tables,
    };
    typicality.validate(n_labels)?;
    Ok(typicality)
}

struct Row<'a> {
    label: usize,
    group: usize,
    white: &'a [f32],
}

fn check(
    vectors: &Array2<f64>,
    labels: &[usize],
    groups: &[usize],
    n_labels: usize,
) -> Result<(), TrainError> {
    let n = vectors.nrows();
    let fits = labels.len() == n && groups.len() == n && vectors.ncols() > 0;
    let known = labels.iter().all(|l| *l < n_labels);
    let finite = vectors.iter().all(|x| x.is_finite());
    if !(fits && known && finite) {
        return Err(TrainError::Data {
            fault: "typicality: vectors, labels and groups do not fit, or a value is not finite"
                .into(),
            remedy: "give one finite vector, one label and one source group per recording",
        });
    }
    Ok(())
}

/// Cholesky factor of the covariance around each label's mean, labels weighing alike.
fn whitening(
    vectors: &Array2<f64>,
    labels: &[usize],
    n_labels: usize,
    shrinkage: f64,
) -> Result<Vec<f32>, TrainError> {
    let n_dims = vectors.ncols();
    let mut scatter = Array2::<f64>::zeros((n_dims, n_dims));
    for label in 0..n_labels {
        let own: Vec<usize> = (0..labels.len()).filter(|i| labels[*i] == label).collect();
        if own.len() < 2 {
            continue;
        }
        let mut rows = vectors.select(ndarray::Axis(0), &own);
        let mean: Array1<f64> = rows.sum_axis(ndarray::Axis(0)) / own.len() as f64;
        rows -= &mean;
        scatter = scatter + rows.t().dot(&rows) / (own.len() - 1) as f64;
    }
    let size = scatter.diag().sum() / n_dims as f64;
    // Without any scatter a plain distance is as good as another.
    let size = if size > 0.0 { size } else { 1.0 };
    scatter *= 1.0 - shrinkage;
    scatter.diag_mut().mapv_inplace(|x| x + shrinkage * size);
    let lower = cholesky(&scatter).ok_or(TrainError::Data {
        fault: "typicality: the vectors' scatter cannot be inverted".into(),
        remedy: "leave out constant dimensions, or raise the shrinkage",
    })?;
    Ok(lower.iter().map(|x| *x as f32).collect())
}

/// Distance of each row to its own label's rows of other groups; `None` where there are none.
fn held_out_distances(rows: &[Row], neighbours: usize) -> Vec<Option<f32>> {
    rows.par_iter()
        .map(|row| {
            let other = |r: &&Row| r.label == row.label && r.group != row.group;
            let others = rows.iter().filter(other).map(|r| r.white);
            mean_of_nearest(row.white, others, neighbours)
        })
        .collect()
}

/// Each label's references and median, and the tables: first that of all labels together, in
/// multiples of each label's median, then those of labels with enough groups.
fn tables(
    rows: &[Row],
    held_out: &[Option<f32>],
    n_labels: usize,
    min_groups: usize,
) -> Result<(Vec<LabelReferences>, Vec<DistanceTable>), TrainError> {
    let mut counts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for row in rows {
        *counts.entry((row.label, row.group)).or_default() += 1;
    }
    // (label, distance, weight): recordings of a group share a weight of 1.
    let known: Vec<(usize, f32, f32)> = rows
        .iter()
        .zip(held_out)
        .filter_map(|(row, distance)| {
            let n = counts[&(row.label, row.group)] as f32;
            Some((row.label, (*distance)?, 1.0 / n))
        })
        .collect();
    let of = |label: usize| known.iter().filter(move |(l, ..)| *l == label);
    let everyone = median(known.iter().map(|(_, d, w)| (*d, *w)).collect());
    let Some(everyone) = everyone.filter(|m| *m > 0.0) else {
        return Err(TrainError::Data {
            fault: "typicality: no label has two source groups, or all vectors are equal".into(),
            remedy: "give recordings of at least two source groups of a label",
        });
    };
    let medians: Vec<f32> = (0..n_labels)
        .map(|label| {
            let own = median(of(label).map(|(_, d, w)| (*d, *w)).collect());
            own.filter(|m| *m > 0.0).unwrap_or(everyone)
        })
        .collect();
    let scaled = |(label, d, w): &(usize, f32, f32)| (d / medians[*label], *w);
    let mut tables = vec![table(known.iter().map(scaled).collect())];
    let mut forms = Vec::with_capacity(n_labels);
    for (label, &median) in medians.iter().enumerate() {
        let mut n_groups = BTreeSet::new();
        n_groups.extend(rows.iter().filter(|r| r.label == label).map(|r| r.group));
        let own_table = n_groups.len() >= min_groups.max(2);
        if own_table {
            tables.push(table(of(label).map(scaled).collect()));
        }
        forms.push(LabelReferences {
            from: rows.partition_point(|r| r.label < label),
            to: rows.partition_point(|r| r.label <= label),
            median,
            table: if own_table { tables.len() - 1 } else { 0 },
        });
    }
    Ok((forms, tables))
}

fn table(mut rows: Vec<(f32, f32)>) -> DistanceTable {
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut weight = vec![0.0; rows.len()];
    let mut sum = 0.0f64;
    for (to, (_, w)) in weight.iter_mut().zip(&rows).rev() {
        sum += f64::from(*w);
        *to = sum as f32;
    }
    DistanceTable {
        ratio: rows.iter().map(|(ratio, _)| *ratio).collect(),
        weight,
    }
}

/// Weighted median; `None` without rows.
fn median(mut rows: Vec<(f32, f32)>) -> Option<f32> {
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = rows.iter().map(|(_, w)| w).sum::<f32>() / 2.0;
    let mut reached = 0.0;
    let found = rows.iter().find(|(_, w)| {
        reached += w;
        reached >= half
    });
    found.map(|(d, _)| *d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::sample::blobs;

    /// Labels 0 to 2 of four, label 3 never shown; label 2 has ten groups only.
    fn known(n: usize) -> (Array2<f64>, Vec<usize>, Vec<usize>) {
        let all = blobs(n, 6, 4, 2.0, 21);
        let keep: Vec<usize> = (0..n)
            .filter(|i| i % 4 < 2 || (i % 4 == 2 && *i < 80))
            .collect();
        let vectors = all.records.select(ndarray::Axis(0), &keep).mapv(f64::from);
        let labels = keep.iter().map(|i| i % 4).collect();
        (vectors, labels, keep.iter().map(|i| i / 8).collect())
    }

    fn rejected(fitted: &Typicality, vectors: &Array2<f64>, rows: &[usize], rate: f64) -> f64 {
        let far = |i: &&usize| fitted.typicality(&vectors.row(**i).to_vec()) < rate;
        rows.iter().filter(far).count() as f64 / rows.len() as f64
    }

    #[test]
    fn known_labels_are_turned_away_at_the_stated_rate_and_strangers_are_found() {
        let (vectors, labels, groups) = known(1200);
        let settings = TypicalitySettings::default();
        let fitted = fit_typicality(&vectors, &labels, &groups, 4, settings).unwrap();
        // Same centres (the first draws of the seed), further rows.
        let fresh = blobs(4000, 6, 4, 2.0, 21).records.mapv(f64::from);
        let of = |label: usize| (1200..4000).filter(|i| i % 4 == label).collect::<Vec<_>>();
        for label in 0..3 {
            let share = rejected(&fitted, &fresh, &of(label), 0.05);
            assert!(share < 0.08, "label {label}: {share}");
        }
        let strangers = rejected(&fitted, &fresh, &of(3), 0.05);
        assert!(strangers > 0.9, "{strangers}");
    }

    #[test]
    fn a_label_without_recordings_has_no_p_value() {
        let (vectors, labels, groups) = known(400);
        let settings = TypicalitySettings::default();
        let fitted = fit_typicality(&vectors, &labels, &groups, 4, settings).unwrap();
        let found = fitted.p_values(&[0.0; 6]);
        assert!(found[0].is_some() && found[3].is_none());
    }

    #[test]
    fn one_group_alone_is_refused() {
        let vectors = Array2::from_shape_fn((4, 2), |(i, j)| (i * j) as f64);
        let settings = TypicalitySettings::default();
        let found = fit_typicality(&vectors, &[0; 4], &[7; 4], 1, settings);
        assert!(matches!(found, Err(TrainError::Data { .. })));
    }
}
