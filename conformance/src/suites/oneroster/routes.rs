//! The nested collections, and ids with which they can be asked: of objects that belong together.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::collection::{Collection, GRADEBOOK_V1P2, ROSTERING as COLLECTIONS};
use super::service::{Edition, Service, id_of};
use crate::check::Stop;
use crate::credentials::encode;

/// A collection below other objects.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The address, with `{}` for each id.
    pub path: &'static str,
    /// What wraps its objects.
    pub plural: &'static str,
}

const fn route(path: &'static str, plural: &'static str) -> Route {
    Route { path, plural }
}

/// Those of rostering, the same in both versions.
pub const ROSTERING: &[Route] = &[
    route("classes/{}/students", "users"),
    route("classes/{}/teachers", "users"),
    route("courses/{}/classes", "classes"),
    route("schools/{}/classes", "classes"),
    route("schools/{}/courses", "courses"),
    route("schools/{}/enrollments", "enrollments"),
    route("schools/{}/students", "users"),
    route("schools/{}/teachers", "users"),
    route("schools/{}/terms", "academicSessions"),
    route("schools/{}/classes/{}/enrollments", "enrollments"),
    route("schools/{}/classes/{}/students", "users"),
    route("schools/{}/classes/{}/teachers", "users"),
    route("students/{}/classes", "classes"),
    route("teachers/{}/classes", "classes"),
    route("terms/{}/classes", "classes"),
    route("terms/{}/gradingPeriods", "academicSessions"),
    route("users/{}/classes", "classes"),
];

/// Those of the gradebook that 1.1 has too.
pub const GRADEBOOK_BOTH: &[Route] = &[
    route("classes/{}/lineItems", "lineItems"),
    route("classes/{}/results", "results"),
    route("classes/{}/lineItems/{}/results", "results"),
    route("classes/{}/students/{}/results", "results"),
];

/// Those of the gradebook that only 1.2 has.
pub const GRADEBOOK_NEW: &[Route] = &[
    route("classes/{}/categories", "categories"),
    route("classes/{}/scoreScales", "scoreScales"),
    route("schools/{}/scoreScales", "scoreScales"),
];

/// Those of resources that 1.1 has too.
pub const RESOURCES_BOTH: &[Route] =
    &[route("classes/{}/resources", "resources"), route("courses/{}/resources", "resources")];

/// That of resources that only 1.2 has.
pub const RESOURCES_NEW: &[Route] = &[route("users/{}/resources", "resources")];

/// The nested collections of an edition.
pub fn of(edition: Edition) -> Vec<Route> {
    let parts: &[&[Route]] = match edition {
        Edition::V1p1 => &[ROSTERING, GRADEBOOK_BOTH, RESOURCES_BOTH],
        Edition::Rostering => &[ROSTERING],
        Edition::Gradebook => &[GRADEBOOK_BOTH, GRADEBOOK_NEW],
        Edition::Resources => &[RESOURCES_BOTH, RESOURCES_NEW],
    };
    parts.concat()
}

impl Route {
    /// Its address with these ids by the collections that they are of; nothing if one isn't known.
    pub fn with(self, ids: &Map<String, Value>) -> Option<String> {
        let mut filled: Vec<String> = Vec::new();
        for segment in self.path.split('/') {
            match filled.last() {
                Some(before) if segment == "{}" => filled.push(encode(ids.get(before)?.as_str()?)),
                _ => filled.push(segment.to_owned()),
            }
        }
        Some(filled.join("/"))
    }

    /// Its address with this id in each place.
    pub fn with_all(self, id: &str) -> String {
        self.path.replace("{}", &encode(id))
    }

    /// Whether its parents are known by what the gradebook holds.
    fn is_of_gradebook(self) -> bool {
        !matches!(self.plural, "resources") && !ROSTERING.iter().any(|route| route.path == self.path)
    }
}

/// A collection by its address.
pub fn named(path: &str) -> Result<Collection, Stop> {
    let all = COLLECTIONS.iter().chain(GRADEBOOK_V1P2);
    all.copied().find(|one| one.path == path).ok_or_else(|| Stop::skipped(format!("there are no {path}")))
}

/// The `sourcedId` of a reference.
pub fn reference<'v>(object: &'v Value, member: &str) -> Option<&'v str> {
    object.get(member).map(id_of).filter(|id| !id.is_empty())
}

/// Ids of objects that belong together, for the parents of a route; a skip if there are none.
pub fn parents(service: &Service<'_, '_>, route: Route) -> Result<Map<String, Value>, Stop> {
    let ids = if route.is_of_gradebook() { of_gradebook(service)? } else { of_rostering(service)? };
    ids.as_object().cloned().ok_or_else(|| Stop::skipped("there are no parents"))
}

fn put(ids: &mut Map<String, Value>, path: &str, id: Option<&str>) {
    if let Some(id) = id {
        ids.insert(path.to_owned(), Value::from(id));
    }
}

/// Objects of a collection, if the client may read it.
fn some(service: &Service<'_, '_>, path: &str) -> Result<Vec<Value>, Stop> {
    let collection = named(path)?;
    if service.served()?.contains(&collection) {
        service.some(collection)
    } else {
        Err(Stop::skipped(format!("the client may not read {path}")))
    }
}

/// One object, if it is there.
pub fn found(service: &Service<'_, '_>, path: &str, id: &str) -> Result<Value, Stop> {
    let response = service.get(&format!("{path}/{}", encode(id)))?;
    let object = response.json().get(named(path)?.singular).cloned();
    object.ok_or_else(|| Stop::skipped(format!("there is no {path}/{id}")))
}

/// A class in which somebody is enrolled, and what belongs to it.
pub fn of_rostering(service: &Service<'_, '_>) -> Result<Arc<Value>, Stop> {
    let service = &match service.edition {
        Edition::V1p1 => Service::at(service.probe, Edition::V1p1),
        _ => Service::at(service.probe, Edition::Rostering),
    };
    service.probe.once(&format!("{} parents", service.edition.base()), || {
        let enrollments = some(service, "enrollments")?;
        let is_student = |one: &&Value| one.get("role").and_then(Value::as_str) == Some("student");
        let Some(enrollment) = enrollments.iter().find(is_student) else {
            return Err(Stop::skipped("no student is enrolled"));
        };
        let id = reference(enrollment, "class").unwrap_or_default();
        let class = found(service, "classes", id)?;
        let teacher = enrollments.iter().find(|one| one.get("role").and_then(Value::as_str) == Some("teacher"));
        let mut ids = Map::new();
        put(&mut ids, "classes", Some(id));
        put(&mut ids, "students", reference(enrollment, "user"));
        put(&mut ids, "users", reference(enrollment, "user"));
        put(&mut ids, "teachers", teacher.and_then(|teacher| reference(teacher, "user")));
        put(&mut ids, "schools", reference(&class, "school"));
        put(&mut ids, "courses", reference(&class, "course"));
        put(&mut ids, "terms", class.get("terms").and_then(|terms| terms.get(0)).map(id_of));
        Ok(Value::Object(ids))
    })
}

/// A line item with a result, and what belongs to it.
pub fn of_gradebook(service: &Service<'_, '_>) -> Result<Arc<Value>, Stop> {
    service.probe.once(&format!("{} parents of results", service.edition.base()), || {
        let results = some(service, "results")?;
        let result = results.first().ok_or_else(|| Stop::skipped("there are no results"))?;
        let id = reference(result, "lineItem").unwrap_or_default();
        let line_item = found(service, "lineItems", id)?;
        let mut ids = Map::new();
        put(&mut ids, "lineItems", Some(id));
        put(&mut ids, "students", reference(result, "student"));
        put(&mut ids, "classes", reference(&line_item, "class"));
        put(&mut ids, "schools", reference(&line_item, "school"));
        Ok(Value::Object(ids))
    })
}

/// A nested collection that the target has: its address with ids that belong together.
pub struct Asked {
    /// Which it is.
    pub route: Route,
    /// Its address, with ids.
    pub path: String,
}

/// Those that the target has, once for all checks of a run; a skip if it has none.
pub fn served(service: &Service<'_, '_>) -> Result<Vec<Asked>, Stop> {
    let mut found = Vec::new();
    for route in of(service.edition) {
        let Some(path) = path(service, route)? else { continue };
        let status = service
            .probe
            .once(&format!("status of {path}"), || Ok(Value::from(service.get(&format!("{path}?limit=1"))?.status)))?;
        if status.as_u64() == Some(200) {
            found.push(Asked { route, path });
        }
    }
    if found.is_empty() { Err(Stop::skipped("the target has no nested collections")) } else { Ok(found) }
}

/// A route's address with ids that belong together; nothing if there are none.
pub fn path(service: &Service<'_, '_>, route: Route) -> Result<Option<String>, Stop> {
    match parents(service, route) {
        Ok(ids) => Ok(route.with(&ids)),
        Err(Stop::Skipped(_)) => Ok(None),
        Err(stop) => Err(stop),
    }
}

/// One of them by its path, such as `classes/{}/students`, with these ids; a skip if the target doesn't have it.
pub fn is_served(service: &Service<'_, '_>, path: &str) -> Result<(), Stop> {
    let has_it = served(service)?.iter().any(|asked| asked.route.path == path);
    if has_it { Ok(()) } else { Err(Stop::skipped(format!("the target has no {path}"))) }
}
