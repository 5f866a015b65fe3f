//! The common questions about an archive, answered at once.

use rusqlite::{params_from_iter, Row};

use super::changed::changed;
use super::filter::{Filter, Names, NONE, WHOLE, WITHIN};
use super::findings::{
    Answers, Counts, ErrorCount, FolderCount, Overview, TimedDetection, TopDetection,
};
use super::reused::reused;
use super::standing::standing;
use super::tables::is_trained_on;
use crate::archive::store::Reader;
use crate::archive::ArchiveError;

/// Folders that are listed.
const FOLDERS: usize = 20;

/// Answers the common questions about what `filter` lets through; `top` detections are listed.
///
/// # Errors
/// [`ArchiveError`] if the database cannot be read.
pub fn overview(reader: &Reader, filter: &Filter, top: usize) -> Result<Overview, ArchiveError> {
    let question = Question { reader, filter };
    let (histograms, expected) = question.labels()?;
    let (reused, reused_groups) = reused(reader, &question.files())?;
    Ok(Overview {
        counts: question.counts()?,
        answers: question.of_files(&question.files()).answers()?,
        errors: question.errors()?,
        histograms,
        expected,
        folders: question.folders()?,
        top: question.top(top)?,
        reused,
        reused_groups,
        timed: question.timed()?,
        model: question.model()?,
        changed: changed(reader, &question.files())?,
        standing: standing(reader)?,
    })
}

pub(super) struct Question<'a> {
    pub(super) reader: &'a Reader,
    filter: &'a Filter,
}

/// Names of the columns in the view `detections`, and of a file's answer.
const DETECTIONS: Names = Names {
    label: Some("label"),
    probability: Some("probability"),
    phase: Some("phase"),
    heard: Some(WITHIN),
};
pub(super) const ANSWERS: Names = Names {
    heard: Some(WHOLE),
    ..DETECTIONS
};

/// The answer in words, as [`report`](crate::report) has them of a recording by itself.
const ANSWER: &str = "CASE decision
    WHEN 'signature' THEN iif(grade = 'C', 'consistent with ', '') || label
    WHEN 'family' THEN ifnull('some ' || family, 'cannot tell')
    WHEN 'class' THEN ifnull('some ' || (SELECT class FROM labels WHERE labels.label = answers_by_path.label
        AND settings = (SELECT settings FROM current_settings)), 'cannot tell')
    WHEN 'unusable' THEN 'unusable'
    ELSE 'cannot tell' END";

impl Question<'_> {
    /// The same question about what another filter lets through.
    fn of_files<'a>(&'a self, filter: &'a Filter) -> Question<'a> {
        Question {
            reader: self.reader,
            filter,
        }
    }

    /// All rows of `select` with the conditions of the filter and then `rest`.
    fn rows<T>(
        &self,
        select: &str,
        names: Names,
        rest: &str,
        read: impl Fn(&Row) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, ArchiveError> {
        let (conditions, values) = self.filter.sql(names);
        self.reader.ask(|db| {
            let mut statement = db.prepare(&format!("{select} {conditions} {rest}"))?;
            let rows = statement.query_map(params_from_iter(values), |row| read(row))?;
            rows.collect()
        })
    }

    /// The filter without what speaks of labels: which files are meant.
    pub(super) fn files(&self) -> Filter {
        Filter {
            labels: Vec::new(),
            min_probability: None,
            max_probability: None,
            phase: None,
            ..self.filter.clone()
        }
    }

    fn counts(&self) -> Result<Counts, ArchiveError> {
        let select = format!(
            "SELECT count(*), count(DISTINCT recording), count(recorded_at),
                count(DISTINCT iif({}, recording, NULL)) FROM answers_by_path",
            is_trained_on("warnings")
        );
        let found = self.rows(&select, ANSWERS, "", |row| {
            Ok(Counts {
                files: row.get(0)?,
                recordings: row.get(1)?,
                timed: row.get(2)?,
                trained_on: row.get(3)?,
                ..Counts::default()
            })
        })?;
        // Each recording once, whatever its names.
        let select = "SELECT total(duration_s) FROM
            (SELECT recording, max(duration_s) AS duration_s FROM answers_by_path";
        let seconds: f64 = self
            .rows(select, ANSWERS, "GROUP BY recording)", |row| row.get(0))?
            .iter()
            .sum();
        let unreadable = self.errors()?.iter().map(|e| e.files).sum();
        Ok(Counts {
            hours: seconds / 3600.0,
            answers: self.answers()?,
            unreadable,
            ..found.first().copied().unwrap_or_default()
        })
    }

    /// How recordings were answered.
    fn answers(&self) -> Result<Answers, ArchiveError> {
        let select =
            "SELECT decision, family IS NULL, count(DISTINCT recording) FROM answers_by_path";
        let rows = self.rows(select, ANSWERS, "GROUP BY 1, 2", |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, i64>(2)?))
        })?;
        let mut answers = Answers::default();
        for (decision, is_of_none, recordings) in rows {
            *match (decision.as_str(), is_of_none) {
                ("signature", _) => &mut answers.answered,
                ("family", false) => &mut answers.family,
                ("class", _) => &mut answers.class,
                ("unusable", _) => &mut answers.unusable,
                _ => &mut answers.cannot_tell,
            } += recordings;
        }
        Ok(answers)
    }

    fn errors(&self) -> Result<Vec<ErrorCount>, ArchiveError> {
        let files = Filter {
            since: None,
            until: None,
            ..self.files()
        };
        let question = self.of_files(&files);
        let select = "SELECT kind, count(*), min(message) FROM unreadable";
        let rest = "GROUP BY kind ORDER BY count(*) DESC, kind";
        question.rows(select, NONE, rest, |row| {
            Ok(ErrorCount {
                kind: row.get(0)?,
                files: row.get(1)?,
                example: row.get(2)?,
            })
        })
    }

    fn folders(&self) -> Result<Vec<FolderCount>, ArchiveError> {
        let select = format!("SELECT folder, {ANSWER} AS answer, count(*) FROM answers_by_path");
        let rest = format!("GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT {FOLDERS}");
        self.rows(&select, ANSWERS, &rest, |row| {
            Ok(FolderCount {
                folder: row.get(0)?,
                answer: row.get(1)?,
                files: row.get(2)?,
            })
        })
    }

    fn top(&self, most: usize) -> Result<Vec<TopDetection>, ArchiveError> {
        let warnings = "(SELECT warnings FROM answers WHERE answers.id = detections.answer)";
        let select = format!(
            "SELECT path, start_s, end_s, label, phase, grade, probability, peak_probability, {} FROM detections",
            is_trained_on(warnings)
        );
        let rest = format!(
            "ORDER BY probability DESC, peak_probability DESC, path, start_s, label LIMIT {most}"
        );
        self.rows(&select, DETECTIONS, &rest, |row| {
            Ok(TopDetection {
                path: row.get(0)?,
                start_s: row.get(1)?,
                end_s: row.get(2)?,
                label: row.get(3)?,
                phase: row.get(4)?,
                grade: row.get(5)?,
                probability: row.get(6)?,
                peak: row.get(7)?,
                trained_on: row.get(8)?,
            })
        })
    }

    fn timed(&self) -> Result<Vec<TimedDetection>, ArchiveError> {
        let timed = "(SELECT * FROM detections WHERE recorded_at IS NOT NULL)";
        let select = format!(
            "SELECT unixepoch(recorded_at) + start_s, label, grade, probability, path FROM {timed}"
        );
        self.rows(&select, DETECTIONS, "ORDER BY 1, 2, 5", |row| {
            Ok(TimedDetection {
                unix: row.get(0)?,
                label: row.get(1)?,
                grade: row.get(2)?,
                probability: row.get(3)?,
                path: row.get(4)?,
            })
        })
    }

    fn model(&self) -> Result<String, ArchiveError> {
        let sql = "SELECT model_id || ' (' || substr(model_sha256, 1, 12) || '), prior ' || prior FROM settings
            WHERE id = (SELECT settings FROM current_settings)";
        self.reader
            .ask(|db| db.query_row(sql, [], |row| row.get(0)))
    }
}
