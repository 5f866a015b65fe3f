//! The reader: from a source to blocks of 16 kHz mono samples.

use std::collections::VecDeque;
use std::fmt;
use std::io::{Seek, SeekFrom};

use serde::Serialize;

use super::decoder::{DecodeReport, Decoder, Frames, Opened};
use super::error::AudioError;
use super::info::StreamInfo;
use super::look_ahead::{check, look_ahead};
use super::losses::Losses;
use super::meter::{Meter, WINDOW};
use super::mixdown::Mixdown;
use super::options::ReadOptions;
use super::passage::Passage;
use super::quality::Quality;
use super::resample::Resampler;
use super::sniff::{self, Kind};
use super::source::Source;
use super::warning::{Warning, WarningKind};
use super::{container, ffmpeg, late, remedy, wav, SAMPLE_RATE};

/// Samples in every block but the last: 0.512 s.
pub const BLOCK_SAMPLES: usize = 8192;
const _: () = assert!(BLOCK_SAMPLES.is_multiple_of(WINDOW));

/// Opens a recording: reads its header, chooses its track and decodes up to the first sound that is wanted.
///
/// # Errors
/// Any [`AudioError`]: each names the file, the fault and the remedy. [`AudioError::PassageBeyondEnd`] if the
/// passage starts after the end of the recording, [`AudioError::NoSuchTrack`] and [`AudioError::NoSuchChannel`] if there is
/// none of that number.
pub fn open(source: &Source, options: &ReadOptions) -> Result<Reader, AudioError> {
    let opened = open_decoder(source, options.track);
    let error = match opened.and_then(|opened| Reader::new(source, opened, options)) {
        Err(error) if options.ffmpeg => error,
        other => return other.map_err(|e| e.of_track(source, options.track)),
    };
    let by_ffmpeg = |codec: &str| {
        let opened = ffmpeg::open(source, codec, options)?;
        // What comes from ffmpeg is but one channel.
        Reader::new(source, opened, &options.clone().with_channel(None))
    };
    match &error {
        AudioError::UnsupportedCodec { codec, .. } => by_ffmpeg(codec),
        // ffmpeg knows formats that have no name here; what it does not know either keeps the first account.
        AudioError::NotAudio {
            is_other: false, ..
        } => by_ffmpeg("a format that is not known here").or(Err(error)),
        _ => Err(error),
    }
}

fn open_decoder(source: &Source, track: Option<usize>) -> Result<Opened, AudioError> {
    let mut stream = source.open()?;
    let mut head = vec![0; sniff::HEAD];
    let read = stream
        .read_up_to(&mut head)
        .and_then(|read| stream.seek(SeekFrom::Start(0)).map(|_| read))
        .map_err(|e| AudioError::io(source, e))?;
    head.truncate(read);
    if head.is_empty() {
        return Err(AudioError::Empty {
            name: source.name(),
        });
    }
    match (sniff::sniff(&head), track) {
        (Kind::Wav, Some(number)) if number != 1 => {
            Err(AudioError::no_such_track(source, number, 1))
        }
        (Kind::Wav, _) => wav::open(source, stream),
        (Kind::Foreign(codec), _) => Err(AudioError::unsupported(source, codec)),
        (Kind::NotAudio(_), _) => Err(AudioError::not_audio(source, &head)),
        (Kind::Unknown, track) => container::open(source, stream, &head, track),
    }
}

/// What was read, given by [`Reader::finish`].
#[derive(Debug, Clone, Serialize)]
pub struct ReadSummary {
    /// The sound as it lies in the file.
    pub info: StreamInfo,
    /// The part of the recording that was asked for; what follows speaks of it alone.
    pub passage: Passage,
    /// Length of what was read, in seconds.
    pub duration_s: f64,
    /// Samples at 16 kHz that were read.
    pub samples: u64,
    /// What was repaired, skipped or doubtful.
    pub warnings: Vec<Warning>,
    /// How good the sound is.
    pub quality: Quality,
}

impl ReadSummary {
    /// Whether the file says that its sound was rendered.
    pub fn is_synthetic(&self) -> bool {
        let mut kinds = self.warnings.iter().map(|w| w.kind);
        kinds.any(|kind| kind == WarningKind::Synthetic)
    }
}

/// Hands out a recording as 16 kHz mono samples, in constant memory.
pub struct Reader {
    source: Source,
    info: StreamInfo,
    warnings: Vec<Warning>,
    decoder: Box<dyn Decoder>,
    frames: Frames,
    /// Decoded ahead and not yet used.
    ahead: VecDeque<Frames>,
    ended: bool,
    mixdown: Mixdown,
    resampler: Resampler,
    mono: Vec<f32>,
    /// What is handed out and measured.
    passage: Passage,
    /// The audio track that was asked for.
    track: Option<usize>,
    /// Samples of silence that still stand before the sound.
    silence: u64,
    /// Seconds of the frames that were mixed.
    mixed_s: f64,
    /// What was lost before the passage.
    lost_before: Losses,
    /// 16 kHz samples; those before `taken` were handed out.
    queue: Vec<f32>,
    taken: usize,
    /// Which sample of the recording the first of the queue is.
    position: u64,
    meter: Meter,
}

impl Reader {
    fn new(source: &Source, opened: Opened, options: &ReadOptions) -> Result<Self, AudioError> {
        let Opened {
            mut info,
            mut warnings,
            mut decoder,
        } = opened;
        let passage = options.passage;
        let mut ahead = VecDeque::new();
        let ended = !look_ahead(source, decoder.as_mut(), &mut ahead)?;
        let Some(first) = ahead.front_mut() else {
            let report = decoder.report();
            return Err(match (report.fault, report.losses.packets) {
                (Some(fault), _) => AudioError::decoder_failed(source, fault),
                (None, 0) => AudioError::NoSamples {
                    name: source.name(),
                },
                (None, n) => AudioError::decoder_failed(
                    source,
                    format!("none of {n} packets could be decoded"),
                ),
            });
        };
        info.sample_rate = first.rate();
        info.channels = first.channels();
        let wanted = options.channel.map(|number| number.wrapping_sub(1));
        if let Some(number) = options.channel.filter(|_| wanted >= Some(info.channels)) {
            return Err(AudioError::NoSuchChannel {
                name: source.name(),
                channel: number,
                channels: info.channels,
            });
        }
        let (starts_s, warning) = late::of(info.sound_starts_s);
        info.sound_starts_s = starts_s;
        warnings.extend(warning);
        let within = passage.of_frames(starts_s, first.rate(), first.len());
        let mut reader = Self {
            source: source.clone(),
            info,
            warnings,
            decoder,
            mixdown: Mixdown::new(first, within, wanted),
            resampler: resampler(source, first.rate())?,
            frames: Frames::default(),
            ahead,
            ended,
            mono: Vec::new(),
            passage,
            track: options.track,
            silence: (starts_s * f64::from(SAMPLE_RATE)).round() as u64,
            mixed_s: starts_s,
            lost_before: Losses::default(),
            queue: Vec::new(),
            taken: 0,
            position: 0,
            meter: Meter::new(),
        };
        if passage.start() > 0 {
            reader.skip_to_passage()?;
        }
        Ok(reader)
    }

    /// Decodes what stands before the passage, and lets go of it.
    fn skip_to_passage(&mut self) -> Result<(), AudioError> {
        let start = self.passage.start();
        while self.position < start || self.queue.is_empty() {
            if self.queue.is_empty() && self.is_drained() {
                return Err(AudioError::PassageBeyondEnd {
                    name: self.source.name(),
                    start_s: self.passage.start_s(),
                    duration_s: self.position as f64 / f64::from(SAMPLE_RATE),
                });
            }
            self.fill()?;
            let before = (start - self.position).min(self.queue.len() as u64);
            self.queue.drain(..before as usize);
            self.position += before;
        }
        self.lost_before = self.decoder.losses();
        Ok(())
    }

    /// The sound as it lies in the file.
    pub fn info(&self) -> &StreamInfo {
        &self.info
    }

    /// The next [`BLOCK_SAMPLES`] samples at 16 kHz, mono, full scale 1.0 (lossy codecs overshoot
    /// it a little); fewer in the last block; `None` at the end.
    ///
    /// # Errors
    /// [`AudioError::Io`] if the file can't be read any further, [`AudioError::FfmpegFailed`] if
    /// ffmpeg gives up. Damage within the file is no error: it is skipped and reported at the end.
    pub fn next_block(&mut self) -> Result<Option<&[f32]>, AudioError> {
        self.queue.drain(..self.taken);
        self.position += self.taken as u64;
        self.taken = 0;
        let wanted = self.passage.left(self.position, BLOCK_SAMPLES);
        while self.queue.len() < wanted && !self.is_drained() {
            self.fill()?;
        }
        self.taken = self.queue.len().min(wanted);
        let block = &self.queue[..self.taken];
        if block.is_empty() {
            return Ok(None);
        }
        self.meter.add(block);
        Ok(Some(block))
    }

    /// Decodes some frames into the queue.
    fn fill(&mut self) -> Result<(), AudioError> {
        if self.silence > 0 {
            let len = self.silence.min(BLOCK_SAMPLES as u64);
            self.silence -= len;
            self.queue.resize(self.queue.len() + len as usize, 0.0);
            return Ok(());
        }
        match self.ahead.pop_front() {
            Some(frames) => self.frames = frames,
            None => self.ended = !self.decoder.decode(&mut self.frames)?,
        }
        if !self.frames.is_empty() {
            check(&self.source, &self.frames)?;
            self.follow_format()?;
            let (rate, len) = (self.frames.rate(), self.frames.len());
            let within = self.passage.of_frames(self.mixed_s, rate, len);
            self.mixed_s += len as f64 / f64::from(rate);
            if self.resampler.is_bypass() {
                self.mixdown.mix(&mut self.frames, within, &mut self.queue);
            } else {
                self.mono.clear();
                self.mixdown.mix(&mut self.frames, within, &mut self.mono);
                let pushed = self.resampler.push(&self.mono, &mut self.queue);
                pushed.map_err(|e| AudioError::decoder_failed(&self.source, e))?;
            }
        }
        if self.is_drained() {
            self.drain_resampler()?;
        }
        Ok(())
    }

    /// Nothing more comes from the decoder.
    fn is_drained(&self) -> bool {
        self.silence == 0 && self.ended && self.ahead.is_empty()
    }

    /// A chained stream may go on at another rate.
    fn follow_format(&mut self) -> Result<(), AudioError> {
        let (rate, channels) = (self.frames.rate(), self.frames.channels());
        let was = (self.info.sample_rate, self.info.channels);
        let is_known = self
            .warnings
            .iter()
            .any(|w| w.kind == WarningKind::FormatChanged);
        if was != (rate, channels) && !is_known {
            self.warnings.push(Warning::new(
                WarningKind::FormatChanged,
                format!(
                    "the sound changes from {} Hz and {} channels to {rate} Hz and {channels} on the way",
                    was.0, was.1
                ),
            ));
        }
        if rate != self.resampler.rate() {
            self.drain_resampler()?;
            self.resampler = resampler(&self.source, rate)?;
        }
        Ok(())
    }

    fn drain_resampler(&mut self) -> Result<(), AudioError> {
        self.resampler
            .finish(&mut self.queue)
            .map_err(|e| AudioError::decoder_failed(&self.source, e))
    }

    /// Says what was read. Call it when [`next_block`](Self::next_block) has given `None`; before
    /// that, it speaks of what was handed out so far.
    pub fn finish(mut self) -> ReadSummary {
        let report = self.report();
        let mut warnings = self.warnings;
        warnings.extend(report.warnings);
        warnings.extend(report.losses.warning(&self.lost_before));
        let (source, track) = (&self.source, self.track);
        let channel_line = |number| remedy::channel_line(source, number, track);
        warnings.extend(self.mixdown.warnings(&channel_line));
        let levels = self.meter.levels();
        let duration_s = levels.samples as f64 / f64::from(SAMPLE_RATE);
        ReadSummary {
            info: self.info,
            passage: self.passage,
            duration_s,
            samples: levels.samples,
            warnings,
            quality: Quality {
                duration_s,
                rms_dbfs: levels.rms_dbfs,
                peak_dbfs: levels.peak_dbfs,
                dc_offset: levels.dc_offset,
                clipped_fraction: self.mixdown.clipped_fraction(),
                silent_fraction: levels.silent_fraction,
                dropouts: levels.dropouts,
                bandwidth_hz: levels.bandwidth_hz,
                nan_samples: self.mixdown.non_finite(),
                skipped_packets: report.losses.packets
                    - self.lost_before.packets.min(report.losses.packets),
                missing_s: report.missing_s,
                rest_unread: report.rest_unread,
                cancelled_s: self.mixdown.cancelled_s(),
            },
        }
    }

    /// What was found while decoding, as far as it concerns the passage.
    fn report(&mut self) -> DecodeReport {
        let mut report = self.decoder.report();
        report.losses.first_s += self.info.sound_starts_s;
        report.missing_s = (report.missing_s - self.lost_before.seconds).max(0.0);
        let position = self.position + self.taken as u64;
        let Some(end) = self.passage.end() else {
            return report;
        };
        if position >= end {
            // Decoding stopped here, long before the end maybe; what lies behind is no concern of the passage.
            report.missing_s = (report.losses.seconds - self.lost_before.seconds).max(0.0);
            report.rest_unread = false;
            report
                .warnings
                .retain(|w| w.kind != WarningKind::TruncatedData);
        } else if self.is_drained() {
            let seconds = |samples: u64| samples as f64 / f64::from(SAMPLE_RATE);
            report.missing_s = report.missing_s.min(seconds(end - position));
            report.warnings.push(Warning::new(
                WarningKind::PassageCutShort,
                format!(
                    "the passage was to end at {:.1} s, and the recording ends at {:.1} s",
                    seconds(end),
                    seconds(position)
                ),
            ));
        }
        report
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("source", &self.source.name())
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

fn resampler(source: &Source, rate: u32) -> Result<Resampler, AudioError> {
    Resampler::new(rate).map_err(|e| AudioError::decoder_failed(source, e))
}
