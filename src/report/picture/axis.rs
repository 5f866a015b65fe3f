//! Axes: where a value stands in a picture, and what is written at it.

use super::scene::{Anchor, Ink, Scene, Stand, Words};

/// From here on times are written as minutes and seconds, s.
const CLOCK_S: f64 = 600.0;

/// What an axis counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Counts {
    /// Seconds after a moment of the recording, which stands at this many seconds.
    TimeFrom(f64),
    /// Anything else.
    Plain,
}

/// One axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) counts: Counts,
}

/// A value that is written at an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) text: String,
    /// Left out where the picture is narrow.
    pub(super) is_minor: bool,
}

impl Axis {
    /// An axis of numbers; if the ends are not two numbers apart from each other, it is opened to make it one.
    pub(super) fn plain(from: f64, to: f64) -> Self {
        Self::new(from, to, Counts::Plain)
    }

    /// An axis of seconds.
    pub(super) fn time(from_s: f64, to_s: f64, starts_s: f64) -> Self {
        let starts_s = if starts_s.is_finite() { starts_s } else { 0.0 };
        Self::new(from_s, to_s, Counts::TimeFrom(starts_s))
    }

    fn new(from: f64, to: f64, counts: Counts) -> Self {
        let from = if from.is_finite() { from } else { 0.0 };
        let is_open = to.is_finite() && to - from > 1e-6 * from.abs().max(1e-3);
        Self {
            from,
            to: if is_open {
                to
            } else {
                from + from.abs().max(1.0)
            },
            counts,
        }
    }

    /// Share of the way along the axis.
    pub(super) fn share(&self, value: f64) -> f64 {
        (value - self.from) / (self.to - self.from)
    }

    pub(super) fn holds(&self, value: f64) -> bool {
        (self.from..=self.to).contains(&value)
    }

    /// Round values, about `most` of them; two at least, if any are wanted.
    pub(super) fn ticks(&self, most: usize) -> Vec<Tick> {
        let tries = [most, 2 * most, 4 * most]
            .into_iter()
            .filter(|most| *most > 0);
        let mut ticks = Vec::new();
        for most in tries {
            ticks = self.ticks_at(step((self.to - self.from) / most as f64, self.is_clock()));
            if ticks.len() > 1 {
                break;
            }
        }
        ticks
    }

    /// Multiples of a step.
    fn ticks_at(&self, step: f64) -> Vec<Tick> {
        let starts = self.starts();
        let (from, to) = (self.from + starts, self.to + starts);
        let (first, last) = ((from / step - 1e-6).ceil(), (to / step + 1e-6).floor());
        let all = (0..).map(|n| first + f64::from(n));
        // A step that is lost in the value, 1e-9 beside 1e9, would never come to its end.
        let all: Vec<f64> = all.take_while(|n| *n <= last).take(100).collect();
        let is_crowded = all.len() > 5;
        all.into_iter()
            .map(|n| Tick {
                value: n * step - starts,
                text: match self.is_clock() {
                    true => clock(n * step, step),
                    false => fixed(n * step, decimals(step)),
                },
                is_minor: is_crowded && n.rem_euclid(2.0) > 0.5,
            })
            .collect()
    }

    /// In what times are written.
    pub(super) fn unit(&self) -> &'static str {
        match self.to + self.starts() {
            to if !self.is_clock() || to < CLOCK_S => "s",
            to if to < 3600.0 => "min:s",
            _ => "h:min:s",
        }
    }

    fn starts(&self) -> f64 {
        match self.counts {
            Counts::TimeFrom(starts_s) => starts_s,
            Counts::Plain => 0.0,
        }
    }

    fn is_clock(&self) -> bool {
        self.counts != Counts::Plain && self.to + self.starts() >= CLOCK_S
    }
}

/// The round number at or above `least`.
fn step(least: f64, is_clock: bool) -> f64 {
    const CLOCK: [f64; 13] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0,
    ];
    if is_clock && least > 0.5 {
        let whole_hours = || 3600.0 * step(least / 3600.0, false);
        return CLOCK
            .into_iter()
            .find(|s| *s >= least)
            .unwrap_or_else(whole_hours);
    }
    let power = 10f64.powf(least.max(1e-9).log10().floor());
    let round = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|m| m * power >= 0.97 * least);
    power * round.unwrap_or(10.0)
}

/// Decimals that a multiple of `step` needs.
fn decimals(step: f64) -> usize {
    (-step.log10() - 1e-9).ceil().clamp(0.0, 6.0) as usize
}

/// A number with fixed decimals, and no sign before nought.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.trim_start_matches(['-', '0', '.']).is_empty() {
        true => text.trim_start_matches('-').to_owned(),
        false => text,
    }
}

/// `12:05`, `1:02:03`, `12:05.5`.
fn clock(time_s: f64, step: f64) -> String {
    let decimals = decimals(step);
    let unit = 10f64.powi(decimals as i32);
    // Rounded first: never 1:60.
    let time_s = (time_s * unit).round() / unit;
    let (minutes, seconds) = ((time_s / 60.0).floor(), time_s.rem_euclid(60.0));
    let width = if decimals > 0 { 3 + decimals } else { 2 };
    let (hours, left) = ((minutes / 60.0).floor(), minutes.rem_euclid(60.0));
    match hours >= 1.0 {
        true => format!("{hours:.0}:{left:02.0}:{seconds:0width$.decimals$}"),
        false => format!("{minutes:.0}:{seconds:0width$.decimals$}"),
    }
}

/// A rectangle with two axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) x: Axis,
    pub(super) y: Axis,
}

impl Plot {
    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    pub(super) fn across(&self, x: f64) -> f64 {
        self.left + self.width * self.x.share(x)
    }

    pub(super) fn up(&self, y: f64) -> f64 {
        self.bottom() - self.height * self.y.share(y)
    }

    /// Where a point stands, if within the axes.
    pub(super) fn inside(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        (self.x.holds(x) && self.y.holds(y)).then(|| (self.across(x), self.up(y)))
    }

    /// Where a point stands, or the nearest place within the axes.
    pub(super) fn nearest(&self, x: f64, y: f64) -> (f64, f64) {
        let x = x.clamp(self.x.from, self.x.to);
        let y = y.clamp(self.y.from, self.y.to);
        (self.across(x), self.up(y))
    }

    /// Lines at the ticks, below all else.
    pub(super) fn grid(&self, scene: &mut Scene, ticks: (usize, usize)) {
        let across = self.x.ticks(ticks.0).into_iter().map(|t| {
            let x = self.across(t.value);
            vec![(x, self.top), (x, self.bottom())]
        });
        let up = self.y.ticks(ticks.1).into_iter().map(|t| {
            let y = self.up(t.value);
            vec![(self.left, y), (self.right(), y)]
        });
        scene.lines(across.chain(up).collect(), Ink::Grid, None);
    }

    /// Frame, ticks and what stands at them.
    pub(super) fn axes(&self, scene: &mut Scene, ticks: (usize, usize)) {
        const TICK: f64 = 4.0;
        scene.frame((self.left, self.top), (self.right(), self.bottom()));
        let mut marks = Vec::new();
        for tick in self.x.ticks(ticks.0) {
            let x = self.across(tick.value);
            marks.push(vec![(x, self.bottom()), (x, self.bottom() + TICK)]);
            let words = Words::new((x, self.bottom() + TICK + 2.0), tick.text);
            let words = words.anchor(Anchor::Middle).stand(Stand::Below);
            scene.write(words.minor(tick.is_minor));
        }
        for tick in self.y.ticks(ticks.1) {
            let y = self.up(tick.value);
            marks.push(vec![(self.left - TICK, y), (self.left, y)]);
            let words = Words::new((self.left - TICK - 3.0, y), tick.text);
            let words = words.anchor(Anchor::End).stand(Stand::Beside);
            scene.write(words.minor(tick.is_minor));
        }
        scene.lines(marks, Ink::Plain, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: Axis, most: usize) -> Vec<String> {
        axis.ticks(most).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn ticks_are_round_and_written_as_short_as_they_can_be() {
        assert_eq!(
            texts(Axis::plain(-2.0, 2002.0), 5),
            ["0", "500", "1000", "1500", "2000"]
        );
        assert_eq!(texts(Axis::plain(-0.3, 0.3), 4), ["-0.2", "0.0", "0.2"]);
        assert_eq!(
            texts(Axis::plain(-0.42, 0.42), 4),
            ["-0.4", "-0.2", "0.0", "0.2", "0.4"]
        );
        assert!(texts(Axis::plain(0.0, 1.0), 0).is_empty());
        assert_eq!(
            texts(Axis::time(0.0, 12.3, 0.0), 8),
            ["0", "2", "4", "6", "8", "10", "12"]
        );
        assert_eq!(texts(Axis::time(0.0, 3.0, 10.5), 3), ["11", "12", "13"]);
        assert_eq!(Axis::time(0.0, 3.0, 10.5).ticks(3)[0].value, 0.5);
    }

    #[test]
    fn long_times_are_written_as_on_a_clock() {
        let hours = Axis::time(0.0, 36_000.0, 0.0);
        assert_eq!(
            texts(hours, 5),
            ["0:00", "2:00:00", "4:00:00", "6:00:00", "8:00:00", "10:00:00"]
        );
        assert_eq!(
            (hours.unit(), Axis::time(0.0, 9.0, 0.0).unit()),
            ("h:min:s", "s")
        );
        let late = Axis::time(0.0, 1.0, 3599.2);
        assert_eq!(texts(late, 3), ["59:59.5", "1:00:00.0"]);
    }

    #[test]
    fn axes_that_are_none_become_some() {
        for (from, to) in [
            (f64::NAN, 1.0),
            (0.0, f64::INFINITY),
            (5.0, 5.0),
            (3.0, -3.0),
        ] {
            let axis = Axis::plain(from, to);
            assert!(axis.from.is_finite() && axis.to > axis.from);
            assert!((1..20).contains(&axis.ticks(5).len()), "{axis:?}");
        }
        assert!(Axis::plain(1e12, 1e12 + 1e3).ticks(5).len() < 20);
    }
}
