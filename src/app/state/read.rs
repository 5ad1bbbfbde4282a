//! What views read of the desk. Every function says whether its caller follows what it reads.

use std::sync::Arc;

use baton_engine::model::{Actor, Collection, Document, Interaction, Message, PolicyPin};
use baton_engine::order;
use baton_engine::policy::{Policies, Policy};
use baton_engine::time::Timestamp;
use baton_engine::worklist::Row;
use baton_sync::OutboxItem;
use leptos::prelude::*;

use super::{Desk, Doc, Key, Kind};
use crate::app::live::Live;
use crate::app::session::Session;

impl Desk {
    /// The document of that id; the caller follows its changes.
    pub fn get_doc<T: Kind>(&self, id: &str) -> Option<Doc<T>> {
        self.document(T::COLLECTION, id).and_then(Doc::new)
    }

    /// The document of any kind; the caller follows its changes. One that was dropped for room is fetched.
    pub fn document(&self, collection: Collection, id: &str) -> Option<Arc<Document>> {
        self.follow(collection, id);
        let document = self.shelf.with_value(|s| s.get(collection, id).cloned());
        if document.is_none() {
            self.with_live(|live| live.bring_back(collection, id));
        }
        document
    }

    /// The same without following.
    pub fn peek<T: Kind>(&self, id: &str) -> Option<Doc<T>> {
        self.shelf.with_value(|s| s.get(T::COLLECTION, id).cloned()).and_then(Doc::new)
    }

    /// All documents of a kind that `keep` wants; the caller follows every change of the collection.
    pub fn find<T: Kind>(&self, keep: impl Fn(&T) -> bool) -> Vec<Doc<T>> {
        self.follow_all(T::COLLECTION);
        self.shelf.with_value(|s| {
            s.all(T::COLLECTION).filter(|d| T::of(d).is_some_and(&keep)).filter_map(|d| Doc::new(d.clone())).collect()
        })
    }

    /// The messages of a conversation, oldest first; the caller follows.
    pub fn messages(&self, interaction: &str) -> Vec<Doc<Message>> {
        self.follow_all(Collection::Messages);
        let mut list: Vec<Doc<Message>> =
            self.shelf.with_value(|s| s.messages_of(interaction).filter_map(|d| Doc::new(d.clone())).collect());
        order::sort_by(&mut list, |a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        list
    }

    /// The customer's first message since the desk's last one.
    pub fn waiting_since(&self, contact: &Interaction) -> Option<Timestamp> {
        self.shelf.with_value(|s| s.waiting_since(contact))
    }

    /// The list of work, most urgent first; the caller follows it.
    pub fn with_rows<R>(&self, read: impl FnOnce(&[Arc<Row>]) -> R) -> R {
        self.list_rev.track();
        self.shelf.with_value(|s| read(s.worklist().rows()))
    }

    /// The documents of its first rows, and the messages that these are judged by.
    pub fn urgent(&self, most: usize) -> Vec<Key> {
        self.shelf.with_value(|s| {
            let rows = s.worklist().rows().iter().take(most);
            let messages = |row: &Row| -> Vec<Key> {
                let contact = (row.collection == Collection::Interactions).then_some(&row.id);
                let messages = contact.into_iter().flat_map(|id| s.messages_of(id));
                messages.map(|m| (Collection::Messages, m.id().to_owned())).collect()
            };
            rows.flat_map(|row| std::iter::once((row.collection, row.id.clone())).chain(messages(row))).collect()
        })
    }

    /// One row of it.
    pub fn row(&self, collection: Collection, id: &str) -> Option<Arc<Row>> {
        self.list_rev.track();
        self.shelf.with_value(|s| s.worklist().get(collection, id).cloned())
    }

    pub fn policies(&self) -> Arc<Policies> {
        self.policy_rev.track();
        self.shelf.with_value(|s| s.policies.clone())
    }

    /// The pack in force.
    pub fn policy(&self) -> Option<Arc<Policy>> {
        self.policies().in_force().cloned()
    }

    /// The pack under which a document was taken.
    pub fn policy_of(&self, pin: &PolicyPin) -> Option<Arc<Policy>> {
        self.policies().of(pin).cloned()
    }

    pub fn actor(&self) -> Actor {
        self.session.with(|s| s.as_ref().map(Session::actor)).unwrap_or_default()
    }

    /// Whether entries of the document wait to be confirmed by the backend; the caller follows.
    pub fn is_pending(&self, collection: Collection, id: &str) -> bool {
        self.outbox_rev.track();
        self.live.with_value(|l| l.as_ref().is_some_and(|l| l.is_pending(collection, id)))
    }

    /// Whether this desk's claim of the document may still turn out to be somebody else's; the caller follows.
    pub fn is_provisional(&self, collection: Collection, id: &str) -> bool {
        self.outbox_rev.track();
        self.connection.track();
        self.live.with_value(|l| l.as_ref().is_some_and(|l| l.is_provisional(collection, id)))
    }

    /// Waiting entries, oldest first; the caller follows.
    pub fn outbox_items(&self) -> Vec<OutboxItem> {
        self.outbox_rev.track();
        self.live.with_value(|l| l.as_ref().map(Live::outbox)).unwrap_or_default()
    }

    /// Ids of entries that the backend confirmed last, oldest first; the caller follows.
    pub fn confirmed(&self) -> Vec<String> {
        self.outbox_rev.track();
        self.live.with_value(|l| l.as_ref().map(Live::confirmed)).unwrap_or_default()
    }

    /// What cannot be read: (where, why, the stored text if we have it); the caller follows.
    pub fn unreadable(&self) -> Vec<(String, String, String)> {
        self.outbox_rev.track();
        self.live.with_value(|l| l.as_ref().map(Live::unreadable)).unwrap_or_default()
    }

    /// How many documents this device keeps without their text, for room.
    pub fn pruned(&self) -> usize {
        self.live.with_value(|l| l.as_ref().map_or(0, Live::pruned))
    }

    /// The outbox as a JSON text to keep.
    pub fn export_outbox(&self) -> String {
        self.live.with_value(|l| l.as_ref().map(Live::export)).unwrap_or_default()
    }

    /// The kept draft.
    pub fn draft(&self, key: &str) -> Option<String> {
        self.live.with_value(|l| l.as_ref().and_then(|l| l.draft(key)))
    }

    fn follow(&self, collection: Collection, id: &str) {
        let key = (collection, id.to_owned());
        let mut trigger = None;
        self.triggers.update_value(|t| trigger = Some(t.entry(key).or_default().clone()));
        if let Some(trigger) = trigger {
            trigger.track();
        }
    }

    fn follow_all(&self, collection: Collection) {
        if let Some(rev) = self.collection_rev.with_value(|r| r.get(&collection).copied()) {
            rev.track();
        }
    }
}
