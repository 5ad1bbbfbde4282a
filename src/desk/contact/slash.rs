//! Ready texts that open with `/` at the end of what is being written: phrases for notes, templates for replies.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::acts::Acts;
use crate::i18n::contact::{ContactTexts, Template};
use crate::i18n::{Lang, fill};

/// What was typed after the slash, when the text ends with `/` and letters, at its start or after a space.
pub fn query(text: &str) -> Option<&str> {
    let at = text.rfind('/')?;
    let (before, typed) = (&text[..at], &text[at + 1..]);
    let at_start = before.is_empty() || before.ends_with(char::is_whitespace) || before.ends_with(is_wide);
    (at_start && typed.chars().count() <= 12 && !typed.contains(char::is_whitespace)).then_some(typed)
}

/// Chinese is written without spaces, so a slash may follow a character directly.
fn is_wide(c: char) -> bool {
    ('\u{2e80}'..='\u{9fff}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c)
}

/// The text with the slash and what follows it replaced.
pub fn replaced(text: &str, with: &str) -> String {
    let before = match query(text) {
        Some(typed) => &text[..text.len() - typed.len() - 1],
        None => text,
    };
    format!("{before}{with}")
}

/// The templates that fit what was typed: by short form or a part of the name.
pub fn fitting(all: &'static [Template], typed: &str) -> Vec<&'static Template> {
    let typed = typed.to_lowercase();
    let has = |t: &&Template| {
        t.key.starts_with(typed.as_str()) || t.name.0.contains(&typed) || t.name.1.to_lowercase().contains(&typed)
    };
    all.iter().filter(has).collect()
}

pub fn name(template: &Template, lang: Lang) -> &'static str {
    if lang == Lang::Zh { template.name.0 } else { template.name.1 }
}

pub fn text(template: &Template, lang: Lang, customer: &str) -> String {
    fill(if lang == Lang::Zh { template.text.0 } else { template.text.1 }, &[customer])
}

/// The state of the menu of one text field.
#[derive(Clone, Copy)]
pub struct Slash {
    all: &'static [Template],
    written: Signal<String>,
    write: Callback<String>,
    customer: Signal<String>,
    lang: RwSignal<Lang>,
    at: RwSignal<usize>,
    /// The menu was closed by Esc for this text; or opened by its button without a slash.
    closed: RwSignal<Option<String>>,
    forced: RwSignal<bool>,
}

impl Slash {
    pub fn new(
        all: &'static [Template],
        written: Signal<String>,
        write: Callback<String>,
        customer: Signal<String>,
    ) -> Slash {
        let lang = Acts::get().lang;
        let (at, closed, forced) = (RwSignal::new(0), RwSignal::new(None), RwSignal::new(false));
        Slash { all, written, write, customer, lang, at, closed, forced }
    }

    /// What the menu shows; None when it is closed.
    pub fn shown(&self) -> Option<Vec<&'static Template>> {
        let text = self.written.get();
        let typed = match query(&text) {
            Some(typed) if self.closed.get().as_deref() != Some(text.as_str()) => typed.to_owned(),
            _ if self.forced.get() => String::new(),
            _ => return None,
        };
        let found = fitting(self.all, &typed);
        (!found.is_empty()).then_some(found)
    }

    pub fn toggle(&self) {
        self.at.set(0);
        self.forced.update(|f| *f = !*f);
    }

    fn insert(&self, template: &'static Template) {
        let text = self.written.get_untracked();
        let ready = text_of(self, template);
        self.forced.set(false);
        self.at.set(0);
        self.write.run(replaced(&text, &ready));
    }

    /// Keys of the text field while the menu is open; true when the key was for the menu.
    pub fn key(&self, ev: &KeyboardEvent) -> bool {
        if ev.is_composing() {
            return false;
        }
        let Some(shown) = untrack(|| self.shown()) else { return false };
        let count = shown.len();
        match ev.key().as_str() {
            "ArrowDown" => self.at.update(|a| *a = (*a + 1) % count),
            "ArrowUp" => self.at.update(|a| *a = (*a + count - 1) % count),
            "Enter" | "Tab" if !ev.ctrl_key() && !ev.meta_key() => {
                if let Some(template) = shown.get(self.at.get_untracked().min(count - 1)) {
                    self.insert(template);
                }
            }
            "Escape" => {
                self.forced.set(false);
                self.closed.set(Some(self.written.get_untracked()));
            }
            _ => return false,
        }
        ev.prevent_default();
        ev.stop_propagation();
        true
    }
}

fn text_of(slash: &Slash, template: &'static Template) -> String {
    text(template, slash.lang.get_untracked(), &slash.customer.get_untracked())
}

/// The list above the text field.
#[component]
pub fn SlashMenu(slash: Slash) -> impl IntoView {
    move || {
        let lang = slash.lang.get();
        let at = slash.at.get();
        slash.shown().map(|shown| {
            let rows = shown.into_iter().enumerate().map(|(n, template)| {
                let ready = text(template, lang, &slash.customer.get());
                view! {
                    <li role="option" class="slash-i" data-test="template" aria-selected=(n == at).to_string()
                        on:mousedown=move |ev| { ev.prevent_default(); slash.insert(template); }>
                        <span class="hline small"><b class="grow cut">{name(template, lang)}</b><kbd class="kbd">{format!("/{}", template.key)}</kbd></span>
                        <span class="small mute slash-t">{ready}</span>
                    </li>
                }
            });
            let label = ContactTexts::get(lang).templates;
            view! { <ul class="pop slash" role="listbox" aria-label=label data-test="templates">{rows.collect_view()}</ul> }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::contact::TEMPLATES;

    #[test]
    fn a_slash_opens_only_where_a_word_begins() {
        assert_eq!(query("/"), Some(""));
        assert_eq!(query("hello /tf"), Some("tf"));
        assert_eq!(query("您好/tf"), Some("tf"));
        assert_eq!(query("https:/"), None);
        assert_eq!(query("/tf 1"), None);
        assert_eq!(query("and/or"), None);
        assert_eq!(query("5 / 7 days"), None);
    }

    #[test]
    fn the_ready_text_takes_the_place_of_the_slash() {
        assert_eq!(replaced("a /tf", "ready"), "a ready");
        assert_eq!(replaced("a ", "ready"), "a ready");
    }

    #[test]
    fn templates_are_found_by_short_form_and_name() {
        let found = |typed: &str| fitting(TEMPLATES, typed).iter().map(|t| t.key).collect::<Vec<_>>();
        assert_eq!(found("tf"), ["tf"]);
        assert_eq!(found("退费"), ["tf"]);
        assert_eq!(found("refund"), ["tf"]);
        assert_eq!(found("").len(), TEMPLATES.len());
    }
}
