//! Decodes one track of a container, and says at the end what of it is missing.

use std::collections::VecDeque;

use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;
use symphonia::core::units::Duration;

use super::super::codec::{contained, PacketDecoder, PacketError};
use super::super::decoder::{DecodeReport, Decoder, Frames};
use super::super::error::AudioError;
use super::super::losses::Losses;
use super::super::remedy;
use super::super::source::Source;
use super::super::warning::{Warning, WarningKind};
use super::edits::Played;
use super::is_end;
use super::packets::Packets;
use super::places::Places;
use super::stamps::Stamps;
use super::track;

/// Packets in a row that give no sound before the file is given up: no real file has as many,
/// and a hostile one could keep a reader busy for ever.
const MAX_FRUITLESS: u32 = 100_000;

/// Streams in one file that are followed: each costs a search for its end.
const MAX_LINKS: usize = 1_000;

/// A header may promise this much more than can be decoded before it counts as missing, in
/// seconds: containers count whole packets, encoders pad.
const SLACK_S: f64 = 0.25;

/// By what packets that the container's reader passed over are missed.
pub(super) enum Watch {
    Nothing,
    Stamps(Stamps),
    Places(Places),
}

impl Watch {
    /// How many packets of `packet_s` seconds are missing before `packet`, and how long they were. A file that can't be read
    /// here can't be read by its reader either, which says so.
    fn missing(&mut self, packet: &Packet, packet_s: f64) -> Option<(u64, f64)> {
        match self {
            Self::Nothing => None,
            Self::Stamps(stamps) => {
                let gap_s = stamps.next(packet)?;
                let packets = (gap_s / packet_s.max(0.001)).round().max(1.0);
                Some((packets as u64, gap_s))
            }
            Self::Places(places) => {
                let packets = places.next(packet).ok()??;
                Some((packets, packets as f64 * packet_s))
            }
        }
    }
}

/// No encoder of MP3 fills up more packets than these at the end: 1,152 samples of delay, and as many to fill the last one.
const MOST_PADDING: usize = 3;

/// What the headers promise.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Promise {
    /// The length, in seconds.
    pub(super) declared_s: Option<f64>,
    /// The length was taken from where the file ends: it promises nothing.
    pub(super) is_measured: bool,
    /// The file ends before its last part does.
    pub(super) is_cut: bool,
    /// Nothing tells where the file should end: its end comes as unexpectedly as that of one that was cut.
    pub(super) is_endless: bool,
    /// Parts of the file cannot be found.
    pub(super) is_broken: bool,
}

/// Decodes one track of a container.
pub(super) struct ContainerDecoder {
    pub(super) source: Source,
    /// The codec, as people call it.
    pub(super) codec: String,
    pub(super) packets: Packets,
    pub(super) id: u32,
    pub(super) decoder: Box<dyn PacketDecoder>,
    /// Packets read ahead.
    pub(super) queued: VecDeque<Packet>,
    /// What of the decoded sound is played.
    pub(super) played: Played,
    pub(super) promise: Promise,
    pub(super) watch: Watch,
    /// Seconds per tick of the packets' durations; 0 if unknown.
    pub(super) tick_s: f64,
    pub(super) progress: Progress,
}

/// How far decoding came.
#[derive(Debug, Default)]
pub(super) struct Progress {
    decoded_s: f64,
    /// Length of the last packet that could be decoded.
    packet_s: f64,
    losses: Losses,
    /// Packets in a row that the header of an MP3 file says are padding.
    padding: usize,
    /// Streams that followed the first in the same file, and where the first of them did, in seconds of decoded sound.
    links: usize,
    first_link_s: f64,
    /// A stream follows that is not read.
    is_link_unread: bool,
    /// The file ended where more should come.
    is_cut: bool,
    /// Why reading ended before the end.
    fault: Option<String>,
}

impl ContainerDecoder {
    /// The next packet of the track; `None` at the end or where the container is broken.
    fn next_packet(&mut self) -> Option<Packet> {
        if let Some(packet) = self.queued.pop_front() {
            return Some(packet);
        }
        for _ in 0..MAX_FRUITLESS {
            let progress = &mut self.progress;
            let packets = &mut self.packets;
            match contained(|| packets.next_packet()) {
                Ok(Ok(Some(packet))) if packet.track_id == self.id => return Some(packet),
                Ok(Ok(Some(_))) => {}
                Ok(Ok(None)) => return None,
                Ok(Err(Error::IoError(e))) if is_end(&e) => {
                    progress.is_cut = true;
                    return None;
                }
                Ok(Err(Error::ResetRequired)) => {
                    if !self.follow_link() {
                        self.progress.is_link_unread = true;
                        return None;
                    }
                }
                Ok(Err(e)) => {
                    progress.fault = Some(e.to_string());
                    return None;
                }
                Err(_) => {
                    progress.fault = Some("the container reader failed".into());
                    return None;
                }
            }
        }
        self.progress.fault = Some("no sound comes any more".into());
        None
    }

    /// Goes on with the stream that follows in the same file (RFC 3533, 4: chaining); `false` if it is of another kind.
    fn follow_link(&mut self) -> bool {
        let next = track::next_link(&self.source, self.packets.tracks(), &self.codec);
        let Some((id, base, decoder)) = next.filter(|_| self.progress.links < MAX_LINKS) else {
            return false;
        };
        (self.id, self.decoder) = (id, decoder);
        if let Watch::Stamps(stamps) = &mut self.watch {
            stamps.restart(base);
        }
        let progress = &mut self.progress;
        if progress.links == 0 {
            progress.first_link_s = progress.decoded_s;
        }
        progress.links += 1;
        true
    }

    /// Seconds that `packet` is long, or the last one was if it doesn't say so.
    fn length_s(&self, packet: &Packet) -> f64 {
        let ticks = [packet.dur, packet.trim_start, packet.trim_end];
        let own = ticks.iter().map(|t| t.get() as f64).sum::<f64>() * self.tick_s;
        if own > 0.0 {
            own
        } else {
            self.progress.packet_s
        }
    }
}

impl Decoder for ContainerDecoder {
    fn decode(&mut self, frames: &mut Frames) -> Result<bool, AudioError> {
        frames.clear();
        let mut fruitless = 0;
        while fruitless < MAX_FRUITLESS {
            fruitless += 1;
            if self.played.is_over() {
                return Ok(false);
            }
            let Some(mut packet) = self.next_packet() else {
                return Ok(false);
            };
            if let Watch::Places(_) = self.watch {
                self.progress.take_for_sound(&mut packet);
            }
            let length_s = self.length_s(&packet);
            let progress = &mut self.progress;
            if let Some((packets, seconds)) = self.watch.missing(&packet, length_s) {
                progress.losses.add(packets, seconds, progress.decoded_s);
            }
            match self.decoder.decode(&packet.as_packet_ref(), frames) {
                Ok(()) => {}
                Err(PacketError::Skip) => {
                    progress.losses.add(1, length_s, progress.decoded_s);
                    frames.clear();
                    continue;
                }
                Err(PacketError::Fatal(fault)) => {
                    progress.fault = Some(fault);
                    frames.clear();
                    return Ok(false);
                }
            }
            progress.packet_s = frames.seconds();
            if let Watch::Stamps(stamps) = &mut self.watch {
                stamps.decoded(progress.packet_s);
            }
            if !frames.is_empty() {
                fruitless = 0; // A file may be long before what is played of it begins.
            }
            self.played.keep(frames);
            if !frames.is_empty() {
                progress.decoded_s += frames.seconds();
                return Ok(true);
            }
        }
        self.progress.fault = Some("no sound comes any more".into());
        Ok(false)
    }

    fn losses(&self) -> Losses {
        self.progress.losses
    }

    fn report(&mut self) -> DecodeReport {
        if let Watch::Places(places) = &mut self.watch {
            self.progress.is_cut |= places.is_cut().unwrap_or(false);
        }
        let mut report = self.progress.report(self.promise);
        report.warnings.extend(self.progress.joined(&self.source));
        report
    }
}

impl Progress {
    /// The header of an MP3 file counts its frames, and what follows is taken for the encoder's padding. Where files were joined,
    /// it is the sound of the next.
    fn take_for_sound(&mut self, packet: &mut Packet) {
        // Whether a duration is meant with or without what is trimmed differs between readers.
        let is_padding = packet.trim_end != Duration::ZERO && packet.trim_end >= packet.dur;
        self.padding = match is_padding {
            true => self.padding + 1,
            false => 0,
        };
        if self.padding > MOST_PADDING {
            packet.trim_end = Duration::ZERO;
        }
    }

    /// What is said of streams that follow each other.
    fn joined(&self, source: &Source) -> Option<Warning> {
        let (links, at_s) = (self.links, self.first_link_s);
        if self.is_link_unread {
            let (at_s, line) = (self.decoded_s, remedy::ffmpeg_line(source));
            let message = format!("after {at_s:.1} s a second stream of another kind follows in the file, which was not read; write all of it with: {line}");
            return Some(Warning::new(WarningKind::TruncatedData, message));
        }
        let message = match links {
            0 => return None,
            1 => format!("the file holds 2 streams one after the other, joined at {at_s:.1} s; they were heard as one"),
            n => format!("the file holds {} streams one after the other, the first of them joined at {at_s:.1} s; they were heard as one", n + 1),
        };
        Some(Warning::new(WarningKind::JoinedStreams, message))
    }

    fn report(&mut self, promise: Promise) -> DecodeReport {
        let decoded_s = self.decoded_s;
        let slack_s = SLACK_S.max(0.01 * decoded_s);
        let missing_s = promise.declared_s.map_or(0.0, |s| (s - decoded_s).max(0.0));
        let is_cut = promise.is_cut || (self.is_cut && !promise.is_endless);
        if self.fault.is_none() && promise.is_broken && !is_cut {
            self.fault = Some("what follows can't be found".into());
        }
        let mut report = DecodeReport {
            losses: self.losses,
            missing_s: self.losses.seconds,
            fault: self.fault.take(),
            ..DecodeReport::default()
        };
        let is_short = missing_s - self.losses.seconds > slack_s;
        let ends_well = !is_cut && report.fault.is_none();
        if is_short && self.losses.packets > 0 && ends_well {
            // Everything was lost on the way; how long packets were that are missing is but estimated.
            report.losses.seconds = missing_s;
            report.missing_s = missing_s;
            return report;
        }
        if is_short {
            report.missing_s = missing_s;
        }
        report.rest_unread = self.is_link_unread || (report.fault.is_some() && !is_short);
        // A length that was exceeded, or measured on what there is, tells nothing of what is missing.
        let tells = |s: f64| !promise.is_measured && decoded_s <= s + slack_s;
        let is_told = promise.declared_s.is_some_and(tells);
        let total_s = decoded_s + missing_s;
        let message = match &report.fault {
            Some(fault) if is_short => format!(
                "the file is damaged after {decoded_s:.1} s of {total_s:.1} s ({fault}); the rest, {missing_s:.1} s, was left out"
            ),
            Some(fault) => format!(
                "the file is damaged after {decoded_s:.1} s ({fault}); the rest was left out"
            ),
            None if is_short => format!(
                "the file ends early: {decoded_s:.1} s of {total_s:.1} s are there, {missing_s:.1} s are missing"
            ),
            None if is_cut && !is_told => format!(
                "the file ends early: it was cut off after {decoded_s:.1} s, and nothing tells how much is missing"
            ),
            None => return report,
        };
        report
            .warnings
            .push(Warning::new(WarningKind::TruncatedData, message));
        report
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
