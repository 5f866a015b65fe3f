//! AdamW: Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019).

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// Running moments of one parameter array.
pub(super) struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    decay: f32,
}

/// The rate of one step, with Adam's corrections for its start worked in.
#[derive(Clone, Copy)]
pub(super) struct Step {
    rate: f32,
    mean_scale: f32,
    square_scale: f32,
}

impl Step {
    /// `number` counts from 1.
    pub(super) fn new(rate: f32, number: usize) -> Self {
        let t = number.min(i32::MAX as usize) as i32;
        Self {
            rate,
            mean_scale: 1.0 / (1.0 - BETA_1.powi(t)),
            square_scale: 1.0 / (1.0 - BETA_2.powi(t)),
        }
    }
}

impl Adam {
    pub(super) fn new(len: usize, decay: f32) -> Self {
        Self {
            mean: vec![0.0; len],
            square: vec![0.0; len],
            decay,
        }
    }

    /// Moves `values` against `gradient`.
    pub(super) fn update(&mut self, step: Step, values: &mut [f32], gradient: &[f32]) {
        let shrink = 1.0 - step.rate * self.decay;
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for ((value, g), (mean, square)) in values.iter_mut().zip(gradient).zip(moments) {
            *mean = BETA_1 * *mean + (1.0 - BETA_1) * g;
            *square = BETA_2 * *square + (1.0 - BETA_2) * g * g;
            let move_by =
                *mean * step.mean_scale / ((*square * step.square_scale).sqrt() + EPSILON);
            *value = *value * shrink - step.rate * move_by;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_has_the_size_of_the_rate() {
        // With its corrections, Adam's first step is rate * sign(gradient).
        let mut adam = Adam::new(2, 0.0);
        let mut values = [1.0, 1.0];
        adam.update(Step::new(0.1, 1), &mut values, &[0.003, -70.0]);
        assert!((values[0] - 0.9).abs() < 1e-4 && (values[1] - 1.1).abs() < 1e-4);
    }

    #[test]
    fn decay_shrinks_without_a_gradient() {
        let mut adam = Adam::new(1, 0.5);
        let mut values = [2.0];
        adam.update(Step::new(0.1, 1), &mut values, &[0.0]);
        assert!((values[0] - 1.9).abs() < 1e-6);
    }
}
