//! Segments with one label become one stretch, marked by a letter and a hatching of its own.

use super::key::{self, Sample};
use super::layout::Layout;
use super::scene::{Anchor, Ink, Scene, Stand, Words};
use super::spans::shared;
use crate::model::answer::SegmentAnswer;
use std::collections::BTreeMap;

/// Labels with a mark of their own; the rarer ones share [`OTHERS`].
const MOST: usize = 8;
const OTHERS: &str = "others";
/// The label that is left white.
const BLANK: &str = "background";

/// How a stretch is hatched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hatching {
    Blank,
    Rising,
    Falling,
    Crossed,
    Level,
    Upright,
    Squares,
    Wide,
    Dense,
}

const HATCHINGS: [Hatching; MOST] = [
    Hatching::Rising,
    Hatching::Falling,
    Hatching::Crossed,
    Hatching::Level,
    Hatching::Upright,
    Hatching::Squares,
    Hatching::Wide,
    Hatching::Dense,
];

/// How a label is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) label: String,
    pub(super) letter: char,
    pub(super) hatching: Hatching,
}

/// A stretch of one label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    pub(super) from_s: f64,
    pub(super) to_s: f64,
    /// Which mark.
    pub(super) mark: usize,
}

/// The marks of a recording's labels, the longest first, and its stretches.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Marks {
    pub(super) marks: Vec<Mark>,
    pub(super) stretches: Vec<Stretch>,
}

impl Marks {
    /// Where segments overlap, each is given what is nearest to its middle. If there are more than `most`, the label that
    /// lasts longest is taken of each `most`th part of the time.
    pub(super) fn of(segments: &[SegmentAnswer], most: usize) -> Self {
        let pieces = thinned(pieces(segments), most.max(1));
        let mut lasts: BTreeMap<&str, f64> = BTreeMap::new();
        for (from, to, label) in &pieces {
            *lasts.entry(label).or_default() += to - from;
        }
        let mut order: Vec<(&str, f64)> = lasts.into_iter().collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        if order.len() > MOST {
            order.truncate(MOST - 1);
            order.push((OTHERS, 0.0));
        }
        let mut marks: Vec<Mark> = Vec::new();
        for (label, _) in &order {
            let of_others = marks
                .iter()
                .filter(|m| m.hatching != Hatching::Blank)
                .count();
            let hatching = match *label {
                BLANK => Hatching::Blank,
                _ => HATCHINGS[of_others.min(MOST - 1)],
            };
            let letter = letter(label, &marks);
            marks.push(Mark {
                label: (*label).to_owned(),
                letter,
                hatching,
            });
        }
        let mark_of = |label: &str| marks.iter().position(|m| m.label == label);
        let mut stretches: Vec<Stretch> = Vec::new();
        for (from_s, to_s, label) in &pieces {
            let mark = mark_of(label).unwrap_or(marks.len() - 1);
            match stretches.last_mut() {
                Some(last) if last.mark == mark && from_s - last.to_s < 1e-6 => last.to_s = *to_s,
                _ => stretches.push(Stretch {
                    from_s: *from_s,
                    to_s: *to_s,
                    mark,
                }),
            }
        }
        Self { marks, stretches }
    }

    /// Draws the stretches between two heights; `across` says where a time stands.
    pub(super) fn draw(
        &self,
        scene: &mut Scene,
        layout: &Layout,
        (top, bottom): (f64, f64),
        across: impl Fn(f64) -> f64,
    ) {
        for stretch in &self.stretches {
            let (left, right): (f64, f64) = (across(stretch.from_s), across(stretch.to_s));
            let mark = &self.marks[stretch.mark];
            hatch(scene, mark.hatching, (left, top), (right, bottom));
            let mut frame = vec![
                vec![(left, top), (right, top)],
                vec![(left, bottom), (right, bottom)],
            ];
            // Sides of what is hardly wider than a line would leave nothing but sides.
            if right - left > 4.0 {
                frame.extend([left, right].map(|x| vec![(x, top), (x, bottom)]));
            }
            scene.lines(frame, Ink::Plain, None);
            if right - left > 1.6 * layout.letter {
                let (x, y) = (0.5 * (left + right), 0.5 * (top + bottom));
                let half = 0.65 * layout.letter;
                scene.rectangle((x - half, top + 2.0), (x + half, bottom - 2.0), Ink::Paper);
                let words = Words::new((x, y), mark.letter);
                scene.write(words.anchor(Anchor::Middle).stand(Stand::Beside));
            }
        }
    }

    /// Draws what the marks mean in lines of words below `top`; gives the height of their end.
    pub(super) fn legend(&self, scene: &mut Scene, layout: &Layout, top: f64) -> f64 {
        let entry = |m: &Mark| {
            (
                Sample::Hatched(m.hatching),
                format!("{} {}", m.letter, m.label),
            )
        };
        let entries: Vec<(Sample, String)> = self.marks.iter().map(entry).collect();
        key::draw(scene, layout, top, &entries)
    }
}

/// The first letter of a label that no other mark has.
fn letter(label: &str, taken: &[Mark]) -> char {
    let letters = label.chars().filter(|c| c.is_alphanumeric());
    let upper = letters.flat_map(char::to_uppercase);
    let mut all = upper.chain('A'..='Z').chain('0'..='9');
    all.find(|c| taken.iter().all(|m| m.letter != *c))
        .unwrap_or('?')
}

/// From, to and label of what each segment is given.
fn pieces(segments: &[SegmentAnswer]) -> Vec<(f64, f64, &str)> {
    let mut own: Vec<&SegmentAnswer> = segments.iter().collect();
    own.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
    let spans: Vec<(f64, f64)> = own.iter().map(|s| (s.start_s, s.end_s)).collect();
    own.iter()
        .zip(shared(&spans))
        .filter_map(|(segment, share)| share.map(|(from, to)| (from, to, segment.label.as_str())))
        .collect()
}

fn thinned(pieces: Vec<(f64, f64, &str)>, most: usize) -> Vec<(f64, f64, &str)> {
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
        return pieces;
    };
    if pieces.len() <= most {
        return pieces;
    }
    let (start, part) = (first.0, (last.1 - first.0) / most as f64);
    let mut parts: Vec<BTreeMap<&str, f64>> = vec![BTreeMap::new(); most];
    for (from, to, label) in pieces {
        let at = (0.5 * (from + to) - start) / part;
        let own = &mut parts[(at as usize).min(most - 1)];
        *own.entry(label).or_default() += to - from;
    }
    parts
        .iter()
        .enumerate()
        .filter_map(|(n, own)| {
            let longest = own.iter().rev().max_by(|a, b| a.1.total_cmp(b.1))?;
            let from = start + n as f64 * part;
            Some((from, from + part, *longest.0))
        })
        .collect()
}

/// Fills a rectangle with lines.
pub(super) fn hatch(scene: &mut Scene, hatching: Hatching, from: (f64, f64), to: (f64, f64)) {
    let (slants, step): (&[(f64, f64)], f64) = match hatching {
        Hatching::Blank => return,
        Hatching::Rising => (&[(1.0, 1.0)], 7.0),
        Hatching::Falling => (&[(1.0, -1.0)], 7.0),
        Hatching::Crossed => (&[(1.0, 1.0), (1.0, -1.0)], 9.0),
        Hatching::Level => (&[(0.0, 1.0)], 4.0),
        Hatching::Upright => (&[(1.0, 0.0)], 5.0),
        Hatching::Squares => (&[(1.0, 0.0), (0.0, 1.0)], 6.0),
        Hatching::Wide => (&[(1.0, 1.0)], 16.0),
        Hatching::Dense => (&[(1.0, -1.0)], 4.0),
    };
    let lines = slants
        .iter()
        .flat_map(|slant| slanted(*slant, step, from, to));
    scene.lines(lines.collect(), Ink::Muted, None);
}

/// Lines on which `a x + b y` is a multiple of `step`, within a rectangle.
fn slanted(
    (a, b): (f64, f64),
    step: f64,
    (left, top): (f64, f64),
    (right, bottom): (f64, f64),
) -> Vec<Vec<(f64, f64)>> {
    let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
    let values = corners.map(|(x, y)| a * x + b * y);
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !low.is_finite() || !high.is_finite() {
        return Vec::new();
    }
    let first = (low / step).floor() as i64 + 1;
    let last = (high / step).ceil() as i64 - 1;
    (first..=last)
        .map(|n| n as f64 * step)
        .map(|value| {
            if b == 0.0 {
                return vec![(value / a, top), (value / a, bottom)];
            }
            if a == 0.0 {
                return vec![(left, value / b), (right, value / b)];
            }
            // Where the line meets the upper and the lower side, drawn in to the left and right ones.
            let x_at = |y: f64| ((value - b * y) / a).clamp(left, right);
            let y_at = |x: f64| ((value - a * x) / b).clamp(top, bottom);
            let (x0, x1) = (x_at(top), x_at(bottom));
            vec![(x0, y_at(x0)), (x1, y_at(x1))]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(start_s: f64, label: &str) -> SegmentAnswer {
        SegmentAnswer {
            start_s,
            end_s: start_s + 2.0,
            label: label.to_owned(),
            probability: 0.5,
        }
    }

    #[test]
    fn overlapping_segments_of_one_label_are_one_stretch() {
        let labels = ["background", "harop", "harop", "harop", "background"];
        let all: Vec<SegmentAnswer> = labels
            .iter()
            .enumerate()
            .map(|(n, l)| segment(n as f64, l))
            .collect();
        let marks = Marks::of(&all, 100);
        let found: Vec<(f64, f64, &str)> = marks
            .stretches
            .iter()
            .map(|s| (s.from_s, s.to_s, marks.marks[s.mark].label.as_str()))
            .collect();
        let expected = [
            (0.0, 1.5, "background"),
            (1.5, 4.5, "harop"),
            (4.5, 6.0, "background"),
        ];
        assert_eq!(found, expected);
        assert_eq!(
            marks
                .marks
                .iter()
                .find(|m| m.label == BLANK)
                .unwrap()
                .hatching,
            Hatching::Blank
        );
    }

    #[test]
    fn each_label_has_a_letter_and_a_hatching_of_its_own_and_the_rarest_share_one() {
        let labels = [
            "siren",
            "shahed-136",
            "s",
            "helicopter",
            "harop",
            "a",
            "b",
            "c",
            "d",
            "e",
            "S",
        ];
        let all: Vec<SegmentAnswer> = (0..200)
            .map(|n| segment(f64::from(n), labels[(n * n / 13) as usize % labels.len()]))
            .collect();
        let marks = Marks::of(&all, 1000).marks;
        assert_eq!(marks.len(), MOST);
        for (n, mark) in marks.iter().enumerate() {
            for other in &marks[..n] {
                assert!(mark.letter != other.letter && mark.hatching != other.hatching);
            }
        }
        assert_eq!(marks[MOST - 1].label, OTHERS);
    }

    #[test]
    fn hours_are_thinned_and_broken_times_left_out() {
        let mut all: Vec<SegmentAnswer> = (0..36_000)
            .map(|n| segment(f64::from(n), if n / 5 % 7 == 0 { "harop" } else { "siren" }))
            .collect();
        all.push(segment(f64::NAN, "jet"));
        let marks = Marks::of(&all, 600);
        assert!((1..=600).contains(&marks.stretches.len()));
        assert_eq!(marks.marks[0].label, "siren");
        assert_eq!(Marks::of(&[], 600), Marks::default());
    }

    #[test]
    fn hatching_stays_within_its_rectangle() {
        for hatching in HATCHINGS {
            let mut scene = Scene::new(100.0, String::new(), String::new());
            hatch(&mut scene, hatching, (10.0, 20.0), (31.0, 33.0));
            let crate::report::picture::scene::Item::Lines { runs, .. } = &scene.items[0] else {
                panic!("{hatching:?}")
            };
            for (x, y) in runs.iter().flatten() {
                assert!((10.0..=31.0).contains(x) && (20.0..=33.0).contains(y));
            }
        }
    }
}
