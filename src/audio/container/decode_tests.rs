//! What is said of what is missing.

use super::*;

fn progress(decoded_s: f64, lost: Option<(u64, f64)>) -> Progress {
    let mut progress = Progress {
        decoded_s,
        ..Progress::default()
    };
    if let Some((packets, seconds)) = lost {
        progress.losses.add(packets, seconds, 1.0);
    }
    progress
}

fn said(mut progress: Progress, promise: Promise) -> (String, f64, f64) {
    let report = progress.report(promise);
    let message = report.warnings.first().map(|w| w.message.clone());
    let lost_s = report.losses.seconds;
    (message.unwrap_or_default(), report.missing_s, lost_s)
}

fn declared(seconds: f64) -> Promise {
    Promise {
        declared_s: Some(seconds),
        ..Promise::default()
    }
}

#[test]
fn what_the_header_promises_beyond_the_end_is_missing_there() {
    let (message, missing_s, _) = said(progress(10.0, None), declared(20.0));
    assert!(message.starts_with("the file ends early: 10.0 s of 20.0 s"));
    assert_eq!(missing_s, 10.0);
    assert_eq!(said(progress(10.0, None), declared(10.2)).0, "");
}

#[test]
fn what_was_lost_on_the_way_is_not_missing_at_the_end() {
    let (message, missing_s, lost_s) = said(progress(10.0, Some((4, 9.9))), declared(20.0));
    assert_eq!((message.as_str(), missing_s, lost_s), ("", 9.9, 9.9));
    // Where packets only told roughly how much they held, the header knows better.
    let (message, missing_s, lost_s) = said(progress(10.0, Some((4, 5.0))), declared(20.0));
    assert_eq!((message.as_str(), missing_s, lost_s), ("", 10.0, 10.0));
}

#[test]
fn a_file_may_lose_sound_on_the_way_and_at_its_end() {
    let mut both = progress(10.0, Some((1, 0.1)));
    both.is_cut = true;
    let (message, missing_s, lost_s) = said(both, declared(20.0));
    assert!(message.starts_with("the file ends early"));
    assert_eq!((missing_s, lost_s), (10.0, 0.1));
}

#[test]
fn an_end_that_comes_too_soon_is_said_where_no_header_tells_the_length() {
    let cut = || Progress {
        is_cut: true,
        ..progress(10.0, None)
    };
    let measured = Promise {
        is_measured: true,
        ..declared(10.0)
    };
    for promise in [Promise::default(), measured, declared(2.0)] {
        let (message, ..) = said(cut(), promise);
        assert!(message.contains("cut off after 10.0 s"), "{message}");
    }
    let endless = Promise {
        is_endless: true,
        ..Promise::default()
    };
    assert_eq!(said(cut(), endless).0, "");
    // What was cut off then is no sound: an index, tags.
    assert_eq!(said(cut(), declared(10.0)).0, "");
}

#[test]
fn a_fault_is_named() {
    let broken = || Progress {
        fault: Some("why".into()),
        ..progress(10.0, None)
    };
    let (message, ..) = said(broken(), declared(20.0));
    assert!(
        message.contains("after 10.0 s of 20.0 s (why)"),
        "{message}"
    );
    let (message, ..) = said(broken(), Promise::default());
    assert!(message.contains("after 10.0 s (why)"), "{message}");
}
