//! Tracks of real recordings beside fundamentals that were read off spectrograms by eye, before the tracker first ran on them.

use super::super::trial::{each, read_samples};
use super::super::EvaluateError;
use super::track_params;
use crate::audio::{content_hash, Source};
use crate::dataset::Manifest;
use crate::evaluate::figures::share::Share;
use crate::hex::hex;
use crate::spectrum::{track, Track};
use crate::train::corpus::Progress;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The readings.
const READINGS: &str = include_str!("../../../../models/annotations/shahed-136-f0.csv");
/// The label of the recordings.
const LABEL: &str = "shahed-136";
/// A reading is matched within this, share.
const MATCHED: f64 = 0.02;

/// How tracks of real recordings fare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReadByEye {
    /// Recordings in which a comb was followed for a second or more.
    pub tracked: Share,
    /// Recordings of those read by eye whose track is within 2 % at every reading.
    pub matched: Share,
    /// The same, where half and twice the fundamental count as well: the shaft's comb for that of the blades.
    pub matched_but_octave: Share,
    /// Readings within 2 %.
    pub readings: Share,
    /// Readings within 2 %, of half and twice the fundamental as well.
    pub readings_but_octave: Share,
    /// Recordings that are not matched, with track over reading at each reading (0: no track there).
    pub missed: Vec<(String, Vec<f64>)>,
}

#[derive(Debug, Clone, Deserialize)]
struct Reading {
    sha256: String,
    time_s: f64,
    f0_hz: f64,
}

/// Follows the real recordings of the label; `None` if the manifest lists none that was read.
pub(super) fn measure(
    manifest: &Manifest,
    progress: Progress,
) -> Result<Option<ReadByEye>, EvaluateError> {
    let mut readings: BTreeMap<String, Vec<Reading>> = BTreeMap::new();
    for line in csv::Reader::from_reader(READINGS.as_bytes()).deserialize::<Reading>() {
        let reading = line.map_err(|e| {
            EvaluateError::own(format!("models/annotations/shahed-136-f0.csv: {e}"))
        })?;
        readings
            .entry(reading.sha256.clone())
            .or_default()
            .push(reading);
    }
    let own: Vec<_> = manifest
        .recordings
        .iter()
        .filter(|r| r.label == LABEL)
        .collect();
    let tracks = each(&own, "real tracks", progress, |recording| {
        let hash = content_hash(&Source::Path(recording.path.clone()))?;
        let samples = read_samples(&recording.path)?;
        let strongest = track(&samples, track_params()?).into_iter().next();
        Ok::<_, EvaluateError>((hex(&hash), strongest))
    })?;
    let mut compared: Vec<(String, Vec<f64>)> = Vec::new();
    for (recording, (hash, found)) in own.iter().zip(&tracks) {
        let name = recording.path.file_name().unwrap_or_default();
        if let Some(readings) = readings.get(hash) {
            let ratios = readings.iter().map(|r| ratio(found.as_ref(), r));
            compared.push((name.to_string_lossy().into_owned(), ratios.collect()));
        }
    }
    if compared.is_empty() {
        return Ok(None);
    }
    let is_near = |ratio: f64| (ratio - 1.0).abs() <= MATCHED;
    let is_octave = |ratio: f64| is_near(ratio) || is_near(2.0 * ratio) || is_near(0.5 * ratio);
    let all: Vec<f64> = compared
        .iter()
        .flat_map(|(_, r)| r.iter().copied())
        .collect();
    let every = |(_, ratios): &(String, Vec<f64>), test: &dyn Fn(f64) -> bool| {
        ratios.iter().all(|r| test(*r))
    };
    Ok(Some(ReadByEye {
        tracked: Share::of(&tracks, |(_, t)| {
            t.as_ref().is_some_and(|t| t.heard_s() >= 1.0)
        })?,
        matched: Share::of(&compared, |c| every(c, &is_near))?,
        matched_but_octave: Share::of(&compared, |c| every(c, &is_octave))?,
        readings: Share::of(&all, |r| is_near(**r))?,
        readings_but_octave: Share::of(&all, |r| is_octave(**r))?,
        missed: compared
            .into_iter()
            .filter(|c| !every(c, &is_near))
            .collect(),
    }))
}

/// Fundamental of the track over that which was read; 0 where there is no track.
fn ratio(track: Option<&Track>, reading: &Reading) -> f64 {
    let point = track.and_then(|t| t.at(reading.time_s));
    point.map_or(0.0, |p| p.f0_hz / reading.f0_hz)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_recordings_and_more_were_read() {
        let lines = csv::Reader::from_reader(READINGS.as_bytes())
            .into_deserialize::<Reading>()
            .collect::<Result<Vec<_>, _>>()
            .unwrap();
        let hashes: std::collections::BTreeSet<_> = lines.iter().map(|r| &r.sha256).collect();
        assert!(hashes.len() >= 15, "{}", hashes.len());
        assert!(lines
            .iter()
            .all(|r| r.time_s >= 0.0 && (50.0..500.0).contains(&r.f0_hz)));
    }
}
