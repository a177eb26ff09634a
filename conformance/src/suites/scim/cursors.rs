//! Paging by cursor (RFC 9865).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::made::{Made, id, user_at};
use super::population::{quoted, users};
use super::service::{
    LIST, config, delete, expect_error, expect_refusal, names_schema, require, send, text, with_query,
};
use super::wording::{must, needing, policy, practice, should, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::Response;
use crate::probe::{Probe, nonce};

const CLAUSE: &str = "RFC 9865 §2";
const ERRORS: &str = "RFC 9865 §2.1";
const NEEDS: &str = "cursors";

/// Checks of paging by cursor.
pub const CHECKS: &[Check] = &[
    needing(
        NEEDS,
        must("SC-100", "/ServiceProviderConfig says which ways of paging there are", "RFC 9865 §4", ways_are_told),
    ),
    needing(NEEDS, must("SC-101", "Cursors lead through every resource once, and then end", CLAUSE, walk_is_whole)),
    needing(
        NEEDS,
        should("SC-102", "The first page leads to no previous one, the second may lead back", CLAUSE, way_back),
    ),
    needing(NEEDS, must("SC-103", "Cursors are of characters that need no encoding", CLAUSE, cursors_are_plain)),
    needing(NEEDS, must("SC-104", "A cursor that was never given is refused: 400", ERRORS, unknown_cursor)),
    needing(
        NEEDS,
        should("SC-104b", "It is refused with invalidCursor, and so is an altered one", ERRORS, altered_cursor),
    ),
    needing(NEEDS, must("SC-105", "No page holds more than count, whatever count is", CLAUSE, count_is_kept)),
    needing(
        "cursors, filters",
        writing(practice(should(
            "SC-106",
            "Who comes or goes meanwhile neither hides nor repeats others",
            CLAUSE,
            others_are_undisturbed,
        ))),
    ),
    needing(
        "cursors, filters",
        policy(should("SC-107", "A cursor isn't taken for another filter than its own", CLAUSE, other_filter)),
    ),
    needing(NEEDS, should("SC-108", "Cursors lead through a search by POST too", "RFC 9865 §3", search_by_post)),
];

/// A page by cursor: its resources, and where the next and the previous one are.
struct CursorPage {
    ids: Vec<String>,
    next: Option<String>,
    previous: Option<String>,
}

fn require_cursors(probe: &Probe<'_>) -> Verdict {
    if config(probe)?.pointer("/pagination/cursor") == Some(&Value::Bool(true)) {
        return Ok(());
    }
    Err(Stop::skipped("the server doesn't offer cursors"))
}

fn as_cursor_page(response: &Response, what: &str) -> Result<CursorPage, Stop> {
    let json = response.json();
    let is_list = response.status == 200 && names_schema(&json, LIST);
    expect(is_list, format!("{what}: 200 and a ListResponse"), || response.summary())?;
    let resources = json.get("Resources").and_then(Value::as_array).cloned().unwrap_or_default();
    let cursor = |member: &str| json.get(member).and_then(Value::as_str).map(str::to_owned);
    let ids = resources.iter().map(|resource| id(resource).to_owned()).collect();
    Ok(CursorPage { ids, next: cursor("nextCursor"), previous: cursor("previousCursor") })
}

fn ask(probe: &Probe<'_>, cursor: &str, parameters: &[(&str, &str)]) -> Result<Response, Stop> {
    let mut asked = vec![("cursor", cursor)];
    asked.extend(parameters);
    probe.get(&with_query("/Users", &asked))
}

fn turn(probe: &Probe<'_>, cursor: &str, parameters: &[(&str, &str)]) -> Result<CursorPage, Stop> {
    as_cursor_page(&ask(probe, cursor, parameters)?, &format!("cursor={cursor}, {parameters:?}"))
}

/// The first page of the users, and the cursor to the second; a skip if one page holds them all.
fn first(probe: &Probe<'_>, parameters: &[(&str, &str)]) -> Result<(CursorPage, String), Stop> {
    require_cursors(probe)?;
    let first = turn(probe, "", parameters)?;
    let next = first.next.clone().ok_or_else(|| Stop::skipped("one page holds all users"))?;
    Ok((first, next))
}

fn ways_are_told(probe: &Probe<'_>) -> Verdict {
    let config = config(probe)?;
    let Some(pagination) = config.get("pagination") else {
        return Err(Stop::skipped("the server says nothing of cursors"));
    };
    let is_told = ["cursor", "index"].iter().all(|way| pagination.get(way).is_some_and(Value::is_boolean));
    expect(is_told, "`pagination.cursor` and `pagination.index` are true or false", || pagination.to_string())
}

fn walk_is_whole(probe: &Probe<'_>) -> Verdict {
    require_cursors(probe)?;
    let people = users(probe)?;
    let size = (people.resources.len() / 3).max(1);
    let parameters = [("count", size.to_string())];
    let parameters = parameters.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (mut seen, mut known): (Vec<String>, BTreeSet<String>) = Default::default();
    let mut next = Some(String::new());
    while let Some(cursor) = next {
        let found = turn(probe, &cursor, &parameters)?;
        expect(found.ids.len() <= size, format!("at most {size} users on a page"), || format!("{:?}", found.ids))?;
        let is_new = found.ids.iter().all(|id| known.insert(id.clone()));
        expect(is_new, "no user twice", || format!("{:?} after {seen:?}", found.ids))?;
        // A page may be empty without being the last one, but a walk has to come forward.
        let is_going_on = !found.ids.is_empty() || found.next.is_none() || found.next.as_ref() != Some(&cursor);
        expect(is_going_on, "a cursor that leads on", || format!("{cursor} leads to itself"))?;
        seen.extend(found.ids);
        next = if seen.len() >= people.resources.len() && !people.is_whole() { None } else { found.next };
    }
    let missing = people.resources.iter().map(id).find(|id| !known.contains(*id));
    expect(!people.is_whole() || missing.is_none(), format!("all {} users", people.total), || {
        format!("{} users, without {missing:?}", seen.len())
    })
}

fn way_back(probe: &Probe<'_>) -> Verdict {
    let parameters = [("count", "1")];
    let (first, next) = first(probe, &parameters)?;
    expect(first.previous.is_none(), "no `previousCursor` on the first page", || format!("{:?}", first.previous))?;
    let second = turn(probe, &next, &parameters)?;
    let Some(back) = second.previous else { return Ok(()) };
    let again = turn(probe, &back, &parameters)?;
    expect(again.ids == first.ids, "`previousCursor` of the second page leads to the first", || {
        format!("{:?}", again.ids)
    })
}

fn cursors_are_plain(probe: &Probe<'_>) -> Verdict {
    let (_, cursor) = first(probe, &[("count", "1")])?;
    let is_plain = cursor.chars().all(|sign| sign.is_ascii_alphanumeric() || "-._~".contains(sign));
    expect(is_plain && !cursor.is_empty(), "a cursor of letters, digits and -._~", || cursor.clone())
}

fn unknown_cursor(probe: &Probe<'_>) -> Verdict {
    require_cursors(probe)?;
    expect_error(&ask(probe, &nonce(), &[("count", "1")])?, &[400], "a cursor that was never given")
}

fn altered_cursor(probe: &Probe<'_>) -> Verdict {
    let parameters = [("count", "1")];
    let (_, cursor) = first(probe, &parameters)?;
    expect_refusal(&ask(probe, &nonce(), &parameters)?, 400, "invalidCursor", "a cursor that was never given")?;
    // The first sign, as the last one of base64 may carry bits that mean nothing.
    let head = if cursor.starts_with('A') { "B" } else { "A" };
    let altered: String = head.chars().chain(cursor.chars().skip(1)).collect();
    expect_refusal(&ask(probe, &altered, &parameters)?, 400, "invalidCursor", "an altered cursor")
}

fn count_is_kept(probe: &Probe<'_>) -> Verdict {
    require_cursors(probe)?;
    for (count, most) in [("1", 1), ("0", 0), ("-1", 0)] {
        let response = ask(probe, "", &[("count", count)])?;
        if response.status == 400 && most == 0 {
            continue;
        }
        let found = as_cursor_page(&response, &format!("cursor=&count={count}"))?;
        expect(found.ids.len() <= most, format!("cursor=&count={count}: at most {most} users"), || response.summary())?;
    }
    let response = ask(probe, "", &[("count", "1000000")])?;
    if response.status == 200 {
        return as_cursor_page(&response, "cursor=&count=1000000").map(drop);
    }
    expect_refusal(&response, 400, "invalidCount", "cursor=&count=1000000: 200, or")
}

fn others_are_undisturbed(probe: &Probe<'_>) -> Verdict {
    require_cursors(probe)?;
    require(probe, "filter")?;
    let made = Made::by(probe);
    let mark = json!({"displayName": format!("Conformance {}", nonce())});
    let mut people = Vec::new();
    for _ in 0..6 {
        people.push(made.user(&mark)?);
    }
    let filter = format!("displayName eq {}", quoted(text(&mark, "/displayName")));
    let parameters = [("filter", filter.as_str()), ("count", "2")];
    let first = turn(probe, "", &parameters)?;
    let gone = people.iter().find(|user| first.ids.iter().any(|seen| seen == id(user)));
    let Some(gone) = gone else { return Err(Stop::failed(format!("{filter} finds who was made"), "nobody")) };
    delete(probe, &user_at(gone))?;
    made.user(&mark)?;
    let mut seen = first.ids;
    let mut next = first.next;
    while let Some(cursor) = next {
        let found = turn(probe, &cursor, &parameters)?;
        expect(seen.len() < 20, "cursors that end", || format!("{seen:?}"))?;
        seen.extend(found.ids);
        next = found.next;
    }
    for user in people.iter().filter(|user| id(user) != id(gone)) {
        let n_times = seen.iter().filter(|seen| *seen == id(user)).count();
        expect(n_times == 1, format!("user {} once", id(user)), || format!("{n_times} times in {}", seen.join(", ")))?;
    }
    Ok(())
}

fn other_filter(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let (_, cursor) = first(probe, &[("count", "1")])?;
    let response = ask(probe, &cursor, &[("count", "1"), ("filter", "userName pr")])?;
    expect_error(&response, &[400], "a cursor of all users, with a filter")
}

fn search_by_post(probe: &Probe<'_>) -> Verdict {
    require_cursors(probe)?;
    let urn = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
    let search = |cursor: &str| {
        let response = send(probe, "POST", "/Users/.search", &json!({"schemas": [urn], "count": 1, "cursor": cursor}))?;
        as_cursor_page(&response, &format!("a search by POST with cursor {cursor}"))
    };
    let first = search("")?;
    let Some(next) = &first.next else {
        return expect(users(probe)?.total < 2, "`nextCursor` after one of several users", || "none".to_owned());
    };
    let second = search(next)?;
    expect(!second.ids.is_empty() && second.ids != first.ids, "another user on the second page", || {
        format!("{:?} after {:?}", second.ids, first.ids)
    })
}
