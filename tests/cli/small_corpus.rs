//! A small corpus of generated sounds, and a recipe that learns it in a second.

use super::{earwitness, wav};
use std::path::{Path, PathBuf};
use std::process::Output;

/// The fundamental of each label's first recording, Hz.
pub const LABELS: [(&str, f64); 3] = [("engine", 55.0), ("shahed-136", 180.0), ("siren", 610.0)];
pub const PER_LABEL: u32 = 6;

/// A comb at `hz` in noise of its own, `length` samples. Without the noise, steady tones would be taken
/// for one another by their fingerprints.
pub fn comb_in_noise(hz: f64, length: u32) -> Vec<i16> {
    let mut state = hz.to_bits();
    let sample = |n: u32| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 40) as f64 / f64::from(1 << 24) - 0.5;
        let phase = std::f64::consts::TAU * hz * f64::from(n) / 16_000.0;
        let comb: f64 = (1..=8).map(|h| (f64::from(h) * phase).sin()).sum();
        (1_500.0 * comb + 6_000.0 * noise) as i16
    };
    (0..length).map(sample).collect()
}

/// Writes 2.5 s of such a comb.
pub fn write(path: &Path, hz: f64) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, wav::pcm(comb_in_noise(hz, 40_000).into_iter())).unwrap();
}

/// Recordings of each label in `dir/name`, no two alike; `scale` moves them all.
pub fn folder(dir: &Path, name: &str, scale: f64) -> PathBuf {
    let root = dir.join(name);
    for (label, hz) in LABELS {
        for i in 0..PER_LABEL {
            let path = root.join(label).join(format!("{i}.wav"));
            write(&path, scale * hz * (1.0 + 0.07 * f64::from(i)));
        }
    }
    root
}

/// The committed recipe with one quick learner, three folds, no copies and nothing rendered.
pub fn recipe(dir: &Path) -> PathBuf {
    write_recipe(dir, "recipe.toml", "")
}

/// The same with a few short rendered clips of each signature, and a learner of phases.
pub fn rendering_recipe(dir: &Path) -> PathBuf {
    let rendered = "[rendered]\nclips = 4\nseconds = [2.0, 2.5]\nsnr_db = [0.0, 18.0]\nweight = 0.3\nlabel_weight = 0.3\n\
                    [phase]\nkind = \"logistic\"\nl2 = 1.0\nmax_rows = 1000";
    write_recipe(dir, "rendering.toml", rendered)
}

/// The same as [`recipe`] with a learner of phases, and still nothing rendered.
pub fn phase_recipe(dir: &Path) -> PathBuf {
    let phase = "[phase]\nkind = \"logistic\"\nl2 = 1.0\nmax_rows = 1000";
    write_recipe(dir, "phase.toml", phase)
}

fn write_recipe(dir: &Path, name: &str, more: &str) -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/models/default.toml");
    let mut table: toml::Table = std::fs::read_to_string(default).unwrap().parse().unwrap();
    let quick = "kind = \"logistic\"\nl2 = 1.0\nmax_rows = 1000";
    let quick: toml::Table = quick.parse().unwrap();
    table.insert("folds".into(), 3.into());
    table.insert("learners".into(), vec![quick].into());
    table["augmentation"]["max_copies"] = 0.into();
    table.remove("rendered");
    table.remove("phase");
    table.extend(more.parse::<toml::Table>().unwrap());
    let path = dir.join(name);
    std::fs::write(&path, table.to_string()).unwrap();
    path
}

pub fn run(arguments: &[&str]) -> Output {
    earwitness().args(arguments).output().unwrap()
}
