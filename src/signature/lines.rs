//! At which frequencies an airframe can be heard.
//!
//! All lines hang on one shaft: with shaft rate `s`, gear ratio `g`, `b` blades and `f` firings per
//! revolution the propeller turns at `s/g`, its blades pass at `b s/g`, chambers fire at `f s`, and
//! an electric motor with `p` pole pairs hums at `p s`. Each is the fundamental of a comb. What is
//! in the air is heard higher or lower by the Doppler factor, which scales all lines alike:
//! `1/(1 - v/c)` straight towards the listener, `1/(1 + v/c)` straight away, at 343 m/s, in still
//! air and with a listener who stands.

use super::{Cycle, Phase, Signature, Span, SPEED_OF_SOUND};

/// One line: where its frequency can lie, in Hz.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// In the air at the aircraft, or as it passes at its closest.
    pub at_rest: Span,
    /// At a listener on the ground, from straight away at the largest speed to straight towards.
    pub heard: Span,
}

/// The lines of a signature in one phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// Doppler factor, from straight away to straight towards, both at the largest speed.
    pub doppler: Span,
    /// Rate of the engine's shaft: order 1.
    pub shaft: Line,
    /// Rate of the propeller.
    pub propeller: Line,
    /// Blade-pass frequency.
    pub blade_pass: Line,
    /// Firing rate; `None` for an electric motor.
    pub firing: Option<Line>,
    /// Electrical frequency of the motor, pole pairs times shaft rate; `None` for an engine.
    pub electrical: Option<Line>,
}

/// Factors at which a source at `speed_m_s` is heard straight away and straight towards; the speed
/// is below that of sound.
pub fn doppler_factors(speed_m_s: f64) -> Span {
    let mach = speed_m_s / SPEED_OF_SOUND;
    Span {
        low: 1.0 / (1.0 + mach),
        high: 1.0 / (1.0 - mach),
    }
}

impl Signature {
    /// The lines in a phase; `None` if it does not fly it.
    pub fn lines(&self, phase: Phase) -> Option<Lines> {
        let shaft = self.shaft_rate(phase)?;
        let doppler = doppler_factors(self.speed(phase)?.span().high);
        let propeller = self.propeller.as_ref()?;
        let blades = propeller.blades.span()?;
        let turns = shaft.over(propeller.gear_ratio.span()?);
        let line = |at_rest: Span| Line {
            at_rest,
            heard: at_rest.times(doppler),
        };
        let firings = self.engine.firings_per_revolution.as_ref();
        let pole_pairs = self.engine.pole_pairs.as_ref();
        Some(Lines {
            doppler,
            shaft: line(shaft),
            propeller: line(turns),
            blade_pass: line(turns.times(blades)),
            firing: firings.and_then(|f| f.span()).map(|f| line(shaft.times(f))),
            electrical: pole_pairs
                .and_then(|p| p.span())
                .map(|p| line(shaft.times(p))),
        })
    }

    /// What the engine adds per shaft revolution: firings, or pole pairs of a motor; one interval
    /// for each number that it may be.
    pub(super) fn engine_orders(&self) -> Vec<Span> {
        let figure = match self.engine.cycle.value {
            Cycle::Electric => self.engine.pole_pairs.as_ref(),
            _ => self.engine.firings_per_revolution.as_ref(),
        };
        let values = figure.and_then(|f| f.values.as_ref());
        values.map_or(Vec::new(), |v| v.intervals())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Catalogue;
    use super::*;

    fn near(span: Span, low: f64, high: f64) {
        let close = |a: f64, b: f64| (a - b).abs() <= 0.006 * b;
        assert!(
            close(span.low, low) && close(span.high, high),
            "{span:?} is not {low} to {high}"
        );
    }

    /// A sheet with everything known, so that the lines are known too.
    fn sheet(engine: &str, propeller: &str, rpm: f64, km_h: f64) -> Signature {
        let known = r#"confidence = "published", source = "a test" }"#;
        let text = format!(
            r#"
            schema = "earwitness.signature/1"
            id = "test"
            names = ["Test"]
            maker = "nobody"
            kind = "test"
            family = "test"
            label = "test"
            mass = {{ unit = "kg", confidence = "unknown" }}
            [engine]
            {engine}
            [propeller]
            mounting = {{ value = "pusher", {known}
            diameter = {{ value = 0.6, unit = "m", {known}
            {propeller}
            [phases.cruise]
            shaft_rpm = {{ value = {rpm:.1}, unit = "rpm", {known}
            speed = {{ value = {km_h:.1}, unit = "km/h", {known}
            "#
        );
        let text = text.replace("KNOWN", known);
        super::super::check::read("test.toml", "test", &text).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn a_direct_two_stroke_at_6000_rpm_passes_blades_and_fires_pairs_at_200_hz() {
        let engine = r#"cycle = { value = "two-stroke", KNOWN
            cylinders = { value = 4, unit = "count", KNOWN
            firings_per_revolution = { value = 2, unit = "per-revolution", KNOWN"#;
        let propeller = r#"blades = { value = 2, unit = "count", KNOWN
            gear_ratio = { value = 1, unit = "ratio", KNOWN"#;
        let shahed = sheet(engine, propeller, 6000.0, 185.0);
        let lines = shahed.lines(Phase::Cruise).expect("it cruises");
        near(lines.shaft.at_rest, 100.0, 100.0);
        near(lines.blade_pass.at_rest, 200.0, 200.0);
        let firing = lines.firing.expect("it fires");
        near(firing.at_rest, 200.0, 200.0);
        near(lines.doppler, 0.87, 1.176);
        near(firing.heard, 174.0, 235.2);
        assert_eq!(lines.electrical, None);
        assert_eq!(shahed.lines(Phase::Dive), None);
    }

    #[test]
    fn a_gearbox_slows_the_blades_and_not_the_firing() {
        let engine = r#"cycle = { value = "four-stroke", KNOWN
            cylinders = { value = 4, unit = "count", KNOWN
            firings_per_revolution = { value = 2, unit = "per-revolution", KNOWN"#;
        let propeller = r#"blades = { value = 2, unit = "count", KNOWN
            gear_ratio = { value = 2.4286, unit = "ratio", KNOWN"#;
        let tb2 = sheet(engine, propeller, 4800.0, 130.0);
        let lines = tb2.lines(Phase::Cruise).expect("it cruises");
        near(lines.blade_pass.at_rest, 65.88, 65.88);
        near(lines.firing.expect("it fires").at_rest, 160.0, 160.0);
    }

    #[test]
    fn an_electric_motor_hums_and_never_fires() {
        let engine = r#"cycle = { value = "electric", KNOWN
            pole_pairs = { value = 7, unit = "count", KNOWN"#;
        let propeller = r#"blades = { value = 2, unit = "count", KNOWN
            gear_ratio = { value = 1, unit = "ratio", KNOWN"#;
        let orbiter = sheet(engine, propeller, 4800.0, 70.0);
        let lines = orbiter.lines(Phase::Cruise).expect("it cruises");
        near(lines.electrical.expect("a motor").at_rest, 560.0, 560.0);
        near(lines.blade_pass.at_rest, 160.0, 160.0);
        assert_eq!(lines.firing, None);
    }

    #[test]
    fn doppler_factors_are_those_of_the_design() {
        for (km_h, towards, away) in [
            (185.0, 1.18, 0.87),
            (300.0, 1.32, 0.80),
            (417.0, 1.51, 0.75),
        ] {
            near(doppler_factors(km_h / 3.6), away, towards);
        }
    }

    #[test]
    fn the_built_in_rotary_fires_once_per_shaft_revolution() {
        let catalogue = Catalogue::built_in().unwrap_or_else(|e| panic!("{e}"));
        for signature in catalogue.iter() {
            for (phase, _) in signature.phases() {
                let lines = signature.lines(phase).expect("it flies this phase");
                if signature.engine().cycle.value == Cycle::Rotary {
                    assert_eq!(lines.firing, Some(lines.shaft));
                }
                let heard = lines.blade_pass.heard;
                assert!(heard.low < lines.blade_pass.at_rest.low && heard.low > 20.0);
            }
        }
        let lora = catalogue.get("lora").unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(lora.lines(Phase::Cruise), None);
    }
}
