//! The tables that can be exported: their columns and their order.

use std::path::PathBuf;

use rusqlite::params_from_iter;
use rusqlite::types::ValueRef;

use super::filter::{Filter, Names, NONE, WHOLE, WITHIN};
use crate::archive::store::Reader;
use crate::archive::{name, ArchiveError};
use crate::model::answer::TRAINED_ON_THIS;

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Stretches of recordings that sound like something other than background.
    Detections,
    /// One row per file that could be read.
    Recordings,
    /// One row per segment.
    Segments,
    /// Files that could not be read.
    Unreadable,
    /// Groups of files that share sound.
    ReusedSound,
    /// Files whose answer is another than under other settings. Conditions speak of the new answer.
    Changed,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A number.
    Real,
    /// A whole number.
    Integer,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name, with its unit where it has one.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// What stands in one place of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Not known, or does not apply.
    Null,
    /// Text.
    Text(String),
    /// A number.
    Real(f64),
    /// A whole number.
    Integer(i64),
}

/// One row, in the order of the columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    columns: &'a [Column],
    values: Vec<Value>,
    /// The path itself, where its text does not say it.
    path_bytes: Option<Vec<u8>>,
}

/// The bytes of `path` in SQL, where its text may not say all. Few names are no text: others are not looked up.
pub(super) const PATH_BYTES: &str = r"CASE WHEN instr(path, '\x') THEN
    (SELECT f.path_bytes FROM files f WHERE f.path = one.path) END";

pub(super) const fn text(name: &'static str) -> Column {
    let kind = Kind::Text;
    Column { name, kind }
}

pub(super) const fn real(name: &'static str) -> Column {
    let kind = Kind::Real;
    Column { name, kind }
}

pub(super) const fn integer(name: &'static str) -> Column {
    let kind = Kind::Integer;
    Column { name, kind }
}

const DETECTIONS: &[Column] = &[
    text("path"),
    real("start_s"),
    real("end_s"),
    text("label"),
    text("phase"),
    text("class"),
    text("grade"),
    real("probability"),
    real("peak_probability"),
    real("mean_probability"),
    text("recorded_at"),
    text("recording_decision"),
    text("recording_label"),
    text("statement"),
    text("sha256"),
    real("duration_s"),
    real("bandwidth_hz"),
];

const RECORDINGS: &[Column] = &[
    text("path"),
    text("sha256"),
    integer("size_bytes"),
    real("duration_s"),
    text("container"),
    text("codec"),
    integer("sample_rate_hz"),
    integer("channels"),
    real("bandwidth_hz"),
    text("fitness"),
    text("recorded_at"),
    text("recorded_by"),
    text("decision"),
    text("label"),
    text("family"),
    text("phase"),
    text("grade"),
    real("probability"),
    real("log10_lr"),
    real("dive_probability"),
    text("prediction_set"),
    real("heard_s"),
    text("statement"),
    text("warnings"),
    text("model_id"),
    text("model_sha256"),
    text("prior"),
];

const SEGMENTS: &[Column] = &[
    text("path"),
    real("start_s"),
    real("end_s"),
    text("label"),
    real("probability"),
    text("recorded_at"),
    text("sha256"),
];

const UNREADABLE: &[Column] = &[
    text("path"),
    text("kind"),
    text("message"),
    integer("size_bytes"),
];

const REUSED_SOUND: &[Column] = &[
    integer("sound_group"),
    text("path"),
    text("sha256"),
    real("duration_s"),
    text("recorded_at"),
    real("longest_overlap_s"),
];

const CHANGED: &[Column] = &[
    text("path"),
    text("old_label"),
    text("new_label"),
    text("old_decision"),
    text("new_decision"),
    real("old_probability"),
    real("new_probability"),
    text("old_model"),
    text("new_model"),
    text("old_prior"),
    text("new_prior"),
    text("old_model_sha256"),
];

/// In SQL, whether the model was trained on a recording, by the warnings of its answer.
pub(super) fn is_trained_on(warnings: &str) -> String {
    format!("instr({warnings}, '{TRAINED_ON_THIS}') > 0")
}

impl Table {
    /// The columns. New ones are added at the end only.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Detections => DETECTIONS,
            Self::Recordings => RECORDINGS,
            Self::Segments => SEGMENTS,
            Self::Unreadable => UNREADABLE,
            Self::ReusedSound => REUSED_SOUND,
            Self::Changed => CHANGED,
        }
    }

    /// Where the rows come from, and in which order; it depends on what they say alone.
    fn source(self) -> (&'static str, &'static str) {
        match self {
            Self::Detections => ("detections", "path, start_s, label"),
            Self::Recordings => (
                "(SELECT p.*, s.model_id, s.model_sha256, s.prior FROM answers_by_path p
                  JOIN settings s ON s.id = (SELECT settings FROM current_settings))",
                "path",
            ),
            Self::Segments => (
                "(SELECT p.path, s.start_s, s.end_s, s.label, s.probability, p.recorded_at, p.sha256
                  FROM answers_by_path p JOIN segments s ON s.answer = p.answer)",
                "path, start_s",
            ),
            Self::Unreadable => ("unreadable", "path"),
            Self::ReusedSound => ("reused_sound", "sound_group, path"),
            Self::Changed => ("changed_answers", "path, old_model_sha256, old_prior"),
        }
    }

    pub(super) fn names(self) -> Names {
        let answers = Names {
            label: Some("label"),
            probability: Some("probability"),
            phase: Some("phase"),
            heard: Some(WHOLE),
        };
        match self {
            Self::Detections => Names {
                heard: Some(WITHIN),
                ..answers
            },
            Self::Recordings => answers,
            Self::Segments => Names {
                phase: None,
                heard: Some(WITHIN),
                ..answers
            },
            Self::Unreadable => NONE,
            Self::ReusedSound => Names {
                heard: Some(WHOLE),
                ..NONE
            },
            Self::Changed => Names {
                label: Some("new_label"),
                probability: Some("new_probability"),
                ..NONE
            },
        }
    }

    /// What users call it.
    fn title(self) -> &'static str {
        match self {
            Self::Detections => "detections",
            Self::Recordings => "recordings",
            Self::Segments => "segments",
            Self::Unreadable => "unreadable",
            Self::ReusedSound => "reused-sound",
            Self::Changed => "changed",
        }
    }

    /// Checks that the table has what the conditions of `filter` speak of.
    ///
    /// # Errors
    /// [`ArchiveError::NoSuchColumn`].
    pub fn check(self, filter: &Filter) -> Result<(), ArchiveError> {
        filter
            .lacking(self.names())
            .map_or(Ok(()), |(what, option)| {
                Err(ArchiveError::NoSuchColumn {
                    table: self.title(),
                    what,
                    option,
                })
            })
    }

    /// Calls `take` with every row that `filter` lets through.
    ///
    /// # Errors
    /// As for [`Table::check`], if the database cannot be read, and the first error of `take`.
    pub fn rows<E: From<ArchiveError>>(
        self,
        reader: &Reader,
        filter: &Filter,
        mut take: impl FnMut(&Row) -> Result<(), E>,
    ) -> Result<(), E> {
        self.check(filter)?;
        let columns = self.columns();
        let names: Vec<_> = columns.iter().map(|column| column.name).collect();
        let (source, order) = self.source();
        let (conditions, values) = filter.sql(self.names());
        let sql = format!(
            "SELECT {}, {PATH_BYTES} FROM {source} AS one {conditions} ORDER BY {order}",
            names.join(", ")
        );
        let fault = |error| ArchiveError::database(reader.name(), error);
        let mut statement = reader.connection().prepare(&sql).map_err(fault)?;
        let mut rows = statement.query(params_from_iter(values)).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            let values = (0..columns.len()).map(|n| row.get_ref(n).map(Value::from));
            let values: Result<_, _> = values.collect();
            take(&Row {
                columns,
                values: values.map_err(fault)?,
                path_bytes: row.get(columns.len()).map_err(fault)?,
            })?;
        }
        Ok(())
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef) -> Self {
        match value {
            ValueRef::Null | ValueRef::Blob(_) => Self::Null,
            ValueRef::Integer(n) => Self::Integer(n),
            ValueRef::Real(x) => Self::Real(x),
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
        }
    }
}

impl<'a> Row<'a> {
    /// A row of these values, one per column, about a file of this path.
    pub(super) fn new(
        columns: &'a [Column],
        values: Vec<Value>,
        path_bytes: Option<Vec<u8>>,
    ) -> Self {
        Self {
            columns,
            values,
            path_bytes,
        }
    }

    /// The file that the row is about, as it can be opened: its name need not be text.
    pub fn file(&self) -> PathBuf {
        let exact = self.path_bytes.as_deref().and_then(name::from_bytes);
        exact.unwrap_or_else(|| self.text("path").into())
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        self.columns
    }

    /// The values, one per column.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// What stands in the column of this name; null if there is none.
    pub fn value(&self, name: &str) -> &Value {
        let at = self.columns.iter().position(|column| column.name == name);
        at.map_or(&Value::Null, |at| &self.values[at])
    }

    /// The text there, empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        match self.value(name) {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// The number there.
    pub fn real(&self, name: &str) -> Option<f64> {
        match self.value(name) {
            Value::Real(x) => Some(*x),
            Value::Integer(n) => Some(*n as f64),
            _ => None,
        }
    }
}
