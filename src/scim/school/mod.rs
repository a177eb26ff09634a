//! The school's people and groups as SCIM resources: what a release shows, in the standard's words.

pub mod directory;
pub mod group;
pub mod person;
pub mod user;
