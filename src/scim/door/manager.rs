//! Managers of a provider's own users (RFC 7643 §4.3): who is deleted is nobody's any more, and the name of one whom
//! the provider made is told beside its id.
//!
//! A person of the school is told by its id alone: its name may change, or be withheld, without any user's version.

use std::collections::HashMap;

use serde_json::Value;

use crate::consent::provisioned::{Kept, Kind};
use crate::scim::door::exchange::{Desk, Exchange};
use crate::scim::resource::{Object, settle};
use crate::scim::schema::{ENTERPRISE_USER, USER};
use crate::store::{StoreError, provisioned};

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

/// Puts the name of a user's manager in.
pub fn put_name(user: &mut Object, names: &HashMap<String, String>) {
    let Some(name) = manager_of(user).and_then(|id| names.get(id)) else { return };
    let manager = user.get_mut(ENTERPRISE_USER.id).and_then(|enterprise| enterprise.get_mut("manager"));
    if let Some(Value::Object(manager)) = manager {
        manager.insert("displayName".to_owned(), name.as_str().into());
    }
}

impl Exchange<'_> {
    /// The names of the managers of these users, of those whom the provider made.
    pub(super) fn names_of_managers(
        &self,
        desk: &mut Desk<'_>,
        users: &[Kept],
    ) -> Result<HashMap<String, String>, StoreError> {
        let mut ids: Vec<String> = users.iter().filter_map(|user| manager_of(&user.body)).map(str::to_owned).collect();
        ids.sort_unstable();
        ids.dedup();
        let managers = provisioned::find_all(desk.activity, self.of(), Kind::User, &ids)?;
        let owned = managers.into_iter().filter_map(|kept| self.release().give_back(kept));
        let named = owned.filter_map(|own| Some((own.kept().id.clone(), name(&own.kept().body)?.to_owned())));
        Ok(named.collect())
    }
}
