//! Where the bytes of a recording come from.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use symphonia::core::io::MediaSource;

use super::error::AudioError;

/// The most bytes that [`Source::stdin`] takes: 1 GiB, nine hours of 16 kHz 16-bit sound.
pub const MEMORY_LIMIT: u64 = 1 << 30;

/// A recording to read.
#[derive(Debug, Clone)]
pub enum Source {
    /// A regular file.
    Path(PathBuf),
    /// Bytes in memory, such as what came in on standard input.
    Memory {
        /// What messages call it.
        name: String,
        /// The whole file.
        bytes: Arc<[u8]>,
    },
}

impl Source {
    /// Bytes in memory under a name for messages.
    pub fn memory(name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::Memory {
            name: name.into(),
            bytes: bytes.into(),
        }
    }

    /// Reads standard input to its end, at most [`MEMORY_LIMIT`] bytes.
    ///
    /// # Errors
    /// [`AudioError::TooLarge`] beyond the limit, [`AudioError::Io`] if reading fails.
    pub fn stdin() -> Result<Self, AudioError> {
        Self::from_reader("standard input", io::stdin().lock(), MEMORY_LIMIT)
    }

    /// Reads `reader` to its end, at most `limit` bytes.
    ///
    /// # Errors
    /// [`AudioError::TooLarge`] beyond the limit, [`AudioError::Io`] if reading fails.
    pub fn from_reader(name: &str, reader: impl Read, limit: u64) -> Result<Self, AudioError> {
        let mut bytes = Vec::new();
        reader
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| AudioError::Io {
                name: name.to_owned(),
                error,
            })?;
        if bytes.len() as u64 > limit {
            return Err(AudioError::TooLarge {
                name: name.to_owned(),
                limit,
            });
        }
        Ok(Self::memory(name, bytes))
    }

    /// The name that messages use: printable, control characters escaped.
    pub fn name(&self) -> String {
        let name = match self {
            Self::Path(path) => path.to_string_lossy(),
            Self::Memory { name, .. } => name.into(),
        };
        if name.chars().any(char::is_control) {
            name.escape_debug().to_string()
        } else {
            name.into_owned()
        }
    }

    pub(super) fn open(&self) -> Result<Stream, AudioError> {
        match self {
            Self::Path(path) => {
                // Asked before opening: opening a pipe that nobody writes to would wait for ever.
                let metadata = std::fs::metadata(path).map_err(|e| AudioError::io(self, e))?;
                if metadata.is_dir() {
                    return Err(AudioError::IsDirectory { name: self.name() });
                }
                if !metadata.is_file() {
                    return Err(AudioError::NotAFile { name: self.name() });
                }
                let file = File::open(path).map_err(|e| AudioError::io(self, e))?;
                Ok(Stream {
                    len: metadata.len(),
                    claimed_len: 0,
                    is_one_way: false,
                    at: 0,
                    patch: None,
                    bytes: Bytes::File(file),
                })
            }
            Self::Memory { bytes, .. } => Ok(Stream {
                len: bytes.len() as u64,
                claimed_len: 0,
                is_one_way: false,
                at: 0,
                patch: None,
                bytes: Bytes::Memory(Cursor::new(Arc::clone(bytes))),
            }),
        }
    }
}

/// The bytes of an opened source: readable, seekable, of known length.
#[derive(Debug)]
pub(super) struct Stream {
    len: u64,
    claimed_len: u64,
    is_one_way: bool,
    /// Where the next byte is read.
    at: u64,
    /// Eight bytes that are read in place of those that stand there, and where.
    patch: Option<(u64, [u8; 8])>,
    bytes: Bytes,
}

#[derive(Debug)]
enum Bytes {
    File(File),
    Memory(Cursor<Arc<[u8]>>),
}

impl Stream {
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Makes symphonia believe that there are `len` bytes, as the header says: it refuses an MP4
    /// or Matroska file that was cut short, and reads it to where it ends if it doesn't know.
    pub(super) fn claim_len(&mut self, len: u64) {
        self.claimed_len = len;
    }

    /// Makes symphonia believe that the file ends at `end`.
    pub(super) fn end_at(&mut self, end: u64) {
        self.len = end;
    }

    /// Makes symphonia believe that it can't seek: it looks for the index at the end of a Matroska
    /// file, and refuses the file if there is none.
    pub(super) fn one_way(&mut self) {
        self.is_one_way = true;
    }

    /// Lets `bytes` be read in place of those at `place`: a size in a header that the file, cut short, does not keep.
    pub(super) fn patch(&mut self, place: u64, bytes: [u8; 8]) {
        self.patch = Some((place, bytes));
    }

    /// Reads until `buffer` is full or the source ends; returns the bytes read.
    pub(super) fn read_up_to(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(filled)
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.bytes {
            Bytes::File(file) => file.read(buffer),
            Bytes::Memory(cursor) => cursor.read(buffer),
        }?;
        if let Some((place, bytes)) = self.patch {
            for (place, byte) in (place..).zip(bytes) {
                let within = place.checked_sub(self.at).filter(|&n| n < read as u64);
                if let Some(n) = within {
                    buffer[n as usize] = byte;
                }
            }
        }
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Stream {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let position = match position {
            SeekFrom::End(offset) => {
                let end = self.len.max(self.claimed_len);
                SeekFrom::Start(end.saturating_add_signed(offset))
            }
            other => other,
        };
        self.at = match &mut self.bytes {
            Bytes::File(file) => file.seek(position),
            Bytes::Memory(cursor) => cursor.seek(position),
        }?;
        Ok(self.at)
    }
}

impl MediaSource for Stream {
    fn is_seekable(&self) -> bool {
        !self.is_one_way
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len.max(self.claimed_len))
    }
}

/// SHA-256 of the bytes of a recording, read in blocks.
///
/// # Errors
/// As for [`open`](super::open) when the file is missing, a directory or unreadable.
pub fn content_hash(source: &Source) -> Result<[u8; 32], AudioError> {
    if let Source::Memory { bytes, .. } = source {
        return Ok(Sha256::digest(bytes).into());
    }
    let mut stream = source.open()?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match stream.read_up_to(&mut block) {
            Ok(0) => return Ok(hasher.finalize().into()),
            Ok(n) => hasher.update(&block[..n]),
            Err(e) => return Err(AudioError::io(source, e)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_is_the_published_sha_256_test_vector() {
        let hash = content_hash(&Source::memory("abc", *b"abc")).unwrap();
        assert_eq!(hash[..4], [0xba, 0x78, 0x16, 0xbf]);
    }

    #[test]
    fn hash_of_a_file_is_that_of_its_bytes() {
        let bytes: Vec<u8> = (0..200_000u32).map(|i| (i * 7) as u8).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        let from_file = content_hash(&Source::Path(file.path().into())).unwrap();
        assert_eq!(
            from_file,
            content_hash(&Source::memory("m", bytes)).unwrap()
        );
    }

    #[test]
    fn input_beyond_the_limit_is_refused() {
        let error = Source::from_reader("pipe", io::repeat(0), 1000).unwrap_err();
        assert_eq!(error.kind(), "too-large");
        assert!(Source::from_reader("pipe", &[0u8; 1000][..], 1000).is_ok());
    }

    #[test]
    fn a_patch_is_read_in_its_place_however_the_bytes_are_read() {
        let mut stream = Source::memory("test", *b"0123456789abcdef").open().unwrap();
        stream.patch(3, *b"........");
        for step in 1..20 {
            stream.seek(SeekFrom::Start(0)).unwrap();
            let mut all: Vec<u8> = Vec::new();
            let mut part = vec![0; step];
            while let n @ 1.. = stream.read(&mut part).unwrap() {
                all.extend(&part[..n]);
            }
            assert_eq!(all, b"012........bcdef", "{step}");
        }
    }

    #[test]
    fn control_characters_in_names_are_escaped() {
        assert_eq!(Source::Path("a\nb".into()).name(), "a\\nb");
        assert_eq!(Source::Path("Կրակ дрон.wav".into()).name(), "Կրակ дрон.wav");
    }
}
