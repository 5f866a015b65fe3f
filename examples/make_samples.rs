//! Makes the confusers in `samples/`: a multirotor, a siren and wind, rendered from a few lines of
//! arithmetic, with a truth file each; no recording goes into them. The same bytes every time.
//! `samples/make.sh` runs it, and renders the signatures.
//!
//! `cargo run --example make_samples [FOLDER]`

use std::error::Error;
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Samples per second.
const RATE: f64 = 16_000.0;
/// Length in seconds.
const DURATION_S: f64 = 10.0;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("samples"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let samples = [
        (
            "multirotor",
            multirotor(),
            "multirotor",
            "four rotors that hover: four combs between 154 and 168 Hz, each wandering by itself, in noise",
        ),
        (
            "siren",
            siren(),
            "siren",
            "a siren that wails between 400 and 1,100 Hz every four seconds",
        ),
        (
            "wind",
            wind(),
            "background",
            "wind in a microphone: low noise in gusts",
        ),
    ];
    for (name, sound, label, what) in samples {
        write(&folder.join(name).with_extension("wav"), &sound)?;
        let truth = serde_json::json!({
            "schema": "earwitness.sample/1",
            "label": label,
            "phase": null,
            "duration_s": DURATION_S,
            "sample_rate_hz": RATE,
            "what": what,
        });
        let text = serde_json::to_string_pretty(&truth)? + "\n";
        std::fs::write(folder.join(name).with_extension("json"), text)?;
    }
    Ok(())
}

/// Four rotors hover: four combs near 160 Hz, each wandering by itself as the controller works.
fn multirotor() -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut rotors = [154.0, 159.0, 163.0, 168.0].map(|hz| (hz, 0.0, Wander::new(0.3, 0.02)));
    let mut out: Vec<f64> = seconds()
        .map(|_| {
            let mut sum = 0.0;
            for (hz, phase, speed) in &mut rotors {
                *phase += *hz * (1.0 + speed.next(&mut rng)) / RATE;
                sum += comb(*phase, 30, 0.6);
            }
            sum
        })
        .collect();
    add_noise(&mut out, 0.15, &mut rng);
    out
}

/// A siren wails between 400 and 1,100 Hz every four seconds, from a horn that distorts.
fn siren() -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut phase = 0.0;
    let mut out: Vec<f64> = seconds()
        .map(|t| {
            let position = 0.5 - 0.5 * (TAU * t / 4.0).cos();
            phase += 400.0 * (1100.0_f64 / 400.0).powf(position) / RATE;
            (3.0 * (TAU * phase).sin()).tanh()
        })
        .collect();
    add_noise(&mut out, 0.05, &mut rng);
    out
}

/// Wind in a microphone: noise that falls by 6 dB per octave above 100 Hz and comes in gusts.
fn wind() -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut gust = Wander::new(0.8, 0.5);
    let mut low = 0.0;
    let mut out: Vec<f64> = seconds()
        .map(|_| {
            low += TAU * 100.0 / RATE * (noise(&mut rng) - low);
            low * (1.0 + gust.next(&mut rng)).max(0.1)
        })
        .collect();
    add_noise(&mut out, 0.02, &mut rng);
    out
}

fn seconds() -> impl Iterator<Item = f64> {
    (0..(DURATION_S * RATE) as usize).map(|n| n as f64 / RATE)
}

/// Lines at whole multiples of the fundamental whose phase, in turns, is `phase`; each weaker
/// than the one below by `ratio`.
fn comb(phase: f64, lines: i32, ratio: f64) -> f64 {
    (1..=lines)
        .map(|h| {
            // Fixed, scattered phases: without them the lines add up to a click.
            let start = 0.37 * f64::from(h * h);
            ratio.powi(h) * (TAU * (f64::from(h) * phase + start)).sin()
        })
        .sum()
}

/// A slow random walk about 0: low-passed noise.
struct Wander {
    keep: f64,
    step: f64,
    value: f64,
}

impl Wander {
    /// With time constant `seconds` and standard deviation `spread`.
    fn new(seconds: f64, spread: f64) -> Self {
        let keep = (-1.0 / (seconds * RATE)).exp();
        // Uniform noise over ±1 has the variance 1/3.
        let step = spread * (3.0 * (1.0 - keep * keep)).sqrt();
        Self {
            keep,
            step,
            value: 0.0,
        }
    }

    fn next(&mut self, rng: &mut ChaCha8Rng) -> f64 {
        self.value = self.keep * self.value + self.step * noise(rng);
        self.value
    }
}

fn noise(rng: &mut ChaCha8Rng) -> f64 {
    rng.gen_range(-1.0..1.0)
}

/// Adds white noise of `level` times the root mean square of `samples`.
fn add_noise(samples: &mut [f64], level: f64, rng: &mut ChaCha8Rng) {
    let power = samples.iter().map(|x| x * x).sum::<f64>() / samples.len() as f64;
    let height = level * (3.0 * power).sqrt();
    samples.iter_mut().for_each(|x| *x += height * noise(rng));
}

/// Writes 16-bit mono with its peak at half of full scale.
fn write(path: &Path, samples: &[f64]) -> Result<(), hound::Error> {
    let peak = samples.iter().fold(0.0_f64, |peak, x| peak.max(x.abs()));
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE as u32,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    for x in samples {
        writer.write_sample((x / peak * 16_384.0).round() as i16)?;
    }
    writer.finalize()
}
