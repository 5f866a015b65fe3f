use super::*;
use crate::audio::Fitness;
use crate::train::corpus::Heard;
use crate::train::takes::Row;
use ndarray::Array2;

/// Two labels, eight recordings of two segments with a copy each, the last of them rendered.
fn memory() -> Memory {
    let width = schema().len();
    let recordings: Vec<Heard> = (0..8)
        .map(|i| Heard {
            sha256: if i == 7 { [0; 32] } else { [i as u8 + 1; 32] },
            joined: i == 1,
            note: "dog; indoors".into(),
            origin: if i == 7 {
                Origin::Rendered
            } else {
                Origin::Recorded
            },
            stretch: (i == 2).then_some((0.5, 3.5)),
            fitness: (i != 3).then_some(Fitness::Limited),
            ..Heard::plain(i, i % 2, i / 2, i % 3)
        })
        .collect();
    let takes = [Take::AsItIs, Take::AsItIs, Take::Copy(1), Take::Noise];
    let rows: Vec<Row> = (0..32)
        .map(|n| Row {
            recording: n / 4,
            take: takes[n % 4],
            beneath: None,
            start: 16_000 * (n % 2),
        })
        .collect();
    let features = Array2::from_shape_fn((32, width), |(n, k)| ((n * k) % 17) as f32);
    let scores = (0..8)
        .map(|i| vec![vec![-0.25 * i as f32, -1.5]; 2])
        .collect();
    Memory {
        header: MemoryHeader {
            places: Default::default(),
            format: MEMORY_FORMAT,
            feature_version: FEATURE_VERSION,
            n_features: width,
            tool_version: "0".into(),
            model: "m".into(),
            learnt_sha256: "00".into(),
            labels: vec!["engine".into(), "siren".into()],
            sources: [("s".to_owned(), 7)].into(),
            recipe: include_str!("../../../models/default.toml").into(),
            candidate: 0,
        },
        known: TrainingMemory::new(recordings[..7].iter().map(|r| (&r.sha256, &r.fingerprint))),
        held_out: SegmentScores {
            candidates: vec![scores],
        },
        corpus: Corpus {
            labels: vec!["engine".into(), "siren".into()],
            recordings,
            features,
            rows,
            joins: Vec::new(),
            left_out: Vec::new(),
            places: Default::default(),
        },
    }
}

fn message(bytes: &[u8]) -> String {
    let read = Memory::from_bytes("bad.memory", bytes);
    read.expect_err("the memory was taken").to_string()
}

#[test]
fn what_is_written_is_read_again() {
    let memory = memory();
    let bytes = memory.to_bytes("m").unwrap();
    let read = Memory::from_bytes("m", &bytes).unwrap();
    assert_eq!(read.header, memory.header);
    assert_eq!(read.corpus.recordings, memory.corpus.recordings);
    assert_eq!(read.corpus.rows, memory.corpus.rows);
    assert_eq!(read.corpus.features, memory.corpus.features);
    assert_eq!(read.held_out, memory.held_out);
    assert_eq!(read.segments_per_label(), [8, 6]);
    assert_eq!(read.to_bytes("m").unwrap(), bytes);
}

#[test]
fn a_fold_that_the_recipe_does_not_have_is_refused() {
    let mut memory = memory();
    memory.corpus.recordings[0].fold = memory.recipe().unwrap().folds;
    let message = message(&memory.to_bytes("m").unwrap());
    assert!(message.contains("fold"), "{message}");
}

#[test]
fn recordings_and_rows_of_memories_of_an_earlier_make_are_read() {
    let stored = StoredRecording::of(&Heard::plain(0, 1, 2, 3));
    let whole = rmp_serde::to_vec(&stored).unwrap();
    // A row of thirteen values, of which the last two, fitness and the name of the group, are none and empty.
    assert_eq!(
        (whole[0], &whole[whole.len() - 2..]),
        (0x9d, &[0xc0, 0xa0][..])
    );
    for missing in [1, 2] {
        let mut older = whole[..whole.len() - missing].to_vec();
        older[0] -= missing as u8;
        let read: StoredRecording = rmp_serde::from_slice(&older).unwrap();
        assert_eq!(rmp_serde::to_vec(&read).unwrap(), whole);
    }
    let older: StoredRow = rmp_serde::from_slice(&rmp_serde::to_vec(&(1, 2, 3)).unwrap()).unwrap();
    let whole = rmp_serde::to_vec(&(1, 2, 3, None::<usize>)).unwrap();
    assert_eq!(rmp_serde::to_vec(&older).unwrap(), whole);
}

#[test]
fn what_lies_beneath_a_row_and_the_names_of_groups_are_kept() {
    let mut memory = memory();
    memory.corpus.rows[1].beneath = Some(0);
    memory.corpus.recordings[0].group_name = "night/1".into();
    let read = Memory::from_bytes("m", &memory.to_bytes("m").unwrap()).unwrap();
    assert_eq!(read.corpus.rows, memory.corpus.rows);
    assert_eq!(read.corpus.recordings[0].group_name, "night/1");
    memory.corpus.rows[1].beneath = Some(memory.corpus.recordings.len());
    let message = message(&memory.to_bytes("m").unwrap());
    assert!(message.contains("belongs to no recording"), "{message}");
}

#[test]
fn a_list_longer_than_any_real_one_is_refused() {
    let span = |_| crate::dataset::Span {
        start_s: 0.0,
        end_s: 1.0,
        label: "a".into(),
        phase: None,
    };
    let mut heard = Heard::plain(0, 1, 2, 3);
    heard.spans = (0..4096).map(span).collect();
    let stored = StoredRecording::of(&heard);
    let read = |stored: &StoredRecording| {
        rmp_serde::from_slice::<StoredRecording>(&rmp_serde::to_vec(stored).unwrap()).map(|_| ())
    };
    assert!(read(&stored).is_ok());
    heard.spans.push(span(0));
    let stored = StoredRecording::of(&heard);
    assert!(read(&stored)
        .unwrap_err()
        .to_string()
        .contains("more than 4096"));
}

#[test]
fn cut_changed_and_foreign_files_are_refused_by_name() {
    let bytes = memory().to_bytes("m").unwrap();
    for n in [0, 7, 8, 15, 40, bytes.len() / 2, bytes.len() - 1] {
        let said = message(&bytes[..n]);
        assert!(said.starts_with("bad.memory: "), "{said}");
    }
    for at in (8..bytes.len()).step_by(97) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(message(&changed).contains("checksum"));
    }
    assert!(message(b"EARWITN\x01 and more").contains("not a training memory"));
}

#[test]
fn another_feature_version_says_which_recordings_must_be_given_again() {
    let mut memory = memory();
    memory.header.feature_version += 1;
    let said = message(&memory.to_bytes("m").unwrap());
    assert!(
        said.contains("7 recordings") && said.contains("s (7)"),
        "{said}"
    );
    memory.header.format += 1;
    assert!(message(&memory.to_bytes("m").unwrap()).contains("file format"));
}

#[test]
fn sizes_that_contradict_each_other_are_refused() {
    let broken: [fn(&mut Memory); 5] = [
        |m| m.corpus.rows[3].recording = 99,
        |m| m.corpus.recordings[2].label = 2,
        |m| m.header.labels.swap(0, 1),
        |m| drop(m.held_out.candidates[0].pop()),
        |m| m.corpus.recordings.swap(0, 7),
    ];
    for change in broken {
        let mut memory = memory();
        change(&mut memory);
        message(&memory.to_bytes("m").unwrap());
    }
}

#[test]
fn a_payload_that_is_not_deflated_is_refused() {
    let bytes = memory().to_bytes("m").unwrap();
    let (_, stored) = file::take_apart("m", &bytes).unwrap();
    let payload = file::inflate("m", stored).unwrap();
    assert!(stored.len() < payload.len());
    for broken in [&stored[..stored.len() / 2], &[0xff; 64]] {
        let error = file::inflate("bad.memory", broken).unwrap_err();
        assert!(
            error.to_string().starts_with("bad.memory: its payload"),
            "{error}"
        );
    }
}

#[test]
fn no_changed_payload_makes_loading_panic() {
    let bytes = memory().to_bytes("m").unwrap();
    let (header, stored) = file::take_apart("m", &bytes).unwrap();
    let payload = file::inflate("m", stored).unwrap();
    let mut state = 7u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    for _ in 0..2000 {
        let mut changed = payload.clone();
        for _ in 0..3 {
            let at = next() % changed.len();
            changed[at] = next() as u8;
        }
        let _ = Memory::from_bytes("m", &file::join(header, &changed));
    }
}
