//! The recipe of a channel: which effects, how often, how strong.

use serde::{Deserialize, Serialize};

use super::chain::EffectParams;
use super::{
    AgcParams, BandParams, ChannelError, ClipParams, GainParams, LossyParams, MixParams,
    NarrowbandParams, NoiseParams, PitchParams, PolarityParams, ReverbParams, ShiftParams,
    WindParams,
};

/// Unchecked settings of the channel; [`check`](Self::check) makes them usable.
///
/// One section per effect, in the order in which the effects follow each other. A section that is
/// absent switches its effect off; a section that is there must be complete, and an unknown name
/// is an error, so that a misspelt recipe can't pass for another. [`Default`] is the chain that
/// the default model is trained with.
///
/// ```
/// use earwitness::channel::ChainParams;
/// let params: ChainParams = toml::from_str("[pitch]\nprobability = 0.5\nratio = [0.94, 1.06]\n")?;
/// let valid = params.check()?;
/// let louder_or_not = earwitness::channel::augment(&[0.0; 1600], None, &valid, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainParams {
    /// Sign of the waveform.
    pub polarity: Option<PolarityParams>,
    /// Pitch and tempo together.
    pub pitch: Option<PitchParams>,
    /// Time offset.
    pub shift: Option<ShiftParams>,
    /// Reverberation.
    pub reverb: Option<ReverbParams>,
    /// Another recording underneath.
    pub mix: Option<MixParams>,
    /// Wind and handling.
    pub wind: Option<WindParams>,
    /// Band of the microphone.
    pub band: Option<BandParams>,
    /// Noise floor.
    pub noise: Option<NoiseParams>,
    /// Level.
    pub gain: Option<GainParams>,
    /// Automatic gain control.
    pub agc: Option<AgcParams>,
    /// Clipping.
    pub clip: Option<ClipParams>,
    /// Telephone band.
    pub narrowband: Option<NarrowbandParams>,
    /// Perceptual codec.
    pub lossy: Option<LossyParams>,
}

impl Default for ChainParams {
    fn default() -> Self {
        Self {
            polarity: Some(PolarityParams::default()),
            pitch: Some(PitchParams::default()),
            shift: Some(ShiftParams::default()),
            reverb: Some(ReverbParams::default()),
            mix: Some(MixParams::default()),
            wind: Some(WindParams::default()),
            band: Some(BandParams::default()),
            noise: Some(NoiseParams::default()),
            gain: Some(GainParams::default()),
            agc: Some(AgcParams::default()),
            clip: Some(ClipParams::default()),
            narrowband: Some(NarrowbandParams::default()),
            lossy: Some(LossyParams::default()),
        }
    }
}

impl ChainParams {
    /// A channel that changes nothing: every effect off.
    pub fn none() -> Self {
        Self {
            polarity: None,
            pitch: None,
            shift: None,
            reverb: None,
            mix: None,
            wind: None,
            band: None,
            noise: None,
            gain: None,
            agc: None,
            clip: None,
            narrowband: None,
            lossy: None,
        }
    }

    /// Checks every section against the ranges in its documentation.
    ///
    /// # Errors
    /// [`ChannelError`] names the first setting that is out of range, and the range.
    pub fn check(self) -> Result<ValidChainParams, ChannelError> {
        check_section(&self.polarity)?;
        check_section(&self.pitch)?;
        check_section(&self.shift)?;
        check_section(&self.reverb)?;
        check_section(&self.mix)?;
        check_section(&self.wind)?;
        check_section(&self.band)?;
        check_section(&self.noise)?;
        check_section(&self.gain)?;
        check_section(&self.agc)?;
        check_section(&self.clip)?;
        check_section(&self.narrowband)?;
        check_section(&self.lossy)?;
        Ok(ValidChainParams(self))
    }
}

fn check_section<P: EffectParams>(section: &Option<P>) -> Result<(), ChannelError> {
    section.as_ref().map_or(Ok(()), EffectParams::check)
}

/// Checked settings of the channel.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ValidChainParams(ChainParams);

impl ValidChainParams {
    /// The settings, to read or to write into a recipe.
    pub fn params(&self) -> &ChainParams {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::Interval;
    use super::*;

    #[test]
    fn the_default_is_valid_and_survives_toml() {
        let params = ChainParams::default();
        let text = toml::to_string(&params).unwrap();
        assert_eq!(toml::from_str::<ChainParams>(&text).unwrap(), params);
        assert!(params.check().is_ok());
    }

    #[test]
    fn an_absent_section_is_off_but_misspelt_or_incomplete_ones_are_refused() {
        let parse = |text: &str| toml::from_str::<ChainParams>(text).map_err(|e| e.to_string());
        assert_eq!(parse("").unwrap(), ChainParams::none());
        assert!(parse("[reverp]\nprobability = 1.0")
            .unwrap_err()
            .contains("reverp"));
        assert!(parse("[pitch]\nprobability = 1.0")
            .unwrap_err()
            .contains("ratio"));
        let extra = "[pitch]\nprobability = 1.0\nratio = [1.0, 1.0]\ncents = 3";
        assert!(parse(extra).unwrap_err().contains("cents"));
    }

    #[test]
    fn an_impossible_setting_is_named_with_its_range() {
        let too_high = BandParams {
            high_pass_hz: Interval::new(50.0, 5000.0),
            ..BandParams::default()
        };
        let params = ChainParams {
            band: Some(too_high),
            ..ChainParams::default()
        };
        let message = params.check().unwrap_err().to_string();
        assert!(
            message.contains("band.high_pass_hz") && message.contains("400"),
            "{message}"
        );
        let params = ChainParams {
            polarity: Some(PolarityParams { probability: 1.5 }),
            ..ChainParams::none()
        };
        assert!(params.check().is_err());
    }
}
