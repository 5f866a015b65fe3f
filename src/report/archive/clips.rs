//! The sound of detections, cut out for listening.

use std::path::{Path, PathBuf};

use super::cut::{cut, write_wav, Original};
use super::{ExportError, Exporter, Folder};
use crate::archive::query::{pick_evenly, Pick, Row};
use crate::archive::store::Reader;

/// The list of the clips, beside them.
const INDEX: &str = "clips.csv";

/// How clips are cut.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipOptions {
    /// Seconds of sound left before and after each detection.
    pub margin_s: f64,
    /// Longest clip, s: of a longer detection the first part is cut.
    pub longest_s: f64,
    /// At most so many of each tenth of probability, chosen as if by chance; all if `None`.
    pub per_bin: Option<usize>,
    /// Let ffmpeg decode what cannot be decoded here.
    pub ffmpeg: bool,
}

/// Cuts a WAV file (16 kHz, mono, 16 bits) for each detection into a folder, with a list of them; all are cut at the
/// end, since only then it is known which are chosen.
pub struct Clips<'a> {
    reader: &'a Reader,
    folder: PathBuf,
    options: ClipOptions,
    wanted: Vec<Wanted>,
    cut: usize,
    failed: Vec<String>,
}

#[derive(Debug, Clone)]
struct Wanted {
    path: String,
    /// The file itself, where its name is no text.
    file: PathBuf,
    end_s: f64,
    grade: String,
    peak: f64,
    pick: Pick,
}

impl ClipOptions {
    /// What is cut of a detection: start and end, s.
    fn stretch(&self, wanted: &Wanted) -> (f64, f64) {
        let start_s = wanted.pick.start_s;
        let end_s = wanted.end_s.min(start_s + self.longest_s);
        (start_s - self.margin_s, end_s + self.margin_s)
    }
}

impl Wanted {
    /// What its clip is called.
    fn name(&self) -> String {
        let stem = Path::new(&self.path).file_stem().unwrap_or_default();
        format!(
            "{}_{:.2}_{}_{:.0}s",
            self.pick.label,
            self.pick.probability,
            stem.to_string_lossy(),
            self.pick.start_s
        )
    }
}

impl<'a> Clips<'a> {
    /// Writes to `folder`, which is made if it is not there; `reader` is the database that the rows are of.
    pub fn new(reader: &'a Reader, folder: PathBuf, options: ClipOptions) -> Self {
        Self {
            reader,
            folder,
            options,
            wanted: Vec::new(),
            cut: 0,
            failed: Vec::new(),
        }
    }

    /// Clips that were cut.
    pub fn cut(&self) -> usize {
        self.cut
    }

    /// Recordings that have changed, or could not be read any more or not to the end, each with the reason.
    pub fn failed(&self) -> &[String] {
        &self.failed
    }
}

impl Exporter for Clips<'_> {
    fn row(&mut self, row: &Row) -> Result<(), ExportError> {
        self.wanted.push(Wanted {
            path: row.text("path").to_owned(),
            file: row.file(),
            end_s: row.real("end_s").unwrap_or(0.0),
            grade: row.text("grade").to_owned(),
            peak: row.real("peak_probability").unwrap_or(0.0),
            pick: Pick {
                sha256: row.text("sha256").to_owned(),
                start_s: row.real("start_s").unwrap_or(0.0),
                probability: row.real("probability").unwrap_or(0.0),
                label: row.text("label").to_owned(),
            },
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), ExportError> {
        let all = std::mem::take(&mut self.wanted);
        let wanted: Vec<Wanted> = match self.options.per_bin {
            None => all,
            Some(per_bin) => {
                let picks: Vec<Pick> = all.iter().map(|w| w.pick.clone()).collect();
                let chosen = pick_evenly(&picks, per_bin);
                chosen.into_iter().map(|n| all[n].clone()).collect()
            }
        };
        let mut folder = Folder::new(self.folder.clone(), ".wav")?;
        let fault = |path: &Path, error: std::io::Error| ExportError::File {
            path: path.display().to_string(),
            error,
        };
        let index = self.folder.join(INDEX);
        let csv_fault = |e: csv::Error| fault(&index, e.into());
        let mut list = csv::Writer::from_path(&index).map_err(csv_fault)?;
        list.write_record([
            "clip",
            "path",
            "start_s",
            "end_s",
            "clip_start_s",
            "label",
            "grade",
            "probability",
            "peak_probability",
        ])
        .map_err(csv_fault)?;
        for group in wanted.chunk_by(|a, b| a.path == b.path) {
            // Name of the clip and where it begins, s; clips end in another order than they begin.
            let mut clips: Vec<Option<(String, f64)>> = vec![None; group.len()];
            let stretches = group.iter().map(|w| self.options.stretch(w));
            let original = Original {
                path: &group[0].path,
                file: &group[0].file,
                sha256: &group[0].pick.sha256,
            };
            let ffmpeg = self.options.ffmpeg;
            let read = cut(self.reader, original, stretches, ffmpeg, |cut| {
                let (file, name) = folder.create(&group[cut.place].name())?;
                write_wav(file, &cut.samples).map_err(|e| fault(Path::new(&name), e))?;
                clips[cut.place] = Some((name, cut.start_s()));
                Ok(())
            })?;
            if let Err(error) = read {
                self.failed.push(error.to_string());
            }
            for (w, clip) in group.iter().zip(clips) {
                let Some((name, clip_start_s)) = clip else {
                    continue;
                };
                list.write_record([
                    &name,
                    &w.path,
                    &w.pick.start_s.to_string(),
                    &w.end_s.to_string(),
                    &clip_start_s.to_string(),
                    &w.pick.label,
                    &w.grade,
                    &w.pick.probability.to_string(),
                    &w.peak.to_string(),
                ])
                .map_err(csv_fault)?;
                self.cut += 1;
            }
        }
        list.flush().map_err(|e| fault(&index, e))
    }
}
