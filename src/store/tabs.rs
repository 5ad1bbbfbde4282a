//! Several tabs of one person: a Web Lock elects the one that sends, a broadcast tells the others what changed.
//!
//! Both are conveniences. That only one tab moves the store on is guarded by the fence in the store itself.

use std::cell::RefCell;
use std::rc::Rc;

use baton_engine::model::Collection;
use baton_sync::Notice;
use gloo_events::EventListener;
use js_sys::{Function, Promise, Reflect};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

/// More documents than this are not named one by one: the other tabs look for themselves.
const NAMED: usize = 300;

/// What another tab says.
pub enum Word {
    /// These changed.
    Changed(Notice),
    /// Much changed.
    Look,
}

/// This tab's part in the group; leaving when dropped.
pub struct Tabs {
    channel: Option<BroadcastChannel>,
    _listener: Option<EventListener>,
    /// Ends the lock's promise, so that another tab may lead.
    release: Rc<RefCell<Option<Function>>>,
}

impl Tabs {
    /// Joins the tabs on the database `name`. `on_lead` runs when this tab is elected (at once where the browser has no
    /// locks), `on_word` when another tab says something.
    pub fn join(name: &str, on_lead: impl Fn() + 'static, on_word: impl Fn(Word) + 'static) -> Tabs {
        let channel = BroadcastChannel::new(name).ok();
        let listener = channel.as_ref().map(|channel| {
            EventListener::new(channel, "message", move |event| {
                let data = event.dyn_ref::<MessageEvent>().and_then(|e| e.data().as_string());
                on_word(data.and_then(|text| read(&text)).unwrap_or(Word::Look));
            })
        });
        let release = Rc::new(RefCell::new(None));
        let on_lead = Rc::new(on_lead);
        if request_lock(name, on_lead.clone(), release.clone()).is_none() {
            on_lead();
        }
        Tabs { channel, _listener: listener, release }
    }

    /// Tells the other tabs.
    pub fn tell(&self, notice: &Notice) {
        if let Some(channel) = &self.channel {
            // A closed channel: the others will look by themselves.
            let _ = channel.post_message(&JsValue::from_str(&write(notice)));
        }
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.close();
        }
        if let Some(release) = self.release.borrow_mut().take() {
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

/// Asks for the lock; it is held until `release` is called or the tab ends. None: the browser has no locks.
fn request_lock(name: &str, on_lead: Rc<dyn Fn()>, release: Rc<RefCell<Option<Function>>>) -> Option<()> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let granted = Closure::once_into_js(move |_lock: JsValue| -> Promise {
        let held = Promise::new(&mut |resolve, _| *release.borrow_mut() = Some(resolve));
        on_lead();
        held
    });
    request.call2(&locks, &name.into(), &granted).ok().map(drop)
}

fn write(notice: &Notice) -> String {
    if notice.docs.len() > NAMED {
        return Value::Null.to_string();
    }
    let docs: Vec<Value> = notice.docs.iter().map(|(c, id)| Value::from(vec![c.name(), id.as_str()])).collect();
    Value::from(docs).to_string()
}

/// None: it cannot be understood, perhaps of another version of the app.
fn read(text: &str) -> Option<Word> {
    let docs: Option<Vec<(String, String)>> = serde_json::from_str(text).ok()?;
    let Some(docs) = docs else { return Some(Word::Look) };
    let docs: Option<Vec<_>> = docs.into_iter().map(|(c, id)| Some((Collection::from_name(&c)?, id))).collect();
    Some(Word::Changed(Notice { docs: docs? }))
}
