//! The walk over the chunks of a RIFF file.
//!
//! Layouts: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" (RIFF,
//! RIFX); EBU Tech 3306 (RF64) and ITU-R BS.2088 (BW64) for files beyond 4 GiB.

use std::io::{Seek, SeekFrom};

use super::super::error::AudioError;
use super::super::source::{Source, Stream};
use super::super::warning::{Warning, WarningKind};
use super::data_size::{self, DataSize};
use super::format::Format;
use super::synthetic;

/// Real files have a dozen; a hostile one may have millions of empty ones.
const MAX_CHUNKS: usize = 10_000;

/// The longest `fmt ` chunk that is read; the longest in use (ADPCM coefficients) has 50 bytes.
const MAX_FMT: u64 = 4096;

/// Where the sound lies in a WAV file and what it is.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) container: &'static str,
    pub(super) format: Format,
    /// First byte of the sound, from the start of the file.
    pub(super) data_start: u64,
    /// Bytes of sound that are in the file.
    pub(super) data_len: u64,
    /// Bytes of sound that the header promises beyond the end of the file.
    pub(super) missing_bytes: u64,
    pub(super) repairs: Vec<Warning>,
}

/// Walks the chunks of `stream`, which starts with a RIFF, RIFX, RF64 or BW64 header.
pub(super) fn walk(source: &Source, stream: &mut Stream) -> Result<Layout, AudioError> {
    Walk::new(source, stream)?.run()
}

struct Walk<'a> {
    source: &'a Source,
    stream: &'a mut Stream,
    container: &'static str,
    big_endian: bool,
    /// Data size from the `ds64` chunk, which replaces a 32-bit size of 0xFFFFFFFF.
    size_64: Option<u64>,
    format: Option<Format>,
    /// Start and declared size of the `data` chunk.
    data: Option<(u64, u64)>,
    repairs: Vec<Warning>,
}

impl<'a> Walk<'a> {
    fn new(source: &'a Source, stream: &'a mut Stream) -> Result<Self, AudioError> {
        let mut walk = Self {
            source,
            stream,
            container: "wav",
            big_endian: false,
            size_64: None,
            format: None,
            data: None,
            repairs: Vec::new(),
        };
        let head = walk
            .bytes_at::<12>(0)?
            .ok_or_else(|| AudioError::truncated_header(source, "no whole RIFF header"))?;
        walk.container = match &head[..4] {
            b"RF64" => "rf64",
            b"BW64" => "bw64",
            b"RIFX" => "rifx",
            _ => "wav",
        };
        walk.big_endian = walk.container == "rifx";
        let riff_size = u64::from(walk.u32([head[4], head[5], head[6], head[7]]));
        walk.check_riff_size(riff_size);
        Ok(walk)
    }

    fn run(mut self) -> Result<Layout, AudioError> {
        let mut position = 12;
        for _ in 0..MAX_CHUNKS {
            let Some((id, size)) = self.header_at(position)? else {
                break;
            };
            let start = position + 8;
            match &id {
                b"fmt " if self.format.is_none() => self.read_format(start, size)?,
                b"ds64" => self.read_ds64(start)?,
                b"LIST" => self.read_list(start, size)?,
                b"data" if self.data.is_none() => {
                    let size = self
                        .size_64
                        .filter(|_| size == u64::from(u32::MAX))
                        .unwrap_or(size);
                    self.data = Some((start, size));
                    if self.format.is_some() {
                        break;
                    }
                    self.repair(
                        WarningKind::ChunkOrder,
                        "the sound stands before its description; both were read",
                    );
                }
                _ => {}
            }
            position = self.after(start, size)?;
        }
        self.finish()
    }

    fn finish(mut self) -> Result<Layout, AudioError> {
        let (Some(format), Some((data_start, declared))) = (self.format.take(), self.data) else {
            let missing = if self.data.is_none() { "data" } else { "fmt" };
            return Err(AudioError::truncated_header(
                self.source,
                format!("it has no {missing} chunk"),
            ));
        };
        let available = self.stream.len().saturating_sub(data_start);
        let follows = data_start
            .saturating_add(declared)
            .saturating_add(declared & 1);
        let DataSize {
            len,
            missing,
            repair,
        } = data_size::settle(
            declared,
            available,
            format.bytes_per_second(),
            self.is_chunk_or_end(follows)?,
        );
        self.repairs.extend(repair);
        if format.block_align_repaired {
            self.repair(
                WarningKind::WrongBlockAlign,
                "the header's frame size does not fit its bit depth and channels; it was worked out anew",
            );
        }
        Ok(Layout {
            container: self.container,
            format,
            data_start,
            data_len: len,
            missing_bytes: missing,
            repairs: self.repairs,
        })
    }

    fn read_format(&mut self, start: u64, size: u64) -> Result<(), AudioError> {
        let mut bytes = vec![0; size.min(MAX_FMT) as usize];
        let read = self.read_at(start, &mut bytes)?;
        bytes.truncate(read);
        self.format = Some(Format::parse(self.source, &bytes, self.big_endian)?);
        Ok(())
    }

    fn read_list(&mut self, start: u64, size: u64) -> Result<(), AudioError> {
        let mut bytes = vec![0; size.min(synthetic::LONGEST as u64) as usize];
        let read = self.read_at(start, &mut bytes)?;
        if synthetic::is_marked(&bytes[..read]) {
            self.repairs.push(Warning::synthetic());
        }
        Ok(())
    }

    /// `ds64`: RIFF size, data size, sample count, 64 bits each (EBU Tech 3306, section 3).
    fn read_ds64(&mut self, start: u64) -> Result<(), AudioError> {
        if let Some(bytes) = self.bytes_at::<16>(start)? {
            let mut size = [0; 8];
            size.copy_from_slice(&bytes[8..]);
            self.size_64 = Some(u64::from_le_bytes(size));
        }
        Ok(())
    }

    /// Where the chunk after the one at `start` begins. Chunks are padded to an even length, and
    /// some writers forget to.
    fn after(&mut self, start: u64, size: u64) -> Result<u64, AudioError> {
        let end = start.saturating_add(size);
        if size.is_multiple_of(2) || !self.is_chunk(end)? || self.is_chunk(end + 1)? {
            return Ok(end.saturating_add(size % 2));
        }
        self.repair(
            WarningKind::ChunkOrder,
            "a chunk of odd length lacks its padding byte; the next was found all the same",
        );
        Ok(end)
    }

    fn check_riff_size(&mut self, size: u64) {
        let actual = self.stream.len().saturating_sub(8);
        let is_64_bit = matches!(self.container, "rf64" | "bw64");
        // 0 and the largest number stand for "not known yet"; the data size says more then. One
        // byte of padding after the last chunk is often left out of the count.
        let unknown = size == 0 || size >= u64::from(data_size::PLACEHOLDER);
        if is_64_bit || unknown || size.abs_diff(actual) <= 1 {
            return;
        }
        self.repair(
            WarningKind::WrongRiffSize,
            format!("the RIFF header says {size} bytes follow, and {actual} do"),
        );
    }

    fn is_chunk_or_end(&mut self, position: u64) -> Result<bool, AudioError> {
        Ok(position >= self.stream.len() || self.is_chunk(position)?)
    }

    /// Whether four printable characters and a size within the file stand at `position`.
    fn is_chunk(&mut self, position: u64) -> Result<bool, AudioError> {
        let len = self.stream.len();
        Ok(self.header_at(position)?.is_some_and(|(id, size)| {
            let printable = id.iter().all(|b| (b' '..=b'~').contains(b));
            printable && size <= len.saturating_sub(position + 8)
        }))
    }

    fn header_at(&mut self, position: u64) -> Result<Option<([u8; 4], u64)>, AudioError> {
        Ok(self.bytes_at::<8>(position)?.map(|b| {
            let size = self.u32([b[4], b[5], b[6], b[7]]);
            ([b[0], b[1], b[2], b[3]], u64::from(size))
        }))
    }

    fn bytes_at<const N: usize>(&mut self, position: u64) -> Result<Option<[u8; N]>, AudioError> {
        let mut bytes = [0; N];
        let read = self.read_at(position, &mut bytes)?;
        Ok((read == N).then_some(bytes))
    }

    fn read_at(&mut self, position: u64, bytes: &mut [u8]) -> Result<usize, AudioError> {
        if position >= self.stream.len() {
            return Ok(0);
        }
        self.stream
            .seek(SeekFrom::Start(position))
            .and_then(|_| self.stream.read_up_to(bytes))
            .map_err(|e| AudioError::io(self.source, e))
    }

    fn u32(&self, bytes: [u8; 4]) -> u32 {
        if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }

    fn repair(&mut self, kind: WarningKind, message: impl Into<String>) {
        self.repairs.push(Warning::new(kind, message));
    }
}
