//! `evaluate` on a small folder of generated sounds.

use super::small_corpus::{comb_in_noise, folder, recipe, run, write, LABELS, PER_LABEL};
use super::wav;
use serde_json::Value;
use std::process::Output;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", text(&output.stderr)))
}

#[test]
fn a_given_model_is_judged_on_what_it_has_not_heard() {
    let dir = tempfile::tempdir().unwrap();
    let learnt = folder(dir.path(), "learnt", 1.0);
    let fresh = folder(dir.path(), "fresh", 1.035);
    // One recording that was learnt, under another name; one label that was not; and one file that is none.
    std::fs::copy(learnt.join("siren/0.wav"), fresh.join("siren/again.wav")).unwrap();
    write(&fresh.join("helicopter/0.wav"), 17.0);
    std::fs::write(fresh.join("engine/broken.wav"), b"no sound").unwrap();
    let (model, recipe) = (dir.path().join("m.earwitness"), recipe(dir.path()));
    let [learnt, fresh, model, recipe] =
        [&learnt, &fresh, &model, &recipe].map(|path| path.to_str().unwrap());
    let trained = run(&[
        "train",
        "--folders",
        learnt,
        "--recipe",
        recipe,
        "-o",
        model,
    ]);
    assert!(trained.status.success(), "{}", text(&trained.stderr));

    let output = run(&[
        "evaluate",
        "--model",
        model,
        "--folders",
        fresh,
        "--format",
        "json",
    ]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("again.wav is left out: the model was trained on this very file"),
        "{said}"
    );
    assert!(said.contains("broken.wav"), "{said}");
    let found = json(&output);
    assert_eq!(found["figures"]["recordings"], 3 * PER_LABEL);
    assert_eq!(found["known"].as_array().unwrap().len(), 1);
    assert_eq!(found["strangers"][0]["label"], "helicopter");
    assert_eq!(found["strangers"][0]["unknown"]["n"], 1);

    let with_known = [
        "evaluate",
        "--model",
        model,
        "--folders",
        fresh,
        "--include-known",
    ];
    let output = run(&[&with_known[..], &["--format", "json"]].concat());
    assert_eq!(json(&output)["figures"]["recordings"], 3 * PER_LABEL + 1);
    let table = text(&run(&with_known).stdout);
    assert!(
        table.contains("1 recordings that the model was trained on; counted"),
        "{table}"
    );
    assert!(table.contains("| helicopter |"), "{table}");

    // Everything that was learnt is left out, and that is said.
    let output = run(&["evaluate", "--model", model, "--folders", learnt]);
    assert!(output.status.success());
    assert!(text(&output.stdout).contains("No recording of a label that the model knows is left"));
}

#[test]
fn all_protocols_run_on_a_small_folder_and_say_what_they_could_not_do() {
    let dir = tempfile::tempdir().unwrap();
    let learnt = folder(dir.path(), "learnt", 1.0);
    let recipe = recipe(dir.path());
    let floors = dir.path().join("floors.toml");
    std::fs::write(
        &floors,
        "label = \"shahed-136\"\nlong_alarms_per_hour = 1.0\n",
    )
    .unwrap();
    let [learnt, recipe, floors] = [&learnt, &recipe, &floors].map(|p| p.to_str().unwrap());
    let all = [
        "evaluate",
        "--folders",
        learnt,
        "--recipe",
        recipe,
        "--protocol",
        "all",
    ];
    let output = run(&[&all[..], &["--format", "json", "--floors", floors]].concat());
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("skipped: long negatives"), "{said}");
    let found = json(&output);
    assert_eq!(found["labels_left_out"].as_array().unwrap().len(), 3);
    let lengths = found["equal_durations"].as_array().unwrap();
    // The recordings are 2.5 s long: all can be cut to 2 s, none to 5 s.
    assert_eq!(
        (&lengths[0]["positives"], &lengths[1]["positives"]),
        (&6.into(), &0.into())
    );
    assert!(lengths[1]["auc"].is_null());
    assert!(
        said.contains("skipped: counts: there are fewer source groups than"),
        "{said}"
    );
    match &found["codec_control"] {
        Value::Null => eprintln!("skipped: codec control, there is no ffmpeg here"),
        control => assert_eq!(control["answered_after"]["n"], 2 * PER_LABEL),
    }
}

#[test]
fn clips_that_continue_each_other_are_heard_as_one_long_recording() {
    let dir = tempfile::tempdir().unwrap();
    folder(dir.path(), "learnt", 1.0);
    let mut list = String::from("path,label,group,note\n");
    for (label, _) in LABELS {
        for i in 0..PER_LABEL {
            list += &format!("learnt/{label}/{i}.wav,{label},{label}{i},\n");
        }
    }
    // Four clips of one recording, which the list takes for four sources; the fifth is another sound.
    let note = "neighbours in number come from one video";
    let whole = comb_in_noise(83.0, 4 * 40_000);
    for (i, clip) in whole.chunks(40_000).enumerate() {
        let name = format!("clip_{i}.wav");
        std::fs::write(dir.path().join(&name), wav::pcm(clip.iter().copied())).unwrap();
        list += &format!("{name},engine,{name},{note}\n");
    }
    std::fs::write(dir.path().join("clip_4.wav"), wav::comb(1_900.0, 2.5)).unwrap();
    list += &format!("clip_4.wav,engine,clip_4.wav,{note}\n");
    let manifest = dir.path().join("manifest.csv");
    std::fs::write(&manifest, list).unwrap();
    let recipe = recipe(dir.path());
    let [manifest, recipe] = [&manifest, &recipe].map(|p| p.to_str().unwrap());
    let output = run(&[
        "evaluate",
        "--manifest",
        manifest,
        "--recipe",
        recipe,
        "--protocol",
        "long-negatives",
        "--format",
        "json",
    ]);
    let found = &json(&output)["long_negatives"];
    assert_eq!(
        (&found["recordings"], &found["clips"]),
        (&1.into(), &4.into())
    );
    assert_eq!(found["longest_s"], 10.0);
    assert_eq!(found["answered"]["n"], 1);
}

#[test]
fn a_given_model_takes_no_settings_of_training() {
    for setting in [["--protocol", "grouped"], ["--folds", "4"], ["--seed", "1"]] {
        let output = run(&[
            &["evaluate", "--model", "m", "--folders", "x"],
            &setting[..],
        ]
        .concat());
        assert_eq!(output.status.code(), Some(2), "{setting:?}");
    }
    let alone = run(&["evaluate", "--folders", "x", "--include-known"]);
    assert_eq!(alone.status.code(), Some(2));
}
