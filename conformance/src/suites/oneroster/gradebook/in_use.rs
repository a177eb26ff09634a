//! Objects that others name, and two who write one object at a time.

use std::thread;

use serde_json::{Value, json};

use super::super::brief::{policy, writing};
use super::super::collection::Collection;
use super::super::routes::named;
use super::super::service::{Service, id_of};
use super::desk::{Desk, with};
use super::objects::{agrees, each};
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::Request;
use crate::probe::{Probe, nonce};

/// Checks that both versions have.
pub const BOTH: &[Check] = &[writing(policy(
    "OR-523",
    "Of two PUTs of one object at a time, one stands as a whole",
    "OneRoster 1.2 Gradebook, putLineItem",
    |probe| each(probe, &["lineItems"], two_at_a_time),
))];

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    writing(policy(
        "OR-508",
        "A line item with results is deleted with them, or stays with them: deletefailure",
        "OneRoster 1.2 Gradebook, deleteLineItem",
        |probe| in_use(probe, "lineItems", "results"),
    )),
    writing(policy(
        "OR-508b",
        "A category with line items is deleted with them, or stays with them: deletefailure",
        "OneRoster 1.2 Gradebook, deleteCategory",
        |probe| in_use(probe, "categories", "lineItems"),
    )),
];

fn in_use(probe: &Probe<'_>, above: &str, below: &str) -> Verdict {
    let service = Service::of(probe);
    Desk::open(&service, above)?;
    let desk = Desk::open(&service, below)?;
    let (used, beneath) = (named(above)?, named(below)?);
    let one = desk.draft(used)?;
    desk.must_put(used, &one)?;
    let draft = desk.draft(beneath)?;
    let named = json!({used.singular: desk.reference(above, used.singular, id_of(&one))});
    let other = with(&draft, &named);
    desk.must_put(beneath, &other)?;

    let response = desk.delete(used, id_of(&one))?;

    let status = |collection: Collection, object: &Value| -> Result<u16, Stop> {
        Ok(probe.get(&desk.url(collection, id_of(object)))?.status)
    };
    let left = (status(used, &one)?, status(beneath, &other)?);
    if matches!(response.status, 200 | 204) {
        let expected = format!("DELETE of one of the {above} with {below}: both are gone (404), if it succeeds");
        return expect(left == (404, 404), expected, || format!("{left:?}"));
    }
    let is_told = response.text().contains("deletefailure");
    let is_refused = (400..500).contains(&response.status) && is_told && left == (200, 200);
    let expected = format!("DELETE of one of the {above} with {below}: success, or deletefailure and both are there");
    expect(is_refused, expected, || format!("{}; {left:?}", response.summary()))
}

fn two_at_a_time(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    for _ in 0..3 {
        let drafts = ["one", "two"].map(|name| {
            let marked = json!({"title": format!("Conformance {name}"), "description": format!("Conformance {name}")});
            with(draft, &with(&marked, &json!({"metadata": {"conformance": nonce()}})))
        });
        desk.note(collection, id_of(draft));
        let url = desk.url(collection, id_of(draft));
        let target = desk.service.probe.target;
        let statuses = thread::scope(|scope| {
            let running: Vec<_> = drafts
                .iter()
                .map(|object| {
                    let probe = desk.service.probe.towards(target);
                    let body = json!({collection.singular: object});
                    let request = Request::new("PUT", url.as_str()).json("application/json", &body);
                    scope.spawn(move || probe.send(request).map(|response| response.status))
                })
                .collect();
            running.into_iter().map(|one| one.join().unwrap_or(Ok(0))).collect::<Result<Vec<u16>, Stop>>()
        })?;
        // Who asks for a condition may refuse the one that came second.
        let is_answered = statuses.iter().all(|status| matches!(status, 200 | 201 | 204 | 409 | 412 | 428));
        expect(is_answered, "two PUTs of one line item at a time: success, or 409", || format!("{statuses:?}"))?;
        let read = desk.service.single(collection, id_of(draft))?;
        let is_one = drafts.iter().any(|object| agrees(object, &read).is_ok());
        expect(is_one, "one of the two line items as a whole", || read.to_string())?;
    }
    Ok(())
}
