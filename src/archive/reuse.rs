//! Groups of recordings that share sound, kept in the database.

use rusqlite::{params, OptionalExtension};

use super::store::{Fingerprints, Store};
use super::ArchiveError;
use crate::fingerprint::{Links, Sharing};

/// Finds the groups anew if recordings have come since; gives their number.
///
/// They follow from the recordings in the database alone, in the order of their numbers.
pub(super) fn group(
    store: &mut Store,
    begun: &mut dyn FnMut(usize),
) -> Result<usize, ArchiveError> {
    let ids = ids(store)?;
    let grouped = "SELECT value FROM meta WHERE key = 'recordings_grouped'";
    let grouped: Option<String> =
        store.ask(|db| db.query_row(grouped, [], |r| r.get(0)).optional())?;
    if grouped.as_deref() == Some(ids.len().to_string().as_str()) {
        return count(store);
    }
    begun(ids.len());
    let links = links(store, &ids)?;
    let groups = links.groups();
    store.begin()?;
    store.ask(|db| {
        db.execute_batch("DELETE FROM shared_sound; DELETE FROM sound_groups;")?;
        for link in links.links() {
            let (a, b) = (ids[link.earlier], ids[link.later]);
            db.prepare_cached("INSERT INTO shared_sound VALUES (?, ?, ?, ?, ?)")?
                .execute(params![
                    a,
                    b,
                    round(link.overlap_s),
                    round(link.offset_s),
                    round(link.score)
                ])?;
        }
        for (number, members) in groups.iter().enumerate() {
            for member in members {
                db.prepare_cached("INSERT INTO sound_groups VALUES (?, ?)")?
                    .execute(params![ids[*member], number as i64 + 1])?;
            }
        }
        let sql = "INSERT OR REPLACE INTO meta VALUES ('recordings_grouped', ?)";
        db.execute(sql, [ids.len().to_string()])
    })?;
    store.commit()?;
    Ok(groups.len())
}

fn links(store: &Store, ids: &[i64]) -> Result<Links, ArchiveError> {
    let mut fingerprints = Fingerprints::new(store);
    let mut sharing = Sharing::new();
    for id in ids {
        sharing.add(&fingerprints.of(*id)?);
    }
    sharing.links(|n| fingerprints.of(ids[n]))
}

fn ids(store: &Store) -> Result<Vec<i64>, ArchiveError> {
    store.ask(|db| {
        let mut statement = db.prepare("SELECT recording FROM fingerprints ORDER BY recording")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect()
    })
}

fn count(store: &Store) -> Result<usize, ArchiveError> {
    let sql = "SELECT count(DISTINCT sound_group) FROM sound_groups";
    let count: i64 = store.ask(|db| db.query_row(sql, [], |row| row.get(0)))?;
    Ok(count as usize)
}

fn round(x: f64) -> f64 {
    (x * 1e3).round() / 1e3 + 0.0
}
