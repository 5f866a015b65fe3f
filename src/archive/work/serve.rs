//! The other end of the pipe: the program as a worker of itself.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::panic;
use std::sync::mpsc;

use super::hand::Listening;
use super::message::{receive, send, Reply, Request};
use super::Fault;
use crate::archive::name;
use crate::archive::recorded::RecordedAt;

/// Answers requests until `input` ends. When it ends within the work on a file, the process ends at once: whoever
/// asked is gone, and nobody would stop it if that file hung.
///
/// # Errors
/// If the pipes fail.
pub fn serve(input: impl Read + Send + 'static, out: impl Write) -> io::Result<()> {
    // What panics is caught and told in the reply.
    panic::set_hook(Box::new(|_| {}));
    let (sender, requests) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let mut input = BufReader::new(input);
        while let Ok(Some(request)) = receive::<Request>(&mut input) {
            if sender.send(request).is_err() {
                return;
            }
        }
        std::process::exit(0);
    });
    let mut out = BufWriter::new(out);
    let mut listening = None;
    while let Ok(request) = requests.recv() {
        send(&mut out, &reply(request, &mut listening))?;
    }
    Ok(())
}

fn reply(request: Request, listening: &mut Option<Listening>) -> Reply {
    let path = |bytes: &[u8]| name::from_bytes(bytes).unwrap_or_default();
    match (request, &listening) {
        (Request::Begin(setup), _) => match setup.listener() {
            Ok(listener) => {
                let sha256 = listener.model.sha256().to_owned();
                *listening = Some(Listening::new(listener));
                Reply::Ready(sha256)
            }
            Err(error) => Reply::Failed(Fault::new("model", error.to_string())),
        },
        (_, None) => Reply::Failed(Fault::new("model", "no model was named")),
        (Request::Hash(file), Some(listening)) => match listening.hash(&path(&file)) {
            Ok((hash, at)) => Reply::Hashed(hash, at.map(RecordedAt::to_parts)),
            Err(fault) => Reply::Failed(fault),
        },
        (Request::Classify(file, sha256), Some(listening)) => {
            match listening.classify(&path(&file), sha256) {
                Ok(answer) => Reply::Answered(Box::new(answer)),
                Err(fault) => Reply::Failed(fault),
            }
        }
    }
}
