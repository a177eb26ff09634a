//! What a server says of itself, and how it says it (RFC 7643 §5 and §6, RFC 7644 §4).

use serde_json::{Map, Value};

use super::service::{config, expect_error, names_schema, object, resources, text, with_query};
use super::wording::{may, must, needing, policy, practice, should, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::{Credentials, encode};
use crate::exchange::Request;
use crate::probe::{Probe, nonce};

/// Where a server speaks of itself.
pub const ENDPOINTS: [&str; 3] = ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"];

const FEATURES: [&str; 6] = ["patch", "bulk", "filter", "changePassword", "sort", "etag"];
const CONFIG: &str = "RFC 7643 §5";
const DISCOVERY: &str = "RFC 7644 §4";

/// Checks of discovery.
pub const CHECKS: &[Check] = &[
    must(
        "SC-001",
        "/ServiceProviderConfig is one object with its schema's URN, not a list",
        DISCOVERY,
        service_provider_config_is_an_object,
    ),
    must("SC-002", "/ServiceProviderConfig says of each feature whether it is supported", CONFIG, features_are_told),
    must("SC-003", "Each authentication scheme has a type, a name and a description", CONFIG, schemes_are_described),
    practice(may("SC-004", "Limits of bulk and filter are integers, also where unsupported", CONFIG, limits_are_told)),
    must(
        "SC-005",
        "/ResourceTypes lists User and Group, each with a name, an endpoint and a schema",
        "RFC 7643 §6",
        resource_types_are_listed,
    ),
    must("SC-006", "Each resource type can be read by itself, and at its location", DISCOVERY, types_are_readable),
    practice(may("SC-007", "The id of a resource type is its name", "RFC 7643 §6", ids_are_names)),
    must("SC-010", "Unknown schemas and resource types are not found", DISCOVERY, unknown_is_not_found),
    should("SC-011", "A filter on what the server says of itself is refused: 403", DISCOVERY, filters_are_forbidden),
    must(
        "SC-012",
        "Sorting, paging and fields change nothing of what the server says of itself",
        DISCOVERY,
        parameters_are_ignored,
    ),
    writing(must(
        "SC-013",
        "What the server says of itself isn't changed by POST, PUT, PATCH or DELETE",
        "RFC 7644 §3.2",
        nothing_is_changed,
    )),
    writing(practice(should(
        "SC-013b",
        "Such methods are refused with 405, and Allow names GET",
        "RFC 9110 §15.5.6",
        methods_are_refused,
    ))),
    practice(should("SC-015", "Nothing is null in what the server says of itself", "RFC 7643 §2.5", nothing_is_null)),
    should(
        "SC-017",
        "/ServiceProviderConfig is readable without credentials, or asks for them",
        CONFIG,
        strangers_may_read,
    ),
    needing(
        "a target that takes tokens",
        policy(may("SC-017b", "A wrong token is refused there too: 401", "RFC 6750 §3.1", wrong_tokens_are_refused)),
    ),
];

fn service_provider_config_is_an_object(probe: &Probe<'_>) -> Verdict {
    let config = object(probe, "/ServiceProviderConfig")?;
    let urn = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
    expect(names_schema(&config, urn), format!("`schemas` names {urn}"), || config.to_string())?;
    expect(config.get("Resources").is_none(), "one object, not a ListResponse", || config.to_string())
}

fn features_are_told(probe: &Probe<'_>) -> Verdict {
    let config = config(probe)?;
    for feature in FEATURES {
        let told = config.pointer(&format!("/{feature}/supported"));
        expect(told.is_some_and(Value::is_boolean), format!("`{feature}.supported` is true or false"), || {
            config.to_string()
        })?;
    }
    Ok(())
}

fn schemes_are_described(probe: &Probe<'_>) -> Verdict {
    let config = config(probe)?;
    let schemes = config.get("authenticationSchemes").and_then(Value::as_array);
    let is_whole =
        |scheme: &Value| ["type", "name", "description"].iter().all(|member| !text(scheme, &slash(member)).is_empty());
    expect(
        schemes.is_some_and(|all| all.iter().all(is_whole)),
        "`authenticationSchemes` is a list, each with `type`, `name` and `description`",
        || config.to_string(),
    )
}

fn slash(member: &str) -> String {
    format!("/{member}")
}

fn limits_are_told(probe: &Probe<'_>) -> Verdict {
    let config = config(probe)?;
    for limit in ["/bulk/maxOperations", "/bulk/maxPayloadSize", "/filter/maxResults"] {
        let is_told = config.pointer(limit).is_some_and(|value| value.is_u64() || value.is_i64());
        expect(is_told, format!("{limit} is an integer"), || config.to_string())?;
    }
    Ok(())
}

fn resource_types_are_listed(probe: &Probe<'_>) -> Verdict {
    let types = resources(probe, "/ResourceTypes")?;
    for name in ["User", "Group"] {
        let found = types.iter().find(|one| text(one, "/name") == name);
        let is_whole = found.is_some_and(|one| {
            ["name", "endpoint", "schema"].iter().all(|member| one.get(member).is_some_and(Value::is_string))
        });
        expect(is_whole, format!("a resource type {name} with `name`, `endpoint` and `schema`"), || {
            Value::from(types.clone()).to_string()
        })?;
    }
    Ok(())
}

fn types_are_readable(probe: &Probe<'_>) -> Verdict {
    for listed in resources(probe, "/ResourceTypes")? {
        let name = if text(&listed, "/id").is_empty() { text(&listed, "/name") } else { text(&listed, "/id") };
        let path = format!("/ResourceTypes/{}", encode(name));
        let location = text(&listed, "/meta/location");
        for path in [path, probe.target.resolve(location)].iter().filter(|path| !path.is_empty()) {
            let read = object(probe, path)?;
            expect(read == listed, format!("GET {path}: what the list of types says"), || {
                format!("{read} instead of {listed}")
            })?;
        }
    }
    Ok(())
}

fn ids_are_names(probe: &Probe<'_>) -> Verdict {
    let types = resources(probe, "/ResourceTypes")?;
    let odd = types.iter().find(|one| one.get("id") != one.get("name"));
    expect(odd.is_none(), "`id` is `name`", || odd.unwrap_or(&Value::Null).to_string())
}

fn unknown_is_not_found(probe: &Probe<'_>) -> Verdict {
    for path in ["/Schemas/urn:example:none", "/ResourceTypes/None"] {
        expect_error(&probe.get(path)?, &[404], path)?;
    }
    Ok(())
}

fn filters_are_forbidden(probe: &Probe<'_>) -> Verdict {
    for path in ENDPOINTS {
        let asked = with_query(path, &[("filter", "id eq \"User\"")]);
        expect_error(&probe.get(&asked)?, &[403], &asked)?;
    }
    Ok(())
}

/// What is said, without what is said of the answer itself: some servers repeat the address that was asked there.
fn without_meta(mut said: Value) -> Value {
    let resources = said.get_mut("Resources").and_then(Value::as_array_mut);
    for one in resources.into_iter().flatten().filter_map(Value::as_object_mut) {
        one.remove("meta");
    }
    if let Some(members) = said.as_object_mut() {
        members.remove("meta");
    }
    said
}

fn parameters_are_ignored(probe: &Probe<'_>) -> Verdict {
    for path in ENDPOINTS {
        let plain = without_meta(object(probe, path)?);
        for (name, value) in [("sortBy", "name"), ("startIndex", "2"), ("count", "1"), ("attributes", "name")] {
            let asked = with_query(path, &[(name, value)]);
            let same = without_meta(object(probe, &asked)?);
            expect(same == plain, format!("GET {asked}: the same as {path}"), || same.to_string())?;
        }
    }
    Ok(())
}

const METHODS: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

/// A request that would change something only where the standard is broken; its body says nothing.
fn change(probe: &Probe<'_>, method: &str, path: &str) -> Request {
    let request = Request::new(method, probe.target.url(path));
    if method == "DELETE" { request } else { request.json("application/scim+json", &Value::Object(Map::new())) }
}

fn nothing_is_changed(probe: &Probe<'_>) -> Verdict {
    for path in ENDPOINTS {
        let before = object(probe, path)?;
        for method in METHODS {
            let response = probe.send(change(probe, method, path))?;
            let is_refused = matches!(response.status, 400..=499 | 501);
            expect(is_refused, format!("{method} {path}: refused"), || response.summary())?;
        }
        let after = object(probe, path)?;
        expect(after == before, format!("GET {path}: as before"), || after.to_string())?;
    }
    Ok(())
}

fn methods_are_refused(probe: &Probe<'_>) -> Verdict {
    for path in ENDPOINTS {
        for method in METHODS {
            let response = probe.send(change(probe, method, path))?;
            expect_error(&response, &[405], &format!("{method} {path}"))?;
            let allowed = response.header("allow").unwrap_or_default();
            let has_get = allowed.split(',').any(|named| named.trim() == "GET");
            expect(has_get, format!("{method} {path}: 405 with Allow, and GET in it"), || format!("Allow: {allowed}"))?;
        }
    }
    Ok(())
}

/// The path of a null in a value.
fn null_in(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Array(held) => {
            held.iter().enumerate().find_map(|(n, held)| null_in(held).map(|rest| format!("/{n}{rest}")))
        }
        Value::Object(held) => held.iter().find_map(|(name, held)| null_in(held).map(|rest| format!("/{name}{rest}"))),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn nothing_is_null(probe: &Probe<'_>) -> Verdict {
    for path in ENDPOINTS {
        let null = null_in(&object(probe, path)?);
        expect(null.is_none(), format!("GET {path}: nothing is null"), || null.unwrap_or_default())?;
    }
    Ok(())
}

fn strangers_may_read(probe: &Probe<'_>) -> Verdict {
    let path = "/ServiceProviderConfig";
    let response = probe.send_bare(Request::new("GET", probe.target.url(path)))?;
    let is_told = response.status == 200 && response.json().get("authenticationSchemes").is_some();
    let what = format!("GET {path} without credentials: 200 with `authenticationSchemes`, or 401");
    expect(is_told || response.status == 401, what, || response.summary())
}

fn wrong_tokens_are_refused(probe: &Probe<'_>) -> Verdict {
    if matches!(probe.target.credentials, Credentials::None) {
        return Err(Stop::skipped("the target takes no token"));
    }
    let wrong = Credentials::Bearer(nonce());
    let response = probe.send_as(&wrong, Request::new("GET", probe.target.url("/ServiceProviderConfig")))?;
    expect(response.status == 401, "GET /ServiceProviderConfig with a token of nobody: 401", || response.summary())
}
