//! Tabs and the saved filter: which rows the list shows. Kept per person on this device.

use std::sync::Arc;

use baton_engine::model::Channel;
use baton_engine::worklist::{Row, Stake};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::browser::{set_setting, setting};
use crate::app::state::Desk;
use crate::i18n::worklist::WorklistTexts;
use crate::i18n::{lang, words};
use crate::ui::icon::Icon;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Tab {
    #[default]
    All,
    Mine,
    Waiting,
    ToClose,
    Open,
}

/// What rows must fulfil.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Conditions {
    tab: Tab,
    /// Rank of the class; 0: any.
    rank: u32,
    channel: Option<Channel>,
    done: bool,
    #[serde(skip)]
    words: Vec<String>,
}

impl Conditions {
    pub fn apply(&self, rows: &[Arc<Row>]) -> Vec<Arc<Row>> {
        rows.iter().filter(|r| self.want(r) && super::under(self.tab, r.stake)).cloned().collect()
    }
    /// Whether the list would show other rows, or in another order, than `old`.
    pub fn differ(&self, rows: &[Arc<Row>], old: &[Arc<Row>]) -> bool {
        let wanted = rows.iter().filter(|r| self.want(r) && super::under(self.tab, r.stake));
        !wanted.map(|r| (r.collection, &r.id)).eq(old.iter().map(|r| (r.collection, &r.id)))
    }
    /// Whether more than the tab leaves rows out.
    fn is_narrow(&self) -> bool {
        self.rank != 0 || self.channel.is_some() || self.done || !self.words.is_empty()
    }
    /// Everything but the tab.
    fn want(&self, row: &Row) -> bool {
        let searched = !self.words.is_empty();
        (self.done || searched || row.stake != Stake::Done)
            && (self.rank == 0 || row.rank == self.rank)
            && self.channel.is_none_or(|c| c == row.channel)
            && row.matches(&self.words)
    }
}

#[derive(Clone, Copy)]
pub struct Filter {
    kept: RwSignal<Conditions>,
    pub search: RwSignal<String>,
    open: RwSignal<bool>,
    last: StoredValue<Option<Conditions>>,
}

impl Filter {
    pub fn restore(desk: Desk) -> Filter {
        let key = format!(
            "baton-filter/{}",
            desk.session.with_untracked(|s| s.as_ref().map(|s| s.id.clone()).unwrap_or_default())
        );
        let kept: Conditions = setting(&key).and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
        let kept = RwSignal::new(kept);
        Effect::new(move || {
            if let Ok(text) = serde_json::to_string(&kept.get()) {
                set_setting(&key, Some(&text));
            }
        });
        Filter { kept, search: RwSignal::new(String::new()), open: RwSignal::new(false), last: StoredValue::new(None) }
    }

    /// What is wanted now; the caller follows.
    pub fn conditions(&self) -> Conditions {
        let words = self.search.get().to_lowercase().split_whitespace().map(str::to_owned).collect();
        Conditions { words, ..self.kept.get() }
    }

    /// Whether the filter, beside the tab, leaves rows out; the caller follows.
    pub fn is_narrow(&self) -> bool {
        self.conditions().is_narrow()
    }

    /// Every row of the tab again.
    pub fn clear(&self) {
        self.search.set(String::new());
        self.kept.update(|k| *k = Conditions { tab: k.tab, ..Conditions::default() });
    }

    /// Whether these are the conditions that the list shows already.
    pub fn same(&self, conditions: &Conditions) -> bool {
        self.last.with_value(|l| l.as_ref() == Some(conditions))
    }

    pub fn applied(&self, conditions: Conditions) {
        self.last.set_value(Some(conditions));
    }
}

const TABS: [Tab; 5] = [Tab::All, Tab::Mine, Tab::Waiting, Tab::ToClose, Tab::Open];

#[component]
pub fn Tabs(filter: Filter) -> impl IntoView {
    let desk = Desk::get();
    let t = move || WorklistTexts::get(lang());
    // How many rows each tab would show.
    let counts = Memo::new(move |_| {
        let wanted = filter.conditions();
        desk.with_rows(|rows| {
            let mut counts = [0usize; 5];
            for row in rows.iter().filter(|r| wanted.want(r)) {
                for (n, tab) in TABS.into_iter().enumerate() {
                    counts[n] += usize::from(super::under(tab, row.stake));
                }
            }
            counts
        })
    });
    let name = move |tab: Tab| match tab {
        Tab::All => t().all,
        Tab::Mine => t().mine,
        Tab::Waiting => t().waiting,
        Tab::Open => t().open,
        Tab::ToClose => t().to_close,
    };
    let tab_view = move |n: usize, tab: Tab| {
        view! {
            <button type="button" class="tab" data-test="tab" data-tab=format!("{tab:?}")
                aria-pressed=move || (filter.kept.with(|k| k.tab) == tab).to_string()
                title=move || format!("{} {}", name(tab), counts.get()[n])
                on:click=move |_| filter.kept.update(|k| k.tab = tab)>
                {move || name(tab)}<span class="num">{move || short_count(counts.get()[n])}</span>
            </button>
        }
    };
    view! {
        <div class="tabs">
            <div class="tab-row" role="group" aria-label=move || t().label>
                {TABS.into_iter().enumerate().map(|(n, tab)| tab_view(n, tab)).collect_view()}
            </div>
            <button type="button" class="ib filter-open" data-test="filter-open" data-narrow=move || filter.is_narrow().then_some("")
                aria-label=move || if filter.is_narrow() { t().filter_on } else { t().filter }
                title=move || if filter.is_narrow() { t().filter_on } else { t().filter }
                aria-expanded=move || filter.open.get().to_string() on:click=move |_| filter.open.update(|o| *o = !*o)>
                <Icon name="filter" small=true/>
            </button>
        </div>
        <Show when=move || filter.open.get()>
            <FilterPanel filter/>
        </Show>
    }
}

/// A count that fits beside a tab's name.
fn short_count(n: usize) -> String {
    if n > 999 { format!("{}k", n / 1000) } else { n.to_string() }
}

#[component]
fn FilterPanel(filter: Filter) -> impl IntoView {
    let desk = Desk::get();
    let t = move || WorklistTexts::get(lang());
    let classes = move || {
        let policy = desk.policy();
        let list: Vec<(u32, String)> =
            policy.map(|p| p.classes.iter().map(|c| (c.rank, lang().of(&c.name))).collect()).unwrap_or_default();
        list.into_iter()
            .map(|(rank, name)| view! { <option value=rank.to_string() selected=move || filter.kept.with(|k| k.rank) == rank>{name}</option> })
            .collect_view()
    };
    const CHANNELS: [Channel; 6] =
        [Channel::Voice, Channel::WebChat, Channel::Sms, Channel::Email, Channel::Counter, Channel::Kiosk];
    view! {
        <div class="filter">
            <span class="in"><Icon name="search" small=true/>
                <input class="grow" type="search" data-test="filter-search" aria-label=move || t().search
                    placeholder=move || t().search prop:value=filter.search
                    on:input=move |ev| filter.search.set(event_target_value(&ev))/>
            </span>
            <div class="hline">
                <select class="pick grow" aria-label=move || t().all_classes
                    on:change=move |ev| filter.kept.update(|k| k.rank = event_target_value(&ev).parse().unwrap_or(0))>
                    <option value="0">{move || t().all_classes}</option>
                    {classes}
                </select>
                <select class="pick grow" aria-label=move || t().all_channels
                    on:change=move |ev| {
                        let n: usize = event_target_value(&ev).parse().unwrap_or(0);
                        filter.kept.update(|k| k.channel = n.checked_sub(1).and_then(|n| CHANNELS.get(n).copied()));
                    }>
                    <option value="0">{move || t().all_channels}</option>
                    {CHANNELS.into_iter().enumerate().map(|(n, c)| view! {
                        <option value=(n + 1).to_string() selected=move || filter.kept.with(|k| k.channel) == Some(c)>
                            {move || words::channel(c, lang())}
                        </option>
                    }).collect_view()}
                </select>
            </div>
            <div class="hline">
                <label class="hline small grow">
                    <input type="checkbox" prop:checked=move || filter.kept.with(|k| k.done)
                        on:change=move |ev| filter.kept.update(|k| k.done = event_target_checked(&ev))/>
                    {move || t().show_done}
                </label>
                <Show when=move || filter.is_narrow()>
                    <button type="button" class="btn" data-kind="quiet" on:click=move |_| filter.clear()>{move || t().clear}</button>
                </Show>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use baton_engine::model::Collection;

    use super::*;

    fn row(id: &str, stake: Stake) -> Arc<Row> {
        Arc::new(Row {
            collection: Collection::Cases,
            id: id.into(),
            stake,
            clock: None,
            rank: 2,
            channel: Channel::Voice,
            who: "陈女士".into(),
            tier: "GOLD".into(),
            phone: "13800006027".into(),
            title: "Video fails".into(),
            number: "CS-1123-0418".into(),
            with: None,
            lapses: None,
        })
    }

    fn words(text: &str) -> Conditions {
        Conditions { words: text.split_whitespace().map(str::to_owned).collect(), ..Conditions::default() }
    }

    #[test]
    fn ended_rows_show_when_wanted_or_searched() {
        let rows = [row("a", Stake::Mine), row("b", Stake::Done)];
        assert_eq!(Conditions::default().apply(&rows).len(), 1);
        assert_eq!(Conditions { done: true, ..Conditions::default() }.apply(&rows).len(), 2);
        assert_eq!(words("6027 0418").apply(&rows).len(), 2);
        assert_eq!(words("6028").apply(&rows).len(), 0);
    }

    #[test]
    fn rows_differ_by_who_is_there_and_in_which_order() {
        let (a, b, done) = (row("a", Stake::Mine), row("b", Stake::Open), row("c", Stake::Done));
        let all = Conditions::default();
        let old = [a.clone(), b.clone()];
        assert!(!all.differ(&[a.clone(), done.clone(), b.clone()], &old), "what the filter hides does not count");
        assert!(all.differ(&[b.clone(), a.clone()], &old));
        assert!(all.differ(std::slice::from_ref(&a), &old));
        let mine = Conditions { tab: Tab::Mine, ..Conditions::default() };
        assert!(!mine.differ(&[b, a.clone()], &[a]));
    }

    #[test]
    fn a_kept_filter_comes_back_without_its_search() {
        let kept = Conditions { tab: Tab::Waiting, rank: 1, channel: Some(Channel::Sms), done: true, ..words("x") };
        let text = serde_json::to_string(&kept).unwrap_or_default();
        let back: Conditions = serde_json::from_str(&text).unwrap_or_default();
        assert_eq!(back, Conditions { words: Vec::new(), ..kept });
    }
}
