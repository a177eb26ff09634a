//! Sabotages of objects that are gone, and of assessments.

use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::{list, objects, remove};
use super::oneroster_endpoints::segments;
use super::oneroster_transport::turn;
use super::oneroster_written::{of_put, put};
use crate::proxy::Fault;

/// Those of suites with rostering.
pub const ROSTER: &[Sabotage] = &[
    Sabotage {
        what: "what is gone isn't found by its id",
        checks: &["OR-702"],
        fault: Fault::Answer(|request, response| {
            if segments(request).len() == 2 && response.text().contains("tobedeleted") {
                turn(response, 200, 404);
            }
        }),
    },
    Sabotage {
        what: "what is gone is still active, read by itself",
        checks: &["OR-702"],
        fault: Fault::Answer(|request, response| {
            if segments(request).len() == 2 {
                objects(response, |object| object["status"] = json!("active"));
            }
        }),
    },
    Sabotage {
        what: "filters by status='active' find what is gone too",
        checks: &["OR-702b"],
        fault: Fault::Request(|request| {
            request.url = request.url.replace("status%3D%27active%27", "status%21%3D%27none%27");
        }),
    },
    Sabotage {
        what: "filters by when something changed find nothing that is gone",
        checks: &["OR-702c"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("filter=dateLastModified") {
                list(response, |all| all.retain(|object| object["status"] != "tobedeleted"));
            }
        }),
    },
    Sabotage {
        what: "who is gone stays enrolled",
        checks: &["OR-707"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/enrollments?") && request.url.contains("user.sourcedId") {
                list(response, |all| all.push(json!({"sourcedId": "another", "status": "active"})));
            }
        }),
    },
];

/// That of what only others see.
pub const HIDDEN: &[Sabotage] = &[Sabotage {
    what: "what only others see is forbidden, what isn't there is unknown",
    checks: &["OR-407"],
    fault: Fault::Answer(|request, response| {
        // Names that were made up have no hyphens.
        if matches!(segments(request).as_slice(), [_, id] if id.contains('-')) {
            turn(response, 404, 403);
        }
    }),
}];

/// Those of assessments.
pub const ASSESSED: &[Sabotage] = &[
    Sabotage {
        what: "an assessment or its result that is made is answered by 200",
        checks: &["OR-521", "OR-521b"],
        fault: Fault::Answer(|request, response| of_put(request, response, 201, 200)),
    },
    Sabotage {
        what: "an assessment forgets what it is part of",
        checks: &["OR-521"],
        fault: Fault::Request(|request| put(request, |object| remove(object, "parentAssessmentLineItem"))),
    },
    Sabotage {
        what: "percentiles are whole numbers",
        checks: &["OR-521b"],
        fault: Fault::Request(|request| {
            put(request, |object| {
                if let Some(percentile) = object.get("scorePercentile").and_then(Value::as_f64) {
                    object["scorePercentile"] = json!(percentile.trunc());
                }
            });
        }),
    },
    Sabotage {
        what: "an assessment or its result that was deleted is still there",
        checks: &["OR-521", "OR-521b"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/assessment") {
                turn(response, 404, 200);
            }
        }),
    },
];
