//! Sabotages of discovery over SCIM.

use serde_json::json;

use super::Sabotage;
use crate::proxy::{Fault, answer, edit};

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "/ServiceProviderConfig is a list",
        checks: &["SC-001"],
        fault: Fault::Answer(|request, response| {
            if request.url.ends_with("/ServiceProviderConfig") {
                edit(response, |config| *config = json!({"schemas": config["schemas"], "Resources": [config.clone()]}));
            }
        }),
    },
    Sabotage {
        what: "the resource type User has no endpoint",
        checks: &["SC-005"],
        fault: Fault::Answer(|request, response| {
            if request.url.ends_with("/ResourceTypes") {
                edit(response, |list| {
                    for one in list["Resources"].as_array_mut().unwrap() {
                        if one["name"] == "User" {
                            one.as_object_mut().unwrap().remove("endpoint");
                        }
                    }
                });
            }
        }),
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
            request.url.contains("/Schemas/urn:example").then(|| answer(200, "application/scim+json", &json!({})))
        }),
    },
];
