//! The common questions about an archive and their answers, for people and as JSON.

use std::fmt::Write;

use crate::archive::query::{Changed, Histogram, Overview, Standing, TopDetection};
use crate::report::words::{printable, probability, span, wrapped};

/// Levels of a bar, from nothing to full.
const LEVELS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Columns for a path.
const PATH: usize = 60;

/// Version of the JSON object: it grows with every change of meaning. Fields may be added without.
pub const QUERY_SCHEMA: &str = "earwitness.query/1";

#[derive(serde::Serialize)]
struct Versioned<'a> {
    schema: &'static str,
    #[serde(flatten)]
    overview: &'a Overview,
}

/// Everything as one JSON object; `docs/archive.md` has its fields.
///
/// # Errors
/// None in practice: all of it can be written.
pub fn as_json(overview: &Overview) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Versioned {
        schema: QUERY_SCHEMA,
        overview,
    })
}

/// Everything as text of 80 columns, but for long paths.
pub fn as_text(o: &Overview) -> String {
    let mut text = String::new();
    summary(&mut text, o);
    errors(&mut text, o);
    top(&mut text, o);
    labels(&mut text, o);
    folders(&mut text, o);
    reused(&mut text, o);
    text
}

fn heading(text: &mut String, words: &str) {
    *text += &format!("\n{words}\n");
}

fn summary(text: &mut String, o: &Overview) {
    let c = &o.counts;
    let sentence = format!(
        "{} files, of {} different recordings ({} of sound): {} answered with a label, {} with a family or class only, {} \"cannot tell\", {} that can carry no answer. {} files could not be read; of {} files the time of recording is known.",
        c.files,
        c.recordings,
        span(3600.0 * c.hours),
        c.answers.answered,
        c.answers.family + c.answers.class,
        c.answers.cannot_tell,
        c.answers.unusable,
        c.unreadable,
        c.timed
    );
    *text += &wrapped("", &sentence);
    if !o.standing.is_whole() {
        *text += &wrapped("", &unfinished(&o.standing));
    }
    *text += &wrapped(
        "",
        format!("Model {}. {}", o.model, trained_on(o)).trim_end(),
    );
    for other in &o.changed {
        *text += &wrapped("", &compared(other));
    }
}

/// What is said where the archive was not gone through to its end; nothing where it was.
pub(super) fn unfinished(s: &Standing) -> String {
    if s.is_whole() {
        return String::new();
    }
    let mut told = vec![format!(
        "{} of {} files known have an answer under these settings, {} an error",
        s.answered, s.known, s.unreadable
    )];
    told.extend(match s.run.as_str() {
        "finished" => None,
        "none" => Some("no run was begun".to_owned()),
        "running" => Some("a run is under way".to_owned()),
        how => Some(format!("the run was not finished ({how})")),
    });
    if s.not_compared > 0 {
        told.push(format!(
            "{} recordings came since sound was compared",
            s.not_compared
        ));
    }
    if !s.lacking.is_empty() {
        told.push(format!("not all shards are in it ({})", s.lacking));
    }
    format!("Not all of the archive: {}.", told.join("; "))
}

/// What another model, or another prior, changes.
fn compared(other: &Changed) -> String {
    let model = format!(
        "{} ({:.12}), prior {}",
        other.model_id, other.model_sha256, other.prior
    );
    match other.changed {
        0 => format!("All {} answers are as under {model}.", other.files),
        n => format!(
            "{n} of {} answers are others than under {model}: `earwitness export --table changed` lists them.",
            other.files
        ),
    }
}

/// What is said where the model was trained on what is answered; nothing where it was not.
pub(super) fn trained_on(o: &Overview) -> String {
    match o.counts.trained_on {
        0 => String::new(),
        n => format!(
            "The model was trained on {n} of these recordings, or on their sound: its answers about them prove nothing."
        ),
    }
}

fn errors(text: &mut String, o: &Overview) {
    if o.errors.is_empty() {
        return;
    }
    heading(text, "Without an answer");
    for e in &o.errors {
        *text += &wrapped(
            &format!("  {:>6}  {:<18} ", e.files, e.kind),
            &format!("such as {}", printable(&e.example)),
        );
    }
}

fn top(text: &mut String, o: &Overview) {
    heading(text, "Likeliest detections");
    if o.top.is_empty() {
        *text += "  none\n";
    }
    let names = || o.top.iter().map(name);
    let width = names().map(|name| name.chars().count()).max().unwrap_or(0);
    for (d, name) in o.top.iter().zip(names()) {
        let _ = writeln!(
            text,
            "  {:>5}{} {name:<width$} {:>8.1} to {:>8.1} s  {}",
            probability(d.probability),
            if d.trained_on { '*' } else { ' ' },
            d.start_s,
            d.end_s,
            shortened(&printable(&d.path))
        );
    }
    if o.top.iter().any(|d| d.trained_on) {
        *text += "  *: the model was trained on it, so its answer proves nothing\n";
    }
}

/// A grade C label is never said to be heard.
fn name(d: &TopDetection) -> String {
    let phase = d.phase.as_ref().map_or(String::new(), |p| format!("/{p}"));
    match d.grade.as_str() {
        "C" => format!("like {}{phase} (C)", d.label),
        grade => format!("{}{phase} ({grade})", d.label),
    }
}

/// The end of a long path says most.
fn shortened(path: &str) -> String {
    let len = path.chars().count();
    match len > PATH {
        true => format!("…{}", path.chars().skip(len - PATH + 1).collect::<String>()),
        false => path.to_owned(),
    }
}

fn labels(text: &mut String, o: &Overview) {
    heading(text, "Labels, by recording");
    let named = |h: &Histogram| match h.grade.as_str() {
        "C" => format!("{} (C)", h.label),
        _ => h.label.clone(),
    };
    // What else recordings were answered: with these the column adds up to all of them.
    let others = [
        ("a family or class", o.answers.family + o.answers.class),
        ("cannot tell", o.answers.cannot_tell),
        ("can carry none", o.answers.unusable),
    ];
    let widths = o.histograms.iter().map(|h| named(h).chars().count());
    let widths = widths.chain(others.iter().map(|(name, _)| name.len()));
    let width = widths.max().unwrap_or(0);
    let _ = writeln!(
        text,
        "  {:<width$}  answered  expected (95 % interval)   probability 0 ... 1",
        "label"
    );
    for (n, h) in o.histograms.iter().enumerate() {
        let expected = o.expected.get(n).map_or("-".to_owned(), |e| {
            format!(
                "{:.0} ({:.0} to {:.0})",
                e.estimate.expected, e.estimate.low, e.estimate.high
            )
        });
        let label = named(h);
        let above_half: i64 = h.recordings[5..].iter().sum();
        let _ = writeln!(
            text,
            "  {label:<width$}  {:>8}  {expected:<25}  |{}| {above_half} above 0.5",
            h.answered,
            bars(h)
        );
    }
    for (name, recordings) in others {
        let _ = writeln!(text, "  {name:<width$}  {recordings:>8}");
    }
    if o.expected.is_empty()
        && o.histograms
            .iter()
            .any(|h| h.recordings.iter().any(|n| *n > 0))
    {
        *text += &wrapped(
            "  ",
            "Nothing is expected (-): these answers, of an earlier make, keep four digits of probabilities under a prior that makes a label too rare to count by them. Run earwitness archive again: new answers are counted whatever the prior.",
        );
    }
    *text += &wrapped(
        "  ",
        "Expected: how many recordings have each label, by the probabilities of all of them together (not by counting answers), and what these leave open. The interval does not hold what the model mistakes: listen to a sample (earwitness export --format clips --per-bin 10) before quoting it. (C): learnt from rendered sound only.",
    );
}

/// A histogram in ten signs; the scale is logarithmic, since most recordings are near 0 for most labels.
fn bars(h: &Histogram) -> String {
    let most = h.recordings.iter().copied().max().unwrap_or(0).max(1) as f64;
    let bar = |n: &i64| match *n {
        0 => LEVELS[0],
        n => {
            let level = 1.0 + 7.0 * (n as f64).ln_1p() / most.ln_1p();
            LEVELS[(level as usize).min(8)]
        }
    };
    h.recordings.iter().map(bar).collect()
}

fn folders(text: &mut String, o: &Overview) {
    heading(text, "Files by folder and answer");
    let widths = o.folders.iter().map(|f| f.answer.chars().count());
    let width = widths.max().unwrap_or(0);
    for f in &o.folders {
        let folder = shortened(&printable(&f.folder));
        let _ = writeln!(text, "  {:>7}  {:<width$} {folder}", f.files, f.answer);
    }
}

fn reused(text: &mut String, o: &Overview) {
    if o.reused_groups == 0 {
        return;
    }
    heading(text, "Reused sound");
    *text += &wrapped(
        "  ",
        &format!(
            "{} groups of recordings share sound; the largest:",
            o.reused_groups
        ),
    );
    for group in &o.reused {
        let _ = writeln!(
            text,
            "  group {}: {} files{}, up to {:.1} s",
            group.group,
            group.paths.len(),
            match group.outside {
                0 => String::new(),
                n => format!(" ({n} of them outside what is asked for)"),
            },
            group.overlap_s
        );
        for path in group.paths.iter().take(4) {
            let _ = writeln!(text, "    {}", shortened(&printable(path)));
        }
        if group.paths.len() > 4 {
            let _ = writeln!(text, "    and {} more", group.paths.len() - 4);
        }
    }
}
