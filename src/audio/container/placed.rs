//! Reading here and there in a file, mostly onwards.

use std::io::{self, BufReader, Read};

use super::super::source::Stream;

/// Bytes read at once.
const BUFFER: usize = 1 << 15;

/// A stream that is told with every reading where to read, and that keeps what it has read ahead
/// where that goes on to be of use.
pub(super) struct Placed {
    stream: BufReader<Stream>,
    len: u64,
    at: u64,
}

impl Placed {
    /// A stream that nothing was read from yet.
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            len: stream.len(),
            stream: BufReader::with_capacity(BUFFER, stream),
            at: 0,
        }
    }

    /// Bytes in the file.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Bytes at `place`, zeros beyond the end of the file.
    pub(super) fn peek<const N: usize>(&mut self, place: u64) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read(place, &mut bytes)?;
        Ok(bytes)
    }

    /// Fills `buffer` with the bytes at `place`.
    ///
    /// # Errors
    /// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) if the file ends before that.
    pub(super) fn read_exact(&mut self, place: u64, buffer: &mut [u8]) -> io::Result<()> {
        if self.read(place, buffer)? < buffer.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Reads until `buffer` is full or the file ends; returns the bytes read.
    fn read(&mut self, place: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let way = i128::from(place) - i128::from(self.at);
        let way = i64::try_from(way).map_err(|_| io::ErrorKind::InvalidInput)?;
        self.stream.seek_relative(way)?;
        self.at = place;
        let mut filled = 0;
        while filled < buffer.len() {
            match self.stream.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(n) => {
                    filled += n;
                    self.at += n as u64;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Source;

    #[test]
    fn bytes_are_those_of_their_place_in_whatever_order() {
        let bytes: Vec<u8> = (0..200_000u32).map(|i| (i * 7 / 3) as u8).collect();
        let source = Source::memory("test", bytes.clone());
        let mut file = Placed::new(source.open().unwrap());
        for place in [0, 5, 40_000, 40_004, 39_999, 199_000, 3, 100_000] {
            let read: [u8; 600] = file.peek(place as u64).unwrap();
            assert_eq!(read[..], bytes[place..place + 600], "{place}");
        }
    }

    #[test]
    fn beyond_the_end_there_are_zeros_and_nothing_to_fill_with() {
        let mut file = Placed::new(Source::memory("test", *b"abc").open().unwrap());
        assert_eq!(file.peek(1).unwrap(), *b"bc\0\0");
        assert_eq!(file.peek(1 << 40).unwrap(), [0; 4]);
        let error = file.read_exact(1, &mut [0; 4]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(file.peek(0).unwrap(), *b"abc");
        assert!(file.peek::<4>(u64::MAX).is_err());
    }
}
