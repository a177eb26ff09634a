//! Sabotages of the fields that are selected.

use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::{change_parameter, drop_parameter, list, objects, parameter, path};
use super::oneroster_filters::refusal;
use crate::proxy::{Fault, edit};

/// Those that both versions have.
pub const BOTH: &[Sabotage] = &[
    Sabotage {
        what: "fields are ignored",
        checks: &["OR-327", "OR-327b"],
        fault: Fault::Request(|request| drop_parameter(request, "fields")),
    },
    Sabotage {
        what: "fields are ignored for single objects",
        checks: &["OR-327"],
        fault: Fault::Request(|request| {
            if path(request).matches('/').count() > 1 {
                drop_parameter(request, "fields");
            }
        }),
    },
    Sabotage {
        what: "the sourcedId comes along",
        checks: &["OR-327"],
        fault: Fault::Answer(|request, response| {
            if parameter(request, "fields").is_some() {
                objects(response, |object| object["sourcedId"] = json!("x"));
            }
        }),
    },
    Sabotage {
        what: "fields that aren't selected are null",
        checks: &["OR-327"],
        fault: Fault::Answer(|request, response| {
            if parameter(request, "fields").is_some() {
                objects(response, |object| object["metadata"] = Value::Null);
            }
        }),
    },
    Sabotage {
        what: "of repeated fields the last counts",
        checks: &["OR-327b"],
        fault: Fault::Request(|request| {
            change_parameter(request, "fields", |fields| (fields != "status").then(|| fields.to_owned()));
        }),
    },
    Sabotage {
        what: "with fields, filters are ignored",
        checks: &["OR-328"],
        fault: Fault::Request(|request| {
            if parameter(request, "fields").is_some() {
                drop_parameter(request, "filter");
            }
        }),
    },
    Sabotage {
        what: "with fields, sort is ignored",
        checks: &["OR-328"],
        fault: Fault::Request(|request| {
            if parameter(request, "fields").is_some() {
                drop_parameter(request, "sort");
            }
        }),
    },
    Sabotage {
        what: "unknown parameters are refused",
        checks: &["OR-333"],
        fault: Fault::Instead(|request| request.url.contains("nosuchparameter").then(|| refusal(request))),
    },
    Sabotage {
        what: "blank fields are no fields",
        checks: &["OR-331"],
        fault: Fault::Request(|request| {
            change_parameter(request, "fields", |fields| (!fields.is_empty()).then(|| fields.to_owned()));
        }),
    },
    Sabotage {
        what: "a blank among fields is skipped",
        checks: &["OR-331b"],
        fault: Fault::Request(|request| change_parameter(request, "fields", |fields| Some(fields.replace(",,", ",")))),
    },
    Sabotage {
        what: "blank fields are refused with another code",
        checks: &["OR-331", "OR-331b"],
        fault: Fault::Answer(|_, response| {
            let text = String::from_utf8_lossy(&response.body).replace("selection_field", "data");
            response.body = text.into_bytes();
        }),
    },
];

fn selects_unknown(url: &str) -> bool {
    url.contains("fields=nosuchfield")
}

/// Those of 1.1.
pub const V1P1: &[Sabotage] = &[
    Sabotage {
        what: "an unknown field isn't warned about",
        checks: &["OR-329"],
        fault: Fault::Request(|request| {
            if selects_unknown(&request.url) {
                drop_parameter(request, "fields");
            }
        }),
    },
    Sabotage {
        what: "an unknown field is refused",
        checks: &["OR-329"],
        fault: Fault::Instead(|request| selects_unknown(&request.url).then(|| refusal(request))),
    },
    Sabotage {
        what: "for an unknown field objects are empty",
        checks: &["OR-329"],
        fault: Fault::Answer(|request, response| {
            if selects_unknown(&request.url) {
                list(response, |objects| objects.fill(json!({})));
            }
        }),
    },
];

/// Those of 1.2.
pub const V1P2: &[Sabotage] = &[
    Sabotage {
        what: "for an unknown field objects are empty",
        checks: &["OR-330"],
        fault: Fault::Request(|request| {
            change_parameter(request, "fields", |fields| Some(fields.replace("nosuchfield", "sourcedId")));
        }),
    },
    Sabotage {
        what: "an unknown field is the server's own fault",
        checks: &["OR-330"],
        fault: Fault::Answer(|request, response| {
            if selects_unknown(&request.url) {
                response.status = 500;
            }
        }),
    },
    Sabotage {
        what: "an unknown field is refused without a code",
        checks: &["OR-330"],
        fault: Fault::Answer(|request, response| {
            if selects_unknown(&request.url) {
                edit(response, |body| drop(body.as_object_mut().unwrap().remove("imsx_CodeMinor")));
            }
        }),
    },
];
