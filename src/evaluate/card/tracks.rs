//! Tracks and passes.

use super::{counts, share};
use crate::evaluate::protocols::{Followed, Mean, Passes, ReadByEye, Tracks};

/// The protocol of tracks.
pub(super) fn tracks(t: &Tracks) -> String {
    let mut text = String::from(
        "Protocol: rendered scenes of seeds that were not looked at while the tracker was made, over real backgrounds at 6 to 18 dB (mean\n\
         squares over the whole band). A track is right where it follows one of the airframe's own rates (shaft, propeller, blades, firings,\n\
         chamber cycle, poles), the same one throughout; a multiple or fraction that is none of them is an octave error. Intervals in\n\
         brackets: 95 %, as if clips were independent (some are heard over one background).\n\n\
         | clips | tracked | covered | frames within 1 % | clips with 95 % of frames within 1 % | octave errors | 90 % intervals hold |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for (name, followed) in [
        ("all, 10 s", &t.clips),
        ("level flight, 10 s", &t.cruise),
        ("dives, 10 s", &t.dives),
        ("passes, 20 s", &t.through_clips),
    ] {
        text += &line(name, followed);
    }
    for (name, followed) in [("clips", &t.clips), ("passes", &t.through_clips)] {
        text += &format!("\n- {name} follow: {}\n", counts(&followed.rates));
        if !followed.wrong.is_empty() {
            text += &format!("- octave errors of {name}: {}\n", followed.wrong.join("; "));
        }
    }
    text += "\nStraight level passes at constant speed, air temperature and wind not known to the fit:\n\n\
             | | through the closest approach | a part without it |\n|---|---|---|\n";
    text += &passes(&t.through, &t.part);
    if let Some(real) = &t.real {
        text += &read_by_eye(real);
    }
    text
}

fn mean(m: &Mean) -> String {
    format!("{:.3} ({:.3}-{:.3})", m.mean, m.low, m.high)
}

fn line(name: &str, f: &Followed) -> String {
    format!(
        "| {name} | {} | {} | {} | {} | {} | {} |\n",
        share(&f.tracked),
        mean(&f.covered),
        mean(&f.within),
        share(&f.good),
        share(&f.octave_errors),
        mean(&f.interval_holds),
    )
}

fn passes(through: &Passes, part: &Passes) -> String {
    let percent = |e: [f64; 2]| format!("{:.1} %, {:.1} %", 100.0 * e[0], 100.0 * e[1]);
    let seconds = |e: [f64; 2]| format!("{:.2} s, {:.2} s", e[0], e[1]);
    let measured = |p: &Passes, text: String| match p.measured.hits {
        0 => "-".into(),
        _ => text,
    };
    let row = |name: &str, of: &dyn Fn(&Passes) -> String| {
        format!("| {name} | {} | {} |\n", of(through), of(part))
    };
    [
        row("a fit is given", &|p| share(&p.fitted)),
        row("of these, the speed is called measured", &|p| {
            share(&p.measured)
        }),
        row("error of the speed: median, 90th percentile", &|p| {
            percent(p.speed_error)
        }),
        row("error of the time of the closest approach", &|p| {
            seconds(p.closest_error_s)
        }),
        row("error of its distance", &|p| percent(p.distance_error)),
        row("error of the speed where measured", &|p| {
            measured(p, percent(p.measured_speed_error))
        }),
        row("error of the time where measured", &|p| {
            measured(p, seconds(p.measured_closest_error_s))
        }),
        row("90 % interval holds the speed", &|p| share(&p.speed_holds)),
        row("holds the time", &|p| share(&p.closest_holds)),
        row("holds the distance", &|p| share(&p.distance_holds)),
        row("holds the rest frequency", &|p| share(&p.rest_holds)),
        row("all four together", &|p| format!("{:.3}", p.any_holds)),
        row("90 % region holds speed and rest frequency", &|p| {
            share(&p.joint_holds)
        }),
        row(
            "upper over lower end of the speed's interval, median",
            &|p| format!("{:.2}", p.speed_width),
        ),
    ]
    .concat()
}

fn read_by_eye(r: &ReadByEye) -> String {
    let ratios = |all: &[f64]| {
        let each: Vec<String> = all.iter().map(|x| format!("{x:.2}")).collect();
        each.join(" ")
    };
    let missed: Vec<String> = r
        .missed
        .iter()
        .map(|(name, all)| format!("{name} ({})", ratios(all)))
        .collect();
    format!(
        "\nReal Shahed-136 recordings; fundamentals read by eye (models/annotations/shahed-136-f0.csv):\n\n\
         - a comb is followed: {}\n\
         - recordings within 2 % at every reading: {}; counting half and twice the fundamental: {}\n\
         - readings within 2 %: {}; counting half and twice: {}\n\
         - not matched (track over reading, 0 for no track): {}\n",
        share(&r.tracked),
        share(&r.matched),
        share(&r.matched_but_octave),
        share(&r.readings),
        share(&r.readings_but_octave),
        if missed.is_empty() { "-".into() } else { missed.join("; ") },
    )
}
