//! EGIL, Sweden's school profile of SCIM (SS 12000:2018): the same release, in the words of its own types.
//!
//! Every resource is known by a UUID, which its server uses as id; references point backwards only.

mod carers;
mod ids;
mod people;
mod profile;
mod structure;
mod words;

pub use profile::Egil;
