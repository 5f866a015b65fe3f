//! What is made from a database leaves its recordings alone, and is made from those that were classified.

use super::{archive, earwitness, finish, made, text};
use std::fs;
use std::path::{Path, PathBuf};

struct Place {
    dir: tempfile::TempDir,
    folder: PathBuf,
    recording: PathBuf,
    database: PathBuf,
}

/// An archive of one recording.
fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    fs::create_dir(&folder).unwrap();
    let recording = folder.join("a.wav");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harop-dive.wav");
    fs::copy(sample, &recording).unwrap();
    let database = dir.path().join("r.sqlite");
    assert_eq!(finish(archive(&folder, &database, &[])).0, 0);
    Place {
        dir,
        folder,
        recording,
        database,
    }
}

impl Place {
    /// Exit code and standard error of a verb that reads the database.
    fn run(&self, verb: &str, more: &[&str]) -> (Option<i32>, String) {
        let output = earwitness(&[&[verb, text(&self.database)], more].concat());
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }
}

/// Names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn clips_never_come_among_recordings() {
    let place = place();
    for verb in [&["export", "--format", "clips"][..], &["suggest"]] {
        for taken in [&place.folder, &place.recording] {
            let (code, said) = place.run(verb[0], &[&verb[1..], &["-o", text(taken)]].concat());
            assert_eq!(code, Some(2), "{said}");
            assert!(said.contains("name a new folder with -o"), "{said}");
        }
        assert_eq!(names(&place.folder), ["a.wav"]);
        let (code, said) = place.run(verb[0], &verb[1..]);
        assert!(code == Some(2) && said.contains("name a folder"), "{said}");
        let empty = place.dir.path().join(verb[0]);
        fs::create_dir(&empty).unwrap();
        let (code, said) = place.run(verb[0], &[&verb[1..], &["-o", text(&empty)]].concat());
        assert_eq!(code, Some(0), "{said}");
        assert!(names(&empty).len() > 1);
    }
}

#[test]
fn no_recording_of_the_database_is_written_over() {
    let place = place();
    let before = fs::read(&place.recording).unwrap();
    let mut ways = vec![place.recording.clone(), place.folder.join("../in/a.wav")];
    #[cfg(unix)]
    {
        let link = place.dir.path().join("link");
        std::os::unix::fs::symlink(&place.folder, &link).unwrap();
        ways.push(link.join("a.wav"));
        let file = place.dir.path().join("other.csv");
        std::os::unix::fs::symlink(&place.recording, &file).unwrap();
        ways.push(file);
    }
    for way in ways.iter().map(|way| text(way)) {
        for (verb, more) in [
            ("export", &["-o", way][..]),
            ("export", &["--format", "parquet", "-o", way]),
            ("query", &["-o", way]),
            ("query", &["--picture", way]),
            ("suggest", &["--format", "csv", "-o", way]),
        ] {
            let (code, said) = place.run(verb, more);
            assert_eq!(code, Some(2), "{verb} {more:?}: {said}");
            assert!(said.contains("would overwrite a recording"), "{said}");
        }
    }
    assert_eq!(fs::read(&place.recording).unwrap(), before);
    // An archive that was reached through a link is known by where it leads to.
    #[cfg(unix)]
    {
        let database = place.dir.path().join("linked.sqlite");
        let link = place.dir.path().join("link");
        assert_eq!(finish(archive(&link, &database, &[])).0, 0);
        let output = earwitness(&["query", text(&database), "-o", text(&place.recording)]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(fs::read(&place.recording).unwrap(), before);
    }
    // Another file of the same name is none of it, and neither is one beside it.
    for other in ["a.wav", "in/b.csv"] {
        let other = place.dir.path().join(other);
        fs::write(&other, "old").unwrap();
        let (code, said) = place.run("export", &["-o", text(&other)]);
        assert_eq!(code, Some(0), "{said}");
        assert_ne!(fs::read(&other).unwrap(), b"old");
    }
}

#[test]
fn a_recording_that_was_replaced_is_not_cut_under_the_old_answer() {
    let place = place();
    let out = |name: &str| place.dir.path().join(name);
    let cut = |name: &str| {
        let (clips, sorting) = (
            out(&format!("{name}-clips")),
            out(&format!("{name}-sorting")),
        );
        let wavs = |folder: &Path| {
            let names = names(folder);
            names.iter().filter(|n| n.ends_with(".wav")).count()
        };
        let exported = place.run("export", &["--format", "clips", "-o", text(&clips)]);
        let suggested = place.run("suggest", &["-n", "1", "-o", text(&sorting)]);
        (exported, wavs(&clips), suggested, wavs(&sorting))
    };
    // Copied anew it has another time of change, and holds the same.
    let bytes = fs::read(&place.recording).unwrap();
    fs::remove_file(&place.recording).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(20));
    fs::write(&place.recording, &bytes).unwrap();
    let (exported, clips, suggested, sorting) = cut("same");
    assert_eq!(
        (exported.0, suggested.0),
        (Some(0), Some(0)),
        "{exported:?}"
    );
    assert!(clips > 0 && sorting == 1, "{clips} {sorting}");
    fs::write(&place.recording, made::wav(3, 160_000)).unwrap();
    let (exported, clips, suggested, sorting) = cut("other");
    assert_eq!((clips, sorting), (0, 0));
    for (code, said) in [exported, suggested] {
        assert_eq!(code, Some(3), "{said}");
        let told = format!(
            "not cut: {}: has changed since it was classified",
            text(&place.recording)
        );
        assert!(said.contains(&told), "{said}");
    }
    // Once it is classified as well, it is cut.
    assert_eq!(finish(archive(&place.folder, &place.database, &[])).0, 0);
    let (exported, _, suggested, sorting) = cut("again");
    assert_eq!((exported.0, suggested.0, sorting), (Some(0), Some(0), 1));
}
