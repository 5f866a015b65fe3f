//! How long a recording's condition, and what would have been heard in it, take on one core.
//!
//! `cargo run --release --example condition_speed RECORDING`

use std::error::Error;
use std::time::Instant;

use earwitness::audio::{self, ReadOptions, Source};
use earwitness::model::store::Model;
use earwitness::signature::Catalogue;
use earwitness::verify::audible::{audible, Background};
use earwitness::verify::condition::ConditionMeter;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("give a recording")?;
    let source = Source::Path(path.into());
    let start = Instant::now();
    let mut reader = audio::open(&source, &ReadOptions::default())?;
    let mut meter = ConditionMeter::new();
    let mut background = Background::new();
    while let Some(block) = reader.next_block()? {
        meter.push(block);
        background.push(block);
    }
    let quality = reader.finish().quality;
    let condition = meter.finish(&quality, 0.0);
    println!(
        "{:.1} s of sound: {:?}",
        quality.duration_s,
        start.elapsed()
    );
    for sign in &condition.signs {
        println!("{sign:?}");
    }
    for join in &condition.joins {
        println!("{join:?}");
    }
    for verdict in &condition.verdicts {
        println!("{verdict:?}");
    }
    let (model, catalogue) = (Model::embedded()?, Catalogue::built_in()?);
    let start = Instant::now();
    let prior = model.header().hierarchical_prior()?;
    let found = audible(&model, &prior, &catalogue, background, quality.bandwidth_hz)?;
    println!(
        "{} pieces of background: {:?}",
        found.pieces,
        start.elapsed()
    );
    for row in &found.signatures {
        println!(
            "{}/{}: {:?} of {} at {:?} dB: {:?} dB",
            row.label, row.phase, row.heard, row.trials, found.snrs_db, row.heard_from_snr_db
        );
    }
    Ok(())
}
