//! Sabotages of what filters may be and may not.

use koppelvlak_conformance::exchange::Request;
use serde_json::json;

use super::Sabotage;
use super::oneroster_edits::{change_parameter, drop_parameter, parameter};
use super::oneroster_filters::refusal;
use crate::proxy::{Fault, answer};

fn filter(request: &Request) -> &str {
    parameter(request, "filter").unwrap_or_default()
}

/// Takes a filter away that holds a text.
fn ignore(request: &mut Request, text: &str) {
    if filter(request).contains(text) {
        drop_parameter(request, "filter");
    }
}

/// Those of all interfaces.
pub const BOTH: &[Sabotage] = &[
    Sabotage {
        what: "a filter by an unknown field is ignored",
        checks: &["OR-321", "OR-321b"],
        fault: Fault::Request(|request| ignore(request, "nosuchfield")),
    },
    Sabotage {
        what: "the refusal of an unknown field has another code",
        checks: &["OR-321"],
        fault: Fault::Answer(|_, response| {
            let text = String::from_utf8_lossy(&response.body).replace("invalid_filter_field", "invaliddata");
            response.body = text.into_bytes();
        }),
    },
    Sabotage {
        what: "the refusal of an unknown field doesn't name it",
        checks: &["OR-321b"],
        fault: Fault::Instead(|request| filter(request).contains("nosuchfield").then(|| refusal(request))),
    },
    Sabotage {
        what: "a filter that can't be read is ignored",
        checks: &["OR-322", "OR-322b"],
        fault: Fault::Answer(|request, response| {
            if response.status == 400 && !filter(request).is_empty() {
                *response = answer(200, "application/json", &json!({"users": [{}, {}]}));
            }
        }),
    },
    Sabotage {
        what: "a filter that can't be read is the server's own fault",
        checks: &["OR-322", "OR-322b"],
        fault: Fault::Answer(|request, response| {
            if response.status == 400 && !filter(request).is_empty() {
                response.status = 500;
            }
        }),
    },
    Sabotage {
        what: "an empty filter is ignored",
        checks: &["OR-322b"],
        fault: Fault::Request(|request| {
            if filter(request).is_empty() {
                drop_parameter(request, "filter");
            }
        }),
    },
    Sabotage {
        what: "AND inside quotes ends the clause",
        checks: &["OR-323"],
        fault: Fault::Instead(|request| filter(request).contains("a%20AND%20b").then(|| refusal(request))),
    },
    Sabotage {
        what: "OR inside quotes widens the filter",
        checks: &["OR-323"],
        fault: Fault::Request(|request| ignore(request, "x%20OR%20")),
    },
    Sabotage {
        what: "a doubled quote ends the value",
        checks: &["OR-323b"],
        fault: Fault::Instead(|request| filter(request).contains("%27%27").then(|| refusal(request))),
    },
    Sabotage {
        what: "dateLastModified can't be filtered by",
        checks: &["OR-324"],
        fault: Fault::Instead(|request| filter(request).starts_with("dateLastModified").then(|| refusal(request))),
    },
    Sabotage {
        what: "a word that the vocabulary lacks is refused",
        checks: &["OR-325"],
        fault: Fault::Instead(|request| filter(request).contains("nosuchword").then(|| refusal(request))),
    },
    Sabotage {
        what: "a word that the vocabulary lacks is ignored",
        checks: &["OR-325"],
        fault: Fault::Request(|request| ignore(request, "nosuchword")),
    },
    Sabotage {
        what: "% stands for any text",
        checks: &["OR-326"],
        fault: Fault::Request(|request| ignore(request, "~%27%25%27")),
    },
    Sabotage {
        what: ".* stands for any text",
        checks: &["OR-326"],
        fault: Fault::Request(|request| ignore(request, "~%27.%2A%27")),
    },
    Sabotage {
        what: "[ can't be read",
        checks: &["OR-326"],
        fault: Fault::Instead(|request| {
            filter(request).contains("~%27%5B%27").then(|| answer(500, "application/json", &json!({})))
        }),
    },
];

/// Those of rostering.
pub const ROSTER: &[Sabotage] = &[Sabotage {
    what: "addresses are read as Latin-1",
    checks: &["OR-224b"],
    fault: Fault::Request(|request| {
        change_parameter(request, "filter", |filter| {
            Some(filter.replace("%C3%", "%C3%83%C2%").replace("%C4%", "%C3%84%C2%"))
        });
    }),
}];
