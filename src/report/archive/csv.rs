//! CSV by RFC 4180; what is not known is empty.

use super::{names, ExportError, Exporter, Out};
use crate::archive::query::{Column, Row, Value};

/// Writes a line with the names of the columns and one for every row.
pub struct CsvWriter<'a> {
    out: csv::Writer<Out<'a>>,
}

impl<'a> CsvWriter<'a> {
    /// For rows with these columns.
    ///
    /// # Errors
    /// If the first line cannot be written.
    pub fn new(columns: &[Column], out: Out<'a>) -> Result<Self, ExportError> {
        let mut out = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        out.write_record(names(columns)).map_err(fault)?;
        Ok(Self { out })
    }
}

/// The fault of the output itself, so that a closed pipe is known for what it is.
fn fault(error: csv::Error) -> ExportError {
    ExportError::Io(match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    })
}

impl Exporter for CsvWriter<'_> {
    fn row(&mut self, row: &Row) -> Result<(), ExportError> {
        let cells = row.values().iter().map(|value| match value {
            Value::Null => String::new(),
            Value::Text(text) => text.clone(),
            Value::Real(x) => x.to_string(),
            Value::Integer(n) => n.to_string(),
        });
        self.out.write_record(cells).map_err(fault)
    }

    fn end(&mut self) -> Result<(), ExportError> {
        Ok(self.out.flush()?)
    }
}
