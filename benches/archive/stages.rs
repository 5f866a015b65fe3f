//! What the parts of the work on the recordings take by themselves, on as many threads as the archive has jobs: threads
//! that share a machine's memory and clock are slower than one alone.

use std::error::Error;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use earwitness::archive::{Listener, Setup};
use earwitness::audio::{self, AudioError, ReadOptions, Source};
use earwitness::features::Extractor;

use crate::usage::Usage;

/// The work on one recording: hashing, and from decoding on each time a part more of it.
#[derive(Clone, Copy)]
enum Stage {
    Hash,
    Decode,
    Features,
    Classify,
}

/// What was measured so far of one archive.
pub struct Stages {
    recordings: Vec<(Source, [u8; 32])>,
    threads: usize,
    listener: Listener,
    /// Processor time of each stage over all recordings, the best of all turns, s.
    best: [f64; 4],
}

impl Stages {
    /// Of these recordings.
    pub fn of(files: &[PathBuf], threads: usize) -> Result<Self, Box<dyn Error>> {
        let recording = |file: &PathBuf| {
            let source = Source::Path(file.clone());
            audio::content_hash(&source).map(|hash| (source, hash))
        };
        Ok(Self {
            recordings: files.iter().map(recording).collect::<Result<_, _>>()?,
            threads,
            listener: Setup::new().listener()?,
            best: [f64::INFINITY; 4],
        })
    }

    /// Measures each once more; how long decoding, resampling and features took by the clock, s.
    pub fn take_turn(&mut self) -> Result<f64, AudioError> {
        let mut features = 0.0;
        // Those last: they are compared with what is run next.
        for stage in [Stage::Hash, Stage::Decode, Stage::Classify, Stage::Features] {
            let (started, before) = (Instant::now(), Usage::now());
            self.all(stage)?;
            features = started.elapsed().as_secs_f64();
            let best = &mut self.best[stage as usize];
            *best = best.min(Usage::now().since(&before).own);
        }
        Ok(features)
    }

    /// Prints what was measured beside a run of the archive that took so much processor time, s.
    pub fn print(&self, all: f64) {
        let [hash, decode, features, classify] = self.best;
        let share = |seconds: f64| 100.0 * seconds / all;
        println!("  read and hash: {:.1} %", share(hash));
        println!("  decode and resample: {:.1} %", share(decode));
        println!("  features: {:.1} %", share(features - decode));
        println!(
            "  classify, fingerprint, answer: {:.1} %",
            share(classify - features)
        );
    }

    /// One stage of all recordings, shared out among the threads.
    fn all(&self, stage: Stage) -> Result<(), AudioError> {
        std::thread::scope(|scope| {
            let worker = |thread: usize| {
                let mut mine = self.recordings.iter().skip(thread).step_by(self.threads);
                scope.spawn(move || mine.try_for_each(|of| self.one(stage, of)))
            };
            let workers: Vec<_> = (0..self.threads).map(worker).collect();
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().expect("a stage does not panic"))
        })
    }

    fn one(&self, stage: Stage, recording: &(Source, [u8; 32])) -> Result<(), AudioError> {
        let (source, hash) = recording;
        match stage {
            Stage::Hash => {
                black_box(audio::content_hash(source)?);
            }
            Stage::Decode => read(source, |_| {})?,
            Stage::Features => features(source)?,
            Stage::Classify => {
                let Listener { model, options } = &self.listener;
                black_box(model.listen(source, *hash, options, &mut ())?);
            }
        }
        Ok(())
    }
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
