//! Sabotages of what refusals of OneRoster say.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_transport::is_oneroster;
use crate::proxy::{Fault, edit};

/// Those of 1.2.
pub const V1P2: &[Sabotage] = &[
    Sabotage {
        what: "refusals are wrapped in imsx_StatusInfo",
        checks: &["OR-401", "OR-401b", "OR-402"],
        fault: Fault::Answer(|request, response| {
            refused(request, response, |json| *json = json!({"imsx_StatusInfo": json.clone()}));
        }),
    },
    Sabotage {
        what: "refusals have a member of the server's own",
        checks: &["OR-401"],
        fault: Fault::Answer(|request, response| refused(request, response, |json| json["traceId"] = json!("1"))),
    },
    Sabotage {
        what: "the code minor is written with a small c",
        checks: &["OR-401", "OR-401b", "OR-402b"],
        fault: Fault::Answer(|request, response| {
            refused(request, response, |json| {
                let minor = json.as_object_mut().unwrap().remove("imsx_CodeMinor").unwrap();
                json["imsx_codeMinor"] = minor;
            });
        }),
    },
    Sabotage {
        what: "the code minor is a word, not an object",
        checks: &["OR-401", "OR-401b"],
        fault: Fault::Answer(|request, response| {
            refused(request, response, |json| json["imsx_CodeMinor"] = json!("unknownobject"));
        }),
    },
    Sabotage {
        what: "refusals are said to be a success",
        checks: &["OR-402"],
        fault: Fault::Answer(|request, response| {
            refused(request, response, |json| json["imsx_codeMajor"] = json!("success"));
        }),
    },
    Sabotage {
        what: "every refusal's code minor is invaliddata",
        checks: &["OR-402b"],
        fault: Fault::Answer(|request, response| {
            refused(request, response, |json| {
                json["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"] = json!("invaliddata");
            });
        }),
    },
    Sabotage {
        what: "lists carry status information",
        checks: &["OR-404"],
        fault: Fault::Answer(|request, response| {
            if is_oneroster(request) && response.status == 200 {
                edit(response, |json| json["statusInfoSet"] = json!([{"imsx_codeMajor": "success"}]));
            }
        }),
    },
];

/// Those of 1.1.
pub const V1P1: &[Sabotage] = &[
    Sabotage {
        what: "refusals of 1.1 have no statusInfoSet",
        checks: &["OR-403", "OR-403b"],
        fault: Fault::Answer(|request, response| refused(request, response, |json| *json = json!({"error": "no"}))),
    },
    Sabotage {
        what: "every refusal of 1.1 has the code minor of a success",
        checks: &["OR-403b"],
        fault: Fault::Answer(|request, response| {
            refused(request, response, |json| json["statusInfoSet"][0]["imsx_codeMinor"] = json!("full success"));
        }),
    },
];

/// Those that both versions have.
pub const BOTH: &[Sabotage] = &[
    Sabotage {
        what: "refusals show a statement in SQL",
        checks: &["OR-406"],
        fault: Fault::Answer(|request, response| {
            refused(request, response, |json| json["imsx_description"] = json!("SELECT * FROM orgs WHERE id = 'x'"));
        }),
    },
    Sabotage {
        what: "refusals show a trace",
        checks: &["OR-406"],
        fault: Fault::Answer(|request, response| {
            refused(request, response, |json| {
                json["imsx_description"] = json!("Traceback (most recent call last):\n  File \"app.py\", line 3");
            });
        }),
    },
];

/// Changes what OneRoster says when it refuses.
fn refused(request: &Request, response: &mut Response, change: impl FnOnce(&mut Value)) {
    if is_oneroster(request) && response.status >= 400 {
        edit(response, change);
    }
}
