//! The badge of a customer's tier: weight, not rainbow.

use leptos::prelude::*;

use crate::app::state::Desk;
use crate::i18n::lang;

/// `tier` is a tier id of the pack. Nothing is shown for an unknown one.
#[component]
pub fn TierBadge(
    #[prop(into)] tier: Signal<String>,
    /// Without the word that all cards or classes share, for narrow places: 金卡 → 金, Gold card → Gold.
    #[prop(optional)]
    short: bool,
) -> impl IntoView {
    let desk = Desk::get();
    move || {
        let policy = desk.policy()?;
        let found = policy.tier(&tier.get())?.clone();
        let name = lang().of(&found.name);
        let shown = if short { shortened(&name).to_owned() } else { name.clone() };
        Some(view! { <span class="tier" data-tier=found.badge.clone() title=short.then_some(name)>{shown}</span> })
    }
}

fn shortened(name: &str) -> &str {
    let short = name.strip_suffix('卡').or_else(|| name.strip_suffix('类')).or_else(|| name.strip_suffix(" card"));
    short.or_else(|| name.strip_prefix("Class ")).map(str::trim).filter(|s| !s.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn the_shared_word_goes_and_nothing_else() {
        for (name, short) in
            [("金卡", "金"), ("A 类", "A"), ("Gold card", "Gold"), ("Class B", "B"), ("卡", "卡"), ("大客户", "大客户")]
        {
            assert_eq!(shortened(name), short);
        }
    }
}
