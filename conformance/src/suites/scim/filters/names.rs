//! The names by which filters call attributes.

use serde_json::Value;

use super::super::made::{ENTERPRISE, USER, id};
use super::super::population::{holds_for, quoted, user_with, users};
use super::super::service::{require, text};
use super::super::wording::{may, must, needing, practice, should};
use super::CLAUSE;
use super::found::{example, expect_fitting, expect_names, expect_same, find};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const NAMES: &str = "RFC 7644 §3.10";
const ENTERPRISES: &str = "filters, a user of an enterprise";

/// Checks of names.
pub const CHECKS: &[Check] = &[
    needing("filters", must("SC-139", "Attributes have their schema's URN before them, in any case", NAMES, urns)),
    needing(ENTERPRISES, must("SC-139b", "Attributes of an extension are called by its URN", NAMES, extensions)),
    needing("filters", must("SC-148", "id, externalId and meta.resourceType are found by", CLAUSE, common)),
    needing("filters", should("SC-148b", "schemas is found by", CLAUSE, schemas)),
    needing(
        ENTERPRISES,
        practice(may("SC-156", "An attribute of an extension is known without its URN", NAMES, without_urn)),
    ),
    needing(
        "filters, a user with a manager",
        practice(should("SC-155", "Who has that id and that manager is asked for with `manager eq`", CLAUSE, manager)),
    ),
];

fn urns(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let value = quoted(text(&example(probe, "/userName")?, "/userName"));
    let known = format!("userName eq {value}");
    for urn in [USER.to_owned(), USER.to_uppercase(), USER.to_lowercase()] {
        expect_same(probe, &format!("{urn}:userName eq {value}"), &known)?;
    }
    expect_same(probe, &format!("{USER}:name.familyName pr"), "name.familyName pr")
}

/// The pointer to an attribute of the enterprise extension.
fn pointer(part: &str) -> String {
    format!("/{ENTERPRISE}/{part}")
}

/// An attribute of the enterprise extension, and a user's value of it.
fn of_enterprise(probe: &Probe<'_>) -> Result<(&'static str, String), Stop> {
    require(probe, "filter")?;
    let people = users(probe)?.resources;
    let names = ["department", "employeeNumber", "costCenter", "organization", "division"];
    let found = names.into_iter().find_map(|name| {
        let value = people.iter().map(|user| text(user, &pointer(name))).find(|value| !value.is_empty())?;
        Some((name, value.to_owned()))
    });
    found.ok_or_else(|| Stop::skipped("no user has attributes of an enterprise"))
}

fn extensions(probe: &Probe<'_>) -> Verdict {
    let (name, value) = of_enterprise(probe)?;
    let fits = |user: &Value| Some(text(user, &pointer(name)).to_lowercase() == value.to_lowercase());
    for urn in [ENTERPRISE.to_owned(), ENTERPRISE.to_uppercase()] {
        expect_fitting(probe, &format!("{urn}:{name} eq {}", quoted(&value)), &fits)?;
    }
    Ok(())
}

fn without_urn(probe: &Probe<'_>) -> Verdict {
    let (name, value) = of_enterprise(probe)?;
    let value = quoted(&value);
    expect_same(probe, &format!("{name} eq {value}"), &format!("{ENTERPRISE}:{name} eq {value}"))
}

fn common(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let people = users(probe)?;
    let Some(user) = people.resources.first() else { return Err(Stop::skipped("there are no users")) };
    expect_names(probe, &format!("id eq {}", quoted(id(user))), &[text(user, "/userName")])?;
    let found = find(probe, "meta.resourceType eq \"User\"")?;
    expect(found.total == people.total, "meta.resourceType eq \"User\": all users", || found.summary())?;
    let Some(user) = people.resources.iter().find(|user| !text(user, "/externalId").is_empty()) else { return Ok(()) };
    let external = text(user, "/externalId");
    let fits = |user: &Value| Some(text(user, "/externalId") == external);
    expect_fitting(probe, &format!("externalId eq {}", quoted(external)), &fits).map(drop)
}

fn schemas(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    for urn in [USER, ENTERPRISE, "urn:example:none"] {
        let names = |user: &Value| Some(super::super::service::names_schema(user, urn));
        expect_fitting(probe, &format!("schemas eq {}", quoted(urn)), &names)?;
    }
    Ok(())
}

fn manager(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let of = pointer("manager/value");
    let user = user_with(probe, "has a manager", |user| !text(user, &of).is_empty())?;
    for (manager, holds) in [(text(&user, &of), true), ("f0f0f0f0-0000-4000-8000-000000000000", false)] {
        let filter = format!("id eq {} and manager eq {}", quoted(id(&user)), quoted(manager));
        let does = holds_for(probe, text(&user, "/userName"), &filter)?;
        expect(does == holds, format!("{filter}: {holds}"), || does.to_string())?;
    }
    let path = format!("{ENTERPRISE}:manager.value");
    expect_same(
        probe,
        &format!("manager eq {}", quoted(text(&user, &of))),
        &format!("{path} eq {}", quoted(text(&user, &of))),
    )
}
