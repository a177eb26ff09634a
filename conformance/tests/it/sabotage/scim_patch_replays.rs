//! Sabotages of whole changes as identity providers send them.

use super::Sabotage;
use super::scim_edits::path;
use super::scim_patch_edits::{operations, refused_if};
use crate::proxy::Fault;

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "PATCH applies only the first operation",
        checks: &["SC-219", "SC-954", "SC-954b", "SC-954e", "SC-954f"],
        fault: Fault::Request(|request| operations(request, |list| list.truncate(1))),
    },
    Sabotage {
        what: "PATCH of a user must have a path",
        checks: &["SC-203", "SC-954d"],
        fault: Fault::Instead(|request| {
            let of_a_user = path(request).starts_with("/Users");
            refused_if(request, |operation| of_a_user && operation.get("path").is_none())
        }),
    },
    Sabotage {
        what: "PATCH of a group must have a path",
        checks: &["SC-261", "SC-954e", "SC-954f"],
        fault: Fault::Instead(|request| {
            let of_a_group = path(request).starts_with("/Groups");
            refused_if(request, |operation| of_a_group && operation.get("path").is_none())
        }),
    },
];
