//! SCIM 2.0 (RFC 7643, RFC 7644, RFC 9865), and what identity providers really send.

mod access;
mod attributes;
mod bulk;
mod clients;
mod create;
mod cursors;
mod delete;
mod discovery;
mod errors;
mod extensions;
mod features;
mod filters;
mod lists;
pub mod made;
mod media;
mod paging;
mod patch;
pub mod population;
mod projection;
mod put;
mod routes;
mod schemas;
mod search;
pub mod service;
mod sorting;
mod tenancy;
mod values;
mod versions;
pub mod wording;

use super::Suite;

/// The suite.
pub const SUITE: Suite = Suite {
    name: "scim",
    about: "SCIM 2.0: discovery, users and groups, filters, paging, PATCH, Bulk, versions, errors",
    target: "the SCIM base address, such as https://example.org/scim/v2",
    groups: &[
        discovery::CHECKS,
        schemas::CHECKS,
        features::CHECKS,
        create::answers::CHECKS,
        create::bodies::CHECKS,
        create::values::CHECKS,
        create::uniqueness::CHECKS,
        put::CHECKS,
        delete::CHECKS,
        versions::CHECKS,
        bulk::operations::CHECKS,
        bulk::references::CHECKS,
        bulk::limits::CHECKS,
        clients::okta::CHECKS,
        clients::helloid::CHECKS,
        clients::registrars::CHECKS,
        media::CHECKS,
        routes::CHECKS,
        lists::CHECKS,
        paging::CHECKS,
        cursors::CHECKS,
        sorting::CHECKS,
        filters::compared::CHECKS,
        filters::combined::CHECKS,
        filters::elements::CHECKS,
        filters::names::CHECKS,
        filters::written::CHECKS,
        filters::refused::CHECKS,
        projection::CHECKS,
        search::CHECKS,
        access::CHECKS,
        tenancy::CHECKS,
        errors::CHECKS,
        extensions::CHECKS,
        patch::attributes::CHECKS,
        patch::chosen::CHECKS,
        patch::refusals::CHECKS,
        patch::effects::CHECKS,
        patch::names::CHECKS,
        patch::forms::CHECKS,
        patch::members::CHECKS,
        patch::membership::CHECKS,
        patch::replays::CHECKS,
    ],
};
