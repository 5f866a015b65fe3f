//! Recordings passed through a codec by ffmpeg.

use super::EvaluateError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A codec with its settings.
#[derive(Debug, Clone, Copy)]
pub struct Codec {
    /// What reports call it.
    pub name: &'static str,
    /// Its settings, as ffmpeg takes them.
    arguments: &'static [&'static str],
    /// Ending of its files.
    extension: &'static str,
}

/// AAC as many phones and sites use it.
pub const AAC: Codec = Codec {
    name: "AAC, 64 kbit/s",
    arguments: &["-c:a", "aac", "-b:a", "64k"],
    extension: "m4a",
};
/// Opus as messengers send voice.
pub const OPUS: Codec = Codec {
    name: "Opus, 24 kbit/s",
    arguments: &["-c:a", "libopus", "-b:a", "24k"],
    extension: "ogg",
};
/// MP3 as archives keep it.
pub const MP3: Codec = Codec {
    name: "MP3, 64 kbit/s",
    arguments: &["-c:a", "libmp3lame", "-b:a", "64k"],
    extension: "mp3",
};

/// The three at 48 kHz, the rate of videos, whatever the rate of what is coded.
pub const AT_48_KHZ: [Codec; 3] = [
    Codec {
        name: AAC.name,
        arguments: &["-ar", "48000", "-c:a", "aac", "-b:a", "64k"],
        extension: AAC.extension,
    },
    Codec {
        name: OPUS.name,
        arguments: &["-ar", "48000", "-c:a", "libopus", "-b:a", "24k"],
        extension: OPUS.extension,
    },
    Codec {
        name: MP3.name,
        arguments: &["-ar", "48000", "-c:a", "libmp3lame", "-b:a", "64k"],
        extension: MP3.extension,
    },
];

/// Codes recordings in a folder that disappears with it.
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

    /// Where the files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Codes recordings, each as the file that comes back in its place; `number` keeps the names of
    /// batches apart. One ffmpeg codes them all: to start it takes as long as to code a clip. The
    /// caller deletes the files when done.
    ///
    /// # Errors
    /// [`EvaluateError::Codec`] with what ffmpeg said.
    pub fn encode(
        &self,
        codec: Codec,
        paths: &[&Path],
        number: usize,
    ) -> Result<Vec<PathBuf>, EvaluateError> {
        let failed = |said: &str| {
            EvaluateError::Codec {
            fault: format!("ffmpeg cannot code the recordings ({said})"),
            remedy: "check that it has the encoders aac, libopus and libmp3lame and that the disk is not full",
        }
        };
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-v", "error"]);
        for path in paths {
            // Without the prefix, a name with a colon would be taken for a protocol.
            let mut input = OsString::from("file:");
            input.push(path);
            command.args(["-threads", "1", "-i"]).arg(input);
        }
        let name = |place: usize| {
            let name = format!("{number}-{place}.{}", codec.extension);
            self.folder.path().join(name)
        };
        let coded: Vec<PathBuf> = (0..paths.len()).map(name).collect();
        for (place, file) in coded.iter().enumerate() {
            let sound = format!("{place}:a:0");
            command.args(["-map", &sound]).args(codec.arguments);
            command.arg(file);
        }
        let output = command
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
