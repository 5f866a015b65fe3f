//! What `query` says agrees with the database.

use super::exports::{place, DETECTIONS};
use super::{earwitness, text};
use std::fs;
use std::path::Path;

#[test]
fn the_overview_counts_what_is_there_and_draws_what_has_a_time() {
    let place = place();
    let picture = place.dir.path().join("times.html");
    let output = earwitness(&[
        "query",
        text(&place.database),
        "--format",
        "json",
        "--picture",
        text(&picture),
    ]);
    let o: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        o["counts"]["files"],
        place.count("SELECT count(*) FROM answers_by_path")
    );
    assert_eq!(o["errors"][0]["kind"], "not-audio");
    assert_eq!(o["schema"], "earwitness.query/1");
    // The file that is there twice is one recording, and no reuse.
    assert_eq!(
        o["counts"]["recordings"],
        place.count("SELECT count(*) FROM recordings")
    );
    let number = |value: &serde_json::Value| value.as_i64().unwrap() as usize;
    let histograms = o["histograms"].as_array().unwrap();
    let mut answered = 0;
    for (h, e) in histograms.iter().zip(o["expected"].as_array().unwrap()) {
        assert_eq!(h["label"], e["label"]);
        let label = h["label"].as_str().unwrap();
        let sql = format!(
            "SELECT count(*) FROM answers WHERE decision = 'signature' AND label = '{label}'"
        );
        assert_eq!(number(&h["answered"]), place.count(&sql), "{label}");
        answered += number(&h["answered"]);
    }
    assert_eq!(answered, number(&o["counts"]["answered"]));
    let others =
        ["family", "class", "cannot_tell", "unusable"].map(|name| number(&o["answers"][name]));
    assert_eq!(
        answered + others.iter().sum::<usize>(),
        number(&o["counts"]["recordings"])
    );
    let unsure = "SELECT count(*) FROM answers WHERE decision = 'unknown'";
    assert_eq!(others[2], place.count(unsure));
    let expected = o["expected"].as_array().unwrap().iter();
    let sum: f64 = expected.map(|e| e["expected"].as_f64().unwrap()).sum();
    let usable = place.count("SELECT count(*) FROM answers WHERE decision <> 'unusable'") as f64;
    assert!((sum - usable).abs() < 0.01, "{sum} {usable}");
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/archive.md");
    let document = fs::read_to_string(document).unwrap();
    for field in o.as_object().unwrap().keys() {
        assert!(document.contains(&format!("| `{field}` |")), "{field}");
    }
    let page = fs::read_to_string(picture).unwrap();
    let timed = place.count(&format!("{DETECTIONS} WHERE recorded_at IS NOT NULL"));
    assert_eq!(page.matches("<path transform=").count(), timed);
    let words = earwitness(&["query", text(&place.database)]);
    let words = String::from_utf8(words.stdout).unwrap();
    let flat = words.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("1 files could not be read") && words.contains("(C)"),
        "{words}"
    );
    let line = |name: &str| words.lines().find(|l| l.trim_start().starts_with(name));
    let last = |line: &str| line.split(' ').next_back().unwrap().parse().ok();
    assert_eq!(
        line("cannot tell").and_then(last),
        Some(others[2]),
        "{words}"
    );
}

#[test]
fn recordings_that_the_model_was_trained_on_are_counted_and_marked() {
    let place = place();
    let words = || {
        let output = earwitness(&["query", text(&place.database)]);
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!words().contains("trained on"), "{}", words());
    let db = rusqlite::Connection::open(&place.database).unwrap();
    let path: String = db
        .query_row(
            "SELECT path FROM detections ORDER BY probability DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let changed = db
        .execute(
            "UPDATE answers SET warnings = '[\"trained-on-this: it proves nothing\"]'
             WHERE id = (SELECT answer FROM answers_by_path WHERE path = ?)",
            [&path],
        )
        .unwrap();
    assert_eq!(changed, 1);
    let output = earwitness(&["query", text(&place.database), "--format", "json"]);
    let o: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(o["counts"]["trained_on"], 1);
    for detection in o["top"].as_array().unwrap() {
        assert_eq!(detection["trained_on"], detection["path"] == path.as_str());
    }
    let words = words();
    let flat = words.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("trained on 1 of these recordings"), "{words}");
    let marked = words.lines().filter(|line| line.contains("* ")).count();
    let of_it = o["top"].as_array().unwrap().iter();
    let of_it = of_it.filter(|d| d["path"] == path.as_str()).count();
    assert_eq!(marked, of_it, "{words}");
}

#[test]
fn a_recording_counts_from_its_beginning_to_its_end() {
    let place = place();
    let db = rusqlite::Connection::open(&place.database).unwrap();
    // The middle of a detection.
    let (path, start, since, end): (String, String, String, String) = db
        .query_row(
            "SELECT path, recorded_at, strftime(?1, recorded_at, '+' || CAST((start_s + end_s) / 2 AS INTEGER) || ' seconds'),
                strftime(?1, recorded_at, '+' || CAST(duration_s + 0.999 AS INTEGER) || ' seconds')
             FROM detections WHERE recorded_at IS NOT NULL AND end_s - start_s > 3 ORDER BY path, start_s LIMIT 1",
            ["%Y-%m-%dT%H:%M:%S"],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .unwrap();
    assert!(start < since && since < end, "{start} {since} {end}");
    let query = |more: &[&str]| {
        let of_it = ["--path", &path, "--format", "json"];
        let output = earwitness(&[&["query", text(&place.database)], &of_it[..], more].concat());
        let o: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let top = o["top"].as_array().unwrap().len();
        (o["counts"]["files"].as_i64().unwrap(), top > 0)
    };
    assert_eq!(query(&["--since", &since]), (1, true), "{since}");
    for table in ["recordings", "detections", "segments"] {
        let of_it = ["--path", &path, "--since", &since, "--table", table];
        let rows = earwitness(&[&["export", text(&place.database)], &of_it[..]].concat());
        assert!(rows.stdout.iter().filter(|b| **b == b'\n').count() > 1);
    }
    // What ends when the time begins, and what begins when it ends, is not meant.
    assert_eq!(query(&["--since", &end]), (0, false), "{end}");
    assert_eq!(query(&["--until", &start]), (0, false), "{start}");
    assert_eq!(query(&["--since", &start, "--until", &since]), (1, true));
}
