//! Texts of a case: head, relay track, scale, actions, journal.

use baton_engine::model::{LegState, LinkKind};

use super::Lang;
use crate::texts;

texts! { CaseTexts {
    gone: "这台设备上还没有这件个案", "This case is not on this device yet";
    gone_hint: "同步到了会自动显示；也可能不归你的单位", "It shows by itself once it is synced; or it is not for your organisation";
    case: "个案", "Case";
    first_asked: "首问 {0} {1}", "First asked: {0}, {1}";
    first_asked_at: "首问 {0} {1} {2}", "First asked: {0}, {1} {2}";
    no_owner: "还没有首问责任人", "Nobody owns it yet";
    queued: "待核，未发送", "Provisional, not sent yet";
    escalated: "督办", "Escalated";
    repeats: "重复来电 {0} 次", "Asked again {0}×";
    chased: "催办 {0}", "Chased {0}×";
    reply_due: "答复客户 {0} 到期", "Reply due {0}";
    reply_was: "{0} 已答复客户", "Answered {0}";
    reply_ended: "{0} 结束", "Ended {0}";
    reply_early: "提前 {0}", "{0} early";
    reply_late: "晚了 {0}", "{0} late";
    reply_paused: "停表，自 {0}", "Paused since {0}";
    no_clock: "没有受理时间，算不出到期", "No time of intake, so no due time";
    calendar_provisional: "跨到还没公布的年历，日期暂定", "Runs into a calendar year that is not published: dates are provisional";
    why: "为什么？", "Why?";
    why_leg: "为什么是{0}的这个时间？", "Why this time for {0}?";
    why_reply: "为什么是这个答复时间？", "Why is the reply due then?";
    pin_missing: "受理时的规则包 {0} {1} 不在这台设备上，时间按 {2} 推算", "The pack it was taken under, {0} {1}, is not here: times follow {2}";
    no_hop: "不能再往下派：再一棒 {0} 加末棒预留 {1}，超过剩余 {2}。需要支援请走升级。", "No further hop fits: {0} for a hop plus {1} for the last leg exceeds the {2} left. Escalate instead.";
    tight_hop: "再派一棒会晚 {3}：一棒 {0} 加末棒预留 {1}，剩余 {2}。", "Another hop would be {3} late: {0} for a hop plus {1} for the last leg, {2} left.";
    no_policy: "没有可用的规则包，算不出时限", "No policy pack is loaded, so no due times";
    total: "总", "total";
    customer: "客户", "Customer";
    owner: "首问", "owner";
    you_mark: "（你）", " (you)";
    baton: "持棒", "baton";
    waits: "待答复", "awaits reply";
    on_line: "正在联系", "in contact";
    answered: "已答复", "answered";
    asked_back: "要补资料", "asked back";
    ended: "已结束", "ended";
    used: "用时 {0}", "took {0}";
    not_received: "未接收", "not received";
    handed_back: "已回单", "answered";
    returned: "已退回", "returned";
    withdrawn: "已撤回", "withdrawn";
    working: "处理中", "working";
    intake: "受理", "intake";
    latest: "≤ {0}", "≤ {0}";
    should: "应 {0}", "was due {0}";
    spent: "{0} {1}", "{0} {1}";
    slack: "余量 {0}", "slack {0}";
    short: "差 {0}", "short {0}";
    reserve: "末棒预留 {0}", "last leg {0}";
    here: "棒在{0}", "baton with {0}";
    answer: "答复", "answer";
    you: "你", "you";
    relay: "接力链", "Relay";
    elided: "中间省略 {0} 棒", "{0} {0|leg|legs} left out";
    other_legs: "其他各棒", "Other legs";
    sentence: "接力链：客户、{0}。", "Relay: customer, {0}. ";
    sentence_holds: "棒在{0}，{1}。", "The baton is with {0}, {1}. ";
    sentence_due: "{0} 到期", "due {0}";
    sentence_over: "应在 {0} 前回单，已超时", "was due {0}, overdue";
    sentence_paused: "停表", "paused";
    sentence_reply: "答复客户 {0} 到期。", "The reply is due {0}.";
    sentence_done: "{0} 已有结果。", "It ended {0}.";
    list_owner: "{0} 受理，首问", "taken in {0}, owner";
    list_took: "{0} 接棒，用 {1}", "from {0}, took {1}";
    list_back: "{0} 接棒，{1} 交回", "from {0}, back {1}";
    list_until: "{0} 接棒，{1} 前交回", "from {0}, due back {1}";
    list_over: "{0} 接棒，应 {1} 交回", "from {0}, was due {1}";
    list_from: "{0} 接棒", "from {0}";
    list_latest: "最晚 {0}", "by {0}";
    list_reserve: "最晚 {0}，末棒预留 {1}", "by {0}, last leg {1}";
    list_done: "{0} 答复", "answered {0}";
    now: "现在 {0}", "now {0}";
    journal: "经过", "Journal";
    show_all: "显示全部 {0} 条", "Show all {0}";
    desc_all: "看全文", "Show all of it";
    desc_less: "收起", "Show less";
    show_less: "收起", "Show fewer";
    journal_empty: "还没有记录", "Nothing yet";
    actions: "个案操作", "Case actions";
    more: "更多", "More";
    system: "系统", "system";
    link_related: "相关", "related";
    link_duplicate: "重复于", "duplicate of";
    link_reopen: "重办自", "reopens";
    link_split_from: "拆自", "split from";
    link_split_into: "拆出", "split into";
    link_escalated: "升级自", "escalated from";

    act_take: "首问归我", "Own it";
    act_receive: "接收", "Receive";
    act_answer: "回单", "Answer back";
    act_return: "退回", "Return";
    act_chase: "催办{0}", "Chase {0}";
    act_withdraw: "撤回{0}", "Withdraw from {0}";
    act_answer_customer: "答复客户", "Answer customer";
    act_dispatch: "派单", "Dispatch";
    act_dispatch_on: "再派一棒", "Dispatch on";
    act_await: "等客户补充", "Await customer";
    act_responded: "客户已补充", "Customer responded";
    act_hold: "等第三方", "Hold";
    act_unhold: "继续办理", "Go on";
    act_referral: "引导他方", "Refer elsewhere";
    act_note: "补充信息", "Add info";
    act_tried: "没联系上客户", "Customer not reached";
    pin: "按 {0} 计时", "timed by {0}";
    act_class: "改服务等级", "Change class";
    act_reassign: "换责任人", "Reassign";
    act_split: "拆分", "Split";
    act_escalate: "升级", "Escalate";
    act_close: "闭环", "Close";
    act_reopen: "重办", "Reopen";
    act_cancel: "撤销个案", "Cancel case";
    did_take: "首问已归你", "It is yours now";
    did_receive: "已接收", "Received";
    did_chase: "已催办{0}", "Chased {0}";
    did_responded: "继续计时", "The clocks run again";
    did_unhold: "已继续办理", "Work goes on";
    undo_await: "误点，仍等客户", "Undone: still awaiting the customer";
    undo_hold: "误点，仍等第三方", "Undone: still held";

    j_open: "受理：{0}", "Taken in: {0}";
    j_take: "接为首问", "Took ownership";
    j_note: "{0}", "{0}";
    j_repeat: "客户再次来询", "The customer asked again";
    j_dispatch: "派{0}：{1}", "To {0}: {1}";
    j_dispatch_despite: "派{0}（已知会超时限）：{1}", "To {0}, knowing it breaks the deadline: {1}";
    j_receive: "接收", "Received";
    j_answer: "回单：{0}", "Answered: {0}";
    j_return: "退回：{0}", "Returned: {0}";
    j_withdraw: "撤回{0}：{1}", "Withdrew from {0}: {1}";
    j_chase: "催办{0}", "Chased {0}";
    j_referral: "引导客户到 {0}", "Referred the customer to {0}";
    j_await: "停表，等客户：{0}", "Paused, awaiting the customer: {0}";
    j_responded: "客户已补充，继续计时", "The customer responded; clocks run";
    j_hold: "等第三方：{0}", "Held: {0}";
    j_unhold: "继续办理", "Goes on";
    j_class: "服务等级改为 {0}", "Class changed to {0}";
    j_answer_customer: "答复客户：{0}", "Answered the customer: {0}";
    j_attempt: "联系客户未通", "Could not reach the customer";
    j_close: "闭环", "Closed";
    j_reopen: "重办：{0}", "Reopened: {0}";
    j_cancel: "撤销：{0}", "Cancelled: {0}";
    j_cancel_into: "撤销，并入 {1}：{0}", "Cancelled into {1}: {0}";
    j_reassign: "换责任人：{0}", "Reassigned to {0}";
    j_link: "关联 {0} {1}", "Linked: {0} {1}";
    j_escalate: "升级：{0}", "Escalated: {0}";
    j_contact: "联系开始", "Contact began";
    j_contact_took: "接起", "Took the contact";
    j_contact_end: "联系结束", "Contact ended";
    j_call: "通话状态变更", "Call state changed";
    j_topic: "业务：{0}", "Topic: {0}";
    j_offer: "转专席 {0}", "Offered to seat {0}";
    j_offer_no: "未接转接", "Did not take the transfer";
    j_offer_lapse: "转接超时", "The transfer lapsed";
    j_offer_yes: "接下转接", "Took the transfer";
    j_dispose: "小结：{0}", "Wrapped up: {0}";
    j_message: "消息：{0}", "Message: {0}";
    j_callback: "约回电：{0}", "Booked a call-back: {0}";
    j_claim: "认领回电", "Claimed the call-back";
    j_release: "放回回电", "Released the call-back";
    j_try: "回拨一次", "Tried to call back";
    j_callback_end: "取消回电：{0}", "Cancelled the call-back: {0}";
    j_presence: "在席状态变更", "Presence changed";
    j_reveal: "查看 {0}：{1}", "Revealed {0}: {1}";
} }

/// What a leg has come to, in a word.
pub fn leg_state(state: LegState, lang: Lang) -> &'static str {
    let t = CaseTexts::get(lang);
    match state {
        LegState::Dispatched => t.not_received,
        LegState::Received => t.working,
        LegState::Answered => t.handed_back,
        LegState::Returned => t.returned,
        LegState::Withdrawn => t.withdrawn,
    }
}

pub fn link(kind: LinkKind, lang: Lang) -> &'static str {
    let t = CaseTexts::get(lang);
    match kind {
        LinkKind::Related => t.link_related,
        LinkKind::DuplicateOf => t.link_duplicate,
        LinkKind::ReopenOf => t.link_reopen,
        LinkKind::SplitFrom => t.link_split_from,
        LinkKind::SplitInto => t.link_split_into,
        LinkKind::EscalatedFrom => t.link_escalated,
    }
}
