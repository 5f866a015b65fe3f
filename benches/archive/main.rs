//! What `earwitness archive` reaches, and where its time goes: `cargo bench --bench archive`.
//!
//! On a machine that does other work at the same time, ratios tell and seconds don't: runs that are compared
//! take turns, and the best of each counts; the whole against its stages is the median of the turns.

mod shared;
#[path = "../speed/sound.rs"]
#[allow(dead_code)] // Some of it is for the other bench.
mod sound;
mod stages;
mod usage;

use std::error::Error;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use earwitness::archive::walk::Walk;
use earwitness::archive::work::{Launcher, Limits, Workers};
use earwitness::archive::{self, Observer, Options, Setup, Shard};

use rayon::prelude::*;
use stages::Stages;
use usage::Usage;

/// Recordings of ten minutes in each archive.
const FILES: usize = 24;
/// Turns of runs that are compared.
const TURNS: usize = 9;
/// Jobs of the runs whose parts are looked at.
const JOBS: usize = 2;

struct Nobody;

impl Observer for Nobody {}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let minutes = sound::MINUTES;
    let hours = FILES as f64 * f64::from(minutes) / 60.0;
    println!("{FILES} recordings of {minutes} minutes ({hours} h), no two of the same sound");
    println!("\n16 kHz, 16-bit, mono WAV");
    let wavs = recordings(folder.path(), "wav", |path, number| {
        sound::write_numbered(path, 16_000, minutes * 60, number).map_err(|e| e.to_string())
    })?;
    long_files(&wavs)?;
    println!("\n44.1 kHz AAC in MP4");
    match recordings(folder.path(), "m4a", sound::write_numbered_aac) {
        Ok(m4as) => long_files(&m4as)?,
        Err(reason) => println!("skipped: {reason}"),
    }
    println!("\n4,000 recordings of 2 s");
    small_files(folder.path(), &wavs[0])
}

/// Writes an archive, in a folder of its own.
fn recordings(
    folder: &Path,
    extension: &str,
    write: impl Fn(&Path, u8) -> Result<(), String> + Sync,
) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let archive = folder.join(extension);
    fs::create_dir(&archive)?;
    let written: Result<Vec<PathBuf>, String> = (0..FILES)
        .into_par_iter()
        .map(|number| {
            let path = archive.join(format!("{number}.{extension}"));
            write(&path, number as u8).map(|()| path)
        })
        .collect();
    Ok(written?)
}

fn long_files(files: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let seconds = FILES as f64 * f64::from(sound::MINUTES) * 60.0;
    let archive = files[0].parent().unwrap_or(Path::new("."));
    report(archive, seconds, Some(Stages::of(files, JOBS)?))
}

fn small_files(folder: &Path, wav: &Path) -> Result<(), Box<dyn Error>> {
    let archive = folder.join("small");
    fs::create_dir(&archive)?;
    let wav = fs::read(wav)?;
    for n in 0..4000usize {
        // Two seconds from somewhere in it.
        let start = 44 + 4 * (n * 2311 % 4_000_000);
        let mut clip = wav[..44].to_vec();
        clip[4..8].copy_from_slice(&(64_000u32 + 36).to_le_bytes());
        clip[40..44].copy_from_slice(&64_000u32.to_le_bytes());
        clip.extend(&wav[start..start + 64_000]);
        fs::write(archive.join(format!("{n}.wav")), clip)?;
    }
    report(&archive, 8000.0, None)
}

fn report(archive: &Path, seconds: f64, mut stages: Option<Stages>) -> Result<(), Box<dyn Error>> {
    let processes = Workers::Processes(Launcher {
        program: PathBuf::from(env!("CARGO_BIN_EXE_earwitness")),
        arguments: vec!["archive-worker".into()],
    });
    let kinds = [
        ("processes, 1 job ", processes.clone(), 1),
        ("processes, 2 jobs", processes, JOBS),
        ("threads, 2 jobs  ", Workers::Threads, JOBS),
    ];
    let mut best = vec![f64::INFINITY; kinds.len()];
    let mut usage = Usage::default();
    let mut sharing = 0.0;
    let mut reached = Vec::new();
    for _ in 0..TURNS {
        for (n, (_, workers, jobs)) in kinds.iter().enumerate() {
            // Right before the run that they are compared with.
            let summed = match &mut stages {
                Some(stages) if n == 1 => Some(stages.take_turn()?),
                _ => None,
            };
            let before = Usage::now();
            let folder = tempfile::tempdir()?;
            let database = folder.path().join("r.sqlite");
            let taken = run(archive, &database, workers.clone(), *jobs)?;
            reached.extend(summed.map(|summed| 100.0 * summed / taken));
            if n == 1 && taken < best[1] {
                usage = Usage::now().since(&before);
                sharing = shared::seconds(&database)?;
            }
            best[n] = best[n].min(taken);
        }
    }
    for ((name, ..), taken) in kinds.iter().zip(&best) {
        println!(
            "  {name}  {taken:>7.2} s  {:>6.0} x real time",
            seconds / taken
        );
    }
    println!(
        "  two jobs are {:.2} times as fast as one",
        best[0] / best[1]
    );
    println!(
        "  processes take {:.2} times as long as threads",
        best[1] / best[2]
    );
    let all = usage.own + usage.children;
    println!(
        "  database, walk and messages: {:.1} % of all processor time; looking for shared sound: {:.1} %",
        100.0 * (usage.own - sharing) / all,
        100.0 * sharing / all
    );
    if let Some(stages) = stages {
        stages.print(all);
        reached.sort_by(f64::total_cmp);
        println!(
            "  all of it reaches {:.1} % of what decoding, resampling and features summed reach on {JOBS} threads (median of {TURNS} turns, {:.1} to {:.1} %)",
            reached[reached.len() / 2],
            reached[0],
            reached[reached.len() - 1]
        );
    }
    Ok(())
}

/// Archives a folder into a new database; how long it took.
fn run(
    archive: &Path,
    database: &Path,
    workers: Workers,
    jobs: usize,
) -> Result<f64, Box<dyn Error>> {
    let options = Options {
        walk: Walk {
            paths: vec![archive.to_owned()],
            ..Walk::default()
        },
        output: database.to_owned(),
        setup: Setup::new(),
        shard: Shard::default(),
        jobs: NonZeroUsize::new(jobs).unwrap_or(NonZeroUsize::MIN),
        retry_errors: false,
        limits: Limits::default(),
        workers,
        command: "bench".into(),
    };
    let started = Instant::now();
    let summary = archive::run(&options, &AtomicBool::new(false), &mut Nobody)?;
    let taken = started.elapsed().as_secs_f64();
    match summary.unreadable {
        0 => Ok(taken),
        n => Err(format!("{n} files have no answer").into()),
    }
}
