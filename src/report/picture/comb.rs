//! A comb over a spectrogram: dashes on its fundamental and on the lines that are heard.

use super::axis::Plot;
use super::layout::Layout;
use super::scene::{Ink, Scene, Stand, Words};
use super::thin::{stretches, thin};
use crate::spectrum::Track;
use crate::verify::physics::{Comb, Range};

/// A line this much above its gaps is heard, dB: as the tracker counts it.
const HEARD_DB: f64 = 6.5;
/// Lines of a comb that are drawn, the highest first.
const MOST_LINES: usize = 8;

/// A comb to be drawn over a spectrogram.
#[derive(Debug, Clone, PartialEq)]
pub struct CombMark<'a> {
    /// Its fundamental over time.
    pub track: &'a Track,
    /// What is written of its fundamental, Hz: the range that the evidence gives.
    pub range_hz: Range,
    /// The multiples of the fundamental that are drawn, besides the fundamental itself.
    pub orders: Vec<f64>,
}

impl<'a> CombMark<'a> {
    /// The fundamental and the plainest of the lines that are heard, eight at the most.
    pub fn of(comb: &'a Comb) -> Self {
        Self::over(&comb.track, comb.range_hz)
    }

    pub(super) fn over(track: &'a Track, range_hz: Range) -> Self {
        let mut heard: Vec<(f64, f64)> = track
            .orders
            .iter()
            .filter(|l| l.height_db >= HEARD_DB && (l.order - 1.0).abs() > 1e-6)
            .map(|l| (l.order, l.height_db))
            .collect();
        heard.sort_by(|a, b| b.1.total_cmp(&a.1));
        heard.truncate(MOST_LINES);
        let mut orders: Vec<f64> = heard.into_iter().map(|l| l.0).collect();
        orders.sort_by(f64::total_cmp);
        Self {
            track,
            range_hz,
            orders,
        }
    }

    /// Draws it, the `n`th.
    pub(super) fn draw(&self, scene: &mut Scene, plot: &Plot, n: usize, with_lines: bool) {
        let (own, lines) = dashes(n);
        for order in self.orders.iter().filter(|_| with_lines) {
            over(scene, self.runs(plot, *order), lines);
        }
        let fundamental = self.runs(plot, 1.0);
        let start = fundamental.first().and_then(|r| r.first()).copied();
        over(scene, fundamental, own);
        if let Some((x, y)) = start.filter(|_| with_lines) {
            let words = Words::new((x + 3.0, y - 5.0), name(n).to_lowercase());
            scene.write(words.ink(Ink::Over));
        }
    }

    /// Where a multiple of the fundamental lies.
    fn runs(&self, plot: &Plot, order: f64) -> Vec<Vec<(f64, f64)>> {
        let unit_s = (plot.x.to - plot.x.from) / plot.width;
        let place = |t: f64, hz: f64| plot.inside(t, hz);
        stretches(&self.track.points, unit_s)
            .into_iter()
            .flat_map(|own| {
                let at = own.iter().map(|p| (p.time_s, order * p.f0_hz));
                thin(at, 2.0 * unit_s, f64::INFINITY, place)
            })
            .collect()
    }

    /// What the dashes of the `n`th are, in a line of words below `top`; gives the height of its end.
    pub(super) fn legend(&self, scene: &mut Scene, layout: &Layout, n: usize, top: f64) -> f64 {
        let Some(text) = self.in_words() else {
            return top;
        };
        let (own, lines) = dashes(n);
        let line = layout.line;
        let middle = top + 0.52 * line;
        let (from, to) = (layout.left, layout.left + 3.4 * line);
        let ends = ((from, top + 0.12 * line), (to, top + 0.92 * line));
        scene.rectangle(ends.0, ends.1, Ink::Night);
        for (dash, up) in [(own, 0.18), (lines, -0.18)] {
            let height = middle + up * line;
            over(
                scene,
                vec![vec![(from + 5.0, height), (to - 5.0, height)]],
                dash,
            );
        }
        let text = format!("{}: {text}", name(n));
        // Of digits, points and spaces, a little narrower than letters all in all.
        let text = layout.fit(&text, to + 6.0, to + 1.05 * (layout.width - to));
        scene.write(Words::new((to + 6.0, middle), text).stand(Stand::Beside));
        top + line
    }

    /// `193 to 215 Hz, lines x 2 3 4`; `None` for an empty track.
    pub(super) fn in_words(&self) -> Option<String> {
        let Range { low, high } = self.range_hz;
        if !(low.is_finite() && high.is_finite()) {
            return None;
        }
        let mut text = format!("{low:.0} to {high:.0} Hz");
        if !self.orders.is_empty() {
            text.push_str(", lines x");
            for order in &self.orders {
                let order = format!("{order:.2}");
                text.push(' ');
                text.push_str(order.trim_end_matches('0').trim_end_matches('.'));
            }
        }
        Some(text)
    }
}

/// Dashes of a comb's fundamental and of its other lines: each comb has its own, and most of the sound beneath stays
/// in sight.
fn dashes(n: usize) -> ((f64, f64), (f64, f64)) {
    match n {
        0 => ((16.0, 8.0), (5.0, 14.0)),
        1 => ((8.0, 8.0), (2.0, 8.0)),
        _ => ((3.0, 6.0), (1.0, 16.0)),
    }
}

/// What the `n`th comb is called, as in the tables beside the picture.
pub(super) fn name(n: usize) -> String {
    format!("Comb {}", n + 1)
}

/// Light lines with dark edges.
fn over(scene: &mut Scene, runs: Vec<Vec<(f64, f64)>>, dash: (f64, f64)) {
    scene.lines(runs.clone(), Ink::Edge, Some(dash));
    scene.lines(runs, Ink::Over, Some(dash));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::picture::axis::Axis;
    use crate::report::picture::scene::Item;
    use crate::report::picture::testing::track;

    const PLOT: Plot = Plot {
        left: 100.0,
        top: 50.0,
        width: 500.0,
        height: 400.0,
        x: Axis {
            from: 0.0,
            to: 10.0,
            counts: crate::report::picture::axis::Counts::Plain,
        },
        y: Axis {
            from: 0.0,
            to: 2000.0,
            counts: crate::report::picture::axis::Counts::Plain,
        },
    };

    const RANGE: Range = Range {
        low: 98.4,
        high: 102.6,
    };

    fn lines(comb: &CombMark) -> Vec<Vec<(f64, f64)>> {
        let mut scene = Scene::new(700.0, String::new(), String::new());
        comb.draw(&mut scene, &PLOT, 0, true);
        let own = scene.items.into_iter().filter_map(|item| match item {
            Item::Lines {
                runs,
                ink: Ink::Over,
                ..
            } => Some(runs),
            _ => None,
        });
        own.flatten().collect()
    }

    #[test]
    fn the_dashes_lie_where_the_track_and_its_lines_are() {
        let track = track(10.0, |t| 200.0 + 10.0 * t);
        let comb = CombMark {
            track: &track,
            range_hz: RANGE,
            orders: vec![3.0],
        };
        let found = lines(&comb);
        assert_eq!(found.len(), 2);
        for (run, order) in found.iter().zip([3.0, 1.0]) {
            assert!(run[run.len() - 1].0 - run[0].0 > 490.0, "{run:?}");
            for (x, y) in run {
                let hz = order * (200.0 + 10.0 * (x - 100.0) / 50.0);
                assert!((y - (450.0 - hz / 5.0)).abs() < 0.6, "{x} {y} {hz}");
            }
        }
    }

    #[test]
    fn lines_above_the_picture_and_gaps_in_the_track_are_not_bridged() {
        let mut track = track(10.0, |t| 30.0 + 150.0 * t);
        track.points.retain(|p| !(3.0..5.0).contains(&p.time_s));
        let found = lines(&CombMark {
            track: &track,
            range_hz: RANGE,
            orders: vec![2.0],
        });
        assert!(found.iter().flatten().all(|(_, y)| *y >= 50.0));
        // Twice the fundamental leaves the picture at 6.5 s.
        let ends: Vec<f64> = found
            .iter()
            .map(|r| (r[r.len() - 1].0 - 100.0) / 50.0)
            .collect();
        let expected = [3.0, 6.47, 3.0, 10.0];
        for (end, expected) in ends.iter().zip(expected) {
            assert!((end - expected).abs() < 0.15, "{ends:?}");
        }
    }

    #[test]
    fn only_lines_that_are_heard_are_drawn() {
        let mut track = track(2.0, |_| 100.0);
        for (order, height_db) in [(0.5, 3.0), (1.0, 20.0), (1.5, 7.0), (2.0, f64::NAN)] {
            track
                .orders
                .push(crate::spectrum::OrderLevel { order, height_db });
        }
        let comb = CombMark::over(&track, RANGE);
        assert_eq!(comb.orders, [1.5]);
        assert_eq!(
            comb.in_words().as_deref(),
            Some("98 to 103 Hz, lines x 1.5")
        );
        let none = Range {
            low: f64::NAN,
            high: f64::NAN,
        };
        assert_eq!(CombMark::over(&track, none).in_words(), None);
    }
}
