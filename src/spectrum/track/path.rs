//! The best way through time: at which candidate fundamental a comb stands in each frame, if any.
//!
//! Viterbi's algorithm (Forney, Proc. IEEE 61 (1973)) over the candidates of
//! [`CombScorer`](crate::spectrum::CombScorer) and one state more, "no comb", as pitch trackers have
//! it (Talkin, "A robust algorithm for pitch tracking (RAPT)", 1995). Moving costs in proportion to the
//! change of the log fundamental, so that the best predecessor of all candidates is found in two
//! passes along the axis (Felzenszwalb, Huttenlocher, Theory of Computing 8 (2012), on distance transforms).

/// What the contrast must exceed for a comb to be worth following, in nepers: the best way through noise
/// keeps about 0.8.
const VOICED: f32 = 1.0;
/// Cost of a comb that begins or ends, in nepers: it must stand out for a quarter of a second or so.
const SWITCH: f32 = 2.0;
/// Cost of moving by one step (0.5 %) from frame to frame.
const STEP: f32 = 0.08;

/// The candidate in each of the frames that `scores` (rows of `width` contrasts) holds; `None` where there is
/// no comb.
pub(super) fn best(scores: &[f32], width: usize) -> Vec<Option<usize>> {
    let frames = scores.len() / width.max(1);
    let silent = width as u16;
    let mut from: Vec<u16> = Vec::with_capacity(frames * (width + 1));
    let mut sums = vec![-SWITCH; width];
    let mut rest = 0.0f32;
    let mut reached = vec![0.0f32; width];
    let mut origin = vec![0u16; width];
    for row in scores.chunks_exact(width) {
        reached.copy_from_slice(&sums);
        for (c, o) in origin.iter_mut().enumerate() {
            *o = c as u16;
        }
        for c in 1..width {
            if reached[c - 1] - STEP > reached[c] {
                reached[c] = reached[c - 1] - STEP;
                origin[c] = origin[c - 1];
            }
        }
        for c in (0..width - 1).rev() {
            if reached[c + 1] - STEP > reached[c] {
                reached[c] = reached[c + 1] - STEP;
                origin[c] = origin[c + 1];
            }
        }
        let best = argmax(&sums);
        let fell_silent = sums[best] - SWITCH > rest;
        for c in 0..width {
            let begins = rest - SWITCH > reached[c];
            let before = if begins { rest - SWITCH } else { reached[c] };
            sums[c] = before + row[c] - VOICED;
            from.push(if begins { silent } else { origin[c] });
        }
        from.push(if fell_silent { best as u16 } else { silent });
        rest = if fell_silent {
            sums_before(&reached, best) - SWITCH
        } else {
            rest
        };
        // Sums only matter against each other.
        let top = rest.max(sums[argmax(&sums)]);
        rest -= top;
        sums.iter_mut().for_each(|s| *s -= top);
    }
    trace(&from, frames, width, &sums, rest)
}

/// The sum at `best` before this frame: what can be reached at the best candidate is that candidate itself.
fn sums_before(reached: &[f32], best: usize) -> f32 {
    reached[best]
}

fn trace(from: &[u16], frames: usize, width: usize, sums: &[f32], rest: f32) -> Vec<Option<usize>> {
    let last = argmax(sums);
    let mut state = if sums[last] > rest { last } else { width };
    let mut path = vec![None; frames];
    for t in (0..frames).rev() {
        path[t] = (state < width).then_some(state);
        state = usize::from(from[t * (width + 1) + state]);
    }
    path
}

fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (i, v) in values.iter().enumerate() {
        if *v > values[best] {
            best = i;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(path: &[Option<usize>], width: usize, height: f32) -> Vec<f32> {
        let mut scores = vec![0.1; path.len() * width];
        for (t, c) in path.iter().enumerate() {
            if let Some(c) = c {
                scores[t * width + c] = height;
            }
        }
        scores
    }

    #[test]
    fn a_comb_is_followed_from_where_it_begins_to_where_it_ends() {
        let truth: Vec<Option<usize>> = (0..60)
            .map(|t| (10..45).contains(&t).then_some(20 + t / 4))
            .collect();
        assert_eq!(best(&rows(&truth, 60, 2.0), 60), truth);
    }

    #[test]
    fn a_single_loud_frame_is_no_comb_and_does_not_pull_the_path_away() {
        let mut path = vec![None; 40];
        path[20] = Some(7);
        assert!(best(&rows(&path, 50, 3.0), 50).iter().all(Option::is_none));
        let mut scores = rows(&[Some(30); 40], 50, 1.5);
        scores[20 * 50 + 7] = 3.0;
        assert_eq!(best(&scores, 50), vec![Some(30); 40]);
    }

    #[test]
    fn nothing_in_nothing_out() {
        assert!(best(&[], 10).is_empty());
        assert_eq!(best(&[0.0; 10], 10), vec![None]);
    }
}
