//! The schema and its version.

use rusqlite::{Connection, OptionalExtension};

use crate::archive::ArchiveError;

/// Version of the schema. It grows with every change that a reader would notice.
pub const SCHEMA_VERSION: i64 = 1;

/// Marks the file as ours, so that `file` and others can tell: "EARW".
const APPLICATION_ID: i64 = 0x4541_5257;

const TABLES: &str = include_str!("schema.sql");
const VIEWS: &str = include_str!("views.sql");

/// A column that databases of an earlier make lack.
pub(in crate::archive) struct Added {
    table: &'static str,
    column: &'static str,
    definition: &'static str,
    /// What stands for it in a query there.
    otherwise: &'static str,
}

/// What the likelihood of a label is multiplied with where recordings are counted.
pub(in crate::archive) const COUNT_FACTOR: Added = Added {
    table: "labels",
    column: "count_factor",
    definition: "REAL NOT NULL DEFAULT 1",
    otherwise: "1.0",
};

/// log10 of a label's likelihood over that of the likeliest.
pub(in crate::archive) const LOG10_LIKELIHOOD: Added = Added {
    table: "scores",
    column: "log10_likelihood",
    definition: "REAL",
    otherwise: "NULL",
};

impl Added {
    /// What gives the column in a query to its table in the database `attached`.
    pub(in crate::archive) fn of(
        &self,
        db: &Connection,
        attached: &str,
    ) -> rusqlite::Result<&'static str> {
        let sql = "SELECT count(*) FROM pragma_table_info(?, ?) WHERE name = ?";
        let found: i64 =
            db.query_row(sql, [self.table, attached, self.column], |row| row.get(0))?;
        Ok(match found {
            0 => self.otherwise,
            _ => self.column,
        })
    }

    fn add(&self, db: &Connection) -> rusqlite::Result<()> {
        let Self {
            table,
            column,
            definition,
            ..
        } = self;
        if self.of(db, "main")? == *column {
            return Ok(());
        }
        db.execute_batch(&format!(
            "ALTER TABLE {table} ADD COLUMN {column} {definition}"
        ))
    }
}

/// Makes the tables in an empty database, or checks those of an existing one, adds the columns that an earlier make lacks, and makes
/// its views those of this program.
pub(super) fn prepare(db: &Connection, name: &str) -> Result<(), ArchiveError> {
    let fault = |error| ArchiveError::database(name, error);
    if is_empty(db).map_err(fault)? {
        let begin = format!(
            "BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};"
        );
        db.execute_batch(&begin).map_err(fault)?;
        db.execute_batch(TABLES).map_err(fault)?;
        db.execute_batch(VIEWS).map_err(fault)?;
        return db.execute_batch("COMMIT").map_err(fault);
    }
    check_ours(db, name)?;
    for added in [COUNT_FACTOR, LOG10_LIKELIHOOD] {
        added.add(db).map_err(fault)?;
    }
    renew_views(db).map_err(fault)
}

/// Makes views anew that were made by another version: they hold nothing, so that nothing is lost.
fn renew_views(db: &Connection) -> rusqlite::Result<()> {
    let mut known = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?")?;
    let mut renewed = String::new();
    for (name, sql) in views() {
        let there: Option<String> = known.query_row([name], |row| row.get(0)).optional()?;
        if there.as_deref() != Some(sql) {
            renewed += &format!("DROP VIEW IF EXISTS {name};\n{sql};\n");
        }
    }
    match renewed.is_empty() {
        true => Ok(()),
        false => db.execute_batch(&format!("BEGIN IMMEDIATE;\n{renewed}COMMIT;")),
    }
}

/// Name and statement of each view, as SQLite keeps it.
fn views() -> impl Iterator<Item = (&'static str, &'static str)> {
    const BEGIN: &str = "CREATE VIEW ";
    VIEWS.split(';').filter_map(|statement| {
        let statement = statement[statement.find(BEGIN)?..].trim_end();
        let name = statement[BEGIN.len()..].split_whitespace().next()?;
        Some((name, statement))
    })
}

/// Checks that a database is one of ours, of this version.
pub(in crate::archive) fn check_ours(db: &Connection, name: &str) -> Result<(), ArchiveError> {
    let fault = |error| ArchiveError::database(name, error);
    let number = |pragma: &str| db.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    if number("application_id").map_err(fault)? != APPLICATION_ID {
        return Err(ArchiveError::NotOurs {
            database: name.to_owned(),
            fault: "its tables are others".into(),
        });
    }
    match number("user_version").map_err(fault)? {
        SCHEMA_VERSION => Ok(()),
        found => Err(ArchiveError::Schema {
            database: name.to_owned(),
            found,
            expected: SCHEMA_VERSION,
        }),
    }
}

fn is_empty(db: &Connection) -> rusqlite::Result<bool> {
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_of_another_version_are_made_anew_and_others_left_alone() {
        let db = Connection::open_in_memory().unwrap();
        prepare(&db, "new").unwrap();
        let all = "SELECT group_concat(sql, char(10)) FROM sqlite_schema ORDER BY name";
        let schema = || {
            db.query_row(all, [], |row| row.get::<_, String>(0))
                .unwrap()
        };
        let changes = || db.query_row("PRAGMA schema_version", [], |row| row.get::<_, i64>(0));
        let (ours, before) = (schema(), changes().unwrap());
        assert_eq!(views().count(), ours.matches("CREATE VIEW").count());
        prepare(&db, "same").unwrap();
        assert_eq!(changes().unwrap(), before);
        db.execute_batch(
            "ALTER TABLE labels DROP COLUMN count_factor;
             ALTER TABLE scores DROP COLUMN log10_likelihood;
             DROP VIEW unreadable;
             CREATE VIEW unreadable AS SELECT e.path, e.kind, e.message, f.size_bytes FROM errors e JOIN files f ON f.path = e.path;
             DROP VIEW detections;
             CREATE VIEW mine AS SELECT 1;
             INSERT INTO files VALUES ('gone.wav', NULL, '', 'gone.wav', 0, 0, 0, NULL, NULL, NULL);
             INSERT INTO errors VALUES ('gone.wav', 'io', '', 0);",
        )
        .unwrap();
        let unreadable = || {
            let sql = "SELECT count(*) FROM unreadable";
            db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!(unreadable(), 1);
        assert_eq!(COUNT_FACTOR.of(&db, "main").unwrap(), "1.0");
        assert_eq!(LOG10_LIKELIHOOD.of(&db, "main").unwrap(), "NULL");
        prepare(&db, "older").unwrap();
        assert_eq!(COUNT_FACTOR.of(&db, "main").unwrap(), "count_factor");
        assert_eq!(
            LOG10_LIKELIHOOD.of(&db, "main").unwrap(),
            "log10_likelihood"
        );
        assert_eq!(unreadable(), 0);
        assert!(schema().contains("CREATE VIEW mine"));
        assert!(schema().contains("CREATE VIEW detections"));
    }

    #[test]
    fn shared_sound_is_gone_through_once_however_many_pairs_there_are() {
        let db = Connection::open_in_memory().unwrap();
        prepare(&db, "new").unwrap();
        let filled = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 41)
             INSERT INTO recordings (id, sha256, size_bytes, duration_s, fitness) SELECT i, i, 0, 9, 'fit' FROM n;
             INSERT INTO files SELECT id || '.wav', NULL, '', '', 0, 0, 1, NULL, NULL, id FROM recordings;
             INSERT INTO sound_groups SELECT id, 1 FROM recordings;
             INSERT INTO shared_sound SELECT id, id + 1, id % 7, 0, 1 FROM recordings WHERE id < 40;";
        db.execute_batch(filled).unwrap();
        let one_by_one = "SELECT count(*) FROM reused_sound v JOIN files f USING (path)
             WHERE v.longest_overlap_s IS NOT (SELECT max(s.overlap_s) FROM shared_sound s
                WHERE s.recording_a = f.recording OR s.recording_b = f.recording)";
        let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(number("SELECT count(*) FROM reused_sound"), 41);
        assert_eq!(number(one_by_one), 0);
        let mut plan = db
            .prepare("EXPLAIN QUERY PLAN SELECT * FROM reused_sound")
            .unwrap();
        let steps = plan.query_map([], |row| row.get::<_, String>(3)).unwrap();
        let steps: Vec<String> = steps.map(Result::unwrap).collect();
        let each = steps.iter().filter(|step| step.contains("CORRELATED"));
        assert_eq!(each.count(), 0, "{steps:?}");
    }
}
