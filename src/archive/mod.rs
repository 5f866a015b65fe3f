//! Many recordings: found, classified on all cores, and kept in a database from which the work goes on after any
//! interruption.
//!
//! [`run`] is the whole of it. The [`walk`] finds files; an inventory compares them with the database and leaves what
//! is to do; the [`work`] hashes and classifies them in processes of their own, so that a file that hangs
//! or takes all memory costs itself only; the [`store`] writes what comes back in transactions of a second. At the
//! end recordings that share sound are grouped. `docs/archive.md` documents the database.
//!
//! What is kept depends on the recordings, the model and the prior alone: not on the number of workers, the
//! order in which they finish, or how often the run was interrupted (but for the tables `runs` and `work`, which say
//! who did what when).

pub mod answer;
mod error;
pub mod events;
mod facts;
pub mod id;
mod inventory;
mod merge;
pub mod name;
mod parts;
mod place;
pub mod query;
pub mod recorded;
mod reuse;
mod run;
mod settings;
mod shard;
pub mod store;
pub mod time;
pub mod walk;
pub mod work;

pub use error::ArchiveError;
pub use facts::Facts;
pub use inventory::Plan;
pub use merge::{merge, Merged};
pub use parts::{Parts, Split};
pub use run::{plan, run, Observer, Options, Summary};
pub use settings::{LabelRow, Listener, Settings, Setup};
pub use shard::Shard;
