//! Recordings are hashed and classified, several at a time.
//!
//! The work is done in processes: the program calls itself, and each process gets its tasks and gives its results
//! through pipes. A file that makes a decoder hang, crash or take all memory then costs that file and a new
//! process, and nothing else. It costs no throughput worth measuring against threads (`cargo bench --bench
//! archive`), which are there too for a caller that has no program to call.

mod guard;
mod hand;
mod limits;
mod message;
mod pool;
mod process;
mod serve;
mod spool;

pub use hand::{Hashed, Listening};
pub use limits::Limits;
pub use process::Launcher;
pub use serve::serve;

pub(super) use pool::{Done, Pool, Task, Work};
pub(super) use spool::Spool;

/// Where the work is done.
#[derive(Debug, Clone)]
pub enum Workers {
    /// In processes of this program.
    Processes(Launcher),
    /// In threads of this process: a file that hangs holds its thread for ever, and one that takes all memory
    /// takes it from all.
    Threads,
}

/// Why a file has no answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fault {
    /// For programs: kebab-case and stable; those of [`AudioError::kind`](crate::audio::AudioError::kind), and `internal`,
    /// `changed`, `crashed`, `time-limit`, `memory-limit`.
    pub kind: String,
    /// For people: names the file, the fault and the remedy.
    pub message: String,
}

impl Fault {
    /// A fault with its message.
    pub fn new(kind: &str, message: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            message: message.into(),
        }
    }

    /// Whether the worker was lost over it, so that it would be over the same sound again.
    pub(super) fn is_costly(&self) -> bool {
        ["crashed", "time-limit", "memory-limit"].contains(&self.kind.as_str())
    }
}
