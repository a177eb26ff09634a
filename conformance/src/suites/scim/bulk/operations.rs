//! What becomes of the operations of a job (RFC 7644 §3.7, §3.7.3).

use serde_json::{Value, json};

use super::super::made::{Made, USERS, id, user, user_at, with};
use super::super::service::{object, offers, require, text};
use super::super::wording::{must, needing, should};
use super::job::{Jobs, Outcome, bulky, job, of, post, told};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::{Probe, nonce};

/// Checks of operations.
pub const CHECKS: &[Check] = &[
    bulky(must(
        "SC-320",
        "Operations of each method are carried out, and each is answered with its status and where the resource is",
        "RFC 7644 §3.7",
        every_method,
    )),
    bulky(should("SC-320b", "The status of an operation is a text", "RFC 7644 §3.7.3", statuses_are_texts)),
    bulky(must(
        "SC-321",
        "An operation that fails is answered with its Error, and the others are carried out",
        "RFC 7644 §3.7, §3.7.3",
        failures_stay_alone,
    )),
    bulky(must(
        "SC-322",
        "A job ends after as many errors as it says, and only what was tried is answered",
        "RFC 7644 §3.7, §3.7.3",
        a_job_ends,
    )),
    needing(
        "`bulk` and `etag`",
        bulky(must(
            "SC-328",
            "An operation on an outdated version is refused and changes nothing",
            "RFC 7644 §3.7, §3.14",
            versions_are_compared,
        )),
    ),
];

/// The body of somebody new, who keeps a user's name.
fn successor(of: &Value) -> Value {
    with(user(), &json!({"userName": of.get("userName")}))
}

fn every_method(probe: &Probe<'_>) -> Verdict {
    let jobs = Jobs::new(probe)?;
    let made = &jobs.made;
    let [put, patched, deleted] = [made.user(&json!({}))?, made.user(&json!({}))?, made.user(&json!({}))?];
    let (new, title) = (user(), nonce());
    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "displayName", "value": title}],
    });
    let replacement = successor(&put);
    let mut operations = vec![
        post(USERS, "new", &new),
        json!({"method": "PUT", "path": user_at(&put), "data": replacement}),
        json!({"method": "DELETE", "path": user_at(&deleted)}),
    ];
    if offers(probe, "patch")? {
        operations.push(json!({"method": "PATCH", "path": user_at(&patched), "data": patch}));
    }
    let outcomes = jobs.run(&job(&operations))?;
    expect(outcomes.len() == operations.len(), format!("{} answers", operations.len()), || told(&outcomes))?;
    let all: [(&str, &[u16], &Value); 4] = [
        ("POST", &[201], &Value::Null),
        ("PUT", &[200], &put),
        ("DELETE", &[204], &deleted),
        ("PATCH", &[200, 204], &patched),
    ];
    for (method, statuses, resource) in all.into_iter().take(operations.len()) {
        let Some(outcome) = outcomes.iter().find(|outcome| outcome.is(method)) else {
            return Err(Stop::failed(format!("an answer to the {method}"), told(&outcomes)));
        };
        outcome.expect_status(statuses, method)?;
        let (is, was) = (probe.target.resolve(outcome.location()), text(resource, "/meta/location"));
        let holds = !is.is_empty() && (was.is_empty() || is == probe.target.resolve(was));
        expect(holds, format!("{method}: the `location` of the resource {was}"), || told(&outcomes))?;
    }
    let is_made = text(&jobs.read(of(&outcomes, "new")?)?, "/userName") == text(&new, "/userName");
    expect(is_made, "a new user where the POST says", || told(&outcomes))?;
    let read = object(probe, &user_at(&put))?;
    expect(read.get("displayName") == replacement.get("displayName"), "the user of the PUT replaced", || {
        read.to_string()
    })?;
    if offers(probe, "patch")? {
        let read = object(probe, &user_at(&patched))?;
        expect(text(&read, "/displayName") == title, "the user of the PATCH changed", || read.to_string())?;
    }
    let gone = probe.get(&user_at(&deleted))?;
    expect(gone.status == 404, "the user of the DELETE gone", || gone.summary())
}

fn statuses_are_texts(probe: &Probe<'_>) -> Verdict {
    let jobs = Jobs::new(probe)?;
    let outcomes = jobs.run(&job(&[post(USERS, "one", &user()), post(USERS, "two", &json!({"schemas": []}))]))?;
    let holds = outcomes.len() == 2 && outcomes.iter().all(Outcome::has_text_status);
    expect(holds, "two answers, each with a `status` that is a text", || told(&outcomes))
}

/// An operation that fails, since its user name is taken.
fn failing(made: &Made<'_, '_>, bulk_id: &str) -> Result<Value, Stop> {
    let first = made.user(&json!({}))?;
    Ok(post(USERS, bulk_id, &successor(&first)))
}

fn failures_stay_alone(probe: &Probe<'_>) -> Verdict {
    let jobs = Jobs::new(probe)?;
    let new = user();
    let outcomes = jobs.run(&job(&[failing(&jobs.made, "fails")?, post(USERS, "new", &new)]))?;
    of(&outcomes, "fails")?.expect_refusal(&[409], "a POST with the name of another user")?;
    let made = of(&outcomes, "new")?;
    made.expect_status(&[201], "a POST after one that failed")?;
    let read = jobs.read(made)?;
    expect(text(&read, "/userName") == text(&new, "/userName"), "a new user where it says", || read.to_string())
}

fn a_job_ends(probe: &Probe<'_>) -> Verdict {
    let jobs = Jobs::new(probe)?;
    let new = user();
    let mut job = job(&[failing(&jobs.made, "fails")?, post(USERS, "new", &new)]);
    if let Some(members) = job.as_object_mut() {
        members.insert("failOnErrors".to_owned(), 1.into());
    }
    let outcomes = jobs.run(&job)?;
    of(&outcomes, "fails")?.expect_refusal(&[409], "a POST with the name of another user")?;
    expect(outcomes.len() == 1, "no answer to the operation after the one that failed", || told(&outcomes))?;
    let is_free = jobs.is_free(&new)?;
    expect(is_free, "no user made after the operation that failed", || told(&outcomes))
}

fn versions_are_compared(probe: &Probe<'_>) -> Verdict {
    require(probe, "etag")?;
    let jobs = Jobs::new(probe)?;
    let user = jobs.made.user(&json!({}))?;
    let (path, first) = (user_at(&user), text(&user, "/meta/version"));
    let replace = |version: &str| json!({"method": "PUT", "path": path, "bulkId": "put", "version": version, "data": successor(&user)});
    let only = |outcomes: &[Outcome]| match outcomes {
        [outcome] => Ok(outcome.clone()),
        _ => Err(Stop::failed("one answer", told(outcomes))),
    };
    only(&jobs.run(&job(&[replace(first)]))?)?.expect_status(&[200], "PUT of the current version")?;
    let before = object(probe, &path)?;
    let outcome = only(&jobs.run(&job(&[replace(first)]))?)?;
    outcome.expect_refusal(&[412, 409], &format!("PUT of the version {first}, which is outdated"))?;
    let after = object(probe, &path)?;
    expect(after == before, format!("{} as before", id(&user)), || after.to_string())
}
