//! Tracks of real recordings beside fundamentals that were read off spectrograms by eye, before the tracker first ran on them.

use super::super::trial::{each, read_samples};
use super::super::EvaluateError;
use super::track_params;
use crate::audio::{content_hash, Source};
use crate::dataset::Manifest;
use crate::evaluate::error::MetricError;
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
    let mut compared: Vec<Compared> = Vec::new();
    for (recording, (hash, found)) in own.iter().zip(&tracks) {
        let name = recording.path.file_name().unwrap_or_default();
        if let Some(readings) = readings.get(hash) {
            compared.push(Compared {
                name: name.to_string_lossy().into_owned(),
                group: &recording.group,
                ratios: readings.iter().map(|r| ratio(found.as_ref(), r)).collect(),
            });
        }
    }
    if compared.is_empty() {
        return Ok(None);
    }
    let tracked = own.iter().zip(&tracks);
    let is_tracked = |t: &Option<Track>| t.as_ref().is_some_and(|t| t.heard_s() >= 1.0);
    Ok(Some(ReadByEye {
        tracked: Share::of_groups(
            tracked,
            |(r, _)| r.group.as_str(),
            |(_, (_, t))| is_tracked(t),
        )?,
        matched: recordings(&compared, is_near)?,
        matched_but_octave: recordings(&compared, is_octave)?,
        readings: readings_of(&compared, is_near)?,
        readings_but_octave: readings_of(&compared, is_octave)?,
        missed: compared
            .into_iter()
            .filter(|c| !c.ratios.iter().all(|r| is_near(*r)))
            .map(|c| (c.name, c.ratios))
            .collect(),
    }))
}

/// A recording with the track over each of its readings.
struct Compared<'a> {
    name: String,
    /// Its source group as the manifest names it: what is cut from one original is followed, or not, together.
    group: &'a str,
    ratios: Vec<f64>,
}

fn is_near(ratio: f64) -> bool {
    (ratio - 1.0).abs() <= MATCHED
}

fn is_octave(ratio: f64) -> bool {
    is_near(ratio) || is_near(2.0 * ratio) || is_near(0.5 * ratio)
}

/// Recordings all of whose readings pass.
fn recordings(compared: &[Compared], test: fn(f64) -> bool) -> Result<Share, MetricError> {
    let pass = |c: &&Compared| c.ratios.iter().all(|r| test(*r));
    Share::of_groups(compared, |c| c.group, pass)
}

/// Readings that pass.
fn readings_of(compared: &[Compared], test: fn(f64) -> bool) -> Result<Share, MetricError> {
    let each = compared
        .iter()
        .flat_map(|c| c.ratios.iter().map(|r| (c.group, *r)));
    Share::of_groups(each, |(group, _)| *group, |(_, r)| test(*r))
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

    #[test]
    fn readings_of_one_recording_and_recordings_of_one_source_say_less() {
        let of = |groups: [&'static str; 4]| {
            let compared = groups.iter().enumerate().map(|(i, group)| Compared {
                name: String::new(),
                group,
                ratios: vec![if i < 2 { 1.0 } else { 0.5 }; 5],
            });
            let compared: Vec<Compared> = compared.collect();
            let matched = recordings(&compared, is_near).unwrap();
            (matched, readings_of(&compared, is_near).unwrap())
        };
        let (alone, readings) = of(["a", "b", "c", "d"]);
        assert_eq!((alone.hits, alone.n, readings.n), (2, 4, 20));
        assert_eq!(alone, Share::new(2, 4).unwrap());
        // Twenty readings of four recordings that agree within are worth no more than four.
        assert!(readings.low <= alone.low + 1e-9 && readings.high >= alone.high - 1e-9);
        let (two, _) = of(["a", "a", "b", "b"]);
        assert!(two.low < alone.low && two.high > alone.high);
    }
}
