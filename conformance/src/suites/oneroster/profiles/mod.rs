//! What products in the field ask, in the order and the words in which they ask it.

pub mod google;
pub mod products;
pub mod versions;
pub mod walks;
