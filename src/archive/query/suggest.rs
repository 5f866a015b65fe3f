//! Which recordings of an archive to listen to and label, so that a model learns the most from them.

use rusqlite::params_from_iter;

use super::filter::Filter;
use super::tables::{integer, is_trained_on, real, text, Column, Row, Table, Value, PATH_BYTES};
use crate::archive::store::Reader;
use crate::archive::time::Moment;
use crate::archive::ArchiveError;
use crate::dataset::guess::guess_groups;
use crate::dataset::suggest::{suggest as pick, Candidate, Suggestion};
use crate::dataset::union_find::UnionFind;
use crate::dataset::{Made, Recording};
use std::collections::HashMap;

/// What is suggested.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suggest {
    /// How many recordings, at most.
    pub recordings: usize,
    /// Longest stretch of a recording that is to be listened to, s.
    pub longest_s: f64,
}

/// The columns of suggestions. New ones are added at the end only.
const SUGGESTIONS: &[Column] = &[
    integer("rank"),
    text("path"),
    real("start_s"),
    real("end_s"),
    text("label"),
    real("probability"),
    text("second_label"),
    real("second_probability"),
    real("doubt"),
    real("distance"),
    text("source_group"),
    text("recorded_at"),
    real("duration_s"),
    text("sha256"),
];

/// A recording of the archive.
struct Heard {
    answer: i64,
    path: String,
    path_bytes: Option<Vec<u8>>,
    sha256: String,
    duration_s: f64,
    recorded_at: Option<String>,
    /// Recordings that share sound have one number.
    sound_group: Option<i64>,
    probabilities: Vec<f64>,
}

impl Suggest {
    /// The columns of the rows that [`suggest`] gives.
    pub fn columns() -> &'static [Column] {
        SUGGESTIONS
    }

    /// The labels of the model whose answers are suggested from, sorted.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn labels(reader: &Reader) -> Result<Vec<String>, ArchiveError> {
        labels(reader)
    }
}

/// Picks recordings that `filter` lets through ([`crate::dataset::suggest`] says how), the most useful first; of each the stretch whose
/// segments leave the model most in doubt. Left out is what cannot carry an answer, and what the model was trained on.
///
/// Of one source group one recording is picked. Groups are guessed from shared sound, from names, and from the times at which
/// recordings were made.
///
/// # Errors
/// If the database cannot be read.
pub fn suggest(
    reader: &Reader,
    filter: &Filter,
    wanted: Suggest,
) -> Result<Vec<Row<'static>>, ArchiveError> {
    let labels = labels(reader)?;
    let heard = heard(reader, filter, &labels)?;
    let (groups, names) = groups(&heard);
    let candidates: Vec<Candidate> = heard
        .iter()
        .zip(&groups)
        .map(|(h, group)| Candidate {
            probabilities: h.probabilities.clone(),
            group: *group,
        })
        .collect();
    pick(&candidates, wanted.recordings)
        .iter()
        .enumerate()
        .map(|(rank, suggestion)| {
            let own = &heard[suggestion.place];
            let stretch = stretch(reader, own, wanted.longest_s)?;
            let name = &names[suggestion.place];
            Ok(row(rank + 1, own, suggestion, stretch, name, &labels))
        })
        .collect()
}

fn row(
    rank: usize,
    heard: &Heard,
    suggestion: &Suggestion,
    (start_s, end_s): (f64, f64),
    group: &str,
    labels: &[String],
) -> Row<'static> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|&a, &b| heard.probabilities[b].total_cmp(&heard.probabilities[a]));
    let label = |n: usize| {
        order.get(n).map_or([Value::Null, Value::Null], |&l| {
            let label = Value::Text(labels[l].clone());
            [label, Value::Real(heard.probabilities[l])]
        })
    };
    let rounded = |x: f64| Value::Real((x * 1e4).round() / 1e4);
    let ([first, p_first], [second, p_second]) = (label(0), label(1));
    Row::new(
        SUGGESTIONS,
        vec![
            Value::Integer(rank as i64),
            Value::Text(heard.path.clone()),
            Value::Real(start_s),
            Value::Real(end_s),
            first,
            p_first,
            second,
            p_second,
            rounded(suggestion.doubt),
            rounded(suggestion.distance),
            Value::Text(group.to_owned()),
            heard.recorded_at.clone().map_or(Value::Null, Value::Text),
            Value::Real(heard.duration_s),
            Value::Text(heard.sha256.clone()),
        ],
        heard.path_bytes.clone(),
    )
}

fn labels(reader: &Reader) -> Result<Vec<String>, ArchiveError> {
    let sql = "SELECT label FROM labels WHERE settings = (SELECT settings FROM current_settings) ORDER BY label";
    reader.ask(|db| {
        let mut statement = db.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect()
    })
}

/// Recordings that can be labelled, in the order of their first paths.
fn heard(reader: &Reader, filter: &Filter, labels: &[String]) -> Result<Vec<Heard>, ArchiveError> {
    let (conditions, values) = filter.sql(Table::Recordings.names());
    let known = is_trained_on("warnings");
    let sql = format!(
        "SELECT a.answer, a.path, a.sha256, a.duration_s, a.recorded_at, g.sound_group, s.label, s.probability, a.path_bytes
         FROM (SELECT {PATH_BYTES} AS path_bytes, one.* FROM (SELECT answer, recording, min(path) AS path, sha256, duration_s, recorded_at
               FROM (SELECT * FROM answers_by_path {conditions})
               WHERE decision <> 'unusable' AND fitness <> 'unfit' AND NOT {known}
               GROUP BY recording) AS one) a
         JOIN scores s ON s.answer = a.answer
         LEFT JOIN sound_groups g ON g.recording = a.recording
         ORDER BY a.path, a.answer"
    );
    let place: HashMap<&str, usize> = labels.iter().map(String::as_str).zip(0..).collect();
    reader.ask(|db| {
        let mut statement = db.prepare(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut heard: Vec<Heard> = Vec::new();
        while let Some(row) = rows.next()? {
            let answer = row.get(0)?;
            if heard.last().is_none_or(|h| h.answer != answer) {
                heard.push(Heard {
                    answer,
                    path: row.get(1)?,
                    path_bytes: row.get(8)?,
                    sha256: row.get(2)?,
                    duration_s: row.get(3)?,
                    recorded_at: row.get(4)?,
                    sound_group: row.get(5)?,
                    probabilities: vec![0.0; labels.len()],
                });
            }
            let label = row.get_ref(6)?.as_str()?;
            if let (Some(h), Some(&place)) = (heard.last_mut(), place.get(label)) {
                h.probabilities[place] = row.get(7)?;
            }
        }
        Ok(heard)
    })
}

/// For each recording the number of its source group, and what that is called: the path of its first recording.
fn groups(heard: &[Heard]) -> (Vec<usize>, Vec<String>) {
    let listed: Vec<Recording> = heard
        .iter()
        .map(|h| Recording {
            path: h.path.clone().into(),
            label: String::new(),
            phase: None,
            is_not: false,
            range: None,
            group: String::new(),
            source: String::new(),
            note: String::new(),
        })
        .collect();
    let made: Vec<Option<Made>> = heard
        .iter()
        .map(|h| {
            Some(Made {
                at: Moment::parse(h.recorded_at.as_deref()?)?.to_unix(),
                device: String::new(),
            })
        })
        .collect();
    let mut sets = UnionFind::new(heard.len());
    for guess in guess_groups(&listed, &made, |_| None) {
        for pair in guess.members.windows(2) {
            sets.join(pair[0], pair[1]);
        }
    }
    let mut first_of: HashMap<i64, usize> = HashMap::new();
    for (n, h) in heard.iter().enumerate() {
        if let Some(group) = h.sound_group {
            sets.join(*first_of.entry(group).or_insert(n), n);
        }
    }
    let name = |first: usize| heard[first].path.clone();
    let names = (0..heard.len()).map(|n| name(sets.find(n))).collect();
    (sets.numbers(), names)
}

/// The stretch to listen to: all of a short recording, else the one that holds the most doubt segment by segment.
fn stretch(reader: &Reader, heard: &Heard, longest_s: f64) -> Result<(f64, f64), ArchiveError> {
    if heard.duration_s <= longest_s {
        return Ok((0.0, heard.duration_s));
    }
    let sql = "SELECT start_s, end_s, probability FROM segments WHERE answer = ? ORDER BY number";
    let segments: Vec<(f64, f64, f64)> = reader.ask(|db| {
        let mut statement = db.prepare_cached(sql)?;
        let rows = statement.query_map([heard.answer], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        rows.collect()
    })?;
    let start = most_doubt(&segments, longest_s);
    Ok((start, (start + longest_s).min(heard.duration_s)))
}

/// Start of the stretch of this length in which the most is left open: the sum over its segments of what the best label lacks.
/// Where several hold as much, the middle one: what is doubtful is then heard with some sound on both sides.
fn most_doubt(segments: &[(f64, f64, f64)], longest_s: f64) -> f64 {
    let (mut earliest, mut latest, mut most) = (0.0, 0.0, f64::NEG_INFINITY);
    let (mut first, mut sum) = (0, 0.0);
    for (_, end_s, probability) in segments {
        sum += 1.0 - probability;
        while end_s - segments[first].0 > longest_s {
            sum -= 1.0 - segments[first].2;
            first += 1;
        }
        if sum > most + 1e-9 {
            (earliest, latest, most) = (segments[first].0, segments[first].0, sum);
        } else if sum > most - 1e-9 {
            latest = segments[first].0;
        }
    }
    f64::midpoint(earliest, latest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(path: &str, sound_group: Option<i64>, recorded_at: Option<&str>) -> Heard {
        Heard {
            answer: 0,
            path: path.into(),
            path_bytes: None,
            sha256: String::new(),
            duration_s: 5.0,
            recorded_at: recorded_at.map(str::to_owned),
            sound_group,
            probabilities: Vec::new(),
        }
    }

    #[test]
    fn groups_follow_shared_sound_names_and_times() {
        let all = [
            heard("a/raid_0.0s_2.0s.wav", None, None),
            heard("b/raid_9.0s_11.0s.wav", Some(4), None),
            heard("c/upload.mp4", Some(4), Some("2020-10-03T18:30:45")),
            heard("d/other.mp4", None, Some("2020-10-03T18:30:45")),
            heard("e/alone.mp4", None, None),
        ];
        let (numbers, names) = groups(&all);
        assert_eq!(numbers, [0, 0, 0, 0, 1]);
        assert_eq!(names[3], "a/raid_0.0s_2.0s.wav");
        assert_eq!(names[4], "e/alone.mp4");
    }

    #[test]
    fn the_stretch_with_the_most_doubt_is_chosen() {
        let segments: Vec<(f64, f64, f64)> = (0..60)
            .map(|n| {
                let doubtful = (30..35).contains(&n);
                let probability = if doubtful { 0.4 } else { 0.95 };
                (f64::from(n), f64::from(n) + 2.0, probability)
            })
            .collect();
        let start = most_doubt(&segments, 8.0);
        assert_eq!(start, 29.0); // The doubtful stretch, 30 to 36 s, in the middle of 8 s.
        assert_eq!(most_doubt(&[], 8.0), 0.0);
    }
}
