//! Sabotages of what comes back over SCIM, and of searches by POST.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::{change_parameter, drop_parameter, parameter};
use super::scim_edits::{is_below, list, nothing, path, refusal, remove, resources};
use crate::proxy::{Fault, answer, edit};

fn asked(request: &Request) -> &str {
    parameter(request, "attributes").unwrap_or_default()
}

fn excluded(request: &Request) -> &str {
    parameter(request, "excludedAttributes").unwrap_or_default()
}

/// Changes the body of a search by POST.
fn searched(request: &mut Request, change: fn(&mut Value)) {
    if path(request).ends_with("/.search") && request.method == "POST" {
        let mut body: Value = serde_json::from_slice(&request.body).unwrap();
        change(&mut body);
        request.body = body.to_string().into_bytes();
    }
}

fn show(response: &mut Response, name: &str) {
    resources(response, |one| one[name] = json!("x"));
}

/// Those of what comes back.
pub const SHOWN: &[Sabotage] = &[
    Sabotage {
        what: "attributes isn't read",
        checks: &["SC-160", "SC-162", "SC-162b", "SC-162c", "SC-163", "SC-163b", "SC-164"],
        fault: Fault::Request(|request| drop_parameter(request, "attributes")),
    },
    Sabotage {
        what: "excludedAttributes isn't read",
        checks: &["SC-161", "SC-163", "SC-165"],
        fault: Fault::Request(|request| drop_parameter(request, "excludedAttributes")),
    },
    Sabotage {
        what: "schemas must be asked for",
        checks: &["SC-160", "SC-161b"],
        fault: Fault::Answer(|request, response| {
            if !asked(request).is_empty() || excluded(request).contains("schemas") {
                resources(response, |one| remove(one, "schemas"));
            }
        }),
    },
    Sabotage {
        what: "the id can be taken away",
        checks: &["SC-161b"],
        fault: Fault::Answer(|request, response| {
            if excluded(request).contains("id%2C") {
                resources(response, |one| remove(one, "id"));
            }
        }),
    },
    Sabotage {
        what: "what is taken away takes names with it",
        checks: &["SC-161"],
        fault: Fault::Answer(|request, response| {
            if !excluded(request).is_empty() {
                resources(response, |one| remove(one, "userName"));
            }
        }),
    },
    Sabotage {
        what: "a part stands for the whole attribute",
        checks: &["SC-162"],
        fault: Fault::Request(|request| {
            change_parameter(request, "attributes", |names| {
                Some(names.replace("emails.value", "emails").replace("name.givenName", "name"))
            });
        }),
    },
    Sabotage {
        what: "names of attributes are exact to their case",
        checks: &["SC-162b"],
        fault: Fault::Request(|request| {
            change_parameter(request, "attributes", |names| Some(names.replace("DISPLAYNAME", "nosuch")));
        }),
    },
    Sabotage {
        what: "an extension has no name of its own",
        checks: &["SC-162c"],
        fault: Fault::Request(|request| {
            change_parameter(request, "attributes", |names| Some(names.replace("enterprise", "nosuch")));
        }),
    },
    Sabotage {
        what: "lists show everything",
        checks: &["SC-163"],
        fault: Fault::Request(|request| {
            if path(request) == "/Users" && request.method == "GET" {
                drop_parameter(request, "attributes");
            }
        }),
    },
    Sabotage {
        what: "who PATCHes gets all back",
        checks: &["SC-163b"],
        fault: Fault::Request(|request| {
            if request.method == "PATCH" {
                drop_parameter(request, "attributes");
            }
        }),
    },
    Sabotage {
        what: "an unknown attribute is refused",
        checks: &["SC-164"],
        fault: Fault::Instead(|request| {
            let is_unknown = asked(request).contains("nosuch") || excluded(request).contains("nosuch");
            is_unknown.then(|| refusal(400, "invalidValue"))
        }),
    },
    Sabotage {
        what: "groups show their members always",
        checks: &["SC-165"],
        fault: Fault::Request(|request| {
            if is_below(request, "/Groups") {
                drop_parameter(request, "excludedAttributes");
            }
        }),
    },
    Sabotage {
        what: "what is asked for and taken away at once is too much",
        checks: &["SC-166"],
        fault: Fault::Instead(|request| {
            (!asked(request).is_empty() && !excluded(request).is_empty()).then(|| refusal(500, ""))
        }),
    },
    Sabotage {
        what: "passwords come on request",
        checks: &["SC-167"],
        fault: Fault::Answer(|request, response| {
            if asked(request).contains("password") {
                show(response, "password");
            }
        }),
    },
    Sabotage {
        what: "what is returned on request comes unasked",
        checks: &["SC-167"],
        fault: Fault::Answer(|request, response| {
            if path(request) == "/Schemas" {
                list(response, |schemas| {
                    for attribute in schemas.iter_mut().flat_map(|one| one["attributes"].as_array_mut().unwrap()) {
                        if attribute["name"] == "displayName" {
                            attribute["returned"] = json!("request");
                        }
                    }
                });
            }
        }),
    },
];

/// Those of searches by POST, and of `/Me`.
pub const SEARCHED: &[Sabotage] = &[
    Sabotage {
        what: "a search by POST starts at the first",
        checks: &["SC-170"],
        fault: Fault::Request(|request| searched(request, |body| remove(body, "startIndex"))),
    },
    Sabotage {
        what: "a search by POST doesn't filter",
        checks: &["SC-170", "SC-172", "SC-173"],
        fault: Fault::Request(|request| searched(request, |body| remove(body, "filter"))),
    },
    Sabotage {
        what: "a search by POST doesn't sort",
        checks: &["SC-170"],
        fault: Fault::Request(|request| searched(request, |body| remove(body, "sortBy"))),
    },
    Sabotage {
        what: "a search by POST shows everything",
        checks: &["SC-170"],
        fault: Fault::Request(|request| searched(request, |body| remove(body, "attributes"))),
    },
    Sabotage {
        what: "a search at the root is one of users",
        checks: &["SC-171"],
        fault: Fault::Request(|request| {
            if path(request) == "/.search" {
                request.url = request.url.replace("/.search", "/Users/.search");
            }
        }),
    },
    Sabotage {
        what: "a search at the root doesn't say what is what",
        checks: &["SC-171"],
        fault: Fault::Answer(|request, response| {
            if path(request) == "/.search" {
                list(response, |all| all.iter_mut().for_each(|one| remove(one, "schemas")));
            }
        }),
    },
    Sabotage {
        what: "a filter at the root finds nothing",
        checks: &["SC-172", "SC-173"],
        fault: Fault::Instead(|request| (path(request) == "/.search").then(nothing)),
    },
    Sabotage {
        what: "parameters of wrong types are passed over",
        checks: &["SC-174"],
        fault: Fault::Answer(|request, response| {
            if path(request) == "/Users/.search" && response.status == 400 {
                *response = nothing();
            }
        }),
    },
    Sabotage {
        what: ".search is a user whom nobody knows",
        checks: &["SC-175"],
        fault: Fault::Answer(|request, response| {
            if request.method == "GET" && path(request) == "/Users/.search" {
                *response = refusal(404, "");
            }
        }),
    },
    Sabotage {
        what: "/Me is somebody, somewhere",
        checks: &["SC-176"],
        fault: Fault::Instead(|request| {
            (path(request) == "/Me").then(|| answer(200, "application/scim+json", &json!({"id": "1"})))
        }),
    },
    Sabotage {
        what: "/Me is a fault",
        checks: &["SC-176"],
        fault: Fault::Answer(|request, response| {
            if path(request) == "/Me" {
                edit(response, |body| body["status"] = json!("500"));
                response.status = 500;
            }
        }),
    },
];
