//! MP4 and MOV: times, brands, handlers, user data and both kinds of item lists (ISO/IEC 14496-12; QuickTime File
//! Format, "Movie atoms", "User data atoms" and "Metadata").

use std::io;

use super::super::container::boxes::{be32, be64, BoxHead};
use super::super::container::ebml::bytes_at;
use super::super::container::mp4::read_at;
use super::super::source::Stream;
use super::item;
use super::{keys, text, time, Metadata, MAX_VALUE};

/// Real files have some dozen; a hostile one may have millions.
const MAX_BOXES: usize = 20_000;

/// Item lists are six deep; a hostile file may nest without end.
const MAX_DEPTH: usize = 8;

/// Names of keys that are read.
const MAX_KEYS: usize = 200;

/// Reads the boxes of `stream`.
pub(super) fn read(stream: &mut Stream, metadata: &mut Metadata) -> io::Result<()> {
    let end = stream.len();
    let mut walk = Walk {
        stream,
        metadata,
        boxes: 0,
        tracks: 0,
        times: [0; 2],
        names: Vec::new(),
    };
    walk.children(0, end, &Place::default())
}

/// Where in the nesting a box stands.
#[derive(Debug, Clone, Default)]
struct Place {
    depth: usize,
    path: String,
}

impl Place {
    fn within(&self, name: &str) -> Self {
        let slash = if self.path.is_empty() { "" } else { "/" };
        Self {
            depth: self.depth + 1,
            path: format!("{}{slash}{name}", self.path),
        }
    }

    fn holds(&self, name: &str) -> bool {
        self.path.ends_with(name)
    }
}

struct Walk<'a> {
    stream: &'a mut Stream,
    metadata: &'a mut Metadata,
    boxes: usize,
    tracks: usize,
    /// When the movie was created and modified, as it is written.
    times: [u64; 2],
    /// What the numbers of the items at hand stand for.
    names: Vec<String>,
}

impl Walk<'_> {
    fn children(&mut self, mut position: u64, end: u64, place: &Place) -> io::Result<()> {
        if place.depth == MAX_DEPTH {
            return Ok(());
        }
        while position.saturating_add(8) <= end && self.boxes < MAX_BOXES {
            self.boxes += 1;
            let bytes = read_at::<16>(self.stream, position)?;
            let Some(found) = BoxHead::parse(&bytes, position, end) else {
                break;
            };
            let stop = found.end.min(end);
            self.visit(&found, stop, place)?;
            position = stop;
        }
        Ok(())
    }

    /// `place`: of what holds the box.
    fn visit(&mut self, found: &BoxHead, stop: u64, place: &Place) -> io::Result<()> {
        let start = found.body;
        let name = text::of_bytes(&found.kind);
        match &found.kind {
            b"moov" | b"mdia" | b"minf" => self.children(start, stop, &place.within(&name))?,
            b"udta" => self.children(start, stop, &place.within(&name))?,
            b"trak" => {
                self.tracks += 1;
                let name = format!("track {}", self.tracks);
                self.children(start, stop, &place.within(&name))?;
            }
            b"ftyp" if place.depth == 0 => self.brands(start, stop)?,
            b"mvhd" | b"tkhd" | b"mdhd" => self.times(&name, start, place)?,
            // QuickTime has a second handler, for the data, which says nothing of the kind.
            b"hdlr" if place.holds("mdia") => self.handler(start, stop, place)?,
            b"meta" => self.meta(start, stop, &place.within(&name))?,
            b"keys" if place.holds("meta") => self.keys(start, stop)?,
            b"ilst" if place.holds("meta") => self.children(start, stop, &place.within(&name))?,
            _ if place.holds("ilst") => self.item(found, stop, place)?,
            _ if place.holds("udta") => {
                let body = bytes_at(self.stream, start, stop, MAX_VALUE)?;
                if let Some(value) = item::user_data(&found.kind, &body) {
                    let place = place.within(&name).path;
                    self.metadata.add(keys::name(&name), &value, place);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What the file is and can be read as, four characters each.
    fn brands(&mut self, start: u64, stop: u64) -> io::Result<()> {
        let body = bytes_at(self.stream, start, stop, 256)?;
        let brands: Vec<String> = body.chunks_exact(4).map(text::of_bytes).collect();
        let Some((major, others)) = brands.split_first() else {
            return Ok(());
        };
        self.metadata.add("brand", major, "ftyp".into());
        // Between them stands a version.
        let others = others.get(1..).unwrap_or_default();
        self.metadata
            .add("compatible-brands", &others.join(" "), "ftyp".into());
        Ok(())
    }

    /// Times of creation and modification: those of a track where they are not the movie's.
    fn times(&mut self, name: &str, start: u64, place: &Place) -> io::Result<()> {
        let body = read_at::<20>(self.stream, start)?;
        let times = if body[0] == 1 {
            [be64(&body[4..]), be64(&body[12..])]
        } else {
            [be32(&body[4..]), be32(&body[8..])].map(u64::from)
        };
        if name == "mvhd" {
            self.times = times;
        } else if times == self.times {
            return Ok(());
        }
        for (key, seconds) in ["created", "modified"].into_iter().zip(times) {
            if let Some(date) = time::since_1904(seconds) {
                self.metadata.add(key, &date, place.within(name).path);
            }
        }
        Ok(())
    }

    /// The name of what wrote the track, at the end of its handler: bytes before a zero, or as many as a first byte
    /// says (QuickTime).
    fn handler(&mut self, start: u64, stop: u64, place: &Place) -> io::Result<()> {
        let body = bytes_at(self.stream, start.saturating_add(24), stop, MAX_VALUE)?;
        let name = match body.split_first() {
            Some((&len, rest)) if usize::from(len) == rest.len() => rest,
            _ => text::before_zero(&body),
        };
        let name = text::of_bytes(name);
        self.metadata
            .add("handler", &name, place.within("hdlr").path);
        Ok(())
    }

    /// In MP4, four bytes of version stand before the boxes; in QuickTime none do.
    fn meta(&mut self, start: u64, stop: u64, place: &Place) -> io::Result<()> {
        let bytes = read_at::<8>(self.stream, start)?;
        let version = if &bytes[4..] == b"hdlr" { 0 } else { 4 };
        self.names.clear();
        self.children(start.saturating_add(version), stop, place)
    }

    fn keys(&mut self, start: u64, stop: u64) -> io::Result<()> {
        let count = be32(&read_at::<8>(self.stream, start)?[4..]);
        let mut position = start.saturating_add(8);
        for _ in 0..(count as usize).min(MAX_KEYS) {
            let size = u64::from(be32(&read_at::<8>(self.stream, position)?));
            let end = position.saturating_add(size);
            if size < 8 || end > stop {
                break;
            }
            let name = bytes_at(self.stream, position + 8, end, 256)?;
            self.names.push(text::of_bytes(&name));
            position = end;
        }
        Ok(())
    }

    /// An item: its name, or its number among the keys, and its values.
    fn item(&mut self, found: &BoxHead, stop: u64, place: &Place) -> io::Result<()> {
        let body = bytes_at(self.stream, found.body, stop, MAX_VALUE)?;
        let number = (be32(&found.kind) as usize).checked_sub(1);
        let own = number.and_then(|n| self.names.get(n)).cloned();
        let own = own
            .or_else(|| item::own_name(&body))
            .unwrap_or_else(|| text::of_bytes(&found.kind));
        for value in item::values(&body) {
            let place = place.within(&own).path;
            self.metadata.add(keys::name(&own), &value, place);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "mp4_tests.rs"]
mod tests;
