//! How strong a likelihood ratio is, in words.

/// log10 LR from which a word holds, and the word: the scale of ENFSI's Guideline for Evaluative Reporting in Forensic
/// Science (2015), section 4.0.
pub const SCALE: [(f64, &str); 6] = [
    (6.0, "extremely strong support"),
    (4.0, "very strong support"),
    (3.0, "strong support"),
    (2.0, "moderately strong support"),
    (1.0, "moderate support"),
    (0.301, "weak support"),
];

/// What a log10 LR says in words: `moderate support for H1 over H2`. Between 1/2 and 2 it supports neither.
pub fn verbal(log10_lr: f64) -> String {
    let (over, under) = match log10_lr >= 0.0 {
        true => ("H1", "H2"),
        false => ("H2", "H1"),
    };
    match SCALE.iter().find(|(from, _)| log10_lr.abs() >= *from) {
        Some((_, words)) => format!("{words} for {over} over {under}"),
        None => "no support for either hypothesis over the other".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_follow_the_scale_on_both_sides_of_nought() {
        assert_eq!(verbal(1.36), "moderate support for H1 over H2");
        assert_eq!(verbal(-2.0), "moderately strong support for H2 over H1");
        assert!(verbal(0.2).starts_with("no support") && verbal(-0.3).starts_with("no support"));
    }
}
