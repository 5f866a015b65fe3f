//! Which recordings of an archive share sound with another one, by the fingerprints in the database.

use std::path::{Path, PathBuf};

use rusqlite::params;

use crate::archive::name;
use crate::archive::store::fingerprint_of;
use crate::archive::store::Reader;
use crate::archive::ArchiveError;
use crate::fingerprint::known::{ByFingerprint, Known, Pointed, Pointer};
use crate::fingerprint::{Fingerprint, Index, Match};

/// Seconds of sound that are searched at a time: 12 hours, 16 MB.
const AT_ONCE_S: f64 = 12.0 * 3600.0;

/// A database whose recordings may hold a sound.
#[derive(Debug, Clone)]
pub struct KnownSounds {
    path: PathBuf,
}

impl KnownSounds {
    /// The database at `path`.
    ///
    /// # Errors
    /// [`ArchiveError`] if there is none, or it is no database of this version.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        let path = path.to_owned();
        Reader::open(&path).map(|_| Self { path })
    }

    /// Whether the file at `path` is a database of SQLite, by its first bytes.
    pub fn is_database(path: &Path) -> bool {
        use std::io::Read;
        const MAGIC: &[u8; 16] = b"SQLite format 3\0";
        let mut begins = [0; MAGIC.len()];
        let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut begins));
        read.is_ok() && begins == *MAGIC
    }
}

impl Known for KnownSounds {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn look_up(
        &self,
        sha256: &[u8; 32],
        fingerprint: &Fingerprint,
    ) -> Result<Pointed, Box<dyn std::error::Error + Send + Sync>> {
        let reader = Reader::open(&self.path)?;
        let own = crate::hex::hex(sha256);
        let mut pointed = Pointed::default();
        for found in candidates(&reader, &own, fingerprint, &mut pointed)? {
            let (recording, found) = found;
            let paths = paths(&reader, recording)?;
            pointed.candidates.push(Pointer {
                found: ByFingerprint {
                    id: paths.first().map_or_else(
                        || format!("recording {recording}"),
                        |p| p.display().to_string(),
                    ),
                    ..found
                },
                paths,
            });
        }
        if let Some(same) = recording_of(&reader, &own)? {
            pointed.same_file = paths(&reader, same)?;
        }
        Ok(pointed)
    }
}

/// The recordings whose fingerprints agree with the query's, but for the file itself; counts what was looked through.
fn candidates(
    reader: &Reader,
    own: &str,
    query: &Fingerprint,
    pointed: &mut Pointed,
) -> Result<Vec<(i64, ByFingerprint)>, ArchiveError> {
    let sql = "SELECT f.recording, f.words, r.sha256, r.duration_s
        FROM fingerprints f JOIN recordings r ON r.id = f.recording ORDER BY f.recording";
    reader.ask(|db| {
        let mut statement = db.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        let mut part = Part::default();
        while let Some(row) = rows.next()? {
            let (recording, sha256): (i64, String) = (row.get(0)?, row.get(2)?);
            let seconds: f64 = row.get(3)?;
            if sha256 == own {
                continue;
            }
            pointed.recordings += 1;
            pointed.hours += seconds / 3600.0;
            part.add(
                recording,
                sha256,
                seconds,
                &fingerprint_of(row.get_ref(1)?.as_blob()?),
            );
            if part.seconds > AT_ONCE_S {
                found.extend(std::mem::take(&mut part).search(query));
            }
        }
        found.extend(part.search(query));
        Ok(found)
    })
}

/// Some of the recordings, searched together.
#[derive(Default)]
struct Part {
    index: Index,
    recordings: Vec<(i64, String)>,
    seconds: f64,
}

impl Part {
    fn add(&mut self, recording: i64, sha256: String, seconds: f64, words: &Fingerprint) {
        self.index.add(self.recordings.len() as u32, words);
        self.recordings.push((recording, sha256));
        self.seconds += seconds;
    }

    fn search(self, query: &Fingerprint) -> Vec<(i64, ByFingerprint)> {
        let matches = self.index.matches(query).into_iter();
        matches
            .map(|m| {
                let (recording, sha256) = self.recordings[m.id as usize].clone();
                (recording, described(&m, sha256))
            })
            .collect()
    }
}

fn described(found: &Match, sha256: String) -> ByFingerprint {
    let other_start_s = (found.start_s - found.offset_s).max(0.0);
    ByFingerprint {
        id: String::new(),
        sha256,
        start_s: found.start_s,
        end_s: found.start_s + found.overlap_s,
        other_start_s,
        other_end_s: other_start_s + found.overlap_s,
        score: found.score,
        why_unconfirmed: String::new(),
    }
}

/// The names of a recording, those first that were there when last looked for.
fn paths(reader: &Reader, recording: i64) -> Result<Vec<PathBuf>, ArchiveError> {
    let sql = "SELECT path, path_bytes FROM files WHERE recording = ? ORDER BY present DESC, path";
    reader.ask(|db| {
        let mut statement = db.prepare_cached(sql)?;
        let rows = statement.query_map([recording], |row| {
            let (text, bytes): (String, Option<Vec<u8>>) = (row.get(0)?, row.get(1)?);
            let exact = bytes.and_then(|bytes| name::from_bytes(&bytes));
            Ok(exact.unwrap_or_else(|| text.into()))
        })?;
        rows.collect()
    })
}

fn recording_of(reader: &Reader, sha256: &str) -> Result<Option<i64>, ArchiveError> {
    use rusqlite::OptionalExtension;
    let sql = "SELECT id FROM recordings WHERE sha256 = ?";
    reader.ask(|db| {
        db.query_row(sql, params![sha256], |row| row.get(0))
            .optional()
    })
}
