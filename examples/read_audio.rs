//! Reads recordings to their end, prints what the reader says about each, and how long it took.
//!
//! `cargo run --release --example read_audio -- [--ffmpeg] [--hash] FILE...`

use std::time::Instant;

use earwitness::audio::{content_hash, open, AudioError, ReadOptions, Source};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|a| a == flag);
    let options = ReadOptions::default().with_ffmpeg(has("--ffmpeg"));
    for path in arguments.iter().filter(|a| !a.starts_with("--")) {
        let source = Source::Path(path.into());
        if let Err(error) = read(&source, &options, has("--hash")) {
            println!("{}: {error}", error.kind());
        }
    }
}

fn read(source: &Source, options: &ReadOptions, hash: bool) -> Result<(), AudioError> {
    let start = Instant::now();
    let mut reader = open(source, options)?;
    while reader.next_block()?.is_some() {}
    let summary = reader.finish();
    let elapsed = start.elapsed().as_secs_f64();
    println!("{summary:#?}\n{:?}", summary.quality.fitness());
    println!(
        "read {:.1} s in {elapsed:.4} s, {:.0} times real time",
        summary.duration_s,
        summary.duration_s / elapsed
    );
    if hash {
        let start = Instant::now();
        content_hash(source)?;
        println!("hashed in {:.4} s", start.elapsed().as_secs_f64());
    }
    Ok(())
}
