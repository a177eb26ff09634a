//! Several objects at once, whose ids the server gives.

use serde_json::{Value, json};

use super::super::brief::{must, policy, writing};
use super::super::collection::Collection;
use super::super::routes::named;
use super::super::service::{Service, id_of};
use super::desk::{Desk, with, without};
use super::objects::agrees;
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

const CLAUSE: &str = "OneRoster 1.2 Gradebook, postLineItemsForClass, postLineItemsForSchool, postResultsForLineItem \
                      and postResultsForAcademicSessionForClass";

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    writing(must(
        "OR-510",
        "Objects that are posted are made: 201, and a pair of the id that came and the id that is given for each",
        CLAUSE,
        |probe| each(probe, made),
    )),
    writing(must("OR-510b", "What was posted is read under the id that was given", CLAUSE, |probe| {
        each(probe, read_back)
    })),
    writing(must("OR-511", "A POST below an object that isn't there is not found: 404", CLAUSE, |probe| {
        each(probe, unknown_parent)
    })),
    writing(policy("OR-511b", "A POST of nothing makes nothing, or is refused", CLAUSE, |probe| each(probe, nothing))),
    writing(policy("OR-512", "A POST of which one object can't be made is refused, and makes none", CLAUSE, |probe| {
        each(probe, all_or_none)
    })),
];

/// Where objects are posted.
struct Place {
    /// The address.
    path: String,
    /// The same below objects that aren't there.
    unknown: String,
    /// What is made.
    collection: Collection,
}

impl Place {
    /// Objects that can be posted there.
    fn drafts(&self, desk: &Desk<'_, '_, '_>) -> Result<Vec<Value>, Stop> {
        let draft = desk.draft(self.collection)?;
        if self.collection.path == "lineItems" {
            return Ok(vec![
                draft.clone(),
                with(&draft, &json!({"sourcedId": nonce(), "title": "Conformance, another"})),
            ]);
        }
        let line_item = match self.path.split('/').collect::<Vec<_>>().as_slice() {
            ["lineItems", id, _] => desk.reference("lineItems", "lineItem", id),
            _ => return Ok(vec![draft]),
        };
        Ok(vec![with(&draft, &json!({"lineItem": line_item}))])
    }

    fn post(
        &self,
        desk: &Desk<'_, '_, '_>,
        path: &str,
        objects: &[Value],
    ) -> Result<(Response, Vec<[String; 2]>), Stop> {
        let request = Request::new("POST", desk.service.url(path))
            .json("application/json", &json!({self.collection.plural: objects}))
            .header("Accept", "application/json");
        let response = desk.service.probe.send(request)?;
        let json = response.json();
        let id = |pair: &Value, member: &str| pair.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let pairs = json.get("sourcedIdPairs").and_then(Value::as_array).into_iter().flatten();
        let pairs: Vec<[String; 2]> =
            pairs.map(|pair| [id(pair, "suppliedSourcedId"), id(pair, "allocatedSourcedId")]).collect();
        for [_, allocated] in pairs.iter().filter(|[_, allocated]| !allocated.is_empty()) {
            desk.note(self.collection, allocated);
        }
        Ok((response, pairs))
    }
}

/// Looks at each place where the client may post.
fn each(probe: &Probe<'_>, look: fn(&Desk<'_, '_, '_>, &Place) -> Verdict) -> Verdict {
    let service = Service::of(probe);
    let mut skipped = Ok(());
    let mut n_seen = 0;
    for what in ["lineItems", "results"] {
        let desk = match Desk::open(&service, what) {
            Err(Stop::Skipped(reason)) => {
                skipped = Err(Stop::Skipped(reason));
                continue;
            }
            other => other?,
        };
        for place in places(&desk, what)? {
            match may_post(&desk, &place) {
                Err(Stop::Skipped(reason)) => skipped = Err(Stop::Skipped(reason)),
                other => {
                    other?;
                    look(&desk, &place)?;
                    n_seen += 1;
                }
            }
        }
    }
    if n_seen == 0 { skipped } else { Ok(()) }
}

fn places(desk: &Desk<'_, '_, '_>, what: &str) -> Result<Vec<Place>, Stop> {
    let collection = named(what)?;
    let class = encode(desk.known("class")?);
    let none = nonce();
    let mut found = Vec::new();
    let mut add = |path: String, unknown: String| found.push(Place { path, unknown, collection });
    if what == "lineItems" {
        add(format!("classes/{class}/lineItems"), format!("classes/{none}/lineItems"));
        if let Ok(school) = desk.known("school") {
            add(format!("schools/{}/lineItems", encode(school)), format!("schools/{none}/lineItems"));
        }
    } else {
        let line_item = desk.make("lineItems")?;
        add(format!("lineItems/{}/results", encode(id_of(&line_item))), format!("lineItems/{none}/results"));
        if let Ok(session) = desk.known("session") {
            let below = format!("academicSessions/{}/results", encode(session));
            add(format!("classes/{class}/{below}"), format!("classes/{none}/{below}"));
        }
    }
    Ok(found)
}

/// Whether the client may post there, once for all checks of a run.
fn may_post(desk: &Desk<'_, '_, '_>, place: &Place) -> Verdict {
    // Where line items are made anew, their ids differ.
    let name: Vec<&str> = place.path.split('/').step_by(2).collect();
    let name = format!("may post {} {}", name.join("/"), place.collection.path);
    let status = desk.service.probe.once(&name, || {
        let (response, _) = place.post(desk, &place.path, &place.drafts(desk)?)?;
        Ok(Value::from(response.status))
    })?;
    match status.as_u64() {
        Some(401 | 403 | 404 | 405 | 501) => {
            Err(Stop::skipped(format!("the client may not post to {}: {status}", place.path)))
        }
        _ => Ok(()),
    }
}

fn made(desk: &Desk<'_, '_, '_>, place: &Place) -> Verdict {
    let drafts = place.drafts(desk)?;
    let (response, pairs) = place.post(desk, &place.path, &drafts)?;
    let supplied = |draft: &Value| pairs.iter().filter(|[supplied, _]| supplied == id_of(draft)).count() == 1;
    let is_good = response.status == 201
        && pairs.len() == drafts.len()
        && drafts.iter().all(supplied)
        && pairs.iter().all(|[_, allocated]| !allocated.is_empty());
    expect(is_good, format!("POST {}: 201 with a pair for each object", place.path), || response.summary())
}

fn read_back(desk: &Desk<'_, '_, '_>, place: &Place) -> Verdict {
    let drafts = place.drafts(desk)?;
    let (response, pairs) = place.post(desk, &place.path, &drafts)?;
    for draft in &drafts {
        let Some([_, allocated]) = pairs.iter().find(|[supplied, _]| supplied == id_of(draft)) else {
            return Err(Stop::failed(format!("POST {}: a pair with {}", place.path, id_of(draft)), response.summary()));
        };
        let read = desk.service.single(place.collection, allocated)?;
        let agreed = agrees(&without(draft, "sourcedId"), &read);
        let expected = format!("GET {}/{allocated}: what was posted", place.collection.path);
        expect(agreed.is_ok(), expected, || agreed.err().unwrap_or_default())?;
    }
    Ok(())
}

fn unknown_parent(desk: &Desk<'_, '_, '_>, place: &Place) -> Verdict {
    let (response, _) = place.post(desk, &place.unknown, &place.drafts(desk)?)?;
    desk.service.expect_error(&response, &[404], &format!("POST {}", place.unknown))
}

fn nothing(desk: &Desk<'_, '_, '_>, place: &Place) -> Verdict {
    let (response, pairs) = place.post(desk, &place.path, &[])?;
    if response.status == 201 {
        let has_list = response.json().get("sourcedIdPairs").is_some_and(Value::is_array);
        return expect(has_list && pairs.is_empty(), "POST of an empty list: no pairs", || response.summary());
    }
    desk.service.expect_error(&response, &[400, 422], &format!("POST {} of an empty list", place.path))
}

fn all_or_none(desk: &Desk<'_, '_, '_>, place: &Place) -> Verdict {
    let mark = format!("Conformance {}", nonce());
    let (telling, required) = match place.collection.path {
        "results" => ("comment", "scoreStatus"),
        _ => ("title", "dueDate"),
    };
    let drafts = place.drafts(desk)?;
    let Some(draft) = drafts.first() else { return Ok(()) };
    let good = with(draft, &json!({telling: mark}));
    let bad = without(&with(&good, &json!({"sourcedId": nonce()})), required);
    let (response, _) = place.post(desk, &place.path, &[good, bad])?;
    let what = format!("POST {} of two, one without `{required}`", place.path);
    desk.service.expect_error(&response, &[400, 422], &what)?;
    let path = format!("{}?filter={}", place.collection.path, encode(&format!("{telling}='{mark}'")));
    let page = desk.service.page(&path, place.collection.plural)?;
    for left in &page.objects {
        desk.note(place.collection, id_of(left));
    }
    expect(page.objects.is_empty(), format!("{what}: none is made"), || page.response.summary())
}
