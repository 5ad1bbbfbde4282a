//! The menu of rare actions: a button that opens a list, walked with the arrow keys, left with Esc.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

use super::act::Act;
use super::actions::{Shown, press};
use super::room::Room;
use crate::ui::each::Each;
use crate::ui::icon::Icon;
use crate::ui::kbd::Hint;

#[component]
pub fn Menu(room: Room, acts: Signal<Vec<Act>>) -> impl IntoView {
    let open = RwSignal::new(false);
    let frame = NodeRef::<Div>::new();
    let items = move || -> Vec<HtmlElement> {
        let menu = frame.get_untracked().and_then(|f| f.query_selector("[role=menu]").ok().flatten());
        let mut next = menu.and_then(|m| m.first_element_child());
        let mut list = Vec::new();
        while let Some(element) = next {
            next = element.next_element_sibling();
            list.extend(element.dyn_into::<HtmlElement>());
        }
        list
    };
    let focus_at = move |at: usize| {
        if let Some(item) = items().get(at) {
            let _ = item.focus();
        }
    };
    let leave = move || {
        open.set(false);
        if let Some(button) = frame.get_untracked().and_then(|f| f.query_selector("[aria-haspopup]").ok().flatten())
            && let Ok(button) = button.dyn_into::<HtmlElement>()
        {
            let _ = button.focus();
        }
    };
    let keys = move |ev: KeyboardEvent| {
        if ev.is_composing() {
            return;
        }
        let list = items();
        let active = document().active_element();
        let at = list.iter().position(|i| active.as_ref().is_some_and(|a| i.is_same_node(Some(a.as_ref()))));
        let last = list.len().saturating_sub(1);
        let next = match ev.key().as_str() {
            "ArrowDown" => at.map_or(0, |i| if i == last { 0 } else { i + 1 }),
            "ArrowUp" => at.map_or(last, |i| if i == 0 { last } else { i - 1 }),
            "Home" => 0,
            "End" => last,
            "Escape" if open.get_untracked() => {
                ev.prevent_default();
                ev.stop_propagation();
                return leave();
            }
            _ => return,
        };
        if !open.get_untracked() && matches!(ev.key().as_str(), "Home" | "End") {
            return;
        }
        ev.prevent_default();
        open.set(true);
        // The list may have been opened just now.
        request_animation_frame(move || focus_at(next));
    };
    let out = move |ev: FocusEvent| {
        let to = ev.related_target().and_then(|t| t.dyn_into::<Node>().ok());
        let inside = frame.get_untracked().is_some_and(|f| to.as_ref().is_some_and(|t| f.contains(Some(t))));
        if !inside {
            let _ = open.try_set(false);
        }
    };
    let toggle = move |_| {
        let now = !open.get_untracked();
        open.set(now);
        if now {
            request_animation_frame(move || focus_at(0));
        }
    };
    view! {
        <Show when=move || acts.with(|a| !a.is_empty())>
            <div class="more" node_ref=frame on:keydown=keys on:focusout=out>
                <button class="btn" type="button" aria-haspopup="menu" aria-expanded=move || open.get().to_string()
                    data-test="act-more" on:click=toggle>
                    <Icon name="more"/>{move || room.t().more}
                </button>
                <Show when=move || open.get()>
                    <div class="pop more-menu" role="menu" aria-label=move || room.t().more>
                        <Each each=move || acts.get() key=|a| a.clone() let:act>
                            <Item room act leave=Callback::new(move |()| leave())/>
                        </Each>
                    </div>
                </Show>
            </div>
        </Show>
    }
}

#[component]
fn Item(room: Room, act: Act, leave: Callback<()>) -> impl IntoView {
    let shown = Shown::new(room, act.clone());
    let (test, icon, action, leg) = (act.test_id(), act.icon(), act.action(), act.leg.clone());
    let off = move || shown.off.with(Option::is_some);
    let choose = move |_| {
        let why = shown.off.get_untracked();
        // The focus is back on the button before a dialog remembers its opener.
        leave.run(());
        press(room, &act, why);
    };
    view! {
        <button class="more-item" type="button" role="menuitem" tabindex="-1" data-test=test data-leg=leg
            aria-disabled=move || off().then_some("true") title=move || shown.off.get() on:click=choose>
            <Icon name=icon/>
            <span class="grow"><span>{move || shown.name.get()}</span>{move || shown.off.get().map(|w| view! { <small>{w}</small> })}</span>
            {action.map(|act| view! { <Hint act/> })}
        </button>
    }
}
