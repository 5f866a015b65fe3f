//! `report.html`: the account for people, in one file that needs nothing else.

mod audible;
mod cell;
mod fitness;
mod heard;
mod identity;
mod physics;
mod reference;
mod reuse;

use super::json;
use crate::report::picture::STYLE;
use crate::report::words;
use crate::verify::evidence::{Concord, Evidence};
use crate::verify::Report;
use askama::Template;
use cell::Table;
use std::io;

/// A picture on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The section that it stands in: `heard`, `physics` ...
    pub section: &'static str,
    /// SVG or HTML, self-contained.
    pub markup: String,
    /// What it shows, and how to read it.
    pub caption: String,
}

#[derive(Template)]
#[template(path = "evidence/page/report.html")]
struct Page<'a> {
    style: &'static str,
    title: String,
    report: &'a Report,
    recordings: Vec<Account>,
}

/// One recording on the page.
struct Account {
    name: String,
    disagrees: Option<String>,
    summary: Vec<String>,
    sections: Vec<Section>,
}

/// A part of the account.
struct Section {
    id: String,
    title: &'static str,
    said: Vec<String>,
    pictures: Vec<Picture>,
    tables: Vec<Table>,
    notes: Vec<String>,
}

impl Section {
    fn new(id: &str, title: &'static str) -> Self {
        Self {
            id: id.to_owned(),
            title,
            said: Vec::new(),
            pictures: Vec::new(),
            tables: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// The page; `pictures` holds those of each recording.
///
/// # Errors
/// If the report cannot be written as JSON, which none of this library can't.
pub fn page(report: &Report, pictures: Vec<Vec<Picture>>) -> io::Result<String> {
    // The figures of the page are those of report.json, digit by digit.
    let report = json::parse(&json::text(report)?).map_err(io::Error::other)?;
    let mut pictures = pictures.into_iter();
    let accounts = report.recordings.iter().enumerate().map(|(n, evidence)| {
        let own = pictures.next().unwrap_or_default();
        account(n, evidence, own)
    });
    let names: Vec<&str> = report
        .recordings
        .iter()
        .map(|e| e.identity.name.as_str())
        .collect();
    let page = Page {
        style: STYLE,
        title: format!("What is heard in {}", words::printable(&names.join(", "))),
        recordings: accounts.collect(),
        report: &report,
    };
    page.render().map_err(io::Error::other)
}

fn account(number: usize, evidence: &Evidence, mut pictures: Vec<Picture>) -> Account {
    let at = format!("/recordings/{number}");
    let disagrees = evidence.agreement.concord == Concord::Disagree;
    let mut sections = vec![
        heard::heard(&at, evidence),
        heard::alternatives(&at, evidence),
        physics::physics(&at, evidence),
        fitness::fitness(&at, evidence),
        reference::reference(&at, evidence),
    ];
    sections.splice(2..2, audible::audible(&at, evidence));
    sections.extend(reuse::reuse(&at, evidence));
    sections.push(identity::identity(&at, evidence));
    for section in &mut sections {
        let (own, rest) = pictures
            .into_iter()
            .partition(|p: &Picture| p.section == section.id);
        section.pictures = own;
        pictures = rest;
        if number > 0 {
            section.id = format!("{}-{}", section.id, number + 1);
        }
    }
    Account {
        name: words::printable(&evidence.identity.name),
        disagrees: disagrees.then(|| evidence.agreement.because.join(" ")),
        summary: evidence
            .summary
            .iter()
            .skip(usize::from(disagrees))
            .cloned()
            .collect(),
        sections,
    }
}
