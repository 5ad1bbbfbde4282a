//! "Why due then?": the sum first, then what it rests on with rule, source and certainty, and one sentence to read to
//! the customer. Words and layout only; the engine takes the due time apart.

mod bar;
mod leg;
mod plain;
mod reply;
mod sheet;

use baton_engine::model::{Callback, Case, Collection, Interaction};
use leptos::prelude::*;

use crate::app::rules::certainty;
use crate::app::state::{Connection, Desk};
use crate::i18n::why::WhyTexts;
use crate::i18n::{Lang, fill, lang};
use crate::ui::clock::ClockView;
use crate::ui::dialog::DialogFrame;
use crate::ui::icon::Icon;
use bar::HoursBar;
use sheet::{Ground, Line, Sheet, look};

/// `leg` None: the reply, or the call-back or contact itself.
#[component]
pub fn WhyDialog(collection: Collection, id: String, leg: Option<String>) -> impl IntoView {
    let desk = Desk::get();
    // The words change with the minute; the clock in the head ticks by itself.
    let minute = Memo::new(move |_| desk.now.get().millis().div_euclid(60_000));
    let sheet = Memo::new(move |_| {
        minute.track();
        explain(desk, collection, &id, leg.as_deref(), lang())
    });
    let title = move || match sheet.get() {
        Some(sheet) => sheet.title,
        None => WhyTexts::get(lang()).why_none.to_owned(),
    };
    view! {
        <DialogFrame kind="why" title=Signal::derive(title)>
            <div class="dlg-why why-body" data-test="why">
                {move || match sheet.get() {
                    Some(sheet) => view! { <SheetView sheet lang=lang()/> }.into_any(),
                    None => view! { <p class="empty">{WhyTexts::get(lang()).none}</p> }.into_any(),
                }}
            </div>
        </DialogFrame>
    }
}

fn explain(desk: Desk, collection: Collection, id: &str, leg: Option<&str>, lang: Lang) -> Option<Sheet> {
    let (policies, now) = (desk.policies(), desk.now.get_untracked());
    let ground = |policy| Ground { policy, lang, now };
    let sheet = match collection {
        Collection::Cases => {
            let case = desk.get_doc::<Case>(id)?;
            let g = ground(policies.of(&case.policy)?);
            let mut sheet = match leg {
                Some(leg) => leg::sheet(g, &case, case.leg(leg)?),
                None => reply::sheet(g, &case),
            }?;
            if !policies.has(&case.policy) {
                let t = g.t();
                let detail = fill(t.other_pack_detail, &[&case.policy.version]);
                let head = fill(t.other_pack, &[&format!("{} {}", g.policy.id, g.policy.version)]);
                sheet.rows.push(Line::new("alert", head, detail, t.provisional.to_owned()).plain().state("pause"));
            }
            sheet
        }
        Collection::Callbacks => {
            let callback = desk.get_doc::<Callback>(id)?;
            plain::callback(ground(policies.of(&callback.policy)?), &policies, &callback)?
        }
        Collection::Interactions => {
            let contact = desk.get_doc::<Interaction>(id)?;
            plain::contact(ground(policies.in_force()?), &policies, &contact, desk.waiting_since(&contact))?
        }
        _ => return None,
    };
    Some(with_offline(desk, sheet, WhyTexts::get(lang)))
}

/// Offline the result holds, but the backend has not confirmed it.
fn with_offline(desk: Desk, mut sheet: Sheet, t: &'static WhyTexts) -> Sheet {
    if matches!(desk.connection.get(), Connection::Offline { .. }) && sheet.clock.stopped.is_none() {
        let (head, detail) = (t.offline_head.to_owned(), t.offline_detail.to_owned());
        sheet.rows.push(Line::new("cloud-off", head, detail, t.provisional.to_owned()).plain().state("pause"));
    }
    sheet
}

#[component]
fn SheetView(sheet: Sheet, lang: Lang) -> impl IntoView {
    let desk = Desk::get();
    let t = WhyTexts::get(lang);
    let look = if sheet.clock.was_late() { "over" } else { look(sheet.state) };
    let terms = sheet
        .sum
        .terms
        .into_iter()
        .map(|(sign, value, words)| {
            view! {
                {(!sign.is_empty()).then(|| view! { <i>{sign}</i> })}
                <div><b>{value}</b><small>{words}</small></div>
            }
        })
        .collect_view();
    let (due, day) = sheet.sum.result;
    let zone = untrack(|| desk.policy()).map(|p| p.home().zone().clone());
    let time = move |at| zone.as_ref().map(|z| crate::i18n::format::clock_time(at, z)).unwrap_or_default();
    // A clock that has stopped is told by its row.
    let running = sheet.clock.stopped.is_none().then_some(sheet.clock);
    let say = (!sheet.say.is_empty()).then(|| {
        view! { <p class="why-say" data-test="why-say"><span class="sr">{t.say}": "</span>{sheet.say}</p> }
    });
    view! {
        <div class="why-eq" data-s=look>
            {terms}
            <i>"="</i>
            <div class="res" data-test="why-due"><b>{due}</b><small>{day}</small></div>
        </div>
        <HoursBar pieces=sheet.pieces now=desk.now.get_untracked() state=look time/>
        {say}
        <ul class="why-r">{sheet.rows.into_iter().map(|line| view! { <LineView line lang/> }).collect_view()}</ul>
        <div class="pop-f"><span class="grow">{sheet.foot}</span>{running.map(|clock| view! { <ClockView clock=Signal::stored(Some(clock))/> })}</div>
    }
}

#[component]
fn LineView(line: Line, lang: Lang) -> impl IntoView {
    let source = line.source.map(|(source, sure)| {
        let (words, state) = certainty(sure, lang);
        view! { <p class="why-src"><span>{source}</span><span class="tag" data-s=state>{words}</span></p> }
    });
    let value = if line.plain { view! { <small>{line.value}</small> }.into_any() } else { line.value.into_any() };
    view! {
        <li data-s=line.state data-test="why-row">
            <Icon name=line.icon/>
            <div><b>{line.head}</b><p>{line.detail}</p>{source}</div>
            <span class="num">{value}</span>
        </li>
    }
}
