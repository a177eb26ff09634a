//! What stands below classes, and what doesn't.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::brief::{must, policy};
use super::super::routes::{Asked, found, named, of_gradebook, reference, served};
use super::super::service::{Page, Service, id_of};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::Request;
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 Gradebook, the operations' descriptions; OneRoster 1.1 §3.1";

/// How many of a list are compared.
const MOST: usize = 500;
/// For how many results their line item is looked up.
const MOST_LOOKED_UP: usize = 15;

/// Checks that both versions have.
pub const BOTH: &[Check] = &[
    must("OR-519", "Below a class stands what belongs to it, and nothing else", CLAUSE, what_belongs),
    must("OR-519b", "Below a class stands all that belongs to it", CLAUSE, all_that_belongs),
    must("OR-520", "A line item isn't found below a class that isn't its own: 404", CLAUSE, another_class),
];

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    policy("OR-524", "PATCH isn't there: 405, or 404", CLAUSE, |probe| not_there(probe, "PATCH", "lineItems/{}")),
    policy("OR-524b", "Results aren't posted without a line item: 405, or 404", CLAUSE, |probe| {
        not_there(probe, "POST", "results")
    }),
    policy(
        "OR-524c",
        "Results are read below a class and its line item, not below a line item alone",
        CLAUSE,
        |probe| not_there(probe, "GET", "lineItems/{}/results"),
    ),
];

fn parent(service: &Service<'_, '_>, path: &str) -> Result<String, Stop> {
    let ids = of_gradebook(service)?;
    let id = ids.get(path).and_then(Value::as_str).map(str::to_owned);
    id.ok_or_else(|| Stop::skipped(format!("there are no {path} with results")))
}

/// The member by which an object belongs to what is above it, and the collection that this is of.
fn belongs(route: &str) -> &'static [(&'static str, &'static str)] {
    match route {
        "classes/{}/lineItems" | "classes/{}/scoreScales" => &[("class", "classes")],
        "classes/{}/lineItems/{}/results" => &[("lineItem", "lineItems")],
        "classes/{}/students/{}/results" => &[("student", "students")],
        _ => &[],
    }
}

fn what_belongs(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let class = parent(&service, "classes")?;
    let mut n_looked_up = 0;
    for Asked { route, path } in served(&service)?.into_iter().filter(|asked| asked.path.starts_with("classes/")) {
        if !["lineItems", "results", "scoreScales"].contains(&route.plural) {
            continue;
        }
        let page = service.page(&format!("{path}?limit={}", service.probe.target.sample), route.plural)?;
        for object in &page.objects {
            for (member, collection) in belongs(route.path) {
                let id = parent(&service, collection)?;
                let is_its = reference(object, member) == Some(&id);
                expect(is_its, format!("GET {path}: only objects whose {member} is {id}"), || object.to_string())?;
            }
            if route.plural == "results" && n_looked_up < MOST_LOOKED_UP {
                n_looked_up += 1;
                let line_item = found(&service, "lineItems", reference(object, "lineItem").unwrap_or_default())?;
                let is_its = reference(&line_item, "class") == Some(&class);
                expect(is_its, format!("GET {path}: only results of line items of {class}"), || line_item.to_string())?;
            }
        }
    }
    Ok(())
}

fn ids(objects: &[Value]) -> BTreeSet<&str> {
    objects.iter().map(id_of).collect()
}

fn all_that_belongs(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut n_seen = 0;
    for Asked { route, path } in served(&service)? {
        let Some((member, collection)) = belongs(route.path).first() else { continue };
        if *member == "student" {
            // Of the student's results, those of other classes aren't here.
            continue;
        }
        let filter = format!("{member}.sourcedId='{}'", parent(&service, collection)?);
        let all = service.page(&format!("{}?limit={MOST}&filter={}", route.plural, encode(&filter)), route.plural)?;
        let below = service.page(&format!("{path}?limit={MOST}"), route.plural)?;
        // Who tells no total may have cut the list at a round number.
        let is_cut = |page: &Page| {
            let n_listed = page.objects.len();
            page.link("next").is_some() || page.total().is_none() && n_listed > 0 && n_listed.is_multiple_of(50)
        };
        if is_cut(&all) || is_cut(&below) {
            continue;
        }
        n_seen += 1;
        let (all, below) = (ids(&all.objects), ids(&below.objects));
        let missing: Vec<&&str> = all.difference(&below).collect();
        expect(missing.is_empty(), format!("GET {path}: all with {filter}"), || format!("not {missing:?}"))?;
    }
    if n_seen == 0 { Err(Stop::skipped("nothing below classes can be compared with a filter")) } else { Ok(()) }
}

fn another_class(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let has_it = served(&service)?.iter().any(|asked| asked.route.path == "classes/{}/lineItems/{}/results");
    if !has_it {
        return Err(Stop::skipped("the target has no classes/{}/lineItems/{}/results"));
    }
    let (class, line_item) = (parent(&service, "classes")?, parent(&service, "lineItems")?);
    let items = service.some(named("lineItems")?)?;
    let Some(other) = items.iter().filter_map(|item| reference(item, "class")).find(|id| *id != class) else {
        return Err(Stop::skipped("all line items are of one class"));
    };
    let path = format!("classes/{}/lineItems/{}/results", encode(other), encode(&line_item));
    service.expect_error(&service.get(&path)?, &[404], &format!("GET {path}, a line item of {class}"))
}

fn not_there(probe: &Probe<'_>, method: &str, path: &str) -> Verdict {
    let service = Service::of(probe);
    let path = if path.contains("{}") {
        path.replace("{}", &encode(&parent(&service, "lineItems")?))
    } else {
        path.to_owned()
    };
    let request = Request::new(method, service.url(&path));
    let request = if method == "GET" { request } else { request.body("application/json", "{}") };
    let response = probe.send(request)?;
    expect(matches!(response.status, 404 | 405 | 501), format!("{method} {path}: 405, or 404"), || response.summary())
}
