//! One run over an archive, from the walk to the last answer.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::inventory::{self, Plan, Rules};
use super::place::Places;
use super::settings::{Listener, Settings, Setup};
use super::shard::Shard;
use super::store::{Job, Origin, Planned, Store, Totals};
use super::walk::{self, Roots, Walk};
use super::work::{Done, Fault, Limits, Pool, Task, Work, Workers};
use super::{id, name, reuse, time, ArchiveError};

/// How often the observer is told, and the request to stop looked at, while nothing comes.
const PATIENCE: Duration = Duration::from_millis(100);

/// What a run is to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which recordings.
    pub walk: Walk,
    /// The database.
    pub output: PathBuf,
    /// Model and prior.
    pub setup: Setup,
    /// Which part of the archive.
    pub shard: Shard,
    /// How many files are worked on at a time.
    pub jobs: NonZeroUsize,
    /// Try files again that failed before.
    pub retry_errors: bool,
    /// What one file may cost.
    pub limits: Limits,
    /// Where the work is done.
    pub workers: Workers,
    /// The command, as the database is to remember it.
    pub command: String,
}

/// Is told what happens. Nothing depends on what it does.
pub trait Observer {
    /// What is about to be done; `changed` if the database holds answers under other settings.
    fn planned(&mut self, plan: &Plan, changed: bool) {
        let _ = (plan, changed);
    }

    /// How far it is; called at least ten times a second.
    fn progress(&mut self, totals: &Totals) {
        let _ = totals;
    }

    /// A file has no answer.
    fn failed(&mut self, fault: &Fault) {
        let _ = fault;
    }

    /// All are classified; sound that recordings share is looked for among so many.
    fn grouping(&mut self, recordings: usize) {
        let _ = recordings;
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// What was planned.
    pub plan: Plan,
    /// What was done.
    pub totals: Totals,
    /// It was asked to stop before all was done.
    pub stopped: bool,
    /// Files without an answer among those found, those of earlier runs included.
    pub unreadable: u64,
    /// Groups of recordings that share sound, in the whole database.
    pub reused_groups: usize,
}

/// What a run would do, and whether the database holds answers under other settings. Nothing is changed.
///
/// # Errors
/// [`ArchiveError`] as for [`run`].
pub fn plan(options: &Options) -> Result<(Plan, bool), ArchiveError> {
    let roots = options.walk.roots()?;
    let settings = options.setup.listener()?.settings();
    let is_new = !options.output.exists();
    let mut store = match is_new {
        true => Store::in_memory()?,
        false => Store::open(&options.output)?,
    };
    let changed = store
        .current_settings()?
        .is_some_and(|id| id != settings.id);
    let plan = inventory::take(&mut store, &roots, &options.rules(&settings))?;
    store.roll_back();
    if plan.found == 0 {
        return Err(nothing_found(&options.walk));
    }
    if !is_new {
        store.close()?;
    }
    Ok((plan, changed))
}

/// Classifies what is not classified yet, until all is done or `stop` is set; files in work are then finished.
///
/// # Errors
/// [`ArchiveError`] if the work cannot go on; all that was done but the last second is kept. What is wrong with a
/// file is no error: it stands in the database.
pub fn run(
    options: &Options,
    stop: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Summary, ArchiveError> {
    let roots = options.walk.roots()?;
    let listener = options.setup.listener()?;
    let settings = listener.settings();
    let is_new = !options.output.exists();
    let mut store = Store::open(&options.output)?;
    let changed = store
        .current_settings()?
        .is_some_and(|id| id != settings.id);
    let plan = inventory::take(&mut store, &roots, &options.rules(&settings))?;
    if plan.found == 0 {
        store.roll_back();
        store.close()?;
        if is_new {
            // It holds nothing, and was not there before.
            let _ = std::fs::remove_file(&options.output);
        }
        return Err(nothing_found(&options.walk));
    }
    observer.planned(&plan, changed);
    let mut run = Run::new(options, &roots, &settings, plan, store);
    run.begin()?;
    let worked = run.work(&listener, stop, observer);
    run.end(worked, observer)
}

fn nothing_found(walk: &Walk) -> ArchiveError {
    let mut places: Vec<String> = walk.paths.iter().map(|p| name::to_text(p)).collect();
    places.extend(walk.list.iter().map(|list| name::to_text(list)));
    ArchiveError::NothingFound {
        places: places.join(", "),
        extensions: walk::EXTENSIONS.join(", "),
    }
}

impl Options {
    fn rules(&self, settings: &Settings) -> Rules {
        Rules {
            settings: settings.id,
            shard: self.shard,
            retry_errors: self.retry_errors,
            ffmpeg: self.setup.ffmpeg,
        }
    }
}

/// A run under way.
struct Run<'a> {
    options: &'a Options,
    settings: &'a Settings,
    id: i64,
    plan: Plan,
    totals: Totals,
    store: Store,
    places: Places,
    /// Files read from the database and not handed out yet, and the name of the last one read.
    page: VecDeque<Job>,
    cursor: String,
    exhausted: bool,
    /// Tasks that workers have or that wait for one.
    in_pool: usize,
    /// Contents being classified, with the other files that hold the same.
    in_work: HashMap<[u8; 32], Vec<Job>>,
    stopped: bool,
}

impl<'a> Run<'a> {
    fn new(
        options: &'a Options,
        roots: &Roots,
        settings: &'a Settings,
        plan: Plan,
        store: Store,
    ) -> Self {
        let (process, now) = (std::process::id().to_string(), time::now());
        let moment = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |d| d.as_nanos());
        Self {
            id: id::of(&["run", &process, &now, &moment.to_string()]),
            totals: Totals {
                found: plan.found,
                todo: plan.todo,
                todo_bytes: plan.todo_bytes,
                ..Totals::default()
            },
            places: Places::new(roots.roots()),
            options,
            settings,
            plan,
            store,
            page: VecDeque::new(),
            cursor: String::new(),
            exhausted: false,
            in_pool: 0,
            in_work: HashMap::new(),
            stopped: false,
        }
    }

    fn begin(&mut self) -> Result<(), ArchiveError> {
        self.store.put_settings(self.settings)?;
        let planned = Planned {
            id: self.id,
            settings: self.settings,
            command: &self.options.command,
            shard: self.options.shard.to_string(),
            workers: self.options.jobs.get(),
            ffmpeg: self.options.setup.ffmpeg,
        };
        self.store.begin_run(&planned, &self.totals)?;
        self.store.commit()
    }

    /// Works until all is done or the stop is asked for.
    fn work(
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
            (Ok(Work::Hashed(sha256, at)), _) => {
                self.store.put_recorded_at(&job, at.as_ref())?;
                self.route(job, sha256, pool, true)
            }
            (Ok(Work::Answered(answer)), Some(sha256)) => {
                let origin = Origin {
                    settings: self.settings.id,
                    run: self.id,
                    seconds: (seconds * 1e3).round() / 1e3,
                };
                self.store.put_answer(&job, &sha256, &answer, origin)?;
                self.totals.sound_s += answer.recording.duration_s;
                self.count(&job);
                for other in self.in_work.remove(&sha256).unwrap_or_default() {
                    self.store.link(&other, &sha256)?;
                    self.count(&other);
                }
                Ok(())
            }
            // A worker that answers what it was not asked.
            (Ok(Work::Answered(_)), None) => Ok(()),
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
        self.totals.done_bytes += job.size;
    }

    /// Puts down how it ended. Where the work failed, what was done is kept if that can still be written.
    fn end(
        mut self,
        worked: Result<(), ArchiveError>,
        observer: &mut dyn Observer,
    ) -> Result<Summary, ArchiveError> {
        if let Err(error) = worked {
            let outcome = format!("failed: {error}");
            let kept = self
                .store
                .update_run(self.id, &self.totals, Some(&outcome))
                .and_then(|()| self.store.commit());
            if kept.is_err() {
                self.store.roll_back();
            }
            return Err(error);
        }
        let reused_groups = match self.stopped {
            true => 0,
            false => {
                self.store.commit()?;
                reuse::group(&mut self.store, &mut |n| observer.grouping(n))?
            }
        };
        let outcome = if self.stopped { "stopped" } else { "finished" };
        self.store
            .update_run(self.id, &self.totals, Some(outcome))?;
        self.store.commit()?;
        let unreadable = self.store.ask(|db| {
            let sql = "SELECT count(*) FROM errors WHERE path IN (SELECT path FROM temp.wanted)";
            db.query_row(sql, [], |row| row.get::<_, i64>(0))
        })?;
        self.store.close()?;
        Ok(Summary {
            plan: self.plan,
            totals: self.totals,
            stopped: self.stopped,
            unreadable: unreadable as u64,
            reused_groups,
        })
    }
}
