//! The twin: a server whose data differs only in what the client must not see answers every request alike.
//!
//! Requests are drawn from a grammar over collections, lists below objects, filters, sorts, fields, pages and
//! identifiers. The same numbers draw the same requests in every run, so that a finding can be had again.

use std::collections::BTreeSet;

use super::eye::{ALL, CLASSES, COURSES, DEMOGRAPHICS, Eye, ORGS, SESSIONS, USERS, id_of};
use super::leak;
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::Response;
use crate::probe::Probe;
use crate::suites::oneroster::collection::Collection;

/// Checks of a twin.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-T1",
        "A twin that differs only in what is hidden gives the same answers",
        "GDPR art. 5(1)(c): all of Q, R and D",
        TWIN,
        |probe| compare(probe, bodies_are_same),
    ),
    leak(
        "CO-T2",
        "A twin that differs only in what is hidden gives the same headers",
        "GDPR art. 5(1)(c): all of Q, R, D and P",
        TWIN,
        |probe| compare(probe, headers_are_same),
    ),
    leak(
        "CO-D2b",
        "A twin that differs only in what is hidden gives the same ETags",
        "GDPR art. 5(1)(c): D2",
        "--twin, with the same keys and the same public address",
        tags_are_same,
    ),
];

const TWIN: &str = "--twin: a second server whose data differs only in what the client must not see";
/// How many requests are drawn.
const REQUESTS: usize = 300;

/// Numbers that are the same in every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(n.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    fn pick<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        of.get(self.roll(of.len()))
    }
}

/// Fields of any object, granted or not.
const FIELDS: &[&str] = &[
    "sourcedId",
    "status",
    "dateLastModified",
    "givenName",
    "familyName",
    "middleName",
    "username",
    "email",
    "phone",
    "sms",
    "identifier",
    "userMasterIdentifier",
    "userIds.identifier",
    "roles.role",
    "roles.org.sourcedId",
    "grades",
    "agents.sourcedId",
    "name",
    "type",
    "title",
    "classCode",
    "school.sourcedId",
    "user.sourcedId",
    "class.sourcedId",
    "birthDate",
    "sex",
    "beginDate",
    "endDate",
    "metadata.note",
    "password",
    "parent.sourcedId",
];
const OPERATORS: &[&str] = &["=", "!=", "<", "<=", ">", ">=", "~"];

fn leaf(dice: &mut Dice, values: &[String]) -> String {
    let field = dice.pick(FIELDS).copied().unwrap_or_default();
    let operator = dice.pick(OPERATORS).copied().unwrap_or_default();
    let value = dice.pick(values).map(String::as_str).unwrap_or_default();
    let end = value.char_indices().nth(1 + dice.roll(12)).map_or(value.len(), |(at, _)| at);
    format!("{field}{operator}'{}'", value.get(..end).unwrap_or_default())
}

/// Lists below an object: where the object stands, and their paths around its identifier.
const NESTED: &[(Collection, &str, &str)] = &[
    (ORGS, "schools", "students"),
    (ORGS, "schools", "teachers"),
    (ORGS, "schools", "classes"),
    (ORGS, "schools", "enrollments"),
    (ORGS, "schools", "terms"),
    (CLASSES, "classes", "students"),
    (CLASSES, "classes", "teachers"),
    (COURSES, "courses", "classes"),
    (SESSIONS, "terms", "classes"),
    (USERS, "users", "classes"),
    (USERS, "students", "classes"),
];

/// What requests are drawn from.
struct Words {
    collections: Vec<Collection>,
    ids: Vec<String>,
    values: Vec<String>,
    /// Paths of lists below objects that are there.
    nested: Vec<String>,
}

fn request(dice: &mut Dice, words: &Words) -> String {
    let mut path = dice.pick(&words.collections).map(|one| one.path).unwrap_or_default();
    match dice.roll(10) {
        0 | 1 => {
            let id = dice.pick(&words.ids).map(String::as_str).unwrap_or_default();
            return format!("{path}/{}", encode(id));
        }
        2 | 3 => path = dice.pick(&words.nested).map_or(path, String::as_str),
        _ => {}
    }
    let values = words.values.as_slice();
    let mut query = vec![format!("limit={}", 1 + dice.roll(30))];
    if dice.roll(3) == 0 {
        query.push(format!("offset={}", dice.roll(200)));
    }
    if dice.roll(2) == 0 {
        let mut filter = leaf(dice, values);
        if dice.roll(3) == 0 {
            let junction = dice.pick(&["AND", "OR"]).copied().unwrap_or_default();
            filter = format!("{filter} {junction} {}", leaf(dice, values));
        }
        query.push(format!("filter={}", encode(&filter)));
    }
    if dice.roll(3) == 0 {
        query.push(format!("sort={}", dice.pick(FIELDS).copied().unwrap_or_default()));
        query.push(format!("orderBy={}", dice.pick(&["asc", "desc"]).copied().unwrap_or_default()));
    }
    if dice.roll(4) == 0 {
        query.push(format!("fields=sourcedId,{}", dice.pick(FIELDS).copied().unwrap_or_default()));
    }
    format!("{path}?{}", query.join("&"))
}

/// The requests: identifiers and values are those of both servers, and of other parties.
fn requests(client: &Eye<'_, '_>, twin: &Eye<'_, '_>) -> Result<Vec<String>, Stop> {
    let mut ids: BTreeSet<String> = BTreeSet::new();
    let mut values: BTreeSet<String> =
        ["2012-06-01", "active", "true", "student", "a", "M", "06"].map(str::to_owned).into();
    let mut eyes = vec![client.walk(USERS)?, twin.walk(USERS)?];
    if let Ok(richer) = Eye::richer(client.probe) {
        eyes.push(richer.walk(USERS)?);
    }
    for seen in &eyes {
        for object in seen.objects.iter().take(50) {
            ids.insert(id_of(object).to_owned());
            let texts = object.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
            values.extend(texts.filter(|text| !text.contains('\'')).map(str::to_owned));
        }
    }
    for collection in ALL {
        ids.extend(client.walk(*collection)?.objects.iter().take(20).map(|one| id_of(one).to_owned()));
    }
    let mut nested = Vec::new();
    for (collection, above, below) in NESTED {
        let seen = client.walk(*collection)?;
        nested.extend(seen.objects.iter().take(5).map(|one| format!("{above}/{}/{below}", encode(id_of(one)))));
    }
    let words = Words {
        collections: ALL.iter().copied().chain([DEMOGRAPHICS]).collect(),
        ids: ids.into_iter().collect(),
        values: values.into_iter().collect(),
        nested,
    };
    let mut dice = Dice(2026);
    Ok((0..REQUESTS).map(|_| request(&mut dice, &words)).collect())
}

/// Asks both servers everything.
fn compare(probe: &Probe<'_>, same: fn(&Response, &Response) -> Result<(), String>) -> Verdict {
    let Some(other) = &probe.target.twin else { return Err(Stop::skipped("no --twin is given")) };
    let towards = probe.towards(other);
    let (client, twin) = (Eye::client(probe)?, Eye::client(&towards)?);
    for ask in requests(&client, &twin)? {
        let (own, theirs) = (client.get(&ask)?, twin.get(&ask)?);
        if let Err(difference) = same(&own, &theirs) {
            // What differs between two answers of one server tells nothing of the other.
            if same(&own, &client.get(&ask)?).is_err() {
                continue;
            }
            return Err(Stop::failed(format!("GET {ask}: the same on both servers"), difference));
        }
    }
    Ok(())
}

/// The text without the servers' own addresses.
fn renamed(text: &str) -> String {
    let mut parts = text.split("://");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(['/', '"', '>', '\\', ' ', ',']).unwrap_or(part.len());
        kept.push_str("://·");
        kept.push_str(part.get(end..).unwrap_or_default());
    }
    kept
}

fn bodies_are_same(own: &Response, theirs: &Response) -> Result<(), String> {
    let say = |response: &Response| {
        let text = renamed(&response.text());
        let text = if response.status == 200 { text } else { super::alike::without_volatile(&text) };
        format!("{} {text}", response.status)
    };
    let (one, other) = (say(own), say(theirs));
    if one == other { Ok(()) } else { Err(differing(&one, &other)) }
}

/// Where two texts part.
fn differing(one: &str, other: &str) -> String {
    let n_same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let part = |text: &str| text.chars().skip(n_same.saturating_sub(40)).take(160).collect::<String>();
    format!("here …{}…, there …{}…", part(one), part(other))
}

/// Headers that tell of the moment, the address, or the connection.
const CHANGING: &[&str] = &[
    "date",
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "etag",
    "content-length",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "server",
    "via",
    "age",
    "set-cookie",
];

fn headers_are_same(own: &Response, theirs: &Response) -> Result<(), String> {
    let say = |response: &Response| {
        let mut all: Vec<String> = response
            .headers
            .iter()
            .filter(|(name, _)| !CHANGING.contains(&name.as_str()))
            .map(|(name, value)| format!("{name}: {}", renamed(value)))
            .collect();
        all.sort();
        all.join("; ")
    };
    let (one, other) = (say(own), say(theirs));
    if one == other { Ok(()) } else { Err(differing(&one, &other)) }
}

fn tags_are_same(probe: &Probe<'_>) -> Verdict {
    let Some(other) = &probe.target.twin else { return Err(Stop::skipped("no --twin is given")) };
    let towards = probe.towards(other);
    let (client, twin) = (Eye::client(probe)?, Eye::client(&towards)?);
    let mut n_same = 0;
    let mut differ = Vec::new();
    for ask in requests(&client, &twin)?.into_iter().take(REQUESTS / 2) {
        let (own, theirs) = (client.get(&ask)?, twin.get(&ask)?);
        match (own.header("etag"), theirs.header("etag")) {
            (Some(one), Some(other)) if one == other => n_same += 1,
            (Some(one), Some(other)) if bodies_are_same(&own, &theirs).is_ok() => {
                differ.push(format!("GET {ask}: {one} here, {other} there, and the same body"));
            }
            _ => {}
        }
    }
    // Tags that take in a server's key or address are never the same; then nothing can be said.
    if n_same == 0 {
        return Err(Stop::skipped("no ETag is the same on both servers; give both the same keys and public address"));
    }
    expect(differ.is_empty(), "the same ETag wherever the bodies are the same", || differ.join("; "))
}
