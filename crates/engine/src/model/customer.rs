//! Who is served (TMF629), and the short form of him that other documents carry.

use serde::{Deserialize, Serialize};

use super::Entry;

/// What a case, contact or call-back keeps of its customer, so that it can be worked with no look-up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CustomerRef {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    pub name: String,
    /// Telephone number (MSISDN), digits. Shown masked.
    pub number: String,
    /// Service class id of the pack, e.g. `VIP`.
    pub service_class: String,
    /// Tier id of the pack, e.g. `GOLD`.
    pub tier: String,
    pub city: String,
}

/// Money is in fen (1/100 CNY), tenure in months.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Customer {
    pub id: String,
    pub name: String,
    pub number: String,
    pub service_class: String,
    pub tier: String,
    pub city: String,
    pub province: String,
    pub brand: String,
    pub plan: String,
    pub tenure_months: u32,
    pub annual_spend_fen: i64,
    pub arpu_fen: i64,
    pub balance_fen: i64,
    /// Do not disturb: no marketing; service contact stays allowed.
    pub do_not_disturb: bool,
    pub manager: String,
    pub contact_hours: String,
    pub device: String,
    pub journal: Vec<Entry>,
}

impl Customer {
    pub fn reference(&self) -> CustomerRef {
        CustomerRef {
            id: self.id.clone(),
            name: self.name.clone(),
            number: self.number.clone(),
            service_class: self.service_class.clone(),
            tier: self.tier.clone(),
            city: self.city.clone(),
        }
    }
}
