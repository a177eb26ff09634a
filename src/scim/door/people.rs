//! The school's people as resources, with the accounts that the provider keeps of them.

use std::collections::HashMap;

use serde_json::Value;

use crate::audit::told::note;
use crate::catalogue::{Category, Entity};
use crate::clock::Millis;
use crate::consent::provisioned::{Kept, Kind};
use crate::json::Json;
use crate::scim::door::belonging::{GroupNames, InOwn};
use crate::scim::door::exchange::{Desk, Exchange, Moved, Step, settled};
use crate::scim::door::list::Wants;
use crate::scim::door::resource::{About, Resource, named_reference};
use crate::scim::door::written::{Whole, complete, kind};
use crate::scim::schema::{GROUP, USER};
use crate::scim::school::directory::{Membership, Source};
use crate::scim::school::person::{self, Places, SchoolNames, represent};
use crate::store::hydrate::{Selection, hydrate};
use crate::store::{StoreError, provisioned};

/// Parts of an account whose value the board's own data has too, and the category that it shows them by.
const KEPT_PARTS: [(&str, Category); 2] = [("userName", Category::Login), ("emails", Category::ContactEmail)];

impl Exchange<'_> {
    /// The school's people at these positions, in their order.
    pub fn people(&self, desk: &mut Desk<'_>, positions: &[u32], wants: Wants) -> Step<Vec<Resource>> {
        if positions.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let release = self.release();
        let Some(names) = self.view.org_names(desk.board)? else { return Ok(Err(Moved)) };
        let fields = person::fields().filter(|field| release.may_show(Entity::User, field.category));
        let selection = Selection::new(Entity::User, fields);
        let Some(records) = hydrate(desk.board, release, &selection, positions)? else { return Ok(Err(Moved)) };
        let places = Places::of(selection.fields());
        let keeps_any = self.last_write(desk)?.is_some();
        let mut accounts = if keeps_any { self.accounts(desk, positions)? } else { HashMap::new() };
        let mut groups = if wants.related { self.groups_of(desk, positions)? } else { HashMap::new() };
        let group_names = settled!(self.group_names(desk, &groups, SchoolNames(names)));
        let mut found = Vec::with_capacity(positions.len());
        for released in records.released(release, &selection, positions) {
            let (user, placeholder) = represent(&released, &places, SchoolNames(names));
            let groups = groups.remove(&released.position()).unwrap_or_default();
            if groups.of_school.iter().any(|membership| matches!(membership.group, Source::Class(_))) {
                // Which class somebody is in tells as much here as among the class's members.
                released.note(Category::Enrolment);
            }
            note(&mut self.told.borrow_mut(), &released);
            let text = user.written();
            let mut about = About {
                resource_type: &USER,
                id: released.identifier().into_owned(),
                created_at: None,
                modified_at: released.modified_at(),
                tag: self.tagger.tag_of_text(&text, placeholder.as_deref().into_iter()),
            };
            let account = accounts.remove(&released.position());
            if account.is_none() && wants.only_text {
                let schemas: Vec<&str> = std::iter::once(USER.schema.id).chain(user.extensions()).collect();
                let placeholder = placeholder.as_deref().map(|text| ("userName", text));
                let whole = Whole { attributes: &text, schemas: &schemas, placeholder };
                let n_groups = groups.of_school.len() + groups.own.len();
                let write = |json: &mut Json| self.write_groups(json, &groups, &group_names);
                found.push(complete(&whole, about, &self.base, ("groups", n_groups), write));
                continue;
            }
            let mut body = user.attributes();
            let mut placeholder = placeholder;
            if let Some(mut account) = account {
                // What no rule lets the provider keep any more is the administration's again.
                account.body.retain(|name, _| self.may_keep_attribute(released.position(), name));
                // What others make of a part that the provider keeps itself is not shown to it, nor that they did.
                let kept = KEPT_PARTS.iter().filter(|(name, _)| account.body.contains_key(*name));
                let kept: Vec<Category> = kept.map(|(_, category)| *category).collect();
                about.modified_at = released.modified_at_beside(&kept).max(Millis(account.modified_at));
                body.extend(account.body);
                placeholder = placeholder.filter(|_| !body.contains_key("userName"));
                about.tag = self.tagger.tag(&body, placeholder.as_deref().into_iter());
            }
            let of_school = groups.of_school.iter().map(|membership| self.group_of_school(membership, &group_names));
            let own = groups.own.iter().map(|own| self.own_group(own, group_names.of_own(&own.group)));
            let groups: Vec<Value> = of_school.chain(own).collect();
            if !groups.is_empty() {
                body.insert("groups".to_owned(), groups.into());
            }
            let resource = Resource::new(body, about, &self.base);
            found.push(Resource { placeholder: placeholder.map(|text| ("userName", text)), ..resource });
        }
        Ok(Ok(found))
    }

    /// A reference to a group of the school.
    fn group_of_school(&self, membership: &Membership, names: &GroupNames<'_>) -> Value {
        let (id, name) = (self.directory().id(membership.group), self.name_of(names, membership.group));
        named_reference((&self.base, &GROUP), &id, kind(membership.is_direct), name.as_deref())
    }

    /// A reference to a group of the provider's own.
    pub(super) fn own_group(&self, own: &InOwn, name: Option<&str>) -> Value {
        named_reference((&self.base, &GROUP), &own.group, kind(own.is_direct), name)
    }

    /// What the provider keeps of these people.
    pub(super) fn accounts(&self, desk: &mut Desk<'_>, positions: &[u32]) -> Result<HashMap<u32, Kept>, StoreError> {
        let ids = &self.release().snapshot().people.ids;
        let numbers: Vec<String> = positions.iter().map(|position| ids.number(*position).to_string()).collect();
        let kept = provisioned::find_all(desk.activity, self.of(), Kind::Account, &numbers)?;
        let position = |kept: &Kept| ids.position_of_number(kept.id.parse().ok()?);
        Ok(kept.into_iter().filter_map(|kept| Some((position(&kept)?, kept))).collect())
    }
}
