//! The command palette: every command of the table, and customers, cases and call-backs by number, name or case.

mod find;
mod keys;

use leptos::prelude::*;

use self::find::{Item, Target, items};
use super::commands::Context;
use super::keymap::Keymap;
use crate::i18n::commands::CommandTexts;
use crate::i18n::words::Words;
use crate::i18n::{fill, format, lang};
use crate::ui::dialog::DialogFrame;
use crate::ui::icon::Icon;

pub use keys::Keys;

#[component]
pub fn Palette() -> impl IntoView {
    let (context, keys) = (expect_context::<Context>(), Keymap::get());
    let t = move || CommandTexts::get(lang());
    let query = RwSignal::new(String::new());
    let at = RwSignal::new(0usize);
    let list = Memo::new(move |_| items(context, keys, &query.get(), lang()));
    let run = move |item: Item| {
        context.ui.close();
        match item.target {
            // After the dialog has gone, so that a dialog opened by the command stays.
            Target::Action(action) => request_animation_frame(move || action.run(&context)),
            Target::Document(collection, id) => context.ui.select(collection, &id),
            Target::Customer(number) => context.ui.show_customer(&number),
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
            let to = web_sys::ScrollIntoViewOptions::new();
            to.set_block(web_sys::ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&to);
        }
    });
    let about = untrack(|| context.case().map(|c| format::case_number(&c.number).to_owned()).filter(|n| !n.is_empty()));
    view! {
        <DialogFrame title=Signal::derive(move || t().palette.to_owned()) kind="palette" wide=true bare=true>
            <div class="cmd-q">
                <Icon name="search"/>
                <input autofocus data-test="palette-query" role="combobox" aria-expanded="true" aria-controls="cmd-list"
                    aria-activedescendant=move || list.with(|l| !l.is_empty()).then(|| format!("cmd-{}", at.get()))
                    aria-label=move || t().placeholder placeholder=move || t().placeholder
                    prop:value=query on:input=move |ev| { query.set(event_target_value(&ev)); at.set(0); } on:keydown=on_key/>
                {about.map(|number| view! { <span class="tag">{move || fill(t().now_at, &[&number])}</span> })}
                <button type="button" class="kbd" aria-label=move || format!("Esc: {}", Words::get(lang()).close) on:click=move |_| context.ui.close()>"Esc"</button>
            </div>
            <div class="cmd-list" id="cmd-list" role="listbox" tabindex="-1" aria-label=move || t().palette>
                {move || {
                    let list = list.get();
                    if list.is_empty() {
                        return view! { <div class="empty" role="option" aria-disabled="true" aria-selected="false">{t().nothing}</div> }.into_any();
                    }
                    let mut last = String::new();
                    list.into_iter().enumerate().map(|(n, item)| {
                        let head = (item.group != last).then(|| { last.clone_from(&item.group); item.group.clone() });
                        view! {
                            {head.map(|h| view! { <div class="cmd-g" role="presentation">{h}</div> })}
                            <Line item n at run=Callback::new(run)/>
                        }
                    }).collect_view().into_any()
                }}
            </div>
            <div class="pop-f">
                <span><kbd class="kbd">"↑"</kbd>" "<kbd class="kbd">"↓"</kbd>" "{move || t().move_}</span>
                <span><kbd class="kbd">"↵"</kbd>" "{move || t().run}</span>
                <span class="grow"></span>
                <span>{move || t().safe}</span>
            </div>
        </DialogFrame>
    }
}

#[component]
fn Line(item: Item, n: usize, at: RwSignal<usize>, run: Callback<Item>) -> impl IntoView {
    let chosen = item.clone();
    let name = item
        .name
        .chars()
        .enumerate()
        .map(|(i, c)| if item.marks.contains(&i) { view! { <mark>{c}</mark> }.into_any() } else { c.into_any() })
        .collect_view();
    view! {
        <div class="cmd-i" role="option" id=format!("cmd-{n}") data-test="palette-item"
            aria-selected=move || (at.get() == n).to_string() aria-disabled=item.off.then_some("true")
            on:pointermove=move |_| if at.get_untracked() != n { at.set(n) }
            on:click=move |_| if !chosen.off { run.run(chosen.clone()) }>
            <Icon name=item.icon/>
            <span class="grow cut">{name}</span>
            <span class="cmd-note cut">{item.note}</span>
            {(!item.key.is_empty()).then(|| view! { <kbd class="kbd">{item.key}</kbd> })}
        </div>
    }
}
