//! The one list of work: presence on top, tabs and filter, and the rows in order of urgency.

mod filter;
mod head;
mod row;

use std::sync::Arc;

use baton_engine::clock::ClockState;
use baton_engine::worklist::{Row, Stake};
use leptos::prelude::*;

use crate::app::state::Desk;
use crate::app::ui_state::Ui;
use crate::i18n::words;
use crate::i18n::worklist::WorklistTexts;
use crate::i18n::{fill, lang};
use crate::ui::clock::state_key;
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
        let now = ui.selected.get_untracked().and_then(|(c, id)| rows.iter().position(|r| r.collection == c && r.id == id));
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

#[component]
pub fn WorklistView() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let filter = Filter::restore(desk);
    let hovered = RwSignal::new(false);
    // Re-sorting waits while the pointer is over the list; the rows' own clocks and texts go on.
    let order = RwSignal::new(Arc::new(Vec::<Arc<Row>>::new()));
    Effect::new(move || {
        let (held, conditions) = (hovered.get(), filter.conditions());
        let fresh = desk.with_rows(|rows| conditions.apply(rows));
        let keep = held && order.with_untracked(|old| !old.is_empty() && filter.same(&conditions));
        if !keep {
            filter.applied(conditions);
            order.set(Arc::new(fresh));
        }
    });
    let rows: Signal<Arc<Vec<Arc<Row>>>> = order.into();
    let parts = Memo::new(move |_| rows.with(|r| groups(r)));
    let plan = Memo::new(move |_| Plan {
        len: rows.with(|r| r.len()),
        heads: parts.with(|p| p.iter().map(|g| g.start).collect()),
    });
    let list = VirtualList::new(plan.into());
    provide_context(Shown { rows, list });
    if let Some(shared) = use_context::<RwSignal<Option<Shown>>>() {
        shared.set(Some(Shown { rows, list }));
    }
    let t = move || WorklistTexts::get(lang());
    let active = Memo::new(move |_| {
        let selected = ui.selected.get()?;
        rows.with(|r| r.iter().position(|row| row.collection == selected.0 && row.id == selected.1))
    });
    let on_key = move |ev: leptos::ev::KeyboardEvent| {
        let shown = Shown { rows, list };
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
    view! {
        <section class="col worklist" aria-label=move || t().label>
            <head::PresenceHead/>
            <filter::Tabs filter/>
            <div class="scroll" tabindex="0" role="listbox" aria-label=move || t().label data-test="worklist"
                data-count=move || plan.with(|p| p.len).to_string()
                aria-activedescendant=move || active.get().map(|i| format!("work-{i}"))
                node_ref=list.frame
                on:scroll=move |_| list.scrolled()
                on:keydown=on_key
                on:pointerenter=move |_| hovered.set(true)
                on:pointerleave=move |_| hovered.set(false)>
                <div class="rows" style:height=move || format!("{}px", list.drawn_height())>
                    <For each=move || 0..parts.with(Vec::len) key=|n| *n let:n>
                        <div class="rows-h" aria-hidden="true"
                            data-s=move || parts.with(|p| p.get(n).and_then(|g| g.state).map(state_key))
                            style:transform=move || format!("translateY({}px)", list.head_top(n))>
                            {move || parts.with(|p| p.get(n).map(|g| (g.state, g.len))).map(|(state, len)| {
                                let word = state.map_or(t().without_clock, |s| words::state(s, lang()));
                                view! { {word}" "<span class="num">{len}</span> }
                            })}
                        </div>
                    </For>
                    {move || {
                        let slots = list.slots();
                        (0..slots).map(|slot| view! { <row::RowSlot rows list nth=slot of=slots/> }).collect_view()
                    }}
                </div>
                <Empty rows filter/>
            </div>
        </section>
    }
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
        view! { <div class="empty" data-test="worklist-empty"><Icon name=icon/><b>{title}</b><span>{more}</span></div> }.into_any()
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
