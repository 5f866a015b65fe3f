//! What a file says about itself: when, where, with which device and with which program it was made.
//!
//! All of it can be set at will and is changed by every program and site that the file went through: it is a
//! claim to be checked, never a measurement. The bytes are read here where symphonia leaves them unread (MP4 and
//! MOV boxes, Matroska elements, WAV chunks, the names of Vorbis and Opus encoders); ID3, Vorbis comments and the
//! texts of AIFF and CAF come from symphonia.

#[cfg(test)]
mod damage_tests;
mod item;
mod keys;
mod mkv;
mod mp4;
mod tagged;
mod text;
pub(crate) mod time;
mod vendor;
mod wav;

use std::io::{Seek, SeekFrom};

use serde::{Deserialize, Serialize};

use super::container::{mkv as matroska, mp4 as movie};
use super::error::AudioError;
use super::sniff;
use super::source::Source;
use super::wav::is_wav;

/// Tags that are given; a hostile file may hold millions.
const MAX_TAGS: usize = 200;

/// Bytes of a value that are read.
const MAX_VALUE: u64 = 4096;

/// One thing that a file says about itself, unverified.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetadataTag {
    /// What it is: `created`, `modified` (ISO 8601, UTC), `make`, `model`, `software`, `encoder`, `location`,
    /// `handler`, `brand` ...; a tag that has no name here keeps its own.
    pub key: String,
    /// What the file says, with control characters escaped, at most 1,000 characters.
    pub value: String,
    /// Where in the file it stands: `moov/mvhd`, `moov/udta/©mak`, `LIST/INFO/ISFT`, `bext`, `id3v2/TSSE` ...
    pub place: String,
}

/// What a file says about itself, unverified, in the order in which it stands there.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Metadata {
    /// The tags.
    pub tags: Vec<MetadataTag>,
    /// Tags that were left out because there are more than 200.
    pub left_out: usize,
}

impl Metadata {
    /// The values of all tags called `key`.
    pub fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let tags = self.tags.iter().filter(move |tag| tag.key == key);
        tags.map(|tag| tag.value.as_str())
    }

    /// Adds a tag, unless it says nothing or the same stands there already.
    fn add(&mut self, key: &str, value: &str, place: String) {
        let tag = MetadataTag {
            key: text::clean(key),
            value: text::clean(value),
            place: text::clean(&place),
        };
        if tag.value.is_empty() || self.tags.contains(&tag) {
            return;
        }
        if self.tags.len() < MAX_TAGS {
            self.tags.push(tag);
        } else {
            self.left_out += 1;
        }
    }
}

/// Reads what a file says about itself. The file is only read; what is damaged is left out, and a format that
/// holds no such things, or that is not read here, has no tags.
///
/// # Errors
/// [`AudioError`] if the file is missing, no file, or can't be read.
pub fn metadata(source: &Source) -> Result<Metadata, AudioError> {
    let mut stream = source.open()?;
    let io = |e| AudioError::io(source, e);
    let mut head = vec![0; sniff::HEAD];
    let read = stream.read_up_to(&mut head).map_err(io)?;
    head.truncate(read);
    stream.seek(SeekFrom::Start(0)).map_err(io)?;
    let mut metadata = Metadata::default();
    if is_wav(&head) {
        wav::read(&mut stream, &mut metadata).map_err(io)?;
    } else if movie::is_mp4(&head) {
        mp4::read(&mut stream, &mut metadata).map_err(io)?;
    } else if matroska::is_mkv(&head) {
        mkv::read(&mut stream, &mut metadata).map_err(io)?;
    } else if sniff::sniff(&head) == sniff::Kind::Unknown {
        vendor::read(&mut stream, &mut metadata).map_err(io)?;
        stream.seek(SeekFrom::Start(0)).map_err(io)?;
        tagged::read(source, stream, &head, &mut metadata);
    }
    Ok(metadata)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_tags_is_cut_and_counted() {
        let mut metadata = Metadata::default();
        for i in 0..1000 {
            metadata.add("comment", &format!("number {i}"), "udta".into());
        }
        assert_eq!((metadata.tags.len(), metadata.left_out), (MAX_TAGS, 800));
    }

    #[test]
    fn what_says_nothing_or_the_same_again_is_no_tag() {
        let mut metadata = Metadata::default();
        metadata.add("make", " \0", "a".into());
        metadata.add("make", "Acme", "a".into());
        metadata.add("make", "Acme\0", "a".into());
        metadata.add("make", "Acme", "b".into());
        assert_eq!(metadata.values("make").count(), 2);
    }

    #[test]
    fn what_is_no_recording_has_no_tags_and_what_is_no_file_is_an_error() {
        let text = Source::memory("a", *b"This is a text, and no recording.");
        assert_eq!(metadata(&text).unwrap(), Metadata::default());
        assert_eq!(metadata(&Source::memory("a", *b"")).unwrap().tags, []);
        let missing = Source::Path("/no/such/file.mp4".into());
        assert_eq!(metadata(&missing).unwrap_err().kind(), "not-found");
    }
}
