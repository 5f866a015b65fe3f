//! What the nearest reference sounds like.
//!
//! No recording that was learnt from can be shipped, so the reference is rendered from the airframe's published figures: of
//! several flights the one whose pitch moves most like what was heard. It shows what the figures predict; that it looks alike
//! proves nothing.

use super::evidence::Evidence;
use super::physics::{Implied, Range, Verdict};
use crate::channel::{ambient_noise, Chain, ChainParams};
use crate::render::{RenderError, Scene, SceneRanges};
use crate::signature::{Catalogue, Phase, Signature};

/// Length of the reference, s.
pub const REFERENCE_S: f64 = 6.0;
/// Flights that are drawn.
const DRAWN: u64 = 24;
/// The noise that the reference is heard over, dB below it: that of a good recording.
const SNR_DB: f64 = 15.0;

/// A rendered reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// The airframe.
    pub airframe: String,
    /// What the classifier calls it.
    pub label: String,
    /// The phase.
    pub phase: Phase,
    /// 16 kHz mono.
    pub samples: Vec<f32>,
    /// Shaft rate that was rendered, rpm, where the lines gave one.
    pub shaft_rpm: Option<f64>,
}

/// The reference for the likeliest airframe in the phase that is heard; `None` where no airframe is likely, or none of it has
/// a propeller.
///
/// # Errors
/// [`RenderError`] where a user's sheet is beyond what can be rendered.
pub fn nearest(catalogue: &Catalogue, evidence: &Evidence) -> Result<Option<Nearest>, RenderError> {
    let Some((signature, phase)) = likeliest(catalogue, evidence) else {
        return Ok(None);
    };
    let comb = evidence.physics.combs.first();
    let candidate = evidence
        .physics
        .candidates
        .iter()
        .find(|c| c.airframe == signature.id() && c.phase == phase);
    let fits = |i: &&Implied| i.verdict == Verdict::Consistent;
    let implied = candidate.and_then(|c| c.implied.iter().find(fits));
    let published = signature.shaft_rate(phase);
    let shaft_rpm = implied.zip(published).map(|(implied, published)| {
        let Range { low, high } = implied.shaft_rpm;
        (0.5 * (low + high)).clamp(60.0 * published.low, 60.0 * published.high)
    });
    let mut ranges = SceneRanges {
        clip_s: REFERENCE_S,
        ..SceneRanges::default()
    };
    ranges.fixed.rpm = shaft_rpm.filter(|_| phase == Phase::Cruise);
    let ranges = ranges.check()?;
    let change = comb.map_or(1.0, |c| c.range_hz.high / c.range_hz.low);
    let mut best: Option<(f64, Scene)> = None;
    for seed in 0..DRAWN {
        let scene = Scene::draw(signature, phase, &ranges, seed)?;
        let off = (swing(&scene) / change).ln().abs();
        if best.as_ref().is_none_or(|(least, _)| off < *least) {
            best = Some((off, scene));
        }
    }
    Ok(best.map(|(_, scene)| {
        let mut samples = scene.render(REFERENCE_S).samples;
        overheard(&mut samples);
        Nearest {
            airframe: signature.id().to_owned(),
            label: signature.label().to_owned(),
            phase,
            samples,
            shaft_rpm: ranges.ranges().fixed.rpm,
        }
    }))
}

/// The likeliest label of a sheet that flies.
fn likeliest<'a>(catalogue: &'a Catalogue, evidence: &Evidence) -> Option<(&'a Signature, Phase)> {
    let heard = &evidence.heard;
    let ranked = heard.ranked();
    let own = |label: &str| {
        let mut all = catalogue.iter();
        all.find(|s| s.label() == label && s.propeller().is_some())
    };
    let (label, _) = ranked.first()?;
    let possible = heard.prediction_set.iter().map(String::as_str);
    let signature = std::iter::once(*label).chain(possible).find_map(own)?;
    let dives = heard
        .phase_probabilities
        .as_ref()?
        .get(Phase::Dive.name())?;
    let phase = match *dives > 0.5 && signature.phase(Phase::Dive).is_some() {
        true => Phase::Dive,
        false => Phase::Cruise,
    };
    Some((signature, phase))
}

/// Highest over lowest pitch of a flight.
fn swing(scene: &Scene) -> f64 {
    let heard = scene.track(REFERENCE_S).into_iter();
    let pitches = heard.filter_map(|i| i.blade_pass_hz);
    let (low, high) = pitches.fold((f64::INFINITY, 0.0f64), |(l, h), p| (l.min(p), h.max(p)));
    if low.is_finite() {
        high / low
    } else {
        1.0
    }
}

/// As a phone would have recorded it, over a quiet surrounding.
fn overheard(samples: &mut Vec<f32>) {
    if let Ok(params) = ChainParams::phone(Some(SNR_DB)) {
        let noise = ambient_noise(samples.len(), 0);
        Chain::draw(&params, 0).apply(samples, Some(&noise));
    }
}
