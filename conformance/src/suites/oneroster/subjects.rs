//! What filters and sorting are tried on: members that the target's own data has values for.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::collection::Collection;
use super::members::samples;
use super::model::{Count, Entity, Kind, Member};
use super::service::{Page, Service};
use super::shape::{day, instant};
use crate::check::{Stop, expect};
use crate::credentials::encode;

/// A member of a collection's objects, with the objects that were looked at.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Where.
    pub collection: Collection,
    /// Its name, or a dotted path to it.
    pub field: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether each object has it.
    pub is_in_all: bool,
    /// The sample.
    pub objects: Arc<Vec<Value>>,
}

/// What a filter finds.
#[derive(Debug)]
pub struct Found {
    /// How many there are, as far as the server says or shows.
    pub n_all: Option<usize>,
    /// Those on the first page.
    pub page: Page,
    /// Whether these are all.
    pub is_whole: bool,
}

impl Subject {
    /// The values of an object, as the texts that a filter compares with.
    pub fn values<'o>(&self, object: &'o Value) -> Vec<&'o Value> {
        at(object, &self.field)
    }

    /// The value of an object in a filter; empty without one.
    pub fn text(&self, object: &Value) -> String {
        self.values(object).first().map(|value| text(value)).unwrap_or_default()
    }

    /// An object that has a value that a filter can name, from the middle of the sample.
    pub fn example(&self) -> Result<&Value, Stop> {
        let start = self.objects.len() / 2;
        let rotated = self.objects.iter().cycle().skip(start).take(self.objects.len());
        let mut with_value = rotated.filter(|object| is_plain(&self.text(object)));
        with_value
            .next()
            .ok_or_else(|| Stop::skipped(format!("no {} has a plain `{}`", self.collection.singular, self.field)))
    }

    /// The name in findings.
    pub fn name(&self) -> String {
        format!("{}?filter={}", self.collection.path, self.field)
    }

    /// How two values compare, if they can be compared for sure.
    pub fn order(&self, one: &str, other: &str) -> Option<std::cmp::Ordering> {
        match self.kind {
            Kind::Date => Some(day(one)?.cmp(&day(other)?)),
            Kind::Time => Some(instant(one)?.cmp(&instant(other)?)),
            Kind::Number => one.parse::<f64>().ok()?.partial_cmp(&other.parse::<f64>().ok()?),
            _ => None,
        }
    }

    /// Whether two values are the same to a filter; the standard doesn't say whether their case matters.
    pub fn is_same(&self, one: &str, other: &str) -> bool {
        self.order(one, other).map_or_else(|| one.to_lowercase() == other.to_lowercase(), std::cmp::Ordering::is_eq)
    }
}

/// A value as a filter writes it.
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a text has nothing that filters may read in several ways.
pub fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() < 80 && text.chars().all(|c| c.is_alphanumeric() || " -_.:@/".contains(c))
}

/// The values at a dotted path, through objects and lists.
pub fn at<'o>(object: &'o Value, path: &str) -> Vec<&'o Value> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let held: Vec<&Value> = match object.get(name) {
        Some(Value::Array(values)) => values.iter().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    };
    match rest {
        Some(rest) => held.into_iter().flat_map(|value| at(value, rest)).collect(),
        None => held,
    }
}

/// A clause of a filter, encoded for an address.
pub fn clause(field: &str, predicate: &str, value: &str) -> String {
    encode(&format!("{field}{predicate}'{}'", value.replace('\'', "''")))
}

/// The members that hold a single value of a kind, best first: those that every object has, with various values.
pub fn subjects(service: &Service<'_, '_>, is_one: &dyn Fn(&Member) -> bool) -> Result<Vec<Subject>, Stop> {
    let is_v1p2 = service.edition.is_v1p2();
    let mut found = Vec::new();
    for (collection, objects) in samples(service)? {
        let Some(entity) = Entity::named(collection.singular) else { continue };
        let objects = Arc::new(objects);
        for member in entity.members().filter(|member| is_one(member)) {
            let count = member.count(is_v1p2);
            if !matches!(count, Count::Optional | Count::Required) {
                continue;
            }
            let values: Vec<&Value> = objects.iter().filter_map(|object| object.get(member.name)).collect();
            let n_distinct = values.iter().map(ToString::to_string).collect::<BTreeSet<_>>().len();
            let is_in_all = count == Count::Required && values.len() == objects.len();
            let subject = Subject {
                collection,
                field: member.name.to_owned(),
                kind: member.kind,
                is_in_all,
                objects: Arc::clone(&objects),
            };
            if n_distinct > 0 {
                found.push((n_distinct > 1, is_in_all, n_distinct.min(20), subject));
            }
        }
    }
    found.sort_by_key(|(is_various, is_in_all, n_distinct, _)| {
        (!is_various, !is_in_all, std::cmp::Reverse(*n_distinct))
    });
    Ok(found.into_iter().map(|(.., subject)| subject).collect())
}

/// The best of them; a skip if there is none.
pub fn subject(service: &Service<'_, '_>, what: &str, is_one: &dyn Fn(&Member) -> bool) -> Result<Subject, Stop> {
    let first = subjects(service, is_one)?.into_iter().next();
    first.ok_or_else(|| Stop::skipped(format!("no object has {what}")))
}

/// What a collection lists with an encoded filter, and further parameters.
pub fn find(service: &Service<'_, '_>, collection: Collection, filter: &str) -> Result<Found, Stop> {
    let most = service.probe.target.sample;
    let filter = if filter.is_empty() { String::new() } else { format!("&filter={filter}") };
    let page = service.page(&format!("{}?limit={most}{filter}", collection.path), collection.plural)?;
    let n = page.objects.len();
    let n_all = page.total().or((n < most).then_some(n));
    let is_whole = n_all == Some(n);
    Ok(Found { n_all, page, is_whole })
}

/// The same, and that all that is found fits, and that the example is among it.
pub fn find_fitting(
    service: &Service<'_, '_>,
    subject: &Subject,
    filter: &str,
    fits: &dyn Fn(&Value) -> bool,
) -> Result<Found, Stop> {
    let found = find(service, subject.collection, filter)?;
    let asked = format!("{}?filter={filter}", subject.collection.path);
    let wrong = found.page.objects.iter().find(|object| !fits(object));
    expect(wrong.is_none(), format!("GET {asked}: only what fits"), || format!("{}", wrong.unwrap_or(&Value::Null)))?;
    if found.is_whole {
        let ids: BTreeSet<&str> = found.page.objects.iter().map(super::service::id_of).collect();
        let missing =
            subject.objects.iter().find(|object| fits(object) && !ids.contains(super::service::id_of(object)));
        expect(missing.is_none(), format!("GET {asked}: everything that fits"), || {
            format!("{} of {:?} objects, without {}", ids.len(), found.n_all, missing.unwrap_or(&Value::Null))
        })?;
    }
    Ok(found)
}

/// Whether an answer says a token somewhere, with underlines or with spaces: where and how, other checks look at.
pub fn says(response: &crate::exchange::Response, token: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace('_', " ");
    plain(&response.text()).contains(&plain(token))
}
