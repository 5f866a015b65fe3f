//! Parquet, compressed with Snappy, in row groups of bounded size.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use super::{ExportError, Exporter, Out};
use crate::archive::query::{Column, Kind, Row, Value};

/// Rows of a row group, and so rows that are held in memory at a time.
const ROW_GROUP: usize = 32_768;

/// Writes one Parquet file; every column may hold nulls.
pub struct ParquetWriter<'a> {
    /// The values of the row group that is being filled, column by column.
    waiting: Vec<Values>,
    rows: usize,
    out: Option<SerializedFileWriter<Out<'a>>>,
}

impl<'a> ParquetWriter<'a> {
    /// For rows with these columns.
    ///
    /// # Errors
    /// If the beginning cannot be written.
    pub fn new(columns: &[Column], out: Out<'a>) -> std::result::Result<Self, ExportError> {
        let fields = columns.iter().map(field).collect::<Result<_>>()?;
        let schema = Type::group_type_builder("schema")
            .with_fields(fields)
            .build()?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            // The version would make the bytes depend on the build.
            .set_created_by("earwitness".into())
            .build();
        let out = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
        Ok(Self {
            waiting: columns.iter().map(|c| Values::new(c.kind)).collect(),
            rows: 0,
            out: Some(out),
        })
    }

    fn take(&mut self, row: &[Value]) -> Result<()> {
        for (values, value) in self.waiting.iter_mut().zip(row) {
            values.push(value);
        }
        self.rows += 1;
        match self.rows >= ROW_GROUP {
            true => self.write(),
            false => Ok(()),
        }
    }

    fn write(&mut self) -> Result<()> {
        let Some(out) = self.out.as_mut().filter(|_| self.rows > 0) else {
            return Ok(());
        };
        self.rows = 0;
        let mut group = out.next_row_group()?;
        let mut waiting = self.waiting.iter_mut();
        while let (Some(column), Some(values)) = (group.next_column()?, waiting.next()) {
            values.write(column)?;
        }
        group.close()?;
        Ok(())
    }
}

fn field(column: &Column) -> Result<TypePtr> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Real => (Physical::DOUBLE, None),
        Kind::Integer => (Physical::INT64, None),
    };
    let field = Type::primitive_type_builder(column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()?;
    Ok(Arc::new(field))
}

/// What waits to be written of one column.
enum Values {
    Text(Nullable<ByteArrayType>),
    Real(Nullable<DoubleType>),
    Integer(Nullable<Int64Type>),
}

impl Values {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(Nullable::default()),
            Kind::Real => Self::Real(Nullable::default()),
            Kind::Integer => Self::Integer(Nullable::default()),
        }
    }

    /// What is not of the column's kind is null.
    fn push(&mut self, value: &Value) {
        match (self, value) {
            (Self::Text(texts), Value::Text(text)) => {
                texts.push(Some(ByteArray::from(text.as_str())))
            }
            (Self::Text(texts), _) => texts.push(None),
            (Self::Real(numbers), Value::Real(x)) => numbers.push(Some(*x)),
            (Self::Real(numbers), Value::Integer(n)) => numbers.push(Some(*n as f64)),
            (Self::Real(numbers), _) => numbers.push(None),
            (Self::Integer(numbers), Value::Integer(n)) => numbers.push(Some(*n)),
            (Self::Integer(numbers), _) => numbers.push(None),
        }
    }

    /// Writes the values, and forgets them.
    fn write(&mut self, column: SerializedColumnWriter) -> Result<()> {
        match self {
            Self::Text(texts) => texts.write(column),
            Self::Real(numbers) => numbers.write(column),
            Self::Integer(numbers) => numbers.write(column),
        }
    }
}

/// Values of one type as Parquet takes them: those that are there, and for each row whether (1) or not (0) it has one.
struct Nullable<T: DataType> {
    there: Vec<T::T>,
    definition_levels: Vec<i16>,
}

impl<T: DataType> Default for Nullable<T> {
    fn default() -> Self {
        Self {
            there: Vec::new(),
            definition_levels: Vec::new(),
        }
    }
}

impl<T: DataType> Nullable<T> {
    fn push(&mut self, value: Option<T::T>) {
        self.definition_levels.push(i16::from(value.is_some()));
        self.there.extend(value);
    }

    fn write(&mut self, mut column: SerializedColumnWriter) -> Result<()> {
        let levels = Some(self.definition_levels.as_slice());
        column.typed::<T>().write_batch(&self.there, levels, None)?;
        column.close()?;
        self.there.clear();
        self.definition_levels.clear();
        Ok(())
    }
}

impl Exporter for ParquetWriter<'_> {
    fn row(&mut self, row: &Row) -> std::result::Result<(), ExportError> {
        Ok(self.take(row.values())?)
    }

    fn end(&mut self) -> std::result::Result<(), ExportError> {
        self.write()?;
        if let Some(out) = self.out.take() {
            let mut out = out.into_inner()?;
            std::io::Write::flush(&mut out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    const COLUMNS: [Column; 3] = [
        Column {
            name: "path",
            kind: Kind::Text,
        },
        Column {
            name: "probability",
            kind: Kind::Real,
        },
        Column {
            name: "segments",
            kind: Kind::Integer,
        },
    ];

    /// Rows that `write` gives to a writer, as a reader finds them.
    fn written(write: impl FnOnce(&mut ParquetWriter)) -> SerializedFileReader<std::fs::File> {
        let file = tempfile::tempfile().unwrap();
        let mut writer = ParquetWriter::new(&COLUMNS, Box::new(file.try_clone().unwrap())).unwrap();
        write(&mut writer);
        writer.end().unwrap();
        SerializedFileReader::new(file).unwrap()
    }

    #[test]
    fn every_row_comes_back_across_row_groups() {
        let n = ROW_GROUP + 3;
        let reader = written(|writer| {
            for i in 0..n {
                let text = Value::Text(format!("{i}.wav"));
                let real = Value::Real(i as f64 / 7.0);
                writer
                    .take(&[text, real, Value::Integer(i as i64)])
                    .unwrap();
            }
        });
        let groups = reader.metadata().row_groups().iter();
        let groups: Vec<i64> = groups.map(|group| group.num_rows()).collect();
        assert_eq!(groups, [ROW_GROUP as i64, 3]);
        let mut found = 0;
        for (i, row) in reader.get_row_iter(None).unwrap().enumerate() {
            let row = row.unwrap();
            assert_eq!(row.get_string(0).unwrap(), &format!("{i}.wav"));
            assert_eq!(row.get_double(1).unwrap(), i as f64 / 7.0);
            assert_eq!(row.get_long(2).unwrap(), i as i64);
            found += 1;
        }
        assert_eq!(found, n);
    }

    #[test]
    fn nulls_stay_nulls_and_whole_numbers_may_stand_for_reals() {
        let reader = written(|writer| {
            writer
                .take(&[Value::Null, Value::Integer(2), Value::Null])
                .unwrap();
            writer
                .take(&[Value::Text("a".into()), Value::Null, Value::Integer(-1)])
                .unwrap();
        });
        let rows: Vec<String> = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| row.unwrap().to_string())
            .collect();
        assert_eq!(
            rows,
            [
                "{path: null, probability: 2.0, segments: null}",
                "{path: \"a\", probability: null, segments: -1}"
            ]
        );
    }

    #[test]
    fn a_file_without_rows_has_its_columns() {
        let reader = written(|_| {});
        let schema = reader.metadata().file_metadata().schema_descr();
        let names: Vec<&str> = schema.columns().iter().map(|c| c.name()).collect();
        assert_eq!(names, ["path", "probability", "segments"]);
        assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
    }
}
