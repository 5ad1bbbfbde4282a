//! The people and customers of the stories. Nobody is real; the numbers are of a form that nobody has.

use baton_engine::model::Customer as Record;
use serde_json::{Value, json};

/// The one password of all of them.
pub const PASSWORD: &str = "baton-e2e";

/// The pack that everybody works under.
pub const POLICY: &str = "dongguan-expert-desk";

/// Somebody who sits at a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    Maker,
    Home,
    /// A second person of the home province.
    Home2,
    Base,
    Group,
    /// Expert seat 8802: WLAN, handset parameters.
    Expert,
    /// Expert seat 8805: video, TV, WLAN, handset parameters.
    Expert2,
    Hotline,
    Lead,
    Admin,
}

impl Person {
    pub const ALL: [Person; 10] = [
        Person::Maker,
        Person::Home,
        Person::Home2,
        Person::Base,
        Person::Group,
        Person::Expert,
        Person::Expert2,
        Person::Hotline,
        Person::Lead,
        Person::Admin,
    ];

    /// What is typed at log-in.
    pub fn login(self) -> &'static str {
        self.row().0
    }

    /// The same where the documents are with a server of `baton-servers`, which knows three people.
    ///
    /// # Panics
    /// For everybody else.
    pub fn login_elsewhere(self) -> &'static str {
        match self {
            Person::Home => "ann",
            Person::Base => "bob",
            Person::Maker => "cai",
            other => panic!("{other:?} has no account there"),
        }
    }

    pub fn name(self) -> &'static str {
        self.row().1
    }

    pub fn org(self) -> &'static str {
        self.row().3
    }

    pub fn seat(self) -> Option<&'static str> {
        self.row().4.map(|(_, seat, _)| seat)
    }

    /// Login, name, role, organisation, desk with seat and skills.
    #[allow(clippy::type_complexity)]
    fn row(
        self,
    ) -> (
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        Option<(&'static str, &'static str, &'static [&'static str])>,
    ) {
        const EXPERTS: &str = "expert-data-dg";
        match self {
            Person::Maker => ("maker", "何嘉怡", "agent", "oem-service", None),
            Person::Home => ("home", "林晓岚", "agent", "home-province", None),
            Person::Home2 => ("home2", "黄婉君", "agent", "home-province", None),
            Person::Base => ("base", "周启明", "agent", "base-province", None),
            Person::Group => ("group", "孙立群", "agent", "group", None),
            Person::Expert => {
                ("expert", "罗家明", "agent", "home-province", Some((EXPERTS, "8802", &["wlan", "params"])))
            }
            Person::Expert2 => (
                "expert2",
                "谭雨",
                "agent",
                "home-province",
                Some((EXPERTS, "8805", &["video", "tv", "wlan", "params"])),
            ),
            Person::Hotline => ("hotline", "吴海燕", "agent", "home-province", Some(("hotline-front", "1001", &[]))),
            Person::Lead => ("lead", "郑国栋", "lead", "home-province", None),
            Person::Admin => ("admin", "系统管理员", "admin", "home-province", None),
        }
    }

    /// The account as the API takes it.
    pub(crate) fn account(self) -> Value {
        let (id, name, role, org, place) = self.row();
        let mut profile = json!({ "name": name, "org": org, "policy": POLICY });
        if let Some((desk, seat, skills)) = place {
            profile["desk"] = desk.into();
            profile["seat"] = seat.into();
            profile["skills"] = json!(skills);
        }
        json!({ "id": id, "name": name, "role": role, "password": PASSWORD, "profile": profile })
    }
}

/// A customer of the stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Customer {
    /// VIP by gold card, of Dongguan: 8 h to the answer, 3 h a leg.
    Chen,
    /// GoTone, of Huizhou: 24 h, 6 h a leg.
    Liang,
    /// Easyown, of Dongguan: 48 h, 6 h a leg.
    Xie,
}

impl Customer {
    pub const ALL: [Customer; 3] = [Customer::Chen, Customer::Liang, Customer::Xie];

    pub fn number(self) -> &'static str {
        match self {
            Customer::Chen => "13800006027",
            Customer::Liang => "13900003311",
            Customer::Xie => "13500008842",
        }
    }

    pub fn record(self) -> Record {
        let (id, name, class, tier, city, brand) = match self {
            Customer::Chen => ("c-chen", "陈女士", "VIP", "GOLD", "东莞", "全球通"),
            Customer::Liang => ("c-liang", "梁先生", "GOTONE", "B", "惠州", "全球通"),
            Customer::Xie => ("c-xie", "谢女士", "EASYOWN", "C", "东莞", "神州行"),
        };
        Record {
            id: id.into(),
            name: name.into(),
            number: self.number().into(),
            service_class: class.into(),
            tier: tier.into(),
            city: city.into(),
            province: "广东".into(),
            brand: brand.into(),
            plan: "畅享 129".into(),
            tenure_months: 37,
            arpu_fen: 12_900,
            annual_spend_fen: 154_800,
            balance_fen: 4_210,
            device: "青竹 S5 Pro".into(),
            ..Record::default()
        }
    }
}
