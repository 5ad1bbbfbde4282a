//! What others did before the story begins, or beside it: real intents, run through the same rules as a desk runs them, and
//! stored past the desk under test.

use baton_engine::decide;
use baton_engine::model::{Actor, Channel, Collection, Document, Entry, Intent, Role};
use baton_engine::policy::{PackLoader, Policies};
use baton_engine::time::Timestamp;
use uuid::Uuid;

use crate::cast::{Customer, POLICY, Person};
use crate::setup::setup;
use crate::site::Site;

impl Person {
    /// As the desk itself writes him into journals.
    pub fn actor(self) -> Actor {
        Actor {
            id: self.login().into(),
            name: self.name().into(),
            org: self.org().into(),
            role: match self {
                Person::Lead => Role::Lead,
                Person::Admin => Role::Admin,
                _ => Role::Agent,
            },
            seat: self.seat().map(str::to_owned),
        }
    }
}

/// The packs that were built into the app, the expert desk's in force.
#[track_caller]
pub fn policies() -> Policies {
    let folder = setup().site.join("policy");
    let mut files: Vec<_> = std::fs::read_dir(&folder).expect("the packs").flatten().map(|e| e.path()).collect();
    files.sort();
    let mut loader = PackLoader::new();
    let mut ids = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a pack can be read");
        if text.contains("\"baton-policy/") {
            let name = file.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
            ids.push(loader.add(&name, &text).unwrap_or_else(|faults| panic!("{name}: {faults:?}")));
        }
    }
    let mut policies = Policies::default();
    for id in ids {
        policies.insert(loader.load(&id).unwrap_or_else(|faults| panic!("{id}: {faults:?}")));
    }
    assert!(policies.put_in_force(POLICY));
    policies
}

impl Site {
    /// `person` does something to a document somewhere else, at the server's time. Returns the entry's id.
    #[track_caller]
    pub fn does(&self, person: Person, collection: Collection, id: &str, intent: Intent) -> String {
        self.does_at(person, collection, id, intent, self.api().now())
    }

    /// The same at another moment.
    #[track_caller]
    pub fn does_at(&self, person: Person, collection: Collection, id: &str, intent: Intent, at: Timestamp) -> String {
        let held = self.api().get(&format!("{}/{id}", collection.name()));
        let document = (held.status == 200)
            .then(|| Document::from_json(collection, &held.body, None).unwrap_or_else(|fault| panic!("{fault}")));
        let entry = Entry { id: Uuid::now_v7().to_string(), at, by: person.actor(), intent };
        let next = decide(&policies(), collection, id, document.as_ref(), &entry)
            .unwrap_or_else(|refusal| panic!("{} may not {:?}: {refusal:?}", person.login(), entry.intent));
        self.api().put(collection.name(), id, &next.to_json()).ok();
        entry.id
    }

    /// A call-back at the expert desk, booked now by the hotline.
    #[track_caller]
    pub fn book(&self, customer: Customer, topic: &str, id: &str) {
        let pin = policies().in_force().expect("a pack is in force").pin();
        let intent = Intent::BookCallback {
            desk: "expert-data-dg".into(),
            topic: topic.into(),
            customer: customer.record().reference(),
            policy: pin,
            note: "请回电".into(),
            interaction: None,
            case: None,
        };
        self.does(Person::Hotline, Collection::Callbacks, id, intent);
    }

    /// A case, taken in now by `person` somewhere else.
    #[track_caller]
    pub fn opened(&self, person: Person, customer: Customer, id: &str, title: &str) {
        let intent = Intent::OpenCase {
            title: title.into(),
            description: String::new(),
            category: "DATA_SERVICE.video".into(),
            channel: Channel::Voice,
            customer: customer.record().reference(),
            policy: policies().in_force().expect("a pack is in force").pin(),
            links: Vec::new(),
            interaction: None,
        };
        self.does(person, Collection::Cases, id, intent);
    }
}
