//! Numbers of several rounds as one: median and range. Also plain tables. Nothing here knows what is measured.

use serde_json::{Value, json};

/// A range wider than this (largest by smallest) says nothing.
pub const WIDEST: f64 = 1.5;

/// Median and range of the rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    /// None of nothing.
    pub fn of(values: &[f64]) -> Option<Spread> {
        let sorted = sorted(values);
        Some(Spread { median: percentile(&sorted, 50.0)?, min: *sorted.first()?, max: *sorted.last()? })
    }

    pub fn is_wide(&self) -> bool {
        self.max > self.min * WIDEST
    }

    pub fn show(&self) -> String {
        format!("{} [{}..{}]", digits(self.median), digits(self.min), digits(self.max))
    }

    pub fn json(&self) -> Value {
        json!({ "median": self.median, "min": self.min, "max": self.max })
    }
}

pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The value that `percent` of the sorted values do not exceed (nearest rank).
pub fn percentile(sorted: &[f64], percent: f64) -> Option<f64> {
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

/// Three digits that count, and thousands apart.
pub fn digits(value: f64) -> String {
    match value.abs() {
        size if size >= 1000.0 => {
            let whole = format!("{value:.0}");
            let mut text = String::new();
            for (i, digit) in whole.chars().enumerate() {
                if i > 0 && (whole.len() - i) % 3 == 0 && digit.is_ascii_digit() && !text.ends_with('-') {
                    text.push(',');
                }
                text.push(digit);
            }
            text
        }
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Prints rows in columns; the first column to the left, the others to the right.
pub fn table(head: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|cell| cell.chars().count())).max().unwrap_or(0)
    };
    let line = |cells: &[String]| {
        let mut text = String::from(" ");
        for (i, cell) in cells.iter().enumerate() {
            let blank = " ".repeat(width(i).saturating_sub(cell.chars().count()));
            text += &if i == 0 { format!(" {cell}{blank}") } else { format!("  {blank}{cell}") };
        }
        println!("{}", text.trim_end());
    };
    line(&head.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
    rows.iter().for_each(|row| line(row));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_percentiles_are_values_that_were_measured() {
        assert_eq!(Spread::of(&[3.0, 1.0, 2.0]), Some(Spread { median: 2.0, min: 1.0, max: 3.0 }));
        assert_eq!(Spread::of(&[]), None);
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&hundred, 95.0), Some(95.0));
        assert_eq!(percentile(&hundred, 50.0), Some(50.0));
        assert_eq!(percentile(&[7.0], 99.0), Some(7.0));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(digits(6.884), "6.88");
        assert_eq!(digits(166_403.0), "166,403");
        assert_eq!(digits(1_000.4), "1,000");
    }
}
