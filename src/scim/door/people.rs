//! The school's people as resources, with the accounts that the provider keeps of them.

use std::collections::HashMap;

use serde_json::Value;

use crate::audit::told::note;
use crate::catalogue::Entity;
use crate::clock::Millis;
use crate::consent::provisioned::{Kept, Kind};
use crate::scim::door::exchange::{Desk, Exchange, Moved, Step, settled};
use crate::scim::door::resource::{About, Resource, reference};
use crate::scim::schema::{GROUP, USER};
use crate::scim::school::person::{self, SchoolNames, represent};
use crate::store::hydrate::{Selection, hydrate};
use crate::store::provisioned;

/// The names of orgs by position.
pub struct Names<'n>(pub &'n [Option<String>]);

impl SchoolNames for Names<'_> {
    fn of(&self, org: u32) -> Option<&str> {
        self.0.get(org as usize)?.as_deref()
    }
}

impl Exchange<'_> {
    /// The school's people at these positions, in their order.
    pub fn people(&self, desk: &mut Desk<'_>, positions: &[u32], with_groups: bool) -> Step<Vec<Resource>> {
        if positions.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let release = self.release();
        let Some(names) = self.view.org_names(desk.board)? else { return Ok(Err(Moved)) };
        let names = Names(names);
        let fields = person::fields().filter(|field| release.may_show(Entity::User, field.category));
        let selection = Selection::new(Entity::User, fields);
        let Some(records) = hydrate(desk.board, release, &selection, positions)? else { return Ok(Err(Moved)) };
        let keeps_any = self.last_write(desk)?.is_some();
        let mut accounts = if keeps_any { self.accounts(desk, positions)? } else { HashMap::new() };
        let mut groups = if with_groups { settled!(self.groups_of(desk, positions)) } else { HashMap::new() };
        let mut found = Vec::with_capacity(positions.len());
        for released in records.released(release, &selection, positions) {
            let mut shown = represent(&released, &names);
            note(&mut self.told.borrow_mut(), &released);
            let mut modified_at = released.modified_at();
            if let Some(account) = accounts.remove(&released.position()) {
                modified_at = modified_at.max(Millis(account.modified_at));
                shown.body.extend(account.body);
            }
            let placeholder = shown.placeholder.filter(|_| !shown.body.contains_key("userName"));
            let tag = self.tagger.tag(&shown.body, placeholder.as_deref().into_iter());
            if let Some(groups) = groups.remove(&released.position()).filter(|groups| !groups.is_empty()) {
                shown.body.insert("groups".to_owned(), groups.into());
            }
            let id = released.identifier().into_owned();
            let about = About { resource_type: &USER, id, created_at: None, modified_at, tag };
            let resource = Resource::new(shown.body, about, &self.base);
            found.push(Resource { placeholder: placeholder.map(|text| ("userName", text)), ..resource });
        }
        Ok(Ok(found))
    }

    /// What the provider keeps of these people.
    fn accounts(&self, desk: &mut Desk<'_>, positions: &[u32]) -> Result<HashMap<u32, Kept>, crate::store::StoreError> {
        let ids = &self.release().snapshot().people.ids;
        let numbers: Vec<String> = positions.iter().map(|position| ids.number(*position).to_string()).collect();
        let kept = provisioned::find_all(desk.activity, self.of(), Kind::Account, &numbers)?;
        let position = |kept: &Kept| ids.position_of_number(kept.id.parse().ok()?);
        Ok(kept.into_iter().filter_map(|kept| Some((position(&kept)?, kept))).collect())
    }

    /// The groups that these people are in: the school's, and those of the provider.
    fn groups_of(&self, desk: &mut Desk<'_>, positions: &[u32]) -> Step<HashMap<u32, Vec<Value>>> {
        let (directory, release) = (self.directory(), self.release());
        let mut found: HashMap<u32, Vec<Value>> = HashMap::with_capacity(positions.len());
        let mut ids = Vec::with_capacity(positions.len());
        let mut by_id: HashMap<String, u32> = HashMap::with_capacity(positions.len());
        for position in positions {
            let of_school = directory.of_person(*position).into_iter().map(|membership| {
                let kind = if membership.is_direct { "direct" } else { "indirect" };
                reference(&self.base, &GROUP, &directory.id(membership.group), kind)
            });
            found.insert(*position, of_school.collect());
            let id = release.identifier(Entity::User, *position);
            by_id.insert(id.clone(), *position);
            ids.push(id);
        }
        if self.last_write(desk)?.is_none() {
            return Ok(Ok(found));
        }
        for (group, member) in provisioned::memberships(desk.activity, self.of(), &ids)? {
            let position = by_id.get(&member.id).filter(|_| member.kind == Kind::Account);
            if let Some(groups) = position.and_then(|position| found.get_mut(position)) {
                groups.push(reference(&self.base, &GROUP, &group, "direct"));
            }
        }
        Ok(Ok(found))
    }
}
