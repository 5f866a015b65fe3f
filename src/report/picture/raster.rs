//! A scene becomes pixels: one per unit of the scene, on white, whatever the page's colours.

use super::scene::{Ink, Item, Scene};
use super::{colour, png, PictureError};

/// Colour, opacity and width of an ink.
pub(super) struct Look {
    pub(super) rgb: [u8; 3],
    pub(super) opacity: f64,
    width: f64,
}

pub(super) fn look(ink: Ink) -> Look {
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

pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) rgb: Vec<u8>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Self {
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

    pub(super) fn blend(&mut self, x: usize, y: usize, rgb: [u8; 3], opacity: f64) {
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
    use super::super::scene::Words;
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
