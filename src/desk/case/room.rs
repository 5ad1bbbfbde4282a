//! What the parts of a case view share: the case as a memo, its pack, and a slow time for what need not tick.

use std::sync::Arc;

use baton_engine::calendar::Zone;
use baton_engine::model::Case;
use baton_engine::policy::Policy;
use baton_engine::time::{Span, Timestamp};
use leptos::prelude::*;

use crate::app::state::{Desk, Doc};
use crate::app::ui_state::Ui;
use crate::i18n::case::CaseTexts;
use crate::i18n::{Lang, format};

/// Places on the track move at most this often, milliseconds.
const SLOW_MS: i64 = 15_000;

#[derive(Clone, Copy)]
pub struct Room {
    pub desk: Desk,
    pub ui: Ui,
    pub lang: RwSignal<Lang>,
    pub id: StoredValue<String>,
    pub case: Memo<Option<Doc<Case>>>,
    /// The time, in steps of [`SLOW_MS`]; never in the future.
    pub slow: Memo<Timestamp>,
}

impl Room {
    pub fn new(id: String) -> Room {
        let (desk, ui) = (Desk::get(), Ui::get());
        let key = id.clone();
        Room {
            desk,
            ui,
            lang: expect_context(),
            id: StoredValue::new(id),
            case: Memo::new(move |_| desk.get_doc::<Case>(&key)),
            slow: Memo::new(move |_| Timestamp::from_millis(desk.now.get().millis().div_euclid(SLOW_MS) * SLOW_MS)),
        }
    }

    pub fn id(&self) -> String {
        self.id.get_value()
    }

    pub fn t(&self) -> &'static CaseTexts {
        CaseTexts::get(self.lang.get())
    }

    /// The pack under which the case was taken, or what stands in for it.
    pub fn policy(&self) -> Option<Arc<Policy>> {
        let policies = self.desk.policies();
        self.case.with(|c| c.as_ref().and_then(|c| policies.of(&c.policy).cloned()))
    }

    /// A moment near the case, in the operator's zone.
    pub fn moment(&self, at: Timestamp) -> String {
        self.with_zone(|zone, lang| format::moment(at, self.slow.get(), zone, lang))
    }

    pub fn with_zone(&self, word: impl FnOnce(&Zone, Lang) -> String) -> String {
        self.policy().map_or_else(String::new, |p| word(p.home().zone(), self.lang.get()))
    }

    /// Short name of an organisation, `you` for one's own.
    pub fn short(&self, org: &str) -> String {
        if !org.is_empty() && self.desk.actor().org == org {
            return self.t().you.to_owned();
        }
        self.name(org, true)
    }

    /// Name of an organisation.
    pub fn name(&self, org: &str, short: bool) -> String {
        let lang = self.lang.get();
        let policy = self.policy();
        let found = policy.as_ref().and_then(|p| p.organisation(org));
        match found {
            None => org.to_owned(),
            Some(o) if short && !(o.short.zh.is_empty() && o.short.en.is_empty()) => lang.of(&o.short),
            Some(o) => lang.of(&o.name),
        }
    }
}

/// `2:20`, or `1 天 9 时`: a length on the track, to the minute.
pub fn minutes(span: Span, lang: Lang) -> String {
    let whole = span.millis().unsigned_abs() / 60_000;
    if whole >= 24 * 60 {
        return format::length(span, lang);
    }
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// About how wide a small text is, pixels: enough to tell whether two labels lie over each other.
pub fn text_width(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 6.8 } else { 12.0 }).sum()
}
