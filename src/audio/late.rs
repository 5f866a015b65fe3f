//! Sound that starts later than the video.

use super::warning::{Warning, WarningKind};

/// What starts later by less, in seconds, is not told apart: times are given to a tenth of a second.
const LEAST_S: f64 = 0.05;

/// Silence is put before the sound up to this length, in seconds; a hostile file may ask for years.
const MOST_S: f64 = 600.0;

/// How much silence, in seconds, stands before sound that starts `late_s` after the video, and what is said of it.
pub(super) fn of(late_s: f64) -> (f64, Option<Warning>) {
    // Not the negation: NaN is no delay.
    if !late_s.is_finite() || late_s < LEAST_S {
        return (0.0, None);
    }
    let is_long = late_s > MOST_S;
    let message = match is_long {
        true => format!("the sound starts {late_s:.2} s after the video; all times count from the start of the sound: add {late_s:.2} s for those of the video"),
        false => format!("the sound starts {late_s:.2} s after the video; silence was put before it, so that all times are those of the video"),
    };
    let warning = Warning::new(WarningKind::LateSound, message);
    (if is_long { 0.0 } else { late_s }, Some(warning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_that_is_heard_becomes_silence() {
        assert_eq!(of(0.02), (0.0, None));
        assert_eq!(of(-1.0), (0.0, None));
        assert_eq!(of(f64::NAN), (0.0, None));
        let (silence_s, warning) = of(5.0);
        assert_eq!(silence_s, 5.0);
        assert!(warning.unwrap().message.contains("those of the video"));
    }

    #[test]
    fn a_delay_without_measure_is_only_said() {
        let (silence_s, warning) = of(1e6);
        assert_eq!(silence_s, 0.0);
        assert!(warning.unwrap().message.contains("add 1000000.00 s"));
    }
}
