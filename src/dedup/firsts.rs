//! Where each number of a list first stands.

/// Finds the first place of a hash in a list: open addressing, for a few hundred numbers much faster than sorting. The
/// list stays with the caller; the low bits of the hashes must be well spread.
#[derive(Debug, Default)]
pub(super) struct Firsts {
    /// A power of two of them, at most half of them in use.
    slots: Vec<u32>,
}

const EMPTY: u32 = u32::MAX;

impl Firsts {
    /// Forgets everything and makes room for a list of so many.
    pub(super) fn clear(&mut self, count: usize) {
        self.slots.clear();
        self.slots.resize((2 * count).next_power_of_two(), EMPTY);
    }

    /// The first place of what stands at `place` of the list; the places before were asked for before.
    pub(super) fn add<T: Copy + PartialEq + Into<u64>>(
        &mut self,
        place: usize,
        list: &[T],
    ) -> usize {
        let mask = self.slots.len() - 1;
        let item = list[place];
        let mut i = item.into() as usize & mask;
        loop {
            match self.slots[i] {
                EMPTY => {
                    self.slots[i] = place as u32;
                    return place;
                }
                first if list[first as usize] == item => return first as usize,
                _ => i = (i + 1) & mask,
            }
        }
    }

    /// The first place of an item.
    pub(super) fn find<T: Copy + PartialEq + Into<u64>>(
        &self,
        item: T,
        list: &[T],
    ) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut i = item.into() as usize & mask;
        loop {
            match self.slots[i] {
                EMPTY => return None,
                first if list[first as usize] == item => return Some(first as usize),
                _ => i = (i + 1) & mask,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_position_finds_them(list in prop::collection::vec(0..60_u64, 0..60)) {
            let mut firsts = Firsts::default();
            for list in [&list[..], &list[list.len() / 2..]] {
                firsts.clear(list.len());
                for (place, item) in list.iter().enumerate() {
                    prop_assert_eq!(firsts.add(place, list), list.iter().position(|x| x == item).unwrap_or(place));
                }
                for item in 0..61 {
                    prop_assert_eq!(firsts.find(item, list), list.iter().position(|&x| x == item));
                }
            }
        }
    }
}
