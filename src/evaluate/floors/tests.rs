use super::*;
use crate::evaluate::figures::share::Share;
use crate::evaluate::protocols::{CodecControl, CountAgreement, Counts, EqualDuration, Rendered};

fn measured() -> HeldOut {
    let share = |hits| Share::new(hits, 100).unwrap();
    let equal = |seconds, auc| EqualDuration {
        seconds,
        label: "harop".into(),
        positives: 100,
        positives_left_out: 0,
        negatives: 100,
        negatives_left_out: 0,
        detection: Some(Detection {
            auc_interval: None,
            auc,
            recall: share(90),
            false_alarms: share(1),
            threshold: Some(0.5),
        }),
        answered: share(90),
        others_answered: share(1),
    };
    HeldOut {
        equal_durations: vec![equal(2, 0.91), equal(5, 0.99)],
        codec_control: Some(CodecControl {
            codec: "AAC".into(),
            answered_before: share(1),
            answered_after: share(2),
            answered_rise: None,
            thresholds: Vec::new(),
        }),
        counts: [90, 80].map(counts).into(),
        ..HeldOut::default()
    }
}

fn counts(held: usize) -> Counts {
    Counts {
        recordings: 20,
        backgrounds: None,
        archives: 10,
        present: CountAgreement {
            of: 100,
            held,
            ..CountAgreement::default()
        },
        absent: CountAgreement::default(),
        military: Vec::new(),
    }
}

/// Floors for the label `harop`.
fn floors(set: impl FnOnce(&mut Floors)) -> Floors {
    let mut floors = Floors {
        label: "harop".into(),
        ..Floors::default()
    };
    set(&mut floors);
    floors
}

#[test]
fn of_several_lengths_and_kinds_of_archives_the_worst_is_compared() {
    type Set = fn(&mut Floors, f64);
    let auc: Set = |floors, least| floors.equal_duration_auc = Some(least);
    let counts: Set = |floors, least| floors.counts_held = Some(least);
    for (set, holds, fails, worst) in [(auc, 0.9, 0.95, "0.9100"), (counts, 0.8, 0.85, "0.8000")] {
        let found = |least| floors(|f| set(f, least)).violations(&measured());
        assert_eq!(found(holds), [""; 0]);
        let found = found(fails);
        assert!(found.len() == 1 && found[0].contains(worst), "{found:?}");
    }
}

#[test]
fn what_was_not_measured_falls_short_unless_it_could_not_be() {
    let codec = floors(|f| f.codec_rise = Some(0.005));
    assert_eq!(codec.violations(&measured()).len(), 1);
    let rendered = floors(|f| {
        f.rendered_family = Some(0.7);
        f.rendered_coverage = Some([0.88, 0.95]);
    });
    assert_eq!(rendered.violations(&measured()).len(), 2);
    let counts = floors(|f| f.counts_held = Some(0.8));
    for (floors, why) in [
        (codec, "codec control: no ffmpeg"),
        (rendered, "rendered clips: no ffmpeg"),
        (counts, "counts: too few source groups"),
    ] {
        let nothing = HeldOut::default();
        assert!(floors.violations(&nothing)[0].contains("--protocol"));
        let skipped = HeldOut {
            skipped: vec![why.into()],
            ..HeldOut::default()
        };
        assert!(floors.violations(&skipped).is_empty());
    }
}

#[test]
fn rendered_clips_as_in_training_are_compared() {
    let share = |hits| Share::new(hits, 100).unwrap();
    let rendered = |set: TestSet, hits| Rendered {
        set: set.name().into(),
        codecs: Vec::new(),
        rows: Vec::new(),
        family_right: share(hits),
        airframe_balanced: 0.5,
        harop_dives: share(50),
        phase_right: share(50),
        silent_dives_unnamed: None,
        coverage: share(hits),
        mean_set_size: 3.0,
        undecided: share(50),
        by_snr: Vec::new(),
    };
    let held_out = HeldOut {
        rendered: vec![
            rendered(TestSet::Shifted, 99),
            rendered(TestSet::AsLearnt, 70),
        ],
        ..HeldOut::default()
    };
    let floors = Floors {
        rendered_family: Some(0.7),
        rendered_airframe: Some(0.5),
        rendered_phase: Some(0.5),
        rendered_coverage: Some([0.71, 0.95]),
        ..Floors::default()
    };
    let found = floors.violations(&held_out);
    assert!(
        found.len() == 1 && found[0].contains("coverage of rendered"),
        "{found:?}"
    );
}
