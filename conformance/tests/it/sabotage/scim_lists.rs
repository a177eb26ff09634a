//! Sabotages of reading and listing over SCIM.

use koppelvlak_conformance::exchange::Request;
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::{change_parameter, parameter};
use super::scim_edits::{is_below, list, path, refusal, remove, resources};
use crate::proxy::{Fault, answer, edit};

fn is_list(request: &Request) -> bool {
    matches!(path(request), "/Users" | "/Groups") && request.method == "GET"
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "who isn't there is an empty object",
        checks: &["SC-081", "SC-081b"],
        fault: Fault::Answer(|request, response| {
            if response.status == 404 && request.method == "GET" {
                *response = answer(200, "application/scim+json", &json!({}));
            }
        }),
    },
    Sabotage {
        what: "a user is found among the groups",
        checks: &["SC-081"],
        fault: Fault::Request(|request| {
            if is_below(request, "/Groups/") {
                request.url = request.url.replace("/Groups/", "/Users/");
            }
        }),
    },
    Sabotage {
        what: "who is deleted stays",
        checks: &["SC-081b"],
        fault: Fault::Instead(|request| (request.method == "DELETE").then(|| answer(204, "", &Value::Null))),
    },
    Sabotage {
        what: "totalResults is a text",
        checks: &["SC-082"],
        fault: Fault::Answer(|request, response| {
            if is_list(request) {
                edit(response, |list| list["totalResults"] = list["totalResults"].to_string().into());
            }
        }),
    },
    Sabotage {
        what: "lists have another name for their resources",
        checks: &["SC-082"],
        fault: Fault::Answer(|request, response| {
            if is_list(request) {
                edit(response, |list| {
                    list["resources"] = list["Resources"].take();
                    remove(list, "Resources");
                });
            }
        }),
    },
    Sabotage {
        what: "a list doesn't say that it is one",
        checks: &["SC-082"],
        fault: Fault::Answer(|request, response| {
            if is_list(request) {
                edit(response, |list| remove(list, "schemas"));
            }
        }),
    },
    Sabotage {
        what: "a search without a match is not found",
        checks: &["SC-083", "SC-083b"],
        fault: Fault::Answer(|request, response| {
            if is_list(request) && response.json()["totalResults"] == 0 {
                *response = refusal(404, "");
            }
        }),
    },
    Sabotage {
        what: "an empty list has no Resources",
        checks: &["SC-083b"],
        fault: Fault::Answer(|request, response| {
            if is_list(request) && response.json()["totalResults"] == 0 {
                edit(response, |list| remove(list, "Resources"));
            }
        }),
    },
    Sabotage {
        what: "itemsPerPage is the size of pages, not of the page",
        checks: &["SC-084b"],
        fault: Fault::Answer(|request, response| {
            if is_list(request) {
                edit(response, |list| list["itemsPerPage"] = json!(200));
            }
        }),
    },
    Sabotage {
        what: "parts of lists start at 0",
        checks: &["SC-084", "SC-084b"],
        fault: Fault::Answer(|request, response| {
            if is_list(request) {
                edit(response, |list| list["startIndex"] = json!(list["startIndex"].as_u64().unwrap_or(1) - 1));
            }
        }),
    },
    Sabotage {
        what: "a part of a list doesn't tell its size",
        checks: &["SC-084"],
        fault: Fault::Answer(|request, response| {
            if is_list(request) && parameter(request, "count") == Some("1") {
                edit(response, |list| remove(list, "itemsPerPage"));
            }
        }),
    },
    Sabotage {
        what: "who isn't active is not found",
        checks: &["SC-085"],
        fault: Fault::Answer(|request, response| {
            if request.method == "GET" && response.json()["active"] == false {
                *response = refusal(404, "");
            }
        }),
    },
    Sabotage {
        what: "searches pass over who isn't active",
        checks: &["SC-085"],
        fault: Fault::Request(|request| {
            change_parameter(request, "filter", |filter| Some(format!("{filter}%20and%20active%20eq%20true")));
        }),
    },
    Sabotage {
        what: "lists show no names",
        checks: &["SC-086"],
        fault: Fault::Answer(|request, response| {
            if is_list(request) {
                list(response, |all| all.iter_mut().for_each(|one| remove(one, "displayName")));
            }
        }),
    },
    Sabotage {
        what: "versions in lists lag behind",
        checks: &["SC-086"],
        fault: Fault::Answer(|request, response| {
            if is_list(request) {
                resources(response, |one| one["meta"]["version"] = json!("W/\"0\""));
            }
        }),
    },
    Sabotage {
        what: "ids are looked up in any case",
        checks: &["SC-087"],
        fault: Fault::Request(|request| {
            if let Some((start, id)) = request.url.clone().split_once("/Users/") {
                request.url = format!("{start}/Users/{}", id.to_lowercase());
            }
        }),
    },
];
