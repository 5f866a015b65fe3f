//! Speech to lay over recordings, made by whatever speaks here.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::evaluate::protocols::trial::read_samples;

const TEXT: &str = "They came over the ridge early in the morning, and we heard it before we saw it. \
Look there, above the trees. It is turning. Everybody get inside now. My neighbour filmed it from the \
balcony and sent it to me. I do not know what it was, but it was loud, and then there was a bang somewhere \
behind the station. We waited, and nothing more came.";
const VOICES: [&str; 4] = ["en", "en+f3", "en+m5", "en+f5"];
const FLITE_VOICES: [&str; 4] = ["slt", "rms", "awb", "kal16"];

/// The text spoken by four voices, 16 kHz mono, and who spoke; `None` if neither espeak-ng nor an ffmpeg with
/// flite is installed.
pub(super) fn speech(folder: &Path) -> Option<(String, Vec<f32>)> {
    let file = folder.join("speech.wav");
    let espeak = |voice: &str| {
        let mut command = Command::new("espeak-ng");
        command.args(["-v", voice, "-w"]).arg(&file).arg(TEXT);
        command
    };
    let flite = |voice: &str| {
        let text = TEXT.replace(',', "");
        let source = format!("flite=voice={voice}:text='{text}'");
        let mut command = Command::new("ffmpeg");
        command
            .args([
                "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &source,
            ])
            .arg(&file);
        command
    };
    let spoken = |who: &str, voices: [&str; 4], command: &dyn Fn(&str) -> Command| {
        let mut samples = Vec::new();
        for voice in voices {
            let said = command(voice)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            if !said.is_ok_and(|status| status.success()) {
                return None;
            }
            samples.extend(read_samples(&file).ok()?);
        }
        (!samples.is_empty()).then(|| (format!("{who}, four voices"), samples))
    };
    spoken("espeak-ng", VOICES, &espeak).or_else(|| spoken("ffmpeg's flite", FLITE_VOICES, &flite))
}
