//! Two passages beside each other on one scale: the recording, and a reference that it is like.

use super::axis::{Axis, Plot};
use super::comb::{self, CombMark};
use super::heat::Levels;
use super::layout::{Layout, HALF};
use super::scene::{Ink, Scene, Words};
use super::sound::{bar, hertz, Sound};
use super::PictureError;
use crate::spectrum::Overview;

/// Part of a recording.
#[derive(Debug, Clone)]
pub struct Passage<'a> {
    /// What it is, in a few words.
    pub heading: &'a str,
    /// The recording's sound.
    pub overview: &'a Overview,
    /// From where to where of it, s.
    pub span_s: (f64, f64),
    /// Where in the recording the first sample of the overview stands, s.
    pub starts_s: f64,
    /// A comb to be drawn in.
    pub comb: Option<&'a CombMark<'a>>,
}

/// Two passages. Both are as long across as the longer one; levels are counted from the loudest of each, and shades span as
/// many dB.
#[derive(Debug, Clone)]
pub struct Beside<'a> {
    /// The one on the left, or above.
    pub own: Passage<'a>,
    /// The other.
    pub reference: Passage<'a>,
}

impl Beside<'_> {
    /// Two pictures for a page, beside each other where there is room, else one above the other; needs
    /// [`STYLE`](super::STYLE).
    ///
    /// # Errors
    /// [`PictureError`] if a sound's image cannot be encoded.
    pub fn html(&self) -> Result<String, PictureError> {
        let longest_s = self.own.length_s().max(self.reference.length_s());
        let both = [&self.own, &self.reference];
        let sounds = both.map(|p| p.sound(&p.plot(&HALF, longest_s)));
        let span_db = sounds
            .iter()
            .map(|s| s.levels.high_db - s.levels.low_db)
            .fold(0.0, f64::max);
        let mut html = "<div class=\"ew-pair\">\n".to_owned();
        for (passage, sound) in both.into_iter().zip(&sounds) {
            html.push_str(
                &passage
                    .scene(&HALF, longest_s, sound, span_db)
                    .svg("beside")?,
            );
        }
        html.push_str("</div>\n");
        Ok(html)
    }
}

impl Passage<'_> {
    /// Whole columns, of which there is one at least where there is any.
    fn columns(&self) -> std::ops::Range<usize> {
        let all = self.overview.columns();
        let at = |time_s: f64| (time_s / self.overview.column_s()).max(0.0);
        let from = (at(self.span_s.0) as usize).min(all.saturating_sub(1));
        from..(at(self.span_s.1).ceil() as usize).clamp((from + 1).min(all), all)
    }

    fn length_s(&self) -> f64 {
        self.columns().len() as f64 * self.overview.column_s()
    }

    fn plot(&self, layout: &Layout, longest_s: f64) -> Plot {
        let from_s = self.columns().start as f64 * self.overview.column_s();
        Plot {
            left: layout.left,
            top: 6.0 + 2.0 * layout.line,
            width: layout.width - layout.left - layout.right,
            height: layout.heights[0],
            x: Axis::time(from_s, from_s + longest_s, self.starts_s),
            y: hertz(&self.overview.low, 0..self.overview.low.bins()),
        }
    }

    fn sound(&self, plot: &Plot) -> Sound {
        let low = &self.overview.low;
        Sound::new(low, self.columns(), 0..low.bins(), false, plot)
    }

    fn scene(&self, layout: &Layout, longest_s: f64, sound: &Sound, span_db: f64) -> Scene {
        let plot = self.plot(layout, longest_s);
        let mut description = format!(
            "Spectrogram of {:.1} s, 0 to 2 kHz; lighter is louder.",
            self.length_s()
        );
        if let Some(words) = self.comb.and_then(CombMark::in_words) {
            description.push_str(&format!(" {}: {words}.", comb::name(0)));
        }
        let mut scene = Scene::new(layout.width, self.heading.to_owned(), description);
        let (left, line) = (layout.left, layout.line);
        let heading = layout.fit(self.heading, left, layout.width);
        scene.write(Words::new((left, 6.0 + 0.72 * line), heading).title());
        let caption = format!("Hz against {}, dB re loudest", plot.x.unit());
        let place = Words::new((left, 6.0 + 1.72 * line), caption);
        scene.write(place.ink(Ink::Muted));
        let levels = Levels {
            low_db: sound.levels.high_db - span_db,
            high_db: sound.levels.high_db,
        };
        // The shorter one ends before the plot does.
        let own = Plot {
            width: plot.width * self.length_s() / (plot.x.to - plot.x.from),
            x: Axis {
                to: plot.x.from + self.length_s(),
                ..plot.x
            },
            ..plot
        };
        sound.draw(&mut scene, &own, levels);
        bar(&mut scene, &plot, Axis::plain(-span_db, 0.0), line);
        if let Some(comb) = self.comb {
            comb.draw(&mut scene, &own, 0, true);
        }
        plot.axes(&mut scene, (6, (plot.height / 36.0) as usize));
        scene.height = plot.bottom() + 8.0 + line;
        scene
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::picture::scene::Item;
    use crate::report::picture::testing::{is_well_formed, numbers_are_finite};

    fn overview(seconds: usize, level: f32) -> Overview {
        let tone = |n: usize| level * (std::f32::consts::TAU * n as f32 / 16.0).sin();
        let sound: Vec<f32> = (0..16_000 * seconds).map(tone).collect();
        Overview::of(&sound)
    }

    fn passage(overview: &Overview, span_s: (f64, f64)) -> Passage<'_> {
        Passage {
            heading: "a <passage>",
            overview,
            span_s,
            starts_s: 0.0,
            comb: None,
        }
    }

    #[test]
    fn both_stand_on_one_scale_of_time_and_level() {
        let (long, short) = (overview(8, 0.5), overview(3, 0.01));
        let (own, reference) = (passage(&long, (2.0, 8.0)), passage(&short, (0.0, 3.0)));
        let widths = [&own, &reference].map(|p| {
            let plot = p.plot(&HALF, 6.0);
            let scene = p.scene(&HALF, 6.0, &p.sound(&plot), 40.0);
            let width = scene.items.iter().find_map(|item| match item {
                Item::Image { size, .. } => Some(size.0),
                _ => None,
            });
            width.unwrap()
        });
        assert!((widths[0] / widths[1] - 2.0).abs() < 0.1, "{widths:?}");
        let html = Beside { own, reference }.html().unwrap();
        assert_eq!(html.matches("dB re loudest").count(), 2);
        assert!(is_well_formed(&html) && numbers_are_finite(&html) && !html.contains("<passage"));
    }

    #[test]
    fn passages_outside_their_recording_are_drawn() {
        let (none, some) = (overview(0, 0.0), overview(2, 0.1));
        for (overview, span_s) in [
            (&none, (0.0, 5.0)),
            (&some, (50.0, 60.0)),
            (&some, (1.0, -1.0)),
            (&some, (f64::NAN, f64::INFINITY)),
        ] {
            let both = Beside {
                own: passage(overview, span_s),
                reference: passage(&some, (0.0, 1.0)),
            };
            assert!(is_well_formed(&both.html().unwrap()), "{span_s:?}");
        }
    }
}
