//! Objects that the client may not see, though they are there.

use std::collections::BTreeSet;

use serde_json::Value;

use super::brief::{needing, policy};
use super::service::{Service, id_of};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

/// Checks of suites with rostering.
pub const ROSTERING: &[Check] = &[needing(
    "--other: a client that sees more of the same data",
    policy(
        "OR-407",
        "What the client may not see is refused as what isn't there",
        "OneRoster 1.2 REST, imsx_StatusInfoDType, unknownobject",
        as_unknown,
    ),
)];

/// How many of a collection are looked at, and how many of those that only the other client sees are asked for.
const MOST: usize = 1000;
const MOST_ASKED: usize = 3;

/// An answer without the id that was asked for.
fn gist(response: &Response, id: &str) -> String {
    format!("{} {}", response.status, response.text().replace(id, "…").replace(&encode(id), "…"))
}

fn as_unknown(probe: &Probe<'_>) -> Verdict {
    let Some(other) = probe.target.others.first() else { return Err(Stop::skipped("no --other is given")) };
    let service = Service::of(probe);
    let mut n_asked = 0;
    for collection in service.served()? {
        let own = service.page(&format!("{}?limit={MOST}", collection.path), collection.plural)?;
        let own: BTreeSet<&str> = own.objects.iter().map(id_of).collect();
        let request = Request::new("GET", service.url(&format!("{}?limit={MOST}", collection.path)));
        let theirs = probe.send_as(&other.credentials, request)?.json();
        let theirs = theirs.get(collection.plural).and_then(Value::as_array).into_iter().flatten().map(id_of);
        for id in theirs.filter(|id| !own.contains(id)).take(MOST_ASKED) {
            let hidden = service.get(&format!("{}/{}", collection.path, encode(id)))?;
            if hidden.status == 200 {
                // It stands behind what was looked at.
                continue;
            }
            n_asked += 1;
            let invented = nonce();
            let unknown = service.get(&format!("{}/{invented}", collection.path))?;
            let (wanted, came) = (gist(&unknown, &invented), gist(&hidden, id));
            let expected =
                format!("GET {}/{id}, which only another client sees: as an unknown id, {wanted}", collection.path);
            expect(came == wanted, expected, || came)?;
        }
    }
    if n_asked == 0 { Err(Stop::skipped("the other client sees nothing that the client doesn't")) } else { Ok(()) }
}
