//! The relay chain as a list, where the track is too narrow: out and back from top to bottom.

use leptos::prelude::*;

use super::chain::{Back, Chain, Hop};
use super::room::{Room, minutes};
use super::track::{HopClock, leg_key};
use super::track_geometry::Track;
use crate::i18n::fill;
use crate::ui::clock::state_key;
use crate::ui::each::Each;

/// One line: an organisation that has or had the baton, or one that gets it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Row {
    Out(usize),
    Back(usize),
    Customer,
}

fn rows(chain: &Chain) -> Vec<Row> {
    let mut rows: Vec<Row> = (0..chain.hops.len()).map(Row::Out).collect();
    if let Some(holder) = chain.holder {
        rows.extend((0..holder).rev().map(Row::Back));
    }
    rows.push(Row::Customer);
    rows
}

#[component]
pub fn TrackList(room: Room, track: Memo<Option<Track>>) -> impl IntoView {
    let rows = Memo::new(move |_| track.with(|t| t.as_ref().map(|t| rows(&t.chain))).unwrap_or_default());
    view! {
        <ol class="track-list">
            <Each each=move || rows.get() key=|r| *r let:row>
                {match row {
                    Row::Out(at) => view! { <OutRow room track at/> }.into_any(),
                    Row::Back(at) => view! { <BackRow room track at/> }.into_any(),
                    Row::Customer => view! { <CustomerRow room track/> }.into_any(),
                }}
            </Each>
        </ol>
    }
}

#[component]
fn OutRow(room: Room, track: Memo<Option<Track>>, at: usize) -> impl IntoView {
    let hop = Memo::new(move |_| track.with(|t| t.as_ref().and_then(|t| t.chain.hops.get(at).cloned())));
    let holds = Memo::new(move |_| track.with(|t| t.as_ref().is_some_and(|t| t.chain.holder == Some(at))));
    let org = move || hop.with(|h| h.as_ref().map(|h| h.org.clone()).unwrap_or_default());
    let state = move || hop.with(|h| h.as_ref().and_then(|h| h.clock).map(|c| state_key(c.state)));
    let share = move || track.with(|t| t.as_ref().and_then(|t| t.running.as_ref()).map_or(0.0, |r| r.share * 100.0));
    view! {
        <li data-past=move || (!holds.get()).then_some("") data-now=move || holds.get().then_some("") data-s=state
            data-test=if at == 0 { "owner-node" } else { "leg" } data-org=org
            data-state=move || hop.with(|h| h.as_ref().map(|h| leg_key(h.state)))
            style:--p=move || format!("{:.0}%", share())>
            <div>
                <b>{move || room.name(&org(), false)}</b>
                <p>{move || hop.with(|h| h.as_ref().map(|h| about(room, h, holds.get())).unwrap_or_default())}</p>
            </div>
            <HopClock room hop/>
        </li>
    }
}

/// When the hop took the baton, and what became of it.
fn about(room: Room, hop: &Hop, holds: bool) -> String {
    let (t, lang) = (room.t(), room.lang.get());
    let Some(taken) = hop.taken else { return String::new() };
    let from = room.moment(taken);
    if hop.leg.is_none() {
        return fill(t.list_owner, &[&from]);
    }
    // Whoever has it back is asked when he is done, not how long he had it before.
    match (hop.back, hop.passed.filter(|_| !holds)) {
        (Back::Was(at), _) => fill(t.list_back, &[&from, &room.moment(at)]),
        (_, Some(to)) => fill(t.list_took, &[&from, &minutes(to.since(taken), lang)]),
        (Back::Latest(at), None) => fill(t.list_until, &[&from, &room.moment(at)]),
        (Back::Overdue(at), None) => fill(t.list_over, &[&from, &room.moment(at)]),
        (Back::Open, None) => fill(t.list_from, &[&from]),
    }
}

#[component]
fn BackRow(room: Room, track: Memo<Option<Track>>, at: usize) -> impl IntoView {
    let text = move || {
        let (t, lang) = (room.t(), room.lang.get());
        track.with(|k| {
            let chain = &k.as_ref()?.chain;
            let when = room.moment(chain.hops.get(at)?.back.at()?);
            Some(if at == 0 {
                fill(t.list_reserve, &[&when, &minutes(chain.reserve, lang)])
            } else {
                fill(t.list_latest, &[&when])
            })
        })
    };
    let name = move || track.with(|t| t.as_ref().and_then(|t| t.chain.hops.get(at)).map(|h| room.name(&h.org, false)));
    view! { <li><div><b>{name}</b><p>{text}</p></div></li> }
}

#[component]
fn CustomerRow(room: Room, track: Memo<Option<Track>>) -> impl IntoView {
    let done = Memo::new(move |_| track.with(|t| t.as_ref().and_then(|t| t.chain.done)));
    let text = move || {
        let t = room.t();
        match done.get() {
            Some(at) => Some(fill(t.list_done, &[&room.moment(at)])),
            None => track.with(|k| k.as_ref()?.chain.reply.map(|r| fill(t.list_latest, &[&room.moment(r.due)]))),
        }
    };
    view! { <li data-past=move || done.get().map(|_| "")><div><b>{move || room.t().customer}</b><p>{text}</p></div></li> }
}
