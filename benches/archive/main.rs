//! What `earwitness archive` reaches, and where its time goes: `cargo bench --bench archive`.
//!
//! On a machine that does other work at the same time, ratios tell and seconds don't: runs that are compared
//! take turns, and the best of each counts.

mod shared;
#[path = "../speed/sound.rs"]
#[allow(dead_code)] // Copies are made here in another way.
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

use usage::Usage;

/// Recordings of ten minutes in each archive.
const FILES: usize = 12;
/// Turns of runs that are compared.
const TURNS: usize = 3;

struct Nobody;

impl Observer for Nobody {}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let wav = folder.path().join("ten-minutes.wav");
    sound::write_wav(&wav, 16_000)?;
    let hours = FILES as f64 * f64::from(sound::MINUTES) / 60.0;
    println!(
        "{FILES} recordings of {} minutes ({hours} h)",
        sound::MINUTES
    );
    println!("\n16 kHz, 16-bit, mono WAV");
    measure(folder.path(), &wav, "wav")?;
    match sound::write_aac(folder.path()) {
        Ok(m4a) => {
            println!("\n44.1 kHz AAC in MP4");
            measure(folder.path(), &m4a, "m4a")?;
        }
        Err(reason) => println!("skipped: 44.1 kHz AAC ({reason})"),
    }
    println!("\n4,000 recordings of 2 s");
    small_files(folder.path())
}

/// An archive of copies that differ in their last bytes.
fn measure(folder: &Path, template: &Path, name: &str) -> Result<(), Box<dyn Error>> {
    let archive = folder.join(format!("{name}-archive"));
    fs::create_dir(&archive)?;
    let bytes = fs::read(template)?;
    for n in 0..FILES {
        let mut copy = bytes.clone();
        // An empty box in MP4; in WAV what stands behind the sound is passed over.
        copy.extend(b"\0\0\0\x10free");
        copy.extend((n as u64).to_be_bytes());
        fs::write(archive.join(format!("{n}.{name}")), copy)?;
    }
    let seconds = FILES as f64 * f64::from(sound::MINUTES) * 60.0;
    report(&archive, seconds, Some(template))
}

fn small_files(folder: &Path) -> Result<(), Box<dyn Error>> {
    let archive = folder.join("small-archive");
    fs::create_dir(&archive)?;
    let wav = fs::read(folder.join("ten-minutes.wav"))?;
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

fn report(archive: &Path, seconds: f64, template: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let processes = Workers::Processes(Launcher {
        program: PathBuf::from(env!("CARGO_BIN_EXE_earwitness")),
        arguments: vec!["archive-worker".into()],
    });
    let kinds = [
        ("processes, 1 job ", processes.clone(), 1),
        ("processes, 2 jobs", processes, 2),
        ("threads, 2 jobs  ", Workers::Threads, 2),
    ];
    let mut best = vec![f64::INFINITY; kinds.len()];
    let mut usage = Usage::default();
    let mut sharing = 0.0;
    for _ in 0..TURNS {
        for (n, (_, workers, jobs)) in kinds.iter().enumerate() {
            let before = Usage::now();
            let folder = tempfile::tempdir()?;
            let database = folder.path().join("r.sqlite");
            let taken = run(archive, &database, workers.clone(), *jobs)?;
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
    if let Some(template) = template {
        stages::print(template, FILES as f64, all)?;
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
