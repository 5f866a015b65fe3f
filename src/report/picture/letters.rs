//! Words become pixels, in the alphabets that the fonts have.

use super::raster::{look, Canvas, Look};
use super::scene::{Anchor, Ink, Stand, Words};
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

impl Canvas {
    pub(super) fn write(&mut self, words: &Words) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_other_alphabets_are_not_question_marks() {
        let picture = |text: &str| {
            let mut canvas = Canvas::new(40, 30);
            canvas.write(&Words::new((3.0, 20.0), text));
            canvas.rgb
        };
        let unknown = picture("?");
        assert_eq!(picture("\u{4e2d}"), unknown);
        for letter in ["a", "Ж", "ї", "ş", "α", "é", "ł"] {
            assert_ne!(picture(letter), unknown, "{letter}");
        }
    }
}
