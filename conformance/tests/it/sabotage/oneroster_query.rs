//! Sabotages of pages, sorting, filters and fields of OneRoster.

use super::Sabotage;
use crate::proxy::Fault;

/// Those that both versions have.
pub const BOTH: &[Sabotage] = &[Sabotage {
    what: "without a limit 150 objects come",
    checks: &["OR-301"],
    fault: Fault::Request(|request| {
        if request.url.ends_with("/users") {
            request.url.push_str("?limit=150");
        }
    }),
}];
