//! A file becomes 16 kHz mono samples, in blocks, in constant memory, with what the
//! recording is fit for.
//!
//! [`open`] takes a [`Source`] and gives a [`Reader`]; the reader hands out blocks of `f32`
//! samples (full scale is 1.0) until the recording ends, and [`Reader::finish`] says what was
//! read, what had to be repaired and how good the sound is.
//!
//! ```no_run
//! use earwitness::audio::{self, ReadOptions, Source};
//! # fn main() -> Result<(), audio::AudioError> {
//! let source = Source::Path("siren.mp4".into());
//! let mut reader = audio::open(&source, &ReadOptions::default())?;
//! while let Some(block) = reader.next_block()? {
//!     let _: &[f32] = block; // 16 kHz, mono
//! }
//! let summary = reader.finish();
//! println!("{:.1} s, {:?}", summary.duration_s, summary.quality.fitness());
//! # Ok(())
//! # }
//! ```
//!
//! | container | codecs | read by |
//! |---|---|---|
//! | WAV, RF64, BW64, RIFX | PCM 8-32 bit, float 32 and 64 | a tolerant chunk walk of our own, with hound |
//! | | A-law, mu-law, ADPCM | the same walk, symphonia's decoders |
//! | MP4, MOV, M4A, 3GP | AAC-LC, ALAC, MP3, FLAC, Opus, PCM | symphonia |
//! | MP3, FLAC, AIFF, CAF, ADTS, Ogg, Matroska, WebM | as above, and Vorbis | symphonia |
//! | any of them | Opus | ropus on symphonia's packets |
//! | any | HE-AAC, AMR, AC-3, E-AC-3, WMA, DTS ... | ffmpeg, if [`ReadOptions::ffmpeg`] is set; else an error that names the codec |

mod cancel;
mod codec;
mod container;
mod decoder;
mod error;
mod ffmpeg;
mod fitness;
mod info;
mod late;
mod look_ahead;
mod losses;
pub(crate) mod metadata;
mod meter;
mod mixdown;
mod options;
mod passage;
mod quality;
mod reader;
mod remedy;
mod resample;
pub mod shell;
pub(crate) mod shown;
mod sniff;
mod source;
#[cfg(test)]
mod testing;
mod warning;
mod wav;

pub use error::AudioError;
pub use fitness::{Fitness, Reason};
pub use info::StreamInfo;
pub use metadata::{metadata, Metadata, MetadataTag};
pub use meter::SILENCE;
pub use options::ReadOptions;
pub use passage::{Passage, PassageError};
pub use quality::Quality;
pub use reader::{open, ReadSummary, Reader, BLOCK_SAMPLES};
pub use source::{content_hash, Source, MEMORY_LIMIT};
pub use warning::{Warning, WarningKind, SYNTHETIC};
pub use wav::synthetic_mark;

/// The rate, in Hz, of every block that a [`Reader`] hands out.
pub const SAMPLE_RATE: u32 = 16_000;

/// Native sample rates, in Hz, that are read; anything else is a broken header.
pub const SAMPLE_RATES: std::ops::RangeInclusive<u32> = 4_000..=384_000;

/// The most channels that are read.
pub const MAX_CHANNELS: usize = 64;
