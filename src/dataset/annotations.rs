//! Annotations: what is heard when within a recording, for recordings known by their content.

use super::{is_valid_label, DatasetError, RESERVED_REMEDY};
use crate::hex::hex;
use crate::taxonomy::reserved;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// The shortest annotation that can be told from a slip, s.
const SHORTEST_S: f64 = 0.05;

/// A stretch of a recording and what is heard in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Start, s from the start of the recording.
    pub start_s: f64,
    /// End, s; above `start_s`.
    pub end_s: f64,
    /// The label.
    pub label: String,
    /// `cruise`, `dive`, or `None` where it cannot be told.
    pub phase: Option<String>,
}

impl Span {
    /// Seconds that it shares with the stretch from `start_s` to `end_s`.
    pub fn overlap_s(&self, start_s: f64, end_s: f64) -> f64 {
        (self.end_s.min(end_s) - self.start_s.max(start_s)).max(0.0)
    }
}

/// The annotated stretches of recordings, by the SHA-256 of the file: whatever it is called, its annotations
/// are found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Annotations {
    spans: HashMap<String, Vec<Span>>,
}

#[derive(Deserialize)]
struct Line {
    sha256: String,
    start_s: f64,
    end_s: f64,
    label: String,
    #[serde(default)]
    phase: String,
}

impl Annotations {
    /// The annotations that the project ships: the Shahed-136 recordings of its training data.
    ///
    /// # Errors
    /// [`DatasetError`] if the committed list is broken; a test sees to it that it isn't.
    pub fn built_in() -> Result<Self, DatasetError> {
        let text = include_str!("../../models/annotations/shahed-136.csv");
        Self::parse("models/annotations/shahed-136.csv", text)
    }

    /// Reads CSV with the columns `sha256,start_s,end_s,label,phase`; others are for people. `name` is what
    /// messages call it.
    ///
    /// # Errors
    /// [`DatasetError`] names the line and the fault.
    pub fn parse(name: &str, text: &str) -> Result<Self, DatasetError> {
        let path = Path::new(name);
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut spans: HashMap<String, Vec<Span>> = HashMap::new();
        for (number, line) in reader.deserialize::<Line>().enumerate() {
            let fault = |fault: String, remedy| DatasetError::Line {
                path: path.to_owned(),
                line: number as u64 + 2,
                fault,
                remedy,
            };
            let line = line.map_err(|e| {
                fault(
                    e.to_string(),
                    "give the columns sha256,start_s,end_s,label,phase",
                )
            })?;
            let (hash, span) = line
                .checked()
                .map_err(|(what, remedy)| fault(what, remedy))?;
            let own = spans.entry(hash).or_default();
            if own
                .iter()
                .any(|s| s.overlap_s(span.start_s, span.end_s) > 0.0)
            {
                let what = format!("{} to {} s overlaps another line", span.start_s, span.end_s);
                return Err(fault(
                    what,
                    "let the stretches of a recording follow each other",
                ));
            }
            own.push(span);
        }
        Ok(Self { spans })
    }

    /// The annotated stretches of the recording with this SHA-256; none if it is not known.
    pub fn of(&self, sha256: &[u8; 32]) -> &[Span] {
        self.spans.get(&hex(sha256)).map_or(&[], Vec::as_slice)
    }
}

impl Line {
    fn checked(self) -> Result<(String, Span), (String, &'static str)> {
        let hex = self.sha256.to_ascii_lowercase();
        if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            let what = format!("`{}` is no SHA-256", self.sha256);
            return Err((what, "give the 64 hexadecimal digits that sha256sum prints"));
        }
        let ordered = self.start_s >= 0.0 && self.end_s - self.start_s >= SHORTEST_S;
        if !ordered || !self.end_s.is_finite() {
            let what = format!("{} to {} s is no stretch of time", self.start_s, self.end_s);
            return Err((
                what,
                "give a start of 0 or later and an end after it, in seconds",
            ));
        }
        if !is_valid_label(&self.label) {
            let what = format!("`{}` is no label", self.label);
            return Err((what, "use lower-case words joined by hyphens"));
        }
        if let Some(what) = reserved(&self.label) {
            return Err((what, RESERVED_REMEDY));
        }
        let phase = match self.phase.as_str() {
            "" => None,
            "cruise" | "dive" => Some(self.phase),
            other => {
                let what = format!("`{other}` is no phase");
                return Err((what, "give cruise or dive, or leave it empty"));
            }
        };
        let span = Span {
            start_s: self.start_s,
            end_s: self.end_s,
            label: self.label,
            phase,
        };
        Ok((hex, span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "00000000000000000000000000000000000000000000000000000000000000ff";

    fn parse(lines: &str) -> Result<Annotations, DatasetError> {
        let lines = lines.replace('#', HASH);
        Annotations::parse(
            "a.csv",
            &format!("sha256,start_s,end_s,label,phase\n{lines}"),
        )
    }

    #[test]
    fn stretches_are_found_by_content() {
        let found = parse("#,0,2.5,background,\n#,2.5,9,shahed-136,dive\n").unwrap();
        let mut sha256 = [0; 32];
        assert!(found.of(&sha256).is_empty());
        sha256[31] = 0xff;
        let spans = found.of(&sha256);
        assert_eq!(spans.len(), 2);
        assert_eq!(spans[1].phase.as_deref(), Some("dive"));
        assert_eq!(spans[1].overlap_s(2.0, 4.0), 1.5);
        assert_eq!(spans[0].overlap_s(2.5, 4.5), 0.0);
    }

    #[test]
    fn lines_that_cannot_be_meant_are_named() {
        for (lines, named) in [
            ("12,0,1,siren,", "SHA-256"),
            ("#,3,1,siren,", "no stretch"),
            ("#,0,1,Siren,", "no label"),
            ("#,0,1,unusable,", "not a label"),
            ("#,0,1,siren,climb", "no phase"),
            ("#,0,2,siren,\n#,1,3,siren,", "overlaps"),
            ("#,0,x,siren,", "columns"),
        ] {
            let message = parse(lines).unwrap_err().to_string();
            assert!(
                message.contains(named) && message.contains("a.csv, line"),
                "{message}"
            );
        }
    }

    #[test]
    fn the_committed_list_is_valid() {
        assert!(!Annotations::built_in().unwrap().spans.is_empty());
    }
}
