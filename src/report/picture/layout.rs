//! How large things are in a picture by itself and in one for a page.

use super::letters;

/// Sizes of one kind of picture, in its units.
pub(super) struct Layout {
    pub(super) width: f64,
    /// Room beside a plot: for the numbers at its axis, and for a bar of colours.
    pub(super) left: f64,
    pub(super) right: f64,
    /// Height of a line of words.
    pub(super) line: f64,
    /// Width that a letter needs.
    pub(super) letter: f64,
    /// Of the panels of a spectrogram.
    pub(super) heights: [f64; 2],
    /// Whether it stands alone: with its heading, at one pixel per unit.
    pub(super) is_alone: bool,
}

pub(super) const ALONE: Layout = Layout {
    width: 1200.0,
    left: 64.0,
    right: 84.0,
    line: 24.0,
    letter: letters::LETTER,
    heights: [513.0, 257.0],
    is_alone: true,
};
/// Letters are 14 units high in a wide page and 24 in a narrow one, for which there must be room.
pub(super) const IN_PAGE: Layout = Layout {
    width: 760.0,
    left: 66.0,
    right: 76.0,
    line: 28.0,
    letter: 13.0,
    heights: [330.0, 170.0],
    is_alone: false,
};

/// One of two pictures that stand beside each other where the page is wide, else one above the other: its letters are
/// always 14 units high.
pub(super) const HALF: Layout = Layout {
    width: 380.0,
    left: 44.0,
    right: 56.0,
    line: 20.0,
    letter: 7.5,
    heights: [300.0, 150.0],
    is_alone: false,
};

impl Layout {
    /// A text that begins at `from`, cut where it would not end before `to`.
    pub(super) fn fit(&self, text: &str, from: f64, to: f64) -> String {
        let most = ((to - from) / self.letter).max(4.0) as usize;
        if text.chars().count() <= most {
            return text.to_owned();
        }
        let kept: String = text.chars().take(most - 3).collect();
        format!("{}...", kept.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_say_so() {
        let long = "ж".repeat(200);
        let fitted = ALONE.fit(&long, 0.0, 90.0);
        assert_eq!(fitted, "жжжжжжж...");
        assert_eq!(ALONE.fit("short", 0.0, 90.0), "short");
        assert_eq!(ALONE.fit(&long, 90.0, 0.0), "ж...");
    }
}
