//! Sabotages of sorting over SCIM.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::Value;

use super::Sabotage;
use super::oneroster_edits::{change_parameter, drop_parameter, parameter};
use super::scim_edits::{list, on, refusal};
use crate::proxy::Fault;

fn sort_by(request: &Request) -> &str {
    parameter(request, "sortBy").unwrap_or_default()
}

/// Puts the users of an answer into another order.
fn reorder<K: Ord>(request: &Request, response: &mut Response, by: &str, key: impl Fn(&Value) -> K) {
    if sort_by(request) == by {
        list(response, |users| users.sort_by_key(key));
        if parameter(request, "sortOrder") == Some("descending") {
            list(response, |users| users.reverse());
        }
    }
}

fn text(user: &Value, pointer: &str) -> String {
    user.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "sortBy isn't read",
        checks: &["SC-120", "SC-121", "SC-121b", "SC-122", "SC-123", "SC-123b", "SC-124"],
        fault: Fault::Request(|request| drop_parameter(request, "sortBy")),
    },
    Sabotage {
        what: "downwards is the default",
        checks: &["SC-120"],
        fault: Fault::Request(|request| {
            if parameter(request, "sortOrder").is_none() && parameter(request, "sortBy").is_some() {
                request.url.push_str("&sortOrder=descending");
            }
        }),
    },
    Sabotage {
        what: "sortOrder isn't read",
        checks: &["SC-120", "SC-121", "SC-122", "SC-123", "SC-123b", "SC-124"],
        fault: Fault::Request(|request| drop_parameter(request, "sortOrder")),
    },
    Sabotage {
        what: "capitals come first",
        checks: &["SC-121", "SC-120"],
        fault: Fault::Answer(|request, response| {
            reorder(request, response, "displayName", |user| text(user, "/displayName"));
            reorder(request, response, "userName", |user| text(user, "/userName"));
        }),
    },
    Sabotage {
        what: "external ids are sorted whatever their case",
        checks: &["SC-121b"],
        fault: Fault::Answer(|request, response| {
            // Two that differ in nothing but case come in the order that code points don't give.
            reorder(request, response, "externalId", |user| {
                let id = text(user, "/externalId");
                (id.to_lowercase(), id.starts_with('E'))
            });
        }),
    },
    Sabotage {
        what: "who has no value comes first upwards",
        checks: &["SC-122"],
        fault: Fault::Answer(|request, response| {
            for name in ["displayName", "title", "nickName"] {
                reorder(request, response, name, |user| text(user, &format!("/{name}")).to_lowercase());
            }
        }),
    },
    Sabotage {
        what: "parts of attributes can't be sorted by",
        checks: &["SC-123"],
        fault: Fault::Instead(|request| sort_by(request).contains('.').then(|| refusal(400, "invalidPath"))),
    },
    Sabotage {
        what: "names with a URN are passed over in sorting",
        checks: &["SC-123"],
        fault: Fault::Request(|request| {
            change_parameter(request, "sortBy", |name| (!name.contains("%3A")).then(|| name.to_owned()));
        }),
    },
    Sabotage {
        what: "times aren't sorted by",
        checks: &["SC-123"],
        fault: Fault::Answer(|request, response| reorder(request, response, "meta.created", |user| text(user, "/id"))),
    },
    Sabotage {
        what: "lists are sorted by their first value",
        checks: &["SC-123b"],
        fault: Fault::Answer(|request, response| {
            reorder(request, response, "emails", |user| text(user, "/emails/0/value").to_lowercase());
        }),
    },
    Sabotage {
        what: "an unknown sortOrder is the default one",
        checks: &["SC-124"],
        fault: Fault::Request(|request| {
            change_parameter(request, "sortOrder", |order| (order != "sideways").then(|| order.to_owned()));
        }),
    },
    Sabotage {
        what: "who doesn't sort refuses to be asked to",
        checks: &["SC-125"],
        fault: Fault::Answer(|request, response| {
            on(request, response, "/ServiceProviderConfig", |config| config["sort"]["supported"] = false.into());
            if !sort_by(request).is_empty() {
                *response = refusal(400, "invalidValue");
            }
        }),
    },
];
