//! Grows one regression tree on gradients, best leaf first.

use super::bins::Binned;
use super::BoostingValidParams;

/// A node of a grown tree; a leaf has `child` 0.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) feature: u16,
    pub(super) bin: u8,
    /// Left child; the right one follows it.
    pub(super) child: u32,
    /// What a leaf adds to the score.
    pub(super) value: f32,
    pub(super) depth: u16,
}

/// Sums of gradient and hessian.
type Sums = [f32; 2];

struct Split {
    gain: f64,
    feature: u16,
    bin: u8,
}

/// A leaf that may still be split: its rows, their histograms, and its best split.
struct Open {
    node: usize,
    rows: Vec<u32>,
    histograms: Vec<Sums>,
    split: Option<Split>,
}

/// What a tree is grown from.
pub(super) struct Grower<'a> {
    pub(super) params: &'a BoostingValidParams,
    pub(super) binned: &'a Binned,
    /// Features that this tree may use.
    pub(super) features: &'a [usize],
    /// Gradient and hessian of the rows that it is grown on, by row of `binned`.
    pub(super) sums: &'a [Sums],
}

impl Grower<'_> {
    /// Grows a tree on `rows`; also gives what the tree adds to the score of every row of `binned`.
    pub(super) fn grow(&self, rows: Vec<u32>) -> (Vec<Node>, Vec<f32>) {
        let histograms = self.histograms(&rows);
        let (root, split) = self.open(&rows, &histograms, 0);
        let mut nodes = vec![root];
        let mut open = vec![Open {
            node: 0,
            rows,
            histograms,
            split,
        }];
        let mut n_leaves = 1;
        while n_leaves < self.params.max_leaves {
            // The first of equal gains: ties do not depend on anything but the data.
            let mut best: Option<(usize, f64)> = None;
            for (i, leaf) in open.iter().enumerate() {
                if let Some(split) = &leaf.split {
                    if best.is_none_or(|(_, gain)| split.gain > gain) {
                        best = Some((i, split.gain));
                    }
                }
            }
            let Some((chosen, _)) = best else { break };
            let leaf = open.remove(chosen);
            let children = self.split(leaf, &mut nodes);
            open.extend(children);
            n_leaves += 1;
        }
        let steps = self.steps(&nodes, &open);
        (nodes, steps)
    }

    /// Rows that the tree was grown on lie in its leaves; the others find their way from the root.
    fn steps(&self, nodes: &[Node], leaves: &[Open]) -> Vec<f32> {
        let mut steps = vec![None; self.binned.n_rows()];
        for leaf in leaves {
            let value = nodes[leaf.node].value;
            leaf.rows
                .iter()
                .for_each(|row| steps[*row as usize] = Some(value));
        }
        let steps = steps.into_iter().enumerate();
        steps
            .map(|(row, step)| step.unwrap_or_else(|| walk(nodes, self.binned, row)))
            .collect()
    }

    /// Turns a leaf into an inner node with two new leaves.
    fn split(&self, leaf: Open, nodes: &mut Vec<Node>) -> Vec<Open> {
        let Open {
            node,
            rows,
            mut histograms,
            split,
        } = leaf;
        let Some(split) = split else {
            return Vec::new();
        };
        let column = self.binned.column(usize::from(split.feature));
        let (left, right): (Vec<u32>, Vec<u32>) = rows
            .into_iter()
            .partition(|row| column[*row as usize] <= split.bin);
        // Only the smaller child is counted; the larger is the parent less the smaller.
        let left_is_smaller = left.len() <= right.len();
        let small = self.histograms(if left_is_smaller { &left } else { &right });
        for (all, part) in histograms.iter_mut().zip(&small) {
            all[0] -= part[0];
            all[1] = (all[1] - part[1]).max(0.0);
        }
        let (left_sums, right_sums) = if left_is_smaller {
            (small, histograms)
        } else {
            (histograms, small)
        };
        let child = nodes.len();
        let depth = nodes[node].depth + 1;
        let mut children = Vec::with_capacity(2);
        for (i, (rows, histograms)) in [(left, left_sums), (right, right_sums)]
            .into_iter()
            .enumerate()
        {
            let (new, split) = self.open(&rows, &histograms, depth);
            nodes.push(new);
            children.push(Open {
                node: child + i,
                rows,
                histograms,
                split,
            });
        }
        let parent = &mut nodes[node];
        parent.feature = split.feature;
        parent.bin = split.bin;
        parent.child = child as u32;
        parent.value = 0.0;
        children
    }

    /// A new leaf with its value, and its best split if it may have one.
    fn open(&self, rows: &[u32], histograms: &[Sums], depth: u16) -> (Node, Option<Split>) {
        let (mut gradient, mut hessian) = (0.0f64, 0.0f64);
        for row in rows {
            let [g, h] = self.sums[*row as usize];
            gradient += f64::from(g);
            hessian += f64::from(h);
        }
        let p = self.params;
        let leaf = Node {
            feature: 0,
            bin: 0,
            child: 0,
            value: (-p.learning_rate * gradient / (hessian + p.l2)) as f32,
            depth,
        };
        if usize::from(depth) >= p.max_depth || hessian < 2.0 * p.min_child_weight {
            return (leaf, None);
        }
        (leaf, self.best_split(histograms, gradient, hessian))
    }

    fn stride(&self) -> usize {
        self.params.max_bins
    }

    /// Gradient sums per bin of each of the tree's features, one after the other.
    fn histograms(&self, rows: &[u32]) -> Vec<Sums> {
        let mut histograms = vec![[0.0f32; 2]; self.features.len() * self.stride()];
        // Gathered once in row order, so that the loops per feature read memory in sequence.
        let gathered: Vec<Sums> = rows.iter().map(|row| self.sums[*row as usize]).collect();
        let each = || rows.iter().zip(&gathered);
        let column = |feature: &usize| self.binned.column(*feature);
        // Two side by side: a bin waits for the sum before it, and the processor has something else to do meanwhile.
        let pairs = histograms.chunks_mut(2 * self.stride());
        for (features, pair) in self.features.chunks(2).zip(pairs) {
            let (first, second) = pair.split_at_mut(self.stride());
            let first_column = column(&features[0]);
            match features.get(1).map(column) {
                Some(second_column) => {
                    for (row, sums) in each() {
                        add(first, first_column[*row as usize], sums);
                        add(second, second_column[*row as usize], sums);
                    }
                }
                None => {
                    each().for_each(|(row, sums)| add(first, first_column[*row as usize], sums))
                }
            }
        }
        histograms
    }

    /// The split with the largest gain (Chen and Guestrin 2016, eq. 7), if any gains.
    fn best_split(&self, histograms: &[Sums], gradient: f64, hessian: f64) -> Option<Split> {
        let p = self.params;
        let strength = |g: f64, h: f64| g * g / (h + p.l2);
        let whole = strength(gradient, hessian);
        let mut best: Option<Split> = None;
        for (feature, histogram) in self
            .features
            .iter()
            .zip(histograms.chunks_exact(self.stride()))
        {
            let (mut g, mut h) = (0.0f64, 0.0f64);
            let n_edges = self.binned.n_bins(*feature) - 1;
            for (bin, sums) in histogram[..n_edges].iter().enumerate() {
                g += f64::from(sums[0]);
                h += f64::from(sums[1]);
                if h < p.min_child_weight || sums[1] == 0.0 {
                    continue;
                }
                let right = hessian - h;
                if right < p.min_child_weight {
                    break;
                }
                let gain = strength(g, h) + strength(gradient - g, right) - whole;
                if gain > best.as_ref().map_or(p.min_gain, |b| b.gain) {
                    best = Some(Split {
                        gain,
                        feature: *feature as u16,
                        bin: bin as u8,
                    });
                }
            }
        }
        best
    }
}

fn add(histogram: &mut [Sums], bin: u8, [gradient, hessian]: &Sums) {
    let bin = &mut histogram[usize::from(bin)];
    bin[0] += gradient;
    bin[1] += hessian;
}

/// The value that `nodes` give to row `row` of `binned`.
fn walk(nodes: &[Node], binned: &Binned, row: usize) -> f32 {
    let mut node = &nodes[0];
    while node.child != 0 {
        let right = binned.column(usize::from(node.feature))[row] > node.bin;
        node = &nodes[node.child as usize + usize::from(right)];
    }
    node.value
}

#[cfg(test)]
mod tests {
    use super::super::BoostingParams;
    use super::*;
    use linfa::ParamGuard;
    use ndarray::Array2;

    /// 101 rows of 5 features; the target is high where the first two differ in sign.
    fn grower_on(rows: &[u32], check: impl FnOnce(&Grower, &Binned)) {
        let value = |row: usize, column: usize| ((row * (7 + 4 * column)) % 23) as f32 - 11.0;
        let records = Array2::from_shape_fn((101, 5), |(row, column)| value(row, column));
        let binned = Binned::new(&records, 16);
        let params = BoostingParams::new(2).max_bins(16).min_child_weight(1.0);
        let params = params.max_leaves(8).check().unwrap();
        let mut sums = vec![[0.0f32; 2]; 101];
        for &row in rows {
            let row = row as usize;
            let differ = value(row, 0) * value(row, 1) < 0.0;
            sums[row] = [if differ { -0.5 } else { 0.5 }, 0.25];
        }
        let grower = Grower {
            params: &params,
            binned: &binned,
            features: &[0, 1, 2, 3, 4],
            sums: &sums,
        };
        check(&grower, &binned);
    }

    #[test]
    fn every_row_gets_what_the_tree_says_of_it() {
        let rows: Vec<u32> = (0..101).step_by(2).collect();
        grower_on(&rows, |grower, binned| {
            let (nodes, steps) = grower.grow(rows.clone());
            assert!(nodes.len() > 3, "{}", nodes.len());
            let walked: Vec<f32> = (0..101).map(|row| walk(&nodes, binned, row)).collect();
            assert_eq!(steps, walked);
        });
    }

    #[test]
    fn histograms_of_an_odd_number_of_features_hold_every_row_of_each() {
        let rows: Vec<u32> = (0..101).step_by(3).collect();
        grower_on(&rows, |grower, binned| {
            let found = grower.histograms(&rows);
            assert_eq!(found.len(), 5 * grower.stride());
            for (feature, histogram) in found.chunks(grower.stride()).enumerate() {
                let mut wanted = vec![[0.0f32; 2]; grower.stride()];
                for &row in &rows {
                    let bin = binned.column(feature)[row as usize];
                    add(&mut wanted, bin, &grower.sums[row as usize]);
                }
                assert_eq!(histogram, wanted, "feature {feature}");
            }
        });
    }
}
