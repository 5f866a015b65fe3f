//! Where a verb's output goes: standard output, or a file that appears whole or not at all.

mod folder;
mod unfinished;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use earwitness::archive::store::Reader;
use earwitness::whole_file::{folder_of, temporary_in};
use tempfile::NamedTempFile;

use super::exit::UsageError;
use unfinished::Unfinished;

pub use folder::new_folder;

/// Standard output, or a file under way.
pub enum Output {
    /// Written through as it comes.
    Stdout(BufWriter<io::Stdout>),
    /// A pipe or a device, which is written to as it comes.
    Through {
        /// What is written to.
        open: BufWriter<File>,
        /// Where it is.
        path: PathBuf,
    },
    /// Written beside its place and moved there by [`Output::finish`].
    File {
        /// What is written to.
        temporary: BufWriter<NamedTempFile>,
        /// Where it goes.
        path: PathBuf,
        /// Removes it if the program is interrupted.
        unfinished: Unfinished,
    },
}

impl Output {
    /// Standard output.
    pub fn stdout() -> Self {
        Self::Stdout(BufWriter::new(io::stdout()))
    }

    /// The file at `path`, or standard output for none and for `-`; `read` are the files that the verb reads.
    ///
    /// # Errors
    /// If `path` is one of those, which would be lost, or nothing can be written there.
    pub fn open<'a>(
        path: Option<&Path>,
        read: impl IntoIterator<Item = &'a Path>,
    ) -> anyhow::Result<Self> {
        let Some(path) = path.filter(|path| path.as_os_str() != "-") else {
            return Ok(Self::stdout());
        };
        keep(read, path)?;
        // A link stays, and what it leads to is written.
        let place = match path.canonicalize() {
            Ok(place) => place,
            Err(_) => followed(path),
        };
        if is_written_through(&place) {
            let open = File::options().write(true).open(&place);
            let open = open.with_context(|| format!("cannot write to {}", path.display()))?;
            return Ok(Self::Through {
                open: BufWriter::new(open),
                path: path.to_owned(),
            });
        }
        if place.is_dir() {
            anyhow::bail!("{} is a folder; name a file in it", path.display());
        }
        let folder = folder_of(&place);
        unfinished::watch();
        let temporary = temporary_in(folder).with_context(|| {
            let folder = folder.display();
            format!("cannot write in {folder}; make it, or choose another place with -o")
        })?;
        Ok(Self::File {
            unfinished: Unfinished::new(temporary.path()),
            temporary: BufWriter::new(temporary),
            path: place,
        })
    }

    /// [`Output::open`] for a verb that reads a database: no recording in it is written over either.
    ///
    /// # Errors
    /// As [`Output::open`], and if the database cannot be read.
    pub fn beside(reader: &Reader, path: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(path) = path.filter(|path| path.as_os_str() != "-") {
            let like = reader.files_like(&path.canonicalize().unwrap_or_default())?;
            if is_one_of(like.iter().map(PathBuf::as_path), path) {
                let (path, database) = (path.display(), reader.name());
                let text = format!(
                    "writing to {path} would overwrite a recording of {database}; name another file"
                );
                return Err(UsageError(text).into());
            }
        }
        Self::open(path, [reader.path()])
    }

    /// A person sees it come.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Stdout(stdout) if stdout.get_ref().is_terminal())
    }

    /// Writes out what is held back; a file gets its name now.
    ///
    /// # Errors
    /// If the disk is full, the pipe closed, or the file's place is taken by something else.
    pub fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Stdout(mut stdout) => stdout.flush().context("cannot write to standard output"),
            Self::Through { mut open, path } => {
                let context = || format!("cannot write to {}", path.display());
                open.flush().with_context(context)
            }
            Self::File {
                temporary,
                path,
                unfinished,
            } => {
                let context = || format!("cannot write {}", path.display());
                let temporary = temporary.into_inner().map_err(|e| e.into_error());
                let temporary = temporary.with_context(context)?;
                temporary.persist(&path).with_context(context)?;
                drop(unfinished);
                Ok(())
            }
        }
    }

    /// Writes `bytes` and nothing else.
    ///
    /// # Errors
    /// As [`Output::finish`].
    pub fn write_once(mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.write_all(bytes).context("cannot write the output")?;
        self.finish()
    }
}

/// Refuses to write over a file that the verb reads: one slip of the keys, and evidence would be lost.
///
/// # Errors
/// [`UsageError`].
pub fn keep<'a>(read: impl IntoIterator<Item = &'a Path>, output: &Path) -> anyhow::Result<()> {
    if is_one_of(read, output) {
        let output = output.display();
        let text = format!(
            "writing to {output} would overwrite a file that is read here; name another file"
        );
        return Err(UsageError(text).into());
    }
    Ok(())
}

/// Makes sure, before work of minutes, that all of `outputs` can be written: none is one of the files that are `read`, or the place of
/// another, and each can be made.
///
/// # Errors
/// As [`Output::open`], and for two outputs in one place.
pub fn try_places<'a>(
    read: impl IntoIterator<Item = &'a Path> + Clone,
    outputs: impl IntoIterator<Item = &'a Path>,
) -> anyhow::Result<()> {
    let mut places = BTreeSet::new();
    for output in outputs {
        drop(Output::open(Some(output), read.clone())?);
        let folder = folder_of(output).canonicalize();
        let place = folder.map(|folder| folder.join(output.file_name().unwrap_or_default()));
        if place.is_ok_and(|place| !is_written_through(&place) && !places.insert(place)) {
            let text = format!(
                "{}: two things cannot be written to one file; name another for one of them",
                output.display()
            );
            return Err(UsageError(text).into());
        }
    }
    Ok(())
}

/// Whether the content of one of these files would be replaced by that of `output`.
fn is_one_of<'a>(read: impl IntoIterator<Item = &'a Path>, output: &Path) -> bool {
    let Ok(place) = output.canonicalize() else {
        return false;
    };
    let is_same = |path: &Path| path.canonicalize().is_ok_and(|path| path == place);
    !is_written_through(&place) && read.into_iter().any(is_same)
}

/// A pipe or a device: what is there is no content that could be replaced.
fn is_written_through(place: &Path) -> bool {
    place
        .metadata()
        .is_ok_and(|facts| !facts.is_file() && !facts.is_dir())
}

/// Where a link leads to whose file is not there yet.
fn followed(path: &Path) -> PathBuf {
    match path.read_link() {
        Ok(target) => path.parent().unwrap_or(Path::new("")).join(target),
        Err(_) => path.to_owned(),
    }
}

/// The fault of the output itself, so that a closed pipe is known for what it is.
pub fn csv_fault(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::Through { open, .. } => open.write(bytes),
            Self::File { temporary, .. } => temporary.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::Through { open, .. } => open.flush(),
            Self::File { temporary, .. } => temporary.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_tried_before_anything_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let (read, model, card) = (at("heard.wav"), at("a.model"), at("a.html"));
        std::fs::write(&read, "sound").unwrap();
        let tried = |outputs: &[&Path]| try_places([read.as_path()], outputs.iter().copied());
        assert!(tried(&[&model, &card]).is_ok());
        assert!(!model.exists() && !card.exists());
        let fault = |outputs: &[&Path]| format!("{:#}", tried(outputs).unwrap_err());
        assert!(fault(&[&model, &read]).contains("is read here"));
        assert!(fault(&[&model, &dir.path().join("./a.model")]).contains("one file"));
        assert!(fault(&[&at("nowhere/a.model")]).contains("nowhere"));
        assert_eq!(std::fs::read(&read).unwrap(), b"sound");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_keeps_its_old_content_until_the_new_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.csv");
        std::fs::write(&path, "old").unwrap();
        let mut output = Output::open(Some(&path), []).unwrap();
        output.write_all(b"new").unwrap();
        output.flush().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        output.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn an_output_given_up_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        drop(Output::open(Some(&dir.path().join("out.csv")), []).unwrap());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_read_is_not_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("video.mp4");
        std::fs::write(&path, "sound").unwrap();
        let other = dir.path().join(".").join("video.mp4");
        let error = Output::open(Some(&other), [path.as_path()])
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("would overwrite"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"sound");
        drop(Output::open(Some(&other), []).unwrap());
    }

    #[test]
    fn a_folder_is_no_file_to_write_to() {
        let dir = tempfile::tempdir().unwrap();
        let error = Output::open(Some(dir.path()), []).err().unwrap();
        assert!(error.to_string().contains("is a folder"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_a_device_is_written_to() {
        let dir = tempfile::tempdir().unwrap();
        for is_there in [true, false] {
            let (link, target) = (dir.path().join("link"), dir.path().join("target"));
            if is_there {
                std::fs::write(&target, "old").unwrap();
            }
            std::os::unix::fs::symlink("target", &link).unwrap();
            let output = Output::open(Some(&link), []).unwrap();
            output.write_once(b"new").unwrap();
            assert_eq!(std::fs::read(&target).unwrap(), b"new");
            assert!(link.symlink_metadata().unwrap().is_symlink());
            std::fs::remove_file(link).unwrap();
            std::fs::remove_file(target).unwrap();
        }
        let pipe = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo");
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::read(pipe).unwrap()
        });
        let output = Output::open(Some(&pipe), []).unwrap();
        output.write_once(b"through").unwrap();
        assert_eq!(reader.join().unwrap(), b"through");
        use std::os::unix::fs::FileTypeExt;
        assert!(pipe.metadata().unwrap().file_type().is_fifo());
    }
}
