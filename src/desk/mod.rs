//! The agent's desk: work list, work area (case, contact, call-back) and customer panel. Rooms here show
//! documents and send intents; navigation, commands and session belong to `app`.

pub mod callbacks;
pub mod case;
pub mod contact;
pub mod customer;
pub mod experts;
pub mod page;
pub mod worklist;
