//! How answers compare with those of other settings: of another model, or under another prior.

use rusqlite::params_from_iter;

use super::filter::Filter;
use super::findings::Changed;
use super::tables::Table;
use crate::archive::store::Reader;
use crate::archive::ArchiveError;

/// Each of the other settings under which files that `filter` lets through have an answer, the latest first.
pub(super) fn changed(reader: &Reader, filter: &Filter) -> Result<Vec<Changed>, ArchiveError> {
    // Most databases know no others: then nothing is to be gone through.
    let others: i64 =
        reader.ask(|db| db.query_row("SELECT count(*) - 1 FROM settings", [], |row| row.get(0)))?;
    if others <= 0 {
        return Ok(Vec::new());
    }
    let (conditions, values) = filter.sql(Table::Recordings.names());
    let sql = format!(
        "SELECT s.model_id, s.model_sha256, s.prior, count(*), total(o.label <> one.label OR o.decision <> one.decision)
         FROM settings s
         JOIN answers o ON o.settings = s.id
         JOIN (SELECT * FROM answers_by_path {conditions}) one ON one.recording = o.recording
         WHERE s.id <> (SELECT settings FROM current_settings)
         GROUP BY s.id ORDER BY (SELECT max(updated_at) FROM runs WHERE runs.settings = s.id) DESC, s.id"
    );
    reader.ask(|db| {
        let mut statement = db.prepare(&sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| {
            Ok(Changed {
                model_id: row.get(0)?,
                model_sha256: row.get(1)?,
                prior: row.get(2)?,
                files: row.get(3)?,
                changed: row.get::<_, f64>(4)? as i64,
            })
        })?;
        rows.collect()
    })
}
