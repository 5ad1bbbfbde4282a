//! Several tabs of one person: a Web Lock elects the one that sends, a broadcast tells the others what changed. A leader
//! that does not answer (a frozen tab) loses the lock to one that asks.
//!
//! All of it is convenience. That only one tab moves the store on is guarded by the fence in the store itself.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use baton_engine::model::Collection;
use baton_sync::{DocKey, Link, Notice};
use gloo_events::EventListener;
use js_sys::{Function, Object, Promise, Reflect};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BroadcastChannel, MessageEvent};

use super::awake;

/// More documents than this are not named one by one: the other tabs look for themselves.
const NAMED: usize = 300;

/// What a tab asks when it wonders whether the leader lives, and how the leader's answer begins; behind it is how the
/// leader's line is.
const WHO_LEADS: &str = "\"who\"";
const I_LEAD: &str = "here ";
/// What a tab says that wants documents; they follow as in a notice.
const WANTED: &str = "want ";

/// A leader has so long to answer, milliseconds.
const ANSWER_MS: f64 = 15_000.0;

/// What another tab says.
pub enum Word {
    /// These changed.
    Changed(Notice),
    /// Much changed.
    Look,
    /// The leader says how its line is.
    Line(Link),
    /// Somebody wants to see these, whose text was dropped for room: the leader is to fetch them.
    Wanted(Vec<DocKey>),
}

/// This tab's part in the group; leaving when dropped.
pub struct Tabs(Rc<Part>);

struct Part {
    name: String,
    channel: Option<BroadcastChannel>,
    listener: RefCell<Option<EventListener>>,
    on_lead: Box<dyn Fn(bool)>,
    /// Ends the lock's promise, so that another tab may lead. Some: this tab holds the lock.
    release: RefCell<Option<Function>>,
    /// A request for the lock waits.
    queued: Cell<bool>,
    /// When the leader was asked, if it has not answered since: milliseconds of the tab's own time.
    asked_ms: Cell<Option<f64>>,
    /// How the line is, as far as this tab knows.
    line: Cell<Link>,
    left: Cell<bool>,
}

impl Tabs {
    /// Joins the tabs on the database `name`. `on_lead(true)` runs when this tab is elected (at once where the browser has
    /// no locks), `on_lead(false)` when another has taken the lock from it, `on_word` when another tab says something.
    pub fn join(name: &str, on_lead: impl Fn(bool) + 'static, on_word: impl Fn(Word) + 'static) -> Tabs {
        let part = Rc::new(Part {
            name: name.to_owned(),
            channel: BroadcastChannel::new(name).ok(),
            listener: RefCell::default(),
            on_lead: Box::new(on_lead),
            release: RefCell::default(),
            queued: Cell::new(false),
            asked_ms: Cell::new(None),
            line: Cell::new(Link::Unknown),
            left: Cell::new(false),
        });
        if let Some(channel) = &part.channel {
            let weak = Rc::downgrade(&part);
            let listener = EventListener::new(channel, "message", move |event| {
                // What a frozen page misses it makes up for when it thaws.
                let Some(part) = weak.upgrade().filter(|_| !awake::is_frozen()) else { return };
                let said = event.dyn_ref::<MessageEvent>().and_then(|e| e.data().as_string());
                match said.as_deref() {
                    Some(WHO_LEADS) if part.leads() => part.say_line(),
                    Some(WHO_LEADS) => {}
                    Some(said) if said.starts_with(I_LEAD) => {
                        part.asked_ms.set(None);
                        on_word(Word::Line(read_line(&said[I_LEAD.len()..])));
                    }
                    Some(said) if said.starts_with(WANTED) => {
                        if let Some(Word::Changed(notice)) = read(&said[WANTED.len()..]) {
                            on_word(Word::Wanted(notice.docs));
                        }
                    }
                    said => on_word(said.and_then(read).unwrap_or(Word::Look)),
                }
            });
            *part.listener.borrow_mut() = Some(listener);
        }
        if part.ask_for_lock(false).is_none() {
            (part.on_lead)(true);
        }
        Tabs(part)
    }

    /// Tells the other tabs.
    pub fn tell(&self, notice: &Notice) {
        self.0.say(&write(notice));
    }

    /// Asks the leader to fetch a document.
    pub fn want(&self, key: DocKey) {
        self.0.say(&format!("{WANTED}{}", write(&Notice { docs: vec![key] })));
    }

    /// The line of this tab, if it leads, is now so: the others are told when that is new.
    pub fn line(&self, line: Link) {
        if self.0.line.replace(line) != line && self.0.leads() {
            self.0.say_line();
        }
    }

    /// Asks the leader whether it lives. If it has not answered in [`ANSWER_MS`], this tab takes the lead from it.
    pub fn look_for_leader(&self) {
        if self.0.leads() {
            return;
        }
        let Some(now) = web_sys::window().and_then(|w| w.performance()).map(|p| p.now()) else { return };
        match self.0.asked_ms.get() {
            Some(asked) if now - asked >= ANSWER_MS => {
                self.0.asked_ms.set(None);
                let _ = self.0.ask_for_lock(true);
            }
            Some(_) => {}
            None => {
                self.0.asked_ms.set(Some(now));
                self.0.say(WHO_LEADS);
            }
        }
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.0.left.set(true);
        self.0.listener.borrow_mut().take();
        if let Some(channel) = &self.0.channel {
            channel.close();
        }
        if let Some(release) = self.0.release.borrow_mut().take() {
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

impl Part {
    fn leads(&self) -> bool {
        self.release.borrow().is_some()
    }

    fn say_line(&self) {
        self.say(&format!("{I_LEAD}{}", write_line(self.line.get())));
    }

    fn say(&self, text: &str) {
        if let Some(channel) = &self.channel {
            // A closed channel: the others will look by themselves.
            let _ = channel.post_message(&JsValue::from_str(text));
        }
    }

    /// Asks for the lock, or takes it from whoever holds it; it is held until `release` is called, the tab ends, or another
    /// takes it. None: the browser has no locks.
    fn ask_for_lock(self: &Rc<Self>, steal: bool) -> Option<()> {
        let navigator = web_sys::window()?.navigator();
        let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
        let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
        let options = Object::new();
        Reflect::set(&options, &"steal".into(), &steal.into()).ok()?;
        let weak = Rc::downgrade(self);
        let granted = Closure::once_into_js(move |_lock: JsValue| match weak.upgrade() {
            Some(part) if !part.left.get() => part.hold(steal),
            _ => Promise::resolve(&JsValue::UNDEFINED),
        });
        let held: Promise =
            request.call3(&locks, &self.name.as_str().into(), &options, &granted).ok()?.dyn_into().ok()?;
        if !steal {
            self.queued.set(true);
        }
        spawn_local(watch(Rc::downgrade(self), held));
        Some(())
    }

    /// This tab has the lock: leads until the promise is kept.
    fn hold(&self, stolen: bool) -> Promise {
        if !stolen {
            self.queued.set(false);
        }
        let held = Promise::new(&mut |resolve, _| *self.release.borrow_mut() = Some(resolve));
        // Those who wait for another's answer need not take the lead from this one.
        self.say_line();
        (self.on_lead)(true);
        held
    }
}

/// The lock's promise is broken when another tab takes the lock: after a freeze this is how a tab hears of it.
async fn watch(part: Weak<Part>, held: Promise) {
    if JsFuture::from(held).await.is_ok() {
        return;
    }
    let Some(part) = part.upgrade().filter(|part| !part.left.get()) else { return };
    if part.release.borrow_mut().take().is_some() {
        (part.on_lead)(false);
    }
    if !part.queued.get() {
        let _ = part.ask_for_lock(false);
    }
}

fn write_line(line: Link) -> &'static str {
    match line {
        Link::Unknown => "unknown",
        Link::Online => "online",
        Link::Offline => "offline",
        Link::SignedOut => "signedOut",
    }
}

fn read_line(text: &str) -> Link {
    let lines = [Link::Online, Link::Offline, Link::SignedOut];
    lines.into_iter().find(|line| write_line(*line) == text).unwrap_or(Link::Unknown)
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
