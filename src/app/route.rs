//! The address: `#/desk/cases/<id>`, `#/customers` and so on. Going back works, and a deep link survives a reload.

use baton_engine::model::Collection;
use gloo_events::EventListener;
use leptos::prelude::*;

use super::ui_state::{Page, Ui};

const PAGES: [(Page, &str); 8] = [
    (Page::Desk, "desk"),
    (Page::Customers, "customers"),
    (Page::Callbacks, "callbacks"),
    (Page::Experts, "experts"),
    (Page::Outbox, "outbox"),
    (Page::Rules, "rules"),
    (Page::Backend, "backend"),
    (Page::Settings, "settings"),
];

/// The address of what is open.
fn written(page: Page, selected: Option<&(Collection, String)>) -> String {
    let name = PAGES.iter().find(|(p, _)| *p == page).map_or("desk", |(_, n)| n);
    match selected {
        Some((collection, id)) if page == Page::Desk => format!("#/{name}/{}/{id}", collection.name()),
        _ => format!("#/{name}"),
    }
}

fn read(hash: &str) -> Option<(Page, Option<(Collection, String)>)> {
    let mut parts = hash.strip_prefix("#/")?.split('/');
    let name = parts.next()?;
    let page = PAGES.iter().find(|(_, n)| *n == name)?.0;
    let selected = parts.next().and_then(Collection::from_name).zip(parts.next());
    Some((page, selected.map(|(c, id)| (c, id.to_owned()))))
}

/// Keeps the address and the interface's state in step.
pub fn follow(ui: Ui) {
    let Some(window) = web_sys::window() else { return };
    let location = window.location();
    let take = move || {
        let hash = web_sys::window().and_then(|w| w.location().hash().ok()).unwrap_or_default();
        if let Some((page, selected)) = read(&hash) {
            if ui.page.get_untracked() != page {
                ui.page.set(page);
            }
            // Only the desk's own address says what is selected; other pages leave it as it is.
            if (page == Page::Desk || selected.is_some()) && ui.selected.get_untracked() != selected {
                ui.selected.set(selected);
            }
        }
    };
    take();
    Effect::new(move || {
        let address = ui.selected.with(|s| written(ui.page.get(), s.as_ref()));
        if location.hash().ok().as_deref() != Some(&address) {
            let _ = location.set_hash(&address);
        }
    });
    let listener = EventListener::new(&window, "hashchange", move |_| take());
    let listener = StoredValue::new_local(Some(listener));
    on_cleanup(move || listener.update_value(|l| drop(l.take())));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_back_to_what_it_was_made_of() {
        let selected = Some((Collection::Cases, "c-1".to_owned()));
        assert_eq!(read(&written(Page::Desk, selected.as_ref())), Some((Page::Desk, selected)));
        for (page, _) in PAGES {
            assert_eq!(read(&written(page, None)), Some((page, None)));
        }
        assert_eq!(read("#/nowhere"), None);
        assert_eq!(read("#/desk/nothing/x"), Some((Page::Desk, None)));
    }
}
