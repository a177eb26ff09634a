//! Sabotages of what results, line items and score scales hold.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::{objects, remove};
use super::oneroster_transport::turn;
use super::oneroster_written::{of_put, put, put_object};
use crate::proxy::{Fault, answer};

/// Those of both versions.
pub const BOTH: &[Sabotage] = &[
    Sabotage {
        what: "scores are cut to the line item's bounds",
        checks: &["OR-513"],
        fault: Fault::Request(|request| score(request, |score| score.clamp(0.0, 10.0))),
    },
    Sabotage {
        what: "scores are whole numbers",
        checks: &["OR-513b"],
        fault: Fault::Request(|request| score(request, f64::trunc)),
    },
    Sabotage {
        what: "who is exempt has submitted nothing",
        checks: &["OR-514"],
        fault: Fault::Request(|request| {
            put(request, |object| {
                if object["scoreStatus"] == "exempt" {
                    object["scoreStatus"] = json!("not submitted");
                }
            });
        }),
    },
    Sabotage {
        what: "a scoreDate with a time of day is refused",
        checks: &["OR-515"],
        fault: Fault::Instead(|request| refused_if(request, |object| is_longer(&object["scoreDate"], 10))),
    },
    Sabotage {
        what: "scoreDate is read as an instant",
        checks: &["OR-515"],
        fault: Fault::Answer(|_, response| {
            objects(response, |object| {
                if let Some(Value::String(date)) = object.get_mut("scoreDate") {
                    date.push_str("T00:00:00.000Z");
                }
            });
        }),
    },
    Sabotage {
        what: "an empty comment is refused",
        checks: &["OR-516"],
        fault: Fault::Instead(|request| refused_if(request, |object| object["comment"] == "")),
    },
    Sabotage {
        what: "titles are cut after a hundred letters",
        checks: &["OR-516b"],
        fault: Fault::Request(|request| {
            put(request, |object| {
                if let Some(Value::String(title)) = object.get_mut("title") {
                    title.truncate(100);
                }
            });
        }),
    },
    Sabotage {
        what: "a title longer than 200 letters is refused",
        checks: &["OR-516b"],
        fault: Fault::Instead(|request| refused_if(request, |object| is_longer(&object["title"], 200))),
    },
];

/// Those of 1.2.
pub const V1P2: &[Sabotage] = &[
    Sabotage {
        what: "a result without a score is refused",
        checks: &["OR-517", "OR-517b"],
        fault: Fault::Instead(|request| {
            refused_if(request, |object| object.get("scoreDate").is_some() && object.get("score").is_none())
        }),
    },
    Sabotage {
        what: "a result without a score gets a zero",
        checks: &["OR-517b"],
        fault: Fault::Request(|request| {
            put(request, |object| {
                if object.get("scoreDate").is_some() && object.get("score").is_none() {
                    object["score"] = json!(0.0);
                }
            });
        }),
    },
    Sabotage {
        what: "what 1.2 brought to results is left out",
        checks: &["OR-517", "OR-517c", "OR-522"],
        fault: Fault::Answer(|_, response| {
            objects(response, |object| {
                for member in ["textScore", "inProgress", "incomplete", "late", "missing", "learningObjectiveSet"] {
                    remove(object, member);
                }
            });
        }),
    },
    Sabotage {
        what: "what is true of a result is a JSON boolean",
        checks: &["OR-517c"],
        fault: Fault::Answer(|_, response| {
            objects(response, |object| {
                for member in ["inProgress", "incomplete", "late", "missing"] {
                    if object.get(member).is_some() {
                        object[member] = json!(object[member] == "true");
                    }
                }
            });
        }),
    },
    Sabotage {
        what: "values and objectives that can't be taken are said to be",
        checks: &["OR-509b", "OR-522b"],
        fault: Fault::Answer(|request, response| of_put(request, response, 422, 201)),
    },
    Sabotage {
        what: "a score scale can't be put again",
        checks: &["OR-509"],
        fault: Fault::Answer(|request, response| of_put(request, response, 200, 409)),
    },
    Sabotage {
        what: "score scales lose all values but the first",
        checks: &["OR-509"],
        fault: Fault::Answer(|_, response| {
            objects(response, |object| {
                if let Some(Value::Array(values)) = object.get_mut("scoreScaleValue") {
                    values.truncate(1);
                }
            });
        }),
    },
    Sabotage {
        what: "a score scale that was deleted is still there",
        checks: &["OR-509"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/scoreScales/") {
                turn(response, 404, 200);
            }
        }),
    },
];

/// Those of 1.1.
pub const V1P1: &[Sabotage] = &[Sabotage {
    what: "what 1.1 requires and 1.2 doesn't breaks the server where it is left out",
    checks: &["OR-518"],
    fault: Fault::Instead(|request| {
        let object = put_object(request)?;
        let lacks = |member: &str| object.get(member).is_none();
        let is_result = !lacks("scoreDate") && lacks("score");
        let is_line_item = !lacks("class") && (lacks("gradingPeriod") || lacks("category"));
        (is_result || is_line_item).then(|| answer(500, "application/json", &json!({})))
    }),
}];

/// Another score.
fn score(request: &mut Request, change: impl Fn(f64) -> f64) {
    put(request, |object| {
        if let Some(score) = object.get("score").and_then(Value::as_f64) {
            object["score"] = json!(change(score));
        }
    });
}

/// A refusal of what is put, if it is so.
fn refused_if(request: &Request, is_so: impl Fn(&Value) -> bool) -> Option<Response> {
    let is_refused = put_object(request).is_some_and(|object| is_so(&object));
    is_refused.then(|| answer(422, "application/json", &json!({})))
}

fn is_longer(text: &Value, n: usize) -> bool {
    text.as_str().is_some_and(|text| text.len() > n)
}
