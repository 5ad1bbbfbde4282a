//! Making room on a device that fills up: the text of work that was finished long ago is dropped. The backend has it; what
//! waits, and what is still to be done, is never touched.

use baton_engine::model::{Collection, Document};
use baton_engine::time::Timestamp;

use super::Replica;
use crate::plan::Plan;
use crate::slot::{DocKey, Slot};

impl Replica {
    /// Whether a document is known and its text is not here, because room was needed.
    pub fn is_pruned(&self, collection: Collection, id: &str) -> bool {
        self.slot(collection, id).is_some_and(Slot::is_pruned)
    }

    /// Number of documents of which that is so.
    pub fn pruned(&self) -> usize {
        self.docs.values().flat_map(|docs| docs.values()).filter(|slot| slot.is_pruned()).count()
    }

    /// Finished work that nobody has touched since `before` (server time), and the messages of such contacts.
    pub(crate) fn plan_prune(&self, before: Timestamp) -> Plan {
        let mut plan = Plan::default();
        for (collection, docs) in &self.docs {
            for (id, slot) in docs {
                let key = (*collection, id.clone());
                if let Some(base) = slot.base.as_ref().filter(|_| self.may_go(&key, slot, before)) {
                    let base = base.pruned();
                    plan.batch.docs.push(base.record(&key));
                    let mut slot = slot.clone();
                    slot.base = Some(base);
                    plan.settle(&self.frame(None), key, slot);
                }
            }
        }
        plan
    }

    fn may_go(&self, key: &DocKey, slot: &Slot, before: Timestamp) -> bool {
        let Some(doc) = slot.base_doc(key).filter(|_| slot.pending.is_empty()) else { return false };
        let finished = match &**doc {
            Document::Message(message) => {
                let contact = self.slot(Collection::Interactions, &message.interaction);
                let of = (Collection::Interactions, message.interaction.clone());
                contact.is_some_and(|slot| slot.is_pruned() || slot.base_doc(&of).is_some_and(|doc| doc.is_finished()))
            }
            doc => doc.is_finished(),
        };
        let touched = doc.journal().iter().map(|entry| entry.at).max();
        finished && touched.is_some_and(|at| at < before)
    }
}
