//! Many files, and long ones: slow, and run by hand.

use super::database::{check, count};
use super::{archive, finish, made};
use earwitness::fingerprint::{Fingerprint, Sharing};
use std::convert::Infallible;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Largest resident memory, kB; Linux only.
#[derive(Debug, Default, Clone, Copy)]
struct Peak {
    /// Of the program.
    own: u64,
    /// Of all its workers.
    workers: u64,
    /// Of all at a time: workers have ended when shared sound is looked for.
    together: u64,
}

impl Peak {
    /// Of a program and those of its workers that still run.
    fn update(&mut self, program: u32) {
        let id = program.to_string();
        // Each thread that started a worker has it among its children.
        let tasks = std::fs::read_dir(format!("/proc/{id}/task"));
        let tasks = tasks.into_iter().flatten().flatten();
        let children: String = tasks
            .filter_map(|t| std::fs::read_to_string(t.path().join("children")).ok())
            .collect();
        let workers = children.split_whitespace().map(peak_of).sum();
        let own = peak_of(&id);
        self.own = self.own.max(own);
        self.workers = self.workers.max(workers);
        self.together = self.together.max(own + workers);
    }
}

/// Largest resident memory of a process so far, kB; 0 if it has ended.
fn peak_of(process: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let peak = line.and_then(|l| l.split_whitespace().next()?.parse().ok());
    peak.unwrap_or(0)
}

fn run_watched(folder: &Path, database: &Path, more: &[&str]) -> (Option<i32>, Peak) {
    let mut child = archive(folder, database, more)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = Peak::default();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code(), peak);
        }
        peak.update(child.id());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
#[ignore = "slow: cargo test --release --test archive twenty_thousand -- --ignored --nocapture"]
fn twenty_thousand_files_in_memory_that_does_not_grow() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    let made = made::make(&folder, 20_000, 50);
    assert_eq!(made.bad.len(), 400);
    let database = dir.path().join("r.sqlite");
    let started = Instant::now();
    let (code, peak) = run_watched(&folder, &database, &[]);
    eprintln!(
        "20,000 files: {:.0} s, {peak:?} kB",
        started.elapsed().as_secs_f64()
    );
    assert_eq!(code, Some(3));
    check(&database, &made);
    assert!(peak.own + peak.workers < 300 * 1024, "{peak:?} kB");
    let started = Instant::now();
    let (code, said) = finish(archive(&folder, &database, &[]));
    let again = started.elapsed();
    eprintln!("again: {:.2} s", again.as_secs_f64());
    assert_eq!(code, 3);
    assert!(said.contains("0 to classify"), "{said}");
    assert!(again < Duration::from_secs(2), "{again:?}");
}

#[test]
#[ignore = "slow: cargo test --release --test archive ten_hours -- --ignored --nocapture"]
fn ten_hours_among_small_files_neither_stall_them_nor_take_memory() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, minutes) = (dir.path().join("in"), dir.path().join("in/minutes"));
    let made = made::make(&folder, 2_000, 50);
    let watched = |what: &str| {
        let database = dir.path().join(format!("{what}.sqlite"));
        let (code, peak) = run_watched(&folder, &database, &["--jobs", "2"]);
        eprintln!("{what}: {peak:?} kB");
        assert_eq!(code, Some(3));
        (database, peak.together)
    };
    let (_, small) = watched("small files");
    // The same hours as files of a minute, and as one.
    std::fs::create_dir(&minutes).unwrap();
    let long = dir.path().join("ten hours.wav");
    let mut hours = File::create(&long).unwrap();
    let data = 600 * 2 * 60 * 16_000;
    let mut head = made::wav(1, 0);
    head[4..8].copy_from_slice(&(data + 36u32).to_le_bytes());
    head[40..44].copy_from_slice(&data.to_le_bytes());
    hours.write_all(&head).unwrap();
    for n in 0..600 {
        let minute = made::wav(100_000 + n, 60 * 16_000);
        std::fs::write(minutes.join(format!("{n}.wav")), &minute).unwrap();
        hours.write_all(&minute[44..]).unwrap();
    }
    drop(hours);
    let (_, in_minutes) = watched("with ten hours in files of a minute");
    std::fs::remove_dir_all(&minutes).unwrap();
    // It comes first, so that the others have to pass it.
    std::fs::rename(&long, folder.join("0 ten hours.wav")).unwrap();
    let (database, in_one) = watched("with ten hours in one file");
    assert_eq!(
        count(&database, "SELECT count(*) FROM unreadable") as usize,
        made.bad.len()
    );
    assert_eq!(
        count(
            &database,
            "SELECT count(*) FROM segments s JOIN answers a ON a.id = s.answer
        JOIN recordings r ON r.id = a.recording WHERE r.duration_s > 3600"
        ),
        35_999
    );
    // The small ones were done while the long one was under way.
    let before = "SELECT count(*) FROM work w WHERE finished_at <= (SELECT finished_at FROM work ORDER BY seconds DESC LIMIT 1)";
    assert!(count(&database, before) > 100);
    // What is said of it is all that grows: 36,000 segments, on both sides of the pipe.
    assert!(in_one < small + 25 * 1024, "{in_one} kB after {small} kB");
    assert!(
        in_one < in_minutes + 16 * 1024,
        "{in_one} kB after {in_minutes} kB"
    );
}

/// A stand-in for so many hours of recordings of a minute, every tenth of which holds ten seconds of another one.
fn fingerprints(hours: u64) -> Vec<Vec<u32>> {
    let mut state = hours;
    let mut word = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 32) as u32 | 1
    };
    let mut all: Vec<Vec<u32>> = (0..60 * hours)
        .map(|_| (0..3750).map(|_| word()).collect())
        .collect();
    for n in (10..all.len()).step_by(10) {
        let piece = all[n - 7][1000..1625].to_vec();
        all[n][501..1126].copy_from_slice(&piece);
    }
    all
}

#[test]
#[ignore = "slow: cargo test --release --test archive reused -- --ignored --nocapture"]
fn reused_sound_is_found_in_a_time_that_grows_with_the_hours() {
    let search = |hours: u64| {
        let all = fingerprints(hours);
        let of = |n: usize| Ok::<Fingerprint, Infallible>(all[n].iter().copied().collect());
        let started = Instant::now();
        let mut sharing = Sharing::new();
        (0..all.len()).for_each(|n| sharing.add(&of(n).unwrap()));
        let groups = sharing.links(of).unwrap().groups();
        let taken = started.elapsed().as_secs_f64();
        assert_eq!(groups.len(), all.len() / 10 - 1);
        eprintln!("{hours} hours: {taken:.1} s");
        taken
    };
    let (few, many) = (search(50), search(400));
    assert!(many < 16.0 * few, "{few} s, {many} s");
}
