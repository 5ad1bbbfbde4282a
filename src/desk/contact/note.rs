//! What call notes carry along: one line says who verified the customer and when, so that a colleague who gets
//! the call or reads the contact later sees it. The line is found by its mark in either language.

/// Begins the line that says that the customer was verified.
pub const MARK: &str = "✓ ";

/// Key of the draft of a contact's notes.
pub fn draft_key(contact: &str) -> String {
    format!("note/{contact}")
}

/// Whether the notes say that the customer was verified.
pub fn is_verified(note: &str) -> bool {
    note.lines().any(|l| l.starts_with(MARK))
}

/// Notes with the line of verification first; a second one is not added.
pub fn with_verification(note: &str, line: &str) -> String {
    if is_verified(note) {
        return note.to_owned();
    }
    let line = format!("{MARK}{line}");
    if note.trim().is_empty() { line } else { format!("{line}\n{note}") }
}

/// Notes without that line, as the agent writes them.
pub fn without_verification(note: &str) -> String {
    note.lines().filter(|l| !l.starts_with(MARK)).collect::<Vec<_>>().join("\n")
}

/// The digits of a telephone number as somebody typed it; a leading + stays.
pub fn digits(number: &str) -> String {
    let number = number.trim();
    let plus = if number.starts_with('+') { "+" } else { "" };
    plus.chars().chain(number.chars().filter(char::is_ascii_digit)).collect()
}

/// Whether it can be a telephone number: 3 (service numbers) to 15 digits (E.164).
pub fn is_number(number: &str) -> bool {
    let count = number.chars().filter(char::is_ascii_digit).count();
    (3..=15).contains(&count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verification_travels_in_the_notes_once() {
        let once = with_verification("router restarted", "verified by Wu, 14:57");
        assert_eq!(once, "✓ verified by Wu, 14:57\nrouter restarted");
        assert!(is_verified(&once) && !is_verified("router restarted ✓ "));
        assert_eq!(with_verification(&once, "again"), once);
        assert_eq!(without_verification(&once), "router restarted");
        assert_eq!(with_verification(" ", "v"), "✓ v");
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        assert_eq!(digits(" 138 0000-6027 "), "13800006027");
        assert_eq!(digits("+86 138"), "+86138");
        assert!(is_number("10086") && !is_number("12") && !is_number("1234567890123456"));
    }
}
