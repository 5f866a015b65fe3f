//! A run under way: what workers are given, and what is made of what they give back.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Observer, Options, Run};
use crate::archive::settings::Listener;
use crate::archive::store::{Job, Origin};
use crate::archive::work::{Done, Fault, Pool, Task, Work};
use crate::archive::{inventory, ArchiveError};

/// How often the observer is told, and the request to stop looked at, while nothing comes.
const PATIENCE: Duration = Duration::from_millis(100);

impl Run<'_> {
    /// Works until all is done or the stop is asked for.
    pub(super) fn work(
        &mut self,
        listener: &Listener,
        stop: &AtomicBool,
        observer: &mut dyn Observer,
    ) -> Result<(), ArchiveError> {
        if self.plan.todo == 0 {
            return Ok(());
        }
        let Options {
            workers,
            jobs,
            setup,
            limits,
            ..
        } = self.options;
        let jobs = jobs.get().min(self.plan.todo as usize).max(1);
        let jobs = NonZeroUsize::new(jobs).unwrap_or(NonZeroUsize::MIN);
        let pool = Pool::start(workers, jobs, setup, listener, *limits);
        loop {
            if stop.load(Ordering::Relaxed) && !self.stopped {
                self.stopped = true;
                self.in_pool -= pool.clear();
            }
            self.feed(&pool)?;
            if self.in_pool == 0 {
                return Ok(());
            }
            if let Some(done) = pool.next(PATIENCE)? {
                self.in_pool -= 1;
                self.take(done, &pool, observer)?;
            }
            if self.store.is_due() {
                self.store.update_run(self.id, &self.totals, None)?;
                self.store.commit()?;
            }
            observer.progress(&self.totals);
        }
    }

    /// Gives the workers files to hash.
    fn feed(&mut self, pool: &Pool) -> Result<(), ArchiveError> {
        while !self.stopped && pool.waiting() < pool.depth() {
            let Some(job) = self.next_job()? else {
                return Ok(());
            };
            match job.sha256 {
                Some(sha256) => self.route(job, sha256, pool, false)?,
                None => {
                    self.in_pool += 1;
                    pool.push(Task::Hash(job));
                }
            }
        }
        Ok(())
    }

    fn next_job(&mut self) -> Result<Option<Job>, ArchiveError> {
        if self.page.is_empty() && !self.exhausted {
            self.page = inventory::page(&self.store, &self.cursor)?.into();
            match self.page.back() {
                Some(last) => self.cursor.clone_from(&last.key),
                None => self.exhausted = true,
            }
        }
        Ok(self.page.pop_front())
    }

    /// A file whose hash is known: answered already, being answered, or to be answered.
    fn route(
        &mut self,
        job: Job,
        sha256: [u8; 32],
        pool: &Pool,
        next: bool,
    ) -> Result<(), ArchiveError> {
        if let Some(others) = self.in_work.get_mut(&sha256) {
            others.push(job);
            return Ok(());
        }
        if self.store.is_answered(&sha256, self.settings.id)? {
            self.store.link(&job, &sha256)?;
            self.count(&job);
            return Ok(());
        }
        if self.stopped {
            return Ok(());
        }
        self.in_work.insert(sha256, Vec::new());
        self.in_pool += 1;
        match next {
            // What was hashed just now is still in the system's memory.
            true => pool.push_front(Task::Classify(job, sha256)),
            false => pool.push(Task::Classify(job, sha256)),
        }
        Ok(())
    }

    /// Takes what a worker gave.
    fn take(
        &mut self,
        done: Done,
        pool: &Pool,
        observer: &mut dyn Observer,
    ) -> Result<(), ArchiveError> {
        let Done {
            job,
            sha256,
            work,
            seconds,
        } = done;
        match (work, sha256) {
            (Ok(Work::Hashed(hashed)), _) => {
                let job = Job {
                    facts: hashed.facts,
                    ..job
                };
                self.store.put_hashed(&job, hashed.recorded_at.as_ref())?;
                self.route(job, hashed.sha256, pool, true)
            }
            (Ok(Work::Answered(answer, mut words)), Some(sha256)) => {
                let origin = Origin {
                    settings: self.settings.id,
                    run: self.id,
                    seconds: (seconds * 1e3).round() / 1e3,
                };
                self.store
                    .put_answer(&job, &sha256, &answer, &mut words, origin)?;
                self.totals.sound_s += answer.recording.duration_s;
                self.count(&job);
                for other in self.in_work.remove(&sha256).unwrap_or_default() {
                    self.store.link(&other, &sha256)?;
                    self.count(&other);
                }
                Ok(())
            }
            // A worker that answers what it was not asked.
            (Ok(Work::Answered(..)), None) => Ok(()),
            (Err(fault), None) => self.fail(&job, &fault, observer),
            (Err(fault), Some(sha256)) => {
                self.fail(&job, &fault, observer)?;
                self.fail_others(&job, sha256, &fault, pool, observer)
            }
        }
    }

    /// Other files with the content of one that failed: each is tried, unless a worker was lost over it.
    fn fail_others(
        &mut self,
        job: &Job,
        sha256: [u8; 32],
        fault: &Fault,
        pool: &Pool,
        observer: &mut dyn Observer,
    ) -> Result<(), ArchiveError> {
        let mut others = self.in_work.remove(&sha256).unwrap_or_default();
        if !fault.is_costly() {
            let Some(first) = others.pop() else {
                return Ok(());
            };
            self.route(first, sha256, pool, true)?;
            if let Some(waiting) = self.in_work.get_mut(&sha256) {
                waiting.append(&mut others);
            }
            return Ok(());
        }
        for other in others {
            let message = format!(
                "{}: holds the same as {}, over which a worker was lost ({})",
                other.key, job.key, fault.kind
            );
            self.fail(&other, &Fault::new(&fault.kind, message), observer)?;
        }
        Ok(())
    }

    fn fail(
        &mut self,
        job: &Job,
        fault: &Fault,
        observer: &mut dyn Observer,
    ) -> Result<(), ArchiveError> {
        let may_be_gone = [
            "not-found",
            "io",
            "permission-denied",
            "is-directory",
            "not-a-file",
        ];
        if may_be_gone.contains(&fault.kind.as_str()) {
            if let Some(folder) = self.places.vanished(&job.path, job.device) {
                return Err(ArchiveError::Vanished {
                    folder: folder.display().to_string(),
                    database: self.store.name.clone(),
                });
            }
        }
        let ffmpeg = self.options.setup.ffmpeg;
        self.store
            .put_error(&job.key, &fault.kind, &fault.message, ffmpeg)?;
        self.totals.failed += 1;
        self.count(job);
        observer.failed(fault);
        Ok(())
    }

    fn count(&mut self, job: &Job) {
        self.totals.done += 1;
        self.totals.done_bytes += job.facts.size;
    }
}
