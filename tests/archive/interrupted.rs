//! Whatever ends a run, the next one goes on from there and comes to the same end.

use super::database::{count, difference, rows};
use super::{archive, earwitness, finish, made, text};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs to the end, undisturbed; the rows and how long it took.
fn undisturbed(folder: &Path, database: &Path) -> (Vec<String>, Duration) {
    let started = Instant::now();
    let (code, said) = finish(archive(folder, database, &["--jobs", "2"]));
    assert_eq!(code, 3, "{said}");
    (rows(database), started.elapsed())
}

/// Kills as many runs at random instants, and then lets one come to its end.
fn kill_and_compare(files: usize, kills: u32) {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    made::make(&folder, files, 20);
    let (wanted, mut taken) = undisturbed(&folder, &dir.path().join("whole.sqlite"));
    let database = dir.path().join("killed.sqlite");
    let mut state = 0x1234_5678_9abc_def1u64;
    let (mut hits, mut runs) = (0, 0);
    while hits < kills {
        runs += 1;
        assert!(runs <= 10 * kills, "{hits} of {runs} kills met a run");
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        // Up to twice the share of each, so that kills fall anywhere, the first moments and the end included.
        let share = 2.0 * taken.as_secs_f64() / f64::from(kills) + 0.05;
        let wait = share * (state >> 33) as f64 / f64::from(1u32 << 31);
        let mut child = archive(&folder, &database, &["--jobs", "2", "--quiet"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_secs_f64(wait));
        let has_ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        if database.exists() {
            let status = earwitness(&["archive", "status", text(&database)]);
            assert!(!String::from_utf8(status.stdout)
                .unwrap()
                .contains("running"));
        }
        if has_ended {
            // The machine has less to do than when the time was taken: nothing is left to be killed. All begins anew.
            std::fs::remove_file(&database).unwrap();
            taken /= 2;
        } else {
            hits += 1;
        }
    }
    eprintln!("{hits} of {runs} kills met a run");
    let (code, said) = finish(archive(&folder, &database, &["--jobs", "2"]));
    assert_eq!(code, 3, "{said}");
    assert_eq!(difference(&wanted, &rows(&database)), None);
    let twice = "SELECT count(*) FROM answers WHERE id NOT IN (SELECT answer FROM work)";
    assert_eq!(count(&database, twice), 0);
}

#[test]
fn five_kills_change_nothing() {
    kill_and_compare(200, 5);
}

#[test]
#[ignore = "slow: cargo test --release --test archive thirty_kills -- --ignored --nocapture"]
fn thirty_kills_change_nothing() {
    kill_and_compare(6_000, 30);
}

/// Waits until the run has written something.
fn wait_for_work(child: &mut Child, database: &Path) {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(60) {
        let said = earwitness(&["archive", "status", text(database)]);
        let said = String::from_utf8(said.stdout).unwrap();
        let done = said
            .lines()
            .nth(2)
            .and_then(|l| l.split(' ').next()?.parse::<u64>().ok());
        if done.is_some_and(|done| done > 0) {
            assert!(said.contains("running since"), "{said}");
            return;
        }
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("nothing was done in a minute");
}

/// An archive that takes some seconds.
fn slow_archive(folder: &Path) {
    made::make(folder, 40, 20);
    for n in 0..40 {
        let path = folder.join(format!("part000/long{n}.wav"));
        std::fs::write(path, made::wav(5_000 + n, 16_000 * 120)).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_finishes_the_files_in_work_and_says_how_to_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    slow_archive(&folder);
    let database = dir.path().join("r.sqlite");
    let mut child = archive(&folder, &database, &["--jobs", "1"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for_work(&mut child, &database);
    let signalled = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(signalled.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("run the same command to go on"), "{said}");
    let status = earwitness(&["archive", "status", text(&database)]);
    assert!(String::from_utf8(status.stdout)
        .unwrap()
        .contains("stopped at"));
    let done = count(&database, "SELECT count(*) FROM answers");
    assert!(done > 0 && done < 78, "{done}");
    assert_eq!(finish(archive(&folder, &database, &[])).0, 3);
    let (wanted, _) = undisturbed(&folder, &dir.path().join("whole.sqlite"));
    assert_eq!(difference(&wanted, &rows(&database)), None);
}

#[test]
fn a_second_process_is_refused_and_a_reader_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    slow_archive(&folder);
    let database = dir.path().join("r.sqlite");
    let mut child = archive(&folder, &database, &["--jobs", "1", "--quiet"])
        .spawn()
        .unwrap();
    wait_for_work(&mut child, &database);
    let (code, said) = finish(archive(&folder, &database, &[]));
    assert_eq!(code, 1, "{said}");
    let who = format!("another earwitness (process {}", child.id());
    assert!(
        said.contains("is being written by") && said.contains(&who),
        "{said}"
    );
    let query = earwitness(&["query", text(&database)]);
    assert!(query.status.success());
    assert_eq!(child.wait().unwrap().code(), Some(3));
    let (wanted, _) = undisturbed(&folder, &dir.path().join("whole.sqlite"));
    assert_eq!(difference(&wanted, &rows(&database)), None);
}

/// A file system of its own; `None`, with a message, where none may be mounted.
#[cfg(target_os = "linux")]
struct Mount(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Mount {
    fn new(arguments: &[&str], at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        match mount(arguments, at) {
            true => Some(Self(at.to_owned())),
            false => {
                eprintln!("skipped: nothing may be mounted here");
                None
            }
        }
    }

    fn remount(&self, options: &str) {
        assert!(mount(&["-o", &format!("remount,{options}")], &self.0));
    }

    fn unmount(&self) {
        let done = Command::new("umount")
            .arg("-l")
            .arg(&self.0)
            .stderr(Stdio::null())
            .status();
        let _ = done;
    }
}

#[cfg(target_os = "linux")]
impl Drop for Mount {
    fn drop(&mut self) {
        self.unmount();
    }
}

#[cfg(target_os = "linux")]
fn mount(arguments: &[&str], at: &Path) -> bool {
    let done = Command::new("mount")
        .args(arguments)
        .arg(at)
        .stderr(Stdio::null())
        .status();
    done.is_ok_and(|status| status.success())
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_in_one_message_and_an_intact_database() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    made::make(&folder, 200, 20);
    let (wanted, _) = undisturbed(&folder, &dir.path().join("whole.sqlite"));
    let disk = ["-t", "tmpfs", "-o", "size=500k", "tmpfs"];
    let Some(disk) = Mount::new(&disk, &dir.path().join("disk")) else {
        return;
    };
    let database = disk.0.join("r.sqlite");
    let (code, said) = finish(archive(&folder, &database, &[]));
    assert_eq!(code, 1, "{said}");
    assert_eq!(
        said.matches("the disk is full; make room").count(),
        1,
        "{said}"
    );
    disk.remount("size=50m");
    rows(&database);
    assert_eq!(finish(archive(&folder, &database, &[])).0, 3);
    assert_eq!(difference(&wanted, &rows(&database)), None);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_is_named_and_a_database_in_it_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    made::make(&folder, 4, 20);
    let disk = ["-t", "tmpfs", "tmpfs"];
    let Some(disk) = Mount::new(&disk, &dir.path().join("disk")) else {
        return;
    };
    let database = disk.0.join("r.sqlite");
    assert_eq!(finish(archive(&folder, &database, &[])).0, 0);
    disk.remount("ro");
    let (code, said) = finish(archive(&folder, &disk.0.join("new.sqlite"), &[]));
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("choose a folder that can be written"),
        "{said}"
    );
    let (code, said) = finish(archive(&folder, &database, &[]));
    assert_eq!(code, 1, "{said}");
    let query = earwitness(&["query", text(&database)]);
    assert!(
        query.status.success(),
        "{}",
        String::from_utf8_lossy(&query.stderr)
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_share_that_vanishes_ends_in_one_message_and_no_file_is_blamed() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("source");
    slow_archive(&source);
    let share = dir.path().join("share");
    let Some(mounted) = Mount::new(&["--bind", text(&source)], &share) else {
        return;
    };
    let database = dir.path().join("r.sqlite");
    let mut child = archive(&share, &database, &["--jobs", "1"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for_work(&mut child, &database);
    mounted.unmount();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("has vanished"), "{said}");
    assert_eq!(said.matches("error:").count(), 1, "{said}");
    rows(&database);
    assert_eq!(
        count(
            &database,
            "SELECT count(*) FROM errors WHERE kind IN ('not-found', 'io', 'changed')"
        ),
        0
    );
    let again = Mount::new(&["--bind", text(&source)], &share);
    assert!(again.is_some());
    assert_eq!(finish(archive(&share, &database, &[])).0, 3);
    assert_eq!(count(&database, "SELECT count(*) FROM answers_by_path"), 78);
}

#[cfg(target_os = "linux")]
#[test]
fn a_merge_on_a_full_disk_says_that_nothing_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    made::make(&folder, 60, 20);
    let whole = dir.path().join("whole.sqlite");
    undisturbed(&folder, &whole);
    let disk = ["-t", "tmpfs", "-o", "size=200k", "tmpfs"];
    let Some(disk) = Mount::new(&disk, &dir.path().join("disk")) else {
        return;
    };
    let all = disk.0.join("all.sqlite");
    let merge = || earwitness(&["archive", "merge", text(&whole), "-o", text(&all)]);
    let output = merge();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains(&format!("{}: the disk is full", text(&all)))
            && said.contains("nothing was made"),
        "{said}"
    );
    assert!(!said.contains("goes on"), "{said}");
    assert_eq!(std::fs::read_dir(&disk.0).unwrap().count(), 0);
    disk.remount("size=50m");
    assert!(merge().status.success());
}
