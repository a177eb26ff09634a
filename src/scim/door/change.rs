//! Changes: what a client asks for, and how it is made durable.
//!
//! What the provider keeps itself is changed under the lock of its row, from what stands there then: two changes of
//! one object follow each other. What the school's administration keeps is read-only, but for the accounts that the
//! school lets the provider keep, and for the provider's own identifiers.

use std::sync::Arc;

use serde_json::Value;

use crate::auth::bearer::Caller;
use crate::catalogue::Entity;
use crate::consent::provisioned::{Kept, Kind};
use crate::consent::switches::Switches;
use crate::http::App;
use crate::query::View;
use crate::scim::accept::accept;
use crate::scim::door::account::AccountTask;
use crate::scim::door::answer::Failure;
use crate::scim::door::exchange::{Desk, Exchange, Step, settled};
use crate::scim::door::list::Wants;
use crate::scim::door::own::kind_of;
use crate::scim::door::own_task::{OwnTask, What, put_members};
use crate::scim::door::password;
use crate::scim::door::resource::Resource;
use crate::scim::door::school_group::SchoolGroupTask;
use crate::scim::door::told::told_members;
use crate::scim::fold::fold;
use crate::scim::patch::{Patch, take_members};
use crate::scim::path::Path;
use crate::scim::refusal::Refusal;
use crate::scim::resource::Object;
use crate::scim::schema::{ResourceType, USER};
use crate::scim::school::directory::Source;
use crate::store::provisioned;

/// A change as a client asks for it: what its body means depends on who asks.
#[derive(Debug, Clone)]
pub struct Command {
    /// POST, PUT, PATCH or DELETE.
    pub method: String,
    /// Of which type the resource is.
    pub resource_type: &'static ResourceType,
    /// Which resource; of a new one none.
    pub id: Option<String>,
    /// The body, or what is wrong with it; of a DELETE null.
    pub body: Result<Value, Refusal>,
    /// In which version the client knows it.
    pub if_match: Option<String>,
    /// Whether it may only be made, and not changed (`If-None-Match: *`).
    pub is_only_new: bool,
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
    /// Of the provider's identifier of a group of the school.
    SchoolGroup(SchoolGroupTask),
}

/// What the school's administration keeps.
enum OfSchool {
    /// A person, by position.
    Person(u32),
    /// A group.
    Group(Source),
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

impl Command {
    /// What the body means under a connection's switches.
    fn change(&self, switches: &Switches) -> Result<Change, Refusal> {
        if switches.require_if_match && self.id.is_some() && self.if_match.is_none() {
            return Err(Refusal::plain(428, "a change must say in `If-Match` which version it changes"));
        }
        let body = self.body.clone()?;
        Ok(match self.method.as_str() {
            "POST" => Change::Create(accept(body, self.resource_type, switches)?),
            "PUT" => Change::Replace(accept(body, self.resource_type, switches)?),
            "PATCH" => Change::Patch(Patch::read(body, self.resource_type, switches)?),
            _ => Change::Delete,
        })
    }
}

impl Exchange<'_> {
    /// Gets a change ready. Blocks on the database.
    pub(super) fn prepare(&self, desk: &mut Desk<'_>, view: &Arc<View>, command: &Command) -> Step<Prepared> {
        let change = command.change(self.switches)?;
        let Command { resource_type, id, .. } = command;
        let Some(id) = id else {
            let Change::Create(accepted) = change else { return Err(Refusal::unknown().into()) };
            return self.prepare_new(desk, view, resource_type, accepted);
        };
        let of_school = if **resource_type == USER {
            self.release().find_live(Entity::User, id).map(OfSchool::Person)
        } else {
            self.directory().find(id).map(OfSchool::Group)
        };
        let kept = match of_school {
            Some(_) => None,
            None => provisioned::find(desk.activity, self.of(), kind_of(resource_type), id)?,
        };
        if command.is_only_new && (of_school.is_some() || kept.is_some()) {
            return Err(Refusal::plain(412, "the resource exists, and `If-None-Match` wants none").into());
        }
        let kept = match (of_school, kept) {
            (Some(OfSchool::Person(person)), _) => return self.prepare_account(desk, person, (command, &change)),
            (Some(OfSchool::Group(source)), _) => {
                return self.prepare_school_group(desk, source, (command, &change));
            }
            (None, Some(kept)) => kept,
            (None, None) => return Err(Refusal::unknown().into()),
        };
        let manager = match command.if_match {
            Some(_) => {
                let names = settled!(self.untold(|| self.names_of_managers(desk, std::slice::from_ref(&kept))));
                names.of_school(&kept.body).map(str::to_owned)
            }
            None => None,
        };
        let (mut password, mut doubles) = (None, Vec::new());
        let what = match change {
            Change::Create(_) => return Err(Refusal::unknown().into()),
            Change::Delete => What::Delete,
            Change::Replace(mut accepted) => {
                password = password::taken(&mut accepted)?;
                if !keeps_name(&kept, &accepted) {
                    settled!(self.need_free_name(desk, resource_type, &accepted, None));
                }
                doubles = self.doubles_of_change(desk, resource_type, (&kept, &accepted))?;
                let members = take_members(&mut accepted);
                What::Replace(accepted, members)
            }
            Change::Patch(patch) => {
                if **resource_type == USER && password::is_touched(&patch) {
                    // It is hashed here and not under the lock, which others wait for.
                    let mut changed = patch.apply(&kept.body)?.resource;
                    password = password::taken(&mut changed)?;
                }
                let is_unique = **resource_type == USER || self.switches.group_displayname_unique;
                if is_unique && names_resource(&patch, resource_type) {
                    let whole = self.with_members(desk, &kept)?;
                    let changed = patch.apply(&whole)?.resource;
                    if !keeps_name(&kept, &changed) {
                        settled!(self.need_free_name(desk, resource_type, &changed, None));
                    }
                    doubles = self.doubles_of_change(desk, resource_type, (&kept, &changed))?;
                }
                What::Patch(patch.split())
            }
        };
        let seen = (Arc::clone(view), self.tagger);
        let mut task = OwnTask::new(seen, (resource_type, Some(id.clone())), what);
        (task.password, task.doubles) = (password, doubles);
        task.if_match.clone_from(&command.if_match);
        task.manager = manager;
        Ok(Ok(Prepared::Own(self.under_switches(task))))
    }

    /// What the provider keeps, a group with the members that it may know of.
    fn with_members(&self, desk: &mut Desk<'_>, kept: &Kept) -> Result<Object, Failure> {
        let mut whole = kept.body.clone();
        if kept.kind == Kind::Group {
            let members = told_members(desk.activity, self.of(), &kept.id, self.view)?;
            put_members(&mut whole, &members);
        }
        Ok(whole)
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
        let seen = (Arc::clone(view), self.tagger);
        let mut task = OwnTask::new(seen, (resource_type, None), What::Create(accepted, members));
        (task.password, task.doubles) = (password, doubles);
        Ok(Ok(Prepared::Own(self.under_switches(task))))
    }

    fn under_switches(&self, mut task: OwnTask) -> OwnTask {
        task.unknown_member = self.switches.unknown_member;
        task.has_unique_group_names = self.switches.group_displayname_unique;
        task
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

/// Whether an object has the name that it had: then it may go on having it, whoever else has come to have it.
pub(super) fn keeps_name(kept: &Kept, changed: &Object) -> bool {
    let name = if kept.kind == Kind::Group { "displayName" } else { "userName" };
    let folded = |body: &Object| body.get(name).and_then(Value::as_str).map(|name| fold(name).into_owned());
    folded(&kept.body) == folded(changed)
}

/// Whether a PATCH may name a user or a group otherwise, or give a user other addresses.
fn names_resource(patch: &Patch, resource_type: &ResourceType) -> bool {
    let names: &[&str] = if *resource_type == USER { &["userName", "emails"] } else { &["displayName"] };
    let attributes = names.iter().filter_map(|name| resource_type.attribute(name));
    attributes.into_iter().any(|name| patch.touches(&Path::core(name)))
}

/// The client knows another version (RFC 7644 §3.14).
pub(super) fn stale() -> Refusal {
    Refusal::plain(412, "the resource is in another version than `If-Match` names")
}

/// The school's people and groups can't be deleted from outside.
pub(super) fn not_yours() -> Refusal {
    Refusal::plain(403, "this is kept by the school's administration and can't be deleted from here")
}
