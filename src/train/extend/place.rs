//! Where new recordings belong among those of a memory: source groups, folds, and what cannot be used beside them.

use super::new::New;
use crate::dataset::{self, assign_folds, overlap, SourceGroups};
use crate::train::error::TrainError;
use crate::train::memory::Memory;
use crate::train::recipe::Recipe;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Share of a recording that the memory must hold for it to teach nothing new.
const ALL_OF_IT: f64 = 0.8;

/// A new recording's place among the groups of the memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub group: usize,
    pub fold: Option<usize>,
}

/// The old real recordings of each file: the whole of it, or stretches.
type OfFile = HashMap<[u8; 32], Vec<usize>>;

/// Numbers the source groups of the new recordings, among those of the memory where they are of one file, share sound, or corpus
/// and name, and gives each a fold. Those that cannot be used are taken out of `new`.
pub(super) fn place_groups(
    memory: &Memory,
    new: &mut Vec<New>,
    recipe: &Recipe,
    left_out: &mut Vec<(String, String)>,
) -> Result<Vec<Place>, TrainError> {
    let old = &memory.corpus.recordings;
    let mut of_file = OfFile::new();
    for (i, recording) in old[..memory.corpus.n_recorded()].iter().enumerate() {
        of_file.entry(recording.sha256).or_default().push(i);
    }
    // What each shares with which old recordings.
    let mut met: Vec<BTreeSet<usize>> = Vec::new();
    new.retain(|n| {
        let (shares, refusal) = meet(memory, &of_file, n);
        if let Some(reason) = refusal {
            left_out.push((n.listed.path.display().to_string(), reason));
            return false;
        }
        met.push(shares);
        true
    });
    drop_contradictions(new, &mut met, left_out);
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
            phase: None,
            group: &n.listed.group,
            sha256: n.sound.sha256,
            stretch: n.listed.range,
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
fn meet(memory: &Memory, of_file: &OfFile, new: &New) -> (BTreeSet<usize>, Option<String>) {
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
    let same_file = of_file
        .get(&new.sound.sha256)
        .map_or(&[][..], Vec::as_slice);
    let is_same = |&&i: &&usize| memory.corpus.recordings[i].stretch == new.listed.range;
    if let Some(&i) = same_file.iter().find(is_same) {
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
    // Other stretches of its file are of its source, whatever they sound like.
    (met.chain(same_file.iter().copied()).collect(), None)
}

/// Takes out files, and stretches of them, that stand under two labels or phases, and what is there twice.
fn drop_contradictions(
    new: &mut Vec<New>,
    met: &mut Vec<BTreeSet<usize>>,
    left_out: &mut Vec<(String, String)>,
) {
    let mut of_file: HashMap<[u8; 32], Vec<&New>> = HashMap::new();
    for n in new.iter() {
        of_file.entry(n.sound.sha256).or_default().push(n);
    }
    let mut seen = HashSet::new();
    let refusal: Vec<Option<String>> = new
        .iter()
        .map(|n| {
            let others = &of_file[&n.sound.sha256];
            let at_once = others
                .iter()
                .filter(|o| overlap(o.listed.range, n.listed.range));
            let labels: BTreeSet<String> = at_once
                .filter(|o| contradict(o, n))
                .flat_map(|o| [o.listed.said(), n.listed.said()])
                .collect();
            if !labels.is_empty() {
                let names: Vec<&str> = labels.iter().map(String::as_str).collect();
                return Some(format!(
                    "the same file stands under several labels ({}): correct one, or take one out",
                    names.join(", ")
                ));
            }
            let range = n.listed.range;
            let range = range.map(|(from, to)| (from.to_bits(), to.to_bits()));
            let is_first = seen.insert((n.sound.sha256, range));
            (!is_first).then(|| "it is the same file as another new one".to_owned())
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

/// Two of which only one can be learnt. Of what is said of the very same stretch only one is, whatever it is.
fn contradict(a: &New, b: &New) -> bool {
    let (a, b) = (&a.listed, &b.listed);
    let is_same = a.range == b.range;
    a.contradicts(b) || (is_same && (&a.label, a.is_not) != (&b.label, b.is_not))
}
