//! A row of numbers for every document.

use super::parallel;

/// Rows one behind the other, some thousands in one piece of memory: in one of its own each would take a sixth more, and
/// all in one piece could not be rewritten by many threads.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    shares: Vec<Share>,
}

#[derive(Debug, Clone, Default)]
struct Share {
    numbers: Vec<u32>,
    /// Where each row ends; it starts where the one before ends.
    ends: Vec<usize>,
}

/// So many rows are one thread's share of work.
const SHARE: usize = 4096;

impl Rows {
    /// Adds the next document's row. The answer is its number.
    pub(super) fn push(&mut self, row: &[u32]) -> u32 {
        if self.shares.last().is_none_or(|s| s.ends.len() == SHARE) {
            if let Some(full) = self.shares.last_mut() {
                full.numbers.shrink_to_fit();
            }
            self.shares.push(Share::default());
        }
        if let Some(share) = self.shares.last_mut() {
            share.numbers.extend_from_slice(row);
            share.ends.push(share.numbers.len());
        }
        self.len() as u32 - 1
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        let full = self.shares.len().saturating_sub(1) * SHARE;
        full + self.shares.last().map_or(0, |share| share.ends.len())
    }

    /// The row of a document.
    #[inline]
    pub(super) fn of(&self, document: usize) -> &[u32] {
        let share = &self.shares[document / SHARE];
        let row = document % SHARE;
        let start = row.checked_sub(1).map_or(0, |before| share.ends[before]);
        &share.numbers[start..share.ends[row]]
    }

    /// All rows, in the order of the documents.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.shares.iter().flat_map(|share| {
            let starts = std::iter::once(&0).chain(&share.ends);
            let bounds = starts.zip(&share.ends);
            bounds.map(|(&start, &end)| &share.numbers[start..end])
        })
    }

    /// How many numbers there are.
    pub(super) fn numbers(&self) -> usize {
        self.shares.iter().map(|share| share.numbers.len()).sum()
    }

    /// Puts another number for each, or none, in many threads and in the same memory. `next` gets the document, what was put
    /// last in its row, which it may change, and the number.
    pub(super) fn rewrite(
        &mut self,
        next: impl Fn(usize, Option<&mut u32>, u32) -> Option<u32> + Sync,
    ) {
        parallel::each(&mut self.shares, |i, share| {
            let (mut start, mut written) = (0, 0);
            for (document, end) in (i * SHARE..).zip(&mut share.ends) {
                let first = written;
                for at in start..*end {
                    let number = share.numbers[at];
                    let last = share.numbers[first..written].last_mut();
                    if let Some(number) = next(document, last, number) {
                        share.numbers[written] = number;
                        written += 1;
                    }
                }
                start = std::mem::replace(end, written);
            }
            share.numbers.truncate(written);
            share.numbers.shrink_to_fit();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_a_list_of_lists(mut lists in prop::collection::vec(prop::collection::vec(0..9_u32, 0..6), 0..40), more in 0..2_usize) {
            // Some of several shares.
            lists.resize(lists.len() + more * 2 * SHARE, vec![1, 1, 2]);
            let mut rows = Rows::default();
            for (number, list) in (0..).zip(&lists) {
                prop_assert_eq!(rows.push(list), number);
            }
            prop_assert!(rows.iter().eq(lists.iter().map(Vec::as_slice)));
            prop_assert_eq!(rows.numbers(), lists.iter().map(Vec::len).sum::<usize>());
            // What is in a row is counted in its upper digits.
            rows.rewrite(|_, last, number| match last {
                Some(last) if *last % 10 == number => {
                    *last += 10;
                    None
                }
                _ => Some(number),
            });
            for (document, list) in lists.iter().enumerate() {
                let runs = list.chunk_by(|a, b| a == b);
                let counted: Vec<u32> = runs.map(|run| run[0] + 10 * (run.len() as u32 - 1)).collect();
                prop_assert_eq!(rows.of(document), counted);
            }
        }
    }
}
