//! Which of the two analyses tells more of a comb.

use super::orders::median;
use super::Track;

/// Only combs with a fundamental below this, Hz, need the longer frames.
const CLOSE_HZ: f64 = 62.5;
/// How near to a whole number a ratio must be, share.
const NEAR: f64 = 0.015;
/// Lines between the multiples that the shorter frames followed count as heard from this median height on, dB, and from this share
/// of the median height of those multiples. Chosen on rendered scenes other than those of `evaluate --protocol tracks`.
const HEARD: (f64, f64) = (4.0, 0.3);

/// Whether the comb that the longer frames found is one that the shorter ones could not resolve: its lines stand close, and it is
/// another comb than `plain`, or `plain` is a multiple of it that is no octave and the lines between are heard.
pub(super) fn resolves_more(slow: &Track, plain: &Track) -> bool {
    let ratio = ratio(plain, slow);
    slow.median_hz() < CLOSE_HZ && (!is_whole(ratio) || fills(slow, ratio.round() as usize))
}

/// Median ratio of two tracks where both are heard.
fn ratio(a: &Track, b: &Track) -> f64 {
    let mut ratios = a.over(b);
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(1.0)
}

/// Whether two fundamentals in this ratio are orders of one comb: one a multiple of the other, or two to three.
fn is_whole(ratio: f64) -> bool {
    let larger = ratio.max(1.0 / ratio);
    let is_near = |of: f64| (of / of.round() - 1.0).abs() < NEAR;
    is_near(larger) || (larger / 1.5 - 1.0).abs() < NEAR
}

/// Whether lines of a comb are heard between every `by`-th of them; not asked of octaves, whose lines between are a shaft's between
/// its blades', so that either may be called the fundamental.
fn fills(comb: &Track, by: usize) -> bool {
    if by < 3 || by.is_power_of_two() {
        return false;
    }
    let height = |own: bool| {
        let whole = comb
            .orders
            .iter()
            .filter(|level| level.order.fract() == 0.0);
        let looked_at = whole
            .filter(|level| level.order <= (4 * by) as f64)
            .filter(|level| (level.order as usize).is_multiple_of(by) == own);
        median(looked_at.map(|level| level.height_db))
    };
    height(false) > HEARD.0.max(HEARD.1 * height(true))
}

#[cfg(test)]
mod tests {
    use super::super::{hop_s, OrderLevel, TrackPoint};
    use super::*;

    fn track(f0_hz: f64, height_db: impl Fn(usize) -> f64) -> Track {
        let point = |n: usize| TrackPoint {
            time_s: n as f64 * hop_s(),
            f0_hz,
            low_hz: f0_hz,
            high_hz: f0_hz,
            contrast: 1.0,
        };
        let level = |k: usize| OrderLevel {
            order: k as f64,
            height_db: height_db(k),
        };
        Track {
            points: (0..50).map(point).collect(),
            divisor: 1,
            orders: (1..=16).map(level).collect(),
        }
    }

    #[test]
    fn a_slow_propeller_is_resolved_where_its_own_lines_are_heard() {
        let third = track(84.0, |_| 15.0);
        let every = track(28.0, |k| if k % 3 == 0 { 18.0 } else { 9.0 });
        assert!(resolves_more(&every, &third));
        // Nothing stands between the thirds: a fraction of the comb, no comb of its own.
        let only_thirds = track(28.0, |k| if k % 3 == 0 { 18.0 } else { 1.0 });
        assert!(!resolves_more(&only_thirds, &third));
    }

    #[test]
    fn octaves_are_left_and_other_combs_taken() {
        let shaft = track(45.0, |_| 12.0);
        assert!(!resolves_more(&shaft, &track(90.0, |_| 12.0)));
        assert!(resolves_more(&shaft, &track(102.0, |_| 12.0)));
        let fast = track(80.0, |_| 12.0);
        assert!(!resolves_more(&fast, &track(240.0, |_| 12.0)));
    }
}
