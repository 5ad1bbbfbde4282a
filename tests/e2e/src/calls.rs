//! Calls, expert seats and call-backs at the desk, in the product's words.

use baton_engine::model::{Channel, Collection, Direction, Intent, Interaction};

use crate::cast::{Customer, Person};
use crate::desk::{Desk, hook};
use crate::site::Site;
use crate::wait::until;

impl Site {
    /// A customer calls the hotline.
    #[track_caller]
    pub fn calls(&self, customer: Customer, id: &str, reason: &str) {
        let intent = Intent::StartInteraction {
            channel: Channel::Voice,
            direction: Direction::Inbound,
            customer: customer.record().reference(),
            reason: reason.into(),
            desk: "hotline-front".into(),
            answered: false,
        };
        self.does(Person::Admin, Collection::Interactions, id, intent);
    }

    /// The contact with that id, once it is as wanted.
    #[track_caller]
    pub fn contact(&self, id: &str, what: &str, wanted: impl Fn(&Interaction) -> bool) -> Interaction {
        until(&format!("the server has the contact {id}, {what}"), || {
            let stored = self.api().get(&format!("interactions/{id}"));
            let contact: Interaction = serde_json::from_value(stored.body).ok()?;
            wanted(&contact).then_some(contact)
        })
    }

    /// The seat is in that presence (by its name in the API) as far as the server knows.
    #[track_caller]
    pub fn seat_is(&self, seat: &str, presence: &str) {
        until(&format!("seat {seat} is {presence}"), || {
            (self.api().get(&format!("seats/{seat}")).body["presence"] == presence).then_some(())
        });
    }
}

impl Desk {
    /// Answers the call that rings.
    #[track_caller]
    pub fn answer_call(&self, id: &str) {
        self.wait_for(&format!("{}[data-id=\"{id}\"]", hook("ring-bar")));
        self.click(&hook("ring-answer"));
        self.wait_for(&format!("{}[data-id=\"{id}\"]", hook("contact")));
    }

    /// Opens the expert desk's dialog for the call in the work area, and says what the call is about.
    #[track_caller]
    pub fn ask_expert(&self, topic: &str) {
        self.click(&hook("ctl-expert"));
        self.click(&format!("{}[data-id=\"{topic}\"]", hook("topic")));
        self.wait_gone(&hook("topics"));
    }

    #[track_caller]
    pub fn decline(&self) {
        self.click(&hook("offer-decline"));
        self.wait_gone(&hook("offer"));
    }

    #[track_caller]
    pub fn accept(&self) {
        self.click(&hook("offer-accept"));
        self.wait_gone(&hook("offer"));
    }

    /// Books the call-back that the expert dialog offers; what it promises.
    #[track_caller]
    pub fn book_callback(&self) -> String {
        self.click(&hook("transfer-book"));
        let promise = self.wait_text(&hook("book-due"), "the promise", |text| text.contains(':'));
        self.click(&hook("book-submit"));
        self.wait_gone(&hook("book-submit"));
        promise
    }

    /// Ends the call and writes how it ended.
    #[track_caller]
    pub fn wrap_up(&self) {
        self.click(&hook("ctl-end"));
        self.click(&hook("disposition"));
        self.click(&hook("wrap-done"));
    }
}
