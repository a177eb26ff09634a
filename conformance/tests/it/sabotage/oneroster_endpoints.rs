//! Sabotages of collections and single objects of OneRoster.

use koppelvlak_conformance::exchange::{Request, Response};
use koppelvlak_conformance::suites::oneroster::collection::{GRADEBOOK_V1P2, RESOURCES, ROSTERING as COLLECTIONS};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_transport::turn;
use crate::proxy::{Fault, edit};

/// Those of all suites.
pub const ALL: &[Sabotage] = &[
    Sabotage {
        what: "a collection answers 500",
        checks: &["OR-101"],
        fault: Fault::Answer(|request, response| {
            if matches!(segments(request).as_slice(), ["courses" | "results" | "resources"]) {
                turn(response, 200, 500);
            }
        }),
    },
    Sabotage {
        what: "single objects come as a list of one",
        checks: &["OR-102"],
        fault: Fault::Answer(|request, response| {
            if segments(request).len() == 2 {
                wrapped(response, |_, object| *object = json!([object.clone()]));
            }
        }),
    },
    Sabotage {
        what: "a list of one object comes as that object",
        checks: &["OR-102"],
        fault: Fault::Answer(|_, response| {
            wrapped(response, |_, list| {
                if list.as_array().is_some_and(|all| all.len() == 1) {
                    *list = list[0].clone();
                }
            });
        }),
    },
    Sabotage {
        what: "an unknown id is a bad request",
        checks: &["OR-104"],
        fault: Fault::Answer(|_, response| turn(response, 404, 400)),
    },
    Sabotage {
        what: "an unknown id is an empty object",
        checks: &["OR-104"],
        fault: Fault::Answer(|request, response| {
            if response.status == 404 && segments(request).len() == 2 {
                response.status = 200;
                edit(response, |json| *json = json!({}));
            }
        }),
    },
    Sabotage {
        what: "where nothing fits nothing is found",
        checks: &["OR-116"],
        fault: Fault::Answer(|_, response| {
            if list_of(response).is_some_and(|list| list.is_empty()) {
                response.status = 404;
            }
        }),
    },
    Sabotage {
        what: "where nothing fits the list is left out",
        checks: &["OR-116"],
        fault: Fault::Answer(|_, response| {
            if list_of(response).is_some_and(|list| list.is_empty()) {
                edit(response, |json| *json = json!({}));
            }
        }),
    },
    Sabotage {
        what: "ids with a point, a line or a slash aren't found",
        checks: &["OR-117"],
        fault: Fault::Answer(|request, response| {
            if matches!(segments(request).as_slice(), [_, id] if id.contains(['.', '_', '%'])) {
                turn(response, 200, 404);
            }
        }),
    },
    Sabotage {
        what: "the case of ids doesn't matter",
        checks: &["OR-118"],
        fault: Fault::Answer(|request, response| {
            if let ([path, id], 404) = (segments(request).as_slice(), response.status) {
                let all = COLLECTIONS.iter().chain(GRADEBOOK_V1P2).chain(RESOURCES);
                if let Some(collection) = all.into_iter().find(|collection| collection.path == *path) {
                    response.status = 200;
                    edit(response, |json| *json = json!({collection.singular: {"sourcedId": format!("not {id}")}}));
                }
            }
        }),
    },
];

/// Those of 1.2.
pub const V1P2: &[Sabotage] = &[Sabotage {
    what: "answers tell their total beside the wrapper",
    checks: &["OR-101b"],
    fault: Fault::Answer(|request, response| {
        if !segments(request).is_empty() {
            edit(response, |json| json["total"] = json!(1));
        }
    }),
}];

/// Those of suites with rostering.
pub const ROSTERING: &[Sabotage] = &[
    Sabotage {
        what: "/courses isn't there",
        checks: &["OR-101"],
        fault: Fault::Answer(|request, response| {
            if segments(request) == ["courses"] {
                turn(response, 200, 404);
            }
        }),
    },
    Sabotage {
        what: "terms, schools and students come in wrappers of their own names",
        checks: &["OR-103"],
        fault: Fault::Answer(|request, response| {
            if let [path] = segments(request).as_slice() {
                rewrap(response, path);
            }
        }),
    },
    Sabotage {
        what: "one school comes in the wrapper `school`",
        checks: &["OR-103"],
        fault: Fault::Answer(|request, response| {
            if let ["schools", _] = segments(request).as_slice() {
                rewrap(response, "school");
            }
        }),
    },
];

/// The segments of an address below a service's, without the query; none where something else is asked.
pub fn segments(request: &Request) -> Vec<&str> {
    let path = request.url.split('?').next().unwrap_or_default();
    let below = path.split_once("/v1p1/").or(path.split_once("/v1p2/"));
    below.map(|(_, rest)| rest.split('/').collect()).unwrap_or_default()
}

/// Asks something else below the service.
pub fn ask_instead(request: &mut Request, path: &str) {
    let old = segments(request).join("/");
    request.url = request.url.replacen(&format!("/{old}"), &format!("/{path}"), 1);
}

/// Changes what stands in the wrapper of an answer that succeeds, knowing the wrapper's name.
pub fn wrapped(response: &mut Response, change: impl Fn(&str, &mut Value)) {
    if response.status == 200 {
        edit(response, |json| {
            for (name, value) in json.as_object_mut().into_iter().flatten() {
                change(name, value);
            }
        });
    }
}

/// Changes each object of a list.
pub fn each_listed(response: &mut Response, change: impl Fn(&mut Value)) {
    wrapped(response, |_, list| list.as_array_mut().into_iter().flatten().for_each(&change));
}

/// Another name for the wrapper.
pub fn rewrap(response: &mut Response, name: &str) {
    if response.status == 200 {
        edit(response, |json| {
            if let Some(content) = json.as_object().and_then(|all| all.values().next()).cloned() {
                *json = json!({name: content});
            }
        });
    }
}

/// What an answer lists, if it is a list.
pub fn list_of(response: &Response) -> Option<Vec<Value>> {
    if response.status != 200 {
        return None;
    }
    response.json().as_object()?.values().next()?.as_array().cloned()
}
