//! Where a verb's output goes: standard output, or a file that appears whole or not at all.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::NamedTempFile;

/// Standard output, or a file under way.
pub enum Output {
    /// Written through as it comes.
    Stdout(BufWriter<io::Stdout>),
    /// Written beside its place and moved there by [`Output::finish`].
    File {
        /// What is written to.
        temporary: BufWriter<NamedTempFile>,
        /// Where it goes.
        path: PathBuf,
    },
}

impl Output {
    /// Standard output.
    pub fn stdout() -> Self {
        Self::Stdout(BufWriter::new(io::stdout()))
    }

    /// The file at `path`, or standard output for none and for `-`.
    ///
    /// # Errors
    /// If nothing can be written in the folder of `path`.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path.filter(|path| path.as_os_str() != "-") else {
            return Ok(Self::stdout());
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let temporary = temporary_in(folder).with_context(|| {
            let folder = folder.display();
            format!("cannot write in {folder}; make it, or choose another place with -o")
        })?;
        Ok(Self::File {
            temporary: BufWriter::new(temporary),
            path: path.to_owned(),
        })
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
            Self::File { temporary, path } => {
                let context = || format!("cannot write {}", path.display());
                let temporary = temporary.into_inner().map_err(|e| e.into_error());
                let temporary = temporary.with_context(context)?;
                temporary.persist(&path).with_context(context)?;
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

/// The fault of the output itself, so that a closed pipe is known for what it is.
pub fn csv_fault(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// With the permissions that a plain file would get; temporary files are private by default.
fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".earwitness-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::File { temporary, .. } => temporary.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::File { temporary, .. } => temporary.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_old_content_until_the_new_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.csv");
        std::fs::write(&path, "old").unwrap();
        let mut output = Output::open(Some(&path)).unwrap();
        output.write_all(b"new").unwrap();
        output.flush().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        output.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn an_output_given_up_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        drop(Output::open(Some(&dir.path().join("out.csv"))).unwrap());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
