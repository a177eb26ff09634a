//! Released records in the shape of OneRoster (§2.4 of the 1.2 information model): absent members are left
//! out, references carry `href`, `sourcedId` and `type`, booleans are text.

use std::borrow::Cow;

use crate::catalogue::element::{
    LearningObjective, ResourceLink, Role, ScoreScaleLink, ScoreScaleValue, UserId, UserProfile,
};
use crate::catalogue::{Category, Entity, Field, Kind, Presence, word};
use crate::consent::released::Record;
use crate::consent::{Release, Released, RequiredFields, placeholder};
use crate::json::{Json, write_segment};
use crate::oneroster::edition::Edition;
use crate::oneroster::objectives;
use crate::planted::{self, Leak};
use crate::snapshot::structure::link;

/// Whether a field's references are all in the snapshot, so that they need not be read.
pub fn is_in_snapshot(entity: Entity, field: &Field) -> bool {
    matches!((entity, field.name), (Entity::User, "agents") | (Entity::Class, "terms"))
}

/// What all records of an answer share.
#[derive(Debug)]
pub struct Frame<'a> {
    pub(in crate::oneroster) edition: &'static Edition,
    pub(in crate::oneroster) root: &'a str,
    entity: Entity,
    members: Vec<Member>,
    has_identifier: bool,
    has_status: bool,
    has_time: bool,
}

/// One member of the answer's objects.
#[derive(Debug)]
struct Member {
    /// Where a record has the field; `None` for what follows from relations alone.
    place: Option<usize>,
    field: &'static Field,
    /// A name with two categories has two rows: the value may be in either.
    may_follow: bool,
}

impl<'a> Frame<'a> {
    /// Objects of that kind, below the address of OneRoster in this board (`https://…/{tenant}/ims/oneroster`),
    /// read with these fields, cut to the members that were asked for.
    pub fn new(
        (edition, root): (&'static Edition, &'a str),
        entity: Entity,
        read: &[&'static Field],
        asked: Option<&[String]>,
    ) -> Self {
        let wants = |name: &str| asked.is_none_or(|members| members.iter().any(|m| m == name));
        let mut members: Vec<Member> = Vec::new();
        for field in entity.fields_in(edition.version).filter(|field| wants(field.name)) {
            let place = read.iter().position(|other| *other == field);
            let is_stored = !field.column.is_empty();
            // What is stored and was not read is withheld from all: it may still be required.
            if !is_stored && !matches!(field.kind, Kind::Children(_) | Kind::MainRole | Kind::RoleOrgs) {
                continue;
            }
            if let Some(last) = members.last_mut().filter(|last| last.field.name == field.name) {
                last.may_follow = true;
            }
            members.push(Member { place, field, may_follow: false });
        }
        Self {
            edition,
            root,
            entity,
            members,
            has_identifier: wants("sourcedId"),
            has_status: wants("status"),
            has_time: wants("dateLastModified"),
        }
    }
}

/// One record, to be written.
pub struct Represented<'a, 'f, R> {
    pub(in crate::oneroster) frame: &'f Frame<'f>,
    pub(in crate::oneroster) released: &'f Released<'a, R>,
}

impl<'a, 'f, R: Record<'a>> Represented<'a, 'f, R> {
    /// Puts a released record into the shape of the standard.
    pub fn new(frame: &'f Frame<'f>, released: &'f Released<'a, R>) -> Self {
        Self { frame, released }
    }
}

impl<'a, R: Record<'a>> Represented<'a, '_, R> {
    /// Writes the record as an object.
    pub fn write(&self, json: &mut Json) {
        let (frame, released) = (self.frame, self.released);
        let roles = self.roles();
        // Whoever learns of the object learns its base: that it exists.
        released.note(frame.entity.base_category());
        json.raw("{");
        if frame.has_identifier {
            json.text_member("sourcedId", &released.identifier());
        }
        if frame.has_status {
            json.text_member("status", released.status());
        }
        if frame.has_time {
            json.name("dateLastModified");
            json.plain(&released.modified_at().to_rfc3339());
        }
        let mut written = "";
        for member in &frame.members {
            if member.field.name == written {
                continue;
            }
            let is_written = self.member(json, member, &roles);
            if is_written || (!member.may_follow && self.without_value(json, member.field)) {
                written = member.field.name;
            }
        }
        json.raw("}");
    }

    /// Writes a member if it has a value; returns whether it did.
    fn member(&self, json: &mut Json, member: &Member, roles: &[Role<'a>]) -> bool {
        let (released, field) = (self.released, member.field);
        let Some(place) = member.place else { return self.related(json, field) };
        match field.kind {
            Kind::Text => text(json, field.name, released.text(place, field).and_then(|word| self.word(field, word))),
            Kind::Boolean | Kind::Date => text(json, field.name, released.text(place, field)),
            Kind::DateTime => text(json, field.name, released.text(place, field).map(day_as_instant).as_deref()),
            Kind::Number => match released.number(place, field) {
                Some(number) => {
                    json.name(field.name);
                    json.number(number);
                    true
                }
                None => false,
            },
            Kind::TextList if word::differs(self.frame.entity, field.name) => {
                let words: Vec<Cow<'_, str>> = parsed(released.text(place, field)).unwrap_or_default();
                let words: Vec<&str> = words.iter().filter_map(|word| self.word(field, word)).collect();
                list(json, field.name, &words, |json, word| json.text(word))
            }
            Kind::TextList | Kind::Metadata => raw(json, field.name, released.text(place, field)),
            Kind::Reference(target) => match released.reference(place, field, target) {
                Some(position) => {
                    json.name(field.name);
                    self.reference(json, target, position);
                    true
                }
                None => false,
            },
            Kind::ReferenceList(target) => self.references(json, place, field, target),
            Kind::Resources => self.resources(json, place, field),
            Kind::UserIds => self.user_ids(json, field.name),
            Kind::UserProfiles => {
                let profiles: Vec<UserProfile<'_>> = parsed(released.text(place, field)).unwrap_or_default();
                list(json, field.name, &profiles, |json, profile| self.profile(json, profile))
            }
            Kind::Roles => {
                let shown: Vec<&Role<'_>> = roles.iter().filter(|role| !role.gone).collect();
                list(json, field.name, &shown, |json, role| self.role(json, role))
            }
            Kind::ScoreScaleLink => self.score_scale(json, place, field),
            Kind::ScoreScaleValues => {
                let pairs: Vec<ScoreScaleValue<'_>> = parsed(released.text(place, field)).unwrap_or_default();
                objectives::write_scale(json, field.name, &pairs)
            }
            Kind::LearningObjectives => {
                let of_item: Vec<LearningObjective<'_>> = parsed(released.text(place, field)).unwrap_or_default();
                objectives::write_ids(json, field.name, &of_item)
            }
            Kind::LearningObjectiveResults => {
                let reached: Vec<LearningObjective<'_>> = parsed(released.text(place, field)).unwrap_or_default();
                objectives::write_results(json, field.name, &reached)
            }
            Kind::Children(_) | Kind::MainRole | Kind::RoleOrgs | Kind::Unstored => false,
        }
    }

    /// Writes a member that follows from relations alone; returns whether it did.
    fn related(&self, json: &mut Json, field: &'static Field) -> bool {
        match field.kind {
            Kind::MainRole => self.main_role(json, field.name),
            Kind::RoleOrgs => self.role_orgs(json, field.name),
            Kind::ReferenceList(target) => self.known_references(json, field, target),
            _ => self.children(json, field),
        }
    }

    /// A word of a field in the version's own vocabulary.
    pub(in crate::oneroster) fn word<'w>(&self, field: &Field, word: &'w str) -> Option<&'w str> {
        word::in_version(self.frame.edition.version, self.frame.entity, field.name, word)
    }

    /// The identifiers of every category that is shown, in one list.
    fn user_ids(&self, json: &mut Json, name: &'static str) -> bool {
        let of_name = self.frame.members.iter().filter(|member| member.field.name == name);
        let mut shown = of_name.filter_map(|member| self.released.text(member.place?, member.field));
        match (shown.next(), shown.next()) {
            (None, _) => false,
            (only, None) => raw(json, name, only),
            (first, second) => {
                let ids: Vec<UserId<'_>> =
                    [first, second].into_iter().filter_map(parsed::<Vec<UserId<'_>>>).flatten().collect();
                list(json, name, &ids, |json, id| {
                    json.raw("{");
                    json.text_member("type", &id.r#type);
                    json.text_member("identifier", &id.identifier);
                    json.raw("}");
                })
            }
        }
    }

    /// What stands for a member without a value: a placeholder if it is required, an empty list where
    /// clients loop over it unguarded. Returns whether anything does.
    fn without_value(&self, json: &mut Json, field: &'static Field) -> bool {
        let (released, entity) = (self.released, self.frame.entity);
        let release = released.release();
        if matches!(
            (entity, field.name),
            (Entity::User, "agents" | "userIds") | (Entity::Class, "periods") | (_, "children")
        ) {
            return raw(json, field.name, Some("[]"));
        }
        if let Some(stand_in) = entity.stand_in(self.frame.edition.version, field.name) {
            return self.stand_in(json, field, stand_in);
        }
        if field.presence(self.frame.edition.version) != Presence::Required {
            return false;
        }
        let is_shown = released.shows(field.category);
        if is_shown && (entity, field.name) == (Entity::LineItem, "school") {
            return self.school_of_class(json, field);
        }
        if is_shown && matches!((entity, field.name), (Entity::Org, "identifier") | (Entity::Course, "courseCode")) {
            // The 1.2 schema requires what CSV sets may leave out.
            return text(json, field.name, Some(&released.identifier()));
        }
        if release.required_fields() == RequiredFields::Absent {
            return false;
        }
        match field.kind {
            Kind::Roles => return self.withheld_role(json, field.name),
            Kind::MainRole => return self.withheld_main_role(json, field.name),
            Kind::RoleOrgs => return self.withheld_role_orgs(json, field.name),
            _ => {}
        }
        let sourced_id = release.snapshot().ids(entity).sourced_id(released.position());
        let stand_in = placeholder::of(release, entity, sourced_id, field.name);
        if stand_in.is_none() && released.is_tombstone() {
            return self.withheld(json, field);
        }
        text(json, field.name, stand_in.as_deref())
    }

    /// Writes the reference of another field under this one's name; returns whether there is one.
    fn stand_in(&self, json: &mut Json, field: &'static Field, other: &'static Field) -> bool {
        let Kind::Reference(target) = other.kind else { return false };
        let place = self.released.fields().find(|(_, read)| *read == other).map(|(place, _)| place);
        let Some(position) = place.and_then(|place| self.released.reference(place, other, target)) else {
            return false;
        };
        json.name(field.name);
        self.reference(json, target, position);
        true
    }

    pub(in crate::oneroster) fn release(&self) -> &'a Release {
        self.released.release()
    }

    /// A `GUIDRef`: address, identifier and kind of another object in the view.
    pub(in crate::oneroster) fn reference(&self, json: &mut Json, target: Entity, position: u32) {
        let sourced_id = self.release().snapshot().ids(target).sourced_id(position);
        let identifier = self.release().identifier_of(target, sourced_id);
        json.raw("{\"href\":\"");
        json.raw(self.frame.root);
        json.raw((self.frame.edition.collection)(target));
        write_segment(json, &identifier);
        json.raw("\"");
        json.text_member("sourcedId", &identifier);
        json.text_member("type", target.name());
        json.raw("}");
    }

    fn references(&self, json: &mut Json, place: usize, field: &'static Field, target: Entity) -> bool {
        let row_ids: Vec<i64> = parsed(self.released.text(place, field)).unwrap_or_default();
        let ids = self.release().snapshot().ids(target);
        self.linked(json, field, target, row_ids.iter().filter_map(|id| ids.position(*id)).collect())
    }

    /// References that the snapshot knows, so that no row was read for them.
    fn known_references(&self, json: &mut Json, field: &'static Field, target: Entity) -> bool {
        if !is_in_snapshot(self.frame.entity, field) || !self.released.shows(field.category) {
            return false;
        }
        let (snapshot, position) = (self.release().snapshot(), self.released.position());
        let known = match self.frame.entity {
            Entity::User => snapshot.people.agents(position),
            _ => snapshot.classes.terms_of(position),
        };
        self.linked(json, field, target, known.to_vec())
    }

    fn resources(&self, json: &mut Json, place: usize, field: &'static Field) -> bool {
        let links: Vec<ResourceLink<'_>> = parsed(self.released.text(place, field)).unwrap_or_default();
        let ids = self.release().snapshot().ids(Entity::Resource);
        self.linked(
            json,
            field,
            Entity::Resource,
            links.iter().filter_map(|link| ids.position(link.resource)).collect(),
        )
    }

    /// The scale, if it is in the view.
    fn score_scale(&self, json: &mut Json, place: usize, field: &'static Field) -> bool {
        let Some(text) = self.released.text(place, field) else { return false };
        let found = parsed::<ScoreScaleLink<'_>>(Some(text));
        let ids = self.release().snapshot().ids(Entity::ScoreScale);
        let scale = found
            .and_then(|link| ids.position(link.score_scale))
            .filter(|scale| self.release().is_live(Entity::ScoreScale, *scale));
        if let Some(scale) = scale {
            json.name(field.name);
            self.reference(json, Entity::ScoreScale, scale);
        }
        scale.is_some()
    }

    /// The school of the class stands for that of a line item that names none: CSV sets may leave it out.
    fn school_of_class(&self, json: &mut Json, field: &'static Field) -> bool {
        let snapshot = self.release().snapshot();
        let is_told = !self.released.is_tombstone();
        let class = snapshot.gradebook.line_items.class_of(self.released.position()).filter(|_| is_told);
        let school = class.and_then(|class| link(&snapshot.classes.school, class));
        let school = school.filter(|school| self.release().is_live(Entity::Org, *school));
        if let Some(school) = school {
            json.name(field.name);
            self.reference(json, Entity::Org, school);
        }
        school.is_some()
    }

    fn children(&self, json: &mut Json, field: &'static Field) -> bool {
        let Kind::Children(entity) = field.kind else { return false };
        let snapshot = self.release().snapshot();
        if self.released.is_tombstone() {
            return false;
        }
        let position = self.released.position();
        let children =
            if entity == Entity::Org { snapshot.orgs.children(position) } else { snapshot.sessions.children(position) };
        let is_told = |child: &u32| planted::is(Leak::UncutChildren) || self.release().is_live(entity, *child);
        self.linked(json, field, entity, children.iter().filter(is_told).collect())
    }

    /// References to what may be told, in the vendor's order, so that their order says nothing either.
    fn linked(&self, json: &mut Json, field: &'static Field, target: Entity, mut positions: Vec<u32>) -> bool {
        let leak = if target == Entity::User { Leak::UncutAgents } else { Leak::UncutChildren };
        positions.retain(|position| planted::is(leak) || self.release().may_link(target, *position));
        if positions.is_empty() {
            return false;
        }
        self.released.note(field.category);
        let order = self.release().order(target);
        positions.sort_unstable_by_key(|position| order.rank(*position));
        positions.dedup();
        list(json, field.name, &positions, |json, position| self.reference(json, target, *position))
    }

    /// The roles of a person that the vendor may know of: at orgs in the view.
    pub(in crate::oneroster) fn roles(&self) -> Vec<Role<'a>> {
        let released = self.released;
        if released.entity() != Entity::User || !released.shows(Category::Identity) {
            return Vec::new();
        }
        let Some((place, field)) = released.fields().find(|(_, field)| field.kind == Kind::Roles) else {
            return Vec::new();
        };
        let mut roles: Vec<Role<'a>> = parsed(released.text(place, field)).unwrap_or_default();
        let snapshot = self.release().snapshot();
        roles.retain(|role| {
            planted::is(Leak::UncutRoles)
                || snapshot.orgs.ids.position(role.org).is_some_and(|org| self.release().is_live(Entity::Org, org))
        });
        roles
    }

    fn role(&self, json: &mut Json, role: &Role<'_>) {
        let released = self.released;
        let Some(org) = self.release().snapshot().orgs.ids.position(role.org) else { return };
        json.raw("{");
        json.text_member("roleType", &role.role_type);
        json.text_member("role", &role.role);
        json.name("org");
        self.reference(json, Entity::Org, org);
        if let Some(profile) = role.user_profile.as_deref().filter(|_| released.shows(Category::Login)) {
            released.note(Category::Login);
            json.text_member("userProfile", &self.release().account(profile));
        }
        if released.shows(Category::EnrolmentDates) {
            for (name, date) in [("beginDate", &role.begin_date), ("endDate", &role.end_date)] {
                if text(json, name, date.as_deref()) {
                    released.note(Category::EnrolmentDates);
                }
            }
        }
        json.raw("}");
    }

    /// A role that says only that the role is withheld, at the first org of the view.
    fn withheld_role(&self, json: &mut Json, name: &'static str) -> bool {
        let org = self.release().first_org();
        if org.is_none() && !self.released.is_tombstone() {
            return false;
        }
        list(json, name, &[org], |json, org| {
            json.raw("{");
            json.text_member("roleType", "primary");
            json.text_member("role", "ext:withheld");
            json.name("org");
            match org {
                Some(org) => self.reference(json, Entity::Org, *org),
                None => self.withheld_reference(json, Entity::Org),
            }
            json.raw("}");
        })
    }

    /// An account with its one credential; passwords are never kept, so never shown.
    fn profile(&self, json: &mut Json, profile: &UserProfile<'_>) {
        json.raw("{");
        json.text_member("profileId", &self.release().account(&profile.sourced_id));
        json.text_member("profileType", &profile.profile_type);
        json.text_member("vendorId", &profile.vendor_id);
        text(json, "applicationId", profile.application_id.as_deref());
        text(json, "description", profile.description.as_deref());
        json.name("credentials");
        json.raw("[{");
        json.text_member("type", &profile.credential_type);
        json.text_member("username", &profile.username);
        json.raw("}]}");
    }
}

/// Writes a member if it has a value; returns whether it did.
fn text(json: &mut Json, name: &'static str, value: Option<&str>) -> bool {
    if let Some(value) = value {
        json.text_member(name, value);
    }
    value.is_some()
}

/// Writes a member whose value is JSON as it was stored; returns whether it did.
fn raw(json: &mut Json, name: &'static str, value: Option<&str>) -> bool {
    if let Some(value) = value {
        json.name(name);
        json.raw(value);
    }
    value.is_some()
}

/// Writes a member with a list unless the list is empty; returns whether it did.
pub(in crate::oneroster) fn list<T>(
    json: &mut Json,
    name: &'static str,
    items: &[T],
    write: impl Fn(&mut Json, &T),
) -> bool {
    if items.is_empty() {
        return false;
    }
    json.name(name);
    json.raw("[");
    for item in items {
        json.element();
        write(json, item);
    }
    json.raw("]");
    true
}

fn parsed<'j, T: serde::Deserialize<'j>>(text: Option<&'j str>) -> Option<T> {
    serde_json::from_str(text?).ok()
}

/// A day is the instant of its start in UTC; an instant stays as it is.
fn day_as_instant(text: &str) -> String {
    if text.len() == "YYYY-MM-DD".len() { format!("{text}T00:00:00.000Z") } else { text.to_owned() }
}
