//! Who takes part in the demo day: the log-ins, their invented colleagues, and names for customers.
//! Nobody here is real.

use baton_engine::model::{Actor, Role};
use baton_engine::policy::Policies;
use serde_json::{Map, Value, json};

/// Ids of people whom the demo itself plays begin with this; everybody else is a human and has precedence.
pub const COLLEAGUE: &str = "demo-";

/// The one password of all demo log-ins. It protects nothing: it is printed at every start.
pub const PASSWORD: &str = "baton";

/// The pack that the demo works under.
pub const POLICY: &str = "dongguan-expert-desk";

pub const EXPERT_DESK: &str = "expert-data-dg";
pub const HOTLINE: &str = "hotline-front";

/// The four organisations in the order maker, home, base, group.
pub const ORGS: [&str; 4] = ["oem-service", "home-province", "base-province", "group"];

/// A log-in of the demo.
///
/// `profile` tells the desk for whom its user works: `{"name", "org", "policy", "desk"?, "seat"?, "skills"?}` with
/// `org` and `desk` ids of the policy pack, `seat` the number of the position that the user logs in at, `skills` the
/// skills of that position, `policy` the id of the pack in force, and `name` the display name (equal to the account's).
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// What is typed into the log-in form.
    pub id: String,
    /// Display name.
    pub name: String,
    pub password: String,
    /// Role of the backend: `agent`, `lead`, `kiosk` or `admin`.
    pub role: String,
    pub profile: Map<String, Value>,
    /// What a newcomer may try with it, in English and Chinese.
    pub hint: &'static str,
}

/// The log-ins: one for each organisation, two expert seats, hotline, lead, kiosk and administrator.
pub fn users(policies: &Policies) -> Vec<User> {
    let [maker, home, base, group] = ORGS;
    let user = |id: &str, name: &str, role: &str, org: &str, hint| {
        let mut profile = Map::new();
        for (key, value) in [("name", name), ("org", org), ("policy", POLICY)] {
            profile.insert(key.into(), value.into());
        }
        User { id: id.into(), name: name.into(), password: PASSWORD.into(), role: role.into(), profile, hint }
    };
    let at = |mut user: User, desk: &str, seat: &str| {
        user.profile.insert("desk".into(), desk.into());
        user.profile.insert("seat".into(), seat.into());
        if let Some(plan) = policies.desk(desk).and_then(|(_, d)| d.seats.iter().find(|s| s.id == seat)) {
            user.name.clone_from(&plan.name);
            user.profile.insert("name".into(), json!(plan.name));
            user.profile.insert("skills".into(), json!(plan.skills));
        }
        user
    };
    vec![
        user("maker", "何嘉怡", "agent", maker, "terminal maker: dispatch to the base province / 厂商：派基地省"),
        user("home", "林晓岚", "agent", home, "home province: take, dispatch, answer, close / 归属省：受理到闭环"),
        user(
            "base",
            "周启明",
            "agent",
            base,
            "base province: receive, ask group or home, answer back / 基地省：接收、再派、回单",
        ),
        user("group", "孙立群", "agent", group, "group: help the base province / 集团：支援基地省"),
        at(
            user("expert", "专席 8802", "agent", home, "seat 8802: transfers and call-backs / 专席：转接与回电"),
            EXPERT_DESK,
            "8802",
        ),
        at(
            user("expert2", "专席 8805", "agent", home, "seat 8805, in a second window / 第二个专席"),
            EXPERT_DESK,
            "8805",
        ),
        at(
            user("hotline", "吴海燕", "agent", home, "calls, chats, transfer to an expert / 热线：来电、网聊、转专席"),
            HOTLINE,
            "1001",
        ),
        user("lead", "郑国栋", "lead", home, "leads the home province / 班长"),
        user("kiosk", "自助终端 1", "kiosk", home, "a hall's kiosk: only takes cases / 自助终端：只受理"),
        user("admin", "系统管理员", "admin", home, "accounts and everything else / 管理员"),
    ]
}

impl User {
    /// The user as the actor of journal entries, as the desk itself writes them.
    pub fn actor(&self) -> Actor {
        let text = |key: &str| self.profile.get(key).and_then(Value::as_str).map(str::to_owned);
        Actor {
            id: self.id.clone(),
            name: self.name.clone(),
            org: text("org").unwrap_or_default(),
            role: match self.role.as_str() {
                "lead" => Role::Lead,
                "kiosk" => Role::Kiosk,
                "admin" => Role::Admin,
                _ => Role::Agent,
            },
            seat: text("seat"),
        }
    }
}

/// Everybody who acts in the generated day.
#[derive(Debug, Clone)]
pub struct Cast {
    users: Vec<Actor>,
    colleagues: Vec<Actor>,
}

const NAMES: [(&str, &[&str]); 4] = [
    ("oem-service", &["许文静", "邓子豪", "马晓彤"]),
    ("home-province", &["黄婉君", "梁志成", "李思敏", "苏雅琳", "方俊杰"]),
    ("base-province", &["高宏伟", "唐雪莹", "魏东"]),
    ("group", &["沈佳宁", "程一帆"]),
];

impl Cast {
    pub fn new(policies: &Policies) -> Cast {
        let users: Vec<Actor> = users(policies).iter().map(User::actor).collect();
        let mut colleagues = Vec::new();
        for (org, names) in NAMES {
            for (at, name) in names.iter().enumerate() {
                colleagues.push(colleague(&format!("{org}-{}", at + 1), name, org, None));
            }
        }
        for (seat, name) in [("1002", "罗慧芳"), ("1003", "温子健"), ("1004", "叶楚楚")] {
            colleagues.push(colleague(seat, name, ORGS[1], Some(seat)));
        }
        let taken: Vec<String> = users.iter().filter_map(|u| u.seat.clone()).collect();
        if let Some((_, desk)) = policies.desk(EXPERT_DESK) {
            for plan in desk.seats.iter().filter(|s| !taken.contains(&s.id)) {
                colleagues.push(colleague(&plan.id, &plan.name, &desk.org, Some(&plan.id)));
            }
        }
        Cast { users, colleagues }
    }

    /// The log-in with this id.
    pub fn user(&self, id: &str) -> Actor {
        self.users.iter().find(|u| u.id == id).cloned().unwrap_or_else(|| colleague(id, id, ORGS[1], None))
    }

    /// The log-in that stands for an organisation.
    pub fn user_of(&self, org: &str) -> Actor {
        let id = match org {
            "oem-service" => "maker",
            "base-province" => "base",
            "group" => "group",
            _ => "home",
        };
        self.user(id)
    }

    /// Colleagues of an organisation who work on cases.
    pub fn clerks(&self, org: &str) -> Vec<Actor> {
        self.colleagues.iter().filter(|c| c.org == org && c.seat.is_none()).cloned().collect()
    }

    /// Colleagues at the seats of the hotline or of the expert desk.
    pub fn seated(&self, desk: &str) -> Vec<Actor> {
        let hotline = |seat: &str| seat.starts_with('1');
        self.colleagues
            .iter()
            .filter(|c| c.seat.as_deref().is_some_and(|s| hotline(s) == (desk == HOTLINE)))
            .cloned()
            .collect()
    }
}

fn colleague(id: &str, name: &str, org: &str, seat: Option<&str>) -> Actor {
    Actor {
        id: format!("{COLLEAGUE}{id}"),
        name: name.into(),
        org: org.into(),
        role: Role::Agent,
        seat: seat.map(str::to_owned),
    }
}

/// Baton itself: menus, queues and customers' own messages.
pub fn system(org: &str) -> Actor {
    Actor { id: format!("{COLLEAGUE}system"), name: "系统".into(), org: org.into(), role: Role::System, seat: None }
}
