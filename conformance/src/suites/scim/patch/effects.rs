//! What a PATCH is answered with, and what it does to versions (RFC 7644 §3.5.2; RFC 7643 §3.1).

use std::thread::sleep;

use chrono::DateTime;
use serde_json::{Value, json};

use super::super::made::USER;
use super::super::service::{MEDIA_TYPE, names_schema, text, with_query};
use super::super::wording::{may, must, practice, should};
use super::trial::{A_SECOND, Subject, Trial, changing, expect_taken, message, operation};
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::{Request, Response};
use crate::probe::Probe;

/// Checks of answers and versions.
pub const CHECKS: &[Check] = &[
    changing(must("SC-221", "Adding what is there already leaves meta.lastModified", "RFC 7644 §3.5.2.1", nothing_new)),
    changing(should(
        "SC-221b",
        "Adding what is there already leaves meta.version",
        "RFC 7644 §3.5.2.1; RFC 7643 §3.1",
        no_new_version,
    )),
    changing(must(
        "SC-222",
        "A change moves meta.lastModified, and meta.version if there is one",
        "RFC 7643 §3.1",
        changes_show,
    )),
    changing(must(
        "SC-223",
        "PATCH answers 200 with the resource or 204 without, and 200 with what `attributes` names",
        "RFC 7644 §3.5.2 and §3.9",
        answers,
    )),
    changing(practice(may(
        "SC-224",
        "PATCH answers 200 with the whole resource",
        "RFC 7644 §3.5.2; scim-sanity takes a 204 for a fault",
        the_whole_resource,
    ))),
    changing(may(
        "SC-238",
        "PATCH answers 204 and tells so if the client prefers a minimal answer",
        "RFC 7240 §4.2; RFC 7644 §3.5.2",
        minimal_answers,
    )),
];

/// A member of `meta` before and after what changes nothing, with more than a second between.
fn unmoved(probe: &Probe<'_>, member: &str) -> Verdict {
    let pointer = format!("/meta/{member}");
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"title": "Teacher"}))?;
    let before = text(&user.made, &pointer);
    if before.is_empty() {
        return Err(Stop::skipped(format!("the server shows no meta.{member}")));
    }
    sleep(A_SECOND);
    let emails = user.made.get("emails").cloned().unwrap_or_default();
    for same in [operation("add", "title", "Teacher"), operation("add", "emails", emails)] {
        let after = user.patched(std::slice::from_ref(&same))?;
        expect(text(&after, &pointer) == before, format!("meta.{member} {before} after {same}"), || {
            text(&after, &pointer).to_owned()
        })?;
    }
    Ok(())
}

fn nothing_new(probe: &Probe<'_>) -> Verdict {
    unmoved(probe, "lastModified")
}

fn no_new_version(probe: &Probe<'_>) -> Verdict {
    unmoved(probe, "version")
}

fn changes_show(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"title": "Teacher"}))?;
    let instant = |user: &Value| DateTime::parse_from_rfc3339(text(user, "/meta/lastModified")).ok();
    let Some(before) = instant(&user.made) else {
        return Err(Stop::skipped("the server shows no meta.lastModified"));
    };
    sleep(A_SECOND);
    let after = user.patched(&[operation("replace", "title", "Head")])?;
    expect(instant(&after).is_some_and(|after| after > before), format!("meta.lastModified after {before}"), || {
        text(&after, "/meta/lastModified").to_owned()
    })?;
    let version = text(&user.made, "/meta/version");
    let moved = version.is_empty() || text(&after, "/meta/version") != version;
    expect(moved, format!("another meta.version than {version}"), || text(&after, "/meta/version").to_owned())
}

/// The answer to a PATCH of a user's title, at an address and with a preference of its own.
fn ask(probe: &Probe<'_>, (path, title): (&str, &str), preference: Option<&str>) -> Result<Response, Stop> {
    let operations = [operation("replace", "title", title)];
    let mut request = Request::new("PATCH", probe.target.url(path)).json(MEDIA_TYPE, &message(&operations));
    if let Some(preference) = preference {
        request = request.header("Prefer", preference);
    }
    let response = probe.send(request)?;
    expect_taken(&response, &operations)?;
    Ok(response)
}

/// Whether an answer shows the whole user with that title.
fn is_whole(response: &Response, user: &Subject<'_, '_>, title: &str) -> bool {
    let json = response.json();
    let shows = |pointer: &str| text(&json, pointer) == text(&user.made, pointer);
    names_schema(&json, USER) && shows("/id") && shows("/userName") && text(&json, "/title") == title
}

fn answers(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"title": "Teacher"}))?;
    let response = ask(probe, (&user.path, "Head"), None)?;
    let holds = if response.status == 204 { response.body.is_empty() } else { is_whole(&response, &user, "Head") };
    expect(holds, "200 and the whole user, or 204 and no body", || response.summary())?;
    let response = ask(probe, (&with_query(&user.path, &[("attributes", "title")]), "Tutor"), None)?;
    let json = response.json();
    let is_cut = text(&json, "/title") == "Tutor" && text(&json, "/id") == user.id() && json.get("emails").is_none();
    expect(response.status == 200 && is_cut, "with attributes=title: 200, `id` and `title` without `emails`", || {
        response.summary()
    })
}

fn the_whole_resource(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"title": "Teacher"}))?;
    let response = ask(probe, (&user.path, "Head"), None)?;
    expect(response.status == 200 && is_whole(&response, &user, "Head"), "200 and the whole user", || {
        response.summary()
    })
}

fn minimal_answers(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"title": "Teacher"}))?;
    let response = ask(probe, (&user.path, "Head"), Some("return=minimal"))?;
    let applied = response.header("preference-applied").unwrap_or_default();
    let holds = response.status == 204 && applied.replace(' ', "").contains("return=minimal");
    expect(holds, "204 and `Preference-Applied: return=minimal`", || {
        format!("{}, Preference-Applied: {applied}", response.summary())
    })
}
