//! How clips fare by how far they stand above the background.

use super::sound::Beneath;
use crate::evaluate::error::MetricError;
use crate::evaluate::figures::share::Share;
use serde::{Deserialize, Serialize};

/// Width of a bin, dB.
const STEP_DB: f64 = 3.0;

/// Clips whose SNR lies between two bounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnrBin {
    /// Lower end, dB; it belongs to the bin.
    pub from_db: f64,
    /// Upper end, dB.
    pub to_db: f64,
    /// Likeliest family is the true one.
    pub family: Share,
    /// Likeliest airframe is the true one, or one that counts as the same.
    pub airframe: Share,
    /// Likelier phase is the true one, of clips that let their phase be heard.
    pub phase: Share,
    /// Prediction set holds the true label.
    pub covered: Share,
}

/// What became of one clip.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    /// How far it stands above its background, dB.
    pub snr_db: f64,
    /// What it is told together with.
    pub beneath: Beneath,
    pub family: bool,
    pub airframe: bool,
    /// `None` where the phase cannot be heard.
    pub phase: Option<bool>,
    pub covered: bool,
}

/// Counts clips in bins of 3 dB, from the lowest SNR that occurs; clips without any background are in none.
///
/// # Errors
/// None in practice.
pub(super) fn by_snr(clips: &[Outcome]) -> Result<Vec<SnrBin>, MetricError> {
    let number = |clip: &Outcome| (clip.snr_db / STEP_DB).floor();
    let mut numbers: Vec<f64> = clips.iter().map(number).filter(|n| n.is_finite()).collect();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    let bins = numbers.into_iter().map(|bin| {
        let own = || clips.iter().filter(move |clip| number(clip) == bin);
        let heard = || own().filter(|clip| clip.phase.is_some());
        let beneath = |clip: &&Outcome| clip.beneath;
        Ok(SnrBin {
            from_db: bin * STEP_DB,
            to_db: (bin + 1.0) * STEP_DB,
            family: Share::of_groups(own(), beneath, |c| c.family)?,
            airframe: Share::of_groups(own(), beneath, |c| c.airframe)?,
            phase: Share::of_groups(heard(), beneath, |c| c.phase == Some(true))?,
            covered: Share::of_groups(own(), beneath, |c| c.covered)?,
        })
    });
    bins.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clips_are_counted_where_their_snr_lies() {
        let clip = |snr_db, family, phase| Outcome {
            snr_db,
            beneath: Beneath::Group(7),
            family,
            airframe: false,
            phase,
            covered: true,
        };
        let bins = by_snr(&[
            clip(0.0, true, Some(true)),
            clip(2.9, false, None),
            clip(3.0, true, Some(false)),
            clip(17.9, true, None),
            clip(f64::INFINITY, true, None),
        ])
        .unwrap();
        let found: Vec<_> = bins
            .iter()
            .map(|b| (b.from_db, b.to_db, b.family.hits, b.family.n, b.phase.n))
            .collect();
        let wanted = [
            (0.0, 3.0, 1, 2, 1),
            (3.0, 6.0, 1, 1, 1),
            (15.0, 18.0, 1, 1, 0),
        ];
        assert_eq!(found, wanted);
        assert_eq!((bins[0].phase.hits, bins[1].phase.hits), (1, 0));
        assert_eq!((bins[0].covered.hits, bins[0].airframe.hits), (2, 0));
    }

    #[test]
    fn clips_over_one_source_of_backgrounds_say_less() {
        let width = |beneath: fn(usize) -> Beneath| {
            let clips = (0..40).map(|i| Outcome {
                snr_db: 1.0,
                beneath: beneath(i),
                family: i < 20,
                airframe: false,
                phase: None,
                covered: true,
            });
            let family = &by_snr(&clips.collect::<Vec<_>>()).unwrap()[0].family;
            family.high - family.low
        };
        assert!(width(|i| Beneath::Group(i / 10)) > 1.5 * width(Beneath::Nothing));
    }
}
