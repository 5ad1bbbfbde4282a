//! The customer: the panel beside every piece of work, and the page on which customers are looked up.
//! Numbers stay masked unless somebody gave a reason to see one.

mod card;
mod number;
mod page;
mod profile;
pub mod reveal;
mod timeline;
mod work;

pub use card::CustomerCard;
pub use number::NumberView;
pub use page::CustomersPage;
