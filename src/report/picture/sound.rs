//! Part of a recording's sound over a plot, with a bar that says what its colours stand for.

use super::axis::{Axis, Plot};
use super::heat::{ladder, Grid, Levels};
use super::scene::{Ink, Item, Scene, Stand, Words};
use crate::spectrum::Band;
use std::ops::Range;

/// Most columns of a spectrogram in a page: more cannot be seen there.
const PAGE_COLUMNS: usize = 900;

/// The frequencies that bins stand for, half a bin at either end included.
pub(super) fn hertz(band: &Band, bins: Range<usize>) -> Axis {
    let at = |k: usize| (k as f64 - 0.5) * band.bin_hz();
    Axis::plain(at(bins.start), at(bins.end))
}

/// Part of a band, ready to be drawn.
pub(super) struct Sound {
    grid: Grid,
    pub(super) levels: Levels,
}

impl Sound {
    /// Brought to the plot's pixels, or left as fine as it is for a page.
    pub(super) fn new(
        band: &Band,
        columns: Range<usize>,
        bins: Range<usize>,
        is_alone: bool,
        plot: &Plot,
    ) -> Self {
        let size = match is_alone {
            true => (plot.width as usize, plot.height as usize),
            false => (columns.len().min(PAGE_COLUMNS), bins.len()),
        };
        let grid = Grid::of(band, columns, bins, size);
        let levels = grid.levels();
        Self { grid, levels }
    }

    /// Draws it over the plot.
    pub(super) fn draw(&self, scene: &mut Scene, plot: &Plot, levels: Levels) {
        let shades = self.grid.shades(levels);
        if !shades.shades.is_empty() {
            scene.items.push(Item::Image {
                at: (plot.left, plot.top),
                size: (plot.width, plot.height),
                shades,
            });
        }
    }
}

/// A bar right of the plot that says which levels, in dB, the colours stand for.
pub(super) fn bar(scene: &mut Scene, plot: &Plot, levels: Axis, line: f64) {
    let (left, right) = (plot.right() + 8.0, plot.right() + 20.0);
    let bar = Plot {
        left,
        width: right - left,
        y: levels,
        ..*plot
    };
    scene.items.push(Item::Image {
        at: (left, bar.top),
        size: (bar.width, bar.height),
        shades: ladder(),
    });
    scene.frame((left, bar.top), (right, bar.bottom()));
    let mut marks = Vec::new();
    for tick in bar.y.ticks((bar.height / (2.0 * line)) as usize) {
        let y = bar.up(tick.value);
        marks.push(vec![(right, y), (right + 4.0, y)]);
        let words = Words::new((right + 6.0, y), tick.text);
        scene.write(words.stand(Stand::Beside));
    }
    scene.lines(marks, Ink::Plain, None);
}
