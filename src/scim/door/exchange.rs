//! One request with who asks, what they may see, and where the data is.

use std::cell::{OnceCell, RefCell};
use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::audit::Disclosure;
use crate::audit::told::People;
use crate::auth::bearer::{self, Caller};
use crate::auth::{AuthError, Scope};
use crate::catalogue::{Category, Entity};
use crate::consent::Release;
use crate::consent::release::bit;
use crate::consent::switches::Switches;
use crate::http::{App, Refusal as HouseRefusal};
use crate::query::{Asked, View};
use crate::scim::door::answer::Failure;
use crate::scim::door::resource::Tagger;
use crate::scim::school::directory::Directory;
use crate::store::written::{self, Of, Progress};
use crate::store::{Conn, StoreError};

/// What reading needs.
pub const READ: &[Scope] = &[Scope::Scim, Scope::ScimReadonly, Scope::ScimProvision];
/// What writing needs.
pub const WRITE: &[Scope] = &[Scope::Scim, Scope::ScimProvision];

/// The connections of one request: to the board, and to what happens at run time.
pub struct Desk<'c> {
    /// Reads the school's data.
    pub board: &'c mut Conn,
    /// Reads what providers keep.
    pub activity: &'c mut Conn,
}

/// One request with who asks and what they may see.
pub struct Exchange<'a> {
    /// The server.
    pub app: &'a App,
    /// Who asks.
    pub caller: &'a Caller,
    /// What they may see.
    pub view: &'a Arc<View>,
    /// The address that all resources are below: `https://…/{tenant}/scim/v2`.
    pub base: String,
    /// Makes versions.
    pub tagger: Tagger,
    /// What the connection wants otherwise.
    pub switches: &'a Switches,
    /// Whom the answer tells about so far.
    pub told: RefCell<People>,
    /// How far the provider's writes have come, once that is known; most vendors never wrote.
    progress: OnceCell<Option<Progress>>,
}

/// The board changed while it was read: read again.
#[derive(Debug)]
pub struct Moved;

/// What a step gives, unless the board has moved on.
pub type Step<T> = Result<Result<T, Moved>, Failure>;

/// Goes on with the value, or leaves with a failure or because the board moved.
macro_rules! settled {
    ($step:expr) => {
        match $step? {
            Ok(value) => value,
            Err(moved) => return Ok(Err(moved)),
        }
    };
}
pub(in crate::scim) use settled;

const ATTEMPTS: usize = 8;

/// Finds out who asks and what they may see, and does the work with it, again if the board moves meanwhile.
///
/// Blocks on the database.
pub fn run<T>(
    app: &App,
    (tenant, authorization): (&str, Option<&str>),
    scopes: &[Scope],
    caller_out: &mut Option<Caller>,
    work: impl Fn(&Exchange<'_>, &mut Desk<'_>) -> Step<T>,
) -> Result<T, Failure> {
    let mut board = app.database.read()?;
    for n_before in 0..ATTEMPTS {
        let caller = bearer::authenticate(app, &mut board, authorization, tenant)?;
        let caller: &Caller = caller_out.insert(caller);
        caller.need(scopes)?;
        let asked = Asked { is_certain: n_before > 1, ..app.asked(caller) };
        let Some(view) = app.views.get(&app.database, &mut board, &app.master_key, &asked)? else { continue };
        let exchange = Exchange::new(app, caller, &view);
        // Not before: tokens and memories are read from the same pool, and who waits for two of its connections while
        // holding one waits for others who do the same.
        let mut activity = app.database.read_activity()?;
        let mut desk = Desk { board: &mut board, activity: &mut activity };
        if let Ok(done) = work(&exchange, &mut desk)? {
            return Ok(done);
        }
    }
    Err(HouseRefusal::busy().into())
}

/// Does the same where the request is handled, if the database is embedded and the view is there: a way to another
/// thread and back costs as much as one user. `None`: do it by [`run`].
///
/// Only for work that reads little.
pub fn run_at_once<T>(
    app: &App,
    (tenant, authorization): (&str, Option<&str>),
    scopes: &[Scope],
    caller_out: &mut Option<Caller>,
    work: impl Fn(&Exchange<'_>, &mut Desk<'_>) -> Step<T>,
) -> Option<Result<T, Failure>> {
    let mut board = app.database.is_embedded().then(|| app.database.try_read()).flatten()?;
    let mut attempt = || -> Result<Option<T>, Failure> {
        let caller = bearer::authenticate(app, &mut board, authorization, tenant)?;
        let caller: &Caller = caller_out.insert(caller);
        caller.need(scopes)?;
        let Some(view) = app.views.known(&app.asked(caller)) else { return Ok(None) };
        let Some(mut activity) = app.database.try_read_activity() else { return Ok(None) };
        let mut desk = Desk { board: &mut board, activity: &mut activity };
        Ok(work(&Exchange::new(app, caller, &view), &mut desk)?.ok())
    };
    attempt().transpose()
}

impl<'a> Exchange<'a> {
    /// An exchange with a caller who has been let in.
    pub fn new(app: &'a App, caller: &'a Caller, view: &'a Arc<View>) -> Self {
        Self {
            app,
            caller,
            view,
            base: base(app, &caller.tenant),
            tagger: Tagger::new(app, &caller.tenant, &caller.vendor),
            switches: &caller.connection.scim,
            told: RefCell::default(),
            progress: OnceCell::new(),
        }
    }

    /// What the caller may see.
    pub fn release(&self) -> &'a Release {
        &self.view.release
    }

    /// The groups that the caller may know of.
    pub fn directory(&self) -> Directory<'a> {
        Directory::new(self.view)
    }

    /// Whose objects are the caller's own.
    pub fn of(&self) -> Of<'a> {
        (self.caller.tenant_id, &self.caller.vendor)
    }

    /// How far the provider's writes have come; `None` if it has never written anything.
    pub fn progress(&self, desk: &mut Desk<'_>) -> Result<Option<Progress>, StoreError> {
        if let Some(known) = self.progress.get() {
            return Ok(*known);
        }
        let found = written::progress(desk.activity, self.of())?;
        Ok(*self.progress.get_or_init(|| found))
    }

    /// Fails unless the caller may write.
    pub fn need_write(&self) -> Result<(), AuthError> {
        self.caller.need(WRITE)
    }

    /// Notes that the answer tells of these people that they are members of a group.
    pub fn tell_members(&self, people: &RoaringBitmap, category: Category) {
        let ids = &self.release().snapshot().people.ids;
        let numbers: RoaringBitmap = people.iter().map(|person| ids.number(person)).collect();
        let categories = bit(Category::Identity) | bit(category);
        let mut told = self.told.borrow_mut();
        match told.iter_mut().find(|(known, _)| *known == categories) {
            Some((_, set)) => *set |= numbers,
            None => told.push((categories, numbers)),
        }
    }

    /// What an answer with so many resources tells.
    pub fn disclosure(&self, request_id: &Arc<str>, n_resources: usize) -> Disclosure {
        Disclosure {
            tenant_id: self.caller.tenant_id,
            at: self.caller.at,
            vendor: Arc::clone(self.release().vendor()),
            request_id: Arc::clone(request_id),
            rules: Arc::clone(self.release().rules()),
            entity: Entity::User.name(),
            records: u32::try_from(n_resources).unwrap_or(u32::MAX),
            people: self.told.take(),
            objects: None,
        }
    }
}

/// The address that all resources of a board are below.
pub fn base(app: &App, tenant: &str) -> String {
    format!("{}/{tenant}/scim/v2", app.public_url)
}
