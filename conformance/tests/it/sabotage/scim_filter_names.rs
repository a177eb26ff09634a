//! Sabotages of filters over SCIM: elements of lists, names of attributes, and what is refused.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::json;

use super::Sabotage;
use super::oneroster_edits::{change_parameter, parameter};
use super::scim_edits::{is_below, nothing, on, path, refusal};
use crate::proxy::Fault;

fn filter(request: &Request) -> &str {
    parameter(request, "filter").unwrap_or_default()
}

fn read_as(request: &mut Request, from: &str, to: &str) {
    change_parameter(request, "filter", |filter| Some(filter.replace(from, to)));
}

fn refuse(request: &Request, part: &str) -> Option<Response> {
    filter(request).contains(part).then(|| refusal(400, "invalidFilter"))
}

/// Those of elements and of names.
pub const NAMED: &[Sabotage] = &[
    Sabotage {
        what: "an attribute with parts is never there",
        checks: &["SC-135"],
        fault: Fault::Instead(|request| (filter(request) == "name%20pr").then(nothing)),
    },
    Sabotage {
        what: "lists aren't compared by themselves",
        checks: &["SC-136"],
        fault: Fault::Instead(|request| refuse(request, "emails%20co")),
    },
    Sabotage {
        what: "square brackets hold for several elements together",
        checks: &["SC-137"],
        fault: Fault::Request(|request| {
            read_as(request, "emails%5Btype", "emails.type");
            read_as(request, "and%20value", "and%20emails.value");
            read_as(request, "%5D", "");
        }),
    },
    Sabotage {
        what: "clauses about a list hold for one element",
        checks: &["SC-137"],
        fault: Fault::Answer(|request, response| {
            if filter(request).contains("emails.type") {
                *response = nothing();
            }
        }),
    },
    Sabotage {
        what: "nothing may come after square brackets",
        checks: &["SC-138"],
        fault: Fault::Instead(|request| refuse(request, "%5D.value")),
    },
    Sabotage {
        what: "what comes after square brackets isn't read",
        checks: &["SC-138"],
        fault: Fault::Request(|request| {
            change_parameter(request, "filter", |filter| {
                let end = filter.find("%5D.value").map_or(filter.len(), |end| end + 3);
                Some(filter[..end].to_owned())
            });
        }),
    },
    Sabotage {
        what: "groups aren't found by their members",
        checks: &["SC-149", "SC-149b"],
        fault: Fault::Instead(|request| {
            (is_below(request, "/Groups") && filter(request).contains("members")).then(nothing)
        }),
    },
    Sabotage {
        what: "members can't be chosen by square brackets",
        checks: &["SC-149"],
        fault: Fault::Instead(|request| refuse(request, "members%5B")),
    },
    Sabotage {
        what: "users aren't found by their groups",
        checks: &["SC-149"],
        fault: Fault::Instead(|request| refuse(request, "groups.value")),
    },
    Sabotage {
        what: "members aren't compared by themselves",
        checks: &["SC-149b"],
        fault: Fault::Instead(|request| refuse(request, "members%20eq")),
    },
    Sabotage {
        what: "URNs before names aren't known",
        checks: &["SC-139", "SC-139b"],
        fault: Fault::Instead(|request| refuse(request, "User%3A")),
    },
    Sabotage {
        what: "URNs are exact to their case",
        checks: &["SC-139", "SC-139b"],
        fault: Fault::Instead(|request| refuse(request, "URN%3A")),
    },
    Sabotage {
        what: "external ids aren't searched",
        checks: &["SC-148"],
        fault: Fault::Instead(|request| refuse(request, "externalId%20eq")),
    },
    Sabotage {
        what: "nobody is a User",
        checks: &["SC-148"],
        fault: Fault::Instead(|request| filter(request).contains("resourceType").then(nothing)),
    },
    Sabotage {
        what: "schemas are those of the first",
        checks: &["SC-148b"],
        fault: Fault::Request(|request| read_as(request, "extension%3Aenterprise", "core")),
    },
    Sabotage {
        what: "an attribute of an extension needs its URN",
        checks: &["SC-156"],
        fault: Fault::Instead(|request| {
            let names = ["department%20eq", "employeeNumber%20eq"];
            names.iter().any(|name| filter(request).starts_with(name)).then(|| refusal(400, "invalidFilter"))
        }),
    },
    Sabotage {
        what: "managers can't be compared",
        checks: &["SC-155"],
        fault: Fault::Instead(|request| refuse(request, "manager%20eq")),
    },
    Sabotage {
        what: "managers aren't compared",
        checks: &["SC-155"],
        fault: Fault::Request(|request| read_as(request, "manager%20eq", "displayName%20ne")),
    },
];

/// Those of what is refused.
pub const REFUSED: &[Sabotage] = &[
    Sabotage {
        what: "a filter that can't be read finds everybody",
        checks: &["SC-146", "SC-147", "SC-147b"],
        fault: Fault::Answer(|request, response| {
            if !filter(request).is_empty() && response.status == 400 {
                *response = nothing();
                on(request, response, "/Users", |list| list["totalResults"] = json!(12));
            }
        }),
    },
    Sabotage {
        what: "a filter that can't be read is an invalid value",
        checks: &["SC-146", "SC-147b"],
        fault: Fault::Answer(|request, response| {
            if !filter(request).is_empty() && response.status == 400 {
                *response = refusal(400, "invalidValue");
            }
        }),
    },
    Sabotage {
        what: "an open bracket is closed for the client",
        checks: &["SC-146"],
        fault: Fault::Request(|request| {
            change_parameter(request, "filter", |filter| {
                let is_open = filter.matches("%28").count() > filter.matches("%29").count();
                Some(if is_open { format!("{filter}%29") } else { filter.to_owned() })
            });
        }),
    },
    Sabotage {
        what: "deep filters overflow",
        checks: &["SC-152"],
        fault: Fault::Instead(|request| {
            let is_deep = path(request) == "/Users/.search" && request.body.windows(4).any(|part| part == b"((((");
            is_deep.then(|| refusal(500, ""))
        }),
    },
    Sabotage {
        what: "the beginning of a password is found",
        checks: &["SC-153"],
        fault: Fault::Request(|request| {
            change_parameter(request, "filter", |filter| {
                Some(filter.split("%20and%20password").next().unwrap_or_default().to_owned())
            });
        }),
    },
    Sabotage {
        what: "a search for who can't exist is not found",
        checks: &["SC-155b"],
        fault: Fault::Answer(|request, response| {
            if filter(request).contains("f0f0f0f0") && response.json()["totalResults"] == 0 {
                *response = refusal(404, "");
            }
        }),
    },
];
