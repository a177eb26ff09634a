//! One request of OneRoster 1.2 from the caller to the bytes, along the one path: authenticate, release,
//! query, hydrate, represent. What it discloses goes with it, and must be durable before it leaves.

use std::fmt::Write as _;
use std::sync::Arc;

use percent_encoding::utf8_percent_encode;
use roaring::RoaringBitmap;

use crate::audit::Disclosure;
use crate::auth::bearer::{self, Caller};
use crate::catalogue::{Category, Entity, Kind};
use crate::consent::release::bit;
use crate::consent::released::Record;
use crate::consent::{Categories, Release, Released};
use crate::http::{App, Refusal};
use crate::oneroster::cursor::{self, Bound};
use crate::oneroster::parameters::{Parameters, refuse_filter};
use crate::oneroster::v1p2::represent::{Frame, PATH_SEGMENT, Represented};
use crate::oneroster::v1p2::rostering::{self, Operation, Subset};
use crate::query::{Asked, List, Page, QueryError, Start, View};
use crate::store::hydrate::{Selection, hydrate};
use crate::store::{Conn, StoreError};

/// A request as the socket had it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The board's name.
    pub tenant: String,
    /// The operation that the address names.
    pub operation: &'static Operation,
    /// The identifiers in the address, decoded.
    pub identifiers: Vec<String>,
    /// The query, undecoded.
    pub query: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The request's id.
    pub request_id: Arc<str>,
}

/// An answer with data, which may leave only after its disclosure is durable.
#[derive(Debug)]
pub struct Answer {
    /// The body.
    pub body: Vec<u8>,
    /// `X-Total-Count`, of collections.
    pub total: Option<u64>,
    /// `Link`, of collections with more than one page.
    pub links: Option<String>,
    /// What it tells about people.
    pub disclosure: Disclosure,
}

/// An outcome with who called, for the log.
pub struct Outcome {
    /// Who called, once that is known.
    pub caller: Option<Caller>,
    /// The answer, or why there is none.
    pub answer: Result<Answer, Refusal>,
}

/// Answers a request. Blocks on the database.
pub fn answer(app: &App, request: &Request) -> Outcome {
    let mut caller = None;
    let answer = app.database.read().map_err(Refusal::from).and_then(|mut conn| {
        // An import may commit between the release and the records; the next attempt sees it whole.
        for _ in 0..ATTEMPTS {
            let authorization = request.authorization.as_deref();
            let known = caller.insert(bearer::authenticate(app, &mut conn, authorization, &request.tenant)?);
            known.need(request.operation.scopes)?;
            if let Some(answer) = attempt(app, &mut conn, known, request)? {
                return Ok(answer);
            }
        }
        Err(Refusal::busy())
    });
    Outcome { caller, answer }
}

const ATTEMPTS: usize = 8;

fn attempt(app: &App, conn: &mut Conn, caller: &Caller, request: &Request) -> Result<Option<Answer>, Refusal> {
    let asked = Asked {
        tenant_id: caller.tenant_id,
        tenant: &caller.tenant,
        connection: &caller.connection,
        data_epoch: caller.data_epoch,
        consent_epoch: caller.consent_epoch,
        now: app.clock.now(),
    };
    let view = app.views.get(&app.database, conn, &app.master_key, &asked)?;
    let identifiers: Vec<&str> = request.identifiers.iter().map(String::as_str).collect();
    let (operation, release) = (request.operation, &view.release);
    let within = match operation.subset {
        Subset::One | Subset::OneOfKind(_) => return single(app, conn, &view, caller, request),
        Subset::All => None,
        Subset::Kind(kind) => Some(rostering::special(release, kind)),
        Subset::Nested(nested) => Some(rostering::nested(release, nested, &identifiers)?),
    };
    collection(app, conn, &view, caller, request, within)
}

fn single(
    app: &App,
    conn: &mut Conn,
    view: &View,
    caller: &Caller,
    request: &Request,
) -> Result<Option<Answer>, Refusal> {
    let (operation, release) = (request.operation, &view.release);
    let members = Parameters::fields_of_single(operation.entity, &request.query)?;
    let identifier = request.identifiers.first().map_or("", String::as_str);
    let position = release.find(operation.entity, identifier).ok_or_else(Refusal::unknown)?;
    if let Subset::OneOfKind(kind) = operation.subset
        && !rostering::special(release, kind).contains(position)
    {
        return Err(Refusal::unknown());
    }
    let writer = Writer { app, caller, request, members: members.as_deref() };
    let Some((records, people)) = writer.records(conn, release, &[position])? else { return Ok(None) };
    let Some(record) = records.into_iter().next() else { return Err(Refusal::unknown()) };
    let mut body = Vec::with_capacity(record.len() + 32);
    open_wrapper(&mut body, operation.wrapper);
    body.extend_from_slice(&record);
    body.push(b'}');
    Ok(Some(Answer { body, total: None, links: None, disclosure: writer.disclosure(release, 1, people) }))
}

fn collection(
    app: &App,
    conn: &mut Conn,
    view: &View,
    caller: &Caller,
    request: &Request,
    within: Option<RoaringBitmap>,
) -> Result<Option<Answer>, Refusal> {
    let (operation, release) = (request.operation, &view.release);
    let parameters = Parameters::of_collection(operation.entity, &request.query)?;
    let path = address(request);
    let shape = format!("{:?} {:?}", parameters.sort, parameters.filter);
    let bound = Bound { tenant: &caller.tenant, vendor: &caller.vendor, path: &path, query: &shape };
    let start = match &parameters.cursor {
        None => Start::Offset(parameters.offset),
        Some(text) => {
            let last = cursor::open(&app.master_key, bound, text).ok_or_else(|| {
                Refusal::new(
                    actix_web::http::StatusCode::BAD_REQUEST,
                    "invaliddata",
                    "the cursor does not belong to this list",
                )
            })?;
            Start::After(last, parameters.offset)
        }
    };
    let list = List {
        entity: operation.entity,
        within: within.map(|within| (path.clone(), within)),
        filter: parameters.filter.clone(),
        sort: parameters.sort,
        start,
        limit: parameters.limit,
    };
    let page = view.page(conn, &list).map_err(refuse_query)?;
    let writer = Writer { app, caller, request, members: parameters.fields.as_deref() };
    let Some((records, people)) = writer.records(conn, release, &page.positions)? else { return Ok(None) };
    let size = records.iter().map(|record| record.len() + 1).sum::<usize>();
    let mut body = Vec::with_capacity(size + 32);
    open_wrapper(&mut body, operation.wrapper);
    body.push(b'[');
    for (i, record) in records.iter().enumerate() {
        if i > 0 {
            body.push(b',');
        }
        body.extend_from_slice(record);
    }
    body.extend_from_slice(b"]}");
    let last_shown = page.positions.last().map(|position| release.identifier(operation.entity, *position));
    let cursor = last_shown.map(|identifier| cursor::seal(&app.master_key, bound, &identifier));
    let links = links(&format!("{}/{}", app.public_url, path), &parameters, &page, cursor.as_deref());
    let disclosure = writer.disclosure(release, page.positions.len(), people);
    Ok(Some(Answer { body, total: Some(page.total), links, disclosure }))
}

fn open_wrapper(body: &mut Vec<u8>, wrapper: &str) {
    body.extend_from_slice(b"{\"");
    body.extend_from_slice(wrapper.as_bytes());
    body.extend_from_slice(b"\":");
}

fn refuse_query(error: QueryError) -> Refusal {
    match error {
        QueryError::BadValue(bad) => refuse_filter(&bad.to_string()),
        QueryError::Store(error) => error.into(),
    }
}

/// The address of the list below the server's, in its normal form.
fn address(request: &Request) -> String {
    let mut path = format!("{}/ims/oneroster/rostering/v1p2", utf8_percent_encode(&request.tenant, PATH_SEGMENT));
    let mut identifiers = request.identifiers.iter();
    for part in request.operation.path.split('/') {
        path.push('/');
        match part {
            "{}" => {
                _ = write!(path, "{}", utf8_percent_encode(identifiers.next().map_or("", String::as_str), PATH_SEGMENT))
            }
            _ => path.push_str(part),
        }
    }
    path
}

/// RFC 8288 links: `first` and `prev` unless it is the first page, `next` and `last` unless it is the last.
fn links(url: &str, parameters: &Parameters, page: &Page, cursor: Option<&str>) -> Option<String> {
    let mut text = String::new();
    let mut add = |relation: &str, offset: u64, cursor: Option<&str>| {
        if !text.is_empty() {
            text.push_str(", ");
        }
        _ = write!(text, "<{url}?limit={}&offset={offset}", parameters.limit);
        for (name, value) in &parameters.repeated {
            _ = write!(text, "&{name}={}", utf8_percent_encode(value, PATH_SEGMENT));
        }
        if let Some(cursor) = cursor {
            _ = write!(text, "&cursor={cursor}");
        }
        _ = write!(text, ">; rel=\"{relation}\"");
    };
    let limit = parameters.limit as u64;
    if page.offset > 0 {
        add("first", 0, None);
        add("prev", page.offset.saturating_sub(limit), None);
    }
    if page.has_more() {
        add("next", page.offset + page.positions.len() as u64, cursor);
        add("last", page.total.saturating_sub(1) / limit * limit, None);
    }
    (!text.is_empty()).then_some(text)
}

type People = Vec<(Categories, RoaringBitmap)>;

/// Turns keys into records, and notes what they tell about whom.
struct Writer<'a> {
    app: &'a App,
    caller: &'a Caller,
    request: &'a Request,
    members: Option<&'a [String]>,
}

impl Writer<'_> {
    /// The records as JSON; `None` if the board has moved on meanwhile.
    fn records(
        &self,
        conn: &mut Conn,
        release: &Release,
        positions: &[u32],
    ) -> Result<Option<(Vec<Vec<u8>>, People)>, StoreError> {
        let entity = self.request.operation.entity;
        let is_read = |name: &str, kind: Kind| {
            // The time of a person's record depends on the roles that are shown.
            kind == Kind::Roles || self.members.is_none_or(|members| members.iter().any(|m| m == name))
        };
        let selection = Selection::new(entity, entity.fields().iter().filter(|field| is_read(field.name, field.kind)));
        let Some(records) = hydrate(conn, release, &selection, positions)? else { return Ok(None) };
        let root = format!("{}/{}/ims/oneroster", self.app.public_url, self.caller.tenant);
        let frame = Frame { root: &root, members: self.members };
        let mut written = Vec::with_capacity(positions.len());
        let mut people = People::new();
        for released in records.released(release, &selection, positions) {
            let json = serde_json::to_vec(&Represented::new(&frame, &released));
            written.push(json.map_err(|_| StoreError::Shape("a value that JSON can't hold"))?);
            note(&mut people, &released);
        }
        Ok(Some((written, people)))
    }

    fn disclosure(&self, release: &Release, records: usize, people: People) -> Disclosure {
        Disclosure {
            tenant_id: self.caller.tenant_id,
            at: self.app.clock.now(),
            vendor: Arc::clone(release.vendor()),
            request_id: Arc::clone(&self.request.request_id),
            rules: Arc::clone(release.rules()),
            entity: self.request.operation.entity.name(),
            records: u32::try_from(records).unwrap_or(u32::MAX),
            people,
        }
    }
}

/// Adds whom a record tells about, and which categories it told.
fn note<'a, R: Record<'a>>(people: &mut People, released: &Released<'a, R>) {
    let snapshot = released.release().snapshot();
    let mut add = |categories: Categories, person: u32| {
        let number = snapshot.people.ids.number(person);
        match people.iter_mut().find(|(known, _)| *known == categories) {
            Some((_, set)) => _ = set.insert(number),
            None => people.push((categories, RoaringBitmap::from_iter([number]))),
        }
    };
    let disclosed = released.disclosed();
    match released.entity() {
        Entity::User => {
            add(disclosed, released.position());
            if disclosed & bit(Category::Carers) != 0 {
                let is_visible = |agent: &&u32| released.release().is_visible(Entity::User, **agent);
                for agent in snapshot.people.agents(released.position()).iter().filter(is_visible) {
                    add(bit(Category::Identity) | bit(Category::Carers), *agent);
                }
            }
        }
        Entity::Demographics => add(disclosed, released.position()),
        Entity::Enrollment => {
            if let Some((user, ..)) = snapshot.enrollments.get(released.position()) {
                add(disclosed | bit(Category::Identity), user);
            }
        }
        Entity::Org
        | Entity::AcademicSession
        | Entity::Course
        | Entity::Class
        | Entity::Resource
        | Entity::LineItemCategory
        | Entity::LineItem
        | Entity::Result
        | Entity::ScoreScale => {}
    }
}
