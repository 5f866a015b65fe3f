//! Files whose names are no text.
#![cfg(unix)]

use super::{archive, earwitness, finish, text};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

#[test]
fn the_sound_of_a_name_that_is_no_text_is_cut_and_its_tables_are_known_by_it() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    fs::create_dir(&folder).unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/harop-dive.wav");
    fs::copy(sample, folder.join(OsStr::from_bytes(b"bad\xff.wav"))).unwrap();
    let database = dir.path().join("r.sqlite");
    assert_eq!(finish(archive(&folder, &database, &[])).0, 0);
    let out = dir.path().join("out");
    let names = |verb: &[&str]| {
        let more = [text(&database), "-o", text(&out)];
        let output = earwitness(&[verb, &more].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let found = fs::read_dir(&out).unwrap();
        let mut names: Vec<String> = found
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        fs::remove_dir_all(&out).unwrap();
        names
    };
    let clips = names(&["export", "--format", "clips"]);
    assert!(clips.len() > 1, "{clips:?}");
    let is_clip = |name: &String| name.contains("_bad\\xff_") && name.ends_with(".wav");
    let others = clips.iter().filter(|name| !is_clip(name));
    assert_eq!(others.collect::<Vec<_>>(), ["clips.csv"]);
    let suggested = names(&["suggest", "-n", "1"]);
    assert!(
        suggested.iter().any(|name| name.starts_with("bad\\xff_")),
        "{suggested:?}"
    );
    fs::create_dir(&out).unwrap();
    let tables = names(&["export", "--format", "audacity"]);
    assert_eq!(tables, ["bad\\xff.wav.txt"]);
    fs::create_dir(&out).unwrap();
    let tables = names(&["export", "--format", "raven"]);
    assert_eq!(tables, ["bad\\xff.wav.Table.1.selections.txt"]);
}
