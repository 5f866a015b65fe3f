//! What stands in the tables of a page: words, and figures that know where in `report.json` they stand.

use crate::report::markup::escaped;
use serde_json::Number;
use std::fmt;

/// A figure: its value as in `report.json`, where it stands there (a JSON pointer), and how it is shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    at: String,
    value: String,
    shown: String,
}

/// What stands in a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Words.
    Text(String),
    /// A figure.
    Figure(Figure),
    /// Figures with words between them.
    Mixed(Vec<Cell>),
    /// A verdict, which is marked by more than its colour.
    Verdict(&'static str, String),
}

/// A table with a row of headings.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) head: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// Folded away until it is asked for: what only few need.
    pub(super) is_folded: bool,
}

impl Table {
    pub(super) fn new(caption: impl Into<String>, head: &[&'static str]) -> Self {
        Self {
            caption: caption.into(),
            head: head.to_vec(),
            rows: Vec::new(),
            is_folded: false,
        }
    }

    pub(super) fn folded(mut self) -> Self {
        self.is_folded = true;
        self
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }
}

/// Words.
pub(super) fn text(words: impl Into<String>) -> Cell {
    Cell::Text(words.into())
}

/// A figure with so many digits after the point.
pub(super) fn figure(at: impl Into<String>, value: f64, digits: usize) -> Cell {
    Cell::Figure(Figure {
        at: at.into(),
        value: written(value),
        shown: format!("{value:.digits$}"),
    })
}

/// A figure that is shown in another unit or form than it is written.
pub(super) fn shown_as(at: impl Into<String>, value: f64, shown: impl Into<String>) -> Cell {
    Cell::Figure(Figure {
        at: at.into(),
        value: written(value),
        shown: shown.into(),
    })
}

/// Two figures and a dash.
pub(super) fn span(at: &str, low: f64, high: f64, digits: usize) -> Cell {
    Cell::Mixed(vec![
        figure(format!("{at}/low"), low, digits),
        text(" to "),
        figure(format!("{at}/high"), high, digits),
    ])
}

/// A number as JSON writes it.
fn written(value: f64) -> String {
    Number::from_f64(value).map_or_else(|| "null".to_owned(), |n| n.to_string())
}

/// As HTML, with everything escaped.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(words) => f.write_str(&escaped(words)),
            Self::Figure(Figure { at, value, shown }) => {
                let (at, shown) = (escaped(at), escaped(shown));
                write!(f, r#"<data value="{value}" data-at="{at}">{shown}</data>"#)
            }
            Self::Mixed(cells) => cells.iter().try_for_each(|cell| cell.fmt(f)),
            Self::Verdict(kind, words) => {
                write!(f, r#"<span class="{kind}">{}</span>"#, escaped(words))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let cell = text("<script>alert('x')</script>\u{202e}");
        let html = cell.to_string();
        assert!(!html.contains('<') && !html.contains('\u{202e}'), "{html}");
        let cell = shown_as("/a\"b", 0.5, "<b>");
        assert_eq!(
            cell.to_string(),
            r#"<data value="0.5" data-at="/a&quot;b">&lt;b&gt;</data>"#
        );
    }
}
