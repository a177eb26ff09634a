//! Filters on parts of attributes, and on elements of lists.

use serde_json::Value;

use super::super::made::id;
use super::super::population::{groups, holds_for, page, quoted, user_with};
use super::super::service::{require, text};
use super::super::values::elements;
use super::super::wording::{must, needing, practice, should};
use super::CLAUSE;
use super::found::{example, expect_fitting, expect_same};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const EMAILS: &str = "filters, a user with emails";

/// Checks of parts and elements.
pub const CHECKS: &[Check] = &[
    needing("filters", must("SC-135", "Parts of an attribute are compared, and it is there if one is", CLAUSE, parts)),
    needing(
        EMAILS,
        must("SC-136", "A list is compared by the values of its elements", "RFC 7644 §3.4.2, figure 2", lists),
    ),
    needing(
        "filters, a user with two emails",
        must("SC-137", "What is in square brackets holds for one element", CLAUSE, one_element),
    ),
    needing(
        EMAILS,
        practice(should(
            "SC-138",
            "After square brackets a part of the element may be compared",
            CLAUSE,
            after_brackets,
        )),
    ),
    needing(
        "filters, a group with members",
        must("SC-149", "Members and groups are found by each other", CLAUSE, members),
    ),
    needing(
        "filters, a group with members",
        practice(should("SC-149b", "`members eq` compares the members' ids", CLAUSE, bare_members)),
    ),
];

fn parts(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let user = example(probe, "/name/familyName")?;
    let part = text(&user, "/name/familyName").get(1..).unwrap_or_default().to_owned();
    let fits = |user: &Value| Some(text(user, "/name/familyName").to_lowercase().contains(&part.to_lowercase()));
    expect_fitting(probe, &format!("name.familyName co {}", quoted(&part)), &fits)?;
    let has_name = |user: &Value| {
        let parts = user.get("name").and_then(Value::as_object);
        Some(parts.is_some_and(|parts| parts.values().any(|part| part.as_str().is_some_and(|part| !part.is_empty()))))
    };
    expect_fitting(probe, "name pr", &has_name).map(drop)
}

/// A user whose element of emails has a type, and that element's type and value.
fn typed(probe: &Probe<'_>) -> Result<(Value, String, String), Stop> {
    require(probe, "filter")?;
    let is_typed = |email: &&Value| !text(email, "/type").is_empty() && text(email, "/value").is_ascii();
    let user =
        user_with(probe, "has an email with a type", |user| elements(user, "emails").iter().any(|one| is_typed(&one)))?;
    let email = elements(&user, "emails").iter().find(is_typed).cloned().unwrap_or_default();
    Ok((user, text(&email, "/type").to_owned(), text(&email, "/value").to_owned()))
}

fn lists(probe: &Probe<'_>) -> Verdict {
    let (_, _, address) = typed(probe)?;
    let part = address.get(1..).unwrap_or_default();
    let fits = |user: &Value| {
        let mut values = elements(user, "emails").iter().map(|email| text(email, "/value").to_lowercase());
        Some(values.any(|value| value.contains(&part.to_lowercase())))
    };
    for attribute in ["emails", "emails.value"] {
        expect_fitting(probe, &format!("{attribute} co {}", quoted(part)), &fits)?;
    }
    Ok(())
}

fn one_element(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let differ = |user: &Value| {
        let [one, other, ..] = elements(user, "emails") else { return false };
        ["/type", "/value"].iter().all(|part| !text(one, part).is_empty() && text(one, part) != text(other, part))
    };
    let user = user_with(probe, "has two emails that differ", differ)?;
    let [one, other, ..] = elements(&user, "emails") else { return Ok(()) };
    let (kind, own, others) = (quoted(text(one, "/type")), quoted(text(one, "/value")), quoted(text(other, "/value")));
    for (filter, holds) in [
        (format!("emails[type eq {kind} and value eq {own}]"), true),
        (format!("emails[type eq {kind} and value eq {others}]"), false),
        (format!("emails.type eq {kind} and emails.value eq {others}"), true),
        (format!("emails[type eq {kind} and not (value eq {own})]"), false),
    ] {
        let does = holds_for(probe, text(&user, "/userName"), &filter)?;
        expect(does == holds, format!("{filter}: {holds}"), || does.to_string())?;
    }
    Ok(())
}

fn after_brackets(probe: &Probe<'_>) -> Verdict {
    let (_, kind, address) = typed(probe)?;
    let (kind, address) = (quoted(&kind), quoted(&address));
    expect_same(
        probe,
        &format!("emails[type eq {kind}].value eq {address}"),
        &format!("emails[type eq {kind} and value eq {address}]"),
    )
}

/// A group, and one of its members.
fn membership(probe: &Probe<'_>) -> Result<(Value, String), Stop> {
    require(probe, "filter")?;
    let member =
        |group: &Value| elements(group, "members").iter().map(|one| text(one, "/value")).next_back().map(str::to_owned);
    let found = groups(probe)?.resources.into_iter().find_map(|group| member(&group).map(|member| (group, member)));
    found.ok_or_else(|| Stop::skipped("no group shows members"))
}

/// That a filter finds the groups that a member is in.
fn expect_groups(probe: &Probe<'_>, filter: &str, member: &str) -> Verdict {
    let known = groups(probe)?;
    let found = page(probe, "/Groups", &[("filter", filter), ("count", &probe.target.sample.to_string())])?;
    let is_in = |group: &&Value| elements(group, "members").iter().any(|one| text(one, "/value") == member);
    let wrong = found.resources.iter().find(|group| !is_in(group));
    expect(wrong.is_none(), format!("{filter}: only groups that {member} is in"), || found.summary())?;
    let missing = known.resources.iter().filter(is_in).find(|group| !found.ids().contains(&id(group)));
    expect(
        missing.is_none() || found.total > found.resources.len(),
        format!("{filter}: all of {member}'s groups"),
        || found.summary(),
    )
}

fn members(probe: &Probe<'_>) -> Verdict {
    let (group, member) = membership(probe)?;
    for filter in [format!("members.value eq {}", quoted(&member)), format!("members[value eq {}]", quoted(&member))] {
        expect_groups(probe, &filter, &member)?;
    }
    user_with(probe, "shows its groups", |user| !elements(user, "groups").is_empty())?;
    let is_in = |user: &Value| Some(elements(user, "groups").iter().any(|one| text(one, "/value") == id(&group)));
    expect_fitting(probe, &format!("groups.value eq {}", quoted(id(&group))), &is_in).map(drop)
}

fn bare_members(probe: &Probe<'_>) -> Verdict {
    let (_, member) = membership(probe)?;
    expect_groups(probe, &format!("members eq {}", quoted(&member)), &member)
}
