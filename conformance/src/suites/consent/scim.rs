//! The SCIM door, as the client under test.

use std::collections::BTreeSet;

use serde_json::Value;

use super::eye::{Eye, USERS};
use crate::check::Stop;
use crate::credentials::Credentials;
use crate::exchange::{Request, Response};
use crate::probe::Probe;

/// What most checks of it need.
pub const SCIM: &str = "--scim";
/// What those need that know a withheld value.
pub const SCIM_AND_RICHER: &str = "--scim and --other";

/// A skip if the run has no SCIM address.
pub fn expect_door(probe: &Probe<'_>) -> Result<(), Stop> {
    if probe.target.scim.is_some() { Ok(()) } else { Err(Stop::skipped("no --scim address is given")) }
}

/// Sends something to SCIM as the client.
pub fn ask(probe: &Probe<'_>, method: &str, path: &str, body: Option<&Value>) -> Result<Response, Stop> {
    let Some((base, token)) = &probe.target.scim else { return Err(Stop::skipped("no --scim address is given")) };
    let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", base.trim_end_matches('/')) };
    let request = Request::new(method, url);
    let request = match body {
        Some(body) => request.json("application/scim+json", body),
        None => request,
    };
    probe.send_as(&Credentials::Bearer(token.clone()), request)
}

/// The resources of an endpoint as far as they are walked, and how many the server says there are.
pub fn walk(probe: &Probe<'_>, endpoint: &str) -> Result<(Vec<Value>, Option<u64>), Stop> {
    let mut resources: Vec<Value> = Vec::new();
    let mut total = None;
    for _ in 0..40 {
        let response = ask(probe, "GET", &format!("{endpoint}?count=100&startIndex={}", resources.len() + 1), None)?;
        if response.status != 200 {
            return Err(Stop::Broken(format!("SCIM doesn't list {endpoint}: {}", response.summary())));
        }
        let json = response.json();
        total = total.or_else(|| json.get("totalResults").and_then(Value::as_u64));
        let page = json.get("Resources").and_then(Value::as_array).cloned().unwrap_or_default();
        if page.is_empty() {
            break;
        }
        resources.extend(page);
    }
    Ok((resources, total))
}

/// A given and a family name.
pub fn name_of(given: Option<&Value>, family: Option<&Value>) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    format!("{} {}", text(given), text(family))
}

/// The names of the people whom the client sees over OneRoster.
pub fn names(client: &Eye<'_, '_>) -> Result<BTreeSet<String>, Stop> {
    let people = client.walk(USERS)?.whole("users")?;
    Ok(people.objects.iter().map(|one| name_of(one.get("givenName"), one.get("familyName"))).collect())
}
