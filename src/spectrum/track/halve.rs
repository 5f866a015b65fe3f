//! Sound at half its rate.

/// Taps of the filter to either side of its middle.
const HALF: usize = 15;

/// Halves the rate of sound that comes in blocks: a half-band low pass (a sinc under a Hann window), every second value of which is
/// kept.
pub(super) struct Halver {
    taps: [f32; 2 * HALF + 1],
    history: Vec<f32>,
    start: usize,
}

impl Halver {
    pub(super) fn new() -> Self {
        let tap = |i: usize| {
            let k = i as f64 - HALF as f64;
            let angle = std::f64::consts::PI * k;
            let sinc = if k == 0.0 {
                0.5
            } else {
                (0.5 * angle).sin() / angle
            };
            (sinc * (0.5 + 0.5 * (angle / (HALF + 1) as f64).cos())) as f32
        };
        Self {
            taps: std::array::from_fn(tap),
            // As if silence had gone before: the first value stands at time 0.
            history: vec![0.0; HALF],
            start: 0,
        }
    }

    /// Takes in `samples` and appends what can be told of the halved sound to `out`.
    pub(super) fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.history.extend_from_slice(samples);
        while self.start + self.taps.len() <= self.history.len() {
            let own = &self.history[self.start..self.start + self.taps.len()];
            out.push(own.iter().zip(&self.taps).map(|(x, t)| x * t).sum());
            self.start += 2;
        }
        let spent = self.start.min(self.history.len());
        self.history.drain(..spent);
        self.start -= spent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_tones_stay_high_ones_go_and_blocks_do_not_matter() {
        let tone = |hz: f64| -> Vec<f32> {
            let at = |n: usize| (std::f64::consts::TAU * hz * n as f64 / 16_000.0).sin() as f32;
            (0..4000).map(at).collect()
        };
        let halve = |samples: &[f32], block: usize| {
            let (mut halver, mut out) = (Halver::new(), Vec::new());
            samples.chunks(block).for_each(|b| halver.push(b, &mut out));
            out
        };
        let low = halve(&tone(500.0), 4000);
        assert_eq!(low, halve(&tone(500.0), 37));
        let expected = |n: usize| (std::f64::consts::TAU * 500.0 * n as f64 / 8000.0).sin() as f32;
        assert!((100..1900).all(|n| (low[n] - expected(n)).abs() < 0.01));
        let high = halve(&tone(6500.0), 4000);
        assert!(high[100..1900].iter().all(|x| x.abs() < 0.02));
    }
}
