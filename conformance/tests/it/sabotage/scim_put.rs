//! Sabotages of replacing users and groups over SCIM.

use std::sync::Mutex;

use koppelvlak_conformance::exchange::Request;
use koppelvlak_conformance::probe::nonce;
use serde_json::{Value, json};

use super::Sabotage;
use super::scim_bodies::{answered, is, rewrite, sent};
use super::scim_edits::{MEDIA_TYPE, path, refusal, remove};
use crate::proxy::{Fault, answer, edit};

/// What was sent in the last POST to a collection that held it, told again for what was left out.
fn keep(kept: &Mutex<Value>, member: &str, request: &mut Request) {
    if let Some(value) = sent(request).get(member).filter(|_| request.method == "POST") {
        *kept.lock().unwrap() = value.clone();
    }
    let last = kept.lock().unwrap().clone();
    let fill = |body: &mut Value| {
        if body.get(member).is_none() {
            body[member] = last;
        }
    };
    if is(request, "PUT", "/Users") {
        rewrite(request, "PUT", "/Users", fill);
    } else {
        rewrite(request, "PUT", "/Groups", fill);
    }
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "a PUT answers what was sent, and changes nothing",
        checks: &["SC-270", "SC-277"],
        fault: Fault::Instead(|request| (request.method == "PUT").then(|| answer(200, MEDIA_TYPE, &sent(request)))),
    },
    Sabotage {
        what: "a PUT adds to lists",
        checks: &["SC-270"],
        fault: Fault::Answer(|request, response| {
            answered(request, response, ("PUT", "/Users"), |user| {
                user["emails"].as_array_mut().unwrap().push(json!({"value": "one@example.org"}));
            });
        }),
    },
    Sabotage {
        what: "a PUT keeps what it leaves out",
        checks: &["SC-270b"],
        fault: Fault::Request(|request| {
            static KEPT: Mutex<Value> = Mutex::new(Value::Null);
            keep(&KEPT, "title", request);
        }),
    },
    Sabotage {
        what: "users are active unless a PUT says something else",
        checks: &["SC-270c"],
        fault: Fault::Request(|request| {
            rewrite(request, "PUT", "/Users", |user| {
                if user.get("active").is_none() {
                    user["active"] = true.into();
                }
            });
        }),
    },
    Sabotage {
        what: "a PUT answers nothing",
        checks: &["SC-271", "SC-276"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PUT" && response.status == 200 {
                response.status = 204;
                response.body.clear();
            }
        }),
    },
    Sabotage {
        what: "a PUT answers only what was sent",
        checks: &["SC-271"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PUT" && response.status == 200 {
                response.body.clone_from(&request.body);
            }
        }),
    },
    Sabotage {
        what: "a version stays the same for good",
        checks: &["SC-271"],
        fault: Fault::Answer(|_, response| {
            edit(response, |resource| {
                if resource.pointer("/meta/version").is_some() {
                    resource["meta"]["version"] = "W/\"1\"".into();
                }
            });
        }),
    },
    Sabotage {
        what: "a PUT renames the resource",
        checks: &["SC-272"],
        fault: Fault::Answer(|request, response| {
            let id = sent(request).get("id").cloned();
            answered(request, response, ("PUT", "/Users"), |user| user["id"] = id.unwrap_or_default());
        }),
    },
    Sabotage {
        what: "a PUT sets when a user was made",
        checks: &["SC-272"],
        fault: Fault::Answer(|request, response| {
            let created = sent(request).pointer("/meta/created").cloned();
            answered(request, response, ("PUT", "/Users"), |user| {
                user["meta"]["created"] = created.unwrap_or_default();
            });
        }),
    },
    Sabotage {
        what: "a PUT of a user puts them into groups",
        checks: &["SC-272"],
        fault: Fault::Answer(|request, response| {
            static USER: Mutex<Value> = Mutex::new(Value::Null);
            answered(request, response, ("PUT", "/Users"), |user| *USER.lock().unwrap() = user["id"].clone());
            answered(request, response, ("GET", "/Groups"), |group| {
                group["members"] = json!([{"value": USER.lock().unwrap().clone()}]);
            });
        }),
    },
    Sabotage {
        what: "an attribute that is called immutable can be changed",
        checks: &["SC-273"],
        fault: Fault::Answer(|request, response| {
            if path(request).starts_with("/Schemas/") {
                edit(response, |schema| {
                    for attribute in schema["attributes"].as_array_mut().unwrap() {
                        if attribute["name"] == "nickName" {
                            attribute["mutability"] = "immutable".into();
                        }
                    }
                });
            }
        }),
    },
    Sabotage {
        what: "a PUT without a user name gives another",
        checks: &["SC-274"],
        fault: Fault::Request(|request| {
            rewrite(request, "PUT", "/Users", |user| {
                if user.get("userName").is_none() {
                    user["userName"] = nonce().into();
                }
            });
        }),
    },
    Sabotage {
        what: "a PUT without a user name is refused after it was carried out",
        checks: &["SC-274"],
        fault: Fault::Answer(|request, response| {
            if is(request, "GET", "/Users") {
                edit(response, |user| user["displayName"] = nonce().into());
            }
        }),
    },
    Sabotage {
        what: "a PUT may take the name of another user",
        checks: &["SC-274b"],
        fault: Fault::Request(|request| {
            rewrite(request, "PUT", "/Users", |user| user["userName"] = nonce().into());
        }),
    },
    Sabotage {
        what: "a clash of a PUT is a wrong value",
        checks: &["SC-274b"],
        fault: Fault::Answer(|_, response| {
            if response.status == 409 {
                *response = refusal(400, "invalidValue");
            }
        }),
    },
    Sabotage {
        what: "a PUT makes what there isn't",
        checks: &["SC-275"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PUT" && response.status == 404 {
                *response = answer(201, MEDIA_TYPE, &sent(request));
            }
        }),
    },
    Sabotage {
        what: "a PUT of what there isn't makes it without saying so",
        checks: &["SC-275"],
        fault: Fault::Answer(|request, response| {
            if is(request, "GET", "/Groups") && response.status == 404 {
                *response = answer(200, MEDIA_TYPE, &json!({}));
            }
        }),
    },
    Sabotage {
        what: "metadata in a PUT is refused",
        checks: &["SC-276"],
        fault: Fault::Instead(|request| {
            let is_refused = request.method == "PUT" && sent(request).get("meta").is_some();
            is_refused.then(|| refusal(400, "mutability"))
        }),
    },
    Sabotage {
        what: "a PUT of a group loses its members",
        checks: &["SC-276", "SC-277"],
        fault: Fault::Request(|request| {
            rewrite(request, "PUT", "/Groups", |group| remove(group, "members"));
        }),
    },
    Sabotage {
        what: "every PUT is a change",
        checks: &["SC-276b"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PUT" && response.status == 200 {
                edit(response, |resource| resource["meta"]["version"] = nonce().into());
            }
        }),
    },
    Sabotage {
        what: "the members of a PUT are added",
        checks: &["SC-277"],
        fault: Fault::Request(|request| {
            static MEMBERS: Mutex<Vec<Value>> = Mutex::new(Vec::new());
            if let Some(Value::Array(members)) = sent(request).get("members") {
                let mut all = MEMBERS.lock().unwrap();
                all.extend(members.iter().cloned());
                rewrite(request, "PUT", "/Groups", |group| group["members"] = all.iter().cloned().collect());
            }
        }),
    },
    Sabotage {
        what: "a PUT without members keeps them",
        checks: &["SC-277b"],
        fault: Fault::Request(|request| {
            static KEPT: Mutex<Value> = Mutex::new(Value::Null);
            keep(&KEPT, "members", request);
        }),
    },
    Sabotage {
        what: "a collection takes any method",
        checks: &["SC-278"],
        fault: Fault::Request(|request| {
            if request.method == "PUT" {
                request.method = "POST".to_owned();
            }
        }),
    },
];
