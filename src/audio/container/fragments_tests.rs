//! Fragments made by hand.

use super::*;
use crate::audio::Source;

const TRACK: FragmentedTrack = FragmentedTrack {
    id: 2,
    first: 0,
    in_index: 0,
    defaults: Sample {
        duration: 1024,
        size: 3,
    },
};

/// What every fragment holds: data of another track, then these of ours.
const DATA: &[u8] = b"*****AAABBCCCCD";

fn make(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = (body.len() as u32 + 8).to_be_bytes().to_vec();
    bytes.extend(kind);
    bytes.extend(body);
    bytes
}

fn numbers(kind: &[u8; 4], numbers: &[u32]) -> Vec<u8> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
    make(kind, &bytes)
}

/// A fragment and its data. `runs`: header and runs of our track, from where the data start.
fn fragment(runs: impl Fn(u32) -> Vec<Vec<u8>>, data: &[u8]) -> Vec<u8> {
    let moof = |data_at: u32| {
        let other = [
            numbers(b"tfhd", &[0, 1]),
            numbers(b"trun", &[0x201, 1, data_at, 5]),
        ];
        let parts = [
            numbers(b"mfhd", &[0, 1]),
            make(b"traf", &other.concat()),
            make(b"traf", &runs(data_at).concat()),
        ];
        make(b"moof", &parts.concat())
    };
    let len = moof(0).len() as u32;
    [moof(len + 8), make(b"mdat", data)].concat()
}

/// The sizes stand in the table, with fields before and after them.
fn in_tables(data_at: u32) -> Vec<Vec<u8>> {
    let (duration, flags, shift) = (1024, 7, 9);
    let entry = |size| [duration, size, flags, shift];
    vec![
        numbers(b"tfhd", &[0x2_0000, 2]),
        numbers(
            b"trun",
            &[&[0xF01, 2, data_at + 5], &entry(3)[..], &entry(2)].concat(),
        ),
        numbers(b"free", &[0; 4]),
        numbers(b"trun", &[0x204, 2, flags, 4, 1]),
    ]
}

fn open(file: Vec<u8>) -> Fragments {
    let source = Source::memory("test", file);
    Fragments::new(source.open().unwrap(), TRACK)
}

/// At most 10,000 packets, and the error after them.
fn read(file: Vec<u8>) -> (Vec<Packet>, Option<Error>) {
    let mut fragments = open(file);
    let mut packets = Vec::new();
    while packets.len() < 10_000 {
        match fragments.next_packet() {
            Ok(Some(packet)) => packets.push(packet),
            Ok(None) => return (packets, None),
            Err(error) => return (packets, Some(error)),
        }
    }
    (packets, None)
}

fn texts(file: Vec<u8>) -> Vec<String> {
    let (packets, error) = read(file);
    assert!(error.is_none(), "{error:?}");
    assert!(packets.iter().all(|p| p.track_id == 2));
    let text = |p: &Packet| String::from_utf8(p.data.to_vec()).unwrap();
    packets.iter().map(text).collect()
}

#[test]
fn packets_come_in_order_from_all_fragments() {
    let one = fragment(in_tables, DATA);
    let index = numbers(b"sidx", &[0; 8]);
    let file = [one.clone(), index, one.clone(), one].concat();
    let expected = ["AAA", "BB", "CCCC", "D"];
    assert_eq!(texts(file), [expected, expected, expected].concat());
}

#[test]
fn a_fragment_without_the_track_is_passed_over() {
    let none = fragment(|_| vec![numbers(b"tfhd", &[0, 3])], DATA);
    let file = [none.clone(), fragment(in_tables, DATA), none].concat();
    assert_eq!(texts(file), ["AAA", "BB", "CCCC", "D"]);
}

#[test]
fn sizes_may_be_those_of_the_part_or_of_the_track() {
    let runs = |data_at| {
        vec![
            numbers(b"tfhd", &[0x18, 2, 1000, 2]),
            numbers(b"trun", &[1, 3, data_at + 5]),
        ]
    };
    assert_eq!(texts(fragment(runs, DATA)), ["AA", "AB", "BC"]);
    let (packets, _) = read(fragment(runs, DATA));
    assert_eq!(packets[0].dur.get(), 1000);
    let runs = |data_at| {
        vec![
            numbers(b"tfhd", &[0, 2]),
            numbers(b"trun", &[1, 3, data_at + 5]),
        ]
    };
    assert_eq!(texts(fragment(runs, DATA)), ["AAA", "BBC", "CCC"]);
    let (packets, _) = read(fragment(runs, DATA));
    assert_eq!(packets[0].dur.get(), 1024);
}

#[test]
fn places_may_be_counted_from_the_start_of_the_file() {
    let before = make(b"free", b"1234");
    let one = fragment(
        |data_at| {
            vec![
                numbers(b"tfhd", &[0x3, 2, 0, 12 + data_at, 1]),
                numbers(b"trun", &[0x201, 2, 5, 3, 2]),
            ]
        },
        DATA,
    );
    assert_eq!(texts([before, one].concat()), ["AAA", "BB"]);
}

#[test]
fn long_runs_are_read_in_pieces() {
    let count = 3 * AT_ONCE + 5;
    let data: Vec<u8> = (0..2 * count).map(|i| (i / 2 % 251) as u8).collect();
    let file = fragment(
        |data_at| {
            let head = [0x201, count, data_at];
            let sizes = vec![2; count as usize];
            vec![
                numbers(b"tfhd", &[0, 2]),
                numbers(b"trun", &[&head[..], &sizes].concat()),
            ]
        },
        &data,
    );
    let (packets, error) = read(file);
    assert!(error.is_none());
    assert_eq!(packets.len(), count as usize);
    for (i, packet) in packets.iter().enumerate() {
        assert_eq!(packet.data[..], [(i % 251) as u8; 2], "{i}");
    }
}

#[test]
fn a_file_cut_anywhere_gives_what_is_there() {
    let one = fragment(in_tables, DATA);
    let file = [one.clone(), one].concat();
    let whole = texts(file.clone());
    for len in 0..file.len() {
        let (packets, error) = read(file[..len].to_vec());
        for (packet, expected) in packets.iter().zip(&whole) {
            assert_eq!(packet.data[..], *expected.as_bytes(), "{len} bytes");
        }
        let is_end = |e| matches!(e, Error::IoError(e) if e.kind() == io::ErrorKind::UnexpectedEof);
        assert!(error.is_none_or(is_end), "{len} bytes");
        assert!(packets.len() < whole.len());
    }
}

#[test]
fn whatever_numbers_say_no_byte_is_read_twice() {
    let one = fragment(in_tables, DATA);
    let file = [one.clone(), one].concat();
    for at in 0..file.len() {
        for value in [0, 1, 0x7F, 0x80, 0xFF] {
            let mut broken = file.clone();
            broken[at] = value;
            let (packets, _) = read(broken);
            let bytes: usize = packets.iter().map(|p| p.data.len()).sum();
            assert!(bytes <= file.len(), "byte {at} = {value}: {bytes} bytes");
        }
    }
}

#[test]
fn samples_without_end_end_with_the_file() {
    let runs = |size| {
        move |data_at| {
            vec![
                numbers(b"tfhd", &[0x10, 2, size]),
                numbers(b"trun", &[1, u32::MAX, data_at]),
            ]
        }
    };
    let (packets, error) = read(fragment(runs(4), DATA));
    assert_eq!(packets.len(), DATA.len() / 4);
    assert!(matches!(error, Some(Error::IoError(_))));
    let (packets, error) = read(fragment(runs(u32::MAX), DATA));
    assert!(packets.is_empty() && matches!(error, Some(Error::IoError(_))));
    // Empty ones go on, and the decoder gives up.
    assert_eq!(read(fragment(runs(0), DATA)).0.len(), 10_000);
}

#[test]
fn a_broken_fragment_is_said_again_and_again() {
    let long = |_| {
        vec![
            numbers(b"tfhd", &[0, 2]),
            numbers(b"trun", &[0x200, 5, 1, 1]),
        ]
    };
    let headless = |_| vec![numbers(b"trun", &[0x200, 1, 1])];
    let short = |_| vec![numbers(b"tfhd", &[0x1, 2])];
    for broken in [
        fragment(long, DATA),
        fragment(headless, DATA),
        fragment(short, DATA),
        b"\0\0\0\x04moof....".to_vec(),
    ] {
        let mut fragments = open([broken, fragment(in_tables, DATA)].concat());
        let mut next = || fragments.next_packet().unwrap_err().to_string();
        assert_eq!(next(), next());
    }
}
