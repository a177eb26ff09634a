//! What refusals say (OneRoster 1.2 REST §2.4 and appendix B; OneRoster 1.1 §3.8).

use serde_json::Value;

use super::brief::{must, policy};
use super::service::Service;
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

const BODY: &str = "OneRoster 1.2 REST, imsx_StatusInfoDType";
const V1P1_BODY: &str = "OneRoster 1.1 §3.8";

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    must("OR-401", "A refusal's body is a bare imsx_StatusInfo with its members and no others", BODY, is_status_info),
    must("OR-401b", "A refusal's code minor stands in imsx_CodeMinor, with a capital C", BODY, has_code_minor),
    must("OR-402", "A refusal is a failure, and an error", BODY, is_failure),
    must("OR-402b", "A refusal's code minor is that of its status", BODY, minor_follows_status),
    must("OR-404", "Answers that succeed carry no status information", BODY, success_has_no_status),
];

/// Checks of 1.1.
pub const V1P1: &[Check] = &[
    policy("OR-403", "A refusal's body has statusInfoSet with failure and error", V1P1_BODY, is_status_info_set),
    policy("OR-403b", "A refusal's code minor is that of its status", V1P1_BODY, minor_of_v1p1),
];

/// Checks that both versions have.
pub const BOTH: &[Check] = &[must(
    "OR-406",
    "Refusals show nothing of the server's inside: no trace, no SQL, no path of a file",
    "OneRoster 1.2 REST §4",
    shows_no_inside,
)];

const MAJORS: &[&str] = &["success", "processing", "failure", "unsupported"];
const SEVERITIES: &[&str] = &["status", "warning", "error"];

/// What only the inside of a server says.
const INSIDE: &[&str] = &[
    "traceback (most recent",
    "stack trace",
    "stacktrace",
    "\tat ",
    "    at ",
    "\\n at ",
    "nullpointerexception",
    "system.nullreference",
    "java.lang.",
    "org.springframework",
    "org.hibernate",
    "sqlstate",
    "syntax error at or near",
    "ora-0",
    "select * from",
    " from \\\"",
    " where \\\"",
    "/usr/",
    "/home/",
    "/var/www",
    "/node_modules/",
    "c:\\\\",
    "panicked at",
];

/// Refusals of all kinds that can be had without writing: what was asked, and what came.
fn refusals(probe: &Probe<'_>) -> Result<Vec<(String, Response)>, Stop> {
    let service = Service::of(probe);
    let mut found = Vec::new();
    for collection in service.served()?.into_iter().take(4) {
        let unknown = format!("{}/{}", collection.path, nonce());
        found.push((format!("GET {unknown}"), service.get(&unknown)?));
        let filtered = format!("{}?filter=nosuchfield%3D%27x%27", collection.path);
        found.push((format!("GET {filtered}"), service.get(&filtered)?));
        let broken = format!("{}?filter=status%3D", collection.path);
        found.push((format!("GET {broken}"), service.get(&broken)?));
        let url = service.url(collection.path);
        let bare = Request::new("GET", url.as_str()).header("Accept", "application/json");
        found.push((format!("GET {} without a token", collection.path), probe.send_bare(bare.clone())?));
        let invented = bare.header("Authorization", format!("Bearer {}", nonce()));
        found.push((format!("GET {} with an invented token", collection.path), probe.send_bare(invented)?));
    }
    found.retain(|(_, response)| response.status >= 400);
    if found.is_empty() { Err(Stop::skipped("the target refuses nothing that it was asked")) } else { Ok(found) }
}

/// Each refusal is right in one respect.
fn each(probe: &Probe<'_>, expected: &str, is_right: impl Fn(&Response, &Value) -> bool) -> Verdict {
    for (asked, response) in refusals(probe)? {
        let right = is_right(&response, &response.json());
        expect(right, format!("{asked}, which is refused: {expected}"), || response.summary())?;
    }
    Ok(())
}

fn word<'v>(json: &'v Value, member: &str) -> &'v str {
    json.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn has_only(json: &Value, members: &[&str]) -> bool {
    json.as_object().is_some_and(|object| object.keys().all(|key| members.contains(&key.as_str())))
}

/// The fields of the code minor, if it is as the schema wants it.
fn minor_fields(json: &Value) -> Option<&Vec<Value>> {
    let minor = json.get("imsx_CodeMinor")?;
    let fields = minor.get("imsx_codeMinorField")?.as_array()?;
    let is_field = |field: &Value| {
        let (name, value) = ("imsx_codeMinorFieldName", "imsx_codeMinorFieldValue");
        has_only(field, &[name, value]) && !word(field, name).is_empty() && !word(field, value).is_empty()
    };
    (has_only(minor, &["imsx_codeMinorField"]) && !fields.is_empty() && fields.iter().all(is_field)).then_some(fields)
}

fn is_status_info(probe: &Probe<'_>) -> Verdict {
    let members = ["imsx_codeMajor", "imsx_severity", "imsx_description", "imsx_CodeMinor"];
    let expected = "imsx_codeMajor and imsx_severity of their vocabularies, beside them only imsx_description \
                    and imsx_CodeMinor";
    each(probe, expected, |_, json| {
        has_only(json, &members)
            && MAJORS.contains(&word(json, "imsx_codeMajor"))
            && SEVERITIES.contains(&word(json, "imsx_severity"))
            && json.get("imsx_description").is_none_or(Value::is_string)
            && json.get("imsx_CodeMinor").is_none_or(|_| minor_fields(json).is_some())
    })
}

fn has_code_minor(probe: &Probe<'_>) -> Verdict {
    let expected = "imsx_CodeMinor with imsx_codeMinorField, a list of names and values";
    each(probe, expected, |_, json| minor_fields(json).is_some())
}

fn is_failure(probe: &Probe<'_>) -> Verdict {
    each(probe, "imsx_codeMajor `failure`, imsx_severity `error`", |_, json| {
        (word(json, "imsx_codeMajor"), word(json, "imsx_severity")) == ("failure", "error")
    })
}

/// The codes minor of a status (the responses of the OpenAPI documents of 1.2).
fn minors(status: u16) -> &'static [&'static str] {
    match status {
        400 => &["invalid_filter_field", "invalid_selection_field", "invalid_sort_field", "invaliddata"],
        401 => &["unauthorisedrequest"],
        403 => &["forbidden"],
        404 => &["unknownobject"],
        422 => &["invaliddata"],
        429 => &["server_busy"],
        500 => &["internal_server_error"],
        _ => &[],
    }
}

fn minor_follows_status(probe: &Probe<'_>) -> Verdict {
    each(probe, "the code minor that the standard gives for its status", |response, json| {
        let known = minors(response.status);
        let values: Vec<&str> = minor_fields(json)
            .map(|fields| fields.iter().map(|field| word(field, "imsx_codeMinorFieldValue")).collect())
            .unwrap_or_default();
        known.is_empty() || values.iter().any(|value| known.contains(value))
    })
}

fn success_has_no_status(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for collection in service.served()? {
        let page = service.page(&format!("{}?limit=1", collection.path), collection.plural)?;
        let json = page.response.json();
        let told = json.as_object().and_then(|all| all.keys().find(|key| key.to_lowercase().contains("statusinfo")));
        let has_none = told.is_none() && json.get("imsx_codeMajor").is_none();
        expect(has_none, format!("GET {}: no status information", collection.path), || page.response.summary())?;
    }
    Ok(())
}

/// The status information of 1.1, a list or a single one, with the prefix or without.
fn of_v1p1(json: &Value, member: &str) -> String {
    let set = json.get("statusInfoSet");
    let info = set.and_then(|set| set.get(0)).or(set);
    let found = info.and_then(|info| info.get(format!("imsx_{member}")).or(info.get(member)));
    found.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn is_status_info_set(probe: &Probe<'_>) -> Verdict {
    each(probe, "statusInfoSet with codeMajor `failure` and severity `error`", |_, json| {
        of_v1p1(json, "codeMajor") == "failure" && of_v1p1(json, "severity") == "error"
    })
}

fn minor_of_v1p1(probe: &Probe<'_>) -> Verdict {
    each(probe, "the codeMinor that belongs to its status", |response, json| {
        let minor = of_v1p1(json, "codeMinor").replace(' ', "_");
        match response.status {
            400 => minor.starts_with("invalid_"),
            401 => minor == "unauthorized",
            403 => minor == "forbidden",
            404 => minor == "unknown_object",
            429 => minor == "server_busy",
            _ => true,
        }
    })
}

fn shows_no_inside(probe: &Probe<'_>) -> Verdict {
    for (asked, response) in refusals(probe)? {
        let text = response.text().to_lowercase();
        let shown = INSIDE.iter().find(|inside| text.contains(**inside));
        expect(shown.is_none(), format!("{asked}, which is refused: nothing of the server's inside"), || {
            format!("{:?} in {}", shown.unwrap_or(&""), response.summary())
        })?;
    }
    Ok(())
}
