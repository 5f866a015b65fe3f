//! Is this sound, or part of it, in an earlier recording?
//!
//! An [`Archive`] holds the [`Waveprint`] of each recording. A search goes in two steps. First, stretches of the query of at
//! most 5 s are correlated with the whole archive; the time that takes grows in proportion to the archive's hours. Then each
//! recording that stands out is laid over the whole query at the lag found: over which stretch do they agree,
//! how far, and how far do the same two agree at other lags? Two drones of one type, or a siren and a siren, agree a
//! little at any lag; a copy agrees at one. Only what stands out from its own surroundings is a [`Match`]. Whether it does is decided for
//! each pair of recordings by itself, so that an archive may be searched in parts.
//!
//! Found is what was coded anew, cut, made louder or quieter, inverted, band-limited or mixed with other sound. Not
//! found is what was played at another speed or recorded again from a loudspeaker.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::chance;
use super::correlate::{peaks, windows, Peak, Window, WINDOW_WORDS};
use super::known::ByFingerprint;
use super::overlay::{Agreement, Overlay};
use super::waveprint::{Waveprint, WaveprintBuilder, RATE, STEP};
use super::Fingerprint;
use crate::audio::{self, AudioError, ReadOptions, Source};

/// Lags per pair of recordings that are looked at closely.
const LOOKED_AT: usize = 4;
/// Samples of 16 kHz per complex sample: the resolution of a lag is 0.5 ms.
const SECONDS: f64 = 1.0 / RATE;

/// Sound that a recording shares with the query. Times are accurate to about 0.1 s, their difference to 1 ms.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// The recording, as it was named to [`Archive::add`].
    pub id: String,
    /// Where in the query the shared stretch begins, s.
    pub start_s: f64,
    /// Where it ends there, s.
    pub end_s: f64,
    /// Where in the recording it begins, s.
    pub other_start_s: f64,
    /// Where it ends there, s.
    pub other_end_s: f64,
    /// Agreement of the two over the stretch: 1 for the same samples, 0.5 to 0.9 for copies through codecs, less where other sound
    /// lies over one of them.
    pub score: f64,
    /// By how much they agree beyond what the same two do at other lags.
    pub strength: f64,
    /// Log10 of the chance that two unrelated recordings of these lengths agree as much at some lag; a match up to
    /// [`chance::MOST_LOG10`]. An extrapolation, see [`chance::log10_chance`].
    pub log10_chance: f64,
}

/// The prints of recordings to be searched: 500 bytes per second of sound.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Archive {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    id: String,
    print: Waveprint,
}

/// How far two recordings agree, match or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Place of the recording in the archive.
    pub place: usize,
    /// What would be reported of it.
    pub found: Match,
}

impl Archive {
    /// No recordings yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a recording under a name: its path, or whatever a database knows it by.
    pub fn add(&mut self, id: impl Into<String>, print: Waveprint) {
        let id = id.into();
        self.entries.push(Entry { id, print });
    }

    /// How many recordings it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Hours of sound in it.
    pub fn hours(&self) -> f64 {
        let seconds = self.entries.iter().map(|e| e.print.duration_s());
        seconds.sum::<f64>() / 3600.0
    }

    /// The recordings that share sound with the query, the strongest first; one match per recording.
    ///
    /// Takes time in proportion to the hours of the archive and the length of the query, on all threads; the answer does
    /// not depend on their number.
    pub fn search(&self, query: &Waveprint) -> Vec<Match> {
        let found = self.candidates(&[query]).pop().unwrap_or_default();
        let found = found.into_iter().map(|c| c.found);
        found.filter(Match::is_certain).collect()
    }

    /// The recordings that stand out in the first step, with how far each query agrees with them in the second, whether that
    /// makes a match or not: the strongest first, one list per query.
    pub fn candidates(&self, queries: &[&Waveprint]) -> Vec<Vec<Candidate>> {
        let words: Vec<&[u128]> = queries.iter().map(|q| q.words()).collect();
        let cut = windows(&words);
        let starts = self.starts();
        let row = |at: usize| {
            let place = starts.partition_point(|start| *start <= at) - 1;
            self.entries[place].print.words()[at - starts[place]]
        };
        let peaks = peaks(&cut, *starts.last().unwrap_or(&0), row);
        let mut lags: Vec<Vec<(usize, &Window, i64, f32)>> = vec![Vec::new(); queries.len()];
        for peak in &peaks {
            let window = &cut[peak.window];
            for (place, shift) in self.under(peak, window, &starts) {
                lags[window.query].push((place, window, shift, peak.power));
            }
        }
        let each = lags.into_par_iter().zip(words);
        each.map(|(lags, query)| self.look_closely(query, lags))
            .collect()
    }

    /// First word of each recording in the row of all, and their sum.
    fn starts(&self) -> Vec<usize> {
        let mut sum = 0;
        let ends = self.entries.iter().map(|e| {
            sum += e.print.words().len();
            sum
        });
        std::iter::once(0).chain(ends.collect::<Vec<_>>()).collect()
    }

    /// The recordings that lie under a window at a peak, with the query's shift against each.
    fn under(&self, peak: &Peak, window: &Window, starts: &[usize]) -> Vec<(usize, i64)> {
        let step = STEP as i64;
        let end = peak.lag + window.len as i64 * step;
        let first = (peak.lag / step).max(0) as usize;
        let first = starts
            .partition_point(|start| *start <= first)
            .saturating_sub(1);
        let places = (first..self.entries.len()).map(|place| (place, starts[place] as i64 * step));
        places
            .take_while(|(_, start)| *start < end)
            .map(|(place, start)| (place, peak.lag - start - window.start as i64 * step))
            .collect()
    }

    fn look_closely(
        &self,
        query: &[u128],
        mut lags: Vec<(usize, &Window, i64, f32)>,
    ) -> Vec<Candidate> {
        lags.sort_by(|a, b| (a.0, b.3).partial_cmp(&(b.0, a.3)).unwrap_or(a.0.cmp(&b.0)));
        let mut found: Vec<Candidate> = Vec::new();
        for lags in lags.chunk_by(|a, b| a.0 == b.0) {
            let place = lags[0].0;
            let entry = &self.entries[place];
            let agreements = lags
                .iter()
                .take(LOOKED_AT)
                .filter_map(|(_, window, shift, _)| {
                    let overlay = Overlay {
                        query,
                        stored: entry.print.words(),
                        shift: *shift,
                    };
                    let agreement = overlay.agreement((window.start, window.start + window.len))?;
                    Some((agreement, *shift))
                });
            let best = agreements.max_by(|a, b| a.0.strength().total_cmp(&b.0.strength()));
            found.extend(best.map(|(agreement, shift)| Candidate {
                place,
                found: describe(entry, query, &agreement, shift),
            }));
        }
        found.sort_by(|a, b| {
            b.found
                .strength
                .total_cmp(&a.found.strength)
                .then(a.place.cmp(&b.place))
        });
        found
    }
}

impl Match {
    /// Whether accident is as good as excluded.
    pub fn is_certain(&self) -> bool {
        self.log10_chance <= chance::MOST_LOG10
    }
}

fn describe(entry: &Entry, query: &[u128], agreement: &Agreement, shift: i64) -> Match {
    let lags = lags((query.len() + entry.print.words().len()) as f64);
    // A block is two words long.
    let seconds = |block: usize| (block * 2 * STEP) as f64 * SECONDS;
    let (start_s, end_s) = (seconds(agreement.first), seconds(agreement.end));
    let shift_s = shift as f64 * SECONDS;
    Match {
        id: entry.id.clone(),
        start_s,
        end_s,
        other_start_s: (start_s + shift_s).max(0.0),
        other_end_s: end_s + shift_s,
        score: agreement.coherence,
        strength: agreement.strength(),
        log10_chance: chance::log10_chance(agreement.strength(), lags),
    }
}

/// The print of a recording, read in constant memory but for the print itself.
///
/// # Errors
/// [`AudioError`] where it cannot be read.
pub fn print_of(source: &Source, options: &ReadOptions) -> Result<Waveprint, AudioError> {
    let mut reader = audio::open(source, options)?;
    let mut builder = WaveprintBuilder::new();
    while let Some(block) = reader.next_block()? {
        builder.push(block);
    }
    Ok(builder.finish())
}

/// What a recording shares with others.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Against {
    /// Recordings it was compared with.
    pub compared: usize,
    /// Their hours of sound.
    pub hours: f64,
    /// The same file, byte for byte, under these names. They are in no other list.
    pub same_file: Vec<String>,
    /// Recordings that share sound with it, the strongest first.
    pub matches: Vec<Match>,
    /// Recordings of databases that share sound by their fingerprints, and can no longer be read to confirm it.
    pub by_fingerprint: Vec<ByFingerprint>,
    /// Recordings that could not be read, each with the reason.
    pub unreadable: Vec<(String, String)>,
}

/// A recording whose sound is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Where it lies, if in a file.
    pub path: Option<&'a Path>,
    /// SHA-256 of its file.
    pub sha256: &'a [u8; 32],
    /// Its print.
    pub print: &'a Waveprint,
    /// Its fingerprint, for databases.
    pub fingerprint: &'a Fingerprint,
}

/// Searches recordings for the sound of `query`; see [`among`].
///
/// # Errors
/// [`AudioError`] where the query cannot be read.
pub fn against(
    query: &Source,
    others: &[PathBuf],
    options: &ReadOptions,
) -> Result<Against, AudioError> {
    let sha256 = audio::content_hash(query)?;
    let print = print_of(query, options)?;
    let query = Query {
        path: None,
        sha256: &sha256,
        print: &print,
        fingerprint: &Fingerprint::default(),
    };
    Ok(among(&query, others, options))
}

/// Searches recordings for the sound of `query`, in the order of `others`, on all threads. A recording that cannot be read
/// stops no other; copies of the very file are listed apart.
pub fn among(query: &Query, others: &[PathBuf], options: &ReadOptions) -> Against {
    let read: Vec<Result<Option<Waveprint>, AudioError>> = others
        .par_iter()
        .map(|path| {
            let source = Source::Path(path.clone());
            match audio::content_hash(&source)? == *query.sha256 {
                true => Ok(None),
                false => print_of(&source, options).map(Some),
            }
        })
        .collect();
    let name = |path: &Path| path.display().to_string();
    let mut archive = Archive::new();
    let mut found = Against::default();
    for (path, read) in others.iter().zip(read) {
        match read {
            Ok(Some(print)) => archive.add(name(path), print),
            Ok(None) => found.same_file.push(name(path)),
            Err(error) => found.unreadable.push((name(path), error.to_string())),
        }
    }
    found.compared = archive.len();
    found.hours = archive.hours();
    found.matches = archive.search(query.print);
    found
}

/// Lags at which two recordings of so many words together meet.
pub(crate) fn lags(words: f64) -> f64 {
    words * STEP as f64
}

/// Seconds of a query that are looked for at once.
pub const WINDOW_S: f64 = (WINDOW_WORDS * STEP) as f64 / RATE;
