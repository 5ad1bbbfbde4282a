//! How long a text message is. A message that fits the GSM alphabet (3GPP TS 23.038) holds 160 characters,
//! any other 70; messages in parts lose room for their header (153 and 67).

/// Characters used, characters that fit into the parts so far, and the number of parts (at least 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    pub used: usize,
    pub room: usize,
    pub parts: usize,
}

const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM_TWICE: &str = "^{}\\[~]|€";

fn gsm_units(text: &str) -> Option<usize> {
    text.chars().try_fold(0, |sum, c| match c {
        c if GSM.contains(c) => Some(sum + 1),
        c if GSM_TWICE.contains(c) => Some(sum + 2),
        _ => None,
    })
}

/// Length of `text` as a text message. An empty one counts as Chinese: that is what will be written.
pub fn length(text: &str) -> Length {
    let (used, one, more) = match gsm_units(text) {
        Some(units) if units > 0 => (units, 160, 153),
        // Emoji outside the basic plane take two units.
        _ => (text.chars().map(char::len_utf16).sum(), 70, 67),
    };
    let parts = if used <= one { 1 } else { used.div_ceil(more) };
    let room = if parts == 1 { one } else { parts * more };
    Length { used, room, parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (usize, usize, usize) {
        let l = length(text);
        (l.used, l.room, l.parts)
    }

    #[test]
    fn chinese_counts_seventy_a_message() {
        assert_eq!(of(""), (0, 70, 1));
        assert_eq!(of(&"好".repeat(70)), (70, 70, 1));
        assert_eq!(of(&"好".repeat(71)), (71, 134, 2));
        assert_eq!(of(&"好".repeat(135)), (135, 201, 3));
    }

    #[test]
    fn latin_text_counts_a_hundred_and_sixty() {
        assert_eq!(of(&"a".repeat(160)), (160, 160, 1));
        assert_eq!(of(&"a".repeat(161)), (161, 306, 2));
        assert_eq!(of("€5"), (3, 160, 1));
    }

    #[test]
    fn one_foreign_character_makes_the_whole_message_wide() {
        assert_eq!(of("ok 好"), (4, 70, 1));
        assert_eq!(of("ok 👍"), (5, 70, 1));
    }
}
