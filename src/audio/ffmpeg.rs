//! ffmpeg as the decoder of last resort: a child process whose output is read in blocks.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::JoinHandle;

use tempfile::NamedTempFile;

use super::container::names;
use super::decoder::{DecodeReport, Decoder, Frames, Opened};
use super::error::AudioError;
use super::info::StreamInfo;
use super::options::ReadOptions;
use super::sniff;
use super::source::Source;
use super::warning::{Warning, WarningKind};
use super::SAMPLE_RATE;

/// Bytes of ffmpeg's complaints that are kept for a message.
const MAX_STDERR: u64 = 4 << 10;

/// Bytes read from the pipe at a time.
const CHUNK: usize = 1 << 15;

/// Starts ffmpeg on `source`, whose sound is `codec`, for the track and the channel that `options` name.
pub(super) fn open(
    source: &Source,
    codec: &str,
    options: &ReadOptions,
) -> Result<Opened, AudioError> {
    let version = version().ok_or_else(|| AudioError::FfmpegMissing {
        name: source.name(),
        codec: codec.to_owned(),
    })?;
    let decoder = FfmpegDecoder::start(source, options)?;
    let mut head = vec![0; sniff::HEAD];
    let read = source.open()?.read_up_to(&mut head);
    head.truncate(read.unwrap_or_default());
    Ok(Opened {
        info: StreamInfo {
            container: names::guess(&head).unwrap_or("read by ffmpeg").into(),
            codec: codec.to_owned(),
            sample_rate: SAMPLE_RATE,
            channels: 1,
            declared_duration_s: None,
            audio_tracks: 1,
            sound_starts_s: 0.0,
            decoder: format!("ffmpeg {version}"),
        },
        warnings: warnings(&version, codec, options),
        decoder: Box::new(decoder),
    })
}

fn warnings(version: &str, codec: &str, options: &ReadOptions) -> Vec<Warning> {
    let decoded = format!("ffmpeg {version} decoded the sound ({codec}) and made it 16 kHz mono");
    let mut warnings = vec![Warning::new(WarningKind::DecodedByFfmpeg, decoded)];
    if let Some(track) = options.track {
        let taken = format!("audio track number {track} was taken, as asked for");
        warnings.push(Warning::new(WarningKind::SeveralAudioTracks, taken));
    }
    if let Some(channel) = options.channel {
        let heard = format!("channel {channel} alone was heard, as asked for");
        warnings.push(Warning::new(WarningKind::OneChannel, heard));
    }
    warnings
}

/// The version of the ffmpeg on the `PATH`, such as `5.1.9`.
fn version() -> Option<String> {
    let mut command = Command::new("ffmpeg");
    let output = command.arg("-version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text
        .strip_prefix("ffmpeg version ")?
        .split_whitespace()
        .next()?;
    Some(version.to_owned())
}

struct FfmpegDecoder {
    name: String,
    child: Child,
    /// Collects what ffmpeg complains of, so that a full pipe can't stop it.
    complaints: Option<JoinHandle<String>>,
    /// Holds what came from memory; ffmpeg needs a file that it can seek in.
    _copy: Option<NamedTempFile>,
    buffer: Vec<u8>,
    samples: u64,
    fault: Option<String>,
}

impl FfmpegDecoder {
    fn start(source: &Source, options: &ReadOptions) -> Result<Self, AudioError> {
        let io = |error| AudioError::io(source, error);
        let (path, copy) = match source {
            Source::Path(path) => (path.clone(), None),
            Source::Memory { bytes, .. } => {
                let mut file = NamedTempFile::new().map_err(io)?;
                file.write_all(bytes).map_err(io)?;
                (file.path().to_path_buf(), Some(file))
            }
        };
        // Without the prefix, a name with a colon would be taken for a protocol.
        let mut input = OsString::from("file:");
        input.push(path);
        let mut child = Command::new("ffmpeg")
            // No file that names others makes it open them.
            .args(["-nostdin", "-v", "error", "-protocol_whitelist", "file"])
            .arg("-i")
            .arg(input)
            .args(chosen(options))
            .args(["-vn", "-sn", "-dn", "-ar", "16000", "-f", "f32le", "-"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(io)?;
        let complaints = child
            .stderr
            .take()
            .map(|stderr| std::thread::spawn(|| first_of(stderr)));
        Ok(Self {
            name: source.name(),
            child,
            complaints,
            _copy: copy,
            buffer: Vec::new(),
            samples: 0,
            fault: None,
        })
    }

    /// Waits for ffmpeg to end after its output did.
    fn end(&mut self) -> Result<(), AudioError> {
        let Some(complaints) = self.complaints.take() else {
            return Ok(());
        };
        let status = self.child.wait();
        let text = complaints.join().unwrap_or_default();
        let succeeded = status.is_ok_and(|status| status.success());
        let detail = match text.trim() {
            "" => "it gave no reason".to_owned(),
            text => text.replace('\n', "; "),
        };
        if !succeeded && self.samples == 0 {
            return Err(AudioError::FfmpegFailed {
                name: self.name.clone(),
                detail,
            });
        }
        if !succeeded || !text.is_empty() {
            self.fault = Some(detail);
        }
        Ok(())
    }
}

/// Which track, and how its channels become one.
fn chosen(options: &ReadOptions) -> Vec<String> {
    let place = |number: usize| number.saturating_sub(1);
    let map = options.track.map(|n| format!("0:a:{}", place(n)));
    let mut arguments: Vec<String> = map.map_or_else(Vec::new, |map| vec!["-map".into(), map]);
    arguments.extend(match options.channel {
        Some(n) => ["-af".to_owned(), format!("pan=mono|c0=c{}", place(n))],
        None => ["-ac".to_owned(), "1".to_owned()],
    });
    arguments
}

/// Reads all that ffmpeg complains of and keeps the start.
fn first_of(mut stderr: ChildStderr) -> String {
    let mut text = Vec::new();
    let kept = stderr.by_ref().take(MAX_STDERR).read_to_end(&mut text);
    if kept.is_ok() {
        // Nothing depends on whether the rest could be read.
        std::io::copy(&mut stderr, &mut std::io::sink()).ok();
    }
    String::from_utf8_lossy(&text).into_owned()
}

impl Decoder for FfmpegDecoder {
    fn decode(&mut self, frames: &mut Frames) -> Result<bool, AudioError> {
        frames.reset(SAMPLE_RATE, 1);
        self.buffer.clear();
        let read = match &mut self.child.stdout {
            Some(stdout) => stdout.take(CHUNK as u64).read_to_end(&mut self.buffer),
            None => Ok(0),
        };
        let read = read.map_err(|error| AudioError::Io {
            name: self.name.clone(),
            error,
        })?;
        let (samples, _) = self.buffer.as_chunks::<4>();
        for plane in frames.planes_mut() {
            plane.extend(samples.iter().map(|&bytes| f32::from_le_bytes(bytes)));
        }
        self.samples += samples.len() as u64;
        if read == 0 {
            self.end()?;
        }
        Ok(read > 0)
    }

    fn report(&mut self) -> DecodeReport {
        let mut report = DecodeReport::default();
        if let Some(fault) = &self.fault {
            report.warnings.push(Warning::new(
                WarningKind::SkippedPackets,
                format!("ffmpeg met damage on the way: {fault}"),
            ));
        }
        report
    }
}

impl Drop for FfmpegDecoder {
    /// A reader may be dropped before the end; no process outlives it.
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
