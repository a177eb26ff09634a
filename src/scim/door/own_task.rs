//! A change of what the provider keeps itself, made under the lock of its row.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::catalogue::Entity;
use crate::consent::provisioned::{Kept, Kind};
use crate::consent::switches::Unknown;
use crate::query::View;
use crate::scim::accept::check_required;
use crate::scim::door::change::{Done, keeps_name, stale};
use crate::scim::door::double::Double;
use crate::scim::door::manager::{self, manager_of, without_manager};
use crate::scim::door::own::kind_of;
use crate::scim::door::read::names;
use crate::scim::door::resource::Tagger;
use crate::scim::door::told::{is_told, tag_of_own, told_members};
use crate::scim::fold::fold;
use crate::scim::patch::{Member, MemberChange, Split, take_members};
use crate::scim::put::{self, Changed};
use crate::scim::refusal::Refusal;
use crate::scim::resource::Object;
use crate::scim::schema::ResourceType;
use crate::scim::school::directory::Directory;
use crate::store::StoreError;
use crate::store::provisioned;
use crate::store::provisioning::{Draft, emails_of};
use crate::store::writer::VendorRow;
use crate::writing::Task;

/// What becomes of an object.
#[derive(Debug, Clone)]
pub enum What {
    /// It is made, with these members.
    Create(Object, Vec<Member>),
    /// It is replaced, members and all.
    Replace(Object, Vec<Member>),
    /// Parts of it change.
    Patch(Split),
    /// It goes.
    Delete,
}

/// A change of one object.
pub struct OwnTask {
    view: Arc<View>,
    tagger: Tagger,
    resource_type: &'static ResourceType,
    id: Option<String>,
    what: What,
    /// The hash of a new password.
    pub password: Option<String>,
    /// In which version the client knows it.
    pub if_match: Option<String>,
    /// The name of the user's manager, if that is a person of the school: the version tells of it.
    pub manager: Option<String>,
    /// Hidden people of the school that the user may be.
    pub doubles: Vec<Double>,
    /// What happens to members that don't exist.
    pub unknown_member: Unknown,
    /// Whether two groups can't have one name.
    pub has_unique_group_names: bool,
}

type Made<T> = Result<Result<T, Refusal>, StoreError>;

/// Goes on with the value, or leaves with the refusal.
macro_rules! allowed {
    ($made:expr) => {
        match $made {
            Ok(value) => value,
            Err(refusal) => return Ok(Err(refusal)),
        }
    };
}

impl OwnTask {
    /// A change of an object of that type; of a new one there is no id yet.
    pub fn new(
        (view, tagger): (Arc<View>, Tagger),
        (resource_type, id): (&'static ResourceType, Option<String>),
        what: What,
    ) -> Self {
        Self {
            view,
            tagger,
            resource_type,
            id,
            what,
            password: None,
            if_match: None,
            manager: None,
            doubles: Vec::new(),
            unknown_member: Unknown::default(),
            has_unique_group_names: false,
        }
    }
}

impl Task for OwnTask {
    type Outcome = Result<Done, Refusal>;

    fn run(&self, row: &mut VendorRow<'_>) -> Made<Done> {
        let run = Run { task: self, kind: kind_of(self.resource_type) };
        match (&self.what, &self.id) {
            (What::Create(body, members), _) => run.create(row, body, members),
            (_, None) => Ok(Err(Refusal::unknown())),
            (what, Some(id)) => run.change(row, id, what),
        }
    }
}

struct Run<'t> {
    task: &'t OwnTask,
    kind: Kind,
}

impl Run<'_> {
    fn create(&self, row: &mut VendorRow<'_>, body: &Object, members: &[Member]) -> Made<Done> {
        let draft = self.draft(body)?;
        allowed!(self.need_unique(row, &draft, None)?);
        let kinds = self.kinds(row, members.iter().map(|member| member.value.as_str()))?;
        let members = allowed!(self.known(members, &kinds));
        let number = row.next_number();
        let id = self.new_id(number);
        row.create(self.kind, (&id, number), &draft)?;
        if self.kind == Kind::Group {
            row.add_members(&id, &members)?;
        } else if let Some(manager) = manager_of(body) {
            row.note_manager(&id, Some(manager))?;
        }
        self.note_doubles(row, &id)?;
        Ok(Ok(Done { id: Some(id), is_new: true, has_account: false }))
    }

    fn change(&self, row: &mut VendorRow<'_>, id: &str, what: &What) -> Made<Done> {
        let (tenant_id, vendor) = row.of();
        let Some(kept) = provisioned::find(row.conn(), (tenant_id, &vendor), self.kind, id)? else {
            return Ok(Err(Refusal::unknown()));
        };
        if let Some(held) = &self.task.if_match {
            let seen = (&*self.task.view, self.task.tagger);
            let about = (&kept, self.task.manager.as_deref());
            if !names(held, Some(&tag_of_own(seen, row.conn(), (tenant_id, &vendor), about)?)) {
                return Ok(Err(stale()));
            }
        }
        let mut told = Vec::new();
        let (changed, member_changes) = match what {
            What::Delete => {
                if self.kind == Kind::User {
                    self.take_as_manager(row, id)?;
                }
                row.keep_account_of(&kept, &Object::new())?;
                row.remove(&kept)?;
                return Ok(Ok(Done { id: None, is_new: false, has_account: kept.person.is_some() }));
            }
            What::Create(..) => return Ok(Err(Refusal::unknown())),
            What::Replace(accepted, members) => {
                let changed = allowed!(put::replace(&kept.body, accepted.clone(), self.task.resource_type));
                (changed, vec![MemberChange::ReplaceAll(members.clone())])
            }
            What::Patch(Split::Apart { rest, members }) => (allowed!(rest.apply(&kept.body)), members.clone()),
            What::Patch(Split::Whole(patch)) => {
                let mut whole = kept.body.clone();
                told = told_members(row.conn(), (tenant_id, &vendor), id, &self.task.view)?;
                put_members(&mut whole, &told);
                let Changed { mut resource, changed } = allowed!(patch.apply(&whole));
                let members = take_members(&mut resource);
                (Changed { resource, changed }, vec![MemberChange::ReplaceAll(members)])
            }
        };
        let mut resource = changed.resource;
        resource.remove("password");
        allowed!(check_required(&resource, self.task.resource_type));
        let is_changed = !put::same(&kept.body, &resource, self.task.resource_type) || self.task.password.is_some();
        let draft = self.draft(&resource)?;
        if !keeps_name(&kept, &resource) {
            allowed!(self.need_unique(row, &draft, Some(&kept))?);
        }
        let has_moved = self.kind == Kind::Group && allowed!(self.change_members(row, id, (&member_changes, &told))?);
        if is_changed {
            row.replace(&kept, &draft)?;
            row.keep_account_of(&kept, &resource)?;
            self.note_doubles(row, id)?;
            self.keep_managers(row, &kept, &resource)?;
        } else if has_moved {
            row.touch(self.kind, &[id.to_owned()])?;
        }
        Ok(Ok(Done { id: Some(id.to_owned()), is_new: false, has_account: kept.person.is_some() }))
    }

    fn note_doubles(&self, row: &mut VendorRow<'_>, id: &str) -> Result<(), StoreError> {
        self.task.doubles.iter().try_for_each(|double| row.note_double(id, double.person, double.attribute))
    }

    /// Takes a user who goes away as manager from everybody.
    fn take_as_manager(&self, row: &mut VendorRow<'_>, id: &str) -> Result<(), StoreError> {
        let (tenant_id, vendor) = row.of();
        for managed in provisioned::managed_by(row.conn(), (tenant_id, &vendor), id)? {
            let draft = self.draft(&without_manager(managed.body.clone()))?;
            row.replace(&managed, &draft)?;
            row.note_manager(&managed.id, None)?;
        }
        Ok(())
    }

    /// Keeps whom a changed user has as manager, and moves those whose manager it is if its name is another.
    fn keep_managers(&self, row: &mut VendorRow<'_>, kept: &Kept, user: &Object) -> Result<(), StoreError> {
        if self.kind != Kind::User {
            return Ok(());
        }
        if manager_of(&kept.body) != manager_of(user) {
            row.note_manager(&kept.id, manager_of(user))?;
        }
        if manager::name(&kept.body) != manager::name(user) {
            row.touch_managed_by(&kept.id)?;
        }
        Ok(())
    }

    fn draft(&self, body: &Object) -> Result<Draft, StoreError> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let name = if self.kind == Kind::Group { "displayName" } else { "userName" };
        Ok(Draft {
            name: text(name).map(|name| fold(name).into_owned()),
            external_id: text("externalId").map(str::to_owned),
            emails: emails_of(self.kind, body),
            body: crate::store::cell::json(body)?,
            password: self.task.password.clone(),
        })
    }

    /// A user's name is its own among all that the provider keeps; a group's, if the connection wants that.
    fn need_unique(&self, row: &mut VendorRow<'_>, draft: &Draft, kept: Option<&Kept>) -> Made<()> {
        let (attribute, kinds): (_, &[Kind]) = match self.kind {
            Kind::Group if self.task.has_unique_group_names => ("displayName", &[Kind::Group]),
            Kind::Group | Kind::SchoolGroup => return Ok(Ok(())),
            Kind::User | Kind::Account => ("userName", &[Kind::User, Kind::Account]),
        };
        let Some(name) = draft.name.as_deref() else { return Ok(Ok(())) };
        let (tenant_id, vendor) = row.of();
        for kind in kinds {
            let named = provisioned::named(row.conn(), (tenant_id, &vendor), *kind, name)?;
            if named.iter().any(|other| kept.is_none_or(|kept| (kept.kind, &kept.id) != (other.kind, &other.id))) {
                return Ok(Err(Refusal::uniqueness(attribute)));
            }
        }
        Ok(Ok(()))
    }

    /// Makes the changes of a group's members, of whom some are known already; says whether they changed anything.
    fn change_members(
        &self,
        row: &mut VendorRow<'_>,
        id: &str,
        (changes, told): (&[MemberChange], &[provisioned::Member]),
    ) -> Made<bool> {
        let mut kinds: HashMap<String, Kind> = told.iter().map(|member| (member.id.clone(), member.kind)).collect();
        // At once for all changes: clients send one for each member.
        let named = changes.iter().flat_map(named).filter(|id| !kinds.contains_key(*id));
        let others = self.kinds(row, named)?;
        kinds.extend(others);
        let mut has_moved = false;
        for change in changes {
            has_moved |= match change {
                MemberChange::Add(members) => row.add_members(id, &allowed!(self.known(members, &kinds)))?,
                MemberChange::Remove(ids) => {
                    let told: Vec<String> = ids.iter().filter(|id| kinds.contains_key(*id)).cloned().collect();
                    row.remove_members(id, &told)?
                }
                MemberChange::RemoveAll => self.replace_members(row, id, &[])?,
                MemberChange::ReplaceAll(members) => {
                    let members = allowed!(self.known(members, &kinds));
                    self.replace_members(row, id, &members)?
                }
            };
        }
        Ok(Ok(has_moved))
    }

    fn replace_members(
        &self,
        row: &mut VendorRow<'_>,
        id: &str,
        members: &[provisioned::Member],
    ) -> Result<bool, StoreError> {
        let (tenant_id, vendor) = row.of();
        let before = provisioned::members(row.conn(), (tenant_id, &vendor), &[id.to_owned()])?;
        let stays: std::collections::HashSet<&str> = members.iter().map(|member| member.id.as_str()).collect();
        // Whoever has left the view is not the client's to remove: it didn't know of them.
        let goes = before.iter().filter(|(_, member)| !stays.contains(member.id.as_str()));
        let goes: Vec<String> =
            goes.filter(|(_, member)| is_told(&self.task.view, member)).map(|(_, member)| member.id.clone()).collect();
        let has_gone = row.remove_members(id, &goes)?;
        Ok(row.add_members(id, members)? || has_gone)
    }

    /// The members that there are, each with its kind.
    fn known(&self, members: &[Member], kinds: &HashMap<String, Kind>) -> Result<Vec<provisioned::Member>, Refusal> {
        if self.task.unknown_member == Unknown::Reject && members.iter().any(|m| !kinds.contains_key(&m.value)) {
            return Err(Refusal::invalid_value("`members` names a resource that doesn't exist"));
        }
        let known = members.iter().filter_map(|member| {
            let kind = *kinds.get(member.value.as_str())?;
            Some(provisioned::Member { id: member.value.clone(), kind, display: member.display.clone() })
        });
        Ok(known.collect())
    }

    /// Those of these ids that are there for the client, as far as it may know.
    fn kinds<'i>(
        &self,
        row: &mut VendorRow<'_>,
        ids: impl Iterator<Item = &'i str>,
    ) -> Result<HashMap<String, Kind>, StoreError> {
        let directory = Directory::new(&self.task.view);
        let (mut found, mut others) = (HashMap::new(), Vec::new());
        for id in ids {
            if self.task.view.release.find_live(Entity::User, id).is_some() {
                found.insert(id.to_owned(), Kind::Account);
            } else if directory.find(id).is_some() {
                found.insert(id.to_owned(), Kind::Group);
            } else {
                others.push(id.to_owned());
            }
        }
        let (tenant_id, vendor) = row.of();
        found.extend(provisioned::kinds(row.conn(), (tenant_id, &vendor), &others)?);
        Ok(found)
    }

    /// An id that nothing can be read from, that no other resource has, and that is never given twice.
    fn new_id(&self, number: i64) -> String {
        // No sourcedId holds a NUL, so that no person or class has the same number.
        let entity = if self.kind == Kind::Group { Entity::Class } else { Entity::User };
        let number = self.task.view.release.pseudonyms().number(entity, &format!("own\0{number}"));
        uuid::Uuid::from_u128(number).to_string()
    }
}

/// The ids that a change names.
fn named(change: &MemberChange) -> Vec<&str> {
    match change {
        MemberChange::Add(members) | MemberChange::ReplaceAll(members) => {
            members.iter().map(|member| member.value.as_str()).collect()
        }
        MemberChange::Remove(ids) => ids.iter().map(String::as_str).collect(),
        MemberChange::RemoveAll => Vec::new(),
    }
}

/// Puts a group's members in, for a change that must know them.
pub(super) fn put_members(group: &mut Object, members: &[provisioned::Member]) {
    let told = members.iter().map(|member| {
        let kind = if member.kind == Kind::Group { "Group" } else { "User" };
        let mut told = json!({"value": member.id, "type": kind});
        if let (Some(display), Some(told)) = (&member.display, told.as_object_mut()) {
            told.insert("display".to_owned(), display.as_str().into());
        }
        told
    });
    let told: Vec<Value> = told.collect();
    if !told.is_empty() {
        group.insert("members".to_owned(), told.into());
    }
}
