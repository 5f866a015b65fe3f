//! The page: it needs nothing else, and its figures are those of report.json.

use super::{report, sample};

/// Every `<data value=... data-at=...>` of a page.
pub fn figures(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for piece in page.split("<data value=\"").skip(1) {
        let (value, rest) = piece.split_once('"').unwrap();
        let at = rest.strip_prefix(" data-at=\"").unwrap();
        found.push((at.split_once('"').unwrap().0.to_owned(), value.to_owned()));
    }
    found
}

#[test]
fn each_figure_of_the_page_stands_in_the_report() {
    for name in ["shahed-136-cruise.wav", "harop-dive.wav", "siren.wav"] {
        let clip = sample(name);
        let (dir, json, _) = report(&[&clip, "--h1", "shahed-136"]);
        let page = std::fs::read_to_string(dir.path().join("out/report.html")).unwrap();
        let figures = figures(&page);
        assert!(figures.len() > 12, "{name}: {}", figures.len());
        for (at, value) in figures {
            let own = json
                .pointer(&at)
                .unwrap_or_else(|| panic!("{name}: no {at}"));
            assert_eq!(own.to_string(), value, "{name}: {at}");
        }
    }
}

#[test]
fn the_page_needs_nothing_from_outside() {
    let (dir, _, _) = report(&[&sample("shahed-136-cruise.wav")]);
    let page = std::fs::read_to_string(dir.path().join("out/report.html")).unwrap();
    for word in [
        "<script",
        "<link",
        "@import",
        "url(http",
        "src=\"http",
        "href=\"http",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("Content-Security-Policy"));
    assert!(page.contains("who flew"), "what the sound cannot show");
}
