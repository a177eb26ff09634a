//! Sabotages that clients in the field would stumble over.

use std::sync::Mutex;

use koppelvlak_conformance::exchange::Request;
use serde_json::{Value, json};

use super::Sabotage;
use super::scim_bodies::{answered, is, rewrite, sent, set_header};
use super::scim_edits::{list, path, refusal, remove};
use crate::proxy::{Fault, edit};

fn is_filtered(request: &Request) -> bool {
    request.method == "GET" && request.url.contains("filter=")
}

/// Those that Okta would stumble over.
pub const OKTA: &[Sabotage] = &[
    Sabotage {
        what: "a filter that finds nobody is answered by 404",
        checks: &["SC-953"],
        fault: Fault::Answer(|request, response| {
            if is_filtered(request) && response.json()["totalResults"] == 0 {
                *response = refusal(404, "");
            }
        }),
    },
    Sabotage {
        what: "application/json isn't taken",
        checks: &["SC-953", "SC-962", "SC-963", "SC-965"],
        fault: Fault::Instead(|request| {
            let is_json = request.header_value("content-type") == Some("application/json");
            is_json.then(|| refusal(415, ""))
        }),
    },
    Sabotage {
        what: "numbers of a page are texts",
        checks: &["SC-953"],
        fault: Fault::Answer(|request, response| {
            if request.method == "GET" && path(request) == "/Users" {
                edit(response, |list| list["itemsPerPage"] = list["itemsPerPage"].to_string().into());
            }
        }),
    },
    Sabotage {
        what: "refusals don't say why",
        checks: &["SC-953"],
        fault: Fault::Answer(|_, response| {
            if response.status >= 400 {
                edit(response, |error| remove(error, "detail"));
            }
        }),
    },
    Sabotage {
        what: "who brings no token is told in plain text",
        checks: &["SC-953"],
        fault: Fault::Answer(|_, response| {
            if response.status == 401 {
                response.body = b"unauthorized".to_vec();
            }
        }),
    },
    Sabotage {
        what: "a user who is made again is updated",
        checks: &["SC-953"],
        fault: Fault::Answer(|_, response| {
            if response.status == 409 {
                response.status = 200;
            }
        }),
    },
    Sabotage {
        what: "a new user isn't told to be active",
        checks: &["SC-953"],
        fault: Fault::Answer(|request, response| {
            answered(request, response, ("POST", "/Users"), |user| remove(user, "active"));
        }),
    },
    Sabotage {
        what: "a PUT with an id is refused",
        checks: &["SC-960", "SC-961", "SC-966", "SC-968"],
        fault: Fault::Instead(|request| {
            let has_id = request.method == "PUT" && sent(request).get("id").is_some();
            has_id.then(|| refusal(400, "mutability"))
        }),
    },
    Sabotage {
        what: "a PUT takes no `active`",
        checks: &["SC-960"],
        fault: Fault::Request(|request| {
            rewrite(request, "PUT", "/Users", |user| user["active"] = true.into());
        }),
    },
    Sabotage {
        what: "a PUT loses where a user lives",
        checks: &["SC-960"],
        fault: Fault::Request(|request| rewrite(request, "PUT", "/Users", |user| remove(user, "locale"))),
    },
    Sabotage {
        what: "who is inactive isn't found by name",
        checks: &["SC-960"],
        fault: Fault::Answer(|request, response| {
            if is_filtered(request) {
                list(response, |users| users.retain(|user| user["active"] != false));
            }
        }),
    },
    Sabotage {
        what: "a group without members is refused",
        checks: &["SC-961"],
        fault: Fault::Instead(|request| {
            let is_empty = is(request, "POST", "/Groups") && sent(request)["members"] == json!([]);
            is_empty.then(|| refusal(400, "invalidValue"))
        }),
    },
    Sabotage {
        what: "what a client calls a member is refused",
        checks: &["SC-961"],
        fault: Fault::Instead(|request| {
            sent(request).pointer("/members/0/display").map(|_| refusal(400, "mutability"))
        }),
    },
    Sabotage {
        what: "a group that has members can't be deleted",
        checks: &["SC-961"],
        fault: Fault::Instead(|request| is(request, "DELETE", "/Groups").then(|| refusal(409, ""))),
    },
];

/// Those that `HelloID` would stumble over.
pub const HELLOID: &[Sabotage] = &[
    Sabotage {
        what: "parts of a name that no schema has are refused",
        checks: &["SC-962"],
        fault: Fault::Instead(|request| {
            sent(request).pointer("/name/familyNamePrefix").map(|_| refusal(400, "invalidSyntax"))
        }),
    },
    Sabotage {
        what: "null in a name is refused",
        checks: &["SC-962"],
        fault: Fault::Instead(|request| {
            sent(request).pointer("/name/formatted")?.is_null().then(|| refusal(400, "invalidValue"))
        }),
    },
    Sabotage {
        what: "a PATCH is answered by 204",
        checks: &["SC-963"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PATCH" && response.status == 200 {
                response.status = 204;
                response.body.clear();
            }
        }),
    },
    Sabotage {
        what: "operations in capitals are unknown",
        checks: &["SC-963"],
        fault: Fault::Instead(|request| {
            let op = sent(request).pointer("/Operations/0/op")?.clone();
            (op == "Replace").then(|| refusal(400, "invalidSyntax"))
        }),
    },
    Sabotage {
        what: "who is disabled by a PATCH stays active",
        checks: &["SC-963"],
        fault: Fault::Answer(|request, response| {
            answered(request, response, ("GET", "/Users"), |user| user["active"] = true.into());
        }),
    },
    Sabotage {
        what: "a startIndex of 0 is refused",
        checks: &["SC-964"],
        fault: Fault::Instead(|request| request.url.contains("startIndex=0").then(|| refusal(400, "invalidValue"))),
    },
    Sabotage {
        what: "addresses are in the case of the standard",
        checks: &["SC-964", "SC-965"],
        fault: Fault::Instead(|request| {
            let is_small = path(request).starts_with("/users") || path(request).starts_with("/groups");
            is_small.then(|| refusal(404, ""))
        }),
    },
    Sabotage {
        what: "a startIndex of 0 leaves out the first user",
        checks: &["SC-964"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("startIndex=0") {
                list(response, |users| drop(users.remove(0)));
            }
        }),
    },
    Sabotage {
        what: "a member without a type isn't added",
        checks: &["SC-965"],
        fault: Fault::Answer(|request, response| {
            answered(request, response, ("GET", "/Groups"), |group| remove(group, "members"));
        }),
    },
];

/// Those that clients with an account of their own would stumble over.
pub const REGISTRARS: &[Sabotage] = &[
    Sabotage {
        what: "groups aren't found by their name",
        checks: &["SC-961", "SC-966"],
        fault: Fault::Answer(|request, response| {
            if is_filtered(request) && path(request) == "/Groups" {
                list(response, Vec::clear);
            }
        }),
    },
    Sabotage {
        what: "groups don't show their members",
        checks: &["SC-961", "SC-966"],
        fault: Fault::Answer(|request, response| {
            answered(request, response, ("GET", "/Groups"), |group| remove(group, "members"));
        }),
    },
    Sabotage {
        what: "a user who was deleted is gone for good",
        checks: &["SC-967"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PUT" && response.status == 404 {
                *response = refusal(410, "");
            }
        }),
    },
    Sabotage {
        what: "a user who was deleted can't be made again",
        checks: &["SC-967"],
        fault: Fault::Instead(|request| {
            static MADE: Mutex<Vec<Value>> = Mutex::new(Vec::new());
            let external = sent(request).get("externalId").filter(|_| request.method == "POST")?.clone();
            let mut made = MADE.lock().unwrap();
            if made.contains(&external) {
                return Some(refusal(409, "uniqueness"));
            }
            made.push(external);
            None
        }),
    },
    Sabotage {
        what: "addresses of users lead to another server",
        checks: &["SC-968"],
        fault: Fault::Answer(|request, response| {
            let elsewhere = format!("{}/elsewhere/1", request.url);
            if is(request, "POST", "/Users") && response.status == 201 {
                set_header(response, "location", &elsewhere);
            }
            answered(request, response, ("POST", "/Users"), |user| user["meta"]["location"] = elsewhere.into());
        }),
    },
    Sabotage {
        what: "lists don't show the ids that clients gave",
        checks: &["SC-968"],
        fault: Fault::Answer(|request, response| {
            if request.method == "GET" && path(request) == "/Users" {
                list(response, |users| users.iter_mut().for_each(|user| remove(user, "externalId")));
            }
        }),
    },
    Sabotage {
        what: "certificates that aren't are refused",
        checks: &["SC-968"],
        fault: Fault::Instead(|request| sent(request).get("x509Certificates").map(|_| refusal(400, "invalidValue"))),
    },
    Sabotage {
        what: "a filter has to name a part of an address",
        checks: &["SC-969"],
        fault: Fault::Instead(|request| request.url.contains("emails%20eq").then(|| refusal(400, "invalidFilter"))),
    },
    Sabotage {
        what: "a filter on a whole address finds nobody",
        checks: &["SC-969"],
        fault: Fault::Answer(|request, response| {
            if is_filtered(request) {
                list(response, Vec::clear);
            }
        }),
    },
];
