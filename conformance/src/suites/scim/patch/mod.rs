//! PATCH (RFC 7644 §3.5.2): what operations do, what is refused, and what clients in the field send.

pub mod attributes;
pub mod chosen;
mod declared;
pub mod effects;
pub mod forms;
pub mod members;
pub mod membership;
pub mod names;
pub mod refusals;
pub mod replays;
mod resource;
mod trial;
