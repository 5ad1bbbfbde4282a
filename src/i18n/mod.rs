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
pub mod faults;
pub mod fields;
pub mod format;
pub mod intents;
pub mod outbox;
mod pack_faults;
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
/// `&'static str` for each and `CaseTexts::get(lang)`; a text that nobody uses is a warning. `{0}`, `{1}` are filled by
/// [`fill`].
#[macro_export]
macro_rules! texts {
    ($name:ident { $($key:ident : $zh:expr, $en:expr;)* }) => {
        #[derive(Debug)]
        pub struct $name { $(pub(crate) $key: &'static str),* }
        impl $name {
            pub fn get(lang: $crate::i18n::Lang) -> &'static $name {
                static ZH: $name = $name { $($key: $zh),* };
                static EN: $name = $name { $($key: $en),* };
                match lang { $crate::i18n::Lang::Zh => &ZH, $crate::i18n::Lang::En => &EN }
            }
        }
    };
}

/// Puts values into `{0}`, `{1}` …; `{0|document|documents}` takes its first form if value 0 is "1", else its second.
/// Other braces stay, and so do those inside a value.
pub fn fill(text: &str, values: &[&str]) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, (inner, after))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        out.push_str(before);
        let (number, forms) = inner.split_once('|').unwrap_or((inner, ""));
        match (number.parse::<usize>().ok().and_then(|n| values.get(n)), forms.split_once('|')) {
            (Some(value), None) => out.push_str(value),
            (Some(value), Some((one, many))) => out.push_str(if *value == "1" { one } else { many }),
            (None, _) => {
                out.push('{');
                out.push_str(inner);
                out.push('}');
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The language in force, from context. Reading it in a view makes the view follow the switch.
pub fn lang() -> Lang {
    use_context::<RwSignal<Lang>>().map(|l| l.get()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_are_put_in_once_and_a_count_chooses_its_form() {
        assert_eq!(fill("{1}, {0}", &["a {1}", "b"]), "b, a {1}");
        assert_eq!(fill("{0} {0|case|cases} of {1}", &["1", "x"]), "1 case of x");
        assert_eq!(fill("{0} {0|case|cases}", &["0"]), "0 cases");
        assert_eq!(fill("send {rev}, {2} and {", &["a"]), "send {rev}, {2} and {");
    }
}
