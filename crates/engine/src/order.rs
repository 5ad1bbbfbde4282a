//! Sorting and sets that cost little to transfer. The standard library compiles its sort anew for every type and
//! comparison, four kilobytes each, and so it does for every set and map that is collected. Here one compiled sort
//! arranges positions and a few instructions per type do the rest. For short lists of any type; what sorts many
//! thousands often (the work list) or is part of a clock calls the standard library.

use std::cmp::Ordering;
use std::mem;

/// Stable, as `[T]::sort_by` is.
pub fn sort_by<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let order = sorted(list.len(), &|a, b| compare(&list[a], &list[b]));
    settle(order, &mut |a, b| list.swap(a, b));
}

/// Stable, as `[T]::sort_by_key` is.
pub fn sort_by_key<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(list, |a, b| key(a).cmp(&key(b)));
}

/// A set or map of these, as `collect` makes it: of two with the same key a set keeps the first, a map the last.
pub fn gather<T, C: Default + Extend<T>>(items: impl IntoIterator<Item = T>) -> C {
    let mut all = C::default();
    all.extend(items);
    all
}

/// The positions of a list in the order that its items belong in.
fn sorted(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|&a, &b| compare(a, b));
    order
}

/// Swaps until at each position stands what stood at `order[position]`, one cycle of the permutation after another.
fn settle(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for first in 0..order.len() {
        let mut here = first;
        loop {
            let from = mem::replace(&mut order[here], here);
            if from == first {
                break;
            }
            swap(here, from);
            here = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{gather, sort_by, sort_by_key};
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(list in prop::collection::vec((0u8..9, any::<u16>()), 0..60)) {
            let (mut own, mut own_by, mut theirs) = (list.clone(), list.clone(), list.clone());
            theirs.sort_by_key(|item| item.0);
            sort_by_key(&mut own, |item| item.0);
            prop_assert_eq!(&own, &theirs);
            theirs.sort_by_key(|item| std::cmp::Reverse(item.1));
            sort_by(&mut own_by, |a, b| a.0.cmp(&b.0));
            sort_by(&mut own_by, |a, b| b.1.cmp(&a.1));
            prop_assert_eq!(&own_by, &theirs);
            let (set, map): (BTreeSet<u8>, BTreeMap<u8, u16>) =
                (gather(list.iter().map(|item| item.0)), gather(list.iter().copied()));
            prop_assert_eq!(set, list.iter().map(|item| item.0).collect::<BTreeSet<u8>>());
            prop_assert_eq!(map, list.into_iter().collect::<BTreeMap<u8, u16>>());
        }
    }
}
