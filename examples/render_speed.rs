//! How many times faster than real time scenes are rendered on one core.
//!
//! `cargo run --release --example render_speed [SECONDS]`

use std::error::Error;
use std::time::Instant;

use earwitness::render::{Scene, SceneRanges};
use earwitness::signature::{Catalogue, Phase};

fn main() -> Result<(), Box<dyn Error>> {
    let seconds: f64 = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 10.0,
    };
    let ranges = SceneRanges::default().check()?;
    let catalogue = Catalogue::built_in()?;
    for (id, phase) in [
        ("shahed-136", Phase::Cruise),
        ("shahed-136", Phase::Dive),
        ("harop", Phase::Dive),
        ("bayraktar-tb2", Phase::Cruise),
        ("orbiter-3", Phase::Cruise),
    ] {
        let signature = catalogue.get(id)?;
        let draw = |seed| Scene::draw(signature, phase, &ranges, seed);
        report(&format!("{id}/{phase}"), seconds, draw)?;
    }
    report("jet/cruise", seconds, |seed| Scene::draw_jet(&ranges, seed))?;
    Ok(())
}

/// Draws and renders scenes, and prints how fast.
fn report(
    name: &str,
    seconds: f64,
    draw: impl Fn(u64) -> Result<Scene, earwitness::render::RenderError>,
) -> Result<(), Box<dyn Error>> {
    const SCENES: u32 = 10;
    let start = Instant::now();
    let scenes = (0..SCENES.into())
        .map(draw)
        .collect::<Result<Vec<_>, _>>()?;
    let drawn = start.elapsed();
    let start = Instant::now();
    let peaks: f32 = scenes
        .iter()
        .map(|s| s.render(seconds).samples[0].abs())
        .sum();
    let spent = start.elapsed().as_secs_f64();
    println!(
        "{name}: {:.0} times real time; a draw takes {:.0} us ({peaks:.0})",
        seconds * f64::from(SCENES) / spent,
        1e6 * drawn.as_secs_f64() / f64::from(SCENES),
    );
    Ok(())
}
