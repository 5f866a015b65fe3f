//! Boosted trees, as they are applied: all trees of all labels in flat arrays.

mod block;

use super::scorer::{
    check_finite, check_size, impl_predict, log_softmax, log_softmax_rows, Scorer, ScorerError,
    Scratch,
};
use crate::spectrum::sum::in_lanes;
use block::{Block, ROWS};
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2, Axis};
use serde::{Deserialize, Serialize};

/// One tree: where it starts in the node arrays, and which label's score it adds to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeHead {
    /// Index of the root; the tree's nodes lie from here to the next tree's root.
    pub(crate) root: u32,
    /// Label whose score the tree adds to.
    pub(crate) label: u16,
    /// Steps from the root to the deepest leaf.
    pub(crate) depth: u16,
}

/// Gradient-boosted regression trees, one per label and round; the summed leaf values are the
/// raw scores that softmax turns into log-probabilities.
///
/// A node sends `row[feature] > threshold` to `child + 1`, the rest to `child`. A leaf is its
/// own child under the largest threshold, so a tree is walked in a fixed number of steps without
/// a branch per leaf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoostedTrees {
    pub(crate) n_features: usize,
    /// Score of each label before the first tree.
    pub(crate) base: Vec<f32>,
    pub(crate) trees: Vec<TreeHead>,
    pub(crate) feature: Vec<u16>,
    pub(crate) threshold: Vec<f32>,
    pub(crate) child: Vec<u32>,
    /// What a leaf adds; 0 at inner nodes.
    pub(crate) value: Vec<f32>,
}

/// Threshold of a leaf: no finite value exceeds it.
pub(crate) const LEAF: f32 = f32::MAX;

impl BoostedTrees {
    /// Number of trees over all labels.
    pub fn n_trees(&self) -> usize {
        self.trees.len()
    }

    /// Number of nodes over all trees, leaves included.
    pub fn n_nodes(&self) -> usize {
        self.child.len()
    }

    /// How often each feature is split on, a rough measure of its use.
    pub fn split_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.n_features];
        for (node, &child) in self.child.iter().enumerate() {
            if child as usize != node {
                if let Some(count) = counts.get_mut(self.feature[node] as usize) {
                    *count += 1;
                }
            }
        }
        counts
    }

    /// The leaf in which a row of features ends up.
    #[inline]
    fn leaf(&self, tree: &TreeHead, row: &[f32]) -> usize {
        // Slices of one length let the compiler drop most bounds checks.
        let n = self.child.len();
        let (feature, threshold, child) =
            (&self.feature[..n], &self.threshold[..n], &self.child[..n]);
        let mut node = tree.root as usize;
        for _ in 0..tree.depth {
            let value = row[feature[node] as usize];
            node = child[node] as usize + usize::from(value > threshold[node]);
        }
        node
    }

    /// Where the nodes of each tree end.
    fn ends(&self) -> impl Iterator<Item = usize> + '_ {
        let next = self.trees.iter().skip(1).map(|tree| tree.root as usize);
        next.chain([self.child.len()])
    }

    /// Adds to each label's `sums` what its trees say of `rows`, which are those of `block`.
    #[inline(always)]
    fn add(&self, block: &Block, rows: &[f32], sums: &mut [[f32; ROWS]]) {
        let mut leaves = [0; ROWS];
        for (tree, end) in self.trees.iter().zip(self.ends()) {
            if Block::takes(end - tree.root as usize) {
                block.leaves(self, tree, end, &mut leaves);
            } else {
                let rows = rows.chunks_exact(self.n_features);
                for (leaf, row) in leaves.iter_mut().zip(rows) {
                    *leaf = self.leaf(tree, row) as u32;
                }
            }
            for (sum, leaf) in sums[tree.label as usize].iter_mut().zip(leaves) {
                *sum += self.value[leaf as usize];
            }
        }
    }

    fn fault(reason: &str) -> ScorerError {
        ScorerError::Structure {
            part: "boosted trees",
            reason: reason.into(),
        }
    }

    /// Checks one tree's nodes `root..end`. Children come after their one parent and inside the
    /// tree, so that a walk ends and stays in bounds, and no leaf is taken away from under two nodes.
    fn validate_tree(&self, head: TreeHead, end: usize) -> Result<(), ScorerError> {
        let root = head.root as usize;
        let mut depths = vec![0u16; end - root];
        let mut deepest = 0;
        for node in root..end {
            let child = self.child[node] as usize;
            let depth = depths[node - root];
            deepest = deepest.max(depth);
            if child == node {
                if self.threshold[node] != LEAF {
                    return Err(Self::fault("a leaf has a threshold"));
                }
                continue;
            }
            if child < node || child + 1 >= end {
                return Err(Self::fault(
                    "a node points outside its tree or back to a parent",
                ));
            }
            for next in [child, child + 1] {
                if depths[next - root] > 0 {
                    return Err(Self::fault("a node has two parents"));
                }
                depths[next - root] = depth.saturating_add(1);
            }
        }
        if deepest != head.depth {
            return Err(Self::fault("a tree's depth is misstated"));
        }
        Ok(())
    }
}

impl Scorer for BoostedTrees {
    fn n_labels(&self) -> usize {
        self.base.len()
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn scores_into(&self, row: &[f32], _scratch: &mut Scratch, out: &mut [f32]) {
        assert_eq!(row.len(), self.n_features);
        assert_eq!(out.len(), self.base.len());
        out.copy_from_slice(&self.base);
        for tree in &self.trees {
            out[tree.label as usize] += self.value[self.leaf(tree, row)];
        }
        log_softmax(out);
    }

    fn score_rows(&self, x: ArrayView2<f32>, mut out: ArrayViewMut2<f32>) {
        assert_eq!(x.dim(), (out.nrows(), self.n_features));
        assert_eq!(out.ncols(), self.base.len());
        let x = x.as_standard_layout();
        let x = x.as_slice().unwrap_or_default();
        let mut block = Block::new(self.n_features);
        let blocks = x.chunks(ROWS * self.n_features);
        for (rows, mut out) in blocks.zip(out.axis_chunks_iter_mut(Axis(0), ROWS)) {
            block.fill(rows);
            let mut sums: Vec<_> = self.base.iter().map(|&base| [base; ROWS]).collect();
            in_lanes!(self.add(&block, rows, &mut sums));
            for (mut scores, sums) in out.columns_mut().into_iter().zip(&sums) {
                let sums = &sums[..scores.len()];
                scores.assign(&ArrayView1::from(sums));
            }
        }
        log_softmax_rows(out);
    }

    fn validate(&self, n_features: usize, n_labels: usize) -> Result<(), ScorerError> {
        const PART: &str = "boosted trees";
        check_size(PART, "features", self.n_features, n_features)?;
        check_size(PART, "labels", self.base.len(), n_labels)?;
        if n_features == 0 || n_labels == 0 {
            return Err(Self::fault("they have no features or no labels"));
        }
        let n_nodes = self.child.len();
        check_size(PART, "split features", self.feature.len(), n_nodes)?;
        check_size(PART, "thresholds", self.threshold.len(), n_nodes)?;
        check_size(PART, "leaf values", self.value.len(), n_nodes)?;
        check_finite(PART, "base scores", &self.base)?;
        check_finite(PART, "thresholds", &self.threshold)?;
        check_finite(PART, "leaf values", &self.value)?;
        if self.feature.iter().any(|f| *f as usize >= n_features) {
            return Err(Self::fault("a split names a feature that does not exist"));
        }
        for (&head, end) in self.trees.iter().zip(self.ends()) {
            if head.root as usize >= end || end > n_nodes {
                return Err(Self::fault("tree roots are out of order"));
            }
            if head.label as usize >= n_labels {
                return Err(Self::fault("a tree names a label that does not exist"));
            }
            self.validate_tree(head, end)?;
        }
        Ok(())
    }
}

impl_predict!(BoostedTrees);

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    /// One stump for label 1: feature 0 above 0.5 adds 2, otherwise -1.
    fn stump() -> BoostedTrees {
        BoostedTrees {
            n_features: 1,
            base: vec![0.0, 0.0],
            trees: vec![TreeHead {
                root: 0,
                label: 1,
                depth: 1,
            }],
            feature: vec![0, 0, 0],
            threshold: vec![0.5, LEAF, LEAF],
            child: vec![1, 1, 2],
            value: vec![0.0, -1.0, 2.0],
        }
    }

    #[test]
    fn a_stump_splits_at_its_threshold() {
        let (mut low, mut high) = ([0.0; 2], [0.0; 2]);
        stump().scores_into(&[0.5], &mut Scratch::default(), &mut low);
        stump().scores_into(&[0.6], &mut Scratch::default(), &mut high);
        assert!((low[1] - low[0] + 1.0).abs() < 1e-6);
        assert!((high[1] - high[0] - 2.0).abs() < 1e-6);
    }

    #[test]
    fn rows_together_score_as_each_alone() {
        let mut trees = stump();
        trees.trees.push(TreeHead {
            root: 3,
            label: 0,
            depth: 2,
        });
        trees.feature.extend([0; 5]);
        trees.threshold.extend([-0.25, LEAF, 0.75, LEAF, LEAF]);
        trees.child.extend([4, 4, 6, 6, 7]);
        trees.value.extend([0.0, 0.3, 0.0, -0.7, 1.1]);
        // One with more nodes than a block can be sent down at once: seventeen leaves in a chain.
        let root = trees.child.len() as u32;
        trees.trees.push(TreeHead {
            root,
            label: 1,
            depth: 17,
        });
        for link in 0..17u32 {
            let leaf = root + 2 * link + 1;
            trees.feature.extend([0; 2]);
            trees.threshold.extend([0.2 * link as f32 - 1.0, LEAF]);
            trees.child.extend([leaf, leaf]);
            trees.value.extend([0.0, 0.01 * link as f32]);
        }
        trees.feature.push(0);
        trees.threshold.push(LEAF);
        trees.child.push(root + 34);
        trees.value.push(0.2);
        trees.validate(1, 2).unwrap();
        // More than a block, and not a multiple of it.
        let n = 2 * ROWS + 3;
        let x = Array2::from_shape_fn((n, 1), |(row, _)| row as f32 / 9.0 - 1.0);
        let mut together = Array2::zeros((n, 2));
        trees.score_rows(x.view(), together.view_mut());
        for (row, found) in x.rows().into_iter().zip(together.rows()) {
            let mut alone = [0.0; 2];
            trees.scores_into(&row.to_vec(), &mut Scratch::default(), &mut alone);
            assert_eq!(found.to_vec(), alone);
        }
    }

    #[test]
    fn a_node_under_two_others_is_refused() {
        let mut trees = stump();
        trees.trees[0].depth = 2;
        // The root's right child is its left child's left one.
        trees.feature.push(0);
        trees.threshold = vec![0.5, 0.5, LEAF, LEAF];
        trees.child = vec![1, 2, 2, 3];
        trees.value.push(1.0);
        let fault = trees.validate(1, 2).unwrap_err().to_string();
        assert!(fault.contains("two parents"), "{fault}");
    }

    #[test]
    fn hostile_trees_are_refused() {
        assert!(stump().validate(1, 2).is_ok());
        type Spoil = fn(&mut BoostedTrees);
        let spoilers: [Spoil; 8] = [
            |t| t.child[0] = 0,
            |t| t.child[0] = 2,
            |t| t.child[2] = 0,
            |t| t.feature[0] = 1,
            |t| t.trees[0].label = 2,
            |t| t.trees[0].root = 9,
            |t| t.trees[0].depth = 400,
            |t| t.value[1] = f32::NAN,
        ];
        for (i, spoil) in spoilers.iter().enumerate() {
            let mut trees = stump();
            spoil(&mut trees);
            assert!(trees.validate(1, 2).is_err(), "spoiler {i} got through");
        }
    }
}
