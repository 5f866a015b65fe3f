//! Raven selection tables: tab-separated with a heading, of which `Selection`, `View`, `Channel`, `Begin Time (s)`, `End Time (s)`,
//! `Low Freq (Hz)` and `High Freq (Hz)` are Raven's own (Raven Pro user's manual, "Selection tables"); other columns are
//! annotations.

use super::{cell, Annotation};

const HEADING: &str = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tLabel\tProbability\n";

/// A selection table.
pub fn raven(annotations: &[Annotation]) -> String {
    let mut out = HEADING.to_owned();
    for (n, a) in annotations.iter().enumerate() {
        let probability = a.probability.map_or(String::new(), |p| format!("{p:.4}"));
        out += &format!(
            "{}\tSpectrogram 1\t1\t{:.6}\t{:.6}\t{:.1}\t{:.1}\t{}\t{probability}\n",
            n + 1,
            a.start_s,
            a.end_s,
            a.low_hz,
            a.high_hz,
            cell(&a.label)
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_the_columns_of_the_heading() {
        let one = Annotation {
            start_s: 0.0,
            end_s: 2.0,
            low_hz: 0.0,
            high_hz: 8000.0,
            label: "harop".into(),
            probability: None,
        };
        let text = raven(&[one.clone(), one]);
        let columns: Vec<usize> = text.lines().map(|l| l.split('\t').count()).collect();
        assert_eq!(columns, [9, 9, 9]);
        assert!(text
            .lines()
            .nth(2)
            .unwrap()
            .starts_with("2\tSpectrogram 1\t1\t"));
    }
}
