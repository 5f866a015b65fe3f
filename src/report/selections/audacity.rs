//! Audacity's label tracks: start, end and text parted by tabs, and on a line of its own, after a backslash, the band of
//! frequencies (Audacity Manual, "Importing and exporting labels").

use std::io::{self, Write};

use super::{field, Selection};

/// Writes a label. Audacity takes points for decimal points only, whatever its language.
///
/// # Errors
/// Those of `out`.
pub fn write_label(out: &mut dyn Write, s: &Selection) -> io::Result<()> {
    let score = s
        .score
        .map_or(String::new(), |score| format!(" {score:.2}"));
    let (start, end) = (s.start_s, s.end_s);
    writeln!(out, "{start:.6}\t{end:.6}\t{}{score}", field(s.label))?;
    writeln!(out, "\\\t{:.6}\t{:.6}", s.low_hz, s.high_hz)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_line_of_times_and_one_of_frequencies() {
        let mut out = Vec::new();
        let selection = Selection {
            start_s: 0.5,
            end_s: 2.0,
            low_hz: 0.0,
            high_hz: 4000.0,
            label: "a\tb",
            score: Some(0.5),
        };
        write_label(&mut out, &selection).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "0.500000\t2.000000\ta b 0.50\n\\\t0.000000\t4000.000000\n"
        );
    }
}
