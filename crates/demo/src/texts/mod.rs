//! What people say and write in the demo day: complaints with everything that is said on their way, chats,
//! messages, reasons. All of it is invented. Words only; who says them when is decided in `cases` and `contacts`.
//!
//! Placeholders: `{city}`, `{device}`, `{plan}`, `{amount}` (CNY), `{day}` (a weekday or "昨晚").

mod fees;
mod network;
mod services;
pub mod talk;

use crate::rng::Rng;

/// One kind of complaint and the words of its way through the organisations. Every list has at least one text.
#[derive(Debug)]
pub struct Story {
    /// Category id of the pack.
    pub category: &'static str,
    pub titles: &'static [&'static str],
    pub descriptions: &'static [&'static str],
    /// What the first sender asks of the next organisation.
    pub requests: &'static [&'static str],
    /// What that one asks of a further organisation.
    pub further: &'static [&'static str],
    /// Answer of the last organisation of the chain.
    pub found: &'static [&'static str],
    /// Answer of the one before it.
    pub passed_on: &'static [&'static str],
    /// What the customer is told in the end.
    pub solved: &'static [&'static str],
    /// What is needed of the customer.
    pub asked: &'static [&'static str],
    /// A note from the work.
    pub notes: &'static [&'static str],
}

/// Every story whose duty is the operator's.
pub fn operator() -> impl Iterator<Item = &'static Story> {
    network::STORIES.iter().chain(fees::STORIES).chain(services::STORIES)
}

/// Complaints that the terminal maker solves.
pub fn maker() -> &'static [Story] {
    network::TERMINAL
}

/// Fills the placeholders of a text.
#[derive(Debug, Clone, Default)]
pub struct Words {
    pub city: String,
    pub device: String,
    pub plan: String,
    pub amount: i64,
    pub day: &'static str,
}

impl Words {
    pub fn fill(&self, text: &str) -> String {
        if !text.contains('{') {
            return text.to_owned();
        }
        text.replace("{city}", &self.city)
            .replace("{device}", &self.device)
            .replace("{plan}", &self.plan)
            .replace("{amount}", &self.amount.to_string())
            .replace("{day}", self.day)
    }

    /// One of `texts`, filled.
    pub fn say(&self, rng: &mut Rng, texts: &[&str]) -> String {
        self.fill(rng.pick::<&str>(texts))
    }
}
