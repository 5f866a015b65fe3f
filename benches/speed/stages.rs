//! What is timed inside this process.

use std::hint::black_box;

use earwitness::audio::{self, AudioError, ReadOptions, Source};
use earwitness::features::Extractor;
use earwitness::model::listen::ListenOptions;
use earwitness::model::store::Model;
use earwitness::spectrum::{hann, SHORT};
use realfft::num_complex::Complex;
use realfft::RealFftPlanner;

/// Calls `take` with every block.
fn blocks(source: &Source, mut take: impl FnMut(&[f32])) -> Result<(), AudioError> {
    let mut reader = audio::open(source, &ReadOptions::default())?;
    while let Some(block) = reader.next_block()? {
        take(block);
    }
    black_box(reader.finish());
    Ok(())
}

/// Reads to the end.
pub fn read(source: &Source) -> Result<(), AudioError> {
    blocks(source, |block| {
        black_box(block);
    })
}

/// Reads, and takes the power spectrum of every short frame, as one writes it down with realfft:
/// a yardstick that stays as it is, whatever this library does faster.
pub fn stft(source: &Source) -> Result<(), AudioError> {
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(SHORT.length);
    let window = hann(SHORT.length);
    let (mut input, mut output) = (transform.make_input_vec(), transform.make_output_vec());
    let mut scratch = transform.make_scratch_vec();
    let mut power = vec![0.0; SHORT.bins()];
    let mut pending: Vec<f32> = Vec::new();
    blocks(source, |block| {
        pending.extend_from_slice(block);
        let mut at = 0;
        while at + SHORT.length <= pending.len() {
            for ((x, s), w) in input.iter_mut().zip(&pending[at..]).zip(&window) {
                *x = s * w;
            }
            let done = transform.process_with_scratch(&mut input, &mut output, &mut scratch);
            debug_assert!(done.is_ok());
            for (p, z) in power.iter_mut().zip(&output) {
                *p = Complex::norm_sqr(z);
            }
            black_box(&power);
            at += SHORT.hop;
        }
        pending.drain(..at);
    })
}

/// Reads, and measures every segment.
pub fn features(source: &Source) -> Result<(), AudioError> {
    let mut extractor = Extractor::new();
    let mut keep = |segment| {
        black_box(segment);
    };
    blocks(source, |block| {
        extractor.push(block, &mut |_| {}, &mut keep)
    })?;
    extractor.finish(&mut keep);
    Ok(())
}

/// The whole of `classify`, but for starting the program.
pub struct Listener {
    model: Model,
    options: ListenOptions,
}

impl Listener {
    /// With the model that is built in.
    pub fn new() -> Result<Self, Box<dyn std::error::Error>> {
        let model = Model::embedded()?;
        let options = ListenOptions {
            read: ReadOptions::default(),
            prior: model.header().hierarchical_prior()?,
            prior_name: "hierarchical".to_owned(),
        };
        Ok(Self { model, options })
    }

    /// Classifies one recording.
    pub fn classify(&self, source: &Source) -> Result<(), AudioError> {
        black_box(self.model.classify(source, &self.options)?);
        Ok(())
    }
}
