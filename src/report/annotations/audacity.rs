//! Audacity label tracks: start, end and label in seconds, separated by tabs, no heading ("Importing and Exporting Labels",
//! Audacity manual).

use super::{cell, Annotation};

/// A label track.
pub fn audacity(annotations: &[Annotation]) -> String {
    let row = |a: &Annotation| {
        let probability = a.probability.map_or(String::new(), |p| format!(" {p:.2}"));
        format!(
            "{:.6}\t{:.6}\t{}{probability}\n",
            a.start_s,
            a.end_s,
            cell(&a.label)
        )
    };
    annotations.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_stays_in_its_cell() {
        let all = [Annotation {
            start_s: 1.0,
            end_s: 2.5,
            low_hz: 0.0,
            high_hz: 8000.0,
            label: "a\tb\nc".into(),
            probability: Some(0.5),
        }];
        assert_eq!(audacity(&all), "1.000000\t2.500000\ta b c 0.50\n");
    }
}
