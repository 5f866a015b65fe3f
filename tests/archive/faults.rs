//! Files that hang a decoder or take all memory cost themselves only.
#![cfg(target_os = "linux")]

use super::database::{count, texts};
use super::{archive, finish, made};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// An ffmpeg that does this with every file.
fn fake_ffmpeg(folder: &Path, does: &str) -> PathBuf {
    fs::create_dir_all(folder).unwrap();
    let path = folder.join("ffmpeg");
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = -version ]; then echo ffmpeg version 9; exit; fi\n{does}\n"
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    folder.to_owned()
}

/// Three sounds, and two files for that ffmpeg which hold the same.
fn folder(dir: &Path) -> PathBuf {
    let folder = dir.join("in");
    fs::create_dir(&folder).unwrap();
    for n in 0..3 {
        fs::write(folder.join(format!("{n}.wav")), made::wav(n, 12_000)).unwrap();
    }
    for name in ["0bad.amr", "1bad.amr"] {
        fs::write(folder.join(name), [&b"#!AMR\n"[..], &[60; 64]].concat()).unwrap();
    }
    folder
}

const KINDS: &str = "SELECT kind FROM unreadable ORDER BY path";

#[test]
fn a_file_that_hangs_is_given_up_and_so_is_its_copy() {
    let dir = tempfile::tempdir().unwrap();
    let folder = folder(dir.path());
    let database = dir.path().join("r.sqlite");
    let mark = format!("sleep {}", 8_000_000 + std::process::id());
    let tools = fake_ffmpeg(&dir.path().join("bin"), &mark);
    // Without ffmpeg they are only listed.
    assert_eq!(finish(archive(&folder, &database, &[])).0, 3);
    assert_eq!(texts(&database, KINDS), ["unsupported-codec"; 2]);
    // With it they are tried again, without being asked to.
    let mut command = archive(
        &folder,
        &database,
        &["--ffmpeg", "--time-limit", "1", "--jobs", "2"],
    );
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let (code, said) = finish({
        command.env("PATH", path);
        command
    });
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("was given up after 1 s"), "{said}");
    // What the worker had started is gone too.
    if let Ok(left) = std::process::Command::new("pgrep")
        .args(["-f", &mark])
        .output()
    {
        assert!(left.stdout.is_empty());
    }
    assert_eq!(texts(&database, KINDS), ["time-limit"; 2]);
    assert_eq!(count(&database, "SELECT count(*) FROM answers"), 3);
}

#[test]
fn a_file_that_takes_all_memory_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let folder = folder(dir.path());
    let database = dir.path().join("r.sqlite");
    let greedy = "x=$(head -c 20000000 /dev/zero | tr '\\0' x); while :; do y=$y$x; done";
    let tools = fake_ffmpeg(&dir.path().join("bin"), greedy);
    let mut command = archive(&folder, &database, &["--ffmpeg", "--memory-limit", "300"]);
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let (code, said) = finish({
        command.env("PATH", path);
        command
    });
    assert_eq!(code, 3, "{said}");
    assert_eq!(texts(&database, KINDS), ["memory-limit"; 2], "{said}");
    assert_eq!(count(&database, "SELECT count(*) FROM answers"), 3);
}
