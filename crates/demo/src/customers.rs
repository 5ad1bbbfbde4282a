//! The customers of the demo: invented surnames, and numbers of a form that is nobody's (1xx 0000 xxxx).

use std::collections::BTreeSet;

use baton_engine::model::Customer;

use crate::rng::Rng;

/// Ids of the demo's own customers begin with this: the feed touches nobody else's documents.
pub const CUSTOMER: &str = "demo-c";

/// How many customers a day has.
pub const COUNT: usize = 120;

const SURNAMES: &[&str] = &[
    "陈", "梁", "邓", "韩", "何", "周", "苏", "罗", "黄", "尚", "谢", "吴", "方", "林", "叶", "钟", "曾", "邱", "赖",
    "温", "廖", "古", "凌", "丘", "蓝", "傅", "欧阳", "卢", "潘", "谭", "冯", "江", "姚", "袁", "杜", "石", "白", "孟",
    "龙", "贺",
];
const PREFIXES: &[&str] =
    &["134", "135", "136", "137", "138", "139", "150", "151", "157", "158", "159", "182", "187", "188"];
/// City and province with a weight: most live where the expert desk serves.
const CITIES: &[(&str, &str, i64)] = &[
    ("东莞", "广东", 40),
    ("惠州", "广东", 18),
    ("梅州", "广东", 12),
    ("河源", "广东", 10),
    ("广州", "广东", 6),
    ("深圳", "广东", 5),
    ("佛山", "广东", 3),
    ("长沙", "湖南", 3),
    ("赣州", "江西", 2),
    ("厦门", "福建", 1),
];
const PLANS: &[(&str, i64)] =
    &[("畅享 39", 39), ("畅享 79", 79), ("畅享 129", 129), ("畅享 199", 199), ("全家 259", 259), ("尊享 399", 399)];
const DEVICES: &[&str] =
    &["青竹 S3", "青竹 S5 Pro", "云雀 X2", "云雀 X5", "远山 Note 7", "极屿 M1", "极屿 M1 Lite", "功能机 T20"];
const MANAGERS: &[&str] = &["周敏", "徐立", "蔡晓东", "江月"];
const HOURS: &[&str] = &["", "", "09:00–12:00", "14:00–20:00", "18:00–21:00", "工作日白天不便接听"];

/// One row of the mix: tier, brand, service class, and the range of monthly spend in CNY.
type Kind = (&'static str, &'static str, &'static str, i64, i64);

/// Twenty customers of each hundred are on cards; every tier and class occurs.
const MIX: &[Kind] = &[
    ("GOLD", "全球通", "VIP", 334, 490),
    ("DIAMOND", "全球通", "VIP", 505, 900),
    ("SILVER", "全球通", "VIP", 209, 330),
    ("A", "全球通", "GOTONE", 200, 330),
    ("B", "全球通", "GOTONE", 120, 199),
    ("C", "全球通", "GOTONE", 60, 119),
    ("B", "动感地带", "MZONE", 120, 180),
    ("C", "动感地带", "MZONE", 30, 110),
    ("C", "神州行", "EASYOWN", 15, 90),
    ("B", "神州行", "EASYOWN", 120, 160),
    ("C", "神州行", "EASYOWN", 15, 60),
    ("A", "动感地带", "MZONE", 200, 260),
];

/// The customers of a seed, the same for every day.
pub fn customers(seed: u64) -> Vec<Customer> {
    let mut rng = Rng::new(seed, "customers");
    let mut numbers = BTreeSet::from(["13800006027".to_owned()]);
    (0..COUNT).map(|at| customer(&mut rng, &mut numbers, at)).collect()
}

fn customer(rng: &mut Rng, numbers: &mut BTreeSet<String>, at: usize) -> Customer {
    let (tier, brand, class, low, high) = MIX[at % MIX.len()];
    let (mut city, mut province) = place(rng);
    let title = if rng.chance(50) { "女士" } else { "先生" };
    let mut name = format!("{}{title}", rng.pick(SURNAMES));
    let mut number = number(rng);
    while !numbers.insert(number.clone()) {
        number = self::number(rng);
    }
    if at == 0 {
        (city, province, name, number) = ("东莞", "广东", "陈女士".into(), "13800006027".into());
    }
    let arpu = rng.range(low * 100, high * 100);
    let fits = PLANS.iter().rfind(|(_, price)| price * 100 <= arpu).unwrap_or(&PLANS[0]);
    let card = class == "VIP";
    Customer {
        id: format!("{CUSTOMER}{:03}", at + 1),
        name,
        number,
        service_class: class.into(),
        tier: tier.into(),
        city: city.into(),
        province: province.into(),
        brand: brand.into(),
        plan: fits.0.into(),
        tenure_months: u32::try_from(rng.range(if card { 18 } else { 1 }, 190)).unwrap_or(12),
        annual_spend_fen: arpu * 12,
        arpu_fen: arpu,
        balance_fen: if rng.chance(8) { -rng.range(100, 4000) } else { rng.range(500, 26_000) },
        do_not_disturb: rng.chance(30),
        manager: if card { (*rng.pick(MANAGERS)).into() } else { String::new() },
        contact_hours: (*rng.pick(HOURS)).into(),
        device: (*rng.pick(DEVICES)).into(),
        journal: Vec::new(),
    }
}

fn number(rng: &mut Rng) -> String {
    format!("{}0000{:04}", rng.pick(PREFIXES), rng.range(0, 9999))
}

fn place(rng: &mut Rng) -> (&'static str, &'static str) {
    let mut left = rng.range(0, CITIES.iter().map(|(.., weight)| weight).sum::<i64>() - 1);
    for (city, province, weight) in CITIES {
        if left < *weight {
            return (city, province);
        }
        left -= weight;
    }
    (CITIES[0].0, CITIES[0].1)
}
