//! Groups of recordings that share sound.

use std::cmp::Reverse;
use std::collections::HashSet;

use rusqlite::params_from_iter;

use super::filter::Filter;
use super::findings::Reused;
use super::tables::Table;
use crate::archive::store::Reader;
use crate::archive::ArchiveError;

/// Groups that are listed.
const GROUPS: usize = 10;

/// The largest groups that a file is in which `filter` lets through, with all their files, and how many groups there are.
pub(super) fn reused(
    reader: &Reader,
    filter: &Filter,
) -> Result<(Vec<Reused>, usize), ArchiveError> {
    let (conditions, values) = filter.sql(Table::ReusedSound.names());
    let (meant, rows) = reader.ask(|db| {
        let sql = format!("SELECT path FROM reused_sound {conditions}");
        let mut statement = db.prepare(&sql)?;
        let meant = statement.query_map(params_from_iter(values), |row| row.get(0))?;
        let meant: HashSet<String> = meant.collect::<Result<_, _>>()?;
        let sql = "SELECT sound_group, path, longest_overlap_s FROM reused_sound ORDER BY sound_group, path";
        let mut statement = db.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, f64>(2)?,
            ))
        })?;
        Ok((meant, rows.collect::<Result<Vec<_>, _>>()?))
    })?;
    let groups = rows.chunk_by(|a, b| a.0 == b.0).map(|members| {
        let paths = members.iter().map(|m| m.1.clone());
        let (mut paths, mut outside): (Vec<_>, Vec<_>) = paths.partition(|p| meant.contains(p));
        let number = outside.len();
        paths.append(&mut outside);
        Reused {
            group: members[0].0,
            overlap_s: members.iter().map(|m| m.2).fold(0.0, f64::max),
            paths,
            outside: number,
        }
    });
    let mut groups: Vec<Reused> = groups.filter(|g| g.outside < g.paths.len()).collect();
    let number = groups.len();
    groups.sort_by_key(|g| (Reverse(g.paths.len()), g.group));
    groups.truncate(GROUPS);
    Ok((groups, number))
}
