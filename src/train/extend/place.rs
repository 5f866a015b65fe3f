//! Where new recordings belong among those of a memory: source groups, folds, and what cannot be used beside them.

use super::new::New;
use crate::dataset::{self, assign_folds, SourceGroups};
use crate::train::error::TrainError;
use crate::train::listening::identity;
use crate::train::memory::Memory;
use crate::train::recipe::Recipe;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Share of a recording that the memory must hold for it to teach nothing new.
const ALL_OF_IT: f64 = 0.8;

/// A new recording's place among the groups of the memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub group: usize,
    pub fold: Option<usize>,
}

/// Numbers the source groups of the new recordings, among those of the memory where they share sound, or corpus and name, and
/// gives each a fold. Those that cannot be used are taken out of `new`.
pub(super) fn place_groups(
    memory: &Memory,
    new: &mut Vec<New>,
    recipe: &Recipe,
    left_out: &mut Vec<(String, String)>,
) -> Result<Vec<Place>, TrainError> {
    let old = &memory.corpus.recordings;
    let by_hash: HashMap<[u8; 32], usize> = (0..memory.corpus.n_recorded())
        .map(|i| (identity(&old[i]), i))
        .collect();
    // What each shares with which old recordings.
    let mut met: Vec<BTreeSet<usize>> = Vec::new();
    new.retain(|n| {
        let (shares, refusal) = meet(memory, &by_hash, n);
        if let Some(reason) = refusal {
            left_out.push((n.listed.path.display().to_string(), reason));
            return false;
        }
        met.push(shares);
        true
    });
    let identities: Vec<[u8; 32]> = new.iter().map(New::identity).collect();
    drop_contradictions(new, &identities, &mut met, left_out);
    // More of a source that was learnt from before, by the name that its list gives it.
    let named = old
        .iter()
        .enumerate()
        .filter(|(_, r)| !r.group_name.is_empty());
    let by_name: HashMap<(&str, &str), usize> = named
        .map(|(i, r)| ((r.source.as_str(), r.group_name.as_str()), i))
        .collect();
    for (new, met) in new.iter().zip(&mut met) {
        met.extend(by_name.get(&(new.listed.source.as_str(), new.listed.group.as_str())));
    }
    let paths: Vec<String> = new
        .iter()
        .map(|n| n.listed.path.display().to_string())
        .collect();
    let sounds: Vec<dataset::Sound> = new
        .iter()
        .zip(&paths)
        .map(|(n, path)| dataset::Sound {
            name: path,
            label: "",
            group: &n.listed.group,
            sha256: n.identity(),
            fingerprint: &n.sound.fingerprint,
        })
        .collect();
    let numbers = SourceGroups::find(&sounds)?.numbers;
    drop(sounds);
    let mut old_of: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (number, met) in numbers.iter().zip(&met) {
        old_of.entry(*number).or_default().extend(met);
    }
    let next = old.iter().map(|r| r.group + 1).max().unwrap_or(0);
    let mut places: Vec<Option<Place>> = Vec::new();
    for number in &numbers {
        let folds: BTreeSet<usize> = old_of[number].iter().map(|&i| old[i].fold).collect();
        let first = old_of[number].first().map(|&i| old[i].group);
        places.push(match folds.len() {
            0 | 1 => Some(Place {
                group: first.unwrap_or(next + number),
                fold: folds.first().copied(),
            }),
            _ => None,
        });
    }
    let mut kept = places.iter();
    new.retain(|n| {
        let keep = kept.next().is_some_and(Option::is_some);
        if !keep {
            let reason = "its source group shares sound or its name with recordings of several folds of the memory, so \
                          that nothing could be tested without it";
            left_out.push((n.listed.path.display().to_string(), reason.into()));
        }
        keep
    });
    let mut places: Vec<Place> = places.into_iter().flatten().collect();
    deal_folds(new, &mut places, recipe);
    Ok(places)
}

/// Deals the groups that share nothing with the memory to the folds.
fn deal_folds(new: &[New], places: &mut [Place], recipe: &Recipe) {
    let free: Vec<usize> = (0..new.len())
        .filter(|&i| places[i].fold.is_none())
        .collect();
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: BTreeMap<usize, usize> = BTreeMap::new();
    let labels: Vec<usize> = free
        .iter()
        .map(|&i| {
            let n = names.len();
            *names.entry(new[i].listed.label.as_str()).or_insert(n)
        })
        .collect();
    let numbers: Vec<usize> = free
        .iter()
        .map(|&i| {
            let n = groups.len();
            *groups.entry(places[i].group).or_insert(n)
        })
        .collect();
    let folds = assign_folds(&labels, &numbers, recipe.folds, recipe.seed);
    for (i, fold) in free.into_iter().zip(folds) {
        places[i].fold = Some(fold);
    }
}

/// The recordings of the memory that a new one shares sound with, and why it cannot be used, if it can't.
fn meet(
    memory: &Memory,
    by_hash: &HashMap<[u8; 32], usize>,
    new: &New,
) -> (BTreeSet<usize>, Option<String>) {
    let name = |i: usize| {
        let old = &memory.corpus.recordings[i];
        (old.path.as_str(), memory.corpus.labels[old.label].as_str())
    };
    let reason = |i: usize, what: &str| {
        let (path, label) = name(i);
        match new.agrees_with(label) {
            true => format!("the training memory holds {what} as {path} ({label}); it is not learnt twice"),
            false => format!(
                "the training memory holds {what} as {path}, labelled `{label}`: listen to it and correct one of the labels"
            ),
        }
    };
    if let Some(&i) = by_hash.get(&new.identity()) {
        return (BTreeSet::new(), Some(reason(i, "the same file")));
    }
    let found = memory.known.sounds(&new.sound.fingerprint);
    let n_old = memory.corpus.n_recorded();
    let all_of_it = found
        .iter()
        .find(|m| m.overlap_s >= ALL_OF_IT * new.seconds && (m.id as usize) < n_old);
    if let Some(m) = all_of_it {
        let what = format!("{:.1} s of its sound", m.overlap_s);
        return (BTreeSet::new(), Some(reason(m.id as usize, &what)));
    }
    let met = found.iter().map(|m| m.id as usize).filter(|&i| i < n_old);
    (met.collect(), None)
}

/// Takes out files that stand under two labels.
fn drop_contradictions(
    new: &mut Vec<New>,
    identities: &[[u8; 32]],
    met: &mut Vec<BTreeSet<usize>>,
    left_out: &mut Vec<(String, String)>,
) {
    let mut said: HashMap<[u8; 32], BTreeSet<(&str, bool)>> = HashMap::new();
    for (n, identity) in new.iter().zip(identities) {
        let own = (n.listed.label.as_str(), n.listed.is_not);
        said.entry(*identity).or_default().insert(own);
    }
    let mut seen = BTreeSet::new();
    let refusal: Vec<Option<String>> = identities
        .iter()
        .map(|identity| {
            let labels = &said[identity];
            if labels.len() > 1 {
                let names: Vec<&str> = labels.iter().map(|(label, _)| *label).collect();
                return Some(format!(
                    "the same file stands under several labels ({}): correct one, or take one out",
                    names.join(", ")
                ));
            }
            (!seen.insert(*identity)).then(|| "it is the same file as another new one".to_owned())
        })
        .collect();
    let mut each = refusal.iter();
    met.retain(|_| each.next().is_some_and(Option::is_none));
    let mut each = refusal.into_iter();
    new.retain(|n| match each.next().flatten() {
        None => true,
        Some(reason) => {
            left_out.push((n.listed.path.display().to_string(), reason));
            false
        }
    });
}
