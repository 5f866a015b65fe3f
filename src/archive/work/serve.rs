//! The other end of the pipe: the program as a worker of itself.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::panic;
use std::sync::mpsc;

use super::hand::Listening;
use super::message::{receive, send, send_ahead, Reply, Request};
use super::Fault;
use crate::archive::name;
use crate::model::tap::Tap;

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
        let reply = reply(request, &mut listening, &mut out);
        send(&mut out, &reply)?;
    }
    Ok(())
}

/// Sends the words of a fingerprint on while they are heard.
struct Ahead<'a, W: Write> {
    out: &'a mut W,
}

impl<W: Write> Tap for Ahead<'_, W> {
    fn words(&mut self, words: &[u32]) {
        // Where the pipe is broken, so it is for the reply, which says so.
        let _ = send_ahead(self.out, &Reply::Words(words.to_vec()));
    }
}

fn reply(request: Request, listening: &mut Option<Listening>, out: &mut impl Write) -> Reply {
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
        (Request::Hash(file), Some(listening)) => Reply::of_hash(listening.hash(&path(&file))),
        (Request::Classify(file, sha256, facts), Some(listening)) => {
            let mut ahead = Ahead { out };
            Reply::of_answer(listening.classify(&path(&file), sha256, facts, &mut ahead))
        }
    }
}
