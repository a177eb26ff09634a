//! The protocol: errors, cursors, caches and HEAD.

use super::eye::{ALL, Eye, USERS, id_of};
use super::withheld::invent;
use super::{RICHER, leak};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::Response;
use crate::probe::Probe;
use crate::suites::oneroster::service::links;

/// Checks of the protocol.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-P1",
        "Errors tell neither reasons of the rules nor anything of the program",
        "GDPR art. 5(1)(c): P1 error texts",
        "",
        errors_tell_nothing,
    ),
    leak(
        "CO-P4",
        "A cursor that was changed gets no data",
        "GDPR art. 5(1)(c): P4 cursors",
        "a next link with a cursor",
        changed_cursors,
    ),
    leak(
        "CO-P4b",
        "A cursor of one client gets another client no data",
        "GDPR art. 5(1)(c): P4 cursors",
        "a next link with a cursor, and --other",
        cursors_of_others,
    ),
    leak(
        "CO-P6",
        "No cache may keep answers for others: Cache-Control is private or no-store",
        "RFC 9111 §5.2.2; GDPR art. 32: P6 caches",
        "",
        nothing_is_kept,
    ),
    leak("CO-P10", "HEAD tells what GET tells, without a body", "RFC 9110 §9.3.2: P10 HEAD", "", head_is_get),
    leak(
        "CO-P3b",
        "The other client gets nothing by an identifier that only the client under test has",
        "GDPR art. 5(1)(c): P3, R7",
        RICHER,
        identifiers_are_of_a_client,
    ),
];

/// What no answer says: signs of programs, databases and rules.
const SIGNS: &[&str] = &[
    "Traceback",
    "stack trace",
    "Exception in",
    "SQLSTATE",
    "SELECT ",
    "syntax error at",
    "   at ",
    "panicked",
    "withheld by",
    "no consent",
    "by rule",
    "refused by",
    "opted out",
    "toestemming",
];

fn errors_tell_nothing(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let people = client.walk(USERS)?;
    let mut asks: Vec<String> = [
        "users?filter=x",
        "users?filter=nosuchfield%3D%27x%27",
        "users?sort=nosuchfield",
        "users?fields=nosuchfield",
        "users?limit=-1",
        "users?offset=x",
        "users/none-of-them",
        "nothing/here",
        "users?filter=%27%22%29--",
        "users?filter=dateLastModified%3E%27x%27",
    ]
    .map(str::to_owned)
    .to_vec();
    asks.extend(people.objects.first().map(|one| format!("users/{}", encode(&invent(id_of(one))))));
    if let Ok(richer) = Eye::richer(probe) {
        asks.extend(richer.walk(USERS)?.objects.iter().take(5).map(|one| format!("users/{}", encode(id_of(one)))));
    }
    for ask in asks {
        let response = client.get(&ask)?;
        if response.status < 400 {
            continue;
        }
        let text = response.text();
        let sign = SIGNS.iter().find(|sign| text.to_lowercase().contains(&sign.to_lowercase()));
        expect(sign.is_none(), format!("GET {ask}: an error without reasons"), || response.summary())?;
    }
    Ok(())
}

/// The parameters that the standard has; whatever else a link has is the server's own.
const KNOWN: &[&str] = &["limit", "offset", "sort", "orderBy", "filter", "fields"];

/// The path of a client's next page, and the value in it that is the server's own.
fn cursor(client: &Eye<'_, '_>) -> Result<(String, String), Stop> {
    let response = client.get("users?limit=2")?;
    let links = response.header("link").map(links).unwrap_or_default();
    let next = links.into_iter().find(|(relation, _)| relation == "next").map(|(_, url)| url);
    let cursor = next.and_then(|url| {
        let (_, query) = url.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.find(|(name, value)| !KNOWN.contains(name) && value.len() >= 8)?.1.to_owned();
        // The client's own address: a link may name another one.
        Some((format!("users?{query}"), value))
    });
    cursor.ok_or_else(|| Stop::skipped("the server pages by offset only"))
}

fn has_no_people(response: &Response, what: &str) -> Verdict {
    let is_empty = response.status >= 400 || Eye::listed(response, "users").is_empty();
    expect(is_empty, format!("{what}: an error, or nobody"), || response.summary())
}

fn changed_cursors(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let (url, cursor) = cursor(&client)?;
    for place in [0, cursor.len() / 2] {
        let swap = |(n, c): (usize, char)| match c {
            _ if n != place => c,
            'A' => 'B',
            _ => 'A',
        };
        let changed: String = cursor.chars().enumerate().map(swap).collect();
        if changed != cursor {
            has_no_people(&client.ask("GET", &url.replace(&cursor, &changed))?, "a changed cursor")?;
        }
    }
    Ok(())
}

fn cursors_of_others(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let (theirs, _) = cursor(&richer)?;
    has_no_people(&client.ask("GET", &theirs)?, "the other client's cursor")?;
    let (own, _) = cursor(&client)?;
    has_no_people(&richer.ask("GET", &own)?, "the client's cursor, of the other client")
}

fn nothing_is_kept(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let people = client.walk(USERS)?;
    let mut asks: Vec<String> = ALL.iter().map(|one| format!("{}?limit=1", one.path)).collect();
    asks.extend(people.objects.first().map(|one| format!("users/{}", encode(id_of(one)))));
    for ask in asks {
        let response = client.get(&ask)?;
        let control = response.header("cache-control").unwrap_or_default().to_ascii_lowercase();
        let is_own = control.split(',').map(str::trim).any(|one| one == "private" || one == "no-store");
        let is_refused = response.status >= 400;
        expect(is_own || is_refused, format!("GET {ask}: Cache-Control private or no-store"), || control.clone())?;
    }
    Ok(())
}

fn head_is_get(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let people = client.walk(USERS)?;
    let mut asks = vec!["users?limit=2".to_owned(), "orgs?limit=2".to_owned(), "users/none-of-them".to_owned()];
    asks.extend(people.objects.first().map(|one| format!("users/{}", encode(id_of(one)))));
    for ask in asks {
        let (get, head, again) = (client.get(&ask)?, client.ask("HEAD", &ask)?, client.get(&ask)?);
        if matches!(head.status, 405 | 501) {
            return Err(Stop::skipped("the server has no HEAD"));
        }
        expect(head.status == get.status && head.body.is_empty(), format!("HEAD {ask}: {}", get.status), || {
            head.summary()
        })?;
        // RFC 9110 §9.3.2 lets a server leave out what it would have to compute.
        for name in ["x-total-count", "etag", "cache-control", "link", "content-type", "content-length"] {
            let (wanted, found) = (get.header(name), head.header(name));
            let is_stable = again.header(name) == wanted;
            expect(!is_stable || found.is_none() || found == wanted, format!("HEAD {ask}: {name} {wanted:?}"), || {
                format!("{found:?}")
            })?;
        }
    }
    Ok(())
}

fn identifiers_are_of_a_client(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let (own, theirs) = (client.walk(USERS)?, richer.walk(USERS)?.whole("users")?);
    let shown = theirs.ids();
    let only = own.objects.iter().map(id_of).filter(|id| !shown.contains(id)).take(5);
    let mut n_asked = 0;
    for id in only {
        n_asked += 1;
        let response = richer.get(&format!("users/{}", encode(id)))?;
        expect(response.status == 404, format!("users/{id}: 404 for {}", richer.name), || response.summary())?;
    }
    if n_asked == 0 { Err(Stop::skipped("both clients know people by the same identifiers")) } else { Ok(()) }
}
