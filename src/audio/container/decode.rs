//! Decodes one track of a container, and says at the end what of it is missing.

use std::collections::VecDeque;

use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;
use symphonia::core::units::Duration;

use super::super::codec::{contained, PacketDecoder, PacketError};
use super::super::decoder::{DecodeReport, Decoder, Frames};
use super::super::error::AudioError;
use super::super::losses::Losses;
use super::super::warning::{Warning, WarningKind};
use super::is_end;
use super::packets::Packets;
use super::places::Places;
use super::stamps::Stamps;

/// Packets in a row that give no sound before the file is given up: no real file has as many,
/// and a hostile one could keep a reader busy for ever.
const MAX_FRUITLESS: u32 = 100_000;

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
    pub(super) packets: Packets,
    pub(super) id: u32,
    pub(super) decoder: Box<dyn PacketDecoder>,
    /// Packets read ahead.
    pub(super) queued: VecDeque<Packet>,
    /// Frames that the encoder put before the sound, still to be dropped.
    pub(super) skip: u64,
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
        let progress = &mut self.progress;
        for _ in 0..MAX_FRUITLESS {
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
                    progress.fault = Some("another stream follows".into());
                    return None;
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
        progress.fault = Some("no sound comes any more".into());
        None
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
        for _ in 0..MAX_FRUITLESS {
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
            if self.skip > 0 {
                self.skip -= frames.skip(self.skip.try_into().unwrap_or(usize::MAX)) as u64;
            }
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
        self.progress.report(self.promise)
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
