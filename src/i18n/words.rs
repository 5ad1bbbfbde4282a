//! Words that every room uses: states, statuses, refusals. What only one room says lives in that room's file.

use baton_engine::Refusal;
use baton_engine::clock::ClockState;
use baton_engine::model::{Channel, Presence, Status};
use baton_engine::policy::Policy;

use super::{Lang, fields, fill, format};
use crate::texts;

texts! { Words {
    overdue: "已超时", "Overdue";
    due_soon: "即将到期", "Due soon";
    on_track: "正常", "On track";
    paused: "停表", "Paused";
    stopped: "已停", "Stopped";
    over_mark: "超 ", "+";
    paused_mark: "停表", "paused";
    cancel: "取消", "Cancel";
    close: "关闭", "Close";
    undo: "撤销", "Undo";
    provisional: "待核", "provisional";
    acknowledged: "已受理", "Acknowledged";
    rejected: "不予受理", "Rejected";
    pending: "等客户", "Awaiting customer";
    held: "等他方", "Held";
    in_progress: "处理中", "In progress";
    cancelled: "已撤销", "Cancelled";
    closed: "已闭环", "Closed";
    resolved: "已答复", "Answered";
    voice: "语音", "Voice";
    web_chat: "网聊", "Chat";
    sms: "短信", "SMS";
    mms: "彩信", "MMS";
    email: "邮件", "E-mail";
    counter: "柜台", "Counter";
    kiosk: "自助终端", "Kiosk";
    other: "其他", "Other";
    offline: "离线", "Offline";
    available: "空闲", "Available";
    reserved: "预占", "Reserved";
    on_contact: "通话", "On contact";
    wrap_up: "话后", "Wrap-up";
    on_break: "小休", "Break";
    meal: "用餐", "Meal";
    training: "培训", "Training";
    outbound: "外呼", "Outbound";
    no_not_found: "这份资料已不在", "That document is gone";
    no_exists: "已有同号的资料", "It exists already";
    no_document: "这里不能这样做", "That does not apply here";
    no_policy: "没有可用的规则包", "No policy pack is loaded";
    no_unknown: "规则包里没有“{0}”", "The policy pack has no \"{0}\"";
    no_role: "你的角色不能这样做", "Your role may not do that";
    no_yours: "只有{0}能这样做", "Only {0} may do that";
    no_interface: "{0}不是服务界面，不能首问", "{0} is no service interface and cannot own a case";
    no_status: "现在是“{0}”，不能这样做", "Not possible while it is \"{0}\"";
    no_owned: "首问已是{0}", "{0} owns it already";
    no_edge: "{0}不能派给{1}；可派：{2}", "{0} cannot dispatch to {1}; possible: {2}";
    no_chain: "棒已经过{0}，请原路回单", "{0} is in this chain already: answer back instead";
    no_parallel: "{0}还没有回单，不能同时再派", "{0} has not answered; no second leg at once";
    no_loop: "{0}到{1}已派 {2} 次，请主管决定", "{0} to {1} was dispatched {2} {2|time|times}; a lead decides";
    no_consent: "资料要离开本公司，先取得客户同意", "Data would leave the operator: record the customer's consent first";
    no_deadline: "再派一棒会超出答复时限 {0}", "Another leg breaks the customer's deadline by {0}";
    no_leg_ended: "这一棒已经结束", "That leg has ended";
    no_legs_open: "{0}还在办，先等回单或撤回", "{0} still works on it: wait for the answer or withdraw";
    no_answered: "还没有答复客户", "The customer has not been answered";
    no_closed: "已闭环，请另立新件并注明关联", "It is closed: take a new case that refers to it";
    no_text: "请填写这一项", "Please fill this in";
    no_taken: "{0} 先接手了（{1}）", "{0} took it first ({1})";
    no_not_taken: "还没有人接手", "Nobody has taken it";
    no_offer: "转接已失效", "The offer is over";
    no_early: "{0} 以后才能再拨", "Not before {0}";
    no_field: "{0}已由{1}改过，比较后选一个", "{0} was changed by {1} meanwhile: compare and choose";
    no_field_elsewhere: "{0}已在别处改过，比较后选一个", "{0} was changed elsewhere meanwhile: compare and choose";
    nobody: "无", "none";
} }

pub fn state(state: ClockState, lang: Lang) -> &'static str {
    let w = Words::get(lang);
    match state {
        ClockState::Overdue => w.overdue,
        ClockState::DueSoon => w.due_soon,
        ClockState::OnTrack => w.on_track,
        ClockState::Paused => w.paused,
        ClockState::Stopped => w.stopped,
    }
}

pub fn status(status: Status, lang: Lang) -> &'static str {
    let w = Words::get(lang);
    match status {
        Status::Acknowledged => w.acknowledged,
        Status::Rejected => w.rejected,
        Status::Pending => w.pending,
        Status::Held => w.held,
        Status::InProgress => w.in_progress,
        Status::Cancelled => w.cancelled,
        Status::Closed => w.closed,
        Status::Resolved => w.resolved,
    }
}

pub fn channel(channel: Channel, lang: Lang) -> &'static str {
    let w = Words::get(lang);
    match channel {
        Channel::Voice => w.voice,
        Channel::WebChat => w.web_chat,
        Channel::Sms => w.sms,
        Channel::Mms => w.mms,
        Channel::Email => w.email,
        Channel::Counter => w.counter,
        Channel::Kiosk => w.kiosk,
        Channel::Other => w.other,
    }
}

pub fn presence(presence: Presence, lang: Lang) -> &'static str {
    let w = Words::get(lang);
    match presence {
        Presence::Offline => w.offline,
        Presence::Available => w.available,
        Presence::Reserved => w.reserved,
        Presence::OnContact => w.on_contact,
        Presence::WrapUp => w.wrap_up,
        Presence::Break => w.on_break,
        Presence::Meal => w.meal,
        Presence::Training => w.training,
        Presence::Outbound => w.outbound,
    }
}

/// Name of an organisation, or its id when the pack does not know it.
pub fn organisation(policy: &Policy, id: &str, lang: Lang) -> String {
    policy.organisation(id).map_or_else(|| id.to_owned(), |o| lang.of(&o.name))
}

/// A refusal in words.
pub fn refusal(refusal: &Refusal, policy: Option<&Policy>, lang: Lang) -> String {
    let w = Words::get(lang);
    let org = |id: &str| match policy {
        _ if id.is_empty() => w.nobody.to_owned(),
        Some(p) => organisation(p, id, lang),
        None => id.to_owned(),
    };
    let orgs = |ids: &[String]| {
        let comma = if lang == Lang::Zh { "、" } else { ", " };
        if ids.is_empty() { w.nobody.to_owned() } else { ids.iter().map(|i| org(i)).collect::<Vec<_>>().join(comma) }
    };
    let time = |at| policy.map_or_else(String::new, |p| format::clock_time(at, p.home().zone()));
    match refusal {
        Refusal::NotFound => w.no_not_found.into(),
        Refusal::AlreadyExists => w.no_exists.into(),
        Refusal::WrongDocument => w.no_document.into(),
        Refusal::PolicyMissing => w.no_policy.into(),
        Refusal::UnknownId { id } => fill(w.no_unknown, &[id]),
        Refusal::RoleForbids { .. } => w.no_role.into(),
        Refusal::NotYours { org: id } => fill(w.no_yours, &[&org(id)]),
        Refusal::NotAnInterface { org: id } => fill(w.no_interface, &[&org(id)]),
        Refusal::WrongStatus { status: s } => fill(w.no_status, &[status(*s, lang)]),
        Refusal::Owned { org: id } => fill(w.no_owned, &[&org(id)]),
        Refusal::EdgeNotAllowed { from, to, allowed } => fill(w.no_edge, &[&org(from), &org(to), &orgs(allowed)]),
        Refusal::InChain { org: id } => fill(w.no_chain, &[&org(id)]),
        Refusal::NotParallel { to } => fill(w.no_parallel, &[&org(to)]),
        Refusal::LoopLimit { from, to, times } => fill(w.no_loop, &[&org(from), &org(to), &times.to_string()]),
        Refusal::ConsentMissing { .. } => w.no_consent.into(),
        Refusal::WouldBreakDeadline { short_by } => fill(w.no_deadline, &[&format::length(*short_by, lang)]),
        Refusal::LegEnded => w.no_leg_ended.into(),
        Refusal::LegsOpen { orgs: ids } => fill(w.no_legs_open, &[&orgs(ids)]),
        Refusal::NotAnswered { .. } => w.no_answered.into(),
        Refusal::ClosedOpenNew => w.no_closed.into(),
        Refusal::TextMissing { .. } => w.no_text.into(),
        Refusal::Taken { by, at } => fill(w.no_taken, &[by, &time(*at)]),
        Refusal::NotTaken => w.no_not_taken.into(),
        Refusal::NoOffer => w.no_offer.into(),
        Refusal::FieldConflict { fields: list } => {
            let names = fields::names(list.iter().map(|c| c.field), lang);
            match list.iter().find_map(|c| c.by.as_ref()) {
                Some(by) => fill(w.no_field, &[&names, &by.name]),
                None => fill(w.no_field_elsewhere, &[&names]),
            }
        }
        Refusal::TooEarly { not_before } => fill(w.no_early, &[&time(*not_before)]),
    }
}
