//! Reading one resource, and listing many (RFC 7644 §3.4.1 and §3.4.2).

use serde_json::{Value, json};

use super::made::{Made, user_at};
use super::population::{Page, groups, page, quoted, users};
use super::service::{LIST, delete, expect_error, names_schema, object, require, text};
use super::wording::{must, needing, practice, should, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::{Probe, nonce};

const READ: &str = "RFC 7644 §3.4.1";
const QUERY: &str = "RFC 7644 §3.4.2";

/// Checks of reading and listing.
pub const CHECKS: &[Check] = &[
    needing("a user", must("SC-080", "A user is read by its id, and at its location", READ, read_by_id)),
    writing(should("SC-080b", "What is read equals what POST answered", READ, read_as_made)),
    must("SC-081", "An id that nothing of that type has is not found: 404", READ, unknown_id),
    writing(must("SC-081b", "A deleted user is not found: 404", "RFC 7644 §3.6", deleted_id)),
    must("SC-082", "Users and groups are listed with how many there are", QUERY, lists_are_whole),
    needing(
        "filters",
        must("SC-083", "Where nothing matches, that is no error: 200 and totalResults 0", QUERY, empty_is_fine),
    ),
    needing(
        "filters",
        practice(should("SC-083b", "Where nothing matches, Resources is an empty list", QUERY, empty_is_a_list)),
    ),
    needing(
        "two users",
        must("SC-084", "A part of a list tells where it starts and how much it holds", "RFC 7644 §3.4.2.4", parts_tell),
    ),
    practice(should("SC-084b", "So does a whole list", "RFC 7644 §3.4.2.4", wholes_tell)),
    writing(practice(should(
        "SC-085",
        "Users who aren't active are read, listed and found",
        "RFC 7643 §4.1.1",
        inactive_are_there,
    ))),
    needing("a user", must("SC-086", "A list shows of a resource what its own address shows", QUERY, listed_as_read)),
    needing("an id with letters", must("SC-087", "The case of letters in an id matters", "RFC 7643 §3.1", exact_ids)),
];

fn at(collection: &str, resource: &Value) -> String {
    format!("{collection}/{}", encode(text(resource, "/id")))
}

fn read_by_id(probe: &Probe<'_>) -> Verdict {
    for user in users(probe)?.resources.iter().take(3) {
        let path = at("/Users", user);
        for path in [path, probe.target.resolve(text(user, "/meta/location"))].iter().filter(|path| !path.is_empty()) {
            let read = object(probe, path)?;
            expect(read.get("id") == user.get("id"), format!("GET {path}: that user"), || read.to_string())?;
        }
    }
    Ok(())
}

fn read_as_made(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let shown = made.user(&Value::Null)?;
    let read = object(probe, &user_at(&shown))?;
    expect(read == shown, "GET: what POST answered", || format!("{read} instead of {shown}"))
}

fn unknown_id(probe: &Probe<'_>) -> Verdict {
    let mut paths = vec![format!("/Users/{}", nonce()), format!("/Groups/{}", nonce())];
    paths.extend(users(probe)?.resources.first().map(|user| at("/Groups", user)));
    for path in paths {
        expect_error(&probe.get(&path)?, &[404], &format!("GET {path}"))?;
    }
    Ok(())
}

fn deleted_id(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let path = user_at(&made.user(&Value::Null)?);
    let deleted = delete(probe, &path)?;
    expect(deleted.status == 204, format!("DELETE {path}: 204"), || deleted.summary())?;
    expect_error(&probe.get(&path)?, &[404], &format!("GET {path}, which was deleted"))
}

fn lists_are_whole(probe: &Probe<'_>) -> Verdict {
    for path in ["/Users", "/Groups"] {
        let list = object(probe, path)?;
        let total = list.get("totalResults").and_then(Value::as_u64);
        let resources = list.get("Resources").and_then(Value::as_array);
        let is_list = names_schema(&list, LIST) && total.is_some();
        let is_whole = total == Some(0) || resources.is_some_and(|resources| !resources.is_empty());
        expect(
            is_list && is_whole,
            format!("GET {path}: a ListResponse with an integer `totalResults`, and `Resources`"),
            || list.to_string().chars().take(300).collect(),
        )?;
    }
    Ok(())
}

fn found_nobody(probe: &Probe<'_>) -> Result<Page, Stop> {
    require(probe, "filter")?;
    page(probe, "/Users", &[("filter", &format!("userName eq {}", quoted(&nonce())))])
}

fn empty_is_fine(probe: &Probe<'_>) -> Verdict {
    let found = found_nobody(probe)?;
    expect(found.total == 0 && found.resources.is_empty(), "totalResults 0", || found.summary())
}

fn empty_is_a_list(probe: &Probe<'_>) -> Verdict {
    let found = found_nobody(probe)?;
    let is_list = found.json.get("Resources").is_some_and(Value::is_array);
    expect(is_list, "`Resources` is a list", || found.json.to_string())
}

/// That a page tells where it starts and how much it holds.
fn expect_told(found: &Page, start: usize, what: &str) -> Verdict {
    let told = |member: &str| found.json.get(member).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let is_told = told("startIndex") == Some(start) && told("itemsPerPage") == Some(found.resources.len());
    expect(is_told, format!("{what}: startIndex {start}, itemsPerPage {}", found.resources.len()), || {
        format!("startIndex {:?}, itemsPerPage {:?}", found.json.get("startIndex"), found.json.get("itemsPerPage"))
    })
}

fn parts_tell(probe: &Probe<'_>) -> Verdict {
    if users(probe)?.total < 2 {
        return Err(Stop::skipped("there are fewer than two users"));
    }
    for start in [1, 2] {
        let found = page(probe, "/Users", &[("startIndex", &start.to_string()), ("count", "1")])?;
        expect_told(&found, start, &format!("one user from the {start}. on"))?;
    }
    Ok(())
}

fn wholes_tell(probe: &Probe<'_>) -> Verdict {
    expect_told(&page(probe, "/Users", &[("count", "200")])?, 1, "GET /Users?count=200")?;
    expect_told(&page(probe, "/Groups", &[("count", "200")])?, 1, "GET /Groups?count=200")
}

fn inactive_are_there(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let shown = made.user(&json!({"active": false}))?;
    let read = object(probe, &user_at(&shown))?;
    expect(read.get("active") == Some(&Value::Bool(false)), "`active` is false", || read.to_string())?;
    require(probe, "filter")?;
    let name = format!("userName eq {}", quoted(text(&shown, "/userName")));
    for filter in [name.clone(), format!("{name} and active eq false")] {
        let found = page(probe, "/Users", &[("filter", &filter)])?;
        expect(found.total == 1, format!("{filter} finds the user who isn't active"), || found.summary())?;
    }
    Ok(())
}

fn listed_as_read(probe: &Probe<'_>) -> Verdict {
    let groups = groups(probe).map(|groups| groups.resources).unwrap_or_default();
    let people = users(probe)?.resources;
    let listed = people.iter().take(4).map(|user| ("/Users", user));
    for (collection, listed) in listed.chain(groups.iter().take(2).map(|group| ("/Groups", group))) {
        let path = at(collection, listed);
        let read = object(probe, &path)?;
        expect(read == *listed, format!("GET {path}: as the list shows it, {listed}"), || read.to_string())?;
    }
    Ok(())
}

fn exact_ids(probe: &Probe<'_>) -> Verdict {
    for user in users(probe)?.resources {
        let id = text(&user, "/id");
        let other = if id.to_uppercase() == id { id.to_lowercase() } else { id.to_uppercase() };
        if other != id {
            let path = format!("/Users/{}", encode(&other));
            return expect_error(&probe.get(&path)?, &[404], &format!("GET {path}, where {id} is a user"));
        }
    }
    Err(Stop::skipped("no id has letters"))
}
