//! People who may be there twice: as a user that a provider made, and as a person of the school that the provider
//! can't see.
//!
//! The provider is told nothing of it (it gets its own user); the school decides whether they are the same.

use roaring::RoaringBitmap;
use serde_json::Value;

use crate::catalogue::Entity;
use crate::consent::provisioned::Kept;
use crate::planted::{self, Leak};
use crate::scim::door::answer::Failure;
use crate::scim::door::candidates::mentions;
use crate::scim::door::change::keeps_name;
use crate::scim::door::exchange::{Desk, Exchange, Step, settled};
use crate::scim::filter::{Filter, Scope};
use crate::scim::fold::{equals, fold};
use crate::scim::refusal::Refusal;
use crate::scim::resource::Object;
use crate::scim::schema::{GROUP, ResourceType, USER};
use crate::store::leaf;

/// A person who may be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Double {
    /// The person's row number.
    pub person: u32,
    /// By which attribute.
    pub attribute: &'static str,
}

impl Exchange<'_> {
    /// Fails if a person whom the provider sees has that user name, unless it is this one; or a group of the school
    /// that name, if names of groups are unique for the connection.
    pub(super) fn need_free_name(
        &self,
        desk: &mut Desk<'_>,
        resource_type: &'static ResourceType,
        body: &Object,
        person: Option<u32>,
    ) -> Step<()> {
        if *resource_type != USER {
            return self.need_free_group_name(desk, body);
        }
        let name = body.get("userName").and_then(Value::as_str);
        let Some(name) = name.filter(|_| !self.release().live(Entity::User).is_empty()) else { return Ok(Ok(())) };
        if planted::is(Leak::NameInUseByHidden) {
            let snapshot = self.release().snapshot();
            let named = leaf::folded(desk.board, snapshot, (Entity::User, "username"), (name, &|_| true))?;
            if !named.is_empty() {
                return Err(Refusal::uniqueness("userName").into());
            }
        }
        let text = format!("userName eq {}", Value::from(name));
        let filter = Filter::parse(&text, Scope::of(&USER))?;
        debug_assert!(mentions(&filter, "userName"), "the filter is about user names");
        let named: RoaringBitmap = settled!(self.people_that(desk, &filter));
        if named.iter().any(|other| person != Some(other)) {
            return Err(Refusal::uniqueness("userName").into());
        }
        Ok(Ok(()))
    }

    fn need_free_group_name(&self, desk: &mut Desk<'_>, body: &Object) -> Step<()> {
        let name = body.get("displayName").and_then(Value::as_str);
        let Some(name) = name.filter(|_| self.switches.group_displayname_unique) else { return Ok(Ok(())) };
        let filter = Filter::parse(&format!("displayName eq {}", Value::from(name)), Scope::of(&GROUP))?;
        let (schools, classes) = settled!(self.groups_that(desk, &filter));
        if schools.is_empty() && classes.is_empty() {
            return Ok(Ok(()));
        }
        Err(Refusal::uniqueness("displayName").into())
    }

    /// The same for what a change makes of a user of the provider's own, of whom the school decided perhaps who it is.
    pub(super) fn doubles_of_change(
        &self,
        desk: &mut Desk<'_>,
        resource_type: &'static ResourceType,
        (kept, changed): (&Kept, &Object),
    ) -> Result<Vec<Double>, Failure> {
        let mut new = changed.clone();
        new.retain(|name, value| match name.as_str() {
            "userName" => !keeps_name(kept, changed),
            "emails" => kept.body.get(name) != Some(value),
            _ => false,
        });
        let mut found = self.doubles(desk, resource_type, &new)?;
        found.retain(|double| kept.person != Some(i64::from(double.person)));
        Ok(found)
    }

    /// Hidden people of the school with that user name or e-mail address.
    pub(super) fn doubles(
        &self,
        desk: &mut Desk<'_>,
        resource_type: &'static ResourceType,
        body: &Object,
    ) -> Result<Vec<Double>, Failure> {
        if *resource_type != USER {
            return Ok(Vec::new());
        }
        let snapshot = self.release().snapshot();
        let mut found = Vec::new();
        let emails = body.get("emails").and_then(Value::as_array).into_iter().flatten();
        let emails = emails.filter_map(|email| email.get("value").and_then(Value::as_str));
        let values = body.get("userName").and_then(Value::as_str).map(|name| ("userName", "username", name));
        for (attribute, column, text) in values.into_iter().chain(emails.map(|email| ("emails", "email", email))) {
            let needle = fold(text);
            let is_same = |other: &str| equals(other, &needle);
            let people = leaf::folded(desk.board, snapshot, (Entity::User, column), (text, &is_same))?;
            let ids = &snapshot.people.ids;
            let hidden = people - &ids.deleted;
            found.extend(hidden.iter().map(|person| Double { person: ids.number(person), attribute }));
        }
        Ok(found)
    }
}
