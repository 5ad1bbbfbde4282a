//! A list of views that follows a list of items by their keys. Leptos' own `For` compares lists in code that is compiled
//! anew for each type of item, six kilobytes a list; here the types are put away first, so that it is compiled once.

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use leptos::prelude::*;

/// As `For`: a view is made once for each key, and moved when its item moves.
#[component]
pub fn Each<IF, I, T, EF, N, KF, K>(each: IF, key: KF, children: EF) -> impl IntoView
where
    IF: Fn() -> I + Send + 'static,
    I: IntoIterator<Item = T>,
    EF: Fn(T) -> N + Send + Sync + 'static,
    N: IntoView + 'static,
    KF: Fn(&T) -> K + Send + 'static,
    K: Eq + Hash + Send + Sync + 'static,
    T: Send + 'static,
{
    let children = Arc::new(children);
    let item = move |item| {
        let (key, children) = (Id(Arc::new(key(&item))), children.clone());
        Item { key, view: Box::new(move || children(item).into_any()) }
    };
    list(Box::new(move || each().into_iter().map(&item).collect()))
}

fn list(items: Box<dyn Fn() -> Vec<Item> + Send>) -> AnyView {
    view! { <For each=items key=|item| item.key.clone() children=|item: Item| (item.view)()/> }.into_any()
}

struct Item {
    key: Id,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

/// A key of any type.
#[derive(Clone)]
struct Id(Arc<dyn Key + Send + Sync>);

trait Key: Any {
    fn is(&self, other: &dyn Any) -> bool;
    fn hash(&self, state: &mut dyn Hasher);
}

impl<K: Eq + Hash + 'static> Key for K {
    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }

    fn hash(&self, mut state: &mut dyn Hasher) {
        Hash::hash(self, &mut state);
    }
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        let other: &dyn Any = &*other.0;
        self.0.is(other)
    }
}

impl Eq for Id {}

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Key::hash(&*self.0, state);
    }
}
