//! Lines of many points become lines of few that look the same.

/// How far a line may be off for being shorter, in units of the picture.
const TOLERANCE: f64 = 0.3;

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
    fn ten_hours_become_no_more_points_than_places() {
        let points = (0..560_000).map(|n| (f64::from(n) * 0.064, f64::from(n % 1000)));
        let found = thin(points, 60.0, 120.0, |x, y| Some((x / 60.0, y)));
        assert!(found.iter().map(Vec::len).sum::<usize>() <= 600);
    }
}
