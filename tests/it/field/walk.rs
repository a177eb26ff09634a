//! The loops by which clients read a list to its end. None of them knows beforehand how long the list is.

use serde_json::Value;

use crate::harness::Reply;
use crate::rostering::client::{links, objects};

/// More pages than any list of the tests has: a loop that gets here would never end.
const NO_END: usize = 2_000;

/// Steps by `limit` as long as pages are full, as Moodle and School Data Sync do.
pub fn while_full(limit: usize, mut page: impl FnMut(usize) -> Vec<Value>) -> Vec<Value> {
    let mut all = Vec::new();
    for n in 0..NO_END {
        let found = page(n * limit);
        let is_last = found.len() < limit;
        all.extend(found);
        if is_last {
            return all;
        }
    }
    panic!("pages of {limit} never end");
}

/// Steps by what came as long as exactly as many came as were asked for, as `HelloID` does.
pub fn while_as_many(limit: usize, mut page: impl FnMut(usize) -> Vec<Value>) -> Vec<Value> {
    let mut all = Vec::new();
    for _ in 0..NO_END {
        let found = page(all.len());
        let is_last = found.len() != limit;
        all.extend(found);
        if is_last {
            return all;
        }
    }
    panic!("pages of {limit} never end");
}

/// Steps by `limit`, whatever came, until a page is empty, as TCI does: a shorter page in between would lose rows.
pub fn until_empty(limit: usize, mut page: impl FnMut(usize) -> Vec<Value>) -> Vec<Value> {
    let mut all = Vec::new();
    for n in 0..NO_END {
        let found = page(n * limit);
        if found.is_empty() {
            return all;
        }
        all.extend(found);
    }
    panic!("pages of {limit} never end");
}

/// Follows `next` as it stands until there is none, as transeo does.
pub fn along_links(first: &str, mut get: impl FnMut(&str) -> Reply) -> Vec<Value> {
    let (mut all, mut url) = (Vec::new(), first.to_owned());
    for _ in 0..NO_END {
        let reply = get(&url);
        assert_eq!(reply.status, 200, "{url}: {}", reply.body);
        all.extend(objects(&reply));
        let Some(next) = links(&reply).remove("next") else { return all };
        url = next;
    }
    panic!("{first}: links never end");
}

/// Steps by `limit` until offset and rows together reach `X-Total-Count`.
pub fn until_total(limit: usize, mut get: impl FnMut(usize) -> Reply) -> Vec<Value> {
    let mut all = Vec::new();
    for n in 0..NO_END {
        let reply = get(n * limit);
        assert_eq!(reply.status, 200, "{}", reply.body);
        let total: usize = reply.header("x-total-count").parse().unwrap();
        let found = objects(&reply);
        let seen = n * limit + found.len();
        all.extend(found);
        if seen >= total {
            return all;
        }
    }
    panic!("pages of {limit} never reach the total");
}
