//! A phone on an ordinary day, for making one clip that sounds like an eyewitness's.

use super::{
    AgcParams, BandParams, ChainParams, ClipParams, LossyParams, MixParams, NoiseParams, WindParams,
};
use super::{ChannelError, Interval, ValidChainParams};

impl ChainParams {
    /// A phone that records and posts: always a band, a gain that follows, a noise floor and a codec; now and then
    /// wind and clipping; under it a background at `snr_db`, where that is given (and then always).
    ///
    /// # Errors
    /// [`ChannelError`] for an `snr_db` outside -30 to 60 dB.
    pub fn phone(snr_db: Option<f64>) -> Result<ValidChainParams, ChannelError> {
        let always = 1.0;
        Self {
            mix: snr_db.map(|snr_db| MixParams {
                probability: always,
                snr_db: Interval::new(snr_db, snr_db),
            }),
            wind: Some(WindParams {
                probability: 0.3,
                ..WindParams::default()
            }),
            band: Some(BandParams {
                probability: always,
                ..BandParams::default()
            }),
            noise: Some(NoiseParams {
                probability: always,
                ..NoiseParams::default()
            }),
            agc: Some(AgcParams {
                probability: always,
                ..AgcParams::default()
            }),
            clip: Some(ClipParams {
                probability: 0.15,
                ..ClipParams::default()
            }),
            lossy: Some(LossyParams {
                probability: always,
                ..LossyParams::default()
            }),
            ..Self::none()
        }
        .check()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Chain, Effect};
    use super::*;

    #[test]
    fn a_phone_always_has_band_gain_and_codec_and_mixes_where_told() {
        let with = ChainParams::phone(Some(6.0)).unwrap();
        let without = ChainParams::phone(None).unwrap();
        for seed in 0..20 {
            let has = |params, test: fn(&Effect) -> bool| {
                Chain::draw(params, seed).effects().iter().any(test)
            };
            assert!(has(&with, |e| matches!(e, Effect::Band(_))));
            assert!(has(&with, |e| matches!(e, Effect::Lossy(_))));
            assert!(has(
                &with,
                |e| matches!(e, Effect::Mix(m) if m.snr_db == 6.0)
            ));
            assert!(!has(&without, |e| matches!(e, Effect::Mix(_))));
        }
        assert!(ChainParams::phone(Some(100.0)).is_err());
    }
}
