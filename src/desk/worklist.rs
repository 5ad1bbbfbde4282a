//! The one list of work: presence on top, tabs and filter, and the rows in order of urgency.

mod filter;
mod head;
mod row;

use std::sync::Arc;

use baton_engine::clock::ClockState;
use baton_engine::model::Collection;
use baton_engine::worklist::{Row, Stake};
use leptos::prelude::*;

use crate::app::state::Desk;
use crate::app::ui_state::Ui;
use crate::i18n::words;
use crate::i18n::worklist::WorklistTexts;
use crate::i18n::{fill, lang};
use crate::ui::clock::state_key;
use crate::ui::each::Each;
use crate::ui::icon::Icon;
use crate::ui::virtual_list::{Plan, VirtualList};

pub use filter::{Filter, Tab};

/// What the list shows now, shared with the shortcuts that move in it.
#[derive(Clone, Copy)]
pub struct Shown {
    pub rows: Signal<Arc<Vec<Arc<Row>>>>,
    list: VirtualList,
}

impl Shown {
    /// Selects the row `by` places below (or above) the selected one.
    pub fn step(&self, ui: Ui, by: isize) {
        let rows = self.rows.get_untracked();
        if rows.is_empty() {
            return;
        }
        let now = selected_at(ui.selected.get_untracked(), &rows);
        let last = rows.len() as isize - 1;
        let next = now.map_or(0, |at| (at as isize + by).clamp(0, last)) as usize;
        ui.select(rows[next].collection, &rows[next].id);
        self.list.reveal(next);
    }
    pub fn to_end(&self, ui: Ui, last: bool) {
        self.step(ui, if last { isize::MAX / 4 } else { isize::MIN / 4 });
    }
}

/// A group of rows in the same state, and where it begins.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    state: Option<ClockState>,
    start: usize,
    len: usize,
}

fn groups(rows: &[Arc<Row>]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let state = row.clock.as_ref().map(|c| c.state).filter(|s| *s != ClockState::Stopped);
        match groups.last_mut() {
            Some(group) if group.state == state => group.len += 1,
            _ => groups.push(Group { state, start: i, len: 1 }),
        }
    }
    groups
}

/// The rows in the list's order. The order waits while the pointer is over the list; `stale` says that it does.
#[derive(Clone, Copy)]
struct Order {
    rows: RwSignal<Arc<Vec<Arc<Row>>>>,
    hovered: RwSignal<bool>,
    stale: RwSignal<bool>,
    /// Counts wishes to sort now, whatever the pointer does.
    wishes: RwSignal<u32>,
}

impl Order {
    fn new() -> Order {
        Order {
            rows: RwSignal::new(Arc::default()),
            hovered: RwSignal::new(false),
            stale: RwSignal::new(false),
            wishes: RwSignal::new(0),
        }
    }

    /// Follows the desk's rows and the filter. The rows' own clocks and texts do not wait: slots read them.
    fn follow(self, desk: Desk, ui: Ui, filter: Filter, list: VirtualList) {
        let heard = StoredValue::new(0u32);
        Effect::new(move || {
            let (held, wishes, conditions) = (self.hovered.get(), self.wishes.get(), filter.conditions());
            let same = heard.get_value() == wishes && filter.same(&conditions);
            if held && same && self.rows.with_untracked(|r| !r.is_empty()) {
                let moved = self.rows.with_untracked(|old| desk.with_rows(|rows| conditions.differ(rows, old)));
                return self.stale.set(moved);
            }
            heard.set_value(wishes);
            filter.applied(conditions.clone());
            self.stale.set(false);
            let fresh = desk.with_rows(|rows| conditions.apply(rows));
            // The selected row stays where it is on the screen when others change places.
            let place = || self.rows.with_untracked(|rows| selected_at(ui.selected.get_untracked(), rows));
            let first = self.rows.with_untracked(|r| r.is_empty());
            let seen = place().and_then(|i| list.offset(i));
            self.rows.set(Arc::new(fresh));
            match (place(), seen) {
                (Some(i), Some(offset)) => list.hold(i, offset),
                // The list is new: what was selected elsewhere, or by the address, is brought into sight.
                (Some(i), None) if first => request_animation_frame(move || list.reveal(i)),
                _ => {}
            }
        });
    }
}

fn selected_at(selected: Option<(Collection, String)>, rows: &[Arc<Row>]) -> Option<usize> {
    let (collection, id) = selected?;
    rows.iter().position(|r| r.collection == collection && r.id == id)
}

#[component]
pub fn WorklistView() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let filter = Filter::restore(desk);
    let order = Order::new();
    let rows: Signal<Arc<Vec<Arc<Row>>>> = order.rows.into();
    let parts = Memo::new(move |_| rows.with(|r| groups(r)));
    let plan = Memo::new(move |_| Plan {
        len: rows.with(|r| r.len()),
        heads: parts.with(|p| p.iter().map(|g| g.start).collect()),
    });
    let list = VirtualList::new(plan.into());
    order.follow(desk, ui, filter, list);
    let shown = Shown { rows, list };
    provide_context(shown);
    if let Some(shared) = use_context::<RwSignal<Option<Shown>>>() {
        shared.set(Some(shown));
        on_cleanup(move || {
            let _ = shared.try_set(None);
        });
    }
    let t = move || WorklistTexts::get(lang());
    let active = Memo::new(move |_| rows.with(|r| selected_at(ui.selected.get(), r)));
    let top = Memo::new(move |_| list.at_top());
    // What is selected from elsewhere (going back, the palette) is brought into sight.
    Effect::new(move || {
        ui.selected.track();
        if let Some(i) = active.get_untracked().filter(|i| list.offset(*i).is_none()) {
            list.reveal(i);
        }
    });
    let on_key = move |ev: leptos::ev::KeyboardEvent| {
        if ev.ctrl_key() || ev.meta_key() || ev.alt_key() {
            return;
        }
        match ev.key().as_str() {
            "ArrowDown" => shown.step(ui, 1),
            "ArrowUp" => shown.step(ui, -1),
            "PageDown" => shown.step(ui, 10),
            "PageUp" => shown.step(ui, -10),
            "Home" => shown.to_end(ui, false),
            "End" => shown.to_end(ui, true),
            _ => return,
        }
        ev.prevent_default();
    };
    let hovered = order.hovered;
    view! {
        <section class="col worklist" aria-label=move || t().label>
            <head::PresenceHead/>
            <filter::Tabs filter/>
            <div class="list" on:pointerenter=move |_| hovered.set(true) on:pointerleave=move |_| hovered.set(false)>
                <div class="scroll" tabindex="0" role="listbox" aria-label=move || t().label data-test="worklist"
                    hidden=move || plan.with(|p| p.len == 0)
                    data-count=move || plan.with(|p| p.len).to_string()
                    aria-activedescendant=move || active.get().filter(|i| list.is_drawn(*i)).map(|i| format!("work-{i}"))
                    node_ref=list.frame
                    on:scroll=move |_| list.scrolled()
                    on:keydown=on_key>
                    <div class="rows-top" aria-hidden="true"
                        style:transform=move || top.get().map(|(_, push)| format!("translateY({push}px)"))>
                        {move || {
                            let group = parts.with(|p| p.get(top.get()?.0).cloned())?;
                            Some(view! { <GroupHead group/> })
                        }}
                    </div>
                    <div class="rows" style:height=move || format!("{}px", list.drawn_height())>
                        <Each each=move || 0..parts.with(Vec::len) key=|n| *n let:n>
                            <div class="rows-at" aria-hidden="true" style:transform=move || format!("translateY({}px)", list.head_top(n))>
                                {move || parts.with(|p| p.get(n).cloned()).map(|group| view! { <GroupHead group/> })}
                            </div>
                        </Each>
                        {move || {
                            let slots = list.slots();
                            (0..slots).map(|slot| view! { <row::RowSlot rows list nth=slot of=slots/> }).collect_view()
                        }}
                    </div>
                </div>
                <Show when=move || order.stale.get()>
                    <button type="button" class="btn list-stale" data-test="worklist-sort" on:click=move |_| order.wishes.update(|n| *n += 1)>
                        <Icon name="refresh" small=true/>{move || t().stale}
                    </button>
                </Show>
                <Empty rows filter/>
            </div>
        </section>
    }
}

/// A group's name and how many rows it has.
#[component]
fn GroupHead(group: Group) -> impl IntoView {
    let t = move || WorklistTexts::get(lang());
    let name = move || group.state.map_or(t().without_clock, |s| words::state(s, lang()));
    view! { <div class="rows-h" data-s=group.state.map(state_key)>{name}" "<span class="num">{group.len}</span></div> }
}

#[component]
fn Empty(rows: Signal<Arc<Vec<Arc<Row>>>>, filter: Filter) -> impl IntoView {
    let desk = Desk::get();
    let t = move || WorklistTexts::get(lang());
    move || {
        if rows.with(|r| !r.is_empty()) {
            return ().into_any();
        }
        let searched = filter.search.get();
        let (done, all) = desk.first_sync.get();
        if searched.trim().is_empty() && done < all && desk.connection.get() == crate::app::state::Connection::Online {
            return view! { <div class="empty"><b>{t().loading}</b></div> }.into_any();
        }
        let (icon, title, more) = if searched.trim().is_empty() {
            ("inbox", t().empty.to_owned(), t().empty_more)
        } else {
            ("search", fill(t().none_found, &[&searched]), t().none_found_more)
        };
        let clear = filter.is_narrow().then(|| view! {
            <button type="button" class="btn" data-test="filter-clear" on:click=move |_| filter.clear()>{move || t().clear}</button>
        });
        view! { <div class="empty" data-test="worklist-empty"><Icon name=icon/><b>{title}</b><span>{more}</span>{clear}</div> }.into_any()
    }
}

/// Whether a row belongs under a tab.
fn under(tab: Tab, stake: Stake) -> bool {
    match tab {
        Tab::All => true,
        Tab::Mine => stake == Stake::Mine,
        Tab::Waiting => stake == Stake::Waiting,
        Tab::Open => stake == Stake::Open,
        Tab::ToClose => stake == Stake::ToClose,
    }
}
