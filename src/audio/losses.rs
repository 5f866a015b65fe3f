//! What is lost of the sound on the way: packets that are missing or can't be decoded are left out, and what
//! follows moves up.

use super::warning::{Warning, WarningKind};

/// What was lost up to some place of a recording.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Losses {
    /// Packets that are missing or could not be decoded; an estimate where they are missing.
    pub(super) packets: u64,
    /// How long they were, in seconds, as far as is known.
    pub(super) seconds: f64,
    /// Where the first was lost, in seconds of what was decoded.
    pub(super) first_s: f64,
}

impl Losses {
    /// Counts `packets` of `seconds` in all that are lost after `decoded_s` of sound.
    pub(super) fn add(&mut self, packets: u64, seconds: f64, decoded_s: f64) {
        if self.packets == 0 {
            self.first_s = decoded_s;
        }
        self.packets = self.packets.saturating_add(packets);
        if seconds.is_finite() {
            self.seconds += seconds.max(0.0);
        }
    }

    /// Says what was lost, of which `before` stands before the passage that was asked for.
    pub(super) fn warning(&self, before: &Losses) -> Option<Warning> {
        let own = self.packets - before.packets.min(self.packets);
        let message = match (own, self.packets) {
            (_, 0) => return None,
            (0, packets) => format!(
                "{}; {}",
                left_out(packets, " before the passage"),
                times(before.seconds, None)?
            ),
            (own, _) => {
                let consequence = times(self.seconds, Some(self.first_s));
                let consequence = consequence.map_or(String::new(), |c| format!("; {c}"));
                format!("{}{consequence}", left_out(own, ""))
            }
        };
        Some(Warning::new(WarningKind::SkippedPackets, message))
    }
}

fn left_out(packets: u64, place: &str) -> String {
    match packets {
        1 => format!("1 packet{place} is missing or could not be decoded, and was left out"),
        n => format!("{n} packets{place} are missing or could not be decoded, and were left out"),
    }
}

/// What it does to the times that are given; `None` if next to nothing.
fn times(seconds: f64, first_s: Option<f64>) -> Option<String> {
    let from = first_s.map_or(String::new(), |s| format!(" after {s:.1} s"));
    (seconds >= 0.001).then(|| format!("times{from} may be too early by up to {seconds:.2} s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(losses: &Losses, before: &Losses) -> Option<String> {
        losses.warning(before).map(|w| w.message)
    }

    #[test]
    fn what_was_lost_is_said_with_what_it_does_to_times() {
        let mut losses = Losses::default();
        assert_eq!(said(&losses, &losses), None);
        losses.add(3, 0.25, 12.0);
        losses.add(1, 0.01, 15.0);
        assert_eq!(
            said(&losses, &Losses::default()).unwrap(),
            "4 packets are missing or could not be decoded, and were left out; \
             times after 12.0 s may be too early by up to 0.26 s"
        );
    }

    #[test]
    fn losses_before_a_passage_move_its_times_and_are_not_its_own() {
        let mut before = Losses::default();
        before.add(2, 0.5, 3.0);
        assert_eq!(
            said(&before, &before).unwrap(),
            "2 packets before the passage are missing or could not be decoded, and were left out; \
             times may be too early by up to 0.50 s"
        );
        let mut all = before;
        all.add(1, 0.5, 30.0);
        assert!(said(&all, &before)
            .unwrap()
            .starts_with("1 packet is missing"));
    }
}
