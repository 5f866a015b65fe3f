//! What tests of pictures share.

use crate::model::answer::SegmentAnswer;
use crate::spectrum::{track_hop_s, Track, TrackPoint};

/// A track of this length.
pub(super) fn track(seconds: f64, hz: impl Fn(f64) -> f64) -> Track {
    let frames = (seconds / track_hop_s()) as usize;
    let point = |n: usize| {
        let time_s = n as f64 * track_hop_s();
        TrackPoint {
            time_s,
            f0_hz: hz(time_s),
            low_hz: hz(time_s) - 0.5,
            high_hz: hz(time_s) + 0.5,
            contrast: 2.0,
        }
    };
    Track {
        points: (0..frames).map(point).collect(),
        divisor: 1,
        orders: Vec::new(),
    }
}

/// Segments of 2 s, one every second, of these labels.
pub(super) fn segments(labels: &[&str]) -> Vec<SegmentAnswer> {
    let segment = |(n, label): (usize, &&str)| SegmentAnswer {
        start_s: n as f64,
        end_s: n as f64 + 2.0,
        label: (*label).to_owned(),
        probability: 0.5,
    };
    labels.iter().enumerate().map(segment).collect()
}

/// Whether tags of an XML text are closed in order, and nothing in it stands for what it is not.
pub(super) fn is_well_formed(xml: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for part in xml.split('<').skip(1) {
        let Some((tag, text)) = part.split_once('>') else {
            return false;
        };
        let is_entity = |at: (usize, &str)| {
            let rest = &text[at.0 + 1..];
            ["amp;", "lt;", "gt;", "quot;", "#39;"]
                .iter()
                .any(|e| rest.starts_with(e))
        };
        if text.contains('>') || !text.match_indices('&').all(is_entity) {
            return false;
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        match tag.strip_prefix('/') {
            Some(closed) if open.pop() != Some(closed) => return false,
            None if !tag.ends_with('/') => open.push(name),
            _ => {}
        }
    }
    open.is_empty()
}

/// Whether no number of an SVG is none; images apart, whose bytes may spell anything.
pub(super) fn numbers_are_finite(svg: &str) -> bool {
    let parts = svg.split("base64,");
    let mut outside = parts.enumerate().map(|(n, part)| match n {
        0 => part,
        _ => part.split_once('"').map_or("", |(_, rest)| rest),
    });
    outside.all(|part| !part.contains("NaN") && !part.contains("inf"))
}
