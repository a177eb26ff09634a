//! Sabotages of deleting users and groups over SCIM.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::scim_bodies::{answered, is, sent};
use super::scim_edits::{MEDIA_TYPE, list, path, refusal};
use crate::proxy::{Fault, answer, edit};

/// Finds what isn't there.
fn find(method: &str, request: &Request, response: &mut Response) {
    if request.method == method && response.status == 404 {
        *response = answer(200, MEDIA_TYPE, &json!({}));
    }
}

/// Shows what was made last in lists that don't have it.
fn haunt(last: &Mutex<Value>, is_haunted: fn(&Request) -> bool, request: &Request, response: &mut Response) {
    for at in ["/Users", "/Groups"] {
        answered(request, response, ("POST", at), |resource| *last.lock().unwrap() = resource.clone());
    }
    if request.method == "GET" && is_haunted(request) {
        let ghost = last.lock().unwrap().clone();
        list(response, |resources| {
            if !resources.contains(&ghost) {
                resources.push(ghost);
            }
        });
    }
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "a DELETE is answered by 200 and what was deleted",
        checks: &["SC-290"],
        fault: Fault::Answer(|request, response| {
            if request.method == "DELETE" && response.status == 204 {
                *response = answer(200, MEDIA_TYPE, &json!({}));
            }
        }),
    },
    Sabotage {
        what: "a deletion of groups is accepted for later",
        checks: &["SC-290"],
        fault: Fault::Answer(|request, response| {
            if is(request, "DELETE", "/Groups") {
                response.status = 202;
            }
        }),
    },
    Sabotage {
        what: "deleted resources can be read",
        checks: &["SC-291"],
        fault: Fault::Answer(|request, response| find("GET", request, response)),
    },
    Sabotage {
        what: "deleted resources can be replaced",
        checks: &["SC-291"],
        fault: Fault::Answer(|request, response| find("PUT", request, response)),
    },
    Sabotage {
        what: "deleted resources can be changed",
        checks: &["SC-291"],
        fault: Fault::Answer(|request, response| find("PATCH", request, response)),
    },
    Sabotage {
        what: "what is deleted twice is deleted once more",
        checks: &["SC-291", "SC-292"],
        fault: Fault::Answer(|request, response| {
            if request.method == "DELETE" {
                response.status = 204;
            }
        }),
    },
    Sabotage {
        what: "a deleted user is gone, in other words than the standard's",
        checks: &["SC-291", "SC-292"],
        fault: Fault::Answer(|_, response| {
            if response.status == 404 {
                *response = refusal(410, "");
            }
        }),
    },
    Sabotage {
        what: "deleted resources stay in lists",
        checks: &["SC-291b"],
        fault: Fault::Answer(|request, response| {
            static LAST: Mutex<Value> = Mutex::new(Value::Null);
            haunt(&LAST, |request| request.url.contains("startIndex"), request, response);
        }),
    },
    Sabotage {
        what: "deleted resources are found by filters",
        checks: &["SC-291b"],
        fault: Fault::Answer(|request, response| {
            static LAST: Mutex<Value> = Mutex::new(Value::Null);
            haunt(&LAST, |request| request.url.contains("filter"), request, response);
        }),
    },
    Sabotage {
        what: "deleted resources are counted",
        checks: &["SC-291b"],
        fault: Fault::Answer(|request, response| {
            if request.method == "GET" && request.url.contains("filter") {
                edit(response, |list| list["totalResults"] = 1.into());
            }
        }),
    },
    Sabotage {
        what: "deleted users stay members of groups",
        checks: &["SC-291c"],
        fault: Fault::Answer(|request, response| {
            static MEMBERS: Mutex<Value> = Mutex::new(Value::Null);
            answered(request, response, ("POST", "/Groups"), |_| {
                *MEMBERS.lock().unwrap() = sent(request)["members"].clone();
            });
            answered(request, response, ("GET", "/Groups"), |group| {
                group["members"] = MEMBERS.lock().unwrap().clone();
            });
        }),
    },
    Sabotage {
        what: "a group is emptied when one of its members is deleted",
        checks: &["SC-291c"],
        fault: Fault::Answer(|request, response| {
            answered(request, response, ("GET", "/Groups"), |group| group["members"] = json!([]));
        }),
    },
    Sabotage {
        what: "inactive users aren't found",
        checks: &["SC-293"],
        fault: Fault::Answer(|request, response| {
            if is(request, "GET", "/Users") && response.json()["active"] == false {
                *response = refusal(404, "");
            }
        }),
    },
    Sabotage {
        what: "filters find active users only",
        checks: &["SC-293"],
        fault: Fault::Answer(|request, response| {
            if path(request) == "/Users" && request.method == "GET" {
                list(response, |users| users.retain(|user| user["active"] == true));
            }
        }),
    },
    Sabotage {
        what: "deleting a group deletes its members",
        checks: &["SC-294"],
        fault: Fault::Answer(|request, response| {
            static IS_DELETED: AtomicBool = AtomicBool::new(false);
            if is(request, "DELETE", "/Groups") {
                IS_DELETED.store(true, Ordering::SeqCst);
            }
            if is(request, "GET", "/Users") && IS_DELETED.load(Ordering::SeqCst) {
                *response = refusal(404, "");
            }
        }),
    },
    Sabotage {
        what: "users show groups that were deleted",
        checks: &["SC-294"],
        fault: Fault::Answer(|request, response| {
            static GROUPS: Mutex<Value> = Mutex::new(Value::Null);
            answered(request, response, ("GET", "/Users"), |user| {
                let mut known = GROUPS.lock().unwrap();
                match user.get("groups") {
                    Some(groups) => *known = groups.clone(),
                    None => user["groups"] = known.clone(),
                }
            });
        }),
    },
];
