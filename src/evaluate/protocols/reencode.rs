//! Recordings passed through a codec by ffmpeg.

use super::EvaluateError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The codec's settings, as ffmpeg takes them.
const AAC: [&str; 4] = ["-c:a", "aac", "-b:a", "64k"];

/// Codes recordings as AAC in a folder that disappears with it.
pub struct Reencoder {
    folder: tempfile::TempDir,
}

impl Reencoder {
    /// A folder to code into; `None` without ffmpeg on the `PATH`.
    ///
    /// # Errors
    /// [`EvaluateError::Codec`] if no temporary folder can be made.
    pub fn new() -> Result<Option<Self>, EvaluateError> {
        let version = Command::new("ffmpeg")
            .arg("-version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !version.is_ok_and(|status| status.success()) {
            return Ok(None);
        }
        let folder = tempfile::tempdir().map_err(|error| EvaluateError::Codec {
            fault: format!("no temporary folder can be made ({error})"),
            remedy: "set TMPDIR to a folder that may be written to",
        })?;
        Ok(Some(Self { folder }))
    }

    /// The recording `path`, coded; `number` names the file. The caller deletes it when done.
    ///
    /// # Errors
    /// [`EvaluateError::Codec`] with what ffmpeg said.
    pub fn encode(&self, path: &Path, number: usize) -> Result<PathBuf, EvaluateError> {
        let coded = self.folder.path().join(format!("{number}.m4a"));
        let failed = |said: &str| EvaluateError::Codec {
            fault: format!("{}: ffmpeg cannot code it ({said})", path.display()),
            remedy: "check that it has the encoder aac and that the disk is not full",
        };
        // Without the prefix, a name with a colon would be taken for a protocol.
        let mut input = OsString::from("file:");
        input.push(path);
        let output = Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-threads", "1", "-i"])
            .arg(input)
            .args(["-vn", "-sn", "-dn"])
            .args(AAC)
            .arg(&coded)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| failed(&error.to_string()))?;
        if output.status.success() {
            return Ok(coded);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(failed(said.lines().next().unwrap_or("it did not say why")))
    }
}
