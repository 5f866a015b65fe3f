//! Probabilities over time: a lane for each of a few labels, below the segments' best ones.

use super::axis::{Axis, Plot};
use super::layout::{Layout, IN_PAGE};
use super::marks::Marks;
use super::scene::{Ink, Scene, Words};
use super::spans::shared;
use super::PictureError;
use crate::model::answer::SegmentAnswer;
use std::collections::BTreeMap;

/// Most lanes.
const MOST_LANES: usize = 6;
/// Height of a lane.
const HEIGHT: f64 = 62.0;
/// Most steps of a lane: there are not many more units across.
const MOST_STEPS: usize = 600;

/// Probability of a label over a span of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaneStep {
    /// Start, s.
    pub from_s: f64,
    /// End, s; spans may overlap, as segments do.
    pub to_s: f64,
    /// Probability, 0 to 1.
    pub probability: f64,
}

/// One label over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// The label.
    pub label: String,
    /// Its probabilities in order of time; where there is none, the lane is empty.
    pub steps: Vec<LaneStep>,
}

impl Lane {
    /// Lanes of the `most` labels that are best over the longest time, each where it is the best one.
    pub fn of_segments(segments: &[SegmentAnswer], most: usize) -> Vec<Self> {
        let mut lanes: BTreeMap<&str, Vec<LaneStep>> = BTreeMap::new();
        for s in segments {
            lanes.entry(&s.label).or_default().push(LaneStep {
                from_s: s.start_s,
                to_s: s.end_s,
                probability: s.probability,
            });
        }
        let mut lanes: Vec<(&str, Vec<LaneStep>)> = lanes.into_iter().collect();
        lanes.sort_by_key(|lane| std::cmp::Reverse(lane.1.len()));
        lanes.truncate(most);
        let named = lanes.into_iter().map(|(label, steps)| Self {
            label: label.to_owned(),
            steps,
        });
        named.collect()
    }
}

/// What a timeline shows.
#[derive(Debug, Clone)]
pub struct Timeline<'a> {
    /// Length of what was analysed, s.
    pub duration_s: f64,
    /// Where in the recording the first sample stands, s.
    pub starts_s: f64,
    /// The segments with their best labels.
    pub segments: &'a [SegmentAnswer],
    /// The labels whose probability is drawn; the first six are.
    pub lanes: &'a [Lane],
}

impl Timeline<'_> {
    /// The picture for a page; needs [`STYLE`](super::STYLE).
    ///
    /// # Errors
    /// None today; as the other pictures'.
    pub fn svg(&self) -> Result<String, PictureError> {
        self.scene(&IN_PAGE).svg("timeline")
    }

    fn scene(&self, layout: &Layout) -> Scene {
        let time = Axis::time(0.0, self.duration_s, self.starts_s);
        let marks = Marks::of(self.segments, MOST_STEPS);
        let mut scene = Scene::new(
            layout.width,
            "Probability of labels over time".to_owned(),
            self.description(&marks),
        );
        let (left, line) = (layout.left, layout.line);
        let width = layout.width - left - 24.0;
        let across = |t: f64| left + width * time.share(t.clamp(time.from, time.to));
        let mut y = 6.0;
        let caption = |scene: &mut Scene, y: f64, text: String| {
            let text = layout.fit(&text, left, layout.width);
            scene.write(Words::new((left, y + 0.72 * line), text));
        };
        if !marks.stretches.is_empty() {
            caption(&mut scene, y, "Best label of each segment".to_owned());
            let strip = (y + line, y + 1.9 * line);
            marks.draw(&mut scene, layout, strip, across);
            y = marks.legend(&mut scene, layout, strip.1 + 4.0) + 4.0;
        }
        let shown = self.lanes.len().min(MOST_LANES);
        for (n, lane) in self.lanes.iter().take(MOST_LANES).enumerate() {
            caption(&mut scene, y, format!("{}: probability", lane.label));
            let plot = Plot {
                left,
                top: y + line,
                width,
                height: HEIGHT,
                x: time,
                y: Axis::plain(0.0, 1.0),
            };
            lane.draw(&mut scene, &plot);
            // The times stand below the last lane only, the ticks below each.
            let is_last = n + 1 == shown;
            plot.axes(&mut scene, (if is_last { 10 } else { 0 }, 2));
            y = plot.bottom() + 8.0;
        }
        if shown > 0 {
            let words = Words::new((left, y + 1.5 * line), format!("Time in {}", time.unit()));
            scene.write(words.ink(Ink::Muted));
            y += 1.8 * line;
        }
        scene.height = y + 4.0;
        scene
    }

    fn description(&self, marks: &Marks) -> String {
        let best: Vec<&str> = marks.marks.iter().map(|m| m.label.as_str()).collect();
        let mut text = format!("Over {:.1} s.", self.duration_s);
        if !best.is_empty() {
            text.push_str(&format!(
                " Best labels of the segments: {}.",
                best.join(", ")
            ));
        }
        for lane in self.lanes.iter().take(MOST_LANES) {
            let all = lane.steps.iter().map(|s| s.probability);
            let most = all.filter(|p| p.is_finite()).fold(f64::NAN, f64::max);
            if most.is_finite() {
                text.push_str(&format!(" {}: at most {most:.2}.", lane.label));
            }
        }
        text
    }
}

impl Lane {
    fn draw(&self, scene: &mut Scene, plot: &Plot) {
        let steps = self.thinned();
        let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut end = f64::NEG_INFINITY;
        for step in &steps {
            let height = step.probability.clamp(0.0, 1.0);
            let (from, to) = (
                plot.nearest(step.from_s, height),
                plot.nearest(step.to_s, height),
            );
            scene.rectangle((from.0, from.1), (to.0, plot.bottom()), Ink::Band);
            match runs.last_mut() {
                Some(run) if step.from_s - end < 1e-6 => run.extend([from, to]),
                _ => runs.push(vec![from, to]),
            }
            end = step.to_s;
        }
        scene.lines(runs, Ink::Accent, None);
    }

    /// Steps that do not overlap; where there are too many, the largest of each part of the time.
    fn thinned(&self) -> Vec<LaneStep> {
        let mut steps = self.steps.clone();
        steps.retain(|s| s.probability.is_finite());
        steps.sort_by(|a, b| a.from_s.total_cmp(&b.from_s));
        let spans: Vec<(f64, f64)> = steps.iter().map(|s| (s.from_s, s.to_s)).collect();
        let own: Vec<LaneStep> = steps
            .iter()
            .zip(shared(&spans))
            .filter_map(|(step, share)| {
                let (from_s, to_s) = share?;
                Some(LaneStep {
                    from_s,
                    to_s,
                    ..*step
                })
            })
            .collect();
        let (Some(first), Some(last)) = (own.first(), own.last()) else {
            return own;
        };
        if own.len() <= MOST_STEPS {
            return own;
        }
        let (start, part) = (first.from_s, (last.to_s - first.from_s) / MOST_STEPS as f64);
        let mut parts: Vec<Option<f64>> = vec![None; MOST_STEPS];
        for step in &own {
            let at = (0.5 * (step.from_s + step.to_s) - start) / part;
            let largest = &mut parts[(at as usize).min(MOST_STEPS - 1)];
            *largest = Some(largest.map_or(step.probability, |p| p.max(step.probability)));
        }
        let all = parts.into_iter().enumerate().filter_map(|(n, largest)| {
            let from_s = start + n as f64 * part;
            Some(LaneStep {
                from_s,
                to_s: from_s + part,
                probability: largest?,
            })
        });
        all.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::picture::scene::Item;
    use crate::report::picture::testing::{is_well_formed, numbers_are_finite, segments};

    fn steps(values: &[f64]) -> Vec<LaneStep> {
        let step = |(n, p): (usize, &f64)| LaneStep {
            from_s: n as f64,
            to_s: n as f64 + 2.0,
            probability: *p,
        };
        values.iter().enumerate().map(step).collect()
    }

    fn lane(label: &str, values: &[f64]) -> Lane {
        Lane {
            label: label.to_owned(),
            steps: steps(values),
        }
    }

    #[test]
    fn a_lane_is_as_high_as_its_probability() {
        let lanes = [lane("harop", &[0.25, 0.75, 0.75])];
        let timeline = Timeline {
            duration_s: 4.0,
            starts_s: 0.0,
            segments: &[],
            lanes: &lanes,
        };
        let scene = timeline.scene(&IN_PAGE);
        let line = scene.items.iter().find_map(|item| match item {
            Item::Lines { runs, ink, .. } if *ink == Ink::Accent => Some(&runs[0]),
            _ => None,
        });
        let (top, left, width) = (
            6.0 + IN_PAGE.line,
            IN_PAGE.left,
            760.0 - IN_PAGE.left - 24.0,
        );
        let at = |t: f64, p: f64| (left + width * t / 4.0, top + HEIGHT * (1.0 - p));
        let expected = [
            (0.0, 0.25),
            (1.5, 0.25),
            (1.5, 0.75),
            (2.5, 0.75),
            (2.5, 0.75),
            (4.0, 0.75),
        ];
        for (found, (t, p)) in line.unwrap().iter().zip(expected) {
            let wanted = at(t, p);
            assert!(
                (found.0 - wanted.0).hypot(found.1 - wanted.1) < 1e-6,
                "{found:?} {wanted:?}"
            );
        }
    }

    #[test]
    fn lanes_of_segments_are_those_that_last_longest() {
        let lanes = Lane::of_segments(&segments(&["a", "b", "b", "c", "b", "c"]), 2);
        let names: Vec<(&str, usize)> = lanes
            .iter()
            .map(|l| (l.label.as_str(), l.steps.len()))
            .collect();
        assert_eq!(names, [("b", 3), ("c", 2)]);
    }

    #[test]
    fn ten_hours_keep_their_peaks_in_a_small_picture() {
        let mut values = vec![0.1; 36_000];
        values[20_000] = 0.9;
        let lanes = [lane("harop", &values)];
        let all = lanes[0].thinned();
        assert_eq!(all.len(), MOST_STEPS);
        assert_eq!(all.iter().filter(|s| s.probability == 0.9).count(), 1);
        let timeline = Timeline {
            duration_s: 36_000.0,
            starts_s: 0.0,
            segments: &segments(&["siren", "harop"].repeat(18_000)),
            lanes: &lanes,
        };
        let svg = timeline.svg().unwrap();
        assert!(
            svg.len() < 150_000 && svg.contains("h:min:s"),
            "{}",
            svg.len()
        );
    }

    #[test]
    fn nothing_and_what_is_no_number_are_drawn_and_names_escaped() {
        let lanes = [lane("<b>", &[f64::NAN, 2.0, -1.0]), lane("none", &[])];
        for (duration_s, lanes) in [(0.0, &[][..]), (f64::NAN, &lanes), (3.0, &lanes)] {
            let timeline = Timeline {
                duration_s,
                starts_s: f64::NAN,
                segments: &segments(&["&"]),
                lanes,
            };
            let svg = timeline.svg().unwrap();
            assert!(is_well_formed(&svg) && !svg.contains("<b>"), "{svg}");
            assert!(svg.contains("NaN") == duration_s.is_nan(), "{svg}");
            assert_eq!(svg, timeline.svg().unwrap());
        }
        assert!(numbers_are_finite("<path d=\"M1 2\"/>"));
    }
}
