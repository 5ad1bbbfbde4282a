//! Names of the commands, and texts of the palette and the list of keys.

use crate::texts;

texts! { CommandTexts {
    answer: "接听", "Answer";
    hold: "保持 / 取回", "Hold / resume";
    mute: "静音", "Mute";
    consult: "咨询", "Consult";
    expert: "转数据业务专席", "Transfer to data-service expert";
    three_way: "三方通话", "Three-way call";
    end: "挂机", "End call";
    log_call: "登记一通话机来电", "Log a call from the desk phone";
    book_callback: "约回电", "Book a call-back";
    claim: "领取回电", "Claim the call-back";
    attempt: "登记拨打结果", "Log a call-back try";
    intake: "受理新件", "Take a new case in";
    receive: "接棒", "Receive the baton";
    answer_leg: "回单", "Answer the leg";
    return_leg: "退回（责任不符）", "Return for wrong duty";
    dispatch: "派单", "Dispatch";
    chase: "催办", "Chase";
    answer_customer: "答复客户", "Answer the customer";
    await_customer: "等客户补充（停表）", "Await the customer (pauses)";
    note: "补充信息", "Add information";
    escalate: "升级", "Escalate";
    close: "闭环", "Close";
    why: "为什么是这个时间", "Why due then?";
    next: "下一项", "Next";
    previous: "上一项", "Previous";
    customer_panel: "客户面板", "Customer panel";
    go_desk: "去工作台", "Go to the desk";
    go_customers: "去客户", "Go to customers";
    go_callbacks: "去回电", "Go to call-backs";
    go_experts: "去专席", "Go to expert seats";
    go_outbox: "去发件箱", "Go to the outbox";
    go_rules: "去规则", "Go to the rules";
    go_settings: "去设置", "Go to settings";
    presence: "在席状态", "Presence";
    retry: "重试连接", "Retry the connection";
    palette: "命令面板", "Command palette";
    keys: "键位", "Keyboard shortcuts";
    theme: "切换深浅主题", "Toggle light and dark";
    language: "切换语言", "Switch language";
    log_out: "退出登录", "Log out";
    group_call: "通话", "Call";
    group_case: "个案", "Case";
    group_callback: "回电", "Call-back";
    group_go: "前往", "Go";
    group_desk: "工作台", "Desk";
    found: "找到的", "Found";
    placeholder: "输入命令、号码、姓名或个案号", "Type a command, number, name or case";
    nothing: "没有匹配的命令或资料", "No command or document matches";
    move_: "移动", "move";
    run: "执行", "run";
    keys_on: "使用单键快捷键", "Use single-key shortcuts";
    writing: "写作时加 Alt", "Inside text add Alt";
} }
