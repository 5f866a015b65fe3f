//! Gaps that the time stamps of packets tell of: what was damaged beyond recognition, the container's reader passes over
//! without a word.

use symphonia::core::packet::Packet;
use symphonia::core::units::TimeBase;

/// Longest gap in seconds that is none, where stamps count samples (FLAC, Ogg) ...
const EXACT_S: f64 = 0.005;

/// ... and where they count milliseconds, which recorders write as they come (Matroska).
const ROUGH_S: f64 = 0.1;

/// Follows the time stamps of one track.
pub(super) struct Stamps {
    /// Seconds per tick.
    tick_s: f64,
    least_s: f64,
    /// When the next packet should start; `None` before the first.
    expected_s: Option<f64>,
    /// When the packet at hand starts, and how long it is if it says so.
    at_hand: (f64, f64),
}

impl Stamps {
    /// For a file in `container`; `None` if its stamps are only counted up.
    pub(super) fn new(container: &str, base: Option<TimeBase>) -> Option<Self> {
        let least_s = match container {
            "flac" | "ogg" => EXACT_S,
            "matroska" | "webm" => ROUGH_S,
            _ => return None,
        };
        let base = base?;
        Some(Self {
            tick_s: f64::from(base.numer.get()) / f64::from(base.denom.get()),
            least_s,
            expected_s: None,
            at_hand: (0.0, 0.0),
        })
    }

    /// Takes the next packet; gives how long the gap before it is, in seconds.
    pub(super) fn next(&mut self, packet: &Packet) -> Option<f64> {
        let ticks = [packet.dur, packet.trim_start, packet.trim_end];
        let length_s = ticks.iter().map(|t| t.get() as f64).sum::<f64>() * self.tick_s;
        let start_s = packet.pts.get() as f64 * self.tick_s;
        let gap_s = self.expected_s.map_or(0.0, |expected| start_s - expected);
        self.at_hand = (start_s, length_s);
        self.expected_s = Some(start_s + length_s);
        (gap_s > self.least_s).then_some(gap_s)
    }

    /// Another stream begins, with a clock of its own.
    pub(super) fn restart(&mut self, base: Option<TimeBase>) {
        if let Some(base) = base {
            self.tick_s = f64::from(base.numer.get()) / f64::from(base.denom.get());
        }
        self.expected_s = None;
    }

    /// Takes note of how much sound the packet at hand held, in seconds: some do not say it themselves.
    pub(super) fn decoded(&mut self, seconds: f64) {
        let (start_s, length_s) = self.at_hand;
        self.expected_s = Some(start_s + length_s.max(seconds));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use symphonia::core::units::{Duration, Timestamp};

    fn gaps(container: &str, ticks: u32, packets: &[(i64, u64)]) -> Vec<Option<f64>> {
        let base = TimeBase::try_from_recip(ticks);
        let mut stamps = Stamps::new(container, base).unwrap();
        let packet = |&(start, length)| {
            Packet::new(0, Timestamp::from(start), Duration::new(length), vec![])
        };
        packets.iter().map(|p| stamps.next(&packet(p))).collect()
    }

    #[test]
    fn what_the_stamps_leave_out_is_a_gap() {
        let found = gaps(
            "flac",
            1_000,
            &[(500, 100), (600, 100), (900, 100), (1_000, 100)],
        );
        assert_eq!(found[..2], [None, None]);
        assert!((found[2].unwrap() - 0.2).abs() < 1e-9);
        assert_eq!(found[3], None);
    }

    #[test]
    fn milliseconds_are_rounded_and_late() {
        let jitter = [(0, 20), (31, 20), (38, 20), (63, 20), (60, 20)];
        assert_eq!(gaps("webm", 1_000, &jitter), [None; 5]);
        assert!(gaps("webm", 1_000, &[(0, 20), (160, 20)])[1].is_some());
    }

    #[test]
    fn what_was_decoded_counts_where_packets_tell_no_length() {
        let mut stamps = Stamps::new("webm", TimeBase::try_from_recip(1_000)).unwrap();
        let packet = |start: i64| Packet::new(0, Timestamp::from(start), Duration::new(0), vec![]);
        assert_eq!(stamps.next(&packet(0)), None);
        stamps.decoded(0.12);
        assert_eq!(stamps.next(&packet(120)), None);
    }

    #[test]
    fn stamps_that_are_counted_up_tell_nothing() {
        assert!(Stamps::new("mp3", TimeBase::try_from_recip(44_100)).is_none());
    }
}
