//! Parquet, compressed with Zstandard, in row groups of bounded size.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::{ExportError, Exporter, Out};
use crate::archive::query::{Column, Kind, Row, Value};

/// Rows that are held in memory at a time.
const BATCH: usize = 8192;
/// Rows of a row group.
const ROW_GROUP: usize = 131_072;

/// Writes one Parquet file; every column may hold nulls.
pub struct ParquetWriter<'a> {
    schema: Arc<Schema>,
    columns: Vec<Column>,
    waiting: Vec<Vec<Value>>,
    out: Option<ArrowWriter<Out<'a>>>,
}

impl<'a> ParquetWriter<'a> {
    /// For rows with these columns.
    ///
    /// # Errors
    /// If the beginning cannot be written.
    pub fn new(columns: &[Column], out: Out<'a>) -> Result<Self, ExportError> {
        let field = |column: &Column| {
            let kind = match column.kind {
                Kind::Text => DataType::Utf8,
                Kind::Real => DataType::Float64,
                Kind::Integer => DataType::Int64,
            };
            Field::new(column.name, kind, true)
        };
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            // The version would make the bytes depend on the build.
            .set_created_by("earwitness".into())
            .build();
        let out = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties))?;
        Ok(Self {
            schema,
            columns: columns.to_vec(),
            waiting: Vec::new(),
            out: Some(out),
        })
    }

    fn write(&mut self) -> Result<(), ExportError> {
        let rows = std::mem::take(&mut self.waiting);
        let Some(out) = self.out.as_mut().filter(|_| !rows.is_empty()) else {
            return Ok(());
        };
        let column = |(at, column): (usize, &Column)| array(&rows, at, column.kind);
        let arrays = self.columns.iter().enumerate().map(column).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays)
            .map_err(|error| ParquetError::General(error.to_string()))?;
        Ok(out.write(&batch)?)
    }
}

fn array(rows: &[Vec<Value>], at: usize, kind: Kind) -> ArrayRef {
    match kind {
        Kind::Text => Arc::new(StringArray::from_iter(rows.iter().map(|row| {
            match &row[at] {
                Value::Text(text) => Some(text.as_str()),
                _ => None,
            }
        }))),
        Kind::Real => Arc::new(Float64Array::from_iter(rows.iter().map(|row| {
            match row[at] {
                Value::Real(x) => Some(x),
                Value::Integer(n) => Some(n as f64),
                _ => None,
            }
        }))),
        Kind::Integer => Arc::new(Int64Array::from_iter(rows.iter().map(|row| {
            match row[at] {
                Value::Integer(n) => Some(n),
                _ => None,
            }
        }))),
    }
}

impl Exporter for ParquetWriter<'_> {
    fn row(&mut self, row: &Row) -> Result<(), ExportError> {
        self.waiting.push(row.values().to_vec());
        match self.waiting.len() >= BATCH {
            true => self.write(),
            false => Ok(()),
        }
    }

    fn end(&mut self) -> Result<(), ExportError> {
        self.write()?;
        if let Some(out) = self.out.take() {
            let mut out = out.into_inner()?;
            out.flush()?;
        }
        Ok(())
    }
}
