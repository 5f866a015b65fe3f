//! With which figures all lines of two signatures coincide: rule 3 of
//! `confusable`.

use super::{Lines, Signature, Span};

/// Share by which two ratios of frequencies must differ to be told apart: in a phone's recording
/// each line is measured to about one percent.
pub const RATIO_TOLERANCE: f64 = 0.02;

/// In which way all lines can coincide (rule 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coincidence {
    /// In none.
    None,
    /// As single combs, or crosswise: engine and blades fall on other lines.
    Nested,
    /// Engine on engine, blades on blades.
    Same,
}

/// In which way all lines of two signatures can coincide; the lines are those of their phases.
pub fn coincidence(own: &Signature, a: &Lines, other: &Signature, b: &Lines) -> Coincidence {
    let (ours, theirs) = (Drive::all(own, a), Drive::all(other, b));
    let any = |test: &dyn Fn(&Drive, &Drive) -> bool| {
        ours.iter().any(|x| theirs.iter().any(|y| test(x, y)))
    };
    let alike = own.engine().cycle.value.fires() == other.engine().cycle.value.fires();
    if alike && any(&|x, y| x.engine.overlap(y.engine).is_some() && meet(x.ratio, y.ratio)) {
        return Coincidence::Same;
    }
    let crosswise = |x: &Drive, y: &Drive| {
        x.engine.overlap(y.blades).is_some() && meet(x.ratio, Span::of(1.0).over(y.ratio))
    };
    let nested = |x: &Drive, y: &Drive| {
        let meets = |f: &Span| y.nested.iter().any(|g| f.overlap(*g).is_some());
        x.nested.iter().any(meets)
    };
    match any(&nested) || (alike && any(&crosswise)) {
        true => Coincidence::Nested,
        false => Coincidence::None,
    }
}

/// One number of firings (or pole pairs), gear and number of blades that a sheet allows.
struct Drive {
    /// Engine comb as heard.
    engine: Span,
    /// Blade comb as heard.
    blades: Span,
    /// Engine to blade frequency.
    ratio: Span,
    /// Fundamentals of the single comb that holds all lines, if there can be one.
    nested: Vec<Span>,
}

impl Drive {
    fn all(signature: &Signature, lines: &Lines) -> Vec<Self> {
        let shaft = lines.shaft.heard;
        let fires = signature.engine().cycle.value.fires();
        let mut all = Vec::new();
        for order in signature.engine_orders() {
            for per_blade in per_blade_turn(signature) {
                let (engine, blades) = (shaft.times(order), shaft.over(per_blade));
                let ratio = order.times(per_blade);
                let nested = match fires {
                    true => nested(engine, ratio),
                    false => vec![blades],
                };
                all.push(Self {
                    engine,
                    blades,
                    ratio,
                    nested,
                });
            }
        }
        all
    }
}

/// Fundamentals of the single comb of an engine comb and the blades that stand in one of `ratio`
/// to it: the blades' if the ratio can be whole, the engine's if its inverse can.
fn nested(engine: Span, ratio: Span) -> Vec<Span> {
    let holds = |r: f64| {
        ratio
            .overlap(Span {
                low: r * 0.999,
                high: r * 1.001,
            })
            .is_some()
    };
    let most = ratio.high.max(1.0 / ratio.low).ceil() as u32;
    let mut found = Vec::new();
    for n in (1..=most).map(f64::from) {
        if holds(n) {
            found.push(engine.scaled(1.0 / n));
        }
        if n > 1.0 && holds(1.0 / n) {
            found.push(engine);
        }
    }
    found
}

/// Shaft revolutions per blade that passes, `g / b`, for each gear and number of blades.
fn per_blade_turn(signature: &Signature) -> Vec<Span> {
    let Some(propeller) = signature.propeller() else {
        return Vec::new();
    };
    let intervals = |figure: &super::Figure| {
        let values = figure.values.as_ref();
        values.map_or(Vec::new(), |v| v.intervals())
    };
    let blades = intervals(&propeller.blades);
    let gears = intervals(&propeller.gear_ratio).into_iter();
    gears
        .flat_map(|gear| blades.iter().map(move |b| gear.over(*b)))
        .collect()
}

/// Every ratio of engine to blade frequency that the sheet allows, ascending.
pub fn ratios(signature: &Signature) -> Vec<Span> {
    let per_turn = per_blade_turn(signature);
    let orders = signature.engine_orders().into_iter();
    let mut ratios: Vec<Span> = orders
        .flat_map(|order| per_turn.iter().map(move |t| order.times(*t)))
        .collect();
    ratios.sort_by(|a, b| a.low.total_cmp(&b.low).then(a.high.total_cmp(&b.high)));
    ratios.dedup();
    ratios
}

/// Whether two ratios can be the same, as far as they can be measured.
pub fn meet(a: Span, b: Span) -> bool {
    let wide = Span {
        low: a.low * (1.0 - RATIO_TOLERANCE),
        high: a.high * (1.0 + RATIO_TOLERANCE),
    };
    wide.overlap(b).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combs_nest_where_one_divides_the_other() {
        let engine = Span::from([100.0, 120.0]);
        assert_eq!(nested(engine, Span::of(1.0)), [engine]);
        assert_eq!(nested(engine, Span::of(0.5)), [engine]);
        assert_eq!(nested(engine, Span::of(2.0)), [engine.scaled(0.5)]);
        assert!(nested(engine, Span::of(2.4286)).is_empty());
        let wide = nested(engine, Span::from([0.9, 2.1]));
        assert_eq!(wide, [engine, engine.scaled(0.5)]);
    }

    #[test]
    fn ratios_meet_within_the_tolerance() {
        assert!(meet(Span::of(2.0), Span::of(2.03)));
        assert!(!meet(Span::of(2.27), Span::of(2.43)));
        assert!(meet(Span::from([1.0, 1.5]), Span::of(1.2)));
    }
}
