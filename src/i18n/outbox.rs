//! Texts of the outbox page that nobody else uses.

use crate::texts;

texts! { OutboxTexts {
    case: "个案", "Case";
    case_number: "个案 {0}", "Case {0}";
    callback: "回电", "Call-back";
    customer: "客户", "Customer";
    seat: "席位 {0}", "Seat {0}";
    not_here: "不在这台设备上", "not on this device";
    copy: "复制", "Copy";
    details: "原始内容", "What was written";
    discard_sure: "确定丢弃，不再恢复", "Discard for good";
    unreadable_more: "这些资料格式不对，没有载入，也没有改动；导出后交给维护人员。", "These have the wrong form: they are not loaded and not changed. Export them for whoever looks after the backend.";
} }
