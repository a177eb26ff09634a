//! Managers of a provider's own users (RFC 7643 §4.3): who is deleted is nobody's any more, and a manager's name is told
//! beside its id, if the provider may know it.
//!
//! The version of a user moves with the name: that of an own user touches whoever it manages, and that of a person of
//! the school, which may change or be withheld at any time, is in the version itself.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use serde_json::Value;

use crate::catalogue::{Category, Entity};
use crate::consent::provisioned::{Kept, Kind};
use crate::scim::door::exchange::{Desk, Exchange, Step, settled};
use crate::scim::door::list::Wants;
use crate::scim::resource::{Object, settle};
use crate::scim::schema::{ENTERPRISE_USER, USER};
use crate::store::provisioned;

/// The id of a user's manager.
pub fn manager_of(user: &Object) -> Option<&str> {
    user.get(ENTERPRISE_USER.id)?.get("manager")?.get("value")?.as_str()
}

/// A user without its manager.
pub fn without_manager(mut user: Object) -> Object {
    if let Some(Value::Object(enterprise)) = user.get_mut(ENTERPRISE_USER.id) {
        enterprise.remove("manager");
    }
    settle(&mut user, &USER);
    user
}

/// The name that is told beside a manager's id.
pub fn name(user: &Object) -> Option<&str> {
    user.get("displayName")?.as_str()
}

/// Names of managers by their ids.
#[derive(Debug, Default)]
pub struct Names {
    /// Of the provider's own users, whose versions move with them.
    own: HashMap<String, String>,
    /// Of people of the school.
    of_school: HashMap<String, String>,
}

impl Names {
    /// The name of a user's manager, if that is a person of the school.
    pub fn of_school(&self, user: &Object) -> Option<&str> {
        self.of_school.get(manager_of(user)?).map(String::as_str)
    }

    /// Puts the name of a user's manager in.
    pub fn put(&self, user: &mut Object) {
        let name = |id: &str| self.own.get(id).or_else(|| self.of_school.get(id));
        let Some(name) = manager_of(user).and_then(name) else { return };
        let manager = user.get_mut(ENTERPRISE_USER.id).and_then(|enterprise| enterprise.get_mut("manager"));
        if let Some(Value::Object(manager)) = manager {
            manager.insert("displayName".to_owned(), name.as_str().into());
        }
    }
}

impl Exchange<'_> {
    /// The names of the managers of these users, as far as the managers themselves show them to the provider.
    pub(super) fn names_of_managers(&self, desk: &mut Desk<'_>, users: &[Kept]) -> Step<Names> {
        let mut ids: Vec<String> = users.iter().filter_map(|user| manager_of(&user.body)).map(str::to_owned).collect();
        if ids.is_empty() {
            return Ok(Ok(Names::default()));
        }
        ids.sort_unstable();
        ids.dedup();
        let managers = provisioned::find_all(desk.activity, self.of(), Kind::User, &ids)?;
        let owned = managers.into_iter().filter_map(|kept| self.release().give_back(kept));
        let own = owned.filter_map(|own| Some((own.kept().id.clone(), name(&own.kept().body)?.to_owned())));
        let own = own.collect();
        ids.retain(|id| self.release().find_live(Entity::User, id).is_some());
        let positions: Vec<u32> = ids.iter().filter_map(|id| self.release().find_live(Entity::User, id)).collect();
        let people = settled!(self.untold(|| self.people(desk, &positions, Wants::attributes(false))));
        let mut names = Names { own, of_school: HashMap::new() };
        let mut told = RoaringBitmap::new();
        for ((id, position), person) in ids.into_iter().zip(positions).zip(people) {
            if let Some(name) = name(&person.attributes) {
                told.insert(position);
                names.of_school.insert(id, name.to_owned());
            }
        }
        if !told.is_empty() {
            self.tell_members(&told, Category::Name);
        }
        Ok(Ok(names))
    }
}
