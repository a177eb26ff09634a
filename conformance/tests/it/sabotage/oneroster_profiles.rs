//! Sabotages of what products in the field ask.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::objects;
use super::oneroster_endpoints::segments;
use super::oneroster_tokens::is_token;
use super::oneroster_transport::turn;
use crate::proxy::{Fault, answer};

/// Those of suites with rostering.
pub const ROSTERING: &[Sabotage] = &[
    Sabotage {
        what: "a limit of ten thousand is refused",
        checks: &["OR-801"],
        fault: Fault::Instead(|request| refused_if(request.url.contains("limit=10000"))),
    },
    Sabotage {
        what: "a filter whose quotes aren't encoded is refused",
        checks: &["OR-801"],
        fault: Fault::Instead(|request| refused_if(request.url.contains("email='"))),
    },
    Sabotage {
        what: "below a term all sessions are terms",
        checks: &["OR-801"],
        fault: Fault::Answer(|request, response| {
            if let ["terms", _, _] = segments(request).as_slice() {
                objects(response, |session| session["type"] = json!("term"));
            }
        }),
    },
];

const CREATES_BY_200: Fault = Fault::Answer(|request, response| {
    if request.method == "PUT" {
        turn(response, 201, 200);
    }
});
const CUTS_SCORES: Fault = Fault::Answer(|_, response| {
    objects(response, |result| {
        if result.get("score").is_some() {
            result["score"] = json!(100.0);
        }
    });
});
const KEEPS_ALL: Fault = Fault::Instead(|request| {
    (request.method == "DELETE").then(|| Response { body: Vec::new(), ..answer(204, "text/plain", &Value::Null) })
});

/// Those of writing in 1.2.
pub const WRITTEN_V1P2: &[Sabotage] = &[
    Sabotage { what: "a line item that is made is answered by 200", checks: &["OR-801b"], fault: CREATES_BY_200 },
    Sabotage { what: "no score is above a hundred", checks: &["OR-801b"], fault: CUTS_SCORES },
    Sabotage { what: "what is deleted stays", checks: &["OR-801b"], fault: KEEPS_ALL },
    Sabotage {
        what: "a request for a list that carries a form is refused",
        checks: &["OR-801b"],
        fault: Fault::Instead(|request| refused_if(request.method == "GET" && !request.body.is_empty())),
    },
];

/// Those of writing in 1.1.
pub const WRITTEN_V1P1: &[Sabotage] = &[
    Sabotage { what: "a line item that is made is answered by 200", checks: &["OR-802"], fault: CREATES_BY_200 },
    Sabotage { what: "no score is above a hundred", checks: &["OR-802"], fault: CUTS_SCORES },
    Sabotage { what: "what is deleted stays", checks: &["OR-802"], fault: KEEPS_ALL },
];

/// Those of 1.1.
pub const V1P1: &[Sabotage] = &[
    Sabotage {
        what: "no page is longer than a hundred, whatever is asked",
        checks: &["OR-803"],
        fault: Fault::Request(|request| request.url = request.url.replace("limit=5000", "limit=100")),
    },
    Sabotage {
        what: "filters by dateLastModified find everything",
        checks: &["OR-803", "OR-804"],
        fault: Fault::Request(|request| {
            request.url = request.url.replace("2999-01-01", "1970-01-01");
        }),
    },
    Sabotage {
        what: "typographic quotes are refused",
        checks: &["OR-803b"],
        fault: Fault::Instead(|request| refused_if(request.url.contains("%E2%80%99"))),
    },
    Sabotage {
        what: "class='…' is an unknown field",
        checks: &["OR-804"],
        fault: Fault::Instead(|request| refused_if(request.url.contains("filter=class%3D"))),
    },
    Sabotage {
        what: "a school's terms aren't there",
        checks: &["OR-806"],
        fault: Fault::Answer(|request, response| {
            if let ["schools", _, "terms"] = segments(request).as_slice() {
                turn(response, 200, 404);
            }
        }),
    },
];

/// Those of 1.2.
pub const V1P2: &[Sabotage] = &[Sabotage {
    what: "a scope with http:// is unknown",
    checks: &["OR-807"],
    fault: Fault::Instead(|request| {
        let is_asked = is_token(request) && String::from_utf8_lossy(&request.body).contains("scope=http%3A");
        is_asked.then(|| answer(400, "application/json", &json!({"error": "invalid_scope"})))
    }),
}];

/// Those of all suites.
pub const ALL: &[Sabotage] = &[
    Sabotage {
        what: "a page begins one object before its offset",
        checks: &["OR-805"],
        fault: Fault::Request(|request| {
            if let Some((before, offset)) = request.url.rsplit_once("offset=")
                && let Ok(offset) = offset.parse::<usize>()
            {
                request.url = format!("{before}offset={}", offset.saturating_sub(1));
            }
        }),
    },
    Sabotage {
        what: "the link to the next page leads far beyond it",
        checks: &["OR-805b"],
        fault: Fault::Answer(|_, response| {
            for (_, value) in response.headers.iter_mut().filter(|(name, _)| name == "link") {
                *value = value.replace("offset=", "offset=9").replace("cursor=", "was=");
            }
        }),
    },
];

/// Those of two versions.
pub const VERSIONS: &[Sabotage] = &[
    Sabotage {
        what: "in 1.1 everybody is a relative",
        checks: &["OR-809"],
        fault: Fault::Answer(|request, response| of_v1p1(request, response, "role", &json!("relative"))),
    },
    Sabotage {
        what: "in 1.1 everybody has the same name",
        checks: &["OR-809"],
        fault: Fault::Answer(|request, response| of_v1p1(request, response, "familyName", &json!("Jansen"))),
    },
    Sabotage {
        what: "in 1.1 nobody belongs to an org",
        checks: &["OR-809"],
        fault: Fault::Answer(|request, response| of_v1p1(request, response, "orgs", &json!([]))),
    },
];

fn of_v1p1(request: &Request, response: &mut Response, member: &str, value: &Value) {
    if request.url.contains("/v1p1/users/") {
        objects(response, |user| user[member] = value.clone());
    }
}

fn refused_if(is_refused: bool) -> Option<Response> {
    is_refused.then(|| answer(400, "application/json", &json!({})))
}
