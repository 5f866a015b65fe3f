//! What the account says, on the terminal and in its files.

use super::{json, report, sample, verify, wav};

#[test]
fn an_account_fits_the_terminal_and_its_files_are_all_there() {
    let (dir, json, out) = report(&[&sample("shahed-136-cruise.wav")]);
    let lines = out.lines().count();
    assert!((10..=15).contains(&lines), "{lines} lines:\n{out}");
    for word in [
        "shahed-136",
        "log10 LR",
        "grade",
        "phase",
        "out/report.html",
    ] {
        assert!(out.contains(word), "no {word} in:\n{out}");
    }
    for name in [
        "report.html",
        "report.json",
        "spectrogram.png",
        "track.csv",
        "labels.txt",
        "selections.txt",
    ] {
        let bytes = std::fs::metadata(dir.path().join("out").join(name))
            .unwrap()
            .len();
        assert!(bytes > 0, "{name} is empty");
    }
    let own = &json["recordings"][0];
    assert_eq!(own["heard"]["label"], "shahed-136");
    assert_eq!(own["agreement"]["concord"], "agree");
    assert!(own["physics"]["combs"][0]["median_hz"].as_f64().unwrap() > 150.0);
}

#[test]
fn twice_gives_the_same_bytes_but_for_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let clip = sample("harop-dive.wav");
    let each = ["a", "b"].map(|out| {
        assert_eq!(verify(dir.path(), &[&clip, "-o", out]).2, 0);
        let mut files: Vec<_> = std::fs::read_dir(dir.path().join(out))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files
    });
    assert_eq!(each[0].len(), each[1].len());
    for (a, b) in each[0].iter().zip(&each[1]) {
        let name = a.file_name().unwrap().to_string_lossy().into_owned();
        let [a, b] = [a, b].map(|path| std::fs::read(path).unwrap());
        // The run stands in the report and at the foot of the page.
        let without_run = |bytes: Vec<u8>| match name.as_str() {
            "report.json" => {
                let mut value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                value["run"] = serde_json::Value::Null;
                value.to_string().into_bytes()
            }
            "report.html" => {
                let text = String::from_utf8(bytes).unwrap();
                text.split("<footer>").next().unwrap().into()
            }
            _ => bytes,
        };
        assert_eq!(without_run(a), without_run(b), "{name}");
    }
}

#[test]
fn a_recording_with_nothing_in_it_says_so_in_one_line() {
    let (_dir, _, out) = report(&[&sample("wind.wav")]);
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(
        out.contains("no aircraft heard") && out.contains("not proof"),
        "{out}"
    );
}

#[test]
fn rendered_knowledge_is_said_to_be_that() {
    let (_dir, json, out) = report(&[&sample("harop-dive.wav")]);
    assert!(
        out.contains("consistent with harop") && !out.contains("is harop"),
        "{out}"
    );
    let heard = &json["recordings"][0]["heard"];
    assert_eq!(heard["grade"], "C");
    assert!(heard["log10_lr"]["harop"].is_null());
    assert_eq!(heard["phase"], "dive");
}

#[test]
fn a_family_is_answered_with_its_likeliest_label_and_how_likely_that_is() {
    let (_dir, json, out) = report(&[&sample("orbiter-2-cruise.wav")]);
    let heard = &json["recordings"][0]["heard"];
    assert_eq!(heard["decision"], "family");
    let label = heard["label"].as_str().unwrap();
    let probability = heard["probabilities"][label].as_f64().unwrap();
    let row = out
        .lines()
        .find(|row| row.trim_start().starts_with("may be"));
    let said = row.unwrap().split_whitespace().nth(3).unwrap();
    assert!(row.unwrap().contains(label), "{out}");
    let said: f64 = said.trim_end_matches(',').parse().unwrap();
    assert!((said - probability).abs() < 0.006, "{out}");
}

#[test]
fn the_strength_says_which_hypothesis_it_supports() {
    let (_dir, json, out) = report(&[&sample("shahed-136-cruise.wav")]);
    let h1 = &json["recordings"][0]["heard"]["hypotheses"][0];
    let words: Vec<&str> = out.split_whitespace().collect();
    let wanted = format!("H1: {}", h1.as_str().unwrap());
    assert!(words.join(" ").contains(&wanted), "{out}");
}

#[test]
fn a_question_is_answered_with_both_hypotheses_in_words() {
    let clip = sample("shahed-136-cruise.wav");
    let (_dir, json, out) = report(&[&clip, "--h1", "shahed-136", "--h2", "engine,siren"]);
    let asked = &json["recordings"][0]["asked"];
    let (lr, bounds) = (asked["log10_lr"].as_f64().unwrap(), &asked["bounds"]);
    assert!(lr > 0.0 && lr <= bounds[1].as_f64().unwrap());
    assert!(asked["words"][1]
        .as_str()
        .unwrap()
        .contains("engine or siren"));
    assert!(out.contains("asked"), "{out}");
    let (_dir, json, _) = report(&[&clip, "--h1", "harop"]);
    let asked = &json["recordings"][0]["asked"];
    assert!(
        asked["log10_lr"].is_null() && asked["why_none"].as_str().unwrap().contains("rendered")
    );
}

#[test]
fn the_tracks_follow_the_truth_of_a_render() {
    let (dir, _, _) = report(&[&sample("shahed-136-cruise.wav")]);
    let truth = std::fs::read_to_string(sample("shahed-136-cruise.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
    let truth = truth["track"].as_array().unwrap();
    let text = std::fs::read_to_string(dir.path().join("out/track.csv")).unwrap();
    let mut near = 0;
    let mut all = 0;
    for row in text.lines().skip(1).filter(|row| row.starts_with("1,")) {
        let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().unwrap()).collect();
        let at = truth.iter().min_by(|a, b| {
            let off = |t: &serde_json::Value| (t["time_s"].as_f64().unwrap() - cells[1]).abs();
            off(a).total_cmp(&off(b))
        });
        let Some(hz) = at.unwrap()["blade_pass_hz"].as_f64() else {
            continue;
        };
        all += 1;
        near += usize::from((cells[2] / hz - 1.0).abs() < 0.01);
    }
    assert!(
        all > 100 && near as f64 > 0.9 * f64::from(all as u32),
        "{near} of {all}"
    );
}

#[test]
fn several_uploads_of_one_event_are_one_witness_where_they_share_sound() {
    let dir = tempfile::tempdir().unwrap();
    let own = super::samples("shahed-136-cruise.wav");
    let cut = own[40_000..140_000].iter().map(|s| s / 2);
    std::fs::write(dir.path().join("cut.wav"), wav::pcm(cut)).unwrap();
    let (clip, other) = (sample("shahed-136-cruise.wav"), sample("siren.wav"));
    let (out, err, code) = verify(dir.path(), &[&clip, "cut.wav", &other, "-o", "out"]);
    assert_eq!(code, 0, "{err}");
    let shared = json(dir.path())["shared"].clone();
    assert_eq!(shared.as_array().unwrap().len(), 1, "{shared}");
    assert_eq!(shared[0]["recordings"], serde_json::json!([1, 2]));
    let start = shared[0]["first_s"][0].as_f64().unwrap();
    assert!((start - 2.5).abs() < 0.3, "{start}");
    assert!(out.contains("one witness"), "{out}");
    assert!(dir.path().join("out/track-3.csv").exists());
}

#[test]
fn a_passage_is_looked_at_alone_and_its_times_are_those_of_the_recording() {
    let clip = sample("shahed-136-cruise.wav");
    let (dir, json, _) = report(&[&clip, "--from", "3", "--to", "8.5"]);
    let own = &json["recordings"][0];
    assert_eq!(own["identity"]["duration_s"], 5.5);
    assert_eq!(own["heard"]["segments"][0]["start_s"], 3.0);
    let combs = own["physics"]["combs"].as_array().unwrap();
    let span = &combs[0]["span_s"];
    assert!(span["low"].as_f64().unwrap() >= 3.0 && span["high"].as_f64().unwrap() <= 8.5);
    let (out, err, code) = verify(dir.path(), &["--check", "out/report.json"]);
    assert_eq!(code, 0, "{out}{err}");
    let (_, err, code) = verify(dir.path(), &[&clip, "-o", "x", "--from", "100"]);
    assert!(code == 1 && err.contains("shahed-136-cruise.wav"), "{err}");
    assert_eq!(
        verify(dir.path(), &[&clip, "-o", "x", "--from", "5", "--to", "3"]).2,
        2
    );
}

#[test]
fn a_question_against_everything_else_has_the_ratio_of_the_answer() {
    let (_dir, json, out) = report(&[&sample("shahed-136-cruise.wav"), "--h1", "shahed-136"]);
    let own = &json["recordings"][0];
    assert_eq!(
        own["asked"]["log10_lr"],
        own["heard"]["log10_lr"]["shahed-136"]
    );
    let asked = out
        .lines()
        .find(|line| line.trim_start().starts_with("asked"));
    assert!(asked.is_some_and(|line| line.contains("log10 LR")), "{out}");
}

#[test]
fn what_was_asked_for_is_told_although_nothing_is_heard() {
    let dir = tempfile::tempdir().unwrap();
    let earlier = dir.path().join("earlier");
    std::fs::create_dir(&earlier).unwrap();
    let wind = sample("wind.wav");
    std::fs::copy(&wind, earlier.join("old.wav")).unwrap();
    let question = ["--h1", "shahed-136", "--h2", "background"];
    let (out, err, code) = verify(
        dir.path(),
        &[&[&wind, "-o", "out", "--against", "earlier"], &question[..]].concat(),
    );
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("no aircraft heard") && out.contains("asked") && out.contains("in 1 of 1"),
        "{out}"
    );
}

#[test]
fn a_sheet_of_ones_own_is_named_where_the_lines_are_consistent_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let folder = env!("CARGO_MANIFEST_DIR");
    let sheet = std::fs::read_to_string(format!("{folder}/models/signatures/shahed-136.toml"));
    let sheet = sheet.unwrap().replace("\"shahed-136\"", "\"shahed-131\"");
    std::fs::write(dir.path().join("shahed-131.toml"), sheet).unwrap();
    let sheets = dir.path().to_str().unwrap();
    let clip = sample("shahed-136-cruise.wav");
    let (_dir, json, out) = report(&[&clip, "--catalogue", sheets]);
    let candidates = json["recordings"][0]["physics"]["candidates"].as_array();
    let fits = |c: &&serde_json::Value| {
        c["airframe"] == "shahed-131" && c["verdict"] == "consistent" && c["phase"] == "cruise"
    };
    assert_eq!(candidates.unwrap().iter().filter(fits).count(), 1);
    let row = out.lines().find(|row| row.starts_with("  own sheets"));
    assert!(
        row.is_some_and(|row| row.contains("consistent with shahed-131")),
        "{out}"
    );
    let (_dir, _, out) = report(&[&clip]);
    assert!(!out.contains("own sheets"), "{out}");
}

#[test]
fn the_page_names_the_share_that_a_weight_of_the_prior_gives() {
    let (dir, json, _) = report(&[&sample("siren.wav"), "--prior", "siren=50"]);
    let heard = &json["recordings"][0]["heard"];
    let share = heard["prior_shares"]["siren"].as_f64().unwrap();
    assert!(share > 0.9 && share < 0.99, "{share}");
    let page = std::fs::read_to_string(dir.path().join("out/report.html")).unwrap();
    assert!(page.contains("share of siren"), "no share on the page");
    assert!(page.contains("data-at=\"/recordings/0/heard/prior_shares/siren\""));
}
