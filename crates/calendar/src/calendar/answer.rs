//! What lookups answer besides times: errors, warnings, where a day's hours come from. No lookups here.

use std::fmt;

/// A lookup that left the years the calendar covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutOfRange {
    /// Before the first covered day.
    Before,
    /// After the last covered day.
    After,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "the time lies before the years the calendar covers",
            Self::After => "the time lies after the years the calendar covers",
        })
    }
}

impl std::error::Error for OutOfRange {}

/// What went wrong in [`Calendar::add_many`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BatchError {
    /// The three slices are not equally long; nothing was written.
    Lengths,
    /// `count` results are out of range, the first at index `first`; all others are written and right.
    OutOfRange {
        /// Index of the first one.
        first: usize,
        /// How many there are.
        count: usize,
    },
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lengths => f.write_str("the slices are not equally long"),
            Self::OutOfRange { first, count } => {
                write!(f, "{count} results leave the years the calendar covers, the first at index {first}")
            }
        }
    }
}

impl std::error::Error for BatchError {}

/// Something a person should know about an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CalendarWarning {
    /// The public holidays of this year are not announced yet.
    ProvisionalYear(i32),
    /// The time asked about reaches outside the covered years.
    NotCovered,
}

/// Where the hours of a day come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DayRule<'a> {
    /// The weekly pattern.
    Weekly,
    /// Closed on a public holiday, by name.
    Holiday(&'a str),
    /// Worked in exchange for a holiday, by name.
    MakeUp(&'a str),
    /// A day of its own, with the reason.
    Override(&'a str),
}
