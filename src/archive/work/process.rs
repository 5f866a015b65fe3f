//! A worker process, seen from the one that asks.

use std::ffi::OsString;
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::guard::{self, Guard, Verdict};
use super::message::{receive, send, Reply, Request};
use super::{Fault, Limits, Spool};
use crate::archive::settings::Setup;
use crate::archive::ArchiveError;

/// How long a process may take to load the model.
const START: Duration = Duration::from_secs(120);
/// How long a worker that has nothing to do may take to end.
const LEAVE: Duration = Duration::from_secs(5);

/// How a worker process is started: it must call [`serve`](super::serve) on its standard input and output.
#[derive(Debug, Clone)]
pub struct Launcher {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// One worker process; started when it is first needed, and again after it was lost.
pub(super) struct Process {
    launcher: Launcher,
    setup: Setup,
    model_sha256: String,
    limits: Limits,
    guard: Arc<Guard>,
    running: Option<Running>,
}

struct Running {
    child: Arc<Mutex<Child>>,
    input: BufWriter<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    pub(super) fn new(
        launcher: &Launcher,
        setup: &Setup,
        model_sha256: &str,
        limits: Limits,
        guard: &Arc<Guard>,
    ) -> Self {
        Self {
            launcher: launcher.clone(),
            setup: setup.clone(),
            model_sha256: model_sha256.to_owned(),
            limits,
            guard: Arc::clone(guard),
            running: None,
        }
    }

    /// What the worker replies about a file; a fault if it is lost over it. Words that it sends before go into `words`.
    ///
    /// # Errors
    /// If no worker can be started.
    pub(super) fn ask(
        &mut self,
        request: &Request,
        path: &Path,
        size: u64,
        words: &mut Spool,
    ) -> Result<Reply, ArchiveError> {
        let running = match &mut self.running {
            Some(running) => running,
            empty => empty.insert(start(
                &self.launcher,
                &self.setup,
                &self.model_sha256,
                &self.guard,
            )?),
        };
        let time = self.limits.time_for(size);
        let memory_mb = self.limits.memory_mb;
        let (reply, verdict) = running.ask(&self.guard, request, time, memory_mb, words);
        let reply = match reply {
            // A reply that came whole counts, also if it came at the last moment.
            Ok(Some(reply)) if verdict.is_none() => return Ok(reply),
            other => other,
        };
        let status = self.running.take().map(Running::end);
        if let Ok(Some(reply)) = reply {
            return Ok(reply);
        }
        let lost = lost(path, verdict, status.flatten(), time, memory_mb);
        Ok(Reply::Failed(lost))
    }
}

impl Running {
    fn ask(
        &mut self,
        guard: &Guard,
        request: &Request,
        time: Duration,
        memory_mb: u64,
        words: &mut Spool,
    ) -> (io::Result<Option<Reply>>, Option<Verdict>) {
        let watch = guard.begin(&self.child, time, memory_mb);
        let reply = send(&mut self.input, request).and_then(|()| self.reply(words));
        (reply, guard.end(watch))
    }

    /// The reply proper.
    fn reply(&mut self, words: &mut Spool) -> io::Result<Option<Reply>> {
        loop {
            match receive(&mut self.output)? {
                Some(Reply::Words(next)) => words.push(&next),
                reply => return Ok(reply),
            }
        }
    }

    /// Lets a worker that has nothing to do end by itself, which takes less time than to end it.
    fn leave(self, guard: &Guard) {
        let Self {
            child,
            input,
            mut output,
        } = self;
        let watch = guard.begin_leave(&child, LEAVE);
        drop(input);
        // Its end of the pipe is closed when it ends.
        let _ = io::copy(&mut output, &mut io::sink());
        guard.end(watch);
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.wait();
    }

    /// How it ended, or has to.
    fn end(self) -> Option<ExitStatus> {
        let Self {
            child,
            input,
            output,
        } = self;
        drop((input, output));
        guard::end(&child);
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        child.wait().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.leave(&self.guard);
        }
    }
}

fn start(
    launcher: &Launcher,
    setup: &Setup,
    model_sha256: &str,
    guard: &Guard,
) -> Result<Running, ArchiveError> {
    let fault = |fault: String| ArchiveError::Worker { fault };
    let mut command = Command::new(&launcher.program);
    command
        .args(&launcher.arguments)
        // As many processes as processors: within one, more threads would only be in each other's way.
        .env("RAYON_NUM_THREADS", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // A group of its own: Ctrl-C reaches the program that asks, which lets the files in work be finished.
        command.process_group(0);
    }
    let mut child = command.spawn().map_err(|e| fault(e.to_string()))?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(fault("it has no pipes".into()));
    };
    let mut running = Running {
        child: Arc::new(Mutex::new(child)),
        input: BufWriter::new(input),
        output: BufReader::with_capacity(1 << 16, output),
    };
    let begin = Request::Begin(setup.clone());
    let (reply, verdict) = running.ask(guard, &begin, START, u64::MAX, &mut Spool::new());
    match reply {
        Ok(Some(Reply::Ready(sha256))) if sha256 == model_sha256 => Ok(running),
        Ok(Some(Reply::Ready(_))) => Err(fault("the model file has changed; start again".into())),
        Ok(Some(Reply::Failed(why))) => Err(fault(why.message)),
        _ => {
            let status = running.end().map_or(String::new(), |s| s.to_string());
            let slow = verdict.map_or("", |_| "it did not load the model in time; ");
            Err(fault(format!("{slow}it ended with {status}")))
        }
    }
}

/// What a worker that was lost says about the file it was at.
fn lost(
    path: &Path,
    verdict: Option<Verdict>,
    status: Option<ExitStatus>,
    time: Duration,
    memory_mb: u64,
) -> Fault {
    let name = crate::audio::Source::Path(path.to_owned()).name();
    let seconds = time.as_secs();
    match verdict {
        Some(Verdict::Time) => Fault::new(
            "time-limit",
            format!("{name}: was given up after {seconds} s; try --retry-errors with a higher --time-limit, and report the file if it hangs again"),
        ),
        Some(Verdict::Memory) => Fault::new(
            "memory-limit",
            format!("{name}: was given up when it had taken {memory_mb} MB of memory; try --retry-errors with a higher --memory-limit"),
        ),
        None => {
            let how = status.map_or("no reason given".into(), |status| status.to_string());
            Fault::new(
                "crashed",
                format!("{name}: the process that read it ended ({how}); try --retry-errors with fewer --jobs in case memory ran out, and report the file if it happens again"),
            )
        }
    }
}
