//! Detections over date and time of day: a page with one drawing, for any browser, that fetches nothing.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::overview::{trained_on, unfinished};
use crate::archive::query::{Overview, TimedDetection};
use crate::archive::time::Moment;
use crate::report::markup::escaped;

/// Labels that get a sign of their own; the others share the last one. The colours are told apart by the colour-blind too
/// (P. Tol, "Colour schemes", technical note SRON/EPS/TN/09-002, 2021: the bright scheme), the shapes in print without colour.
/// Each shape is a path about its middle, of a width of about 2.
const SIGNS: [(&str, &str); 7] = [
    ("#4477AA", "m-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0z"),
    ("#EE6677", "m-.9-.9h1.8v1.8h-1.8z"),
    ("#228833", "m0-1.15l1.1 1.9h-2.2z"),
    ("#CCBB44", "m0-1.25l1.25 1.25l-1.25 1.25l-1.25-1.25z"),
    ("#66CCEE", "m0 1.15l-1.1-1.9h2.2z"),
    (
        "#AA3377",
        "m-.35-1.15h.7v.8h.8v.7h-.8v.8h-.7v-.8h-.8v-.7h.8z",
    ),
    ("#888888", "m-1.15-.5h2.3v1h-2.3z"),
];
const STYLE: &str = ":root{--paper:#fff;--ink:#1a1a1a;--soft:#595959;--rule:#ddd}\
@media(prefers-color-scheme:dark){:root{--paper:#16181a;--ink:#ececec;--soft:#a9adb1;--rule:#3a3e42}}\
body{font:1rem/1.5 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:1rem;background:var(--paper);color:var(--ink)}\
h1{font-size:1.5rem;line-height:1.25}svg{width:100%;height:auto}text{font:12px system-ui,sans-serif;fill:var(--soft)}\
.grid{stroke:var(--rule)}.key{display:inline-block;margin-right:1.2em}.key svg{width:.9em;height:.9em}.note{color:var(--soft)}\
.plot{overflow-x:auto}.plot svg{min-width:40rem}";
/// The drawing, in pixels.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 480.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 16.0;
const PLOT_WIDTH: f64 = 872.0;
const PLOT_HEIGHT: f64 = 416.0;
/// Dots that a browser draws without pain; of more, the likeliest are shown.
const MOST_DOTS: usize = 20_000;
const DAY_S: f64 = 86_400.0;

/// Writes the page.
///
/// # Errors
/// Those of `out`.
pub fn write_html(overview: &Overview, out: &mut dyn Write) -> io::Result<()> {
    let mut dots: Vec<&TimedDetection> = overview.timed.iter().collect();
    let all = dots.len();
    if all > MOST_DOTS {
        dots.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        dots.truncate(MOST_DOTS);
        dots.sort_by(|a, b| a.unix.total_cmp(&b.unix));
    }
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>Detections over time</title>\n\
         <style>{STYLE}</style>\n\
         <h1>Detections over date and time of day</h1>"
    )?;
    match (dots.first(), dots.last()) {
        (Some(first), Some(last)) => {
            let days = Days::new(first.unix, last.unix);
            draw(&dots, &days, out)?;
        }
        _ => writeln!(
            out,
            "<p>No detection is in a recording whose time is known. A time is taken from names such as \
             <code>20201003_183045</code> or <code>2020-10-03 18-30-45</code>, and from what MP4, MOV and Broadcast Wave files \
             say of themselves.</p>"
        )?,
    }
    let c = &overview.counts;
    writeln!(
        out,
        "<p>{} of {all} detections, in the {} of {} files whose time of recording is known. Each sign is a detection; the larger, the \
         likelier its label in the recording; point at one to see which file it is in. Times are those of names and Broadcast \
         Wave (local time) and of MP4 and its like (UTC); clocks of recorders are often wrong. (C): consistent with a label that \
         was learnt from rendered sound only.</p>\n<p class=\"note\">{} Model {}. {}</p></html>",
        dots.len(),
        c.timed,
        c.files,
        escaped(&unfinished(&overview.standing)),
        escaped(&overview.model),
        trained_on(overview)
    )
}

/// The days that the drawing spans.
struct Days {
    first: i64,
    number: i64,
}

impl Days {
    fn new(first: f64, last: f64) -> Self {
        let day = |unix: f64| (unix / DAY_S).floor() as i64;
        Self {
            first: day(first),
            number: day(last) - day(first) + 1,
        }
    }

    fn x(&self, unix: f64) -> f64 {
        // The whole day in its place: the time of day is the other axis.
        let day = (unix / DAY_S).floor() - self.first as f64 + 0.5;
        LEFT + PLOT_WIDTH * day / self.number as f64
    }
}

fn draw(dots: &[&TimedDetection], days: &Days, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for dot in dots {
        *counts.entry(&dot.label).or_default() += 1;
    }
    let mut labels: Vec<&str> = counts.keys().copied().collect();
    labels.sort_by_key(|label| (std::cmp::Reverse(counts[label]), *label));
    let sign = |label: &str| {
        let at = labels
            .iter()
            .position(|l| *l == label)
            .unwrap_or(usize::MAX);
        SIGNS[at.min(SIGNS.len() - 1)]
    };
    writeln!(
        out,
        "<div class=\"plot\"><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Detections over date and time of day\">"
    )?;
    axes(days, out)?;
    for dot in dots {
        let second = dot.unix.rem_euclid(DAY_S);
        let (colour, shape) = sign(&dot.label);
        writeln!(
            out,
            "<path transform=\"translate({:.1} {:.1}) scale({:.1})\" d=\"M0 0{shape}\" fill=\"{colour}\" fill-opacity=\"0.7\"><title>{} {:.2}, {}, {}</title></path>",
            days.x(dot.unix),
            TOP + PLOT_HEIGHT * second / DAY_S,
            2.5 + 3.5 * dot.probability,
            escaped(&named(dot)),
            dot.probability,
            Moment::from_unix(dot.unix as i64),
            escaped(&dot.path)
        )?;
    }
    writeln!(out, "</svg></div>\n<p>")?;
    for label in &labels {
        let (colour, shape) = sign(label);
        let one = dots.iter().find(|dot| dot.label == *label);
        writeln!(
            out,
            "<span class=\"key\"><svg viewBox=\"-1.3 -1.3 2.6 2.6\" aria-hidden=\"true\"><path d=\"M0 0{shape}\" fill=\"{colour}\"/></svg> {} ({})</span>",
            escaped(&one.map_or_else(String::new, |dot| named(dot))),
            counts[label]
        )?;
    }
    writeln!(out, "</p>")
}

/// Of a label without recordings nothing is heard but that the sound is like it.
fn named(dot: &TimedDetection) -> String {
    match dot.grade.as_str() {
        "C" => format!("like {} (C)", dot.label),
        _ => dot.label.clone(),
    }
}

fn axes(days: &Days, out: &mut dyn Write) -> io::Result<()> {
    let (right, bottom) = (LEFT + PLOT_WIDTH, TOP + PLOT_HEIGHT);
    for hour in (0..=24).step_by(3) {
        let y = TOP + PLOT_HEIGHT * f64::from(hour) / 24.0;
        writeln!(
            out,
            "<path d=\"M{LEFT} {y:.1}H{right}\" class=\"grid\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{hour:02}:00</text>",
            LEFT - 8.0,
            y + 4.0
        )?;
    }
    // As many dates as there is room for.
    let step = (days.number + 7) / 8;
    for day in (0..days.number).step_by(step.max(1) as usize) {
        let x = days.x((days.first + day) as f64 * DAY_S);
        let date = Moment::from_unix((days.first + day) * DAY_S as i64).to_string();
        let date = &date[..10];
        writeln!(
            out,
            "<path d=\"M{x:.1} {TOP}V{bottom}\" class=\"grid\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{date}</text>",
            bottom + 18.0
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detection_stands_at_its_day_and_hour() {
        let unix = |text: &str| Moment::parse(text).unwrap().to_unix() as f64;
        let (first, last) = (unix("2020-10-01T00:00"), unix("2020-10-04T18:00"));
        let days = Days::new(first, last);
        assert_eq!(days.number, 4);
        assert_eq!(days.x(first), LEFT + PLOT_WIDTH / 8.0);
        assert_eq!(days.x(last), LEFT + PLOT_WIDTH * 7.0 / 8.0);
        let dot = TimedDetection {
            unix: last,
            label: "a<b".into(),
            grade: "C".into(),
            probability: 1.0,
            path: "2020/\u{1b}x.wav".into(),
        };
        let mut out = Vec::new();
        draw(&[&dot], &days, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("translate(827.0 328.0) scale(6.0)"), "{text}");
        assert!(text.contains("like a&lt;b (C) 1.00, 2020-10-04T18:00:00, 2020/\\u{1b}x.wav"));
    }
}
