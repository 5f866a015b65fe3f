//! What is found: a comb through time.

use super::hop_s;
use serde::{Deserialize, Serialize};

/// Pieces of a track that end and begin as near as this belong together: seconds, and share of the fundamental.
const JOIN: (f64, f64) = (1.0, 0.03);
/// Combs whose fundamentals lie nearer than this share are one: so wide a comb's lines are taken out, too.
const SAME: f64 = 0.012;

/// The fundamental of a comb in one frame.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrackPoint {
    /// Middle of the frame, s from the start.
    pub time_s: f64,
    /// Fundamental, Hz.
    pub f0_hz: f64,
    /// Lower end of its 90 % interval, Hz.
    pub low_hz: f64,
    /// Upper end, Hz.
    pub high_hz: f64,
    /// Mean height of the comb's lines above their gaps, nepers of power.
    pub contrast: f64,
}

impl TrackPoint {
    /// The point of a comb whose fundamental is `by` times as high.
    pub(super) fn scale(&mut self, by: f64) {
        self.f0_hz *= by;
        self.low_hz *= by;
        self.high_hz *= by;
    }
}

/// How far a line stands out over the whole track.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OrderLevel {
    /// Multiple of the fundamental: 0.5, 1, 1.5 ...
    pub order: f64,
    /// Mean height above the gaps beside it, dB.
    pub height_db: f64,
}

/// A comb followed through time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// The frames in which it is heard, in order of time; gaps are where it is not.
    pub points: Vec<TrackPoint>,
    /// Lines stand at multiples of the fundamental over this number: 2 where lines between those of the fundamental
    /// are heard as well.
    pub divisor: usize,
    /// The lines at multiples of the fundamental over [`divisor`](Self::divisor).
    pub orders: Vec<OrderLevel>,
}

impl Track {
    /// Seconds in which it is heard.
    pub fn heard_s(&self) -> f64 {
        self.points.len() as f64 * hop_s()
    }

    /// Median fundamental, Hz; `NaN` for an empty track, which none of this module's is.
    pub fn median_hz(&self) -> f64 {
        let mut all: Vec<f64> = self.points.iter().map(|p| p.f0_hz).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// Mean contrast, nepers of power.
    pub fn contrast(&self) -> f64 {
        let sum: f64 = self.points.iter().map(|p| p.contrast).sum();
        sum / self.points.len().max(1) as f64
    }

    /// The point nearest to a time, if there is one within 0.1 s.
    pub fn at(&self, time_s: f64) -> Option<&TrackPoint> {
        let nearest = self.points.iter().min_by(|a, b| {
            (a.time_s - time_s)
                .abs()
                .total_cmp(&(b.time_s - time_s).abs())
        })?;
        ((nearest.time_s - time_s).abs() <= 0.1).then_some(nearest)
    }

    /// Fundamental of `self` over that of `other` at each frame in which both are heard, in order of time.
    pub fn over(&self, other: &Self) -> Vec<f64> {
        let mut own = self.points.iter().peekable();
        let mut ratios = Vec::new();
        for point in &other.points {
            // Frames of all tracks lie on one grid.
            let apart = |p: &TrackPoint| (p.time_s - point.time_s) / hop_s();
            while own.next_if(|p| apart(p) < -0.5).is_some() {}
            if let Some(same) = own.peek().filter(|p| apart(p) < 0.5) {
                ratios.push(same.f0_hz / point.f0_hz);
            }
        }
        ratios
    }

    /// Whether this is no other comb but lines of `known` that stayed when those that were heard in it were taken out: for at least
    /// half of its time the two keep to one fundamental.
    pub(super) fn is_left_of(&self, known: &Self) -> bool {
        let mut ratios = self.over(known);
        if 2 * ratios.len() < self.points.len() {
            return false;
        }
        ratios.sort_by(f64::total_cmp);
        let middle = ratios.get(ratios.len() / 2);
        middle.is_some_and(|ratio| (ratio - 1.0).abs() < SAME)
    }

    /// Strength by which tracks are ranked: contrast times the seconds in which it is heard.
    pub(super) fn strength(&self) -> f64 {
        self.points.iter().map(|p| p.contrast).sum::<f64>() * hop_s()
    }

    /// Whether `later` goes on where this one ends.
    pub(super) fn goes_on_in(&self, later: &Self) -> bool {
        let (Some(end), Some(start)) = (self.points.last(), later.points.first()) else {
            return false;
        };
        let apart = start.time_s - end.time_s;
        let ratio = start.f0_hz / end.f0_hz;
        (0.0..=JOIN.0).contains(&apart) && (ratio - 1.0).abs() <= JOIN.1
    }

    /// Takes in what follows; the orders are weighed by time.
    pub(super) fn append(&mut self, later: Self) {
        let (a, b) = (self.points.len() as f64, later.points.len() as f64);
        if self.divisor == later.divisor {
            for (own, new) in self.orders.iter_mut().zip(&later.orders) {
                own.height_db = (a * own.height_db + b * new.height_db) / (a + b);
            }
        } else if b > a {
            self.divisor = later.divisor;
            self.orders = later.orders;
        }
        self.points.extend(later.points);
    }
}
