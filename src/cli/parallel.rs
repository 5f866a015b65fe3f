//! Many items, several threads, one order.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

/// How many results, per thread, may wait for an earlier one. It bounds the memory: a recording
/// of ten hours at the head of a list must not pile up the answers to all that follow it.
const WINDOW_PER_JOB: usize = 64;

/// How often `idle` is called while nothing comes.
const IDLE: Duration = Duration::from_millis(100);

/// Takes the results.
pub trait Sink<R> {
    /// Why it can take no more.
    type Error;

    /// Takes the next result.
    ///
    /// # Errors
    /// To end the work.
    fn take(&mut self, result: R) -> Result<(), Self::Error>;

    /// Called about every 100 ms, whether or not there was a result.
    fn idle(&mut self) {}
}

/// Why [`for_each_in_order`] stopped early.
#[derive(Debug)]
pub enum Stopped<E> {
    /// The threads could not be started.
    Threads(ThreadPoolBuildError),
    /// The sink took no more.
    Sink(E),
}

/// Calls `work` for each of `items` on `jobs` threads and gives each result to `sink`, on this
/// thread, as soon as all before it are there: what the sink sees does not depend on `jobs`.
///
/// `work` must not panic.
///
/// # Errors
/// The first error of the sink; work under way is finished, and no more is started.
pub fn for_each_in_order<T: Sync, R: Send, S: Sink<R>>(
    items: &[T],
    jobs: NonZeroUsize,
    work: impl Fn(&T) -> R + Sync,
    sink: &mut S,
) -> Result<(), Stopped<S::Error>> {
    let jobs = jobs.get().min(items.len().max(1));
    let pool = ThreadPoolBuilder::new().num_threads(jobs).build();
    let pool = pool.map_err(Stopped::Threads)?;
    let queue = Queue::new(items.len(), jobs * WINDOW_PER_JOB);
    let (sender, receiver) = mpsc::channel();
    pool.in_place_scope(|scope| {
        for _ in 0..jobs {
            let (sender, queue, work) = (sender.clone(), &queue, &work);
            scope.spawn(move |_| {
                while let Some(index) = queue.take() {
                    if sender.send((index, work(&items[index]))).is_err() {
                        break;
                    }
                }
            });
        }
        // Those of the threads are left: when they are done, the receiver ends.
        drop(sender);
        let result = hand_over(&receiver, &queue, sink);
        queue.stop();
        result.map_err(Stopped::Sink)
    })
}

/// Puts the results in order.
fn hand_over<R, S: Sink<R>>(
    receiver: &Receiver<(usize, R)>,
    queue: &Queue,
    sink: &mut S,
) -> Result<(), S::Error> {
    let mut waiting = BTreeMap::new();
    for wanted in 0.. {
        while !waiting.contains_key(&wanted) {
            match receiver.recv_timeout(IDLE) {
                Ok((index, result)) => drop(waiting.insert(index, result)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            sink.idle();
        }
        if let Some(result) = waiting.remove(&wanted) {
            sink.take(result)?;
            queue.advance();
        }
    }
    Ok(())
}

/// Hands out indices in order, never farther ahead of the output than the window.
struct Queue {
    state: Mutex<State>,
    moved: Condvar,
    len: usize,
    window: usize,
}

struct State {
    next: usize,
    emitted: usize,
    stopped: bool,
}

impl Queue {
    fn new(len: usize, window: usize) -> Self {
        Self {
            state: Mutex::new(State {
                next: 0,
                emitted: 0,
                stopped: false,
            }),
            moved: Condvar::new(),
            len,
            window,
        }
    }

    /// The next index; waits while the window is full. `None` when there is no more to do.
    fn take(&self) -> Option<usize> {
        let is_full =
            |s: &mut State| !s.stopped && s.next < self.len && s.next >= s.emitted + self.window;
        let waited = self.moved.wait_while(self.lock(), is_full);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.stopped || state.next >= self.len {
            return None;
        }
        state.next += 1;
        Some(state.next - 1)
    }

    fn advance(&self) {
        self.lock().emitted += 1;
        self.moved.notify_all();
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.moved.notify_all();
    }

    /// The state holds plain numbers, each valid by itself whatever happened to its last holder.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn jobs(n: usize) -> NonZeroUsize {
        NonZeroUsize::new(n).unwrap()
    }

    struct Collected(Vec<usize>);

    impl Sink<usize> for Collected {
        type Error = ();
        fn take(&mut self, result: usize) -> Result<(), ()> {
            self.0.push(result);
            Ok(())
        }
    }

    struct Full;

    impl<R> Sink<R> for Full {
        type Error = &'static str;
        fn take(&mut self, _: R) -> Result<(), &'static str> {
            Err("full")
        }
    }

    fn collect(items: &[usize], n: usize, work: impl Fn(&usize) -> usize + Sync) -> Vec<usize> {
        let mut sink = Collected(Vec::new());
        for_each_in_order(items, jobs(n), work, &mut sink).unwrap();
        sink.0
    }

    #[test]
    fn results_come_in_order_though_the_first_takes_longest() {
        let items: Vec<usize> = (0..40).collect();
        let work = |&i: &usize| {
            std::thread::sleep(Duration::from_millis(if i == 0 { 40 } else { 1 }));
            i
        };
        assert_eq!(collect(&items, 4, work), items);
    }

    #[test]
    fn no_more_wait_for_a_slow_one_than_the_window_allows() {
        let items: Vec<usize> = (0..1000).collect();
        let (started, meanwhile) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |&i: &usize| {
            started.fetch_add(1, Ordering::SeqCst);
            if i == 0 {
                // The other thread runs into the window and has to wait for this one.
                std::thread::sleep(Duration::from_millis(100));
                meanwhile.store(started.load(Ordering::SeqCst), Ordering::SeqCst);
            }
            i
        };
        assert_eq!(collect(&items, 2, work), items);
        assert!(meanwhile.into_inner() <= 2 * WINDOW_PER_JOB);
    }

    #[test]
    fn a_sink_that_takes_no_more_ends_the_work() {
        let items: Vec<usize> = (0..10_000).collect();
        let started = AtomicUsize::new(0);
        let work = |_: &usize| started.fetch_add(1, Ordering::SeqCst);
        let result = for_each_in_order(&items, jobs(2), work, &mut Full);
        assert!(matches!(result, Err(Stopped::Sink("full"))));
        assert!(started.into_inner() <= 2 * WINDOW_PER_JOB + 2);
    }

    #[test]
    fn nothing_to_do_is_done_at_once() {
        assert!(collect(&[], 3, |&i| i).is_empty());
    }
}
