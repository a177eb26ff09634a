//! What a job may not be: too large, or of operations that aren't whole (RFC 7644 §3.7, §3.7.4).

use serde_json::{Value, json};

use super::super::made::{USERS, user, user_at, with};
use super::super::service::{config, expect_error, offers, send};
use super::super::wording::{may, must, policy, should};
use super::job::{BULK, Jobs, bulky, job, outcomes, post, told};
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::Response;
use crate::probe::{Probe, nonce};

/// The largest number of operations that is exceeded for a look.
const MOST_OPERATIONS: u64 = 20_000;
/// The largest size that is exceeded for a look.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// What makes a job that exceeds a limit, whose first operation makes that user.
type Exceed = fn(&Probe<'_>, &Value) -> Result<Value, Stop>;

/// Checks of limits.
pub const CHECKS: &[Check] = &[
    bulky(must(
        "SC-326",
        "A job with too many operations is refused by 413, and none is carried out",
        "RFC 7644 §3.7.4",
        too_many_operations,
    )),
    bulky(must(
        "SC-326b",
        "A job that is too large is refused by 413, and nothing of it is carried out",
        "RFC 7644 §3.7.4",
        too_many_bytes,
    )),
    bulky(must(
        "SC-326c",
        "The refusal of a job that is too large names the limit",
        "RFC 7644 §3.7.4",
        limits_are_named,
    )),
    bulky(must("SC-327", "A POST without a bulkId is refused", "RFC 7644 §3.7", bulk_ids_are_required)),
    bulky(should(
        "SC-327b",
        "Two operations with the same bulkId aren't both carried out",
        "RFC 7644 §3.7",
        bulk_ids_are_unique,
    )),
    bulky(must("SC-327c", "A POST or PUT without data is refused", "RFC 7644 §3.7", data_is_required)),
    bulky(must(
        "SC-327d",
        "An operation with another method than POST, PUT, PATCH or DELETE is refused",
        "RFC 7644 §3.7",
        methods_are_known,
    )),
    must("SC-330", "Where there are no bulk jobs, one is refused", "RFC 7644 §3.7, §3.12", none_without_bulk),
    bulky(policy(may(
        "SC-331",
        "Jobs within jobs, and changes of what a server says of itself, are refused",
        "RFC 7644 §3.7",
        not_everything_is_a_resource,
    ))),
];

/// A limit that the server tells; a skip if there is none that can be exceeded.
fn limit(probe: &Probe<'_>, name: &str, most: u64) -> Result<u64, Stop> {
    let limit = config(probe)?.pointer(&format!("/bulk/{name}")).and_then(Value::as_u64);
    limit.filter(|limit| (1..=most).contains(limit)).ok_or_else(|| {
        Stop::skipped(format!("the server tells no `bulk.{name}`, or one that is too large to be exceeded"))
    })
}

/// A job of more operations than are allowed, of which the first makes that user.
fn with_too_many(limit: u64, first: &Value) -> Value {
    let mut operations = vec![post(USERS, "new", first)];
    // Nobody has these ids: a server that carries them out deletes nothing.
    operations.extend((0..limit).map(|_| json!({"method": "DELETE", "path": format!("{USERS}/{}", nonce())})));
    job(&operations)
}

/// A job of more bytes than are allowed, whose one operation makes that user.
fn with_too_much(limit: u64, first: &Value) -> Value {
    let name = "x".repeat(usize::try_from(limit).unwrap_or_default());
    job(&[post(USERS, "new", &with(first.clone(), &json!({"nickName": name})))])
}

fn refuses(probe: &Probe<'_>, exceed: Exceed) -> Result<Response, Stop> {
    let jobs = Jobs::new(probe)?;
    let first = user();
    let response = jobs.send(&exceed(probe, &first)?)?;
    expect_error(&response, &[413], &format!("POST {BULK} over a limit"))?;
    let is_free = jobs.is_free(&first)?;
    expect(is_free, "no user made by a job that was refused", || "the user is there".to_owned())?;
    Ok(response)
}

fn operations_exceeded(probe: &Probe<'_>, first: &Value) -> Result<Value, Stop> {
    Ok(with_too_many(limit(probe, "maxOperations", MOST_OPERATIONS)?, first))
}

fn bytes_exceeded(probe: &Probe<'_>, first: &Value) -> Result<Value, Stop> {
    Ok(with_too_much(limit(probe, "maxPayloadSize", MOST_BYTES)?, first))
}

fn too_many_operations(probe: &Probe<'_>) -> Verdict {
    refuses(probe, operations_exceeded).map(drop)
}

fn too_many_bytes(probe: &Probe<'_>) -> Verdict {
    refuses(probe, bytes_exceeded).map(drop)
}

fn limits_are_named(probe: &Probe<'_>) -> Verdict {
    for (name, most, exceed) in [
        ("maxOperations", MOST_OPERATIONS, operations_exceeded as Exceed),
        ("maxPayloadSize", MOST_BYTES, bytes_exceeded),
    ] {
        let limit = limit(probe, name, most)?;
        let response = refuses(probe, exceed)?;
        // Thousands may be written apart.
        let text: String = response.text().chars().filter(|one| !matches!(one, ',' | '.' | ' ' | '_' | '\'')).collect();
        let is_named = text.contains(&limit.to_string()) || text.contains(name);
        expect(is_named, format!("an error that names the limit, {limit}"), || response.summary())?;
    }
    Ok(())
}

/// That a job is refused by 400, or at least one of its operations by one of these statuses.
fn expect_one_refused(probe: &Probe<'_>, operations: &[Value], statuses: &[u16], what: &str) -> Verdict {
    let jobs = Jobs::new(probe)?;
    let response = jobs.send(&job(operations))?;
    if response.status != 200 {
        return expect_error(&response, statuses, what);
    }
    let outcomes = outcomes(&response);
    let Some(refused) = outcomes.iter().find(|outcome| !outcome.succeeds()) else {
        return Err(Stop::failed(format!("{what}: the job or an operation refused"), told(&outcomes)));
    };
    refused.expect_refusal(statuses, what)
}

fn bulk_ids_are_required(probe: &Probe<'_>) -> Verdict {
    let operation = json!({"method": "POST", "path": USERS, "data": user()});
    expect_one_refused(probe, &[operation], &[400], "a POST without `bulkId`")
}

fn bulk_ids_are_unique(probe: &Probe<'_>) -> Verdict {
    let operations = [post(USERS, "same", &user()), post(USERS, "same", &user())];
    expect_one_refused(probe, &operations, &[400, 409], "two operations with one `bulkId`")
}

fn data_is_required(probe: &Probe<'_>) -> Verdict {
    let post = json!({"method": "POST", "path": USERS, "bulkId": "none"});
    expect_one_refused(probe, &[post], &[400], "a POST without `data`")?;
    let jobs = Jobs::new(probe)?;
    let user = jobs.made.user(&json!({}))?;
    let put = json!({"method": "PUT", "path": user_at(&user)});
    expect_one_refused(probe, &[put], &[400], "a PUT without `data`")
}

fn methods_are_known(probe: &Probe<'_>) -> Verdict {
    for method in ["GET", "CONFORMANCE"] {
        let operation = json!({"method": method, "path": USERS, "bulkId": "one", "data": user()});
        expect_one_refused(probe, &[operation], &[400, 405, 501], &format!("the method {method}"))?;
    }
    Ok(())
}

fn none_without_bulk(probe: &Probe<'_>) -> Verdict {
    if offers(probe, "bulk")? {
        return Err(Stop::skipped("the server takes bulk jobs"));
    }
    // Nobody has that id, should the job be carried out.
    let delete = json!({"method": "DELETE", "path": format!("{USERS}/{}", nonce())});
    let response = send(probe, "POST", BULK, &job(&[delete]))?;
    let statuses = [403, 404, 405, 501];
    expect(statuses.contains(&response.status), format!("POST {BULK}: 501 or 404"), || response.summary())
}

fn not_everything_is_a_resource(probe: &Probe<'_>) -> Verdict {
    let statuses = [400, 403, 404, 405, 501];
    let within = post(BULK, "job", &job(&[post(USERS, "new", &user())]));
    expect_one_refused(probe, &[within], &statuses, "a job within a job")?;
    let delete = json!({"method": "DELETE", "path": "/ServiceProviderConfig"});
    expect_one_refused(probe, &[delete], &statuses, "a DELETE of /ServiceProviderConfig")
}
