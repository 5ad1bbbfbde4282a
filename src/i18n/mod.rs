//! Chinese and English, switched at run time. Texts are typed: a text that is missing in one language does not
//! compile. Each room keeps its texts in a file of its own beside this one; formats of times and numbers are in
//! `format`. No view writes a literal text.

pub mod backend;
pub mod callback;
pub mod case;
pub mod commands;
pub mod contact;
pub mod customer;
pub mod dialogs;
pub mod expert;
pub mod fields;
pub mod format;
pub mod intents;
pub mod outbox;
pub mod rules;
pub mod selftest;
pub mod shell;
pub mod why;
pub mod words;
pub mod worklist;

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    Zh,
    En,
}

impl Lang {
    /// BCP 47 tag, as in `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }
    /// Picks from a text of the policy pack.
    pub fn of(self, text: &baton_engine::policy::Text) -> String {
        let (first, second) = match self {
            Lang::Zh => (&text.zh, &text.en),
            Lang::En => (&text.en, &text.zh),
        };
        if first.is_empty() { second.clone() } else { first.clone() }
    }
}

/// Declares the texts of one room: `texts! { CaseTexts { close: "闭环", "Close"; … } }` makes a struct with a
/// `&'static str` for each and `CaseTexts::get(lang)`. `{0}`, `{1}` are filled by [`fill`].
#[macro_export]
macro_rules! texts {
    ($name:ident { $($key:ident : $zh:expr, $en:expr;)* }) => {
        #[derive(Debug)]
        pub struct $name { $(pub $key: &'static str),* }
        impl $name {
            pub fn get(lang: $crate::i18n::Lang) -> &'static $name {
                static ZH: $name = $name { $($key: $zh),* };
                static EN: $name = $name { $($key: $en),* };
                match lang { $crate::i18n::Lang::Zh => &ZH, $crate::i18n::Lang::En => &EN }
            }
        }
    };
}

/// Puts values into `{0}`, `{1}` …
pub fn fill(text: &str, values: &[&str]) -> String {
    let mut out = text.to_owned();
    for (i, value) in values.iter().enumerate() {
        out = out.replace(&format!("{{{i}}}"), value);
    }
    out
}

/// The language in force, from context. Reading it in a view makes the view follow the switch.
pub fn lang() -> Lang {
    use_context::<RwSignal<Lang>>().map(|l| l.get()).unwrap_or_default()
}
