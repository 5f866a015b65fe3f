//! Text beside recordings that is no label track: told, so that no track that went wrong leaves its recording labelled as a whole.

use std::path::{Path, PathBuf};

use super::check::Severity;
use super::folders::{entries, may_be_sound};
use super::tracks::{unread_beside, Unread};
use super::unused::{shown_from, Unused};

/// Texts below `folder` that lie beside recordings, are called as their label tracks, and are not read.
pub(super) fn unread_texts(folder: &Path) -> Vec<Unused> {
    let mut found = Vec::new();
    look(folder, &mut found);
    let of = |kind: Unread| {
        let own = found.iter().filter(|(_, k)| *k == kind);
        own.map(|(path, _)| path).collect::<Vec<&PathBuf>>()
    };
    let (odd, words) = (of(Unread::LooksLikeATrack), of(Unread::Words));
    let mut unused = Vec::new();
    if !odd.is_empty() {
        unused.push(Unused {
            kind: "track-not-read",
            severity: Severity::Warning,
            what: format!(
                "{} texts beside recordings are empty, too large or begin with a number, and are no label tracks; the recordings have the label of \
                 their folder from beginning to end ({})",
                odd.len(),
                shown_from(folder, &odd)
            ),
            remedy: "give start, end and label with tabs between them, as Audacity exports them, or take the text away",
        });
    }
    if !words.is_empty() {
        unused.push(Unused {
            kind: "text-not-read",
            severity: Severity::Note,
            what: format!(
                "{} texts beside recordings are not read ({})",
                words.len(),
                shown_from(folder, &words)
            ),
            remedy: "leave them if they are for people",
        });
    }
    unused
}

fn look(folder: &Path, found: &mut Vec<(PathBuf, Unread)>) {
    // A folder that cannot be read was told of when its recordings were listed.
    for entry in entries(folder).unwrap_or_default() {
        if entry.is_folder {
            look(&entry.path, found);
        } else if may_be_sound(&entry.path) {
            found.extend(unread_beside(&entry.path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Manifest;
    use super::*;

    #[test]
    fn a_track_that_went_wrong_is_warned_of_and_words_are_noted() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("siren");
        std::fs::create_dir(&root).unwrap();
        for name in ["a.wav", "b.wav", "c.wav", "d.wav"] {
            std::fs::write(root.join(name), "x").unwrap();
        }
        for (name, text) in [
            ("a.txt", "0 2 siren\n"),
            ("b.txt", ""),
            ("c.txt", "By a neighbour.\n"),
            ("d.txt", "0\t2\tsiren\n"),
        ] {
            std::fs::write(root.join(name), text).unwrap();
        }
        let unused = Manifest::from_folders(dir.path()).unwrap().unused;
        let kinds: Vec<_> = unused.iter().map(|u| (u.kind, u.severity)).collect();
        assert_eq!(
            kinds,
            [
                ("track-not-read", Severity::Warning),
                ("text-not-read", Severity::Note)
            ]
        );
        let what = &unused[0].what;
        assert!(what.contains("siren/a.txt, siren/b.txt"), "{what}");
        assert!(unused[1].what.contains("siren/c.txt"));
    }
}
