//! A track beside the truth of its scene.

use crate::render::{EngineKind, Source, Truth};
use crate::spectrum::{track_hop_s, Track, TrackPoint};

/// A track is at a rate if its median is as near as this, share.
const AT_RATE: f64 = 0.02;
/// A frame is right within this, share.
const RIGHT: f64 = 0.01;

/// One clip.
pub(super) struct Follow {
    /// Frames in which the aircraft is heard.
    pub(super) audible: usize,
    /// Its strongest track.
    pub(super) heard: Option<Heard>,
}

/// A track and how right it is.
pub(super) struct Heard {
    pub(super) name: String,
    /// The nearest of the airframe's rates.
    pub(super) rate: &'static str,
    /// The fundamental over the rate of the propeller, as heard: median.
    pub(super) ratio: f64,
    pub(super) is_octave_error: bool,
    /// Frames of the track while the aircraft is heard.
    pub(super) frames: usize,
    /// Those within 1 % of the rate.
    pub(super) within: usize,
    /// Those of them whose interval holds it.
    pub(super) holds: usize,
}

impl Follow {
    pub(super) fn new(name: &str, track: Option<&Track>, truth: &Truth) -> Self {
        let frames = (truth.duration_s / track_hop_s()) as usize;
        let audible = (0..frames)
            .filter(|n| propeller_hz(truth, *n as f64 * track_hop_s()).is_some())
            .count();
        Self {
            audible,
            heard: track.and_then(|t| Heard::new(name, t, truth)),
        }
    }
}

impl Heard {
    fn new(name: &str, track: &Track, truth: &Truth) -> Option<Self> {
        let points: Vec<(f64, &TrackPoint)> = track
            .points
            .iter()
            .filter_map(|p| Some((propeller_hz(truth, p.time_s)?, p)))
            .collect();
        let mut ratios: Vec<f64> = points.iter().map(|(hz, p)| p.f0_hz / hz).collect();
        ratios.sort_by(f64::total_cmp);
        let ratio = *ratios.get(ratios.len() / 2)?;
        let off = |rate: f64| (ratio / rate - 1.0).abs();
        let (rate, per_turn) = rates(truth)
            .into_iter()
            .min_by(|a, b| off(a.1).total_cmp(&off(b.1)))?;
        let is_right =
            |(hz, p): &&(f64, &TrackPoint)| (p.f0_hz / (hz * per_turn) - 1.0).abs() <= RIGHT;
        let right: Vec<&(f64, &TrackPoint)> = points.iter().filter(is_right).collect();
        let holds = right
            .iter()
            .filter(|(hz, p)| (p.low_hz..=p.high_hz).contains(&(hz * per_turn)));
        Some(Self {
            name: name.to_owned(),
            rate,
            ratio,
            is_octave_error: off(per_turn) > AT_RATE,
            frames: points.len(),
            within: right.len(),
            holds: holds.count(),
        })
    }
}

/// The airframe's rates, per turn of the propeller.
fn rates(truth: &Truth) -> Vec<(&'static str, f64)> {
    let Source::Propeller {
        engine, propeller, ..
    } = &truth.scene.source
    else {
        return Vec::new();
    };
    let gear = engine.gear;
    let mut all = vec![
        ("blade-pass", f64::from(propeller.blades)),
        ("propeller", 1.0),
    ];
    if (gear - 1.0).abs() > 1e-6 {
        all.push(("shaft", gear));
    }
    match engine.kind {
        EngineKind::Combustion {
            firings_per_rev,
            chambers,
        } => {
            all.push(("firing", firings_per_rev * gear));
            all.push((
                "chamber cycle",
                firings_per_rev * gear / f64::from(chambers),
            ));
        }
        EngineKind::Electric { pole_pairs, .. } => {
            all.push(("electrical", f64::from(pole_pairs) * gear));
        }
    }
    all
}

/// Rate of the propeller as heard, Hz; `None` outside the clip and after an impact.
pub(super) fn propeller_hz(truth: &Truth, time_s: f64) -> Option<f64> {
    let step = truth.track.get(1)?.time_s - truth.track[0].time_s;
    let at = time_s / step;
    let k = at as usize;
    let hz = |n: usize| {
        let instant = truth.track.get(n)?;
        instant.phase?;
        Some(instant.propeller_rpm / 60.0 * instant.doppler)
    };
    let (a, b) = (hz(k)?, hz(k + 1)?);
    Some(a + (at - k as f64) * (b - a))
}
