//! The options that choose rows of an archive's database.

use clap::Args;
use earwitness::archive::query::Filter;
use earwitness::archive::store::Reader;
use earwitness::archive::time::Moment;
use earwitness::archive::ArchiveError;

use super::exit::UsageError;
use super::Verbosity;

/// Which rows are meant.
#[derive(Debug, Args)]
pub struct RowArgs {
    /// Only this label; may be repeated
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,

    /// Only where the label's probability in the recording is at least this
    #[arg(long, value_name = "P", value_parser = probability)]
    min_probability: Option<f64>,

    /// Only where it is at most this
    #[arg(long, value_name = "P", value_parser = probability)]
    max_probability: Option<f64>,

    /// Only this phase
    #[arg(long, value_parser = ["cruise", "dive"])]
    phase: Option<String>,

    /// Only files like this, or below a folder like this, such as /data/2020 or '/data/*/rec_?.wav' (paths are absolute; * stands
    /// for anything, ? for one sign, [ab] for either, [[] for a bracket itself); may be repeated
    #[arg(long, value_name = "PATTERN")]
    path: Vec<String>,

    /// Only what was heard at this time or later, be it its end, where that is known: 2020-10-03 or 2020-10-03T18:30
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Moment>,

    /// Only what was heard before this time, be it its beginning
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Moment>,
}

impl RowArgs {
    /// The conditions on the rows of a database; of patterns that no path is like a note is made.
    ///
    /// # Errors
    /// Wrong usage if it has no such label, or nothing can meet all conditions.
    pub fn filter(&self, reader: &Reader, verbosity: Verbosity) -> anyhow::Result<Filter> {
        let filter = Filter {
            labels: self.label.clone(),
            min_probability: self.min_probability,
            max_probability: self.max_probability,
            phase: self.phase.clone(),
            paths: self.path.clone(),
            since: self.since,
            until: self.until,
        };
        filter.check(reader).map_err(usage)?;
        if !verbosity.quiet {
            for (pattern, other) in filter.idle_paths(reader)? {
                let helps = match other {
                    Some(other) => format!("some are like `{other}`"),
                    None => "`*` stands for anything, `?` for one sign, `[ab]` for either, `[[]` for a bracket itself".to_owned(),
                };
                eprintln!(
                    "note: no path in {} is like `{pattern}`; they are absolute, and {helps}",
                    reader.name()
                );
            }
        }
        Ok(filter)
    }
}

/// Conditions that nothing can meet are wrong usage.
pub fn usage(error: ArchiveError) -> anyhow::Error {
    use ArchiveError as E;
    match error {
        E::UnknownLabel { .. } | E::NoSuchColumn { .. } | E::Contradiction { .. } => {
            UsageError(error.to_string()).into()
        }
        error => error.into(),
    }
}

fn probability(text: &str) -> Result<f64, String> {
    let value: Option<f64> = text.parse().ok();
    let value = value.filter(|p| (0.0..=1.0).contains(p));
    value.ok_or_else(|| "give a number from 0 to 1".to_owned())
}

fn moment(text: &str) -> Result<Moment, String> {
    Moment::parse(text)
        .ok_or_else(|| "give a date, 2020-10-03, or a time, 2020-10-03T18:30".to_owned())
}
