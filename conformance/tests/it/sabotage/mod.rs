//! The sabotages: for each check at least one way to break a good server so that it must fail.

pub mod consent;
mod consent_answers;
mod consent_doors;
mod consent_filters;
pub mod consent_scim;
mod consent_view;
pub mod oneroster_csv;
mod oneroster_csv_package;
mod oneroster_derived;
mod oneroster_discovery;
mod oneroster_edits;
mod oneroster_endpoints;
mod oneroster_errors;
mod oneroster_filters;
mod oneroster_graded;
mod oneroster_grammar;
mod oneroster_life;
mod oneroster_members;
mod oneroster_nested;
mod oneroster_paging;
mod oneroster_posted;
mod oneroster_profiles;
mod oneroster_relations;
mod oneroster_scopes;
mod oneroster_selection;
mod oneroster_sorting;
mod oneroster_tokens;
mod oneroster_tombstones;
mod oneroster_transport;
mod oneroster_written;
mod scim_access;
mod scim_bodies;
mod scim_bulk;
mod scim_clients;
mod scim_create;
mod scim_delete;
mod scim_discovery;
mod scim_edits;
mod scim_extensions;
mod scim_filter_names;
mod scim_filters;
mod scim_lists;
mod scim_media;
mod scim_members;
mod scim_membership;
mod scim_paging;
mod scim_patch_attributes;
mod scim_patch_chosen;
mod scim_patch_edits;
mod scim_patch_effects;
mod scim_patch_forms;
mod scim_patch_names;
mod scim_patch_refusals;
mod scim_patch_replays;
mod scim_projection;
mod scim_put;
mod scim_schemas;
mod scim_sorting;
pub mod scim_tenancy;
mod scim_values;
mod scim_versions;

use super::proxy::Fault;

/// A way to break a server, and the checks that must notice.
pub struct Sabotage {
    /// What is broken, as the table in the documentation says it.
    pub what: &'static str,
    /// The ids of the checks that fail because of it.
    pub checks: &'static [&'static str],
    /// How.
    pub fault: Fault,
}

/// The sabotages of a suite.
pub fn of(suite: &str) -> Vec<&'static Sabotage> {
    let groups: &[&'static [Sabotage]] = match suite {
        "oneroster-1.1" => V1P1,
        "oneroster-1.2-rostering" => ROSTERING,
        "oneroster-1.2-gradebook" => GRADEBOOK,
        "oneroster-1.2-resources" => RESOURCES,
        "consent" => &[
            consent_filters::SABOTAGES,
            consent_answers::SABOTAGES,
            consent_doors::SCIM,
            consent_doors::GRADEBOOK,
            consent_doors::TWIN,
            consent_scim::QUERIES,
            consent_scim::WRITES,
            consent_view::SABOTAGES,
        ],
        "oneroster-csv" => &[
            oneroster_csv::PACKAGE,
            oneroster_csv::TEXT,
            oneroster_csv::VALUES,
            oneroster_csv::RELATIONS,
            oneroster_csv::V1P1,
            oneroster_csv::DELTA,
        ],
        "scim" => &[
            scim_discovery::SABOTAGES,
            scim_schemas::SABOTAGES,
            scim_create::ANSWERS,
            scim_values::BODIES,
            scim_values::VALUES,
            scim_create::UNIQUENESS,
            scim_put::SABOTAGES,
            scim_delete::SABOTAGES,
            scim_versions::SABOTAGES,
            scim_bulk::OPERATIONS,
            scim_bulk::REFERENCES,
            scim_bulk::LIMITS,
            scim_clients::OKTA,
            scim_clients::HELLOID,
            scim_clients::REGISTRARS,
            scim_media::SABOTAGES,
            scim_lists::SABOTAGES,
            scim_paging::INDEX,
            scim_paging::CURSOR,
            scim_sorting::SABOTAGES,
            scim_filters::COMPARED,
            scim_filters::COMBINED,
            scim_filter_names::NAMED,
            scim_filter_names::REFUSED,
            scim_projection::SHOWN,
            scim_projection::SEARCHED,
            scim_access::LET_IN,
            scim_tenancy::SABOTAGES,
            scim_access::ERRORS,
            scim_extensions::SABOTAGES,
            scim_patch_attributes::SABOTAGES,
            scim_patch_chosen::SABOTAGES,
            scim_patch_refusals::SABOTAGES,
            scim_patch_effects::SABOTAGES,
            scim_patch_names::SABOTAGES,
            scim_patch_forms::SABOTAGES,
            scim_members::SABOTAGES,
            scim_membership::SABOTAGES,
            scim_patch_replays::SABOTAGES,
        ],
        _ => &[],
    };
    groups.iter().flat_map(|group| group.iter()).collect()
}

const V1P1: &[&[Sabotage]] = &[
    oneroster_transport::BOTH,
    oneroster_tokens::V1P1,
    oneroster_members::BOTH,
    oneroster_members::LINKED,
    oneroster_members::ROSTER,
    oneroster_members::V1P1,
    oneroster_members::GRADED,
    oneroster_relations::LINKED,
    oneroster_relations::ROSTER,
    oneroster_paging::BOTH,
    oneroster_filters::BOTH,
    oneroster_sorting::BOTH,
    oneroster_sorting::V1P1,
    oneroster_grammar::BOTH,
    oneroster_selection::BOTH,
    oneroster_selection::V1P1,
    oneroster_paging::MANY,
    oneroster_filters::LINKED,
    oneroster_filters::LISTS,
    oneroster_endpoints::ALL,
    oneroster_endpoints::ROSTERING,
    oneroster_derived::ROSTERING,
    oneroster_derived::V1P1,
    oneroster_nested::ALL,
    oneroster_nested::ROSTERING,
    oneroster_grammar::ROSTER,
    oneroster_errors::V1P1,
    oneroster_errors::BOTH,
    oneroster_written::BOTH,
    oneroster_graded::BOTH,
    oneroster_graded::V1P1,
    oneroster_posted::BOTH,
    oneroster_profiles::ROSTERING,
    oneroster_profiles::WRITTEN_V1P1,
    oneroster_profiles::V1P1,
    oneroster_profiles::ALL,
    oneroster_profiles::VERSIONS,
    oneroster_scopes::BOTH,
    oneroster_scopes::SIGNED,
    oneroster_life::ALL,
    oneroster_life::WRITTEN,
    oneroster_life::RESOURCES,
    oneroster_tombstones::ROSTER,
    oneroster_tombstones::HIDDEN,
];

const ROSTERING: &[&[Sabotage]] = &[
    oneroster_transport::BOTH,
    oneroster_tokens::V1P2,
    oneroster_discovery::V1P2,
    oneroster_members::BOTH,
    oneroster_members::LINKED,
    oneroster_members::ROSTER,
    oneroster_members::V1P2,
    oneroster_members::V1P2_ROSTER,
    oneroster_relations::LINKED,
    oneroster_relations::ROSTER,
    oneroster_relations::V1P2_ROSTER,
    oneroster_paging::BOTH,
    oneroster_paging::V1P2,
    oneroster_filters::BOTH,
    oneroster_sorting::BOTH,
    oneroster_sorting::V1P2,
    oneroster_grammar::BOTH,
    oneroster_selection::BOTH,
    oneroster_selection::V1P2,
    oneroster_paging::MANY,
    oneroster_filters::LINKED,
    oneroster_filters::LISTS,
    oneroster_endpoints::ALL,
    oneroster_endpoints::V1P2,
    oneroster_endpoints::ROSTERING,
    oneroster_derived::ROSTERING,
    oneroster_derived::V1P2,
    oneroster_nested::ALL,
    oneroster_nested::ROSTERING,
    oneroster_grammar::ROSTER,
    oneroster_errors::V1P2,
    oneroster_errors::BOTH,
    oneroster_profiles::ROSTERING,
    oneroster_profiles::V1P2,
    oneroster_profiles::ALL,
    oneroster_profiles::VERSIONS,
    oneroster_scopes::BOTH,
    oneroster_scopes::V1P2,
    oneroster_scopes::ROSTERING,
    oneroster_life::ALL,
    oneroster_tombstones::ROSTER,
    oneroster_tombstones::HIDDEN,
];

const GRADEBOOK: &[&[Sabotage]] = &[
    oneroster_transport::BOTH,
    oneroster_tokens::V1P2,
    oneroster_discovery::V1P2,
    oneroster_endpoints::ALL,
    oneroster_endpoints::V1P2,
    oneroster_nested::ALL,
    oneroster_members::BOTH,
    oneroster_members::LINKED,
    oneroster_members::V1P2,
    oneroster_members::GRADED,
    oneroster_relations::LINKED,
    oneroster_paging::BOTH,
    oneroster_paging::V1P2,
    oneroster_filters::BOTH,
    oneroster_sorting::BOTH,
    oneroster_sorting::V1P2,
    oneroster_grammar::BOTH,
    oneroster_selection::BOTH,
    oneroster_selection::V1P2,
    oneroster_paging::MANY,
    oneroster_filters::LINKED,
    oneroster_errors::V1P2,
    oneroster_errors::BOTH,
    oneroster_written::BOTH,
    oneroster_graded::BOTH,
    oneroster_graded::V1P2,
    oneroster_posted::BOTH,
    oneroster_posted::V1P2,
    oneroster_profiles::WRITTEN_V1P2,
    oneroster_profiles::V1P2,
    oneroster_profiles::ALL,
    oneroster_scopes::BOTH,
    oneroster_scopes::V1P2,
    oneroster_scopes::GRADEBOOK,
    oneroster_life::ALL,
    oneroster_life::WRITTEN,
    oneroster_tombstones::ASSESSED,
];

const RESOURCES: &[&[Sabotage]] = &[
    oneroster_transport::BOTH,
    oneroster_tokens::V1P2,
    oneroster_discovery::V1P2,
    oneroster_members::BOTH,
    oneroster_members::V1P2,
    oneroster_paging::BOTH,
    oneroster_paging::V1P2,
    oneroster_filters::BOTH,
    oneroster_endpoints::ALL,
    oneroster_endpoints::V1P2,
    oneroster_nested::ALL,
    oneroster_sorting::BOTH,
    oneroster_sorting::V1P2,
    oneroster_grammar::BOTH,
    oneroster_selection::BOTH,
    oneroster_selection::V1P2,
    oneroster_errors::V1P2,
    oneroster_errors::BOTH,
    oneroster_profiles::V1P2,
    oneroster_profiles::ALL,
    oneroster_scopes::BOTH,
    oneroster_scopes::V1P2,
    oneroster_scopes::RESOURCES,
    oneroster_life::ALL,
    oneroster_life::RESOURCES,
    oneroster_life::RESOURCES_V1P2,
];
