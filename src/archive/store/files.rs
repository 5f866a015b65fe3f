//! The rows about files: which recording each holds, when that was made, and the answer or the error.

use std::path::Path;

use rusqlite::{params, Connection};

use super::{fingerprints, Job, Store};
use crate::archive::answer::Answer;
use crate::archive::events::events;
use crate::archive::recorded::RecordedAt;
use crate::archive::work::Spool;
use crate::archive::{id, name, time, ArchiveError};

impl Store {
    /// Whether a recording has an answer under these settings.
    pub(in crate::archive) fn is_answered(
        &self,
        sha256: &[u8; 32],
        settings: i64,
    ) -> Result<bool, ArchiveError> {
        let answer = id::answer(id::recording(sha256), settings);
        self.ask(|db| {
            db.prepare_cached("SELECT 1 FROM answers WHERE id = ?")?
                .exists([answer])
        })
    }

    /// Says which recording a file holds, and takes it off the list of errors.
    pub(in crate::archive) fn link(
        &mut self,
        job: &Job,
        sha256: &[u8; 32],
    ) -> Result<(), ArchiveError> {
        self.begin()?;
        self.ask(|db| {
            db.prepare_cached("UPDATE files SET recording = ? WHERE path = ?")?
                .execute(params![id::recording(sha256), job.key])?;
            forget_error(db, &job.key)
        })
    }

    /// Remembers of a file that was hashed when it was recorded, and the facts that it had then: it may have changed since
    /// it was found.
    pub(in crate::archive) fn put_hashed(
        &mut self,
        job: &Job,
        recorded: Option<&RecordedAt>,
    ) -> Result<(), ArchiveError> {
        self.begin()?;
        let moment = recorded.map(|r| r.moment.to_string());
        self.ask(|db| {
            db.prepare_cached(
                "UPDATE files SET recorded_at = ?, recorded_by = ?, size_bytes = ?, modified_ns = ? WHERE path = ?",
            )?
            .execute(params![
                moment,
                recorded.map(|r| r.by.as_str()),
                job.facts.size as i64,
                job.facts.modified_ns,
                job.key
            ])
        })?;
        Ok(())
    }

    /// Remembers why a file has no answer.
    pub(in crate::archive) fn put_error(
        &mut self,
        key: &str,
        kind: &str,
        message: &str,
        ffmpeg: bool,
    ) -> Result<(), ArchiveError> {
        self.begin()?;
        self.ask(|db| {
            db.prepare_cached("INSERT OR REPLACE INTO errors VALUES (?, ?, ?, ?)")?
                .execute(params![key, kind, message, ffmpeg])
        })?;
        Ok(())
    }

    /// Keeps an answer about the recording in a file, and the words of its fingerprint: all of it, or nothing if a part fails.
    pub(in crate::archive) fn put_answer(
        &mut self,
        job: &Job,
        sha256: &[u8; 32],
        answer: &Answer,
        words: &mut Spool,
        origin: Origin,
    ) -> Result<(), ArchiveError> {
        self.begin()?;
        self.ask(|db| db.execute_batch("SAVEPOINT answer"))?;
        let put = self
            .ask(|db| {
                put_recording(db, sha256, job.facts.size, answer, words)?;
                put_answer(db, id::recording(sha256), answer, origin)
            })
            .and_then(|()| self.link(job, sha256));
        if put.is_err() {
            // After some errors SQLite has rolled back the transaction itself, and the mark with it.
            let _ = self.db.execute_batch("ROLLBACK TO answer; RELEASE answer");
            return put;
        }
        self.ask(|db| db.execute_batch("RELEASE answer"))
    }
}

/// Under which settings, in which run and in how many seconds an answer was found.
#[derive(Debug, Clone, Copy)]
pub(in crate::archive) struct Origin {
    pub(in crate::archive) settings: i64,
    pub(in crate::archive) run: i64,
    pub(in crate::archive) seconds: f64,
}

/// Takes a file off the list of errors.
pub(in crate::archive) fn forget_error(db: &Connection, key: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM errors WHERE path = ?")?
        .execute([key])?;
    Ok(())
}

fn put_recording(
    db: &Connection,
    sha256: &[u8; 32],
    size: u64,
    answer: &Answer,
    words: &mut Spool,
) -> rusqlite::Result<()> {
    let hash = crate::hex::hex(sha256);
    let known = db
        .prepare_cached("SELECT 1 FROM recordings WHERE sha256 = ?")?
        .exists([&hash])?;
    if known {
        return Ok(());
    }
    let (id, r) = (id::recording(sha256), &answer.recording);
    db.prepare_cached(
        "INSERT INTO recordings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        id,
        hash,
        size as i64,
        r.duration_s,
        r.container,
        r.codec,
        r.sample_rate_hz,
        r.channels,
        r.decoder,
        r.fitness,
        r.rms_dbfs,
        r.peak_dbfs,
        r.clipped_fraction,
        r.silent_fraction,
        r.bandwidth_hz,
    ])?;
    fingerprints::put(db, id, words)
}

fn put_answer(db: &Connection, recording: i64, a: &Answer, origin: Origin) -> rusqlite::Result<()> {
    let id = id::answer(recording, origin.settings);
    let score = a.score(&a.label);
    let json = |list: &[String]| serde_json::Value::from(list.to_vec()).to_string();
    db.prepare_cached(
        "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        id,
        recording,
        origin.settings,
        a.decision,
        a.label,
        a.family,
        a.phase,
        a.grade,
        score.map(|s| s.probability),
        score.and_then(|s| s.log10_lr),
        a.log10_lr_bounds.map(|b| b[0]),
        a.log10_lr_bounds.map(|b| b[1]),
        a.dive_probability,
        a.dive_s.map(|d| d[0]),
        a.dive_s.map(|d| d[1]),
        json(&a.prediction_set),
        a.heard_s,
        a.statement,
        json(&a.warnings),
    ])?;
    db.prepare_cached("INSERT INTO work VALUES (?, ?, ?, ?)")?
        .execute(params![id, origin.run, time::now(), origin.seconds])?;
    let mut scores = db.prepare_cached("INSERT INTO scores VALUES (?, ?, ?, ?, ?)")?;
    for s in &a.scores {
        scores.execute(params![
            id,
            s.label,
            s.probability,
            s.log10_lr,
            s.log10_likelihood
        ])?;
    }
    let mut segments = db.prepare_cached("INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)")?;
    for (number, s) in a.segments.iter().enumerate() {
        let number = number as i64;
        segments.execute(params![
            id,
            number,
            s.start_s,
            s.end_s,
            s.label,
            s.probability
        ])?;
    }
    let mut rows = db.prepare_cached("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    for (number, e) in events(a).iter().enumerate() {
        rows.execute(params![
            id,
            number as i64,
            e.label,
            e.phase,
            e.start_s,
            e.end_s,
            e.segments as i64,
            e.peak,
            e.mean
        ])?;
    }
    Ok(())
}

impl Job {
    /// The name in the database of the folder that the file is in, and of the file in it.
    pub(in crate::archive) fn folder_and_name(&self) -> (String, String) {
        let folder = self.path.parent().map(name::to_text).unwrap_or_default();
        let file = self.path.file_name().map(Path::new);
        (folder, file.map(name::to_text).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::events::tests::answer;
    use crate::archive::Facts;

    #[test]
    fn a_recording_whose_fingerprint_cannot_be_read_is_not_kept_by_half() {
        let mut store = Store::in_memory().unwrap();
        // There are no settings, runs and files that the rows could belong to.
        store.db.pragma_update(None, "foreign_keys", false).unwrap();
        let job = Job {
            path: "a.wav".into(),
            key: "a.wav".into(),
            facts: Facts::default(),
            device: 0,
            sha256: None,
        };
        let origin = Origin {
            settings: 1,
            run: 1,
            seconds: 0.0,
        };
        let answer = answer(&[("siren", 0.5)]);
        let put = |store: &mut Store, sha256: [u8; 32], mut words: Spool| {
            store.put_answer(&job, &sha256, &answer, &mut words, origin)
        };
        put(&mut store, [1; 32], Spool::new()).unwrap();
        assert!(put(&mut store, [2; 32], Spool::cut_short()).is_err());
        // What came before stays, as it does when a run ends with an error.
        store.commit().unwrap();
        for table in ["recordings", "fingerprints", "answers", "segments"] {
            let sql = format!("SELECT count(*) FROM {table}");
            let rows: i64 = store
                .ask(|db| db.query_row(&sql, [], |r| r.get(0)))
                .unwrap();
            assert_eq!(rows, 1, "{table}");
        }
    }
}
