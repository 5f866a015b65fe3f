//! The same recording twice: by content, by sound, under two labels, in the training memory.

use std::collections::BTreeMap;

use super::{Finding, Known, Listened, Severity};
use crate::dataset::{overlap, Evidence, Manifest, Recording, Sound, SourceGroups};

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

fn two_labels(same: &str, a: &Recording, b: &Recording) -> Finding {
    Finding {
        kind: "two-labels",
        severity: Severity::Fault,
        label: Some(a.label.clone()),
        paths: vec![a.path.clone(), b.path.clone()],
        what: format!(
            "{same}, but one is `{}`, the other `{}`",
            a.said(),
            b.said()
        ),
        remedy: "listen to both and correct one label, or take one out".to_owned(),
    }
}

/// Stretches of one file that lie over each other, and contradict each other: known by their times, however alike the file
/// sounds elsewhere.
fn stretches_with_two_labels(heard: &[(&Recording, &Listened)]) -> Vec<Finding> {
    let mut of_file: BTreeMap<&[u8; 32], Vec<&Recording>> = BTreeMap::new();
    let mut findings = Vec::new();
    for (b, listened) in heard {
        let before = of_file.entry(&listened.sha256).or_default();
        let same = before.iter().filter(|a| a.range != b.range);
        for a in same.filter(|a| overlap(a.range, b.range) && a.contradicts(b)) {
            let (of_a, of_b) = (stretch(a), stretch(b));
            let same = format!("{of_a} and {of_b} are the same sound");
            findings.push(two_labels(&same, a, b));
        }
        before.push(b);
    }
    findings
}

fn stretch(recording: &Recording) -> String {
    let path = recording.path.display();
    match recording.range {
        None => format!("{path}"),
        Some((from, to)) => format!("{path} from {from} to {to} s"),
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
            phase: None,
            group: name,
            sha256: listened.sha256,
            stretch: recording.range,
            fingerprint: &listened.fingerprint,
        })
        .collect();
    // With one label for all it cannot fail.
    let Ok(groups) = SourceGroups::find(&sounds) else {
        return Vec::new();
    };
    let mut findings = stretches_with_two_labels(heard);
    for join in &groups.joins {
        let ((a, of_a), (b, of_b)) = (heard[join.first], heard[join.second]);
        let is_one_file = of_a.sha256 == of_b.sha256 && a.range != b.range;
        // What stretches of one file say is held against each other by their times.
        let contradicting = !is_one_file && a.contradicts(b);
        if a.group == b.group && !contradicting && (is_one_file || a.path == b.path) {
            continue;
        }
        let names = format!("{} and {}", a.path.display(), b.path.display());
        let same = match join.evidence {
            Evidence::SameFile => format!("{names} are the same file"),
            _ if is_one_file => format!("{} and {} are of one file", stretch(a), stretch(b)),
            _ => format!("{names} share {}", join.evidence),
        };
        if contradicting {
            findings.push(two_labels(&same, a, b));
            continue;
        }
        let (kind, severity, what, remedy) = if a.group == b.group {
            match join.evidence {
                Evidence::SameFile => (
                    "duplicate",
                    Severity::Note,
                    same,
                    "take one out: twice the same teaches nothing more".to_owned(),
                ),
                _ => continue,
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
