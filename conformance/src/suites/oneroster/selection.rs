//! Fields: which members come (OneRoster 1.1 §3.4.4, OneRoster 1.2 REST §3.4.4).

use serde_json::{Map, Value};

use super::brief::{must, policy, practice, should};
use super::collection::Collection;
use super::filters::is_text;
use super::model::Entity;
use super::paging::{first_pages, ids};
use super::service::{Service, id_of};
use super::sorting::UNKNOWN;
use super::subjects::{clause, says, subject};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 REST §3.4.4; OneRoster 1.1 §3.4.4";

/// Checks that both versions have.
pub const BOTH: &[Check] = &[
    must("OR-327", "fields gives those members and no others, in lists and alone", CLAUSE, fields_are_all_that_comes),
    practice(
        "OR-327b",
        "fields may also be given once for each field",
        "OneRoster 1.2 OpenAPI, parameter fields",
        repeated,
    ),
    must("OR-328", "What isn't selected can still be filtered and sorted by", CLAUSE, the_rest_still_counts),
    policy("OR-333", "A parameter that nobody knows is ignored", CLAUSE, unknown_parameters_are_ignored),
];

/// Checks of 1.1.
pub const V1P1: &[Check] = &[
    must(
        "OR-329",
        "For an unknown field all data comes, with a warning",
        "OneRoster 1.1 §3.4.4",
        unknown_is_warned_about,
    ),
    must("OR-331", "Blank fields are refused with invalid_blank_selection_field", "OneRoster 1.1 §3.4.4", blank),
    should("OR-331b", "A blank among fields is refused too", "OneRoster 1.1 §3.4.4", blank_among_others),
];

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    must("OR-330", "An unknown field is refused with 400, or all data comes", CLAUSE, unknown_is_refused),
    must("OR-331", "Blank fields are refused with invalid_selection_field", CLAUSE, blank),
    should("OR-331b", "A blank among fields is refused too", CLAUSE, blank_among_others),
];

/// Two members that an object has beside its sourcedId: one of all objects, one of its own.
fn two_fields(collection: Collection, object: &Value) -> Option<(&'static str, &'static str)> {
    let own = Entity::named(collection.singular)?.members.iter();
    let own =
        own.rev().find(|member| object.get(member.name).is_some()).map_or("dateLastModified", |member| member.name);
    object.get("status").map(|_| ("status", own))
}

/// What is left of an object with these fields.
fn cut(object: &Value, fields: (&str, &str)) -> Value {
    let members = object.as_object().into_iter().flatten();
    let left = members.filter(|(name, _)| [fields.0, fields.1].contains(&name.as_str()));
    Value::Object(left.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
}

/// Collections with some objects, of one collection for each kind of object.
fn some_of_each(service: &Service<'_, '_>) -> Result<Vec<(Collection, Vec<Value>)>, Stop> {
    let mut found: Vec<(Collection, Vec<Value>)> = Vec::new();
    for (collection, page) in first_pages(service, 5)? {
        if !page.objects.is_empty() {
            found.push((collection, page.objects));
        }
    }
    if found.is_empty() { Err(Stop::skipped("the target shows no objects")) } else { Ok(found) }
}

fn fields_are_all_that_comes(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, objects) in some_of_each(&service)? {
        let Some((object, fields)) = objects.iter().find_map(|object| Some((object, two_fields(collection, object)?)))
        else {
            continue;
        };
        let selection = format!("fields={},{}", fields.0, fields.1);
        let path = format!("{}?limit=5&{selection}", collection.path);
        let page = service.page(&path, collection.plural)?;
        let wanted: Vec<Value> = objects.iter().map(|object| cut(object, fields)).collect();
        expect(page.objects == wanted, format!("GET {path}: {}", Value::from(wanted.clone())), || {
            page.response.summary()
        })?;
        let path = format!("{}/{}?{selection}", collection.path, encode(id_of(object)));
        let response = service.get(&path)?;
        let alone = response.json().get(collection.singular).cloned();
        expect(alone == Some(cut(object, fields)), format!("GET {path}: {}", cut(object, fields)), || {
            response.summary()
        })?;
    }
    Ok(())
}

fn repeated(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let (collection, objects) = some_of_each(&service)?.into_iter().next().unwrap_or((service.first()?, Vec::new()));
    let Some(fields) = objects.first().and_then(|object| two_fields(collection, object)) else {
        return Err(Stop::skipped("no objects"));
    };
    let path = format!("{}?limit=5&fields={}&fields={}", collection.path, fields.0, fields.1);
    let page = service.page(&path, collection.plural)?;
    let wanted: Vec<Value> = objects.iter().map(|object| cut(object, fields)).collect();
    expect(page.objects == wanted, format!("GET {path}: both fields"), || page.response.summary())
}

fn the_rest_still_counts(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let subject = subject(&service, "a text", &is_text)?;
    let filter = clause(&subject.field, "!=", &subject.text(subject.example()?));
    let query = format!("limit=20&sort={}&orderBy=desc&filter={filter}", subject.field);
    let path = format!("{}?{query}", subject.collection.path);
    let whole = service.page(&path, subject.collection.plural)?;
    let few = service.page(&format!("{path}&fields=sourcedId"), subject.collection.plural)?;
    let same = ids(&whole.objects) == ids(&few.objects) && whole.total() == few.total();
    expect(same, format!("GET {path}&fields=sourcedId: the same objects as without fields"), || {
        format!("{:?} instead of {:?}", ids(&few.objects), ids(&whole.objects))
    })
}

fn unknown_parameters_are_ignored(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, plain) in first_pages(&service, 5)? {
        let path = format!("{}?limit=5&nosuchparameter=1", collection.path);
        let page = service.page(&path, collection.plural)?;
        expect(page.objects == plain.objects, format!("GET {path}: the same as without it"), || {
            page.response.summary()
        })?;
    }
    Ok(())
}

fn unknown_is_warned_about(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, plain) in first_pages(&service, 5)? {
        let path = format!("{}?limit=5&fields={UNKNOWN}", collection.path);
        let page = service.page(&path, collection.plural)?;
        let is_warned = says(&page.response, "invalid_selection_field") && says(&page.response, "warning");
        expect(
            is_warned && page.objects == plain.objects,
            format!("GET {path}: all data, and a warning with invalid_selection_field"),
            || page.response.summary(),
        )?;
    }
    Ok(())
}

fn unknown_is_refused(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, plain) in first_pages(&service, 5)? {
        let path = format!("{}?limit=5&fields={UNKNOWN}", collection.path);
        let response = service.get(&path)?;
        // The OpenAPI document says the one, the prose of the binding the other.
        if response.status == 200 {
            let page = service.page(&path, collection.plural)?;
            expect(page.objects == plain.objects, format!("GET {path}: 400, or all data"), || page.response.summary())?;
        } else {
            service.expect_error(&response, &[400], &format!("GET {path}"))?;
            expect(says(&response, "invalid_selection_field"), "invalid_selection_field", || response.summary())?;
        }
    }
    Ok(())
}

fn refused(probe: &Probe<'_>, fields: &str) -> Verdict {
    let service = Service::of(probe);
    let token = if service.edition.is_v1p2() { "invalid_selection_field" } else { "invalid_blank_selection_field" };
    let path = format!("{}?fields={fields}", service.first()?.path);
    let response = service.get(&path)?;
    service.expect_error(&response, &[400], &format!("GET {path}"))?;
    expect(says(&response, token), format!("GET {path}: {token}"), || response.summary())
}

fn blank(probe: &Probe<'_>) -> Verdict {
    refused(probe, "")
}

fn blank_among_others(probe: &Probe<'_>) -> Verdict {
    refused(probe, "sourcedId,,status")
}
