//! How often unrelated recordings come close: the tail that chance is extrapolated along.

use serde::{Deserialize, Serialize};

use super::Listed;

/// Strength from which every pair is counted; weaker ones may have been passed over in the first step.
const FROM: f64 = 18.0;

/// Pairs of different labels whose strength exceeds a level, beside what noise would show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// Pairs of recordings of different labels.
    pub pairs: usize,
    /// Lags compared in them.
    pub lags: f64,
    /// Level, pairs above it, and pairs that would be above it by the stated chance.
    pub levels: Vec<(f64, usize, f64)>,
    /// Mean excess over the first level: the scale of an exponential tail. The stated chance takes
    /// [`SCALE`](crate::fingerprint::chance::SCALE).
    pub scale: Option<f64>,
    /// Pairs above the first level over those that would be by the stated chance.
    pub rate: f64,
}

pub(super) fn tail(
    listed: &[Listed],
    candidates: impl Iterator<Item = ((usize, usize), f64)>,
) -> Tail {
    use crate::fingerprint::chance::{SCALE, TRIES};
    let label = |place: usize| &listed[place].recording.label;
    let words = |place: usize| listed[place].print.words().len() as f64;
    let (mut pairs, mut lags) = (0, 0.0);
    for a in 0..listed.len() {
        for b in (a + 1..listed.len()).filter(|b| label(a) != label(*b)) {
            pairs += 1;
            lags += crate::fingerprint::search::lags(words(a) + words(b));
        }
    }
    let strengths: Vec<f64> = candidates
        .filter(|((a, b), _)| label(*a) != label(*b))
        .map(|(_, strength)| strength)
        .collect();
    let above = |level: f64| strengths.iter().filter(|s| **s > level).count();
    let expected = |level: f64| TRIES * lags * (-level / SCALE).exp();
    let levels = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0].map(|more| FROM + more);
    let excess: Vec<f64> = strengths
        .iter()
        .map(|s| s - FROM)
        .filter(|s| *s > 0.0)
        .collect();
    Tail {
        pairs,
        lags,
        levels: levels.map(|l| (l, above(l), expected(l))).to_vec(),
        scale: (!excess.is_empty()).then(|| excess.iter().sum::<f64>() / excess.len() as f64),
        rate: above(FROM) as f64 / expected(FROM),
    }
}
