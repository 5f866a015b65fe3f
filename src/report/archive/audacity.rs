//! Detections as Audacity label tracks.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use super::{selection, ExportError, Exporter, Folder, Out};
use crate::archive::query::Row;
use crate::report::selections::write_label;

/// Writes one track; a second recording is an error, since a track has no names of files.
pub struct AudacityWriter<'a> {
    out: Out<'a>,
    recording: Option<String>,
}

impl<'a> AudacityWriter<'a> {
    /// Writes to `out`.
    pub fn new(out: Out<'a>) -> Self {
        Self {
            out,
            recording: None,
        }
    }
}

impl Exporter for AudacityWriter<'_> {
    fn row(&mut self, row: &Row) -> Result<(), ExportError> {
        let path = row.text("path");
        let first = self.recording.get_or_insert_with(|| path.to_owned());
        if first != path {
            return Err(ExportError::SeveralRecordings {
                first: first.clone(),
                second: path.to_owned(),
            });
        }
        Ok(write_label(&mut self.out, &selection(row))?)
    }

    fn end(&mut self) -> Result<(), ExportError> {
        Ok(self.out.flush()?)
    }
}

/// Writes a track for each recording into a folder.
pub struct AudacityFolder {
    folder: Folder,
    open: Option<(String, BufWriter<File>)>,
}

impl AudacityFolder {
    /// Writes to `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn new(folder: PathBuf) -> Result<Self, ExportError> {
        Ok(Self {
            folder: Folder::new(folder, ".txt")?,
            open: None,
        })
    }
}

impl Exporter for AudacityFolder {
    fn row(&mut self, row: &Row) -> Result<(), ExportError> {
        let path = row.text("path");
        if self.open.as_ref().is_none_or(|(open, _)| open != path) {
            self.end()?;
            let out = BufWriter::new(self.folder.create(path)?.0);
            self.open = Some((path.to_owned(), out));
        }
        if let Some((_, out)) = &mut self.open {
            write_label(out, &selection(row))?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ExportError> {
        if let Some((_, mut out)) = self.open.take() {
            out.flush()?;
        }
        Ok(())
    }
}
