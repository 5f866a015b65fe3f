//! Two combs that nearly meet: a propeller's and, through a gear, its shaft's.
//!
//! A gearbox of 1.48 to 1 puts two turns of the shaft, in thirds, at 0.988 of the propeller's rate. One comb over both then has the
//! lines of the shaft at its multiples, and the propeller's own, its lowest and loudest, lie 1.2 % off them.

use super::super::LONG;
use super::orders::median;
use super::peak::Peak;

/// Lines looked at, counted from the fundamental.
const LINES: usize = 2;
/// How far off its multiple a line is looked for: share, least in bins, and most as a share of the distance between lines.
const REACH: (f64, f64, f64) = (0.035, 1.2, 0.35);
/// Least height of such a line, in nepers of power, and the share of the frames in which each must stand out.
const STANDS_OUT: (f32, f64) = (2.0, 0.6);
/// How far the lines must lie off, share, and how nearly by the same.
const OFF: f64 = 0.006;
const ALIKE: f64 = 0.004;

/// By what the fundamental must be multiplied to stand where the lowest lines do, if they lie off it, all by one share: those
/// are another comb's. `frames` are whitened frames with their fundamentals in Hz; `divisor` is how many of its lines go into one
/// fundamental. Where it is 1 there are no lines between that a second comb could have brought, and none is looked for.
///
/// The constants were chosen on rendered scenes other than those of `evaluate --protocol tracks`.
pub(super) fn of_low_lines(frames: &[(&[f32], f64)], divisor: usize) -> Option<f64> {
    if divisor < 2 || frames.is_empty() {
        return None;
    }
    let mut ratios: [Vec<f64>; LINES] = Default::default();
    for (whitened, f0) in frames {
        let fundamental = f0 / f64::from(LONG.bin_hz());
        for (order, ratios) in (1..).zip(&mut ratios) {
            let centre = f64::from(order) * fundamental;
            let most = REACH.2 * fundamental / divisor as f64;
            let reach = (REACH.0 * centre).max(REACH.1).min(most);
            let peak = Peak::near(whitened, centre, reach);
            let plain = peak.filter(|peak| peak.height >= STANDS_OUT.0);
            ratios.extend(plain.map(|peak| peak.bin / centre));
        }
    }
    let enough = STANDS_OUT.1 * frames.len() as f64;
    if ratios.iter().any(|own| (own.len() as f64) < enough) {
        return None;
    }
    let [first, second] = ratios.map(|own| median(own.into_iter()));
    let off = [first - 1.0, second - 1.0];
    let lie_off = off[0] * off[1] > 0.0 && off[0].abs().min(off[1].abs()) > OFF;
    // The second is measured twice as well.
    (lie_off && (first - second).abs() < ALIKE).then_some((first + 2.0 * second) / 3.0)
}

#[cfg(test)]
mod tests {
    use super::super::super::LINE_BINS;
    use super::*;

    /// A frame with lines at these frequencies, as wide as a window makes them.
    fn frame(lines_hz: &[f64]) -> Vec<f32> {
        let height = |bin: usize| {
            let off = |hz: &f64| bin as f64 - hz / f64::from(LONG.bin_hz());
            let of = |hz: &f64| 4.0 - off(hz).powi(2);
            lines_hz.iter().map(of).fold(0.0, f64::max) as f32
        };
        (0..LINE_BINS).map(height).collect()
    }

    fn found(lines_hz: &[f64], f0: f64, divisor: usize) -> Option<f64> {
        let frame = frame(lines_hz);
        of_low_lines(&[(&frame[..], f0); 20], divisor)
    }

    #[test]
    fn a_propellers_lines_beside_a_shafts_multiples_say_where_they_stand() {
        // The shaft turns 1.48 times as fast; its thirds are followed, two of them for a turn of the propeller.
        let (turn, shaft) = (90.0, 133.2);
        let lines = [turn, shaft, 2.0 * turn, 2.0 * shaft, 3.0 * shaft];
        let by = found(&lines, 2.0 * shaft / 3.0, 2).unwrap();
        assert!((by * 2.0 * shaft / 3.0 / turn - 1.0).abs() < 0.002, "{by}");
    }

    #[test]
    fn lines_that_stand_where_they_should_move_nothing() {
        let lines: Vec<f64> = (1..9).map(|k| 45.0 * f64::from(k)).collect();
        assert_eq!(found(&lines, 90.0, 2), None);
        // One line of another sound beside the fundamental is no comb.
        let with_hum: Vec<f64> = [92.0]
            .into_iter()
            .chain(lines.into_iter().skip(2))
            .collect();
        assert_eq!(found(&with_hum, 90.0, 2), None);
    }

    #[test]
    fn without_lines_between_there_is_no_second_comb() {
        assert_eq!(found(&[91.0, 182.0], 90.0, 1), None);
        assert_eq!(of_low_lines(&[], 2), None);
    }
}
