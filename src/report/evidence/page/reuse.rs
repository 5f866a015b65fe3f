//! Whether the sound is in an earlier recording.

use super::cell::{figure, text, Table};
use super::Section;
use crate::report::words::printable;
use crate::verify::evidence::Evidence;

pub(super) fn reuse(at: &str, evidence: &Evidence) -> Option<Section> {
    let found = evidence.reuse.as_ref()?;
    let mut section = Section::new("reuse", "The same sound in earlier recordings");
    section.said.push(format!(
        "Compared with {} recordings ({:.2} hours of sound); {} could not be read.",
        found.compared + found.same_file.len(),
        found.hours,
        found.unreadable.len()
    ));
    for name in &found.same_file {
        section
            .said
            .push(format!("The very same file: {}", printable(name)));
    }
    if found.matches.is_empty() && found.same_file.is_empty() && found.by_fingerprint.is_empty() {
        section.said.push("The sound is in none of them, as far as that can be heard: what was played at another speed or recorded again from a loudspeaker is not found.".into());
    }
    if !found.matches.is_empty() {
        let mut table = Table::new(
            "",
            &[
                "earlier recording",
                "from, s",
                "to, s",
                "there from, s",
                "to, s",
                "log10 of the chance of an accident",
            ],
        );
        for (n, m) in found.matches.iter().enumerate() {
            let at = format!("{at}/reuse/matches/{n}");
            table.row([
                text(printable(&m.id)),
                figure(format!("{at}/start_s"), m.start_s, 1),
                figure(format!("{at}/end_s"), m.end_s, 1),
                figure(format!("{at}/other_start_s"), m.other_start_s, 1),
                figure(format!("{at}/other_end_s"), m.other_end_s, 1),
                figure(format!("{at}/log10_chance"), m.log10_chance, 0),
            ]);
        }
        section.tables.push(table);
    }
    if !found.by_fingerprint.is_empty() {
        let mut table = Table::new(
            "By fingerprint only, not confirmed",
            &[
                "earlier recording",
                "from, s",
                "to, s",
                "there from, s",
                "to, s",
                "agreement, 0 to 1",
                "not confirmed, as",
                "SHA-256",
            ],
        );
        for (n, m) in found.by_fingerprint.iter().enumerate() {
            let at = format!("{at}/reuse/by_fingerprint/{n}");
            table.row([
                text(printable(&m.id)),
                figure(format!("{at}/start_s"), m.start_s, 1),
                figure(format!("{at}/end_s"), m.end_s, 1),
                figure(format!("{at}/other_start_s"), m.other_start_s, 1),
                figure(format!("{at}/other_end_s"), m.other_end_s, 1),
                figure(format!("{at}/score"), m.score, 2),
                text(printable(&m.why_unconfirmed)),
                text(m.sha256.clone()),
            ]);
        }
        section.tables.push(table);
    }
    for (name, why) in found.unreadable.iter().take(20) {
        section
            .notes
            .push(format!("Not read: {}: {}", printable(name), printable(why)));
    }
    Some(section)
}
