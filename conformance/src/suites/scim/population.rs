//! The users and groups that a server has: what checks that only read work with.

use std::collections::HashSet;

use serde_json::Value;

use super::service::{LIST, names_schema, text, with_query};
use crate::check::{Stop, expect};
use crate::probe::Probe;

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// `totalResults`.
    pub total: usize,
    /// Its resources.
    pub resources: Vec<Value>,
    /// The whole answer.
    pub json: Value,
}

impl Page {
    /// The ids of its resources, in order.
    pub fn ids(&self) -> Vec<&str> {
        self.resources.iter().map(|resource| text(resource, "/id")).collect()
    }

    /// What a finding shows of it.
    pub fn summary(&self) -> String {
        format!("totalResults {}, {} resources: {}", self.total, self.resources.len(), self.ids().join(", "))
    }
}

/// What of a collection was looked at.
#[derive(Debug, Clone)]
pub struct Population {
    /// How many resources the server says that there are.
    pub total: usize,
    /// The ones that were looked at.
    pub resources: Vec<Value>,
}

impl Population {
    /// Whether they are all that there are.
    pub fn is_whole(&self) -> bool {
        self.resources.len() == self.total
    }
}

/// A GET that must succeed with a list.
pub fn page(probe: &Probe<'_>, path: &str, parameters: &[(&str, &str)]) -> Result<Page, Stop> {
    let asked = with_query(path, parameters);
    let response = probe.get(&asked)?;
    as_page(&asked, response.status, response.json(), || response.summary())
}

/// An answer that must be a list.
pub fn as_page(asked: &str, status: u16, json: Value, summary: impl FnOnce() -> String) -> Result<Page, Stop> {
    let total = json.get("totalResults").and_then(Value::as_u64).and_then(|total| usize::try_from(total).ok());
    let is_list = status == 200 && names_schema(&json, LIST);
    let (true, Some(total)) = (is_list, total) else {
        return Err(Stop::failed(format!("{asked}: 200 and a ListResponse with `totalResults`"), summary()));
    };
    let resources = json.get("Resources").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(Page { total, resources, json })
}

/// Users as the server lists them, as many as are looked at; a skip if there are none.
pub fn users(probe: &Probe<'_>) -> Result<Population, Stop> {
    population(probe, "/Users")
}

/// Groups likewise.
pub fn groups(probe: &Probe<'_>) -> Result<Population, Stop> {
    population(probe, "/Groups")
}

fn population(probe: &Probe<'_>, path: &str) -> Result<Population, Stop> {
    let seen = probe.once(path, || {
        let found = walk(probe, path)?;
        probe.note_sample(path, found.resources.len(), found.total);
        Ok(serde_json::json!([found.total, found.resources]))
    })?;
    let total = seen.get(0).and_then(Value::as_u64).and_then(|total| usize::try_from(total).ok()).unwrap_or_default();
    let resources = seen.get(1).and_then(Value::as_array).cloned().unwrap_or_default();
    if resources.is_empty() {
        return Err(Stop::skipped(format!("{path} is empty")));
    }
    Ok(Population { total, resources })
}

fn walk(probe: &Probe<'_>, path: &str) -> Result<Population, Stop> {
    let most = probe.target.sample.max(1);
    let (mut resources, mut known): (Vec<Value>, HashSet<String>) = Default::default();
    loop {
        let (start, count) = ((resources.len() + 1).to_string(), (most - resources.len()).to_string());
        let next = page(probe, path, &[("startIndex", &start), ("count", &count)])?;
        let n_before = resources.len();
        resources.extend(next.resources.into_iter().filter(|one| known.insert(text(one, "/id").to_owned())));
        resources.truncate(most);
        if resources.len() == n_before || resources.len() >= next.total.min(most) {
            return Ok(Population { total: next.total, resources });
        }
    }
}

/// The first user of whom it holds; a skip that names what is missing if there is none.
pub fn user_with(probe: &Probe<'_>, what: &str, holds: impl Fn(&Value) -> bool) -> Result<Value, Stop> {
    let found = users(probe)?.resources.into_iter().find(|user| holds(user));
    found.ok_or_else(|| Stop::skipped(format!("no user {what}")))
}

/// Two users with user names of letters and digits that differ.
pub fn two_names(probe: &Probe<'_>) -> Result<(String, String), Stop> {
    let people = users(probe)?;
    let mut names = people.resources.iter().map(|user| text(user, "/userName")).filter(|name| !name.is_empty());
    match (names.next(), names.next_back()) {
        (Some(first), Some(last)) => Ok((first.to_owned(), last.to_owned())),
        _ => Err(Stop::skipped("there are fewer than two users")),
    }
}

/// A literal of a filter: a JSON string.
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Whether a filter holds for the user of that name.
pub fn holds_for(probe: &Probe<'_>, user_name: &str, filter: &str) -> Result<bool, Stop> {
    let whole = format!("userName eq {} and ({filter})", quoted(user_name));
    let found = page(probe, "/Users", &[("filter", &whole)])?;
    expect(found.total <= 1, format!("at most one user for {whole}"), || found.summary())?;
    Ok(found.total == 1)
}
