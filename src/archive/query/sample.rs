//! A sample of detections for a person to listen to.

use std::collections::HashMap;

use crate::archive::id;

/// One of the detections to choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct Pick {
    /// SHA-256 of its recording.
    pub sha256: String,
    /// Start, s.
    pub start_s: f64,
    /// Probability of its label in the recording.
    pub probability: f64,
    /// Its label.
    pub label: String,
}

/// Chooses up to `per_bin` of each tenth of probability: the places of those chosen, ascending.
///
/// As many recordings as possible have a part in it, and which ones is as good as random, but the same every time;
/// copies of a recording under other names are chosen once.
pub fn pick_evenly(picks: &[Pick], per_bin: usize) -> Vec<usize> {
    let chance = |pick: &Pick| id::of(&[&pick.sha256, &pick.start_s.to_string(), &pick.label]);
    let mut order: Vec<usize> = (0..picks.len()).collect();
    order.sort_by_cached_key(|n| chance(&picks[*n]));
    order.dedup_by_key(|n| chance(&picks[*n]));
    // Each recording's first in each bin come before any one's second.
    let mut of_recording: HashMap<(usize, &str), usize> = HashMap::new();
    let mut ranked: Vec<(usize, usize, usize)> = Vec::with_capacity(order.len());
    for n in order {
        let bin = bin(picks[n].probability);
        let rank = of_recording.entry((bin, &picks[n].sha256)).or_default();
        ranked.push((bin, *rank, n));
        *rank += 1;
    }
    ranked.sort_by_key(|(bin, rank, _)| (*bin, *rank));
    let bins = ranked.chunk_by(|a, b| a.0 == b.0);
    let mut chosen: Vec<usize> = bins
        .flat_map(|bin| bin.iter().take(per_bin).map(|(_, _, n)| *n))
        .collect();
    chosen.sort_unstable();
    chosen
}

/// The tenth that a probability lies in, 0 to 9.
pub(super) fn bin(probability: f64) -> usize {
    ((probability * 10.0).floor().max(0.0) as usize).min(9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick(sha256: &str, start_s: f64, probability: f64) -> Pick {
        Pick {
            sha256: sha256.into(),
            start_s,
            probability,
            label: "siren".into(),
        }
    }

    #[test]
    fn every_tenth_has_its_share_and_recordings_come_before_second_parts_of_one() {
        let mut picks: Vec<Pick> = (0..50).map(|n| pick("a", f64::from(n), 0.95)).collect();
        picks.push(pick("b", 0.0, 0.91));
        picks.push(pick("c", 0.0, 0.05));
        picks.push(pick("d", 0.0, 1.0));
        let chosen = pick_evenly(&picks, 3);
        assert_eq!(chosen.len(), 4);
        assert!(
            [50, 51, 52].iter().all(|n| chosen.contains(n)),
            "{chosen:?}"
        );
        assert_eq!(chosen, pick_evenly(&picks, 3));
    }

    #[test]
    fn copies_are_heard_once() {
        let picks = vec![pick("a", 1.0, 0.5); 4];
        assert_eq!(pick_evenly(&picks, 10).len(), 1);
        assert!(pick_evenly(&[], 10).is_empty());
    }
}
