//! Feature vectors in one byte a number.
//!
//! Each feature has a table of at most 255 values; a number is stored as the place of the nearest. The
//! values lie as dense as the third root of the numbers' density, which keeps the mean square error least
//! (Panter and Dite 1951): 0.3 to 1 % of a feature's standard deviation, where a phone's codec moves it by a
//! third of one.

use ndarray::Array2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// What stands for numbers that are none.
const NOT_A_NUMBER: u8 = 255;
/// Most values of a feature.
const LEVELS: usize = 255;
/// Steps in which a feature's range is divided to find the density.
const STEPS: usize = 4096;

/// Feature vectors, a byte a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Codes {
    n_rows: usize,
    /// The values of each feature, rising.
    levels: Vec<Vec<f32>>,
    /// Features one after the other, each with all rows.
    #[serde(with = "bytes")]
    codes: Vec<u8>,
}

impl Codes {
    /// Stores `features` (rows x features).
    pub(super) fn of(features: &Array2<f32>) -> Self {
        let columns: Vec<(Vec<f32>, Vec<u8>)> = (0..features.ncols())
            .into_par_iter()
            .map(|k| {
                let column = features.column(k).to_vec();
                let levels = levels(&column);
                let codes = column.iter().map(|x| nearest(&levels, *x)).collect();
                (levels, codes)
            })
            .collect();
        let (levels, codes): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        Self {
            n_rows: features.nrows(),
            levels,
            codes: codes.concat(),
        }
    }

    /// What was stored, each number as the nearest value of its feature; `None` if the sizes contradict each
    /// other or a code has no value.
    pub(super) fn decode(&self) -> Option<Array2<f32>> {
        let width = self.levels.len();
        // Without a column nothing would hold the number of rows in bounds.
        if width == 0 || self.codes.len() != self.n_rows.checked_mul(width)? {
            return None;
        }
        let mut features = Array2::zeros((self.n_rows, width));
        for (k, levels) in self.levels.iter().enumerate() {
            let codes = &self.codes[k * self.n_rows..(k + 1) * self.n_rows];
            for (to, &code) in features.column_mut(k).iter_mut().zip(codes) {
                *to = match code {
                    NOT_A_NUMBER => f32::NAN,
                    code => *levels.get(usize::from(code))?,
                };
            }
        }
        Some(features)
    }
}

/// The values that stand for those of a column.
fn levels(column: &[f32]) -> Vec<f32> {
    let mut known: Vec<f32> = column.iter().copied().filter(|x| x.is_finite()).collect();
    known.sort_by(f32::total_cmp);
    let mut distinct = known.clone();
    distinct.dedup();
    if distinct.len() <= LEVELS {
        return distinct;
    }
    let (low, high) = (f64::from(known[0]), f64::from(known[known.len() - 1]));
    let step = (high - low) / STEPS as f64;
    let mut counts = vec![0.0f64; STEPS];
    for x in &known {
        let place = ((f64::from(*x) - low) / step) as usize;
        counts[place.min(STEPS - 1)] += 1.0;
    }
    let density: Vec<f64> = counts.iter().map(|n| n.cbrt()).collect();
    let total: f64 = density.iter().sum();
    let mut levels = Vec::with_capacity(LEVELS);
    let mut below = 0.0;
    for (place, own) in density.iter().enumerate() {
        while levels.len() < LEVELS {
            let wanted = (levels.len() as f64 + 0.5) / LEVELS as f64 * total;
            if wanted > below + own {
                break;
            }
            let within = (wanted - below) / own.max(1e-12);
            levels.push((low + (place as f64 + within) * step) as f32);
        }
        below += own;
    }
    levels.dedup();
    levels
}

/// Place of the value next to `x` among the rising `levels`.
fn nearest(levels: &[f32], x: f32) -> u8 {
    if !x.is_finite() || levels.is_empty() {
        return NOT_A_NUMBER;
    }
    let above = levels.partition_point(|level| *level < x);
    let below = above.saturating_sub(1);
    let above = above.min(levels.len() - 1);
    let place = match x - levels[below] < levels[above] - x {
        true => below,
        false => above,
    };
    place as u8
}

/// A byte string in MessagePack, not a list of numbers.
mod bytes {
    use serde::de::{Error, SeqAccess, Visitor};
    use serde::{Deserializer, Serializer};
    use std::fmt;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        from.deserialize_byte_buf(Bytes)
    }

    struct Bytes;

    impl<'de> Visitor<'de> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }

        fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
            Ok(bytes)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<u8>, A::Error> {
            let mut bytes = Vec::new();
            while let Some(byte) = list.next_element()? {
                bytes.push(byte);
            }
            Ok(bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::sample::blobs;

    #[test]
    fn numbers_come_back_within_about_a_hundredth_of_their_spread() {
        let features = blobs(5000, 3, 2, 2.0, 1).records;
        let back = Codes::of(&features).decode().unwrap();
        for (was, is) in features.columns().into_iter().zip(back.columns()) {
            let spread = was.std(0.0);
            let error = (&was - &is).mapv(|x| x * x).mean().unwrap().sqrt();
            assert!(error < 0.012 * spread, "{error} of {spread}");
        }
    }

    #[test]
    fn what_is_stored_again_is_the_same() {
        let features = blobs(2000, 2, 2, 1.0, 2).records;
        let once = Codes::of(&features).decode().unwrap();
        assert_eq!(Codes::of(&once).decode().unwrap(), once);
    }

    #[test]
    fn few_values_and_missing_ones_come_back_as_they_were() {
        let features = Array2::from_shape_fn((600, 1), |(i, _)| match i % 4 {
            3 => f32::NAN,
            n => n as f32 * 0.1,
        });
        let back = Codes::of(&features).decode().unwrap();
        for (was, is) in features.iter().zip(&back) {
            assert!(was == is || was.is_nan() && is.is_nan());
        }
    }

    #[test]
    fn codes_that_do_not_fit_are_refused() {
        let mut codes = Codes::of(&blobs(10, 2, 2, 1.0, 3).records);
        codes.n_rows = 11;
        assert!(codes.decode().is_none());
        let empty = Codes {
            n_rows: usize::MAX,
            levels: Vec::new(),
            codes: Vec::new(),
        };
        assert!(empty.decode().is_none());
        codes.n_rows = 10;
        codes.codes[0] = 200;
        assert!(codes.decode().is_none());
    }
}
