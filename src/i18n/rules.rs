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
    flags: "存疑之处", "Doubts";
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
    skew: "与服务器时钟相差 {0} 秒", "{0} s from the server's clock";
    person: "登录者", "Logged in as";
} }
