//! What an entry of the outbox is about: the case, call-back, contact or customer in a few words, numbers masked, and
//! where it opens. No view lives here.

use baton_engine::model::{Collection, CustomerRef, Document, Intent};
use baton_engine::policy::Policies;

use crate::i18n::outbox::OutboxTexts;
use crate::i18n::{Lang, fill, format, words};

/// Where a subject can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Work(Collection, String),
    /// By number.
    Customer(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub text: String,
    pub place: Option<Place>,
}

/// `document` as the desk shows it; None: it is not here, and what `intent` wanted to make of it is all that is known.
pub fn of(document: Option<&Document>, intent: &Intent, policies: &Policies, lang: Lang) -> Subject {
    let t = OutboxTexts::get(lang);
    let topic = |desk: &str, topic: &str, note: &str| {
        let known = policies.desk(desk).and_then(|(_, d)| d.topic(topic));
        known.map_or_else(|| note.to_owned(), |topic| lang.of(&topic.name))
    };
    let (text, place) = match (document, intent) {
        (Some(Document::Case(c)), _) => {
            let case = if c.number.is_empty() {
                t.case.to_owned()
            } else {
                fill(t.case_number, &[format::case_number(&c.number)])
            };
            (told(&case, &c.customer, &c.title), Some(Place::Work(Collection::Cases, c.id.clone())))
        }
        (Some(Document::Callback(c)), _) => {
            let text = told(t.callback, &c.customer, &topic(&c.desk, &c.topic, &c.note));
            (text, Some(Place::Work(Collection::Callbacks, c.id.clone())))
        }
        (Some(Document::Interaction(c)), _) => {
            let text = told(words::channel(c.channel, lang), &c.customer, &c.reason);
            (text, Some(Place::Work(Collection::Interactions, c.id.clone())))
        }
        (Some(Document::Message(m)), _) => {
            let place = Some(Place::Work(Collection::Interactions, m.interaction.clone()));
            (told(words::channel(m.channel, lang), &m.customer, ""), place)
        }
        (Some(Document::Customer(c)), _) => {
            let customer = CustomerRef { name: c.name.clone(), number: c.number.clone(), ..CustomerRef::default() };
            (told(t.customer, &customer, ""), Some(Place::Customer(c.number.clone())))
        }
        (Some(Document::Seat(s)), _) => (fill(t.seat, &[&s.id]), None),
        (None, Intent::OpenCase { customer, title, .. }) => (told(t.case, customer, title), None),
        (None, Intent::StartInteraction { channel, customer, reason, .. }) => {
            (told(words::channel(*channel, lang), customer, reason), None)
        }
        (None, Intent::SendMessage { channel, customer, .. }) => {
            (told(words::channel(*channel, lang), customer, ""), None)
        }
        (None, Intent::BookCallback { desk, topic: id, customer, note, .. }) => {
            (told(t.callback, customer, &topic(desk, id, note)), None)
        }
        (None, _) => (t.not_here.to_owned(), None),
    };
    Subject { text, place }
}

/// Kind, customer and matter; what is not known is left out.
fn told(kind: &str, customer: &CustomerRef, matter: &str) -> String {
    let who = format!("{} {}", customer.name, format::masked(&customer.number));
    let parts = [kind, who.trim(), matter.trim()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use baton_engine::model::{Case, Channel, PolicyPin};

    use super::*;

    fn customer() -> CustomerRef {
        CustomerRef { name: "陈女士".into(), number: "13800006027".into(), ..CustomerRef::default() }
    }

    fn told_of(document: Option<&Document>, intent: &Intent, lang: Lang) -> Subject {
        of(document, intent, &Policies::default(), lang)
    }

    #[test]
    fn a_case_is_named_with_its_customer_masked_and_can_be_opened() {
        let case = Case {
            id: "c1".into(),
            number: "CS-1123-0418".into(),
            title: "手机视频无法播放".into(),
            customer: customer(),
            ..Case::default()
        };
        let subject = told_of(Some(&Document::Case(case)), &Intent::TakeCase, Lang::Zh);
        assert_eq!(subject.text, "个案 0418 · 陈女士 138 **** 6027 · 手机视频无法播放");
        assert_eq!(subject.place, Some(Place::Work(Collection::Cases, "c1".into())));
    }

    #[test]
    fn what_was_never_made_is_told_from_what_was_wanted_and_opens_nothing() {
        let intent = Intent::OpenCase {
            title: "No signal".into(),
            description: String::new(),
            category: "NETWORK".into(),
            channel: Channel::Voice,
            customer: customer(),
            policy: PolicyPin::default(),
            links: Vec::new(),
            interaction: None,
        };
        let subject = told_of(None, &intent, Lang::En);
        assert_eq!((subject.text.as_str(), subject.place), ("Case · 陈女士 138 **** 6027 · No signal", None));
        assert_eq!(told_of(None, &Intent::TakeCase, Lang::En).text, "not on this device");
    }
}
