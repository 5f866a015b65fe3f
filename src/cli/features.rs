//! `earwitness features PATH...`: what the classifier sees.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use earwitness::audio::{self, AudioError, ReadOptions, Source};
use earwitness::features::{schema, Extractor, Segment};

use super::exit::Outcome;
use super::inputs::InputArgs;
use super::output::{csv_fault, Output};
use super::Verbosity;

/// Write the feature vector of each segment of recordings, as CSV
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  earwitness features clip.mp4 > features.csv
  earwitness features --schema

One line per segment: path, start_s, end_s, then the columns that --schema explains, to six \
significant digits. A segment of digital silence has no features: its cells are empty.")]
pub struct FeaturesArgs {
    #[command(flatten)]
    inputs: InputArgs,

    /// Print name, unit, range and meaning of every column instead, as CSV
    #[arg(long)]
    schema: bool,

    /// Write to a file, which appears when all is done, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

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
/// Wrong usage, or an output that cannot be written.
pub fn run(args: &FeaturesArgs, verbosity: Verbosity) -> anyhow::Result<Outcome> {
    if args.schema {
        let output = Output::open(args.output.as_deref(), [])?;
        return write_schema(output);
    }
    let inputs = args.inputs.collect()?;
    let options = ReadOptions::default()
        .with_ffmpeg(args.ffmpeg)
        .with_track(args.track.map(NonZeroUsize::get))
        .with_channel(args.channel.map(NonZeroUsize::get));
    let output = Output::open(args.output.as_deref(), args.inputs.read(&inputs))?;
    let mut table = FeatureTable::new(output)?;
    let mut outcome = Outcome::Done;
    for input in &inputs {
        let message = match input.source() {
            Ok(source) => match table.add(&input.name(), &source, &options)? {
                Ok(()) => continue,
                Err(error) => error.to_string(),
            },
            Err(failure) => failure.error.message,
        };
        outcome = Outcome::SomeFailed;
        if !verbosity.quiet {
            eprintln!("{message}");
        }
    }
    table.finish()?;
    Ok(outcome)
}

fn write_schema(output: Output) -> anyhow::Result<Outcome> {
    let mut csv = csv::Writer::from_writer(output);
    let context = "cannot write the output";
    csv.write_record(["name", "unit", "low", "high", "meaning"])
        .map_err(csv_fault)
        .context(context)?;
    for info in schema() {
        let (low, high) = (info.low.to_string(), info.high.to_string());
        let cells = [&info.name, info.unit, &low, &high, &info.meaning];
        csv.write_record(cells)
            .map_err(csv_fault)
            .context(context)?;
    }
    let output = csv.into_inner().map_err(|e| e.into_error());
    output.context(context)?.finish()?;
    Ok(Outcome::Done)
}

/// The CSV under way: one recording after the other, in constant memory.
struct FeatureTable {
    csv: csv::Writer<Output>,
    columns: usize,
}

impl FeatureTable {
    fn new(output: Output) -> anyhow::Result<Self> {
        let mut csv = csv::Writer::from_writer(output);
        let names: Vec<String> = schema().into_iter().map(|info| info.name).collect();
        let head = ["path", "start_s", "end_s"].into_iter();
        csv.write_record(head.chain(names.iter().map(String::as_str)))
            .map_err(csv_fault)
            .context("cannot write the output")?;
        Ok(Self {
            csv,
            columns: names.len(),
        })
    }

    /// Adds the segments of one recording. The outer error is the output's and ends the run, the
    /// inner one the recording's.
    fn add(
        &mut self,
        name: &str,
        source: &Source,
        options: &ReadOptions,
    ) -> anyhow::Result<Result<(), AudioError>> {
        let mut reader = match audio::open(source, options) {
            Ok(reader) => reader,
            Err(error) => return Ok(Err(error)),
        };
        let mut extractor = Extractor::new();
        let mut segments = Vec::new();
        loop {
            match reader.next_block() {
                Ok(Some(block)) => {
                    extractor.push(block, &mut |_| {}, &mut |segment| segments.push(segment));
                }
                Ok(None) => break,
                Err(error) => return Ok(Err(error)),
            }
            for segment in segments.drain(..) {
                self.write(name, &segment)?;
            }
        }
        extractor.finish(&mut |segment| segments.push(segment));
        for segment in segments {
            self.write(name, &segment)?;
        }
        Ok(Ok(()))
    }

    fn write(&mut self, name: &str, segment: &Segment) -> anyhow::Result<()> {
        let mut cells = Vec::with_capacity(3 + self.columns);
        cells.extend([
            name.to_owned(),
            segment.start_s().to_string(),
            segment.end_s().to_string(),
        ]);
        match &segment.features {
            Some(values) => cells.extend(values.iter().map(|&v| six_digits(v))),
            None => cells.resize(3 + self.columns, String::new()),
        }
        let written = self.csv.write_record(cells).map_err(csv_fault);
        written.context("cannot write the output")
    }

    fn finish(self) -> anyhow::Result<()> {
        let output = self.csv.into_inner().map_err(|e| e.into_error());
        let mut output = output.context("cannot write the output")?;
        output.flush().context("cannot write the output")?;
        output.finish()
    }
}

/// Six significant digits, the most on which different processors agree; no trailing zeros.
fn six_digits(value: f32) -> String {
    let rounded = format!("{value:.5e}");
    rounded
        .parse::<f64>()
        .map_or(rounded, |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_six_significant_digits() {
        assert_eq!(six_digits(1_234.567_9), "1234.57");
        assert_eq!(six_digits(0.0001234567), "0.000123457");
        assert_eq!(six_digits(-2.0), "-2");
    }
}
