//! Texts of the work list.

use crate::texts;

texts! { WorklistTexts {
    label: "工作列表", "Work list";
    all: "全部", "All";
    mine: "我持棒", "Mine";
    waiting: "等他方", "Waiting";
    open: "待领", "Open";
    to_close: "待闭环", "To close";
    filter: "筛选", "Filter";
    filter_on: "筛选（已生效）", "Filter (in force)";
    stale: "顺序有变，点此更新", "Order has changed: update";
    many_soon: "{0} 件即将到期或已超时", "{0} {0|item|items} became due soon or overdue";
    search: "号码、姓名、个案号", "Number, name, case";
    clear: "清除", "Clear";
    without_clock: "没有时钟", "No clock";
    empty: "手上没有待办", "Nothing to do";
    empty_more: "新的来话、消息和派单会出现在这里", "New calls, messages and dispatches appear here";
    none_found: "没有找到“{0}”", "Nothing found for \"{0}\"";
    none_found_more: "换尾号四位，或按个案号查", "Try the last four digits, or the case number";
    loading: "正在取回资料", "Fetching";
    with: "棒在{0}", "with {0}";
    due: "应于 {0}", "due {0}";
    stopped_at: "停于 {0}", "at {0}";
    pending: "待发", "to send";
    presence: "在席状态", "Presence";
    all_classes: "全部等级", "All classes";
    all_channels: "全部渠道", "All channels";
    show_done: "含已结束", "Show ended";
    became_soon: "{0}：{1} 即将到期", "{0}: {1} is due soon";
    became_over: "{0}：{1} 已超时", "{0}: {1} is overdue";
} }
