//! Sabotages of tenancy over SCIM.

use std::sync::OnceLock;

use koppelvlak_conformance::exchange::Request;

use super::Sabotage;
use super::oneroster_edits::parameter;
use super::scim_edits::path;
use crate::proxy::Fault;

/// The token of the tested tenant, by which a sabotage lets others in.
pub static TOKEN: OnceLock<String> = OnceLock::new();

/// Takes whoever asks for the tested tenant.
fn let_in(request: &mut Request) {
    for (name, value) in &mut request.headers {
        if name.eq_ignore_ascii_case("authorization") {
            *value = format!("Bearer {}", TOKEN.get().unwrap());
        }
    }
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage { what: "nobody asks whose a token is", checks: &["SC-352", "SC-352b"], fault: Fault::Request(let_in) },
    Sabotage {
        what: "users are found by other tenants",
        checks: &["SC-352"],
        fault: Fault::Request(|request| {
            if parameter(request, "filter").is_some() {
                let_in(request);
            }
        }),
    },
    Sabotage {
        what: "who knows an id may read it",
        checks: &["SC-352"],
        fault: Fault::Request(|request| {
            if request.method == "GET" && path(request).starts_with("/Users/") {
                let_in(request);
            }
        }),
    },
    Sabotage {
        what: "users are deleted by other tenants",
        checks: &["SC-352b"],
        fault: Fault::Request(|request| {
            if request.method == "DELETE" {
                let_in(request);
            }
        }),
    },
];
