//! How many times faster than real time: `cargo bench`.
//!
//! Each stage is timed on one thread, several times over, on ten minutes of generated sound; the
//! floor, reading and one short-time Fourier transform, is what any method must pay, so that the
//! ratio to it means the same on every machine. `cargo bench -- NAME` runs only stages whose
//! name holds NAME.

mod program;
mod sound;
mod stages;
mod timing;

use std::error::Error;
use std::path::Path;

use earwitness::audio::Source;

use sound::MINUTES;
use timing::{Bench, SECONDS};

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = std::env::args().skip(1).find(|a| !a.starts_with('-'));
    let mut bench = Bench::new(wanted);
    let folder = tempfile::tempdir()?;
    let wav = folder.path().join("ten-minutes.wav");
    sound::write_wav(&wav, 16_000)?;
    println!("{MINUTES} minutes of 16 kHz, 16-bit, mono WAV; one thread; median of several runs");
    time_stages(&mut bench, &Source::Path(wav.clone()))?;
    time_aac(&mut bench, folder.path())?;
    time_program(&mut bench, folder.path(), &wav)
}

fn time_stages(bench: &mut Bench, source: &Source) -> Result<(), Box<dyn Error>> {
    bench.time("read", || stages::read(source))?;
    let floor = bench.time("read + one STFT 1024/256 (the floor)", || {
        stages::stft(source)
    })?;
    bench.time_against("features", floor, || stages::features(source))?;
    match stages::Listener::new() {
        Ok(listener) => {
            bench.time_against("classify", floor, || listener.classify(source))?;
        }
        Err(reason) => println!("skipped: classify ({reason})"),
    }
    Ok(())
}

/// As it comes out of a phone.
fn time_aac(bench: &mut Bench, folder: &Path) -> Result<(), Box<dyn Error>> {
    let m4a = match sound::write_aac(folder) {
        Ok(path) => Source::Path(path),
        Err(reason) => {
            println!("skipped: 44.1 kHz AAC ({reason})");
            return Ok(());
        }
    };
    bench.time("read 44.1 kHz AAC", || stages::read(&m4a))?;
    bench.time("features of 44.1 kHz AAC", || stages::features(&m4a))?;
    if let Ok(listener) = stages::Listener::new() {
        bench.time("classify 44.1 kHz AAC", || listener.classify(&m4a))?;
    }
    Ok(())
}

/// The program itself, as a process of its own.
fn time_program(bench: &mut Bench, folder: &Path, wav: &Path) -> Result<(), Box<dyn Error>> {
    if let Err(reason) = stages::Listener::new() {
        println!("skipped: the program ({reason})");
        return Ok(());
    }
    let copies = sound::copies(wav, folder, 8)?;
    let one = bench.time("program, 8 files, --jobs 1", || {
        program::classify(&copies, 1)
    })?;
    let two = bench.time("program, 8 files, --jobs 2", || {
        program::classify(&copies, 2)
    })?;
    if let (Some(one), Some(two)) = (one, two) {
        println!("two jobs are {:.2} times as fast as one", one / two);
        println!(
            "({:.0} times real time over all files)",
            8.0 * SECONDS / two
        );
    }
    match program::peak_memory_mb(wav)? {
        Some(mb) => println!("peak memory of classify: {mb:.1} MB"),
        None => println!("skipped: peak memory (this system has no /proc)"),
    }
    Ok(())
}
