//! A pass: the pitch that was measured and the one that was fitted, what is left between them, and, where only part of a pass is
//! heard, which speeds go with which frequencies at rest.

use super::axis::{fixed, Axis, Plot};
use super::interval::{band, open, scaled, shifted, with_ends};
use super::joint;
use super::key::{self, Sample, DOT};
use super::layout::{Layout, IN_PAGE};
use super::scene::{Anchor, Ink, Scene, Words};
use super::thin::thin;
use super::PictureError;
use crate::spectrum::Track;
use crate::verify::physics::{PassFit, PassKind, PassPoint};

/// Heights of the plots.
const FIT: f64 = 270.0;
const RESIDUALS: f64 = 110.0;
const JOINT: f64 = 240.0;
/// Dashes of the frequency at rest and of the closest approach.
const REST: (f64, f64) = (10.0, 5.0);
const CLOSEST: (f64, f64) = (3.0, 4.0);
/// m/s to km/h.
pub(super) const KMH: f64 = 3.6;

/// What a picture of a pass shows.
#[derive(Debug, Clone)]
pub struct PassPicture<'a> {
    /// The fit.
    pub fit: &'a PassFit,
    /// The track that it was fitted to.
    pub track: &'a Track,
    /// Where in the recording the first sample stands, s.
    pub starts_s: f64,
}

impl PassPicture<'_> {
    /// The picture for a page; needs [`STYLE`](super::STYLE).
    ///
    /// # Errors
    /// None today; as the other pictures'.
    pub fn svg(&self) -> Result<String, PictureError> {
        self.scene(&IN_PAGE).svg("pass")
    }

    fn is_whole(&self) -> bool {
        self.fit.kind == PassKind::Through
    }

    fn scene(&self, layout: &Layout) -> Scene {
        let title = match self.is_whole() {
            true => "Pass: frequency against time",
            false => "Part of a pass: frequency against time",
        };
        let mut scene = Scene::new(layout.width, title.to_owned(), self.description());
        let fit = self.fit;
        let time = Axis::time(fit.span_s.low, fit.span_s.high, self.starts_s);
        let (left, line) = (layout.left, layout.line);
        let width = layout.width - left - 24.0;
        let plot = |top: f64, height: f64, x: Axis, y: Axis| Plot {
            left,
            top,
            width,
            height,
            x,
            y,
        };
        let caption = |scene: &mut Scene, y: f64, text: String| {
            let text = layout.fit(&text, left, layout.width);
            scene.write(Words::new((left, y + 0.72 * line), text));
        };
        let mut y = 6.0;
        caption(
            &mut scene,
            y,
            format!("Fundamental: Hz against {}", time.unit()),
        );
        let upper = plot(y + line, FIT, time, self.hertz());
        self.draw_fit(&mut scene, &upper, line);
        y = upper.bottom() + 8.0 + line;
        caption(&mut scene, y, "Measured less fitted, %".to_owned());
        let lower = plot(y + line, RESIDUALS, time, self.percent());
        self.draw_residuals(&mut scene, &lower);
        y = key::draw(&mut scene, layout, lower.bottom() + 8.0 + line, &self.key());
        if !self.is_whole() && !fit.joint.is_empty() {
            caption(
                &mut scene,
                y,
                "At rest, Hz, against speed, km/h: 90 % of what".to_owned(),
            );
            caption(
                &mut scene,
                y + line,
                "this part of a pass allows".to_owned(),
            );
            let (x, up) = joint::axes(&fit.joint);
            let region = plot(y + 2.0 * line, JOINT, x, up);
            joint::draw(&mut scene, &region, &fit.joint);
            y = region.bottom() + 8.0 + line;
        }
        scene.height = y + 4.0;
        scene
    }

    fn hertz(&self) -> Axis {
        let measured = self
            .fit
            .points
            .iter()
            .flat_map(|p| [p.measured_hz, p.fitted_hz]);
        let rest = self.is_whole().then_some(self.fit.rest_hz.value);
        open(measured.chain(rest), 0.08)
    }

    fn percent(&self) -> Axis {
        let all = self.residuals().map(|(_, percent)| percent.abs());
        let most = all
            .filter(|p| p.is_finite())
            .fold(1.5 * self.fit.wander_percent, f64::max);
        let most = if most.is_finite() && most > 0.0 {
            most
        } else {
            1.0
        };
        Axis::plain(-1.15 * most, 1.15 * most)
    }

    /// Time, and measured over fitted less one in %.
    fn residuals(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let of = |p: &PassPoint| 100.0 * (p.measured_hz / p.fitted_hz - 1.0);
        self.fit.points.iter().map(move |p| (p.time_s, of(p)))
    }

    fn draw_fit(&self, scene: &mut Scene, plot: &Plot, line: f64) {
        plot.grid(scene, TICKS);
        let fit = self.fit;
        band(scene, plot, &self.track.points);
        if self.is_whole() {
            let (closest, rest) = (fit.closest_heard_s, fit.rest_hz);
            let (from, to) = (
                plot.nearest(closest.low, plot.y.to),
                plot.nearest(closest.high, plot.y.from),
            );
            scene.rectangle(from, to, Ink::PaleBand);
            if plot.x.holds(closest.value) {
                let x = plot.across(closest.value);
                let run = vec![vec![(x, plot.top), (x, plot.bottom())]];
                scene.lines(run, Ink::Plain, Some(CLOSEST));
                let is_right = plot.x.share(closest.value) < 0.6;
                let (x, anchor) = match is_right {
                    true => (x + 6.0, Anchor::Start),
                    false => (x - 6.0, Anchor::End),
                };
                // The curve falls: above its right half, and below its left one, there is room.
                let y = if is_right {
                    plot.top + 0.8 * line
                } else {
                    plot.bottom() - 8.0
                };
                scene.write(Words::new((x, y), "closest").anchor(anchor));
            }
            if plot.y.holds(rest.value) {
                let y = plot.up(rest.value);
                let run = vec![vec![(plot.left, y), (plot.right(), y)]];
                scene.lines(run, Ink::Muted, Some(REST));
            }
        }
        let measured = fit
            .points
            .iter()
            .filter_map(|p| plot.inside(p.time_s, p.measured_hz));
        scene.dots(measured.collect(), DOT, Ink::Measured);
        let fitted = fit.points.iter().map(|p| (p.time_s, p.fitted_hz));
        let runs = thin(fitted, 0.0, f64::INFINITY, |t, hz| plot.inside(t, hz));
        scene.lines(runs, Ink::Accent, None);
        plot.axes(scene, TICKS);
    }

    fn draw_residuals(&self, scene: &mut Scene, plot: &Plot) {
        plot.grid(scene, TICKS_LOW);
        let wander = self.fit.wander_percent;
        let (from, to) = (
            plot.nearest(plot.x.from, wander),
            plot.nearest(plot.x.to, -wander),
        );
        scene.rectangle(from, to, Ink::PaleBand);
        scene.line(
            (plot.left, plot.up(0.0)),
            (plot.right(), plot.up(0.0)),
            Ink::Accent,
        );
        let dots = self
            .residuals()
            .filter_map(|(t, percent)| plot.inside(t, percent));
        scene.dots(dots.collect(), DOT, Ink::Measured);
        plot.axes(scene, TICKS_LOW);
    }

    fn key(&self) -> Vec<(Sample, String)> {
        let fit = self.fit;
        let mut all = vec![
            (Sample::Dots(Ink::Measured), "measured".to_owned()),
            (Sample::Line(Ink::Accent, None), "fitted".to_owned()),
            (Sample::Area(Ink::Band), "90 % of each frame".to_owned()),
        ];
        let wander = format!("wander of {} %", fixed(fit.wander_percent, 1));
        if self.is_whole() {
            let closest = shifted(fit.closest_heard_s, self.starts_s);
            let text = format!("closest, heard at {} s", with_ends(closest, 1));
            all.push((Sample::Line(Ink::Plain, Some(CLOSEST)), text));
            let text = format!("at rest {} Hz", with_ends(fit.rest_hz, 1));
            all.push((Sample::Line(Ink::Muted, Some(REST)), text));
            let text = format!("90 % of closest; {wander}");
            all.push((Sample::Area(Ink::PaleBand), text));
        } else {
            all.push((Sample::Area(Ink::PaleBand), wander));
        }
        all
    }

    fn description(&self) -> String {
        let fit = self.fit;
        let mut text = format!(
            "{} points from {} s to {} s, measured and fitted, with what is left below.",
            fit.points.len(),
            fixed(fit.span_s.low + self.starts_s, 1),
            fixed(fit.span_s.high + self.starts_s, 1)
        );
        let speed = scaled(fit.speed_mps, KMH);
        match self.is_whole() {
            true => text.push_str(&format!(
                " Closest when {} s are heard; at rest {} Hz; speed {} km/h.",
                with_ends(shifted(fit.closest_heard_s, self.starts_s), 1),
                with_ends(fit.rest_hz, 1),
                with_ends(speed, 0)
            )),
            false => text.push_str(&format!(
                " Speed and frequency at rest are known only together: speeds from {} to {} km/h go with \
                 frequencies from {} to {} Hz.",
                fixed(speed.low, 0),
                fixed(speed.high, 0),
                fixed(fit.rest_hz.low, 0),
                fixed(fit.rest_hz.high, 0)
            )),
        }
        text
    }
}

/// About how many values stand at the axes.
pub(super) const TICKS: (usize, usize) = (10, 7);
const TICKS_LOW: (usize, usize) = (10, 4);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::picture::scene::Item;
    use crate::report::picture::testing::{is_well_formed, numbers_are_finite, track};
    use crate::verify::physics::{Estimate, JointRow, Range};

    fn estimate(value: f64, half: f64) -> Estimate {
        Estimate {
            value,
            low: value - half,
            high: value + half,
        }
    }

    fn pitch(t: f64) -> f64 {
        200.0 - 20.0 * ((t - 6.0) / 2.0).tanh()
    }

    fn fit(kind: PassKind) -> PassFit {
        let range = |low: f64, high: f64| Range { low, high };
        let point = |n: usize| {
            let time_s = 1.0 + 0.25 * n as f64;
            PassPoint {
                time_s,
                measured_hz: pitch(time_s) * if n.is_multiple_of(2) { 1.001 } else { 0.999 },
                fitted_hz: pitch(time_s),
            }
        };
        PassFit {
            kind,
            span_s: range(1.0, 11.0),
            rest_hz: estimate(200.0, 2.0),
            speed_mps: estimate(50.0, 5.0),
            closest_heard_s: estimate(6.0, 0.5),
            closest_emitted_s: estimate(5.6, 0.5),
            closest_m: estimate(120.0, 20.0),
            log10_over_steady: 5.0,
            joint: vec![JointRow {
                speed_mps: range(40.0, 60.0),
                rest_hz: range(198.0, 203.0),
                share: 0.9,
            }],
            wander_percent: 0.1,
            wander_s: 1.0,
            sound_mps: range(335.0, 350.0),
            points: (0..=40).map(point).collect(),
        }
    }

    fn scene(fit: &PassFit) -> Scene {
        let track = track(12.0, pitch);
        let picture = PassPicture {
            fit,
            track: &track,
            starts_s: 0.0,
        };
        picture.scene(&IN_PAGE)
    }

    #[test]
    fn the_curve_lies_where_the_fit_says_and_the_dots_where_was_measured() {
        let fit = fit(PassKind::Through);
        let picture = scene(&fit);
        let y = {
            let track = track(1.0, pitch);
            let of = PassPicture {
                fit: &fit,
                track: &track,
                starts_s: 0.0,
            };
            of.hertz()
        };
        let (left, width) = (IN_PAGE.left, 760.0 - IN_PAGE.left - 24.0);
        let hertz = |at: (f64, f64)| {
            let bottom = 6.0 + IN_PAGE.line + FIT;
            (
                (at.0 - left) / width * 10.0 + 1.0,
                y.from + (bottom - at.1) / FIT * (y.to - y.from),
            )
        };
        let curve = picture.items.iter().find_map(|item| match item {
            Item::Lines { runs, ink, .. } if *ink == Ink::Accent => Some(&runs[0]),
            _ => None,
        });
        for at in curve.unwrap() {
            let (t, hz) = hertz(*at);
            assert!((hz - pitch(t)).abs() < 0.1, "{t} {hz}");
        }
        let dots = picture.items.iter().find_map(|item| match item {
            Item::Dots { at, .. } => Some(at),
            _ => None,
        });
        for (at, point) in dots.unwrap().iter().zip(&fit.points) {
            assert!((hertz(*at).1 - point.measured_hz).abs() < 1e-6);
        }
    }

    #[test]
    fn a_whole_pass_shows_its_closest_and_part_of_one_its_region() {
        let (whole, part) = (fit(PassKind::Through), fit(PassKind::Part));
        let svg = |fit: &PassFit| scene(fit).svg("test").unwrap();
        let (whole, part) = (svg(&whole), svg(&part));
        assert!(
            whole.contains(">closest<") && whole.contains("closest, heard at 6.0 (5.5 to 6.5) s")
        );
        assert!(!whole.contains("against speed"));
        assert!(part.contains("against speed") && !part.contains(">closest<"));
        assert!(part.contains("Speed and frequency at rest are known only together"));
        for svg in [&whole, &part] {
            assert!(is_well_formed(svg) && numbers_are_finite(svg), "{svg}");
        }
        assert_eq!(svg(&fit(PassKind::Part)), part);
    }

    #[test]
    fn fits_of_nothing_and_of_no_numbers_are_drawn() {
        let mut empty = fit(PassKind::Part);
        (empty.points, empty.joint) = (Vec::new(), Vec::new());
        let mut broken = fit(PassKind::Through);
        broken.points[3].measured_hz = f64::NAN;
        broken.points[5].fitted_hz = 0.0;
        broken.span_s.high = f64::NAN;
        broken.closest_heard_s = estimate(1e9, 1e12);
        for fit in [empty, broken] {
            let scene = scene(&fit);
            assert!(is_well_formed(&scene.svg("test").unwrap()));
            assert!(scene.height.is_finite());
        }
    }
}
