//! Values with their intervals: as areas over time, and in words.

use super::axis::{fixed, Axis, Plot};
use super::scene::{Ink, Scene};
use super::thin::{stretches, thin};
use crate::spectrum::TrackPoint;
use crate::verify::physics::Estimate;

/// The 90 % intervals of a track's points as areas.
pub(super) fn band(scene: &mut Scene, plot: &Plot, points: &[TrackPoint]) {
    let unit_s = (plot.x.to - plot.x.from) / plot.width;
    let is_shown =
        |p: &&TrackPoint| plot.x.holds(p.time_s) && p.low_hz.is_finite() && p.high_hz.is_finite();
    let shown: Vec<TrackPoint> = points.iter().filter(is_shown).copied().collect();
    for own in stretches(&shown, unit_s) {
        let edge = |of: fn(&TrackPoint) -> f64| {
            let all = own.iter().map(|p| (p.time_s, of(p)));
            let place = |t: f64, hz: f64| Some(plot.nearest(t, hz));
            thin(all, 2.0 * unit_s, f64::INFINITY, place).concat()
        };
        let (low, high) = (edge(|p| p.low_hz), edge(|p| p.high_hz));
        scene.area(
            low.into_iter().chain(high.into_iter().rev()).collect(),
            Ink::Band,
        );
    }
}

/// An axis that holds all values, and some more at either end.
pub(super) fn open(values: impl Iterator<Item = f64>, more: f64) -> Axis {
    let (low, high) = values
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        });
    let room = more * (high - low).max(0.02 * high.abs());
    Axis::plain(low - room, high + room)
}

/// `12.3 (11.9 to 12.8)`.
pub(super) fn with_ends(e: Estimate, decimals: usize) -> String {
    let [value, low, high] = [e.value, e.low, e.high].map(|v| fixed(v, decimals));
    format!("{value} ({low} to {high})")
}

pub(super) fn scaled(e: Estimate, by: f64) -> Estimate {
    Estimate {
        value: by * e.value,
        low: by * e.low,
        high: by * e.high,
    }
}

pub(super) fn shifted(e: Estimate, by: f64) -> Estimate {
    Estimate {
        value: by + e.value,
        low: by + e.low,
        high: by + e.high,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::picture::scene::Item;
    use crate::report::picture::testing::track;

    #[test]
    fn an_area_reaches_from_the_lower_ends_to_the_upper_ones() {
        let mut track = track(4.0, |_| 100.0);
        track.points[20].low_hz = f64::NAN;
        let plot = Plot {
            left: 0.0,
            top: 0.0,
            width: 400.0,
            height: 100.0,
            x: Axis::plain(0.0, 4.0),
            y: Axis::plain(95.0, 105.0),
        };
        let mut scene = Scene::new(400.0, String::new(), String::new());
        band(&mut scene, &plot, &track.points);
        let [Item::Area { points, .. }] = &scene.items[..] else {
            panic!("{:?}", scene.items)
        };
        // 99.5 to 100.5 Hz.
        assert!(points
            .iter()
            .all(|p| (p.1 - 45.0).abs() < 1e-6 || (p.1 - 55.0).abs() < 1e-6));
        assert!(points.iter().any(|p| p.0 < 2.0) && points.iter().any(|p| p.0 > 390.0));
    }

    #[test]
    fn an_axis_is_opened_round_what_are_numbers() {
        let axis = open([2.0, f64::NAN, 4.0].into_iter(), 0.1);
        assert!((axis.from - 1.8).abs() < 1e-9 && (axis.to - 4.2).abs() < 1e-9);
        let none = open(std::iter::empty(), 0.1);
        assert!(none.from.is_finite() && none.to > none.from);
    }
}
