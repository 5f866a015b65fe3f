//! Watches the workers: one that takes too long or too much memory over a file is ended.

use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often the workers are looked at. Memory can be filled at some GB a second, so that this bounds by how much
/// the limit may be passed.
const EVERY: Duration = Duration::from_millis(20);
/// More than this between two looks means that the whole program stood still (a sleeping laptop, Ctrl-Z), which is no
/// file's fault.
const STILL: Duration = Duration::from_secs(1);

/// Why a worker was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It took longer than it may.
    Time,
    /// It took more memory than it may.
    Memory,
}

/// Looks at all workers now and then, in a thread of its own.
#[derive(Debug)]
pub(super) struct Guard {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    watched: Mutex<State>,
    ended: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The guard's own thread has to end.
    ended: bool,
    /// No worker begins a file any more.
    closed: bool,
    watches: Vec<Watch>,
    next: u64,
}

/// One worker at one file.
#[derive(Debug)]
struct Watch {
    number: u64,
    child: Arc<Mutex<Child>>,
    left: Duration,
    memory_kb: u64,
    verdict: Option<Verdict>,
}

impl Guard {
    pub(super) fn start() -> Self {
        let shared = Arc::<Shared>::default();
        let theirs = Arc::clone(&shared);
        Self {
            shared,
            thread: Some(std::thread::spawn(move || watch(&theirs))),
        }
    }

    /// From now on, `child` has `time` and `memory_mb`; gives the number to end that with. After [`Guard::end_all`] it is ended
    /// at once.
    pub(super) fn begin(&self, child: &Arc<Mutex<Child>>, time: Duration, memory_mb: u64) -> u64 {
        self.watch(child, time, memory_mb, true)
    }

    /// As [`begin`](Self::begin), for a child that is about to end by itself: it has its time whatever was ended before.
    pub(super) fn begin_leave(&self, child: &Arc<Mutex<Child>>, time: Duration) -> u64 {
        self.watch(child, time, u64::MAX, false)
    }

    fn watch(
        &self,
        child: &Arc<Mutex<Child>>,
        time: Duration,
        memory_mb: u64,
        at_a_file: bool,
    ) -> u64 {
        let mut state = self.shared.lock();
        let verdict = (at_a_file && state.closed).then_some(Verdict::Time);
        if verdict.is_some() {
            end(child);
        }
        state.next += 1;
        let number = state.next;
        state.watches.push(Watch {
            number,
            child: Arc::clone(child),
            left: time,
            memory_kb: memory_mb.saturating_mul(1024),
            verdict,
        });
        number
    }

    /// Ends all workers that are at a file, and those that begin one later: a worker may just have taken it.
    pub(super) fn end_all(&self) {
        let mut state = self.shared.lock();
        state.closed = true;
        for watch in &mut state.watches {
            watch.verdict = Some(Verdict::Time);
            end(&watch.child);
        }
    }

    /// The file is done with; why its worker was ended, if it was.
    pub(super) fn end(&self, number: u64) -> Option<Verdict> {
        let mut state = self.shared.lock();
        let at = state.watches.iter().position(|w| w.number == number)?;
        state.watches.swap_remove(at).verdict
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.ended.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// The state holds plain facts, each valid by itself whatever happened to its last holder.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn watch(shared: &Shared) {
    let mut last = Instant::now();
    let mut state = shared.lock();
    while !state.ended {
        let waited = shared.ended.wait_timeout(state, EVERY);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
        let passed = last.elapsed().min(STILL);
        last = Instant::now();
        for watch in state.watches.iter_mut().filter(|w| w.verdict.is_none()) {
            watch.left = watch.left.saturating_sub(passed);
            watch.verdict = judge(watch);
            if watch.verdict.is_some() {
                end(&watch.child);
            }
        }
    }
}

fn judge(watch: &Watch) -> Option<Verdict> {
    if watch.left.is_zero() {
        return Some(Verdict::Time);
    }
    let child = watch.child.lock().unwrap_or_else(PoisonError::into_inner);
    (resident_kb(child.id()) > watch.memory_kb).then_some(Verdict::Memory)
}

/// Ends a worker and what it has started.
pub(super) fn end(child: &Mutex<Child>) {
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    // One that has ended and was waited for has given its number away.
    if matches!(child.try_wait(), Ok(None)) {
        end_group(child.id());
        let _ = child.kill();
    }
}

/// A worker leads a group of processes, and ffmpeg belongs to it. (The words are those of POSIX; `-KILL --` is not, and
/// dash refuses it.)
#[cfg(unix)]
fn end_group(leader: u32) {
    let mut kill = std::process::Command::new("/bin/sh");
    kill.args(["-c", &format!("kill -s KILL -- -{leader}")])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let _ = kill.status();
}

#[cfg(not(unix))]
fn end_group(_: u32) {}

/// Resident memory of a process and of its children, kB; 0 where the system doesn't say.
fn resident_kb(process: u32) -> u64 {
    let children = format!("/proc/{process}/task/{process}/children");
    let children = std::fs::read_to_string(children).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|c| c.parse().ok());
    std::iter::once(process).chain(children).map(own_kb).sum()
}

fn own_kb(process: u32) -> u64 {
    let statm = std::fs::read_to_string(format!("/proc/{process}/statm")).unwrap_or_default();
    let pages = statm.split_whitespace().nth(1);
    // Pages have 4 kB on all common machines; where they have more, the limit is the looser.
    4 * pages.and_then(|p| p.parse::<u64>().ok()).unwrap_or(0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    fn shell(script: &str) -> Arc<Mutex<Child>> {
        use std::os::unix::process::CommandExt;
        let child = Command::new("/bin/sh")
            .args(["-c", script])
            .process_group(0)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Arc::new(Mutex::new(child.unwrap()))
    }

    /// How a child ends that has `seconds` and `memory_mb`.
    fn verdict(script: &str, seconds: u64, memory_mb: u64) -> Option<Verdict> {
        let guard = Guard::start();
        let child = shell(script);
        let number = guard.begin(&child, Duration::from_secs(seconds), memory_mb);
        while child.lock().unwrap().try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(10));
        }
        guard.end(number)
    }

    #[test]
    fn what_hangs_is_ended_with_what_it_started() {
        let mark = format!("{}", 7_000_000 + std::process::id());
        let script = format!("sleep {mark} & sleep {mark}");
        assert_eq!(verdict(&script, 1, 1000), Some(Verdict::Time));
        let left = Command::new("pgrep")
            .args(["-f", &format!("sleep {mark}")])
            .output();
        if let Ok(left) = left {
            assert!(left.stdout.is_empty());
        }
    }

    #[test]
    fn what_begins_after_all_were_ended_is_ended_at_once_and_what_leaves_is_let() {
        let guard = Guard::start();
        guard.end_all();
        let (late, leaving) = (shell("sleep 60"), shell("sleep 0.3; exit 7"));
        let begun = Instant::now();
        let late_watch = guard.begin(&late, Duration::from_secs(60), 1000);
        let leaving_watch = guard.begin_leave(&leaving, Duration::from_secs(60));
        assert!(!late.lock().unwrap().wait().unwrap().success());
        assert!(begun.elapsed() < Duration::from_secs(30));
        assert_eq!(guard.end(late_watch), Some(Verdict::Time));
        let left = leaving.lock().unwrap().wait().unwrap();
        assert_eq!(left.code(), Some(7));
        assert_eq!(guard.end(leaving_watch), None);
    }

    #[test]
    fn what_takes_memory_in_a_child_is_ended_too() {
        let greedy = "head -c 400000000 /dev/zero | tail -n 1 > /dev/null; true";
        assert_eq!(verdict(greedy, 60, 100), Some(Verdict::Memory));
        assert_eq!(verdict("true", 60, 100), None);
    }
}
