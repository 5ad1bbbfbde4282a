//! Callbacks that outlive the view that made them: a toast offers to undo what a dialog did after the dialog is gone,
//! and a callback that was made in it would be gone too.

use std::cell::RefCell;
use std::collections::VecDeque;

use leptos::prelude::*;

/// More than toasts are ever shown.
const KEPT: usize = 8;

thread_local! {
    static OWNERS: RefCell<VecDeque<Owner>> = const { RefCell::new(VecDeque::new()) };
}

/// A callback that lives until as many newer ones were made as no list of toasts ever holds. `run` may use only what
/// the app itself owns (the desk, the interface state), nothing of the view.
pub fn lasting(run: impl Fn() + Send + Sync + 'static) -> Callback<()> {
    let make = move || Callback::new(move |()| run());
    let Some(mut root) = Owner::current() else { return make() };
    while let Some(parent) = root.parent() {
        root = parent;
    }
    let owner = root.with(Owner::new);
    let callback = owner.with(make);
    let old = OWNERS.with_borrow_mut(|owners| {
        owners.push_back(owner);
        if owners.len() > KEPT { owners.pop_front() } else { None }
    });
    drop(old);
    callback
}
