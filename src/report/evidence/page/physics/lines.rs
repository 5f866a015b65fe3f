//! The lines of a comb, and what each would be.

use super::super::cell::{figure, text, Table};
use crate::verify::evidence::CombEvidence;
use crate::verify::physics::{Candidate, Reading, Verdict};

/// Lines below this height are noise, dB.
const STANDS_OUT_DB: f64 = 3.0;

/// Lines that stand out, with what they would be of the airframe named.
pub(super) fn lines(
    at: &str,
    number: usize,
    comb: &CombEvidence,
    named: Option<&Candidate>,
) -> Table {
    let own = number + 1;
    let drive = named.and_then(Drive::of);
    let (caption, head): (String, &[&str]) = match (&drive, named) {
        (Some(drive), Some(named)) => (
            format!(
                "Lines of comb {own} with the orders that they would be of {} in {}, the fundamental taken for {}; a whole order is where a line of that kind stands",
                named.airframe,
                named.phase.name(),
                taken_for(drive.reading)
            ),
            &["multiple", "Hz", "above the gaps beside it, dB", "of the shaft", "of the firings", "of the blades"],
        ),
        _ => (
            format!("Lines of comb {own}"),
            &["multiple", "Hz", "above the gaps beside it, dB"],
        ),
    };
    let mut table = Table::new(caption, head);
    for (n, line) in comb.lines.iter().enumerate() {
        if line.height_db < STANDS_OUT_DB {
            continue;
        }
        let at = format!("{at}/lines/{n}");
        let mut cells = vec![
            figure(format!("{at}/order"), line.order, 2),
            figure(format!("{at}/hz"), line.hz, 1),
            figure(format!("{at}/height_db"), line.height_db, 1),
        ];
        if let Some(drive) = &drive {
            let shaft = line.order * drive.fundamental;
            let order = |per_shaft: Option<f64>| match per_shaft {
                Some(per_shaft) => text(format!("{:.2}", shaft / per_shaft)),
                None => text("-"),
            };
            cells.extend([order(Some(1.0)), order(drive.firing), order(drive.blades)]);
        }
        table.row(cells);
    }
    table
}

/// Periods per revolution of the shaft, by the first reading that a sheet allows.
struct Drive {
    reading: Reading,
    fundamental: f64,
    firing: Option<f64>,
    blades: Option<f64>,
}

impl Drive {
    fn of(candidate: &Candidate) -> Option<Self> {
        let all = &candidate.implied;
        let first = all.iter().find(|i| i.verdict == Verdict::Consistent)?;
        let per_shaft = |reading| {
            let own = all.iter().find(|i| i.reading == reading);
            own.map(|i| i.per_shaft)
        };
        let own = |reading| match first.reading == reading {
            true => Some(first.per_shaft),
            false => per_shaft(reading),
        };
        Some(Self {
            reading: first.reading,
            fundamental: first.per_shaft,
            firing: own(Reading::Firing),
            blades: own(Reading::BladePass),
        })
    }
}

pub(super) fn taken_for(reading: Reading) -> &'static str {
    match reading {
        Reading::Shaft => "shaft",
        Reading::Propeller => "propeller",
        Reading::BladePass => "blades",
        Reading::Firing => "firings",
        Reading::Cycle => "engine cycle",
        Reading::Electrical => "motor, electrical",
    }
}
