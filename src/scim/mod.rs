//! SCIM 2.0: schemas, paths, filters, bodies, patches and projections over JSON; the school's people and groups in
//! its words; and its door.
//!
//! Only `school` knows a release, and only `door` HTTP and the database. A resource is a JSON object in **canonical form**: names in
//! the schema's spelling, extension attributes under their URN, nothing unassigned.

pub mod accept;
pub mod discovery;
pub mod door;
mod element;
pub mod filter;
pub mod fold;
pub mod instant;
pub mod json;
pub mod patch;
pub mod path;
pub mod projection;
pub mod push;
pub mod put;
pub mod refusal;
pub mod resource;
pub mod schema;
pub mod school;
pub mod sort;
mod value;
