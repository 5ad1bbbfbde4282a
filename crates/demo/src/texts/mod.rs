//! What people say and write in the demo day: complaints with everything that is said on their way, chats,
//! messages, reasons. All of it is invented. Words only; who says them when is decided in `cases` and `contacts`.
//!
//! Placeholders: `{city}`, `{device}`, `{plan}`, `{amount}` (CNY), `{day}` (a weekday or "昨晚").

mod fees;
mod network;
mod services;
pub mod talk;

use baton_engine::model::Customer;

use crate::rng::Rng;

/// One kind of complaint.
#[derive(Debug)]
pub struct Story {
    /// Category id of the pack.
    pub category: &'static str,
    /// What is needed of the customer.
    pub asked: &'static [&'static str],
    /// Notes from the work.
    pub notes: &'static [&'static str],
    pub plots: &'static [Plot],
}

/// One complaint and the words of its way through the organisations.
#[derive(Debug)]
pub struct Plot {
    pub title: &'static str,
    pub description: &'static str,
    /// What the first sender asks of the next organisation.
    pub request: &'static str,
    /// What that one asks of a further organisation.
    pub further: &'static str,
    /// Answer of the last organisation of the chain.
    pub found: &'static str,
    /// Answer of the one before it.
    pub passed_on: &'static str,
    /// What the customer is told in the end.
    pub solved: &'static str,
}

/// The plot that a case was taken in with, by category and title; the first of the category when the title is unknown.
pub fn plot_of(category: &str, title: &str) -> Option<&'static Plot> {
    let story = operator().chain(maker()).find(|s| s.category == category)?;
    let known = |plot: &&Plot| {
        // The title without its placeholder is in the filled one.
        plot.title.split(['{', '}']).max_by_key(|part| part.len()).is_some_and(|part| title.contains(part))
    };
    story.plots.iter().find(known).or(story.plots.first())
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
#[derive(Debug, Clone)]
pub struct Words {
    pub city: String,
    pub device: String,
    pub plan: String,
    pub amount: i64,
    pub day: &'static str,
}

const DAYS: [&str; 6] = ["昨晚", "前天", "周一", "周三", "上周五", "本月初"];

impl Words {
    /// The words for a customer's complaint of a category: always the same, so that an answer names the amount of the question.
    pub fn of(customer: &Customer, category: &str) -> Words {
        let mut rng = Rng::new(0, &format!("{}/{category}", customer.id));
        Words {
            city: customer.city.clone(),
            device: customer.device.clone(),
            plan: customer.plan.clone(),
            amount: rng.range(5, 98),
            day: rng.pick::<&str>(&DAYS),
        }
    }

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
