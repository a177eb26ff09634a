//! The sabotages: for each check at least one way to break a good server so that it must fail.

mod oneroster_discovery;
mod oneroster_errors;
mod oneroster_query;
mod oneroster_tokens;
mod oneroster_transport;
mod scim_discovery;

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
        "oneroster-1.1" => &[
            oneroster_transport::BOTH,
            oneroster_tokens::V1P1,
            oneroster_errors::V1P1,
            oneroster_errors::BOTH,
            oneroster_query::BOTH,
        ],
        "oneroster-1.2-rostering" => &[
            oneroster_transport::BOTH,
            oneroster_tokens::V1P2,
            oneroster_discovery::V1P2,
            oneroster_errors::V1P2,
            oneroster_errors::BOTH,
            oneroster_query::BOTH,
        ],
        "oneroster-1.2-gradebook" | "oneroster-1.2-resources" => &[
            oneroster_transport::BOTH,
            oneroster_tokens::V1P2,
            oneroster_discovery::V1P2,
            oneroster_errors::V1P2,
            oneroster_errors::BOTH,
        ],
        "scim" => &[scim_discovery::SABOTAGES],
        _ => &[],
    };
    groups.iter().flat_map(|group| group.iter()).collect()
}
