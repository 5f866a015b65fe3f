//! How far a signature can be heard: so that "not heard" is never read as "not there".

use super::rendered::over_background;
use super::sound::Beneath;
use super::trial::{each, Trial};
use super::EvaluateError;
use crate::channel::Interval;
use crate::evaluate::error::MetricError;
use crate::evaluate::figures::share::Share;
use crate::render::{audible_range_m, AMBIENT_DB};
use crate::train::corpus::Progress;
use crate::train::recipe::Recipe;
use crate::train::rendered::{test_clips, RenderedClip};
use serde::{Deserialize, Serialize};

/// Clips of each signature at each SNR.
const CLIPS: usize = 20;
/// The SNRs, dB: mean square of the aircraft over that of the background, over the whole band to 8 kHz.
const SNRS_DB: [f64; 6] = [-15.0, -10.0, -5.0, 0.0, 6.0, 12.0];
/// Added to the seed of the recipe.
const SEED: u64 = 0xd157;

/// Detection of one signature against SNR and distance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audibility {
    /// The airframe.
    pub label: String,
    /// `cruise` or `dive`.
    pub phase: String,
    /// SNR in dB, and clips answered as a munition or military drone at any level.
    pub detected: Vec<(f64, Share)>,
    /// SNR at which half of the clips are detected, dB; `None` where less are at every SNR tried, or more.
    pub half_at_snr_db: Option<f64>,
    /// Ambient level in dB, and the slant ranges in m at which the aircraft stands that SNR above it, for the 10 % and
    /// the 90 % loudest of the presumed source levels.
    pub half_at_m: Vec<(f64, [f64; 2])>,
}

/// Renders each signature that is a munition or drone at each SNR and counts answers. Empty where the recipe renders
/// nothing.
///
/// # Errors
/// [`EvaluateError`] if a clip cannot be made or a background not be read.
pub fn audibility(
    trial: &Trial,
    recipe: &Recipe,
    progress: Progress,
) -> Result<Vec<Audibility>, EvaluateError> {
    let Some(settings) = &recipe.rendered else {
        return Ok(Vec::new());
    };
    let mut clips = test_clips(settings, CLIPS, recipe.seed ^ SEED, false)?;
    clips.retain(|clip| clip.label != "jet");
    let numbered: Vec<(usize, &RenderedClip)> = clips.iter().enumerate().collect();
    let detected = each(&numbered, "audibility", progress, |&(place, clip)| {
        let fold = place % recipe.folds;
        let sound = clip.render();
        let at = |snr: f64| {
            let snr = Interval::new(snr, snr);
            let (mixed, beneath) = over_background(trial, &sound, snr, fold, place)?;
            let judged = trial.model(fold).hear(&mixed.samples, trial.prior());
            Ok((judged.is_some_and(|j| trial.is_alarm(&j)), beneath))
        };
        SNRS_DB
            .iter()
            .map(|&snr| at(snr))
            .collect::<Result<Vec<(bool, Beneath)>, EvaluateError>>()
    })?;
    let mut rows = Vec::new();
    for (clips, detected) in clips.chunks(CLIPS).zip(detected.chunks(CLIPS)) {
        rows.push(row(clips, detected)?);
    }
    Ok(rows)
}

/// `detected`: of each clip at each SNR, and what it was heard over.
fn row(
    clips: &[RenderedClip],
    detected: &[Vec<(bool, Beneath)>],
) -> Result<Audibility, MetricError> {
    let shares = SNRS_DB.iter().enumerate().map(|(place, &snr)| {
        let share = Share::of_groups(detected, |at| at[place].1, |at| at[place].0)?;
        Ok((snr, share))
    });
    let shares = shares.collect::<Result<Vec<(f64, Share)>, MetricError>>()?;
    let half_at_snr_db = half(&shares);
    let mut levels: Vec<f64> = clips.iter().map(RenderedClip::source_db_spl).collect();
    levels.sort_by(f64::total_cmp);
    let level = |share: f64| levels[((levels.len() - 1) as f64 * share).round() as usize];
    let half_at_m = half_at_snr_db.map_or_else(Vec::new, |snr| {
        let at = |source: f64, ambient: f64| audible_range_m(source, ambient, snr);
        let ambients = AMBIENT_DB.iter();
        ambients
            .map(|&a| (a, [at(level(0.1), a), at(level(0.9), a)]))
            .collect()
    });
    Ok(Audibility {
        label: clips[0].label.clone(),
        phase: clips[0].phase.clone(),
        detected: shares,
        half_at_snr_db,
        half_at_m,
    })
}

/// Where the share crosses one half, from low SNR to high, by straight lines.
fn half(shares: &[(f64, Share)]) -> Option<f64> {
    shares.windows(2).find_map(|pair| {
        let [(low, below), (high, above)] = pair else {
            return None;
        };
        let crosses = below.share < 0.5 && above.share >= 0.5;
        let way = (0.5 - below.share) / (above.share - below.share);
        crosses.then(|| low + way * (high - low))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_lies_between_the_rates_around_it() {
        let share = |hits| Share::new(hits, 20).unwrap();
        let rates = [(-10.0, share(0)), (-5.0, share(5)), (0.0, share(15))];
        assert_eq!(half(&rates), Some(-2.5));
        assert_eq!(half(&rates[..2]), None);
    }
}
