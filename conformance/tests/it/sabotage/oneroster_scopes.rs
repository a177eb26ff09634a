//! Sabotages of what scopes open, of other boards' tokens, and of signatures.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::json;

use super::Sabotage;
use super::oneroster_endpoints::segments;
use super::oneroster_transport::nothing;
use crate::proxy::{Fault, answer};

/// Those of all suites.
pub const BOTH: &[Sabotage] = &[Sabotage {
    what: "a token of another board opens an empty list",
    checks: &["OR-021"],
    fault: Fault::Answer(|request, response| {
        if request.url.contains("/blank/") {
            *response = nothing();
        }
    }),
}];

const OPENS: Fault = Fault::Answer(|_, response| {
    if response.status == 403 {
        *response = nothing();
    }
});
const ASKS_FOR_A_TOKEN: Fault = Fault::Answer(|_, response| {
    if response.status == 403 {
        response.status = 401;
    }
});

/// Those of 1.2.
pub const V1P2: &[Sabotage] = &[
    Sabotage { what: "what a scope doesn't open is empty", checks: &["OR-007"], fault: OPENS },
    Sabotage { what: "what a scope doesn't open takes a token", checks: &["OR-007"], fault: ASKS_FOR_A_TOKEN },
];

/// Those of 1.2 Rostering.
pub const ROSTERING: &[Sabotage] =
    &[Sabotage { what: "what a scope doesn't open is empty", checks: &["OR-008", "OR-009", "OR-010"], fault: OPENS }];

/// Those of the gradebook of 1.2.
pub const GRADEBOOK: &[Sabotage] = &[
    Sabotage { what: "what a scope doesn't open is empty", checks: &["OR-011", "OR-012"], fault: OPENS },
    Sabotage {
        what: "what a scope doesn't open is done all the same",
        checks: &["OR-011b", "OR-011c", "OR-011d", "OR-011e"],
        fault: OPENS,
    },
];

/// Those of 1.2 Resources.
pub const RESOURCES: &[Sabotage] =
    &[Sabotage { what: "what a scope doesn't open is empty", checks: &["OR-012b"], fault: OPENS }];

/// Those of signed requests.
pub const SIGNED: &[Sabotage] = &[
    Sabotage {
        what: "no signature is taken",
        checks: &["OR-013"],
        fault: Fault::Instead(|request| unauthorized_if(is_signed(request))),
    },
    Sabotage {
        what: "no signature of a request with a filter is taken",
        checks: &["OR-013b"],
        fault: Fault::Instead(|request| unauthorized_if(is_signed(request) && request.url.contains("filter="))),
    },
    Sabotage {
        what: "any signature is taken, of any time and as often as it comes",
        checks: &["OR-013c", "OR-013d", "OR-013e", "OR-013f", "OR-013g"],
        fault: Fault::Answer(|request, response| {
            if is_signed(request) && response.status == 401 && !segments(request).is_empty() {
                *response = answer(200, "application/json", &json!({"orgs": []}));
            }
        }),
    },
    Sabotage {
        what: "a signature by HMAC-SHA1 breaks the server",
        checks: &["OR-014"],
        fault: Fault::Instead(|request| {
            let is_old = request.header_value("authorization").is_some_and(|value| value.contains("HMAC-SHA1"));
            is_old.then(|| answer(500, "application/json", &json!({})))
        }),
    },
];

fn is_signed(request: &Request) -> bool {
    request.header_value("authorization").is_some_and(|value| value.starts_with("OAuth "))
}

fn unauthorized_if(is_so: bool) -> Option<Response> {
    is_so.then(|| answer(401, "application/json", &json!({})))
}
