//! Tracks and passes: how near the physics of `verify` comes to the truth of rendered flights, and to fundamentals read by eye.
//!
//! Nothing is trained. Scenes are those of the renderer, of seeds that were not looked at while the tracker was made, over
//! real backgrounds at 6 to 18 dB.
//!
//! **What the true fundamental is.** An aircraft sounds at multiples of several rates: of its shaft, its propeller, its
//! blades, its firings, a full cycle of its chambers, its motor's poles. Each is the fundamental of a comb that is
//! really there, and which of them stands out depends on how uneven blades and chambers are. A track is right where it
//! follows one of these rates, the same one throughout; following a multiple or a fraction of them that is none of them
//! is an octave error.

mod heard;
mod passes;
mod read_by_eye;

use super::sound;
use super::trial::{each, read_samples};
use super::EvaluateError;
use crate::channel::Interval;
use crate::dataset::Manifest;
use crate::evaluate::bootstrap::Bootstrap;
use crate::evaluate::figures::share::Share;
use crate::render::{FlightParams, Path, RenderError, Scene, SceneRanges};
use crate::signature::{Catalogue, Phase, Signature};
use crate::spectrum::{track, TrackParams};
use crate::train::corpus::{Progress, BACKGROUND};
use crate::verify::physics::{fit, AirParams};
use heard::{Follow, Heard};
pub use passes::Passes;
use passes::{Fitted, PassTruth};
pub use read_by_eye::ReadByEye;
use serde::{Deserialize, Serialize};

/// Sound over background, dB: mean squares over the whole band.
const SNR_DB: Interval = Interval::new(6.0, 18.0);
/// Clips of each signature, and their length, s.
const CLIPS: (usize, f64) = (20, 10.0);
/// Straight passes of each airframe whose closest approach is heard well within the clip, and their length, s.
const THROUGH: (usize, f64) = (60, 20.0);
/// Straight passes of each airframe whose closest approach is not heard.
const PART: usize = 30;
/// The closest approach is heard this far from the ends of the clip, s, or this far outside it.
const WITHIN_S: f64 = 4.0;
const OUTSIDE_S: f64 = 3.0;
/// Added to every seed: scenes that were never looked at.
const SEED: u64 = 0x0074_7261_636b_7300;
/// Scenes tried for each that is wanted.
const MOST_DRAWS: u64 = 2000;

/// Figures with an interval over recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// 95 % interval, bootstrap over recordings.
    pub low: f64,
    /// 95 % interval.
    pub high: f64,
}

/// What the protocol measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tracks {
    /// Rendered clips: level flight as drawn, and dives.
    pub clips: Followed,
    /// The same of clips of level flight alone.
    pub cruise: Followed,
    /// The same of dives.
    pub dives: Followed,
    /// The same of the straight passes through the closest approach.
    pub through_clips: Followed,
    /// Fits to passes through the closest approach.
    pub through: Passes,
    /// Fits to parts of passes.
    pub part: Passes,
    /// Real recordings; `None` where the manifest lists none of those that were read by eye.
    pub real: Option<ReadByEye>,
}

/// How tracks of rendered clips fare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Followed {
    /// Clips in which a comb was followed.
    pub tracked: Share,
    /// Mean share of the frames in which the aircraft is heard that the track covers.
    pub covered: Mean,
    /// Share of the track's frames within 1 % of the true rate, all clips together.
    pub within: Mean,
    /// Clips with 95 % of the track's frames within 1 %.
    pub good: Share,
    /// Clips whose track follows a multiple or fraction that is no rate of the airframe.
    pub octave_errors: Share,
    /// Share of the frames within 1 % whose 90 % interval holds the truth.
    pub interval_holds: Mean,
    /// What is followed, the most frequent first.
    pub rates: Vec<(String, usize)>,
    /// Clips with octave errors.
    pub wrong: Vec<String>,
}

/// Runs the protocol.
///
/// # Errors
/// [`EvaluateError`] if a recording of the manifest cannot be read, if it lists no backgrounds, or if a scene cannot be rendered.
pub fn tracks(manifest: &Manifest, progress: Progress) -> Result<Tracks, EvaluateError> {
    let backgrounds: Vec<&std::path::Path> = manifest
        .recordings
        .iter()
        .filter(|r| r.label == BACKGROUND)
        .map(|r| r.path.as_path())
        .collect();
    if backgrounds.is_empty() {
        return Err(EvaluateError::Nothing {
            what: "backgrounds",
        });
    }
    let catalogue = Catalogue::built_in().map_err(crate::train::error::TrainError::from)?;
    let mut clips = Vec::new();
    let mut passes = Vec::new();
    for (place, signature) in catalogue
        .iter()
        .filter(|s| s.propeller().is_some())
        .enumerate()
    {
        for (phase, _) in signature.phases() {
            clips.extend(draw_clips(signature, phase, place as u64).map_err(broken)?);
        }
        passes.extend(draw_passes(signature, place as u64).map_err(broken)?);
    }
    let over = |clip: &[f32], seed: u64| -> Result<Vec<f32>, EvaluateError> {
        let background = read_samples(backgrounds[sound::pick(seed, backgrounds.len())])?;
        Ok(sound::over(clip, &background, SNR_DB, seed)?.samples)
    };
    let air = checked_air()?;
    let followed = each(&clips, "rendered tracks", progress, |clip| {
        let rendered = clip.scene.render(clip.seconds);
        let samples = over(&rendered.samples, clip.seed)?;
        let tracks = track(&samples, track_params()?);
        Ok::<_, EvaluateError>(Follow::new(&clip.name, tracks.first(), &rendered.truth))
    })?;
    let fitted = each(&passes, "rendered passes", progress, |pass| {
        let rendered = pass.scene.render(pass.seconds);
        let samples = over(&rendered.samples, pass.seed)?;
        let tracks = track(&samples, track_params()?);
        let follow = Follow::new(&pass.name, tracks.first(), &rendered.truth);
        let found = tracks.first().and_then(|t| fit(t, &air));
        let truth = PassTruth::new(&rendered.truth, &follow);
        let fitted = truth.map(|truth| Fitted { truth, found });
        Ok::<_, EvaluateError>((pass.through, follow, fitted))
    })?;
    let of_phase = |phase: Phase| -> Vec<&Follow> {
        let all = clips.iter().zip(&followed);
        all.filter(|(c, _)| c.phase == phase)
            .map(|(_, f)| f)
            .collect()
    };
    let through: Vec<&Follow> = fitted.iter().filter(|f| f.0).map(|f| &f.1).collect();
    let fits = |wanted: bool| -> Vec<&Fitted> {
        let all = fitted.iter().filter(|f| f.0 == wanted);
        all.filter_map(|f| f.2.as_ref()).collect()
    };
    Ok(Tracks {
        clips: followed_of(&followed.iter().collect::<Vec<_>>())?,
        cruise: followed_of(&of_phase(Phase::Cruise))?,
        dives: followed_of(&of_phase(Phase::Dive))?,
        through_clips: followed_of(&through)?,
        through: Passes::of(&fits(true))?,
        part: Passes::of(&fits(false))?,
        real: read_by_eye::measure(manifest, progress)?,
    })
}

pub(super) fn track_params() -> Result<crate::spectrum::ValidTrackParams, EvaluateError> {
    TrackParams::default().check().map_err(EvaluateError::own)
}

fn checked_air() -> Result<crate::verify::physics::ValidAir, EvaluateError> {
    AirParams::default().check().map_err(EvaluateError::own)
}

fn broken(error: RenderError) -> EvaluateError {
    EvaluateError::Train(error.into())
}

/// One scene to be rendered.
struct Clip {
    name: String,
    scene: Scene,
    phase: Phase,
    seconds: f64,
    seed: u64,
    through: bool,
}

fn ranges(seconds: f64) -> Result<crate::render::ValidSceneRanges, RenderError> {
    SceneRanges {
        clip_s: seconds,
        ..SceneRanges::default()
    }
    .check()
}

fn draw_clips(signature: &Signature, phase: Phase, place: u64) -> Result<Vec<Clip>, RenderError> {
    let ranges = ranges(CLIPS.1)?;
    let first = SEED + 1000 * place + 500 * u64::from(phase == Phase::Dive);
    (0..CLIPS.0 as u64)
        .map(|n| {
            Ok(Clip {
                name: format!("{} {n}", signature.key(phase)),
                scene: Scene::draw(signature, phase, &ranges, first + n)?,
                phase,
                seconds: CLIPS.1,
                seed: first + n,
                through: false,
            })
        })
        .collect()
}

/// Level straight passes, those heard through the closest approach and those that are not.
fn draw_passes(signature: &Signature, place: u64) -> Result<Vec<Clip>, RenderError> {
    let ranges = ranges(THROUGH.1)?;
    let mut drawn = Vec::new();
    let (mut through, mut part) = (0, 0);
    for n in 0..MOST_DRAWS {
        let seed = SEED + 1_000_000 + 10_000 * place + n;
        let scene = Scene::draw(signature, Phase::Cruise, &ranges, seed)?;
        let Some(heard_s) = level_pass_heard_s(&scene) else {
            continue;
        };
        let is_through = (WITHIN_S..=THROUGH.1 - WITHIN_S).contains(&heard_s);
        let is_part = heard_s < -OUTSIDE_S || heard_s > THROUGH.1 + OUTSIDE_S;
        let wanted = is_through && through < THROUGH.0 || is_part && part < PART;
        if !wanted {
            continue;
        }
        through += usize::from(is_through);
        part += usize::from(is_part);
        drawn.push(Clip {
            name: format!("{} pass {n}", signature.id()),
            scene,
            phase: Phase::Cruise,
            seconds: THROUGH.1,
            seed,
            through: is_through,
        });
        if through >= THROUGH.0 && part >= PART {
            break;
        }
    }
    Ok(drawn)
}

/// When a level straight pass is heard at its closest; `None` for other flights.
fn level_pass_heard_s(scene: &Scene) -> Option<f64> {
    let params = scene.params();
    let FlightParams {
        path: Path::Pass(pass),
        ..
    } = &params.flight
    else {
        return None;
    };
    let distance = pass.offset_m.hypot(pass.altitude_m - params.listener_m);
    (pass.climb_deg == 0.0).then(|| pass.passed_s + distance / params.air.sound_mps())
}

fn followed_of(all: &[&Follow]) -> Result<Followed, EvaluateError> {
    let heard: Vec<&Heard> = all.iter().filter_map(|f| f.heard.as_ref()).collect();
    let mut rates: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for h in heard.iter().filter(|h| !h.is_octave_error) {
        *rates.entry(h.rate).or_default() += 1;
    }
    let mut rates: Vec<(String, usize)> =
        rates.into_iter().map(|(r, n)| (r.to_owned(), n)).collect();
    rates.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let covered: Vec<(f64, f64)> = all
        .iter()
        .filter(|f| f.audible > 0)
        .map(|f| {
            (
                f.heard.as_ref().map_or(0.0, |h| h.frames as f64),
                f.audible as f64,
            )
        })
        .collect();
    let within = heard.iter().map(|h| (h.within as f64, h.frames as f64));
    let holds = heard.iter().map(|h| (h.holds as f64, h.within as f64));
    Ok(Followed {
        tracked: Share::new(heard.len(), all.len())?,
        covered: pooled(&covered)?,
        within: pooled(&within.collect::<Vec<_>>())?,
        good: Share::of(&heard, |h| h.within as f64 >= 0.95 * h.frames as f64)?,
        octave_errors: Share::of(&heard, |h| h.is_octave_error)?,
        interval_holds: pooled(&holds.collect::<Vec<_>>())?,
        rates,
        wrong: heard
            .iter()
            .filter(|h| h.is_octave_error)
            .map(|h| format!("{} (x{:.2} of its propeller's rate)", h.name, h.ratio))
            .collect(),
    })
}

/// Hits over trials, with an interval over recordings.
fn pooled(parts: &[(f64, f64)]) -> Result<Mean, EvaluateError> {
    let of = |items: &mut dyn Iterator<Item = usize>| {
        let (hits, all) = items.fold((0.0, 0.0), |s, i| (s.0 + parts[i].0, s.1 + parts[i].1));
        (all > 0.0).then(|| hits / all)
    };
    let Some(mean) = of(&mut (0..parts.len())) else {
        return Ok(Mean {
            mean: 0.0,
            low: 0.0,
            high: 1.0,
        });
    };
    let groups: Vec<usize> = (0..parts.len()).collect();
    let interval =
        Bootstrap::default().interval(&groups, &[], |items| of(&mut items.iter().copied()))?;
    Ok(Mean {
        mean,
        low: interval.low,
        high: interval.high,
    })
}
