//! When the sound of a Matroska or WebM file starts, by the time stamps of its first packets.

use std::collections::VecDeque;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::formats::Track;
use symphonia::core::packet::Packet;

use super::super::codec::contained;
use super::packets::Packets;

/// Packets of other tracks that may stand before the sound: an hour of video.
const MOST_BEFORE: usize = 100_000;

/// When the sound starts, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Start {
    /// On the clock of the file, from which lengths are counted.
    pub(super) own_s: f64,
    /// After the track that starts first: a recorder's clock may run from when it was switched on, and players start where
    /// something is to be played.
    pub(super) late_s: f64,
}

/// Reads up to the first packet of track `id` and puts it into `queue`; `None` if none comes.
pub(super) fn find(
    packets: &mut Packets,
    id: u32,
    clocks: &[(u32, f64)],
    queue: &mut VecDeque<Packet>,
) -> Option<Start> {
    let mut first_s = f64::INFINITY;
    for _ in 0..MOST_BEFORE {
        // A fault here comes again when the next packet is asked for.
        let packet = contained(|| packets.next_packet()).ok()?.ok()??;
        let clock = clocks.iter().find(|(track, _)| *track == packet.track_id);
        let at_s = clock.map(|(_, tick_s)| packet.pts.get() as f64 * tick_s);
        first_s = at_s.map_or(first_s, |at_s| first_s.min(at_s));
        if packet.track_id == id {
            queue.push_back(packet);
            let own_s = at_s?;
            return Some(Start {
                own_s: own_s.max(0.0),
                late_s: own_s - first_s,
            });
        }
    }
    None
}

/// Seconds per tick of the tracks with pictures or sound.
pub(super) fn clocks(tracks: &[Track]) -> Vec<(u32, f64)> {
    let played = tracks
        .iter()
        .filter(|t| !matches!(t.codec_params, Some(CodecParameters::Subtitle(_))));
    let clock = |t: &Track| {
        let base = t.time_base?;
        Some((
            t.id,
            f64::from(base.numer.get()) / f64::from(base.denom.get()),
        ))
    };
    played.filter_map(clock).collect()
}
