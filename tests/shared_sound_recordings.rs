//! How often shared sound is found, and how often it is found where there is none, measured on real
//! recordings: `EARWITNESS_DATA=../shared/data cargo test --release --test
//! shared_sound_recordings -- --ignored --nocapture`. Needs the recordings, and ffmpeg for the codecs.

mod ffmpeg;

mod recordings;

use std::process::Command;

use earwitness::audio::{self, ReadOptions, Source};
use earwitness::dataset::{
    join_neighbours, split_at_breaks, Evidence, Recording, Sound, SourceGroups,
};
use earwitness::fingerprint::{Fingerprint, Index};

const RATE: usize = 16_000;

struct Heard {
    recording: Recording,
    samples: Vec<f32>,
    sha256: [u8; 32],
    fingerprint: Fingerprint,
}

/// Every recording of the manifest that can be read; `None`, with a message, where there is none.
fn recordings() -> Option<Vec<Heard>> {
    let manifest = recordings::manifest()?;
    Some(manifest.recordings.into_iter().map(hear).collect())
}

fn hear(recording: Recording) -> Heard {
    let source = Source::Path(recording.path.clone());
    let mut reader =
        audio::open(&source, &ReadOptions::default()).expect("a listed recording opens");
    let mut samples = Vec::new();
    while let Some(block) = reader.next_block().expect("a listed recording decodes") {
        samples.extend_from_slice(block);
    }
    Heard {
        sha256: audio::content_hash(&source).expect("a listed recording can be hashed"),
        fingerprint: Fingerprint::of(&samples),
        recording,
        samples,
    }
}

fn sounds<'a>(heard: &'a [Heard], names: &'a [String]) -> Vec<Sound<'a>> {
    let sound = |(h, name): (&'a Heard, &'a String)| Sound {
        name,
        label: &h.recording.label,
        phase: None,
        stretch: h.recording.range,
        group: &h.recording.group,
        sha256: h.sha256,
        fingerprint: &h.fingerprint,
    };
    heard.iter().zip(names).map(sound).collect()
}

fn names(heard: &[Heard]) -> Vec<String> {
    heard
        .iter()
        .map(|h| h.recording.path.display().to_string())
        .collect()
}

/// Prints every join for an ear to judge. That two labels share no sound is the part that can be
/// judged without one.
#[test]
#[ignore = "reads all recordings of the manifest"]
fn recordings_of_different_labels_share_no_sound() {
    let Some(heard) = recordings() else { return };
    let names = names(&heard);
    let sounds = sounds(&heard, &names);
    let found = SourceGroups::find(&sounds).expect("no file has two labels");
    for line in found.report(&sounds) {
        println!("{line}");
    }
    let mut groups: Vec<&str> = sounds.iter().map(|s| s.group).collect();
    groups.sort_unstable();
    groups.dedup();
    println!(
        "{} recordings, {} groups in the manifest, {} after joining",
        heard.len(),
        groups.len(),
        found.count()
    );
    let across = found.joins.iter().filter(|join| join.labels_differ);
    assert_eq!(across.count(), 0);
    let sound_of = |j: &earwitness::dataset::Join| matches!(j.evidence, Evidence::SameSound { .. });
    assert!(
        found.joins.iter().any(sound_of),
        "the manifest is known to hold duplicates"
    );
}

/// Every 16th recording, through two codecs at two rates, in cuts of 3 and 1 s from any sample.
#[test]
#[ignore = "encodes hundreds of clips with ffmpeg"]
fn coded_cuts_are_found_again() {
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        eprintln!("skipped: ffmpeg is not installed, no AAC or Opus to test with");
        return;
    }
    let Some(heard) = recordings() else { return };
    let mut index = Index::new();
    for (id, h) in heard.iter().enumerate() {
        index.add(id as u32, &h.fingerprint);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (codec, file) in [("aac", "a.m4a"), ("libopus", "a.ogg")] {
        for rate in ["32k", "64k"] {
            // Long cuts, and the cut of a second; recordings that are silent there don't count.
            let (mut long, mut short) = ([0, 0], [0, 0]);
            for (id, h) in heard.iter().enumerate().step_by(16) {
                let start = 2000 + id * 37 % 9000;
                if h.samples.len() < start + RATE + RATE / 2 {
                    continue;
                }
                let copy = ffmpeg::through_codec(
                    &h.samples[start..],
                    codec,
                    rate,
                    &folder.path().join(file),
                );
                for (seconds, counts) in [(3, &mut long), (1, &mut short)] {
                    let middle = copy.len().saturating_sub(seconds * RATE) / 2;
                    let Some(cut) = copy.get(middle..middle + seconds * RATE) else {
                        continue;
                    };
                    let query = Fingerprint::of(cut);
                    if query.heard_s() > 0.8 * (seconds as f64 - 0.2) {
                        counts[0] +=
                            usize::from(index.matches(&query).iter().any(|m| m.id == id as u32));
                        counts[1] += 1;
                    }
                }
            }
            println!(
                "{codec} {rate}: 3 s {} of {}, 1 s {} of {}",
                long[0], long[1], short[0], short[1]
            );
            assert!(long[0] * 100 >= long[1] * 95, "3 s at {codec} {rate}");
            assert!(
                short[0] * 100 >= short[1] * if rate == "64k" { 95 } else { 70 },
                "1 s at {codec} {rate}"
            );
        }
    }
}

#[test]
#[ignore = "reads all recordings of the manifest"]
fn numbered_clips_go_on_more_often_than_clips_paired_at_random() {
    let Some(heard) = recordings() else { return };
    let list: Vec<Recording> = heard.iter().map(|h| h.recording.clone()).collect();
    let (mut joins, mut kept, mut shuffled_joins, mut shuffled_kept) = (0, 0, 0, 0);
    for run in join_neighbours(&list)
        .into_iter()
        .filter(|run| run.len() > 1)
    {
        let sound = |place: usize| heard[place].samples.as_slice();
        let parts = split_at_breaks(&run, sound);
        let lengths: Vec<usize> = parts.iter().map(Vec::len).collect();
        println!(
            "{} .. {} clips: {lengths:?}",
            heard[run[0]].recording.path.display(),
            run.len()
        );
        joins += run.len() - 1;
        kept += run.len() - parts.len();
        // The same clips in an order that puts none beside its neighbour.
        let shuffled: Vec<usize> = (0..run.len()).map(|n| run[n * 89 % run.len()]).collect();
        shuffled_joins += shuffled.len() - 1;
        shuffled_kept += shuffled.len() - split_at_breaks(&shuffled, sound).len();
    }
    println!(
        "{kept} of {joins} joins go on; of pairs at random {shuffled_kept} of {shuffled_joins}"
    );
    assert!(kept * 10 > joins * 8 && shuffled_kept * 10 < shuffled_joins * 5);
}
