//! All pairs of recordings as they are: which share sound, and how close the others come.

use serde::{Deserialize, Serialize};

use super::tail::{tail, Tail};
use super::{confirm, Listed};
use crate::evaluate::protocols::EvaluateError;
use crate::fingerprint::search::{Archive, Match};
use crate::fingerprint::{chance, Waveprint};
use crate::train::corpus::Progress;

/// Queries that are searched at a time; their transforms are held in memory.
const BATCH: usize = 48;

/// What a comparison of all pairs shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pairs {
    /// Pairs compared.
    pub compared: usize,
    /// Pairs that share sound.
    pub shared: usize,
    /// Those of one group of the manifest.
    pub in_one_group: usize,
    /// Those that also agree, at the same lag, in the bands which the search does not hear.
    pub confirmed: usize,
    /// Those that do not.
    pub not_confirmed: Vec<SharedPair>,
    /// Those of different labels: none is known to share sound.
    pub of_two_labels: Vec<SharedPair>,
    /// For each two groups of the manifest that share sound, the strongest pair.
    pub between_groups: Vec<SharedPair>,
    /// The strongest agreement of any pair that is no match.
    pub strongest_other: Option<SharedPair>,
    /// How close unrelated pairs come.
    pub tail: Tail,
}

/// Two recordings and what they share; `shared.id` is the second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SharedPair {
    /// The first recording.
    pub first: String,
    /// Power of the agreement in the other bands over its mean for unrelated sound; 15 and more confirm.
    pub elsewhere: f64,
    /// Where and how they agree.
    pub shared: Match,
}

/// A pair by places in the list, the first smaller.
struct Found {
    places: (usize, usize),
    /// As found with the first (or else the second) as the query.
    query: usize,
    shared: Match,
}

pub(super) fn all_pairs(listed: &[Listed], progress: Progress) -> Result<Pairs, EvaluateError> {
    let n = listed.len();
    let found = candidates(listed, progress);
    let label = |place: usize| &listed[place].recording.label;
    let group = |place: usize| &listed[place].recording.group;
    let tail = tail(listed, found.iter().map(|f| (f.places, f.shared.strength)));
    let named = |f: &Found, elsewhere: f64| SharedPair {
        first: listed[f.query].recording.path.display().to_string(),
        elsewhere,
        shared: f.shared.clone(),
    };
    let mut pairs = Pairs {
        compared: n * (n - 1) / 2,
        shared: 0,
        in_one_group: 0,
        confirmed: 0,
        not_confirmed: Vec::new(),
        of_two_labels: Vec::new(),
        between_groups: Vec::new(),
        strongest_other: None,
        tail,
    };
    let mut between: std::collections::BTreeMap<(&str, &str), SharedPair> = Default::default();
    for f in &found {
        let (a, b) = f.places;
        if !f.shared.is_certain() {
            let other = &mut pairs.strongest_other;
            if other
                .as_ref()
                .is_none_or(|o| o.shared.log10_chance > f.shared.log10_chance)
            {
                *other = Some(named(f, 0.0));
            }
            continue;
        }
        let other = if f.query == a { b } else { a };
        let elsewhere = confirm::power(&listed[f.query].samples, &listed[other].samples, &f.shared);
        let pair = named(f, elsewhere);
        pairs.shared += 1;
        pairs.in_one_group += usize::from(group(a) == group(b));
        match elsewhere >= confirm::LEAST_POWER {
            true => pairs.confirmed += 1,
            false => pairs.not_confirmed.push(pair.clone()),
        }
        if label(a) != label(b) {
            pairs.of_two_labels.push(pair.clone());
        }
        if group(a) != group(b) {
            let key = (
                group(a).min(group(b)).as_str(),
                group(a).max(group(b)).as_str(),
            );
            let known = between.entry(key).or_insert_with(|| pair.clone());
            if pair.shared.strength > known.shared.strength {
                *known = pair;
            }
        }
    }
    pairs.between_groups = between.into_values().collect();
    Ok(pairs)
}

/// Pairs that stand out in the search, the stronger of the two directions, by places.
fn candidates(listed: &[Listed], progress: Progress) -> Vec<Found> {
    let mut archive = Archive::new();
    for l in listed {
        archive.add(l.recording.path.display().to_string(), l.print.clone());
    }
    let mut found: std::collections::BTreeMap<(usize, usize), Found> = Default::default();
    let prints: Vec<&Waveprint> = listed.iter().map(|l| &l.print).collect();
    for (batch, queries) in prints.chunks(BATCH).enumerate() {
        for (n, list) in archive.candidates(queries).into_iter().enumerate() {
            let query = batch * BATCH + n;
            for candidate in list.into_iter().filter(|c| c.place != query) {
                let places = (query.min(candidate.place), query.max(candidate.place));
                let shared = candidate.found;
                let known = found.get(&places);
                if known.is_none_or(|k| k.shared.strength < shared.strength) {
                    found.insert(
                        places,
                        Found {
                            places,
                            query,
                            shared,
                        },
                    );
                }
            }
        }
        progress("comparing all pairs", (batch + 1) * BATCH, listed.len());
    }
    found.into_values().collect()
}

impl Pairs {
    /// How many matches per comparison are expected to be accidents: the pairs above the tail's first level, thinned
    /// out along the exponential tail that they show themselves up to the strength from which two recordings of
    /// mean length match. `None` where no pair came that far.
    pub fn accident_rate(&self) -> Option<f64> {
        let (first, above, _) = *self.tail.levels.first()?;
        let pairs = self.tail.pairs.max(1) as f64;
        let needed = chance::least_strength(self.tail.lags / pairs);
        let scale = self.tail.scale?;
        Some(above as f64 / pairs * (-(needed - first) / scale).exp())
    }
}
