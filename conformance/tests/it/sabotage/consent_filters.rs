//! Leaks by filters, sorting, counts and pages.

use serde_json::Value;

use super::Sabotage;
use super::consent::{as_richer, count_over_all, each, filter, is_client, set};
use crate::proxy::{Fault, edit};

/// A leak by the count of what a filter finds.
macro_rules! counts {
    ($what:literal, $checks:expr, $is_leaky:expr) => {
        Sabotage {
            what: $what,
            checks: $checks,
            fault: Fault::Answer(|request, response| count_over_all(request, response, $is_leaky)),
        }
    };
}

fn compares_for_equality(filter: &str) -> bool {
    filter.contains("='") && !["!=", ">=", "<="].iter().any(|operator| filter.contains(operator))
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    counts!("a filter with = counts over withheld values", &["CO-Q1", "CO-Q1d"], compares_for_equality),
    counts!("a filter for a name counts hidden people", &["CO-Q1", "CO-Q1d"], |filter| filter.contains("Name='")),
    counts!("a filter for a part counts over withheld values", &["CO-Q1b"], |filter| filter.contains('~')),
    counts!("a comparison with < or > counts over withheld values", &["CO-Q1c"], |filter| filter.contains(['<', '>'])),
    counts!("a negative filter counts over withheld values", &["CO-Q2", "CO-Q2b"], |filter| filter.contains("!=")),
    counts!("a filter with OR counts over all people", &["CO-Q3", "CO-Q3b"], |filter| filter.contains(" OR ")),
    counts!("a filter by a reference counts hidden objects", &["CO-Q4"], |filter| filter.contains("ourcedId='")),
    counts!("a filter by metadata counts over withheld keys", &["CO-Q6"], |filter| filter.contains("metadata.")),
    Sabotage {
        what: "a filter with OR lifts the rules",
        checks: &["CO-Q3"],
        fault: Fault::Answer(|request, response| {
            if is_client(request) && filter(request).is_some_and(|filter| filter.contains(" OR ")) {
                response.body = as_richer(request).body;
            }
        }),
    },
    Sabotage {
        what: "a negative filter on a withheld field finds only those who have a value",
        checks: &["CO-Q2b"],
        fault: Fault::Answer(|request, response| {
            if filter(request).is_some_and(|filter| filter.starts_with("email!=")) {
                set(response, "x-total-count", "41");
            }
        }),
    },
    Sabotage {
        what: "sorting by a withheld e-mail address sorts",
        checks: &["CO-Q8"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("sort=email") {
                // Addresses begin with the given name.
                edit(response, |body| {
                    if let Some(people) = body.get_mut("users").and_then(Value::as_array_mut) {
                        people.sort_by_key(|one| one["givenName"].to_string());
                    }
                });
            }
        }),
    },
    Sabotage {
        what: "X-Total-Count is taken before the rules",
        checks: &["CO-Q11"],
        fault: Fault::Answer(|request, response| {
            if is_client(request) && request.url.contains("/users?") {
                let theirs = as_richer(request);
                set(response, "x-total-count", theirs.header("x-total-count").unwrap());
            }
        }),
    },
    Sabotage {
        what: "the rules are kept after a page is cut",
        checks: &["CO-Q12"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("limit=5&offset=5") {
                edit(response, |body| {
                    for list in body.as_object_mut().unwrap().values_mut() {
                        list.as_array_mut().unwrap().pop();
                    }
                });
            }
        }),
    },
    Sabotage {
        what: "a page beyond the client's last has a next one while the server has more people",
        checks: &["CO-Q13"],
        fault: Fault::Answer(|request, response| {
            let has_more = || as_richer(request).json()["users"] != Value::Array(Vec::new());
            if is_client(request) && response.json()["users"] == Value::Array(Vec::new()) && has_more() {
                set(response, "link", "<http://127.0.0.1/>; rel=\"next\"");
            }
        }),
    },
    Sabotage {
        what: "a withheld field is null",
        checks: &["CO-Q14"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("fields=email") {
                each(request, response, "users", |person| person["email"] = Value::Null);
            }
        }),
    },
    Sabotage {
        what: "a nested list has withheld telephone numbers",
        checks: &["CO-Q19"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/classes/") && request.url.contains("/students") {
                each(request, response, "users", |person| person["phone"] = Value::from("+31 6 00000000"));
            }
        }),
    },
    Sabotage {
        what: "a nested list has hidden people",
        checks: &["CO-Q19"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/schools/") && request.url.contains("/teachers") {
                each(request, response, "users", |person| person["sourcedId"] = Value::from("hidden"));
            }
        }),
    },
];
