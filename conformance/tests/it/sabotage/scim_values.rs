//! Sabotages of what a server makes of the bodies that clients send.

use koppelvlak_conformance::exchange::Request;
use koppelvlak_conformance::probe::nonce;
use serde_json::{Value, json};

use super::Sabotage;
use super::scim_bodies::{answered, is, rewrite, sent};
use super::scim_edits::{MEDIA_TYPE, path, refusal, remove};
use crate::proxy::{Fault, answer, edit};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Gives a member another value if it holds for the one that it has.
fn mend(object: &mut Value, member: &str, is_wrong: impl Fn(Option<&Value>) -> bool, right: Value) {
    if object.is_object() && is_wrong(object.get(member)) {
        object[member] = right;
    }
}

fn is_blank(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Null)) || value.and_then(Value::as_str) == Some("")
}

/// Those of bodies that are refused, or understood.
pub const BODIES: &[Sabotage] = &[
    Sabotage {
        what: "a user without a name gets one",
        checks: &["SC-054", "SC-059b"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Users", |user| mend(user, "userName", |name| name.is_none(), nonce().into()));
        }),
    },
    Sabotage {
        what: "a user may have an empty name, or null",
        checks: &["SC-054"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Users", |user| mend(user, "userName", is_blank, nonce().into()));
        }),
    },
    Sabotage {
        what: "a group without a name gets one",
        checks: &["SC-054b"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Groups", |group| {
                mend(group, "displayName", |name| name.is_none(), nonce().into());
            });
        }),
    },
    Sabotage {
        what: "a refusal of a body is plain text",
        checks: &["SC-054", "SC-054b", "SC-058", "SC-059"],
        fault: Fault::Answer(|request, response| {
            if request.method == "POST" && response.status == 400 {
                response.body = b"bad request".to_vec();
            }
        }),
    },
    Sabotage {
        what: "JSON that can't be read is a fault of the server's",
        checks: &["SC-058"],
        fault: Fault::Answer(|request, response| {
            if request.method == "POST" && sent(request).is_null() {
                *response = refusal(500, "invalidSyntax");
            }
        }),
    },
    Sabotage {
        what: "of an array the first element is taken",
        checks: &["SC-058", "SC-059b"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Users", |body| {
                if let Value::Array(elements) = body {
                    *body = elements.remove(0);
                }
            });
        }),
    },
    Sabotage {
        what: "a number is true",
        checks: &["SC-059"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Users", |user| {
                mend(user, "active", |active| active.is_some_and(Value::is_number), true.into());
            });
        }),
    },
    Sabotage {
        what: "a text for a list is ignored",
        checks: &["SC-059"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Users", |user| {
                mend(user, "emails", |emails| emails.is_some_and(Value::is_string), json!([]));
            });
        }),
    },
    Sabotage {
        what: "refusals don't tell their kind",
        checks: &["SC-059b"],
        fault: Fault::Answer(|request, response| {
            if request.method == "POST" && response.status == 400 {
                edit(response, |error| remove(error, "scimType"));
            }
        }),
    },
    Sabotage {
        what: "a user without `schemas` is refused",
        checks: &["SC-060"],
        fault: Fault::Instead(|request| {
            let lacks = is(request, "POST", "/Users") && sent(request).get("schemas").is_none();
            lacks.then(|| refusal(400, "invalidSyntax"))
        }),
    },
    Sabotage {
        what: "`schemas` isn't looked at",
        checks: &["SC-060b"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Users", |user| remove(user, "schemas"));
        }),
    },
    Sabotage {
        what: "unknown attributes are answered",
        checks: &["SC-061"],
        fault: Fault::Answer(|request, response| {
            let sent = sent(request);
            answered(request, response, ("POST", "/Users"), |user| {
                for (name, value) in sent.as_object().unwrap() {
                    if name.starts_with("conformance") {
                        user[name] = value.clone();
                    }
                }
            });
        }),
    },
    Sabotage {
        what: "unknown schemas are answered",
        checks: &["SC-061"],
        fault: Fault::Answer(|request, response| {
            let schemas = sent(request)["schemas"].clone();
            answered(request, response, ("POST", "/Users"), |user| user["schemas"] = schemas);
        }),
    },
    Sabotage {
        what: "an unknown attribute is a fault of the server's",
        checks: &["SC-061"],
        fault: Fault::Instead(|request| {
            let body = sent(request);
            let is_known = body.as_object()?.keys().all(|name| !name.starts_with("conformance"));
            (!is_known).then(|| refusal(500, ""))
        }),
    },
    Sabotage {
        what: "names in other case are unknown",
        checks: &["SC-062", "SC-062b"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Users", |user| {
                remove(&mut user["Name"], "GIVENNAME");
            });
        }),
    },
    Sabotage {
        what: "a user name in capitals is missing",
        checks: &["SC-062"],
        fault: Fault::Request(|request| rewrite(request, "POST", "/Users", |user| remove(user, "USERNAME"))),
    },
    Sabotage {
        what: "attributes are answered under the names that the client used",
        checks: &["SC-062b"],
        fault: Fault::Answer(|request, response| {
            if let Some(name) = sent(request).get("USERNAME") {
                answered(request, response, ("POST", "/Users"), |user| {
                    remove(user, "userName");
                    user["USERNAME"] = name.clone();
                });
            }
        }),
    },
];

fn is_read(request: &Request) -> bool {
    is(request, "GET", "/Users")
}

/// Those of values.
pub const VALUES: &[Sabotage] = &[
    Sabotage {
        what: "attributes of the extension stand among the user's own",
        checks: &["SC-063"],
        fault: Fault::Answer(|request, response| {
            answered(request, response, ("POST", "/Users"), |user| {
                if let Some(Value::Object(extension)) = user.as_object_mut().unwrap().remove(ENTERPRISE) {
                    user.as_object_mut().unwrap().extend(extension);
                }
            });
        }),
    },
    Sabotage {
        what: "`schemas` doesn't name the extension",
        checks: &["SC-063"],
        fault: Fault::Answer(|request, response| {
            if is_read(request) {
                edit(response, |user| user["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:User"]));
            }
        }),
    },
    Sabotage {
        what: "an extension is known by the case of its URN",
        checks: &["SC-064"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Users", |user| remove(user, &ENTERPRISE.to_ascii_lowercase()));
        }),
    },
    Sabotage {
        what: "null is refused",
        checks: &["SC-065", "SC-071"],
        fault: Fault::Instead(|request| {
            let has_null = is(request, "POST", "/Users") && sent(request).as_object()?.values().any(Value::is_null);
            has_null.then(|| refusal(400, "invalidValue"))
        }),
    },
    Sabotage {
        what: "null is an empty text",
        checks: &["SC-065"],
        fault: Fault::Answer(|request, response| {
            if is_read(request) {
                edit(response, |user| user["title"] = "".into());
            }
        }),
    },
    Sabotage {
        what: "booleans in words are refused",
        checks: &["SC-066"],
        fault: Fault::Instead(|request| sent(request).get("active")?.is_string().then(|| refusal(400, "invalidValue"))),
    },
    Sabotage {
        what: "\"False\" is true, since it isn't empty",
        checks: &["SC-066"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Users", |user| {
                mend(user, "active", |active| active.is_some_and(Value::is_string), true.into());
            });
        }),
    },
    Sabotage {
        what: "two values are primary",
        checks: &["SC-067"],
        fault: Fault::Instead(|request| {
            let both = json!({"id": "both", "emails": [{"primary": true}, {"primary": true}]});
            let is_either = sent(request).pointer("/emails/1/primary").is_some() || path(request) == "/Users/both";
            let status = if request.method == "POST" { 201 } else { 200 };
            is_either.then(|| answer(status, MEDIA_TYPE, &both))
        }),
    },
    Sabotage {
        what: "types are among those suggested",
        checks: &["SC-068"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Users", |user| user["emails"][0]["type"] = "other".into());
        }),
    },
    Sabotage {
        what: "a locale has to be one",
        checks: &["SC-069"],
        fault: Fault::Instead(|request| {
            let is_one = sent(request).get("locale")?.as_str()?.contains('-');
            (!is_one).then(|| refusal(400, "invalidValue"))
        }),
    },
    Sabotage {
        what: "countries are written in capitals",
        checks: &["SC-069"],
        fault: Fault::Answer(|request, response| {
            answered(request, response, ("POST", "/Users"), |user| {
                if let Some(country) = user.pointer("/addresses/0/country").and_then(Value::as_str) {
                    user["addresses"][0]["country"] = country.to_ascii_uppercase().into();
                }
            });
        }),
    },
    Sabotage {
        what: "a schema of Microsoft's is refused",
        checks: &["SC-071"],
        fault: Fault::Instead(|request| {
            let schemas = sent(request).get("schemas")?.to_string();
            schemas.contains("schemas.microsoft.com").then(|| refusal(400, "invalidSyntax"))
        }),
    },
];
