//! A scene becomes pixels: one per unit of the scene, on white, whatever the page's colours.

use super::scene::{Anchor, Ink, Item, Scene, Stand, Words};
use super::{colour, png, PictureError};
use crate::report::words::printable;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use embedded_graphics::mono_font::mapping::Mapping;
use embedded_graphics::mono_font::{
    iso_8859_1, iso_8859_2, iso_8859_5, iso_8859_7, iso_8859_9, MonoFont, MonoTextStyle,
};
use embedded_graphics::pixelcolor::{Rgb888, RgbColor};
use embedded_graphics::text::{Baseline, Text};
use embedded_graphics::{Drawable, Pixel};

/// Width of a letter, pixels.
pub(super) const LETTER: f64 = 9.0;

type Alphabet = (
    Mapping,
    &'static MonoFont<'static>,
    &'static MonoFont<'static>,
);

/// Letters that can be drawn, plain and heavy: of each word's letter the first alphabet that has it.
const ALPHABETS: [Alphabet; 5] = [
    (
        Mapping::Iso8859_1,
        &iso_8859_1::FONT_9X18,
        &iso_8859_1::FONT_9X18_BOLD,
    ),
    (
        Mapping::Iso8859_5,
        &iso_8859_5::FONT_9X18,
        &iso_8859_5::FONT_9X18_BOLD,
    ),
    (
        Mapping::Iso8859_2,
        &iso_8859_2::FONT_9X18,
        &iso_8859_2::FONT_9X18_BOLD,
    ),
    (
        Mapping::Iso8859_7,
        &iso_8859_7::FONT_9X18,
        &iso_8859_7::FONT_9X18_BOLD,
    ),
    (
        Mapping::Iso8859_9,
        &iso_8859_9::FONT_9X18,
        &iso_8859_9::FONT_9X18_BOLD,
    ),
];

/// Colour, opacity and width of an ink.
struct Look {
    rgb: [u8; 3],
    opacity: f64,
    width: f64,
}

fn look(ink: Ink) -> Look {
    const BLACK: [u8; 3] = [20, 20, 20];
    const WHITE: [u8; 3] = [255, 255, 255];
    const BLUE: [u8; 3] = [11, 87, 164];
    let (rgb, opacity, width) = match ink {
        Ink::Plain => (BLACK, 1.0, 1.0),
        Ink::Grid => (BLACK, 0.15, 1.0),
        Ink::Muted => (BLACK, 0.7, 1.0),
        Ink::Accent => (BLUE, 1.0, 2.0),
        Ink::Band => (BLUE, 0.28, 1.0),
        Ink::PaleBand => (BLACK, 0.12, 1.0),
        Ink::Measured => (BLACK, 1.0, 1.5),
        Ink::Over => (WHITE, 1.0, 1.6),
        Ink::Edge => ([0, 0, 0], 0.75, 4.0),
        Ink::Night => ([38, 66, 110], 1.0, 1.0),
        Ink::Paper => (WHITE, 1.0, 1.0),
    };
    Look {
        rgb,
        opacity,
        width,
    }
}

impl Scene {
    /// The picture as PNG.
    pub(super) fn png(&self, picture: &'static str) -> Result<Vec<u8>, PictureError> {
        let mut canvas = Canvas::new(self.width.ceil() as usize, self.height.ceil() as usize);
        for item in &self.items {
            canvas.draw(item);
        }
        let size = (canvas.width, canvas.height);
        png::true_colour(picture, size, &canvas.rgb)
    }
}

struct Canvas {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Canvas {
    fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            rgb: vec![255; 3 * width * height],
        }
    }

    fn draw(&mut self, item: &Item) {
        match item {
            Item::Lines { runs, ink, dash } => {
                let look = look(*ink);
                for run in runs {
                    for dash in dashes(run, *dash) {
                        dash.windows(2)
                            .for_each(|ends| self.stroke(ends[0], ends[1], &look));
                    }
                }
            }
            Item::Area { points, ink } => self.fill(points, &look(*ink)),
            Item::Dots { at, radius, ink } => {
                let look = Look {
                    width: 2.0 * radius,
                    ..look(*ink)
                };
                at.iter().for_each(|p| self.stroke(*p, *p, &look));
            }
            Item::Words(words) => self.write(words),
            Item::Image { at, size, shades } => {
                let (width, height) = (size.0.round() as usize, size.1.round() as usize);
                let (left, top) = (at.0.round() as usize, at.1.round() as usize);
                if shades.shades.is_empty() {
                    return;
                }
                for y in 0..height {
                    let row = y * shades.height / height;
                    for x in 0..width {
                        let shade = shades.shades[row * shades.width + x * shades.width / width];
                        self.blend(left + x, top + y, colour::shade(shade), 1.0);
                    }
                }
            }
        }
    }

    fn blend(&mut self, x: usize, y: usize, rgb: [u8; 3], opacity: f64) {
        if x >= self.width || y >= self.height {
            return;
        }
        let at = 3 * (y * self.width + x);
        for (own, new) in self.rgb[at..at + 3].iter_mut().zip(rgb) {
            let mixed = f64::from(*own) + opacity * (f64::from(new) - f64::from(*own));
            *own = mixed.round() as u8;
        }
    }

    /// A line with round ends: each pixel is covered as far as its middle lies within half the width.
    fn stroke(&mut self, from: (f64, f64), to: (f64, f64), look: &Look) {
        let reach = 0.5 * look.width + 0.5;
        let pixels = |a: f64, b: f64, most: usize| {
            let low = (a.min(b) - reach).floor().clamp(0.0, most as f64) as usize;
            let high = (a.max(b) + reach).ceil().clamp(0.0, most as f64) as usize;
            low..high
        };
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let square = dx * dx + dy * dy;
        for y in pixels(from.1, to.1, self.height) {
            for x in pixels(from.0, to.0, self.width) {
                let (px, py) = (x as f64 + 0.5 - from.0, y as f64 + 0.5 - from.1);
                let along = match square > 0.0 {
                    true => ((px * dx + py * dy) / square).clamp(0.0, 1.0),
                    false => 0.0,
                };
                let off = (px - along * dx).hypot(py - along * dy);
                let covered = (reach - off).clamp(0.0, 1.0);
                if covered > 0.0 {
                    self.blend(x, y, look.rgb, covered * look.opacity);
                }
            }
        }
    }

    /// A polygon: pixels whose middle lies within.
    fn fill(&mut self, points: &[(f64, f64)], look: &Look) {
        let low = points.iter().map(|p| p.1).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
        let rows = low.max(0.0) as usize..(high.max(0.0).ceil() as usize).min(self.height);
        for row in rows {
            let y = row as f64 + 0.5;
            let mut crossings: Vec<f64> = (0..points.len())
                .map(|n| (points[n], points[(n + 1) % points.len()]))
                .filter(|(a, b)| (a.1 <= y) != (b.1 <= y))
                .map(|(a, b)| a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0))
                .collect();
            crossings.sort_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let from = (pair[0] + 0.5).floor().max(0.0) as usize;
                let to = ((pair[1] + 0.5).floor().max(0.0) as usize).min(self.width);
                for x in from..to {
                    self.blend(x, row, look.rgb, look.opacity);
                }
            }
        }
    }

    fn write(&mut self, words: &Words) {
        let text = printable(&words.text);
        let width = LETTER * text.chars().count() as f64;
        let left = match words.anchor {
            Anchor::Start => words.at.0,
            Anchor::Middle => words.at.0 - 0.5 * width,
            Anchor::End => words.at.0 - width,
        };
        // Of the font's 18 pixels, capitals stand on the 14th and are 10 high.
        let baseline = match words.stand {
            Stand::Below => words.at.1 + 11.0,
            Stand::Beside => words.at.1 + 5.0,
            Stand::Above => words.at.1,
        };
        // What lies far outside is left out: the font counts in 32 bits.
        if [left, baseline].iter().any(|at| at.abs() > 1e5) {
            return;
        }
        let (left, baseline) = (left.round() as i32, baseline.round() as i32);
        if words.ink == Ink::Over {
            for (dx, dy) in [
                (-1, 0),
                (1, 0),
                (0, -1),
                (0, 1),
                (-1, -1),
                (1, 1),
                (-1, 1),
                (1, -1),
            ] {
                self.letters(&text, (left + dx, baseline + dy), words.is_title, [0; 3]);
            }
        }
        let Look { rgb, opacity, .. } = look(words.ink);
        // Words are not mixed with what lies below, but of a grey of their own.
        let rgb = rgb.map(|v| (255.0 - opacity * (255.0 - f64::from(v))).round() as u8);
        self.letters(&text, (left, baseline), words.is_title, rgb);
    }

    fn letters(&mut self, text: &str, at: (i32, i32), is_heavy: bool, rgb: [u8; 3]) {
        let mut one = [0u8; 4];
        for (n, letter) in text.chars().enumerate() {
            let has = |a: &&Alphabet| a.0.glyph_mapping().contains(letter);
            let (_, plain, heavy) = ALPHABETS.iter().find(has).unwrap_or(&ALPHABETS[0]);
            let font = if is_heavy { heavy } else { plain };
            let style = MonoTextStyle::new(font, Rgb888::new(rgb[0], rgb[1], rgb[2]));
            let place = Point::new(at.0.saturating_add(n as i32 * LETTER as i32), at.1);
            let letter = letter.encode_utf8(&mut one);
            let drawn = Text::with_baseline(letter, place, style, Baseline::Alphabetic);
            let Ok(_) = drawn.draw(self);
        }
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(self.width as u32, self.height as u32)
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = std::convert::Infallible;

    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Self::Error>
    where
        I: IntoIterator<Item = Pixel<Rgb888>>,
    {
        for Pixel(at, c) in pixels {
            if let (Ok(x), Ok(y)) = (usize::try_from(at.x), usize::try_from(at.y)) {
                self.blend(x, y, [c.r(), c.g(), c.b()], 1.0);
            }
        }
        Ok(())
    }
}

/// A line cut into its dashes.
fn dashes(run: &[(f64, f64)], dash: Option<(f64, f64)>) -> Vec<Vec<(f64, f64)>> {
    let Some((on, off)) = dash.filter(|(on, off)| *on > 0.0 && *off > 0.0) else {
        return vec![run.to_vec()];
    };
    let mut all = Vec::new();
    let mut own = vec![run[0]];
    let (mut is_on, mut left) = (true, on);
    for ends in run.windows(2) {
        let (mut from, to) = (ends[0], ends[1]);
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length > left {
            let share = left / length;
            from = (
                from.0 + share * (to.0 - from.0),
                from.1 + share * (to.1 - from.1),
            );
            length -= left;
            if is_on {
                own.push(from);
                all.push(std::mem::take(&mut own));
            } else {
                own = vec![from];
            }
            is_on = !is_on;
            left = if is_on { on } else { off };
        }
        left -= length;
        if is_on {
            own.push(to);
        }
    }
    if is_on {
        all.push(own);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(items: Vec<Item>) -> Canvas {
        let mut canvas = Canvas::new(40, 30);
        items.iter().for_each(|i| canvas.draw(i));
        canvas
    }

    impl Canvas {
        fn at(&self, x: usize, y: usize) -> [u8; 3] {
            let at = 3 * (y * self.width + x);
            [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
        }
    }

    #[test]
    fn a_line_lies_where_it_should_and_nowhere_else() {
        let canvas = drawn(vec![Item::Lines {
            runs: vec![vec![(5.0, 10.5), (35.0, 10.5)]],
            ink: Ink::Plain,
            dash: None,
        }]);
        assert!((6..34).all(|x| canvas.at(x, 10) == [20; 3]));
        assert!((0..40).all(|x| canvas.at(x, 8) == [255; 3] && canvas.at(x, 12) == [255; 3]));
    }

    #[test]
    fn dashes_are_as_long_as_they_should_be_round_corners_too() {
        let run = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)];
        let found = dashes(&run, Some((6.0, 3.0)));
        let expected = [
            vec![(0.0, 0.0), (6.0, 0.0)],
            vec![(9.0, 0.0), (10.0, 0.0), (10.0, 5.0)],
            vec![(10.0, 8.0), (10.0, 10.0)],
        ];
        assert_eq!(found, expected);
        assert_eq!(dashes(&run, None), [run.to_vec()]);
    }

    #[test]
    fn a_polygon_is_filled_within() {
        let canvas = drawn(vec![Item::Area {
            points: vec![(10.0, 10.0), (20.0, 10.0), (20.0, 20.0), (10.0, 20.0)],
            ink: Ink::Accent,
        }]);
        let filled = (0..30).flat_map(|y| (0..40).map(move |x| (x, y)));
        let filled = filled
            .filter(|(x, y)| canvas.at(*x, *y) != [255; 3])
            .count();
        assert_eq!(filled, 100);
    }

    #[test]
    fn letters_of_other_alphabets_are_not_question_marks() {
        let picture = |text: &str| drawn(vec![Item::Words(Words::new((3.0, 20.0), text))]).rgb;
        let unknown = picture("?");
        assert_eq!(picture("\u{4e2d}"), unknown);
        for letter in ["a", "Ж", "ї", "ş", "α", "é", "ł"] {
            assert_ne!(picture(letter), unknown, "{letter}");
        }
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        let canvas = drawn(vec![
            Item::Lines {
                runs: vec![vec![(-1e9, -1e9), (1e9, 1e9)]],
                ink: Ink::Plain,
                dash: None,
            },
            Item::Words(Words::new((1e12, -1e12), "far away")),
            Item::Area {
                points: vec![(-1e9, -1e9), (1e9, -1e9), (1e9, -1.0)],
                ink: Ink::Band,
            },
        ]);
        assert_eq!(canvas.rgb.len(), 3 * 40 * 30);
    }
}
