//! The engine of SCIM against simple models of itself, with filters, patches and bytes made at random.

mod bytes;
mod filters;
mod invariants;
mod members;
mod patches;
mod people;
