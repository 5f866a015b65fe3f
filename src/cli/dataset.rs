//! `earwitness dataset check`: what is wrong with labelled recordings, before anything is trained.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{presets, ContentArrangement, Table};
use earwitness::dataset::check::{check, Checked, Finding, Known, Met, Severity};
use earwitness::dataset::guess::apply_guesses;
use earwitness::dataset::Manifest;
use earwitness::evaluate::retraining::doubts;
use earwitness::fingerprint::Fingerprint;
use earwitness::model::store::Model;
use earwitness::taxonomy::TAXONOMY;
use earwitness::train::memory::Memory;
use serde_json::json;

use super::exit::Outcome;
use super::in_use::find_memory;
use super::output::Output;
use super::progress::Steps;
use super::training;
use super::Verbosity;

/// Columns of text.
const WIDTH: u16 = 100;
/// Recordings named in a row of the table.
const NAMED: usize = 4;

/// Look into labelled recordings
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  earwitness dataset check labelled/")]
pub struct DatasetArgs {
    #[command(subcommand)]
    verb: DatasetVerb,
}

#[derive(Debug, Subcommand)]
enum DatasetVerb {
    Check(CheckArgs),
}

/// Find what is wrong with labelled recordings, before training
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness dataset check labelled/
  earwitness dataset check manifest.csv --format json
  earwitness dataset check labelled/ --write-manifest manifest.csv

Finds unreadable, silent and unfit recordings, the same file or sound twice, under two labels or in the \
training memory, labels and columns that look like slips, labels that are written down and not read, empty labels, too \
few source groups, uploads spread over groups, and labels that models doubt which never heard the source (confident learning). \
Exit code: 0 nothing wrong or warnings alone, 1 faults, 3 some recordings cannot be read.")]
struct CheckArgs {
    /// A folder with a folder per label, or a manifest
    path: PathBuf,

    /// Model whose labels and training memory are compared with
    #[arg(long, value_name = "MODEL", default_value = "default")]
    base: String,

    /// Training memory of the base, if it does not lie beside it
    #[arg(long, value_name = "FILE")]
    base_memory: Option<PathBuf>,

    /// Don't look for labels that look swapped; the rest takes far less time
    #[arg(long)]
    no_doubts: bool,

    /// Write a manifest of the recordings with the guessed source groups, to be corrected by hand
    #[arg(long, value_name = "FILE")]
    write_manifest: Option<PathBuf>,

    /// Threads [default: one per processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Table for people, or JSON for programs
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Table,
    Json,
}

/// Runs the verb.
///
/// # Errors
/// If the recordings or the base cannot be used at all, or faults were found.
pub fn run(args: &DatasetArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    let DatasetVerb::Check(args) = &args.verb;
    let manifest = training::recordings_at(&args.path)?;
    manifest.check_files()?;
    let base = find_memory(&args.base, args.base_memory.as_deref())?;
    if base.is_none() && !verbosity.quiet {
        eprintln!("note: there is no training memory, so nothing is compared with it (see `earwitness train --help`)");
    }
    let checked = training::on_threads(args.jobs, || {
        look(args, &manifest, base.as_ref(), verbosity.quiet)
    })?;
    if let Some(path) = &args.write_manifest {
        write_manifest(path, &manifest, &checked)?;
    }
    let text = match args.format {
        Format::Table => as_table(&manifest, &checked),
        Format::Json => as_json(&manifest, &checked)?,
    };
    Output::stdout().write_once(text.as_bytes())?;
    let of = |kind: &str| checked.findings.iter().any(|f| f.kind == kind);
    match checked.worst() {
        Some(Severity::Fault) => anyhow::bail!(
            "{}: there are faults; correct them before training",
            args.path.display()
        ),
        _ if of("unreadable") => Ok(Outcome::SomeFailed),
        _ => Ok(Outcome::Done),
    }
}

fn look(
    args: &CheckArgs,
    manifest: &Manifest,
    base: Option<&(Model, Memory)>,
    quiet: bool,
) -> anyhow::Result<Checked> {
    let steps = Steps::new(quiet);
    let progress = |what: &str, done: usize, total: usize| steps.update(what, done, total);
    let labels: Vec<String> = match base {
        Some((_, memory)) => memory.corpus.labels.clone(),
        None => TAXONOMY
            .iter()
            .map(|(label, _, _)| (*label).to_owned())
            .collect(),
    };
    let met = |sha256: &[u8; 32], fingerprint: &Fingerprint| -> Vec<Met> {
        base.map_or_else(Vec::new, |(_, memory)| memory.met(sha256, fingerprint))
    };
    let known = Known {
        labels: &labels,
        met: &met,
    };
    let mut checked = check(manifest, &known, &progress);
    if args.no_doubts {
        return Ok(checked);
    }
    let found = doubts(
        base.map(|(model, memory)| (model, memory)),
        manifest,
        &progress,
    );
    match found {
        Ok(suspects) => {
            for s in suspects {
                checked.push(Finding {
                    kind: "doubtful-label",
                    severity: Severity::Warning,
                    label: Some(s.label.clone()),
                    what: format!(
                        "{} is labelled {} and sounds like {} ({:.2} against {:.2}) to models that never heard its source",
                        s.path, s.label, s.likelier, s.probability[1], s.probability[0]
                    ),
                    paths: vec![s.path.into()],
                    remedy: "listen to it; correct the label if it is wrong, and leave it if it is right".into(),
                });
            }
        }
        Err(error) => checked.push(Finding {
            kind: "doubts-not-looked-for",
            severity: Severity::Note,
            label: None,
            paths: Vec::new(),
            what: format!("swapped labels could not be looked for: {error}"),
            remedy: "give recordings of at least two labels, or the training memory of a base"
                .into(),
        }),
    }
    Ok(checked)
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Fault => "FAULT",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn as_table(manifest: &Manifest, checked: &Checked) -> String {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .set_header(["", "what", "what to do"]);
    for finding in &checked.findings {
        let missing = |p: &&PathBuf| !finding.what.contains(&p.display().to_string());
        let names: Vec<String> = finding
            .paths
            .iter()
            .filter(missing)
            .map(|p| p.display().to_string())
            .collect();
        let more = names.len().saturating_sub(NAMED);
        let mut what = finding.what.clone();
        if !names.is_empty() {
            what += &format!(" ({}", names[..names.len() - more].join(", "));
            what += &match more {
                0 => ")".to_owned(),
                more => format!(" and {more} more)"),
            };
        }
        table.add_row([severity(finding), &what, &finding.remedy]);
    }
    let count = |severity| {
        checked
            .findings
            .iter()
            .filter(|f| f.severity == severity)
            .count()
    };
    let mut text = format!(
        "recordings: {}, labels: {}, source groups: {}; faults: {}, warnings: {}, notes: {}\n",
        manifest.recordings.len(),
        manifest.labels().len(),
        checked.n_groups(),
        count(Severity::Fault),
        count(Severity::Warning),
        count(Severity::Note),
    );
    if !checked.findings.is_empty() {
        text.push('\n');
    }
    for line in table.lines().filter(|_| !checked.findings.is_empty()) {
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn as_json(manifest: &Manifest, checked: &Checked) -> anyhow::Result<String> {
    let guesses: Vec<_> = checked
        .guesses
        .iter()
        .map(|g| {
            let paths: Vec<_> = g
                .members
                .iter()
                .map(|&m| &manifest.recordings[m].path)
                .collect();
            json!({ "group": g.name, "why": g.why, "paths": paths })
        })
        .collect();
    let value = json!({
        "schema": "earwitness.dataset-check/1",
        "path": manifest.path,
        "recordings": manifest.recordings.len(),
        "labels": manifest.labels(),
        "source_groups": checked.n_groups(),
        "findings": checked.findings,
        "guessed_groups": guesses,
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// The recordings as a manifest, with guessed groups; paths as seen from its folder where they lie below it.
fn write_manifest(path: &Path, manifest: &Manifest, checked: &Checked) -> anyhow::Result<()> {
    let mut recordings = manifest.recordings.clone();
    apply_guesses(&mut recordings, &checked.guesses);
    let folder = path.parent().unwrap_or(Path::new(""));
    let absolute = |p: &Path| std::path::absolute(p);
    let folder = absolute(if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    })?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "path", "label", "phase", "start_s", "end_s", "group", "source", "note",
    ])?;
    for r in &recordings {
        let whole = absolute(&r.path)?;
        let seen = whole.strip_prefix(&folder).unwrap_or(&whole);
        let label = if r.is_not {
            format!("-{}", r.label)
        } else {
            r.label.clone()
        };
        let number = |x: Option<f64>| x.map_or_else(String::new, |x| x.to_string());
        writer.write_record([
            &seen.display().to_string(),
            &label,
            r.phase.as_deref().unwrap_or(""),
            &number(r.range.map(|(from, _)| from)),
            &number(r.range.map(|(_, to)| to)),
            &r.group,
            &r.source,
            &r.note,
        ])?;
    }
    let bytes = writer.into_inner()?;
    let read = manifest.recordings.iter().map(|r| r.path.as_path());
    let read = read.chain([Path::new(&manifest.path)]);
    Output::open(Some(path), read)?.write_once(&bytes)
}
