//! Sabotages of what a server says of itself over SCIM.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::{drop_header, drop_parameter};
use super::scim_edits::{MEDIA_TYPE, list, on, path, remove};
use crate::proxy::{Fault, answer};

const CONFIG: &str = "/ServiceProviderConfig";
const TYPES: &str = "/ResourceTypes";

fn is_discovery(request: &Request) -> bool {
    [CONFIG, TYPES, "/Schemas"].iter().any(|start| path(request).starts_with(start))
}

fn types(request: &Request, response: &mut Response, change: fn(&mut Value)) {
    if path(request) == TYPES {
        list(response, |types| types.iter_mut().for_each(change));
    }
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "/ServiceProviderConfig is a list",
        checks: &["SC-001"],
        fault: Fault::Answer(|request, response| {
            on(request, response, CONFIG, |config| {
                *config = json!({"schemas": config["schemas"], "Resources": [config.clone()]});
            });
        }),
    },
    Sabotage {
        what: "/ServiceProviderConfig doesn't mention sorting",
        checks: &["SC-002"],
        fault: Fault::Answer(|request, response| on(request, response, CONFIG, |config| remove(config, "sort"))),
    },
    Sabotage {
        what: "whether there is bulk is said in words",
        checks: &["SC-002"],
        fault: Fault::Answer(|request, response| {
            on(request, response, CONFIG, |config| config["bulk"]["supported"] = json!("true"));
        }),
    },
    Sabotage {
        what: "the first authentication scheme has no type",
        checks: &["SC-003"],
        fault: Fault::Answer(|request, response| {
            on(request, response, CONFIG, |config| remove(&mut config["authenticationSchemes"][0], "type"));
        }),
    },
    Sabotage {
        what: "the limits of bulk aren't told",
        checks: &["SC-004"],
        fault: Fault::Answer(|request, response| {
            on(request, response, CONFIG, |config| remove(&mut config["bulk"], "maxOperations"));
        }),
    },
    Sabotage {
        what: "the resource type User has no endpoint",
        checks: &["SC-005"],
        fault: Fault::Answer(|request, response| {
            types(request, response, |one| {
                if one["name"] == "User" {
                    remove(one, "endpoint");
                }
            });
        }),
    },
    Sabotage {
        what: "resource types can't be read one by one",
        checks: &["SC-006"],
        fault: Fault::Answer(|request, response| {
            if path(request).starts_with("/ResourceTypes/") {
                response.status = 404;
            }
        }),
    },
    Sabotage {
        what: "a resource type by itself lacks its extensions",
        checks: &["SC-006"],
        fault: Fault::Answer(|request, response| {
            on(request, response, "/ResourceTypes/User", |one| remove(one, "schemaExtensions"));
        }),
    },
    Sabotage {
        what: "resource types have numbers for ids",
        checks: &["SC-007"],
        fault: Fault::Answer(|request, response| types(request, response, |one| one["id"] = json!("7"))),
    },
    Sabotage {
        what: "an unknown resource type is answered by the list of all",
        checks: &["SC-010"],
        fault: Fault::Request(|request| {
            if let Some(end) = request.url.find("/None") {
                request.url.truncate(end);
            }
        }),
    },
    Sabotage {
        what: "unknown schemas are an empty object",
        checks: &["SC-010"],
        fault: Fault::Instead(|request| {
            path(request).starts_with("/Schemas/urn:example").then(|| answer(200, MEDIA_TYPE, &json!({})))
        }),
    },
    Sabotage {
        what: "filters on discovery are ignored",
        checks: &["SC-011"],
        fault: Fault::Request(|request| {
            if is_discovery(request) {
                drop_parameter(request, "filter");
            }
        }),
    },
    Sabotage {
        what: "/Schemas is paged",
        checks: &["SC-012"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("count=1") {
                list(response, |schemas| schemas.truncate(1));
            }
        }),
    },
    Sabotage {
        what: "PUT of /ServiceProviderConfig is answered as if it were GET",
        checks: &["SC-013", "SC-013b"],
        fault: Fault::Request(|request| {
            if path(request) == CONFIG && request.method == "PUT" {
                request.method = "GET".to_owned();
            }
        }),
    },
    Sabotage {
        what: "405 comes without Allow",
        checks: &["SC-013b"],
        fault: Fault::Answer(|_, response| drop_header(response, "allow")),
    },
    Sabotage {
        what: "what isn't there is null in /ResourceTypes",
        checks: &["SC-015"],
        fault: Fault::Answer(|request, response| types(request, response, |one| one["description"] = Value::Null)),
    },
    Sabotage {
        what: "strangers are forbidden to read /ServiceProviderConfig",
        checks: &["SC-017"],
        fault: Fault::Answer(|request, response| {
            if request.header_value("authorization").is_none() {
                response.status = 403;
            }
        }),
    },
    Sabotage {
        what: "tokens aren't looked at where everybody may read",
        checks: &["SC-017b"],
        fault: Fault::Request(|request| {
            if path(request) == CONFIG {
                request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
            }
        }),
    },
];
