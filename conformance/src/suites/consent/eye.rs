//! How one client of the target sees it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::check::Stop;
use crate::credentials::Credentials;
use crate::exchange::{Request, Response};
use crate::probe::Probe;
use crate::suites::oneroster::collection::Collection;
use crate::suites::oneroster::service::{Edition, Page};

/// The collections that hold people, and what they belong to.
pub const USERS: Collection = Collection { path: "users", plural: "users", singular: "user" };
/// Schools and what is above and below them.
pub const ORGS: Collection = Collection { path: "orgs", plural: "orgs", singular: "org" };
/// Classes.
pub const CLASSES: Collection = Collection { path: "classes", plural: "classes", singular: "class" };
/// Who is in which class.
pub const ENROLLMENTS: Collection = Collection { path: "enrollments", plural: "enrollments", singular: "enrollment" };
/// Courses.
pub const COURSES: Collection = Collection { path: "courses", plural: "courses", singular: "course" };
/// Years, terms and the like.
pub const SESSIONS: Collection =
    Collection { path: "academicSessions", plural: "academicSessions", singular: "academicSession" };
/// What is known of people beside their names.
pub const DEMOGRAPHICS: Collection =
    Collection { path: "demographics", plural: "demographics", singular: "demographics" };
/// What most checks walk.
pub const ALL: &[Collection] = &[ORGS, SESSIONS, COURSES, CLASSES, USERS, ENROLLMENTS];

/// The pages of a list are walked up to that many.
const MOST_PAGES: usize = 40;
/// How many objects are asked for at a time.
const PAGE: usize = 100;

/// One client's way to the target.
pub struct Eye<'p, 'a> {
    /// How it is asked.
    pub probe: &'p Probe<'a>,
    /// Which interface.
    pub edition: Edition,
    /// What it is called among the parties of a run.
    pub name: &'p str,
    credentials: &'p Credentials,
}

/// What was seen of a list.
#[derive(Clone)]
pub struct Seen {
    /// Its objects.
    pub objects: Vec<Value>,
    /// Whether it has no more.
    pub is_whole: bool,
    /// `X-Total-Count` of the first page.
    pub total: Option<usize>,
}

impl Seen {
    /// The identifiers.
    pub fn ids(&self) -> BTreeSet<&str> {
        self.objects.iter().map(id_of).collect()
    }

    /// A skip unless all of the list was seen.
    pub fn whole(self, path: &str) -> Result<Self, Stop> {
        if self.is_whole {
            return Ok(self);
        }
        Err(Stop::skipped(format!("the client's {path} are more than {}", MOST_PAGES * PAGE)))
    }
}

/// An object's `sourcedId`.
pub fn id_of(object: &Value) -> &str {
    object.get("sourcedId").and_then(Value::as_str).unwrap_or_default()
}

impl<'p, 'a> Eye<'p, 'a> {
    /// The client under test.
    pub fn client(probe: &'p Probe<'a>) -> Result<Self, Stop> {
        let credentials = &probe.target.credentials;
        Ok(Self { probe, edition: edition(probe)?, name: "the client", credentials })
    }

    /// The other client that sees most people; a skip if there is none.
    pub fn richer(probe: &'p Probe<'a>) -> Result<Self, Stop> {
        let edition = edition(probe)?;
        let parties = probe.target.others.iter();
        let mut eyes: Vec<Self> =
            parties.map(|one| Self { probe, edition, name: &one.name, credentials: &one.credentials }).collect();
        let found = probe.once("the party that sees most", || {
            let mut best: Option<(usize, &str)> = None;
            for eye in &eyes {
                let response = eye.get("users?limit=1")?;
                let total = Page { objects: Vec::new(), response }.total().unwrap_or(0);
                if best.is_none_or(|(most, _)| total > most) {
                    best = Some((total, eye.name));
                }
            }
            Ok(best.map_or(Value::Null, |(_, name)| Value::from(name)))
        })?;
        let place = eyes.iter().position(|eye| Some(eye.name) == found.as_str());
        place
            .map(|place| eyes.swap_remove(place))
            .ok_or_else(|| Stop::skipped("no --other client is given that sees more"))
    }

    /// The same client at another service of the target.
    pub fn at(&self, edition: Edition) -> Self {
        Self { edition, ..*self }
    }

    /// The address of a path below the service's.
    pub fn url(&self, path: &str) -> String {
        self.probe.target.url(&format!("{}/{}", self.edition.base(), path.trim_start_matches('/')))
    }

    /// A GET below the service, with whatever comes.
    pub fn get(&self, path: &str) -> Result<Response, Stop> {
        self.ask("GET", path)
    }

    /// A request without a body below the service, or to a whole address.
    pub fn ask(&self, method: &str, path: &str) -> Result<Response, Stop> {
        let url = if path.starts_with("http") { path.to_owned() } else { self.url(path) };
        self.send(Request::new(method, url).header("Accept", "application/json"))
    }

    /// Any request.
    pub fn send(&self, request: Request) -> Result<Response, Stop> {
        self.probe.send_as(self.credentials, request)
    }

    /// The objects of an answer; none if it isn't a list.
    pub fn listed(response: &Response, plural: &str) -> Vec<Value> {
        response.json().get(plural).and_then(Value::as_array).cloned().unwrap_or_default()
    }

    /// A list, as far as it is walked; once for all checks of a run. What the client may not list is empty.
    pub fn walk(&self, collection: Collection) -> Result<Seen, Stop> {
        let name = format!("walk {} {} {}", self.name, self.edition.base(), collection.path);
        let kept: Arc<Value> = self.probe.once(&name, || {
            let seen = self.walk_pages(collection.path, collection.plural, PAGE, MOST_PAGES)?;
            Ok(json!({"objects": seen.objects, "is_whole": seen.is_whole, "total": seen.total}))
        })?;
        let total = kept.get("total").and_then(Value::as_u64).and_then(|total| usize::try_from(total).ok());
        let objects = kept.get("objects").and_then(Value::as_array).cloned().unwrap_or_default();
        Ok(Seen { objects, is_whole: kept.get("is_whole") == Some(&Value::Bool(true)), total })
    }

    fn walk_pages(&self, path: &str, plural: &str, size: usize, most: usize) -> Result<Seen, Stop> {
        let mut seen = Seen { objects: Vec::new(), is_whole: false, total: None };
        for _ in 0..most {
            let n_seen = seen.objects.len();
            let response = self.get(&format!("{path}?limit={size}&offset={n_seen}"))?;
            let objects = Self::listed(&response, plural);
            let total = Page { objects: Vec::new(), response }.total();
            seen.total = seen.total.or(total);
            let is_end = objects.is_empty();
            seen.objects.extend(objects);
            if is_end || total.is_some_and(|total| seen.objects.len() >= total) {
                seen.is_whole = true;
                return Ok(seen);
            }
        }
        self.probe.note_sample(path, seen.objects.len(), seen.total.unwrap_or(seen.objects.len()));
        Ok(seen)
    }
}

/// 1.2 where it is served, else 1.1.
fn edition(probe: &Probe<'_>) -> Result<Edition, Stop> {
    let found = probe.once("edition", || {
        for edition in [Edition::Rostering, Edition::V1p1] {
            let url = probe.target.url(&format!("{}/orgs?limit=1", edition.base()));
            if probe.send(Request::new("GET", url))?.status == 200 {
                return Ok(Value::from(edition.base()));
            }
        }
        Err(Stop::skipped("the client can list orgs neither over OneRoster 1.2 nor over 1.1"))
    })?;
    Ok(if found.as_str() == Some(Edition::V1p1.base()) { Edition::V1p1 } else { Edition::Rostering })
}
