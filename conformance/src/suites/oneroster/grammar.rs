//! What a filter may be, and what it may not: names, quotes, words that nobody knows (OneRoster 1.1 §3.4.3).

use serde_json::Value;

use super::brief::{must, policy, should};
use super::filters::is_text;
use super::members::listed;
use super::model::{Count, Entity, Kind, Member};
use super::paging::first_pages;
use super::service::{Service, id_of};
use super::sorting::UNKNOWN;
use super::subjects::{at, clause, find, find_fitting, says, subject, subjects, text};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::Response;
use crate::probe::{Probe, nonce};

const CLAUSE: &str = "OneRoster 1.2 REST §3.4.3; OneRoster 1.1 §3.4.3";
const ERRORS: &str = "OneRoster 1.2 OpenAPI, response 400; OneRoster 1.1 §3.4.3";

/// Checks that both versions have.
pub const BOTH: &[Check] = &[
    must("OR-321", "An unknown field to filter by is refused with invalid_filter_field, without data", ERRORS, unknown),
    should("OR-321b", "The refusal of an unknown field names it", ERRORS, unknown_is_named),
    must(
        "OR-322",
        "A filter that can't be read never gives unfiltered data, nor is it the server's fault",
        CLAUSE,
        broken,
    ),
    policy("OR-322b", "A filter that can't be read is refused with 400", CLAUSE, broken_is_refused),
    should("OR-323", "Operators inside a quoted value are text", CLAUSE, operators_in_values),
    policy("OR-323b", "A quote inside a value is written twice", CLAUSE, quotes_in_values),
    must("OR-324", "Every member of the model can be filtered by", CLAUSE, every_member_filters),
    policy("OR-325", "A word that the vocabulary lacks finds nothing", CLAUSE, unknown_words),
    must("OR-326", "% _ \\ [ and .* after ~ are themselves", CLAUSE, wildcards_are_text),
];

/// Checks of rostering in both versions.
pub const ROSTER: &[Check] = &[must(
    "OR-224b",
    "Values with letters beyond ASCII are found by their UTF-8",
    "RFC 3986 §2.5, RFC 8259 §8.1",
    letters_beyond_ascii,
)];

fn filtered(path: &str, filter: &str) -> String {
    format!("{path}?filter={}", encode(filter))
}

fn unknown(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for collection in service.served()? {
        let path = filtered(collection.path, &format!("{UNKNOWN}='x'"));
        let response = service.get(&path)?;
        service.expect_error(&response, &[400], &format!("GET {path}"))?;
        let is_right = says(&response, "invalid_filter_field") && n_listed(&response) == 0;
        expect(is_right, format!("GET {path}: invalid_filter_field, and no data"), || response.summary())?;
    }
    Ok(())
}

fn unknown_is_named(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let path = filtered(service.first()?.path, &format!("{UNKNOWN}='x'"));
    let response = service.get(&path)?;
    expect(says(&response, UNKNOWN), format!("GET {path}: a description that names the field"), || response.summary())
}

/// How many objects an answer lists, whatever wraps them; what it says of its status is none.
fn n_listed(response: &Response) -> usize {
    let json = response.json();
    let members = json.as_object().into_iter().flatten();
    let lists = members.filter(|(name, _)| *name != "statusInfoSet").filter_map(|(_, value)| value.as_array());
    lists.map(Vec::len).max().unwrap_or_default()
}

/// Filters that no grammar reads, about an object of that sourcedId.
fn malformed(id: &str) -> Vec<String> {
    vec![
        format!("sourcedId='{id}"),
        format!("sourcedId?'{id}'"),
        format!("sourcedId'{id}'"),
        format!("='{id}'"),
        format!("sourcedId='{id}' AND"),
        "sourcedId".to_owned(),
        "AND".to_owned(),
    ]
}

fn broken(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut pages = first_pages(&service, 2)?.into_iter();
    let Some((collection, page)) = pages.find(|(_, page)| page.objects.len() == 2) else {
        return Err(Stop::skipped("no collection has two objects"));
    };
    let id = page.objects.first().map(id_of).unwrap_or_default();
    let mut filters = malformed(id);
    // Some read a value without quotes, and some take quotes inside a value as they are.
    filters.push(format!("sourcedId='{id}' XOR sourcedId='{id}'"));
    filters.push(format!("sourcedId={id}"));
    for filter in filters {
        let path = filtered(collection.path, &filter);
        let response = service.get(&path)?;
        let is_right = response.status < 500 && n_listed(&response) < 2;
        expect(is_right, format!("GET {path} ({filter}): refused, or at most the one object"), || {
            format!("{} objects, {}", n_listed(&response), response.summary())
        })?;
    }
    Ok(())
}

fn broken_is_refused(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let collection = service.first()?;
    let mut filters = malformed("x");
    filters.push(String::new());
    for filter in filters {
        let path = filtered(collection.path, &filter);
        service.expect_error(&service.get(&path)?, &[400], &format!("GET {path} ({filter})"))?;
    }
    Ok(())
}

fn operators_in_values(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let subject = subject(&service, "a text", &is_text)?;
    for value in ["a=b", "a>b<c", "a~b!=c", "a AND b", "x OR sourcedId!=y"] {
        let value = format!("{value} {}", nonce());
        let found = find(&service, subject.collection, &clause(&subject.field, "=", &value))?;
        expect(found.page.objects.is_empty(), format!("{}='{value}' finds nothing", subject.name()), || {
            found.page.response.summary()
        })?;
    }
    Ok(())
}

fn quotes_in_values(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let all = subjects(&service, &is_text)?;
    let with_quote = all.iter().find_map(|subject| {
        let object = subject.objects.iter().find(|object| subject.text(object).contains('\''))?;
        Some((subject, subject.text(object)))
    });
    if let Some((subject, value)) = with_quote {
        let is_it = |object: &Value| subject.is_same(&subject.text(object), &value);
        let found = find_fitting(&service, subject, &clause(&subject.field, "=", &value), &is_it)?;
        return expect(
            !found.page.objects.is_empty(),
            format!("{}='{value}', with '' for ', finds it", subject.name()),
            || found.page.response.summary(),
        );
    }
    let Some(subject) = all.first() else { return Err(Stop::skipped("no object has a text")) };
    let found = find(&service, subject.collection, &clause(&subject.field, "=", &format!("'t {}", nonce())))?;
    expect(found.page.objects.is_empty(), "a text that nothing has finds nothing", || found.page.response.summary())
}

fn every_member_filters(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let is_v1p2 = service.edition.is_v1p2();
    let mut asked: Vec<&str> = Vec::new();
    let mut refused = Vec::new();
    for collection in service.served()? {
        if asked.contains(&collection.singular) {
            continue;
        }
        asked.push(collection.singular);
        let members = Entity::named(collection.singular).into_iter().flat_map(Entity::members);
        for member in members.filter(|member| member.count(is_v1p2) != Count::Never && member.name != "password") {
            let Some(example) = example(member.kind, is_v1p2) else { continue };
            let path = format!("{}?limit=1&filter={}", collection.path, clause(member.name, "=", example));
            let response = service.get(&path)?;
            if response.status != 200 {
                refused.push(format!("{} by {}: {}", collection.path, member.name, response.status));
            }
        }
    }
    expect(refused.is_empty(), "each member can be filtered by", || listed(&refused))
}

/// A value that is right for a kind, if it is a single one.
fn example(kind: Kind, is_v1p2: bool) -> Option<&'static str> {
    Some(match kind {
        Kind::Text => "x",
        Kind::Uri => "urn:x",
        Kind::Date => "2026-08-01",
        Kind::Time => "2026-08-01T00:00:00.000Z",
        Kind::Year => "2027",
        Kind::Flag => "true",
        Kind::Number => "1",
        Kind::Word(words) => if is_v1p2 { words.v1p2 } else { words.v1p1 }.first()?,
        Kind::Reference(_) | Kind::Part(_) | Kind::Open => return None,
    })
}

fn unknown_words(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for subject in subjects(&service, &|member: &Member| matches!(member.kind, Kind::Word(_)))? {
        let found = find(&service, subject.collection, &clause(&subject.field, "=", "nosuchword"))?;
        expect(found.page.objects.is_empty(), format!("{}='nosuchword' finds nothing", subject.name()), || {
            found.page.response.summary()
        })?;
    }
    Ok(())
}

fn wildcards_are_text(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let subject = subject(&service, "a text", &is_text)?;
    for value in ["%", "_", "\\", "[", ".*", "^"] {
        let contains = |object: &Value| subject.text(object).contains(value);
        find_fitting(&service, &subject, &clause(&subject.field, "~", value), &contains)?;
    }
    Ok(())
}

fn letters_beyond_ascii(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for subject in subjects(&service, &is_text)? {
        let texts = subject.objects.iter().map(|object| subject.text(object));
        let Some(value) = texts.into_iter().find(|text| !text.is_ascii() && !text.contains('\'')) else { continue };
        let is_it = |object: &Value| at(object, &subject.field).iter().any(|one| subject.is_same(&text(one), &value));
        let found = find_fitting(&service, &subject, &clause(&subject.field, "=", &value), &is_it)?;
        return expect(!found.page.objects.is_empty(), format!("{}='{value}' finds something", subject.name()), || {
            found.page.response.summary()
        });
    }
    Err(Stop::skipped("no text goes beyond ASCII"))
}
