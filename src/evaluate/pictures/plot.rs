//! Lines over two axes.

use super::{escape, COLOURS};
use std::fmt::Write;

/// Size of a plot and the room around it, in pixels.
const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 52.0;
/// Height of a line of the legend.
const LINE: f64 = 16.0;

/// How an axis goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Evenly, between two ends.
    Linear(f64, f64),
    /// Evenly in the quantiles of the normal distribution, as DET curves are drawn (Martin et al. 1997), between two shares.
    Deviate(f64, f64),
}

/// One line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// What the legend calls it.
    pub name: String,
    /// Its points.
    pub points: Vec<[f64; 2]>,
    /// From where to where each point may lie, on the second axis; empty for none.
    pub intervals: Vec<[f64; 2]>,
    /// Whether the points are marked.
    pub marked: bool,
}

/// Lines over two axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// What stands above it.
    pub title: String,
    /// The first axis: what it measures, how it goes.
    pub x: (String, Scale),
    /// The second axis.
    pub y: (String, Scale),
    /// The lines.
    pub series: Vec<Series>,
    /// Whether the diagonal is drawn, where stated and observed agree.
    pub diagonal: bool,
}

impl Scale {
    fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear(low, high) => (value - low) / (high - low),
            Self::Deviate(low, high) => {
                let of = |p: f64| deviate(p.clamp(low, high));
                (of(value) - of(low)) / (of(high) - of(low))
            }
        }
        .clamp(0.0, 1.0)
    }

    fn ticks(self) -> Vec<f64> {
        match self {
            Self::Linear(low, high) => {
                let rough = (high - low) / 5.0;
                let power = 10f64.powf(rough.log10().floor());
                let step = [1.0, 2.0, 5.0, 10.0]
                    .iter()
                    .map(|m| m * power)
                    .find(|s| *s >= rough * 0.999)
                    .unwrap_or(power);
                let first = (low / step).ceil() as i64;
                let last = (high / step + 1e-9).floor() as i64;
                (first..=last).map(|k| k as f64 * step).collect()
            }
            Self::Deviate(low, high) => [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6]
                .into_iter()
                .filter(|p| (low..=high).contains(p))
                .collect(),
        }
    }
}

/// The normal deviate of a share (Abramowitz and Stegun 1964, 26.2.23; within 0.00045).
fn deviate(p: f64) -> f64 {
    let q = p.min(1.0 - p).max(1e-9);
    let t = (-2.0 * q.ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let z = t - above / below;
    if p < 0.5 {
        -z
    } else {
        z
    }
}

/// Lines beyond the number of colours are broken.
fn dashes(number: usize) -> &'static str {
    match number < COLOURS.len() {
        true => "",
        false => " stroke-dasharray=\"6 3\"",
    }
}

fn tick(value: f64) -> String {
    let text = format!("{:.3}", value + 0.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Plot {
    /// The picture.
    pub fn svg(&self) -> String {
        let mut text = String::new();
        // Writing to a string never fails.
        let _ = self.write(&mut text);
        text
    }

    fn at(&self, point: [f64; 2]) -> (f64, f64) {
        let x = LEFT + self.x.1.place(point[0]) * (WIDTH - LEFT - RIGHT);
        let y = HEIGHT - BOTTOM - self.y.1.place(point[1]) * (HEIGHT - TOP - BOTTOM);
        (x, y)
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let height = HEIGHT + LINE * self.series.len().div_ceil(2) as f64;
        writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
             font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"{0}\">",
            escape(&self.title)
        )?;
        writeln!(out, "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>")?;
        writeln!(
            out,
            "<text x=\"{LEFT}\" y=\"20\" font-size=\"14\" font-weight=\"bold\">{}</text>",
            escape(&self.title)
        )?;
        self.axes(out)?;
        if self.diagonal {
            let (Scale::Linear(low, high), (x1, y1)) = (self.x.1, self.at([0.0, 0.0])) else {
                return Ok(());
            };
            let (x2, y2) = self.at([high.max(low), high.max(low)]);
            writeln!(
                out,
                "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#999\" stroke-dasharray=\"4 4\"/>"
            )?;
        }
        for (number, series) in self.series.iter().enumerate() {
            self.line(out, series, COLOURS[number % COLOURS.len()], dashes(number))?;
            let column = (number % 2) as f64 * (WIDTH - LEFT) / 2.0;
            let row = HEIGHT + LINE * (number / 2) as f64;
            writeln!(
                out,
                "<line x1=\"{0:.1}\" y1=\"{row:.1}\" x2=\"{1:.1}\" y2=\"{row:.1}\" stroke=\"{2}\" stroke-width=\"2\"{6}/>\
                 <text x=\"{3:.1}\" y=\"{4:.1}\">{5}</text>",
                LEFT + column,
                LEFT + column + 18.0,
                COLOURS[number % COLOURS.len()],
                LEFT + column + 24.0,
                row + 4.0,
                escape(&series.name),
                dashes(number)
            )?;
        }
        writeln!(out, "</svg>")
    }

    fn axes(&self, out: &mut String) -> std::fmt::Result {
        let (left, bottom) = (LEFT, HEIGHT - BOTTOM);
        let (right, top) = (WIDTH - RIGHT, TOP);
        for value in self.x.1.ticks() {
            let x = left + self.x.1.place(value) * (right - left);
            writeln!(
                out,
                "<line x1=\"{x:.1}\" y1=\"{top}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"#e5e5e5\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 16.0,
                tick(value)
            )?;
        }
        for value in self.y.1.ticks() {
            let y = bottom - self.y.1.place(value) * (bottom - top);
            writeln!(
                out,
                "<line x1=\"{left}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\" stroke=\"#e5e5e5\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                left - 6.0,
                y + 4.0,
                tick(value)
            )?;
        }
        writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"none\" stroke=\"#444\"/>",
            right - left,
            bottom - top
        )?;
        let middle = 0.5 * (left + right);
        writeln!(
            out,
            "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            bottom + 36.0,
            escape(&self.x.0)
        )?;
        let middle = 0.5 * (top + bottom);
        writeln!(
            out,
            "<text transform=\"translate(16 {middle:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            escape(&self.y.0)
        )
    }

    fn line(
        &self,
        out: &mut String,
        series: &Series,
        colour: &str,
        dashes: &str,
    ) -> std::fmt::Result {
        let places: Vec<String> = series
            .points
            .iter()
            .map(|p| {
                let (x, y) = self.at(*p);
                format!("{x:.1},{y:.1}")
            })
            .collect();
        writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}/>",
            places.join(" ")
        )?;
        for (point, [low, high]) in series.points.iter().zip(&series.intervals) {
            let (x, from) = self.at([point[0], *low]);
            let (_, to) = self.at([point[0], *high]);
            writeln!(
                out,
                "<line x1=\"{x:.1}\" y1=\"{from:.1}\" x2=\"{x:.1}\" y2=\"{to:.1}\" stroke=\"{colour}\"/>"
            )?;
        }
        for point in series.points.iter().filter(|_| series.marked) {
            let (x, y) = self.at(*point);
            writeln!(
                out,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviates_are_those_of_the_normal_distribution() {
        for (p, z) in [(0.5, 0.0), (0.975, 1.95996), (0.01, -2.32635)] {
            assert!((deviate(p) - z).abs() < 1e-3, "{p}");
        }
    }

    #[test]
    fn every_point_lies_within_the_frame_and_names_are_escaped() {
        let plot = Plot {
            title: "a < b".into(),
            x: ("x".into(), Scale::Linear(0.0, 20.0)),
            y: ("y".into(), Scale::Linear(0.5, 1.0)),
            series: vec![Series {
                name: "\"q\"".into(),
                points: vec![[5.0, 0.4], [30.0, 1.0]],
                intervals: vec![[0.3, 0.6], [0.9, 1.0]],
                marked: true,
            }],
            diagonal: false,
        };
        let svg = plot.svg();
        assert!(svg.contains("a &lt; b") && svg.contains("&quot;q&quot;"));
        let (x, y) = plot.at([30.0, 0.4]);
        assert_eq!((x, y), (WIDTH - RIGHT, HEIGHT - BOTTOM));
        let ticks = Scale::Linear(0.5, 1.0).ticks().into_iter().map(tick);
        let ticks: Vec<String> = ticks.collect();
        assert_eq!(ticks, ["0.5", "0.6", "0.7", "0.8", "0.9", "1"]);
    }
}
