//! Words of the customer panel and the page of customers.

use crate::texts;

texts! { CustomerTexts {
    title: "客户视图", "Customer";
    tenure: "网龄", "With us";
    tenure_years: "{0} 年 {1} 月", "{0} y {1} m";
    tenure_months: "{0} 月", "{0} m";
    arpu: "近 3 月 ARPU", "ARPU, 3 m";
    balance: "余额", "Balance";
    spend: "{0}，年消费 {1}", "{0}, {1} a year";
    spend_month: "{0}，月均 {1}", "{0}, {1} a month";
    to_next: "距{0} {1}", "{1} to {0}";
    class: "按{0}服务", "Served as {0}";
    dnd: "营销免打扰，服务联系不受限", "No marketing; service contact is fine";
    hours: "宜联系 {0}", "Best reached {0}";
    manager: "客户经理 {0}", "Account manager {0}";
    reveal: "查看", "Show";
    hide: "隐藏", "Hide";
    shown_for: "{0} 秒后隐藏", "hidden in {0} s";
    number: "号码", "Number";
    facts: "资料", "Profile";
    open_cases: "在办个案", "Open cases";
    no_cases: "没有在办个案", "No open case";
    callbacks: "待回电", "Call-backs";
    timeline: "时间线", "Timeline";
    no_timeline: "还没有往来", "Nothing yet";
    take_in: "受理新个案", "Take in a case";
    new_case: "新个案", "New case";
    unknown: "没有这个号码的资料", "No profile of this number";
    unknown_hint: "资料可能还没有同步到。照常受理，号码会随个案保存。", "It may not be synced yet. Take the case in as usual; the number stays with it.";
    none: "没有选中客户", "No customer selected";
    none_hint: "选中一件工作，这里显示它的客户。", "Select a piece of work to see its customer here.";
    opened: "{0} 受理：{1}", "{0} taken in: {1}";
    answered: "{0} 已答复", "{0} answered";
    closed: "{0} 已闭环", "{0} closed";
    repeated: "再次来诉，已并入 {0}", "Asked again, attached to {0}";
    contact: "{0}：{1}", "{0}: {1}";
    called: "回电已接通", "Call-back reached";
    booked: "约回电", "Call-back booked";
    page: "客户", "Customers";
    search: "按号码、姓名、地市查找", "Find by number, name or city";
    count: "{0} 位", "Customers: {0}";
    capped: "只显示前 {0} 位，请再输入几个字", "First {0} shown; type more to narrow down";
    empty: "没有找到客户", "No customer found";
    empty_hint: "换个写法，或按号码后四位查找。", "Try another spelling, or the last four digits.";
    nothing: "本机还没有客户资料", "No customers on this device yet";
    nothing_hint: "同步完成后会出现在这里。", "They appear here once they are synced.";
    col_name: "姓名", "Name";
    col_number: "号码", "Number";
    col_tier: "等级", "Tier";
    col_city: "地市", "City";
    col_plan: "套餐", "Plan";
    col_open: "在办", "Open";
    pick: "选中一位客户看资料。", "Select a customer to see the profile.";
    list: "客户列表", "List of customers";
} }
