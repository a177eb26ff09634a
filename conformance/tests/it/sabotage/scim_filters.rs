//! Sabotages of filters over SCIM: what they compare, and how they are put together.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::{change_parameter, drop_parameter, parameter};
use super::scim_edits::{list, nothing, on, refusal};
use crate::proxy::Fault;

fn filter(request: &Request) -> &str {
    parameter(request, "filter").unwrap_or_default()
}

/// Reads one thing in a filter as another; both as they are encoded in an address.
fn read_as(request: &mut Request, from: &str, to: &str) {
    change_parameter(request, "filter", |filter| Some(filter.replace(from, to)));
}

/// Reads an operator as another one.
fn operator(request: &mut Request, from: &str, to: &str) {
    read_as(request, &format!("%20{from}%20"), &format!("%20{to}%20"));
}

fn refuse(request: &Request, part: &str) -> Option<Response> {
    filter(request).contains(part).then(|| refusal(400, "invalidFilter"))
}

/// Those of comparisons.
pub const COMPARED: &[Sabotage] = &[
    Sabotage {
        what: "filters are called supported and ignored",
        checks: &["SC-130", "SC-132b", "SC-133", "SC-135", "SC-140", "SC-142", "SC-144", "SC-154"],
        fault: Fault::Request(|request| drop_parameter(request, "filter")),
    },
    Sabotage {
        what: "filters find nobody",
        checks: &["SC-130", "SC-133", "SC-135", "SC-136", "SC-141", "SC-142", "SC-148", "SC-149", "SC-154"],
        fault: Fault::Instead(|request| (!filter(request).is_empty()).then(nothing)),
    },
    Sabotage {
        what: "ne is read as eq",
        checks: &["SC-130", "SC-144", "SC-145"],
        fault: Fault::Request(|request| operator(request, "ne", "eq")),
    },
    Sabotage {
        what: "co is read as sw",
        checks: &["SC-130", "SC-135", "SC-136"],
        fault: Fault::Request(|request| operator(request, "co", "sw")),
    },
    Sabotage {
        what: "ew is read as co",
        checks: &["SC-130"],
        fault: Fault::Request(|request| operator(request, "ew", "co")),
    },
    Sabotage {
        what: "ew isn't known",
        checks: &["SC-130"],
        fault: Fault::Instead(|request| refuse(request, "%20ew%20")),
    },
    Sabotage {
        what: "ge is read as gt",
        checks: &["SC-130"],
        fault: Fault::Request(|request| operator(request, "ge", "gt")),
    },
    Sabotage {
        what: "lt is read as le",
        checks: &["SC-130"],
        fault: Fault::Request(|request| operator(request, "lt", "le")),
    },
    Sabotage {
        what: "lt is read as gt",
        checks: &["SC-130", "SC-140"],
        fault: Fault::Request(|request| operator(request, "lt", "gt")),
    },
    Sabotage {
        what: "values are exact to the case of their letters",
        checks: &["SC-132"],
        fault: Fault::Instead(|request| {
            let value = filter(request).split("%22").nth(1).unwrap_or_default();
            let is_loud = filter(request).starts_with("userName") && value == value.to_uppercase();
            is_loud.then(nothing)
        }),
    },
    Sabotage {
        what: "ids are compared whatever their case",
        checks: &["SC-132b"],
        fault: Fault::Request(|request| {
            if filter(request).starts_with("id%20") {
                change_parameter(request, "filter", |filter| Some(filter.to_lowercase()));
            }
        }),
    },
    Sabotage {
        what: "offsets of times aren't read",
        checks: &["SC-140"],
        fault: Fault::Request(|request| read_as(request, "%2B02%3A00", "Z")),
    },
    Sabotage {
        what: "times have milliseconds",
        checks: &["SC-141"],
        fault: Fault::Instead(|request| refuse(request, "0000000Z")),
    },
    Sabotage {
        what: "false is true",
        checks: &["SC-142"],
        fault: Fault::Request(|request| read_as(request, "eq%20false", "eq%20true")),
    },
    Sabotage {
        what: "true is greater than nothing",
        checks: &["SC-142b"],
        fault: Fault::Instead(|request| filter(request).contains("gt%20true").then(nothing)),
    },
    Sabotage {
        what: "true in quotes is a text",
        checks: &["SC-143"],
        fault: Fault::Instead(|request| refuse(request, "%22True%22")),
    },
    Sabotage {
        what: "null isn't known",
        checks: &["SC-144"],
        fault: Fault::Instead(|request| refuse(request, "null")),
    },
    Sabotage {
        what: "everything equals null",
        checks: &["SC-144"],
        fault: Fault::Request(|request| read_as(request, "eq%20null", "ne%20null")),
    },
    Sabotage {
        what: "what isn't there is less than everything",
        checks: &["SC-145"],
        fault: Fault::Request(|request| read_as(request, "lt%20%22m%22", "eq%20null")),
    },
    Sabotage {
        what: "what isn't there doesn't differ",
        checks: &["SC-145"],
        fault: Fault::Answer(|request, response| {
            if filter(request).contains("ne%20%22m%22") {
                *response = nothing();
            }
        }),
    },
];

/// Those of what is put together, and of the ways to write it.
pub const COMBINED: &[Sabotage] = &[
    Sabotage {
        what: "operators in capitals aren't known",
        checks: &["SC-131"],
        fault: Fault::Instead(|request| refuse(request, "%20OR%20")),
    },
    Sabotage {
        what: "names of attributes are exact to their case",
        checks: &["SC-131"],
        fault: Fault::Instead(|request| refuse(request, "NAME.")),
    },
    Sabotage {
        what: "or goes before and",
        checks: &["SC-133"],
        fault: Fault::Request(|request| {
            change_parameter(request, "filter", |filter| {
                let parts: Vec<&str> = filter.split("%20and%20").collect();
                let parts: Vec<String> = parts.iter().map(|part| format!("%28{part}%29")).collect();
                Some(parts.join("%20and%20"))
            });
        }),
    },
    Sabotage {
        what: "and is read as or",
        checks: &["SC-133"],
        fault: Fault::Request(|request| operator(request, "and", "or")),
    },
    Sabotage {
        what: "not isn't read",
        checks: &["SC-133", "SC-134"],
        fault: Fault::Request(|request| {
            read_as(request, "not%20%28", "%28");
            read_as(request, "not%28", "%28");
        }),
    },
    Sabotage {
        what: "after not there must be a space",
        checks: &["SC-134"],
        fault: Fault::Instead(|request| refuse(request, "not%28")),
    },
    Sabotage {
        what: "totalResults counts everybody",
        checks: &["SC-154"],
        fault: Fault::Answer(|request, response| {
            on(request, response, "/Users", |list| list["totalResults"] = json!(12));
        }),
    },
    Sabotage {
        what: "who doesn't filter gives everybody",
        checks: &["SC-157"],
        fault: Fault::Answer(|request, response| {
            on(request, response, "/ServiceProviderConfig", |config| config["filter"]["supported"] = false.into());
            if filter(request).contains("%20ne%20") {
                on(request, response, "/Users", |list| list["totalResults"] = json!(1000));
            }
        }),
    },
    Sabotage {
        what: "the escapes of JSON are text",
        checks: &["SC-151"],
        fault: Fault::Request(|request| read_as(request, "%5Cu", "%5C%5Cu")),
    },
    Sabotage {
        what: "an escaped quote ends a value",
        checks: &["SC-151"],
        fault: Fault::Request(|request| read_as(request, "%5C%22", "%22")),
    },
    Sabotage {
        what: "what is encoded ends a parameter all the same",
        checks: &["SC-151b"],
        fault: Fault::Request(|request| request.url = request.url.replace("%26", "&")),
    },
    Sabotage {
        what: "+ isn't a space",
        checks: &["SC-151b"],
        fault: Fault::Request(|request| read_as(request, "+", "%2B")),
    },
    Sabotage {
        what: "a value without quotes is everything",
        checks: &["SC-150"],
        fault: Fault::Answer(|request, response| {
            if filter(request).contains("eq") && !filter(request).contains("%22") {
                list(response, |users| users.push(Value::Null));
                on(request, response, "/Users", |list| list["totalResults"] = json!(12));
            }
        }),
    },
];
