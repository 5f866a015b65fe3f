//! Exports agree with the database, and the tools they are made for read them.

use super::database::{count, open};
use super::{archive, earwitness, finish, made, text};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Place {
    pub dir: tempfile::TempDir,
    pub database: PathBuf,
}

/// The samples of the repository under names that carry a time, one of them twice, and a file that is none.
pub fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    fs::create_dir(&folder).unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut names: Vec<PathBuf> = fs::read_dir(samples)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|e| e != "json" && e != "md" && e != "sh")
        })
        .collect();
    names.sort();
    for (n, path) in names.iter().enumerate() {
        let name = format!(
            "REC_202010{:02}_{:02}3000 {}",
            n + 1,
            n + 5,
            text(path.file_name().unwrap().as_ref())
        );
        fs::copy(path, folder.join(name)).unwrap();
    }
    fs::copy(&names[0], folder.join("twice, \"quoted\".wav")).unwrap();
    fs::write(folder.join("bad.wav"), "no sound").unwrap();
    let database = dir.path().join("r.sqlite");
    let (code, said) = finish(archive(&folder, &database, &[]));
    assert_eq!(code, 3, "{said}");
    Place { dir, database }
}

impl Place {
    fn export(&self, name: &str, more: &[&str]) -> PathBuf {
        let out = self.dir.path().join(name);
        let arguments = [&["export", text(&self.database), "-o", text(&out)], more].concat();
        let output = earwitness(&arguments);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        out
    }

    pub fn count(&self, sql: &str) -> usize {
        count(&self.database, sql) as usize
    }
}

pub const DETECTIONS: &str = "SELECT count(*) FROM detections";

#[test]
fn tables_hold_what_the_database_holds() {
    let place = place();
    let csv = place.export("d.csv", &[]);
    let mut reader = csv::Reader::from_path(csv).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), place.count(DETECTIONS));
    let order = rows
        .iter()
        .map(|r| (r[0].to_owned(), r[1].parse::<f64>().unwrap()));
    assert!(order.collect::<Vec<_>>().is_sorted());
    let jsonl = fs::read_to_string(
        place.export("r.jsonl", &["--format", "jsonl", "--table", "recordings"]),
    )
    .unwrap();
    let answers: Vec<serde_json::Value> = jsonl
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(
        answers.len(),
        place.count("SELECT count(*) FROM answers_by_path")
    );
    assert!(answers[0]["prediction_set"].is_array());
    let bad = fs::read_to_string(place.export("u.csv", &["--table", "unreadable"])).unwrap();
    assert!(
        bad.lines().nth(1).unwrap().contains("bad.wav,not-audio"),
        "{bad}"
    );
    let segments = fs::read_to_string(place.export("s.csv", &["--table", "segments"])).unwrap();
    let wanted = place
        .count("SELECT count(*) FROM answers_by_path p JOIN segments s ON s.answer = p.answer");
    assert_eq!(segments.lines().count(), wanted + 1);
}

#[test]
fn filters_leave_what_they_say() {
    let place = place();
    let rows = |more: &[&str]| {
        let csv = fs::read_to_string(place.export("f.csv", more)).unwrap();
        csv.lines().count() - 1
    };
    let like = |condition: &str| place.count(&format!("{DETECTIONS} WHERE {condition}"));
    assert_eq!(
        rows(&["--label", "harop", "--label", "siren"]),
        like("label IN ('harop', 'siren')")
    );
    assert_eq!(
        rows(&["--min-probability", "0.5"]),
        like("probability >= 0.5")
    );
    assert_eq!(rows(&["--phase", "dive"]), like("phase = 'dive'"));
    assert!(like("phase = 'dive'") > 0);
    assert_eq!(rows(&["--path", "*harop*"]), like("path LIKE '%harop%'"));
    let days = ["--since", "2020-10-02", "--until", "2020-10-04T00:00"];
    assert_eq!(
        rows(&days),
        like("recorded_at >= '2020-10-02' AND recorded_at < '2020-10-04'")
    );
    assert!(rows(&days) > 0 && rows(&days) < rows(&[]));
}

#[test]
fn raven_and_audacity_get_a_file_for_each_recording() {
    let place = place();
    let files = place.count("SELECT count(DISTINCT path) FROM detections");
    let lines = |folder: &Path| {
        let texts = fs::read_dir(folder)
            .unwrap()
            .map(|e| fs::read_to_string(e.unwrap().path()).unwrap());
        let texts: Vec<String> = texts.collect();
        (
            texts.len(),
            texts.iter().map(|t| t.lines().count()).sum::<usize>(),
        )
    };
    let raven = place.export("raven/", &["--format", "raven"]);
    assert_eq!(lines(&raven), (files, place.count(DETECTIONS) + files));
    let audacity = place.export("audacity/", &["--format", "audacity"]);
    assert_eq!(lines(&audacity), (files, 2 * place.count(DETECTIONS)));
    // One table of all: each recording begins where the one before it ends.
    let table = fs::read_to_string(place.export("all.txt", &["--format", "raven"])).unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|l| l.split('\t').collect())
        .collect();
    assert_eq!(rows.len(), place.count(DETECTIONS));
    let begin = |r: &[&str]| r[3].parse::<f64>().unwrap() - r[8].parse::<f64>().unwrap();
    let starts: Vec<f64> = rows.iter().map(|r| begin(r)).collect();
    assert!(starts.windows(2).all(|w| w[1] >= w[0] - 1e-3));
    let output = earwitness(&["export", text(&place.database), "--format", "audacity"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn clips_hold_the_sound_of_the_detections() {
    let place = place();
    let folder = place.export(
        "clips",
        &[
            "--format",
            "clips",
            "--margin",
            "0.5",
            "--min-probability",
            "0.2",
        ],
    );
    let mut list = csv::Reader::from_path(folder.join("clips.csv")).unwrap();
    let clips: Vec<csv::StringRecord> = list.records().map(Result::unwrap).collect();
    assert_eq!(
        clips.len(),
        place.count(&format!("{DETECTIONS} WHERE probability >= 0.2"))
    );
    for clip in &clips {
        let number = |n: usize| clip[n].parse::<f64>().unwrap();
        let wav = hound::WavReader::open(folder.join(&clip[0])).unwrap();
        let seconds = f64::from(wav.duration()) / 16_000.0;
        let wanted = number(3) + 0.5 - number(4);
        // The recording may end before the margin does.
        assert!(
            seconds <= wanted + 1e-3 && seconds > wanted - 0.51,
            "{clip:?}: {seconds}"
        );
    }
    let few = place.export("few", &["--format", "clips", "--per-bin", "1"]);
    let few = csv::Reader::from_path(few.join("clips.csv"))
        .unwrap()
        .records()
        .count();
    assert!((1..=10).contains(&few), "{few}");
}

#[test]
fn sound_that_recordings_share_is_grouped() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    fs::create_dir(&folder).unwrap();
    for n in 0..8 {
        fs::write(folder.join(format!("{n}.wav")), made::wav(n, 160_000)).unwrap();
    }
    // Six seconds of recording 2, other by their header and level.
    let bytes = made::wav(2, 160_000);
    let cut: Vec<i16> = bytes[44 + 60_000..44 + 252_000]
        .chunks_exact(2)
        .map(|b| i16::from_le_bytes([b[0], b[1]]) / 2)
        .collect();
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(folder.join("cut.wav"), spec).unwrap();
    cut.into_iter()
        .for_each(|x| writer.write_sample(x).unwrap());
    writer.finalize().unwrap();
    let database = dir.path().join("r.sqlite");
    assert_eq!(finish(archive(&folder, &database, &[])).0, 0);
    let db = open(&database);
    let mut statement = db
        .prepare("SELECT path, longest_overlap_s FROM reused_sound ORDER BY path")
        .unwrap();
    let found: Vec<(String, f64)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].0.ends_with("/2.wav") && found[1].0.ends_with("/cut.wav"));
    assert!((found[0].1 - 6.0).abs() < 0.5, "{found:?}");
    // Where only one of two is asked for, the other is named too.
    let query = |more: &[&str]| {
        let output =
            earwitness(&[&["query", text(&database), "--path", "*/cut.wav"], more].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&query(&["--format", "json"])).unwrap();
    assert_eq!(
        json["reused"][0]["paths"],
        serde_json::json!([found[1].0, found[0].0])
    );
    assert_eq!(json["reused"][0]["outside"], 1);
    let words = query(&[]);
    assert!(
        words.contains("2 files (1 of them outside what is asked for), up to"),
        "{words}"
    );
    let none = earwitness(&["query", text(&database), "--path", "*/0.wav"]);
    assert!(!String::from_utf8(none.stdout).unwrap().contains("Reused"));
}

/// pandas, pyarrow and DuckDB, where a Python has them: `EARWITNESS_PYTHON`, or `python3`.
#[test]
fn pandas_pyarrow_and_duckdb_read_the_same() {
    let python = std::env::var("EARWITNESS_PYTHON").unwrap_or_else(|_| "python3".into());
    let there = Command::new(&python)
        .args(["-c", "import pandas, pyarrow, duckdb"])
        .output();
    if !there.is_ok_and(|output| output.status.success()) {
        eprintln!(
            "skipped: {python} lacks pandas, pyarrow or duckdb (pip install pandas pyarrow duckdb)"
        );
        return;
    }
    let place = place();
    for table in [
        "detections",
        "recordings",
        "segments",
        "unreadable",
        "reused-sound",
        "changed",
    ] {
        for format in ["csv", "jsonl", "parquet"] {
            place.export(
                &format!("{table}.{format}"),
                &["--table", table, "--format", format],
            );
        }
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/read_exports.py");
    let output = Command::new(python)
        .arg(script)
        .arg(place.dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn suggestions_are_clips_to_sort_and_go_straight_into_training() {
    let place = place();
    let database = text(&place.database);
    let list = earwitness(&["suggest", database, "-n", "5", "--format", "csv"]);
    let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(list.stdout.as_slice())
        .records()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows.len(), 5);
    // The one that lies there twice is one source, and every source is suggested once.
    let all = earwitness(&["suggest", database, "-n", "1000", "--format", "jsonl"]);
    let all: Vec<serde_json::Value> = String::from_utf8(all.stdout)
        .unwrap()
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let groups: std::collections::BTreeSet<&str> = all
        .iter()
        .map(|s| s["source_group"].as_str().unwrap())
        .collect();
    assert_eq!(groups.len(), all.len());
    assert!(all.len() <= place.count("SELECT count(*) FROM recordings"));
    let gains = |s: &serde_json::Value| {
        let of = |name: &str| s[name].as_f64().unwrap();
        of("doubt") * of("distance").powi(2)
    };
    assert!(all.windows(2).all(|p| gains(&p[0]) >= gains(&p[1]) - 1e-3));
    // Each label lies among what the model knows, and the same is suggested every time.
    assert_eq!(all[0]["path"].as_str().unwrap(), &rows[0][1]);

    let folder = place.dir.path().join("to label");
    let made = earwitness(&[
        "suggest",
        database,
        "-n",
        "5",
        "-o",
        text(&folder),
        "--longest",
        "4",
    ]);
    assert!(made.status.success(), "{made:?}");
    let readme = fs::read_to_string(folder.join("README.txt")).unwrap();
    assert!(readme.contains("train --base default --add") && readme.contains("harop"));
    let mut manifest = csv::Reader::from_path(folder.join("labels.csv")).unwrap();
    let clips: Vec<String> = manifest
        .records()
        .map(|r| r.unwrap()[0].to_owned())
        .collect();
    assert_eq!(clips.len(), 5);
    for clip in &clips {
        let wav = hound::WavReader::open(folder.join(clip)).unwrap();
        let seconds = wav.duration() as f64 / 16_000.0;
        assert!(seconds > 1.0 && seconds <= 4.0, "{clip}: {seconds}");
    }
    // Sorted, they are a set of labelled recordings; what was left where it was is passed over.
    for clip in &clips[..3] {
        fs::create_dir_all(folder.join("siren")).unwrap();
        fs::rename(folder.join(clip), folder.join("siren").join(clip)).unwrap();
    }
    let check = earwitness(&["dataset", "check", "--no-doubts", text(&folder)]);
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    assert!(
        said.starts_with("recordings: 3, labels: 1, source groups: 3;"),
        "{said}"
    );
    // A second time would mix with what was sorted.
    let again = earwitness(&["suggest", database, "-o", text(&folder)]);
    assert_eq!(again.status.code(), Some(2));
}
