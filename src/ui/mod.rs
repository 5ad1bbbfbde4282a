//! Small shared components: icon, clock, tier badge, key hint, dialog frame, virtual list. No domain rules, no I/O.

pub mod apart;
pub mod clock;
pub mod dialog;
pub mod draft;
pub mod each;
pub mod icon;
pub mod kbd;
pub mod tier;
pub mod undo;
pub mod virtual_list;
