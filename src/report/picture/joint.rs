//! Which speeds go with which frequencies at rest, where only part of a pass is heard.

use super::axis::{Axis, Plot};
use super::interval::open;
use super::pass::{KMH, TICKS};
use super::scene::{Ink, Scene};
use crate::verify::physics::JointRow;

/// Axes of speed (km/h) and frequency at rest (Hz) that hold the region.
pub(super) fn axes(rows: &[JointRow]) -> (Axis, Axis) {
    let speeds = rows
        .iter()
        .flat_map(|r| [KMH * r.speed_mps.low, KMH * r.speed_mps.high]);
    let rests = rows.iter().flat_map(|r| [r.rest_hz.low, r.rest_hz.high]);
    (open(speeds, 0.06), open(rests, 0.06))
}

/// The region, a box per row.
pub(super) fn draw(scene: &mut Scene, plot: &Plot, rows: &[JointRow]) {
    plot.grid(scene, TICKS);
    for row in rows {
        let from = plot.nearest(KMH * row.speed_mps.low, row.rest_hz.high);
        let to = plot.nearest(KMH * row.speed_mps.high, row.rest_hz.low);
        scene.rectangle(from, to, Ink::Band);
        let corners = vec![from, (to.0, from.1), to, (from.0, to.1), from];
        scene.lines(vec![corners], Ink::Muted, None);
    }
    plot.axes(scene, TICKS);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::picture::scene::Item;
    use crate::verify::physics::Range;

    #[test]
    fn each_row_is_a_box_at_its_speeds_and_frequencies() {
        let range = |low: f64, high: f64| Range { low, high };
        let row = |n: f64| JointRow {
            speed_mps: range(10.0 * n, 10.0 * (n + 1.0)),
            rest_hz: range(190.0 + n, 195.0 + n),
            share: 0.3,
        };
        let rows = [row(2.0), row(3.0), row(4.0)];
        let (x, y) = axes(&rows);
        assert!(x.holds(72.0) && x.holds(180.0) && y.holds(192.0) && y.holds(199.0));
        let plot = Plot {
            left: 0.0,
            top: 0.0,
            width: 100.0,
            height: 100.0,
            x,
            y,
        };
        let mut scene = Scene::new(100.0, String::new(), String::new());
        draw(&mut scene, &plot, &rows);
        let boxes: Vec<&Vec<(f64, f64)>> = scene
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Area { points, .. } => Some(points),
                _ => None,
            })
            .collect();
        assert_eq!(boxes.len(), 3);
        assert!((boxes[1][0].0 - plot.across(108.0)).abs() < 1e-9);
        assert!((boxes[1][0].1 - plot.up(198.0)).abs() < 1e-9);
        let (mut nothing, (x, y)) = (Scene::new(1.0, String::new(), String::new()), axes(&[]));
        draw(&mut nothing, &Plot { x, y, ..plot }, &[]);
    }
}
