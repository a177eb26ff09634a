//! Sets of requests of products that read OneRoster.

use serde_json::Value;

use super::super::brief::{needing, practice};
use super::super::routes::{named, of_rostering};
use super::super::service::{Service, id_of};
use super::super::tokens;
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::Probe;

/// Checks of 1.1.
pub const V1P1: &[Check] = &[
    practice(
        "OR-803",
        "The queries of School Data Sync: everything that is active, and what changed since",
        "Microsoft School Data Sync, OneRoster API",
        school_data_sync,
    ),
    practice(
        "OR-803b",
        "A filter in typographic quotes finds the same, as texts about School Data Sync show it",
        "Microsoft School Data Sync, OneRoster API",
        typographic_quotes,
    ),
    practice(
        "OR-804",
        "The queries of Moodle: enrollments by class='…', users by familyName, changes since a day",
        "Moodle enrol_oneroster",
        moodle,
    ),
    practice(
        "OR-806",
        "The lists that Canvas imports, of all and of one school, are there",
        "Instructure, OneRoster rostering service configurations",
        canvas,
    ),
];

/// Checks of 1.2.
pub const V1P2: &[Check] = &[needing(
    "an OAuth 2 client",
    practice(
        "OR-807",
        "A scope is granted as well if it is asked for with http://",
        "Tools4ever HelloID, OneRoster 1.2 connector",
        scope_with_http,
    ),
)];

fn school_data_sync(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for path in ["academicSessions", "orgs", "users", "classes", "enrollments"] {
        let collection = named(path)?;
        let asked = format!("{path}?offset=0&limit=5000&filter=status='active'");
        let page = service.page(&asked, collection.plural)?;
        let wrong = page.objects.iter().find(|one| one.get("status").and_then(Value::as_str) != Some("active"));
        expect(wrong.is_none(), format!("GET {asked}: only active ones"), || format!("{wrong:?}"))?;
        let plain = service.page(&format!("{path}?limit=5000"), collection.plural)?;
        let n_plain = plain.objects.len();
        let is_whole = plain.total().is_none_or(|total| n_plain >= total.min(5000))
            && (n_plain >= 5000 || plain.link("next").is_none());
        expect(is_whole, format!("GET {path}?limit=5000: all, or 5000"), || format!("{n_plain} objects"))?;
        let is_active = |one: &&Value| one.get("status").and_then(Value::as_str) == Some("active");
        let n_active = plain.objects.iter().filter(is_active).count();
        let n_found = page.objects.len();
        // Of a longer list, the first of all and the first of the active ones are others.
        let is_right = n_found == n_active || n_plain >= 5000;
        expect(is_right, format!("GET {asked}: {n_active} objects"), || format!("{n_found} objects"))?;
        for (since, has_all) in [("1970-01-01T00:00:00.000Z", true), ("2999-01-01T00:00:00.000Z", false)] {
            let asked = format!("{path}?filter=dateLastModified>'{since}'&limit=5000&offset=0");
            let n_found = service.page(&asked.replace('>', "%3E"), collection.plural)?.objects.len();
            // What is gone may be told only to who asks what changed.
            let is_right = if has_all { n_found >= n_plain } else { n_found == 0 };
            let wanted = if has_all { n_plain } else { 0 };
            expect(is_right, format!("GET {asked}: {wanted} objects"), || format!("{n_found} objects"))?;
        }
    }
    Ok(())
}

fn typographic_quotes(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let straight = service.page("orgs?filter=status%3D'active'", "orgs")?;
    let path = format!("orgs?filter={}", encode("status=\u{2019}active\u{2019}"));
    let curly = service.page(&path, "orgs")?;
    let same = curly.objects.iter().map(id_of).eq(straight.objects.iter().map(id_of));
    expect(same, format!("GET {path}: as with straight quotes"), || curly.response.summary())
}

fn moodle(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let ids = of_rostering(&service)?;
    let class = ids.get("classes").and_then(Value::as_str).unwrap_or_default();
    let filter = |text: String| encode(&text);
    let bare =
        service.page(&format!("enrollments?limit=200&filter={}", filter(format!("class='{class}'"))), "enrollments")?;
    let dotted = format!("enrollments?limit=200&filter={}", filter(format!("class.sourcedId='{class}'")));
    let dotted = service.page(&dotted, "enrollments")?;
    let same = bare.objects.iter().map(id_of).eq(dotted.objects.iter().map(id_of)) && !bare.objects.is_empty();
    expect(same, "class='…' finds what class.sourcedId='…' finds", || bare.response.summary())?;
    let users = service.page("users?limit=100&offset=0&sort=familyName&orderBy=asc", "users")?;
    let whole = service.page("users?limit=100&offset=0", "users")?;
    expect(users.objects.len() == whole.objects.len(), "as many users by familyName as without", || {
        format!("{} instead of {}", users.objects.len(), whole.objects.len())
    })?;
    let old = service.page("users?limit=100&filter=dateLastModified%3E'1970-01-01'", "users")?;
    expect(old.objects.len() >= whole.objects.len(), "all users changed after the day 1970-01-01", || {
        old.response.summary()
    })?;
    let none = service.page("users?limit=100&filter=dateLastModified%3E'2999-01-01'", "users")?;
    expect(none.objects.is_empty(), "no user changed after the day 2999-01-01", || none.response.summary())
}

fn canvas(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for path in [
        "classes",
        "courses",
        "enrollments",
        "orgs",
        "schools",
        "students",
        "teachers",
        "users",
        "terms",
        "academicSessions",
        "gradingPeriods",
    ] {
        service.page(&format!("{path}?limit=100&offset=0"), named(path)?.plural)?;
    }
    let ids = of_rostering(&service)?;
    let Some(school) = ids.get("schools").and_then(Value::as_str) else {
        return Err(Stop::skipped("no class names its school"));
    };
    for path in ["courses", "enrollments", "students", "teachers", "terms"] {
        service.page(&format!("schools/{}/{path}?limit=100&offset=0", encode(school)), named(path)?.plural)?;
    }
    Ok(())
}

fn scope_with_http(probe: &Probe<'_>) -> Verdict {
    let known = tokens::tokens(probe)?;
    let service = Service::of(probe);
    let scope = tokens::scope(service.edition, tokens::narrowest(service.edition));
    let is_granted = |scope: &str| -> Result<_, Stop> {
        let response = probe.send_bare(known.request(scope))?;
        Ok((response.json().get("access_token").is_some(), response))
    };
    if !is_granted(&scope)?.0 {
        return Err(Stop::skipped(format!("the client isn't granted {scope}")));
    }
    let plain = scope.replacen("https://", "http://", 1);
    let (granted, response) = is_granted(&plain)?;
    expect(granted, format!("a token with {plain}"), || response.summary())
}
