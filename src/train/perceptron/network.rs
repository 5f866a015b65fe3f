//! The training of one network: forward, backward, step.

use super::adam::{Adam, Step};
use super::PerceptronValidParams;
use crate::model::perceptron::{Dense, Network};
use crate::train::sample::{draw_by_weight, Samples};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, Slice};
use rand::seq::SliceRandom;
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One layer in training: parameters, their gradients and moments, and the buffers of a batch.
struct Layer {
    weights: Array2<f32>,
    bias: Array1<f32>,
    weight_gradient: Array2<f32>,
    bias_gradient: Array1<f32>,
    weight_adam: Adam,
    bias_adam: Adam,
    /// Sums before the activation (batch x units), then the gradient by them.
    sums: Array2<f32>,
    /// After activation and dropout; the layer's output.
    output: Array2<f32>,
    /// What dropout multiplied each output by.
    kept: Array2<f32>,
}

impl Layer {
    /// He initialisation (He et al. 2015): normal with variance 2 / inputs.
    fn new(n_in: usize, n_out: usize, batch: usize, decay: f32, rng: &mut ChaCha8Rng) -> Self {
        let scale = (2.0 / n_in as f32).sqrt();
        Self {
            weights: Array2::from_shape_simple_fn((n_out, n_in), || scale * normal(rng)),
            bias: Array1::zeros(n_out),
            weight_gradient: Array2::zeros((n_out, n_in)),
            bias_gradient: Array1::zeros(n_out),
            weight_adam: Adam::new(n_out * n_in, decay),
            bias_adam: Adam::new(n_out, 0.0),
            sums: Array2::zeros((batch, n_out)),
            output: Array2::zeros((batch, n_out)),
            kept: Array2::ones((batch, n_out)),
        }
    }

    fn forward(&mut self, input: ArrayView2<f32>) {
        let mut sums = first_rows_mut(&mut self.sums, input.nrows());
        general_mat_mul(1.0, &input, &self.weights.t(), 0.0, &mut sums);
        sums += &self.bias;
    }

    /// From the gradient by `sums` (already in place) to those by the parameters.
    fn backward(&mut self, input: ArrayView2<f32>) {
        let delta = first_rows(&self.sums, input.nrows());
        general_mat_mul(1.0, &delta.t(), &input, 0.0, &mut self.weight_gradient);
        self.bias_gradient = delta.sum_axis(Axis(0));
    }

    fn step(&mut self, step: Step) {
        for (adam, values, gradient) in [
            (
                &mut self.weight_adam,
                self.weights.as_slice_mut(),
                self.weight_gradient.as_slice(),
            ),
            (
                &mut self.bias_adam,
                self.bias.as_slice_mut(),
                self.bias_gradient.as_slice(),
            ),
        ] {
            if let (Some(values), Some(gradient)) = (values, gradient) {
                adam.update(step, values, gradient);
            }
        }
    }
}

/// Trains one network of the ensemble.
pub(super) struct Trainer<'a> {
    params: &'a PerceptronValidParams,
    data: &'a Samples,
    weights: &'a [f32],
    rng: ChaCha8Rng,
    layers: Vec<Layer>,
    input: Array2<f32>,
    input_kept: Array2<f32>,
    target: Array2<f32>,
}

impl<'a> Trainer<'a> {
    pub(super) fn new(
        params: &'a PerceptronValidParams,
        data: &'a Samples,
        weights: &'a [f32],
        member: u64,
    ) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
        rng.set_stream(member);
        let n_features = data.records.ncols();
        let batch = params.batch.min(data.records.nrows());
        let mut layers = Vec::new();
        let mut width = n_features;
        for units in params.hidden.iter().chain([&params.n_labels]) {
            let decay = params.weight_decay;
            layers.push(Layer::new(width, *units, batch, decay, &mut rng));
            width = *units;
        }
        if let Some(last) = layers.last_mut() {
            // Small outputs at the start: no label is ahead before anything is learnt.
            last.weights *= 0.1;
        }
        Self {
            params,
            data,
            weights,
            rng,
            layers,
            input: Array2::zeros((batch, n_features)),
            input_kept: Array2::ones((batch, n_features)),
            target: Array2::zeros((batch, params.n_labels)),
        }
    }

    /// All epochs.
    pub(super) fn run(mut self) -> Network {
        let n = self.data.records.nrows();
        let batch = self.input.nrows();
        let n_steps = self.params.epochs * n.div_ceil(batch);
        let labels = self.data.targets.to_vec();
        let mut rows: Vec<usize> = (0..n).collect();
        let mut done = 0;
        for _ in 0..self.params.epochs {
            if self.params.draw_by_weight {
                rows = draw_by_weight(self.weights, &labels, n, &mut self.rng);
            } else {
                rows.shuffle(&mut self.rng);
            }
            for rows in rows.chunks(batch) {
                done += 1;
                self.load(rows);
                self.forward(rows.len());
                self.backward(rows.len());
                let step = Step::new(self.rate(done, n_steps), done);
                for layer in &mut self.layers {
                    layer.step(step);
                }
            }
        }
        Network {
            layers: self.layers.iter().map(finished).collect(),
        }
    }

    /// Linear rise over the first twentieth of the steps, then half a cosine down to 0.
    fn rate(&self, step: usize, n_steps: usize) -> f32 {
        let done = step as f32 / n_steps as f32;
        let rise = 0.05;
        let share = if done < rise {
            done / rise
        } else {
            0.5 + 0.5 * (std::f32::consts::PI * (done - rise) / (1.0 - rise)).cos()
        };
        self.params.learning_rate * share
    }

    /// Copies a batch into the buffers, mixed with a rolled copy of itself if mixup is on.
    fn load(&mut self, rows: &[usize]) {
        let p = self.params;
        let lambda = beta(p.mixup, &mut self.rng);
        let smooth = p.label_smoothing / p.n_labels as f32;
        self.target.fill(0.0);
        for (i, &row) in rows.iter().enumerate() {
            let partner = rows[(i + 1) % rows.len()];
            let mut input = self.input.row_mut(i);
            let own = self.data.records.row(row);
            if lambda < 1.0 {
                let other = self.data.records.row(partner);
                for ((to, a), b) in input.iter_mut().zip(own).zip(other) {
                    *to = lambda * a + (1.0 - lambda) * b;
                }
            } else {
                input.assign(&own);
            }
            for (row, share) in [(row, lambda), (partner, 1.0 - lambda)] {
                let weight = if p.draw_by_weight {
                    1.0
                } else {
                    self.weights[row]
                };
                let mass = share * weight;
                let mut target = self.target.row_mut(i);
                target += mass * smooth;
                target[self.data.targets[row]] += mass * (1.0 - p.label_smoothing);
            }
        }
        let drop = p.input_dropout;
        let rng = &mut self.rng;
        drop_out(self.input.view_mut(), self.input_kept.view_mut(), drop, rng);
    }

    fn forward(&mut self, n: usize) {
        let n_hidden = self.layers.len() - 1;
        for i in 0..=n_hidden {
            let (before, rest) = self.layers.split_at_mut(i);
            let input = match before.last() {
                Some(layer) => first_rows(&layer.output, n),
                None => first_rows(&self.input, n),
            };
            let layer = &mut rest[0];
            layer.forward(input);
            if i < n_hidden {
                let activation = self.params.activation;
                layer
                    .output
                    .zip_mut_with(&layer.sums, |y, x| *y = activation.value(*x));
                let (output, kept) = (layer.output.view_mut(), layer.kept.view_mut());
                drop_out(output, kept, self.params.dropout, &mut self.rng);
            }
        }
    }

    /// Cross-entropy on target masses: the gradient by the last sums is `mass * p - target`.
    fn backward(&mut self, n: usize) {
        let n_hidden = self.layers.len() - 1;
        let share = 1.0 / n as f32;
        let last = &mut self.layers[n_hidden];
        for (mut row, target) in last
            .sums
            .rows_mut()
            .into_iter()
            .zip(self.target.rows())
            .take(n)
        {
            let mass = target.sum();
            let top = row.fold(f32::NEG_INFINITY, |top, x| top.max(*x));
            row.mapv_inplace(|x| (x - top).exp());
            let scale = mass / row.sum();
            row.zip_mut_with(&target, |x, t| *x = (*x * scale - t) * share);
        }
        for i in (0..=n_hidden).rev() {
            let (before, rest) = self.layers.split_at_mut(i);
            let layer = &mut rest[0];
            let Some(previous) = before.last_mut() else {
                layer.backward(first_rows(&self.input, n));
                break;
            };
            layer.backward(first_rows(&previous.output, n));
            // The previous output is no longer needed: it takes the gradient by itself.
            let delta = first_rows(&layer.sums, n);
            let mut upstream = first_rows_mut(&mut previous.output, n);
            general_mat_mul(1.0, &delta, &layer.weights, 0.0, &mut upstream);
            let activation = self.params.activation;
            ndarray::Zip::from(&mut previous.sums)
                .and(&previous.output)
                .and(&previous.kept)
                .for_each(|sum, up, kept| *sum = activation.slope(*sum) * up * kept);
        }
    }
}

/// A batch's share of a buffer: the last batch of an epoch may be short. (`ndarray::s!` expands
/// to unsafe code, which this crate forbids.)
fn first_rows(buffer: &Array2<f32>, n: usize) -> ArrayView2<'_, f32> {
    buffer.slice_axis(Axis(0), Slice::from(..n))
}

fn first_rows_mut(buffer: &mut Array2<f32>, n: usize) -> ArrayViewMut2<'_, f32> {
    buffer.slice_axis_mut(Axis(0), Slice::from(..n))
}

fn finished(layer: &Layer) -> Dense {
    Dense {
        n_in: layer.weights.ncols(),
        weights: layer.weights.iter().copied().collect(),
        bias: layer.bias.to_vec(),
    }
}

/// Inverted dropout: zeroes a share of `values` and scales up the rest, and notes in `kept`
/// what each was multiplied by. The share is rounded to 1/256.
fn drop_out(
    mut values: ArrayViewMut2<f32>,
    mut kept: ArrayViewMut2<f32>,
    share: f32,
    rng: &mut ChaCha8Rng,
) {
    let limit = (share * 256.0).round() as u8;
    if limit == 0 {
        return;
    }
    let scale = 256.0 / (256.0 - f32::from(limit));
    let mut bytes = vec![0u8; values.len()];
    rng.fill_bytes(&mut bytes);
    for ((value, kept), byte) in values.iter_mut().zip(kept.iter_mut()).zip(bytes) {
        *kept = if byte < limit { 0.0 } else { scale };
        *value *= *kept;
    }
}

/// A standard normal draw (Box and Muller 1958).
fn normal(rng: &mut ChaCha8Rng) -> f32 {
    let radius = (-2.0 * (1.0 - rng.gen::<f64>()).ln()).sqrt();
    (radius * (std::f64::consts::TAU * rng.gen::<f64>()).cos()) as f32
}

/// A draw from Beta(a, a) for a <= 1 (Joehnk 1964); 1 for a = 0.
fn beta(a: f32, rng: &mut ChaCha8Rng) -> f32 {
    if a <= 0.0 {
        return 1.0;
    }
    let power = 1.0 / f64::from(a);
    for _ in 0..1000 {
        let x = rng.gen::<f64>().powf(power);
        let y = rng.gen::<f64>().powf(power);
        if x + y > 0.0 && x + y <= 1.0 {
            return (x / (x + y)) as f32;
        }
    }
    1.0
}
