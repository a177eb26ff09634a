//! Sabotages of making users and groups, and of what is unique about them.

use std::sync::Mutex;

use koppelvlak_conformance::probe::nonce;
use serde_json::Value;

use super::Sabotage;
use super::scim_bodies::{answered, is, rewrite, sent, set_header};
use super::scim_edits::{on, path, refusal, remove};
use crate::proxy::{Fault, edit};

/// Those of what is answered.
pub const ANSWERS: &[Sabotage] = &[
    Sabotage {
        what: "what is made is answered by 200",
        checks: &["SC-050", "SC-051"],
        fault: Fault::Answer(|request, response| {
            if request.method == "POST" && response.status == 201 {
                response.status = 200;
            }
        }),
    },
    Sabotage {
        what: "what is made is answered without a body",
        checks: &["SC-050"],
        fault: Fault::Answer(|request, response| {
            if request.method == "POST" && response.status == 201 {
                response.body.clear();
            }
        }),
    },
    Sabotage {
        what: "a user without an address is refused",
        checks: &["SC-050b"],
        fault: Fault::Instead(|request| {
            let lacks_emails = is(request, "POST", "/Users") && sent(request).get("emails").is_none();
            lacks_emails.then(|| refusal(400, "invalidValue"))
        }),
    },
    Sabotage {
        what: "the Location of a new resource is the collection's",
        checks: &["SC-051"],
        fault: Fault::Answer(|request, response| {
            if request.method == "POST" && response.status == 201 {
                set_header(response, "location", &request.url);
            }
        }),
    },
    Sabotage {
        what: "a new group isn't told where it is",
        checks: &["SC-051"],
        fault: Fault::Answer(|request, response| {
            answered(request, response, ("POST", "/Groups"), |group| remove(&mut group["meta"], "location"));
        }),
    },
    Sabotage {
        what: "the address of a new user leads nowhere",
        checks: &["SC-051"],
        fault: Fault::Answer(|request, response| {
            let nowhere = format!("{}/nowhere", request.url);
            if is(request, "POST", "/Users") && response.status == 201 {
                set_header(response, "location", &nowhere);
            }
            answered(request, response, ("POST", "/Users"), |user| user["meta"]["location"] = nowhere.into());
        }),
    },
    Sabotage {
        what: "a new group is of the type User",
        checks: &["SC-052"],
        fault: Fault::Answer(|request, response| {
            answered(request, response, ("POST", "/Groups"), |group| group["meta"]["resourceType"] = "User".into());
        }),
    },
    Sabotage {
        what: "a new user was changed before it was made",
        checks: &["SC-052"],
        fault: Fault::Answer(|request, response| {
            answered(request, response, ("POST", "/Users"), |user| {
                user["meta"]["lastModified"] = "2020-01-01T00:00:00Z".into();
            });
        }),
    },
    Sabotage {
        what: "a new user was made on a day without a time",
        checks: &["SC-052"],
        fault: Fault::Answer(|request, response| {
            answered(request, response, ("POST", "/Users"), |user| user["meta"]["created"] = "2020-01-01".into());
        }),
    },
    Sabotage {
        what: "a client chooses the id of its user",
        checks: &["SC-053"],
        fault: Fault::Answer(|request, response| {
            if let Some(id) = sent(request).get("id") {
                answered(request, response, ("POST", "/Users"), |user| user["id"] = id.clone());
            }
        }),
    },
    Sabotage {
        what: "a client chooses when its user was made",
        checks: &["SC-053"],
        fault: Fault::Answer(|request, response| {
            if let Some(created) = sent(request).pointer("/meta/created") {
                answered(request, response, ("POST", "/Users"), |user| user["meta"]["created"] = created.clone());
            }
        }),
    },
    Sabotage {
        what: "a client chooses the groups of its user",
        checks: &["SC-053"],
        fault: Fault::Answer(|request, response| {
            static SENT: Mutex<Value> = Mutex::new(Value::Null);
            if let Some(groups) = sent(request).get("groups") {
                *SENT.lock().unwrap() = groups.clone();
            }
            let at = path(request).to_owned();
            if at.starts_with("/Users/") {
                on(request, response, &at, |user| user["groups"] = SENT.lock().unwrap().clone());
            }
        }),
    },
    Sabotage {
        what: "a new user is answered with its password",
        checks: &["SC-057"],
        fault: Fault::Answer(|request, response| {
            if let Some(password) = sent(request).get("password") {
                answered(request, response, ("POST", "/Users"), |user| user["password"] = password.clone());
            }
        }),
    },
    Sabotage {
        what: "who asks for passwords is shown what stands for them",
        checks: &["SC-057"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("attributes=password") {
                edit(response, |user| user["password"] = "********".into());
            }
        }),
    },
    Sabotage {
        what: "a search shows passwords",
        checks: &["SC-057"],
        fault: Fault::Answer(|request, response| {
            if path(request) == "/Users/.search" {
                edit(response, |list| list["Resources"][0]["password"] = "".into());
            }
        }),
    },
    Sabotage {
        what: "a password is answered when it is replaced",
        checks: &["SC-057"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PUT" {
                edit(response, |user| user["password"] = sent(request)["password"].clone());
            }
        }),
    },
    Sabotage {
        what: "a password is answered when it is changed",
        checks: &["SC-057"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PATCH" {
                response.status = 200;
                response.body = request.body.clone();
            }
        }),
    },
    Sabotage {
        what: "who makes a resource can't choose attributes",
        checks: &["SC-070"],
        fault: Fault::Request(|request| {
            if request.method == "POST" {
                request.url = request.url.split('?').next().unwrap_or_default().to_owned();
            }
        }),
    },
    Sabotage {
        what: "who makes a resource can't leave out attributes",
        checks: &["SC-070"],
        fault: Fault::Request(|request| {
            if request.method == "POST" && request.url.contains("excludedAttributes") {
                request.url = request.url.split('?').next().unwrap_or_default().to_owned();
            }
        }),
    },
];

/// Those of what is unique.
pub const UNIQUENESS: &[Sabotage] = &[
    Sabotage {
        what: "user names needn't be unique",
        checks: &["SC-055", "SC-055b", "SC-074"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Users", |user| user["userName"] = nonce().into());
        }),
    },
    Sabotage {
        what: "user names that differ in case are two",
        checks: &["SC-055b"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Users", |user| {
                if user["userName"].as_str().is_some_and(|name| name.starts_with("CONFORMANCE")) {
                    user["userName"] = nonce().into();
                }
            });
        }),
    },
    Sabotage {
        what: "a clash is a bad request",
        checks: &["SC-055", "SC-055b", "SC-074"],
        fault: Fault::Answer(|_, response| {
            if response.status == 409 {
                *response = refusal(400, "uniqueness");
            }
        }),
    },
    Sabotage {
        what: "a clash isn't called one",
        checks: &["SC-055", "SC-055b"],
        fault: Fault::Answer(|_, response| {
            if response.status == 409 {
                edit(response, |error| remove(error, "scimType"));
            }
        }),
    },
    Sabotage {
        what: "who makes a user that there is gets that one",
        checks: &["SC-055"],
        fault: Fault::Answer(|_, response| {
            if response.status == 409 {
                response.status = 200;
            }
        }),
    },
    Sabotage {
        what: "names of deleted users stay taken",
        checks: &["SC-056"],
        fault: Fault::Instead(|request| {
            static TAKEN: Mutex<Vec<String>> = Mutex::new(Vec::new());
            let name = sent(request).get("userName")?.as_str()?.to_owned();
            let mut taken = TAKEN.lock().unwrap();
            if taken.contains(&name) {
                return Some(refusal(409, "uniqueness"));
            }
            taken.push(name);
            None
        }),
    },
    Sabotage {
        what: "a user who is made again gets the id of the deleted one",
        checks: &["SC-072"],
        fault: Fault::Answer(|request, response| {
            static FIRST: Mutex<Option<Value>> = Mutex::new(None);
            answered(request, response, ("POST", "/Users"), |user| {
                user["id"] = FIRST.lock().unwrap().get_or_insert_with(|| user["id"].clone()).clone();
            });
        }),
    },
    Sabotage {
        what: "a group has the id of a user",
        checks: &["SC-072"],
        fault: Fault::Answer(|request, response| {
            static USER: Mutex<Value> = Mutex::new(Value::Null);
            answered(request, response, ("POST", "/Users"), |user| *USER.lock().unwrap() = user["id"].clone());
            answered(request, response, ("POST", "/Groups"), |group| group["id"] = USER.lock().unwrap().clone());
        }),
    },
    Sabotage {
        what: "an externalId that another user has is a clash",
        checks: &["SC-073"],
        fault: Fault::Instead(|request| {
            static TAKEN: Mutex<Vec<Value>> = Mutex::new(Vec::new());
            let id = sent(request).get("externalId")?.clone();
            let mut taken = TAKEN.lock().unwrap();
            if taken.contains(&id) {
                return Some(refusal(409, "uniqueness"));
            }
            taken.push(id);
            None
        }),
    },
];
