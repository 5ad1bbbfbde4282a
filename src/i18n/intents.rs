//! A short name for every intent, in both languages.

use baton_engine::model::Intent;

use super::Lang;
use crate::texts;

texts! { IntentTexts {
    open_case: "受理个案", "Take a case in";
    take_case: "认领个案", "Take ownership";
    add_note: "补充信息", "Add information";
    record_repeat: "并入重复来电", "Attach a repeat";
    dispatch: "派单", "Dispatch";
    receive_leg: "接棒", "Receive the baton";
    answer_leg: "回单", "Answer the leg";
    return_leg: "退回", "Return";
    withdraw_leg: "撤回派单", "Withdraw the leg";
    chase_leg: "催办", "Chase";
    record_referral: "引导他方", "Referral";
    await_customer: "等客户补充", "Await the customer";
    customer_responded: "客户已补充", "Customer responded";
    hold_case: "等他方", "Hold";
    unhold_case: "继续办理", "Resume";
    change_class: "等级变更", "Class changed";
    answer_customer: "答复客户", "Answer the customer";
    contact_attempt: "联系客户未果", "Customer not reached";
    close_case: "闭环", "Close";
    reopen_case: "重新打开", "Reopen";
    cancel_case: "撤销", "Cancel";
    reassign_case: "换人办理", "Reassign";
    link_case: "关联个案", "Link";
    escalate_case: "升级", "Escalate";
    start_interaction: "新接触", "New contact";
    accept_interaction: "接听", "Answer the contact";
    set_call_state: "通话状态", "Call state";
    set_topic: "选定主题", "Topic";
    offer_transfer: "转接专席", "Offer to a seat";
    decline_transfer: "谢绝转接", "Decline the offer";
    lapse_transfer: "转接无人接", "Offer lapsed";
    accept_transfer: "接受转接", "Accept the transfer";
    link_interaction: "接触关联个案", "Link to a case";
    end_interaction: "结束接触", "End the contact";
    dispose: "小结", "Wrap up";
    send_message: "发消息", "Send a message";
    book_callback: "约回电", "Book a call-back";
    claim_callback: "领取回电", "Claim the call-back";
    release_callback: "放回回电", "Release the call-back";
    log_attempt: "登记拨打结果", "Log a try";
    cancel_callback: "取消回电", "Cancel the call-back";
    set_presence: "在席状态", "Presence";
    edit_fields: "修改资料", "Edit details";
    reveal_field: "查看隐藏信息", "Reveal a masked field";
} }

pub fn name(intent: &Intent, lang: Lang) -> &'static str {
    let t = IntentTexts::get(lang);
    match intent {
        Intent::OpenCase { .. } => t.open_case,
        Intent::TakeCase => t.take_case,
        Intent::AddNote { .. } => t.add_note,
        Intent::RecordRepeat { .. } => t.record_repeat,
        Intent::Dispatch { .. } => t.dispatch,
        Intent::ReceiveLeg { .. } => t.receive_leg,
        Intent::AnswerLeg { .. } => t.answer_leg,
        Intent::ReturnLeg { .. } => t.return_leg,
        Intent::WithdrawLeg { .. } => t.withdraw_leg,
        Intent::ChaseLeg { .. } => t.chase_leg,
        Intent::RecordReferral { .. } => t.record_referral,
        Intent::AwaitCustomer { .. } => t.await_customer,
        Intent::CustomerResponded { .. } => t.customer_responded,
        Intent::HoldCase { .. } => t.hold_case,
        Intent::UnholdCase => t.unhold_case,
        Intent::ChangeClass { .. } => t.change_class,
        Intent::AnswerCustomer { .. } => t.answer_customer,
        Intent::LogContactAttempt { .. } => t.contact_attempt,
        Intent::CloseCase { .. } => t.close_case,
        Intent::ReopenCase { .. } => t.reopen_case,
        Intent::CancelCase { .. } => t.cancel_case,
        Intent::ReassignCase { .. } => t.reassign_case,
        Intent::LinkCase { .. } => t.link_case,
        Intent::EscalateCase { .. } => t.escalate_case,
        Intent::StartInteraction { .. } => t.start_interaction,
        Intent::AcceptInteraction => t.accept_interaction,
        Intent::SetCallState { .. } => t.set_call_state,
        Intent::SetTopic { .. } => t.set_topic,
        Intent::OfferTransfer { .. } => t.offer_transfer,
        Intent::DeclineTransfer { .. } => t.decline_transfer,
        Intent::LapseTransfer => t.lapse_transfer,
        Intent::AcceptTransfer => t.accept_transfer,
        Intent::LinkInteraction { .. } => t.link_interaction,
        Intent::EndInteraction => t.end_interaction,
        Intent::Dispose { .. } => t.dispose,
        Intent::SendMessage { .. } => t.send_message,
        Intent::BookCallback { .. } => t.book_callback,
        Intent::ClaimCallback => t.claim_callback,
        Intent::ReleaseCallback { .. } => t.release_callback,
        Intent::LogCallbackAttempt { .. } => t.log_attempt,
        Intent::CancelCallback { .. } => t.cancel_callback,
        Intent::SetPresence { .. } => t.set_presence,
        Intent::EditFields { .. } => t.edit_fields,
        Intent::RevealField { .. } => t.reveal_field,
    }
}
