//! JSON lines: one object per row; what is not known is null.

use std::io::Write;

use super::{ExportError, Exporter, Out};
use crate::archive::query::{Row, Value};

/// Columns that hold lists as JSON, and are written as such.
const LISTS: [&str; 2] = ["prediction_set", "warnings"];

/// Writes JSON lines (<https://jsonlines.org>), in UTF-8, each ended by a newline.
pub struct JsonLinesWriter<'a> {
    out: Out<'a>,
}

impl<'a> JsonLinesWriter<'a> {
    /// Writes to `out`.
    pub fn new(out: Out<'a>) -> Self {
        Self { out }
    }
}

impl Exporter for JsonLinesWriter<'_> {
    fn row(&mut self, row: &Row) -> Result<(), ExportError> {
        let mut object = serde_json::Map::new();
        for (column, value) in row.columns().iter().zip(row.values()) {
            let value = match value {
                Value::Text(text) if LISTS.contains(&column.name) => {
                    serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into())
                }
                Value::Null => serde_json::Value::Null,
                Value::Text(text) => text.as_str().into(),
                Value::Real(x) => (*x).into(),
                Value::Integer(n) => (*n).into(),
            };
            object.insert(column.name.to_owned(), value);
        }
        serde_json::to_writer(&mut self.out, &object).map_err(std::io::Error::from)?;
        Ok(self.out.write_all(b"\n")?)
    }

    fn end(&mut self) -> Result<(), ExportError> {
        Ok(self.out.flush()?)
    }
}
