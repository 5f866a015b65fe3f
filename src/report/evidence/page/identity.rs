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
    fact("sample rate", text(format!("{} Hz", own.sample_rate)));
    fact("channels", text(own.channels.to_string()));
    let read = figure(format!("{at}/identity/duration_s"), own.duration_s, 2);
    fact("sound", Cell::Mixed(vec![read, text(" s")]));
    fact("decoded by", text(own.decoder.clone()));
    section.tables.push(table);
    section.notes.push(
        "The file was only read. Its hash tells whether another copy is the same, byte for byte."
            .into(),
    );
    section
}
