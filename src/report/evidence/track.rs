//! `track.csv`: every frame of every comb.

use crate::spectrum::Track;
use std::io;

/// Columns: number of the comb (the strongest is 1), time in s, fundamental in Hz with both ends of its 90 % interval, and how far
/// its lines stand above the gaps between them, dB.
///
/// # Errors
/// If the table cannot be written, which does not happen in memory.
pub fn track_csv(tracks: &[Track]) -> io::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "comb",
        "time_s",
        "f0_hz",
        "low_hz",
        "high_hz",
        "contrast_db",
    ])?;
    for (number, track) in tracks.iter().enumerate() {
        for point in &track.points {
            let decibels = 10.0 * std::f64::consts::LOG10_E * point.contrast;
            out.write_record([
                (number + 1).to_string(),
                format!("{:.3}", point.time_s),
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
    use crate::spectrum::TrackPoint;

    #[test]
    fn each_frame_is_a_row() {
        let track = Track {
            points: vec![TrackPoint {
                time_s: 0.128,
                f0_hz: 203.1,
                low_hz: 202.9,
                high_hz: 203.3,
                contrast: 2.0,
            }],
            divisor: 1,
            orders: Vec::new(),
        };
        let text = String::from_utf8(track_csv(&[track]).unwrap()).unwrap();
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows[1], "1,0.128,203.10,202.90,203.30,8.7");
    }
}
