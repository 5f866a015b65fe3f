//! The table for people: two lines or more per recording, so that long names and long warnings
//! fit 80 columns without cutting either.

use super::words::{self, printable, wrapped};
use super::{Entry, Failure, Writer};
use crate::model::answer::{Classification, Decision};
use std::io::{self, Write};

const LEGEND: &[(&str, &str)] = &[
    ("answer", "\"cannot tell\": nothing known fits, or too much does; \"some x\": one of the family or class x; \"consistent with\": known from rendered sound only"),
    ("grade", "A: learnt from real recordings of 10 source groups or more; B: of fewer; C: from rendered sound only"),
    ("prob.", "calibrated probability of the best label, if the prior holds (unless --prior set another: classes equally likely beforehand, then families, then labels)"),
    ("log10 LR", "what the sound itself adds: at +1 it is ten times likelier if the label is right than if another is, at 0 it says nothing; bounds: the most that the number of recordings learnt from supports"),
    ("heard", "how much of the recording sounds most like the label"),
    ("not excluded", "labels that the sound leaves open; left out where it is the answer alone"),
];

/// Writes the table; it grows with every recording.
#[derive(Debug, Default)]
pub struct TableWriter {
    answered: usize,
    cannot_tell: usize,
    unusable: usize,
    failed: usize,
    /// The model that answers, as the first answer names it.
    model: Option<String>,
    /// The prior, likewise.
    prior: Option<String>,
}

/// The columns under the name of a recording.
fn row(cells: [&str; 7]) -> String {
    let [answer, phase, grade, probability, lr, bounds, heard] = cells;
    let row = format!(
        "    {answer:<22} {phase:<6} {grade:<5} {probability:>5} {lr:>8}  {bounds:<12} {heard}"
    );
    format!("{}\n", row.trim_end())
}

impl Writer for TableWriter {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let head = row([
            "answer", "phase", "grade", "prob.", "log10 LR", "bounds", "heard",
        ]);
        write!(out, "recording\n{head}{}\n", "-".repeat(words::WIDTH))
    }

    fn entry(&mut self, entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
        match entry {
            Entry::Answer(c) => {
                self.model.get_or_insert_with(|| {
                    let sha256: String = c.model.sha256.chars().take(12).collect();
                    format!("{} ({sha256})", c.model.id)
                });
                self.prior
                    .get_or_insert_with(|| words::prior(&c.prior, &c.prior_shares));
                match c.decision {
                    Decision::Unusable => self.unusable += 1,
                    Decision::Unknown => self.cannot_tell += 1,
                    Decision::Signature | Decision::Family | Decision::Class => self.answered += 1,
                }
                out.write_all(answer(c).as_bytes())
            }
            Entry::Failure(failure) => {
                self.failed += 1;
                out.write_all(not_read(failure).as_bytes())
            }
        }
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let total = self.answered + self.cannot_tell + self.unusable + self.failed;
        writeln!(
            out,
            "{}\n{total} recordings: {} answered, {} cannot tell, {} unusable, {} not read\n",
            "-".repeat(words::WIDTH),
            self.answered,
            self.cannot_tell,
            self.unusable,
            self.failed
        )?;
        if let Some(model) = &self.model {
            writeln!(out, "model         {model}")?;
        }
        if let Some(prior) = &self.prior {
            out.write_all(wrapped("prior         ", prior).as_bytes())?;
        }
        LEGEND.iter().try_for_each(|(word, meaning)| {
            out.write_all(wrapped(&format!("{word:<13} "), meaning).as_bytes())
        })
    }
}

fn answer(c: &Classification) -> String {
    let best = c.probabilities.get(&c.label);
    let lr = c.log10_lr.get(&c.label).copied().flatten();
    let bounds = c.label_log10_lr_bounds.filter(|_| lr.is_some());
    let mut text = format!("{}\n", printable(&c.path));
    text += &row([
        &words::answer(c),
        c.phase.as_deref().unwrap_or("-"),
        c.grade.map_or("-", words::grade_letter),
        &best.map_or("-".into(), |p| words::probability(*p)),
        &lr.map_or("-".into(), words::log10_lr),
        &bounds.map_or("-".into(), |[low, high]| format!("{low:+.1} to {high:+.1}")),
        &format!("{:.0} of {:.0} s", c.heard_s, c.duration_s),
    ]);
    if matches!(c.decision, Decision::Family | Decision::Class) {
        // The figures above are of this label, and the answer does not name it.
        text += &wrapped("    likeliest: ", &c.label);
    }
    if let Some(set) = words::other_than_answer(c) {
        text += &wrapped("    not excluded: ", &set);
    }
    for warning in &c.warnings {
        text += &wrapped("    ! ", &printable(warning));
    }
    text
}

fn not_read(failure: &Failure) -> String {
    let name = printable(&failure.path);
    let message = printable(&failure.error.message);
    // The name stands on the line above.
    let message = message
        .strip_prefix(&name)
        .and_then(|m| m.strip_prefix(": "));
    let message = message.unwrap_or(&failure.error.message);
    format!("{name}\n{}", wrapped("    not read: ", message))
}
