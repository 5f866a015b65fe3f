//! Slips of the pen: which known word somebody may have meant.

/// The word of `known` that differs from `word` by so few slips that it was probably meant; none for a word that is known itself.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distances = known.into_iter().map(|k| (edit_distance(word, k), k));
    let (distance, nearest) = distances.min()?;
    (distance > 0 && distance <= allowed(word, nearest)).then_some(nearest)
}

/// Slips that two words may differ by: short words are near to too many others.
pub fn allowed(a: &str, b: &str) -> usize {
    match a.len().min(b.len()) {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    }
}

/// Letters to put in, take out, exchange or swap with a neighbour to make `a` into `b` (optimal string alignment;
/// Damerau 1964).
pub fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let exchange = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = exchange.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_slips_of_the_pen() {
        for (a, b, n) in [
            ("siren", "siren", 0),
            ("siren", "sirne", 1),
            ("siren", "sirens", 1),
            ("shahed-136", "shaheed-136", 1),
            ("", "abc", 3),
        ] {
            assert_eq!(edit_distance(a, b), n, "{a} {b}");
        }
    }

    #[test]
    fn a_word_is_meant_that_is_near_and_not_the_same() {
        let known = ["piston-uav", "rotary-uav", "jet"];
        assert_eq!(meant("piston-uva", known), Some("piston-uav"));
        assert_eq!(meant("piston-uav", known), None);
        assert_eq!(meant("delta-uav", known), None);
        assert_eq!(meant("set", known), None);
    }
}
