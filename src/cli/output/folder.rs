//! A folder that clips are written to.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::exit::UsageError;

/// The folder at `output`, which is empty or not there yet: clips would mix with what is in it, and an archive take them for
/// recordings.
///
/// # Errors
/// [`UsageError`] if none is named, or something is there.
pub fn new_folder(output: Option<&Path>) -> anyhow::Result<PathBuf> {
    let refused = |text: String| Err(UsageError(text).into());
    let Some(folder) = output.filter(|output| output.as_os_str() != "-") else {
        let text = "clips are several files; name a folder for them with -o, or take --format csv";
        return refused(text.into());
    };
    let fault = match folder
        .read_dir()
        .map(|mut entries| entries.next().is_none())
    {
        Ok(true) => return Ok(folder.to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(folder.to_owned()),
        Ok(false) => "is not empty".to_owned(),
        Err(error) => format!("cannot be used ({error})"),
    };
    let folder = folder.display();
    refused(format!("{folder}: {fault}; name a new folder with -o"))
}
