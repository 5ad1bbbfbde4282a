//! Names and values of free fields, and the words of editing them and of choosing between two edits.

use baton_engine::model::{Field, FieldChange, YES};
use baton_engine::policy::Policy;

use super::{Lang, fill};
use crate::texts;

texts! { FieldTexts {
    title: "标题", "Title";
    category: "类别", "Category";
    description: "详情", "Details";
    contact_hours: "宜联系时段", "Contact hours";
    device: "终端", "Device";
    manager: "客户经理", "Account manager";
    do_not_disturb: "营销免打扰", "No marketing";
    yes: "是", "Yes";
    no: "否", "No";
    empty: "（空）", "(empty)";
    changed: "{0}改为：{1}", "{0} changed to: {1}";
    emptied: "{0}已清空", "{0} emptied";
    // ── edit ──
    edit_case: "修改个案", "Edit the case";
    edit_customer: "修改客户资料", "Edit the customer";
    save: "保存", "Save";
    saved: "已保存", "Saved";
    hours_hint: "例：工作日 18:00 以后", "E.g. weekdays after 18:00";
    dnd_label: "不接受营销联系；服务联系不受限", "No marketing, please; service contact is fine";
    moved: "{0}已改为“{1}”，保存时会请你选一个", "{0} changed it to \"{1}\": you will be asked which one stays";
    // ── choose ──
    compare: "比较", "Compare";
    compare_title: "同一处有两个改法", "Two edits of the same thing";
    compare_why: "你改的时候，别人也改了。逐项选一个；应用之前什么都不变。", "Somebody else edited it while you did. Choose for each; nothing changes before you apply.";
    collided: "你改的内容别人也改了，等你选一个", "Somebody else edited what you edited: choose which one stays";
    was: "原来", "Before";
    theirs: "现在的", "Theirs";
    mine: "我的", "Mine";
    you: "你在别处", "you, elsewhere";
    elsewhere: "其他系统", "another system";
    reword: "可以再改", "You may reword it";
    along: "没有冲突，一起保存：{0}", "Nothing stands against it, saved along: {0}";
    settled: "已经没有冲突了。", "Nothing collides any more.";
    apply: "应用", "Apply";
    later: "以后再说", "Later";
    waits: "在发件箱里等你", "It waits in the outbox";
    applied: "已按你选的保存", "Saved as you chose";
    dropped: "保留了现在的内容", "What stands there stays";
} }

pub fn name(field: Field, lang: Lang) -> &'static str {
    let t = FieldTexts::get(lang);
    match field {
        Field::Title => t.title,
        Field::Category => t.category,
        Field::Description => t.description,
        Field::ContactHours => t.contact_hours,
        Field::Device => t.device,
        Field::Manager => t.manager,
        Field::DoNotDisturb => t.do_not_disturb,
    }
}

/// Several fields in a row: `标题、详情`.
pub fn names(fields: impl IntoIterator<Item = Field>, lang: Lang) -> String {
    let comma = if lang == Lang::Zh { "、" } else { ", " };
    fields.into_iter().map(|f| name(f, lang)).collect::<Vec<_>>().join(comma)
}

/// What stands in a field, as people read it.
pub fn value(field: Field, text: &str, policy: Option<&Policy>, lang: Lang) -> String {
    let t = FieldTexts::get(lang);
    match field {
        Field::DoNotDisturb => if text == YES { t.yes } else { t.no }.to_owned(),
        _ if text.trim().is_empty() => t.empty.to_owned(),
        Field::Category => policy.and_then(|p| p.category(text)).map_or_else(|| text.to_owned(), |c| lang.of(&c.name)),
        _ => text.to_owned(),
    }
}

/// An edit in words: `标题改为：…；详情改为：…`.
pub fn changes(changes: &[FieldChange], policy: Option<&Policy>, lang: Lang) -> String {
    let t = FieldTexts::get(lang);
    let semicolon = if lang == Lang::Zh { "；" } else { "; " };
    let one = |c: &FieldChange| {
        let field = name(c.field, lang);
        if c.to.trim().is_empty() {
            return fill(t.emptied, &[field]);
        }
        fill(t.changed, &[field, &value(c.field, &c.to, policy, lang)])
    };
    changes.iter().map(one).collect::<Vec<_>>().join(semicolon)
}
