//! An entry as it was written, for whoever looks into why it goes no further. Telephone numbers are masked; the export
//! has them.

use baton_engine::model::Entry;
use serde_json::Value;

use crate::i18n::format;

/// The entry as JSON for people.
pub fn of(entry: &Entry) -> String {
    let mut value = serde_json::to_value(entry).unwrap_or_default();
    mask(&mut value);
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(number) if key == "number" => *number = format::masked(number),
                    value => mask(value),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(mask),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use baton_engine::model::{Actor, Channel, CustomerRef, Direction, Intent};
    use baton_engine::time::Timestamp;

    use super::*;

    #[test]
    fn an_entry_shows_no_number() {
        let customer = CustomerRef { name: "陈女士".into(), number: "13800006027".into(), ..CustomerRef::default() };
        let intent = Intent::SendMessage {
            interaction: "i1".into(),
            channel: Channel::Sms,
            direction: Direction::Outbound,
            customer,
            text: "您好".into(),
        };
        let entry = Entry { id: "e1".into(), at: Timestamp::from_millis(0), by: Actor::default(), intent };
        let text = of(&entry);
        assert!(text.contains("138 **** 6027") && text.contains("您好"), "{text}");
        assert!(!text.contains("13800006027"));
    }
}
