//! Which rows are wanted.

use std::path::MAIN_SEPARATOR;

use rusqlite::types::Value;

use crate::archive::store::Reader;
use crate::archive::time::Moment;
use crate::archive::ArchiveError;

/// Conditions that all must hold; the default is all rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Any of these labels.
    pub labels: Vec<String>,
    /// Probability of the label in the recording, at least.
    pub min_probability: Option<f64>,
    /// And at most.
    pub max_probability: Option<f64>,
    /// `cruise` or `dive`.
    pub phase: Option<String>,
    /// Any of these patterns matches the path or a folder above it: `*` stands for anything, also for slashes, `?` for one sign,
    /// `[ab]` for either, and `[[]` for a bracket (SQLite's GLOB).
    pub paths: Vec<String>,
    /// Some of it was heard at this time or later; what has no time is left out.
    pub since: Option<Moment>,
    /// It began before this time.
    pub until: Option<Moment>,
}

/// How the columns are called that conditions speak of; `None` where there is no such column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    pub label: Option<&'static str>,
    pub probability: Option<&'static str>,
    pub phase: Option<&'static str>,
    /// When what the row is about was heard.
    pub heard: Option<Heard>,
}

/// Day numbers of the moments at which something begins and ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    pub from: &'static str,
    pub to: &'static str,
}

/// Of a whole recording.
pub(super) const WHOLE: Heard = Heard {
    from: "julianday(recorded_at)",
    to: "julianday(recorded_at) + duration_s / 86400.0",
};
/// Of a stretch of one.
pub(super) const WITHIN: Heard = Heard {
    from: "julianday(recorded_at) + start_s / 86400.0",
    to: "julianday(recorded_at) + end_s / 86400.0",
};
/// How columns are called that are not there.
pub(super) const NONE: Names = Names {
    label: None,
    probability: None,
    phase: None,
    heard: None,
};

impl Filter {
    /// Checks that something can meet all conditions, and that the labels are such as the database has: those of the models that
    /// answered, and `unknown` where it was answered.
    ///
    /// # Errors
    /// [`ArchiveError::Contradiction`], [`ArchiveError::UnknownLabel`] for the first label that is not; others if the database cannot
    /// be read.
    pub fn check(&self, reader: &Reader) -> Result<(), ArchiveError> {
        self.check_bounds()?;
        if self.labels.is_empty() {
            return Ok(());
        }
        let sql = "SELECT label FROM labels UNION SELECT label FROM answers ORDER BY label";
        let known: Vec<String> = reader.ask(|db| {
            let mut statement = db.prepare(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect()
        })?;
        match self.labels.iter().find(|label| !known.contains(label)) {
            None => Ok(()),
            Some(label) => Err(ArchiveError::UnknownLabel {
                database: reader.name().to_owned(),
                label: label.clone(),
                known: match known.is_empty() {
                    true => "none yet".to_owned(),
                    false => known.join(", "),
                },
            }),
        }
    }

    fn check_bounds(&self) -> Result<(), ArchiveError> {
        let fault = |low, high, rule| Err(ArchiveError::Contradiction { low, high, rule });
        match (self.min_probability, self.max_probability) {
            (Some(min), Some(max)) if min > max => fault(
                format!("--min-probability {min}"),
                format!("--max-probability {max}"),
                "at most the second",
            ),
            _ => Ok(()),
        }?;
        match (self.since, self.until) {
            (Some(since), Some(until)) if since >= until => fault(
                format!("--since {since}"),
                format!("--until {until}"),
                "before the second, which is itself left out",
            ),
            _ => Ok(()),
        }
    }

    /// The patterns that no path in the database is like, each with one that some path is like, if there is such.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn idle_paths(&self, reader: &Reader) -> Result<Vec<(&str, Option<String>)>, ArchiveError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM files WHERE path GLOB ? OR path GLOB ?)";
        reader.ask(|db| {
            let mut statement = db.prepare(sql)?;
            let mut is_like = |pattern: &str| {
                statement.query_row([pattern, &below(pattern)], |row| row.get::<_, bool>(0))
            };
            let mut idle = Vec::new();
            for pattern in &self.paths {
                if is_like(pattern)? {
                    continue;
                }
                let relative = pattern.trim_start_matches("./");
                let literal = pattern.replace('[', "[[]");
                let both = format!("*/{}", literal.trim_start_matches("./"));
                let mut others = [format!("*/{relative}"), literal, both].into_iter();
                let helps = others.find_map(|other| match is_like(&other) {
                    Ok(false) => None,
                    found => Some(found.map(|_| other)),
                });
                idle.push((pattern.as_str(), helps.transpose()?));
            }
            Ok(idle)
        })
    }

    /// The first condition on a column that is not there: what is missing, and the option.
    pub(super) fn lacking(&self, names: Names) -> Option<(&'static str, &'static str)> {
        let (label, probability) = (names.label, names.probability);
        let heard = names.heard.map(|heard| heard.from);
        [
            (!self.labels.is_empty(), label, "labels", "--label"),
            (
                self.min_probability.is_some(),
                probability,
                "probabilities",
                "--min-probability",
            ),
            (
                self.max_probability.is_some(),
                probability,
                "probabilities",
                "--max-probability",
            ),
            (self.phase.is_some(), names.phase, "phases", "--phase"),
            (self.since.is_some(), heard, "times", "--since"),
            (self.until.is_some(), heard, "times", "--until"),
        ]
        .into_iter()
        .find(|(is_set, column, ..)| *is_set && column.is_none())
        .map(|(.., what, option)| (what, option))
    }

    /// The conditions in SQL, from `WHERE` on, and what stands for the question marks. Conditions on columns that a table
    /// doesn't have leave nothing of it.
    pub(super) fn sql(&self, names: Names) -> (String, Vec<Value>) {
        let mut conditions = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        let mut any_of = |column: &str, operator: &str, wanted: &[String]| {
            if !wanted.is_empty() {
                let each = vec![format!("{column} {operator} ?"); wanted.len()];
                conditions.push(format!("({})", each.join(" OR ")));
                values.extend(wanted.iter().cloned().map(Value::Text));
            }
        };
        any_of(names.label.unwrap_or("NULL"), "=", &self.labels);
        let each = |path: &String| [path.clone(), below(path)];
        let paths: Vec<String> = self.paths.iter().flat_map(each).collect();
        any_of("path", "GLOB", &paths);
        let phase: Vec<String> = self.phase.iter().cloned().collect();
        any_of(names.phase.unwrap_or("NULL"), "=", &phase);
        let mut compare = |column: Option<&str>, operator: &str, value: Option<Value>| {
            if let Some(value) = value {
                conditions.push(format!("{} {operator} ?", column.unwrap_or("NULL")));
                values.push(value);
            }
        };
        compare(
            names.probability,
            ">=",
            self.min_probability.map(Value::Real),
        );
        compare(
            names.probability,
            "<=",
            self.max_probability.map(Value::Real),
        );
        let day = |moment: Moment, rounded: f64| Value::Real(julian_day(moment) + rounded);
        let (from, to) = (names.heard.map(|h| h.from), names.heard.map(|h| h.to));
        compare(to, ">", self.since.map(|moment| day(moment, ROUNDED)));
        compare(from, "<", self.until.map(|moment| day(moment, -ROUNDED)));
        let text = match conditions.is_empty() {
            true => String::new(),
            false => format!("WHERE {}", conditions.join(" AND ")),
        };
        (text, values)
    }
}

/// What lies below a folder, or below those that are like a pattern.
fn below(folder: &str) -> String {
    let folder = folder.trim_end_matches(MAIN_SEPARATOR);
    format!("{folder}{MAIN_SEPARATOR}*")
}

/// Nearly a millisecond, in days: rounding puts no moment after itself.
const ROUNDED: f64 = 1e-8;

/// Days since noon of 24 November 4714 BC, as SQLite's `julianday` counts them.
fn julian_day(moment: Moment) -> f64 {
    moment.to_unix() as f64 / 86_400.0 + 2_440_587.5
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names = Names {
        label: Some("label"),
        probability: Some("p"),
        phase: None,
        heard: None,
    };

    #[test]
    fn conditions_are_joined_and_values_never_stand_in_the_text() {
        let filter = Filter {
            labels: vec!["harop'; --".into(), "siren".into()],
            min_probability: Some(0.5),
            ..Filter::default()
        };
        let (text, values) = filter.sql(NAMES);
        assert_eq!(text, "WHERE (label = ? OR label = ?) AND p >= ?");
        assert_eq!(values.len(), 3);
        assert_eq!(Filter::default().sql(NAMES), (String::new(), vec![]));
    }

    #[test]
    fn a_condition_on_a_column_that_is_not_there_holds_for_nothing() {
        let filter = Filter {
            phase: Some("dive".into()),
            ..Filter::default()
        };
        assert_eq!(filter.sql(NAMES).0, "WHERE (NULL = ?)");
    }
}
