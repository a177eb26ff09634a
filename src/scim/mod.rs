//! SCIM 2.0 without a server: schemas, paths, filters, bodies, patches and projections over JSON.
//!
//! Nothing here knows HTTP, the database or consent. A resource is a JSON object in **canonical form**: names in
//! the schema's spelling, extension attributes under their URN, nothing unassigned.

pub mod filter;
pub mod fold;
pub mod instant;
pub mod patch;
pub mod path;
pub mod refusal;
pub mod schema;
pub mod switches;
