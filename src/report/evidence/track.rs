//! `track.csv`: every frame of every comb.

use crate::verify::physics::Comb;
use std::io;

/// The first sample of the passage stands at `starts_s`.
///
/// Columns: number of the comb (the strongest is 1), time in s, fundamental in Hz with both ends of its 90 % interval, and how far
/// its lines stand above the gaps between them, dB.
///
/// # Errors
/// If the table cannot be written, which does not happen in memory.
pub fn track_csv(combs: &[Comb], starts_s: f64) -> io::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "comb",
        "time_s",
        "f0_hz",
        "low_hz",
        "high_hz",
        "contrast_db",
    ])?;
    for (number, comb) in combs.iter().enumerate() {
        for point in &comb.track.points {
            let decibels = 10.0 * std::f64::consts::LOG10_E * point.contrast;
            out.write_record([
                (number + 1).to_string(),
                format!("{:.3}", starts_s + point.time_s),
                format!("{:.2}", point.f0_hz),
                format!("{:.2}", point.low_hz),
                format!("{:.2}", point.high_hz),
                format!("{decibels:.1}"),
            ])?;
        }
    }
    out.into_inner().map_err(|e| e.into_error())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Catalogue;
    use crate::verify::physics::{examine, PhysicsParams};

    #[test]
    fn each_frame_of_each_comb_is_a_row() {
        let samples: Vec<f32> = (0..64_000)
            .map(|n| {
                let t = n as f64 / 16_000.0;
                let line = |h: f64| (std::f64::consts::TAU * 203.0 * h * t + h).sin() / h;
                (1..=6).map(|h| line(f64::from(h))).sum::<f64>() as f32 * 0.1
            })
            .collect();
        let params = PhysicsParams::default().check().unwrap();
        let found = examine(&samples, params, &Catalogue::built_in().unwrap());
        let text = String::from_utf8(track_csv(&found.combs, 0.0).unwrap()).unwrap();
        let frames: usize = found.combs.iter().map(|c| c.track.points.len()).sum();
        assert_eq!(text.lines().count(), 1 + frames);
        let row: Vec<f64> = text
            .lines()
            .nth(5)
            .unwrap()
            .split(',')
            .map(|c| c.parse().unwrap())
            .collect();
        assert!(
            (row[2] - 203.0).abs() < 1.0 && row[3] <= row[2] && row[2] <= row[4],
            "{row:?}"
        );
    }
}
