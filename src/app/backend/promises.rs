//! What a backend can promise, in plain words: good news and less good, in the order in which people meet it.

use baton_engine::model::Collection;
use baton_sync::Connector;
use baton_sync::connector::{Cas, Live, Promises};
use leptos::prelude::*;

use crate::i18n::backend::BackendTexts;
use crate::i18n::{Lang, fill};
use crate::ui::icon::Icon;

/// A claim counts only when the backend has confirmed it.
pub fn claims_are_provisional(promises: &Promises) -> bool {
    promises.cas != Cas::Atomic
}

/// (as good as it can be, sentence)
pub fn sentences(promises: &Promises, lang: Lang) -> Vec<(bool, &'static str)> {
    let t = BackendTexts::get(lang);
    let claims = match (promises.cas, promises.create_once) {
        (Cas::Atomic, _) => (true, t.claims_hold),
        (_, true) => (false, t.claims_provisional),
        (_, false) => (false, t.claims_open),
    };
    let writes = match promises.cas {
        Cas::Atomic => (true, t.writes_safe),
        Cas::Doubtful => (false, t.writes_doubtful),
        Cas::None => (false, t.writes_last),
    };
    let either = |good: bool, yes, no| (good, if good { yes } else { no });
    vec![
        claims,
        writes,
        either(promises.journal, t.journal_kept, t.journal_lost),
        either(promises.since, t.since_whole, t.since_gaps),
        either(promises.tombstones, t.deletes_told, t.deletes_found),
    ]
}

/// How soon others' changes are seen.
pub fn liveness(connector: &Connector, lang: Lang) -> (bool, String) {
    let t = BackendTexts::get(lang);
    match connector.live() {
        Live::Events { .. } | Live::LongPoll => (true, t.live_feed.to_owned()),
        Live::Poll { every_ms } => (false, fill(t.live_poll, &[&(every_ms * 3 / 2).div_ceil(1000).to_string()])),
    }
}

/// The list of sentences; each says by its icon whether it is the best that can be had.
pub fn list(lines: Vec<(bool, String)>) -> impl IntoView {
    let line = |(good, words): (bool, String)| {
        let (state, icon) = if good { ("ok", "check") } else { ("pause", "info") };
        view! { <li data-s=state data-good=good.to_string()><Icon name=icon small=true/>{words}</li> }
    };
    view! { <ul class="be-promises" data-test="promises">{lines.into_iter().map(line).collect_view()}</ul> }
}

pub fn worded(promises: &Promises, lang: Lang) -> Vec<(bool, String)> {
    sentences(promises, lang).into_iter().map(|(good, words)| (good, words.to_owned())).collect()
}

/// The name of a kind of documents.
pub fn kind(collection: Collection, lang: Lang) -> &'static str {
    let t = BackendTexts::get(lang);
    match collection {
        Collection::Cases => t.k_cases,
        Collection::Callbacks => t.k_callbacks,
        Collection::Interactions => t.k_interactions,
        Collection::Seats => t.k_seats,
        Collection::Messages => t.k_messages,
        Collection::Customers => t.k_customers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lack_is_said_and_the_best_backend_has_none() {
        let best = Promises { cas: Cas::Atomic, create_once: true, journal: true, tombstones: true, since: true };
        assert!(sentences(&best, Lang::En).iter().all(|(good, _)| *good));
        assert!(!claims_are_provisional(&best));
        let worst = Promises::default();
        for lang in [Lang::Zh, Lang::En] {
            assert!(sentences(&worst, lang).iter().all(|(good, _)| !good));
        }
        let racy = Promises { cas: Cas::Doubtful, ..best };
        assert_eq!(sentences(&racy, Lang::En)[0].1, "Claims are provisional on this backend until confirmed");
        assert!(claims_are_provisional(&racy));
    }
}
