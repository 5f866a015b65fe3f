//! What symphonia reads: ID3, APE, Vorbis comments, the texts of AIFF and CAF.

use symphonia::core::formats::FormatReader;
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::{MetadataRevision, RawValue, Tag};

use super::super::codec::contained;
use super::super::container;
use super::super::source::{Source, Stream};
use super::{keys, Metadata};

/// Adds what the file's tags say; none if symphonia can't open the file.
pub(super) fn read(source: &Source, stream: Stream, head: &[u8], metadata: &mut Metadata) {
    let media = MediaSourceStream::new(Box::new(stream), Default::default());
    let Ok(mut format) = container::demux(source, media, head) else {
        return;
    };
    // A panic costs the tags that were still to come.
    contained(|| add(format.as_mut(), metadata)).ok();
}

fn add(format: &mut dyn FormatReader, metadata: &mut Metadata) {
    let mut log = format.metadata();
    while let Some(revision) = log.current() {
        revise(revision, metadata);
        if log.pop().is_none() {
            break;
        }
    }
}

fn revise(revision: &MetadataRevision, metadata: &mut Metadata) {
    let place = revision.info.short_name;
    let tracks = revision.per_track.iter().map(|t| &t.metadata);
    for container in std::iter::once(&revision.media).chain(tracks) {
        for tag in &container.tags {
            let place = format!("{place}/{}", tag.raw.key);
            metadata.add(keys::name(&tag.raw.key), &value(tag), place);
        }
        for visual in &container.visuals {
            let picture = format!("{} bytes", visual.data.len());
            metadata.add("picture", &picture, format!("{place}/picture"));
        }
    }
}

fn value(tag: &Tag) -> String {
    match &tag.raw.value {
        RawValue::Binary(bytes) => format!("{} bytes", bytes.len()),
        value => value.to_string(),
    }
}
