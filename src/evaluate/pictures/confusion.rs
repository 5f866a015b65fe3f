//! Which label is taken for which, as a table of shades.

use super::escape;
use std::fmt::Write;

const CELL: f64 = 34.0;
const ROOM: f64 = 110.0;

/// Rows of true labels (those that occur), columns of answered ones (those that were true or answered); the shade is the share
/// of the row.
pub fn confusion_svg(counts: &[Vec<usize>], labels: &[String]) -> String {
    let mut text = String::new();
    // Writing to a string never fails.
    let _ = write(&mut text, counts, labels);
    text
}

fn write(out: &mut String, counts: &[Vec<usize>], labels: &[String]) -> std::fmt::Result {
    let total = |row: &[usize]| row.iter().sum::<usize>();
    let rows: Vec<usize> = (0..counts.len().min(labels.len()))
        .filter(|&k| total(&counts[k]) > 0)
        .collect();
    let answered = |k: usize| counts.iter().any(|row| row.get(k).is_some_and(|n| *n > 0));
    let columns: Vec<usize> = (0..labels.len())
        .filter(|&k| answered(k) || rows.contains(&k))
        .collect();
    let width = ROOM + CELL * columns.len() as f64 + 8.0;
    let height = ROOM + CELL * rows.len() as f64 + 8.0;
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\" role=\"img\" aria-label=\"confusion of labels\">\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
    )?;
    for (j, &column) in columns.iter().enumerate() {
        let x = ROOM + CELL * (j as f64 + 0.6);
        writeln!(
            out,
            "<text transform=\"translate({x:.1} {:.1}) rotate(-60)\">{}</text>",
            ROOM - 6.0,
            escape(&labels[column])
        )?;
    }
    for (i, &row) in rows.iter().enumerate() {
        let y = ROOM + CELL * i as f64;
        writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            ROOM - 6.0,
            y + 0.62 * CELL,
            escape(&labels[row])
        )?;
        for (j, &column) in columns.iter().enumerate() {
            let n = counts[row].get(column).copied().unwrap_or(0);
            let share = n as f64 / total(&counts[row]) as f64;
            let shade = (255.0 - 190.0 * share) as u8;
            let (red, green) = if row == column {
                (shade, 255)
            } else {
                (255, shade)
            };
            let green = if row == column {
                green - (60.0 * share) as u8
            } else {
                green
            };
            let x = ROOM + CELL * j as f64;
            writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{CELL}\" height=\"{CELL}\" fill=\"rgb({red},{green},{shade})\" stroke=\"#ddd\"/>"
            )?;
            if n > 0 {
                writeln!(
                    out,
                    "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{n}</text>",
                    x + 0.5 * CELL,
                    y + 0.62 * CELL
                )?;
            }
        }
    }
    writeln!(out, "</svg>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_without_recordings_have_no_row() {
        let labels = ["harop", "engine", "siren"].map(String::from);
        let svg = confusion_svg(&[vec![0, 0, 0], vec![1, 4, 0], vec![0, 0, 0]], &labels);
        assert_eq!(svg.matches(">engine<").count(), 2);
        assert_eq!(svg.matches(">harop<").count(), 1);
        assert_eq!(svg.matches(">siren<").count(), 0);
        assert_eq!(svg.matches("<rect x=").count(), 2);
    }
}
