//! What a person does with contacts, in one place for buttons, shortcuts and the palette: each act sends its
//! intents, moves the presence along, and words a refusal. No rules: the engine decides.

use baton_engine::Refusal;
use baton_engine::model::{Actor, CallState, Case, Channel, Collection, Direction, Intent, Interaction, Presence};
use baton_engine::policy::Policy;
use baton_engine::triage;
use leptos::prelude::*;
use std::sync::Arc;

use super::slots::{self, Off, Slot};
use super::{local, note, presence, runner};
use crate::app::state::{Command, Desk, Doc};
use crate::app::ui_state::{Dialog, Tone, Ui};
use crate::i18n::contact::ContactTexts;
use crate::i18n::{Lang, fill, format, words};
use crate::ui::draft;

/// The handle: `Copy`, taken once in a component or a command, used in its events.
#[derive(Clone, Copy)]
pub struct Acts {
    pub desk: Desk,
    pub ui: Ui,
    pub lang: RwSignal<Lang>,
}

impl Acts {
    pub fn get() -> Acts {
        let lang = use_context::<RwSignal<Lang>>().unwrap_or_else(|| RwSignal::new(Lang::default()));
        Acts { desk: Desk::get(), ui: Ui::get(), lang }
    }

    /// The language now, without following it.
    pub fn lang_now(&self) -> Lang {
        self.lang.try_get_untracked().unwrap_or_default()
    }

    fn texts(&self) -> &'static ContactTexts {
        ContactTexts::get(self.lang_now())
    }

    pub fn policy(&self) -> Option<Arc<Policy>> {
        untrack(|| self.desk.policy())
    }

    pub fn me(&self) -> Actor {
        untrack(|| self.desk.actor())
    }

    pub fn contact(&self, id: &str) -> Option<Doc<Interaction>> {
        self.desk.peek::<Interaction>(id)
    }

    /// `15:30` in the policy's zone.
    pub fn time(&self, at: baton_engine::time::Timestamp) -> String {
        self.policy().map_or_else(String::new, |p| {
            format::moment(at, self.desk.now.get_untracked(), p.home().zone(), self.lang_now())
        })
    }

    /// Says a refusal; true when there was none.
    pub fn tell(&self, result: Result<(), Refusal>) -> bool {
        match result {
            Ok(()) => true,
            Err(why) => {
                let text = words::refusal(&why, self.policy().as_deref(), self.lang_now());
                self.ui.toast(text, Tone::Bad, None);
                false
            }
        }
    }

    pub fn say(&self, text: impl Into<String>) {
        self.ui.toast(text, Tone::Plain, None);
    }

    pub fn contact_intent(&self, id: &str, intent: Intent) -> Command {
        self.desk.command(Collection::Interactions, id, intent)
    }

    fn act(&self, id: &str, intent: Intent) -> bool {
        self.tell(self.desk.act_one(Collection::Interactions, id, intent))
    }

    // ── calls ────────────────────────────────────────────────────────────

    /// Takes a waiting contact and opens it. Another call of the person goes on hold.
    pub fn answer(&self, id: &str) -> bool {
        let me = self.me().id;
        let others = untrack(|| self.desk.find::<Interaction>(|i| presence::voice_of(i, &me) && i.id != id));
        if !self.act(id, Intent::AcceptInteraction) {
            return false;
        }
        let voice = self.contact(id).is_some_and(|c| c.channel == Channel::Voice);
        if voice {
            for other in others.iter().filter(|o| matches!(o.call, CallState::Talking | CallState::ThreeWay)) {
                let _ = self.desk.act_one(
                    Collection::Interactions,
                    &other.id,
                    Intent::SetCallState { state: CallState::Held },
                );
            }
            presence::follow(self.desk, Presence::OnContact);
        }
        self.ui.select(Collection::Interactions, id);
        true
    }

    /// Presses a slot of the call bar; says why when it cannot be used.
    pub fn press(&self, id: &str, slot: Slot) -> bool {
        let Some(contact) = self.contact(id) else { return false };
        if let Some(off) = slots::off(slot, &contact, &self.me()) {
            self.say(self.off_text(off, &contact));
            return false;
        }
        match slot {
            Slot::Answer => self.answer(id),
            Slot::Hold | Slot::Consult | Slot::ThreeWay => {
                self.act(id, Intent::SetCallState { state: slots::toggled(slot, contact.call) })
            }
            Slot::Mute => {
                local::of(id).muted.update(|m| *m = !*m);
                true
            }
            Slot::Keypad => false,
            Slot::Expert => {
                self.ui.open(Dialog::Transfer { contact: id.to_owned() });
                true
            }
            Slot::End => self.end(id),
        }
    }

    /// Why a slot is disabled, in words.
    pub fn off_text(&self, off: Off, contact: &Interaction) -> String {
        let t = self.texts();
        match off {
            Off::NotAnswered => t.off_not_answered.into(),
            Off::Answered => t.off_answered.into(),
            Off::Ended => t.off_ended.into(),
            Off::NotMine => {
                let who = contact.holder.as_ref().map_or("", |h| h.name.as_str());
                fill(t.off_not_mine, &[who])
            }
            Off::OnHold => t.off_on_hold.into(),
            Off::Manual => t.off_manual.into(),
            Off::Offered => t.off_offered.into(),
        }
    }

    /// Hangs up: wrap-up begins.
    pub fn end(&self, id: &str) -> bool {
        self.save_note(id);
        if !self.act(id, Intent::EndInteraction) {
            return false;
        }
        presence::follow(self.desk, Presence::WrapUp);
        true
    }

    /// Logs a call that was taken on a desk phone; it is under way at once.
    pub fn log_call(&self, customer: baton_engine::model::CustomerRef, direction: Direction, reason: String) -> bool {
        let id = self.desk.new_id();
        let desk =
            self.desk.session.with_untracked(|s| s.as_ref().and_then(|s| s.profile.desk.clone())).unwrap_or_default();
        let intent =
            Intent::StartInteraction { channel: Channel::Voice, direction, customer, reason, desk, answered: true };
        if !self.act(&id, intent) {
            return false;
        }
        presence::follow(self.desk, Presence::OnContact);
        self.ui.select(Collection::Interactions, &id);
        true
    }

    // ── notes, script, cases ─────────────────────────────────────────────

    /// Puts the draft of the notes into the contact, if it differs.
    pub fn save_note(&self, id: &str) {
        let Some(contact) = self.contact(id) else { return };
        let Some(text) = draft::peek(self.desk, &note::draft_key(id)) else { return };
        let note = merged(&contact.note, &text);
        if note != contact.note && !note.trim().is_empty() {
            self.tell(self.desk.act_one(Collection::Interactions, id, Intent::AddNote { text: note }));
        }
    }

    /// Records in the notes that the customer was verified.
    pub fn verify(&self, id: &str) {
        let Some(contact) = self.contact(id) else { return };
        let t = self.texts();
        let me = self.me();
        let now = self.desk.now.get_untracked();
        let time = self.policy().map_or_else(String::new, |p| format::clock_time(now, p.home().zone()));
        let text = draft::peek(self.desk, &note::draft_key(id))
            .map_or_else(|| contact.note.clone(), |d| merged(&contact.note, &d));
        let note = note::with_verification(&text, &fill(t.verified_by, &[&me.name, &time]));
        if note != contact.note {
            self.tell(self.desk.act_one(Collection::Interactions, id, Intent::AddNote { text: note }));
        }
    }

    /// Attaches the contact to an open case of the number, and counts the repeated call there.
    pub fn attach(&self, id: &str, case: &Doc<Case>) -> bool {
        let Some(contact) = self.contact(id) else { return false };
        let link = self.contact_intent(id, Intent::LinkInteraction { case: case.id.clone() });
        let came_from_here = case.interaction.as_deref() == Some(id);
        let repeat = triage::come_back(case, contact.reason.clone(), Some(id.to_owned()));
        let both = vec![link.clone(), self.desk.command(Collection::Cases, &case.id, repeat)];
        if !came_from_here && self.desk.act(both).is_ok() {
            return true;
        }
        self.tell(self.desk.act(vec![link]))
    }

    // ── wrap-up ──────────────────────────────────────────────────────────

    /// Ends the contact for good with the chosen disposition and its notes. Works for calls that have been
    /// hung up and for written conversations.
    pub fn dispose(&self, id: &str) -> bool {
        let t = self.texts();
        let Some(contact) = self.contact(id) else { return false };
        let voice = contact.channel == Channel::Voice;
        if voice && contact.ended_at.is_none() {
            self.say(t.wrap_first_end);
            return false;
        }
        let Some(disposition) = local::of(id).disposition.get_untracked() else {
            self.say(t.wrap_pick);
            return false;
        };
        let text = draft::peek(self.desk, &note::draft_key(id))
            .map_or_else(|| contact.note.clone(), |d| merged(&contact.note, &d));
        if !self.act(id, Intent::Dispose { disposition: disposition.clone(), note: text }) {
            return false;
        }
        draft::forget(self.desk, &note::draft_key(id));
        local::forget(id);
        if voice {
            presence::after_contact(self.desk);
        }
        let name = self
            .policy()
            .and_then(|p| p.dispositions.iter().find(|d| d.id == disposition).map(|d| self.lang_now().of(&d.name)));
        self.say(fill(t.wrap_saved, &[&name.unwrap_or(disposition)]));
        true
    }

    // ── offers to this seat ──────────────────────────────────────────────

    pub fn accept_offer(&self, id: &str) -> bool {
        if !self.act(id, Intent::AcceptTransfer) {
            return false;
        }
        presence::follow(self.desk, Presence::OnContact);
        self.ui.select(Collection::Interactions, id);
        true
    }

    pub fn decline_offer(&self, id: &str, reason: &str) -> bool {
        self.act(id, Intent::DeclineTransfer { reason: reason.to_owned() })
    }

    /// Offers the call to a seat; notes and case go along. The runner asks the next seat when nobody takes it.
    pub fn offer(&self, id: &str, desk: &str, seat: &str) -> bool {
        self.save_note(id);
        runner::begin(self, id, desk, seat)
    }
}

/// The notes of a contact with the agent's draft in place of his former text; the line of verification stays.
fn merged(saved: &str, draft: &str) -> String {
    match saved.lines().find(|l| l.starts_with(note::MARK)) {
        Some(line) => note::with_verification(draft, line.trim_start_matches(note::MARK)),
        None => draft.to_owned(),
    }
}
