//! Versions of resources, and requests that depend on them (RFC 7644 §3.14, RFC 9110 §13).

use serde_json::{Value, json};

use super::made::{Made, group_at, members, user, user_at, with};
use super::service::{MEDIA_TYPE, object, offers, require, send, text};
use super::wording::{may, must, needing, policy, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

/// How many clients change the same version at once.
const RIVALS: usize = 6;
/// What a change that came too late is answered: RFC 9110 §13.1.1, and table 8 of RFC 7644 §3.12.
const TOO_LATE: [u16; 2] = [412, 409];

const fn versioned(check: Check) -> Check {
    needing("versions (`etag`)", writing(check))
}

/// Checks of versions.
pub const CHECKS: &[Check] = &[
    versioned(must(
        "SC-300",
        "The ETag of an answer is the `meta.version` in it, whatever the method",
        "RFC 7643 §3.1; RFC 7644 §3.14",
        etags_are_versions,
    )),
    versioned(must(
        "SC-301",
        "Who has a version gets it again only if there is a newer one",
        "RFC 7644 §3.14; RFC 9110 §13.1.2",
        none_match,
    )),
    versioned(must(
        "SC-302",
        "A change or deletion of a version that is outdated is refused and changes nothing",
        "RFC 7644 §3.14; RFC 9110 §13.1.1",
        outdated_is_refused,
    )),
    versioned(must(
        "SC-302b",
        "A change or deletion of the current version succeeds",
        "RFC 7644 §3.14; RFC 9110 §13.1.1",
        current_succeeds,
    )),
    versioned(must(
        "SC-303",
        "If-Match may name any version (*), or several of which one is current",
        "RFC 9110 §13.1.1",
        any_or_several,
    )),
    versioned(must(
        "SC-304",
        "Of several who change the same version at once, one succeeds",
        "RFC 7644 §3.14; RFC 9110 §13.1.1",
        one_of_many,
    )),
    versioned(policy(may(
        "SC-305",
        "A group has a new version when its members change",
        "RFC 7643 §3.1",
        members_are_part_of_a_group,
    ))),
];

/// A request that depends on versions.
fn conditional(probe: &Probe<'_>, method: &str, path: &str, condition: (&str, &str)) -> Request {
    Request::new(method, probe.target.url(path)).header(condition.0, condition.1)
}

/// A PUT that gives a user another name, if it is of that version.
fn renaming(probe: &Probe<'_>, of: &Value, versions: &str) -> Request {
    let body = with(user(), &json!({"userName": of.get("userName")}));
    conditional(probe, "PUT", &user_at(of), ("If-Match", versions)).json(MEDIA_TYPE, &body)
}

/// A PATCH likewise.
fn patching(probe: &Probe<'_>, of: &Value, versions: &str) -> Request {
    conditional(probe, "PATCH", &user_at(of), ("If-Match", versions)).json(MEDIA_TYPE, &change())
}

fn change() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "displayName", "value": format!("Conformance {}", nonce())}],
    })
}

/// The version that a resource shows.
fn version(resource: &Value) -> Result<String, Stop> {
    let version = text(resource, "/meta/version");
    expect(!version.is_empty(), "a `meta.version`, as versions are supported", || resource.to_string())?;
    Ok(version.to_owned())
}

fn succeeds(response: &Response, what: &str) -> Verdict {
    expect((200..300).contains(&response.status), format!("{what}: a success"), || response.summary())
}

fn etags_are_versions(probe: &Probe<'_>) -> Verdict {
    require(probe, "etag")?;
    let made = Made::by(probe);
    let agree = |what: &str, response: &Response| {
        let json = response.json();
        let (version, etag) = (text(&json, "/meta/version"), response.header("etag").unwrap_or_default());
        expect(!version.is_empty() && etag == version, format!("{what}: an ETag that is `meta.version`"), || {
            format!("ETag: {etag}; {}", response.summary())
        })
    };
    let response = made.post("/Users", &user())?;
    agree("POST", &response)?;
    let user = response.json();
    let path = user_at(&user);
    agree("GET", &probe.get(&path)?)?;
    agree("PUT", &send(probe, "PUT", &path, &with(self::user(), &json!({"userName": user.get("userName")})))?)?;
    if offers(probe, "patch")? {
        let response = send(probe, "PATCH", &path, &change())?;
        // 204 is an answer as well, which shows no version.
        if response.status == 200 {
            agree("PATCH", &response)?;
        }
    }
    Ok(())
}

fn none_match(probe: &Probe<'_>) -> Verdict {
    require(probe, "etag")?;
    let made = Made::by(probe);
    let user = made.user(&json!({}))?;
    let (path, first) = (user_at(&user), version(&user)?);
    let same = probe.send(conditional(probe, "GET", &path, ("If-None-Match", &first)))?;
    let holds = same.status == 304 && same.body.is_empty();
    expect(holds, format!("GET with If-None-Match: {first}: 304 without a body"), || same.summary())?;
    succeeds(&send(probe, "PUT", &path, &with(self::user(), &json!({"userName": user.get("userName")})))?, "PUT")?;
    let newer = probe.send(conditional(probe, "GET", &path, ("If-None-Match", &first)))?;
    let holds = newer.status == 200 && text(&newer.json(), "/id") == text(&user, "/id");
    expect(holds, format!("GET with If-None-Match: {first}, which is outdated: 200"), || newer.summary())
}

fn outdated_is_refused(probe: &Probe<'_>) -> Verdict {
    require(probe, "etag")?;
    let made = Made::by(probe);
    let user = made.user(&json!({}))?;
    let (path, first) = (user_at(&user), version(&user)?);
    succeeds(&send(probe, "PUT", &path, &with(self::user(), &json!({"userName": user.get("userName")})))?, "PUT")?;
    let before = object(probe, &path)?;
    let mut late = vec![renaming(probe, &user, &first), conditional(probe, "DELETE", &path, ("If-Match", &first))];
    if offers(probe, "patch")? {
        late.push(patching(probe, &user, &first));
    }
    for request in late {
        let what = format!("{} with If-Match: {first}, which is outdated", request.method);
        let response = probe.send(request)?;
        expect(TOO_LATE.contains(&response.status), format!("{what}: 412"), || response.summary())?;
        let after = object(probe, &path)?;
        expect(after == before, format!("{what}: nothing changes"), || after.to_string())?;
    }
    Ok(())
}

fn current_succeeds(probe: &Probe<'_>) -> Verdict {
    require(probe, "etag")?;
    let made = Made::by(probe);
    let user = made.user(&json!({}))?;
    let path = user_at(&user);
    let current = || version(&object(probe, &path)?);
    succeeds(&probe.send(renaming(probe, &user, &current()?))?, "PUT with the current version in If-Match")?;
    if offers(probe, "patch")? {
        succeeds(&probe.send(patching(probe, &user, &current()?))?, "PATCH with the current version in If-Match")?;
    }
    let delete = conditional(probe, "DELETE", &path, ("If-Match", &current()?));
    succeeds(&probe.send(delete)?, "DELETE with the current version in If-Match")
}

fn any_or_several(probe: &Probe<'_>) -> Verdict {
    require(probe, "etag")?;
    let made = Made::by(probe);
    let user = made.user(&json!({}))?;
    succeeds(&probe.send(renaming(probe, &user, "*"))?, "PUT with If-Match: *")?;
    let current = version(&object(probe, &user_at(&user))?)?;
    let several = format!("W/\"{}\", {current}, \"{}\"", nonce(), nonce());
    succeeds(&probe.send(renaming(probe, &user, &several))?, &format!("PUT with If-Match: {several}"))?;
    let others = format!("W/\"{}\", \"{}\"", nonce(), nonce());
    let response = probe.send(renaming(probe, &user, &others))?;
    expect(TOO_LATE.contains(&response.status), format!("PUT with If-Match: {others}: 412"), || response.summary())
}

fn one_of_many(probe: &Probe<'_>) -> Verdict {
    require(probe, "etag")?;
    let made = Made::by(probe);
    let user = made.user(&json!({}))?;
    let first = version(&user)?;
    let responses = probe.send_at_once((0..RIVALS).map(|_| renaming(probe, &user, &first)).collect())?;
    let n_done = responses.iter().filter(|response| response.status == 200).count();
    let n_late = responses.iter().filter(|response| TOO_LATE.contains(&response.status)).count();
    let told: Vec<String> = responses.iter().map(|response| response.status.to_string()).collect();
    expect((n_done, n_late) == (1, RIVALS - 1), format!("one 200 and {} times 412", RIVALS - 1), || told.join(", "))
}

fn members_are_part_of_a_group(probe: &Probe<'_>) -> Verdict {
    require(probe, "etag")?;
    let made = Made::by(probe);
    let (first, second) = (made.user(&json!({}))?, made.user(&json!({}))?);
    let group = made.group_of(&[&first])?;
    let path = group_at(&group);
    let before = version(&group)?;
    let body = json!({
        "schemas": group.get("schemas"), "displayName": group.get("displayName"), "members": members(&[&second]),
    });
    succeeds(&send(probe, "PUT", &path, &body)?, "PUT of a group with another member")?;
    let after = version(&object(probe, &path)?)?;
    expect(after != before, format!("another version than {before}"), || after.clone())
}
