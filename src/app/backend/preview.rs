//! Ten documents of a collection as this connector maps them: the fields as the desk would show them, and the fault of each
//! that cannot be read.

use baton_engine::model::{CallbackStatus, Collection, CustomerRef, Document, InteractionStatus};
use baton_engine::policy::Policy;
use baton_engine::time::Timestamp;
use baton_sync::Connector;
use baton_sync::connector::Remote;
use baton_sync::net::Problem;
use baton_sync::selftest;
use leptos::prelude::*;
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;

use super::promises;
use super::trial::Trial;
use crate::app::state::Desk;
use crate::i18n::backend::BackendTexts;
use crate::i18n::{Lang, fill, format, lang, selftest as worded, words};
use crate::net::DeskNet;

const SHOWN: usize = 10;
/// Deleted documents fill the list and are not shown.
const ASKED: u16 = 100;

/// One document, or what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
enum Item {
    Read(Box<Document>, Vec<String>),
    Unreadable { id: String, what: String },
    Nameless(String),
}

#[derive(Debug, Clone, PartialEq)]
enum Shown {
    Nothing,
    Busy,
    Items(Collection, Vec<Item>),
    Failed(Problem),
}

/// The first ten that are not deleted.
async fn ten(connector: &Connector, net: &DeskNet, collection: Collection) -> Result<Vec<Item>, Problem> {
    let (found, nameless) = selftest::preview(connector, net, collection.into(), ASKED).await?;
    let live = found.iter().filter(|remote| !remote.deleted).map(|remote| read(collection, remote));
    Ok(live.chain(nameless.into_iter().map(Item::Nameless)).take(SHOWN).collect())
}

/// A document in our form, with the names of the fields that are carried along unread.
fn read(collection: Collection, remote: &Remote) -> Item {
    let unreadable = |what: String| Item::Unreadable { id: remote.id.clone(), what };
    let value: Value = match serde_json::from_str(&remote.raw) {
        Ok(value) => value,
        Err(error) => return unreadable(error.to_string()),
    };
    let carried = value.get("_theirs").and_then(Value::as_object).map(|map| map.keys().cloned().collect());
    match Document::from_json(collection, &value, remote.stamp) {
        Ok(document) => Item::Read(Box::new(document), carried.unwrap_or_default()),
        Err(fault) => unreadable(fault.what),
    }
}

#[component]
pub fn PreviewPanel(trial: Trial) -> impl IntoView {
    let t = move || BackendTexts::get(lang());
    let kind = RwSignal::new(None::<Collection>);
    let shown = RwSignal::new(Shown::Nothing);
    let kinds =
        Memo::new(move |_| trial.backend().map(|b| b.connector.collections().collect::<Vec<_>>()).unwrap_or_default());
    let wanted = Memo::new(move |_| {
        let kinds = kinds.get();
        kind.get().filter(|k| kinds.contains(k)).or_else(|| kinds.first().copied())
    });
    let ready = Memo::new(move |_| trial.person().is_some() && wanted.get().is_some());
    let show = move |_| {
        let (Some(backend), Some(collection)) = (trial.backend(), wanted.get_untracked()) else { return };
        let net = trial.net.get_value();
        shown.set(Shown::Busy);
        spawn_local(async move {
            let found = match ten(&backend.connector, &net, collection).await {
                Ok(items) => Shown::Items(collection, items),
                Err(problem) => Shown::Failed(problem),
            };
            let _ = shown.try_set(found);
        });
    };
    let choose = move |ev: web_sys::Event| kind.set(Collection::from_name(&event_target_value(&ev)));
    view! {
        <p class="mute small">{move || t().preview_more}</p>
        <div class="hline">
            <select class="btn" data-test="preview-kind" aria-label=move || t().kind on:change=choose>
                {move || kinds.get().into_iter().map(|k| view! {
                    <option value=k.name() selected=wanted.get_untracked() == Some(k)>{promises::kind(k, lang())}</option>
                }).collect_view()}
            </select>
            <button type="button" class="btn" data-kind="primary" data-test="preview-show" on:click=show
                disabled=move || !ready.get() || shown.with(|s| *s == Shown::Busy)>{move || t().show}</button>
            <span class="small mute" role="status">{move || shown.with(|s| *s == Shown::Busy).then(|| t().showing)}</span>
        </div>
        <Show when=move || !ready.get()><p class="small">{move || trial.first()}</p></Show>
        {move || match shown.get() {
            Shown::Nothing | Shown::Busy => ().into_any(),
            Shown::Failed(problem) => view! {
                <div class="note-box" data-s="over" role="status" data-test="preview-failed">
                    <p>{fill(t().not_kept_back, &[&worded::problem(&problem, lang())])}</p>
                </div>
            }.into_any(),
            Shown::Items(_, items) if items.is_empty() => view! {
                <div class="empty" data-test="preview-empty"><b>{t().nothing}</b><p>{t().nothing_more}</p></div>
            }.into_any(),
            Shown::Items(_, items) => view! {
                <ol class="be-docs" data-test="preview">{items.into_iter().map(|item| view! { <Line item/> }).collect_view()}</ol>
            }.into_any(),
        }}
    }
}

#[component]
fn Line(item: Item) -> impl IntoView {
    let desk = Desk::get();
    let t = BackendTexts::get(lang());
    match item {
        Item::Read(document, carried) => {
            let policy = desk.policy();
            let lines = fields(&document, policy.as_deref(), desk.now.get_untracked(), lang());
            let lines = lines.into_iter().map(|(name, value)| {
                let empty = value.is_empty();
                view! { <div><dt>{name}</dt><dd class=empty.then_some("mute")>{if empty { t.empty.to_owned() } else { value }}</dd></div> }
            });
            view! {
                <li data-test="preview-item"><code class="mute small cut">{document.id().to_owned()}</code>
                    <dl class="be-facts">
                        {lines.collect_view()}
                        {(!carried.is_empty()).then(|| view! { <div><dt>{t.carried}</dt><dd class="mute">{carried.join(", ")}</dd></div> })}
                    </dl>
                </li>
            }.into_any()
        }
        Item::Unreadable { id, what } => view! {
            <li data-s="over" data-test="preview-unreadable"><span class="hline"><code class="small cut">{id}</code><span class="tag" data-s="over">{t.unreadable}</span></span><p class="small">{what}</p></li>
        }.into_any(),
        Item::Nameless(text) => view! {
            <li data-s="over" data-test="preview-unreadable"><span class="tag" data-s="over">{t.nameless}</span><pre class="oi-raw" tabindex="0">{text}</pre></li>
        }.into_any(),
    }
}

/// What the desk shows of a document, in its order.
fn fields(document: &Document, policy: Option<&Policy>, now: Timestamp, lang: Lang) -> Vec<(&'static str, String)> {
    let t = BackendTexts::get(lang);
    let moment = |at: Option<Timestamp>| {
        let text = at.zip(policy).map(|(at, policy)| format::moment(at, now, policy.home().zone(), lang));
        text.or_else(|| at.map(|at| at.to_string())).unwrap_or_default()
    };
    let org = |id: &str| policy.map_or_else(|| id.to_owned(), |policy| words::organisation(policy, id, lang));
    let who = |c: &CustomerRef| format!("{} {}", c.name, format::masked(&c.number)).trim().to_owned();
    let entries = document.journal().len().to_string();
    match document {
        Document::Case(c) => vec![
            (t.f_number, c.number.clone()),
            (t.f_title, c.title.clone()),
            (t.f_status, words::status(c.status, lang).to_owned()),
            (t.f_customer, who(&c.customer)),
            (t.f_class, c.customer.service_class.clone()),
            (t.f_channel, words::channel(c.channel, lang).to_owned()),
            (t.f_owner, org(&c.owner.org)),
            (t.f_opened, moment(c.opened_at)),
            (t.f_legs, c.legs.len().to_string()),
            (t.f_notes, entries),
        ],
        Document::Callback(c) => vec![
            (t.f_customer, who(&c.customer)),
            (t.f_status, callback_status(c.status, lang).to_owned()),
            (t.f_desk, c.desk.clone()),
            (t.f_topic, c.topic.clone()),
            (t.f_booked, moment(c.registered_at)),
            (t.f_claimed, c.claim.as_ref().map(|claim| claim.by.name.clone()).unwrap_or_default()),
            (t.f_notes, entries),
        ],
        Document::Interaction(c) => vec![
            (t.f_customer, who(&c.customer)),
            (t.f_channel, words::channel(c.channel, lang).to_owned()),
            (t.f_status, contact_status(c.status, lang).to_owned()),
            (t.f_reason, c.reason.clone()),
            (t.f_desk, c.desk.clone()),
            (t.f_arrived, moment(c.arrived_at)),
            (t.f_holder, c.holder.as_ref().map(|h| h.name.clone()).unwrap_or_default()),
            (t.f_notes, entries),
        ],
        Document::Message(m) => vec![
            (t.f_channel, words::channel(m.channel, lang).to_owned()),
            (t.f_by, if m.by.name.is_empty() { who(&m.customer) } else { m.by.name.clone() }),
            (t.f_at, moment(m.at)),
            (t.f_text, m.text.clone()),
        ],
        Document::Seat(s) => vec![
            (t.f_number, s.id.clone()),
            (t.f_person, s.person.name.clone()),
            (t.f_desk, s.desk.clone()),
            (t.p_org, org(&s.org)),
            (t.f_presence, words::presence(s.presence, lang).to_owned()),
            (t.f_skills, s.skills.join(", ")),
        ],
        Document::Customer(c) => vec![
            (t.f_name, c.name.clone()),
            (t.f_phone, format::masked(&c.number)),
            (t.f_class, c.service_class.clone()),
            (t.f_city, format!("{} {}", c.province, c.city).trim().to_owned()),
            (t.f_plan, c.plan.clone()),
        ],
    }
}

fn callback_status(status: CallbackStatus, lang: Lang) -> &'static str {
    let t = BackendTexts::get(lang);
    match status {
        CallbackStatus::Initialized | CallbackStatus::Confirmed => t.s_booked,
        CallbackStatus::Completed => t.s_reached,
        CallbackStatus::Cancelled => t.s_cancelled,
        CallbackStatus::Failed => t.s_failed,
    }
}

fn contact_status(status: InteractionStatus, lang: Lang) -> &'static str {
    let t = BackendTexts::get(lang);
    match status {
        InteractionStatus::Opened => t.s_waiting,
        InteractionStatus::InProgress => t.s_going,
        InteractionStatus::Completed => t.s_over,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(raw: &str) -> Remote {
        Remote {
            place: Collection::Cases.into(),
            id: "a".into(),
            rev: String::new(),
            order: None,
            deleted: false,
            stamp: None,
            raw: raw.into(),
        }
    }

    #[test]
    fn a_document_is_shown_by_its_fields_with_the_names_of_what_is_carried_along() {
        let Item::Read(document, carried) =
            read(Collection::Cases, &remote(r#"{"id": "a", "title": "短信收不到", "_theirs": {"x": 1, "y": 2}}"#))
        else {
            panic!("it can be read")
        };
        assert_eq!(carried, ["x", "y"]);
        let lines = fields(&document, None, Timestamp::from_millis(0), Lang::En);
        assert!(lines.contains(&("Title", "短信收不到".into())), "{lines:?}");
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for raw in [r#"{"id": "a", "title": 7}"#, "7", "{"] {
            let Item::Unreadable { id, what } = read(Collection::Cases, &remote(raw)) else { panic!("{raw}") };
            assert!(id == "a" && !what.is_empty());
        }
    }
}
