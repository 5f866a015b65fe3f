//! Draws the pictures of a report for recordings, to be looked at.
//!
//! `cargo run --release --example pictures -- DIRECTORY FILE...`

use earwitness::audio::{open, ReadOptions, Source};
use earwitness::model::{listen::ListenOptions, store::Model};
use earwitness::report::picture::{
    Beside, ClimbPicture, CombMark, Lane, PassPicture, Passage, Spectrogram, Timeline, STYLE,
};
use earwitness::signature::Catalogue;
use earwitness::spectrum::OverviewBuilder;
use earwitness::verify::physics::{Examiner, PhysicsParams};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("name a directory")?;
    std::fs::create_dir_all(&directory)?;
    for path in arguments {
        draw(Path::new(&path), Path::new(&directory))?;
    }
    Ok(())
}

fn draw(path: &Path, directory: &Path) -> Result<(), Box<dyn Error>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let source = Source::Path(path.to_owned());
    let model = Model::embedded()?;
    let options = ListenOptions {
        read: ReadOptions::default(),
        prior: model.header().hierarchical_prior()?,
        prior_name: "hierarchical".to_owned(),
    };
    let answer = model.classify(&source, &options)?;
    let mut reader = open(&source, &ReadOptions::default())?;
    let mut overview = OverviewBuilder::new();
    let mut examiner = Examiner::new(PhysicsParams::default().check()?);
    let mut spent = 0.0;
    while let Some(block) = reader.next_block()? {
        examiner.push(block);
        let start = Instant::now();
        overview.push(block);
        spent += start.elapsed().as_secs_f64();
    }
    let physics = examiner.finish(&Catalogue::built_in()?);
    let start = Instant::now();
    let overview = overview.finish();
    spent += start.elapsed().as_secs_f64();
    println!(
        "{name}: overview of {:.1} s in {spent:.4} s",
        physics.duration_s
    );
    let combs: Vec<CombMark> = physics.combs.iter().take(2).map(CombMark::of).collect();
    let picture = Spectrogram {
        heading: &name,
        below: &format!("sha256 {}", answer.sha256),
        overview: &overview,
        starts_s: 0.0,
        combs: &combs,
        segments: &answer.segments,
    };
    let start = Instant::now();
    let png = picture.png()?;
    let alone_s = start.elapsed().as_secs_f64();
    let svg = picture.svg()?;
    let page_s = start.elapsed().as_secs_f64() - alone_s;
    println!(
        "  spectrogram: {} kB in {alone_s:.3} s; in a page {} kB in {page_s:.3} s",
        png.len() / 1000,
        svg.len() / 1000
    );
    let mut figures = vec![("Spectrogram", svg)];
    let timeline = Timeline {
        duration_s: physics.duration_s,
        starts_s: 0.0,
        segments: &answer.segments,
        lanes: &Lane::of_segments(&answer.segments, 4),
    };
    figures.push(("Probability over time", timeline.svg()?));
    for comb in &physics.combs {
        let (track, starts_s) = (&comb.track, 0.0);
        if let Some(fit) = &comb.pass {
            let picture = PassPicture {
                fit,
                track,
                starts_s,
            };
            figures.push(("Pass", picture.svg()?));
        }
        if let Some(climb) = &comb.climb {
            let picture = ClimbPicture {
                climb,
                track,
                starts_s,
            };
            figures.push(("Climb", picture.svg()?));
        }
    }
    let passage = |heading, span_s| Passage {
        heading,
        overview: &overview,
        span_s,
        starts_s: 0.0,
        comb: combs.first(),
    };
    let beside = Beside {
        own: passage("This recording", (0.0, 5.0)),
        reference: passage("The same, later", (2.0, 6.0)),
    };
    figures.push(("Beside", beside.html()?));
    let stem = directory.join(name.as_ref());
    std::fs::write(stem.with_extension("png"), png)?;
    std::fs::write(stem.with_extension("html"), page(&figures))?;
    Ok(())
}

fn page(figures: &[(&str, String)]) -> String {
    let mut page = format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><style>\
         :root{{--ink:#1a1a1a;--paper:#fff;--accent:#0b57a4}}\
         @media (prefers-color-scheme:dark){{:root{{--ink:#e6e6e6;--paper:#16181c;--accent:#7cc0ff}}}}\
         body{{background:var(--paper);color:var(--ink);font-family:sans-serif;max-width:56rem;margin:auto;\
         padding:1rem}}figure{{margin:1rem 0}}{STYLE}</style>"
    );
    for (caption, svg) in figures {
        page.push_str(&format!(
            "<figure><figcaption>{caption}</figcaption>{svg}</figure>"
        ));
    }
    page
}
