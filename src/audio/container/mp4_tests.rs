//! What the boxes of MP4 files say.

use super::super::edits::Played;
use super::*;
use crate::audio::Source;

fn make(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = (body.len() as u32 + 8).to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes.extend(body);
    bytes
}

fn movie(edits: &[(u32, i32)]) -> Movie {
    let mut elst = vec![0; 4];
    elst.extend((edits.len() as u32).to_be_bytes());
    for (duration, time) in edits {
        elst.extend(duration.to_be_bytes());
        elst.extend(time.to_be_bytes());
        elst.extend([0, 1, 0, 0]);
    }
    let mut tkhd = vec![0; 24];
    tkhd[15] = 7;
    let mut mdhd = vec![0; 24];
    mdhd[12..16].copy_from_slice(&44_100u32.to_be_bytes());
    let hdlr = [&[0; 8][..], b"soun", &[0; 12]].concat();
    let stsd = [&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 16][..], b"samr", &[0; 8]].concat();
    let stbl = make(b"stbl", &make(b"stsd", &stsd));
    let minf = make(b"minf", &stbl);
    let mdia = make(
        b"mdia",
        &[make(b"mdhd", &mdhd), make(b"hdlr", &hdlr), minf].concat(),
    );
    let edts = make(b"edts", &make(b"elst", &elst));
    let trak = make(b"trak", &[make(b"tkhd", &tkhd), edts, mdia].concat());
    let mut mvhd = vec![0; 24];
    mvhd[12..16].copy_from_slice(&1_000u32.to_be_bytes());
    let moov = [make(b"mvhd", &mvhd), trak].concat();
    let file = [make(b"ftyp", b"3gp4"), make(b"moov", &moov)].concat();
    let len = file.len() as u64;
    let movie = read(&mut Source::memory("test", file).open().unwrap()).unwrap();
    assert_eq!(movie.end, len);
    movie
}

#[test]
fn the_edit_list_says_what_is_played() {
    let movie = movie(&[(100, -1), (5000, 2112)]);
    let at = |rate| movie.timeline(7, rate, true, 0).unwrap();
    assert_eq!(at(44_100).played, Played::after(2112));
    assert_eq!(at(22_050).played, Played::after(1056));
    assert_eq!(at(44_100).delay_s, 0.1);
}

#[test]
fn without_an_edit_aac_has_its_usual_priming_and_others_none() {
    let movie = movie(&[]);
    let played = |is_aac| movie.timeline(7, 44_100, is_aac, 0).unwrap().played;
    assert_eq!(played(true), Played::after(1024));
    assert_eq!(played(false), Played::default());
}

#[test]
fn codecs_have_names() {
    let movie = movie(&[]);
    assert_eq!(movie.sound_codec(0).unwrap(), "AMR-NB");
    assert_eq!(movie.sound_tracks(), 1);
}

#[test]
fn nesting_without_end_is_given_up() {
    let file = b"\0\x01\0\0moov".repeat(15_000);
    let mut stream = Source::memory("test", file).open().unwrap();
    assert!(read(&mut stream).unwrap().has_index);
}

#[test]
fn damaged_boxes_are_left_out() {
    for bytes in [
        &b"\0\0\0\x01moov"[..],
        b"\0\0\0\x04moov\0\0\0\0",
        b"\xFF\xFF\xFF\xFFmoov\0\0\0\0",
    ] {
        let mut stream = Source::memory("test", bytes).open().unwrap();
        assert!(read(&mut stream).unwrap().tracks.is_empty());
    }
}

#[test]
fn a_track_goes_on_in_the_fragments_after_the_index() {
    let numbers =
        |numbers: &[u32]| -> Vec<u8> { numbers.iter().flat_map(|n| n.to_be_bytes()).collect() };
    let trak = [
        make(b"tkhd", &numbers(&[0, 0, 0, 2, 0, 0])),
        make(b"stbl", &make(b"stsz", &numbers(&[0, 0, 5]))),
    ];
    let trex = make(b"trex", &numbers(&[0, 2, 1, 1024, 3, 0]));
    let moov = [make(b"trak", &trak.concat()), make(b"mvex", &trex)].concat();
    let moof = make(b"moof", &[0; 92]);
    let file = [moof.clone(), make(b"moov", &moov), moof.clone(), moof].concat();
    let len = file.len() as u64;
    let movie = read(&mut Source::memory("test", file).open().unwrap()).unwrap();
    let track = movie.fragmented(2, 199).unwrap();
    assert_eq!((track.first, track.in_index), (len - 200, 5));
    assert_eq!((track.defaults.duration, track.defaults.size), (1024, 3));
    assert!(movie.fragmented(2, 200).is_none());
    assert!(movie.fragmented(1, 0).is_none());
}

#[test]
fn fragments_say_when_their_tracks_start() {
    let numbers =
        |numbers: &[u32]| -> Vec<u8> { numbers.iter().flat_map(|n| n.to_be_bytes()).collect() };
    let track = |id: u32, kind: &[u8; 4], timescale: u32| {
        let hdlr = [&[0; 8][..], kind, &[0; 12]].concat();
        let mdhd = numbers(&[0, 0, 0, timescale, 0, 0]);
        let mdia = [make(b"mdhd", &mdhd), make(b"hdlr", &hdlr)].concat();
        let parts = [
            make(b"tkhd", &numbers(&[0, 0, 0, id, 0, 0])),
            make(b"mdia", &mdia),
        ];
        make(b"trak", &parts.concat())
    };
    let part = |id: u32, at: u32| {
        let tfdt = make(b"tfdt", &numbers(&[1 << 24, 0, at]));
        make(b"traf", &[make(b"tfhd", &numbers(&[0, id])), tfdt].concat())
    };
    let moov = [track(1, b"vide", 1_000), track(2, b"soun", 48_000)].concat();
    // The recorder's clock stood at an hour; the sound came 5 s after the picture.
    let first = [part(1, 3_600_000), part(2, 3_605 * 48_000)].concat();
    let later = part(2, 3_700 * 48_000);
    let file = [
        make(b"ftyp", b"iso5"),
        make(b"moov", &moov),
        make(b"moof", &first),
        make(b"moof", &later),
    ];
    let mut stream = Source::memory("test", file.concat()).open().unwrap();
    let movie = read(&mut stream).unwrap();
    assert_eq!(movie.timeline(2, 48_000, true, 0).unwrap().delay_s, 5.0);
    assert_eq!(movie.timeline(1, 48_000, true, 0).unwrap().delay_s, 0.0);
}
