//! Files under way, which an interrupted program takes away.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

/// Those that have no name yet.
static UNDER_WAY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static WATCH: Once = Once::new();
/// What shells give a program that Ctrl-C ended: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

/// A file under way; one that still exists when Ctrl-C or SIGTERM comes is removed.
pub struct Unfinished(PathBuf);

/// Sees to interruptions from now on.
pub fn watch() {
    WATCH.call_once(|| {
        // Refused where a verb sees to interruptions itself.
        let _ = ctrlc::set_handler(|| {
            for path in under_way().drain(..) {
                let _ = std::fs::remove_file(path);
            }
            std::process::exit(INTERRUPTED);
        });
    });
}

impl Unfinished {
    /// Remembers it until dropped.
    pub fn new(path: &Path) -> Self {
        under_way().push(path.to_owned());
        Self(path.to_owned())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        under_way().retain(|path| *path != self.0);
    }
}

fn under_way() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}
