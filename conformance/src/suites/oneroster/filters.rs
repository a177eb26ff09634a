//! Filters: predicates, logic and names (OneRoster 1.1 §3.4.3, OneRoster 1.2 REST §3.4.3).

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::brief::{must, practice, should};
use super::model::{Count, Entity, Kind, Member};
use super::service::{Service, id_of};
use super::subjects::{Found, Subject, at, clause, find, find_fitting, is_plain, subject, subjects};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 REST §3.4.3; OneRoster 1.1 §3.4.3";

/// Checks that both versions have.
pub const BOTH: &[Check] = &[
    must("OR-314", "= and != find what has a value and what hasn't, for each kind of value", CLAUSE, equality),
    must("OR-314b", "> >= < <= compare instants, days and numbers by value", CLAUSE, comparison),
    must("OR-314c", "~ finds what contains a text", CLAUSE, containment),
    must("OR-315", "AND finds what both clauses find, OR what either does", CLAUSE, logic),
    must("OR-316", "Filters are read with quotes and spaces encoded in each way that URLs have", CLAUSE, encodings),
    must("OR-320", "dateLastModified compares with milliseconds, with seconds, and with a day", CLAUSE, instants),
];

/// Checks that both versions have, of objects that refer to others.
pub const LINKED: &[Check] = &[
    must("OR-317", "Dotted names lead through objects and lists", CLAUSE, dotted_names),
    practice("OR-318", "The bare name of a reference stands for its sourcedId", CLAUSE, bare_names),
];

/// Checks of 1.1.
pub const V1P1: &[Check] = &[must(
    "OR-319",
    "A list equals the list of all its values, and contains each part of it",
    "OneRoster 1.1 §3.4.3, table of array comparison",
    lists,
)];

/// Checks of 1.2 Rostering.
pub const V1P2_ROSTER: &[Check] = &[should(
    "OR-319",
    "A list equals the list of all its values, and contains each part of it",
    "OneRoster 1.1 §3.4.3, table of array comparison",
    lists,
)];

/// Whether a member holds any text; those that identify are left to themselves.
pub fn is_text(member: &Member) -> bool {
    member.kind == Kind::Text && !["sourcedId", "password"].contains(&member.name)
}

/// The kinds of values: texts, words of vocabularies, true or false, days, instants, numbers.
pub const KINDS: &[fn(&Member) -> bool] = &[
    is_text,
    |member| matches!(member.kind, Kind::Word(_)),
    |member| member.kind == Kind::Flag,
    |member| member.kind == Kind::Date,
    |member| member.kind == Kind::Time,
    |member| member.kind == Kind::Number,
];

fn equality(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for is_one in KINDS {
        let Some(subject) = subjects(&service, is_one)?.into_iter().next() else { continue };
        let value = subject.text(subject.example()?);
        let is_it = |object: &Value| subject.is_same(&subject.text(object), &value);
        let equal = find_fitting(&service, &subject, &clause(&subject.field, "=", &value), &is_it)?;
        expect(!equal.page.objects.is_empty(), format!("{}='{value}' finds something", subject.name()), || {
            equal.page.response.summary()
        })?;
        let differs = |object: &Value| subject.values(object).is_empty() || !is_it(object);
        // Whether `!=` finds what has no value isn't written anywhere.
        let looked = Subject { objects: Arc::new(with_value(&subject)), ..subject.clone() };
        let unequal = find_fitting(&service, &looked, &clause(&subject.field, "!=", &value), &differs)?;
        adds_up(&service, &subject, &[("=", &equal), ("!=", &unequal)])?;
    }
    Ok(())
}

fn with_value(subject: &Subject) -> Vec<Value> {
    subject.objects.iter().filter(|object| !subject.values(object).is_empty()).cloned().collect()
}

/// That what clauses that exclude each other find is everything, if every object has a value.
fn adds_up(service: &Service<'_, '_>, subject: &Subject, parts: &[(&str, &Found)]) -> Verdict {
    let all = find(service, subject.collection, "")?;
    let (Some(n_all), true) = (all.n_all, subject.is_in_all) else { return Ok(()) };
    let counts: Vec<Option<usize>> = parts.iter().map(|(_, found)| found.n_all).collect();
    if counts.contains(&None) {
        return Ok(());
    }
    let sum: usize = counts.iter().flatten().sum();
    let predicates: Vec<&str> = parts.iter().map(|(predicate, _)| *predicate).collect();
    // Deleted objects may be left out of lists but where a filter asks for changes.
    let may_find_deleted = matches!(subject.field.as_str(), "dateLastModified" | "status");
    expect(
        sum == n_all || (may_find_deleted && sum > n_all),
        format!("{}: {} together find all {n_all}", subject.name(), predicates.join(" and ")),
        || format!("{counts:?}"),
    )
}

fn comparison(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for kind in [Kind::Time, Kind::Date, Kind::Number] {
        let Some(subject) = subjects(&service, &|member| member.kind == kind)?.into_iter().next() else { continue };
        let value = subject.text(subject.example()?);
        let looked = Subject { objects: Arc::new(with_value(&subject)), ..subject.clone() };
        let ask = |predicate: &str, holds: fn(Ordering) -> bool| {
            let fits = |object: &Value| subject.order(&subject.text(object), &value).is_some_and(holds);
            find_fitting(&service, &looked, &clause(&subject.field, predicate, &value), &fits)
        };
        let (more, most) = (ask(">", Ordering::is_gt)?, ask(">=", Ordering::is_ge)?);
        let (less, least) = (ask("<", Ordering::is_lt)?, ask("<=", Ordering::is_le)?);
        adds_up(&service, &subject, &[(">", &more), ("<=", &least)])?;
        adds_up(&service, &subject, &[("<", &less), (">=", &most)])?;
    }
    Ok(())
}

fn containment(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let subject = subject(&service, "a text", &is_text)?;
    let value = subject.text(subject.example()?);
    let letters: Vec<char> = value.chars().collect();
    let parts: Vec<String> = letters.windows(3.min(letters.len())).map(|part| part.iter().collect()).collect();
    let parts: Vec<&String> = parts.iter().filter(|part| part.trim() == part.as_str()).collect();
    // A part that not every text has tells more.
    let lacks = |part: &str| subject.objects.iter().any(|object| !subject.text(object).to_lowercase().contains(part));
    let telling = parts.iter().find(|part| lacks(&part.to_lowercase())).or(parts.first());
    let part = telling.map_or_else(|| value.clone(), ToString::to_string);
    // Whether case matters isn't written: what contains it in another case may be found, and may be missing.
    let is_it = |object: &Value| subject.text(object).to_lowercase().contains(&part.to_lowercase());
    let exact: Vec<Value> =
        subject.objects.iter().filter(|object| subject.text(object).contains(&part)).cloned().collect();
    let looked = Subject { objects: Arc::new(exact), ..subject.clone() };
    let found = find_fitting(&service, &looked, &clause(&subject.field, "~", &part), &is_it)?;
    expect(!found.page.objects.is_empty(), format!("{}~'{part}' finds {value}", subject.name()), || {
        found.page.response.summary()
    })
}

/// Two clauses about one collection.
struct Pair {
    subjects: [Subject; 2],
    values: [String; 2],
}

impl Pair {
    /// Whether each clause holds for an object.
    fn holds(&self, object: &Value) -> (bool, bool) {
        let [one, other] = &self.subjects;
        let [value, other_value] = &self.values;
        (one.is_same(&one.text(object), value), other.is_same(&other.text(object), other_value))
    }

    /// The filter of both.
    fn joined(&self, logic: &str) -> String {
        let [first, second] = self.clauses();
        format!("{first}%20{logic}%20{second}")
    }

    fn clauses(&self) -> [String; 2] {
        let [one, other] = &self.subjects;
        let [value, other_value] = &self.values;
        [clause(&one.field, "=", value), clause(&other.field, "=", other_value)]
    }

    fn first(&self) -> &Subject {
        let [one, _] = &self.subjects;
        one
    }
}

/// Clauses that some object fits both of, and others fit one of; or else two values of one member.
fn pair(service: &Service<'_, '_>) -> Result<Pair, Stop> {
    let found = subjects(service, &|member| is_text(member) || matches!(member.kind, Kind::Word(_) | Kind::Flag))?;
    for (i, one) in found.iter().enumerate() {
        for other in found.iter().skip(i + 1).filter(|other| other.collection == one.collection) {
            for object in one.objects.iter().take(20) {
                let values = [one.text(object), other.text(object)];
                let pair = Pair { subjects: [one.clone(), other.clone()], values };
                let held: BTreeSet<(bool, bool)> = one.objects.iter().map(|object| pair.holds(object)).collect();
                let tells = [(true, true), (true, false), (false, true)].iter().all(|one| held.contains(one));
                if tells && pair.values.iter().all(|value| is_plain(value)) {
                    return Ok(pair);
                }
            }
        }
    }
    for one in &found {
        let values: BTreeSet<String> = one.objects.iter().map(|object| one.text(object)).collect();
        let mut values = values.into_iter().filter(|value| is_plain(value));
        if let (Some(value), Some(other)) = (values.next(), values.next()) {
            return Ok(Pair { subjects: [one.clone(), one.clone()], values: [value, other] });
        }
    }
    Err(Stop::skipped("no collection has two values to filter by"))
}

fn logic(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let pair = pair(&service)?;
    let subject = pair.first();
    let both = find_fitting(&service, subject, &pair.joined("AND"), &|object| pair.holds(object) == (true, true))?;
    let either = find_fitting(&service, subject, &pair.joined("OR"), &|object| pair.holds(object) != (false, false))?;
    let [first, second] = pair.clauses();
    let alone = (find(&service, subject.collection, &first)?.n_all, find(&service, subject.collection, &second)?.n_all);
    if let (Some(both), Some(either), (Some(first), Some(second))) = (both.n_all, either.n_all, alone) {
        expect(both + either == first + second, "AND and OR find as many as both clauses alone", || {
            format!("AND {both}, OR {either}, the clauses alone {first} and {second}")
        })?;
    }
    Ok(())
}

fn encodings(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let pair = pair(&service)?;
    let collection = pair.first().collection;
    let encoded = pair.joined("OR");
    let wanted = find(&service, collection, &encoded)?;
    let wanted_ids: Vec<&str> = wanted.page.objects.iter().map(id_of).collect();
    expect(!wanted_ids.is_empty(), "the filter finds the object that it was made of", || {
        wanted.page.response.summary()
    })?;
    let forms =
        [encoded.replace("%27", "'"), encoded.replace("%20", "+"), encoded.replace("%3D", "=").replace("%27", "'")];
    for form in forms {
        let found = find(&service, collection, &form)?;
        let ids: Vec<&str> = found.page.objects.iter().map(id_of).collect();
        expect(ids == wanted_ids, format!("filter={form}: the same as filter={encoded}"), || {
            format!("{} objects instead of {}", ids.len(), wanted_ids.len())
        })?;
    }
    Ok(())
}

fn instants(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let subject = subject(&service, "dateLastModified", &|member| member.name == "dateLastModified")?;
    let value = subject.text(subject.example()?);
    let Some(instant) = super::shape::instant(&value).map(|at| at.to_utc()) else {
        return Err(Stop::skipped("dateLastModified is no instant"));
    };
    for form in ["%Y-%m-%dT%H:%M:%S%.3fZ", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"] {
        let form = instant.format(form).to_string();
        let start = if form.len() == 10 { format!("{form}T00:00:00Z") } else { form.clone() };
        let compares = |object: &Value, holds: fn(Ordering) -> bool| {
            subject.order(&subject.text(object), &start).is_some_and(holds)
        };
        let since = find_fitting(&service, &subject, &clause("dateLastModified", ">=", &form), &|object| {
            compares(object, Ordering::is_ge)
        })?;
        expect(
            !since.page.objects.is_empty(),
            format!("dateLastModified>='{form}' finds what changed at {value}"),
            || since.page.response.summary(),
        )?;
        let before = find_fitting(&service, &subject, &clause("dateLastModified", "<", &form), &|object| {
            compares(object, Ordering::is_lt)
        })?;
        adds_up(&service, &subject, &[("<", &before), (">=", &since)])?;
    }
    Ok(())
}

/// The dotted names that lead to single texts: references, and the texts and references of parts.
fn dotted(is_v1p2: bool, entity: &Entity) -> Vec<String> {
    let mut names = Vec::new();
    for member in entity.members().filter(|member| member.count(is_v1p2) != Count::Never) {
        match member.kind {
            Kind::Reference(_) => names.push(format!("{}.sourcedId", member.name)),
            Kind::Part(part) => {
                let parts = Entity::named(part).into_iter().flat_map(Entity::members);
                names.extend(parts.filter_map(|inner| match inner.kind {
                    Kind::Reference(_) => Some(format!("{}.{}.sourcedId", member.name, inner.name)),
                    Kind::Word(_) => Some(format!("{}.{}", member.name, inner.name)),
                    Kind::Text if inner.name == "identifier" => Some(format!("{}.{}", member.name, inner.name)),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    names
}

/// What has values at dotted names, once for each kind of object.
fn dotted_subjects(service: &Service<'_, '_>) -> Result<Vec<Subject>, Stop> {
    let mut found: Vec<Subject> = Vec::new();
    for (collection, objects) in super::members::samples(service)? {
        let Some(entity) = Entity::named(collection.singular) else { continue };
        if found.iter().any(|subject| subject.collection.singular == collection.singular) {
            continue;
        }
        for field in dotted(service.edition.is_v1p2(), entity) {
            let has_value = objects.iter().any(|object| !at(object, &field).is_empty());
            if has_value {
                let objects = Arc::new(objects.clone());
                found.push(Subject { collection, field, kind: Kind::Text, is_in_all: false, objects });
            }
        }
    }
    if found.is_empty() { Err(Stop::skipped("no object refers to another")) } else { Ok(found) }
}

fn dotted_names(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for subject in dotted_subjects(&service)? {
        let Ok(example) = subject.example() else { continue };
        let value = subject.text(example);
        let has_it = |object: &Value| {
            subject.values(object).iter().any(|one| subject.is_same(&super::subjects::text(one), &value))
        };
        let found = find_fitting(&service, &subject, &clause(&subject.field, "=", &value), &has_it)?;
        expect(!found.page.objects.is_empty(), format!("{}='{value}' finds something", subject.name()), || {
            found.page.response.summary()
        })?;
    }
    Ok(())
}

fn bare_names(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for subject in dotted_subjects(&service)? {
        let Some(bare) = subject.field.strip_suffix(".sourcedId").filter(|name| ["class", "school"].contains(name))
        else {
            continue;
        };
        let value = subject.text(subject.example()?);
        let dotted = find(&service, subject.collection, &clause(&subject.field, "=", &value))?;
        let found = find(&service, subject.collection, &clause(bare, "=", &value))?;
        expect(
            found.page.objects == dotted.page.objects,
            format!("{}?filter={bare}='{value}': the same as {}", subject.collection.path, subject.field),
            || found.page.response.summary(),
        )?;
    }
    Ok(())
}

fn lists(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, objects) in super::members::samples(&service)? {
        for name in ["subjects", "grades", "subjectCodes", "periods"] {
            let texts =
                |object: &Value| -> Vec<String> { at(object, name).into_iter().map(super::subjects::text).collect() };
            let is_plain = |all: &[String]| all.iter().all(|one| !one.contains([',', '\'', ' ']) && !one.is_empty());
            let candidates = objects.iter().map(|object| (object, texts(object)));
            let mut candidates = candidates.filter(|(_, all)| all.len() >= 2 && is_plain(all)).collect::<Vec<_>>();
            candidates.sort_by_key(|(_, all)| std::cmp::Reverse(all.len()));
            let Some((object, all)) = candidates.first() else { continue };
            let some = all.iter().take(all.len() - 1).cloned().collect::<Vec<_>>().join(",");
            let first = all.first().cloned().unwrap_or_default();
            let rows = [
                ("=", first.clone(), false),
                ("=", some.clone(), false),
                ("=", all.join(","), true),
                ("~", first, true),
                ("~", some, true),
                ("~", all.join(","), true),
            ];
            for (predicate, value, matches) in rows {
                let filter =
                    format!("{}%20AND%20{}", clause(name, predicate, &value), clause("sourcedId", "=", id_of(object)));
                let found = find(&service, collection, &filter)?;
                let wanted = if matches { "matches" } else { "doesn't match" };
                expect(
                    found.page.objects.is_empty() != matches,
                    format!("{name}{predicate}'{value}' {wanted} [{}]", all.join(",")),
                    || found.page.response.summary(),
                )?;
            }
            return Ok(());
        }
    }
    Err(Stop::skipped("no object has a list of two plain texts"))
}
