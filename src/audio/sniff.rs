//! What the first bytes of a file give away: names for what can't be read here, so that the
//! answer is more than "unknown format".

use super::wav;

/// How many of the first bytes are looked at.
pub(super) const HEAD: usize = 4096;

/// What a file is, as far as its first bytes tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// WAV or a relative: our own reader.
    Wav,
    /// A sound or video format that only ffmpeg decodes.
    Foreign(&'static str),
    /// Something else, and what.
    NotAudio(&'static str),
    /// Left to symphonia's probe.
    Unknown,
}

/// Files that ffmpeg reads and no reader here does.
const FOREIGN: &[(usize, &[u8], &str)] = &[
    (0, b"#!AMR-WB", "AMR-WB"),
    (0, b"#!AMR", "AMR-NB"),
    (
        0,
        b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C",
        "WMA or WMV (ASF)",
    ),
    (0, b"FLV\x01", "Flash video (FLV)"),
    (0, b".RMF", "RealMedia"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"wvpk", "WavPack"),
    (0, b"TTA1", "True Audio"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"DSD ", "DSD"),
    (0, b".snd", "Sun audio (AU)"),
    (0, b"\x0B\x77", "AC-3 or E-AC-3"),
    (0, b"\x7F\xFE\x80\x01", "DTS"),
    (0, b"\x00\x00\x01\xBA", "an MPEG programme stream"),
    (0, b"\x00\x00\x01\xB3", "an MPEG video stream"),
    (8, b"AVI ", "AVI"),
    (0, b"riff\x2E\x91\xCF\x11", "Sony Wave64"),
    (28, b"Speex   ", "Speex"),
    (28, b"CELT    ", "CELT"),
    (0, b"2BIT", "Audio Visual Research"),
    (0, b"Creative Voice File", "Creative Voice"),
];

/// Files that hold no sound.
const NOT_AUDIO: &[(usize, &[u8], &str)] = &[
    (0, b"\xFF\xD8\xFF", "a JPEG picture"),
    (0, b"\x89PNG\r\n\x1A\n", "a PNG picture"),
    (0, b"GIF8", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive: unpack it first"),
    (0, b"\x1F\x8B", "a gzip archive: unpack it first"),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7z archive: unpack it first"),
    (0, b"Rar!", "a RAR archive: unpack it first"),
    (0, b"\xFD7zXZ", "an xz archive: unpack it first"),
    (0, b"\x28\xB5\x2F\xFD", "a zstd archive: unpack it first"),
    (0, b"\x7FELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"SQLite format 3", "a database"),
    (0, b"MThd", "a MIDI file: notes, no sound"),
];

/// Looks at the first bytes of a file, [`HEAD`] of them if there are so many.
pub(super) fn sniff(head: &[u8]) -> Kind {
    let is = |&&(at, magic, _): &&(usize, &[u8], &str)| {
        head.get(at..).is_some_and(|h| h.starts_with(magic))
    };
    if wav::is_wav(head) {
        return Kind::Wav;
    }
    if let Some((_, _, name)) = FOREIGN.iter().find(is) {
        return Kind::Foreign(name);
    }
    if is_transport_stream(head) {
        return Kind::Foreign("an MPEG transport stream");
    }
    if let Some((_, _, name)) = NOT_AUDIO.iter().find(is) {
        return Kind::NotAudio(name);
    }
    if is_text(head) {
        return Kind::NotAudio(if is_web_page(head) {
            "a web page: the download gave a page instead of the file"
        } else {
            "text"
        });
    }
    Kind::Unknown
}

/// Packets of 188 bytes, each with a sync byte (ISO/IEC 13818-1).
fn is_transport_stream(head: &[u8]) -> bool {
    head.len() > 3 * 188 && (0..4).all(|i| head[188 * i] == 0x47)
}

fn is_web_page(head: &[u8]) -> bool {
    let start = head[..head.len().min(512)].to_ascii_lowercase();
    [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|tag| start.windows(tag.len()).any(|w| w == *tag))
}

/// Whether the bytes are UTF-8 (but for a character cut off at the end) without control
/// characters.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.is_empty() && !valid.chars().any(|c| c.is_control() && !c.is_whitespace())
}

/// What the first bytes look like, for people.
pub(super) fn describe(head: &[u8]) -> String {
    match sniff(head) {
        Kind::NotAudio(name) | Kind::Foreign(name) => format!("it looks like {name}"),
        _ if head.iter().all(|&b| b == 0) => {
            "it starts with zeros: an interrupted download or copy".into()
        }
        _ => {
            let bytes: Vec<String> = head.iter().take(8).map(|b| format!("{b:02x}")).collect();
            format!("its first bytes are {}", bytes.join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        assert_eq!(sniff(b"RIFF\x24\0\0\0WAVEfmt "), Kind::Wav);
        assert_eq!(sniff(b"RIFF\x24\0\0\0AVI LIST"), Kind::Foreign("AVI"));
        assert_eq!(sniff(b"#!AMR\n\x04"), Kind::Foreign("AMR-NB"));
        assert_eq!(sniff(b"#!AMR-WB\n"), Kind::Foreign("AMR-WB"));
        assert_eq!(
            sniff(b"PK\x03\x04rest"),
            Kind::NotAudio("a ZIP archive: unpack it first")
        );
        assert_eq!(sniff(b"OggS\0\x02"), Kind::Unknown);
        let speex = [&b"OggS"[..], &[0; 22], b"\x01\x50Speex   1.2"].concat();
        assert_eq!(sniff(&speex), Kind::Foreign("Speex"));
    }

    #[test]
    fn text_is_text_in_any_language_and_cut_anywhere() {
        let text = "Սա ձայնագրություն չէ".as_bytes();
        assert_eq!(sniff(text), Kind::NotAudio("text"));
        assert_eq!(sniff(&text[..text.len() - 1]), Kind::NotAudio("text"));
        assert_eq!(sniff(b"ID3\x03\0\0\0"), Kind::Unknown);
    }

    #[test]
    fn a_web_page_in_place_of_a_video_is_called_that() {
        let Kind::NotAudio(name) = sniff(b"\n<!DOCTYPE html><html>") else {
            panic!("not recognised");
        };
        assert!(name.contains("web page"));
    }

    #[test]
    fn a_transport_stream_is_known_by_its_sync_bytes() {
        let mut head = vec![0xFF; HEAD];
        (0..HEAD).step_by(188).for_each(|i| head[i] = 0x47);
        assert_eq!(sniff(&head), Kind::Foreign("an MPEG transport stream"));
    }
}
