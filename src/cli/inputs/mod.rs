//! Which recordings a verb works on, and in which order.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::Args;
use earwitness::archive::walk::{self, Found};
use earwitness::audio::Source;
use earwitness::report::Failure;

use super::exit::UsageError;

/// The options that name recordings.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// Recordings, or folders with -r; `-` reads one recording from standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Take all audio and video files in the folders given, by their extension (hidden ones and
    /// other files are passed over; links are followed)
    #[arg(short, long)]
    recursive: bool,

    /// Take more names from a file, one a line; `-` reads them from standard input
    #[arg(long, value_name = "LIST")]
    files_from: Option<PathBuf>,

    /// The names in the list end in NUL instead of a newline, as `find -print0` writes them
    #[arg(short = '0', long, requires = "files_from")]
    null: bool,
}

/// One input, in the order in which it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file to read.
    File(PathBuf),
    /// A recording on standard input.
    Stdin,
    /// A folder, or a part of one, that could not be looked into.
    Unlisted(Failure),
}

impl Input {
    /// The name under which it is answered.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.to_string_lossy().into_owned(),
            Self::Stdin => "-".to_owned(),
            Self::Unlisted(failure) => failure.path.clone(),
        }
    }

    /// What to read; standard input is read to its end now.
    ///
    /// # Errors
    /// If standard input cannot be read; that a folder could not be listed.
    pub fn source(&self) -> Result<Source, Failure> {
        match self {
            Self::File(path) => Ok(Source::Path(path.clone())),
            Self::Stdin => Source::stdin().map_err(|e| Failure::from_audio(self.name(), &e)),
            Self::Unlisted(failure) => Err(failure.clone()),
        }
    }
}

impl From<Found> for Input {
    fn from(found: Found) -> Self {
        match found {
            Found::File(path) => Self::File(path),
            Found::Unlisted(u) => {
                let path = u.path.to_string_lossy();
                Self::Unlisted(Failure::new(path, u.kind, u.message))
            }
        }
    }
}

impl InputArgs {
    /// The inputs: arguments in the order given, then the list; the files of a folder sorted by
    /// name where the folder stands. A file that is reached several times, by whatever name, is
    /// answered once, under the first.
    ///
    /// # Errors
    /// If standard input is wanted twice, the list cannot be read, or nothing is left to do.
    pub fn collect(&self) -> anyhow::Result<Vec<Input>> {
        if self.paths.is_empty() && self.files_from.is_none() {
            let text = "no recording is named; give one, `-`, or a list with --files-from";
            return Err(UsageError(text.into()).into());
        }
        let list_is_stdin = self.files_from.as_deref().is_some_and(is_dash);
        if list_is_stdin && self.paths.iter().any(|path| is_dash(path)) {
            let text = "standard input is given both as a recording and as the list; save one of them to a file";
            return Err(UsageError(text.into()).into());
        }
        let mut collector = Collector::default();
        for path in &self.paths {
            match is_dash(path) {
                true => collector.add(Input::Stdin),
                false => self.add(path, &mut collector),
            }
        }
        if let Some(list) = &self.files_from {
            let end = if self.null { 0 } else { b'\n' };
            for path in walk::read_list(list, end)? {
                self.add(&path, &mut collector);
            }
        }
        if collector.inputs.is_empty() {
            anyhow::bail!("nothing to do: {}", self.nothing_found());
        }
        Ok(collector.inputs)
    }

    /// The files that are read: the recordings `collected`, and the list.
    pub fn read<'a>(&'a self, collected: &'a [Input]) -> impl Iterator<Item = &'a Path> {
        let recordings = collected.iter().filter_map(|input| match input {
            Input::File(path) => Some(path.as_path()),
            Input::Stdin | Input::Unlisted(_) => None,
        });
        recordings.chain(self.files_from.as_deref())
    }

    /// A folder without -r goes through as it is: the reader explains what to do with it.
    fn add(&self, path: &Path, collector: &mut Collector) {
        if self.recursive && path.is_dir() {
            walk::folder(path).for_each(|found| collector.add(found.into()));
        } else {
            collector.add(Input::File(path.to_owned()));
        }
    }

    fn nothing_found(&self) -> String {
        match self.recursive {
            true => format!(
                "no audio or video file in the folders given; names that end in {} are taken",
                walk::EXTENSIONS.join(", ")
            ),
            false => "the list of files is empty".to_owned(),
        }
    }
}

/// The recordings in a folder and below it, sorted by name; what cannot be looked into is passed over.
pub fn files_below(dir: &Path) -> Vec<PathBuf> {
    let all = walk::folder(dir).map(Input::from);
    all.filter_map(|input| match input {
        Input::File(path) => Some(path),
        Input::Stdin | Input::Unlisted(_) => None,
    })
    .collect()
}

fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Keeps the first of every file.
#[derive(Default)]
struct Collector {
    inputs: Vec<Input>,
    seen: HashSet<PathBuf>,
}

impl Collector {
    fn add(&mut self, input: Input) {
        let identity = match &input {
            Input::File(path) => path.canonicalize().unwrap_or_else(|_| path.clone()),
            Input::Stdin => PathBuf::from("-"),
            Input::Unlisted(failure) => PathBuf::from(&failure.path),
        };
        if self.seen.insert(identity) {
            self.inputs.push(input);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(paths: &[PathBuf], recursive: bool) -> InputArgs {
        InputArgs {
            paths: paths.to_vec(),
            recursive,
            files_from: None,
            null: false,
        }
    }

    #[test]
    fn order_is_that_of_the_arguments_and_each_file_comes_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        for name in ["b.wav", "a.wav", "notes.txt"] {
            std::fs::write(path(name), "x").unwrap();
        }
        let given = [path("b.wav"), dir.path().to_owned(), path("notes.txt")];
        let inputs = args(&given, true).collect().unwrap();
        let wanted = ["b.wav", "a.wav", "notes.txt"].map(|n| Input::File(path(n)));
        assert_eq!(inputs, wanted);
    }

    #[test]
    fn a_missing_file_stays_in_the_list_to_be_reported() {
        let given = [PathBuf::from("no/such.wav"), PathBuf::from("no/such.wav")];
        assert_eq!(args(&given, false).collect().unwrap().len(), 1);
    }

    #[test]
    fn a_folder_without_recordings_says_what_was_looked_for() {
        let dir = tempfile::tempdir().unwrap();
        let error = args(&[dir.path().to_owned()], true).collect().unwrap_err();
        assert!(error.to_string().contains("wav, "), "{error}");
    }
}
