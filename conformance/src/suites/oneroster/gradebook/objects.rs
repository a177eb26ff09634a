//! One object at a time: it is put, read, put again and deleted.

use serde_json::{Value, json};

use super::super::brief::{must, policy, practice, writing};
use super::super::collection::Collection;
use super::super::routes::named;
use super::super::service::{Service, id_of};
use super::super::shape::instant;
use super::desk::{Desk, with, without};
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

const PUT: &str = "OneRoster 1.2 Gradebook, putCategory, putLineItem and putResult; OneRoster 1.1 §3.1";
const DELETE: &str = "OneRoster 1.2 Gradebook, deleteCategory, deleteLineItem and deleteResult; OneRoster 1.1 §3.1";

/// Checks that both versions have.
pub const BOTH: &[Check] = &[
    writing(must("OR-501", "A PUT under a new id makes the object: 201", PUT, |probe| each(probe, MAIN, made))),
    writing(must("OR-501b", "What was put is read as it was put", PUT, |probe| each(probe, MAIN, read_back))),
    writing(must("OR-501c", "What was put is listed", PUT, |probe| each(probe, MAIN, is_listed))),
    writing(must("OR-502", "A PUT under a known id succeeds, and what is read is what was put last", PUT, |probe| {
        each(probe, MAIN, replaced)
    })),
    writing(policy("OR-502b", "A PUT replaces all: what it leaves out is gone", PUT, |probe| {
        each(probe, MAIN, left_out)
    })),
    writing(must(
        "OR-502c",
        "A change of an object makes its dateLastModified later",
        "OneRoster 1.2 Information Models §5",
        |probe| each(probe, MAIN, touched),
    )),
    writing(practice(
        "OR-503",
        "An object without status and dateLastModified, which names others by sourcedId alone, is taken and completed",
        PUT,
        |probe| each(probe, MAIN, completed),
    )),
    writing(policy("OR-504", "An object of another id than its address is refused", PUT, |probe| {
        each(probe, MAIN, other_id)
    })),
    writing(policy("OR-504b", "An object that names what isn't there is refused", PUT, |probe| {
        each(probe, &["lineItems", "results"], unknown_reference)
    })),
    writing(must("OR-505", "An object without a member that is required is refused: 422", PUT, |probe| {
        each(probe, MAIN, incomplete)
    })),
    writing(must("OR-505b", "A body that isn't JSON is refused: 400", PUT, |probe| each(probe, MAIN, broken))),
    writing(must("OR-505c", "An object in another wrapper is refused", PUT, |probe| each(probe, MAIN, wrong_wrapper))),
    writing(policy("OR-505d", "A body of another media type is refused: 415", "RFC 9110 §15.5.16", |probe| {
        each(probe, MAIN, wrong_media_type)
    })),
    writing(must("OR-506", "A DELETE succeeds without a body: 204", DELETE, |probe| each(probe, MAIN, deleted))),
    writing(must("OR-506b", "What was deleted isn't found any more: 404", DELETE, |probe| each(probe, MAIN, gone))),
    writing(practice("OR-506c", "What was deleted isn't listed any more", DELETE, |probe| each(probe, MAIN, unlisted))),
    writing(policy("OR-506d", "What was deleted can't be deleted again: 404", DELETE, |probe| {
        each(probe, MAIN, deleted_twice)
    })),
    writing(must("OR-507", "A DELETE of an unknown id is not found: 404", DELETE, |probe| each(probe, MAIN, unknown))),
];

const MAIN: &[&str] = &["categories", "lineItems", "results"];

/// Looks at a draft of each of these collections that the client may write.
pub fn each(
    probe: &Probe<'_>,
    paths: &[&str],
    look: impl Fn(&Desk<'_, '_, '_>, Collection, &Value) -> Verdict,
) -> Verdict {
    let service = Service::of(probe);
    let mut skipped = Ok(());
    let mut n_seen = 0;
    for path in paths {
        let desk = match Desk::open(&service, path) {
            Err(Stop::Skipped(reason)) => {
                skipped = Err(Stop::Skipped(reason));
                continue;
            }
            other => other?,
        };
        let collection = named(path)?;
        look(&desk, collection, &desk.draft(collection)?)?;
        n_seen += 1;
    }
    if n_seen == 0 { skipped } else { Ok(()) }
}

fn at(collection: Collection, object: &Value) -> String {
    format!("{}/{}", collection.path, id_of(object))
}

/// That an answer refuses with one of these statuses, and that nothing came of it.
pub fn expect_refused(
    desk: &Desk<'_, '_, '_>,
    (collection, id): (Collection, &str),
    response: &Response,
    (statuses, what): (&[u16], &str),
) -> Verdict {
    desk.service.expect_error(response, statuses, &format!("PUT {}: {what}", collection.path))?;
    let read = desk.service.probe.get(&desk.url(collection, id))?;
    expect(read.status == 404, format!("PUT {}: {what}: nothing is made", collection.path), || read.summary())
}

/// Whether what was read has all that was put; what the server keeps by itself aside.
pub fn agrees(put: &Value, read: &Value) -> Result<(), String> {
    fn differs(put: &Value, read: &Value, at: &str) -> Option<String> {
        let found = || Some(format!("{at}: {read} instead of {put}"));
        match (put, read) {
            (Value::Object(_), _) if put.get("sourcedId").is_some() && put.get("href").is_some() => {
                if id_of(put) == id_of(read) { None } else { found() }
            }
            (Value::Object(members), _) => {
                members.iter().filter(|(name, _)| !matches!(name.as_str(), "status" | "dateLastModified")).find_map(
                    |(name, value)| differs(value, read.get(name).unwrap_or(&Value::Null), &format!("{at}.{name}")),
                )
            }
            (Value::Array(all), Value::Array(others)) if all.len() == others.len() => {
                all.iter().zip(others).find_map(|(one, other)| differs(one, other, at))
            }
            (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => None,
            (Value::String(one), Value::String(other)) => {
                let same = one == other || instant(one).is_some_and(|at| instant(other) == Some(at));
                if same { None } else { found() }
            }
            _ if put == read => None,
            _ => found(),
        }
    }
    differs(put, read, "").map_or(Ok(()), Err)
}

/// An object is read, and has all that was put.
pub fn expect_read(desk: &Desk<'_, '_, '_>, collection: Collection, put: &Value) -> Result<Value, Stop> {
    let read = desk.service.single(collection, id_of(put))?;
    let agreed = agrees(put, &read);
    expect(agreed.is_ok(), format!("GET {}: what was put", at(collection, put)), || agreed.err().unwrap_or_default())?;
    Ok(read)
}

fn made(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let response = desk.put(collection, draft)?;
    expect(response.status == 201, format!("PUT {}, a new id: 201", at(collection, draft)), || response.summary())
}

fn read_back(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    desk.must_put(collection, draft)?;
    expect_read(desk, collection, draft).map(drop)
}

fn is_listed(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    desk.must_put(collection, draft)?;
    let listed = desk.listed(collection, id_of(draft))?;
    let is_there = matches!(listed.as_slice(), [one] if agrees(draft, one).is_ok());
    expect(is_there, format!("GET {} by its sourcedId: what was put", collection.path), || {
        Value::from(listed).to_string()
    })
}

/// The draft with another text.
fn changed(collection: Collection, draft: &Value) -> Value {
    let member = if collection.path == "results" { "comment" } else { "title" };
    with(draft, &json!({member: "Conformance, changed"}))
}

fn replaced(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    desk.must_put(collection, draft)?;
    let changed = changed(collection, draft);
    let response = desk.put(collection, &changed)?;
    let expected = format!("PUT {} again: 200", at(collection, draft));
    expect(matches!(response.status, 200 | 201 | 204), expected, || response.summary())?;
    expect_read(desk, collection, &changed).map(drop)
}

fn left_out(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let member = match collection.path {
        "results" => "comment",
        "lineItems" => "description",
        _ => "metadata",
    };
    let first =
        if member == "metadata" { with(draft, &json!({"metadata": {"conformance": "x"}})) } else { draft.clone() };
    desk.must_put(collection, &first)?;
    desk.must_put(collection, &without(&first, member))?;
    let read = desk.service.single(collection, id_of(&first))?;
    let expected = format!("GET {} after a PUT without `{member}`: none", at(collection, &first));
    expect(read.get(member).is_none_or(|value| value == "" || value == &json!({})), expected, || read.to_string())
}

fn touched(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let modified = || -> Result<String, Stop> {
        let read = desk.service.single(collection, id_of(draft))?;
        Ok(read.get("dateLastModified").and_then(Value::as_str).unwrap_or_default().to_owned())
    };
    desk.must_put(collection, draft)?;
    let before = modified()?;
    // Who keeps seconds can't tell two changes in one apart.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    desk.must_put(collection, &changed(collection, draft))?;
    let after = modified()?;
    let (one, other) = (instant(&before), instant(&after));
    let expected = format!("GET {} after a change: dateLastModified after {before}", at(collection, draft));
    expect(one.is_some() && one < other, expected, || after)
}

fn completed(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let mut bare = without(&without(draft, "status"), "dateLastModified");
    for (_, value) in bare.as_object_mut().into_iter().flatten() {
        if value.get("href").is_some() {
            *value = json!({"sourcedId": id_of(value)});
        }
    }
    desk.must_put(collection, &bare)?;
    // The draft's references have their addresses and types.
    let read = expect_read(desk, collection, draft)?;
    let expected =
        format!("GET {}: status, dateLastModified, and references with href and type", at(collection, draft));
    let is_whole = |value: &Value| value.get("href").is_some_and(Value::is_string) && value.get("type").is_some();
    let is_complete = read.get("status").and_then(Value::as_str) == Some("active")
        && read.get("dateLastModified").and_then(Value::as_str).and_then(instant).is_some()
        && read
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, v)| v.get("sourcedId").is_some())
            .all(|(_, v)| is_whole(v));
    expect(is_complete, expected, || read.to_string())
}

fn other_id(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let id = nonce();
    desk.note(collection, id_of(draft));
    let response = desk.put_at(collection, &id, &json!({collection.singular: draft}))?;
    expect_refused(desk, (collection, &id), &response, (&[400, 422], "another id than that of the address"))
}

fn unknown_reference(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let members: &[(&str, &str, &str)] = match collection.path {
        "results" => &[("lineItem", "lineItems", "lineItem"), ("student", "users", "user")],
        _ => &[("class", "classes", "class"), ("category", "categories", "category")],
    };
    for (member, path, kind) in members {
        let object = with(draft, &json!({*member: desk.reference(path, kind, &nonce())}));
        let response = desk.put(collection, &object)?;
        let what = format!("a {member} that isn't there");
        expect_refused(desk, (collection, id_of(&object)), &response, (&[400, 404, 422], &what))?;
    }
    Ok(())
}

fn incomplete(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let required: &[&str] = match collection.path {
        "categories" => &["title"],
        "lineItems" => &["title", "class", "assignDate", "dueDate"],
        _ => &["lineItem", "student", "scoreStatus", "scoreDate"],
    };
    for member in required {
        let object = without(draft, member);
        let response = desk.put(collection, &object)?;
        let what = format!("no `{member}`");
        expect_refused(desk, (collection, id_of(&object)), &response, (&[400, 422], &what))?;
    }
    Ok(())
}

fn sent(
    desk: &Desk<'_, '_, '_>,
    collection: Collection,
    id: &str,
    (media_type, body): (&str, &str),
) -> Result<Response, Stop> {
    desk.send(collection, id, Request::new("PUT", desk.url(collection, id)).body(media_type, body))
}

fn broken(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let body = json!({collection.singular: draft}).to_string();
    let half: String = body.chars().take(body.chars().count() / 2).collect();
    let response = sent(desk, collection, id_of(draft), ("application/json", &half))?;
    expect_refused(desk, (collection, id_of(draft)), &response, (&[400, 422], "half an object"))
}

fn wrong_wrapper(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let response = desk.put_at(collection, id_of(draft), &json!({"object": draft}))?;
    expect_refused(desk, (collection, id_of(draft)), &response, (&[400, 422], "the wrapper `object`"))
}

fn wrong_media_type(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let body = json!({collection.singular: draft}).to_string();
    let response = sent(desk, collection, id_of(draft), ("text/csv", &body))?;
    expect_refused(desk, (collection, id_of(draft)), &response, (&[400, 415, 422], "Content-Type text/csv"))
}

fn deleted(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    desk.must_put(collection, draft)?;
    let response = desk.delete(collection, id_of(draft))?;
    let expected = format!("DELETE {}: 204 without a body", at(collection, draft));
    expect(response.status == 204 && response.body.is_empty(), expected, || response.summary())
}

/// Deletes what was put; a skip if that isn't possible, which another check tells.
fn put_and_deleted(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    desk.must_put(collection, draft)?;
    let response = desk.delete(collection, id_of(draft))?;
    let is_done = matches!(response.status, 200 | 202 | 204);
    if is_done { Ok(()) } else { Err(Stop::skipped(format!("DELETE {}: {}", collection.path, response.status))) }
}

fn gone(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    put_and_deleted(desk, collection, draft)?;
    let read = desk.service.probe.get(&desk.url(collection, id_of(draft)))?;
    desk.service.expect_error(&read, &[404], &format!("GET {}, which was deleted", at(collection, draft)))
}

fn unlisted(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    put_and_deleted(desk, collection, draft)?;
    let listed = desk.listed(collection, id_of(draft))?;
    expect(listed.is_empty(), format!("GET {} by the sourcedId of what was deleted: nothing", collection.path), || {
        Value::from(listed).to_string()
    })
}

fn deleted_twice(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    put_and_deleted(desk, collection, draft)?;
    let again = desk.delete(collection, id_of(draft))?;
    desk.service.expect_error(&again, &[404], &format!("DELETE {} again", at(collection, draft)))
}

fn unknown(desk: &Desk<'_, '_, '_>, collection: Collection, _: &Value) -> Verdict {
    let response = desk.delete(collection, &nonce())?;
    desk.service.expect_error(&response, &[404], &format!("DELETE {}, an unknown id", collection.path))
}
