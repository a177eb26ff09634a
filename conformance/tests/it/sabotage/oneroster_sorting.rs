//! Sabotages of the order of OneRoster's lists.

use serde_json::json;

use super::Sabotage;
use super::oneroster_edits::{change_parameter, drop_parameter, list, parameter};
use super::oneroster_filters::refusal;
use crate::proxy::{Fault, answer};

/// Those that both versions have.
pub const BOTH: &[Sabotage] = &[
    Sabotage {
        what: "sort is ignored",
        checks: &["OR-309"],
        fault: Fault::Request(|request| drop_parameter(request, "sort")),
    },
    Sabotage {
        what: "orderBy is ignored",
        checks: &["OR-309"],
        fault: Fault::Request(|request| drop_parameter(request, "orderBy")),
    },
    Sabotage {
        what: "what is equal changes its place with the size of the page",
        checks: &["OR-310"],
        fault: Fault::Answer(|request, response| {
            if parameter(request, "limit").is_some_and(|limit| limit.len() == 1) {
                list(response, |objects| objects.reverse());
            } else {
                list(response, |objects| {
                    let n = objects.len().min(1);
                    objects.rotate_left(n);
                });
            }
        }),
    },
    Sabotage {
        what: "sort alone is descending",
        checks: &["OR-313"],
        fault: Fault::Request(|request| {
            if parameter(request, "orderBy").is_none() && parameter(request, "sort").is_some() {
                request.url.push_str("&orderBy=desc");
            }
        }),
    },
    Sabotage {
        what: "orderBy alone is refused",
        checks: &["OR-313"],
        fault: Fault::Instead(|request| {
            let is_alone = parameter(request, "orderBy").is_some() && parameter(request, "sort").is_none();
            is_alone.then(|| refusal(request))
        }),
    },
    Sabotage {
        what: "an orderBy that is none is ascending",
        checks: &["OR-313b"],
        fault: Fault::Request(|request| {
            change_parameter(request, "orderBy", |order| Some(order.replace("sideways", "asc")));
        }),
    },
];

fn is_by_unknown(url: &str) -> bool {
    url.contains("sort=nosuchfield")
}

/// Those of 1.1.
pub const V1P1: &[Sabotage] = &[
    Sabotage {
        what: "sorting by an unknown field isn't warned about",
        checks: &["OR-311"],
        fault: Fault::Request(|request| {
            if is_by_unknown(&request.url) {
                drop_parameter(request, "sort");
            }
        }),
    },
    Sabotage {
        what: "sorting by an unknown field is refused",
        checks: &["OR-311"],
        fault: Fault::Instead(|request| is_by_unknown(&request.url).then(|| refusal(request))),
    },
    Sabotage {
        what: "sorting by an unknown field gives a warning and no data",
        checks: &["OR-311"],
        fault: Fault::Answer(|request, response| {
            if is_by_unknown(&request.url) {
                list(response, Vec::clear);
            }
        }),
    },
];

/// Those of 1.2.
pub const V1P2: &[Sabotage] = &[
    Sabotage {
        what: "sorting by an unknown field is the server's own fault",
        checks: &["OR-312"],
        fault: Fault::Instead(|request| {
            is_by_unknown(&request.url).then(|| answer(500, "application/json", &json!({"message": "no column"})))
        }),
    },
    Sabotage {
        what: "sorting by an unknown field gives no data",
        checks: &["OR-312"],
        fault: Fault::Answer(|request, response| {
            if is_by_unknown(&request.url) {
                list(response, Vec::clear);
            }
        }),
    },
];
