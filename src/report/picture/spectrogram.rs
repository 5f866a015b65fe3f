//! The spectrogram of a recording: 0 to 2 kHz above, all of it below, with the strongest combs and the segments drawn in.

use super::axis::{Axis, Plot};
use super::comb::{self, CombMark};
use super::layout::{Layout, ALONE, IN_PAGE};
use super::marks::Marks;
use super::scene::{Ink, Scene, Words};
use super::sound::{bar, hertz, Sound};
use super::PictureError;
use crate::model::answer::SegmentAnswer;
use crate::spectrum::Overview;

/// Combs that are drawn.
const MOST_COMBS: usize = 3;

/// What a picture of a spectrogram shows.
#[derive(Debug, Clone)]
pub struct Spectrogram<'a> {
    /// A heading, as the name of the recording; only in the PNG, since a page has its own.
    pub heading: &'a str,
    /// A line below it, in smaller type, as the recording's hash; may be empty.
    pub below: &'a str,
    /// The sound.
    pub overview: &'a Overview,
    /// Where in the recording the first sample stands, s.
    pub starts_s: f64,
    /// The strongest combs, the strongest first; three are drawn.
    pub combs: &'a [CombMark<'a>],
    /// The segments with their labels.
    pub segments: &'a [SegmentAnswer],
}

impl Spectrogram<'_> {
    /// The picture by itself, 1200 pixels wide.
    ///
    /// # Errors
    /// [`PictureError`] if it cannot be encoded.
    pub fn png(&self) -> Result<Vec<u8>, PictureError> {
        self.scene(&ALONE).png("spectrogram")
    }

    /// The picture for a page; needs [`STYLE`](super::STYLE).
    ///
    /// # Errors
    /// [`PictureError`] if the sound's image cannot be encoded.
    pub fn svg(&self) -> Result<String, PictureError> {
        self.scene(&IN_PAGE).svg("spectrogram")
    }

    fn scene(&self, layout: &Layout) -> Scene {
        let end_s = self.overview.columns() as f64 * self.overview.column_s();
        let time = Axis::time(0.0, end_s, self.starts_s);
        let mut scene = Scene::new(
            layout.width,
            "Spectrogram".to_owned(),
            self.description(end_s),
        );
        let (left, width) = (layout.left, layout.width - layout.left - layout.right);
        let mut y = 6.0;
        if layout.is_alone {
            y = self.heading(&mut scene, layout, y);
        }
        let across = |t: f64| left + width * time.share(t.clamp(0.0, end_s));
        let marks = Marks::of(self.segments, width as usize);
        if !marks.stretches.is_empty() {
            let strip = (y, y + 0.9 * layout.line);
            marks.draw(&mut scene, layout, strip, across);
            y = strip.1 + 2.0;
        }
        let bands = [&self.overview.low, &self.overview.full];
        for (n, (band, height)) in bands.into_iter().zip(layout.heights).enumerate() {
            let name = ["0-2 kHz", "0-8 kHz"][n];
            let caption = format!("{name}: Hz against {}, dB re full-scale tone", time.unit());
            let place = Words::new((left, y + 0.72 * layout.line), caption);
            scene.write(place.ink(Ink::Muted));
            let plot = Plot {
                left,
                top: y + layout.line,
                width,
                height,
                x: time,
                y: hertz(band, 0..band.bins()),
            };
            let columns = 0..self.overview.columns();
            let sound = Sound::new(band, columns, 0..band.bins(), layout.is_alone, &plot);
            sound.draw(&mut scene, &plot, sound.levels);
            let levels = Axis::plain(sound.levels.low_db, sound.levels.high_db);
            bar(&mut scene, &plot, levels, layout.line);
            for (n, comb) in self.combs.iter().take(MOST_COMBS).enumerate().rev() {
                // So many lines would hide the full band.
                comb.draw(&mut scene, &plot, n, band.bin_hz() < 10.0);
            }
            plot.axes(&mut scene, (10, (height / 36.0) as usize));
            y = plot.bottom() + 8.0 + layout.line;
        }
        for (n, comb) in self.combs.iter().take(MOST_COMBS).enumerate() {
            y = comb.legend(&mut scene, layout, n, y);
        }
        y = marks.legend(&mut scene, layout, y);
        scene.height = y + 8.0;
        scene
    }

    fn heading(&self, scene: &mut Scene, layout: &Layout, top: f64) -> f64 {
        let mut y = top;
        for (text, is_title) in [(self.heading, true), (self.below, false)] {
            if !text.is_empty() {
                let text = layout.fit(text, layout.left, layout.width);
                let words = Words::new((layout.left, y + 0.7 * layout.line), text);
                scene.write(if is_title {
                    words.title()
                } else {
                    words.ink(Ink::Muted)
                });
                y += layout.line;
            }
        }
        y + 4.0
    }

    /// What is seen, for those who cannot see it.
    fn description(&self, end_s: f64) -> String {
        let mut text = format!(
            "Frequency against time over {end_s:.1} s, in two panels, 0 to 2 kHz above and 0 to 8 kHz below; \
             lighter is louder."
        );
        for (n, comb) in self.combs.iter().take(MOST_COMBS).enumerate() {
            if let Some(words) = comb.in_words() {
                text.push_str(&format!(" {}: {words}.", comb::name(n)));
            }
        }
        let marks = Marks::of(self.segments, 600);
        if !marks.marks.is_empty() {
            let labels: Vec<&str> = marks.marks.iter().map(|m| m.label.as_str()).collect();
            text.push_str(&format!(" Segments: {}.", labels.join(", ")));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::picture::png::decode;
    use crate::report::picture::testing::{is_well_formed, numbers_are_finite, segments, track};
    use crate::verify::physics::Range;

    fn hiss(seconds: usize) -> Vec<f32> {
        let mut state = 7u32;
        (0..16_000 * seconds)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                0.1 * (state as f32 / u32::MAX as f32 - 0.5)
            })
            .collect()
    }

    fn picture<'a>(overview: &'a Overview, name: &'a str) -> Spectrogram<'a> {
        Spectrogram {
            heading: name,
            below: "",
            overview,
            starts_s: 0.0,
            combs: &[],
            segments: &[],
        }
    }

    #[test]
    fn like_inputs_give_like_bytes_and_a_picture_that_opens() {
        let overview = Overview::of(&hiss(5));
        let (track, segments) = (
            track(4.0, |t| 150.0 + t),
            segments(&["harop", "siren", "siren"]),
        );
        let combs = [CombMark {
            track: &track,
            range_hz: Range {
                low: 150.2,
                high: 153.8,
            },
            orders: vec![2.0, 3.0],
        }];
        let own = Spectrogram {
            combs: &combs,
            segments: &segments,
            ..picture(&overview, "Запис <1>.mp4")
        };
        let (png, svg) = (own.png().unwrap(), own.svg().unwrap());
        assert_eq!(
            (own.png().unwrap(), own.svg().unwrap()),
            (png.clone(), svg.clone())
        );
        let (width, height, pixels) = decode(&png);
        assert!(width == 1200 && height > 800 && pixels.len() == 3 * width * height);
        assert!(is_well_formed(&svg), "{svg}");
        for words in [
            "Comb 1: 150 to 154 Hz, lines x 2 3.",
            "S siren",
            "H harop",
            ">2000<",
        ] {
            assert!(svg.contains(words), "{words}");
        }
    }

    #[test]
    fn a_tone_is_light_in_the_picture_where_the_axis_says() {
        let tone = |n: usize| 0.2 * (std::f32::consts::TAU * n as f32 / 16.0).sin();
        let sound: Vec<f32> = (0..80_000)
            .map(|n| if n < 40_000 { tone(n) } else { 0.0 })
            .collect();
        let overview = Overview::of(&sound);
        let own = picture(&overview, "");
        let (width, _, pixels) = decode(&own.png().unwrap());
        // Without heading and segments the low panel begins below one line of words; 1000 Hz is half-way down.
        let (top, left) = (10 + 24, 64);
        let red = |x: usize, y: usize| pixels[3 * ((top + y) * width + left + x)];
        let quarter = (1200 - 64 - 84) / 4;
        assert!(red(quarter, 256) > 200, "{}", red(quarter, 256));
        assert!(red(3 * quarter, 256) < 50 && red(quarter, 128) < 50);
    }

    #[test]
    fn names_from_outside_cannot_leave_their_place() {
        let overview = Overview::of(&hiss(1));
        let hostile = segments(&["</desc><script>", "a\"b&c"]);
        let own = Spectrogram {
            segments: &hostile,
            ..picture(&overview, "<svg onload=x>")
        };
        let svg = own.svg().unwrap();
        assert!(is_well_formed(&svg) && !svg.contains("<script"));
    }

    #[test]
    fn nothing_an_instant_and_hours_are_drawn() {
        let mut broken = track(3.0, |_| f64::NAN);
        broken.points[3].time_s = f64::INFINITY;
        let nowhere = Range {
            low: f64::NAN,
            high: f64::NAN,
        };
        let combs = [CombMark::over(&broken, nowhere)];
        let long = "long ".repeat(400);
        for sound in [vec![], vec![0.1; 10], vec![f32::NAN; 2000], hiss(300)] {
            let overview = Overview::of(&sound);
            let own = Spectrogram {
                combs: &combs,
                ..picture(&overview, &long)
            };
            decode(&own.png().unwrap());
            let svg = own.svg().unwrap();
            assert!(is_well_formed(&svg) && numbers_are_finite(&svg));
            assert!(svg.len() < 1_000_000, "{}", svg.len());
        }
    }
}
