//! The sabotages: for each check at least one way to break a good server so that it must fail.

mod oneroster_query;
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
    match suite {
        "oneroster-1.1" | "oneroster-1.2-rostering" => oneroster_query::BOTH.iter().collect(),
        "scim" => scim_discovery::SABOTAGES.iter().collect(),
        _ => Vec::new(),
    }
}
