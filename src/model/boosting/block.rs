//! A block of rows, sent down small trees node by node instead of row by row.
//!
//! A row's walk waits at every node for the one before. Asking every inner node of a tree about every row needs
//! more comparisons, but all of a node's are alike and wait for nothing, so that the processor makes many at once:
//! each takes from the leaves that a row can still reach those on the side that it does not go to, and the one that
//! is left is where its walk would end. After QuickScorer (Lucchese et al., "QuickScorer: a fast algorithm to rank
//! documents with additive ensembles of regression trees", SIGIR 2015), which has the same masks row by row.

use super::{BoostedTrees, TreeHead};

/// Rows in a block, a whole number of vector registers.
pub(super) const ROWS: usize = 64;

/// A bit for each node of a tree.
type Leaves = u32;

/// Feature values of a block of rows, feature after feature.
pub(super) struct Block {
    columns: Vec<[f32; ROWS]>,
}

impl Block {
    /// For rows of so many features.
    pub(super) fn new(n_features: usize) -> Self {
        Self {
            columns: vec![[0.0; ROWS]; n_features],
        }
    }

    /// Takes up to [`ROWS`] rows, one behind the other, in place of those before.
    pub(super) fn fill(&mut self, rows: &[f32]) {
        for (number, row) in rows.chunks_exact(self.columns.len()).enumerate() {
            for (column, &value) in self.columns.iter_mut().zip(row) {
                column[number] = value;
            }
        }
    }

    /// Whether a tree of so many nodes can be asked.
    pub(super) fn takes(n_nodes: usize) -> bool {
        n_nodes <= Leaves::BITS as usize
    }

    /// The leaf of a tree, whose nodes end before `end`, in which each row ends up.
    #[inline(always)]
    pub(super) fn leaves(
        &self,
        trees: &BoostedTrees,
        tree: &TreeHead,
        end: usize,
        leaves: &mut [u32; ROWS],
    ) {
        let root = tree.root as usize;
        let nodes = root..end;
        let (feature, threshold) = (
            &trees.feature[nodes.clone()],
            &trees.threshold[nodes.clone()],
        );
        let child = &trees.child[nodes];
        // The leaves under each node; children come after their parents.
        let mut under = [0; Leaves::BITS as usize];
        let mut open = [Leaves::MAX; ROWS];
        for node in (0..child.len()).rev() {
            let left = child[node] as usize - root;
            if left == node {
                under[node] = 1 << node;
                continue;
            }
            under[node] = under[left] | under[left + 1];
            let (if_above, if_not) = (!under[left], !under[left + 1]);
            let column = &self.columns[feature[node] as usize];
            for (open, value) in open.iter_mut().zip(column) {
                *open &= if *value > threshold[node] {
                    if_above
                } else {
                    if_not
                };
            }
        }
        for (leaf, open) in leaves.iter_mut().zip(open) {
            // Bits of inner nodes and of none are still set.
            *leaf = tree.root + (open & under[0]).trailing_zeros();
        }
    }
}
