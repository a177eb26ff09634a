//! One write from the caller to what is to be changed: authenticate, release, understand. What is to be changed is
//! made durable by [`crate::writing::Writer`].

use std::sync::Arc;

use actix_web::http::StatusCode;
use serde_json::{Map, Value};

use crate::auth::Proof;
use crate::auth::bearer::Caller;
use crate::catalogue::Entity;
use crate::consent::Release;
use crate::consent::allocation::Allocation;
use crate::http::{App, Refusal, entity_tag};
use crate::oneroster::gradebook::body::{Reader, Sound, needed_category};
use crate::oneroster::gradebook::operation::{Below, Method, WriteOperation};
use crate::oneroster::gradebook::own;
use crate::oneroster::gradebook::vocabulary::is_identifier;
use crate::planted::{self, Leak};
use crate::query::{Asked, View};
use crate::store::Conn;
use crate::store::writing::{Change, Denied, Expected, Name, What};
use crate::store::written::{self, Named};

/// The most objects of one POST.
const MOST: usize = 5_000;

/// A request to write, as the socket had it.
#[derive(Debug, Clone)]
pub struct WriteRequest {
    /// The board's name.
    pub tenant: String,
    /// The operation that method and address name.
    pub operation: &'static WriteOperation,
    /// The identifiers in the address, decoded.
    pub identifiers: Vec<String>,
    /// What it proves who calls with.
    pub proof: Proof,
    /// The body.
    pub body: Vec<u8>,
    /// `If-Match` and `If-None-Match`.
    pub condition: Condition,
}

/// What the client holds of the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// It says nothing.
    None,
    /// That it doesn't exist: `If-None-Match: *`.
    Absent,
    /// One of these tags: `If-Match`. Without any, that it exists.
    Held(Vec<String>),
}

/// What is to be changed, and for whom.
#[derive(Debug)]
pub struct Prepared {
    /// What the vendor sees; what it wrote it gets back through this view, whatever becomes of the rules meanwhile.
    pub view: Arc<View>,
    /// The changes, all or none.
    pub changes: Vec<Change>,
    /// Of a POST: what the client called each object.
    pub supplied: Vec<String>,
}

/// An outcome with who called, for the log.
pub struct Outcome {
    /// Who called, once that is known.
    pub caller: Option<Caller>,
    /// What is to be changed, or why nothing is.
    pub prepared: Result<Prepared, Refusal>,
}

/// Understands a write. Blocks on the database.
pub fn prepare(app: &App, request: &WriteRequest) -> Outcome {
    let mut caller = None;
    let prepared = app.database.read().map_err(Refusal::from).and_then(|mut conn| {
        let proof = request.proof.take(app, &mut conn, &request.tenant)?;
        for n_before in 0..ATTEMPTS {
            let known = caller.insert(proof.caller(app, &mut conn, &request.tenant)?);
            known.need(request.operation.scopes)?;
            let asked = Asked { is_certain: n_before > 1, ..app.asked(known) };
            if let Some(view) = app.views.get(&app.database, &mut conn, &app.master_key, &asked)? {
                let mut activity = app.database.read_activity()?;
                return Exchange { app, caller: known, request, view }.prepare(&mut activity);
            }
        }
        Err(Refusal::busy())
    });
    Outcome { caller, prepared }
}

const ATTEMPTS: usize = 8;

struct Exchange<'a> {
    app: &'a App,
    caller: &'a Caller,
    request: &'a WriteRequest,
    view: Arc<View>,
}

fn invalid(status: StatusCode, description: impl Into<String>) -> Refusal {
    Refusal::new(status, "invaliddata", description)
}

impl Exchange<'_> {
    fn release(&self) -> &Release {
        &self.view.release
    }

    fn of(&self) -> written::Of<'_> {
        (self.caller.tenant_id, &self.caller.vendor)
    }

    fn prepare(&self, activity: &mut Conn) -> Result<Prepared, Refusal> {
        let operation = self.request.operation;
        if !self.release().may_write(needed_category(operation.entity)) {
            return Err(Refusal::forbidden("no rule of the board lets this vendor write here"));
        }
        match operation.method {
            Method::Put => self.put(activity),
            Method::Delete => self.delete(activity),
            Method::Post(below) => self.post(activity, below),
        }
    }

    fn prepared(&self, changes: Vec<Change>) -> Prepared {
        Prepared { view: Arc::clone(&self.view), changes, supplied: Vec::new() }
    }

    fn put(&self, activity: &mut Conn) -> Result<Prepared, Refusal> {
        let operation = self.request.operation;
        let unfit = "the identifier in the address must have 1 to 255 signs, none of them a blank";
        let identifier = self.identifier().ok_or_else(|| invalid(StatusCode::UNPROCESSABLE_ENTITY, unfit))?;
        let object = self.wrapped()?;
        let object = object.as_object().ok_or_else(|| {
            invalid(StatusCode::UNPROCESSABLE_ENTITY, format!("`{}` must be an object", operation.wrapper))
        })?;
        if object.get("sourcedId").is_some_and(|inside| !inside.is_null() && inside.as_str() != Some(identifier)) {
            return Err(invalid(StatusCode::UNPROCESSABLE_ENTITY, "`sourcedId` is another than that of the address"));
        }
        self.not_the_schools(activity, identifier)?;
        let expected = self.expected(activity, identifier)?;
        let sound = self.read(activity, object, &[], "")?;
        let changes = vec![Change { expected, ..change(operation.entity, Name::Given(identifier.to_owned()), sound) }];
        Ok(self.prepared(changes))
    }

    fn delete(&self, activity: &mut Conn) -> Result<Prepared, Refusal> {
        let identifier = self.identifier().ok_or_else(Refusal::unknown)?;
        self.not_the_schools(activity, identifier)?;
        let expected = self.expected(activity, identifier)?;
        let changes = vec![Change {
            entity: self.request.operation.entity,
            name: Name::Given(identifier.to_owned()),
            expected,
            needs: Vec::new(),
            what: What::Delete,
        }];
        Ok(self.prepared(changes))
    }

    fn post(&self, activity: &mut Conn, below: Below) -> Result<Prepared, Refusal> {
        let operation = self.request.operation;
        let given = self.given(activity, below)?;
        let objects = self.wrapped()?;
        let refuse = |description: String| invalid(StatusCode::UNPROCESSABLE_ENTITY, description);
        let objects = objects.as_array().ok_or_else(|| refuse(format!("`{}` must be a list", operation.wrapper)))?;
        if objects.len() > MOST {
            return Err(refuse(format!("`{}` has more than {MOST} objects", operation.wrapper)));
        }
        let names = Arc::new(Allocation::new(&self.app.master_key, &self.caller.tenant, &self.caller.vendor));
        let mut prepared = self.prepared(Vec::with_capacity(objects.len()));
        for (place, object) in objects.iter().enumerate() {
            let place = format!("{}[{place}].", operation.wrapper);
            let object = object.as_object().ok_or_else(|| refuse(format!("`{place}` must be an object")))?;
            let supplied = object.get("sourcedId").and_then(Value::as_str).filter(|id| is_identifier(id));
            let supplied = supplied.ok_or_else(|| refuse(format!("`{place}sourcedId` is missing")))?;
            if prepared.supplied.iter().any(|other| other == supplied) {
                return Err(refuse(format!("`{place}sourcedId` stands twice")));
            }
            let sound = self.read(activity, object, &given, &place)?;
            self.check_below(below, &sound, &place)?;
            prepared.supplied.push(supplied.to_owned());
            prepared.changes.push(change(operation.entity, Name::New(Arc::clone(&names)), sound));
        }
        Ok(prepared)
    }

    /// The references that the address of a POST makes; 404 if it leads nowhere.
    fn given(&self, activity: &mut Conn, below: Below) -> Result<Vec<(&'static str, String)>, Refusal> {
        let identifier = |place: usize| self.request.identifiers.get(place).map_or("", String::as_str);
        let live = |entity, place| self.release().find_live(entity, identifier(place)).ok_or_else(Refusal::unknown);
        let first = identifier(0).to_owned();
        Ok(match below {
            Below::Class => {
                live(Entity::Class, 0)?;
                vec![("class", first)]
            }
            Below::School => {
                live(Entity::Org, 0)?;
                vec![("school", first)]
            }
            Below::LineItem => {
                match written::named(activity, self.of(), Entity::LineItem, &first)? {
                    Named::Own(_) => {}
                    Named::Gone => return Err(Refusal::unknown()),
                    Named::Unused => _ = live(Entity::LineItem, 0)?,
                }
                vec![("lineItem", first)]
            }
            Below::SessionOfClass => {
                live(Entity::Class, 0)?;
                live(Entity::AcademicSession, 1)?;
                vec![("class", first)]
            }
        })
    }

    /// What a reference alone doesn't say: 1.1 has no POST, so that a result always names its class's line item.
    fn check_below(&self, below: Below, sound: &Sound, place: &str) -> Result<(), Refusal> {
        let class = self.request.identifiers.first();
        if below == Below::SessionOfClass && sound.links.class.as_ref() != class {
            let description = format!("`{place}lineItem` is of another class than the address names");
            return Err(invalid(StatusCode::UNPROCESSABLE_ENTITY, description));
        }
        Ok(())
    }

    fn read(
        &self,
        activity: &mut Conn,
        object: &Map<String, Value>,
        given: &[(&'static str, String)],
        place: &str,
    ) -> Result<Sound, Refusal> {
        let operation = self.request.operation;
        let mut reader =
            Reader { release: self.release(), conn: activity, of: self.of(), version: operation.edition.version };
        reader.read(operation.entity, object, given).map_err(|unsound| unsound.refusal(place))
    }

    /// The identifier in the address, if it can be one.
    fn identifier(&self) -> Option<&str> {
        self.request.identifiers.first().map(String::as_str).filter(|identifier| is_identifier(identifier))
    }

    /// What the school has under that name, and the vendor sees, stays the school's. What the vendor doesn't see
    /// isn't there for it: it may use the name, and keeps it.
    fn not_the_schools(&self, activity: &mut Conn, identifier: &str) -> Result<(), Refusal> {
        let entity = self.request.operation.entity;
        let is_there = if planted::is(Leak::UniqueOverHidden) {
            self.release().position(entity, identifier).is_some()
        } else {
            self.release().find_live(entity, identifier).is_some()
        };
        let is_schools = is_there && written::named(activity, self.of(), entity, identifier)? == Named::Unused;
        if is_schools {
            return Err(Refusal::forbidden("this object is the school's own and can't be written by a vendor"));
        }
        Ok(())
    }

    /// Turns the tags that the client holds into the version that it holds.
    fn expected(&self, activity: &mut Conn, identifier: &str) -> Result<Expected, Refusal> {
        let stale = || invalid(StatusCode::PRECONDITION_FAILED, "the object is not the one that the client holds");
        let tags = match &self.request.condition {
            Condition::None => return Ok(Expected::Anything),
            Condition::Absent if planted::is(Leak::AbsenceByHidden) => {
                let is_known = self.release().position(self.request.operation.entity, identifier).is_some();
                return if is_known { Err(stale()) } else { Ok(Expected::Absence) };
            }
            Condition::Absent => return Ok(Expected::Absence),
            Condition::Held(tags) => tags,
        };
        let operation = self.request.operation;
        let Named::Own(own) = written::named(activity, self.of(), operation.entity, identifier)? else {
            // Preconditions are checked of what is there: a hidden or unknown object can't be told by them.
            return Err(if operation.method == Method::Delete { Refusal::unknown() } else { stale() });
        };
        let version = own.version;
        let own = self.release().read_back(*own).ok_or_else(Refusal::internal)?;
        let single = operation.wrapper;
        let body = own::body((self.app, self.caller), (operation.edition, single), &own, None, &[]);
        let tag = entity_tag::of(
            &self.app.master_key,
            (&self.request.tenant, &self.caller.vendor),
            &[body.as_slice(), b"", b""],
        );
        if tags.is_empty() || tags.iter().any(|held| *held == tag.tag()) {
            Ok(Expected::Version(version))
        } else {
            Err(stale())
        }
    }

    /// What stands under the operation's name in the body.
    fn wrapped(&self) -> Result<Value, Refusal> {
        let operation = self.request.operation;
        let body: Value = serde_json::from_slice(&self.request.body).map_err(|error| {
            invalid(
                StatusCode::BAD_REQUEST,
                format!("the body is no JSON: line {}, column {}", error.line(), error.column()),
            )
        })?;
        body.get(operation.wrapper).cloned().ok_or_else(|| {
            invalid(StatusCode::UNPROCESSABLE_ENTITY, format!("`{}` is missing around the data", operation.wrapper))
        })
    }
}

fn change(entity: Entity, name: Name, sound: Sound) -> Change {
    let body = Value::Object(sound.body).to_string();
    Change { entity, name, expected: Expected::Anything, needs: sound.needs, what: What::Put(sound.links, body) }
}

/// The refusal of changes that could not be made.
pub fn denied(denied: &Denied, minor_in_use: &'static str) -> Refusal {
    match denied {
        Denied::Unknown => Refusal::unknown(),
        Denied::Stale => invalid(StatusCode::PRECONDITION_FAILED, "the object is not the one that the client holds"),
        Denied::InUse => Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            minor_in_use,
            "other objects refer to this one: delete them first",
        ),
        Denied::Missing(entity) => invalid(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("the {} that it names has just been deleted", entity.name()),
        ),
        Denied::Ring => invalid(
            StatusCode::UNPROCESSABLE_ENTITY,
            "`parentAssessmentLineItem` is the object itself, or one below it",
        ),
    }
}

impl From<crate::writing::WriteError> for Refusal {
    fn from(error: crate::writing::WriteError) -> Self {
        Self::busy().because(&error)
    }
}

/// Reads an object back after it was written; `None` if it is gone again.
pub fn read_back(
    app: &App,
    (caller, view): (&Caller, &View),
    operation: &'static WriteOperation,
    identifier: &str,
) -> Result<Option<(Vec<u8>, actix_web::http::header::EntityTag)>, Refusal> {
    let of = (caller.tenant_id, &*caller.vendor);
    let named = written::named(&mut *app.database.read_activity()?, of, operation.entity, identifier)?;
    let Named::Own(own) = named else { return Ok(None) };
    let Some(own) = view.release.read_back(*own) else { return Ok(None) };
    let body = own::body((app, caller), (operation.edition, operation.wrapper), &own, None, &[]);
    let tag = entity_tag::of(&app.master_key, (&caller.tenant, &caller.vendor), &[body.as_slice(), b"", b""]);
    Ok(Some((body, tag)))
}
