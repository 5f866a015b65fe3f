//! Label tracks beside recordings: what Audacity exports and Raven saves.
//!
//! `NAME.txt` beside `NAME.wav` with lines of start, end and label, with tabs between them, is an Audacity label
//! track; a table with the columns `Begin Time (s)` and `End Time (s)` is one of Raven's selections, in UTF-8 or UTF-16. What
//! lies outside of the marks is unlabelled. Other text beside a recording is none of these, and is told ([`unread_beside`]).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::DatasetError;

/// Half the length given to a mark without any, s: a segment stands around it.
const HALF_SEGMENT_S: f64 = 1.0;
/// A label track is no larger.
const SIZE_LIMIT: u64 = 16 << 20;
/// Columns of a selection table that hold the annotation, the likeliest first.
const ANNOTATION_COLUMNS: [&str; 6] = [
    "annotation",
    "label",
    "species",
    "common name",
    "class",
    "notes",
];

/// A marked stretch of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Start, s.
    pub start_s: f64,
    /// End, s; above the start.
    pub end_s: f64,
    /// What was written.
    pub text: String,
    /// The line of the track that it stands on, from 1.
    pub line: u64,
}

/// The label track beside the recording at `path` with its marks, if there is one.
///
/// # Errors
/// [`DatasetError::Line`] for a line that cannot be understood, [`DatasetError::Unusable`] for a file that cannot be read.
pub fn marks_beside(path: &Path) -> Result<Option<(PathBuf, Vec<Mark>)>, DatasetError> {
    for track in tracks_of(path) {
        if let Some(marks) = marks_of(&track)? {
            return Ok(Some((track, marks)));
        }
    }
    Ok(None)
}

/// Whether a file is a label track, be it a broken one.
pub(super) fn is_track(path: &Path) -> bool {
    let is_text = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("txt"));
    is_text && !matches!(marks_of(path), Ok(None))
}

/// The marks in a file; `None` if it is no label track.
fn marks_of(track: &Path) -> Result<Option<Vec<Mark>>, DatasetError> {
    let size = fs::metadata(track).map_or(0, |m| m.len());
    let text = match size {
        0 | SIZE_LIMIT.. => return Ok(None),
        _ => fs::read(track).map_err(|e| DatasetError::Unusable {
            path: track.to_owned(),
            fault: e.to_string(),
            remedy: "give a label track that may be read, or take it away",
        })?,
    };
    parse(track, decoded(&text).trim_start_matches('\u{feff}'))
}

/// Text in UTF-8, or in UTF-16 as editors of Windows save it: told by its mark, or by the zero beside its first letter.
fn decoded(bytes: &[u8]) -> String {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        String::from_utf16_lossy(&units.collect::<Vec<u16>>())
    };
    match bytes {
        [0xff, 0xfe, ..] | [1..=0xff, 0, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] | [0, 1..=0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Text beside a recording that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unread {
    /// It is empty, begins with a number, or is too large: a label track that went wrong.
    LooksLikeATrack,
    /// Words for people.
    Words,
}

/// The files that might be the label track of the recording at `path`, and are none.
pub(super) fn unread_beside(path: &Path) -> Vec<(PathBuf, Unread)> {
    let tracks = tracks_of(path).into_iter();
    let not_read = tracks.filter(|track| matches!(marks_of(track), Ok(None)));
    not_read
        .map(|track| (track.clone(), unread(&track)))
        .collect()
}

fn unread(track: &Path) -> Unread {
    let is_odd = match fs::metadata(track).map_or(0, |m| m.len()) {
        0 | SIZE_LIMIT.. => true,
        _ => {
            let text = decoded(&fs::read(track).unwrap_or_default());
            let text = text.trim_start_matches('\u{feff}').trim_start();
            let first = text
                .trim_start_matches(['"', '+', '-', '[', '('])
                .chars()
                .next();
            first.is_none_or(|c| c.is_ascii_digit())
        }
    };
    match is_odd {
        true => Unread::LooksLikeATrack,
        false => Unread::Words,
    }
}

/// Files that may hold the marks of a recording: `NAME.txt`, `NAME.wav.txt`, and what Raven and its like call
/// their tables.
pub(super) fn tracks_of(path: &Path) -> Vec<PathBuf> {
    let (Some(stem), Some(name)) = (path.file_stem(), path.file_name()) else {
        return Vec::new();
    };
    let stem = stem.to_string_lossy();
    let name = name.to_string_lossy();
    [
        format!("{stem}.txt"),
        format!("{name}.txt"),
        format!("{stem}.Table.1.selections.txt"),
        format!("{stem}.selections.txt"),
        format!("{stem}.selection.table.txt"),
        format!("{stem}.BirdNET.selection.table.txt"),
    ]
    .iter()
    .map(|name| path.with_file_name(name))
    .filter(|track| track.is_file())
    .collect()
}

/// The marks in `text`; `None` if it is neither kind of track, but notes in words.
fn parse(path: &Path, text: &str) -> Result<Option<Vec<Mark>>, DatasetError> {
    let Some(first) = text.lines().find(|line| !line.trim().is_empty()) else {
        return Ok(None);
    };
    let columns: Vec<String> = first
        .split('\t')
        .map(|c| c.trim().to_ascii_lowercase())
        .collect();
    if columns.iter().any(|c| c == "begin time (s)") {
        return selections(path, text).map(Some);
    }
    let numbers = first.split('\t').take(2).filter_map(seconds).count();
    match numbers {
        2 => audacity(path, text).map(Some),
        _ => Ok(None),
    }
}

fn seconds(text: &str) -> Option<f64> {
    let number: f64 = text.trim().replace(',', ".").parse().ok()?;
    number.is_finite().then_some(number)
}

fn fault(path: &Path, line: usize, fault: String, remedy: &'static str) -> DatasetError {
    DatasetError::Line {
        path: path.to_owned(),
        line: line as u64,
        fault,
        remedy,
    }
}

fn mark(path: &Path, line: usize, start: f64, end: f64, text: &str) -> Result<Mark, DatasetError> {
    if start < 0.0 || end < start {
        let what = format!("{start} to {end} s is no stretch of time");
        let remedy = "give a start of 0 or later and an end after it, in seconds";
        return Err(fault(path, line, what, remedy));
    }
    // A mark at one instant means what is heard there.
    let (start, end) = match end > start {
        true => (start, end),
        false => ((start - HALF_SEGMENT_S).max(0.0), end + HALF_SEGMENT_S),
    };
    Ok(Mark {
        start_s: start,
        end_s: end,
        text: text.trim().to_owned(),
        line: line as u64,
    })
}

fn audacity(path: &Path, text: &str) -> Result<Vec<Mark>, DatasetError> {
    let mut marks = Vec::new();
    for (number, line) in text.lines().enumerate() {
        // A line that begins with a backslash gives the frequencies of the mark before it.
        if line.trim().is_empty() || line.starts_with('\\') {
            continue;
        }
        let mut fields = line.splitn(3, '\t');
        let mut next = || fields.next().and_then(seconds);
        let (Some(start), Some(end)) = (next(), next()) else {
            return Err(fault(
                path,
                number + 1,
                format!("`{}` is no line of a label track", line.trim()),
                "give start, end and label with tabs between them, as Audacity exports them",
            ));
        };
        let label = fields.next().unwrap_or_default();
        marks.push(mark(path, number + 1, start, end, label)?);
    }
    Ok(marks)
}

fn selections(path: &Path, text: &str) -> Result<Vec<Mark>, DatasetError> {
    let mut lines = text
        .lines()
        .enumerate()
        .filter(|(_, l)| !l.trim().is_empty());
    let header: Vec<String> = lines
        .next()
        .map(|(_, line)| {
            line.split('\t')
                .map(|c| c.trim().to_ascii_lowercase())
                .collect()
        })
        .unwrap_or_default();
    let column = |name: &str| header.iter().position(|c| c == name);
    let missing = |name: &str| {
        let what = format!("the table has no column `{name}`");
        fault(
            path,
            1,
            what,
            "save the selections with their begin, end and annotation",
        )
    };
    let start = column("begin time (s)").ok_or_else(|| missing("Begin Time (s)"))?;
    let end = column("end time (s)").ok_or_else(|| missing("End Time (s)"))?;
    let label = ANNOTATION_COLUMNS.iter().find_map(|name| column(name));
    let label = label.ok_or_else(|| missing("Annotation"))?;
    let selection = column("selection");
    let mut seen = BTreeSet::new();
    let mut marks = Vec::new();
    for (number, line) in lines {
        let fields: Vec<&str> = line.split('\t').collect();
        let field = |place: usize| fields.get(place).copied().unwrap_or_default();
        // Raven lists a selection once for each view.
        if selection.is_some_and(|place| !seen.insert(field(place).trim().to_owned())) {
            continue;
        }
        let (Some(from), Some(to)) = (seconds(field(start)), seconds(field(end))) else {
            let what = "its begin or end is no number".to_owned();
            let remedy = "save the table from Raven again, with times in seconds";
            return Err(fault(path, number + 1, what, remedy));
        };
        marks.push(mark(path, number + 1, from, to, field(label))?);
    }
    Ok(marks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(name: &str, text: &str) -> Result<Option<Vec<Mark>>, DatasetError> {
        let dir = tempfile::tempdir().unwrap();
        let recording = dir.path().join("night.wav");
        fs::write(&recording, b"x").unwrap();
        fs::write(dir.path().join(name), text).unwrap();
        Ok(marks_beside(&recording)?.map(|(_, marks)| marks))
    }

    fn short(marks: &[Mark]) -> Vec<(f64, f64, &str)> {
        marks
            .iter()
            .map(|m| (m.start_s, m.end_s, m.text.as_str()))
            .collect()
    }

    #[test]
    fn audacity_tracks_are_read_with_frequencies_and_instants() {
        let text = "\u{feff}0.5\t3,25\tharop/dive\r\n\\\t100.0\t900.0\r\n4.0\t4.0\tsiren\n";
        let found = marks("night.txt", text).unwrap().unwrap();
        assert_eq!(
            short(&found),
            [(0.5, 3.25, "harop/dive"), (3.0, 5.0, "siren")]
        );
        assert_eq!((found[0].line, found[1].line), (1, 3));
    }

    #[test]
    fn raven_tables_are_read_once_per_selection() {
        let text = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tAnnotation\n\
                    1\tWaveform 1\t1\t0.0\t2.5\t0\tsiren\n1\tSpectrogram 1\t1\t0.0\t2.5\t0\tsiren\n2\tSpectrogram 1\t1\t7\t9\t0\t-siren\n";
        for name in ["night.Table.1.selections.txt", "night.txt"] {
            let found = marks(name, text).unwrap().unwrap();
            assert_eq!(short(&found), [(0.0, 2.5, "siren"), (7.0, 9.0, "-siren")]);
            assert_eq!((found[0].line, found[1].line), (2, 4));
        }
    }

    #[test]
    fn tracks_in_utf_16_are_read() {
        let text = "\u{feff}0.5\t3\tharop/dive\r\n4\t5\tsiren\r\n";
        let units = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
        let little = |text| units(text).into_iter().flat_map(u16::to_le_bytes).collect();
        let big = |text| units(text).into_iter().flat_map(u16::to_be_bytes).collect();
        let without = text.trim_start_matches('\u{feff}');
        let dir = tempfile::tempdir().unwrap();
        let (recording, track) = (dir.path().join("night.wav"), dir.path().join("night.txt"));
        for bytes in [little(text), big(text), little(without), big(without)] {
            let bytes: Vec<u8> = bytes;
            fs::write(&track, bytes).unwrap();
            let (_, found) = marks_beside(&recording).unwrap().unwrap();
            assert_eq!(
                short(&found),
                [(0.5, 3.0, "harop/dive"), (4.0, 5.0, "siren")]
            );
        }
    }

    #[test]
    fn text_that_is_not_read_is_told_from_a_track_that_went_wrong() {
        let dir = tempfile::tempdir().unwrap();
        let (recording, track) = (dir.path().join("night.wav"), dir.path().join("night.txt"));
        for (text, wanted) in [
            ("", Some(Unread::LooksLikeATrack)),
            (" \n", Some(Unread::LooksLikeATrack)),
            ("0.0 2.0 siren\n", Some(Unread::LooksLikeATrack)),
            ("0.0,2.0,siren\n", Some(Unread::LooksLikeATrack)),
            ("Recorded by a neighbour.\n", Some(Unread::Words)),
            ("0\t2\tsiren\n", None),
        ] {
            fs::write(&track, text).unwrap();
            let found = unread_beside(&recording);
            assert_eq!(found.first().map(|(_, kind)| *kind), wanted, "{text:?}");
        }
    }

    #[test]
    fn notes_in_words_are_no_track() {
        assert!(marks("night.txt", "Recorded by a neighbour.\n")
            .unwrap()
            .is_none());
        assert!(marks("other.txt", "0\t1\tsiren\n").unwrap().is_none());
    }

    #[test]
    fn faults_name_the_line() {
        for (text, wanted) in [
            ("0\t1\tsiren\n3\t2\tsiren\n", "line 2"),
            ("0\t1\tsiren\nand so on\n", "no line of a label track"),
            ("Begin Time (s)\tEnd Time (s)\n0\t1\n", "Annotation"),
            (
                "Begin Time (s)\tEnd Time (s)\tLabel\n0\tx\tsiren\n",
                "line 2",
            ),
        ] {
            let message = marks("night.txt", text).unwrap_err().to_string();
            assert!(message.contains(wanted), "{message}");
        }
    }
}
