//! The training of one network: forward, backward, step.

use super::adam::{Adam, Step};
use super::noise::Noise;
use super::PerceptronValidParams;
use crate::model::perceptron::{Dense, Network};
use crate::train::sample::{draw_by_weight, Samples};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, CowArray, Ix2, Slice};
use rand::seq::SliceRandom;

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
    fn new(n_in: usize, n_out: usize, batch: usize, decay: f32, noise: &mut Noise) -> Self {
        let scale = (2.0 / n_in as f32).sqrt();
        Self {
            weights: Array2::from_shape_simple_fn((n_out, n_in), || scale * noise.normal()),
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
    /// The records, row after row.
    records: CowArray<'a, f32, Ix2>,
    weights: &'a [f32],
    noise: Noise,
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
        let mut noise = Noise::new(params.seed, member);
        let n_features = data.records.ncols();
        let batch = params.batch.min(data.records.nrows());
        let mut layers = Vec::new();
        let mut width = n_features;
        for units in params.hidden.iter().chain([&params.n_labels]) {
            let decay = params.weight_decay;
            layers.push(Layer::new(width, *units, batch, decay, &mut noise));
            width = *units;
        }
        if let Some(last) = layers.last_mut() {
            // Small outputs at the start: no label is ahead before anything is learnt.
            last.weights *= 0.1;
        }
        Self {
            params,
            data,
            records: data.records.as_standard_layout(),
            weights,
            noise,
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
                rows = draw_by_weight(self.weights, &labels, n, &mut self.noise.rng);
            } else {
                rows.shuffle(&mut self.noise.rng);
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
        let lambda = self.noise.beta(p.mixup);
        let smooth = p.label_smoothing / p.n_labels as f32;
        self.target.fill(0.0);
        for (i, &row) in rows.iter().enumerate() {
            let partner = rows[(i + 1) % rows.len()];
            let width = self.input.ncols();
            let input = &mut flat_mut(&mut self.input)[i * width..][..width];
            let records = self.records.as_slice().unwrap_or_default();
            let [own, other] = [row, partner].map(|row| &records[row * width..][..width]);
            if lambda < 1.0 {
                for ((to, a), b) in input.iter_mut().zip(own).zip(other) {
                    *to = lambda * a + (1.0 - lambda) * b;
                }
            } else {
                input.copy_from_slice(own);
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
        if p.input_dropout > 0.0 {
            let n_values = rows.len() * self.input.ncols();
            let input = &mut flat_mut(&mut self.input)[..n_values];
            let kept = &mut flat_mut(&mut self.input_kept)[..n_values];
            self.noise.drop_out(input, kept, p.input_dropout);
        }
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
                let n_values = n * layer.bias.len();
                let output = &mut flat_mut(&mut layer.output)[..n_values];
                for (y, x) in output.iter_mut().zip(flat(&layer.sums)) {
                    *y = activation.value(*x);
                }
                let kept = &mut flat_mut(&mut layer.kept)[..n_values];
                self.noise.drop_out(output, kept, self.params.dropout);
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
            let upstream = flat(&previous.output).iter().zip(flat(&previous.kept));
            for (sum, (up, kept)) in flat_mut(&mut previous.sums).iter_mut().zip(upstream) {
                *sum = activation.slope(*sum) * up * kept;
            }
        }
    }
}

/// A buffer's values in one slice, which loops run through faster than through `ndarray::Zip`.
fn flat(buffer: &Array2<f32>) -> &[f32] {
    buffer.as_slice().unwrap_or_default()
}

fn flat_mut(buffer: &mut Array2<f32>) -> &mut [f32] {
    buffer.as_slice_mut().unwrap_or_default()
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
        weights: layer.weights.t().iter().copied().collect(),
        bias: layer.bias.to_vec(),
    }
}
