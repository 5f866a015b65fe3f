//! What the parts of the work on one recording take by themselves, on one thread.

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use earwitness::archive::Setup;
use earwitness::audio::{self, AudioError, ReadOptions, Source};
use earwitness::features::Extractor;

/// Turns; the best of each stage counts.
const TURNS: usize = 5;

/// Prints each stage's share of `all`, the processor time of a run over `files` such recordings.
pub fn print(path: &Path, files: f64, all: f64) -> Result<(), Box<dyn Error>> {
    let source = Source::Path(path.to_owned());
    let listener = Setup::new().listener()?;
    let hash = audio::content_hash(&source)?;
    let mut best = [f64::INFINITY; 4];
    for _ in 0..TURNS {
        let stages: [&dyn Fn() -> Result<(), AudioError>; 4] = [
            &|| {
                black_box(audio::content_hash(&source)?);
                Ok(())
            },
            &|| read(&source, |_| {}),
            &|| features(&source),
            &|| {
                let listened = listener
                    .model
                    .listen(&source, hash, &listener.options, &mut |_| ());
                listened.map(|l| drop(black_box(l)))
            },
        ];
        for (best, stage) in best.iter_mut().zip(stages) {
            let started = Instant::now();
            stage()?;
            *best = best.min(started.elapsed().as_secs_f64());
        }
    }
    let [hash, decode, features, classify] = best;
    let share = |seconds: f64| 100.0 * files * seconds / all;
    println!("  read and hash: {:.1} %", share(hash));
    println!("  decode and resample: {:.1} %", share(decode));
    println!("  features: {:.1} %", share(features - decode));
    println!(
        "  classify, fingerprint, answer: {:.1} %",
        share(classify - features)
    );
    println!(
        "  all of it reaches {:.0} % of what decoding, resampling and features summed reach",
        share(features)
    );
    Ok(())
}

fn read(source: &Source, mut take: impl FnMut(&[f32])) -> Result<(), AudioError> {
    let mut reader = audio::open(source, &ReadOptions::default())?;
    while let Some(block) = reader.next_block()? {
        take(black_box(block));
    }
    black_box(reader.finish());
    Ok(())
}

fn features(source: &Source) -> Result<(), AudioError> {
    let mut extractor = Extractor::new();
    let mut keep = |segment| drop(black_box(segment));
    read(source, |block| {
        extractor.push(block, &mut |_| {}, &mut keep)
    })?;
    extractor.finish(&mut |segment| drop(black_box(segment)));
    Ok(())
}
