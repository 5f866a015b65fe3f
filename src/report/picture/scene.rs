//! What a picture consists of, before it is a PNG or an SVG.

use super::heat::Shades;

/// What a line, an area or a word is drawn with; the writers give each its colour and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Frames, ticks and words.
    Plain,
    /// Lines at the ticks.
    Grid,
    /// Words and lines of less weight.
    Muted,
    /// What was fitted, or is the subject.
    Accent,
    /// An interval, or the area under a line.
    Band,
    /// A lighter one.
    PaleBand,
    /// What was measured.
    Measured,
    /// On a spectrogram: light, with [`Edge`](Self::Edge) below.
    Over,
    /// On a spectrogram: a dark edge around what is light.
    Edge,
    /// Dark on any page, below what is light.
    Night,
    /// Under words that would be crossed by lines.
    Paper,
}

/// Where a word stands to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How words stand to the height of their place, whatever their size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// It is the height of their upper edge.
    Below,
    /// Of their middle.
    Beside,
    /// Of the line that they stand on.
    Above,
}

/// Words.
#[derive(Debug, Clone)]
pub(super) struct Words {
    pub(super) at: (f64, f64),
    pub(super) anchor: Anchor,
    pub(super) stand: Stand,
    pub(super) ink: Ink,
    /// Heavier: headings.
    pub(super) is_title: bool,
    /// Left out where the picture is narrow.
    pub(super) is_minor: bool,
    pub(super) text: String,
}

impl Words {
    /// Plain words on a line that begins at `at`.
    pub(super) fn new(at: (f64, f64), text: impl Into<String>) -> Self {
        Self {
            at,
            anchor: Anchor::Start,
            stand: Stand::Above,
            ink: Ink::Plain,
            is_title: false,
            is_minor: false,
            text: text.into(),
        }
    }

    pub(super) fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) fn stand(self, stand: Stand) -> Self {
        Self { stand, ..self }
    }

    pub(super) fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    pub(super) fn title(self) -> Self {
        Self {
            is_title: true,
            ..self
        }
    }

    pub(super) fn minor(self, is_minor: bool) -> Self {
        Self { is_minor, ..self }
    }
}

/// A piece of a picture.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// Lines of one kind; dashes on and off, or none.
    Lines {
        runs: Vec<Vec<(f64, f64)>>,
        ink: Ink,
        dash: Option<(f64, f64)>,
    },
    /// A filled polygon.
    Area {
        points: Vec<(f64, f64)>,
        ink: Ink,
    },
    /// Round marks.
    Dots {
        at: Vec<(f64, f64)>,
        radius: f64,
        ink: Ink,
    },
    Words(Words),
    /// A spectrogram, stretched over a rectangle.
    Image {
        at: (f64, f64),
        size: (f64, f64),
        shades: Shades,
    },
}

/// A picture laid out.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    /// What it is, for those who cannot see it.
    pub(super) title: String,
    /// What it shows, likewise.
    pub(super) description: String,
    pub(super) items: Vec<Item>,
}

impl Scene {
    pub(super) fn new(width: f64, title: String, description: String) -> Self {
        Self {
            width,
            height: 0.0,
            title,
            description,
            items: Vec::new(),
        }
    }

    /// One line or several; what is not finite, and what is left with fewer than two points, is left out.
    pub(super) fn lines(&mut self, runs: Vec<Vec<(f64, f64)>>, ink: Ink, dash: Option<(f64, f64)>) {
        let runs: Vec<Vec<(f64, f64)>> = runs
            .into_iter()
            .map(finite)
            .filter(|r| r.len() > 1)
            .collect();
        if !runs.is_empty() {
            self.items.push(Item::Lines { runs, ink, dash });
        }
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink) {
        self.lines(vec![vec![from, to]], ink, None);
    }

    pub(super) fn area(&mut self, points: Vec<(f64, f64)>, ink: Ink) {
        let points = finite(points);
        if points.len() > 2 {
            self.items.push(Item::Area { points, ink });
        }
    }

    pub(super) fn rectangle(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink) {
        let corners = vec![from, (to.0, from.1), to, (from.0, to.1)];
        self.area(corners, ink);
    }

    pub(super) fn frame(&mut self, from: (f64, f64), to: (f64, f64)) {
        let corners = vec![from, (to.0, from.1), to, (from.0, to.1), from];
        self.lines(vec![corners], Ink::Plain, None);
    }

    pub(super) fn dots(&mut self, at: Vec<(f64, f64)>, radius: f64, ink: Ink) {
        let at = finite(at);
        if !at.is_empty() {
            self.items.push(Item::Dots { at, radius, ink });
        }
    }

    pub(super) fn write(&mut self, words: Words) {
        if words.at.0.is_finite() && words.at.1.is_finite() && !words.text.is_empty() {
            self.items.push(Item::Words(words));
        }
    }
}

fn finite(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    points.retain(|p| p.0.is_finite() && p.1.is_finite());
    points
}
