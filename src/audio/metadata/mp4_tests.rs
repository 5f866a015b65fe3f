use super::super::metadata;
use crate::audio::Source;

fn make(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = (body.len() as u32 + 8).to_be_bytes();
    [&size[..], kind, body].concat()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
}

fn data(value: &[u8]) -> Vec<u8> {
    make(b"data", &[&numbers(&[1, 0])[..], value].concat())
}

/// Tags as `key=value @ place`.
fn tags_of(boxes: &[Vec<u8>]) -> Vec<String> {
    let file = [make(b"ftyp", b"qt  \0\0\0\0qt  "), boxes.concat()].concat();
    let found = metadata(&Source::memory("test", file)).unwrap();
    let tags = found.tags.iter().skip(2);
    tags.map(|t| format!("{}={} @ {}", t.key, t.value, t.place))
        .collect()
}

fn movie(content: &[Vec<u8>]) -> Vec<u8> {
    make(b"moov", &content.concat())
}

/// 2020-10-04T12:00:00Z.
const OCTOBER: u32 = 1_601_812_800 + 2_082_844_800u32;

#[test]
fn times_are_those_of_the_movie_and_of_tracks_that_differ() {
    let track = |times: [u32; 2]| {
        let header = make(b"tkhd", &numbers(&[0, times[0], times[1], 1, 0]));
        make(b"trak", &header)
    };
    let tags = tags_of(&[movie(&[
        make(b"mvhd", &numbers(&[0, OCTOBER, OCTOBER + 60, 1000, 5])),
        track([OCTOBER, OCTOBER + 60]),
        track([0, OCTOBER + 61]),
    ])]);
    assert_eq!(
        tags,
        [
            "created=2020-10-04T12:00:00Z @ moov/mvhd",
            "modified=2020-10-04T12:01:00Z @ moov/mvhd",
            "modified=2020-10-04T12:01:01Z @ moov/track 2/tkhd",
        ]
    );
}

#[test]
fn a_time_of_zero_is_no_time_and_wide_times_are_read() {
    assert!(tags_of(&[movie(&[make(b"mvhd", &numbers(&[0, 0, 0, 1000, 5]))])]).is_empty());
    let wide = numbers(&[1 << 24, 0, OCTOBER, 0, 0, 1000]);
    assert_eq!(
        tags_of(&[movie(&[make(b"mvhd", &wide)])]),
        ["created=2020-10-04T12:00:00Z @ moov/mvhd"]
    );
}

#[test]
fn a_phone_names_itself_in_user_data() {
    let text = |kind, value: &[u8]| {
        let head = [0, value.len() as u8, 0x15, 0xC7];
        make(kind, &[&head[..], value].concat())
    };
    let udta = [
        text(b"\xA9mak", b"Acme"),
        text(b"\xA9mod", b"Phone 9"),
        text(b"\xA9swr", b"9.1\n"),
        text(b"\xA9xyz", b"+39.8153+046.7513/"),
        make(b"FIRM", b"HD7.01"),
        make(b"GPMF", &[0, 1, 2, 3]),
    ];
    let tags = tags_of(&[movie(&[make(b"udta", &udta.concat())])]);
    assert_eq!(
        tags,
        [
            "make=Acme @ moov/udta/©mak",
            "model=Phone 9 @ moov/udta/©mod",
            "software=9.1 @ moov/udta/©swr",
            "location=+39.8153+046.7513/ @ moov/udta/©xyz",
            "FIRM=HD7.01 @ moov/udta/FIRM",
        ]
    );
}

#[test]
fn item_lists_of_both_kinds_are_read() {
    // As iTunes and ffmpeg write it: a version, and names of four characters.
    let handler = make(b"hdlr", &[0; 24]);
    let free = [
        make(b"mean", b"\0\0\0\0com.x"),
        make(b"name", b"\0\0\0\0tool"),
        data(b"1"),
    ];
    let ilst = [
        make(b"\xA9too", &data(b"Lavf60")),
        make(b"----", &free.concat()),
    ];
    let meta = [&[0; 4][..], &handler, &make(b"ilst", &ilst.concat())].concat();
    let udta = make(b"udta", &make(b"meta", &meta));
    // As QuickTime and Android write it: keys, and their numbers.
    let key = |name: &[u8]| [&numbers(&[name.len() as u32 + 8]), &b"mdta"[..], name].concat();
    let keys = [
        numbers(&[0, 2]),
        key(b"com.apple.quicktime.model"),
        key(b"com.android.version"),
    ];
    let ilst = [
        make(&[0, 0, 0, 1], &data(b"iPhone 12")),
        make(&[0, 0, 0, 2], &data(b"11")),
    ];
    let meta = [
        handler,
        make(b"keys", &keys.concat()),
        make(b"ilst", &ilst.concat()),
    ];
    let tags = tags_of(&[movie(&[udta, make(b"meta", &meta.concat())])]);
    assert_eq!(
        tags,
        [
            "encoder=Lavf60 @ moov/udta/meta/ilst/©too",
            "tool=1 @ moov/udta/meta/ilst/tool",
            "model=iPhone 12 @ moov/meta/ilst/com.apple.quicktime.model",
            "android-version=11 @ moov/meta/ilst/com.android.version",
        ]
    );
}

#[test]
fn handlers_name_what_wrote_the_track() {
    let handler = |name: &[u8]| make(b"hdlr", &[&[0; 24][..], name].concat());
    let track = |name: &[u8]| make(b"trak", &make(b"mdia", &handler(name)));
    let tags = tags_of(&[movie(&[
        track(b"ISO Media file produced by Google Inc.\0"),
        track(b"\x10Core Media Audio"),
        track(b"\0"),
    ])]);
    assert_eq!(
        tags,
        [
            "handler=ISO Media file produced by Google Inc. @ moov/track 1/mdia/hdlr",
            "handler=Core Media Audio @ moov/track 2/mdia/hdlr",
        ]
    );
}

#[test]
fn hostile_boxes_are_left_out() {
    let deep = b"\0\x01\0\0moov".repeat(15_000);
    assert!(tags_of(&[deep]).is_empty());
    let many = make(b"\xA9cmt", b"\0\x01\0\0x").repeat(50_000);
    assert_eq!(tags_of(&[movie(&[make(b"udta", &many)])]).len(), 1);
    let keys = make(b"keys", &numbers(&[0, u32::MAX, u32::MAX]));
    let meta = [&make(b"hdlr", &[0; 24])[..], &keys].concat();
    assert!(tags_of(&[movie(&[make(b"meta", &meta)])]).is_empty());
    let escape = make(b"udta", &make(b"\xA9mak", b"\0\x04\0\0\x1b[2J"));
    assert_eq!(
        tags_of(&[movie(&[escape])]),
        ["make=\\u{1b}[2J @ moov/udta/©mak"]
    );
}
