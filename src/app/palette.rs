//! The command palette: every command of the table, and customers, cases and call-backs by number, name or case.

use std::sync::Arc;

use baton_engine::model::{Collection, Customer};
use leptos::prelude::*;

use super::commands::{Action, Context, Group, TABLE};
use super::ui_state::Page;
use crate::i18n::commands::CommandTexts;
use crate::i18n::{Lang, format, lang};
use crate::ui::dialog::DialogFrame;
use crate::ui::icon::Icon;

/// Most documents that are offered.
const FOUND: usize = 8;

#[derive(Clone, PartialEq)]
enum Target {
    Action(Action),
    Document(Collection, String),
    Customer(String),
}

#[derive(Clone, PartialEq)]
struct Item {
    target: Target,
    icon: &'static str,
    name: String,
    /// Right side: the reason why not, or what kind of document it is.
    note: String,
    key: &'static str,
    off: bool,
    group: &'static str,
}

fn group(group: Group, t: &CommandTexts) -> &'static str {
    match group {
        Group::Call => t.group_call,
        Group::Case => t.group_case,
        Group::Callback => t.group_callback,
        Group::Go => t.group_go,
        Group::Desk => t.group_desk,
    }
}

/// Whether the letters of `query` appear in `text` in their order; smaller is better.
fn fuzzy(text: &str, query: &str) -> Option<usize> {
    if let Some(at) = text.find(query) {
        return Some(at);
    }
    let mut rest = text.char_indices();
    let mut last = 0;
    for wanted in query.chars().filter(|c| !c.is_whitespace()) {
        last = rest.find(|(_, c)| *c == wanted)?.0;
    }
    Some(100 + last)
}

fn items(context: Context, query: &str, lang: Lang) -> Vec<Item> {
    let query = query.trim().to_lowercase();
    let t = CommandTexts::get(lang);
    let mut actions: Vec<(usize, Item)> = TABLE
        .iter()
        .filter(|line| line.action != Action::Palette)
        .filter_map(|line| {
            let name = (line.name)(t);
            let other = (line.name)(CommandTexts::get(if lang == Lang::Zh { Lang::En } else { Lang::Zh }));
            let rank = match query.is_empty() {
                true => Some(0),
                false => fuzzy(&name.to_lowercase(), &query).or_else(|| fuzzy(&other.to_lowercase(), &query)),
            }?;
            let available = line.action.available(&context);
            let off = available.is_err();
            let note = available.err().unwrap_or_default();
            let group = group(line.group, t);
            let item = Item {
                target: Target::Action(line.action),
                icon: line.icon,
                name: name.into(),
                note,
                key: line.key,
                off,
                group,
            };
            // What cannot be done and has no reason to tell is only noise.
            (!off || !item.note.is_empty()).then_some((rank + usize::from(off) * 50, item))
        })
        .collect();
    if !query.is_empty() {
        actions.sort_by_key(|(rank, _)| *rank);
    }
    let mut list = found(context, &query, t);
    let digits = query.chars().next().is_some_and(|c| c.is_ascii_digit());
    let actions = actions.into_iter().map(|(_, item)| item);
    if digits { list.extend(actions) } else { list = actions.chain(list).collect() }
    list
}

fn found(context: Context, query: &str, t: &CommandTexts) -> Vec<Item> {
    if query.is_empty() {
        return Vec::new();
    }
    let words: Vec<String> = query.split_whitespace().map(str::to_owned).collect();
    let rows = untrack(|| {
        context.desk.with_rows(|rows| rows.iter().filter(|r| r.matches(&words)).take(FOUND).cloned().collect::<Vec<_>>())
    });
    let documents = rows.into_iter().map(|row: Arc<_>| Item {
        target: Target::Document(row.collection, row.id.clone()),
        icon: match row.collection {
            Collection::Callbacks => "callback",
            Collection::Interactions => "phone",
            _ => "case",
        },
        name: format!("{} {}", row.who, row.title),
        note: if row.number.is_empty() { format::masked(&row.phone) } else { row.number.clone() },
        key: "",
        off: false,
        group: t.found,
    });
    let customers = untrack(|| {
        context.desk.find::<Customer>(|c| words.iter().all(|w| c.number.contains(w.as_str()) || c.name.to_lowercase().contains(w)))
    });
    let customers = customers.into_iter().take(FOUND).map(|c| Item {
        target: Target::Customer(c.number.clone()),
        icon: "user",
        name: c.name.clone(),
        note: format::masked(&c.number),
        key: "",
        off: false,
        group: t.found,
    });
    documents.chain(customers).collect()
}

#[component]
pub fn Palette() -> impl IntoView {
    let context = expect_context::<Context>();
    let t = move || CommandTexts::get(lang());
    let query = RwSignal::new(String::new());
    let at = RwSignal::new(0usize);
    let list = Memo::new(move |_| items(context, &query.get(), lang()));
    let run = move |item: Item| {
        context.ui.close();
        match item.target {
            // After the dialog has gone, so that a dialog opened by the command stays.
            Target::Action(action) => request_animation_frame(move || action.run(&context)),
            Target::Document(collection, id) => context.ui.select(collection, &id),
            Target::Customer(number) => {
                context.ui.customer.set(Some(number));
                context.ui.page.set(Page::Customers);
            }
        }
    };
    let on_key = move |ev: leptos::ev::KeyboardEvent| {
        if ev.is_composing() {
            return;
        }
        let n = list.with(Vec::len);
        match ev.key().as_str() {
            "ArrowDown" if n > 0 => at.update(|a| *a = (*a + 1) % n),
            "ArrowUp" if n > 0 => at.update(|a| *a = (*a + n - 1) % n),
            "Enter" => {
                if let Some(item) = list.with(|l| l.get(at.get_untracked()).cloned()).filter(|i| !i.off) {
                    run(item);
                }
            }
            _ => return,
        }
        ev.prevent_default();
    };
    Effect::new(move || {
        let id = format!("cmd-{}", at.get());
        if let Some(element) = document().get_element_by_id(&id) {
            element.scroll_into_view_with_bool(false);
        }
    });
    view! {
        <DialogFrame title=Signal::derive(move || t().palette.to_owned()) kind="palette" wide=true>
            <div class="cmd-q">
                <Icon name="search"/>
                <input autofocus data-test="palette-query" role="combobox" aria-expanded="true" aria-controls="cmd-list"
                    aria-activedescendant=move || format!("cmd-{}", at.get())
                    aria-label=move || t().placeholder placeholder=move || t().placeholder
                    prop:value=query on:input=move |ev| { query.set(event_target_value(&ev)); at.set(0); } on:keydown=on_key/>
            </div>
            <div class="cmd-list" id="cmd-list" role="listbox" tabindex="-1" aria-label=move || t().palette>
                {move || {
                    let list = list.get();
                    if list.is_empty() {
                        return view! { <div class="empty" role="option" aria-disabled="true" aria-selected="false">{t().nothing}</div> }.into_any();
                    }
                    let mut last = "";
                    list.into_iter().enumerate().map(|(n, item)| {
                        let head = (item.group != last).then(|| { last = item.group; item.group });
                        let chosen = item.clone();
                        view! {
                            {head.map(|h| view! { <div class="cmd-g" role="presentation">{h}</div> })}
                            <div class="cmd-i" role="option" id=format!("cmd-{n}") data-test="palette-item"
                                aria-selected=move || (at.get() == n).to_string() aria-disabled=item.off.then_some("true")
                                on:pointermove=move |_| if at.get_untracked() != n { at.set(n) }
                                on:click=move |_| if !chosen.off { run(chosen.clone()) }>
                                <Icon name=item.icon/>
                                <span class="grow cut">{item.name.clone()}</span>
                                <span class="small mute">{item.note.clone()}</span>
                                {(!item.key.is_empty()).then(|| view! { <kbd class="kbd">{item.key}</kbd> })}
                            </div>
                        }
                    }).collect_view().into_any()
                }}
            </div>
            <div class="pop-f">
                <span><kbd class="kbd">"↑"</kbd>" "<kbd class="kbd">"↓"</kbd>" "{move || t().move_}</span>
                <span><kbd class="kbd">"↵"</kbd>" "{move || t().run}</span>
            </div>
        </DialogFrame>
    }
}

/// The list of keys.
#[component]
pub fn Keys() -> impl IntoView {
    let t = move || CommandTexts::get(lang());
    view! {
        <DialogFrame title=Signal::derive(move || t().keys.to_owned()) kind="keys" wide=true>
            <div class="keys">
                {move || TABLE.iter().filter(|l| !l.key.is_empty()).map(|l| view! {
                    <div><span>{(l.name)(t())}</span><kbd class="kbd">{l.key}</kbd></div>
                }).collect_view()}
                <div><span>{move || t().writing}</span><kbd class="kbd">"Alt"</kbd></div>
            </div>
        </DialogFrame>
    }
}

#[cfg(test)]
mod tests {
    use super::fuzzy;

    #[test]
    fn letters_in_order_match_and_whole_words_come_first() {
        assert_eq!(fuzzy("dispatch", "patch"), Some(3));
        assert!(fuzzy("dispatch", "dpt").is_some_and(|r| r > 100));
        assert_eq!(fuzzy("dispatch", "xyz"), None);
        assert_eq!(fuzzy("转数据业务专席", "专席"), Some("转数据业务".len()));
    }
}
