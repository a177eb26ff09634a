//! Score scales, which 1.2 brought.

use serde_json::{Value, json};

use super::super::brief::{must, writing};
use super::super::collection::Collection;
use super::super::service::id_of;
use super::desk::{Desk, with};
use super::objects::{each, expect_read, expect_refused};
use crate::check::{Check, Verdict, expect};

const CLAUSE: &str = "OneRoster 1.2 Gradebook, putScoreScale and deleteScoreScale";

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    writing(must(
        "OR-509",
        "A score scale is made, read, replaced and deleted as other objects are",
        CLAUSE,
        |probe| each(probe, &["scoreScales"], life),
    )),
    writing(must("OR-509b", "A score scale without values is refused: 422", CLAUSE, |probe| {
        each(probe, &["scoreScales"], no_values)
    })),
];

fn life(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let response = desk.put(collection, draft)?;
    expect(response.status == 201, "PUT of a new score scale: 201", || response.summary())?;
    expect_read(desk, collection, draft)?;
    let values = json!([{"itemValueLHS": "C", "itemValueRHS": "70"}]);
    let changed = with(draft, &json!({"title": "Conformance, changed", "scoreScaleValue": values}));
    let response = desk.put(collection, &changed)?;
    expect(matches!(response.status, 200 | 201 | 204), "PUT of a known score scale: 200", || response.summary())?;
    expect_read(desk, collection, &changed)?;
    let response = desk.delete(collection, id_of(draft))?;
    expect(response.status == 204, "DELETE of a score scale: 204", || response.summary())?;
    let read = desk.service.probe.get(&desk.url(collection, id_of(draft)))?;
    desk.service.expect_error(&read, &[404], "GET of a score scale that was deleted")
}

fn no_values(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let object = with(draft, &json!({"scoreScaleValue": []}));
    let response = desk.put(collection, &object)?;
    expect_refused(desk, (collection, id_of(&object)), &response, (&[400, 422], "no scoreScaleValue"))
}
