//! Many channels become one, and samples that are no numbers become silence.
//!
//! The channels are averaged. Two microphones of which one is wired the wrong way round (or a
//! "wide stereo" effect) make channels that cancel in the average; then the louder channel is
//! taken instead. Which it is, is decided once, by the first seconds of sound, and holds for the
//! whole recording: a choice made block by block would cut the sound at every change, and
//! hearing all of it first would not be constant memory. A recording whose channels cancel only
//! later keeps the average; how long they do counts against its fitness, and the reader may ask for one channel.

use std::ops::Range;

use super::cancel::Cancellation;
use super::decoder::Frames;
use super::warning::{Warning, WarningKind};

/// Amplitude from which a sample counts as clipped: 0.1 dB below full scale, so that 8-bit
/// sound, whose highest positive value is 127/128, is counted too.
const CLIPPED: f32 = 0.99;

/// No sound is this loud (200 dB above full scale); squares of larger numbers soon overflow.
const ABSURD: f32 = 1e10;

/// Beyond this amplitude (6 dB above full scale; lossy decoders overshoot by 1 or 2) a float
/// file holds samples in another unit.
const OVER: f32 = 2.0;

/// Channels cancel when their average has less than this share of the power that the average of
/// unrelated channels would have: 15 dB less.
const CANCELLED: f64 = 0.03;

/// Mean power of a channel below which nothing can be said: -80 dBFS.
const QUIET: f64 = 1e-8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mix {
    Average,
    /// The others would cancel it.
    Channel(usize),
    /// It was asked for.
    Wanted(usize),
}

/// Makes one channel of many and counts what is wrong with the samples.
#[derive(Debug)]
pub(super) struct Mixdown {
    mix: Mix,
    samples: u64,
    clipped: u64,
    non_finite: u64,
    peak: f32,
    cancellation: Cancellation,
    /// Channels of the first frames.
    channels: usize,
}

impl Mixdown {
    /// Decides by the first seconds of a recording how its channels are put together. What is wrong with
    /// samples is counted in the frames `within` alone. `wanted`: the channel to take, counted from 0, if one was asked for.
    pub(super) fn new(first: &mut Frames, within: Range<usize>, wanted: Option<usize>) -> Self {
        let mut mixdown = Self {
            mix: Mix::Average,
            samples: 0,
            clipped: 0,
            non_finite: 0,
            peak: 0.0,
            cancellation: Cancellation::default(),
            channels: first.channels(),
        };
        let channels = first.channels();
        if let Some(wanted) = wanted {
            mixdown.mix = Mix::Wanted(wanted);
        } else if channels > 1 {
            let mut energies = Vec::new();
            for plane in first.planes_mut() {
                mixdown.non_finite += scan_within(plane, within.clone()).1;
                energies.push(Scan::of(plane).energy);
            }
            let mut average = Vec::new();
            average_into(first.planes(), &mut average);
            let total: f64 = energies.iter().sum();
            let mean = total / channels as f64;
            if cancels(
                mean,
                Scan::of(&average).energy,
                channels,
                first.len() as u64,
            ) {
                let loudest = (0..channels).max_by(|&a, &b| energies[a].total_cmp(&energies[b]));
                mixdown.mix = loudest.map_or(Mix::Average, Mix::Channel);
            }
        }
        mixdown
    }

    /// Appends one sample per frame to `mono`. Cleans the samples in `frames`, and measures those `within`.
    pub(super) fn mix(&mut self, frames: &mut Frames, within: Range<usize>, mono: &mut Vec<f32>) {
        for plane in frames.planes_mut() {
            let (scan, removed) = scan_within(plane, within.clone());
            self.samples += within.len() as u64;
            self.clipped += u64::from(scan.clipped);
            self.peak = self.peak.max(scan.peak);
            self.non_finite += removed;
        }
        let start = mono.len();
        match (frames.planes(), self.mix) {
            ([], _) => (),
            ([only], _) => mono.extend_from_slice(only),
            (planes, Mix::Channel(channel) | Mix::Wanted(channel)) => {
                // The number of channels may change in the middle of a stream.
                mono.extend_from_slice(&planes[channel.min(planes.len() - 1)]);
            }
            (planes, Mix::Average) => {
                average_into(planes, mono);
                let measured = start + within.start..start + within.end;
                self.cancellation.add(frames, within.start, &mono[measured]);
            }
        }
    }

    /// Share of the samples, of all channels, that are clipped.
    pub(super) fn clipped_fraction(&self) -> f64 {
        self.clipped as f64 / self.samples.max(1) as f64
    }

    /// Samples that were no finite numbers, or absurdly large ones.
    pub(super) fn non_finite(&self) -> u64 {
        self.non_finite
    }

    /// Seconds in which the channels cancel in the average that was heard.
    pub(super) fn cancelled_s(&self) -> f64 {
        self.cancellation.seconds()
    }

    /// What there is to say about the channels and samples of the whole recording. `channel_line` gives the line that takes
    /// out a channel, counted from 1.
    pub(super) fn warnings(&self, channel_line: &dyn Fn(usize) -> String) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut warn = |kind, message: String| warnings.push(Warning::new(kind, message));
        let cancelled_s = self.cancelled_s();
        match self.mix {
            Mix::Channel(channel) => warn(
                WarningKind::ChannelsCancel,
                format!(
                    "the channels are in opposite phase and cancel; channel {} alone was taken",
                    channel + 1
                ),
            ),
            Mix::Average if cancelled_s > 0.0 => {
                let lines: Vec<String> =
                    (1..=self.channels.clamp(1, 2)).map(channel_line).collect();
                warn(
                    WarningKind::ChannelsCancel,
                    format!(
                        "the channels cancel in {cancelled_s:.1} s of the recording, where little is left of the sound; classify, verify and features hear one alone with --channel 1, --channel 2 ..., or take them out with: {}",
                        lines.join(" ; ")
                    ),
                );
            }
            Mix::Wanted(channel) if self.channels > 1 => warn(
                WarningKind::OneChannel,
                format!(
                    "channel {} of {} alone was heard, as asked for",
                    channel + 1,
                    self.channels
                ),
            ),
            Mix::Average | Mix::Wanted(_) => {}
        }
        if self.non_finite > 0 {
            warn(
                WarningKind::NonFiniteSamples,
                format!(
                    "{} samples are no numbers (NaN or infinite); they were silenced",
                    self.non_finite
                ),
            );
        }
        if self.peak > OVER {
            warn(
                WarningKind::OverFullScale,
                format!(
                    "samples reach {:.0} times full scale; the levels given can't be trusted",
                    self.peak
                ),
            );
        }
        warnings
    }
}

/// Whether channels of mean energy `channel` cancel in their average, of energy `average`.
/// The average of N unrelated channels has 1/N of their mean power.
fn cancels(channel: f64, average: f64, channels: usize, frames: u64) -> bool {
    channel > QUIET * frames as f64 && average * (channels as f64) < CANCELLED * channel
}

/// Appends the average of `planes`.
fn average_into(planes: &[Vec<f32>], mono: &mut Vec<f32>) {
    if let [left, right] = planes {
        mono.extend(left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)));
        return;
    }
    let start = mono.len();
    let gain = 1.0 / planes.len() as f32;
    mono.resize(start + planes.first().map_or(0, Vec::len), 0.0);
    for plane in planes {
        for (sum, sample) in mono[start..].iter_mut().zip(plane) {
            *sum += gain * sample;
        }
    }
}

/// One pass over the samples of a plane.
#[derive(Debug, Clone, Copy)]
struct Scan {
    clipped: u32,
    peak: f32,
    energy: f64,
}

impl Scan {
    fn of(samples: &[f32]) -> Self {
        // Sixteen sums side by side, which the compiler turns into vector instructions.
        const LANES: usize = 16;
        let mut clipped = [0u32; LANES];
        let mut peak = [0f32; LANES];
        let mut energy = [0f32; LANES];
        let (chunks, rest) = samples.as_chunks::<LANES>();
        let mut add = |lane: usize, sample: f32| {
            let amplitude = sample.abs();
            clipped[lane] += u32::from(amplitude >= CLIPPED);
            peak[lane] = if amplitude > peak[lane] {
                amplitude
            } else {
                peak[lane]
            };
            energy[lane] += sample * sample;
        };
        for chunk in chunks {
            for (lane, &sample) in chunk.iter().enumerate() {
                add(lane, sample);
            }
        }
        for (lane, &sample) in rest.iter().enumerate() {
            add(lane, sample);
        }
        Self {
            clipped: clipped.iter().sum(),
            peak: peak.iter().copied().fold(0.0, f32::max),
            energy: energy.iter().map(|&e| f64::from(e)).sum(),
        }
    }
}

/// Cleans a whole plane, and scans the samples `within`.
fn scan_within(plane: &mut [f32], within: Range<usize>) -> (Scan, u64) {
    let (plane, after) = plane.split_at_mut(within.end);
    let (before, plane) = plane.split_at_mut(within.start);
    scan_clean(before);
    scan_clean(after);
    scan_clean(plane)
}

/// Scans a plane; samples that are no finite numbers become 0, and are counted.
fn scan_clean(plane: &mut [f32]) -> (Scan, u64) {
    let scan = Scan::of(plane);
    // NaN and infinity go through the sum of squares; so do numbers that would overflow it.
    if scan.energy.is_finite() && scan.peak < ABSURD {
        return (scan, 0);
    }
    let mut removed = 0;
    for sample in plane.iter_mut() {
        // Not the negation: NaN compares false.
        if sample.is_nan() || sample.abs() >= ABSURD {
            *sample = 0.0;
            removed += 1;
        }
    }
    (Scan::of(plane), removed)
}

#[cfg(test)]
#[path = "mixdown_tests.rs"]
mod tests;
