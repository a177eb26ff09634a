//! What a provider keeps itself, as resources.

use std::collections::HashMap;

use serde_json::Value;

use crate::catalogue::{Category, Entity};
use crate::clock::Millis;
use crate::consent::provisioned::{Kept, KeptUser, Kind};
use crate::scim::door::belonging::Groups;
use crate::scim::door::exchange::{Desk, Exchange, Moved, Step, settled};
use crate::scim::door::list::Wants;
use crate::scim::door::resource::{About, Resource, location, named_reference};
use crate::scim::door::told::{is_told, tag_of_own, version_of_own};
use crate::scim::door::written::{Names, Whole, begin};
use crate::scim::schema::{GROUP, ResourceType, USER};
use crate::scim::school::person::SchoolNames;
use crate::store::StoreError;
use crate::store::provisioned::{self, Member};

/// The kind under which a type's own resources are kept.
pub fn kind_of(resource_type: &ResourceType) -> Kind {
    if *resource_type == GROUP { Kind::Group } else { Kind::User }
}

impl Exchange<'_> {
    /// These objects as resources, in their order; groups with their members, users with their groups, if wanted.
    pub fn own(&self, desk: &mut Desk<'_>, kept: Vec<Kept>, with_related: bool) -> Step<Vec<Resource>> {
        let mut related = if with_related { self.related(desk, &kept)? } else { HashMap::new() };
        let managers = settled!(self.names_of_managers(desk, &kept));
        let owned = kept.into_iter().filter_map(|kept| self.release().give_back(kept));
        let mut resources = Vec::new();
        for own in owned {
            let kept = own.kept();
            let manager = managers.of_school(&kept.body);
            let tag = tag_of_own((self.view, self.tagger), desk.activity, self.of(), (kept, manager))?;
            let mut body = kept.body.clone();
            let (resource_type, name) = if kept.kind == Kind::Group { (&GROUP, "members") } else { (&USER, "groups") };
            managers.put(&mut body);
            if let Some(related) = related.remove(&kept.id) {
                body.insert(name.to_owned(), related.into());
            }
            let about = About {
                resource_type,
                id: kept.id.clone(),
                created_at: Some(Millis(kept.created_at)),
                modified_at: Millis(kept.modified_at),
                tag,
            };
            resources.push(Resource::new(body, about, &self.base));
        }
        Ok(Ok(resources))
    }

    /// What the provider made of a type, with numbers from the first to the last.
    pub(super) fn own_page(
        &self,
        desk: &mut Desk<'_>,
        resource_type: &'static ResourceType,
        numbers: (i64, i64),
        wants: Wants,
    ) -> Step<Vec<Resource>> {
        let kind = kind_of(resource_type);
        if kind != Kind::User || !wants.is_whole() {
            let kept = provisioned::page(desk.activity, self.of(), kind, numbers)?;
            return self.own(desk, kept, wants.related);
        }
        let users = provisioned::page_of_users(desk.activity, self.of(), numbers)?;
        if users.iter().any(|user| user.is_managed) {
            let kept = users.into_iter().map(provisioned::whole).collect::<Result<_, _>>()?;
            return self.own(desk, kept, true);
        }
        self.own_users(desk, users)
    }

    /// These users, none of whom has a manager, written as they are stored.
    fn own_users(&self, desk: &mut Desk<'_>, users: Vec<KeptUser>) -> Step<Vec<Resource>> {
        let starts: Vec<(String, Vec<String>)> = users.iter().map(|user| (user.kept.id.clone(), Vec::new())).collect();
        let in_own = self.own_groups_of(desk, &starts)?.into_iter();
        let groups: Vec<Groups> = in_own.map(|own| Groups { of_school: Vec::new(), own }).collect();
        let Some(schools) = self.view.org_names(desk.board)? else { return Ok(Err(Moved)) };
        let group_names = settled!(self.group_names(desk, &groups, SchoolNames(schools)));
        let owned = users.into_iter().map(|user| self.release().give_back_user(user));
        let resources = owned.zip(&groups).filter_map(|(own, groups)| {
            let own = own?;
            let KeptUser { kept, body, .. } = own.user();
            // What is stored tells its schemas itself.
            let whole =
                Whole { attributes: body.strip_prefix('{')?.strip_suffix('}')?, schemas: &[], placeholder: None };
            let location = location(&self.base, &USER, &kept.id);
            let names = Names { id: kept.id.clone(), location, tag: version_of_own(kept.version) };
            let at = (Some(Millis(kept.created_at)), Millis(kept.modified_at));
            let json = begin(&whole, (&USER, &names), at, groups.n());
            Some(self.in_text(json, Some(names), (groups, &group_names)))
        });
        Ok(Ok(resources.collect()))
    }

    fn related(&self, desk: &mut Desk<'_>, kept: &[Kept]) -> Result<HashMap<String, Vec<Value>>, StoreError> {
        let of_kind = |kind| kept.iter().filter(|kept| kept.kind == kind).map(|kept| kept.id.clone()).collect();
        let (groups, users): (Vec<String>, Vec<String>) = (of_kind(Kind::Group), of_kind(Kind::User));
        let mut related: HashMap<String, Vec<Value>> = HashMap::new();
        if !groups.is_empty() {
            for (group, member) in provisioned::members(desk.activity, self.of(), &groups)? {
                if let Some(told) = self.member(&member) {
                    related.entry(group).or_default().push(told);
                }
            }
        }
        if !users.is_empty() {
            let starts: Vec<(String, Vec<String>)> = users.into_iter().map(|id| (id, Vec::new())).collect();
            let found = self.own_groups_of(desk, &starts)?;
            let names = self.names_of_own(desk, found.iter().flatten().map(|own| own.group.as_str()).collect())?;
            for ((user, _), found) in starts.into_iter().zip(found) {
                let told = found.iter().map(|own| self.own_group(own, names.get(&own.group).map(String::as_str)));
                let told: Vec<Value> = told.collect();
                if !told.is_empty() {
                    related.insert(user, told);
                }
            }
        }
        Ok(related)
    }

    /// A member, unless it is somebody who has left the view.
    fn member(&self, member: &Member) -> Option<Value> {
        let (resource_type, id) = (if member.kind == Kind::Group { &GROUP } else { &USER }, &member.id);
        if !is_told(self.view, member) {
            return None;
        }
        if member.kind == Kind::Account {
            let person = self.release().find_live(Entity::User, id)?;
            self.tell_members(&roaring::RoaringBitmap::from_iter([person]), Category::Identity);
        }
        let name = member.display.as_deref();
        Some(named_reference((&self.base, resource_type), id, resource_type.name, name))
    }
}
