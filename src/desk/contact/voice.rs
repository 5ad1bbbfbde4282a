//! A call: caller line and bar, script beside notes, the customer's case below, wrap-up at the foot.

use baton_engine::model::{Case, Interaction};
use baton_engine::order;
use leptos::prelude::*;

use super::acts::Acts;
use super::callbar::{CallBar, CallerLine};
use super::notes::Notes;
use super::script::Script;
use super::wrap::WrapDock;
use crate::app::state::Doc;
use crate::app::ui_state::Dialog;
use crate::desk::case::CaseView;
use crate::i18n::contact::ContactTexts;
use crate::ui::icon::Icon;

/// The open case that a contact is about: the linked one, else the newest of that number.
pub fn case_of(acts: Acts, contact: Memo<Option<Doc<Interaction>>>) -> Memo<Option<Doc<Case>>> {
    // Only what the search needs, so that a hold does not search anew.
    let about = Memo::new(move |_| contact.get().map(|c| (c.id.clone(), c.cases.clone(), c.customer.number.clone())));
    Memo::new(move |_| {
        let (id, linked, number) = about.get()?;
        let fits = |c: &Case| {
            let of_number = !number.is_empty() && c.customer.number == number && c.status.is_open();
            linked.contains(&c.id) || c.interaction.as_deref() == Some(&id) || of_number
        };
        let mut found = acts.desk.find::<Case>(fits);
        order::sort_by_key(&mut found, |c| {
            let linked = linked.contains(&c.id) || c.interaction.as_deref() == Some(&id);
            (!linked, !c.status.is_open(), std::cmp::Reverse(c.opened_at), c.id.clone())
        });
        found.into_iter().next()
    })
}

#[component]
pub fn VoiceView(id: String) -> impl IntoView {
    let acts = Acts::get();
    let key = id.clone();
    let contact = Memo::new(move |_| acts.desk.get_doc::<Interaction>(&key));
    let case = case_of(acts, contact);
    let own = id.clone();
    view! {
        <div class="contact" data-test="contact" data-id=own data-channel="voice">
            <header class="call">
                <CallerLine id=id.clone() contact=contact case=case/>
                <CallBar id=id.clone() contact=contact/>
            </header>
            <div class="duo">
                <Script id=id.clone() contact=contact case=case/>
                <Notes id=id.clone() contact=contact case=case/>
            </div>
            <ContactCase id=id.clone() case=case/>
            <WrapDock id=id contact=contact/>
        </div>
    }
}

/// The customer's case, or the way to take one in.
#[component]
fn ContactCase(id: String, case: Memo<Option<Doc<Case>>>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    // The view of a case follows it by itself; it is made anew only for another one.
    let which = Memo::new(move |_| case.get().map(|c| c.id.clone()));
    view! {
        <div class="contact-case" data-test="contact-case">
            {move || match which.get() {
                Some(case) => view! { <CaseView id=case/> }.into_any(),
                None => {
                    let id = id.clone();
                    let take = move |_| acts.ui.open(Dialog::Intake { contact: Some(id.clone()) });
                    view! {
                        <div class="empty">
                            <Icon name="case"/><b>{t().case_none}</b><p>{t().case_none_hint}</p>
                            <button class="btn" type="button" data-kind="primary" data-test="take-case" on:click=take>
                                <Icon name="plus" small=true/>{t().case_take}
                            </button>
                        </div>
                    }
                    .into_any()
                }
            }}
        </div>
    }
}
