//! The bytes of the data chunk, in pieces.

use std::io::{Seek, SeekFrom};

use super::super::error::AudioError;
use super::super::source::{Source, Stream};

/// The sound of a WAV file as bytes, from `data_start`, never beyond its end.
pub(super) struct Data {
    source: Source,
    stream: Stream,
    left: u64,
    buffer: Vec<u8>,
    missing_s: f64,
}

impl Data {
    pub(super) fn new(
        source: &Source,
        mut stream: Stream,
        start: u64,
        len: u64,
        missing_s: f64,
    ) -> Result<Self, AudioError> {
        stream
            .seek(SeekFrom::Start(start))
            .map_err(|e| AudioError::io(source, e))?;
        Ok(Self {
            source: source.clone(),
            stream,
            left: len,
            buffer: Vec::new(),
            missing_s,
        })
    }

    /// Seconds that the header promises and the file does not hold.
    pub(super) fn missing_s(&self) -> f64 {
        self.missing_s
    }

    /// The next `len` bytes, fewer at the end, none after it.
    pub(super) fn next(&mut self, len: usize) -> Result<&[u8], AudioError> {
        let wanted = self.left.min(len as u64) as usize;
        self.buffer.resize(wanted, 0);
        let read = self
            .stream
            .read_up_to(&mut self.buffer)
            .map_err(|e| AudioError::io(&self.source, e))?;
        // A file that shrinks while it is read ends where it ends.
        self.left = if read < wanted {
            0
        } else {
            self.left - read as u64
        };
        Ok(&self.buffer[..read])
    }
}
