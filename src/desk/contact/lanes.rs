//! Written conversations side by side: the selected one, and beside it up to two more that the person holds, when
//! there is room. On narrower screens only the selected one.

use baton_engine::model::{Channel, Collection, Interaction};
use baton_engine::order;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use super::acts::Acts;
use super::lane::Lane;
use super::wrap::WrapDock;
use crate::i18n::contact::ContactTexts;
use crate::ui::each::Each;

/// So wide a window holds three lanes beside list and customer panel.
const THREE_FROM: f64 = 1440.0;
const MOST: usize = 3;

/// The lanes to show: in order of arrival, always with the selected one. A lane keeps its place while another is
/// selected.
fn lanes(held: &[String], selected: &str, most: usize) -> Vec<String> {
    if most < 2 || !held.iter().any(|h| h == selected) {
        return vec![selected.to_owned()];
    }
    let mut shown: Vec<String> = held.iter().take(most).cloned().collect();
    if !shown.iter().any(|s| s == selected)
        && let Some(last) = shown.last_mut()
    {
        *last = selected.to_owned();
    }
    shown
}

#[component]
pub fn WrittenView(id: String) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let id = StoredValue::new(id);
    let wide = wide_enough();
    let contact = Memo::new(move |_| id.with_value(|id| acts.desk.get_doc::<Interaction>(id)));
    let held = Memo::new(move |_| {
        let me = acts.desk.actor().id;
        let mut held = acts.desk.find::<Interaction>(|i| {
            i.channel != Channel::Voice && i.is_open() && i.holder.as_ref().is_some_and(|h| h.id == me)
        });
        order::sort_by(&mut held, |a, b| (a.arrived_at, &a.id).cmp(&(b.arrived_at, &b.id)));
        held.iter().map(|c| c.id.clone()).collect::<Vec<_>>()
    });
    let shown = Memo::new(move |_| {
        let most = if wide.get() { MOST } else { 1 };
        id.with_value(|id| held.with(|h| lanes(h, id, most)))
    });
    super::on_keys(move |ev| {
        let Some(place) = ev.key().parse::<usize>().ok().filter(|_| ev.alt_key() && !ev.ctrl_key()) else { return };
        let Some(lane) =
            shown.try_get_untracked().filter(|s| s.len() > 1).and_then(|s| s.get(place.wrapping_sub(1)).cloned())
        else {
            return;
        };
        ev.prevent_default();
        super::lane::write_on(&lane);
        acts.ui.select(Collection::Interactions, &lane);
    });
    let numbered = move || shown.get().into_iter().enumerate().collect::<Vec<_>>();
    view! {
        <div class="contact written" data-test="contact" data-id=id.get_value() data-channel="written">
            <h1 class="sr">{move || contact.get().map(|c| c.customer.name.clone()).unwrap_or_else(|| t().conversation.to_owned())}</h1>
            <div class="lanes" data-count=move || shown.with(Vec::len).to_string()>
                <Each each=numbered key=|(n, id)| format!("{n}/{id}") let:lane>
                    {
                        let (place, lane) = lane;
                        let here = lane.clone();
                        view! {
                            <Lane id=lane place=Signal::derive(move || (shown.with(Vec::len) > 1).then_some(place + 1))
                                focused=Signal::derive(move || id.with_value(|id| *id == here))/>
                        }
                    }
                </Each>
            </div>
            <WrapDock id=id.get_value() contact=contact/>
        </div>
    }
}

/// Follows the window's width.
fn wide_enough() -> RwSignal<bool> {
    let query = web_sys::window().and_then(|w| w.inner_width().ok()).and_then(|w| w.as_f64());
    let wide = RwSignal::new(query.is_some_and(|w| w >= THREE_FROM));
    let look = move || {
        let width = web_sys::window().and_then(|w| w.inner_width().ok()).and_then(|w| w.as_f64());
        let now = width.is_some_and(|w| w >= THREE_FROM);
        if wide.try_get_untracked().is_some_and(|was| was != now) {
            wide.set(now);
        }
    };
    let on_resize = Closure::<dyn Fn()>::new(look).into_js_value();
    if let (Some(window), Some(call)) = (web_sys::window(), on_resize.dyn_ref::<js_sys::Function>()) {
        let _ = window.add_event_listener_with_callback("resize", call);
        let call = StoredValue::new_local(call.clone());
        on_cleanup(move || {
            if let (Some(window), Some(call)) = (web_sys::window(), call.try_get_value()) {
                let _ = window.remove_event_listener_with_callback("resize", &call);
            }
        });
    }
    wide
}

#[cfg(test)]
mod tests {
    use super::lanes;

    fn held(n: usize) -> Vec<String> {
        (1..=n).map(|i| i.to_string()).collect()
    }

    #[test]
    fn lanes_keep_their_place_when_another_is_selected() {
        assert_eq!(lanes(&held(3), "1", 3), ["1", "2", "3"]);
        assert_eq!(lanes(&held(3), "3", 3), ["1", "2", "3"]);
    }

    #[test]
    fn a_later_conversation_takes_the_last_lane() {
        assert_eq!(lanes(&held(5), "5", 3), ["1", "2", "5"]);
    }

    #[test]
    fn what_is_not_held_or_has_no_room_stands_alone() {
        assert_eq!(lanes(&held(3), "x", 3), ["x"]);
        assert_eq!(lanes(&held(3), "2", 1), ["2"]);
    }
}
