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
        |probe| {
            each(probe, &["scoreScales"], |desk, collection, draft| {
                let values = json!([{"itemValueLHS": "C", "itemValueRHS": "70"}]);
                life(desk, collection, draft, &json!({"title": "Conformance, changed", "scoreScaleValue": values}))
            })
        },
    )),
    writing(must("OR-509b", "A score scale without values is refused: 422", CLAUSE, |probe| {
        each(probe, &["scoreScales"], no_values)
    })),
];

/// An object is made, read, replaced with these changes, read again and deleted.
pub fn life(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value, changes: &Value) -> Verdict {
    let what = collection.singular;
    let response = desk.put(collection, draft)?;
    expect(response.status == 201, format!("PUT of a new {what}: 201"), || response.summary())?;
    expect_read(desk, collection, draft)?;
    let other = with(draft, changes);
    let response = desk.put(collection, &other)?;
    expect(matches!(response.status, 200 | 201 | 204), format!("PUT of a known {what}: 200"), || response.summary())?;
    expect_read(desk, collection, &other)?;
    let response = desk.delete(collection, id_of(draft))?;
    expect(response.status == 204, format!("DELETE of a {what}: 204"), || response.summary())?;
    let read = desk.service.probe.get(&desk.url(collection, id_of(draft)))?;
    desk.service.expect_error(&read, &[404], &format!("GET of a {what} that was deleted"))
}

fn no_values(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let object = with(draft, &json!({"scoreScaleValue": []}));
    let response = desk.put(collection, &object)?;
    expect_refused(desk, (collection, id_of(&object)), &response, (&[400, 422], "no scoreScaleValue"))
}
