//! One request of OneRoster from the caller to the bytes, along the one path: authenticate, release,
//! query, hydrate, represent. What it discloses goes with it, and must be durable before it leaves.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use actix_web::http::StatusCode;
use percent_encoding::utf8_percent_encode;
use roaring::RoaringBitmap;

use crate::audit::Disclosure;
use crate::audit::told::People;
use crate::auth::Proof;
use crate::auth::bearer::{self, Caller};
use crate::catalogue::{Entity, Version};
use crate::clock::Millis;
use crate::consent::written::Own;
use crate::consent::{Categories, Release};
use crate::http::{App, Refusal};
use crate::json::PATH_SEGMENT;
use crate::keys::MasterKey;
use crate::oneroster::body::{Around, Body};
use crate::oneroster::gradebook::own;
use crate::oneroster::links::{Cut, links};
use crate::oneroster::operation::{Operation, Special, Subset};
use crate::oneroster::parameters::{DEFAULT_LIMIT, Parameters, refuse_filter};
use crate::oneroster::subset;
use crate::planted::{self, Leak};
use crate::query::cursor::{self, Bound};
use crate::query::joined::{self, Desk, may_be_written};
use crate::query::own as own_filter;
use crate::query::sort;
use crate::query::{Asked, Direction, Door, Last, List, QueryError, SortKey, Start, View, WrittenOnce};
use crate::store::written::{self, Named, Of, Progress, Which};
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
    /// What it proves who calls with.
    pub proof: Proof,
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
        let proof = request.proof.take(app, &mut conn, &request.tenant)?;
        // An import may commit between the release and the records; the next attempt sees it whole.
        for n_before in 0..ATTEMPTS {
            let known = caller.insert(proof.caller(app, &mut conn, &request.tenant)?);
            known.need(request.operation.scopes)?;
            if n_before == 0 && app.adopt_accounts(&mut conn, known.tenant_id) {
                continue;
            }
            let asked = Asked { is_certain: n_before > 1, ..app.asked(known) };
            if let Some(answer) = attempt(app, &mut conn, known, request, &asked)? {
                return Ok(answer);
            }
        }
        Err(Refusal::busy())
    });
    Outcome { caller, answer }
}

const ATTEMPTS: usize = 8;

fn attempt(
    app: &App,
    conn: &mut Conn,
    caller: &Caller,
    request: &Request,
    asked: &Asked<'_>,
) -> Result<Option<Answer>, Refusal> {
    let Some(view) = app.views.get(&app.database, conn, &app.master_key, asked)? else { return Ok(None) };
    let exchange = Exchange { app, caller, request, view: &view, at: time_of_read(app, request, caller) };
    match request.operation.subset {
        Subset::One | Subset::OneOfKind(_) => exchange.single(conn),
        Subset::All | Subset::Kind(_) | Subset::Nested(_) => exchange.collection(conn),
    }
}

/// When the request reads: before anything that it may not see yet.
fn time_of_read(app: &App, request: &Request, caller: &Caller) -> Millis {
    if may_be_written(request.operation.entity) { app.writer.time_of_read(caller.at) } else { caller.at }
}

/// Answers a request where it is handled, if the database is embedded, the view is there, and the answer is one
/// object or a short page for which nothing is searched: a way to another thread and back costs as much as one object,
/// and eight threads' pages push each other out of the processor's caches. `None`: answer it by [`answer`].
pub fn answer_at_once(app: &App, request: &Request) -> Option<Outcome> {
    let is_single = matches!(request.operation.subset, Subset::One | Subset::OneOfKind(_));
    if !app.database.is_embedded() || may_be_written(request.operation.entity) || !(is_single || is_short(request)) {
        return None;
    }
    // A signature is used up by a write, which may take its time.
    let Proof::Bearer(header) = &request.proof else { return None };
    let mut conn = app.database.try_read()?;
    let mut caller = None;
    let answer = bearer::authenticate(app, &mut conn, header.as_deref(), &request.tenant)
        .map_err(Refusal::from)
        .and_then(|called| {
            let caller = caller.insert(called);
            caller.need(request.operation.scopes)?;
            if app.adoption.is_due(caller.tenant_id, app.views.n_people(caller.tenant_id)) {
                return Ok(None);
            }
            let Some(view) = app.views.known(&app.asked(caller)) else { return Ok(None) };
            let exchange = Exchange { app, caller, request, view: &view, at: caller.at };
            match request.operation.subset {
                Subset::One | Subset::OneOfKind(_) => exchange.single(&mut conn),
                _ if exchange.is_at_hand() => exchange.collection(&mut conn),
                Subset::All | Subset::Kind(_) | Subset::Nested(_) => Ok(None),
            }
        });
    answer.transpose().map(|answer| Outcome { caller, answer })
}

/// Whether a page is asked for that is short and needs no search.
fn is_short(request: &Request) -> bool {
    let parameters = Parameters::of_collection(request.operation, &request.query);
    parameters.is_ok_and(|asked| {
        asked.limit <= DEFAULT_LIMIT
            && asked.filter.is_none()
            && matches!(asked.sort, (SortKey::Unsorted, _) | (SortKey::SourcedId, Direction::Ascending))
    })
}

/// A request with who asks and what they may see.
struct Exchange<'a> {
    app: &'a App,
    caller: &'a Caller,
    request: &'a Request,
    view: &'a View,
    at: Millis,
}

impl Exchange<'_> {
    fn of(&self) -> Of<'_> {
        (self.caller.tenant_id, &self.caller.vendor)
    }

    /// What the vendor wrote under that name itself; it goes before whatever the school has.
    fn own(&self, identifier: &str) -> Result<Option<Own<'_>>, Refusal> {
        if !may_be_written(self.request.operation.entity) {
            return Ok(None);
        }
        let mut activity = self.app.database.read_activity()?;
        match written::named(&mut activity, self.of(), self.request.operation.entity, identifier)? {
            Named::Own(own) => self.release().read_back(*own).map(Some).ok_or_else(Refusal::unknown),
            Named::Gone => Err(Refusal::unknown()),
            Named::Unused => Ok(None),
        }
    }

    fn release(&self) -> &Release {
        &self.view.release
    }

    /// Whether the list is there, or found without looking at many objects.
    fn is_at_hand(&self) -> bool {
        let Operation { entity, subset, .. } = *self.request.operation;
        if subset == Subset::All {
            return self.release().has_listed(entity);
        }
        let is_narrow = || self.release().has_memberships() && subset::is_narrow(subset);
        self.release().has_order(entity) && (is_narrow() || self.view.has_list(entity, &address(self.request)))
    }

    fn single(&self, conn: &mut Conn) -> Result<Option<Answer>, Refusal> {
        let operation = self.request.operation;
        let (members, warnings) = Parameters::fields_of_single(operation, &self.request.query)?;
        let identifier = self.request.identifiers.first().map_or("", String::as_str);
        if let Some(own) = self.own(identifier)? {
            let wrapper = (operation.edition, operation.wrapper);
            let body = own::body((self.app, self.caller), wrapper, &own, members.as_deref(), &warnings);
            let mut people = People::new();
            own::note(&mut people, &own);
            return Ok(Some(Answer { body, total: None, links: None, disclosure: self.disclosure(&[], 1, people) }));
        }
        let position = self.release().find(operation.entity, identifier).ok_or_else(|| {
            let is_known = || self.release().position(operation.entity, identifier).is_some();
            if planted::is(Leak::ForbiddenForHidden) && is_known() {
                Refusal::forbidden("no rule of the board releases this object")
            } else {
                Refusal::unknown()
            }
        })?;
        if let Subset::OneOfKind(kind) = operation.subset
            && !subset::is_special(self.release(), operation.edition.version, kind, position)
        {
            return Err(Refusal::unknown());
        }
        let head = format!("{{\"{}\":", operation.wrapper);
        let written = self.records(conn, (&[position], &[]), members.as_deref(), (&head, "", &warnings))?;
        Ok(written.map(|(body, people)| Answer {
            body,
            total: None,
            links: None,
            disclosure: self.disclosure(&[position], 1, people),
        }))
    }

    /// The visible objects with a type or role of their own address.
    fn special(&self, kind: Special) -> Result<Arc<RoaringBitmap>, Refusal> {
        let version = self.request.operation.edition.version;
        let key = format!("{version:?} {kind:?}");
        self.view.subset(&key, || Ok(subset::special(self.release(), version, kind)))
    }

    /// The objects that the address names, if it does not name all.
    fn within(&self, path: &str) -> Result<Option<Arc<RoaringBitmap>>, Refusal> {
        match self.request.operation.subset {
            Subset::All | Subset::One | Subset::OneOfKind(_) => Ok(None),
            Subset::Kind(kind) => self.special(kind).map(Some),
            Subset::Nested(nested) => {
                let version = self.request.operation.edition.version;
                let identifiers: Vec<&str> = self.request.identifiers.iter().map(String::as_str).collect();
                let entity = self.request.operation.entity;
                let find = || {
                    let found = subset::nested(self.release(), version, nested, &identifiers)?;
                    // What hangs together with what is told only of what is in the view.
                    let is_planted = planted::is(Leak::NestedBesideView);
                    Ok(if is_planted { found } else { found & self.release().live(entity) })
                };
                self.view.subset(path, find).map(Some)
            }
        }
    }

    fn collection(&self, conn: &mut Conn) -> Result<Option<Answer>, Refusal> {
        let (operation, key) = (self.request.operation, &self.app.master_key);
        let path = address(self.request);
        let mut activity =
            if may_be_written(operation.entity) { Some(self.app.database.read_activity()?) } else { None };
        let progress = match &mut activity {
            Some(activity) => written::progress(activity, self.of())?,
            None => None,
        };
        let mut own_part = match (&mut activity, progress) {
            (Some(activity), Some(_)) => {
                Some(own::held(activity, self.release(), self.of(), operation.subset, &self.request.identifiers)?)
            }
            _ => None,
        };
        let within = match &own_part {
            Some(held) if !held.has_schools => Some(Arc::default()),
            _ => self.within(&path)?,
        };
        let within = within.map(|within| (path.clone(), within));
        let within = match (&mut activity, progress) {
            (Some(activity), Some(progress)) => self.unshadowed(activity, progress, within)?,
            _ => within,
        };
        let parameters = Parameters::of_collection(operation, &self.request.query)?;
        let shape = format!("{:?} {:?}", parameters.sort, parameters.filter);
        let bound = Bound { tenant: &self.caller.tenant, vendor: &self.caller.vendor, path: &path, query: &shape };
        let list = List {
            entity: operation.entity,
            within,
            filter: parameters.filter.clone(),
            sort: parameters.sort,
            start: start(key, bound, &parameters)?,
            limit: parameters.limit,
        };
        let page = match (&mut activity, own_part.take()) {
            (Some(activity), Some(held)) => {
                let filter = parameters.filter.as_ref();
                let which = Which {
                    with_deleted: filter.is_some_and(own_filter::tells_deleted),
                    since: filter.and_then(own_filter::since),
                    ..held.which
                };
                let desk = Desk { conn: activity, of: self.of(), which };
                joined::page(self.view, conn, &list, desk).map_err(refuse_query)?
            }
            _ => self.view.page(conn, &list).map_err(refuse_query)?.into(),
        };
        let n_own = page.own.len();
        let own: Vec<(usize, Own<'_>)> = page
            .own
            .into_iter()
            .filter_map(|(place, written)| Some((place, self.release().read_back(written)?)))
            .collect();
        let cut = Cut { offset: page.offset, n: (page.positions.len() + n_own) as u64, total: page.total };
        // Before the records are read: those tell if the board has moved on since.
        let shown =
            if cut.has_more() { self.last_shown(conn, parameters.sort.0, (&page.positions, &own))? } else { None };
        let head = format!("{{\"{}\":[", operation.wrapper);
        let fields = parameters.fields.as_deref();
        let around = (head.as_str(), "]", parameters.warnings.as_slice());
        let records = self.records(conn, (&page.positions, &own), fields, around)?;
        let Some((body, people)) = records else { return Ok(None) };
        let cursor = shown.map(|shown| cursor::seal(key, bound, &shown.to_text()));
        let links = links(&format!("{}/{}", self.app.public_url, path), &parameters, cut, cursor.as_deref());
        let disclosure = self.disclosure(&page.positions, cut.n, people);
        Ok(Some(Answer { body, total: Some(cut.total), links, disclosure }))
    }

    /// The last object of a page, and what it is sorted by.
    fn last_shown(
        &self,
        conn: &mut Conn,
        sort: SortKey,
        (of_school, own): (&[u32], &[(usize, Own<'_>)]),
    ) -> Result<Option<Last>, StoreError> {
        let n = of_school.len() + own.len();
        if let Some((_, own)) = own.last().filter(|(place, _)| place + 1 == n) {
            let written = own.written();
            let value = own_filter::sort_value(written, sort);
            return Ok(Some(Last::new(written.identifier.clone(), value, Some(written.number))));
        }
        let (release, entity) = (self.release(), self.request.operation.entity);
        let Some(position) = of_school.last() else { return Ok(None) };
        let value = sort::of_school(conn, release, (entity, *position), sort)?;
        let mut identifier = release.identifier(entity, *position);
        if planted::is(Leak::CursorByPosition) {
            _ = write!(identifier, "@{}", release.order(entity).rank(*position));
        }
        Ok(Some(Last::new(identifier, value, None)))
    }

    /// The objects of the school that a list may hold, without those under names of the vendor's own.
    fn unshadowed(
        &self,
        activity: &mut Conn,
        progress: Progress,
        within: Option<(String, Arc<RoaringBitmap>)>,
    ) -> Result<Option<(String, Arc<RoaringBitmap>)>, Refusal> {
        let (release, entity) = (self.release(), self.request.operation.entity);
        let shadowed = self.view.shadows.of(activity, self.of(), (release, entity), progress.last_number)?;
        if shadowed.is_empty() {
            return Ok(within);
        }
        let (key, within) = within.unwrap_or_default();
        let all = if key.is_empty() { release.visible(entity) } else { &*within };
        // In one view more are added and none is taken away, so that their number tells lists apart.
        Ok(Some((format!("{key} without {}", shadowed.len()), Arc::new(all - &*shadowed))))
    }

    /// The body: records between what stands around them, and warnings beside them, with what it tells about whom;
    /// `None` if the board has moved on meanwhile.
    fn records(
        &self,
        conn: &mut Conn,
        objects: (&[u32], &[(usize, Own<'_>)]),
        members: Option<&[String]>,
        around: Around<'_>,
    ) -> Result<Option<(Vec<u8>, People)>, StoreError> {
        let Operation { edition, entity, .. } = *self.request.operation;
        let root = format!("{}/{}/ims/oneroster", self.app.public_url, self.caller.tenant);
        let once = if members.is_none() { self.written_once() } else { None };
        let once = once.map(WrittenOnce::written);
        let written = once.as_deref();
        Body { release: self.release(), edition, root: &root, entity, members, written }.write(conn, objects, around)
    }

    /// People as they were written before in this version.
    fn written_once(&self) -> Option<&WrittenOnce<Categories>> {
        let Operation { edition, entity, .. } = *self.request.operation;
        if entity != Entity::User || planted::is_any() {
            return None;
        }
        let of_versions = self.view.kept(Door::OneRoster, <[OnceLock<WrittenOnce<Categories>>; 2]>::default)?;
        let of_version = of_versions.get(usize::from(edition.version == Version::V1p1))?;
        let n = self.release().snapshot().ids(entity).len();
        Some(of_version.get_or_init(|| WrittenOnce::new(n, &self.app.people_cache)))
    }

    fn disclosure(&self, records: &[u32], n: u64, people: People) -> Disclosure {
        let entity = self.request.operation.entity;
        let ids = self.release().snapshot().ids(entity);
        let objects = || (entity, records.iter().map(|position| ids.number(*position)).collect());
        Disclosure {
            tenant_id: self.caller.tenant_id,
            at: self.at,
            vendor: Arc::clone(self.release().vendor()),
            request_id: Arc::clone(&self.request.request_id),
            rules: Arc::clone(self.release().rules()),
            entity: self.request.operation.entity.name(),
            records: u32::try_from(n).unwrap_or(u32::MAX),
            people,
            objects: (entity != Entity::User).then(objects),
        }
    }
}

fn start(key: &MasterKey, bound: Bound<'_>, parameters: &Parameters) -> Result<Start, Refusal> {
    let Some(text) = &parameters.cursor else { return Ok(Start::Offset(parameters.offset)) };
    let last = cursor::open(key, bound, text).and_then(|text| Last::from_text(&text)).ok_or_else(|| {
        Refusal::new(StatusCode::BAD_REQUEST, "invaliddata", "the cursor does not belong to this list")
    })?;
    Ok(Start::After(last, parameters.offset))
}

fn refuse_query(error: QueryError) -> Refusal {
    match error {
        QueryError::BadValue(bad) => refuse_filter(&bad.to_string()),
        QueryError::Store(error) => error.into(),
    }
}

/// The address of the list below the server's, in its normal form.
fn address(request: &Request) -> String {
    let tenant = utf8_percent_encode(&request.tenant, PATH_SEGMENT);
    let mut path = format!("{tenant}/ims/oneroster/{}", request.operation.base);
    let mut identifiers = request.identifiers.iter();
    for part in request.operation.path.split('/') {
        path.push('/');
        match part {
            "{}" => {
                let identifier = identifiers.next().map_or("", String::as_str);
                _ = write!(path, "{}", utf8_percent_encode(identifier, PATH_SEGMENT));
            }
            _ => path.push_str(part),
        }
    }
    path
}
