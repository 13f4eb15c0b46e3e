//! The lists of kept documents by anchor.

/// For each anchor the documents that have it, ascending.
///
/// Most anchors are of one document alone. So this is an open-addressing table in which the only document of an anchor
/// stands itself; the others have a list elsewhere. A tree of lists takes three times the memory, an allocation for
/// each anchor, and some ten times the instructions of a look-up.
#[derive(Debug, Clone, Default)]
pub(super) struct Lists {
    slots: Vec<Slot>,
    used: usize,
    /// The lists of several documents, and the places of those that are not in use.
    long: Vec<Vec<u32>>,
    unused: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    anchor: u32,
    /// How many documents; none in an empty slot.
    len: u32,
    /// The only document, or the place of the list.
    value: u32,
}

/// How much memory an anchor takes: its slot and those that are kept empty. Growing holds the old slots for a moment.
pub(super) const ANCHOR_BYTES: usize = 2 * size_of::<Slot>();

impl Lists {
    /// The documents of an anchor.
    pub(super) fn of(&self, anchor: u32) -> &[u32] {
        match self.place(anchor).map(|place| &self.slots[place]) {
            None => &[],
            Some(slot) if slot.len == 1 => std::slice::from_ref(&slot.value),
            Some(slot) => &self.long[slot.value as usize],
        }
    }

    /// How many documents an anchor has.
    pub(super) fn count(&self, anchor: u32) -> usize {
        self.place(anchor)
            .map_or(0, |place| self.slots[place].len as usize)
    }

    /// Adds a document with a higher number than all others; a second time it makes no difference.
    pub(super) fn push(&mut self, anchor: u32, document: u32) {
        // Kept a third empty, so that a look-up ends after a few slots.
        if 3 * (self.used + 1) > 2 * self.slots.len() {
            self.grow();
        }
        let mut place = self.home(anchor);
        while self.slots[place].len > 0 && self.slots[place].anchor != anchor {
            place = self.after(place);
        }
        let slot = &mut self.slots[place];
        match slot.len {
            0 => {
                *slot = Slot {
                    anchor,
                    len: 1,
                    value: document,
                };
                self.used += 1;
            }
            1 if slot.value == document => {}
            1 => {
                let both = [slot.value, document];
                slot.len = 2;
                slot.value = match self.unused.pop() {
                    Some(list) => list,
                    None => {
                        self.long.push(Vec::new());
                        (self.long.len() - 1) as u32
                    }
                };
                self.long[slot.value as usize].extend(both);
            }
            _ => {
                let list = &mut self.long[slot.value as usize];
                if list.last() != Some(&document) {
                    list.push(document);
                    slot.len += 1;
                }
            }
        }
    }

    /// Takes a document away, if it is there.
    pub(super) fn remove(&mut self, anchor: u32, document: u32) {
        let Some(place) = self.place(anchor) else {
            return;
        };
        let slot = &mut self.slots[place];
        if slot.len == 1 {
            if slot.value == document {
                self.empty(place);
            }
            return;
        }
        let list = &mut self.long[slot.value as usize];
        if let Ok(at) = list.binary_search(&document) {
            list.remove(at);
            slot.len -= 1;
            if let [only] = list[..] {
                *list = Vec::new();
                self.unused.push(slot.value);
                slot.value = only;
            }
        }
    }

    /// The slot of an anchor.
    fn place(&self, anchor: u32) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut place = self.home(anchor);
        loop {
            let slot = &self.slots[place];
            if slot.len == 0 {
                return None;
            }
            if slot.anchor == anchor {
                return Some(place);
            }
            place = self.after(place);
        }
    }

    /// Where an anchor stands when nothing is in its way. Anchors are the least hashes of many, so they are spread anew:
    /// by the golden ratio (Knuth, TAOCP 3, 6.4).
    fn home(&self, anchor: u32) -> usize {
        let spread = anchor.wrapping_mul(0x9e37_79b9);
        ((u64::from(spread) * self.slots.len() as u64) >> 32) as usize
    }

    fn after(&self, place: usize) -> usize {
        if place + 1 < self.slots.len() {
            place + 1
        } else {
            0
        }
    }

    /// Half as many slots more. The order of the slots stays, so memory is read and written from front to back.
    fn grow(&mut self) {
        let slots = (self.slots.len() * 3 / 2).max(64);
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); slots]);
        for slot in old.into_iter().filter(|slot| slot.len > 0) {
            let mut place = self.home(slot.anchor);
            while self.slots[place].len > 0 {
                place = self.after(place);
            }
            self.slots[place] = slot;
        }
    }

    /// Empties a slot, and moves up what stands behind it because it was in the way (Knuth, 6.4, algorithm R).
    fn empty(&mut self, mut hole: usize) {
        let slots = self.slots.len();
        let distance = |from: usize, to: usize| {
            if to < from {
                to + slots - from
            } else {
                to - from
            }
        };
        let mut place = hole;
        loop {
            place = self.after(place);
            let slot = self.slots[place];
            if slot.len == 0 {
                break;
            }
            if distance(self.home(slot.anchor), place) >= distance(hole, place) {
                self.slots[hole] = slot;
                hole = place;
            }
        }
        self.slots[hole] = Slot::default();
        self.used -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Few anchors in one corner of all numbers, as the least of many hashes are, and every document that is added has
        /// a higher number.
        #[test]
        fn as_a_tree_of_sets(steps in prop::collection::vec((0..400_u32, 0..4_usize), 0..1500)) {
            let mut lists = Lists::default();
            let mut twin: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
            for (number, (anchor, what)) in steps.into_iter().enumerate() {
                let list = twin.entry(anchor).or_default();
                if what > 0 {
                    let document = number as u32 / 2;
                    lists.push(anchor, document);
                    list.insert(document);
                } else {
                    let document = list.first().copied().unwrap_or(0);
                    lists.remove(anchor, document);
                    list.remove(&document);
                }
                prop_assert_eq!(lists.count(anchor), list.len());
                prop_assert!(lists.of(anchor).iter().eq(&*list));
            }
            twin.retain(|_, list| !list.is_empty());
            prop_assert_eq!(lists.used, twin.len());
            for anchor in 0..400 {
                let list: Vec<u32> = twin.get(&anchor).into_iter().flatten().copied().collect();
                prop_assert_eq!(lists.of(anchor), list);
            }
        }
    }
}
