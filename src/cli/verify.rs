//! `earwitness verify VIDEO -o DIR`: one recording becomes evidence.

mod check;
mod files;
mod pictures;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{bail, Context};
use clap::Args;
use earwitness::archive::query::KnownSounds;
use earwitness::audio::shell::quoted;
use earwitness::audio::{Passage, ReadOptions, Source};
use earwitness::fingerprint::known::Known;
use earwitness::model::listen::ListenOptions;
use earwitness::model::store::Model;
use earwitness::report::evidence::terminal;
use earwitness::signature::Catalogue;
use earwitness::verify::evidence::{VerifyError, VerifyOptions};
use earwitness::verify::physics::{AirParams, PhysicsError, PhysicsParams, Range};
use earwitness::verify::{verify, Run, Verified};

use super::exit::{usage_if, Outcome, UsageError};
use super::in_use::open_model;
use super::inputs::files_below;
use super::output::Output;
use super::prior::PriorWeights;
use super::progress::Steps;
use super::Verbosity;

/// Turn one recording into evidence: what is heard, how strongly, why, and what it is unfit for
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness verify clip.mp4 -o report
  earwitness verify clip.mp4 -o report --h1 harop --h2 shahed-136,engine
  earwitness verify clip.mp4 -o report --against earlier-recordings/
  earwitness verify clip.mp4 -o report --against results.sqlite
  earwitness verify upload-1.mp4 upload-2.mp4 -o event
  earwitness verify clip.mp4 -o report --from 12 --to 40
  earwitness verify --check report/report.json

Several recordings are taken for uploads of one event: the report says which of them hold the same \
sound. --check runs the analysis of a report again and says statement by statement what agrees; it \
takes the recordings from where the report says they are, or those named. Exit code 1: something \
does not agree.")]
pub struct VerifyArgs {
    /// The recording; several if they show one event
    #[arg(value_name = "VIDEO", required_unless_present = "check")]
    recordings: Vec<PathBuf>,

    /// Folder for the report, its pictures and tables; made if it is not there
    #[arg(short, long, value_name = "DIR", required_unless_present = "check")]
    output: Option<PathBuf>,

    /// Hypothesis 1 of a question: the recording holds one of these labels
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    h1: Vec<String>,

    /// Hypothesis 2: it holds one of these [default: one of all others]
    #[arg(long, value_name = "LABELS", value_delimiter = ',', requires = "h1")]
    h2: Vec<String>,

    /// Earlier recordings, folders of them, or the database of an archive: is this sound, or part of it, among them?
    #[arg(long, value_name = "PATH")]
    against: Vec<PathBuf>,

    /// Run a report's analysis again and say what agrees
    #[arg(long, value_name = "REPORT.JSON", conflicts_with_all = ["output", "h1", "h2", "against", "from", "to", "track", "channel", "prior", "temperature", "wind"])]
    check: Option<PathBuf>,

    /// Look at the passage from here on only, s from the start of the recording
    #[arg(long, value_name = "S")]
    from: Option<f64>,

    /// ... and up to here
    #[arg(long, value_name = "S")]
    to: Option<f64>,

    /// Air temperature that is allowed for, -60 to 60 degrees Celsius, as LOW,HIGH [default: -10,35]
    #[arg(
        long,
        value_name = "LOW,HIGH",
        value_delimiter = ',',
        num_args = 1,
        // `-5,15` is no negative number to the parser.
        allow_hyphen_values = true
    )]
    temperature: Vec<f64>,

    /// Most wind along the line of sight that is allowed for, 0 to 40 m/s [default: 5]
    #[arg(long, value_name = "MPS")]
    wind: Option<f64>,

    /// What was likely before listening, as for `classify`
    #[arg(long, value_name = "PRIOR", default_value = "hierarchical")]
    prior: PriorWeights,

    /// Use this model instead of the one in use (the promoted one, or else the one built in)
    #[arg(short, long, value_name = "FILE")]
    model: Option<PathBuf>,

    /// More airframes, or others of the same name: a folder of `*.toml` files
    #[arg(long = "catalogue", alias = "signatures", value_name = "DIR")]
    signatures: Option<PathBuf>,

    /// Let ffmpeg, if it is on the PATH, decode what cannot be decoded here (AMR, AC-3, WMA ...)
    #[arg(long)]
    ffmpeg: bool,

    /// Hear this audio track, counted from 1 over those of the file, instead of its default one
    #[arg(long, value_name = "N")]
    track: Option<NonZeroUsize>,

    /// Hear this channel alone, counted from 1, instead of the average of all
    #[arg(long, value_name = "N")]
    channel: Option<NonZeroUsize>,
}

/// Runs the verb.
///
/// # Errors
/// Wrong usage, no model, a recording that cannot be read, or a folder that cannot be written.
pub fn run(args: &VerifyArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    let model = open_model(args.model.as_deref())?;
    let catalogue = match &args.signatures {
        Some(dir) => Catalogue::load_dir(dir)?,
        None => Catalogue::built_in()?,
    };
    if let Some(report) = &args.check {
        return check::run(report, &args.recordings, &model, &catalogue, verbosity);
    }
    let Some(dir) = &args.output else {
        return Err(UsageError("no folder for the report; give one with -o".into()).into());
    };
    let options = args.options(&model)?;
    options.check(&model).map_err(in_flags)?;
    let run = Run {
        at: chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        command: command_line(std::env::args_os()),
        inputs: args
            .recordings
            .iter()
            .map(|p| p.to_string_lossy().into_owned())
            .collect(),
    };
    // Before the work: who waits for a report should not learn at its end that it has no place.
    files::prepare(dir, &run.inputs)?;
    let verified = analyse(
        &args.recordings,
        &model,
        &catalogue,
        &options,
        run,
        verbosity,
    )?;
    files::write(dir, &verified)?;
    let place = dir.join(files::PAGE);
    let text = terminal(&verified.report, &place.to_string_lossy());
    Output::stdout().write_once(text.as_bytes())?;
    Ok(match verified.report.unreadable.is_empty() {
        true => Outcome::Done,
        false => Outcome::SomeFailed,
    })
}

/// Verifies recordings, with progress when it takes longer than a second.
fn analyse(
    recordings: &[PathBuf],
    model: &Model,
    catalogue: &Catalogue,
    options: &VerifyOptions,
    run: Run,
    verbosity: Verbosity,
) -> anyhow::Result<Verified> {
    let sources: Vec<Source> = recordings.iter().cloned().map(Source::Path).collect();
    let steps = Steps::new(verbosity.quiet);
    let (total, step) = (sources.len(), "listening");
    steps.update(step, 0, total);
    let mut done = |n| steps.update(step, n, total);
    Ok(verify(model, catalogue, &sources, options, run, &mut done)?)
}

impl VerifyArgs {
    fn options(&self, model: &Model) -> anyhow::Result<VerifyOptions> {
        let usual = AirParams::default();
        let air = AirParams {
            temperature_c: match self.temperature.as_slice() {
                [] => usual.temperature_c,
                &[low, high] => Range { low, high },
                _ => {
                    let text = "--temperature takes two numbers, as in --temperature 5,15";
                    return Err(UsageError(text.into()).into());
                }
            },
            wind_mps: self.wind.unwrap_or(usual.wind_mps),
        };
        let passage = Passage::new(self.from, self.to).map_err(|e| UsageError(e.to_string()))?;
        let earlier = Earlier::find(&self.against, &self.recordings)?;
        Ok(VerifyOptions {
            listen: ListenOptions {
                read: ReadOptions::default()
                    .with_ffmpeg(self.ffmpeg)
                    .with_track(self.track.map(NonZeroUsize::get))
                    .with_channel(self.channel.map(NonZeroUsize::get))
                    .with_passage(passage),
                prior: self.prior.over(model).map_err(|e| usage_if(true, e))?,
                prior_name: self.prior.name(),
            },
            physics: PhysicsParams {
                air,
                ..PhysicsParams::default()
            },
            h1: self.h1.clone(),
            h2: self.h2.clone(),
            against: earlier.files,
            archives: earlier.archives,
            against_named: self
                .against
                .iter()
                .map(|p| p.to_string_lossy().into_owned())
                .collect(),
        })
    }
}

/// What is wrong with the settings, by the flags that they were given with.
fn in_flags(error: VerifyError) -> anyhow::Error {
    let text = match &error {
        VerifyError::Physics(PhysicsError::Air(air)) if air.setting == "wind_mps" => {
            format!("--wind must be {} m/s", air.range)
        }
        VerifyError::Physics(PhysicsError::Air(air)) => {
            format!(
                "--temperature must be {} degrees Celsius, the lower end first",
                air.range
            )
        }
        other => other.to_string(),
    };
    UsageError(text).into()
}

/// What is named with `--against`.
struct Earlier {
    /// Recordings, without those that are verified themselves.
    files: Vec<PathBuf>,
    /// Databases.
    archives: Vec<Arc<dyn Known>>,
}

impl Earlier {
    fn find(named: &[PathBuf], own: &[PathBuf]) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        let mut archives: Vec<Arc<dyn Known>> = Vec::new();
        for path in named {
            if path.is_dir() {
                let before = files.len();
                files.extend(files_below(path));
                if files.len() == before {
                    // A report that says nothing of earlier recordings would read as if none had been asked for.
                    bail!(
                        "--against {}: no recording lies in or below this folder; name another",
                        path.display()
                    );
                }
                continue;
            }
            std::fs::metadata(path).with_context(|| {
                format!(
                    "--against {}: cannot be looked into; name a recording, a folder or a database",
                    path.display()
                )
            })?;
            match KnownSounds::is_database(path) {
                true => archives.push(Arc::new(KnownSounds::open(path)?)),
                false => files.push(path.clone()),
            }
        }
        let own: Vec<_> = own.iter().filter_map(|p| p.canonicalize().ok()).collect();
        files.retain(|path| path.canonicalize().map_or(true, |p| !own.contains(&p)));
        Ok(Self { files, archives })
    }
}

/// The command line as a shell would take it again.
fn command_line(args: impl Iterator<Item = std::ffi::OsString>) -> String {
    let mut args = args;
    let program = args.next().unwrap_or_default();
    let program = Path::new(&program)
        .file_name()
        .unwrap_or(&program)
        .to_string_lossy();
    let rest = args.map(|arg| quoted(&arg));
    std::iter::once(program.into_owned())
        .chain(rest)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_can_be_given_to_a_shell_again() {
        let args = [
            "/usr/bin/earwitness",
            "verify",
            "my clip.mp4",
            "it's",
            "-o",
            "out",
        ];
        let line = command_line(args.iter().map(Into::into));
        assert_eq!(line, r"earwitness verify 'my clip.mp4' 'it'\''s' -o out");
    }
}
