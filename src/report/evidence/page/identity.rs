//! Which file it is.

use super::cell::{figure, text, Cell, Table};
use super::Section;
use crate::report::words::printable;
use crate::verify::evidence::Evidence;

pub(super) fn identity(at: &str, evidence: &Evidence) -> Section {
    let mut section = Section::new("identity", "Which file this is");
    let own = &evidence.identity;
    let mut table = Table::new("", &["", ""]);
    let mut fact = |name: &str, cell: Cell| table.row([text(name), cell]);
    fact("name", text(printable(&own.name)));
    fact("size", text(format!("{} bytes", own.bytes)));
    fact("SHA-256", text(own.sha256.clone()));
    fact("container", text(own.container.clone()));
    fact("codec", text(own.codec.clone()));
    if let Some(profile) = &own.profile {
        fact("profile", text(profile.clone()));
    }
    fact("sample rate", text(format!("{} Hz", own.sample_rate)));
    fact("channels", text(own.channels.to_string()));
    let read = figure(format!("{at}/identity/duration_s"), own.duration_s, 2);
    fact("sound", Cell::Mixed(vec![read, text(" s")]));
    if own.sound_starts_s > 0.0 {
        let at_s = figure(
            format!("{at}/identity/sound_starts_s"),
            own.sound_starts_s,
            2,
        );
        let starts = vec![at_s, text(" s after the video; silence stands before it")];
        fact("sound starts", Cell::Mixed(starts));
    }
    if !own.passage.is_whole() {
        let from = own.passage.start_s();
        let to = own
            .passage
            .end_s()
            .map_or("its end".to_owned(), |s| format!("{s:.2} s"));
        let all =
            format!("from {from:.2} s to {to}; all times count from the start of the recording");
        fact("passage looked at", text(all));
    }
    fact("decoded by", text(own.decoder.clone()));
    section.tables.push(table);
    if !own.metadata.tags.is_empty() {
        let mut claims = Table::new(
            "What the file says about itself: unverified, can be set at will, and is changed by every program and site that it went through",
            &["what", "the file says", "where it stands"],
        );
        for tag in &own.metadata.tags {
            let cells = [&tag.key, &tag.value, &tag.place];
            claims.row(cells.map(|word| text(printable(word))));
        }
        section.tables.push(claims);
    }
    section.notes.push(
        "The file was only read. Its hash tells whether another copy is the same, byte for byte."
            .into(),
    );
    section
}
