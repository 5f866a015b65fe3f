//! Sums, products and maxima over slices, several values at a time.
//!
//! The compiler keeps the order in which floats are added, so that `iter().sum()` waits for each
//! addition before the next. Here every [`LANES`]th value goes into a sum of its own, and the
//! sums are added up at the end: vector instructions do that four to eight times as fast, and
//! it rounds less. A frame or segment passes through dozens of such sums.

/// Sums side by side: two SSE registers or one AVX register.
const LANES: usize = 8;

/// Does `work` with the widest vector instructions that this processor has.
///
/// A program for any x86-64 may count on four floats at a time; what stands in `work` is compiled
/// once more for eight, and the processor is asked which to take. Neither reorders or joins
/// operations: the result is the same, bit for bit. It pays from about a hundred floats on, and only
/// where all of `work` is inlined: functions that it calls are marked `#[inline(always)]`.
macro_rules! in_lanes {
    ($work:expr) => {{
        let once = $crate::spectrum::sum::Once;
        pulp::Arch::new().dispatch(
            #[inline(always)]
            || {
                let _used_up = once;
                $work
            },
        )
    }};
}
pub(crate) use in_lanes;

/// Used up by a closure, it makes that one which can be called but once. What can be called again is
/// called through a shim, which the compiler need not inline.
pub(crate) struct Once;

/// Adds the lanes up, halves onto halves.
#[inline(always)]
fn total(mut lanes: [f32; LANES]) -> f32 {
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// Sum of `map(value)` over `values`; 0 for none.
///
/// Not inlined, like the others here: where the compiler knows the length it unrolls the loop and
/// loses the lanes.
#[inline(never)]
pub fn sum_of(values: &[f32], map: impl Fn(f32) -> f32) -> f32 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for chunk in chunks {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane += map(v);
        }
    }
    for (lane, &v) in lanes.iter_mut().zip(rest) {
        *lane += map(v);
    }
    total(lanes)
}

/// Sum of `map(x, y)` over the pairs of two slices; the longer one's rest is left out.
#[inline(never)]
pub fn sum_of_pairs(xs: &[f32], ys: &[f32], map: impl Fn(f32, f32) -> f32) -> f32 {
    inlined_sum_of_pairs(xs, ys, map)
}

#[inline(always)]
fn inlined_sum_of_pairs(xs: &[f32], ys: &[f32], map: impl Fn(f32, f32) -> f32) -> f32 {
    let n = xs.len().min(ys.len());
    let ((x_chunks, x_rest), (y_chunks, y_rest)) =
        (xs[..n].as_chunks::<LANES>(), ys[..n].as_chunks::<LANES>());
    let mut lanes = [0.0; LANES];
    for (x_chunk, y_chunk) in x_chunks.iter().zip(y_chunks) {
        for ((lane, &x), &y) in lanes.iter_mut().zip(x_chunk).zip(y_chunk) {
            *lane += map(x, y);
        }
    }
    for ((lane, &x), &y) in lanes.iter_mut().zip(x_rest).zip(y_rest) {
        *lane += map(x, y);
    }
    total(lanes)
}

/// Sum of `values`; 0 for none.
pub fn sum(values: &[f32]) -> f32 {
    sum_of(values, |v| v)
}

/// Mean of `values`; 0 for none.
pub fn mean(values: &[f32]) -> f32 {
    sum(values) / values.len().max(1) as f32
}

/// Inner product of two slices.
pub fn dot(xs: &[f32], ys: &[f32]) -> f32 {
    sum_of_pairs(xs, ys, |x, y| x * y)
}

/// [`dot`], for use within [`in_lanes`].
#[inline(always)]
pub fn inlined_dot(xs: &[f32], ys: &[f32]) -> f32 {
    inlined_sum_of_pairs(xs, ys, |x, y| x * y)
}

/// Largest of `values`, passing over NaN; `f32::MIN` for none.
#[inline(never)]
pub fn highest(values: &[f32]) -> f32 {
    // Not `f32::max`, whose rule for NaN costs three instructions more.
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [f32::MIN; LANES];
    for chunk in chunks {
        for (lane, &v) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, v);
        }
    }
    for (lane, &v) in lanes.iter_mut().zip(rest) {
        *lane = larger(*lane, v);
    }
    lanes.into_iter().fold(f32::MIN, larger)
}

/// Adds `factor * x` of each `x` to its place in `sums`.
pub fn add_scaled(sums: &mut [f32], factor: f32, xs: &[f32]) {
    for (sum, &x) in sums.iter_mut().zip(xs) {
        *sum += factor * x;
    }
}

/// `out += row * matrix`, where `matrix` holds inputs x outputs, input after input.
///
/// Four inputs at a time run along the outputs, so that each output is read and written a
/// quarter as often. `row` must be as long as `matrix` has inputs.
pub fn add_product(out: &mut [f32], row: &[f32], matrix: &[f32]) {
    in_lanes!(inlined_add_product(out, row, matrix));
}

#[inline(always)]
fn inlined_add_product(out: &mut [f32], row: &[f32], matrix: &[f32]) {
    let n_out = out.len();
    let whole = row.len() / 4 * 4;
    let (blocks, rest) = matrix.split_at(whole * n_out);
    for (x, block) in row.chunks_exact(4).zip(blocks.chunks_exact(4 * n_out)) {
        let (w0, block) = block.split_at(n_out);
        let (w1, block) = block.split_at(n_out);
        let (w2, w3) = block.split_at(n_out);
        let columns = w0.iter().zip(w1).zip(w2).zip(w3);
        for (to, (((a, b), c), d)) in out.iter_mut().zip(columns) {
            *to += (x[0] * a + x[1] * b) + (x[2] * c + x[3] * d);
        }
    }
    for (x, w) in row[whole..].iter().zip(rest.chunks_exact(n_out)) {
        for (sum, &w) in out.iter_mut().zip(w) {
            *sum += x * w;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(n: usize) -> Vec<f32> {
        (0..n)
            .map(|i| ((i * 37 + 11) % 101) as f32 / 101.0 - 0.4)
            .collect()
    }

    #[test]
    fn sums_agree_with_plain_ones_at_every_length() {
        for n in 0..40 {
            let (xs, ys) = (series(n), series(n + 3));
            let plain: f32 = xs.iter().sum();
            assert!((sum(&xs) - plain).abs() < 1e-5, "{n}");
            let plain: f32 = xs.iter().zip(&ys).map(|(x, y)| x * y).sum();
            assert!((dot(&xs, &ys) - plain).abs() < 1e-5, "{n}");
            let plain = xs.iter().copied().fold(f32::MIN, f32::max);
            assert_eq!(highest(&xs), plain, "{n}");
        }
        assert_eq!(mean(&[]), 0.0);
    }

    #[test]
    fn the_highest_is_found_past_what_is_no_number() {
        assert_eq!(highest(&[f32::NAN, -3.0, f32::NAN]), -3.0);
    }

    #[test]
    fn a_product_agrees_with_the_plain_sum_at_odd_sizes() {
        let (n_in, n_out) = (7, 3);
        let (matrix, row) = (series(n_in * n_out), series(n_in));
        let mut out = [1.0, 2.0, 3.0];
        add_product(&mut out, &row, &matrix);
        for (k, found) in out.iter().enumerate() {
            let plain: f32 = (0..n_in).map(|i| row[i] * matrix[i * n_out + k]).sum();
            assert!((found - plain - (k as f32 + 1.0)).abs() < 1e-5);
        }
    }
}
