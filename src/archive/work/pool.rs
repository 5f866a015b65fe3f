//! Several workers with one bounded queue.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::guard::Guard;
use super::hand::Listening;
use super::message::{Reply, Request};
use super::process::Process;
use super::{Fault, Hashed, Limits, Spool, Workers};
use crate::archive::answer::Answer;
use crate::archive::recorded::RecordedAt;
use crate::archive::settings::{Listener, Setup};
use crate::archive::store::Job;
use crate::archive::{name, ArchiveError};

/// What is to be done with a file.
#[derive(Debug, Clone)]
pub(in crate::archive) enum Task {
    Hash(Job),
    Classify(Job, [u8; 32]),
}

/// What became of a task.
#[derive(Debug)]
pub(in crate::archive) struct Done {
    pub(in crate::archive) job: Job,
    /// The hash, where it was known before or is now.
    pub(in crate::archive) sha256: Option<[u8; 32]>,
    pub(in crate::archive) work: Result<Work, Fault>,
    pub(in crate::archive) seconds: f64,
}

/// The result of a task.
#[derive(Debug)]
pub(in crate::archive) enum Work {
    Hashed(Hashed),
    Answered(Box<Answer>, Spool),
}

/// Workers and what waits for them. Dropping it ends the workers, whatever they are at.
pub(in crate::archive) struct Pool {
    queue: Arc<Queue>,
    results: Option<Receiver<Result<Done, ArchiveError>>>,
    threads: Vec<JoinHandle<()>>,
    guard: Arc<Guard>,
    workers: usize,
}

impl Pool {
    pub(in crate::archive) fn start(
        workers: &Workers,
        number: NonZeroUsize,
        setup: &Setup,
        listener: &Listener,
        limits: Limits,
    ) -> Self {
        let number = number.get();
        let queue = Arc::new(Queue::default());
        // No more results wait than there are workers: answers about long recordings are large.
        let (sender, results) = mpsc::sync_channel(number);
        let guard = Arc::new(Guard::start());
        let threads = (0..number).map(|_| {
            let mut hand = match workers {
                Workers::Processes(launcher) => Hand::Process(Box::new(Process::new(
                    launcher,
                    setup,
                    listener.model.sha256(),
                    limits,
                    &guard,
                ))),
                Workers::Threads => Hand::Thread(Box::new(Listening::new(listener.clone()))),
            };
            let (queue, sender) = (Arc::clone(&queue), sender.clone());
            std::thread::spawn(move || work(&mut hand, &queue, &sender))
        });
        Self {
            threads: threads.collect(),
            queue,
            guard,
            results: Some(results),
            workers: number,
        }
    }

    /// How many tasks should wait, so that no worker has to.
    pub(in crate::archive) fn depth(&self) -> usize {
        2 * self.workers
    }

    /// How many tasks wait for a worker.
    pub(in crate::archive) fn waiting(&self) -> usize {
        self.queue.lock().tasks.len()
    }

    /// Lets a task wait behind the others.
    pub(in crate::archive) fn push(&self, task: Task) {
        self.queue.lock().tasks.push_back(task);
        self.queue.changed.notify_one();
    }

    /// Lets a task wait before the others.
    pub(in crate::archive) fn push_front(&self, task: Task) {
        self.queue.lock().tasks.push_front(task);
        self.queue.changed.notify_one();
    }

    /// Takes back what no worker has begun; how many tasks that were.
    pub(in crate::archive) fn clear(&self) -> usize {
        let mut state = self.queue.lock();
        let cleared = state.tasks.len();
        state.tasks.clear();
        cleared
    }

    /// The next result, if one comes within `patience`.
    pub(in crate::archive) fn next(
        &self,
        patience: Duration,
    ) -> Result<Option<Done>, ArchiveError> {
        let Some(results) = &self.results else {
            return Ok(None);
        };
        match results.recv_timeout(patience) {
            Ok(done) => done.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(ArchiveError::Worker {
                fault: "all have ended".into(),
            }),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.clear();
        self.queue.lock().ended = true;
        self.queue.changed.notify_all();
        // What waits to be taken is taken by nobody.
        self.results = None;
        self.guard.end_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

#[derive(Debug, Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    tasks: VecDeque<Task>,
    ended: bool,
}

impl Queue {
    /// Each state is valid by itself, whatever happened to its last holder.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task; waits for one. `None` at the end.
    fn take(&self) -> Option<Task> {
        let idle = |state: &mut State| state.tasks.is_empty() && !state.ended;
        let waited = self.changed.wait_while(self.lock(), idle);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        state.tasks.pop_front()
    }
}

/// Who does the work.
enum Hand {
    Process(Box<Process>),
    Thread(Box<Listening>),
}

fn work(hand: &mut Hand, queue: &Queue, results: &SyncSender<Result<Done, ArchiveError>>) {
    while let Some(task) = queue.take() {
        let started = Instant::now();
        let (job, sha256) = match &task {
            Task::Hash(job) => (job.clone(), None),
            Task::Classify(job, sha256) => (job.clone(), Some(*sha256)),
        };
        let done = hand.work(&task).map(|work| Done {
            job,
            sha256,
            work,
            seconds: started.elapsed().as_secs_f64(),
        });
        if results.send(done).is_err() {
            return;
        }
    }
}

impl Hand {
    fn work(&mut self, task: &Task) -> Result<Result<Work, Fault>, ArchiveError> {
        let mut words = Spool::new();
        let (job, reply) = match task {
            Task::Hash(job) => (job, self.hash(job, &mut words)?),
            Task::Classify(job, sha256) => (job, self.classify(job, *sha256, &mut words)?),
        };
        Ok(match reply {
            Reply::Hashed(sha256, at, facts) => Ok(Work::Hashed(Hashed {
                sha256,
                recorded_at: at.map(RecordedAt::from_parts),
                facts,
            })),
            Reply::Answered(answer) => match words.fault() {
                None => Ok(Work::Answered(answer, words)),
                Some(error) => Err(no_room(&job.path, error)),
            },
            Reply::Failed(fault) => Err(fault),
            Reply::Ready(_) | Reply::Words(_) => {
                Err(Fault::new("internal", "a worker answered out of turn"))
            }
        })
    }

    fn hash(&mut self, job: &Job, words: &mut Spool) -> Result<Reply, ArchiveError> {
        match self {
            Self::Thread(listening) => Ok(Reply::of_hash(listening.hash(&job.path))),
            Self::Process(process) => {
                let request = Request::Hash(name::to_bytes(&job.path));
                process.ask(&request, &job.path, job.facts.size, words)
            }
        }
    }

    fn classify(
        &mut self,
        job: &Job,
        sha256: [u8; 32],
        words: &mut Spool,
    ) -> Result<Reply, ArchiveError> {
        match self {
            Self::Thread(listening) => {
                let answer = listening.classify(&job.path, sha256, job.facts, words);
                Ok(Reply::of_answer(answer))
            }
            Self::Process(process) => {
                let request = Request::Classify(name::to_bytes(&job.path), sha256, job.facts);
                process.ask(&request, &job.path, job.facts.size, words)
            }
        }
    }
}

/// The words of a long fingerprint could not be put aside.
fn no_room(path: &Path, error: &std::io::Error) -> Fault {
    let (name, folder) = (path.display(), std::env::temp_dir());
    let folder = folder.display();
    let message = format!(
        "{name}: its fingerprint could not be put aside in {folder} ({error}); make room there or name another folder in TMPDIR, and try --retry-errors"
    );
    Fault::new("io", message)
}
