//! Changes: what a client asks for, and how it is made durable.
//!
//! What the provider keeps itself is changed under the lock of its row, from what stands there then: two changes of
//! one object follow each other. What the school's administration keeps is read-only, but for the accounts that the
//! school lets the provider keep.

use std::sync::Arc;

use crate::auth::bearer::Caller;
use crate::catalogue::Entity;
use crate::http::App;
use crate::query::View;
use crate::scim::accept::accept;
use crate::scim::door::account::AccountTask;
use crate::scim::door::exchange::{Desk, Exchange, Step, settled};
use crate::scim::door::list::Wants;
use crate::scim::door::own::kind_of;
use crate::scim::door::own_task::{OwnTask, What};
use crate::scim::door::password;
use crate::scim::door::read::names;
use crate::scim::door::resource::Resource;
use crate::scim::patch::{Patch, take_members};
use crate::scim::path::Path;
use crate::scim::refusal::Refusal;
use crate::scim::resource::Object;
use crate::scim::schema::{ResourceType, USER};
use crate::scim::switches::Switches;
use crate::store::provisioned;

/// A change that a client asks for, understood as far as that goes without the database.
#[derive(Debug, Clone)]
pub struct Command {
    /// Of which type the resource is.
    pub resource_type: &'static ResourceType,
    /// Which resource; of a new one none.
    pub id: Option<String>,
    /// What becomes of it.
    pub change: Change,
    /// In which version the client knows it.
    pub if_match: Option<String>,
}

/// What becomes of a resource.
#[derive(Debug, Clone)]
pub enum Change {
    /// It is made.
    Create(Object),
    /// It is replaced.
    Replace(Object),
    /// Parts of it change.
    Patch(Patch),
    /// It goes.
    Delete,
}

/// Who changes something, and what they see: kept from understanding a change to answering it.
pub struct Ticket {
    /// Who.
    pub caller: Caller,
    /// What they see.
    pub view: Arc<View>,
}

/// A change that is ready to be made.
pub enum Prepared {
    /// There is nothing to do: the resource stays as it is.
    Unchanged(Box<Resource>),
    /// Of what the provider keeps itself.
    Own(OwnTask),
    /// Of an account of a person of the school.
    Account(AccountTask),
}

/// What a change came to.
#[derive(Debug)]
pub struct Done {
    /// Which resource; none if it is gone.
    pub id: Option<String>,
    /// Whether it is new.
    pub is_new: bool,
    /// Whether the account of a person of the school changed with it.
    pub has_account: bool,
}

impl Change {
    /// Understands the body of a change.
    pub fn read(
        method: &str,
        resource_type: &'static ResourceType,
        body: serde_json::Value,
        switches: &Switches,
    ) -> Result<Self, Refusal> {
        Ok(match method {
            "POST" => Self::Create(accept(body, resource_type, switches)?),
            "PUT" => Self::Replace(accept(body, resource_type, switches)?),
            "PATCH" => Self::Patch(Patch::read(body, resource_type, switches)?),
            _ => Self::Delete,
        })
    }
}

impl Exchange<'_> {
    /// Gets a change ready. Blocks on the database.
    pub(super) fn prepare(&self, desk: &mut Desk<'_>, view: &Arc<View>, command: &Command) -> Step<Prepared> {
        let Command { resource_type, id, change, .. } = command;
        let Some(id) = id else {
            let Change::Create(accepted) = change else { return Err(Refusal::unknown().into()) };
            return self.prepare_new(desk, view, resource_type, accepted.clone());
        };
        if **resource_type == USER {
            if let Some(person) = self.release().find_live(Entity::User, id) {
                return self.prepare_account(desk, person, command);
            }
        } else if self.directory().find(id).is_some() {
            return self.prepare_of_school(desk, command);
        }
        let kind = kind_of(resource_type);
        let Some(kept) = provisioned::find(desk.activity, self.of(), kind, id)? else {
            return Err(Refusal::unknown().into());
        };
        let mut password = None;
        let what = match change {
            Change::Create(_) => return Err(Refusal::unknown().into()),
            Change::Delete => What::Delete,
            Change::Replace(accepted) => {
                let mut accepted = accepted.clone();
                password = password::taken(&mut accepted)?;
                settled!(self.need_free_name(desk, resource_type, &accepted, None));
                let members = take_members(&mut accepted);
                What::Replace(accepted, members)
            }
            Change::Patch(patch) => {
                if **resource_type == USER && password::is_touched(patch) {
                    // It is hashed here and not under the lock, which others wait for.
                    let mut changed = patch.apply(&kept.body)?.resource;
                    password = password::taken(&mut changed)?;
                }
                if names_user(patch) {
                    let changed = patch.apply(&kept.body)?.resource;
                    settled!(self.need_free_name(desk, resource_type, &changed, None));
                }
                What::Patch(patch.clone().split())
            }
        };
        let mut task = OwnTask::new(Arc::clone(view), (resource_type, Some(id.clone())), what);
        task.password = password;
        task.if_match.clone_from(&command.if_match);
        Ok(Ok(Prepared::Own(task)))
    }

    fn prepare_new(
        &self,
        desk: &mut Desk<'_>,
        view: &Arc<View>,
        resource_type: &'static ResourceType,
        mut accepted: Object,
    ) -> Step<Prepared> {
        let password = password::taken(&mut accepted)?;
        settled!(self.need_free_name(desk, resource_type, &accepted, None));
        let doubles = self.doubles(desk, resource_type, &accepted)?;
        let members = take_members(&mut accepted);
        let mut task = OwnTask::new(Arc::clone(view), (resource_type, None), What::Create(accepted, members));
        (task.password, task.doubles) = (password, doubles);
        Ok(Ok(Prepared::Own(task)))
    }

    /// A group of the school: its administration says what it is.
    fn prepare_of_school(&self, desk: &mut Desk<'_>, command: &Command) -> Step<Prepared> {
        let Command { resource_type, id, change, if_match } = command;
        let id = id.as_deref().unwrap_or_default();
        let found = settled!(self.find(desk, resource_type, id, Wants::attributes(true)));
        let found = found.ok_or_else(Refusal::unknown)?;
        if if_match.as_deref().is_some_and(|held| !names(held, &found.tag)) {
            return Err(stale().into());
        }
        match change {
            Change::Replace(_) => Ok(Ok(Prepared::Unchanged(Box::new(found)))),
            Change::Patch(patch) if !patch.apply(&found.attributes)?.changed => {
                Ok(Ok(Prepared::Unchanged(Box::new(found))))
            }
            Change::Patch(_) => Err(Refusal::mutability("the group is made from the school's administration").into()),
            Change::Create(_) | Change::Delete => Err(not_yours().into()),
        }
    }

    /// The resource after a change.
    pub(super) fn after(
        &self,
        desk: &mut Desk<'_>,
        command: &Command,
        done: &Done,
        wants: Wants,
    ) -> Step<Option<Resource>> {
        match &done.id {
            Some(id) => self.find(desk, command.resource_type, id, wants),
            None => Ok(Ok(None)),
        }
    }
}

impl Ticket {
    /// The exchange that the ticket was given for.
    pub fn exchange<'a>(&'a self, app: &'a App) -> Exchange<'a> {
        Exchange::new(app, &self.caller, &self.view)
    }
}

/// Whether a PATCH may name a user otherwise.
fn names_user(patch: &Patch) -> bool {
    USER.attribute("userName").is_some_and(|name| patch.touches(&Path::core(name)))
}

/// The client knows another version (RFC 7644 §3.14).
pub(super) fn stale() -> Refusal {
    Refusal::plain(412, "the resource is in another version than `If-Match` names")
}

/// The school's people and groups can't be deleted from outside.
pub(super) fn not_yours() -> Refusal {
    Refusal::plain(403, "this is kept by the school's administration and can't be deleted from here")
}
