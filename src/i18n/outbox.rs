//! Texts of the outbox page that nobody else uses.

use crate::texts;

texts! { OutboxTexts {
    copy: "复制", "Copy";
} }
