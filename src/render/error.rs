//! What can be wrong with a scene.

use thiserror::Error;

/// A scene that cannot be rendered.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A setting lies outside what the renderer can do, or is not a number.
    #[error(
        "scene setting `{section}.{field}` is {value}; set it between {min} and {max} \
         (both included)"
    )]
    OutOfRange {
        /// The part of the scene.
        section: &'static str,
        /// The field in that part.
        field: &'static str,
        /// The value found.
        value: f64,
        /// The smallest value allowed.
        min: f64,
        /// The largest value allowed.
        max: f64,
    },
    /// What has no propeller and no jet makes no sound that could be rendered.
    #[error(
        "`{signature}` has no propeller: nothing of its flight is heard, so nothing can be \
         rendered. `earwitness signatures show {signature}` says what is heard instead"
    )]
    Silent {
        /// The signature.
        signature: String,
    },
    /// The signature does not fly that phase.
    #[error("`{signature}` has no phase `{phase}`; it has: {known}")]
    NoPhase {
        /// The signature.
        signature: String,
        /// The phase asked for.
        phase: String,
        /// The phases that it has.
        known: String,
    },
    /// A dive so slow and flat that it would take longer than any is followed.
    #[error(
        "a dive from {altitude_m:.0} m at {angle_deg:.1} degrees and {terminal_mps:.1} m/s ({:.0} km/h) does not reach \
         the ground within {most_s:.0} s: begin it lower, or make it steeper or faster",
        3.6 * terminal_mps
    )]
    NeverLands {
        /// Height before the dive, m.
        altitude_m: f64,
        /// Angle below the horizon, degrees.
        angle_deg: f64,
        /// Speed towards which it tends, m/s.
        terminal_mps: f64,
        /// How long a dive is followed, s.
        most_s: f64,
    },
    /// No draw of the sheet's figures makes the shaft turn as it asks for.
    #[error(
        "`{signature}`: no draw of its figures meets `shaft_rpm` of the phase `{phase}`: with its speeds and its shaft in cruise, the shaft \
         would turn at {low:.0} to {high:.0} rpm; correct that figure, or leave it out"
    )]
    Unreachable {
        /// The signature.
        signature: String,
        /// The phase asked for.
        phase: String,
        /// The slowest that was drawn, rpm.
        low: f64,
        /// The fastest, rpm.
        high: f64,
    },
    /// The ends of a range are the wrong way round.
    #[error("scene range `{field}` is [{low}, {high}]; write the smaller value first")]
    Reversed {
        /// The range.
        field: &'static str,
        /// The first value found.
        low: f64,
        /// The second value found.
        high: f64,
    },
}

/// `value` is a number within `min..=max`.
pub(super) fn check_value(
    value: f64,
    section: &'static str,
    field: &'static str,
    min: f64,
    max: f64,
) -> Result<(), RenderError> {
    // A NaN is in no range.
    if (min..=max).contains(&value) {
        Ok(())
    } else {
        Err(RenderError::OutOfRange {
            section,
            field,
            value,
            min,
            max,
        })
    }
}
