//! The pictures of a card: reliability, ROC, DET, confusion.

use crate::evaluate::figures::curves::{Curves, Roc};
use crate::evaluate::pictures::{confusion_svg, Plot, Scale, Series};
use crate::evaluate::protocols::HeldOut;

/// Fewest positives for a label's DET curve to be drawn.
const MIN_POSITIVES: usize = 20;
/// Range of the DET curve's axes.
const DET: (f64, f64) = (0.001, 0.6);

/// A picture with what it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// One word, for file names.
    pub name: &'static str,
    /// What it shows.
    pub caption: &'static str,
    /// The picture.
    pub svg: String,
}

/// The pictures of what was held out; none without figures.
pub fn pictures(held_out: &HeldOut) -> Vec<Picture> {
    let Some(figures) = &held_out.grouped else {
        return Vec::new();
    };
    let mut pictures = Vec::new();
    if let Some(curves) = &figures.curves {
        pictures.push(Picture {
            name: "reliability",
            caption: reliability_caption(curves),
            svg: reliability(curves),
        });
        pictures.push(Picture {
            name: "roc",
            caption: "Detections against false alarms, for every threshold of the log10 LR.",
            svg: roc(curves),
        });
        pictures.push(Picture {
            name: "det",
            caption: "Misses against false alarms on axes of normal deviates; labels with 20 recordings or more.",
            svg: det(curves),
        });
    }
    pictures.push(Picture {
        name: "confusion",
        caption:
            "Rows: what it is. Columns: the best label under the prior. Numbers are recordings.",
        svg: confusion_svg(&figures.confusion, &figures.confusion_labels),
    });
    pictures
}

/// Models up to `earwitness-default-7` hold neither weights nor intervals.
fn reliability_caption(curves: &Curves) -> &'static str {
    if curves.reliability_at_prior {
        return "Of answers with this probability for the best label, how many are right, with 95 % intervals (Korn and Graubard). \
                Recordings are weighed as the probabilities suppose: labels share as the prior says, source groups of a label alike. \
                Labels without recordings are missing, so that answers which name one count as wrong, and none of their own are there. \
                But for these, a probability means what it says on the diagonal.";
    }
    match curves.reliability_intervals.is_empty() {
        true => "Of answers with this probability for the best label, how many are right. On the diagonal a probability means \
                 what it says.",
        false => "Of answers with this probability for the best label, how many are right, with 95 % intervals (Korn and \
                  Graubard). On the diagonal a probability means what it says.",
    }
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
            intervals: curves.reliability_intervals.clone(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caption_of_reliability_says_what_is_weighed_and_only_where_it_is() {
        let mut curves: Curves = serde_json::from_str(r#"{"reliability": [], "roc": []}"#).unwrap();
        let plain = reliability_caption(&curves);
        assert!(!plain.contains("weighed") && !plain.contains("intervals"));
        curves.reliability_intervals = vec![[0.0, 1.0]];
        assert!(!reliability_caption(&curves).contains("weighed"));
        curves.reliability_at_prior = true;
        let weighed = reliability_caption(&curves);
        assert!(
            weighed.contains("as the prior says")
                && weighed.contains("without recordings are missing")
        );
    }
}
