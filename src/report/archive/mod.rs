//! Rows of an archive's database become files of other programs: one exporter per file, all behind [`Exporter`].

mod audacity;
mod clips;
mod csv;
mod cut;
mod jsonl;
mod overview;
mod parquet;
mod picture;
mod raven;
mod sorting;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::archive::query::{Column, Filter, Row, Table};
use crate::archive::store::Reader;
use crate::archive::ArchiveError;

pub use self::audacity::{AudacityFolder, AudacityWriter};
pub use self::clips::{ClipOptions, Clips};
pub use self::csv::CsvWriter;
pub use self::jsonl::JsonLinesWriter;
pub use self::overview::{as_json, as_text, QUERY_SCHEMA};
pub use self::parquet::ParquetWriter;
pub use self::picture::write_html;
pub use self::raven::{RavenFolder, RavenWriter};
pub use self::sorting::SortingFolder;

/// Why an export ended.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The output cannot be written.
    #[error("cannot write the export: {0}")]
    Io(#[from] io::Error),
    /// Parquet could not be written.
    #[error("cannot write the export as Parquet: {0}")]
    Parquet(#[from] ::parquet::errors::ParquetError),
    /// A format that holds one recording, and several were asked for.
    #[error("a label track is of one recording, and there are several (\"{first}\", \"{second}\" ...); give a folder with -o FOLDER/, or take one with --path")]
    SeveralRecordings {
        /// One of them.
        first: String,
        /// Another.
        second: String,
    },
    /// A file cannot be written.
    #[error("{path}: cannot be written: {error}; choose another place with -o")]
    File {
        /// The file.
        path: String,
        /// What the operating system said.
        #[source]
        error: io::Error,
    },
}

/// Takes rows and writes them in one format.
///
/// What is written depends on the rows and their order alone.
pub trait Exporter {
    /// Takes the next row.
    ///
    /// # Errors
    /// If it cannot be written.
    fn row(&mut self, row: &Row) -> Result<(), ExportError>;

    /// Writes what stands at the end.
    ///
    /// # Errors
    /// If it cannot be written.
    fn end(&mut self) -> Result<(), ExportError>;
}

/// Exports the rows of a table that `filter` lets through; gives their number.
///
/// # Errors
/// [`ExportError`] if the database cannot be read or the output not be written.
pub fn export(
    reader: &Reader,
    table: Table,
    filter: &Filter,
    exporter: &mut dyn Exporter,
) -> Result<usize, ExportError> {
    let mut rows = 0;
    table.rows(reader, filter, |row| {
        rows += 1;
        exporter.row(row)
    })?;
    exporter.end()?;
    Ok(rows)
}

/// Where an exporter writes: anything, for as long as it lives.
pub type Out<'a> = Box<dyn Write + Send + 'a>;

fn selection<'a>(row: &'a Row) -> super::selections::Selection<'a> {
    super::selections::Selection {
        start_s: row.real("start_s").unwrap_or(0.0),
        end_s: row.real("end_s").unwrap_or(0.0),
        low_hz: 0.0,
        // All of what the recording holds.
        high_hz: row
            .real("bandwidth_hz")
            .filter(|hz| *hz > 0.0)
            .unwrap_or(8000.0),
        label: row.text("label"),
        score: row.real("probability"),
    }
}

/// A file of its own for each recording: its name without the folder, made different from those before it, also where
/// capitals and small letters are the same (disks of macOS and Windows), and none of the devices of Windows.
#[derive(Debug)]
struct Folder {
    folder: PathBuf,
    ending: &'static str,
    /// In small letters.
    taken: std::collections::HashSet<String>,
}

impl Folder {
    fn new(folder: PathBuf, ending: &'static str) -> Result<Self, ExportError> {
        std::fs::create_dir_all(&folder).map_err(|error| ExportError::File {
            path: folder.display().to_string(),
            error,
        })?;
        Ok(Self {
            folder,
            ending,
            taken: Default::default(),
        })
    }

    fn create(&mut self, recording: &str) -> Result<(std::fs::File, String), ExportError> {
        // By the system's own separators: bytes that are no text stand behind a backslash.
        let name = Path::new(recording).file_name();
        let name = name.and_then(|name| name.to_str()).unwrap_or("recording");
        let mark = if is_device(name) { "_" } else { "" };
        let name = format!("{mark}{name}");
        let mut wanted = format!("{name}{}", self.ending);
        let mut number = 2;
        while !self.taken.insert(wanted.to_lowercase()) {
            wanted = format!("{name}-{number}{}", self.ending);
            number += 1;
        }
        let path = self.folder.join(&wanted);
        let file = std::fs::File::create(&path).map_err(|error| ExportError::File {
            path: path.display().to_string(),
            error,
        })?;
        Ok((file, wanted))
    }
}

/// Whether Windows takes a file of this name for a device: it goes by what stands before the first dot
/// (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>).
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end().to_lowercase();
    let is_port = |rest: &str| {
        let mut signs = rest.chars();
        let number = signs.next().is_some_and(|c| "0123456789¹²³".contains(c));
        number && signs.next().is_none()
    };
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" | "conin$" | "conout$" => true,
        other => ["com", "lpt"]
            .iter()
            .any(|port| other.strip_prefix(port).is_some_and(is_port)),
    }
}

/// The names of columns.
fn names(columns: &[Column]) -> impl Iterator<Item = &'static str> + '_ {
    columns.iter().map(|column| column.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_recording_has_a_file_that_is_known_by_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Folder::new(dir.path().join("out"), ".txt").unwrap();
        let mut names = |path: &str| folder.create(path).unwrap().1;
        assert_eq!(names("/a/one.wav"), "one.wav.txt");
        assert_eq!(names("/b/one.wav"), "one.wav-2.txt");
        #[cfg(unix)]
        assert_eq!(names("/a/bad\\xff.mp4"), "bad\\xff.mp4.txt");
        assert_eq!(names("/"), "recording.txt");
    }

    #[test]
    fn names_that_differ_in_case_alone_are_files_of_their_own() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Folder::new(dir.path().join("out"), ".txt").unwrap();
        let mut names = |path: &str| folder.create(path).unwrap().1;
        assert_eq!(names("/a/REC001.wav"), "REC001.wav.txt");
        assert_eq!(names("/b/rec001.WAV"), "rec001.WAV-2.txt");
        assert_eq!(names("/c/rec001.wav-2"), "rec001.wav-2-2.txt");
        assert_eq!(names("/a/ДРОН.wav"), "ДРОН.wav.txt");
        assert_eq!(names("/b/дрон.wav"), "дрон.wav-2.txt");
    }

    #[test]
    fn devices_of_windows_are_no_names() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Folder::new(dir.path().join("out"), ".txt").unwrap();
        let mut names = |path: &str| folder.create(path).unwrap().1;
        for device in ["CON", "nul.wav", "Aux .b.wav", "com1.wav", "LPT².wav"] {
            assert_eq!(names(device), format!("_{device}.txt"));
        }
        for name in ["con_1.wav", "COM10.wav", "com.wav", "console.wav"] {
            assert_eq!(names(name), format!("{name}.txt"));
        }
    }
}
