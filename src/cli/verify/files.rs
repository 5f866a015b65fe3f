//! The files of a report.

use std::io::Write;
use std::path::Path;

use anyhow::{bail, Context};
use earwitness::report::evidence::{labels, page, parse, selections, text, track_csv};
use earwitness::verify::Verified;

use super::super::output::Output;
use super::pictures::draw;

/// The page that people open.
pub const PAGE: &str = "report.html";

/// The account that programs read.
const REPORT: &str = "report.json";

/// Makes the folder of a report on `inputs`. An earlier report on the same ones is replaced.
///
/// # Errors
/// If it cannot be made, is a file, or holds a report on something else: that would be lost, and what it has more of would stay
/// beside the new one.
pub fn prepare(dir: &Path, inputs: &[String]) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir).with_context(|| {
        let dir = dir.display();
        format!("cannot make the folder {dir} for the report; choose another place with -o")
    })?;
    let path = dir.join(REPORT);
    if !path.exists() {
        return Ok(());
    }
    let earlier = std::fs::read_to_string(&path).ok();
    let earlier = earlier.and_then(|text| parse(&text).ok());
    if earlier.is_some_and(|report| report.run.inputs == inputs) {
        return Ok(());
    }
    let dir = dir.display();
    bail!("{dir} holds a report on other recordings, or on these under other paths, or of another version; choose another folder with -o, or remove that one")
}

/// Writes all files of a report; each appears whole or not at all, the page last.
///
/// # Errors
/// If one of them cannot be written.
pub fn write(dir: &Path, verified: &Verified) -> anyhow::Result<()> {
    let mut pictures = Vec::new();
    let recordings = verified.report.recordings.iter().zip(&verified.drawn);
    let recordings = recordings.zip(&verified.references);
    for (number, ((evidence, drawn), reference)) in recordings.enumerate() {
        let drawing = draw(evidence, drawn, reference.as_ref())?;
        put(
            dir,
            &numbered("spectrogram", "png", number),
            &drawing.spectrogram,
        )?;
        pictures.push(drawing.page);
        let table = track_csv(&drawn.combs, drawn.starts_s).context("cannot write the tracks")?;
        put(dir, &numbered("track", "csv", number), &table)?;
        let table = labels(evidence).context("cannot write the labels")?;
        put(dir, &numbered("labels", "txt", number), &table)?;
        let table = selections(evidence).context("cannot write the selections")?;
        put(dir, &numbered("selections", "txt", number), &table)?;
    }
    let json = text(&verified.report).context("cannot write the report as JSON")?;
    put(dir, REPORT, json.as_bytes())?;
    let html = page(&verified.report, pictures).context("cannot write the page")?;
    put(dir, PAGE, html.as_bytes())
}

/// `track.csv`, and `track-2.csv` for the second recording.
fn numbered(stem: &str, extension: &str, number: usize) -> String {
    match number {
        0 => format!("{stem}.{extension}"),
        n => format!("{stem}-{}.{extension}", n + 1),
    }
}

fn put(dir: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let mut output = Output::open(Some(&dir.join(name)), [])?;
    output.write_all(bytes).with_context(|| {
        let path = dir.join(name);
        format!("cannot write {}; is the disk full?", path.display())
    })?;
    output.finish()
}
