//! What goes through the pipes: a length of four bytes, lowest first, and so many bytes of MessagePack.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::archive::answer::Answer;
use crate::archive::settings::Setup;

/// The largest message: the answer about 1,000 hours takes 1.3 GB, and nothing sensible is longer.
const MOST_BYTES: u32 = 2 << 30;

/// What a worker is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Request {
    /// First of all: load the model.
    Begin(Setup),
    /// The hash of a file, and when it was recorded.
    Hash(Vec<u8>),
    /// The answer about a file of this hash.
    Classify(Vec<u8>, [u8; 32]),
}

/// What it replies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Reply {
    /// The model is loaded; its hash.
    Ready(String),
    /// Hash, and when it was recorded: seconds since 1970 and by what.
    Hashed([u8; 32], Option<(i64, u8)>),
    /// The answer.
    Answered(Box<Answer>),
    /// There is none.
    Failed(Fault),
}

/// Writes one message.
pub(super) fn send(out: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let bytes = rmp_serde::to_vec(message).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).ok();
    let length = length.filter(|length| *length <= MOST_BYTES);
    let length = length.ok_or_else(|| io::Error::other("the message is too long"))?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&bytes)?;
    out.flush()
}

/// Reads one message; `None` if the other side has closed the pipe.
pub(super) fn receive<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes(length);
    if length > MOST_BYTES {
        return Err(io::Error::other("what came is no message"));
    }
    let mut bytes = Vec::new();
    input.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() < length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    rmp_serde::from_slice(&bytes)
        .map(Some)
        .map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::events::tests::answer;

    #[test]
    fn messages_come_out_as_they_went_in() {
        let mut full = answer(&[("siren", 0.25), ("engine", 0.5)]);
        full.fingerprint = vec![0, 255, 7, 9];
        let replies = [
            Reply::Answered(Box::new(full)),
            Reply::Hashed([7; 32], Some((-5, 1))),
            Reply::Failed(Fault::new("empty", "a.wav: is empty")),
        ];
        let mut pipe = Vec::new();
        for reply in &replies {
            send(&mut pipe, reply).unwrap();
        }
        let mut pipe = &pipe[..];
        for reply in replies {
            assert_eq!(receive(&mut pipe).unwrap(), Some(reply));
        }
        assert_eq!(receive::<Reply>(&mut pipe).unwrap(), None);
    }

    #[test]
    fn a_pipe_that_breaks_within_a_message_is_an_error() {
        let mut pipe = Vec::new();
        send(&mut pipe, &Request::Hash(vec![1; 100])).unwrap();
        assert!(receive::<Request>(&mut &pipe[..50]).is_err());
        assert!(receive::<Request>(&mut &[255; 20][..]).is_err());
    }
}
