//! Sabotages of the schemas of SCIM, and of what is said about features.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::scim_edits::{is_below, list, on, path, refusal, remove};
use crate::proxy::{Fault, answer};

const CONFIG: &str = "/ServiceProviderConfig";

/// Edits an attribute of the schema whose URN ends so, in the list of all.
fn attribute(request: &Request, response: &mut Response, (schema, name): (&str, &str), change: fn(&mut Value)) {
    if path(request) != "/Schemas" {
        return;
    }
    list(response, |schemas| {
        for one in schemas.iter_mut().filter(|one| one["id"].as_str().unwrap().ends_with(schema)) {
            let attributes = one["attributes"].as_array_mut().unwrap();
            attributes.iter_mut().filter(|attribute| attribute["name"] == name).for_each(change);
        }
    });
}

const USER: &str = "core:2.0:User";

fn is_schema(request: &Request) -> bool {
    is_below(request, "/Schemas/")
}

fn say(request: &Request, response: &mut Response, feature: &str, is_supported: bool) {
    on(request, response, CONFIG, |config| config[feature]["supported"] = json!(is_supported));
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "the enterprise extension isn't among the schemas",
        checks: &["SC-008"],
        fault: Fault::Answer(|request, response| {
            if path(request) == "/Schemas" {
                list(response, |schemas| {
                    schemas.retain(|one| !one["id"].as_str().unwrap().contains("enterprise"));
                });
            }
        }),
    },
    Sabotage {
        what: "schemas are read by their names",
        checks: &["SC-009"],
        fault: Fault::Answer(|request, response| {
            if is_schema(request) {
                response.status = 404;
            }
        }),
    },
    Sabotage {
        what: "percent-encoded URNs are unknown",
        checks: &["SC-009"],
        fault: Fault::Answer(|request, response| {
            if is_schema(request) && request.url.contains("%3A") {
                *response = refusal(404, "");
            }
        }),
    },
    Sabotage {
        what: "a schema by itself is a list of one",
        checks: &["SC-009", "SC-009b"],
        fault: Fault::Answer(|request, response| {
            if is_schema(request) {
                let urn = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
                let body = json!({"schemas": [urn], "totalResults": 1, "Resources": [response.json()]});
                *response = answer(200, "application/scim+json", &body);
            }
        }),
    },
    Sabotage {
        what: "URNs in capitals are unknown",
        checks: &["SC-009b"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/URN:") {
                *response = refusal(404, "");
            }
        }),
    },
    Sabotage {
        what: "attributes have types of another language",
        checks: &["SC-014"],
        fault: Fault::Answer(|request, response| {
            attribute(request, response, (USER, "userName"), |one| one["type"] = json!("varchar"));
        }),
    },
    Sabotage {
        what: "emails has no sub-attributes",
        checks: &["SC-014"],
        fault: Fault::Answer(|request, response| {
            attribute(request, response, (USER, "emails"), |one| remove(one, "subAttributes"));
        }),
    },
    Sabotage {
        what: "whether there are several nicknames isn't said",
        checks: &["SC-014"],
        fault: Fault::Answer(|request, response| {
            attribute(request, response, (USER, "nickName"), |one| remove(one, "multiValued"));
        }),
    },
    Sabotage {
        what: "active is a text",
        checks: &["SC-016"],
        fault: Fault::Answer(|request, response| {
            attribute(request, response, (USER, "active"), |one| one["type"] = json!("string"));
        }),
    },
    Sabotage {
        what: "there is one email address",
        checks: &["SC-016"],
        fault: Fault::Answer(|request, response| {
            attribute(request, response, (USER, "emails"), |one| one["multiValued"] = json!(false));
        }),
    },
    Sabotage {
        what: "passwords are returned if asked for",
        checks: &["SC-016", "SC-016b"],
        fault: Fault::Answer(|request, response| {
            attribute(request, response, (USER, "password"), |one| one["returned"] = json!("request"));
        }),
    },
    Sabotage {
        what: "user names are unique to the case of their letters",
        checks: &["SC-016b"],
        fault: Fault::Answer(|request, response| {
            attribute(request, response, (USER, "userName"), |one| one["caseExact"] = json!(true));
        }),
    },
    Sabotage {
        what: "user names aren't unique",
        checks: &["SC-016b"],
        fault: Fault::Answer(|request, response| {
            attribute(request, response, (USER, "userName"), |one| remove(one, "uniqueness"));
        }),
    },
    Sabotage {
        what: "groups of a user can be written",
        checks: &["SC-016b"],
        fault: Fault::Answer(|request, response| {
            attribute(request, response, (USER, "groups"), |one| one["mutability"] = json!("readWrite"));
        }),
    },
    Sabotage {
        what: "the list of schemas has that of lists",
        checks: &["SC-019"],
        fault: Fault::Answer(|request, response| {
            if path(request) == "/Schemas" {
                let urn = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
                list(response, |schemas| schemas.push(json!({"id": urn, "attributes": []})));
            }
        }),
    },
    Sabotage {
        what: "roles have types of any kind",
        checks: &["SC-020"],
        fault: Fault::Answer(|request, response| {
            attribute(request, response, (USER, "roles"), |one| {
                for part in one["subAttributes"].as_array_mut().unwrap() {
                    remove(part, "canonicalValues");
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH is called unsupported and works",
        checks: &["SC-018"],
        fault: Fault::Answer(|request, response| {
            say(request, response, "patch", false);
            if request.method == "PATCH" {
                response.status = 200;
            }
        }),
    },
    Sabotage {
        what: "PATCH is called supported and isn't",
        checks: &["SC-018"],
        fault: Fault::Instead(|request| (request.method == "PATCH").then(|| refusal(501, ""))),
    },
    Sabotage {
        what: "bulk is called supported and isn't",
        checks: &["SC-018"],
        fault: Fault::Instead(|request| (path(request) == "/Bulk").then(|| refusal(501, ""))),
    },
    Sabotage {
        what: "bulk is called unsupported and works",
        checks: &["SC-018"],
        fault: Fault::Answer(|request, response| say(request, response, "bulk", false)),
    },
    Sabotage {
        what: "versions are called supported, and If-None-Match isn't read",
        checks: &["SC-018"],
        fault: Fault::Request(|request| {
            request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("if-none-match"));
        }),
    },
    Sabotage {
        what: "sorting is called supported, and sortOrder isn't read",
        checks: &["SC-018"],
        fault: Fault::Request(|request| request.url = request.url.replace("descending", "ascending")),
    },
    Sabotage {
        what: "filters are called supported and ignored",
        checks: &["SC-018"],
        fault: Fault::Request(|request| super::oneroster_edits::drop_parameter(request, "filter")),
    },
];
