//! Source groups: too few, one that outweighs the rest, uploads that are spread over several.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Listened, Severity};
use crate::dataset::guess::{apply_guesses, Guess};
use crate::dataset::labels::PHASE_REMEDY;
use crate::dataset::settle::regroup_neighbours;
use crate::dataset::{Manifest, Sound, SourceGroups};

/// Source groups from which a signature has reference grade A.
const GRADE_A_GROUPS: usize = 10;
/// Fewest groups with which anything can be held out.
const FEWEST_GROUPS: usize = 3;
/// Clips of one group, and their share of a label, from which they outweigh the rest.
const MANY_CLIPS: usize = 20;
const LARGE_SHARE: f64 = 0.5;

/// The number of each recording's source group, as training would count; `None` for those that could not be read.
pub(super) fn as_training_counts(
    manifest: &Manifest,
    listened: &[Option<Listened>],
    guesses: &[Guess],
) -> Vec<Option<usize>> {
    let mut listed = manifest.recordings.clone();
    if !manifest.groups_given {
        apply_guesses(&mut listed, guesses);
    }
    regroup_neighbours(&mut listed, |place| {
        let heard = listened[place].as_ref()?;
        Some(heard.samples.as_slice())
    });
    let read: Vec<usize> = (0..listed.len())
        .filter(|&i| listened[i].is_some())
        .collect();
    let heard = read
        .iter()
        .filter_map(|&i| Some((&listed[i], listened[i].as_ref()?)));
    let sounds: Vec<Sound> = heard
        .map(|(recording, heard)| Sound {
            name: "",
            label: "",
            phase: None,
            group: &recording.group,
            sha256: heard.sha256,
            stretch: recording.range,
            fingerprint: &heard.fingerprint,
        })
        .collect();
    let mut numbers = vec![None; listed.len()];
    // With one label for all it cannot fail.
    if let Ok(found) = SourceGroups::find(&sounds) {
        for (place, number) in read.into_iter().zip(found.numbers) {
            numbers[place] = Some(number);
        }
    }
    numbers
}

/// Findings about the source groups of each label.
pub(super) fn findings(
    manifest: &Manifest,
    listened: &[Option<Listened>],
    guesses: &[Guess],
    groups: &[Option<usize>],
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = guesses
        .iter()
        .filter_map(|guess| spread(manifest, guess))
        .collect();
    findings.extend(manifest.groups_called_as_phases().into_iter().map(|group| {
        let own = manifest.recordings.iter().filter(|r| r.group == group);
        Finding {
            kind: "phase-not-learnt",
            severity: Severity::Warning,
            label: group.split_once('/').map(|(label, _)| label.to_owned()),
            paths: own.map(|r| r.path.clone()).collect(),
            what: format!("the folder {group} is taken for one source group, not for a phase"),
            remedy: PHASE_REMEDY.to_owned(),
        }
    }));
    let usable = |place: &usize| {
        let heard = listened[*place].as_ref();
        heard.is_some_and(|h| h.unfit.is_none()) && !manifest.recordings[*place].is_not
    };
    let mut of_label: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for place in (0..manifest.recordings.len()).filter(usable) {
        of_label
            .entry(&manifest.recordings[place].label)
            .or_default()
            .push(place);
    }
    for label in manifest.labels() {
        let places = of_label.get(label.as_str()).map_or(&[][..], Vec::as_slice);
        findings.extend(of(&label, places, groups, manifest));
    }
    findings
}

fn of(
    label: &str,
    places: &[usize],
    groups: &[Option<usize>],
    manifest: &Manifest,
) -> Vec<Finding> {
    let mut counts: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    for &place in places {
        *counts.entry(groups[place]).or_default() += 1;
    }
    let finding = |kind, severity, paths: Vec<usize>, what, remedy: &str| Finding {
        kind,
        severity,
        label: Some(label.to_owned()),
        paths: paths
            .into_iter()
            .map(|p| manifest.recordings[p].path.clone())
            .collect(),
        what,
        remedy: remedy.to_owned(),
    };
    let mut found = Vec::new();
    match (places.len(), counts.len()) {
        (0, _) => found.push(finding(
            "empty-label",
            Severity::Fault,
            Vec::new(),
            format!("no recording of `{label}` can be used"),
            "give recordings that can be read and hold sound, or take the label out",
        )),
        (1, _) => found.push(finding(
            "single-recording",
            Severity::Warning,
            places.to_vec(),
            format!("`{label}` has a single recording"),
            "give recordings of at least 3 sources: with one, nobody can tell whether the aircraft or the recording was learnt",
        )),
        (n, groups) if groups < FEWEST_GROUPS => found.push(finding(
            "too-few-groups",
            Severity::Warning,
            Vec::new(),
            format!("the {n} recordings of `{label}` come from {groups} source group(s)"),
            "give recordings of at least 3 sources, so that some can be held out; figures for this label will prove nothing",
        )),
        (n, groups) if groups < GRADE_A_GROUPS => found.push(finding(
            "few-groups",
            Severity::Note,
            Vec::new(),
            format!("the {n} recordings of `{label}` come from {groups} source groups"),
            "with 10 source groups or more the label reaches reference grade A",
        )),
        _ => {}
    }
    if let Some((group, &n)) = counts.iter().max_by_key(|(_, n)| **n) {
        let share = n as f64 / places.len() as f64;
        let first = places.iter().find(|&&place| groups[place] == *group);
        let name = first.map_or("", |&place| manifest.recordings[place].group.as_str());
        if n >= MANY_CLIPS && share > LARGE_SHARE {
            found.push(finding(
                "one-source-outweighs",
                Severity::Warning,
                Vec::new(),
                format!(
                    "{n} of the {} recordings of `{label}` are cut from one source ({name})",
                    places.len()
                ),
                "give recordings of other sources: pieces of one count as one",
            ));
        }
    }
    found
}

/// A guess that contradicts groups that were given.
fn spread(manifest: &Manifest, guess: &Guess) -> Option<Finding> {
    let groups: BTreeSet<&str> = guess
        .members
        .iter()
        .map(|&m| manifest.recordings[m].group.as_str())
        .collect();
    if groups.len() < 2 {
        return None;
    }
    let remedy = match manifest.groups_given {
        true => "give them one group if they are; if not, leave it as it is",
        false => "training takes them as one group; if they are not, give a manifest with a group for each (--write-manifest makes one)",
    };
    Some(Finding {
        kind: "upload-over-groups",
        severity: match manifest.groups_given {
            true => Severity::Warning,
            false => Severity::Note,
        },
        label: Some(manifest.recordings[guess.members[0]].label.clone()),
        paths: guess
            .members
            .iter()
            .map(|&m| manifest.recordings[m].path.clone())
            .collect(),
        what: format!(
            "{} recordings in {} groups look like pieces of one source: {}",
            guess.members.len(),
            groups.len(),
            guess.why
        ),
        remedy: remedy.into(),
    })
}
