//! What results and line items may hold, and that it is kept.

use serde_json::{Value, json};

use super::super::brief::{must, policy, practice, writing};
use super::super::collection::Collection;
use super::super::service::id_of;
use super::super::shape::day;
use super::super::vocabulary::SCORE_STATUS;
use super::desk::{Desk, with, without};
use super::objects::{each, expect_read, expect_refused};
use crate::check::{Check, Verdict, expect};
use crate::probe::{Probe, nonce};

const RESULT: &str = "OneRoster 1.2 Information Models, ResultDType; OneRoster 1.1 §4.12";
const LINE_ITEM: &str = "OneRoster 1.2 Information Models, LineItemDType; OneRoster 1.1 §4.8";
const OBJECTIVES: &str = "OneRoster 1.2 Information Models, LearningObjectiveSetDType";

/// Checks that both versions have.
pub const BOTH: &[Check] = &[
    writing(practice("OR-513", "A score above the maximum or below the minimum is kept", RESULT, |probe| {
        each_result(probe, |desk, collection, draft| {
            [300.0, -1.5].iter().try_for_each(|score| kept(desk, collection, draft, &json!({"score": score})))
        })
    })),
    writing(must("OR-513b", "A score of zero and one with decimals are kept", RESULT, |probe| {
        each_result(probe, |desk, collection, draft| {
            [0.0, 7.25].iter().try_for_each(|score| kept(desk, collection, draft, &json!({"score": score})))
        })
    })),
    writing(must("OR-514", "Each status that a score may have is kept", RESULT, |probe| {
        each_result(probe, |desk, collection, draft| {
            let mut words = SCORE_STATUS.v1p1.iter();
            words.try_for_each(|word| kept(desk, collection, draft, &json!({"scoreStatus": word})))
        })
    })),
    writing(practice("OR-515", "A scoreDate with a time of day is taken, and read as a day", RESULT, |probe| {
        each_result(probe, instant_as_date)
    })),
    writing(practice("OR-516", "An empty comment is taken", RESULT, |probe| {
        each_result(probe, |desk, collection, draft| desk.must_put(collection, &with(draft, &json!({"comment": ""}))))
    })),
    writing(practice("OR-516b", "Titles of 112 and of 255 letters are kept whole", LINE_ITEM, |probe| {
        each(probe, &["lineItems"], |desk, collection, draft| {
            let mut lengths = [112, 255].iter();
            lengths.try_for_each(|n| kept(desk, collection, draft, &json!({"title": "x".repeat(*n)})))
        })
    })),
];

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    writing(must("OR-517", "A result may have a textScore and no score", RESULT, |probe| {
        each_result(probe, |desk, collection, draft| {
            kept(desk, collection, &without(draft, "score"), &json!({"textScore": "A-"}))
        })
    })),
    writing(must("OR-517b", "A result may have neither score nor textScore, and gets none", RESULT, |probe| {
        each_result(probe, no_score)
    })),
    writing(must("OR-517c", "Whether a result is in progress, incomplete, late or missing is kept", RESULT, |probe| {
        each_result(probe, |desk, collection, draft| {
            let flags = json!({"inProgress": "true", "incomplete": "false", "late": "true", "missing": "false"});
            kept(desk, collection, draft, &flags)
        })
    })),
    writing(must("OR-522", "The learning objectives of line items and results are kept", OBJECTIVES, |probe| {
        each(probe, &["lineItems", "results"], |desk, collection, draft| {
            kept(desk, collection, draft, &json!({"learningObjectiveSet": [objectives(collection, GUID)]}))
        })
    })),
    writing(must("OR-522b", "A learning objective of CASE whose id is no UUID is refused: 422", OBJECTIVES, |probe| {
        each(probe, &["lineItems", "results"], |desk, collection, draft| {
            let object = with(draft, &json!({"learningObjectiveSet": [objectives(collection, "algebra")]}));
            let response = desk.put(collection, &object)?;
            expect_refused(desk, (collection, id_of(&object)), &response, (&[400, 422], "an objective that is no UUID"))
        })
    })),
];

/// Checks of 1.1.
pub const V1P1: &[Check] = &[writing(policy(
    "OR-518",
    "What 1.1 requires and 1.2 doesn't may be left out or not, but what is taken can be read",
    "OneRoster 1.1 §4.8, §4.12",
    |probe| each(probe, &["lineItems", "results"], as_in_v1p2),
))];

const GUID: &str = "c5dd7a1e-3a6f-4a52-9a0b-4c7c6d1f2b3e";

fn each_result(probe: &Probe<'_>, look: fn(&Desk<'_, '_, '_>, Collection, &Value) -> Verdict) -> Verdict {
    each(probe, &["results"], look)
}

/// A draft with these members under an id of its own is read as it was put.
fn kept(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value, members: &Value) -> Verdict {
    let object = with(draft, members);
    desk.must_put(collection, &object)?;
    expect_read(desk, collection, &object).map(drop)
}

fn instant_as_date(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    desk.must_put(collection, &with(draft, &json!({"scoreDate": "2026-01-12T10:30:00.000Z"})))?;
    let read = desk.service.single(collection, id_of(draft))?;
    let date = read.get("scoreDate").and_then(Value::as_str).unwrap_or_default();
    expect(day(date).is_some(), "scoreDate as a day, such as 2026-01-12", || date.to_owned())
}

fn no_score(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let object = with(&without(draft, "score"), &json!({"scoreStatus": "not submitted"}));
    desk.must_put(collection, &object)?;
    let read = expect_read(desk, collection, &object)?;
    let has_none = read.get("score").is_none() && read.get("textScore").is_none();
    expect(has_none, "a result without score and textScore", || read.to_string())
}

/// Objectives of CASE, as line items and results name them.
fn objectives(collection: Collection, id: &str) -> Value {
    if collection.path == "results" {
        json!({"source": "case", "learningObjectiveResults": [{"learningObjectiveId": id, "score": 3.0}]})
    } else {
        json!({"source": "case", "learningObjectiveIds": [id]})
    }
}

fn as_in_v1p2(desk: &Desk<'_, '_, '_>, collection: Collection, draft: &Value) -> Verdict {
    let members: &[&str] = if collection.path == "results" { &["score"] } else { &["category", "gradingPeriod"] };
    for member in members {
        let object = with(&without(draft, member), &json!({"sourcedId": nonce()}));
        let response = desk.put(collection, &object)?;
        if matches!(response.status, 200 | 201) {
            expect_read(desk, collection, &object)?;
        } else {
            let what = format!("no `{member}`, if it is refused");
            expect_refused(desk, (collection, id_of(&object)), &response, (&[400, 422], &what))?;
        }
    }
    Ok(())
}
