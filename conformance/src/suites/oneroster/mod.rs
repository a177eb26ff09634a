//! OneRoster 1.1 and 1.2. Checks that both versions have ask the probe which suite runs.

pub mod collection;
mod query;
pub mod service;

use super::Suite;

const ROOT: &str = "the address that ends in /ims/oneroster, below which the versions and services stand";

/// OneRoster 1.1, all three services.
pub const V1P1: Suite = Suite {
    name: "oneroster-1.1",
    about: "OneRoster 1.1: rostering, resources and gradebook, OAuth 1.0a and OAuth 2",
    target: ROOT,
    groups: &[query::BOTH],
};

/// OneRoster 1.2 Rostering.
pub const ROSTERING: Suite = Suite {
    name: "oneroster-1.2-rostering",
    about: "OneRoster 1.2 Rostering: security, endpoints, objects, queries, errors",
    target: ROOT,
    groups: &[query::BOTH],
};
