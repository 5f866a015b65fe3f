//! One run over an archive, from the walk to the last answer.

mod under_way;

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use super::inventory::{self, Plan, Rules};
use super::place::Places;
use super::settings::{Settings, Setup};
use super::shard::Shard;
use super::store::{Job, Planned, Store, Totals};
use super::walk::{self, Roots, Walk};
use super::work::{Fault, Limits, Workers};
use super::{id, name, reuse, time, ArchiveError};

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

/// What a run would do, and whether the database holds answers under other settings. Nothing is changed: the database is
/// read alone, also while a run writes to it, and none is made.
///
/// # Errors
/// [`ArchiveError`] as for [`run`].
pub fn plan(options: &Options) -> Result<(Plan, bool), ArchiveError> {
    let roots = options.walk.roots()?;
    let settings = options.setup.listener()?.settings();
    let mut store = Store::look(&options.output)?;
    let changed = store
        .current_settings()?
        .is_some_and(|id| id != settings.id);
    let rules = Rules {
        keep: false,
        ..options.rules(&settings)
    };
    let plan = inventory::take(&mut store, &roots, &rules)?;
    store.roll_back();
    if found_nothing(&plan) {
        return Err(nothing_found(&options.walk));
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
    let plan = match inventory::take(&mut store, &roots, &options.rules(&settings)) {
        Ok(plan) if !found_nothing(&plan) => plan,
        other => {
            store.roll_back();
            let _ = store.close();
            if is_new {
                // It holds nothing, and was not there before.
                let _ = std::fs::remove_file(&options.output);
            }
            return Err(other.err().unwrap_or_else(|| nothing_found(&options.walk)));
        }
    };
    observer.planned(&plan, changed);
    let mut run = Run::new(options, &roots, &settings, plan, store);
    run.begin()?;
    let worked = run.work(&listener, stop, observer);
    run.end(worked, observer)
}

/// A shard to which no file belongs is done, and no fault.
fn found_nothing(plan: &Plan) -> bool {
    plan.found == 0 && plan.elsewhere == 0
}

fn nothing_found(walk: &Walk) -> ArchiveError {
    let mut places: Vec<String> = walk.paths.iter().map(|p| name::to_text(p)).collect();
    let listed = walk.list.iter().map(|list| walk::title(list));
    places.extend(listed.map(|list| format!("what {list} lists")));
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
            keep: true,
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
