//! Koppelvlak stands between a school's administration and ed-tech: it hands school data out over
//! OneRoster and SCIM, cut to each school's consent rules before anything is serialized.

pub mod audit;
pub mod auth;
pub mod catalogue;
pub mod cli;
pub mod clock;
pub mod consent;
pub mod http;
pub mod json;
pub mod keys;
pub mod letters;
pub mod oneroster;
pub mod planted;
pub mod print;
pub mod query;
pub mod scim;
pub mod snapshot;
pub mod store;
pub mod writing;
