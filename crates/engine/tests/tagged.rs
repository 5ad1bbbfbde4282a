//! Intents and refusals keep their one-object form: variants without fields too, and nothing odd is accepted.
#![allow(clippy::unwrap_used)]

use baton_engine::Refusal;
use baton_engine::model::{Field, FieldConflict, Intent, Role};
use serde_json::json;

#[test]
fn intents_are_one_object_with_a_type() {
    for (value, bare) in [
        (json!({"type": "takeCase"}), true),
        (json!({"type": "unholdCase"}), true),
        (json!({"type": "acceptInteraction"}), true),
        (json!({"type": "lapseTransfer"}), true),
        (json!({"type": "acceptTransfer"}), true),
        (json!({"type": "endInteraction"}), true),
        (json!({"type": "claimCallback"}), true),
        (json!({"type": "addNote", "text": "x"}), false),
        (json!({"type": "closeCase", "note": ""}), false),
        (json!({"type": "editFields", "changes": [{"field": "doNotDisturb", "from": "false", "to": "true"}]}), false),
        (json!({"type": "dispatch", "to": "group", "request": "r", "consent": true, "despiteDeadline": false}), false),
    ] {
        let intent: Intent = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(&intent).unwrap(), value);
        assert_eq!(serde_json::from_str::<Intent>(&value.to_string()).unwrap(), intent);
        if bare {
            // Fields that a newer version might add do no harm.
            let mut more = value.clone();
            more["later"] = json!(1);
            assert_eq!(serde_json::from_value::<Intent>(more).unwrap(), intent);
        }
    }
    assert_eq!(
        serde_json::from_value::<Intent>(json!({"type": "closeCase"})).unwrap(),
        Intent::CloseCase { note: String::new() }
    );
}

#[test]
fn what_is_no_intent_is_an_error() {
    for value in [
        json!({}),
        json!({"type": 1}),
        json!({"type": "explode"}),
        json!({"type": "addNote"}),
        json!({"type": "addNote", "text": 5}),
        json!({"type": "editFields", "changes": [{"field": "status", "from": "held", "to": "closed"}]}),
        json!({"type": "editFields", "changes": [{"field": "title", "to": "what was seen is missing"}]}),
        json!("takeCase"),
        json!(null),
        json!(["takeCase"]),
    ] {
        assert!(serde_json::from_value::<Intent>(value.clone()).is_err(), "{value}");
    }
}

#[test]
fn refusals_too() {
    let conflict = FieldConflict {
        field: Field::ContactHours,
        base: String::new(),
        theirs: "9-12".into(),
        mine: "18-20".into(),
        by: None,
        at: None,
    };
    for refusal in [
        Refusal::NotFound,
        Refusal::AlreadyExists,
        Refusal::WrongDocument,
        Refusal::PolicyMissing,
        Refusal::LegEnded,
        Refusal::ClosedOpenNew,
        Refusal::NotTaken,
        Refusal::NoOffer,
        Refusal::RoleForbids { role: Role::Kiosk },
        Refusal::NotAnswered { failed_days: 1, needed: 3 },
        Refusal::FieldConflict { fields: vec![conflict] },
    ] {
        let value = serde_json::to_value(&refusal).unwrap();
        assert!(value["why"].is_string(), "{value}");
        assert_eq!(serde_json::from_value::<Refusal>(value).unwrap(), refusal);
    }
}
