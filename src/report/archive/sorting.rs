//! Suggested recordings as clips that a person sorts into folders of labels, or labels in a list.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::cut::{cut, write_wav, Original};
use super::{ExportError, Exporter, Folder};
use crate::archive::query::{Row, Value};
use crate::archive::store::Reader;

/// The list of the clips, which is a manifest once its column `label` is filled in.
const LIST: &str = "labels.csv";
/// What the model says of them, apart: who labels should not know it.
const ANSWERS: &str = "answers.csv";
/// What to do with them.
const README: &str = "README.txt";

/// Cuts a WAV file for each suggestion into a folder, and writes a list and instructions beside them.
pub struct SortingFolder<'a> {
    reader: &'a Reader,
    folder: PathBuf,
    ffmpeg: bool,
    labels: Vec<String>,
    rows: Vec<Wanted>,
    cut: usize,
    failed: Vec<String>,
}

struct Wanted {
    path: String,
    /// The file itself, where its name is no text.
    file: PathBuf,
    sha256: String,
    start_s: f64,
    end_s: f64,
    group: String,
    /// What stands behind the columns that are to be filled in.
    told: [String; 6],
}

impl<'a> SortingFolder<'a> {
    /// Writes to `folder`, which is made if it is not there; `reader` is the database that the rows are of, `labels` are those that
    /// the model knows, `ffmpeg` lets it decode what cannot be decoded here.
    pub fn new(reader: &'a Reader, folder: PathBuf, labels: Vec<String>, ffmpeg: bool) -> Self {
        Self {
            reader,
            folder,
            ffmpeg,
            labels,
            rows: Vec::new(),
            cut: 0,
            failed: Vec::new(),
        }
    }

    /// Clips that were cut.
    pub fn cut(&self) -> usize {
        self.cut
    }

    /// Recordings that have changed or could not be read any more, each with the reason.
    pub fn failed(&self) -> &[String] {
        &self.failed
    }

    fn fault(&self, name: &str, error: std::io::Error) -> ExportError {
        ExportError::File {
            path: self.folder.join(name).display().to_string(),
            error,
        }
    }

    fn table(
        &self,
        name: &str,
        columns: &[&str],
    ) -> Result<csv::Writer<std::fs::File>, ExportError> {
        let fault = |e: csv::Error| self.fault(name, e.into());
        let mut table = csv::Writer::from_path(self.folder.join(name)).map_err(fault)?;
        table.write_record(columns).map_err(fault)?;
        Ok(table)
    }

    fn write_readme(&self) -> std::io::Result<()> {
        let mut file = std::fs::File::create(self.folder.join(README))?;
        let folder: PathBuf = self.folder.components().collect();
        let folder = folder.display();
        let labels = self.labels.join(", ");
        write!(
            file,
            "Clips to label: those of the archive whose labels would teach the model the most.

Listen to each, and do one of these:

- Make a folder here for each label that you hear, and move the clip into it: {folder}/siren/.
  With the phase, if you can tell: {folder}/harop/dive/.
  If you only know what it is not: {folder}/-harop/.
- Or write the label into the column `label` of {LIST} (and cruise or dive into `phase`).

Stay with one of the two: folders and list are not read together.
Leave where it is what you cannot tell: clips without a label are passed over.
Labels of the model: {labels}.
A new label is welcome: lower-case letters, digits and hyphens. What the model says stands in {ANSWERS}:\ndon't look at it before you have listened.

Then check the labels and train, from the folders:

    earwitness dataset check {folder}
    earwitness train --base default --add {folder} -o mine.model

or from the list:

    earwitness dataset check {folder}/{LIST}
    earwitness train --base default --add {folder}/{LIST} -o mine.model
"
        )
    }
}

impl Exporter for SortingFolder<'_> {
    fn row(&mut self, row: &Row) -> Result<(), ExportError> {
        let told = [
            "label",
            "probability",
            "second_label",
            "second_probability",
            "doubt",
            "recorded_at",
        ];
        self.rows.push(Wanted {
            path: row.text("path").to_owned(),
            file: row.file(),
            sha256: row.text("sha256").to_owned(),
            start_s: row.real("start_s").unwrap_or(0.0),
            end_s: row.real("end_s").unwrap_or(0.0),
            group: row.text("source_group").to_owned(),
            told: told.map(|name| match row.value(name) {
                Value::Null => String::new(),
                Value::Text(text) => text.clone(),
                Value::Real(x) => x.to_string(),
                Value::Integer(n) => n.to_string(),
            }),
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), ExportError> {
        let rows = std::mem::take(&mut self.rows);
        let mut folder = Folder::new(self.folder.clone(), ".wav")?;
        self.write_readme().map_err(|e| self.fault(README, e))?;
        let mut list = self.table(LIST, &["path", "label", "phase", "group", "source", "note"])?;
        let mut answers = self.table(
            ANSWERS,
            &[
                "clip",
                "recording",
                "clip_start_s",
                "clip_end_s",
                "model_says",
                "probability",
                "second",
                "second_probability",
                "doubt",
                "recorded_at",
            ],
        )?;
        let source = self.folder.file_name().unwrap_or_default();
        let source = source.to_string_lossy().into_owned();
        for row in rows {
            let stretch = std::iter::once((row.start_s, row.end_s));
            let stem = Path::new(&row.path).file_stem().unwrap_or_default();
            // Named as pieces are, so that a later round knows of which recording they are.
            let name = format!(
                "{}_{:.1}s_{:.1}s",
                stem.to_string_lossy(),
                row.start_s,
                row.end_s
            );
            let mut clip = None;
            let original = Original {
                path: &row.path,
                file: &row.file,
                sha256: &row.sha256,
            };
            let read = cut(self.reader, original, stretch, self.ffmpeg, |cut| {
                let (file, name) = folder.create(&name)?;
                write_wav(file, &cut.samples).map_err(|e| self.fault(&name, e))?;
                clip = Some(name);
                Ok(())
            })?;
            if let Err(error) = read {
                self.failed.push(error.to_string());
            }
            let Some(name) = clip else {
                continue;
            };
            let (start_s, end_s) = (row.start_s.to_string(), row.end_s.to_string());
            list.write_record([&name, "", "", &row.group, &source, ""])
                .map_err(|e| self.fault(LIST, e.into()))?;
            let fixed = [&name, &row.path, &start_s, &end_s].map(String::as_str);
            let told = row.told.iter().map(String::as_str);
            answers
                .write_record(fixed.into_iter().chain(told))
                .map_err(|e| self.fault(ANSWERS, e.into()))?;
            self.cut += 1;
        }
        list.flush().map_err(|e| self.fault(LIST, e))?;
        answers.flush().map_err(|e| self.fault(ANSWERS, e))
    }
}
