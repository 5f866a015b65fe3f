//! Which recordings an archive consists of: folders, patterns, lists.

mod folder;
mod list;
mod pattern;

use std::path::{Path, PathBuf};

use super::{name, ArchiveError};
use pattern::{split_glob, Patterns};

pub use folder::{walk as folder, EXTENSIONS};
pub use list::read as read_list;
pub(super) use list::title;

/// What a walk came upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file to read.
    File(PathBuf),
    /// A folder, or a part of one, that could not be looked into.
    Unlisted(Unlisted),
}

/// Why a folder could not be looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlisted {
    /// The folder.
    pub path: PathBuf,
    /// For programs: kebab-case and stable.
    pub kind: &'static str,
    /// For people: names the folder, the fault and the remedy.
    pub message: String,
}

impl Found {
    /// The file or folder.
    pub fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Unlisted(unlisted) => &unlisted.path,
        }
    }
}

/// Which recordings are wanted.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    /// Files, folders, and patterns such as `recordings/**/*.wav`.
    pub paths: Vec<PathBuf>,
    /// A list of more of them, `-` for standard input.
    pub list: Option<PathBuf>,
    /// Names in the list end in NUL instead of a newline.
    pub list_ends_in_nul: bool,
    /// If any are given, only files in folders that match one are taken, whatever their extension.
    pub include: Vec<String>,
    /// Files and folders that match one are passed over.
    pub exclude: Vec<String>,
}

/// What was asked for, ready to be walked.
#[derive(Debug)]
pub struct Roots {
    roots: Vec<Root>,
    patterns: Patterns,
}

/// One argument or line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The folder or file, absolute.
    pub path: PathBuf,
    /// What must match below it, where a pattern was given.
    glob: Option<String>,
}

impl Walk {
    /// Reads the list and tells folders from patterns.
    ///
    /// Files come and go, so that a list may name some that are no longer there. A path that was typed is there, and so is
    /// something of a list: else a share is not mounted, or a name mistyped, and all files below it would be taken for deleted.
    ///
    /// # Errors
    /// [`ArchiveError`] if the list cannot be read, a pattern is malformed, or a path is not there.
    pub fn roots(&self) -> Result<Roots, ArchiveError> {
        let mut all = Root::all(&self.paths)?;
        if let Some(missing) = all.iter().find(|root| root.is_missing()) {
            return Err(missing.fault());
        }
        if let Some(list) = &self.list {
            let end = if self.list_ends_in_nul { 0 } else { b'\n' };
            let listed = Root::all(&list::read(list, end)?)?;
            match listed.first() {
                Some(first) if listed.iter().all(Root::is_missing) => return Err(first.fault()),
                None if all.is_empty() => {
                    return Err(ArchiveError::EmptyList { name: title(list) })
                }
                _ => all.extend(listed),
            }
        }
        Ok(Roots {
            roots: all,
            patterns: Patterns::new(&self.include, &self.exclude)?,
        })
    }
}

impl Root {
    fn all(paths: &[PathBuf]) -> Result<Vec<Self>, ArchiveError> {
        paths.iter().map(|path| Self::new(path)).collect()
    }

    fn new(path: &Path) -> Result<Self, ArchiveError> {
        let (base, glob) = match path.exists() {
            true => (path.to_owned(), None),
            false => split_glob(path),
        };
        let path = std::path::absolute(&base).map_err(|error| ArchiveError::List {
            name: base.display().to_string(),
            error,
        })?;
        Ok(Self { path, glob })
    }

    /// Whether it is known not to be there. What lies where nobody can look is not.
    fn is_missing(&self) -> bool {
        matches!(self.path.try_exists(), Ok(false))
    }

    fn fault(&self) -> ArchiveError {
        ArchiveError::Missing {
            place: name::to_text(&self.path),
        }
    }
}

impl Roots {
    /// Each root, in the order given.
    pub fn roots(&self) -> impl Iterator<Item = &Path> {
        self.roots.iter().map(|root| root.path.as_path())
    }

    /// Calls `take` with everything under every root; names are absolute. A file that several roots hold comes
    /// several times. What is named itself is taken whatever it is called; a folder gives what looks like a
    /// recording.
    ///
    /// # Errors
    /// Malformed patterns, and the first error of `take`.
    pub fn walk(
        &self,
        mut take: impl FnMut(&Root, Found) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        for root in &self.roots {
            if !root.path.is_dir() {
                if !self.patterns.excludes(&root.path)? {
                    take(root, Found::File(root.path.clone()))?;
                }
                continue;
            }
            let patterns = self.patterns.below(&root.path, root.glob.as_deref())?;
            let any_name = root.glob.is_some() || self.patterns.includes_any();
            for found in folder::walk_with(&root.path, patterns, any_name) {
                let within = match &found {
                    Found::File(path) => {
                        root.glob.is_none() || self.patterns.allow(&root.path, path)?
                    }
                    Found::Unlisted(_) => true,
                };
                if within {
                    take(root, found)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn found(walk: &Walk, dir: &Path) -> Vec<String> {
        let mut names = Vec::new();
        let roots = walk.roots().unwrap();
        roots
            .walk(|_, found| {
                let name = found.path().strip_prefix(dir).unwrap_or(found.path());
                names.push(name.to_string_lossy().replace('\\', "/"));
                Ok(())
            })
            .unwrap();
        names
    }

    fn tree() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.wav", "b.dat", "sub/c.mp4", "sub/old/d.wav", "x/e.flac"] {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        dir
    }

    fn of(dir: &Path, path: &str) -> Walk {
        Walk {
            paths: vec![dir.join(path)],
            ..Walk::default()
        }
    }

    #[test]
    fn a_folder_gives_its_recordings_and_a_named_file_itself() {
        let dir = tree();
        let all = ["a.wav", "sub/c.mp4", "sub/old/d.wav", "x/e.flac"];
        assert_eq!(found(&of(dir.path(), ""), dir.path()), all);
        assert_eq!(found(&of(dir.path(), "b.dat"), dir.path()), ["b.dat"]);
    }

    #[test]
    fn a_path_that_is_not_there_is_named_and_of_a_list_something_must_be() {
        let dir = tree();
        let missing = |walk: &Walk| walk.roots().unwrap_err().to_string();
        for path in ["gone", "gone/*.wav"] {
            let said = missing(&of(dir.path(), path));
            assert!(said.contains("is not there"), "{said}");
            assert!(said.contains("gone"), "{said}");
        }
        let list = dir.path().join("list");
        let line = |name: &str| format!("{}\n", dir.path().join(name).display());
        let mut walk = of(dir.path(), "x");
        walk.list = Some(list.clone());
        fs::write(&list, line("gone.wav") + &line("a.wav")).unwrap();
        let listed = ["x/e.flac", "gone.wav", "a.wav"];
        assert_eq!(found(&walk, dir.path()), listed);
        fs::write(&list, line("gone.wav") + &line("gone")).unwrap();
        assert!(missing(&walk).contains("gone.wav"));
    }

    #[test]
    fn patterns_take_and_leave() {
        let dir = tree();
        let mut walk = of(dir.path(), "");
        walk.exclude = vec!["old".into()];
        assert_eq!(found(&walk, dir.path()), ["a.wav", "sub/c.mp4", "x/e.flac"]);
        walk.include = vec!["*.wav".into(), "*.dat".into()];
        assert_eq!(found(&walk, dir.path()), ["a.wav", "b.dat"]);
        walk.exclude = vec!["a*".into(), "/sub".into()];
        assert_eq!(found(&walk, dir.path()), ["b.dat"]);
    }

    #[cfg(unix)]
    #[test]
    fn patterns_take_and_leave_dangling_links_as_they_do_files() {
        let dir = tree();
        for name in ["sub/gone.mp4", "x/gone.dat"] {
            std::os::unix::fs::symlink("nothing", dir.path().join(name)).unwrap();
        }
        let mut walk = of(dir.path(), "");
        walk.exclude = vec!["gone*".into(), "old".into()];
        assert_eq!(found(&walk, dir.path()), ["a.wav", "sub/c.mp4", "x/e.flac"]);
        walk.exclude = Vec::new();
        walk.include = vec!["*.wav".into()];
        assert_eq!(found(&walk, dir.path()), ["a.wav", "sub/old/d.wav"]);
        walk.include = vec!["*.dat".into()];
        assert_eq!(found(&walk, dir.path()), ["b.dat", "x/gone.dat"]);
    }

    #[test]
    fn a_pattern_as_path_matches_from_its_folder_on() {
        let dir = tree();
        assert_eq!(found(&of(dir.path(), "*.wav"), dir.path()), ["a.wav"]);
        let deep = ["a.wav", "sub/old/d.wav"];
        assert_eq!(found(&of(dir.path(), "**/*.wav"), dir.path()), deep);
        let mut walk = of(dir.path(), "**/*.wav");
        walk.exclude = vec!["a.wav".into()];
        assert_eq!(found(&walk, dir.path()), ["sub/old/d.wav"]);
        assert_eq!(
            found(&of(dir.path(), "s*/*.mp4"), dir.path()),
            ["sub/c.mp4"]
        );
    }

    #[test]
    fn a_malformed_pattern_is_named() {
        let mut walk = of(Path::new("/"), "");
        walk.include = vec!["a[".into()];
        let error = walk.roots().unwrap_err().to_string();
        assert!(error.contains("a["), "{error}");
    }
}
