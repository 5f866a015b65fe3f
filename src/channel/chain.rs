//! The effects in their order, drawn and applied.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::gain::fit_full_scale;
use super::{
    Agc, Band, ChannelError, Clip, Gain, Lossy, Mix, Narrowband, Noise, Pitch, Polarity, Reverb,
    Shift, ValidChainParams, Wind,
};

/// What the settings of every effect can do.
pub(super) trait EffectParams {
    /// What is drawn from them.
    type Effect;

    /// How often the effect is used, 0-1.
    fn probability(&self) -> f64;

    /// Every setting within its documented range.
    fn check(&self) -> Result<(), ChannelError>;

    /// One draw.
    fn draw(&self, rng: &mut impl Rng) -> Self::Effect;
}

/// One effect with its settings drawn.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs)] // Each name is that of the effect it holds.
pub enum Effect {
    Polarity(Polarity),
    Pitch(Pitch),
    Shift(Shift),
    Reverb(Reverb),
    Mix(Mix),
    Wind(Wind),
    Band(Band),
    Noise(Noise),
    Gain(Gain),
    Agc(Agc),
    Clip(Clip),
    Narrowband(Narrowband),
    Lossy(Lossy),
}

/// A channel drawn at random: from the source through the air and the surroundings to the
/// microphone, the recorder and the codec.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Chain {
    effects: Vec<Effect>,
}

impl Chain {
    /// Draws a chain. The same settings and seed give the same chain, and switching one effect
    /// off leaves the draws of the others as they were.
    pub fn draw(params: &ValidChainParams, seed: u64) -> Self {
        let params = params.params();
        let mut draws = Draws {
            seed,
            stream: 0,
            effects: Vec::new(),
        };
        draws.push(&params.polarity, Effect::Polarity);
        draws.push(&params.pitch, Effect::Pitch);
        draws.push(&params.shift, Effect::Shift);
        draws.push(&params.reverb, Effect::Reverb);
        draws.push(&params.mix, Effect::Mix);
        draws.push(&params.wind, Effect::Wind);
        draws.push(&params.band, Effect::Band);
        draws.push(&params.noise, Effect::Noise);
        draws.push(&params.gain, Effect::Gain);
        draws.push(&params.agc, Effect::Agc);
        draws.push(&params.clip, Effect::Clip);
        draws.push(&params.narrowband, Effect::Narrowband);
        draws.push(&params.lossy, Effect::Lossy);
        Self {
            effects: draws.effects,
        }
    }

    /// The effects in the order of their use.
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// Whether a background is mixed in, if there is one.
    pub fn mixes(&self) -> bool {
        let mut effects = self.effects.iter();
        effects.any(|effect| matches!(effect, Effect::Mix(_)))
    }

    /// Passes `samples` (16 kHz mono, full scale +-1) through the channel.
    ///
    /// The length afterwards is the length before divided by the pitch ratio, rounded down.
    /// NaN and infinite samples count as 0. The result lies within full scale: what gain and
    /// mixing make too loud is turned down, not clipped; clipping is an effect of its own.
    /// Without a `background` nothing is mixed in.
    pub fn apply(&self, samples: &mut Vec<f32>, background: Option<&[f32]>) {
        for sample in samples.iter_mut().filter(|x| !x.is_finite()) {
            *sample = 0.0;
        }
        // A float file may hold any number; the effects' sums must not overflow.
        fit_full_scale(samples);
        let recorded = self
            .effects
            .iter()
            .position(|effect| effect.is_after_recorder());
        let (before, after) = self
            .effects
            .split_at(recorded.unwrap_or(self.effects.len()));
        for effect in before {
            effect.apply(samples, background);
        }
        fit_full_scale(samples);
        for effect in after {
            effect.apply(samples, background);
        }
        // A decoder's overshoot ends at full scale.
        for sample in samples.iter_mut() {
            *sample = sample.clamp(-1.0, 1.0);
        }
    }
}

impl Effect {
    /// Works on what the recorder has already brought within full scale.
    fn is_after_recorder(&self) -> bool {
        matches!(self, Self::Clip(_) | Self::Narrowband(_) | Self::Lossy(_))
    }

    fn apply(&self, samples: &mut Vec<f32>, background: Option<&[f32]>) {
        match self {
            Self::Polarity(effect) => effect.apply(samples),
            Self::Pitch(effect) => *samples = effect.apply(samples),
            Self::Shift(effect) => effect.apply(samples),
            Self::Reverb(effect) => effect.apply(samples),
            Self::Mix(effect) => effect.apply(samples, background.unwrap_or_default()),
            Self::Wind(effect) => effect.apply(samples),
            Self::Band(effect) => effect.apply(samples),
            Self::Noise(effect) => effect.apply(samples),
            Self::Gain(effect) => effect.apply(samples),
            Self::Agc(effect) => effect.apply(samples),
            Self::Clip(effect) => effect.apply(samples),
            Self::Narrowband(effect) => effect.apply(samples),
            Self::Lossy(effect) => effect.apply(samples),
        }
    }
}

/// Collects draws, each from a random stream of its own.
struct Draws {
    seed: u64,
    stream: u64,
    effects: Vec<Effect>,
}

impl Draws {
    fn push<P: EffectParams>(&mut self, params: &Option<P>, wrap: impl Fn(P::Effect) -> Effect) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(self.stream);
        self.stream += 1;
        if let Some(params) = params {
            if rng.gen_bool(params.probability()) {
                self.effects.push(wrap(params.draw(&mut rng)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::gauss::Gauss;
    use super::super::testing::tone;
    use super::super::{augment, ChainParams, ClipParams, GainParams, Interval, MixParams};
    use super::*;

    /// The default settings with every effect in use.
    fn everything() -> ValidChainParams {
        let mut table = toml::Table::try_from(ChainParams::default()).unwrap();
        for (_, section) in table.iter_mut() {
            section
                .as_table_mut()
                .unwrap()
                .insert("probability".into(), 1.0.into());
        }
        table.try_into::<ChainParams>().unwrap().check().unwrap()
    }

    #[test]
    fn the_seed_decides_and_nothing_else() {
        let params = everything();
        let sound = Gauss::new(1).fill(8000);
        let background = Gauss::new(2).fill(5000);
        let run = |seed| augment(&sound, Some(&background), &params, seed);
        assert_eq!(run(5), run(5));
        assert_ne!(run(5), run(6));
        assert_eq!(Chain::draw(&params, 9).effects().len(), 13);
    }

    #[test]
    fn switching_an_effect_off_leaves_the_other_draws() {
        let all = Chain::draw(&everything(), 3);
        let mut fewer = everything().params().clone();
        fewer.pitch = None;
        let rest = Chain::draw(&fewer.check().unwrap(), 3);
        let expected: Vec<Effect> = all
            .effects()
            .iter()
            .filter(|e| !matches!(e, Effect::Pitch(_)))
            .cloned()
            .collect();
        assert_eq!(rest.effects(), expected);
    }

    #[test]
    fn effects_are_used_as_often_as_the_probability_says() {
        let params = ChainParams::default().check().unwrap();
        let used = (0..1000)
            .filter(|seed| Chain::draw(&params, *seed).mixes())
            .count();
        assert!(
            (550..650).contains(&used),
            "{used} of 1000 at probability 0.6"
        );
    }

    #[test]
    fn hostile_sound_comes_out_finite_and_within_full_scale() {
        let mut hostile = tone(300.0, 1e6, 4000);
        hostile[7] = f32::NAN;
        hostile[8] = f32::INFINITY;
        hostile[9] = f32::MAX;
        let sounds = [
            hostile,
            vec![],
            vec![0.0; 3000],
            vec![f32::NAN; 10],
            vec![1.0],
            vec![1e-30; 900],
        ];
        let background = [f32::NAN, 0.5, -0.5];
        for sound in &sounds {
            for seed in 0..20 {
                let params = everything();
                let ratio = Chain::draw(&params, seed)
                    .effects()
                    .iter()
                    .find_map(|e| match e {
                        Effect::Pitch(pitch) => Some(pitch.ratio),
                        _ => None,
                    });
                let output = augment(sound, Some(&background), &params, seed);
                assert_eq!(output.len(), (sound.len() as f64 / ratio.unwrap()) as usize);
                assert!(output.iter().all(|x| x.abs() <= 1.0));
            }
        }
    }

    #[test]
    fn loud_sounds_are_turned_down_and_only_clip_clips() {
        let mut params = ChainParams::none();
        params.gain = Some(GainParams {
            probability: 1.0,
            gain_db: Interval::new(12.0, 12.0),
        });
        let loud = augment(
            &tone(250.0, 0.9, 16_000),
            None,
            &params.clone().check().unwrap(),
            1,
        );
        let at_peak = |x: &[f32]| x.iter().filter(|x| x.abs() > 0.999).count();
        assert!(at_peak(&loud) < 1000);
        params.clip = Some(ClipParams {
            probability: 1.0,
            depth_db: Interval::new(6.0, 6.0),
            soft: 0.0,
        });
        let clipped = augment(&tone(250.0, 0.9, 16_000), None, &params.check().unwrap(), 1);
        let top = clipped.iter().cloned().fold(0.0, f32::max);
        assert!(clipped.iter().filter(|x| **x > 0.999 * top).count() > 3000);
    }

    #[test]
    fn nothing_is_mixed_in_without_a_background() {
        let mut params = ChainParams::none();
        params.mix = Some(MixParams {
            probability: 1.0,
            snr_db: Interval::new(0.0, 0.0),
        });
        let sound = tone(250.0, 0.5, 1000);
        assert_eq!(augment(&sound, None, &params.check().unwrap(), 1), sound);
    }
}
