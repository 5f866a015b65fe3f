//! Overlapping spans of time share it out.

/// Of each span (start and end, s, in order of start) what is nearer to its middle than to its neighbours'; `None` where
/// nothing is left, and for what are not two numbers in order.
pub(super) fn shared(spans: &[(f64, f64)]) -> Vec<Option<(f64, f64)>> {
    let is_span = |s: &(f64, f64)| s.0.is_finite() && s.1.is_finite() && s.1 > s.0;
    let middle = |s: &(f64, f64)| 0.5 * (s.0 + s.1);
    let mut shares = vec![None; spans.len()];
    let real: Vec<usize> = (0..spans.len()).filter(|n| is_span(&spans[*n])).collect();
    for (place, n) in real.iter().enumerate() {
        let own = spans[*n];
        let bound = |other: usize| 0.5 * (middle(&own) + middle(&spans[other]));
        let before = place.checked_sub(1).map(|p| bound(real[p]));
        let after = real.get(place + 1).map(|next| bound(*next));
        let from = before.map_or(own.0, |b| b.max(own.0));
        let to = after.map_or(own.1, |a| a.min(own.1));
        shares[*n] = (to > from).then_some((from, to));
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlaps_are_halved_and_gaps_left() {
        let spans = [
            (0.0, 2.0),
            (1.0, 3.0),
            (f64::NAN, 4.0),
            (6.0, 8.0),
            (6.0, 8.0),
        ];
        let expected = [
            Some((0.0, 1.5)),
            Some((1.5, 3.0)),
            None,
            Some((6.0, 7.0)),
            Some((7.0, 8.0)),
        ];
        assert_eq!(shared(&spans), expected);
    }
}
