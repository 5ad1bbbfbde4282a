//! Which acts a case offers to whom, which one comes first, and whether each would hold now. The engine judges; here
//! is only the choice of what is shown, and what stands for an act whose words are not written yet.

use baton_engine::model::{Actor, Case, Collection, Field, FieldChange, Intent, Leg, LegState, PersonRef, Status};
use baton_engine::policy::Policy;
use baton_engine::{Refusal, relay};

use crate::app::commands::Action;
use crate::app::state::Desk;
use crate::app::ui_state::Dialog;
use crate::i18n::case::CaseTexts;
use crate::i18n::fill;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Take,
    Receive,
    AnswerLeg,
    ReturnLeg,
    Chase,
    Withdraw,
    AnswerCustomer,
    Dispatch,
    Await,
    Responded,
    Hold,
    Unhold,
    Referral,
    Note,
    Tried,
    Class,
    Reassign,
    Split,
    Escalate,
    Close,
    Reopen,
    Cancel,
}

/// One act, on one leg where it concerns a leg.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Act {
    pub kind: Kind,
    pub leg: Option<String>,
}

impl Act {
    fn of(kind: Kind) -> Act {
        Act { kind, leg: None }
    }
    fn on(kind: Kind, leg: &Leg) -> Act {
        Act { kind, leg: Some(leg.id.clone()) }
    }
}

/// What is shown: the first one as the main thing to do, the rest in the bar, rare ones in the menu.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Offer {
    pub bar: Vec<Act>,
    pub menu: Vec<Act>,
    /// At the right end.
    pub close: Option<Act>,
}

/// What a case offers to `me`. Whether each would hold is another question: [`refused`].
pub fn offer(policy: &Policy, case: &Case, me: &Actor) -> Offer {
    let (mut bar, mut menu) = (Vec::new(), Vec::new());
    let mine = case.active_leg_of(&me.org);
    let owns = !case.owner.org.is_empty() && case.owner.org == me.org;
    let open = case.status.is_open();
    let below: Vec<&Leg> = case.active_legs().filter(|l| l.from == me.org).collect();
    let chase = chased(case, me);

    if case.owner.org.is_empty() && open {
        bar.push(Act::of(Kind::Take));
    }
    if let Some(leg) = mine {
        if leg.state == LegState::Dispatched {
            bar.push(Act::on(Kind::Receive, leg));
        }
        if below.is_empty() {
            bar.push(Act::on(Kind::AnswerLeg, leg));
        }
    }
    if owns && case.is_paused() {
        bar.push(Act::of(Kind::Responded));
    }
    if owns && case.status == Status::Held {
        bar.push(Act::of(Kind::Unhold));
    }
    if let Some(leg) = chase {
        bar.push(Act::on(Kind::Chase, leg));
    }
    let dispatches = open && (owns || mine.is_some()) && !relay::edges_from(policy, case, &me.org).is_empty();
    let untouched = case.legs.is_empty() && below.is_empty();
    if dispatches && untouched {
        bar.push(Act::of(Kind::Dispatch));
    }
    if owns && open {
        bar.push(Act::of(Kind::AnswerCustomer));
    }
    if dispatches && !untouched {
        bar.push(Act::of(Kind::Dispatch));
    }
    if let Some(leg) = mine {
        if !below.is_empty() {
            bar.push(Act::on(Kind::AnswerLeg, leg));
        }
        bar.push(Act::on(Kind::ReturnLeg, leg));
    }
    if case.status == Status::Resolved {
        bar.push(Act::of(Kind::Reopen));
    }
    bar.push(Act::of(Kind::Note));
    if open {
        bar.push(Act::of(Kind::Escalate));
    }
    menu.extend(below.iter().map(|l| Act::on(Kind::Withdraw, l)));
    if owns && open {
        if !case.is_paused() {
            menu.push(Act::of(Kind::Await));
        }
        if case.status != Status::Held {
            menu.push(Act::of(Kind::Hold));
        }
        menu.push(Act::of(Kind::Referral));
    }
    if !case.status.is_final() {
        menu.push(Act::of(Kind::Class));
        if owns {
            menu.push(Act::of(Kind::Reassign));
        }
    }
    if owns && open {
        if case.status != Status::Resolved {
            menu.push(Act::of(Kind::Tried));
        }
        menu.push(Act::of(Kind::Split));
        menu.push(Act::of(Kind::Cancel));
    }
    let close = (owns && !case.status.is_final()).then(|| Act::of(Kind::Close));
    // Once the customer has been answered, closing is the thing to do.
    if case.status == Status::Resolved && close.is_some() {
        bar.insert(0, Act::of(Kind::Close));
        return Offer { bar, menu, close: None };
    }
    Offer { bar, menu, close }
}

/// Whom a chase reaches: the organisation that holds the baton for what one has handed on oneself; of the owner all.
fn chased<'a>(case: &'a Case, me: &Actor) -> Option<&'a Leg> {
    let owns = !me.org.is_empty() && case.owner.org == me.org;
    let waits = |leg: &Leg| case.active_legs().any(|l| l.parent.as_deref() == Some(&leg.id));
    let from_me = |leg: &Leg| {
        let up = |l: &&Leg| l.parent.as_deref().and_then(|p| case.leg(p));
        // As many steps as there are legs: a parent cycle ends too.
        std::iter::successors(case.leg(&leg.id), up).take(case.legs.len()).any(|l| l.from == me.org)
    };
    case.active_legs().find(|l| l.to != me.org && !waits(l) && (owns || from_me(l)))
}

/// Why an act would not hold now; None: it would. An act whose words are still to come is tried with a dash.
pub fn refused(desk: Desk, policy: &Policy, case: &Case, me: &Actor, act: &Act) -> Option<Refusal> {
    let text = || "–".to_owned();
    let leg = act.leg.clone().unwrap_or_default();
    let would = |intent| desk.would(Collection::Cases, &case.id, intent);
    match act.kind {
        Kind::Take => would(Intent::TakeCase),
        Kind::Receive => would(Intent::ReceiveLeg { leg }),
        Kind::AnswerLeg => would(Intent::AnswerLeg { leg, text: text() }),
        Kind::ReturnLeg => would(Intent::ReturnLeg { leg, reason: text() }),
        Kind::Chase => would(Intent::ChaseLeg { leg, text: String::new() }),
        Kind::Withdraw => would(Intent::WithdrawLeg { leg, reason: text() }),
        Kind::AnswerCustomer => would(Intent::AnswerCustomer { text: text() }),
        Kind::Dispatch => {
            // One receiver that works is enough; consent and a known break of the deadline are asked in the dialog.
            let mut first = None;
            for edge in relay::edges_from(policy, case, &me.org) {
                let to = edge.to.clone();
                match would(Intent::Dispatch { to, request: text(), consent: true, despite_deadline: true }) {
                    None => return None,
                    Some(refusal) => first = first.or(Some(refusal)),
                }
            }
            first
        }
        Kind::Await => would(Intent::AwaitCustomer { what: text() }),
        Kind::Responded => would(Intent::CustomerResponded { text: String::new() }),
        Kind::Hold => would(Intent::HoldCase { reason: text() }),
        Kind::Unhold => would(Intent::UnholdCase),
        Kind::Referral => would(Intent::RecordReferral { to: text(), note: String::new() }),
        Kind::Note => would(Intent::AddNote { text: text() }),
        Kind::Tried => would(Intent::LogContactAttempt { note: String::new() }),
        Kind::Class => {
            let to = policy.classes.first().map(|c| c.id.clone()).unwrap_or_default();
            would(Intent::ChangeClass { service_class: to, tier: case.customer.tier.clone() })
        }
        Kind::Reassign => {
            // To a colleague; taking it over oneself is a part of the same dialog.
            let person = PersonRef { id: me.id.clone(), name: me.name.clone() };
            would(Intent::ReassignCase { person })
        }
        // The second case is opened by the dialog; this one only gets its link.
        Kind::Split => would(Intent::AddNote { text: text() }),
        Kind::Escalate => would(Intent::EscalateCase { reason: text() }),
        Kind::Close => would(Intent::CloseCase { note: String::new() }),
        Kind::Reopen => would(Intent::ReopenCase { reason: text() }),
        Kind::Cancel => would(Intent::CancelCase { reason: text(), into: None }),
    }
}

/// Stands for an edit whose words are still to come: would the person be allowed to make one?
pub fn edits_nothing(case: &Case) -> Intent {
    let title = case.title.clone();
    Intent::EditFields { changes: vec![FieldChange { field: Field::Title, from: title.clone(), to: "–".to_owned() }] }
}

impl Act {
    pub fn test_id(&self) -> &'static str {
        match self.kind {
            Kind::Take => "act-take",
            Kind::Receive => "act-receive",
            Kind::AnswerLeg => "act-answer",
            Kind::ReturnLeg => "act-return",
            Kind::Chase => "act-chase",
            Kind::Withdraw => "act-withdraw",
            Kind::AnswerCustomer => "act-answer-customer",
            Kind::Dispatch => "act-dispatch",
            Kind::Await => "act-await",
            Kind::Responded => "act-responded",
            Kind::Hold => "act-hold",
            Kind::Unhold => "act-unhold",
            Kind::Referral => "act-referral",
            Kind::Note => "act-note",
            Kind::Tried => "act-tried",
            Kind::Class => "act-class",
            Kind::Reassign => "act-reassign",
            Kind::Split => "act-split",
            Kind::Escalate => "act-escalate",
            Kind::Close => "act-close",
            Kind::Reopen => "act-reopen",
            Kind::Cancel => "act-cancel",
        }
    }

    /// The icon, where the first act of the bar shows one.
    pub fn icon(&self) -> &'static str {
        match self.kind {
            Kind::Take | Kind::Receive => "baton",
            Kind::AnswerLeg | Kind::ReturnLeg | Kind::Withdraw => "back",
            Kind::Chase => "nudge",
            Kind::AnswerCustomer => "check",
            Kind::Dispatch | Kind::Referral => "arrow",
            Kind::Await | Kind::Hold => "hold",
            Kind::Responded | Kind::Unhold => "play",
            Kind::Note => "edit",
            Kind::Tried => "phone",
            Kind::Class => "star",
            Kind::Reassign => "swap",
            Kind::Split => "three",
            Kind::Escalate => "up",
            Kind::Close => "lock",
            Kind::Reopen => "refresh",
            Kind::Cancel => "x",
        }
    }

    /// The command that does the same, if there is one.
    pub fn action(&self) -> Option<Action> {
        Some(match self.kind {
            Kind::Receive => Action::Receive,
            Kind::AnswerLeg => Action::AnswerLeg,
            Kind::ReturnLeg => Action::ReturnLeg,
            Kind::Chase => Action::Chase,
            Kind::AnswerCustomer => Action::AnswerCustomer,
            Kind::Dispatch => Action::Dispatch,
            Kind::Await => Action::Await,
            Kind::Note => Action::Note,
            Kind::Escalate => Action::Escalate,
            Kind::Close => Action::Close,
            _ => return None,
        })
    }

    /// `to`: the receiver of the leg, where one is named; `more`: the baton has been handed on before.
    pub fn name(&self, t: &CaseTexts, to: &str, more: bool) -> String {
        match self.kind {
            Kind::Take => t.act_take.into(),
            Kind::Receive => t.act_receive.into(),
            Kind::AnswerLeg => t.act_answer.into(),
            Kind::ReturnLeg => t.act_return.into(),
            Kind::Chase => fill(t.act_chase, &[to]),
            Kind::Withdraw => fill(t.act_withdraw, &[to]),
            Kind::AnswerCustomer => t.act_answer_customer.into(),
            Kind::Dispatch if more => t.act_dispatch_on.into(),
            Kind::Dispatch => t.act_dispatch.into(),
            Kind::Await => t.act_await.into(),
            Kind::Responded => t.act_responded.into(),
            Kind::Hold => t.act_hold.into(),
            Kind::Unhold => t.act_unhold.into(),
            Kind::Referral => t.act_referral.into(),
            Kind::Note => t.act_note.into(),
            Kind::Tried => t.act_tried.into(),
            Kind::Class => t.act_class.into(),
            Kind::Reassign => t.act_reassign.into(),
            Kind::Split => t.act_split.into(),
            Kind::Escalate => t.act_escalate.into(),
            Kind::Close => t.act_close.into(),
            Kind::Reopen => t.act_reopen.into(),
            Kind::Cancel => t.act_cancel.into(),
        }
    }

    /// What happens: a dialog, or the intent at once.
    pub fn deed(&self, case: &str) -> Deed {
        let (case, leg) = (case.to_owned(), self.leg.clone().unwrap_or_default());
        Deed::Ask(match self.kind {
            Kind::Take => return Deed::Now(Intent::TakeCase),
            Kind::Receive => return Deed::Now(Intent::ReceiveLeg { leg }),
            Kind::Chase => return Deed::Now(Intent::ChaseLeg { leg, text: String::new() }),
            Kind::Responded => return Deed::Now(Intent::CustomerResponded { text: String::new() }),
            Kind::Unhold => return Deed::Now(Intent::UnholdCase),
            Kind::AnswerLeg => Dialog::AnswerLeg { case, leg },
            Kind::ReturnLeg => Dialog::ReturnLeg { case, leg },
            Kind::Withdraw => Dialog::WithdrawLeg { case, leg },
            Kind::AnswerCustomer => Dialog::AnswerCustomer { case },
            Kind::Dispatch => Dialog::Dispatch { case },
            Kind::Await => Dialog::AwaitCustomer { case },
            Kind::Hold => Dialog::Hold { case },
            Kind::Referral => Dialog::Referral { case },
            Kind::Note => Dialog::Note { case },
            Kind::Tried => Dialog::NotReached { case },
            Kind::Class => Dialog::ChangeClass { case },
            Kind::Reassign => Dialog::Reassign { case },
            Kind::Split => Dialog::Split { case },
            Kind::Escalate => Dialog::Escalate { case },
            Kind::Close => Dialog::CloseCase { case },
            Kind::Reopen => Dialog::Reopen { case },
            Kind::Cancel => Dialog::CancelCase { case },
        })
    }
}

#[allow(clippy::large_enum_variant)] // made once a click
pub enum Deed {
    Now(Intent),
    Ask(Dialog),
}
