//! A list of any length in a fixed number of row slots. A slot is a view that lives as long as the list; scrolling
//! only gives it another item and another place, so nothing is built or torn down while the wheel turns.
//!
//! Only mechanics live here: where each item lies, which items are in sight, which slot shows which. Rows of two
//! heights are known: items, and heads of groups. What a row looks like is the caller's.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Height of an item and of a group's head, CSS pixels (`--h-row`, `.rows-h`).
pub const ROW: f64 = 48.0;
pub const HEAD: f64 = 26.0;

/// Chromium draws no element taller than 33,554,428 px; longer lists scroll in proportion instead.
const MOST_PIXELS: f64 = 30_000_000.0;

/// More rows than this no screen shows; without a layout the frame would claim to be as tall as the list.
const MOST_SLOTS: usize = 90;

/// Slots beyond the ones in sight, so that a quick flick shows no gap.
const SPARE: usize = 8;

/// Where items lie: `heads` are the positions (in items) before which a head stands, ascending.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    pub len: usize,
    pub heads: Vec<usize>,
}

impl Plan {
    /// Height of everything.
    pub fn height(&self) -> f64 {
        self.len as f64 * ROW + self.heads.len() as f64 * HEAD
    }
    /// Top of item `i`.
    pub fn top(&self, i: usize) -> f64 {
        i as f64 * ROW + self.heads_to(i) as f64 * HEAD
    }
    /// Top of the head that stands before item `heads[n]`.
    pub fn head_top(&self, n: usize) -> f64 {
        self.heads.get(n).map_or(0.0, |&i| i as f64 * ROW + n as f64 * HEAD)
    }
    /// The item at height `y`, or the one after the head there.
    pub fn at(&self, y: f64) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = (low + high) / 2;
            if self.top(middle) + ROW <= y { low = middle + 1 } else { high = middle }
        }
        low.min(self.len.saturating_sub(1))
    }
    /// How many heads begin at or above height `y`.
    fn heads_above(&self, y: f64) -> usize {
        let (mut low, mut high) = (0, self.heads.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.head_top(middle) <= y { low = middle + 1 } else { high = middle }
        }
        low
    }
    fn heads_to(&self, i: usize) -> usize {
        self.heads.partition_point(|&h| h <= i)
    }
}

/// What a slot shows: the item's position and its top on the page.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Placed {
    pub index: usize,
    pub top: f64,
}

/// Moves and reads of the list from outside: the shortcuts, the selection.
#[derive(Clone, Copy)]
pub struct VirtualList {
    pub frame: NodeRef<Div>,
    plan: Signal<Plan>,
    scroll: RwSignal<f64>,
    height: RwSignal<f64>,
}

impl VirtualList {
    pub fn new(plan: Signal<Plan>) -> VirtualList {
        let frame = NodeRef::new();
        let list = VirtualList { frame, plan, scroll: RwSignal::new(0.0), height: RwSignal::new(800.0) };
        list.watch_size();
        list
    }

    /// Height of the scrolled element.
    pub fn drawn_height(&self) -> f64 {
        self.plan.with(Plan::height).min(MOST_PIXELS)
    }

    /// To be called on every scroll event of `frame`.
    pub fn scrolled(&self) {
        if let Some(frame) = self.frame.get_untracked() {
            self.scroll.set(f64::from(frame.scroll_top()));
        }
    }

    /// Number of slots that fill the frame.
    pub fn slots(&self) -> usize {
        ((self.height.get() / ROW).ceil() as usize + SPARE).min(MOST_SLOTS)
    }

    /// What slot `slot` of `slots` shows now. Tracks scrolling.
    pub fn placed(&self, slot: usize, slots: usize) -> Option<Placed> {
        let (_, shift) = self.window();
        let first = self.first();
        self.plan.with(|plan| {
            if plan.len == 0 {
                return None;
            }
            // Items go round the slots, so that scrolling by one row changes one slot.
            let index = first + (slot + slots - first % slots) % slots;
            (index < plan.len).then(|| Placed { index, top: plan.top(index) - shift })
        })
    }

    /// Tops of the heads on the drawn page.
    pub fn head_top(&self, n: usize) -> f64 {
        let (_, shift) = self.window();
        self.plan.with(|plan| plan.head_top(n) - shift)
    }

    /// The group at the upper edge (a position in `heads`), and by how much the next head pushes its own head up.
    pub fn at_top(&self) -> Option<(usize, f64)> {
        let (virtual_top, _) = self.window();
        self.plan.with(|plan| {
            let next = plan.heads_above(virtual_top);
            let push = plan.heads.get(next).map_or(0.0, |_| (plan.head_top(next) - virtual_top - HEAD).min(0.0));
            Some((next.checked_sub(1)?, push))
        })
    }

    /// Whether a slot holds item `index` now.
    pub fn is_drawn(&self, index: usize) -> bool {
        let (first, slots) = (self.first(), self.slots());
        (first..first + slots).contains(&index)
    }

    /// How far below the upper edge item `index` lies, if it can be seen. Does not track.
    pub fn offset(&self, index: usize) -> Option<f64> {
        untrack(|| {
            let (virtual_top, _) = self.window();
            let offset = self.plan.with(|p| p.top(index)) - virtual_top;
            (offset > -ROW && offset < self.height.get()).then_some(offset)
        })
    }

    /// Scrolls so that item `index` lies `offset` below the upper edge: what moved in the list does not move it.
    pub fn hold(&self, index: usize, offset: f64) {
        let Some(frame) = self.frame.get_untracked() else { return };
        let (top, ratio) = (self.plan.with_untracked(|p| p.top(index)), self.ratio());
        let target = ((top - offset).max(0.0) * ratio).round() as i32;
        if frame.scroll_top() != target {
            frame.set_scroll_top(target);
        }
    }

    /// Drawn pixels of scrolling per pixel of the list. Does not track.
    fn ratio(&self) -> f64 {
        let (height, shown) = (self.plan.with_untracked(Plan::height), self.height.get_untracked());
        if height > MOST_PIXELS { (MOST_PIXELS - shown) / (height - shown) } else { 1.0 }
    }

    fn first(&self) -> usize {
        let (virtual_top, _) = self.window();
        self.plan.with(|plan| plan.at(virtual_top).saturating_sub(SPARE / 2))
    }

    /// Brings item `index` into sight with as little movement as possible.
    pub fn reveal(&self, index: usize) {
        // The list may be gone when a later frame asks.
        let Some(frame) = self.frame.try_get_untracked().flatten() else { return };
        let (top, ratio) = (self.plan.with_untracked(|p| p.top(index)), self.ratio());
        let (scroll, shown) = (self.scroll.get_untracked(), f64::from(frame.client_height()));
        let virtual_scroll = scroll / ratio;
        let target = if top < virtual_scroll + HEAD {
            top - HEAD
        } else if top + ROW > virtual_scroll + shown {
            top + ROW - shown
        } else {
            return;
        };
        frame.set_scroll_top((target.max(0.0) * ratio) as i32);
    }

    /// (top of the window in list coordinates, what to take off to get page coordinates)
    fn window(&self) -> (f64, f64) {
        let (scroll, shown, height) = (self.scroll.get(), self.height.get(), self.plan.with(Plan::height));
        if height <= MOST_PIXELS {
            return (scroll, 0.0);
        }
        let virtual_top = scroll * (height - shown) / (MOST_PIXELS - shown).max(1.0);
        (virtual_top, virtual_top - scroll)
    }

    fn watch_size(self) {
        let observer = StoredValue::new_local(None::<(web_sys::ResizeObserver, Closure<dyn FnMut()>)>);
        Effect::new(move || {
            let Some(frame) = self.frame.get() else { return };
            let measured = frame.clone();
            let measure = Closure::<dyn FnMut()>::new(move || {
                let _ = self.height.try_set(f64::from(measured.client_height()).max(ROW));
            });
            if let Ok(made) = web_sys::ResizeObserver::new(measure.as_ref().unchecked_ref()) {
                made.observe(&frame);
                observer.set_value(Some((made, measure)));
            }
        });
        on_cleanup(move || {
            observer.update_value(|o| {
                if let Some((made, _)) = o.take() {
                    made.disconnect();
                }
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_and_heads_follow_each_other() {
        let plan = Plan { len: 5, heads: vec![0, 2] };
        assert_eq!(plan.height(), 5.0 * ROW + 2.0 * HEAD);
        assert_eq!(plan.head_top(0), 0.0);
        assert_eq!(plan.top(0), HEAD);
        assert_eq!(plan.top(1), HEAD + ROW);
        assert_eq!(plan.head_top(1), HEAD + 2.0 * ROW);
        assert_eq!(plan.top(2), 2.0 * HEAD + 2.0 * ROW);
        for i in 0..5 {
            assert_eq!(plan.at(plan.top(i)), i);
            assert_eq!(plan.at(plan.top(i) + ROW - 1.0), i);
        }
        assert_eq!(plan.at(1e9), 4);
    }

    #[test]
    fn the_head_of_the_group_at_the_upper_edge_is_known() {
        let plan = Plan { len: 5, heads: vec![0, 2] };
        assert_eq!(plan.heads_above(0.0), 1);
        assert_eq!(plan.heads_above(plan.head_top(1) - 1.0), 1);
        assert_eq!(plan.heads_above(plan.head_top(1)), 2);
        assert_eq!(Plan::default().heads_above(10.0), 0);
    }
}
