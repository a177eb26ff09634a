//! Leaks by SCIM and by writes, and those that only a twin tells.

use koppelvlak_conformance::credentials::encode;
use koppelvlak_conformance::exchange::Request;
use serde_json::{Value, json};

use super::Sabotage;
use super::consent::{as_richer, count_over_all, each, is_client, set};
use crate::proxy::{Fault, answer, edit};

/// The address of people over OneRoster, for a request to SCIM or the gradebook.
pub fn people(request: &Request, rest: &str) -> Request {
    let root = request.url.split_once("/demo/").unwrap().0;
    Request::new("GET", format!("{root}/demo/ims/oneroster/rostering/v1p2/users{rest}"))
}

/// Those that the vendor with SCIM sees.
pub const SCIM: &[Sabotage] = &[
    Sabotage {
        what: "SCIM lists a hidden person",
        checks: &["CO-P18"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/scim/v2/Users?") && request.url.ends_with("startIndex=1") {
                edit(response, |list| {
                    list["Resources"][0]["name"] = json!({"givenName": "Verborgen", "familyName": "Persoon"});
                });
            }
        }),
    },
    Sabotage {
        what: "SCIM shows withheld values",
        checks: &["CO-P18a"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/scim/v2/Users?") && request.url.ends_with("startIndex=1") {
                let theirs = as_richer(&people(request, "?limit=5000")).text();
                edit(response, |list| list["Resources"][0]["title"] = Value::from(theirs));
            }
        }),
    },
    Sabotage {
        what: "a username that a hidden person has is taken",
        checks: &["CO-U1"],
        fault: Fault::Instead(|request| {
            let user: Value = serde_json::from_slice(&request.body).ok()?;
            let name = user.get("userName")?.as_str()?;
            let filter = encode(&format!("username='{name}'"));
            let is_taken = as_richer(&people(request, &format!("?filter={filter}"))).header("x-total-count")? != "0";
            is_taken.then(|| answer(409, "application/scim+json", &json!({"status": "409", "scimType": "uniqueness"})))
        }),
    },
    Sabotage {
        what: "a change of a hidden user is forbidden",
        checks: &["CO-U3"],
        fault: Fault::Answer(|request, response| {
            let (_, id) = request.url.rsplit_once('/').unwrap();
            if request.method == "PATCH" && as_richer(&people(request, &format!("/{id}"))).status == 200 {
                response.status = 403;
            }
        }),
    },
];

/// Those that the vendor that writes results sees.
pub const GRADEBOOK: &[Sabotage] = &[Sabotage {
    what: "a result for a hidden pupil is refused in other words",
    checks: &["CO-U10"],
    fault: Fault::Answer(|request, response| {
        let result: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        if let Some(id) = result.pointer("/result/student/sourcedId").and_then(Value::as_str)
            && as_richer(&people(request, &format!("/{}", encode(id)))).status == 200
        {
            response.status = 403;
        }
    }),
}];

/// Those that a twin tells.
pub const TWIN: &[Sabotage] = &[
    Sabotage {
        what: "the count of what a filter finds is over all people",
        checks: &["CO-T2"],
        fault: Fault::Answer(|request, response| count_over_all(request, response, |_| true)),
    },
    Sabotage {
        what: "the date of a person moves with withheld values",
        checks: &["CO-T1"],
        fault: Fault::Answer(|request, response| {
            each(request, response, "users", |one| one["dateLastModified"] = Value::from("2026-11-25T09:00:00.000Z"));
        }),
    },
    Sabotage {
        what: "lists of pupils below a school or a class tell when withheld values changed",
        checks: &["CO-T1"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/students?") && request.url.matches('/').count() > 9 {
                each(request, response, "users", |one| {
                    one["dateLastModified"] = Value::from("2026-11-25T09:00:00.000Z");
                });
            }
        }),
    },
    Sabotage {
        what: "an ETag takes in what is hidden",
        checks: &["CO-D2b"],
        fault: Fault::Answer(|request, response| {
            if let Some(tag) = response.header("etag").filter(|_| is_client(request) && request.url.contains("/users"))
            {
                let tag = tag.replace('"', "\"0");
                set(response, "etag", &tag);
            }
        }),
    },
];
