//! Disjoint sets (R. E. Tarjan, "Efficiency of a good but not linear set union algorithm",
//! J. ACM 22, 1975).

/// Sets over the numbers `0..len`, each alone at first.
#[derive(Debug, Clone)]
pub(crate) struct UnionFind {
    parents: Vec<usize>,
}

impl UnionFind {
    pub(crate) fn new(len: usize) -> Self {
        Self {
            parents: (0..len).collect(),
        }
    }

    /// The set's smallest member, which stands for it.
    pub(crate) fn find(&mut self, member: usize) -> usize {
        let mut root = member;
        while self.parents[root] != root {
            self.parents[root] = self.parents[self.parents[root]];
            root = self.parents[root];
        }
        root
    }

    /// Joins two sets; `false` where they were one already.
    pub(crate) fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.find(a), self.find(b));
        self.parents[a.max(b)] = a.min(b);
        a != b
    }

    /// For each member the number of its set, counted from 0 in the order of first members.
    pub(crate) fn numbers(mut self) -> Vec<usize> {
        let mut numbers = vec![0; self.parents.len()];
        let mut next = 0;
        for member in 0..self.parents.len() {
            let root = self.find(member);
            if root == member {
                numbers[member] = next;
                next += 1;
            } else {
                numbers[member] = numbers[root];
            }
        }
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_of_joins_make_one_set_numbered_by_its_first_member() {
        let mut sets = UnionFind::new(6);
        assert!(sets.join(4, 5));
        assert!(sets.join(1, 4));
        assert!(!sets.join(5, 1), "they were one already");
        assert_eq!(sets.numbers(), [0, 1, 2, 3, 1, 1]);
    }
}
