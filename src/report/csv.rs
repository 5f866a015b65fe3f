//! CSV by RFC 4180, a line per recording, for spreadsheets and data frames.

use super::words;
use super::{Entry, Failure, Writer};
use crate::model::answer::Classification;
use std::io::{self, Write};

/// The columns; new ones are added at the end only.
pub const COLUMNS: [&str; 27] = [
    "path",
    "sha256",
    "duration_s",
    "decision",
    "label",
    "family",
    "phase",
    "grade",
    "probability",
    "prior",
    "log10_lr",
    "log10_lr_low",
    "log10_lr_high",
    "prediction_set",
    "prediction_set_insufficient",
    "coverage",
    "heard_s",
    "fitness",
    "warnings",
    "statement",
    "model_id",
    "model_sha256",
    "hypothesis_1",
    "hypothesis_2",
    "error_kind",
    "error_message",
    "class",
];

/// Writes the columns of the schema for every recording: what has no value is empty, lists are joined by `; `, and
/// `probability` and `log10_lr` are those of `label`.
#[derive(Debug, Default)]
pub struct CsvWriter;

impl Writer for CsvWriter {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        write_record(out, COLUMNS)
    }

    fn entry(&mut self, entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
        match entry {
            Entry::Answer(answer) => write_record(out, cells(answer)),
            Entry::Failure(failure) => write_record(out, failed(failure)),
        }
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

fn write_record<T: AsRef<[u8]>>(out: &mut dyn Write, cells: [T; 27]) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    writer.write_record(cells)?;
    writer.flush()
}

fn cells(c: &Classification) -> [String; 27] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
    let [h1, h2] = c.hypotheses.clone().unwrap_or_default();
    [
        c.path.clone(),
        c.sha256.clone(),
        c.duration_s.to_string(),
        words::decision(c.decision).to_owned(),
        c.label.clone(),
        text(&c.family),
        text(&c.phase),
        c.grade.map_or("", words::grade_letter).to_owned(),
        number(c.probabilities.get(&c.label).copied()),
        c.prior.clone(),
        number(c.log10_lr.get(&c.label).copied().flatten()),
        number(c.label_log10_lr_bounds.map(|b| b[0])),
        number(c.label_log10_lr_bounds.map(|b| b[1])),
        c.prediction_set.join("; "),
        c.prediction_set_insufficient.join("; "),
        c.coverage.to_string(),
        c.heard_s.to_string(),
        c.fitness.name().to_owned(),
        c.warnings.join("; "),
        c.statement.clone(),
        c.model.id.clone(),
        c.model.sha256.clone(),
        h1,
        h2,
        String::new(),
        String::new(),
        text(&c.class),
    ]
}

fn failed(failure: &Failure) -> [String; 27] {
    let mut cells: [String; 27] = Default::default();
    cells[0].clone_from(&failure.path);
    cells[24].clone_from(&failure.error.kind);
    cells[25].clone_from(&failure.error.message);
    cells
}
