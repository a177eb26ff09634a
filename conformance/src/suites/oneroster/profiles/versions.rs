//! The same objects over both versions, where a server has both.

use serde_json::Value;

use super::super::brief::practice;
use super::super::routes::named;
use super::super::service::{Edition, Service, id_of};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 Information Models §5; OneRoster 1.1 §4";

/// Checks of suites with rostering.
pub const ROSTERING: &[Check] = &[practice(
    "OR-809",
    "A user is the same over 1.1 and 1.2: names, and the role and orgs that follow from the roles",
    CLAUSE,
    same_user,
)];

/// How many users are compared.
const MOST: usize = 25;

/// What both versions write the same.
const SAME: &[&str] =
    &["sourcedId", "status", "username", "givenName", "middleName", "familyName", "email", "enabledUser", "identifier"];

/// The role of 1.1 that a role of 1.2 is.
fn old_roles(role: &str) -> &[&str] {
    match role {
        "districtAdministrator" | "siteAdministrator" | "systemAdministrator" | "principal" => &["administrator"],
        // 1.1 has no word for it.
        "counselor" => &["aide", "administrator", "teacher"],
        "aide" => &["aide"],
        "guardian" => &["guardian"],
        "parent" => &["parent"],
        "proctor" => &["proctor"],
        "relative" => &["relative"],
        "student" => &["student"],
        "teacher" => &["teacher"],
        _ => &[],
    }
}

fn same_user(probe: &Probe<'_>) -> Verdict {
    let (old, new) = (Service::at(probe, Edition::V1p1), Service::at(probe, Edition::Rostering));
    let users = named("users")?;
    if ![&old, &new].into_iter().all(|one| one.served().is_ok_and(|served| served.contains(&users))) {
        return Err(Stop::skipped("the client doesn't read users over both versions"));
    }
    let mut n_compared = 0;
    for user in new.some(users)?.iter().take(MOST) {
        let response = old.get(&format!("users/{}", encode(id_of(user))))?;
        let Some(other) = response.json().get("user").cloned() else { continue };
        n_compared += 1;
        // What 1.1 requires and a user hasn't may be filled with something.
        let known = SAME.iter().filter(|member| user.get(**member).is_some());
        let differs = known.into_iter().find(|member| user.get(**member) != other.get(**member));
        expect(
            differs.is_none(),
            format!("users/{}: the same {}", id_of(user), differs.copied().unwrap_or_default()),
            || format!("{user} and {other}"),
        )?;
        expect_role(user, &other)?;
    }
    if n_compared == 0 { Err(Stop::skipped("no user is there over both versions")) } else { Ok(()) }
}

fn expect_role(new: &Value, old: &Value) -> Verdict {
    let roles: Vec<&Value> = new.get("roles").and_then(Value::as_array).into_iter().flatten().collect();
    let words: Vec<&str> = roles.iter().filter_map(|role| role.get("role").and_then(Value::as_str)).collect();
    let role = old.get("role").and_then(Value::as_str).unwrap_or_default();
    // A role of somebody's own may become any word.
    let is_own = words.iter().any(|word| word.starts_with("ext:"));
    let is_one = is_own || words.iter().any(|word| old_roles(word).contains(&role));
    expect(is_one, format!("users/{}: in 1.1 one of the roles {words:?}", id_of(new)), || role.to_owned())?;
    let orgs = |object: &Value| -> Vec<String> {
        object.get("orgs").and_then(Value::as_array).into_iter().flatten().map(|org| id_of(org).to_owned()).collect()
    };
    let of_roles: Vec<&str> = roles.iter().filter_map(|role| role.get("org")).map(id_of).collect();
    let beyond: Vec<String> = orgs(old).into_iter().filter(|org| !of_roles.contains(&org.as_str())).collect();
    let missing: Vec<&&str> = of_roles.iter().filter(|org| !orgs(old).contains(&(**org).to_owned())).collect();
    expect(
        beyond.is_empty() && missing.is_empty(),
        format!("users/{}: in 1.1 the orgs of the roles", id_of(new)),
        || format!("also {beyond:?}, not {missing:?}"),
    )
}
