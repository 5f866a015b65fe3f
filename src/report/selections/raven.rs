//! Raven's selection tables: text, columns parted by tabs, one selection a line, with the column names that Raven
//! knows (Raven Pro User's Manual, "Saving, retrieving, and exporting selection tables"); others are kept as
//! annotations.

use std::io::{self, Write};

use super::{field, Selection};

/// The columns: those that every table has, the two that let Raven open several files as one, and annotations.
const COLUMNS: [&str; 11] = [
    "Selection",
    "View",
    "Channel",
    "Begin Time (s)",
    "End Time (s)",
    "Low Freq (Hz)",
    "High Freq (Hz)",
    "Begin Path",
    "File Offset (s)",
    "Label",
    "Score",
];

/// Where a selection stands in its table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place<'a> {
    /// Its number, from 1.
    pub number: usize,
    /// The recording.
    pub path: &'a str,
    /// Where the recording begins in the row of recordings that the table speaks of, s; 0 for a table of one.
    pub begin_s: f64,
}

/// Writes the first line.
///
/// # Errors
/// Those of `out`.
pub fn write_header(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", COLUMNS.join("\t"))
}

/// Writes a selection. Times have a tenth of a millisecond, frequencies a tenth of a Hz.
///
/// # Errors
/// Those of `out`.
pub fn write_selection(out: &mut dyn Write, place: Place, s: &Selection) -> io::Result<()> {
    let score = s.score.map_or(String::new(), |score| format!("{score:.4}"));
    writeln!(
        out,
        "{}\tSpectrogram 1\t1\t{:.4}\t{:.4}\t{:.1}\t{:.1}\t{}\t{:.4}\t{}\t{score}",
        place.number,
        place.begin_s + s.start_s,
        place.begin_s + s.end_s,
        s.low_hz,
        s.high_hz,
        field(place.path),
        s.start_s,
        field(s.label),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_has_as_many_fields_as_the_header_whatever_its_names_hold() {
        let mut out = Vec::new();
        write_header(&mut out).unwrap();
        let selection = Selection {
            start_s: 1.0,
            end_s: 3.5,
            low_hz: 0.0,
            high_hz: 8000.0,
            label: "shahed-136",
            score: Some(0.875),
        };
        let place = Place {
            number: 2,
            path: "a\tb\n.wav",
            begin_s: 100.0,
        };
        write_selection(&mut out, place, &selection).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<Vec<&str>> = text.lines().map(|l| l.split('\t').collect()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].len(), lines[1].len());
        let wanted =
            "2|Spectrogram 1|1|101.0000|103.5000|0.0|8000.0|a b .wav|1.0000|shahed-136|0.8750";
        assert_eq!(lines[1].join("|"), wanted);
    }
}
