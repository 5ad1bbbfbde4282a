//! Small shared components: icon, clock, tier badge, dialog frame, virtual list. No domain rules, no I/O.

pub mod clock;
pub mod dialog;
pub mod draft;
pub mod icon;
pub mod tier;
pub mod undo;
pub mod virtual_list;
