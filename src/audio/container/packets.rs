//! Where the packets of a container come from: from symphonia, or from here where a file has so
//! many fragments that symphonia would fill the memory with their tables.

use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatReader, Track};
use symphonia::core::packet::Packet;

use super::super::error::AudioError;
use super::super::source::Source;
use super::fragments::{FragmentedTrack, Fragments};

/// Bytes of tables of fragments that are left to symphonia, which makes up to ten times as much
/// of them: ten minutes of sound or so. Fuzzing, whose files are small, tries both ways.
pub(super) const FEW: u64 = if cfg!(fuzzing) { 512 } else { 128 * 1024 };

/// The packets of an opened container.
pub(super) struct Packets {
    /// symphonia's reader, until its part is done.
    format: Option<Box<dyn FormatReader>>,
    /// What comes after that.
    fragments: Option<Rest>,
}

/// The part of a track that is read here.
struct Rest {
    /// Packets of the track that symphonia still gives.
    before: u32,
    id: u32,
    fragments: Fragments,
}

impl Packets {
    /// The packets of `format`, or those of one `track` only if it goes on in many fragments.
    pub(super) fn new(
        source: &Source,
        format: Box<dyn FormatReader>,
        track: Option<FragmentedTrack>,
    ) -> Result<Self, AudioError> {
        let Some(track) = track else {
            return Ok(Self {
                format: Some(format),
                fragments: None,
            });
        };
        Ok(Self {
            format: (track.in_index > 0).then_some(format),
            fragments: Some(Rest {
                before: track.in_index,
                id: track.id,
                fragments: Fragments::new(source.open()?, track),
            }),
        })
    }

    /// The tracks that symphonia tells of; those of another stream once that has begun.
    pub(super) fn tracks(&self) -> &[Track] {
        self.format.as_ref().map_or(&[], |format| format.tracks())
    }

    /// The next packet; `None` at the end.
    ///
    /// # Errors
    /// Any of symphonia's: the container is broken, cut or can't be read.
    pub(super) fn next_packet(&mut self) -> Result<Option<Packet>, Error> {
        match (&mut self.format, &mut self.fragments) {
            (Some(format), None) => format.next_packet(),
            (Some(format), Some(rest)) => {
                let packet = format.next_packet()?;
                if packet.as_ref().is_some_and(|p| p.track_id == rest.id) {
                    rest.before -= 1;
                }
                if rest.before == 0 {
                    self.format = None;
                }
                Ok(packet)
            }
            (None, Some(rest)) => rest.fragments.next_packet(),
            (None, None) => Ok(None),
        }
    }
}

#[cfg(test)]
#[path = "packets_tests.rs"]
mod tests;
