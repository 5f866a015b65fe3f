//! The line that converts a recording which cannot be read here.

use std::path::{Path, PathBuf};

use super::shell::quoted;
use super::source::Source;

/// `ffmpeg -i INPUT -vn -ac 1 -ar 16000 OUTPUT.wav`, quoted for a POSIX shell.
pub(super) fn ffmpeg_line(source: &Source) -> String {
    let (input, output) = match source {
        Source::Path(path) => (
            quoted(ffmpeg_safe(path).as_os_str()),
            quoted(output_name(path).as_os_str()),
        ),
        Source::Memory { .. } => ("INPUT".to_owned(), "OUTPUT.wav".to_owned()),
    };
    format!("ffmpeg -i {input} -vn -ac 1 -ar 16000 {output}")
}

/// `ffmpeg -i INPUT -map 0:a:N -ac 1 -ar 16000 OUTPUT.wav`, which takes out audio track `number`, counted from 1.
pub(super) fn track_line(source: &Source, number: usize) -> String {
    let (input, output) = places(source, &format!("-track-{number}"));
    let place = number.saturating_sub(1);
    format!("ffmpeg -i {input} -map 0:a:{place} -ac 1 -ar 16000 {output}")
}

/// The line that takes out channel `number`, counted from 1, of audio track `track`.
pub(super) fn channel_line(source: &Source, number: usize, track: Option<usize>) -> String {
    let (input, output) = places(source, &format!("-channel-{number}"));
    let place = number.saturating_sub(1);
    let map = track.map_or(String::new(), |t| {
        format!(" -map 0:a:{}", t.saturating_sub(1))
    });
    format!("ffmpeg -i {input} -vn{map} -af 'pan=mono|c0=c{place}' -ar 16000 {output}")
}

/// The line that takes out all the sound of an MP4 file, be it played or not.
pub(super) fn all_line(source: &Source) -> String {
    let (input, output) = places(source, "-all");
    format!("ffmpeg -ignore_editlist 1 -i {input} -vn -ac 1 -ar 16000 {output}")
}

/// Input and output, quoted; the output has `ending` behind its name.
fn places(source: &Source, ending: &str) -> (String, String) {
    match source {
        Source::Path(path) => {
            let output = ffmpeg_safe(&free(beside(path, ending)));
            (
                quoted(ffmpeg_safe(path).as_os_str()),
                quoted(output.as_os_str()),
            )
        }
        Source::Memory { .. } => ("INPUT".to_owned(), "OUTPUT.wav".to_owned()),
    }
}

/// Beside the input; never the input itself.
fn output_name(path: &Path) -> PathBuf {
    let is_wav = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("wav"));
    let wanted = match is_wav {
        true => beside(path, "-16k"),
        false => path.with_extension("wav"),
    };
    ffmpeg_safe(&free(wanted))
}

/// The WAV beside a file, with its name and `ending`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut stem = path.file_stem().unwrap_or_default().to_owned();
    stem.push(format!("{ending}.wav"));
    path.with_file_name(stem)
}

/// This place, or one beside it where nothing is yet: the line must not cost another recording.
fn free(wanted: PathBuf) -> PathBuf {
    let numbered = (2..).map(|n| beside(&wanted, &format!("-{n}")));
    let mut places = std::iter::once(wanted.clone()).chain(numbered);
    let found = places.find(|place| place.symlink_metadata().is_err());
    found.unwrap_or(wanted)
}

/// ffmpeg takes `-name` for an option and `a:name` for a protocol; a leading `./` prevents both.
fn ffmpeg_safe(path: &Path) -> PathBuf {
    let bytes = path.as_os_str().as_encoded_bytes();
    let risky =
        bytes.first() == Some(&b'-') || (bytes.first() != Some(&b'/') && bytes.contains(&b':'));
    if risky {
        Path::new(".").join(path)
    } else {
        path.to_path_buf()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(path: &str) -> String {
        ffmpeg_line(&Source::Path(path.into()))
    }

    #[test]
    fn no_file_that_is_there_is_named_as_output() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for name in ["a.json", "a.wav", "a-2.wav", "b.wav", "b-16k.wav"] {
            std::fs::write(at(name), "").unwrap();
        }
        let line = |name: &str| line(at(name).to_str().unwrap());
        assert!(line("a.json").ends_with("a-3.wav"), "{}", line("a.json"));
        assert!(line("b.wav").ends_with("b-16k-2.wav"), "{}", line("b.wav"));
    }

    #[test]
    fn a_plain_name_stays_plain() {
        assert_eq!(
            line("clips/a.mp4"),
            "ffmpeg -i clips/a.mp4 -vn -ac 1 -ar 16000 clips/a.wav"
        );
    }

    #[test]
    fn spaces_and_quotes_are_quoted() {
        assert_eq!(
            line("it's a drone.3gp"),
            r"ffmpeg -i 'it'\''s a drone.3gp' -vn -ac 1 -ar 16000 'it'\''s a drone.wav'"
        );
    }

    #[test]
    fn a_track_is_taken_out_by_its_place_into_a_file_of_its_own() {
        assert_eq!(
            track_line(&Source::Path("two tracks.mp4".into()), 2),
            "ffmpeg -i 'two tracks.mp4' -map 0:a:1 -ac 1 -ar 16000 'two tracks-track-2.wav'"
        );
        assert!(track_line(&Source::memory("m", *b""), 1).contains("INPUT -map 0:a:0 "));
    }

    #[test]
    fn a_channel_is_taken_out_by_its_place() {
        assert_eq!(
            channel_line(&Source::Path("a.wav".into()), 2, None),
            "ffmpeg -i a.wav -vn -af 'pan=mono|c0=c1' -ar 16000 a-channel-2.wav"
        );
        assert!(channel_line(&Source::memory("m", *b""), 1, Some(2)).contains("-map 0:a:1 "));
    }

    #[test]
    fn a_newline_survives_a_shell() {
        assert!(line("a\nb.amr").starts_with(r"ffmpeg -i $'a\nb.amr' "));
    }

    #[test]
    fn a_wav_is_not_overwritten() {
        assert!(line("a.WAV").ends_with(" a-16k.wav"));
    }

    #[test]
    fn names_that_ffmpeg_takes_for_options_or_protocols_get_a_prefix() {
        assert!(line("-x.amr").contains("-i ./-x.amr "));
        assert!(line("12:30.amr").contains("-i ./12:30.amr "));
    }
}
