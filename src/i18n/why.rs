//! w
use crate::texts;
texts! { WhyTexts { title: "", ""; } }
