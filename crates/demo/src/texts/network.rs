//! Complaints on the network and on terminals. Texts only.

use super::{Plot, Story};

pub const STORIES: &[Story] = &[
    Story {
        category: "NETWORK.signal",
        asked: &["请客户提供信号差的具体楼栋、楼层和时间段。", "请客户在信号差的位置拨打一次测试电话并告知时间。"],
        notes: &["周边三个用户近一周有同类反映，疑似片区问题。", "客户手机支持的频段正常，排除终端原因。"],
        plots: &[
            Plot {
                title: "室内信号弱，电话经常接不到",
                description: "客户反映{city}住处室内只有一格信号，来电常转到关机提示，阳台正常。已换位置和重启手机，无改善。",
                request: "请核查{city}该地址附近小区近 7 天覆盖和告警，是否有站点退服或调整，给出处理时间。",
                further: "附近小区参数近期按统一模板更新，请协助核对该片区数据是否漏配。",
                found: "邻区漏配 2 条，已补配并观察 30 分钟，切换成功率恢复正常。",
                passed_on: "邻区数据已补配，室内信号由 -108 提升到 -92 dBm，请客户复测。",
                solved: "已说明参数漏配并已修复，客户现场复测信号三格，表示认可。",
            },
            Plot {
                title: "小区信号时有时无",
                description: "{day}起{city}小区信号变差，邻居同网也有同样情况，固定时段更明显，怀疑附近基站调整。",
                request: "客户三处定位均在同一小区，请查该站告警与传输，并安排现场测试。",
                further: "该站传输由贵方代维，请核查{day}以来的闪断记录。",
                found: "传输光模块老化闪断，已更换，告警清除。",
                passed_on: "附近站点传输故障已修复，24 小时内无闪断，请客户复测。",
                solved: "告知传输故障及修复结果，客户确认信号稳定，一周后回访。",
            },
            Plot {
                title: "新搬办公楼 12 层以上无信号",
                description: "客户公司搬入{city}一座新办公楼，12 层以上无信号，同层二十多名员工受影响，要求给出建设时间。",
                request: "请核查该楼宇室分建设计划，能否先用小站补盲。",
                further: "楼宇室分立项需核定，请反馈批次和时间。",
                found: "该楼已列入本季度室分批次，补盲小站可先行安装。",
                passed_on: "补盲小站本周进场，室分列入本季度计划。",
                solved: "告知小站进场时间和室分计划，客户接受，进场后回访。",
            },
        ],
    },
    Story {
        category: "NETWORK.callDrop",
        asked: &["请客户补充最近两次掉话的时间和对方号码归属地。"],
        notes: &["掉话时间点已记录六个，附在描述后。", "客户要求书面回复原因。"],
        plots: &[
            Plot {
                title: "通话三四分钟自动断线",
                description: "客户一周内掉话六次，均在通话三到四分钟后断开，换听筒和免提均一样，影响业务沟通。",
                request: "请按客户提供的六个时间点核查信令，判断是切换失败还是核心侧释放。",
                further: "信令显示核心网主动释放，请核查会话定时器配置。",
                found: "会话定时器配置异常，已恢复默认值，拨测 20 次无掉话。",
                passed_on: "核心侧定时器异常已恢复，拨测正常，请客户复测两天。",
                solved: "已向客户说明原因和修复结果，客户复测三次长通话正常。",
            },
            Plot {
                title: "高铁沿线通话频繁掉话",
                description: "客户每天往返{city}，路上同一路段必掉话，{day}与客户签约时连断三次，情绪激动。",
                request: "请核查该路段切换失败小区并给出优化时间。",
                further: "切换失败发生在边界，请核查对端小区外部邻区数据。",
                found: "对端小区外部邻区数据过期，已更新。",
                passed_on: "边界邻区数据已更新，路测掉话率由 4.1% 降到 0.3%。",
                solved: "致歉并说明优化结果，赠送通话时长 60 分钟，客户接受。",
            },
        ],
    },
    Story {
        category: "NETWORK.dataAccess",
        asked: &["请客户提供测速截图和所在位置。", "请客户开关一次飞行模式后再试，并告知结果。"],
        notes: &["套餐为{plan}，剩余流量 3.2 GB，非达量限速。", "同小区晚间负荷 87%。"],
        plots: &[
            Plot {
                title: "晚上手机上网很慢，网页打不开",
                description: "客户反映{day}起晚上八点后上网明显变慢，测速不到 0.5 Mbps，白天正常。终端为{device}。",
                request: "请核查客户所在小区忙时利用率和限速签约。",
                further: "小区侧正常，请核查该号码签约速率是否下发到位。",
                found: "签约数据重复下发导致限速标记未清除，已清除。",
                passed_on: "限速标记已清除，忙时拥塞小区已临时扩容一个载波。",
                solved: "告知限速标记异常原因，客户复测 12 Mbps，确认可用。",
            },
            Plot {
                title: "流量包已订购但提示未生效",
                description: "客户{day}订购夜间流量包，收到成功短信，但使用时仍扣通用流量，多扣约 600 MB。",
                request: "请核查流量包在计费和策略两侧的生效时间是否一致。",
                further: "策略侧生效晚于计费，请核查该产品模板的同步记录。",
                found: "产品模板同步延迟 9 小时，已补发，客户签约已正确。",
                passed_on: "策略同步已补齐，误扣流量已登记返还。",
                solved: "说明生效延迟，返还误扣流量，客户确认到账。",
            },
            Plot {
                title: "Mobile data stops working after 8 pm",
                description: "The customer writes in English: mobile data drops to almost nothing every evening in {city}; the handset is {device}, and restarting does not help.",
                request: "客户英文来件：每晚八点后无法上网，请核查忙时拥塞与签约。",
                further: "请核查该片区扩容计划及号码签约速率。",
                found: "忙时拥塞，已加开一个载波，速率恢复。",
                passed_on: "已加开载波，忙时速率恢复，可答复客户。",
                solved: "Explained the congestion and the added carrier; the customer measured 12 Mbps and is satisfied.",
            },
        ],
    },
    Story {
        category: "NETWORK",
        asked: &["请客户提供所在城市和手机显示的网络名称。"],
        notes: &["客户在外地，宜短信联系。"],
        plots: &[
            Plot {
                title: "出境漫游无法登网",
                description: "客户{day}到境外后手机一直显示无服务，已手动选网，漫游功能查询为已开通。",
                request: "请核查漫游签约与登网信令，客户仍在境外，请优先。",
                further: "登网被拒原因值指向国际侧，请协助联系对端运营商。",
                found: "对端限制了新号段，已协调放开，客户可登网。",
                passed_on: "国际侧已放开号段，请客户重启手机自动选网。",
                solved: "客户已成功登网，已致歉并说明原因。",
            },
            Plot {
                title: "外省出差收不到短信验证码",
                description: "客户在外省出差，收不到银行验证码短信，普通短信正常，影响付款。",
                request: "请核查行业短信端口在漫游地的下发记录。",
                further: "下发记录正常，请核查归属侧签约是否缺服务码。",
                found: "签约缺少一项漫游服务码，已补。",
                passed_on: "签约已补齐，拨测漫游地短信端口正常。",
                solved: "客户已收到验证码，确认解决。",
            },
        ],
    },
];

/// The first is hardware, the maker's own duty; the others may need the operator.
pub const TERMINAL: &[Story] = &[
    Story {
        category: "TERMINAL.hardware",
        asked: &["请客户提供购机发票和机身串号照片。", "请客户在安全模式下使用一天并告知是否复现。"],
        notes: &["机身串号已登记，在三包期内。", "客户接受先检测后换机。"],
        plots: &[
            Plot {
                title: "手机充电发热，充到一半自动停止",
                description: "购机 5 个月，{device}充电十几分钟后机身明显发热并停止充电，换原装充电器仍一样。",
                request: "同型号三台均在贵省网点购入，请核查是否有批次通报。",
                further: "请核对该批次串号的销售渠道。",
                found: "该批次充电芯片有通报，可免费更换。",
                passed_on: "属通报批次，按三包免费更换主板。",
                solved: "已为客户预约网点检测，三包期内免费维修，提供备用机。",
            },
            Plot {
                title: "{device}屏幕右侧触摸失灵",
                description: "客户{device}屏幕右侧一指宽区域无反应，无摔落进水，要求检测更换。",
                request: "客户在营业厅合约购机，请核对合约机换机条款。",
                further: "请核对该合约办理记录与发票。",
                found: "合约机适用三包，购机日期属实。",
                passed_on: "可按三包换机，合约不受影响。",
                solved: "检测确认屏幕组件故障，按三包免费更换，客户同意。",
            },
            Plot {
                title: "新机频繁自动重启",
                description: "购机 12 天，{device}一天内自动重启四五次，已恢复出厂设置，问题依旧。",
                request: "客户换卡后重启减少，请核查卡与网络侧是否异常。",
                further: "请核查该号码卡片批次。",
                found: "卡片批次正常，网络侧无异常。",
                passed_on: "网络与卡片均正常，建议按终端故障检测。",
                solved: "检测确认主板故障，购机 15 日内按规定换机，客户同意。",
            },
        ],
    },
    Story {
        category: "TERMINAL.parameterSetting",
        asked: &["请客户告知系统版本号，设置 > 关于手机中可见。"],
        notes: &["同型号本周第 4 例，已报产品组。"],
        plots: &[
            Plot {
                title: "{device}无法发送彩信",
                description: "客户升级系统后彩信发送失败，提示未激活，短信与通话正常。",
                request: "终端参数已按指引恢复，仍被网络拒绝，请核查彩信签约与网关记录。",
                further: "网关记录显示签约异常，请核查该号码彩信服务状态。",
                found: "彩信服务状态为暂停，欠费复机时未恢复，已恢复。",
                passed_on: "签约已恢复，请指导客户重启后重发一条彩信。",
                solved: "客户重启后彩信发送成功。",
            },
            Plot {
                title: "刷新固件后接入点丢失",
                description: "固件升级后{device}默认接入点被清空，手工填写后仍不能上网。",
                request: "请核查参数自动下发为何未到该终端。",
                further: "自动下发平台显示接口超时，请协助核查。",
                found: "接口超时已处理，参数已重新下发。",
                passed_on: "参数已重新下发成功，终端已确认。",
                solved: "参数生效，客户确认可上网。",
            },
        ],
    },
];
