//! Documents in the hand of a view: typed, cheap to clone, read like the document itself.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use baton_engine::model::{Callback, Case, Collection, Customer, Document, Interaction, Message, Seat};

/// A kind of document, so that `desk.get::<Case>(id)` can be written.
pub trait Kind: Sized + 'static {
    const COLLECTION: Collection;
    fn of(document: &Document) -> Option<&Self>;
}

macro_rules! kinds {
    ($($kind:ident $collection:ident;)*) => { $(
        impl Kind for $kind {
            const COLLECTION: Collection = Collection::$collection;
            fn of(document: &Document) -> Option<&Self> {
                match document { Document::$kind(d) => Some(d), _ => None }
            }
        }
    )* };
}
kinds! { Case Cases; Interaction Interactions; Message Messages; Callback Callbacks; Seat Seats; Customer Customers; }

/// A document in the hand of a view: cheap to clone, read like the document itself.
#[derive(Debug)]
pub struct Doc<T: Kind>(Arc<Document>, PhantomData<T>);

impl<T: Kind> Doc<T> {
    pub fn new(document: Arc<Document>) -> Option<Doc<T>> {
        T::of(&document).is_some().then(|| Doc(document.clone(), PhantomData))
    }
}

impl<T: Kind> Clone for Doc<T> {
    fn clone(&self) -> Self {
        Doc(self.0.clone(), PhantomData)
    }
}

impl<T: Kind> PartialEq for Doc<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: Kind> Deref for Doc<T> {
    type Target = T;
    fn deref(&self) -> &T {
        // `new` is the only way to make one and checks the kind.
        match T::of(&self.0) {
            Some(document) => document,
            None => unreachable!("a Doc is made only of its own kind"),
        }
    }
}
