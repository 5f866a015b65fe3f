//! Rendered sound against closed forms: what a textbook says must come out.

mod clips;
mod pitch;
mod propagation;

use std::f64::consts::TAU;

use realfft::RealFftPlanner;

use super::source::{EngineKind, EngineParams, Loading, PropellerParams, Source};
use super::*;

/// A steady, noiseless Shahed-like pusher in still, dry air over soft ground that reflects nothing.
fn plain(path: Path, speed_mps: f64) -> SceneParams {
    SceneParams {
        signature: "test".into(),
        phase: Phase::Cruise,
        seed: 1,
        source: Source::Propeller {
            engine: EngineParams {
                kind: EngineKind::Combustion {
                    firings_per_rev: 1.0,
                    chambers: 3,
                },
                gear: 1.0,
                unevenness: 0.0,
                cycle_jitter: 0.0,
                timing_jitter: 0.0,
                rise_ms: 0.5,
                resonances: vec![],
                noise_db: -60.0,
                noise_hz: 1000.0,
            },
            propeller: PropellerParams {
                blades: 2,
                tip_mach: 0.6,
                loading: Loading {
                    drag_ratio: 0.2,
                    unsteady: 0.3,
                    decay: 1.5,
                    cutoff: 40.0,
                },
                unevenness: 0.0,
                unsteadiness: 0.0,
                unsteady_s: 0.1,
                noise_db: -60.0,
                noise_hz: 1000.0,
                noise_modulation: 0.0,
            },
            engine_db: -60.0,
        },
        source_db_spl: 110.0,
        flight: FlightParams {
            path,
            speed_mps,
            shaft: ShaftParams {
                cruise_rps: 100.0,
                windmill: 0.6,
                limit: 3.0,
            },
        },
        wander: ShaftWander::NONE,
        air: Air {
            temperature_c: 20.0,
            humidity_percent: 50.0,
            pressure_kpa: 101.325,
        },
        ground: Ground {
            flow_resistivity: 2e5,
            evenness: 0.0,
        },
        turbulence: Turbulence {
            structure: 0.0,
            fade_s: 1.0,
        },
        listener_m: 1.5,
        impact: Impact {
            blast_db: None,
            blast_ms: 10.0,
            rumble_s: 0.5,
        },
        ambient_db: -120.0,
    }
}

/// A level pass; `passed_s` far off makes it an approach or a retreat.
fn pass(offset_m: f64, altitude_m: f64, passed_s: f64) -> Path {
    Path::Pass(PassParams {
        offset_m,
        altitude_m,
        climb_deg: 0.0,
        passed_s,
        throttle: 1.0,
    })
}

/// As good as at rest: 5 m/s across, heard at its closest half a second into the clip.
fn still(range_m: f64) -> SceneParams {
    plain(pass(range_m, 30.0, 0.5 - range_m / 343.2), 5.0)
}

fn render(params: SceneParams, seconds: f64) -> Rendered {
    params.check().unwrap().render(seconds)
}

/// Hann-windowed power spectrum and its bin width, Hz.
fn spectrum(samples: &[f32]) -> (Vec<f64>, f64) {
    let len = samples.len();
    let mut windowed: Vec<f64> = samples
        .iter()
        .enumerate()
        .map(|(n, x)| f64::from(*x) * (0.5 - 0.5 * (TAU * n as f64 / len as f64).cos()))
        .collect();
    let plan = RealFftPlanner::<f64>::new().plan_fft_forward(len);
    let mut out = plan.make_output_vec();
    plan.process(&mut windowed, &mut out).unwrap();
    let power = out.iter().map(|x| x.norm_sqr()).collect();
    (power, RATE / len as f64)
}

/// The strongest frequency between two others, between bins by a parabola through the log power.
fn peak_hz(samples: &[f32], low: f64, high: f64) -> f64 {
    let (power, width) = spectrum(samples);
    let range = (low / width) as usize..(high / width) as usize;
    let top = range
        .max_by(|a, b| power[*a].total_cmp(&power[*b]))
        .unwrap();
    let [a, b, c] = [top - 1, top, top + 1].map(|k| power[k].ln());
    width * (top as f64 + 0.5 * (a - c) / (a - 2.0 * b + c))
}

fn power_near(samples: &[f32], hz: f64) -> f64 {
    let (power, width) = spectrum(samples);
    let at = (hz / width).round() as usize;
    power[at - 3..=at + 3].iter().sum()
}

fn rms(samples: &[f32]) -> f64 {
    (samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}
