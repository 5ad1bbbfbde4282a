//! Texts of the outbox page that nobody else uses.

use crate::texts;

texts! { OutboxTexts {
    copy: "复制", "Copy";
    details: "原始内容", "What was written";
    discard_sure: "确定丢弃，不再恢复", "Discard for good";
    unreadable_more: "这些资料格式不对，没有载入，也没有改动；导出后交给维护人员。", "These have the wrong form: they are not loaded and not changed. Export them for whoever looks after the backend.";
} }
