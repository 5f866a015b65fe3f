//! What lines, dots and hatchings of a picture mean, below it.

use super::layout::Layout;
use super::marks::{hatch, Hatching};
use super::scene::{Ink, Scene, Stand, Words};

/// How something is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sample {
    Dots(Ink),
    Line(Ink, Option<(f64, f64)>),
    Area(Ink),
    Hatched(Hatching),
}

/// Draws samples with their meanings in lines of words below `top`; gives the height of their end.
pub(super) fn draw(
    scene: &mut Scene,
    layout: &Layout,
    top: f64,
    entries: &[(Sample, String)],
) -> f64 {
    let (left, right, line) = (layout.left, layout.width - 8.0, layout.line);
    let swatch = 1.4 * line;
    let (mut x, mut y) = (left, top);
    for (sample, text) in entries {
        let text = layout.fit(text, left + swatch, right);
        let width = swatch + layout.letter * (text.chars().count() as f64 + 2.5);
        if x > left && x + width > right {
            (x, y) = (left, y + line);
        }
        let (from, to) = ((x, y + 0.2 * line), (x + swatch, y + 0.85 * line));
        let middle = y + 0.52 * line;
        match sample {
            Sample::Dots(ink) => {
                let at = [0.2, 0.5, 0.8].map(|share| (x + share * swatch, middle));
                scene.dots(at.to_vec(), DOT, *ink);
            }
            Sample::Line(ink, dash) => {
                scene.lines(vec![vec![(x, middle), (x + swatch, middle)]], *ink, *dash);
            }
            Sample::Area(ink) => scene.rectangle(from, to, *ink),
            Sample::Hatched(hatching) => {
                hatch(scene, *hatching, from, to);
                scene.frame(from, to);
            }
        }
        let words = Words::new((x + swatch + 6.0, middle), text);
        scene.write(words.stand(Stand::Beside));
        x += width;
    }
    match entries.is_empty() {
        true => top,
        false => y + line,
    }
}

/// Radius of a dot.
pub(super) const DOT: f64 = 2.6;
