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

/// The work on one recording, each time a part more of it.
const STAGES: usize = 4;

/// What was measured so far of one archive.
pub struct Stages {
    recordings: Vec<(Source, [u8; 32])>,
    threads: usize,
    listener: Listener,
    /// The best of all turns over all recordings.
    best: [Taken; STAGES],
}

/// By the clock and of the processors, s.
#[derive(Clone, Copy)]
struct Taken {
    clock: f64,
    processor: f64,
}

impl Stages {
    /// Of these recordings.
    pub fn of(files: &[PathBuf], threads: usize) -> Result<Self, Box<dyn Error>> {
        let recording = |file: &PathBuf| {
            let source = Source::Path(file.clone());
            audio::content_hash(&source).map(|hash| (source, hash))
        };
        let never = Taken {
            clock: f64::INFINITY,
            processor: f64::INFINITY,
        };
        Ok(Self {
            recordings: files.iter().map(recording).collect::<Result<_, _>>()?,
            threads,
            listener: Setup::new().listener()?,
            best: [never; STAGES],
        })
    }

    /// Measures each once more.
    pub fn take_turn(&mut self) -> Result<(), AudioError> {
        for stage in 0..STAGES {
            let (started, before) = (Instant::now(), Usage::now());
            self.all(stage)?;
            let clock = started.elapsed().as_secs_f64();
            let processor = Usage::now().since(&before).own;
            let best = &mut self.best[stage];
            best.clock = best.clock.min(clock);
            best.processor = best.processor.min(processor);
        }
        Ok(())
    }

    /// Prints what was measured beside a run of the archive that took so many seconds by the clock and of the processors.
    pub fn print(&self, clock: f64, processor: f64) {
        let [hash, decode, features, classify] = self.best.map(|taken| taken.processor);
        let share = |seconds: f64| 100.0 * seconds / processor;
        println!("  read and hash: {:.1} %", share(hash));
        println!("  decode and resample: {:.1} %", share(decode));
        println!("  features: {:.1} %", share(features - decode));
        println!(
            "  classify, fingerprint, answer: {:.1} %",
            share(classify - features)
        );
        println!(
            "  all of it reaches {:.1} % of what decoding, resampling and features summed reach on {} threads ({:.1} % by processor time)",
            100.0 * self.best[2].clock / clock,
            self.threads,
            share(features),
        );
    }

    /// One stage of all recordings, shared out among the threads.
    fn all(&self, stage: usize) -> Result<(), AudioError> {
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

    fn one(&self, stage: usize, recording: &(Source, [u8; 32])) -> Result<(), AudioError> {
        let (source, hash) = recording;
        match stage {
            0 => {
                black_box(audio::content_hash(source)?);
            }
            1 => read(source, |_| {})?,
            2 => features(source)?,
            _ => {
                let Listener { model, options } = &self.listener;
                black_box(model.listen(source, *hash, options, &mut |_| ())?);
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
