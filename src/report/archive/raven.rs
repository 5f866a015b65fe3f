//! Detections as Raven selection tables.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use super::{selection, ExportError, Exporter, Folder, Out};
use crate::archive::query::Row;
use crate::report::selections::{write_header, write_selection, Place};

/// What Raven expects a table's name to end in.
const ENDING: &str = ".Table.1.selections.txt";

/// Writes one table of all recordings, as if they lay end to end in the order of their paths: Raven opens them that
/// way (File, Open Sound Files, as one sequence) and finds each by `Begin Path` and `File Offset (s)`.
pub struct RavenWriter<'a> {
    out: Out<'a>,
    number: usize,
    begin_s: f64,
    last: Option<(String, f64)>,
}

impl<'a> RavenWriter<'a> {
    /// Writes to `out`.
    ///
    /// # Errors
    /// If the first line cannot be written.
    pub fn new(mut out: Out<'a>) -> Result<Self, ExportError> {
        write_header(&mut out)?;
        Ok(Self {
            out,
            number: 0,
            begin_s: 0.0,
            last: None,
        })
    }
}

impl Exporter for RavenWriter<'_> {
    fn row(&mut self, row: &Row) -> Result<(), ExportError> {
        let path = row.text("path");
        match &self.last {
            Some((last, _)) if last == path => {}
            last => {
                self.begin_s += last.as_ref().map_or(0.0, |(_, duration)| *duration);
                self.last = Some((path.to_owned(), row.real("duration_s").unwrap_or(0.0)));
            }
        }
        self.number += 1;
        let place = Place {
            number: self.number,
            path,
            begin_s: self.begin_s,
        };
        Ok(write_selection(&mut self.out, place, &selection(row))?)
    }

    fn end(&mut self) -> Result<(), ExportError> {
        Ok(self.out.flush()?)
    }
}

/// Writes a table for each recording into a folder, under the name by which Raven finds it.
pub struct RavenFolder {
    folder: Folder,
    open: Option<(String, BufWriter<File>, usize)>,
}

impl RavenFolder {
    /// Writes to `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn new(folder: PathBuf) -> Result<Self, ExportError> {
        Ok(Self {
            folder: Folder::new(folder, ENDING)?,
            open: None,
        })
    }
}

impl Exporter for RavenFolder {
    fn row(&mut self, row: &Row) -> Result<(), ExportError> {
        let path = row.text("path");
        if self.open.as_ref().is_none_or(|(open, ..)| open != path) {
            self.end()?;
            let mut out = BufWriter::new(self.folder.create(path)?.0);
            write_header(&mut out)?;
            self.open = Some((path.to_owned(), out, 0));
        }
        if let Some((_, out, number)) = &mut self.open {
            *number += 1;
            let place = Place {
                number: *number,
                path,
                begin_s: 0.0,
            };
            write_selection(out, place, &selection(row))?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ExportError> {
        if let Some((_, mut out, _)) = self.open.take() {
            out.flush()?;
        }
        Ok(())
    }
}
