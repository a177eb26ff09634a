//! What is unique, and what becomes free again (RFC 7643 §3.1, RFC 7644 §3.3).

use std::collections::HashSet;

use serde_json::json;

use super::super::made::{Made, USERS, group_at, id, user, user_at, with};
use super::super::service::{MEDIA_TYPE, delete, expect_refusal, text};
use super::super::wording::{may, must, policy, writing};
use crate::check::{Check, Verdict, expect};
use crate::exchange::Request;
use crate::probe::{Probe, nonce};

/// How many clients want the same name at once.
const RIVALS: usize = 6;

/// Checks of uniqueness.
pub const CHECKS: &[Check] = &[
    writing(must("SC-055", "A user name that a user has is refused as a clash", "RFC 7644 §3.3", a_name_is_taken_once)),
    writing(must(
        "SC-055b",
        "A user name that differs only in case is refused as a clash",
        "RFC 7643 §4.1.1, §8.7.1",
        in_whatever_case,
    )),
    writing(must(
        "SC-056",
        "The name of a user who was deleted can be taken again",
        "RFC 7644 §3.6",
        names_become_free,
    )),
    writing(must(
        "SC-072",
        "No two resources have the same id, of whatever type, and none gets one that was in use",
        "RFC 7643 §3.1",
        ids_are_unique,
    )),
    writing(policy(may("SC-073", "Two users may have the same externalId", "RFC 7643 §3.1", external_ids_are_free))),
    writing(must(
        "SC-074",
        "Of several who take a user name at once, one gets it and the others are told of the clash",
        "RFC 7644 §3.3",
        one_of_many,
    )),
];

fn a_name_is_taken_once(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let first = made.user(&json!({}))?;
    let second = made.post(USERS, &with(user(), &json!({"userName": text(&first, "/userName")})))?;
    expect_refusal(&second, 409, "uniqueness", "POST with the name of another user")
}

fn in_whatever_case(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let first = made.user(&json!({}))?;
    let name = text(&first, "/userName").to_ascii_uppercase();
    let second = made.post(USERS, &with(user(), &json!({"userName": name})))?;
    expect_refusal(&second, 409, "uniqueness", "POST with the name of another user in capitals")
}

fn names_become_free(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let body = user();
    let first = made.resource(USERS, &body)?;
    delete(probe, &user_at(&first))?;
    let second = made.post(USERS, &body)?;
    expect(second.status == 201, "POST with the name of a user who was deleted: 201", || second.summary())
}

fn ids_are_unique(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let body = user();
    let (first, group) = (made.resource(USERS, &body)?, made.group(&json!({}))?);
    delete(probe, &user_at(&first))?;
    delete(probe, &group_at(&group))?;
    let again = [made.resource(USERS, &body)?, made.group(&json!({}))?, made.user(&json!({}))?];
    let all: Vec<&str> = [&first, &group].into_iter().chain(&again).map(id).collect();
    let distinct: HashSet<&str> = all.iter().copied().collect();
    expect(distinct.len() == all.len(), "five resources with five ids, two of them deleted", || all.join(", "))
}

fn external_ids_are_free(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let same = json!({"externalId": nonce()});
    made.user(&same)?;
    let second = made.post(USERS, &with(user(), &same))?;
    expect(second.status == 201, "POST with the externalId of another user: 201", || second.summary())
}

fn one_of_many(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let name = format!("conformance-{}@example.org", nonce());
    let one = || {
        let body = with(user(), &json!({"userName": name}));
        Request::new("POST", probe.target.url(USERS)).json(MEDIA_TYPE, &body)
    };
    let responses = probe.send_at_once((0..RIVALS).map(|_| one()).collect())?;
    for response in &responses {
        made.note(USERS, response);
    }
    let count = |status| responses.iter().filter(|response| response.status == status).count();
    let told: Vec<String> = responses.iter().map(|response| response.status.to_string()).collect();
    let holds = (count(201), count(409)) == (1, RIVALS - 1);
    expect(holds, format!("one 201 and {} times 409", RIVALS - 1), || told.join(", "))
}
