//! The school's people as resources, with the accounts that the provider keeps of them.

use std::collections::HashMap;

use serde_json::Value;

use crate::audit::told::{note, note_person};
use crate::catalogue::{Category, Entity};
use crate::clock::Millis;
use crate::consent::Released;
use crate::consent::provisioned::{Kept, Kind};
use crate::consent::released::Record;
use crate::json::Json;
use crate::scim::door::belonging::{GroupNames, Groups, InOwn};
use crate::scim::door::exchange::{Desk, Exchange, Moved, Step, settled};
use crate::scim::door::list::Wants;
use crate::scim::door::resource::{About, Resource, Tagger, location, named_reference};
use crate::scim::door::written::{Names, OF_REFERENCE, Whole, begin, end, kind};
use crate::scim::door::written_once::WrittenUser;
use crate::scim::schema::{GROUP, USER};
use crate::scim::school::directory::{Membership, Source};
use crate::scim::school::person::{self, Places, SchoolNames, represent};
use crate::scim::school::user::User;
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
        let keeps_any = self.progress(desk)?.is_some();
        let mut accounts = if keeps_any { self.accounts(desk, positions)? } else { HashMap::new() };
        let once = self.written_once().filter(|_| wants.is_whole()).map(|once| once.users.written());
        let written = |person: u32| once.as_ref().and_then(|once| once.get(person));
        let is_read = |person: &u32| written(*person).is_none() || accounts.contains_key(person);
        let read: Vec<u32> = positions.iter().copied().filter(is_read).collect();
        let fields = person::fields().filter(|field| release.may_show(Entity::User, field.category));
        let selection = Selection::new(Entity::User, fields);
        let Some(records) = hydrate(desk.board, release, &selection, &read)? else { return Ok(Err(Moved)) };
        let places = Places::of(selection.fields());
        let of_school = |person: u32| match written(person) {
            Some(before) => before.beside().groups.to_vec(),
            None => self.directory().of_person(person),
        };
        let groups = if wants.related { self.groups_of(desk, positions, &of_school)? } else { Vec::new() };
        let group_names = settled!(self.group_names(desk, &groups, SchoolNames(names)));
        let mut records = records.released(release, &selection, &read).peekable();
        let mut found = Vec::with_capacity(positions.len());
        let mut groups = groups.into_iter();
        for person in positions {
            let groups = groups.next().unwrap_or_default();
            let Some(released) = records.next_if(|released| released.position() == *person) else {
                let Some(before) = written(*person) else { continue };
                let mut json = Json::with_capacity(before.text_len() + groups.n() * OF_REFERENCE);
                if json.written_by(|bytes| before.text(bytes)).is_none() {
                    return Ok(Err(Moved));
                }
                note_person(&mut self.told.borrow_mut(), release, (*person, before.beside().told));
                let names = wants.headers.then(|| self.names_of(*person, before.beside().hash));
                found.push(self.in_text(json, names, (&groups, &group_names)));
                continue;
            };
            let (user, placeholder) = represent(&released, &places, SchoolNames(names));
            if groups.of_school.iter().any(|membership| matches!(membership.group, Source::Class(_))) {
                // Which class somebody is in tells as much here as among the class's members.
                released.note(Category::Enrolment);
            }
            note(&mut self.told.borrow_mut(), &released);
            let account = accounts.remove(person);
            let groups = (&groups, &group_names);
            if account.is_some() || !wants.only_text {
                found.push(self.in_attributes(&released, (&user, placeholder), account, groups));
                continue;
            }
            let attributes = user.written();
            let hash = self.tagger.hash(&attributes, placeholder.as_deref().into_iter());
            let names = self.names_of(*person, hash);
            let schemas: Vec<&str> = std::iter::once(USER.schema.id).chain(user.extensions()).collect();
            let placeholder = placeholder.as_deref().map(|text| ("userName", text));
            let whole = Whole { attributes: &attributes, schemas: &schemas, placeholder };
            let json = begin(&whole, (&USER, &names), (None, released.modified_at()), groups.0.n());
            if let Some(once) = &once {
                let of_school = groups.0.of_school.as_slice().into();
                let beside = WrittenUser { groups: of_school, hash, told: released.disclosed() };
                let n_beside = beside.n_bytes();
                once.keep(*person, json.since(0), (beside, n_beside));
            }
            found.push(self.in_text(json, Some(names), groups));
        }
        Ok(Ok(found))
    }

    fn names_of(&self, person: u32, hash: u128) -> Names {
        let id = self.release().identifier(Entity::User, person);
        Names { location: location(&self.base, &USER, &id), id, tag: Tagger::tag_of_hash(hash) }
    }

    /// A user that is begun already, with the groups that it is in.
    pub(super) fn in_text(
        &self,
        json: Json,
        names: Option<Names>,
        (groups, group_names): (&Groups, &GroupNames<'_>),
    ) -> Resource {
        let write = |json: &mut Json| self.write_groups(json, groups, group_names);
        end(json, names, ("groups", groups.n()), write)
    }

    /// A person as a user whose attributes are looked at, with what the provider keeps of it.
    fn in_attributes<'r, R: Record<'r>>(
        &self,
        released: &Released<'r, R>,
        (user, mut placeholder): (&User<'_>, Option<String>),
        account: Option<Kept>,
        (groups, names): (&Groups, &GroupNames<'_>),
    ) -> Resource {
        let text = user.written();
        let mut body = User::read(&text);
        let mut modified_at = released.modified_at();
        let tag = if let Some(mut account) = account {
            // What no rule lets the provider keep any more is the administration's again.
            account.body.retain(|name, _| self.may_keep_attribute(released.position(), name));
            // What others make of a part that the provider keeps itself is not shown to it, nor that they did.
            let kept = KEPT_PARTS.iter().filter(|(name, _)| account.body.contains_key(*name));
            let kept: Vec<Category> = kept.map(|(_, category)| *category).collect();
            modified_at = released.modified_at_beside(&kept).max(Millis(account.modified_at));
            body.extend(account.body);
            placeholder = placeholder.filter(|_| !body.contains_key("userName"));
            self.tagger.tag(&body, placeholder.as_deref().into_iter())
        } else {
            self.tagger.tag_of_text(&text, placeholder.as_deref().into_iter())
        };
        let of_school = groups.of_school.iter().map(|membership| self.group_of_school(membership, names));
        let own = groups.own.iter().map(|own| self.own_group(own, names.of_own(&own.group)));
        let groups: Vec<Value> = of_school.chain(own).collect();
        if !groups.is_empty() {
            body.insert("groups".to_owned(), groups.into());
        }
        let id = released.identifier().into_owned();
        let about = About { resource_type: &USER, id, created_at: None, modified_at, tag };
        let resource = Resource::new(body, about, &self.base);
        Resource { placeholder: placeholder.map(|text| ("userName", text)), ..resource }
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
