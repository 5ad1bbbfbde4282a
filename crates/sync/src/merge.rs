//! Writes a changed document over the JSON that it was read from, so that fields unknown to us survive.

use serde_json::{Map, Value};

/// `raw` is what the backend gave, `before` what our model read from it (written out again), `after` what the model
/// is now. What did not change keeps its raw form; what the model does not know stays; what the model dropped goes.
pub fn merge(raw: &Value, before: &Value, after: &Value) -> Value {
    match (raw, before, after) {
        (Value::Object(raw), Value::Object(before), Value::Object(after)) => Value::Object(objects(raw, before, after)),
        (Value::Array(raw), Value::Array(before), Value::Array(after)) if raw.len() == before.len() => {
            Value::Array(arrays(raw, before, after))
        }
        _ if before == after => raw.clone(),
        _ => after.clone(),
    }
}

fn objects(raw: &Map<String, Value>, before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let mut merged = raw.clone();
    merged.retain(|key, _| after.contains_key(key) || !before.contains_key(key));
    for (key, now) in after {
        let value = match (raw.get(key), before.get(key)) {
            (Some(raw), Some(before)) => merge(raw, before, now),
            // A default that the backend left out stays out.
            (None, Some(before)) if before == now => continue,
            _ => now.clone(),
        };
        merged.insert(key.clone(), value);
    }
    merged
}

/// Elements are paired by their `id` where they have one, else by place.
fn arrays(raw: &[Value], before: &[Value], after: &[Value]) -> Vec<Value> {
    let pair = |place: usize, now: &Value| match now.get("id").and_then(Value::as_str) {
        Some(id) => before.iter().position(|b| b.get("id").and_then(Value::as_str) == Some(id)),
        None => before.iter().position(|b| b == now).or((place < before.len()).then_some(place)),
    };
    let merged = after.iter().enumerate().map(|(place, now)| match pair(place, now) {
        Some(i) => merge(&raw[i], &before[i], now),
        None => now.clone(),
    });
    merged.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::merge;

    #[test]
    fn unknown_fields_stay_at_every_depth() {
        let raw = json!({"id": "1", "x": 1, "customer": {"name": "A", "nick": "a"},
            "legs": [{"id": "l1", "state": "sent", "ext": 1}, {"id": "l2", "ext": 2}], "_rev": 3});
        let before = json!({"id": "1", "customer": {"name": "A"}, "title": "",
            "legs": [{"id": "l1", "state": "sent"}, {"id": "l2"}]});
        let after = json!({"id": "1", "customer": {"name": "B"}, "title": "",
            "legs": [{"id": "l2"}, {"id": "l1", "state": "done"}, {"id": "l3"}]});
        assert_eq!(
            merge(&raw, &before, &after),
            json!({"id": "1", "x": 1, "customer": {"name": "B", "nick": "a"}, "_rev": 3,
                "legs": [{"id": "l2", "ext": 2}, {"id": "l1", "state": "done", "ext": 1}, {"id": "l3"}]})
        );
    }

    #[test]
    fn dropped_fields_go_and_changed_defaults_come() {
        let raw = json!({"claim": {"by": "me"}, "mine": true});
        let before = json!({"claim": {"by": "me"}, "round": 0});
        assert_eq!(merge(&raw, &before, &json!({"round": 0})), json!({"mine": true}));
        assert_eq!(merge(&raw, &before, &json!({"round": 1})), json!({"mine": true, "round": 1}));
    }

    #[test]
    fn an_unchanged_value_keeps_its_raw_form() {
        let raw = json!({"at": "2026-01-01T08:00:00+08:00", "note": null});
        let before = json!({"at": "2026-01-01T00:00:00.000Z"});
        assert_eq!(merge(&raw, &before, &before), raw);
    }
}
