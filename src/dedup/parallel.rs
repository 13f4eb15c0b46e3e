//! The only place that knows of threads. The order of the results is that of the items, whatever ran when.

use std::cmp::Ordering;

#[cfg(feature = "rayon")]
use rayon::prelude::*;

/// The results of `f` for all items.
#[cfg(feature = "rayon")]
pub(super) fn map<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let f = &f;
    items.par_iter().map(f).collect()
}

#[cfg(not(feature = "rayon"))]
pub(super) fn map<T, R>(items: &[T], f: impl Fn(&T) -> R) -> Vec<R> {
    items.iter().map(f).collect()
}

/// Changes every item, given its place.
#[cfg(feature = "rayon")]
pub(super) fn each<T: Send>(items: &mut [T], f: impl Fn(usize, &mut T) + Sync) {
    items
        .par_iter_mut()
        .enumerate()
        .for_each(|(i, item)| f(i, item));
}

#[cfg(not(feature = "rayon"))]
pub(super) fn each<T>(items: &mut [T], f: impl Fn(usize, &mut T)) {
    items
        .iter_mut()
        .enumerate()
        .for_each(|(i, item)| f(i, item));
}

/// Sorts; equal items cannot be told apart, so neither can the two ways.
pub(super) fn sort<T: Ord + Send>(items: &mut [T]) {
    #[cfg(feature = "rayon")]
    items.par_sort_unstable();
    #[cfg(not(feature = "rayon"))]
    items.sort_unstable();
}

/// The same by an order of one's own.
pub(super) fn sort_by<T: Send>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering + Sync) {
    #[cfg(feature = "rayon")]
    items.par_sort_unstable_by(order);
    #[cfg(not(feature = "rayon"))]
    items.sort_unstable_by(order);
}
