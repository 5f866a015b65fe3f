//! `earwitness verify --check report.json`: does the analysis come to the same again?

use std::path::{Path, PathBuf};

use anyhow::{bail, Context};
use earwitness::audio::ReadOptions;
use earwitness::model::listen::ListenOptions;
use earwitness::model::store::Model;
use earwitness::report::evidence::{parse, text};
use earwitness::report::printable;
use earwitness::signature::Catalogue;
use earwitness::verify::evidence::VerifyOptions;
use earwitness::verify::{compare, Report, Statement};

use super::super::exit::Outcome;
use super::super::output::Output;
use super::super::prior::PriorWeights;
use super::super::Verbosity;

/// Runs the analysis of the report at `path` again, on the recordings given or those that it names.
///
/// # Errors
/// If the report or a recording cannot be read, or if anything does not agree.
pub fn run(
    path: &Path,
    recordings: &[PathBuf],
    model: &Model,
    catalogue: &Catalogue,
    verbosity: Verbosity,
) -> anyhow::Result<Outcome> {
    let name = path.display();
    let given = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read {name}; give the report.json of a report"))?;
    let was = parse(&given).map_err(|fault| anyhow::anyhow!("{name}: {fault}"))?;
    let recordings = found(recordings, &was, path);
    let of = was.recordings.len() + was.unreadable.len();
    if recordings.len() != of {
        bail!(
            "{name} is about {of} recordings, {} of which could not be read, and {} were named; name them all in its order",
            was.unreadable.len(),
            recordings.len()
        );
    }
    let options = options(&was, model, &recordings)?;
    let again = super::analyse(
        &recordings,
        model,
        catalogue,
        &options,
        was.run.clone(),
        verbosity,
    )?;
    let is = text(&again.report).context("cannot write the report as JSON")?;
    let statements = compare(&serde_json::from_str(&given)?, &serde_json::from_str(&is)?);
    let differing = statements.iter().filter(|s| !s.agrees).count();
    let mut lines = String::new();
    for statement in &statements {
        lines += &line(statement);
    }
    let total = statements.len();
    lines += &format!("\n{} of {total} statements agree\n", total - differing);
    Output::stdout().write_once(lines.as_bytes())?;
    if differing > 0 {
        bail!(
            "{differing} of {total} statements of {name} do not agree with the analysis run again"
        );
    }
    Ok(Outcome::Done)
}

fn line(statement: &Statement) -> String {
    let Statement {
        place,
        was,
        is,
        agrees,
    } = statement;
    let [was, is] = [was, is].map(|value| printable(value));
    match agrees {
        true => format!("agrees   {place}: {was}\n"),
        false => format!("DIFFERS  {place}: report {was}, now {is}\n"),
    }
}

/// The recordings named; else those of the report: where it names them, or beside the report or its folder.
fn found(named: &[PathBuf], report: &Report, path: &Path) -> Vec<PathBuf> {
    if !named.is_empty() {
        return named.to_vec();
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let inputs = report.run.inputs.iter().map(PathBuf::from);
    inputs
        .map(|input| {
            let name = input.file_name().map(Path::new).unwrap_or(&input);
            let places = [
                input.clone(),
                folder.join(&input),
                folder.join(name),
                folder.join("..").join(name),
            ];
            let found = places.into_iter().find(|place| place.exists());
            found.unwrap_or(input)
        })
        .collect()
}

/// The settings of the report.
fn options(was: &Report, model: &Model, recordings: &[PathBuf]) -> anyhow::Result<VerifyOptions> {
    let settings = &was.settings;
    let weights = settings.prior.strip_prefix("hierarchical with ");
    let prior: PriorWeights = weights
        .unwrap_or(&settings.prior)
        .parse()
        .map_err(|fault| anyhow::anyhow!("the prior of the report cannot be used: {fault}"))?;
    let against: Vec<PathBuf> = settings.against.iter().map(PathBuf::from).collect();
    let earlier = super::Earlier::find(&against, recordings)?;
    Ok(VerifyOptions {
        listen: ListenOptions {
            read: ReadOptions::default()
                .with_ffmpeg(settings.ffmpeg)
                .with_track(settings.track)
                .with_channel(settings.channel)
                .with_passage(settings.passage),
            prior: prior.over(model)?,
            prior_name: prior.name(),
        },
        physics: settings.physics.clone(),
        h1: settings.h1.clone(),
        h2: settings.h2.clone(),
        against: earlier.files,
        archives: earlier.archives,
        against_named: settings.against.clone(),
    })
}
