//! Calls, chats, text messages, e-mails and call-backs: what customers and colleagues say. Texts only.

/// Who says a line of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Customer,
    Desk,
}

use Side::{Customer, Desk};

/// A written conversation; what it is about, then its lines in order. The customer speaks first.
#[derive(Debug)]
pub struct Thread {
    pub reason: &'static str,
    pub lines: &'static [(Side, &'static str)],
}

pub const CHATS: &[Thread] = &[
    Thread {
        reason: "流量包未生效",
        lines: &[
            (Customer, "你好，我昨天买的夜间流量包怎么还在扣通用流量？"),
            (Desk, "您好，正在为您查询，请稍等。请问是哪个时间段使用的？"),
            (Customer, "昨晚十一点半到十二点，用了大概 600 兆。"),
            (Desk, "查到订购在 23:41 生效，之前 11 分钟按通用流量计。我为您登记返还差额，可以吗？"),
            (Customer, "可以，多久到账？"),
        ],
    },
    Thread {
        reason: "停机前提醒，待确认缴费",
        lines: &[
            (Customer, "收到短信说我快停机了，可是我上周刚充了钱。"),
            (Desk, "您好，核实到充值 50 元进入了副卡账户，主卡余额为 3.20 元。"),
            (Customer, "那能转过来吗？"),
        ],
    },
    Thread {
        reason: "发票邮寄地址变更", lines: &[(Customer, "我搬家了，电子发票改成寄到新邮箱，行吗？")]
    },
    Thread {
        reason: "国际漫游资费咨询",
        lines: &[
            (Customer, "下周去出差，漫游上网怎么收费？"),
            (Desk, "您好，建议开通按天计费的漫游包，落地自动生效，当天不用不收费。"),
            (Customer, "好的，怎么开？需要我本人到厅吗？"),
            (Desk, "不需要，回复“开通”即可，我为您办理，出境前一天生效。"),
            (Customer, "开通"),
        ],
    },
    Thread {
        reason: "Roaming charge question",
        lines: &[
            (Customer, "Hi, I was charged 38 yuan for roaming but I never left Guangdong."),
            (Desk, "Hello, I see one call picked up by a border cell on Tuesday evening. Let me check it."),
            (Customer, "I was at home in the evening. Please refund it."),
        ],
    },
    Thread {
        reason: "视频会员兑换",
        lines: &[
            (Customer, "积分换的视频会员兑换码输入后说已被使用。"),
            (Desk, "您好，请提供兑换码后四位，我核对使用记录。"),
            (Customer, "7K2M"),
        ],
    },
    Thread {
        reason: "家庭网成员添加失败",
        lines: &[(Customer, "给我妈加家庭网，一直提示对方未确认，可她没收到短信。")],
    },
    Thread {
        reason: "宽带预约安装改期",
        lines: &[
            (Customer, "约的周六上午装宽带，能改到周日吗？"),
            (Desk, "可以，周日 9:00–11:00 和 14:00–16:00 有空，您选哪个？"),
            (Customer, "下午那个，谢谢"),
        ],
    },
    Thread {
        reason: "Port-in status",
        lines: &[(Customer, "I applied to bring my number over three days ago. What is the status?")],
    },
    Thread {
        reason: "副卡流量共享", lines: &[(Customer, "副卡说没流量了，可是主卡还有 20G，不是共享的吗？")]
    },
];

pub const SMS: &[Thread] = &[
    Thread {
        reason: "退订确认", lines: &[(Customer, "我回了 TD 还是每天收到早报，到底怎么退？")]
    },
    Thread {
        reason: "余额查询",
        lines: &[
            (Customer, "余额"),
            (Desk, "您好，当前余额 86.40 元，本月已消费 61.20 元。"),
            (Customer, "不对，我昨天充了100"),
        ],
    },
    Thread { reason: "处理进度", lines: &[(Customer, "上次说的信号问题有结果了吗")] },
    Thread {
        reason: "验证码收不到", lines: &[(Customer, "银行验证码一直收不到，别的短信都正常，急用")]
    },
];

pub const EMAILS: &[Thread] = &[
    Thread {
        reason: "电子发票抬头更正",
        lines: &[(
            Customer,
            "客服同事您好：\n\n上月电子发票抬头少了“有限公司”四字，财务无法入账，麻烦作废重开。订单和正确抬头见正文下方。\n\n抬头：东莞市云帆五金制品有限公司\n税号稍后电话提供。\n\n谢谢。",
        )],
    },
    Thread {
        reason: "Contract copy requested",
        lines: &[(
            Customer,
            "Dear team,\n\nplease send me a copy of the contract for my handset plan, and tell me the date on which it ends. The local shop could not print it.\n\nKind regards",
        )],
    },
    Thread {
        reason: "过户材料咨询",
        lines: &[
            (Customer, "您好，我想把父亲名下的号码过户给我，他行动不便，需要哪些材料？能否委托办理？"),
            (Desk, "您好，可凭双方身份证原件和委托书到自有营业厅办理，也可预约上门核验。请告知方便的时间。"),
            (Customer, "那麻烦预约本周末上门，地址没有变。"),
        ],
    },
];

/// What a caller wants, as the voice menu or the first sentence gives it.
pub const CALLS: &[&str] = &[
    "查询话费，本月比上月高",
    "手机视频打不开",
    "催问工单进度",
    "WLAN 认证失败",
    "套餐变更咨询",
    "补卡后收不到短信",
    "手机支付被重复扣款",
    "宽带报障",
    "国际漫游开通",
    "号簿管家恢复联系人",
    "投诉营业厅排队太久",
    "流量用得太快，要求查详单",
    "携号转网资格查询",
    "手机电视卡顿",
    "停机后要求先复机",
    "Cannot log in to the self-service app",
];

/// What a customer writes after the desk's answer.
pub const REPLIES: &[&str] = &[
    "好的，谢谢。",
    "明白了，那我等你们消息。",
    "可以，麻烦尽快。",
    "我试了一下，还是不行。",
    "可以了，已经恢复，谢谢！",
    "大概什么时候能有结果？",
    "收到，我现在重启手机试试。",
    "截图我稍后发，现在在开车。",
    "那费用怎么算？",
    "行，就按你说的办。",
];

pub const REPLIES_EN: &[&str] = &[
    "OK, thank you.",
    "I tried that; it is still the same.",
    "How long will it take?",
    "Works now, thanks!",
    "Fine, please go ahead.",
];

/// Ways in which a contact ended: disposition id of the pack and the note beside it.
pub const ENDINGS: &[(&str, &str)] = &[
    ("answered", "已解释账单构成，客户认可。"),
    ("answered", "指导重启并重新选网，恢复。"),
    ("answered", "告知套餐规则，客户了解。"),
    ("chased", "已催办下一环节，承诺今日回复。"),
    ("repeat", "客户重复来电，已并入在办工单。"),
    ("referral", "属终端硬件，已引导至厂商热线。"),
    ("callback", "专席全忙，已预约回电。"),
    ("dropped", "通话中断，回拨未接。"),
    ("noContact", "误拨，客户主动挂机。"),
];

/// Call-backs of the expert desk: topic of its catalogue and what the front line wrote down.
pub const CALLBACKS: &[(&str, &str)] = &[
    ("mobilePayment", "重复扣款 58 元，商户未确认，客户等回电。"),
    ("wlan", "新机连不上家里 WLAN，密码确认无误。"),
    ("mobileVideo", "会员有效但提示未开通，已换网络试过。"),
    ("handsetParams", "双卡切换后接入点丢失，需逐步指导。"),
    ("pim", "换机后联系人重复一倍，不要直接清空。"),
    ("mobileTv", "直播只有声音没有画面，固定频道。"),
    ("mobileSecurities", "登录提示签约失效，功能费已扣。"),
    ("dataOperation", "不会设置邮件自动收取，客户年长，请慢讲。"),
    ("baihe", "百合群发失败，提示额度不足。"),
    ("mobileVideo", "付费影片十秒后中断，免费的正常。"),
    ("wlan", "认证页面空白，热点在图书馆二楼。"),
    ("mobilePayment", "钱包换卡后余额为零。"),
    ("handsetParams", "彩信发不出去，短信正常。"),
    ("pim", "恢复备份少了一半联系人。"),
    ("mobileTv", "频道列表空白，已重装客户端。"),
];

/// Reasons for a return: the duty is not the receiver's.
pub const WRONG_DUTY: &[&str] = &[
    "经核查属接入侧问题，不在本单位职责内，请核对后重派。",
    "缺少终端型号和发生时间，且现象指向归属侧签约，退回补充。",
    "该业务由属地渠道受理，本单位无处理权限。",
];

pub const HOLDS: &[&str] = &["等待机房备件到货，预计明日上午。", "等待物业配合进场，已预约。", "等待厂商检测报告。"];

pub const CHASES: &[&str] =
    &["客户再次来电催问，请优先处理。", "距时限不足一小时，请反馈进展。", "客户为高价值客户，请尽快答复。"];

pub const REPEATS: &[&str] =
    &["客户第二次来电，问题依旧，情绪急躁。", "客户来电询问进度，已告知在处理。", "客户补充：昨晚又出现一次。"];

pub const REOPENS: &[&str] = &["客户回访时称问题再次出现。", "客户表示退费未到账，不认可结案。"];

pub const ESCALATIONS: &[&str] = &["客户称今日无结果将向通信管理局申诉。", "同类问题本月第三次，班长督办。"];

pub const CANCELS: &[&str] = &["客户来电撤诉，问题已自行恢复。", "重复受理，客户同意以前一工单为准。"];

pub const REFERRALS: &[&str] = &["属终端硬件故障，已告知厂商热线和三包网点。", "购机 6 个月内，引导客户至厂商检测。"];

pub const RESPONSES: &[&str] = &["客户已通过短信补充资料。", "客户来电告知所需信息，已记录。"];

pub const ATTEMPTS: &[&str] = &["致电客户无人接听。", "客户占线，稍后再拨。", "电话已关机。"];

pub const RECEIPTS: &[&str] =
    &["已接收，正在核查。", "已联系平台值班，等待日志。", "初步判断为数据同步问题，继续核实。"];

pub const CLOSINGS: &[&str] = &["客户确认解决，闭环。", "三日回访满意，闭环。", "短信满意度：非常满意。"];
