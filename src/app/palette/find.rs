//! What the palette offers for a query: commands with whether they can be done, then documents and customers.
//! No views here.

use std::sync::Arc;

use baton_engine::model::{Collection, Customer};
use baton_engine::order;
use baton_engine::worklist::Row;
use leptos::prelude::*;

use crate::app::commands::{Action, Context, Group, TABLE};
use crate::app::keymap::Keymap;
use crate::i18n::commands::CommandTexts;
use crate::i18n::{Lang, format};

/// Most documents, and most customers, that are offered.
const FOUND: usize = 8;

#[derive(Clone, PartialEq)]
pub enum Target {
    Action(Action),
    Document(Collection, String),
    Customer(String),
}

#[derive(Clone, PartialEq)]
pub struct Item {
    pub target: Target,
    pub icon: &'static str,
    pub name: String,
    /// Characters of the name that the query found.
    pub marks: Vec<usize>,
    /// Right side: the reason why not, or what tells documents apart.
    pub note: String,
    pub key: String,
    pub off: bool,
    pub group: String,
}

/// How well `query` fits `text` (smaller is better), and the characters of `text` that it found: the query as it is,
/// or its letters in their order. Both are compared in lower case.
fn fit(text: &str, query: &str) -> Option<(usize, Vec<usize>)> {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let query: Vec<char> = query.chars().filter(|c| !c.is_whitespace()).collect();
    if query.is_empty() {
        return Some((0, Vec::new()));
    }
    if let Some(at) = text.windows(query.len()).position(|w| w == query) {
        return Some((at, (at..at + query.len()).collect()));
    }
    let mut marks = Vec::with_capacity(query.len());
    for wanted in query {
        let from = marks.last().map_or(0, |last| last + 1);
        marks.push(from + text.get(from..)?.iter().position(|c| *c == wanted)?);
    }
    Some((100 + marks.last().copied().unwrap_or(0), marks))
}

pub fn items(context: Context, keys: Keymap, query: &str, lang: Lang) -> Vec<Item> {
    let query = query.trim().to_lowercase();
    let t = CommandTexts::get(lang);
    let commands = commands(context, keys, &query, lang);
    let documents = if query.is_empty() { Vec::new() } else { documents(context, &query, t) };
    // A number means a customer or a case.
    let by_number = query.chars().next().is_some_and(|c| c.is_ascii_digit());
    if by_number {
        documents.into_iter().chain(commands).collect()
    } else {
        commands.into_iter().chain(documents).collect()
    }
}

fn commands(context: Context, keys: Keymap, query: &str, lang: Lang) -> Vec<Item> {
    let (t, other) = (CommandTexts::get(lang), CommandTexts::get(if lang == Lang::Zh { Lang::En } else { Lang::Zh }));
    let mut ranked: Vec<(usize, Item)> = TABLE
        .iter()
        .filter(|line| line.action != Action::Palette)
        .filter_map(|line| {
            let name = (line.name)(t);
            let (rank, marks) =
                fit(name, query).or_else(|| fit((line.name)(other), query).map(|(rank, _)| (rank, Vec::new())))?;
            let available = line.action.available(&context);
            let off = available.is_err();
            let note = match available {
                Ok(()) => String::new(),
                // What does not apply to the selection is only noise, unless it was asked for.
                Err(why) if why.is_empty() && query.is_empty() => return None,
                Err(why) if why.is_empty() => t.pick_first.into(),
                Err(why) => why,
            };
            let item = Item {
                target: Target::Action(line.action),
                icon: line.icon,
                name: name.into(),
                marks,
                note,
                key: keys.hint(line.action),
                off,
                group: group(context, line.group, t),
            };
            Some((rank + usize::from(off) * 50, item))
        })
        .collect();
    if query.is_empty() {
        return ranked.into_iter().map(|(_, item)| item).collect();
    }
    order::sort_by_key(&mut ranked, |(rank, _)| *rank);
    // Groups stay together, the one with the best command first.
    let mut order: Vec<String> = Vec::new();
    for (_, item) in &ranked {
        if !order.contains(&item.group) {
            order.push(item.group.clone());
        }
    }
    let place = |item: &Item| order.iter().position(|g| *g == item.group);
    order::sort_by_key(&mut ranked, |(_, item)| place(item));
    ranked.into_iter().map(|(_, item)| item).collect()
}

fn group(context: Context, group: Group, t: &CommandTexts) -> String {
    match group {
        Group::Call => t.group_call.into(),
        Group::Case => match context.case() {
            Some(case) if !case.number.is_empty() => format!("{} {}", t.group_case, format::case_number(&case.number)),
            _ => t.group_case.into(),
        },
        Group::Callback => t.group_callback.into(),
        Group::Go => t.group_go.into(),
        Group::Desk => t.group_desk.into(),
    }
}

fn documents(context: Context, query: &str, t: &CommandTexts) -> Vec<Item> {
    let words: Vec<String> = query.split_whitespace().map(str::to_owned).collect();
    let rows: Vec<Arc<Row>> = untrack(|| {
        context.desk.with_rows(|rows| rows.iter().filter(|r| r.matches(&words)).take(FOUND).cloned().collect())
    });
    let found = |target, icon, name: String, note| Item {
        target,
        icon,
        marks: fit(&name, query).map(|(_, marks)| marks).unwrap_or_default(),
        name,
        note,
        key: String::new(),
        off: false,
        group: t.found.into(),
    };
    let documents = rows.into_iter().map(|row| {
        let icon = match row.collection {
            Collection::Callbacks => "callback",
            Collection::Interactions => "phone",
            _ => "case",
        };
        let note = if row.number.is_empty() { format::masked(&row.phone) } else { row.number.clone() };
        found(Target::Document(row.collection, row.id.clone()), icon, format!("{} {}", row.who, row.title), note)
    });
    let fits = |c: &Customer| words.iter().all(|w| c.number.contains(w.as_str()) || c.name.to_lowercase().contains(w));
    let customers = untrack(|| context.desk.find::<Customer>(fits));
    let customers = customers.into_iter().take(FOUND);
    let customers =
        customers.map(|c| found(Target::Customer(c.number.clone()), "user", c.name.clone(), format::masked(&c.number)));
    documents.chain(customers).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_match_and_whole_words_come_first() {
        assert_eq!(fit("Dispatch", "patch"), Some((3, vec![3, 4, 5, 6, 7])));
        let (rank, marks) = fit("dispatch", "dpt").unwrap_or_default();
        assert!(rank > 100);
        assert_eq!(marks, [0, 3, 5]);
        assert_eq!(fit("dispatch", "xyz"), None);
        assert_eq!(fit("dispatch", "hh"), None, "one letter is found once");
        assert_eq!(fit("转数据业务专席", "专席"), Some((5, vec![5, 6])));
    }
}
