//! What is set by hand: each flag in its own unit, within what can be rendered.

use earwitness::channel::MixParams;
use earwitness::render::{Fixed, Phase};
use earwitness::signature::{Signature, Span};

use super::super::exit::UsageError;
use super::RenderArgs;

/// Checks the flags of a clip of `signature`, or of a jet for none.
///
/// # Errors
/// [`UsageError`] names the flag, its range and unit.
pub fn check(args: &RenderArgs, signature: Option<&Signature>) -> Result<(), UsageError> {
    let rpm = signature.map_or(Fixed::RPM, Fixed::rpm_of);
    let speed = Fixed::SPEED_MPS.scaled(3.6);
    let snr = Span::from([MixParams::SNR_DB.low(), MixParams::SNR_DB.high()]);
    for (flag, value, span, unit) in [
        ("--speed", args.speed, speed, "km/h"),
        ("--altitude", args.altitude, Fixed::ALTITUDE_M, "m"),
        ("--offset", args.offset, Fixed::OFFSET_M, "m"),
        ("--dive-angle", args.dive_angle, Fixed::DIVE_DEG, "degrees"),
        ("--rpm", args.rpm, rpm, "revolutions per minute"),
        ("--snr", args.snr, snr, "dB"),
    ] {
        let Span { low, high } = span;
        // A NaN is in no range.
        if let Some(value) = value.filter(|value| !(low..=high).contains(value)) {
            let of = &args.signature;
            let text = format!("{flag} is {value}; give {low} to {high} {unit} for {of}");
            return Err(UsageError(text));
        }
    }
    if args.dive_angle.is_some() && args.phase != Phase::Dive {
        let text = "--dive-angle is that of a dive; add --phase dive, or leave it out";
        return Err(UsageError(text.into()));
    }
    Ok(())
}
