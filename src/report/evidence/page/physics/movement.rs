//! How a comb moves: a pass, a climb.

use super::super::cell::{figure, shown_as, text, Cell, Table};
use crate::verify::evidence::CombEvidence;
use crate::verify::physics::PassKind;

pub(super) fn pass(at: &str, number: usize, comb: &CombEvidence) -> Option<Table> {
    let pass = comb.pass.as_ref()?;
    let what = match pass.kind {
        PassKind::Through => "a pass, heard through its closest point",
        PassKind::Part => "part of a pass: speed and rest frequency are known together only (see the picture), and each interval by itself is wide",
    };
    let mut table = Table::new(
        format!("Comb {} may be {what}", number + 1),
        &["", "likeliest", "90 % interval"],
    );
    for (name, key, e, scale, digits) in [
        ("rest frequency, Hz", "rest_hz", pass.rest_hz, 1.0, 1),
        ("speed, km/h", "speed_mps", pass.speed_mps, 3.6, 0),
        (
            "closest, heard at, s",
            "closest_heard_s",
            pass.closest_heard_s,
            1.0,
            1,
        ),
        ("distance there, m", "closest_m", pass.closest_m, 1.0, 0),
    ] {
        let shown = |part: &str, value: f64| {
            shown_as(
                format!("{at}/{key}/{part}"),
                value,
                format!("{:.digits$}", scale * value),
            )
        };
        let likeliest = match pass.kind {
            PassKind::Through => shown("value", e.value),
            PassKind::Part => text("-"),
        };
        table.row([
            text(name),
            likeliest,
            Cell::Mixed(vec![
                shown("low", e.low),
                text(" to "),
                shown("high", e.high),
            ]),
        ]);
    }
    table.row([
        text("evidence of a pass over a steady distance, log10"),
        figure(format!("{at}/log10_over_steady"), pass.log10_over_steady, 1),
        text(""),
    ]);
    Some(table)
}

pub(super) fn climb(at: &str, number: usize, comb: &CombEvidence) -> Option<Table> {
    let climb = comb.climb.as_ref()?;
    let mut table = Table::new(format!("Largest climb of comb {}", number + 1), &["", ""]);
    let mut fact = |name: &str, cell: Cell| table.row([text(name), cell]);
    fact(
        "from, s",
        figure(format!("{at}/span_s/low"), climb.span_s.low, 1),
    );
    fact(
        "to, s",
        figure(format!("{at}/span_s/high"), climb.span_s.high, 1),
    );
    fact(
        "at its foot, Hz",
        figure(format!("{at}/from_hz"), climb.from_hz, 1),
    );
    fact(
        "at its top, Hz",
        figure(format!("{at}/to_hz"), climb.to_hz, 1),
    );
    let rate = &climb.rate_hz_per_s;
    fact(
        "rate, Hz/s",
        Cell::Mixed(vec![
            figure(format!("{at}/rate_hz_per_s/value"), rate.value, 1),
            text(" ("),
            figure(format!("{at}/rate_hz_per_s/low"), rate.low, 1),
            text(" to "),
            figure(format!("{at}/rate_hz_per_s/high"), rate.high, 1),
            text(")"),
        ]),
    );
    fact(
        "comb last heard, s",
        figure(format!("{at}/end_s"), climb.end_s, 1),
    );
    let end = match climb.ends_abruptly {
        true => "at once, while the recording goes on: as an impact does, and as a cut does",
        false => "fades, or with the recording",
    };
    fact("the comb ends", text(end));
    Some(table)
}
