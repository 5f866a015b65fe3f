//! `earwitness render`: a signature becomes sound, with the truth about it.

mod flags;

use std::io::Cursor;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use earwitness::audio::{self, ReadOptions, Source};
use earwitness::channel::{ambient_noise, Chain, ChainParams, Effect};
use earwitness::render::{Phase, RenderError, Scene, SceneRanges, TRUTH_SCHEMA};
use earwitness::signature::{Catalogue, SignatureError};
use serde_json::Value;

use super::exit::{usage_if, Outcome, UsageError};
use super::output::Output;
use super::Verbosity;

/// Render what an airframe would sound like, from its published figures
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness render harop --phase dive -o dive.wav
  earwitness render shahed-136 --altitude 300 --offset 150 --seed 7 -o pass.wav
  earwitness render hermes-450 --snr 6 --background street.m4a -o street.wav
  earwitness render jet --dry -o jet.wav

What is not given is drawn from the ranges of the signature's sheet, by the seed; `jet` has none. \
Beside FILE.wav stands FILE.json with what is true of it: pitch, speed, distance and phase at each \
instant. Without --dry the sound passes through a phone: band, gain, noise, wind, codec.")]
pub struct RenderArgs {
    /// Signature, as `earwitness signatures` lists them, or `jet`
    #[arg(value_name = "SIGNATURE")]
    signature: String,

    /// The WAV file to write: 16 kHz, mono, 16 bit
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Cruise (level flight, loiter, climb) or dive
    #[arg(long, value_name = "PHASE", value_parser = phase, default_value = "cruise")]
    phase: Phase,

    /// Length in seconds
    #[arg(long, value_name = "S", default_value_t = 10.0)]
    duration: f64,

    /// Airspeed, 18 to 1080 km/h; for a dive, the speed it tends to
    #[arg(long, value_name = "KMH")]
    speed: Option<f64>,

    /// Height over ground, 30 to 6000 m, at the closest point or before the dive
    #[arg(long, value_name = "M")]
    altitude: Option<f64>,

    /// Distance over ground, 0 to 10000 m, at which the listener is passed, or of the impact
    #[arg(long, value_name = "M")]
    offset: Option<f64>,

    /// Angle of the dive below the horizon, 5 to 89 degrees; with --phase dive
    #[arg(long, value_name = "DEG")]
    dive_angle: Option<f64>,

    /// Speed of the engine's shaft in cruise, in revolutions per minute: 200 to 24000 with direct drive, more with a gearbox
    /// (`bayraktar-tb2`: 292 to 54544); of the fan of a `jet`, 200 to 120000
    #[arg(long, value_name = "RPM")]
    rpm: Option<f64>,

    /// Sound over background, -30 to 60 dB [default: no background]
    #[arg(
        long,
        value_name = "DB",
        allow_negative_numbers = true,
        conflicts_with = "dry"
    )]
    snr: Option<f64>,

    /// Recording to mix in at --snr [default: noise and wind]
    #[arg(long, value_name = "FILE", requires = "snr")]
    background: Option<PathBuf>,

    /// Seed of every random choice
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Sound in the air only, as no phone hears it
    #[arg(long)]
    dry: bool,

    /// Where the truth goes [default: beside the WAV file, named .json]
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,

    /// Folder with signature files of your own
    #[arg(long, value_name = "DIR")]
    catalogue: Option<PathBuf>,
}

fn phase(name: &str) -> Result<Phase, String> {
    Phase::from_name(name).ok_or_else(|| "write cruise or dive".to_owned())
}

/// Runs the verb.
///
/// # Errors
/// An unknown signature, settings that cannot be rendered, files that cannot be read or written.
pub fn run(args: &RenderArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    let truth_path = truth_path(args)?;
    let scene = draw(args)?;
    // Both before the work: neither is written where the other has no place.
    let output = Output::open(Some(&args.output), [])?;
    let truth_output = Output::open(Some(&truth_path), [])?;
    let mut rendered = scene.render(args.duration);
    let chain = match args.dry {
        true => None,
        false => Some(listen(args, &mut rendered.samples)?),
    };
    let mut truth = serde_json::to_value(&rendered.truth)?;
    if let Value::Object(fields) = &mut truth {
        fields.insert("channel".into(), serde_json::to_value(&chain)?);
    }
    let mut text = serde_json::to_string_pretty(&truth)?;
    text.push('\n');
    output.write_once(&wav(&rendered.samples)?)?;
    truth_output.write_once(text.as_bytes())?;
    if !verbosity.quiet {
        let (wav, truth) = (args.output.display(), truth_path.display());
        eprintln!("{wav}: {:.1} s; {truth}: what is true of it", args.duration);
    }
    Ok(Outcome::Done)
}

fn truth_path(args: &RenderArgs) -> anyhow::Result<PathBuf> {
    let is_stdout = |path: &Path| path.as_os_str() == "-";
    let path = match &args.truth {
        Some(path) => path.clone(),
        None if is_stdout(&args.output) => {
            let advice =
                "the sound goes to standard output: say with --truth FILE where the truth goes";
            return Err(UsageError(advice.into()).into());
        }
        None => args.output.with_extension("json"),
    };
    let same = |a: &Path, b: &Path| {
        a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
    };
    let clash = args
        .background
        .iter()
        .any(|b| same(b, &args.output) || same(b, &path));
    if clash || same(&path, &args.output) {
        let advice =
            "sound, truth and background must be different files, or one would overwrite another";
        return Err(UsageError(advice.into()).into());
    }
    if args.truth.is_none() && is_something_else(&path) {
        let path = path.display();
        let advice = format!(
            "{path} is there and is no truth of a rendered clip; say with --truth FILE where the truth goes"
        );
        return Err(UsageError(advice).into());
    }
    Ok(path)
}

/// Whether a file is there that this verb has not written: the truth's name was not chosen by the user.
fn is_something_else(path: &Path) -> bool {
    let Ok(bytes) = std::fs::read(path) else {
        return path.exists();
    };
    let own = serde_json::from_slice(&bytes).ok();
    own.is_none_or(|own: Value| own["schema"] != TRUTH_SCHEMA)
}

fn draw(args: &RenderArgs) -> anyhow::Result<Scene> {
    let most = Scene::MOST_SECONDS;
    if !(0.5..=most).contains(&args.duration) {
        let advice = format!(
            "--duration is {}; give 0.5 to {most} seconds",
            args.duration
        );
        return Err(UsageError(advice).into());
    }
    let catalogue = match &args.catalogue {
        Some(folder) => Catalogue::load_dir(folder)?,
        None => Catalogue::built_in()?,
    };
    let signature = match args.signature.as_str() {
        JET => None,
        name => Some(catalogue.get(name).map_err(unknown)?),
    };
    flags::check(args, signature)?;
    let mut ranges = SceneRanges {
        clip_s: args.duration,
        ..SceneRanges::default()
    };
    ranges.fixed.speed_mps = args.speed.map(|kmh| kmh / 3.6);
    ranges.fixed.altitude_m = args.altitude;
    ranges.fixed.offset_m = args.offset;
    ranges.fixed.dive_angle_deg = args.dive_angle;
    ranges.fixed.rpm = args.rpm;
    let ranges = ranges.check().map_err(|e| UsageError(e.to_string()))?;
    let is_usage = |e: &RenderError| {
        use RenderError::{NeverLands, NoPhase, Silent};
        matches!(e, Silent { .. } | NoPhase { .. } | NeverLands { .. })
    };
    let scene = match (signature, args.phase) {
        (Some(signature), phase) => Scene::draw(signature, phase, &ranges, args.seed),
        (None, Phase::Cruise) => Scene::draw_jet(&ranges, args.seed),
        (None, Phase::Dive) => {
            return Err(UsageError("`jet` is rendered in cruise only".into()).into())
        }
    };
    scene.map_err(|e| usage_if(is_usage(&e), e))
}

/// What is rendered without a sheet.
const JET: &str = "jet";

/// The fault of a name, with all that can be rendered.
fn unknown(error: SignatureError) -> anyhow::Error {
    match error {
        SignatureError::UnknownName { name, mut known } => {
            known.push(JET.to_owned());
            usage_if(true, SignatureError::UnknownName { name, known })
        }
        other => other.into(),
    }
}

/// Passes the sound through a phone and its surroundings.
fn listen(args: &RenderArgs, samples: &mut Vec<f32>) -> anyhow::Result<Chain> {
    let params = ChainParams::phone(args.snr).map_err(|e| UsageError(e.to_string()))?;
    let background = match (&args.background, args.snr) {
        (Some(path), _) => Some(read(path)?),
        (None, Some(_)) => Some(ambient_noise(samples.len(), args.seed)),
        (None, None) => None,
    };
    let chain = Chain::draw(&params, args.seed);
    if let (Some(path), Some(background)) = (&args.background, &background) {
        check_background(path, background, &chain, samples.len())?;
    }
    chain.apply(samples, background.as_deref());
    Ok(chain)
}

/// Refuses a background whose passage is silent: nothing would be mixed in, and the truth would say that something was.
fn check_background(
    path: &Path,
    background: &[f32],
    chain: &Chain,
    length: usize,
) -> anyhow::Result<()> {
    let is_silent = |samples: &[f32]| samples.iter().all(|x| x.abs() < audio::SILENCE);
    let path = path.display();
    if is_silent(background) {
        anyhow::bail!("{path}: is silent; choose another background");
    }
    let passages = chain.effects().iter().filter_map(|effect| match effect {
        Effect::Mix(mix) => Some(mix.passage(length, background)),
        _ => None,
    });
    for passage in passages {
        if is_silent(&passage) {
            anyhow::bail!(
                "{path}: is silent where it would be mixed in; choose another background, or another passage with --seed"
            );
        }
    }
    Ok(())
}

/// A recording's first ten minutes at 16 kHz.
fn read(path: &Path) -> anyhow::Result<Vec<f32>> {
    const MOST_SAMPLES: usize = 600 * audio::SAMPLE_RATE as usize;
    let mut reader = audio::open(&Source::Path(path.to_owned()), &ReadOptions::default())?;
    let mut samples = Vec::new();
    while samples.len() < MOST_SAMPLES {
        let Some(block) = reader.next_block()? else {
            break;
        };
        samples.extend_from_slice(block);
    }
    if samples.is_empty() {
        anyhow::bail!(
            "{}: holds no sound; choose another background",
            path.display()
        );
    }
    Ok(samples)
}

/// The samples as a WAV file.
fn wav(samples: &[f32]) -> anyhow::Result<Vec<u8>> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: audio::SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).context("cannot write the sound")?;
    for sample in samples {
        writer.write_sample((sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16)?;
    }
    writer.finalize()?;
    Ok(marked(bytes.into_inner()))
}

/// The file with the mark of synthetic sound before its sound.
fn marked(mut wav: Vec<u8>) -> Vec<u8> {
    let mark = audio::synthetic_mark();
    let data = wav.windows(4).position(|id| id == b"data");
    if let (Some(data), Some(size)) = (data, wav.get(4..8).and_then(|b| b.first_chunk::<4>())) {
        let size = u32::from_le_bytes(*size) + mark.len() as u32;
        wav[4..8].copy_from_slice(&size.to_le_bytes());
        wav.splice(data..data, mark);
    }
    wav
}
