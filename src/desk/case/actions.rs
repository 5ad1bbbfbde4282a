//! The bar of actions at the foot of a case: the main thing to do, the usual ones, the rare ones in a menu. An act
//! that would not hold stays in reach of the focus and says why.

use baton_engine::model::{Collection, Intent};
use leptos::html::Button;
use leptos::prelude::*;

use super::act::{Act, Deed, Kind, Offer, offer, refused};
use super::menu::Menu;
use super::room::Room;
use crate::app::ui_state::Tone;
use crate::i18n::{fill, words};
use crate::ui::each::Each;
use crate::ui::icon::Icon;
use crate::ui::kbd::Hint;
use crate::ui::undo::lasting;

#[component]
pub fn Actions(room: Room) -> impl IntoView {
    let offer = Memo::new(move |_| {
        let me = room.desk.actor();
        let Some(policy) = room.policy() else { return Offer::default() };
        room.case.with(|c| c.as_ref().map(|c| offer(&policy, c, &me))).unwrap_or_default()
    });
    let bar = move || offer.with(|o| o.bar.iter().cloned().enumerate().map(|(i, a)| (i == 0, a)).collect::<Vec<_>>());
    let close = move || offer.with(|o| o.close.iter().cloned().collect::<Vec<_>>());
    let menu = Signal::derive(move || offer.with(|o| o.menu.clone()));
    view! {
        <div class="acts" role="group" aria-label=move || room.t().actions data-test="acts">
            <Each each=bar key=|a| a.clone() let:item>
                <ActButton room act=item.1 primary=item.0/>
            </Each>
            <span class="grow"></span>
            <Menu room acts=menu/>
            <Each each=close key=|a| a.clone() let:act>
                <ActButton room act primary=false/>
            </Each>
        </div>
    }
}

/// What an act shows: its name, and why it would not hold.
#[derive(Clone, Copy)]
pub struct Shown {
    pub name: Memo<String>,
    pub off: Memo<Option<String>>,
}

impl Shown {
    pub fn new(room: Room, act: Act) -> Shown {
        let (named, asked) = (act.clone(), act);
        Shown {
            name: Memo::new(move |_| {
                let (to, more) = room
                    .case
                    .with(|c| {
                        let c = c.as_ref()?;
                        Some((
                            named.leg.as_deref().and_then(|l| c.leg(l)).map(|l| room.name(&l.to, true)),
                            !c.legs.is_empty(),
                        ))
                    })
                    .unwrap_or_default();
                named.name(room.t(), &to.unwrap_or_default(), more)
            }),
            off: Memo::new(move |_| {
                // What the deadline allows changes with time.
                room.slow.track();
                let (policy, me) = (room.policy()?, room.desk.actor());
                let refusal = room.case.with(|c| refused(room.desk, &policy, c.as_ref()?, &me, &asked))?;
                Some(words::refusal(&refusal, Some(&policy), room.lang.get()))
            }),
        }
    }
}

#[component]
fn ActButton(room: Room, act: Act, primary: bool) -> impl IntoView {
    let shown = Shown::new(room, act.clone());
    let node = NodeRef::<Button>::new();
    let (test, action, icon) = (act.test_id(), act.action(), act.icon());
    let why_id = format!("why-{test}");
    let described = why_id.clone();
    let leg = act.leg.clone();
    let off = move || shown.off.with(Option::is_some);
    let press = move |_| press(room, &act, shown.off.get_untracked());
    view! {
        <span class="act">
            <button node_ref=node class="btn" type="button" data-kind=primary.then_some("primary") data-test=test data-leg=leg
                aria-disabled=move || off().then_some("true") title=move || shown.off.get()
                aria-describedby=move || off().then(|| described.clone()) on:click=press>
                {primary.then(|| view! { <Icon name=icon/> })}
                {move || shown.name.get()}
                {action.map(|act| view! { <Hint act/> })}
            </button>
            <span class="act-why" id=why_id data-test="act-why">{move || shown.off.get()}</span>
        </span>
    }
}

/// Does an act, or says why not.
pub fn press(room: Room, act: &Act, off: Option<String>) {
    if let Some(why) = off {
        room.ui.toast(why, Tone::Bad, None);
        return;
    }
    let id = room.id();
    let intent = match act.deed(&id) {
        Deed::Ask(dialog) => return room.ui.open(dialog),
        Deed::Now(intent) => intent,
    };
    let undo = undo(room, act);
    match room.desk.act_one(Collection::Cases, &id, intent) {
        Ok(()) => room.ui.toast(done(room, act), Tone::Plain, undo),
        Err(refusal) => {
            let policy = untrack(|| room.policy());
            room.ui.toast(words::refusal(&refusal, policy.as_deref(), room.lang.get_untracked()), Tone::Bad, None);
        }
    }
}

fn done(room: Room, act: &Act) -> String {
    untrack(|| {
        let t = room.t();
        match act.kind {
            Kind::Take => t.did_take.to_owned(),
            Kind::Receive => t.did_receive.to_owned(),
            Kind::Responded => t.did_responded.to_owned(),
            Kind::Unhold => t.did_unhold.to_owned(),
            _ => {
                let to = room
                    .case
                    .with(|c| c.as_ref().and_then(|c| c.leg(act.leg.as_deref()?)).map(|l| room.name(&l.to, true)));
                fill(t.did_chase, &[&to.unwrap_or_default()])
            }
        }
    })
}

/// The intent that takes the act back, where there is one: the case waits again for what it waited for.
fn undo(room: Room, act: &Act) -> Option<Callback<()>> {
    let back = untrack(|| {
        room.case.with(|c| {
            let c = c.as_ref()?;
            match act.kind {
                Kind::Responded => {
                    Some((Intent::AwaitCustomer { what: c.pauses.last()?.reason.clone() }, room.t().undo_await))
                }
                Kind::Unhold => c.journal.iter().rev().find_map(|e| match &e.intent {
                    Intent::HoldCase { .. } => Some((e.intent.clone(), room.t().undo_hold)),
                    _ => None,
                }),
                _ => None,
            }
        })
    });
    let ((intent, said), id) = (back?, room.id());
    let (desk, ui, lang) = (room.desk, room.ui, room.lang);
    // The toast stays when another case is looked at; this view does not.
    Some(lasting(move || match desk.act_one(Collection::Cases, &id, intent.clone()) {
        Ok(()) => ui.toast(said, Tone::Plain, None),
        Err(refusal) => {
            let policy = untrack(|| desk.policy());
            ui.toast(words::refusal(&refusal, policy.as_deref(), lang.get_untracked()), Tone::Bad, None);
        }
    }))
}
