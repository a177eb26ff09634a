//! Signals of change: tags and tombstones tell nothing of what is hidden.

use serde_json::Value;

use super::eye::{ALL, Eye};
use super::{RICHER, leak};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::Probe;

/// Checks of signals of change.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-D2",
        "An ETag is of what the client sees: another client that sees something else has another",
        "GDPR art. 5(1)(c): D2; RFC 9110 §8.8.3",
        RICHER,
        tags_are_of_the_view,
    ),
    leak(
        "CO-D5",
        "Of objects that are gone, nothing is told but their identifiers and what the standard requires",
        "GDPR art. 5(1)(c): D5, Q22 tombstones",
        "",
        tombstones_are_bare,
    ),
];

fn tags_are_of_the_view(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let mut n_compared = 0;
    for collection in ALL {
        let path = format!("{}?limit=3", collection.path);
        let (own, theirs) = (client.get(&path)?, richer.get(&path)?);
        let (Some(tag), Some(other)) = (own.header("etag"), theirs.header("etag")) else { continue };
        if own.status == 200 && theirs.status == 200 && own.body != theirs.body {
            n_compared += 1;
            expect(tag != other, format!("GET {path}: another ETag than the other client's"), || tag.to_owned())?;
        }
    }
    if n_compared == 0 { Err(Stop::skipped("there are no ETags, or both clients see the same")) } else { Ok(()) }
}

/// What tells of a person.
const TELLING: &[&str] = &[
    "email",
    "phone",
    "sms",
    "identifier",
    "userMasterIdentifier",
    "userIds",
    "agents",
    "grades",
    "metadata",
    "title",
];

fn tombstones_are_bare(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    for collection in ALL {
        let path = format!("{}?limit=100&filter={}", collection.path, encode("status='tobedeleted'"));
        for object in Eye::listed(&client.get(&path)?, collection.plural) {
            let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty) || value == "";
            let told = object
                .as_object()
                .into_iter()
                .flatten()
                .find(|(name, value)| TELLING.contains(&name.as_str()) && !is_empty(value));
            expect(told.is_none(), format!("GET {path}: identifiers of what is gone, no data"), || object.to_string())?;
        }
    }
    Ok(())
}
