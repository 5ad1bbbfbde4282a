//! The intents of the stories, with what does not matter in them filled in.

use baton_engine::model::{Channel, CustomerRef, Intent};

use crate::world::policies;

pub fn open_case(title: &str) -> Intent {
    Intent::OpenCase {
        title: title.into(),
        description: "自昨晚起".into(),
        category: "DATA_SERVICE.video".into(),
        channel: Channel::Voice,
        customer: CustomerRef { name: "梁先生".into(), number: "13900003311".into(), ..CustomerRef::default() },
        policy: policies().in_force().unwrap().pin(),
        links: Vec::new(),
        interaction: None,
    }
}

pub fn note(text: &str) -> Intent {
    Intent::AddNote { text: text.into() }
}

pub fn book_callback() -> Intent {
    let policies = policies();
    let policy = policies.in_force().unwrap();
    let desk = policy.desks.iter().find(|desk| desk.callback.is_some()).unwrap();
    Intent::BookCallback {
        desk: desk.id.clone(),
        topic: desk.topics[0].id.clone(),
        customer: CustomerRef::default(),
        policy: policy.pin(),
        note: "请回电".into(),
        interaction: None,
        case: None,
    }
}
