//! What looking for shared sound takes of a run, which does it once at its end.

use std::error::Error;
use std::path::Path;

use earwitness::fingerprint::{Fingerprint, Sharing};

use crate::usage::Usage;

/// Processor time is told in hundredths of a second: it is looked for so often.
const TIMES: usize = 10;

/// Seconds of processor time for the recordings of a database.
pub fn seconds(database: &Path) -> Result<f64, Box<dyn Error>> {
    let prints = fingerprints(database)?;
    let before = Usage::now();
    for _ in 0..TIMES {
        let mut sharing = Sharing::new();
        prints.iter().for_each(|print| sharing.add(print));
        sharing.links(|n| Ok::<_, Box<dyn Error>>(prints[n].clone()))?;
    }
    Ok(Usage::now().since(&before).own / TIMES as f64)
}

fn fingerprints(database: &Path) -> Result<Vec<Fingerprint>, Box<dyn Error>> {
    let database = rusqlite::Connection::open(database)?;
    let mut rows = database.prepare("SELECT words FROM fingerprints ORDER BY recording")?;
    let blobs = rows.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    let word = |bytes: &[u8]| bytes.try_into().map(u32::from_le_bytes).unwrap_or(0);
    blobs
        .map(|blob| Ok(blob?.chunks_exact(4).map(word).collect()))
        .collect()
}
