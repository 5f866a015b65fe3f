//! What `classify` prints. These need the model that is built in.
#![cfg(feature = "embedded-model")]

use super::{earwitness, sample, wav};
use predicates::prelude::*;
use serde_json::Value;
use std::path::Path;

/// Standard output and exit code of `classify` in `dir`.
fn classify(dir: &Path, arguments: &[&str]) -> (String, i32) {
    let output = earwitness()
        .current_dir(dir)
        .arg("classify")
        .args(arguments)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    (String::from_utf8(output.stdout).unwrap(), code)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A dozen recordings of several lengths, with broken ones among them.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..12u32 {
        let path = dir.path().join(format!("{i:02}.wav"));
        let bytes = match i % 4 {
            0 => wav::comb(100.0 + f64::from(i), 12.0),
            3 => b"no sound".to_vec(),
            _ => wav::comb(90.0 + f64::from(i), 1.0),
        };
        std::fs::write(path, bytes).unwrap();
    }
    dir
}

#[test]
fn the_bytes_of_the_output_do_not_depend_on_the_jobs() {
    let dir = folder();
    for format in ["table", "jsonl", "csv"] {
        let of = |jobs| classify(dir.path(), &["-r", ".", "--format", format, "-j", jobs]);
        let one = of("1");
        assert_eq!(one.1, 3);
        assert_eq!(one, of("2"), "{format}");
        assert_eq!(one, of("7"), "{format}");
    }
}

#[test]
fn every_input_has_its_line_and_the_broken_ones_an_error() {
    let dir = folder();
    let (text, code) = classify(dir.path(), &["-r", ".", "--format", "jsonl"]);
    let lines = lines(&text);
    assert_eq!((lines.len(), code), (12, 3));
    for (i, line) in lines.iter().enumerate() {
        assert_eq!(line["schema"], "earwitness.classification/1");
        assert_eq!(line["path"], format!("./{i:02}.wav"));
        assert_eq!(line["error"].is_object(), i % 4 == 3, "{line}");
        assert_eq!(line["label"].is_string(), i % 4 != 3, "{line}");
    }
    assert_eq!(lines[3]["error"]["kind"], "not-audio");
}

#[test]
fn an_answer_keeps_its_promises() {
    let (text, code) = classify(
        Path::new("."),
        &["--format", "jsonl", &sample("multirotor.wav")],
    );
    assert_eq!(code, 0);
    let answer = &lines(&text)[0];
    let probabilities = answer["probabilities"].as_object().unwrap();
    let sum: f64 = probabilities.values().map(|p| p.as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-3, "{sum}");
    let bounds = &answer["log10_lr_bounds"];
    for lr in answer["log10_lr"].as_object().unwrap().values() {
        let Some(lr) = lr.as_f64() else { continue };
        assert!(lr >= bounds[0].as_f64().unwrap() && lr <= bounds[1].as_f64().unwrap());
    }
    assert_eq!(answer["duration_s"], 10.0);
    assert_eq!(answer["phase"], Value::Null);
    assert_eq!(answer["sha256"].as_str().unwrap().len(), 64);
    let segments = answer["segments"].as_array().unwrap();
    assert_eq!((&segments[0]["start_s"], segments.len()), (&0.0.into(), 9));
}

#[cfg(unix)]
#[test]
fn names_stay_as_they_are_for_programs_and_are_printable_for_people() {
    let dir = tempfile::tempdir().unwrap();
    wav::write(&dir.path().join("a\nб \u{7}.wav"), 100.0);
    let (text, _) = classify(dir.path(), &["--format", "jsonl", "-r", "."]);
    assert_eq!(lines(&text)[0]["path"], "./a\nб \u{7}.wav");
    let (text, _) = classify(dir.path(), &["-r", "."]);
    assert!(text.starts_with("./a\\nб \\u{7}.wav\n"), "{text}");
}

#[test]
fn csv_has_one_header_and_a_row_per_input() {
    let dir = folder();
    let (text, _) = classify(dir.path(), &["-r", ".", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|h| h == name).unwrap();
    let (label, kind) = (column("label"), column("error_kind"));
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 12);
    for (i, row) in rows.iter().enumerate() {
        assert_eq!(row[label].is_empty(), i % 4 == 3);
        assert_eq!(row[kind].is_empty(), i % 4 != 3);
    }
}

#[test]
fn one_recording_gives_a_paragraph_and_several_a_table_of_80_columns() {
    let (one, _) = classify(Path::new("."), &[&sample("siren.wav")]);
    for word in ["answer", "probability", "rests on", "model"] {
        assert!(one.contains(word), "{one}");
    }
    let dir = folder();
    let (table, _) = classify(dir.path(), &["-r", "."]);
    assert!(table.starts_with("recording\n"), "{table}");
    assert!(table.contains("12 recordings: "), "{table}");
    for text in [&one, &table] {
        let own = text.lines().filter(|line| !line.starts_with('/'));
        assert!(own.into_iter().all(|l| l.chars().count() <= 80), "{text}");
    }
}

#[test]
fn standard_input_is_the_recording_called_dash() {
    let wav = std::fs::read(sample("siren.wav")).unwrap();
    let output = earwitness()
        .args(["classify", "-", "--format", "jsonl"])
        .write_stdin(wav)
        .output()
        .unwrap();
    let from_file = classify(Path::new("."), &["--format", "jsonl", &sample("siren.wav")]);
    let (piped, file) = (
        lines(&String::from_utf8(output.stdout).unwrap()),
        lines(&from_file.0),
    );
    assert_eq!(piped[0]["path"], "-");
    assert_eq!(piped[0]["sha256"], file[0]["sha256"]);
    assert_eq!(piped[0]["probabilities"], file[0]["probabilities"]);
}

#[test]
fn an_output_file_holds_what_standard_output_would() {
    let dir = folder();
    let (text, _) = classify(dir.path(), &["-r", ".", "--format", "csv"]);
    let to_file = ["-r", ".", "--format", "csv", "-o", "answers.csv"];
    let (nothing, code) = classify(dir.path(), &to_file);
    assert_eq!((nothing.as_str(), code), ("", 3));
    let file = std::fs::read_to_string(dir.path().join("answers.csv")).unwrap();
    assert_eq!(file, text);
}

#[test]
fn an_output_in_no_folder_fails_before_the_work() {
    earwitness()
        .args([
            "classify",
            &sample("wind.wav"),
            "-o",
            "no/such/folder/x.csv",
        ])
        .assert()
        .code(1)
        .stderr(predicate::str::contains("no/such/folder"));
}

#[test]
fn a_prior_moves_the_probabilities_and_is_named() {
    let of = |prior| {
        let arguments = ["--format", "jsonl", "--prior", prior, &sample("siren.wav")];
        lines(&classify(Path::new("."), &arguments).0).remove(0)
    };
    let (plain, moved) = (of("hierarchical"), of("siren=50"));
    let siren = |answer: &Value| answer["probabilities"]["siren"].as_f64().unwrap();
    assert!(siren(&moved) > siren(&plain));
    assert_ne!(plain["prior"], moved["prior"]);
    let share = moved["prior_shares"]["siren"].as_f64().unwrap();
    assert!(share > 0.9 && share < 0.99, "{share}");
    let all = moved["prior_shares"].as_object().unwrap().values();
    let sum: f64 = all.map(|share| share.as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 0.01, "{sum}");
    // People read the share, in a paragraph and below a table.
    let siren = sample("siren.wav");
    for paths in [vec![siren.as_str()], vec![&siren, &siren]] {
        let arguments = [&["--prior", "siren=50"][..], paths.as_slice()].concat();
        let (out, _) = classify(Path::new("."), &arguments);
        let words: Vec<&str> = out.split_whitespace().collect();
        let wanted = format!("hierarchical with siren=50 ({share:.2} of all)");
        assert!(words.join(" ").contains(&wanted), "{out}");
    }
}

#[test]
fn a_prior_for_an_unknown_label_names_the_known_ones() {
    earwitness()
        .args(["classify", "--prior", "zeppelin=1", &sample("wind.wav")])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("shahed-136"));
}

#[test]
fn the_model_shows_what_it_was_learnt_from() {
    earwitness()
        .args(["model", "show"])
        .assert()
        .success()
        .stdout(predicate::str::contains("shahed-136").and(predicate::str::contains("groups")));
    let json = earwitness()
        .args(["model", "show", "--format", "json"])
        .output()
        .unwrap();
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(json["header"]["labels"][0]["groups"].is_u64(), "{json}");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    use std::io::Read;
    use std::process::{Command, Stdio};
    let dir = folder();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("earwitness"))
        .args(["classify", "-q", "-r", "--format", "jsonl", "."])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Closed before the first answer is out.
    drop(child.stdout.take());
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert_eq!(
        (stderr.as_str(), child.wait().unwrap().code()),
        ("", Some(0))
    );
}
