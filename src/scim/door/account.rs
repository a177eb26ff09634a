//! Accounts: what a provider keeps of a person of the school.
//!
//! The school lets a provider keep account attributes by a rule that allows writing `login` (and `contact-email`
//! for addresses). What the provider sets is its own from then on; what it clears is the administration's again.
//! Its identifier of a person is always its own.

use serde_json::{Map, Value};

use crate::catalogue::Category;
use crate::consent::provisioned::Kind;
use crate::scim::door::change::{Change, Command, Done, Prepared, not_yours, stale};
use crate::scim::door::double::Double;
use crate::scim::door::exchange::{Desk, Exchange, Step, settled};
use crate::scim::door::list::Wants;
use crate::scim::door::password;
use crate::scim::door::read::names;
use crate::scim::fold::fold;
use crate::scim::path::Path;
use crate::scim::put;
use crate::scim::refusal::Refusal;
use crate::scim::resource::{self, Object};
use crate::scim::schema::USER;
use crate::store::StoreError;
use crate::store::provisioned;
use crate::store::provisioning::{Draft, emails_of};
use crate::store::writer::VendorRow;
use crate::writing::Task;

/// The attributes that a provider may keep, each with the category that a rule must let it write.
pub const KEPT: [(&str, Option<Category>); 6] = [
    ("externalId", None),
    ("userName", Some(Category::Login)),
    ("active", Some(Category::Login)),
    ("displayName", Some(Category::Login)),
    ("preferredLanguage", Some(Category::Login)),
    ("emails", Some(Category::ContactEmail)),
];

/// A change of an account.
pub struct AccountTask {
    /// The person's row number.
    person: u32,
    /// The vendor's identifier of the person.
    id: String,
    /// In which version of the account the client knows the person.
    expected: Option<i64>,
    /// New values.
    set: Map<String, Value>,
    /// Attributes that are the administration's again.
    cleared: Vec<String>,
    /// Other people of the school who have a new name or address.
    doubles: Vec<Double>,
}

impl Exchange<'_> {
    /// Gets a change of a person of the school ready.
    pub(super) fn prepare_account(
        &self,
        desk: &mut Desk<'_>,
        person: u32,
        (command, change): (&Command, &Change),
    ) -> Step<Prepared> {
        // Before the person is read: whoever changes the account in between makes this change stale, and not lost.
        let number = self.release().snapshot().people.ids.number(person);
        let kept = provisioned::find(desk.activity, self.of(), Kind::Account, &number.to_string())?;
        let people = settled!(self.people(desk, &[person], Wants::attributes(true)));
        let Some(found) = people.into_iter().next() else { return Err(Refusal::unknown().into()) };
        if command.if_match.as_deref().is_some_and(|held| !names(held, found.tag.as_deref())) {
            return Err(stale().into());
        }
        if matches!(change, Change::Patch(patch) if password::is_touched(patch)) {
            return Err(Refusal::mutability("`password` is kept by the school's administration").into());
        }
        let mut current = found.attributes.clone();
        if let Some((name, value)) = &found.placeholder {
            // A client sends back what it has read.
            current.insert((*name).to_owned(), value.as_str().into());
        }
        let is_patch = matches!(change, Change::Patch(_));
        let wanted = match change {
            Change::Patch(patch) => patch.apply(&current)?.resource,
            Change::Replace(accepted) => put::replace(&current, accepted.clone(), &USER)?.resource,
            Change::Delete => return Err(not_yours().into()),
            Change::Create(_) => return Err(Refusal::unknown().into()),
        };
        let (mut set, mut cleared) = (Map::new(), Vec::new());
        for path in resource::paths(&USER).filter(|path| !is_own_of_server(path)) {
            let (before, after) = (resource::get(&current, &path), resource::get(&wanted, &path));
            if put::same(&alone(&path, before), &alone(&path, after), &USER) {
                continue;
            }
            if !self.may_keep(person, &path) {
                if is_patch {
                    return Err(Refusal::mutability(format!("`{path}` is kept by the school's administration")).into());
                }
                continue;
            }
            let name = path.attribute.name.to_owned();
            match after {
                Some(value) => _ = set.insert(name, value.clone()),
                None => cleared.push(name),
            }
        }
        let is_kept = |name: &String| kept.as_ref().is_some_and(|kept| kept.body.contains_key(name));
        cleared.retain(is_kept);
        if set.is_empty() && cleared.is_empty() {
            return Ok(Ok(Prepared::Unchanged(Box::new(found))));
        }
        settled!(self.need_free_name(desk, &USER, &set, Some(person)));
        let mut doubles = self.doubles(desk, &USER, &set)?;
        doubles.retain(|double| double.person != number);
        let expected = command.if_match.as_ref().map(|_| kept.map_or(0, |kept| kept.version));
        let id = command.id.clone().unwrap_or_default();
        Ok(Ok(Prepared::Account(AccountTask { person: number, id, expected, set, cleared, doubles })))
    }

    /// Whether the provider may keep that attribute of a person.
    fn may_keep(&self, person: u32, path: &Path) -> bool {
        path.schema.is_none() && self.may_keep_attribute(person, path.attribute.name)
    }

    /// The same for an attribute by its name.
    pub(super) fn may_keep_attribute(&self, person: u32, name: &str) -> bool {
        match KEPT.iter().find(|(kept, _)| *kept == name) {
            None => false,
            Some((_, None)) => true,
            Some((_, Some(category))) => self.release().may_keep_account(*category, person),
        }
    }
}

/// What the server tells of itself, and nobody changes.
fn is_own_of_server(path: &Path) -> bool {
    path.schema.is_none() && matches!(path.attribute.name, "schemas" | "id" | "meta" | "groups" | "password")
}

/// A resource with that attribute alone.
fn alone(path: &Path, value: Option<&Value>) -> Object {
    let mut object = Object::new();
    resource::set(&mut object, path, value.cloned());
    object
}

impl Task for AccountTask {
    type Outcome = Result<Done, Refusal>;

    fn run(&self, row: &mut VendorRow<'_>) -> Result<Self::Outcome, StoreError> {
        let (tenant_id, vendor) = row.of();
        let of = (tenant_id, vendor.as_str());
        let key = self.person.to_string();
        let kept = provisioned::find(row.conn(), of, Kind::Account, &key)?;
        let version = kept.as_ref().map_or(0, |kept| kept.version);
        if self.expected.is_some_and(|expected| expected != version) {
            return Ok(Err(stale()));
        }
        let mut body = kept.as_ref().map(|kept| kept.body.clone()).unwrap_or_default();
        body.extend(self.set.clone());
        for name in &self.cleared {
            body.remove(name);
        }
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let name = text("userName").map(|name| fold(name).into_owned());
        if let Some(name) = name.as_deref().filter(|_| self.set.contains_key("userName")) {
            for kind in [Kind::User, Kind::Account] {
                let named = provisioned::named(row.conn(), of, kind, name)?;
                if named.iter().any(|other| other.kind == Kind::User || other.id != key) {
                    return Ok(Err(Refusal::uniqueness("userName")));
                }
            }
        }
        let external_id = text("externalId").map(str::to_owned);
        let emails = emails_of(Kind::Account, &body);
        let draft = Draft { name, external_id, emails, body: crate::store::cell::json(&body)?, password: None };
        if let Some(kept) = &kept {
            row.replace(kept, &draft)?;
        } else {
            let number = row.next_number();
            row.create(Kind::Account, (&key, number), &draft)?;
        }
        for double in &self.doubles {
            row.note_double(&key, double.person, double.attribute)?;
        }
        Ok(Ok(Done { id: Some(self.id.clone()), is_new: false, has_account: true }))
    }
}
