//! The card as a page: the same text as the Markdown, with its pictures, in one file without scripts.

use super::card;
use crate::evaluate::figures::curves::{Curves, Roc};
use crate::evaluate::figures::Figures;
use crate::evaluate::pictures::{confusion_svg, escape, Plot, Scale, Series};
use crate::evaluate::protocols::HeldOut;
use crate::model::header::Header;
use std::fmt::Write;

/// Title of the section under which the pictures stand.
const PICTURED: &str = "Source groups held out";
/// Fewest positives for a label's DET curve to be drawn.
const MIN_POSITIVES: usize = 20;
/// Range of the DET curve's axes.
const DET: (f64, f64) = (0.001, 0.6);

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}\
table{border-collapse:collapse;margin:1rem 0;font-size:13px;display:block;overflow-x:auto}\
td,th{border:1px solid #ccc;padding:.25rem .5rem;text-align:left}th{background:#f3f3f3}\
pre{background:#f6f6f6;padding:1rem;overflow-x:auto}figure{display:inline-block;margin:.5rem 1rem .5rem 0;vertical-align:top}\
figcaption{font-size:13px;color:#555;max-width:32rem}h2{border-bottom:1px solid #ddd;margin-top:2rem}";

/// The card of a model as HTML.
pub fn card_html(header: &Header, held_out: &HeldOut) -> String {
    let body = to_html(&card(header, held_out), |title| {
        match (title == PICTURED, &held_out.grouped) {
            (true, Some(figures)) => pictures(figures),
            _ => String::new(),
        }
    });
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Model card: {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escape(&header.id)
    )
}

fn pictures(figures: &Figures) -> String {
    let mut text = String::new();
    let mut figure = |svg: String, caption: &str| {
        // Writing to a string never fails.
        let _ = writeln!(
            text,
            "<figure>{svg}<figcaption>{}</figcaption></figure>",
            escape(caption)
        );
    };
    if let Some(curves) = &figures.curves {
        figure(
            reliability(curves),
            "Of answers with this probability for the best label, how many are right. On the diagonal a probability means what it says.",
        );
        figure(
            roc(curves),
            "Detections against false alarms, for every threshold of the log10 LR.",
        );
        figure(
            det(curves),
            "Misses against false alarms on axes of normal deviates; labels with 20 recordings or more.",
        );
    }
    figure(
        confusion_svg(&figures.confusion, &figures.confusion_labels),
        "Rows: what it is. Columns: the best label under the prior. Numbers are recordings.",
    );
    text
}

fn reliability(curves: &Curves) -> String {
    Plot {
        title: "Reliability".into(),
        x: ("probability stated".into(), Scale::Linear(0.0, 1.0)),
        y: ("share that is right".into(), Scale::Linear(0.0, 1.0)),
        series: vec![Series {
            name: "best label".into(),
            points: curves
                .reliability
                .iter()
                .map(|(_, stated, seen)| [*stated, *seen])
                .collect(),
            intervals: curves
                .reliability
                .iter()
                .map(|(n, _, seen)| {
                    let hits = (seen * *n as f64).round() as usize;
                    let interval = crate::evaluate::interval::clopper_pearson(hits, *n, 0.95);
                    interval.map_or([0.0, 1.0], |i| [i.low, i.high])
                })
                .collect(),
            marked: true,
        }],
        diagonal: true,
    }
    .svg()
}

fn line(roc: &Roc, of: impl Fn(&[f64; 2]) -> [f64; 2]) -> Series {
    Series {
        name: format!("{} ({})", roc.name, roc.n[0]),
        points: roc.points.iter().map(of).collect(),
        ..Series::default()
    }
}

fn roc(curves: &Curves) -> String {
    Plot {
        title: "ROC".into(),
        x: ("false alarms".into(), Scale::Linear(0.0, 1.0)),
        y: ("detections".into(), Scale::Linear(0.0, 1.0)),
        series: curves.roc.iter().map(|roc| line(roc, |p| *p)).collect(),
        diagonal: true,
    }
    .svg()
}

fn det(curves: &Curves) -> String {
    let many = curves.roc.iter().filter(|roc| roc.n[0] >= MIN_POSITIVES);
    Plot {
        title: "DET".into(),
        x: ("false alarms".into(), Scale::Deviate(DET.0, DET.1)),
        y: ("misses".into(), Scale::Deviate(DET.0, DET.1)),
        series: many.map(|roc| line(roc, |p| [p[0], 1.0 - p[1]])).collect(),
        diagonal: false,
    }
    .svg()
}

/// The Markdown that cards are written in: headings, paragraphs, lists, tables, code. `after` gives what stands right below
/// a heading of the second level.
fn to_html(markdown: &str, after: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            out += &format!("<h2>{}</h2>\n{}", inline(title), after(title));
        } else if let Some(title) = line.strip_prefix("# ") {
            out += &format!("<h1>{}</h1>\n", inline(title));
        } else if line.starts_with("```") {
            let code: Vec<&str> = lines
                .by_ref()
                .take_while(|l| !l.starts_with("```"))
                .collect();
            out += &format!("<pre>{}</pre>\n", escape(&code.join("\n")));
        } else if line.starts_with('|') {
            out += "<table>\n";
            out += &row(line, "th");
            while let Some(next) = lines.next_if(|l| l.starts_with('|')) {
                if !next.starts_with("|---") {
                    out += &row(next, "td");
                }
            }
            out += "</table>\n";
        } else if let Some(item) = item(line) {
            out += &format!("<ul>\n<li>{}</li>\n", inline(item));
            while let Some(next) = lines.next_if(|l| self::item(l).is_some()) {
                out += &format!(
                    "<li>{}</li>\n",
                    inline(self::item(next).unwrap_or_default())
                );
            }
            out += "</ul>\n";
        } else if !line.trim().is_empty() {
            let mut text = vec![line];
            let goes_on = |l: &&str| {
                !l.trim().is_empty() && !l.starts_with(['|', '#', '`']) && self::item(l).is_none()
            };
            while let Some(next) = lines.next_if(goes_on) {
                text.push(next);
            }
            out += &format!("<p>{}</p>\n", inline(&text.join(" ")));
        }
    }
    out
}

fn item(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("- ")
}

fn row(line: &str, cell: &str) -> String {
    let cells = line.trim_matches('|').split('|');
    let cells: String = cells
        .map(|c| format!("<{cell}>{}</{cell}>", inline(c.trim())))
        .collect();
    format!("<tr>{cells}</tr>\n")
}

/// Text with `code` in it.
fn inline(text: &str) -> String {
    let escaped = escape(text);
    let mut parts = escaped.split('`');
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut open = false;
    for part in parts {
        open = !open;
        out += if open { "<code>" } else { "</code>" };
        out += part;
    }
    out + if open { "</code>" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_markdown_of_cards_becomes_html() {
        let text = "# A <b>\n\nOne\ntwo `x`.\n\n## T\n\n| a | b |\n|---|---|\n| 1 | <2 |\n\n- p\n  - q\n\n```toml\na = 1\n```\n";
        let html = to_html(text, |title| format!("<!--{title}-->"));
        assert_eq!(
            html,
            "<h1>A &lt;b&gt;</h1>\n<p>One two <code>x</code>.</p>\n<h2>T</h2>\n<!--T--><table>\n\
             <tr><th>a</th><th>b</th></tr>\n<tr><td>1</td><td>&lt;2</td></tr>\n</table>\n\
             <ul>\n<li>p</li>\n<li>q</li>\n</ul>\n<pre>a = 1</pre>\n"
        );
    }
}
