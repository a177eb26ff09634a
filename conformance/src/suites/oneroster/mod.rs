//! OneRoster 1.1 and 1.2. Checks that both versions have ask the probe which suite runs.

pub mod brief;
pub mod collection;
mod derived;
mod discovery;
mod endpoints;
mod errors;
mod filters;
mod gradebook;
mod grammar;
mod members;
pub mod model;
mod nested;
mod nested_queries;
mod paging;
mod profiles;
mod references;
mod relations;
mod resources;
pub mod routes;
mod scope_of_data;
mod scopes;
mod selection;
pub mod service;
pub mod shape;
mod signatures;
mod sorting;
mod subjects;
mod tokens;
mod tombstones;
mod transport;
pub mod vocabulary;

use super::Suite;

const ROOT: &str = "the address that ends in /ims/oneroster, below which the versions and services stand";

/// OneRoster 1.1, all three services.
pub const V1P1: Suite = Suite {
    name: "oneroster-1.1",
    about: "OneRoster 1.1: rostering, resources and gradebook, OAuth 1.0a and OAuth 2",
    target: ROOT,
    groups: &[
        transport::BOTH,
        tokens::V1P1,
        members::BOTH,
        members::LINKED,
        members::ROSTER,
        members::V1P1,
        members::GRADED,
        references::LINKED,
        relations::ROSTER,
        paging::BOTH,
        sorting::BOTH,
        sorting::V1P1,
        filters::BOTH,
        grammar::BOTH,
        selection::BOTH,
        selection::V1P1,
        filters::LINKED,
        grammar::ROSTER,
        filters::V1P1,
        endpoints::ALL,
        endpoints::ROSTERING,
        derived::ROSTERING,
        derived::V1P1,
        nested::ALL,
        nested::ROSTERING,
        errors::V1P1,
        errors::BOTH,
        gradebook::objects::BOTH,
        gradebook::values::BOTH,
        gradebook::values::V1P1,
        gradebook::in_use::BOTH,
        gradebook::below::BOTH,
        profiles::google::ROSTERING,
        profiles::google::V1P1,
        profiles::products::V1P1,
        profiles::walks::ALL,
        profiles::versions::ROSTERING,
        scopes::BOTH,
        signatures::V1P1,
        nested_queries::ALL,
        gradebook::life::ALL,
        gradebook::life::WRITTEN,
        resources::BOTH,
        tombstones::ROSTER,
        scope_of_data::ROSTERING,
    ],
};

/// OneRoster 1.2 Rostering.
pub const ROSTERING: Suite = Suite {
    name: "oneroster-1.2-rostering",
    about: "OneRoster 1.2 Rostering: security, endpoints, objects, queries, errors",
    target: ROOT,
    groups: &[
        transport::BOTH,
        tokens::V1P2,
        discovery::V1P2,
        members::BOTH,
        members::LINKED,
        members::ROSTER,
        members::V1P2,
        members::V1P2_ROSTER,
        references::LINKED,
        relations::ROSTER,
        relations::V1P2_ROSTER,
        paging::BOTH,
        paging::V1P2,
        sorting::BOTH,
        sorting::V1P2,
        filters::BOTH,
        grammar::BOTH,
        selection::BOTH,
        selection::V1P2,
        filters::LINKED,
        grammar::ROSTER,
        filters::V1P2_ROSTER,
        endpoints::ALL,
        endpoints::V1P2,
        endpoints::ROSTERING,
        derived::ROSTERING,
        derived::V1P2,
        nested::ALL,
        nested::ROSTERING,
        errors::V1P2,
        errors::BOTH,
        profiles::google::ROSTERING,
        profiles::products::V1P2,
        profiles::walks::ALL,
        profiles::versions::ROSTERING,
        scopes::BOTH,
        scopes::V1P2,
        scopes::ROSTERING,
        nested_queries::ALL,
        gradebook::life::ALL,
        tombstones::ROSTER,
        scope_of_data::ROSTERING,
    ],
};

/// OneRoster 1.2 Gradebook.
pub const GRADEBOOK: Suite = Suite {
    name: "oneroster-1.2-gradebook",
    about: "OneRoster 1.2 Gradebook: security, endpoints, objects, queries, writes, errors",
    target: ROOT,
    groups: &[
        transport::BOTH,
        tokens::V1P2,
        discovery::V1P2,
        members::BOTH,
        members::LINKED,
        members::V1P2,
        members::GRADED,
        references::LINKED,
        paging::BOTH,
        paging::V1P2,
        sorting::BOTH,
        sorting::V1P2,
        filters::BOTH,
        grammar::BOTH,
        selection::BOTH,
        selection::V1P2,
        filters::LINKED,
        endpoints::ALL,
        endpoints::V1P2,
        nested::ALL,
        errors::V1P2,
        errors::BOTH,
        gradebook::objects::BOTH,
        gradebook::values::BOTH,
        gradebook::values::V1P2,
        gradebook::scales::V1P2,
        gradebook::posts::V1P2,
        gradebook::in_use::BOTH,
        gradebook::in_use::V1P2,
        gradebook::below::BOTH,
        gradebook::below::V1P2,
        profiles::google::GRADEBOOK,
        profiles::products::V1P2,
        profiles::walks::ALL,
        scopes::BOTH,
        scopes::V1P2,
        scopes::GRADEBOOK,
        nested_queries::ALL,
        gradebook::life::ALL,
        gradebook::life::WRITTEN,
        gradebook::assessments::V1P2,
    ],
};

/// OneRoster 1.2 Resources.
pub const RESOURCES: Suite = Suite {
    name: "oneroster-1.2-resources",
    about: "OneRoster 1.2 Resources: security, endpoints, objects, queries, errors",
    target: ROOT,
    groups: &[
        transport::BOTH,
        tokens::V1P2,
        discovery::V1P2,
        members::BOTH,
        members::V1P2,
        paging::BOTH,
        paging::V1P2,
        sorting::BOTH,
        sorting::V1P2,
        filters::BOTH,
        endpoints::ALL,
        endpoints::V1P2,
        nested::ALL,
        grammar::BOTH,
        selection::BOTH,
        selection::V1P2,
        errors::V1P2,
        errors::BOTH,
        profiles::products::V1P2,
        profiles::walks::ALL,
        scopes::BOTH,
        scopes::V1P2,
        scopes::RESOURCES,
        nested_queries::ALL,
        gradebook::life::ALL,
        resources::BOTH,
        resources::V1P2,
    ],
};
