//! How many times faster than real time: `cargo bench`.
//!
//! Each stage is timed on one thread, several times over, on ten minutes of generated sound; the
//! floor, reading and one short-time Fourier transform, is what any method must pay, so that the
//! ratio to it means the same on every machine. `cargo bench -- NAME` runs only stages whose
//! name holds NAME.

mod peers;
mod program;
mod sound;
mod stages;
mod timing;

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use earwitness::audio::Source;

use sound::MINUTES;
use timing::{Bench, Times, SECONDS};

const FLOOR: &str = "read + one STFT 1024/256 (the floor)";
const CLASSIFY: &str = "classify";

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = std::env::args().skip(1).find(|a| !a.starts_with('-'));
    let folder = tempfile::tempdir()?;
    let wav = folder.path().join("ten-minutes.wav");
    sound::write_wav(&wav, 16_000)?;
    println!(
        "{MINUTES} minutes of 16 kHz, 16-bit, mono WAV; one thread; stages in turn, best processor time of each"
    );
    let times = time_stages(wanted.clone(), folder.path(), &wav)?;
    compare_with_librosa(&times, &wav);
    time_program(wanted, folder.path(), &wav)
}

fn time_stages(wanted: Option<String>, folder: &Path, wav: &Path) -> Result<Times, Box<dyn Error>> {
    let source = Source::Path(wav.to_owned());
    let m4a = sound::write_aac(folder).map(Source::Path);
    let listener = stages::Listener::new();
    let mut bench = Bench::of_this_thread(wanted);
    bench.add("read", || stages::read(&source));
    bench.add(FLOOR, || stages::stft(&source));
    bench.add("features", || stages::features(&source));
    match &listener {
        Ok(listener) => bench.add(CLASSIFY, || listener.classify(&source)),
        Err(reason) => println!("skipped: classify ({reason})"),
    }
    match &m4a {
        Ok(m4a) => {
            bench.add("read 44.1 kHz AAC", || stages::read(m4a));
            if let Ok(listener) = &listener {
                bench.add("classify 44.1 kHz AAC", || listener.classify(m4a));
            }
        }
        Err(reason) => println!("skipped: 44.1 kHz AAC, as it comes out of a phone ({reason})"),
    }
    bench.run(FLOOR)
}

fn compare_with_librosa(times: &Times, wav: &Path) {
    let Some(classify) = times.of(CLASSIFY) else {
        return;
    };
    match peers::librosa_s(wav, 7) {
        Ok(seconds) => {
            timing::print("librosa: load + log-mel + MFCC", seconds, times.of(FLOOR));
            println!(
                "(classify takes {:.2} times as long as that)",
                classify / seconds
            );
        }
        Err(reason) => println!("skipped: librosa ({reason})"),
    }
}

/// The program itself, as a process of its own.
fn time_program(wanted: Option<String>, folder: &Path, wav: &Path) -> Result<(), Box<dyn Error>> {
    const ONE: &str = "program, 8 files, --jobs 1";
    const TWO: &str = "program, 8 files, --jobs 2";
    if let Err(reason) = stages::Listener::new() {
        println!("skipped: the program ({reason})");
        return Ok(());
    }
    let copies = sound::copies(wav, folder, 8)?;
    let mut bench = Bench::by_the_wall(wanted);
    bench.add(ONE, || program::classify(&copies, 1));
    bench.add(TWO, || program::classify(&copies, 2));
    let times = bench.run(FLOOR)?;
    if let (Some(one), Some(two)) = (times.of(ONE), times.of(TWO)) {
        println!("two jobs are {:.2} times as fast as one", one / two);
        println!(
            "({:.0} times real time over all files)",
            8.0 * SECONDS / two
        );
    }
    time_report(folder)?;
    match program::peak_memory_mb(wav)? {
        Some(mb) => println!("peak memory of classify: {mb:.1} MB"),
        None => println!("skipped: peak memory (this system has no /proc)"),
    }
    Ok(())
}

/// The whole report on a recording as long as most eyewitness videos, pictures and page included.
fn time_report(folder: &Path) -> Result<(), Box<dyn Error>> {
    const LENGTH_S: u32 = 30;
    const READINGS: usize = 5;
    let clip = folder.join("clip.wav");
    sound::write_seconds(&clip, 44_100, LENGTH_S)?;
    let mut best = f64::INFINITY;
    for _ in 0..READINGS {
        let started = Instant::now();
        program::verify(&clip, folder)?;
        best = best.min(started.elapsed().as_secs_f64());
    }
    println!(
        "the whole report on {LENGTH_S} s of sound: {best:.2} s, {:.0} times real time",
        f64::from(LENGTH_S) / best
    );
    Ok(())
}
