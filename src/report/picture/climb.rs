//! A climb, as that of a dive: the track, the straight line that gives its rate, and its end.

use super::axis::{fixed, Axis, Plot};
use super::interval::{band, open, with_ends};
use super::key::{self, Sample};
use super::layout::{Layout, IN_PAGE};
use super::scene::{Anchor, Ink, Scene, Words};
use super::thin::{stretches, thin};
use super::PictureError;
use crate::spectrum::Track;
use crate::verify::physics::Climb;

/// Height of the plot.
const HEIGHT: f64 = 300.0;
const TICKS: (usize, usize) = (10, 7);
/// Dashes of the end.
const END: (f64, f64) = (3.0, 4.0);
/// The end is shown if it comes so soon after the top, s.
const SOON_S: f64 = 20.0;

/// What a picture of a climb shows.
#[derive(Debug, Clone)]
pub struct ClimbPicture<'a> {
    /// The climb.
    pub climb: &'a Climb,
    /// The track that climbs.
    pub track: &'a Track,
    /// Where in the recording the first sample stands, s.
    pub starts_s: f64,
}

impl ClimbPicture<'_> {
    /// The picture for a page; needs [`STYLE`](super::STYLE).
    ///
    /// # Errors
    /// None today; as the other pictures'.
    pub fn svg(&self) -> Result<String, PictureError> {
        self.scene(&IN_PAGE).svg("climb")
    }

    fn scene(&self, layout: &Layout) -> Scene {
        let mut scene = Scene::new(
            layout.width,
            "Climb: frequency against time".to_owned(),
            self.description(),
        );
        let (time, line_ends) = (self.time(), self.line_ends());
        let (left, line) = (layout.left, layout.line);
        let own = self.track.points.iter().filter(|p| time.holds(p.time_s));
        let plot = Plot {
            left,
            top: 6.0 + line,
            width: layout.width - left - 24.0,
            height: HEIGHT,
            x: time,
            y: open(own.map(|p| p.f0_hz).chain(line_ends.map(|p| p.1)), 0.1),
        };
        let caption = format!("Fundamental: Hz against {}", time.unit());
        scene.write(Words::new((left, 6.0 + 0.72 * line), caption));
        plot.grid(&mut scene, TICKS);
        band(&mut scene, &plot, &self.track.points);
        self.draw_end(&mut scene, &plot, line);
        let unit_s = (time.to - time.from) / plot.width;
        for own in stretches(&self.track.points, unit_s) {
            let points = own.iter().map(|p| (p.time_s, p.f0_hz));
            let runs = thin(points, unit_s, f64::INFINITY, |t, hz| plot.inside(t, hz));
            scene.lines(runs, Ink::Measured, None);
        }
        let straight = line_ends.map(|(t, hz)| plot.nearest(t, hz));
        scene.lines(vec![straight.to_vec()], Ink::Accent, None);
        plot.axes(&mut scene, TICKS);
        let y = plot.bottom() + 8.0 + line;
        scene.height = key::draw(&mut scene, layout, y, &self.key(&plot)) + 4.0;
        scene
    }

    /// The climb, what comes before it for as long again, and the end if it comes soon.
    fn time(&self) -> Axis {
        let (span, points) = (self.climb.span_s, &self.track.points);
        let length = (span.high - span.low).clamp(1.0, 30.0);
        let first = points.first().map_or(span.low, |p| p.time_s);
        let from = (span.low - length).max(first.min(span.low));
        let end = match self.climb.end_s - span.high <= SOON_S {
            true => self.climb.end_s.max(span.high),
            false => span.high + length,
        };
        Axis::time(from - 0.1, end + 0.1 * (end - from) + 0.2, self.starts_s)
    }

    /// Start and end of the straight line. That of least squares goes through the middle of the points on the climb.
    fn line_ends(&self) -> [(f64, f64); 2] {
        let span = self.climb.span_s;
        let own = self.track.points.iter().filter(|p| span.holds(p.time_s));
        let n = own.clone().count() as f64;
        let sum = own.fold((0.0, 0.0), |s, p| (s.0 + p.time_s, s.1 + p.f0_hz));
        let rate = self.climb.rate_hz_per_s.value;
        [span.low, span.high].map(|t| (t, sum.1 / n + rate * (t - sum.0 / n)))
    }

    fn draw_end(&self, scene: &mut Scene, plot: &Plot, line: f64) {
        if !plot.x.holds(self.climb.end_s) {
            return;
        }
        let x = plot.across(self.climb.end_s);
        let run = vec![vec![(x, plot.top), (x, plot.bottom())]];
        scene.lines(run, Ink::Plain, Some(END));
        let last_hz = self.track.points.last().map_or(plot.y.to, |p| p.f0_hz);
        let y = match plot.y.share(last_hz) > 0.4 {
            true => plot.bottom() - 0.4 * line,
            false => plot.top + 0.9 * line,
        };
        let words = Words::new((x - 6.0, y), self.end());
        scene.write(words.anchor(Anchor::End));
    }

    fn end(&self) -> &'static str {
        match self.climb.ends_abruptly {
            true => "ends at once",
            false => "last heard",
        }
    }

    fn key(&self, plot: &Plot) -> Vec<(Sample, String)> {
        let mut all = vec![
            (Sample::Line(Ink::Measured, None), "measured".to_owned()),
            (Sample::Area(Ink::Band), "90 % of each frame".to_owned()),
            (Sample::Line(Ink::Accent, None), self.rate()),
        ];
        if plot.x.holds(self.climb.end_s) {
            let at = fixed(self.climb.end_s + self.starts_s, 1);
            let text = format!("{} at {at} s", self.end());
            all.push((Sample::Line(Ink::Plain, Some(END)), text));
        }
        all
    }

    fn rate(&self) -> String {
        format!("{} Hz per s", with_ends(self.climb.rate_hz_per_s, 1))
    }

    fn description(&self) -> String {
        let climb = self.climb;
        format!(
            "From {} Hz at {} s to {} Hz at {} s, by {}; {} at {} s.",
            fixed(climb.from_hz, 0),
            fixed(climb.span_s.low + self.starts_s, 1),
            fixed(climb.to_hz, 0),
            fixed(climb.span_s.high + self.starts_s, 1),
            self.rate(),
            self.end(),
            fixed(climb.end_s + self.starts_s, 1)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::picture::scene::Item;
    use crate::report::picture::testing::{is_well_formed, numbers_are_finite, track};
    use crate::verify::physics::{Estimate, Range};

    fn climb(rate: f64) -> Climb {
        Climb {
            span_s: Range {
                low: 4.0,
                high: 8.0,
            },
            from_hz: 200.0,
            to_hz: 200.0 + 4.0 * rate,
            rate_hz_per_s: Estimate {
                value: rate,
                low: rate - 1.0,
                high: rate + 1.0,
            },
            rate_percent_per_s: 8.0,
            end_s: 8.0,
            ends_abruptly: true,
        }
    }

    #[test]
    fn the_straight_line_lies_on_the_track_and_the_end_is_marked() {
        let track = track(8.0, |t| 200.0 + 20.0 * (t - 4.0).max(0.0));
        let climb = climb(20.0);
        let picture = ClimbPicture {
            climb: &climb,
            track: &track,
            starts_s: 100.0,
        };
        for ((t, hz), expected) in picture.line_ends().into_iter().zip([200.0, 280.0]) {
            assert!((hz - expected).abs() < 0.5, "{t} {hz}");
        }
        let scene = picture.scene(&IN_PAGE);
        let is_of =
            |item: &&Item, wanted: Ink| matches!(item, Item::Lines { ink, .. } if *ink == wanted);
        let line = scene.items.iter().find(|i| is_of(i, Ink::Accent));
        let measured = scene.items.iter().find(|i| is_of(i, Ink::Measured));
        let (Some(Item::Lines { runs: line, .. }), Some(Item::Lines { runs: measured, .. })) =
            (line, measured)
        else {
            panic!("{:?}", scene.items)
        };
        // The line ends where the track does.
        let (a, b) = (line[0][1], measured[0][measured[0].len() - 1]);
        assert!(
            (a.0 - b.0).abs() < 8.0 && (a.1 - b.1).abs() < 6.0,
            "{a:?} {b:?}"
        );
        let svg = picture.svg().unwrap();
        assert!(
            svg.contains("ends at once at 108.0 s") && svg.contains("20.0 (19.0 to 21.0) Hz per s")
        );
        assert!(is_well_formed(&svg) && numbers_are_finite(&svg));
        assert_eq!(svg, picture.svg().unwrap());
    }

    #[test]
    fn empty_and_broken_tracks_are_drawn() {
        let mut broken = climb(f64::NAN);
        broken.end_s = f64::INFINITY;
        for (climb, track) in [
            (climb(3.0), track(0.0, |_| 0.0)),
            (broken, track(9.0, |_| f64::NAN)),
        ] {
            let picture = ClimbPicture {
                climb: &climb,
                track: &track,
                starts_s: 0.0,
            };
            assert!(is_well_formed(&picture.svg().unwrap()));
            assert!(picture.scene(&IN_PAGE).height.is_finite());
        }
    }
}
