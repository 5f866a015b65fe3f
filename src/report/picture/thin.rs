//! Lines of many points become lines of few that look the same.

use crate::spectrum::TrackPoint;

/// How far a line may be off for being shorter, in units of the picture.
const TOLERANCE: f64 = 0.3;
/// Points of a track that lie farther apart are not joined, s.
const GAP_S: f64 = 0.3;
/// Nor is what jumps by such a share from one to the next: it is another multiple, or another comb.
const JUMP: f64 = 0.12;

/// Stretches of a track without gaps and jumps; `unit_s` is the time that a unit of the picture stands for.
pub(super) fn stretches(points: &[TrackPoint], unit_s: f64) -> Vec<&[TrackPoint]> {
    let gap_s = GAP_S.max(4.0 * unit_s);
    let is_joined = |a: &TrackPoint, b: &TrackPoint| {
        b.time_s - a.time_s <= gap_s && (b.f0_hz / a.f0_hz - 1.0).abs() <= JUMP
    };
    points.chunk_by(is_joined).collect()
}

/// Splits points (time, value) where they lie apart by more than `gap`, makes medians of those that share a place of `step`,
/// maps them with `place` and leaves out those on straight lines. What is not finite is a gap.
pub(super) fn thin(
    points: impl Iterator<Item = (f64, f64)>,
    step: f64,
    gap: f64,
    place: impl Fn(f64, f64) -> Option<(f64, f64)>,
) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut run = Vec::new();
    let mut own: Vec<(f64, f64)> = Vec::new();
    let mut last = f64::NEG_INFINITY;
    for (time, value) in points {
        let is_number = time.is_finite() && value.is_finite();
        let is_apart = !is_number || time - last > gap;
        if is_apart || own.first().is_some_and(|p| time - p.0 >= step) {
            close(&mut own, &mut run, &mut runs, &place);
        }
        if is_apart {
            runs.push(std::mem::take(&mut run));
        }
        if is_number {
            own.push((time, value));
            last = time;
        }
    }
    close(&mut own, &mut run, &mut runs, &place);
    runs.push(run);
    runs.retain(|run| run.len() > 1);
    runs.iter().map(|run| straighten(run)).collect()
}

fn close(
    own: &mut Vec<(f64, f64)>,
    run: &mut Vec<(f64, f64)>,
    runs: &mut Vec<Vec<(f64, f64)>>,
    place: &impl Fn(f64, f64) -> Option<(f64, f64)>,
) {
    if own.is_empty() {
        return;
    }
    let time = own.iter().map(|p| p.0).sum::<f64>() / own.len() as f64;
    let mut values: Vec<f64> = own.iter().map(|p| p.1).collect();
    values.sort_by(f64::total_cmp);
    match place(time, values[values.len() / 2]) {
        Some(point) => run.push(point),
        None => runs.push(std::mem::take(run)),
    }
    own.clear();
}

/// Douglas and Peucker, "Algorithms for the reduction of the number of points required to represent a digitized line
/// or its caricature", Cartographica 10 (1973).
fn straighten(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut keep = vec![false; points.len()];
    let mut open = vec![(0, points.len() - 1)];
    while let Some((from, to)) = open.pop() {
        keep[from] = true;
        keep[to] = true;
        let farthest = (from + 1..to)
            .map(|n| (n, off(points[n], points[from], points[to])))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((n, _)) = farthest.filter(|f| f.1 > TOLERANCE) {
            open.push((from, n));
            open.push((n, to));
        }
    }
    let kept = points.iter().zip(keep).filter(|(_, keep)| *keep);
    kept.map(|(point, _)| *point).collect()
}

/// Distance of a point from the line through two others.
fn off(point: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (px, py) = (point.0 - from.0, point.1 - from.1);
    let length = dx.hypot(dy);
    match length > 0.0 {
        true => (px * dy - py * dx).abs() / length,
        false => px.hypot(py),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::picture::testing::track;

    #[test]
    fn a_straight_line_keeps_its_ends_and_a_bent_one_its_bend() {
        let bent = (0..100i32).map(|n| (f64::from(n), f64::from((n - 50).abs())));
        let found = thin(bent, 1.0, 2.0, |x, y| Some((x, y)));
        assert_eq!(found, [vec![(0.0, 50.0), (50.0, 0.0), (99.0, 49.0)]]);
    }

    #[test]
    fn gaps_numbers_that_are_none_and_places_outside_end_a_line() {
        let mut points: Vec<(f64, f64)> = (0..30).map(|n| (f64::from(n), 1.0)).collect();
        points[10].1 = f64::NAN;
        points.drain(20..23);
        let inside = |x: f64, y: f64| (x < 27.0).then_some((x, y));
        let found = thin(points.into_iter(), 1.0, 1.5, inside);
        let ends: Vec<(f64, f64)> = found.iter().map(|r| (r[0].0, r[r.len() - 1].0)).collect();
        assert_eq!(ends, [(0.0, 9.0), (11.0, 19.0), (23.0, 26.0)]);
    }

    #[test]
    fn a_track_is_cut_where_it_pauses_and_where_it_jumps() {
        let mut track = track(10.0, |t| if t < 4.0 { 120.0 } else { 60.0 });
        track.points.retain(|p| !(7.0..8.0).contains(&p.time_s));
        track.points[3].f0_hz = f64::NAN;
        let all = stretches(&track.points, 0.01);
        let starts: Vec<f64> = all.iter().map(|s| s[0].time_s.floor()).collect();
        assert_eq!(starts, [0.0, 0.0, 0.0, 4.0, 8.0]);
        // Where an hour is as wide as a hand, no pause of a second can be seen.
        assert_eq!(stretches(&track.points[10..], 5.0).len(), 2);
        assert!(stretches(&[], 1.0).is_empty());
    }

    #[test]
    fn ten_hours_become_no_more_points_than_places() {
        let points = (0..560_000).map(|n| (f64::from(n) * 0.064, f64::from(n % 1000)));
        let found = thin(points, 60.0, 120.0, |x, y| Some((x / 60.0, y)));
        assert!(found.iter().map(Vec::len).sum::<usize>() <= 600);
    }
}
