//! Where the newest form of each document lies: made of the segments' keys, held in memory, mended whenever the segments in
//! the store are others than those that it knows. Pure; the store is the truth.

use baton_engine::order;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Segments with fewer documents than this are small.
const SMALL: usize = 500;
/// So many small segments are merged.
const MANY: usize = 16;
/// Documents of one merge at most, and bytes of their texts. A big segment is not small, however few its documents.
const MERGE_DOCS: usize = 4_000;
const MERGE_BYTES: usize = 8_000_000;

/// See the module.
#[derive(Debug, Default)]
pub struct Index {
    places: HashMap<String, Place>,
    segments: BTreeMap<u64, Weight>,
    /// Segments that the stream of portions has given.
    given: BTreeSet<u64>,
    /// Segments went, and some documents may have no place.
    unsettled: bool,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    segment: u64,
    /// The stream of portions has given it.
    given: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    docs: usize,
    /// Documents of which this is the newest form.
    live: usize,
    bytes: usize,
}

impl Index {
    /// Forgets segments that are gone; gives those of `present` that it does not know yet. They are to be taken in before
    /// the index is asked anything.
    pub fn unknown(&mut self, present: &[u64]) -> Vec<u64> {
        let there: BTreeSet<u64> = order::gather(present.iter().copied());
        self.unsettled |= self.segments.keys().any(|number| !there.contains(number));
        self.segments.retain(|number, _| there.contains(number));
        self.given.retain(|number| there.contains(number));
        there.into_iter().filter(|number| !self.segments.contains_key(number)).collect()
    }

    /// Takes a segment in; a higher number is newer.
    pub fn take(&mut self, number: u64, keys: impl Iterator<Item = String>, bytes: usize) {
        if self.segments.contains_key(&number) {
            return;
        }
        let mut weight = Weight { bytes, ..Weight::default() };
        for key in keys {
            weight.docs += 1;
            let place = self.places.entry(key).or_insert(Place { segment: 0, given: false });
            if place.segment < number {
                if let Some(old) = self.segments.get_mut(&place.segment) {
                    old.live -= 1;
                }
                place.segment = number;
                weight.live += 1;
            }
        }
        self.segments.insert(number, weight);
    }

    /// After segments went and others were taken in: drops documents whose only form went.
    pub fn settle(&mut self) {
        if !std::mem::take(&mut self.unsettled) {
            return;
        }
        self.places.retain(|_, place| self.segments.contains_key(&place.segment));
    }

    /// Segments went; others hold what they held.
    pub fn remove(&mut self, numbers: &[u64]) {
        let left: Vec<u64> = self.segments.keys().copied().filter(|number| !numbers.contains(number)).collect();
        let _ = self.unknown(&left);
        self.settle();
    }

    /// The segment with the newest form of the document.
    pub fn segment_of(&self, key: &str) -> Option<u64> {
        self.places.get(key).map(|place| place.segment)
    }

    pub fn is_live(&self, number: u64, key: &str) -> bool {
        self.segment_of(key) == Some(number)
    }

    // ── The stream of portions ───────────────────────────────────────────

    /// Begins the stream anew.
    pub fn rewind(&mut self) {
        self.given.clear();
        for place in self.places.values_mut() {
            place.given = false;
        }
    }

    /// The newest segments that were not given yet: as many as have about `docs` live documents, one at least.
    pub fn next_to_give(&self, docs: usize) -> Vec<u64> {
        let (mut next, mut sum) = (Vec::new(), 0);
        for (number, weight) in self.segments.iter().rev().filter(|(number, _)| !self.given.contains(number)) {
            if sum >= docs {
                break;
            }
            sum += weight.live;
            next.push(*number);
        }
        next
    }

    /// Whether the stream is to give this document from this segment; it counts as given then. A document that was given and
    /// moved since is not given again.
    pub fn give(&mut self, number: u64, key: &str) -> bool {
        match self.places.get_mut(key) {
            Some(place) if place.segment == number && !place.given => {
                place.given = true;
                true
            }
            _ => false,
        }
    }

    /// A segment that went meanwhile has nothing to give any more.
    pub fn gave(&mut self, number: u64) {
        if self.segments.contains_key(&number) {
            self.given.insert(number);
        }
    }

    /// Whether there is a segment that the stream has not given.
    pub fn has_more(&self) -> bool {
        self.segments.len() > self.given.len()
    }

    // ── Merging ──────────────────────────────────────────────────────────

    /// Segments to make one of, oldest first: when many are small, or more than half of some is dead. None: all is well.
    pub fn to_merge(&self) -> Option<Vec<u64>> {
        let dead = |w: &Weight| w.live * 2 < w.docs || w.live == 0;
        let small = |w: &Weight| w.live < SMALL && w.bytes < MERGE_BYTES / 4;
        let picked: Vec<(u64, Weight)> =
            self.segments.iter().filter(|(_, w)| small(w) || dead(w)).map(|(n, w)| (*n, *w)).collect();
        let wasted: usize = picked.iter().map(|(_, w)| w.docs - w.live).sum();
        if picked.len() < MANY && wasted < SMALL {
            return None;
        }
        let (mut docs, mut bytes) = (0, 0);
        let some = picked.into_iter().take_while(|(_, w)| {
            let first = docs == 0 && bytes == 0;
            docs += w.live;
            bytes += w.bytes;
            first || docs <= MERGE_DOCS && bytes <= MERGE_BYTES
        });
        let some: Vec<u64> = some.map(|(number, _)| number).collect();
        // One alone is worth it only if it gets smaller.
        let alone = |w: &Weight| some.len() == 1 && !dead(w);
        if some.first().and_then(|n| self.segments.get(n)).is_some_and(alone) { None } else { Some(some) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn keys(range: std::ops::Range<usize>) -> impl Iterator<Item = String> {
        range.map(|i| i.to_string())
    }

    /// Gives everything once and says what, in order.
    fn stream(index: &mut Index, segments: &[(u64, std::ops::Range<usize>)]) -> Vec<(u64, String)> {
        let mut all = Vec::new();
        while index.has_more() {
            for number in index.next_to_give(1) {
                let range = segments.iter().find(|(n, _)| *n == number).unwrap().1.clone();
                all.extend(keys(range).filter(|key| index.give(number, key)).map(|key| (number, key)));
                index.gave(number);
            }
        }
        all
    }

    #[test]
    fn the_newest_form_counts_in_whatever_order_segments_are_taken_in() {
        for order in [[1, 2, 3], [3, 2, 1], [2, 3, 1]] {
            let mut index = Index::default();
            for number in order {
                index.take(number, keys(0..number as usize), 1);
            }
            assert_eq!(index.segment_of("0"), Some(3));
            assert_eq!(index.segments[&3].live, 3);
            assert_eq!((index.segments[&1].live, index.segments[&2].live), (0, 0));
            assert!(!index.is_live(2, "1") && index.segment_of("3").is_none());
        }
    }

    #[test]
    fn the_stream_gives_each_document_once_also_over_a_merge() {
        let segments = [(1, 0..4), (2, 2..6), (3, 0..1)];
        let mut index = Index::default();
        for (number, range) in &segments {
            index.take(*number, keys(range.clone()), 1);
        }
        let all = stream(&mut index, &segments);
        let expected: Vec<(u64, &str)> = vec![(3, "0"), (2, "2"), (2, "3"), (2, "4"), (2, "5"), (1, "1")];
        assert_eq!(all.iter().map(|(n, key)| (*n, key.as_str())).collect::<Vec<_>>(), expected);
        // Begun anew, and merged by another tab after the first portion.
        index.rewind();
        assert_eq!(index.next_to_give(1), [3]);
        assert!(index.give(3, "0"));
        index.gave(3);
        assert_eq!(index.unknown(&[4]), [4]);
        index.take(4, keys(0..6), 1);
        index.settle();
        assert_eq!(stream(&mut index, &[(4, 0..6)]).len(), 5);
    }

    #[test]
    fn documents_whose_segment_went_are_gone() {
        let mut index = Index::default();
        index.take(1, keys(0..2), 1);
        index.take(2, keys(1..3), 1);
        assert_eq!(index.unknown(&[2]), Vec::<u64>::new());
        index.settle();
        assert_eq!((index.segment_of("0"), index.segment_of("1")), (None, Some(2)));
    }

    #[test]
    fn many_small_segments_are_merged_and_one_good_one_is_not() {
        let mut index = Index::default();
        for number in 1..MANY as u64 {
            index.take(number, keys(number as usize..number as usize + 1), 10);
        }
        assert_eq!(index.to_merge(), None);
        index.take(99, keys(5_000..5_001), 10);
        assert_eq!(index.to_merge().unwrap().len(), MANY);
        let mut index = Index::default();
        index.take(1, keys(0..SMALL), 10);
        assert_eq!(index.to_merge(), None);
        // Its documents were all written again: nothing of it is live.
        index.take(2, keys(0..SMALL), 10);
        assert_eq!(index.to_merge(), Some(vec![1]));
    }

    #[test]
    fn a_merge_is_bounded_by_bytes() {
        let mut index = Index::default();
        for number in 1..40 {
            index.take(number, keys(number as usize..number as usize + 1), MERGE_BYTES / 5);
        }
        assert_eq!(index.to_merge().unwrap().len(), 5);
        let mut index = Index::default();
        for number in 1..40 {
            index.take(number, keys(number as usize..number as usize + 1), MERGE_BYTES * 2);
        }
        // Nothing would be won.
        assert_eq!(index.to_merge(), None);
    }
}
