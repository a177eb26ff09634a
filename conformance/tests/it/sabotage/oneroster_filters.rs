//! Sabotages of the filters of OneRoster.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::json;

use super::Sabotage;
use super::oneroster_edits::{change_parameter, drop_parameter, list, parameter};
use crate::proxy::{Fault, answer};

fn replace(request: &mut Request, from: &str, to: &str) {
    change_parameter(request, "filter", |filter| Some(filter.replace(from, to)));
}

fn filter(request: &Request) -> &str {
    parameter(request, "filter").unwrap_or_default()
}

/// Refuses a filter.
pub fn refusal(request: &Request) -> Response {
    let body = if request.url.contains("/v1p1/") {
        json!({"statusInfoSet": [{"imsx_codeMajor": "failure", "imsx_severity": "error",
            "imsx_codeMinor": "invalid_filter_field"}]})
    } else {
        json!({"imsx_codeMajor": "failure", "imsx_severity": "error", "imsx_CodeMinor": {"imsx_codeMinorField": [
            {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": "invalid_filter_field"}]}})
    };
    answer(400, "application/json", &body)
}

/// Those of all interfaces.
pub const BOTH: &[Sabotage] = &[
    Sabotage {
        what: "filters are ignored",
        checks: &["OR-314", "OR-314b", "OR-314c", "OR-315", "OR-320"],
        fault: Fault::Request(|request| drop_parameter(request, "filter")),
    },
    Sabotage {
        what: "filters find nothing",
        checks: &["OR-314", "OR-314c", "OR-316"],
        fault: Fault::Answer(|request, response| {
            if !filter(request).is_empty() {
                list(response, Vec::clear);
            }
        }),
    },
    Sabotage {
        what: "!= is read as =",
        checks: &["OR-314"],
        fault: Fault::Request(|request| replace(request, "%21%3D", "%3D")),
    },
    Sabotage {
        what: ">= is read as >",
        checks: &["OR-314b", "OR-320"],
        fault: Fault::Request(|request| replace(request, "%3E%3D", "%3E")),
    },
    Sabotage {
        what: "<= is read as <",
        checks: &["OR-314b"],
        fault: Fault::Request(|request| replace(request, "%3C%3D", "%3C")),
    },
    Sabotage {
        what: "~ is read as =",
        checks: &["OR-314c"],
        fault: Fault::Request(|request| replace(request, "~%27", "%3D%27")),
    },
    Sabotage {
        what: "AND is read as OR",
        checks: &["OR-315"],
        fault: Fault::Request(|request| replace(request, "%20AND%20", "%20OR%20")),
    },
    Sabotage {
        what: "OR is read as AND",
        checks: &["OR-315"],
        fault: Fault::Request(|request| replace(request, "%20OR%20", "%20AND%20")),
    },
    Sabotage {
        what: "the second clause is ignored",
        checks: &["OR-315"],
        fault: Fault::Request(|request| {
            change_parameter(request, "filter", |filter| {
                Some(filter.split("%20").next().unwrap_or_default().to_owned())
            });
        }),
    },
    Sabotage {
        what: "+ isn't read as a space",
        checks: &["OR-316"],
        fault: Fault::Request(|request| replace(request, "+", "%2B")),
    },
    Sabotage {
        what: "quotes that aren't encoded are refused",
        checks: &["OR-316"],
        fault: Fault::Instead(|request| filter(request).contains('\'').then(|| refusal(request))),
    },
    Sabotage {
        what: "a day isn't compared with an instant",
        checks: &["OR-320"],
        fault: Fault::Instead(|request| {
            let value = filter(request).split("%27").nth(1).unwrap_or_default();
            let is_day = filter(request).starts_with("dateLastModified") && value.len() == 10;
            is_day.then(|| refusal(request))
        }),
    },
];

/// Those of objects that refer to others.
pub const LINKED: &[Sabotage] = &[
    Sabotage {
        what: "dotted names are refused",
        checks: &["OR-317"],
        fault: Fault::Instead(|request| filter(request).contains(".sourcedId").then(|| refusal(request))),
    },
    Sabotage {
        what: "filters by dotted names are ignored",
        checks: &["OR-317"],
        fault: Fault::Request(|request| {
            if filter(request).contains(".sourcedId") {
                drop_parameter(request, "filter");
            }
        }),
    },
    Sabotage {
        what: "the bare name of a reference is refused",
        checks: &["OR-318"],
        fault: Fault::Instead(|request| {
            let is_bare = ["class%3D", "school%3D"].iter().any(|bare| filter(request).starts_with(bare));
            is_bare.then(|| refusal(request))
        }),
    },
];

/// Those of lists of texts.
pub const LISTS: &[Sabotage] = &[
    Sabotage {
        what: "a list equals each of its parts",
        checks: &["OR-319"],
        fault: Fault::Request(|request| {
            for name in ["subjects", "grades", "subjectCodes", "periods"] {
                replace(request, &format!("{name}%3D"), &format!("{name}~"));
            }
        }),
    },
    Sabotage {
        what: "a list contains nothing but all of it",
        checks: &["OR-319"],
        fault: Fault::Request(|request| {
            for name in ["subjects", "grades", "subjectCodes", "periods"] {
                replace(request, &format!("{name}~"), &format!("{name}%3D"));
            }
        }),
    },
];
