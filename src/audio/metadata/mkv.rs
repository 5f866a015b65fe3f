//! Matroska and WebM: the segment's information and the tags (RFC 9559, 5.1.2 and 5.1.8).

use std::io;

use super::super::container::ebml::{self, Element, UNKNOWN};
use super::super::source::Stream;
use super::{keys, text, time, Metadata, MAX_VALUE};

/// A recording of an hour has some thousand; a hostile file may have millions.
const MAX_ELEMENTS: usize = 20_000;

/// Tags within tags, to this depth.
const MAX_DEPTH: usize = 8;

mod id {
    pub(super) const EBML: u32 = 0x1A45_DFA3;
    pub(super) const DOC_TYPE: u32 = 0x4282;
    pub(super) const SEGMENT: u32 = 0x1853_8067;
    pub(super) const INFO: u32 = 0x1549_A966;
    pub(super) const DATE: u32 = 0x4461;
    pub(super) const TITLE: u32 = 0x7BA9;
    pub(super) const MUXING_APP: u32 = 0x4D80;
    pub(super) const WRITING_APP: u32 = 0x5741;
    pub(super) const TAGS: u32 = 0x1254_C367;
    pub(super) const TAG: u32 = 0x7373;
    pub(super) const TARGETS: u32 = 0x63C0;
    pub(super) const TRACK: u32 = 0x63C5;
    pub(super) const SIMPLE_TAG: u32 = 0x67C8;
    pub(super) const TAG_NAME: u32 = 0x45A3;
    pub(super) const TAG_STRING: u32 = 0x4487;
}

/// Reads the elements of `stream`.
pub(super) fn read(stream: &mut Stream, metadata: &mut Metadata) -> io::Result<()> {
    let end = stream.len();
    let mut walk = Walk {
        stream,
        metadata,
        elements: 0,
        name: String::new(),
        place: String::new(),
    };
    walk.children(0, end, 0)
}

struct Walk<'a> {
    stream: &'a mut Stream,
    metadata: &'a mut Metadata,
    elements: usize,
    /// Name of the tag at hand.
    name: String,
    /// Of what the tag at hand speaks.
    place: String,
}

impl Walk<'_> {
    fn children(&mut self, mut position: u64, end: u64, depth: usize) -> io::Result<()> {
        while position < end && self.elements < MAX_ELEMENTS && depth < MAX_DEPTH {
            self.elements += 1;
            let Some(found) = ebml::element(self.stream, position)? else {
                break;
            };
            let stop = found.end().min(end);
            self.visit(&found, stop, depth + 1)?;
            // A cluster of a live recording has no size: what comes after it can't be found.
            if found.size == UNKNOWN && found.id != id::SEGMENT {
                break;
            }
            position = stop;
        }
        Ok(())
    }

    fn visit(&mut self, found: &Element, stop: u64, depth: usize) -> io::Result<()> {
        match found.id {
            id::EBML | id::SEGMENT | id::INFO | id::TAGS | id::SIMPLE_TAG => {
                self.children(found.body, stop, depth)?;
            }
            id::TAG => {
                self.place = "Tags".into();
                self.children(found.body, stop, depth)?;
            }
            id::TARGETS => self.children(found.body, stop, depth)?,
            id::TRACK => {
                let track = ebml::number_at(self.stream, found.body, stop)?;
                self.place = format!("Tags/track {track}");
            }
            id::DOC_TYPE => self.text("brand", "EBML/DocType", found, stop)?,
            id::TITLE => self.text("title", "Info/Title", found, stop)?,
            id::MUXING_APP => self.text("muxing-app", "Info/MuxingApp", found, stop)?,
            id::WRITING_APP => self.text("writing-app", "Info/WritingApp", found, stop)?,
            id::DATE if stop.checked_sub(found.body) == Some(8) => {
                let date = ebml::number_at(self.stream, found.body, stop)?;
                if let Some(date) = time::since_2001(date as i64) {
                    self.metadata.add("created", &date, "Info/DateUTC".into());
                }
            }
            id::TAG_NAME => self.name = self.value(found, stop)?,
            id::TAG_STRING => {
                let value = self.value(found, stop)?;
                let place = format!("{}/{}", self.place, self.name);
                self.metadata.add(keys::name(&self.name), &value, place);
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, key: &str, place: &str, found: &Element, stop: u64) -> io::Result<()> {
        let value = self.value(found, stop)?;
        self.metadata.add(key, &value, place.into());
        Ok(())
    }

    fn value(&mut self, found: &Element, stop: u64) -> io::Result<String> {
        let bytes = ebml::bytes_at(self.stream, found.body, stop, MAX_VALUE)?;
        Ok(text::of_bytes(text::before_zero(&bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::metadata;
    use crate::audio::Source;

    fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
        [
            id,
            &[0x40 | (body.len() >> 8) as u8, body.len() as u8],
            body,
        ]
        .concat()
    }

    fn tags_of(bytes: Vec<u8>) -> Vec<(String, String, String)> {
        let found = metadata(&Source::memory("test", bytes)).unwrap();
        let tags = found.tags.into_iter();
        tags.map(|t| (t.key, t.value, t.place)).collect()
    }

    #[test]
    fn information_and_tags_are_read_from_both_sides_of_the_sound() {
        let date = element(&[0x44, 0x61], &86_400_000_000_000i64.to_be_bytes());
        let info = [
            date,
            element(&[0x4D, 0x80], b"Lavf60.16.100"),
            element(&[0x57, 0x41], b"an app\x1b"),
        ];
        let simple = [
            element(&[0x45, 0xA3], b"ENCODER"),
            element(&[0x44, 0x87], b"Lavc libopus"),
        ];
        let target = element(&[0x63, 0xC0], &element(&[0x63, 0xC5], &[7]));
        let tag = [target, element(&[0x67, 0xC8], &simple.concat())].concat();
        let segment = [
            element(&[0x15, 0x49, 0xA9, 0x66], &info.concat()),
            element(&[0x1F, 0x43, 0xB6, 0x75], &[0; 3000]),
            element(&[0x12, 0x54, 0xC3, 0x67], &element(&[0x73, 0x73], &tag)),
        ];
        let file = [
            element(&[0x1A, 0x45, 0xDF, 0xA3], &element(&[0x42, 0x82], b"webm")),
            element(&[0x18, 0x53, 0x80, 0x67], &segment.concat()),
        ];
        let expected = [
            ("brand", "webm", "EBML/DocType"),
            ("created", "2001-01-02T00:00:00Z", "Info/DateUTC"),
            ("muxing-app", "Lavf60.16.100", "Info/MuxingApp"),
            ("writing-app", "an app\\u{1b}", "Info/WritingApp"),
            ("encoder", "Lavc libopus", "Tags/track 7/ENCODER"),
        ];
        let expected = expected.map(|(k, v, p)| (k.to_owned(), v.to_owned(), p.to_owned()));
        assert_eq!(tags_of(file.concat()), expected);
    }

    #[test]
    fn nesting_without_end_and_damage_are_given_up() {
        let deep = b"\x67\xC8\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF".repeat(5000);
        let head = element(&[0x1A, 0x45, 0xDF, 0xA3], b"");
        assert_eq!(tags_of([head.clone(), deep].concat()), []);
        assert_eq!(tags_of([head, b"\x44\x61\x88".to_vec()].concat()), []);
    }
}
