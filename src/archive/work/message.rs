//! What goes through the pipes: values in MessagePack, one after the other. They are written and read piece by piece, and the
//! fingerprint goes before the answer while the file is heard: both are large of ten hours, and need no second copy.

use std::io::{self, BufRead, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Fault, Hashed};
use crate::archive::answer::Answer;
use crate::archive::facts::Facts;
use crate::archive::recorded::RecordedAt;
use crate::archive::settings::Setup;

/// What a worker is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Request {
    /// First of all: load the model.
    Begin(Setup),
    /// The hash of a file, and when it was recorded.
    Hash(Vec<u8>),
    /// The answer about a file of this hash, which had these facts then.
    Classify(Vec<u8>, [u8; 32], Facts),
}

/// What it replies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Reply {
    /// The model is loaded; its hash.
    Ready(String),
    /// Hash, when it was recorded (seconds since 1970 and by what), and the file's facts.
    Hashed([u8; 32], Option<(i64, u8)>, Facts),
    /// Words of the fingerprint that come next, of a file that is being classified; the reply proper follows.
    Words(Vec<u32>),
    /// The answer.
    Answered(Box<Answer>),
    /// There is none.
    Failed(Fault),
}

impl Reply {
    /// What hashing a file gave.
    pub(super) fn of_hash(hashed: Result<Hashed, Fault>) -> Self {
        match hashed {
            Ok(h) => Self::Hashed(h.sha256, h.recorded_at.map(RecordedAt::to_parts), h.facts),
            Err(fault) => Self::Failed(fault),
        }
    }

    /// What classifying it gave.
    pub(super) fn of_answer(answer: Result<Answer, Fault>) -> Self {
        match answer {
            Ok(answer) => Self::Answered(Box::new(answer)),
            Err(fault) => Self::Failed(fault),
        }
    }
}

/// Writes one message.
pub(super) fn send(out: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    send_ahead(out, message)?;
    out.flush()
}

/// Writes a message that another follows soon: it may go with that one.
pub(super) fn send_ahead(out: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    rmp_serde::encode::write(out, message).map_err(io::Error::other)
}

/// Reads one message; `None` if the other side has closed the pipe.
pub(super) fn receive<T: DeserializeOwned>(input: &mut impl BufRead) -> io::Result<Option<T>> {
    if input.fill_buf()?.is_empty() {
        return Ok(None);
    }
    rmp_serde::from_read(input)
        .map(Some)
        .map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::events::tests::answer;

    #[test]
    fn messages_come_out_as_they_went_in() {
        let replies = [
            Reply::Words(vec![0, u32::MAX, 7, 1 << 31]),
            Reply::Answered(Box::new(answer(&[("siren", 0.25), ("engine", 0.5)]))),
            Reply::Hashed(
                [7; 32],
                Some((-5, 1)),
                Facts {
                    size: 1 << 40,
                    modified_ns: -7,
                },
            ),
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
