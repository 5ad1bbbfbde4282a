//! Texts of the rules page and the settings page.

use crate::texts;

texts! { RulesTexts {
    pack: "规则包", "Policy pack";
    version: "版本 {0}", "Version {0}";
    extends: "沿用 {0}", "Extends {0}";
    limits: "时限", "Time limits";
    settings: "取值", "Settings";
    desks: "专席与热线", "Desks";
    calendars: "日历", "Calendars";
    flags: "存疑之处", "Doubts in the source";
    classes: "服务等级与时限", "Service classes and their limits";
    class: "等级", "Class";
    reply: "答复客户", "Reply to the customer";
    leg: "单棒", "One leg";
    fallback: "等级不明时", "when unknown";
    tiers: "客户分级", "Customer tiers";
    by_brand: "按品牌", "by brand";
    annual_spend: "年消费", "Annual spend";
    monthly_arpu: "月均消费", "Monthly ARPU";
    between: "{0} {1} 至 {2}（不含）", "{0} {1} up to {2}";
    at_least: "{0} {1} 起", "{0} from {1}";
    relay: "接力流程", "Relay flows";
    flow_owner: "首问 {0}", "first asked: {0}";
    edge_dispatch: "派单", "dispatch";
    edge_assist: "请求支援", "assist";
    parallel: "可同时派多家", "several at once";
    comma: "，", ", ";
    everywhere: "不限城市", "every city";
    seats: "{0} 席", "{0} {0|seat|seats}";
    in_scope: "受理", "in scope";
    out_of_scope: "不受理", "out of scope";
    instead_of: "另一种读法：{0}", "could also be read as: {0}";
    yes: "是", "yes";
    no: "否", "no";
    home: "本地日", "home";
    always: "全天，不分节假日", "round the clock, every day";
    covered: "{0}–{1} 年", "{0}–{1}";
    year_provisional: "{0} 年待核", "{0} provisional";
    next_days: "接下来的特殊日子", "Next special days";
    holiday: "休", "closed";
    worked: "上班", "worked";
    special: "另定", "special";
    pinned: "个案按受理时的版本计时，规则更新不改已定的时限。", "A case keeps the version it was taken under; new rules never move its dates.";
    refused_more: "包内有错就整包不用，继续用上一个好的版本。改好后重新载入即可。", "A pack with a fault is refused whole; the last good version stays in force. Mend it and reload.";
    refused_all: "包内有错就整包不用，这台设备上也没有更早的好版本。改好后重新载入即可。", "A pack with a fault is refused whole, and this device has no earlier good version. Mend it and reload.";
    fault_count: "{0} 处错误", "{0} {0|fault|faults}";
    stated_more: "原文写明", "printed plainly";
    decoded_more: "原文残缺，读法可靠", "garbled, the reading is safe";
    inferred_more: "由原文其他内容推出", "follows from other printed facts";
    external_more: "来自法规或其他文件", "from law or another document";
    default_more: "原文未写，本台取值，可改", "the source is silent; ours, and yours to change";
    uncertain_more: "原文有歧义，其他读法见备注", "ambiguous; the alternatives are named";
    rule: "规则", "Rule";
    value: "取值", "Value";
    source: "出处", "Source";
    certainty: "把握", "Certainty";
    stated: "原文", "stated";
    decoded: "可辨", "decoded";
    uncertain: "存疑", "uncertain";
    inferred: "推定", "inferred";
    default_: "缺省", "default";
    external: "外部", "external";
    refused: "没有采用的规则包", "Packs that were refused";
    provisional: "{0} 年节假日尚未公布，推算用的是法定节日，涉及的到期会标“待核”", "Holidays of {0} are not announced yet; statutory days are used and such dates are marked provisional";
    open_now: "现在开放", "open now";
    closed_now: "现在关闭", "closed now";
    none: "没有载入规则包", "No policy pack is loaded";
    kept: "本机保存的版本", "Versions kept on this device";
    theme_system: "随系统", "System";
    theme_light: "浅色", "Light";
    theme_dark: "深色", "Dark";
    dropped: "为腾出空间，{0} 项办结的内容没有存在本机", "To make room, {0} finished items are not kept on this device";
    used: "本机已用 {0} MB，最多可用 {1} MB", "{0} MB used on this device, {1} MB at most";
    kept_safe: "浏览器答应不自行清除", "The browser will not clear it by itself";
    keep_safe: "请浏览器不要自行清除", "Ask the browser not to clear it";
    keep_unsafe: "空间不足时浏览器可能清除；未发送的内容也在其中", "The browser may clear it when space runs out, unsent work included";
    shortcuts: "键位", "Keys";
    test_chime: "试听", "Try it";
    about: "关于", "About";
    licence: "MIT 或 Apache-2.0 许可", "Licensed MIT or Apache-2.0";
    notifications: "到期提醒", "Reminders";
    notify_on: "允许系统通知", "Allow system notifications";
    notify_granted: "系统通知已允许", "System notifications are allowed";
    notify_denied: "浏览器已拒绝系统通知，可在浏览器设置里改", "The browser refuses notifications; change it in the browser's settings";
    chime: "到期时响一声", "Chime once when due";
    single_keys: "使用单键快捷键", "Use single-key shortcuts";
    keys: "查看键位", "Show the keys";
    language: "语言", "Language";
    theme: "主题", "Theme";
    device: "这台设备", "This device";
    stored: "未发送的内容保存在浏览器数据库中", "Unsent work is stored in the browser's database";
    not_stored: "此浏览器不保存数据", "This browser stores nothing";
    sealed: "客户资料、未发送的内容和草稿加密保存。钥匙就在这个浏览器里，退出登录时最先销毁；留到下次登录的未发送内容和草稿换一把新钥匙。加密保护的是退出以后剩下的和之后复制走的数据，防不住正在用这个浏览器的人", "Customers' data, unsent work and drafts are stored encrypted. The key is in this browser, and goes first at log-out; unsent work and drafts that stay for the next log-in get a new one. This protects what is left after log-out and copies made later, not a browser in use";
    unsealed: "这个页面不是用 HTTPS 打开的，浏览器不让它加密：客户资料、未发送的内容和草稿在这台设备上是明文", "This page was not opened over HTTPS, so the browser does not let it encrypt: customers' data, unsent work and drafts lie readable on this device";
    skew: "与服务器时钟相差 {0} 秒", "{0} s from the server's clock";
    person: "登录者", "Logged in as";
} }

texts! { SettingNames {
    default_class: "等级不明时按", "Class when unknown";
    home_calendar: "本地日历", "Home calendar";
    soon_percent: "用去多少算即将到期（%）", "Due soon from this share used (%)";
    soon_under: "剩余不足多少算即将到期", "Due soon when less remains";
    reopen_percent: "重开后按原时限的（%）", "Reopened: share of the limit (%)";
    repeat_window: "重复来电并入期", "Repeats are attached within";
    guard_blocks: "会误期的派单一律拦下", "Refuse every dispatch that breaks a deadline";
    loop_limit: "同一对单位最多派几次", "Dispatches between the same two at most";
    close_after_failed_days: "联系未果几日后可结单", "Days of failed tries before closing";
    offer: "转席响铃", "A seat is offered a call for";
    ageing: "每等多久升一级", "One rank up per waiting time of";
    tries: "每轮拨打次数", "Tries per round";
    spacing: "两次拨打间隔", "Between two tries";
    claim_lapse: "认领后多久不拨放回", "A claim lapses after";
    handling: "一次回电平均用时", "Mean time of a call-back";
} }

impl SettingNames {
    /// The name of a pack's setting; None for a key that has none here.
    pub fn of(id: &str, lang: super::Lang) -> Option<&'static str> {
        let t = SettingNames::get(lang);
        Some(match id {
            "defaultClass" => t.default_class,
            "homeCalendar" => t.home_calendar,
            "soonPercent" => t.soon_percent,
            "soonUnder" => t.soon_under,
            "reopenPercent" => t.reopen_percent,
            "repeatWindow" => t.repeat_window,
            "guardBlocks" => t.guard_blocks,
            "loopLimit" => t.loop_limit,
            "closeAfterFailedDays" => t.close_after_failed_days,
            "offer" => t.offer,
            "ageing" => t.ageing,
            "tries" => t.tries,
            "spacing" => t.spacing,
            "claimLapse" => t.claim_lapse,
            "handling" => t.handling,
            _ => return None,
        })
    }
}
