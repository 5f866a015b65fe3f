//! The values of single items in MP4 and MOV files.

use super::super::container::boxes::{be32, be64};
use super::text;

/// The value of a box of user data: a text of QuickTime or 3GPP, or any other that is text as a whole.
pub(super) fn user_data(kind: &[u8; 4], body: &[u8]) -> Option<String> {
    match kind {
        // QuickTime: length, language, text; more of them in other languages.
        [0xA9, ..] => {
            let (head, rest) = body.split_first_chunk::<4>()?;
            let len = usize::from(u16::from_be_bytes([head[0], head[1]]));
            Some(text::of_bytes(rest.get(..len)?))
        }
        // 3GPP TS 26.244, 8.2 to 8.7: version, language, text.
        b"auth" | b"titl" | b"dscp" | b"cprt" | b"perf" | b"gnre" | b"albm"
            if body.first() == Some(&0) =>
        {
            match body.get(6..)? {
                rest @ ([0xFE, 0xFF, ..] | [0xFF, 0xFE, ..]) => Some(text::of_utf16(rest)),
                rest => Some(text::of_bytes(text::before_zero(rest))),
            }
        }
        // 3GPP TS 26.244, 8.10: version, language, name, role, longitude, latitude, altitude in 16.16.
        b"loci" => {
            let name = text::before_zero(body.get(6..)?);
            let place = body.get(6 + name.len() + 2..)?.first_chunk::<12>()?;
            let degrees = |at: usize| f64::from(be32(&place[at..]) as i32) / 65_536.0;
            let name = text::of_bytes(name);
            Some(format!("{:+.4}{:+.4}/ {name}", degrees(4), degrees(0)))
        }
        _ => text::plain(body).map(str::to_owned),
    }
}

/// The name of an item that has one of its own (`----`: `mean`, `name`, `data`).
pub(super) fn own_name(body: &[u8]) -> Option<String> {
    let (_, name) = children(body).find(|(kind, _)| kind == b"name")?;
    Some(text::of_bytes(name.get(4..)?))
}

/// The values of an item: the well-known types that hold text or one number; of others, their size.
pub(super) fn values(body: &[u8]) -> impl Iterator<Item = String> + '_ {
    children(body).filter_map(|(kind, data)| {
        let (head, value) = data.split_first_chunk::<8>()?;
        (&kind == b"data").then(|| value_of(be32(head), value))
    })
}

fn value_of(kind: u32, value: &[u8]) -> String {
    let signed = |value: &[u8]| {
        let first = value.first().map_or(0, |&b| i64::from(b as i8));
        value
            .iter()
            .skip(1)
            .fold(first, |n, &b| n << 8 | i64::from(b))
    };
    match (kind, value.len()) {
        (1 | 4, _) => text::of_bytes(value),
        (2 | 5, _) => text::of_utf16(value),
        (21 | 65..=67 | 74, 1..=8) => signed(value).to_string(),
        (22 | 75..=78, 1..=8) => value
            .iter()
            .fold(0, |n: u64, &b| n << 8 | u64::from(b))
            .to_string(),
        (23, 4) => f32::from_bits(be32(value)).to_string(),
        (24, 8) => f64::from_bits(be64(value)).to_string(),
        (_, len) => format!("{len} bytes"),
    }
}

/// The boxes that `body` consists of.
fn children(mut body: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (head, _) = body.split_first_chunk::<8>()?;
        let size = (be32(head) as usize).min(body.len());
        let inner = body.get(8..size)?;
        body = &body[size..];
        Some(([head[4], head[5], head[6], head[7]], inner))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_data_is_text_in_several_ways() {
        assert_eq!(
            user_data(b"\xA9mod", b"\0\x05\x15\xC7Acme1").unwrap(),
            "Acme1"
        );
        assert_eq!(user_data(b"\xA9mod", b"\0\x09\x15\xC7Acme1"), None);
        assert_eq!(user_data(b"auth", b"\0\0\0\0\x15\xC7Ed\0").unwrap(), "Ed");
        assert_eq!(
            user_data(b"FIRM", b"HD7.01.01.90.00").unwrap(),
            "HD7.01.01.90.00"
        );
        assert_eq!(user_data(b"blob", b"\x01\x02\x03"), None);
    }

    #[test]
    fn a_place_is_in_degrees() {
        let mut body = b"\0\0\0\0\x15\xC7Shusha\0\0".to_vec();
        for degrees in [46.75f64, 39.75, 1400.0] {
            body.extend(((degrees * 65_536.0) as i32).to_be_bytes());
        }
        assert_eq!(
            user_data(b"loci", &body).unwrap(),
            "+39.7500+46.7500/ Shusha"
        );
        assert_eq!(user_data(b"loci", &body[..20]), None);
    }

    #[test]
    fn values_have_types() {
        let data = |kind: u32, value: &[u8]| {
            let size = (16 + value.len() as u32).to_be_bytes();
            [&size[..], b"data", &kind.to_be_bytes(), &[0; 4], value].concat()
        };
        let of = |kind, value: &[u8]| values(&data(kind, value)).collect::<Vec<_>>();
        assert_eq!(of(1, b"11"), ["11"]);
        assert_eq!(of(21, &[0xFF, 0xFE]), ["-2"]);
        assert_eq!(of(22, &[1, 0]), ["256"]);
        assert_eq!(of(23, &29.97f32.to_be_bytes()), ["29.97"]);
        assert_eq!(of(13, &[0; 500]), ["500 bytes"]);
        assert_eq!(of(24, &[0; 3]), ["3 bytes"]);
        let two = [data(1, b"a"), data(1, b"b")].concat();
        assert_eq!(values(&two).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(values(b"\0\0\0\x03data").count(), 0);
    }
}
