//! What clients in the field ask, as their documentation or their code has it: whole rounds, with their peculiarities.

pub mod helloid;
pub mod okta;
pub mod registrars;
