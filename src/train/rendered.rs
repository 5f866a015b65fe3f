//! Rendered recordings: the clips that training makes from signatures, beside what was recorded.

use super::corpus::BACKGROUND;
use super::error::TrainError;
use super::recipe;
use super::rendered_truth::{dive_is_heard, unheard_s};
use crate::channel::{ChainParams, Interval, MixParams};
use crate::dataset::Span;
use crate::render::{RenderError, Scene, SceneRanges, ValidSceneRanges};
use crate::signature::{Catalogue, Phase};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// What is rendered for training, and how much it weighs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenderedSettings {
    /// Clips of each signature (an airframe in a phase), 1 to 5000.
    pub clips: usize,
    /// How many of these the learners of labels hear; all if left out. The second look at military airframes, what tells
    /// phases apart, and calibration hear all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learners_hear: Option<usize>,
    /// Length of a clip, s; 2 to 60.
    pub seconds: Interval,
    /// How far the aircraft stands above the background that it is mixed with, dB; -10 to 40.
    pub snr_db: Interval,
    /// What the clips of a label weigh in all where its real recordings weigh 1; 0 to 10.
    pub weight: f64,
    /// What the clips of a label without real recordings weigh in all where a label with recordings weighs 1;
    /// above 0, to 10.
    pub label_weight: f64,
    /// Share by which every presumed range is widened, with other air, ground and microphone heights; 0 (the ranges as they
    /// are presumed) to 1.
    #[serde(default, skip_serializing_if = "recipe::is_nothing")]
    pub widened: f64,
}

impl RenderedSettings {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A sentence that names the setting and its range.
    pub fn check(&self) -> Result<(), String> {
        let fault = |what: &str, range: &str| Err(format!("rendered.{what} must be {range}"));
        let within = |i: Interval, low: f64, high: f64| {
            low <= i.low() && i.low() <= i.high() && i.high() <= high
        };
        if !(1..=5000).contains(&self.clips) {
            return fault("clips", "1 to 5000");
        }
        if self
            .learners_hear
            .is_some_and(|n| !(1..=self.clips).contains(&n))
        {
            return fault("learners_hear", "1 to rendered.clips");
        }
        if !within(self.seconds, 2.0, 60.0) {
            return fault("seconds", "an interval within 2 to 60");
        }
        if !within(self.snr_db, -10.0, 40.0) {
            return fault("snr_db", "an interval within -10 to 40");
        }
        if !(0.0..=10.0).contains(&self.weight) {
            return fault("weight", "0 to 10");
        }
        if !(0.001..=10.0).contains(&self.label_weight) {
            return fault("label_weight", "0.001 to 10");
        }
        if !(0.0..=1.0).contains(&self.widened) {
            return fault("widened", "0 to 1");
        }
        Ok(())
    }

    /// The channel of rendered sound: that of any copy, but always over a background, and without changes
    /// of pitch, as the clips differ in pitch already.
    pub fn channel(&self, copies: &ChainParams) -> ChainParams {
        ChainParams {
            pitch: None,
            mix: Some(MixParams {
                probability: 1.0,
                snr_db: self.snr_db,
            }),
            ..copies.clone()
        }
    }
}

/// How much wider the presumed ranges of shifted test clips are: by a quarter.
pub const SHIFT: f64 = 0.25;

/// One clip to be rendered.
#[derive(Debug, Clone)]
pub struct RenderedClip {
    /// The label that it stands for.
    pub label: String,
    /// `cruise` or `dive`.
    pub phase: String,
    /// Length, s.
    pub seconds: f64,
    /// Which clip of its signature it is.
    number: usize,
    scene: Scene,
    /// The highest blade-pass frequency of the airframe in level flight as it can be heard, Hz.
    cruise_to_hz: Option<f64>,
}

impl RenderedClip {
    /// What reports call it.
    pub fn name(&self) -> String {
        format!("rendered {}/{} {}", self.label, self.phase, self.number)
    }

    /// The sound in the air, 16 kHz mono.
    pub fn render(&self) -> Vec<f32> {
        self.scene.render(self.seconds).samples
    }

    /// Presumed sound pressure level of the source, dB re 20 uPa at 1 m.
    pub fn source_db_spl(&self) -> f64 {
        self.scene.params().source_db_spl
    }

    /// Whether the sound tells the phase: level flight always, a dive if its comb climbs or stands above all level
    /// flight of the airframe.
    pub fn phase_is_heard(&self) -> bool {
        self.phase != Phase::Dive.name()
            || dive_is_heard(&self.scene.track(self.seconds), self.cruise_to_hz)
    }

    /// What is heard when: the label with its phase, without one where the sound does not tell; and
    /// [`BACKGROUND`] where the aircraft has hit the ground or is far away.
    pub fn spans(&self) -> Vec<Span> {
        let told = self.phase_is_heard();
        let flying = self.scene.phases(self.seconds).into_iter();
        let flying = flying.filter(|span| span.phase.is_some());
        let flying = flying.map(|span| Span {
            start_s: span.start_s,
            end_s: span.end_s,
            label: self.label.clone(),
            phase: span.phase.filter(|_| told).map(|p| p.name().to_owned()),
        });
        let unheard = unheard_s(&self.scene.track(self.seconds)).into_iter();
        let unheard = unheard.map(|(start_s, end_s)| Span {
            start_s,
            end_s,
            label: BACKGROUND.into(),
            phase: None,
        });
        flying.chain(unheard).collect()
    }
}

/// Who draws a scene from ranges and a seed.
type Draw<'a> = Box<dyn Fn(&ValidSceneRanges, u64) -> Result<Scene, RenderError> + 'a>;

/// The clips that training hears: `settings.clips` of each signature that flies, and of jets.
///
/// # Errors
/// [`TrainError`] if the catalogue or a scene cannot be used.
pub(super) fn clips(
    settings: &RenderedSettings,
    seed: u64,
) -> Result<Vec<RenderedClip>, TrainError> {
    draw(settings, settings.clips, seed, ranges(settings.widened))
}

/// Clips to test on: `clips` of each signature, of other seeds than training draws; `shifted` with each presumed range
/// a quarter wider and other air, ground and microphone heights.
///
/// # Errors
/// [`TrainError`] if the catalogue or a scene cannot be used.
pub fn test_clips(
    settings: &RenderedSettings,
    clips: usize,
    seed: u64,
    shifted: bool,
) -> Result<Vec<RenderedClip>, TrainError> {
    draw(
        settings,
        clips,
        !seed,
        ranges(if shifted { SHIFT } else { 0.0 }),
    )
}

fn ranges(widened: f64) -> SceneRanges {
    match widened > 0.0 {
        true => SceneRanges::widened(widened),
        false => SceneRanges::default(),
    }
}

/// One signature and phase after the other; as the clips are dealt to the folds in turn, each fold holds as many of each.
fn draw(
    settings: &RenderedSettings,
    clips: usize,
    seed: u64,
    ranges: SceneRanges,
) -> Result<Vec<RenderedClip>, TrainError> {
    let catalogue = Catalogue::built_in()?;
    let mut sources: Vec<(String, Phase, Option<f64>, Draw)> = Vec::new();
    for signature in catalogue.iter().filter(|s| s.propeller().is_some()) {
        let cruise = signature.lines(Phase::Cruise);
        let cruise_to_hz = cruise.map(|lines| lines.blade_pass.heard.high);
        for (phase, _) in signature.phases() {
            sources.push((
                signature.label().to_owned(),
                phase,
                cruise_to_hz,
                Box::new(move |ranges, seed| Scene::draw(signature, phase, ranges, seed)),
            ));
        }
    }
    sources.push(("jet".into(), Phase::Cruise, None, Box::new(Scene::draw_jet)));
    let mut drawn = Vec::new();
    for (place, (label, phase, cruise_to_hz, scene)) in sources.iter().enumerate() {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(place as u64);
        for number in 0..clips {
            let (low, high) = (settings.seconds.low(), settings.seconds.high());
            let seconds = low + (high - low) * rng.gen::<f64>();
            let ranges = SceneRanges {
                clip_s: seconds,
                ..ranges.clone()
            };
            drawn.push(RenderedClip {
                label: label.clone(),
                phase: phase.name().to_owned(),
                seconds,
                number,
                scene: scene(&ranges.check()?, rng.gen())?,
                cruise_to_hz: *cruise_to_hz,
            });
        }
    }
    Ok(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> RenderedSettings {
        RenderedSettings {
            clips: 2,
            learners_hear: None,
            seconds: Interval::new(2.0, 3.0),
            snr_db: Interval::new(0.0, 18.0),
            weight: 0.3,
            label_weight: 0.3,
            widened: 0.0,
        }
    }

    #[test]
    fn every_signature_that_flies_is_rendered_in_each_of_its_phases() {
        let clips = clips(&settings(), 1).unwrap();
        let of = |label: &str, phase: &str| {
            let own = clips
                .iter()
                .filter(|c| c.label == label && c.phase == phase);
            own.count()
        };
        assert_eq!((of("harop", "cruise"), of("harop", "dive")), (2, 2));
        assert_eq!(
            (of("hermes-450", "cruise"), of("hermes-450", "dive")),
            (2, 0)
        );
        assert_eq!((of("jet", "cruise"), of("impulse", "cruise")), (2, 0));
        let clip = &clips[0];
        assert!((clip.render().len() as f64 / 16_000.0 - clip.seconds).abs() < 0.01);
    }

    #[test]
    fn test_clips_are_others_and_shifted_ones_others_again() {
        let scenes =
            |clips: Vec<RenderedClip>| clips.into_iter().map(|c| c.scene).collect::<Vec<_>>();
        let learnt = scenes(clips(&settings(), 1).unwrap());
        let tested = scenes(test_clips(&settings(), 2, 1, false).unwrap());
        let shifted = scenes(test_clips(&settings(), 2, 1, true).unwrap());
        assert!(tested.iter().all(|scene| !learnt.contains(scene)));
        assert!(shifted.iter().all(|scene| !tested.contains(scene)));
    }

    #[test]
    fn clips_of_widened_ranges_are_learnt_from_other_seeds_than_shifted_ones_are_tested_on() {
        let widened = RenderedSettings {
            widened: SHIFT,
            ..settings()
        };
        let scenes =
            |clips: Vec<RenderedClip>| clips.into_iter().map(|c| c.scene).collect::<Vec<_>>();
        let as_presumed = scenes(clips(&settings(), 1).unwrap());
        let learnt = scenes(clips(&widened, 1).unwrap());
        let tested = scenes(test_clips(&widened, 2, 1, true).unwrap());
        assert!(learnt.iter().all(|scene| !tested.contains(scene)));
        assert!(learnt.iter().all(|scene| !as_presumed.contains(scene)));
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let mut wrong = settings();
        wrong.seconds = Interval::new(1.0, 3.0);
        assert!(wrong.check().unwrap_err().contains("rendered.seconds"));
        let more = Some(3);
        let wrong = RenderedSettings {
            learners_hear: more,
            ..settings()
        };
        assert!(wrong.check().unwrap_err().contains("learners_hear"));
        assert!(settings().check().is_ok());
    }

    #[test]
    fn rendered_sound_keeps_its_pitch_and_always_has_a_background() {
        let channel = settings().channel(&ChainParams::default());
        assert!(channel.pitch.is_none());
        assert_eq!(channel.mix.unwrap().probability, 1.0);
        assert_eq!(channel.lossy, ChainParams::default().lossy);
    }
}
