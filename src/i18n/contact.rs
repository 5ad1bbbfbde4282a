//! Words of calls and conversations: call bar, script, notes, wrap-up, messages, presence.

use crate::texts;

texts! { ContactTexts {
    // ── caller line and call bar ──
    controls: "通话控制", "Call controls";
    manual: "话机手动", "Manual";
    manual_why: "没有连接电话系统：在话机上操作，在这里记录", "No telephone system is connected: act on the desk phone, record it here";
    answer: "接听", "Answer";
    hold: "保持", "Hold";
    resume: "恢复", "Resume";
    mute: "静音", "Mute";
    unmute: "取消静音", "Unmute";
    keys: "按键", "Keys";
    consult: "咨询", "Consult";
    to_expert: "转专席", "To expert";
    three_way: "三方", "3-way";
    end: "挂机", "End";
    seats_free: "{0} 席空闲", "{0} {0|seat|seats} free";
    desk_closed: "已下班", "closed";
    no_expert_desk: "没有专席", "no expert desk";
    off_not_answered: "还没有接听", "Not answered yet";
    off_answered: "已经接听", "Answered already";
    off_ended: "通话已结束", "The call has ended";
    off_not_mine: "{0} 在接这通来电", "{0} has this call";
    off_on_hold: "客户在保持中", "The customer is on hold";
    off_manual: "手动模式：请用话机按键", "Manual mode: use the keypad of the desk phone";
    off_offered: "正在转专席，先等结果", "An offer to an expert is running";
    verified: "已核身", "Verified";
    verified_by: "已核身，{0} {1}", "Verified by {0}, {1}";
    repeat_call: "重复来电，在办 {0}", "Repeat call, {0} open";
    repeat_linked: "重复来电，已并入 {0}", "Repeat call, linked to {0}";
    attach: "并入", "Attach";
    unknown_caller: "未知客户", "Unknown customer";
    waiting: "已等 {0}", "Waiting {0}";
    on_hold: "保持中", "On hold";
    consulting: "咨询中，客户听不到", "Consulting; the customer cannot hear you";
    three: "三方通话", "Three-way call";
    ended_talk: "已挂机，通话 {0}", "Ended, talk {0}";
    ended_missed: "未接通", "Not answered";
    outbound_call: "去电", "Outbound";
    with_other: "{0} 在处理", "With {0}";
    gone: "这个联系已不在", "This contact is gone";
    gone_hint: "可能已被整理或转走，从左边列表选下一件。", "It may have been tidied away or handed on. Choose the next item on the left.";
    // ── ring bar and offer ──
    ring_from: "来电 {0}", "Ringing: {0}";
    ring_stay: "光标与草稿不动", "caret and draft stay";
    ring_more: "另有 {0} 通", "{0} more";
    to_group: "转同组", "To group";
    left_to_group: "留给同组接听，在列表中可找到", "Left to the group; it stays in the list";
    offer_title: "转来的通话", "A call for you";
    offer_from: "{0} 转来", "from {0}";
    offer_left: "{0} 秒", "{0} s";
    accept: "接受", "Accept";
    decline: "拒绝", "Decline";
    decline_why: "原因", "Reason";
    decline_busy: "手上有件未完", "Finishing something";
    decline_scope: "不属专席范围", "Out of scope";
    decline_skill: "不熟这项业务", "Not my skill";
    decline_tech: "设备故障", "Equipment trouble";
    no_topic: "未选业务", "No topic";
    // ── script and notes ──
    script: "话术", "Script";
    script_progress: "来电催问进度", "Asks for progress";
    script_new: "新的诉求", "A new request";
    script_expert: "专席解答", "Expert answer";
    next_step: "下一步", "Next";
    step_greet: "问候：您好，这里是{0}", "Greet: hello, this is {0}";
    step_verify: "核对姓名与服务密码", "Verify name and service password";
    step_repeat: "致歉，复述诉求", "Apologise, repeat the request";
    step_repeat_new: "复述诉求，问清时间地点", "Repeat the request, ask when and where";
    step_promise_1: "“{0}正在办理，我会在", "\"{0} is working on it. I will answer you ";
    step_promise_2: "{0}前", "before {0}";
    step_promise_3: "由我本人答复您。”", " myself.\"";
    step_promise_over: "“这件事超过了答应您的时间，我马上催办，并在今天回您电话。”", "\"We are past the time we promised. I will chase it now and call you back today.\"";
    step_promise_new: "“我先把您的诉求记下来，马上告诉您答复时间。”", "\"I will note your request and tell you at once when you get an answer.\"";
    step_time: "约定方便接听的时间", "Agree a good time to call";
    we_ourselves: "我们", "Our desk";
    notes: "通话笔记", "Notes";
    notes_hint: "客户说了什么，答应了什么", "What the customer said, what was promised";
    draft_kept: "草稿已存本机 {0}", "Draft kept here {0}";
    note_saved: "已存入联系记录", "Saved with the contact";
    note_for: "写给 {0}", "For {0}";
    note_for_case: "写给 {0}，个案 {1}", "For {0}, case {1}";
    phrases: "短语", "Phrases";
    // ── case under the call ──
    case_none: "这个号码没有在办个案", "No open case for this number";
    case_none_hint: "需要跟进就受理一件，答复时限从现在起算。", "Take one in if it needs following up; the reply clock starts now.";
    case_take: "受理个案", "Take a case";
    // ── wrap-up ──
    wrap: "小结", "Wrap-up";
    wrap_limit: "挂机后 {0} 秒内确认", "{0} s limit";
    wrap_over: "话后超时 {0}", "Overtime {0}";
    wrap_left: "话后剩余 {0}", "Wrap-up, {0} left";
    wrap_over_once: "话后已超时，草稿都在，状态仍是话后", "Wrap-up is over time. Drafts are kept, you stay in wrap-up";
    wrap_done: "完成", "Done";
    wrap_more: "其他…", "More…";
    wrap_pick: "先选一项小结", "Choose a disposition first";
    wrap_first_end: "先挂机", "End the call first";
    wrap_saved: "已小结：{0}", "Wrapped up: {0}";
    disposed: "小结：{0}", "Disposition: {0}";
    // ── written channels ──
    conversation: "会话", "Conversation";
    claim: "接入", "Take it";
    claim_hint: "接入后才能回复", "Take it to reply";
    reply_to: "回复 {0}", "Reply to {0}";
    write_chat: "写回复", "Write a reply";
    write_sms: "写短信，70 字一条", "Write a text, 70 characters each";
    write_mail: "写邮件", "Write an e-mail";
    send: "发送", "Send";
    queue: "排队", "Queue";
    queued: "排队中", "queued";
    acked: "已确认", "delivered";
    no_messages: "还没有消息", "No messages yet";
    no_messages_hint: "这是新会话，先问候客户。", "A new conversation: greet the customer first.";
    templates: "模板", "Templates";
    to_manager: "转电话经理", "To the phone manager";
    link_case: "关联个案", "Link a case";
    linked_case: "已关联 {0}", "Linked to {0}";
    finish: "结束会话", "Finish";
    cut_off: "{0} 断开", "{0} offline";
    characters: "{0} / {1}", "{0} / {1}";
    parts: "分 {0} 条", "{0} {0|part|parts}";
    read_only: "只有 {0} 能回复", "Only {0} may reply";
    // ── log a call ──
    log_call: "登记话机来电", "Log a desk-phone call";
    log_number: "电话号码", "Telephone number";
    log_number_bad: "请输入 3 到 15 位号码", "Enter 3 to 15 digits";
    log_number_known: "{0}，资料已找到", "{0}, found in the records";
    log_number_new: "没有这位客户的资料，按普通客户受理", "Not in the records; served as an ordinary customer";
    log_direction: "方向", "Direction";
    inbound: "来电", "Inbound";
    outbound: "去电", "Outbound";
    log_reason: "来电原因", "Reason";
    log_reason_hint: "一句话，例如：问流量包为何未生效", "One sentence, e.g. asks why the data pack is not active";
    log_name: "称呼（可不填）", "Name (optional)";
    log_submit: "登记并接听", "Log as answered";
    // ── presence ──
    presence_now: "我的状态", "My presence";
    presence_after: "这通之后", "After this call";
    presence_hint: "立即生效", "Takes effect at once";
    presence_hint_after: "小结完成后生效", "Takes effect when wrap-up is done";
    presence_none: "你没有座席，不接派来的来电", "You have no seat, so no calls are offered to you";
    presence_leave: "离席", "Leave the seat";
} }

/// A template or phrase: its short form after the slash, a name and the text; `{0}` is the customer's name.
pub struct Template {
    pub key: &'static str,
    pub name: (&'static str, &'static str),
    pub text: (&'static str, &'static str),
}

/// Replies for written channels.
pub const TEMPLATES: &[Template] = &[
    Template {
        key: "nh",
        name: ("问候", "Greeting"),
        text: ("{0}，您好，我是您的客服，请问有什么可以帮您？", "Hello {0}, how can I help you today?"),
    },
    Template {
        key: "sd",
        name: ("请稍等，正在核查", "Checking, one moment"),
        text: (
            "{0}，我正在核查您的业务记录，两分钟内回复您。",
            "{0}, I am checking your records and will reply within two minutes.",
        ),
    },
    Template {
        key: "tf",
        name: ("退费登记告知", "Refund registered"),
        text: (
            "{0}，退费已登记，5 至 7 天到账，届时短信通知您。",
            "{0}, the refund is registered. It arrives in 5 to 7 days and we will text you.",
        ),
    },
    Template {
        key: "zd",
        name: ("转电话经理说明", "Handed to the phone manager"),
        text: (
            "{0}，这件事我已转给电话经理，他会在答应的时间内致电您。",
            "{0}, I have handed this to the phone manager, who will call you within the promised time.",
        ),
    },
    Template {
        key: "sl",
        name: ("已受理告知", "Case taken"),
        text: (
            "{0}，您的诉求已受理，我们会在时限内答复您。",
            "{0}, your request has been taken and we will answer within the time limit.",
        ),
    },
    Template {
        key: "jb",
        name: ("结束致谢", "Closing"),
        text: ("感谢您的耐心，如有需要随时联系我们。", "Thank you for your patience. Write to us at any time."),
    },
];

/// Phrases for call notes.
pub const PHRASES: &[Template] = &[
    Template { key: "pj", name: ("情绪平稳", "Calm"), text: ("客户情绪平稳。", "The customer is calm.") },
    Template {
        key: "jd",
        name: ("情绪激动", "Upset"),
        text: ("客户情绪激动，已安抚。", "The customer is upset; calmed down."),
    },
    Template {
        key: "cq",
        name: ("已重启", "Restarted"),
        text: ("手机已重启，仍不行。", "Handset restarted, no change."),
    },
    Template {
        key: "hm",
        name: ("号码可联系", "Reachable here"),
        text: ("本机号码可联系。", "Reachable on this number."),
    },
    Template {
        key: "js",
        name: ("已解释", "Explained"),
        text: ("已解释规则，客户接受。", "Rules explained, accepted."),
    },
];
