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
    /// Gradient and hessian of every row of `binned`.
    pub(super) sums: &'a [Sums],
}

impl Grower<'_> {
    /// Grows a tree on `rows`.
    pub(super) fn grow(&self, rows: Vec<u32>) -> Vec<Node> {
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
        nodes
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
        // Gathered once in row order, so that the loop per feature reads memory in sequence.
        let gathered: Vec<Sums> = rows.iter().map(|row| self.sums[*row as usize]).collect();
        for (feature, histogram) in self
            .features
            .iter()
            .zip(histograms.chunks_exact_mut(self.stride()))
        {
            let column = self.binned.column(*feature);
            for (row, [g, h]) in rows.iter().zip(&gathered) {
                let bin = &mut histogram[usize::from(column[*row as usize])];
                bin[0] += g;
                bin[1] += h;
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

/// The value that `nodes` give to row `row` of `binned`.
pub(super) fn walk(nodes: &[Node], binned: &Binned, row: usize) -> f32 {
    let mut node = &nodes[0];
    while node.child != 0 {
        let right = binned.column(usize::from(node.feature))[row] > node.bin;
        node = &nodes[node.child as usize + usize::from(right)];
    }
    node.value
}
