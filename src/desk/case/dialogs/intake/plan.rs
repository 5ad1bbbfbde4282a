//! What becomes of a new request: a case of its own, a repeat of one that is open, or the reopening of one that was
//! answered; and by when the customer is promised an answer.

use baton_engine::clock;
use baton_engine::model::{Case, CaseLink, Channel, ClassAt, Collection, CustomerRef, Intent, LinkKind, Status};
use baton_engine::policy::Policy;
use baton_engine::time::{Span, Timestamp};
use baton_engine::triage;
use leptos::prelude::*;

use crate::app::state::{Command, Doc};
use crate::desk::case::dialogs::form::Card;
use crate::desk::case::dialogs::hand::{Hand, spoken};
use crate::i18n::dialogs::DialogTexts;
use crate::i18n::{fill, format};
use crate::ui::clock::ClockView;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The open case of this number and category.
    duplicate: Option<Doc<Case>>,
    /// The person said that it is another matter.
    apart: bool,
    /// The closed case that it repeats.
    repeat: Option<(CaseLink, String)>,
}

/// What was filled in.
pub struct Request {
    pub customer: CustomerRef,
    pub category: String,
    pub title: String,
    pub description: String,
    pub channel: Channel,
    pub contact: Option<String>,
}

/// What the engine says of number and category. `apart`: the case of which the person said that this is another matter.
pub fn plan(hand: Hand, number: &str, category: &str, apart: Option<String>) -> Plan {
    let Some(policy) = hand.policy().filter(|_| !number.is_empty() && !category.is_empty()) else {
        return Plan::default();
    };
    let cases = hand.desk.find::<Case>(|c| c.customer.number == number);
    let of = || cases.iter().map(|c| &**c);
    let found = triage::duplicate_of(of(), number, category).map(|c| c.id.clone());
    let duplicate = found.and_then(|id| cases.iter().find(|c| c.id == id).cloned());
    let repeat = triage::repeat_of(&policy, of(), number, category, hand.desk.now.get_untracked());
    let named = |link: CaseLink| {
        let number = cases.iter().find(|c| c.id == link.case).map(|c| spoken(c)).unwrap_or_default();
        (link, number)
    };
    let apart = apart.is_some() && apart.as_deref() == duplicate.as_ref().map(|d| d.id.as_str());
    Plan { duplicate, apart, repeat: repeat.map(named) }
}

impl Plan {
    fn attaches(&self) -> Option<&Doc<Case>> {
        self.duplicate.as_ref().filter(|_| !self.apart)
    }

    pub fn is_new(&self) -> bool {
        self.attaches().is_none()
    }

    pub fn submit(&self, t: &'static DialogTexts) -> &'static str {
        match self.attaches() {
            None => t.intake_submit,
            Some(c) if c.status == Status::Resolved => t.intake_reopen_submit,
            Some(_) => t.intake_attach_submit,
        }
    }

    pub fn toast(&self, hand: Hand, due: Option<Promise>) -> String {
        let t = hand.t_now();
        match self.attaches() {
            None => {
                let at = hand.policy_now().zip(due).map(|(p, d)| hand.moment(&p, d.due));
                fill(t.intake_done, &[&at.unwrap_or_default()])
            }
            Some(c) if c.status == Status::Resolved => fill(t.intake_reopened, &[&spoken(c)]),
            Some(c) => fill(t.intake_attached, &[&spoken(c)]),
        }
    }
}

/// The intents of the plan and the case that is looked at afterwards. None while no pack is loaded.
pub fn commands(hand: Hand, plan: &Plan, request: Request) -> Option<(Vec<Command>, String)> {
    let policy = hand.policy_now()?;
    let desk = hand.desk;
    let Request { customer, category, title, description, channel, contact } = request;
    let (id, intent) = match plan.attaches() {
        Some(case) => {
            let text = [title.as_str(), description.as_str()]
                .into_iter()
                .filter(|s| !s.is_empty())
                .collect::<Vec<_>>()
                .join("\n");
            (case.id.clone(), triage::come_back(case, text, contact.clone()))
        }
        None => {
            let related = plan.duplicate.as_ref().map(|c| CaseLink { kind: LinkKind::Related, case: c.id.clone() });
            let links = plan.repeat.iter().map(|(link, _)| link.clone()).chain(related).collect();
            let pin = policy.pin();
            let interaction = contact.clone();
            (
                desk.new_id(),
                Intent::OpenCase { title, description, category, channel, customer, policy: pin, links, interaction },
            )
        }
    };
    let mut commands = vec![desk.command(Collection::Cases, &id, intent)];
    if let Some(contact) = contact {
        commands.push(desk.command(Collection::Interactions, &contact, Intent::LinkInteraction { case: id.clone() }));
    }
    Some((commands, id))
}

/// By when the customer would be answered if the case were taken in now.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    pub due: Timestamp,
    from: Timestamp,
    limit: Span,
    class: String,
}

pub fn promise(hand: Hand, class: &str, now: Timestamp) -> Option<Promise> {
    let policy = hand.policy()?;
    let class = policy.class(class);
    let at = ClassAt { at: now, service_class: class.id.clone(), tier: String::new() };
    let case = Case { opened_at: Some(now), classes: vec![at], ..Case::default() };
    let due = clock::reply(&policy, &case, now)?.due;
    Some(Promise { due, from: now, limit: class.reply.limit, class: class.id.clone() })
}

impl Promise {
    /// `14:57 + 8 小时，贵宾客户`
    pub fn how(&self, hand: Hand, policy: &Policy) -> String {
        let lang = hand.lang.get();
        let (from, limit) = (hand.moment(policy, self.from), format::rule_length(self.limit, lang));
        fill(hand.t().intake_due_how, &[&from, &limit, &lang.of(&policy.class(&self.class).name)])
    }
}

/// Attach or not: the default is that no second case is made.
#[component]
pub fn PlanView(hand: Hand, plan: Memo<Plan>, apart: RwSignal<Option<String>>) -> impl IntoView {
    let duplicate = Memo::new(move |_| plan.with(|p| p.duplicate.clone()));
    let choice = move || {
        let case = duplicate.get()?;
        let (t, number) = (hand.t(), spoken(&case));
        let attach = if case.status == Status::Resolved { t.intake_reattach } else { t.intake_attach };
        let (id, this) = (case.id.clone(), case.clone());
        let clock = Signal::derive(move || {
            let policy = hand.desk.policy_of(&this.policy)?;
            clock::reply(&policy, &this, hand.desk.now.get_untracked())
        });
        Some(view! {
            <div class="dlg-warn" data-s="soon" data-test="intake-duplicate">
                <fieldset class="dlg-cards">
                    <legend class="hline"><span>{fill(t.intake_duplicate, &[&number, &case.title])}</span><ClockView clock/></legend>
                    <Card group="intake-duplicate" test="intake-attach" checked=Signal::derive(move || plan.with(|p| !p.apart))
                        on_choose=move || apart.set(None)>{fill(attach, &[&number])}</Card>
                    <Card group="intake-duplicate" test="intake-apart" checked=Signal::derive(move || plan.with(|p| p.apart))
                        on_choose=move || apart.set(Some(id.clone()))>{t.intake_separate}</Card>
                </fieldset>
            </div>
        })
    };
    let repeat = move || {
        plan.with(|p| {
            p.repeat.as_ref().filter(|_| p.is_new()).map(|(_, number)| fill(hand.t().intake_repeat, &[number]))
        })
        .map(|text| view! { <p class="hint" data-s="soon" data-test="intake-repeat">{text}</p> })
    };
    view! { <div role="status">{choice}</div>{repeat} }
}
