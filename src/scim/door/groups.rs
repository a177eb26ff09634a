//! The school's groups as resources.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use serde_json::{Map, Value};

use crate::catalogue::{Category, Entity};
use crate::clock::Millis;
use crate::json::Json;
use crate::planted::{self, Leak};
use crate::query::modified;
use crate::scim::door::exchange::{Desk, Exchange, Moved, Step};
use crate::scim::door::list::Wants;
use crate::scim::door::resource::{About, Resource, location, reference};
use crate::scim::door::written::{Beside, Names, Whole, begin, end, write_reference};
use crate::scim::schema::{GROUP, USER};
use crate::scim::school::directory::Source;
use crate::scim::school::group::{Shown, fields_of_class, of_class, of_school};
use crate::scim::school::person::SchoolNames;
use crate::store::hydrate::{Selection, hydrate};

impl Exchange<'_> {
    /// These groups of the school, in their order.
    pub fn groups(&self, desk: &mut Desk<'_>, sources: &[Source], wants: Wants) -> Step<Vec<Resource>> {
        let release = self.release();
        let Some(names) = self.view.org_names(desk.board)? else { return Ok(Err(Moved)) };
        let names = SchoolNames(names);
        let classes: Vec<u32> = sources
            .iter()
            .filter_map(|source| if let Source::Class(class) = source { Some(*class) } else { None })
            .collect();
        let selection = Selection::new(Entity::Class, fields_of_class());
        let Some(records) = hydrate(desk.board, release, &selection, &classes)? else { return Ok(Err(Moved)) };
        let mut of_classes: HashMap<u32, (Shown, Millis)> = HashMap::with_capacity(classes.len());
        for released in records.released(release, &selection, &classes) {
            of_classes.insert(released.position(), (of_class(&released), released.modified_at()));
        }
        let mut kept = self.kept_of_groups(desk, sources)?;
        let mut found = Vec::with_capacity(sources.len());
        for source in sources {
            let (mut shown, mut changed_at) = match source {
                Source::Class(class) => match of_classes.remove(class) {
                    Some(of_class) => of_class,
                    None => return Ok(Err(Moved)),
                },
                Source::School(_) | Source::Role(..) => (of_school(self.view, *source, names), Millis(0)),
            };
            if let Some(kept) = kept.remove(&self.directory().id(*source)) {
                changed_at = changed_at.max(Millis(kept.modified_at));
                shown.body.extend(kept.body);
            }
            found.push(self.group((*source, changed_at), shown, wants));
        }
        Ok(Ok(found))
    }

    fn group(&self, (source, changed_at): (Source, Millis), shown: Shown, wants: Wants) -> Resource {
        let (directory, release) = (self.directory(), self.release());
        let members = directory.members(source);
        let order = release.order(Entity::User);
        let ranks = order.ranks(&members.people);
        let people = ranks.iter().map(|rank| release.identifier(Entity::User, order.position(rank)));
        let people: Vec<String> = people.collect();
        let groups: Vec<String> = members.groups.iter().map(|group| directory.id(*group)).collect();
        let ids = people.iter().chain(&groups).map(String::as_str);
        // Writing into memory can't fail.
        let text = serde_json::to_string(&shown.body).unwrap_or_default();
        let tag = self.tagger.tag_of_text(&text, ids.chain(shown.placeholder.as_deref()));
        let tag = match source {
            Source::Class(class) if planted::is(Leak::VersionOfAllMembers) => {
                format!("W/\"{}\"", release.snapshot().enrollments.of_class(class).len())
            }
            _ => tag,
        };
        if wants.related {
            let category = if matches!(source, Source::Class(_)) { Category::Enrolment } else { Category::Identity };
            self.tell_members(&members.people, category);
        }
        let modified_at = changed_at.max(self.members_changed_at(source));
        let id = directory.id(source);
        let (to_people, to_groups) = ((self.base.as_str(), &USER), (self.base.as_str(), &GROUP));
        if wants.only_text {
            let extensions = GROUP.extensions.iter().map(|extension| extension.schema.id);
            let extensions = extensions.filter(|id| shown.body.contains_key(*id));
            let schemas: Vec<&str> = std::iter::once(GROUP.schema.id).chain(extensions).collect();
            let placeholder = shown.placeholder.as_deref().map(|text| ("displayName", text));
            let attributes = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
            let whole = Whole { attributes, schemas: &schemas, placeholder };
            let n_members = if wants.related { people.len() + groups.len() } else { 0 };
            let names = Names { location: location(&self.base, &GROUP, &id), id, tag };
            let json = begin(&whole, (&GROUP, &names), (None, modified_at), n_members);
            let write = |json: &mut Json| {
                for id in &people {
                    write_reference(json, to_people, id, Beside { kind: USER.name, name: None });
                }
                for id in &groups {
                    write_reference(json, to_groups, id, Beside { kind: GROUP.name, name: None });
                }
            };
            return end(json, Some(names), ("members", n_members), write);
        }
        let mut body: Map<String, Value> = shown.body;
        if wants.related {
            let told = people.iter().map(|id| reference(&self.base, &USER, id, USER.name));
            let told = told.chain(groups.iter().map(|id| reference(&self.base, &GROUP, id, GROUP.name)));
            let told: Vec<Value> = told.collect();
            if !told.is_empty() {
                body.insert("members".to_owned(), told.into());
            }
        }
        let about = About { resource_type: &GROUP, id, created_at: None, modified_at, tag };
        let resource = Resource::new(body, about, &self.base);
        Resource { placeholder: shown.placeholder.map(|text| ("displayName", text)), ..resource }
    }

    /// When somebody last came into a group or left it, or a school changed, as far as the vendor saw.
    fn members_changed_at(&self, source: Source) -> Millis {
        let (release, snapshot) = (self.release(), self.release().snapshot());
        let latest = match source {
            Source::Class(class) => {
                let visible = release.visible(Entity::Enrollment);
                let of_class = snapshot.enrollments.of_class(class).iter().copied();
                let shown: RoaringBitmap = of_class.filter(|enrollment| visible.contains(*enrollment)).collect();
                modified::latest(release, Entity::Enrollment, &shown)
            }
            Source::Role(org, role) => {
                let holders = snapshot.people.with_role.get(&(org, role)).cloned().unwrap_or_default();
                modified::latest(release, Entity::User, &(holders & release.visible(Entity::User)))
            }
            Source::School(org) => {
                let of_school = snapshot.classes.of_schools(&RoaringBitmap::from_iter([org]));
                let classes = modified::latest(release, Entity::Class, &(of_school & release.visible(Entity::Class)));
                classes.max(modified::latest(release, Entity::Org, &RoaringBitmap::from_iter([org])))
            }
        };
        Millis(latest.unwrap_or_default())
    }
}
