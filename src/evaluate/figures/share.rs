//! Shares of recordings and rates over time, with their intervals.

use crate::evaluate::error::MetricError;
use crate::evaluate::interval::{clopper_pearson, korn_graubard, poisson_bursts, Interval};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the intervals of stored figures allow for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intervals {
    /// Those of models up to `earwitness-default-7`: a part of them takes recordings for independent, and those at a threshold of 1 %
    /// false alarms take it as given.
    #[default]
    Earlier,
    /// Source groups in all that was recorded, or heard over what was, and the threshold being found on the same recordings.
    BySourceGroup,
}

impl Intervals {
    /// Whether they are those of models up to `earwitness-default-7`.
    pub fn are_earlier(&self) -> bool {
        *self == Self::Earlier
    }
}

/// Confidence of every interval.
const CONFIDENCE: f64 = 0.95;

/// A share of recordings with its interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Recordings that count.
    pub hits: usize,
    /// Recordings in all.
    pub n: usize,
    /// `hits / n`; 0 for none.
    pub share: f64,
    /// 95 % interval.
    pub low: f64,
    /// 95 % interval.
    pub high: f64,
}

impl Share {
    /// A share with its Clopper-Pearson interval, as if recordings were independent.
    ///
    /// # Errors
    /// [`MetricError`] if there are more hits than recordings.
    pub fn new(hits: usize, n: usize) -> Result<Self, MetricError> {
        if n == 0 {
            return Ok(Self {
                hits,
                n,
                share: 0.0,
                low: 0.0,
                high: 1.0,
            });
        }
        let Interval { low, high } = clopper_pearson(hits, n, CONFIDENCE)?;
        Ok(Self {
            hits,
            n,
            share: hits as f64 / n as f64,
            low,
            high,
        })
    }

    /// The share of `all` that `counts` picks.
    ///
    /// # Errors
    /// None in practice: no more are picked than there are.
    pub fn of<T>(
        all: impl IntoIterator<Item = T>,
        counts: impl Fn(&T) -> bool,
    ) -> Result<Self, MetricError> {
        let (mut hits, mut n) = (0, 0);
        for item in all {
            n += 1;
            hits += usize::from(counts(&item));
        }
        Self::new(hits, n)
    }
}

impl Share {
    /// The share of `all`, each of a source group, that `counts` picks, with the interval of Korn and Graubard
    /// ([`korn_graubard`]): recordings of one group may be told rightly or wrongly together.
    ///
    /// # Errors
    /// None in practice: no more are picked than there are.
    pub fn of_groups<T, G: Ord>(
        all: impl IntoIterator<Item = T>,
        group: impl Fn(&T) -> G,
        counts: impl Fn(&T) -> bool,
    ) -> Result<Self, MetricError> {
        let mut clusters: BTreeMap<G, (usize, usize)> = BTreeMap::new();
        for item in all {
            let own = clusters.entry(group(&item)).or_default();
            own.0 += usize::from(counts(&item));
            own.1 += 1;
        }
        let clusters: Vec<(usize, usize)> = clusters.into_values().collect();
        let sum = |of: fn(&(usize, usize)) -> usize| clusters.iter().map(of).sum();
        let share = Self::new(sum(|c| c.0), sum(|c| c.1))?;
        if share.n == 0 {
            return Ok(share);
        }
        let Interval { low, high } = korn_graubard(&clusters, CONFIDENCE)?;
        Ok(Self { low, high, ..share })
    }
}

/// Events per hour with their interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Events.
    pub events: usize,
    /// Hours of sound.
    pub hours: f64,
    /// `events / hours`.
    pub per_hour: f64,
    /// 95 % interval ([`poisson_bursts`]): events of one source group come together. Exact where each came singly (Garwood 1936).
    pub low: f64,
    /// 95 % interval.
    pub high: f64,
}

impl Rate {
    /// The events of so many hours, by the source group of each.
    ///
    /// # Errors
    /// [`MetricError`] if there are no hours.
    pub fn of_groups<G: Ord>(
        events: impl IntoIterator<Item = G>,
        hours: f64,
    ) -> Result<Self, MetricError> {
        if hours.is_nan() || hours <= 0.0 {
            return Err(MetricError::Undefined {
                metric: "events per hour",
                needs: "some sound",
            });
        }
        let mut bursts: BTreeMap<G, usize> = BTreeMap::new();
        for group in events {
            *bursts.entry(group).or_default() += 1;
        }
        let bursts: Vec<usize> = bursts.into_values().collect();
        let events = bursts.iter().sum();
        let Interval { low, high } = poisson_bursts(&bursts, CONFIDENCE)?;
        Ok(Self {
            events,
            hours,
            per_hour: events as f64 / hours,
            low: low / hours,
            high: high / hours,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_recordings_say_nothing_about_the_share() {
        let none = Share::new(0, 0).unwrap();
        assert_eq!((none.share, none.low, none.high), (0.0, 0.0, 1.0));
        let half = Share::of([1, 2, 3, 4], |n| n % 2 == 0).unwrap();
        assert_eq!((half.hits, half.n), (2, 4));
    }

    #[test]
    fn recordings_of_one_group_say_less_than_those_of_many() {
        let recordings: Vec<(usize, bool)> = (0..40).map(|i| (i / 10, i < 20)).collect();
        let of = |group: fn(&(usize, bool)) -> usize| {
            Share::of_groups(recordings.iter().copied(), group, |r| r.1).unwrap()
        };
        let (alone, grouped) = (of(|_| 7), of(|r| r.0));
        assert_eq!((grouped.hits, grouped.n, grouped.share), (20, 40, 0.5));
        let plain = Share::new(20, 40).unwrap();
        assert!(grouped.high > plain.high && grouped.low < plain.low);
        assert!(alone.high > grouped.high);
        assert_eq!(
            Share::of_groups([(0, true); 0], |r| r.0, |r| r.1)
                .unwrap()
                .n,
            0
        );
    }

    #[test]
    fn no_event_in_three_hours_is_compatible_with_one_in_less_than_an_hour() {
        let rate = Rate::of_groups([0; 0], 3.0).unwrap();
        assert_eq!((rate.per_hour, rate.low), (0.0, 0.0));
        assert!((rate.high - 3.689 / 3.0).abs() < 1e-3, "{}", rate.high);
        assert!(Rate::of_groups([0; 0], 0.0).is_err());
    }

    #[test]
    fn alarms_of_one_source_say_less_than_alarms_of_many() {
        let many = Rate::of_groups(0..6, 2.0).unwrap();
        let few = Rate::of_groups([0, 0, 0, 0, 1, 1], 2.0).unwrap();
        assert_eq!((many.events, few.events, few.per_hour), (6, 6, 3.0));
        assert!(few.low < many.low && few.high > many.high + 1.0, "{few:?}");
    }
}
