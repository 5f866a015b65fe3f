//! A closed interval of a figure or a frequency.

use serde::{Deserialize, Serialize};

/// A closed interval `[low, high]`, written as a two-element array.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 2]", into = "[f64; 2]")]
pub struct Span {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl From<[f64; 2]> for Span {
    fn from([low, high]: [f64; 2]) -> Self {
        Self { low, high }
    }
}

impl From<Span> for [f64; 2] {
    fn from(span: Span) -> Self {
        [span.low, span.high]
    }
}

impl Span {
    /// The interval that holds `value` alone.
    pub const fn of(value: f64) -> Self {
        Self {
            low: value,
            high: value,
        }
    }

    /// Whether `value` lies within, ends included.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Middle of the interval.
    pub fn middle(&self) -> f64 {
        0.5 * (self.low + self.high)
    }

    /// Both ends times `factor`, which is positive.
    pub fn scaled(&self, factor: f64) -> Self {
        Self {
            low: self.low * factor,
            high: self.high * factor,
        }
    }

    /// Products of a value of each; both hold positive values only.
    pub fn times(&self, other: Self) -> Self {
        Self {
            low: self.low * other.low,
            high: self.high * other.high,
        }
    }

    /// Quotients of a value of this by one of `other`; both hold positive values only.
    pub fn over(&self, other: Self) -> Self {
        Self {
            low: self.low / other.high,
            high: self.high / other.low,
        }
    }

    /// What both hold; `None` if they share nothing.
    pub fn overlap(&self, other: Self) -> Option<Self> {
        let low = self.low.max(other.low);
        let high = self.high.min(other.high);
        (low <= high).then_some(Self { low, high })
    }

    /// The smallest interval that holds both.
    pub fn hull(&self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }

    /// Wider by `share` of its width in all, half of it at either end; the lower end stays above
    /// zero.
    pub fn widened(&self, share: f64) -> Self {
        let more = 0.5 * share * (self.high - self.low);
        Self {
            low: (self.low - more).max(f64::MIN_POSITIVE),
            high: self.high + more,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_multiply_divide_and_meet() {
        let (a, b) = (Span::from([2.0, 3.0]), Span::from([4.0, 5.0]));
        assert_eq!(a.times(b), Span::from([8.0, 15.0]));
        assert_eq!(b.over(a), Span::from([4.0 / 3.0, 2.5]));
        assert_eq!(a.overlap(b), None);
        assert_eq!(a.overlap(Span::from([3.0, 9.0])), Some(Span::of(3.0)));
        assert_eq!(a.hull(b), Span::from([2.0, 5.0]));
        assert_eq!(
            Span::from([1.0, 3.0]).widened(0.25),
            Span::from([0.75, 3.25])
        );
    }
}
