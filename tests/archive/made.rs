//! Archives made on the spot: short WAV, FLAC and M4A files, some of them corrupt in ten different ways.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files of one folder.
const PER_FOLDER: usize = 500;
/// Templates that FLAC and M4A files are made from.
const TEMPLATES: usize = 6;

/// What was made.
pub struct Made {
    /// Files that can be read.
    pub good: Vec<PathBuf>,
    /// Files that cannot, with the kind of fault that is to be found.
    pub bad: BTreeMap<PathBuf, &'static str>,
}

/// Makes `number` files under `folder`, every `bad_every`-th of them corrupt; no two are the same.
pub fn make(folder: &Path, number: usize, bad_every: usize) -> Made {
    let coded = Coded::make();
    let mut made = Made {
        good: Vec::new(),
        bad: BTreeMap::new(),
    };
    for n in 0..number {
        let folder = folder.join(format!("part{:03}", n / PER_FOLDER));
        fs::create_dir_all(&folder).unwrap();
        if n % bad_every == bad_every - 1 {
            let (path, kind) = corrupt(&folder, n, n / bad_every);
            made.bad.insert(path, kind);
            continue;
        }
        let (extension, bytes) = match (n % 5, &coded) {
            (3, Some(coded)) => ("flac", coded.flac(n)),
            (4, Some(coded)) => ("m4a", coded.m4a(n)),
            _ => ("wav", wav(n as u64, 12_000)),
        };
        let path = folder.join(format!("{n:05}.{extension}"));
        fs::write(&path, bytes).unwrap();
        made.good.push(path);
    }
    made
}

/// A 16-bit mono WAV at 16 kHz: a comb in noise, other for each seed.
pub fn wav(seed: u64, samples: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let hz = 60.0 + (seed % 97) as f64 * 5.0;
    let data: Vec<u8> = (0..samples)
        .flat_map(|n| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let noise = (state >> 40) as f64 / f64::from(1 << 24) - 0.5;
            let phase = std::f64::consts::TAU * hz * f64::from(n) / 16_000.0;
            let comb = phase.sin() + (2.0 * phase).sin() + (3.0 * phase).sin();
            ((2_000.0 * comb + 6_000.0 * noise) as i16).to_le_bytes()
        })
        .collect();
    let mut wav = header(1, 1, 16_000, data.len() as u32);
    wav.extend(data);
    wav
}

/// The header of a WAV of 16-bit samples.
fn header(tag: u16, channels: u16, rate: u32, len: u32) -> Vec<u8> {
    let mut head = b"RIFF".to_vec();
    head.extend((36 + len).to_le_bytes());
    head.extend(b"WAVEfmt \x10\0\0\0");
    head.extend(tag.to_le_bytes());
    head.extend(channels.to_le_bytes());
    head.extend(rate.to_le_bytes());
    head.extend((rate.wrapping_mul(2 * u32::from(channels))).to_le_bytes());
    head.extend((2 * channels).to_le_bytes());
    head.extend(b"\x10\0data");
    head.extend(len.to_le_bytes());
    head
}

/// A file that cannot be read, in one of ten ways, and what is to be said of it.
fn corrupt(folder: &Path, n: usize, way: usize) -> (PathBuf, &'static str) {
    let unique = format!("{n}");
    let sound = |mut head: Vec<u8>| {
        head.extend(wav(n as u64, 400).split_off(44));
        head
    };
    let (extension, kind, bytes) = match way % 10 {
        0 => ("wav", "empty", Vec::new()),
        1 => (
            "wav",
            "not-audio",
            format!("<html>404 not found {unique}</html>").into_bytes(),
        ),
        2 => ("wav", "truncated-header", wav(n as u64, 100)[..30].to_vec()),
        3 => (
            "wav",
            "no-samples",
            header(1, 1, 8_000 + n as u32 % 8_000, 0),
        ),
        4 => (
            "mp4",
            "not-audio",
            [&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], unique.as_bytes()].concat(),
        ),
        5 => ("wav", "bad-sample-rate", sound(header(1, 1, 7, 800))),
        6 => (
            "wav",
            "bad-channel-count",
            sound(header(1, 200, 16_000, 800)),
        ),
        7 => (
            "amr",
            "unsupported-codec",
            [&b"#!AMR\n"[..], unique.as_bytes(), &[60; 64]].concat(),
        ),
        8 => (
            "wav",
            "unsupported-codec",
            sound(header(0x0161, 1, 16_000, 800)),
        ),
        _ => ("mp4", "no-audio-track", silent_film(n as u32)),
    };
    let path = folder.join(format!("{n:05}-bad.{extension}"));
    fs::write(&path, bytes).unwrap();
    (path, kind)
}

/// MP4 with a header and no track.
fn silent_film(n: u32) -> Vec<u8> {
    let mut mvhd = vec![0; 4];
    mvhd.extend([0; 8]);
    mvhd.extend(1000u32.to_be_bytes());
    mvhd.extend(n.to_be_bytes());
    mvhd.extend(0x0001_0000u32.to_be_bytes());
    mvhd.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for value in [0x0001_0000u32, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000] {
        mvhd.extend(value.to_be_bytes());
    }
    mvhd.extend([0; 24]);
    mvhd.extend(1u32.to_be_bytes());
    let moov = boxed(b"moov", &boxed(b"mvhd", &mvhd));
    [boxed(b"ftyp", b"isom\0\0\x02\0isommp42"), moov].concat()
}

fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = (body.len() as u32 + 8).to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes.extend(body);
    bytes
}

/// FLAC and M4A, as ffmpeg writes them.
struct Coded {
    flac: Vec<Vec<u8>>,
    m4a: Vec<Vec<u8>>,
}

impl Coded {
    fn make() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mut coded = Self {
            flac: Vec::new(),
            m4a: Vec::new(),
        };
        for n in 0..TEMPLATES {
            let source = dir.path().join("in.wav");
            fs::write(&source, wav(1_000_000 + n as u64, 12_000)).unwrap();
            for (name, into) in [("out.flac", &mut coded.flac), ("out.m4a", &mut coded.m4a)] {
                let out = dir.path().join(name);
                let done = Command::new("ffmpeg")
                    .args(["-nostdin", "-v", "error", "-y", "-i"])
                    .args([&source, &out])
                    .status();
                if !done.is_ok_and(|status| status.success()) {
                    eprintln!("skipped: FLAC and M4A files (no ffmpeg); all are WAV");
                    return None;
                }
                into.push(fs::read(out).unwrap());
            }
        }
        Some(coded)
    }

    /// One with a block of application data after the stream's description, other for each number.
    fn flac(&self, n: usize) -> Vec<u8> {
        let template = &self.flac[n % TEMPLATES];
        let mut bytes = template[..42].to_vec();
        bytes.extend(b"\x02\0\0\x0ctest");
        bytes.extend((n as u64).to_be_bytes());
        bytes.extend(&template[42..]);
        bytes
    }

    /// One with a box of nothing at its end, other for each number.
    fn m4a(&self, n: usize) -> Vec<u8> {
        let free = boxed(b"free", &(n as u64).to_be_bytes());
        [&self.m4a[n % TEMPLATES][..], &free].concat()
    }
}
