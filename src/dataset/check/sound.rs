//! The same recording twice: by content, by sound, under two labels, in the training memory.

use super::{Finding, Known, Listened, Severity};
use crate::dataset::{Evidence, Manifest, Recording, Sound, SourceGroups};

/// Findings about recordings that share their sound.
pub(super) fn findings(
    manifest: &Manifest,
    listened: &[Option<Listened>],
    known: &Known,
) -> Vec<Finding> {
    let heard: Vec<(&Recording, &Listened)> = manifest
        .recordings
        .iter()
        .zip(listened)
        .filter_map(|(recording, heard)| Some((recording, heard.as_ref()?)))
        .collect();
    let mut findings = among_themselves(&heard);
    for (recording, heard) in &heard {
        let met = (known.met)(&heard.sha256, &heard.fingerprint);
        let own = |label: &str| (label == recording.label) != recording.is_not;
        let Some(first) = met.iter().find(|m| !own(&m.label)).or(met.first()) else {
            continue;
        };
        let agrees = own(&first.label);
        findings.push(Finding {
            kind: if agrees { "in-memory" } else { "in-memory-other-label" },
            severity: if agrees { Severity::Note } else { Severity::Fault },
            label: Some(recording.label.clone()),
            paths: vec![recording.path.clone()],
            what: format!(
                "the training memory holds {} as {} ({})",
                first.how, first.name, first.label
            ),
            remedy: match agrees {
                true => "nothing to do: the model has learnt it, and it is not learnt twice".into(),
                false => format!(
                    "listen to it: if it is `{}`, correct the label; if the memory is wrong, train again from the base before it (report it, if it is the default's); it is left out until then",
                    first.label
                ),
            },
        });
    }
    findings
}

/// Two labels of the same name that contradict each other: two different ones, or one and its negation.
fn contradict(a: &Recording, b: &Recording) -> bool {
    match (a.is_not, b.is_not) {
        (true, true) => false,
        (x, y) if x == y => a.label != b.label,
        _ => a.label == b.label,
    }
}

fn written(recording: &Recording) -> String {
    match recording.is_not {
        true => format!("-{}", recording.label),
        false => recording.label.clone(),
    }
}

fn among_themselves(heard: &[(&Recording, &Listened)]) -> Vec<Finding> {
    // Labels and groups of their own, so that all that is shared is told.
    let names: Vec<String> = (0..heard.len()).map(|i| i.to_string()).collect();
    let sounds: Vec<Sound> = heard
        .iter()
        .zip(&names)
        .map(|((recording, listened), name)| Sound {
            name,
            label: "",
            group: name,
            sha256: match recording.range {
                None => listened.sha256,
                // Two stretches of one file are not the same.
                Some((from, to)) => stretch_hash(&listened.sha256, from, to),
            },
            fingerprint: &listened.fingerprint,
        })
        .collect();
    // With one label for all it cannot fail.
    let Ok(groups) = SourceGroups::find(&sounds) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for join in &groups.joins {
        let ((a, _), (b, _)) = (heard[join.first], heard[join.second]);
        if a.path == b.path && !contradict(a, b) {
            continue;
        }
        let names = format!("{} and {}", a.path.display(), b.path.display());
        let same = match join.evidence {
            Evidence::SameFile => format!("{names} are the same file"),
            Evidence::SameSound { .. } => format!("{names} share {}", join.evidence),
        };
        let (kind, severity, what, remedy) = if contradict(a, b) {
            (
                "two-labels",
                Severity::Fault,
                format!(
                    "{same}, but one is `{}`, the other `{}`",
                    written(a),
                    written(b)
                ),
                "listen to both and correct one label, or take one out".to_owned(),
            )
        } else if a.group == b.group {
            match join.evidence {
                Evidence::SameFile => (
                    "duplicate",
                    Severity::Note,
                    same,
                    "take one out: twice the same teaches nothing more".to_owned(),
                ),
                Evidence::SameSound { .. } => continue,
            }
        } else {
            (
                "duplicate",
                Severity::Warning,
                format!(
                    "{same}, but stand in the groups {} and {}",
                    a.group, b.group
                ),
                "give them one group, or take one out; training joins the groups".to_owned(),
            )
        };
        findings.push(Finding {
            kind,
            severity,
            label: Some(a.label.clone()),
            paths: vec![a.path.clone(), b.path.clone()],
            what,
            remedy,
        });
    }
    findings
}

fn stretch_hash(sha256: &[u8; 32], from: f64, to: f64) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new_with_prefix(sha256);
    hash.update(from.to_le_bytes());
    hash.update(to.to_le_bytes());
    hash.finalize().into()
}
