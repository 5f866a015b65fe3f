//! Macro-averaged F1 among the labels that are tested, over recordings and over segments.

use super::bootstrap::Bootstrap;
use serde::{Deserialize, Serialize};

/// Macro-F1 of recordings and of their segments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MacroF1 {
    /// Over recordings, 0 to 1.
    pub recordings: f64,
    /// 95 % interval by bootstrap over source groups.
    pub recordings_interval: Option<[f64; 2]>,
    /// Over segments.
    pub segments: f64,
    /// 95 % interval by bootstrap over source groups.
    pub segments_interval: Option<[f64; 2]>,
    /// Number of segments.
    pub n_segments: usize,
}

/// One recording or segment: its true label, the answered one, its source group.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    /// True label.
    pub truth: usize,
    /// Answered label, among those tested.
    pub said: usize,
    /// Source group.
    pub group: usize,
}

impl MacroF1 {
    /// From recordings and their segments; `None` without any.
    pub fn new(recordings: &[Said], segments: &[Said]) -> Option<Self> {
        Some(Self {
            recordings: macro_f1(recordings.iter())?,
            recordings_interval: interval(recordings),
            segments: macro_f1(segments.iter())?,
            segments_interval: interval(segments),
            n_segments: segments.len(),
        })
    }
}

/// Mean over the labels that occur of `2 TP / (2 TP + FP + FN)`.
fn macro_f1<'a>(items: impl Iterator<Item = &'a Said>) -> Option<f64> {
    let mut counts: Vec<[usize; 3]> = Vec::new();
    for item in items {
        let needed = item.truth.max(item.said) + 1;
        if counts.len() < needed {
            counts.resize(needed, [0; 3]);
        }
        // True labels, answered labels, both.
        counts[item.truth][0] += 1;
        counts[item.said][1] += 1;
        counts[item.truth][2] += usize::from(item.truth == item.said);
    }
    let scores: Vec<f64> = counts
        .iter()
        .filter(|[truth, ..]| *truth > 0)
        .map(|[truth, said, both]| 2.0 * *both as f64 / (truth + said) as f64)
        .collect();
    (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
}

fn interval(items: &[Said]) -> Option<[f64; 2]> {
    let groups: Vec<usize> = items.iter().map(|s| s.group).collect();
    let strata: Vec<usize> = items.iter().map(|s| s.truth).collect();
    let of = |picked: &[usize]| macro_f1(picked.iter().map(|&i| &items[i]));
    let found = Bootstrap {
        replicates: 1000,
        ..Bootstrap::default()
    }
    .interval(&groups, &strata, of)
    .ok()?;
    Some([found.low, found.high])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_scikit_learns_macro_f1() {
        // sklearn.metrics.f1_score([0,0,1,1,2,2], [0,1,1,1,2,0], average="macro") = 0.6555...
        let items: Vec<Said> = [(0, 0), (0, 1), (1, 1), (1, 1), (2, 2), (2, 0)]
            .iter()
            .enumerate()
            .map(|(group, &(truth, said))| Said { truth, said, group })
            .collect();
        let found = MacroF1::new(&items, &items[..2]).unwrap();
        assert!((found.recordings - (0.5 + 0.8 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
        assert!((found.segments - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(found.n_segments, 2);
        assert!(MacroF1::new(&[], &[]).is_none());
    }
}
