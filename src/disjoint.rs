//! Disjoint sets of documents.

/// A partition of the numbers `0..len` that only grows coarser.
///
/// Union by size and path halving (Tarjan and van Leeuwen 1984): practically constant time a call. The answers depend
/// on the unions alone, not on their order: a set is named by its smallest member.
///
/// ```
/// use newsift::disjoint::DisjointSets;
///
/// let mut sets = DisjointSets::new(5);
/// sets.union(4, 2);
/// sets.union(2, 1);
/// assert_eq!((sets.find(4), sets.find(0), sets.sets()), (1, 0, 3));
/// ```
#[derive(Debug, Clone, Default)]
pub struct DisjointSets {
    parent: Vec<u32>,
    /// The smallest member and the size, of a root; of others they do not count.
    least: Vec<u32>,
    size: Vec<u32>,
    sets: usize,
}

impl DisjointSets {
    /// Every number a set of its own.
    ///
    /// # Panics
    ///
    /// When there are more than 2^32 numbers.
    pub fn new(len: usize) -> Self {
        let end = u32::try_from(len).expect("at most 2^32 - 1 documents in one partition");
        Self {
            parent: (0..end).collect(),
            least: (0..end).collect(),
            size: vec![1; len],
            sets: len,
        }
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.parent.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parent.is_empty()
    }

    /// How many sets there are.
    pub fn sets(&self) -> usize {
        self.sets
    }

    /// Adds one number as a set of its own and returns it.
    ///
    /// # Panics
    ///
    /// When there are 2^32 - 1 numbers already.
    pub fn push(&mut self) -> usize {
        let id = u32::try_from(self.parent.len()).expect("at most 2^32 - 1 documents");
        self.parent.push(id);
        self.least.push(id);
        self.size.push(1);
        self.sets += 1;
        id as usize
    }

    /// The smallest member of the set of `a`.
    ///
    /// # Panics
    ///
    /// When `a` is not one of the numbers.
    pub fn find(&mut self, a: usize) -> usize {
        let root = self.root(a);
        self.least[root] as usize
    }

    /// The number of members of the set of `a`.
    ///
    /// # Panics
    ///
    /// When `a` is not one of the numbers.
    pub fn size(&mut self, a: usize) -> usize {
        let root = self.root(a);
        self.size[root] as usize
    }

    /// Joins two sets; whether they were apart.
    ///
    /// # Panics
    ///
    /// When `a` or `b` is not one of the numbers.
    pub fn union(&mut self, a: usize, b: usize) -> bool {
        let (mut big, mut small) = (self.root(a), self.root(b));
        if big == small {
            return false;
        }
        if self.size[big] < self.size[small] {
            (big, small) = (small, big);
        }
        self.parent[small] = big as u32;
        self.size[big] += self.size[small];
        self.least[big] = self.least[big].min(self.least[small]);
        self.sets -= 1;
        true
    }

    fn root(&mut self, a: usize) -> usize {
        let mut a = a;
        while self.parent[a] as usize != a {
            let up = self.parent[self.parent[a] as usize];
            self.parent[a] = up;
            a = up as usize;
        }
        a
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_named_by_its_smallest_member() {
        let mut sets = DisjointSets::new(6);
        assert!(sets.union(5, 4));
        assert!(sets.union(4, 2));
        assert!(!sets.union(2, 5));
        assert_eq!(sets.find(5), 2);
        assert_eq!(sets.size(4), 3);
        assert_eq!(sets.find(0), 0);
        assert_eq!(sets.sets(), 4);
        assert_eq!(sets.push(), 6);
        assert!(sets.union(6, 0));
        assert_eq!((sets.find(6), sets.len(), sets.sets()), (0, 7, 4));
    }
}
