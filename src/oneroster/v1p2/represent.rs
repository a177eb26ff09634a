//! Released records in the shape of OneRoster 1.2 (§2.4 of its information model): absent members are left
//! out, references carry `href`, `sourcedId` and `type`, booleans are text.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

use crate::catalogue::element::{ResourceLink, Role, UserId, UserProfile};
use crate::catalogue::{Category, Entity, Field, Kind};
use crate::clock::Millis;
use crate::consent::released::Record;
use crate::consent::{Release, Released, RequiredFields};
use crate::oneroster::placeholder;
use crate::snapshot::structure::link;

/// RFC 3986 unreserved characters stay as they are.
pub const PATH_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What all records of an answer share.
#[derive(Debug)]
pub struct Frame<'a> {
    root: &'a str,
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
    pub fn new(root: &'a str, entity: Entity, read: &[&'static Field], asked: Option<&[String]>) -> Self {
        let wants = |name: &str| asked.is_none_or(|members| members.iter().any(|m| m == name));
        let mut members: Vec<Member> = Vec::new();
        for field in entity.fields().iter().filter(|field| wants(field.name)) {
            let place = read.iter().position(|other| *other == field);
            if place.is_none() && !matches!(field.kind, Kind::Children(_)) {
                continue;
            }
            if let Some(last) = members.last_mut().filter(|last| last.field.name == field.name) {
                last.may_follow = true;
            }
            members.push(Member { place, field, may_follow: false });
        }
        Self {
            root,
            entity,
            members,
            has_identifier: wants("sourcedId"),
            has_status: wants("status"),
            has_time: wants("dateLastModified"),
        }
    }
}

/// One record, to be serialized.
pub struct Represented<'a, 'f, R> {
    frame: &'f Frame<'f>,
    released: &'f Released<'a, R>,
}

impl<'a, 'f, R: Record<'a>> Represented<'a, 'f, R> {
    /// Puts a released record into the shape of the standard.
    pub fn new(frame: &'f Frame<'f>, released: &'f Released<'a, R>) -> Self {
        Self { frame, released }
    }
}

impl<'a, R: Record<'a>> Serialize for Represented<'a, '_, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (frame, released) = (self.frame, self.released);
        let mut map = serializer.serialize_map(None)?;
        let roles = self.roles();
        // Whoever learns of the object learns its base: that it exists.
        released.note(frame.entity.base_category());
        if frame.has_identifier {
            map.serialize_entry("sourcedId", &released.identifier())?;
        }
        if frame.has_status {
            map.serialize_entry("status", released.status())?;
        }
        if frame.has_time {
            let latest_role = roles.iter().map(|role| role.at).max();
            map.serialize_entry("dateLastModified", &Stamp(released.modified_at(latest_role)))?;
        }
        let mut written = "";
        for member in &frame.members {
            if member.field.name == written {
                continue;
            }
            if self.member(&mut map, member, &roles)?
                || (!member.may_follow && self.without_value(&mut map, member.field)?)
            {
                written = member.field.name;
            }
        }
        map.end()
    }
}

impl<'a, R: Record<'a>> Represented<'a, '_, R> {
    /// Writes a member if it has a value; returns whether it did.
    fn member<M: SerializeMap>(&self, map: &mut M, member: &Member, roles: &[Role<'a>]) -> Result<bool, M::Error> {
        let (released, field, name) = (self.released, member.field, member.field.name);
        let Some(place) = member.place else { return self.children(map, field) };
        match field.kind {
            Kind::Text | Kind::Boolean | Kind::Date => entry(map, name, released.text(place, field)),
            Kind::DateTime => entry(map, name, released.text(place, field).map(day_as_instant)),
            Kind::Number => entry(map, name, released.number(place, field)),
            Kind::TextList | Kind::Metadata => {
                let raw = released.text(place, field).and_then(|text| serde_json::from_str::<&RawValue>(text).ok());
                entry(map, name, raw)
            }
            Kind::Reference(target) => {
                let position = released.reference(place, field, target);
                entry(map, name, position.map(|position| self.reference(target, position)))
            }
            Kind::ReferenceList(target) => self.references(map, place, field, target),
            Kind::Resources => self.resources(map, place, field),
            Kind::UserIds => {
                let ids = self.user_ids(name);
                entry(map, name, Some(ids).filter(|ids| !ids.is_empty()))
            }
            Kind::UserProfiles => {
                let profiles: Option<Vec<UserProfile<'_>>> = parsed(released.text(place, field));
                entry(map, name, profiles.as_deref().map(|profiles| self.profiles(profiles)))
            }
            Kind::Roles => {
                let shown: Vec<_> = roles.iter().filter(|role| !role.gone).filter_map(|role| self.role(role)).collect();
                entry(map, name, Some(shown).filter(|shown| !shown.is_empty()))
            }
            Kind::Children(_)
            | Kind::Unstored
            | Kind::ScoreScaleLink
            | Kind::ScoreScaleValues
            | Kind::LearningObjectives
            | Kind::LearningObjectiveResults => Ok(false),
        }
    }

    /// The identifiers of every category that is shown, in one list.
    fn user_ids(&self, name: &str) -> Vec<UserId<'a>> {
        let of_name = self.frame.members.iter().filter(|member| member.field.name == name);
        of_name
            .filter_map(|member| self.released.text(member.place?, member.field))
            .filter_map(|text| serde_json::from_str::<Vec<UserId<'a>>>(text).ok())
            .flatten()
            .collect()
    }

    /// What stands for a member without a value: a placeholder if it is required, an empty list where
    /// clients loop over it unguarded.
    fn without_value<M: SerializeMap>(&self, map: &mut M, field: &'static Field) -> Result<bool, M::Error> {
        let (released, entity) = (self.released, self.frame.entity);
        let release = released.release();
        if matches!(
            (entity, field.name),
            (Entity::User, "agents" | "userIds") | (Entity::Class, "periods") | (_, "children")
        ) {
            return entry(map, field.name, Some([""; 0]));
        }
        if !field.is_required {
            return Ok(false);
        }
        let is_shown = released.shows(field.category);
        if is_shown && matches!((entity, field.name), (Entity::Org, "identifier") | (Entity::Course, "courseCode")) {
            // The 1.2 schema requires what CSV sets may leave out.
            return entry(map, field.name, Some(released.identifier()));
        }
        if release.required_fields() == RequiredFields::Absent {
            return Ok(false);
        }
        if field.kind == Kind::Roles {
            return entry(map, field.name, self.withheld_role().map(|role| [role]));
        }
        let sourced_id = release.snapshot().ids(entity).sourced_id(released.position());
        entry(map, field.name, placeholder::of(release, entity, sourced_id, field.name))
    }

    fn release(&self) -> &'a Release {
        self.released.release()
    }

    fn reference(&self, target: Entity, position: u32) -> Reference<'_> {
        let sourced_id = self.release().snapshot().ids(target).sourced_id(position);
        Reference { root: self.frame.root, target, identifier: self.release().identifier_of(target, sourced_id) }
    }

    fn references<M: SerializeMap>(
        &self,
        map: &mut M,
        place: usize,
        field: &'static Field,
        target: Entity,
    ) -> Result<bool, M::Error> {
        let row_ids: Vec<i64> = parsed(self.released.text(place, field)).unwrap_or_default();
        let ids = self.release().snapshot().ids(target);
        let positions: Vec<u32> = row_ids
            .iter()
            .filter_map(|id| ids.position(*id))
            .filter(|position| self.release().may_link(target, *position))
            .collect();
        self.list(map, field, target, positions)
    }

    /// References in the vendor's order, so that their order says nothing either.
    fn list<M: SerializeMap>(
        &self,
        map: &mut M,
        field: &'static Field,
        target: Entity,
        mut positions: Vec<u32>,
    ) -> Result<bool, M::Error> {
        if positions.is_empty() {
            return Ok(false);
        }
        self.released.note(field.category);
        let order = self.release().order(target);
        positions.sort_unstable_by_key(|position| order.rank(*position));
        positions.dedup();
        let references: Vec<_> = positions.into_iter().map(|position| self.reference(target, position)).collect();
        entry(map, field.name, Some(references))
    }

    fn resources<M: SerializeMap>(&self, map: &mut M, place: usize, field: &'static Field) -> Result<bool, M::Error> {
        let links: Vec<ResourceLink<'_>> = parsed(self.released.text(place, field)).unwrap_or_default();
        let ids = self.release().snapshot().ids(Entity::Resource);
        let positions: Vec<u32> = links
            .iter()
            .filter_map(|link| ids.position(link.resource))
            .filter(|position| self.release().is_visible(Entity::Resource, *position))
            .collect();
        self.list(map, field, Entity::Resource, positions)
    }

    fn children<M: SerializeMap>(&self, map: &mut M, field: &'static Field) -> Result<bool, M::Error> {
        let (released, snapshot) = (self.released, self.release().snapshot());
        let (entity, parents) = match released.entity() {
            Entity::Org => (Entity::Org, &snapshot.orgs.parent),
            Entity::AcademicSession => (Entity::AcademicSession, &snapshot.sessions.parent),
            Entity::Course
            | Entity::Class
            | Entity::User
            | Entity::Demographics
            | Entity::Enrollment
            | Entity::Resource
            | Entity::LineItemCategory
            | Entity::LineItem
            | Entity::Result
            | Entity::ScoreScale => return Ok(false),
        };
        let deleted = &snapshot.ids(entity).deleted;
        let visible = self.release().visible(entity);
        let is_child = |child: &u32| link(parents, *child) == Some(released.position()) && !deleted.contains(*child);
        let children: Vec<u32> = visible.iter().filter(is_child).collect();
        self.list(map, field, entity, children)
    }

    /// The roles of a person that the vendor may know of: at orgs in the view.
    fn roles(&self) -> Vec<Role<'a>> {
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
            snapshot.orgs.ids.position(role.org).is_some_and(|org| self.release().is_visible(Entity::Org, org))
        });
        roles
    }

    fn role<'r>(&'r self, role: &'r Role<'a>) -> Option<ShownRole<'r>> {
        let released = self.released;
        let org = self.release().snapshot().orgs.ids.position(role.org)?;
        let shows_dates = released.shows(Category::EnrolmentDates);
        let dates = [role.begin_date.as_deref(), role.end_date.as_deref()].map(|date| date.filter(|_| shows_dates));
        if dates.iter().any(Option::is_some) {
            released.note(Category::EnrolmentDates);
        }
        let profile = role.user_profile.as_deref().filter(|_| released.shows(Category::Login));
        Some(ShownRole {
            role_type: &role.role_type,
            role: &role.role,
            org: self.reference(Entity::Org, org),
            user_profile: profile.map(|profile| self.release().account(profile)),
            dates,
        })
    }

    /// A role that says only that the role is withheld, at the first org of the view.
    fn withheld_role(&self) -> Option<ShownRole<'_>> {
        let first = self.release().listed(Entity::Org).min()?;
        let org = self.release().order(Entity::Org).position(first);
        Some(ShownRole {
            role_type: "primary",
            role: "ext:withheld",
            org: self.reference(Entity::Org, org),
            user_profile: None,
            dates: [None, None],
        })
    }

    fn profiles<'p>(&self, profiles: &'p [UserProfile<'p>]) -> Vec<ShownProfile<'p>> {
        profiles
            .iter()
            .map(|profile| ShownProfile { profile_id: self.release().account(&profile.sourced_id), profile })
            .collect()
    }
}

fn entry<M: SerializeMap, V: Serialize>(map: &mut M, name: &'static str, value: Option<V>) -> Result<bool, M::Error> {
    match value {
        Some(value) => map.serialize_entry(name, &value).map(|()| true),
        None => Ok(false),
    }
}

fn parsed<'j, T: serde::Deserialize<'j>>(text: Option<&'j str>) -> Option<T> {
    serde_json::from_str(text?).ok()
}

/// A day is the instant of its start in UTC; an instant stays as it is.
fn day_as_instant(text: &str) -> Cow<'_, str> {
    if text.len() == "YYYY-MM-DD".len() { format!("{text}T00:00:00.000Z").into() } else { text.into() }
}

/// An instant as `YYYY-MM-DDThh:mm:ss.sssZ`.
struct Stamp(Millis);

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339())
    }
}

/// A `GUIDRef`: address, identifier and kind of another object in the view.
#[derive(Debug)]
struct Reference<'a> {
    root: &'a str,
    target: Entity,
    identifier: Cow<'a, str>,
}

impl fmt::Display for Reference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (service, collection) = match self.target {
            Entity::Org => ("rostering", "orgs"),
            Entity::AcademicSession => ("rostering", "academicSessions"),
            Entity::Course => ("rostering", "courses"),
            Entity::Class => ("rostering", "classes"),
            Entity::User => ("rostering", "users"),
            Entity::Demographics => ("rostering", "demographics"),
            Entity::Enrollment => ("rostering", "enrollments"),
            Entity::Resource => ("resources", "resources"),
            Entity::LineItemCategory => ("gradebook", "categories"),
            Entity::LineItem => ("gradebook", "lineItems"),
            Entity::Result => ("gradebook", "results"),
            Entity::ScoreScale => ("gradebook", "scoreScales"),
        };
        let identifier = utf8_percent_encode(&self.identifier, PATH_SEGMENT);
        write!(f, "{}/{service}/v1p2/{collection}/{identifier}", self.root)
    }
}

impl Serialize for Reference<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("href", &Href(self))?;
        map.serialize_entry("sourcedId", &self.identifier)?;
        map.serialize_entry("type", self.target.name())?;
        map.end()
    }
}

struct Href<'a>(&'a Reference<'a>);

impl Serialize for Href<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

struct ShownRole<'a> {
    role_type: &'a str,
    role: &'a str,
    org: Reference<'a>,
    user_profile: Option<String>,
    dates: [Option<&'a str>; 2],
}

impl Serialize for ShownRole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let [begin, end] = self.dates;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("roleType", self.role_type)?;
        map.serialize_entry("role", self.role)?;
        map.serialize_entry("org", &self.org)?;
        entry(&mut map, "userProfile", self.user_profile.as_deref())?;
        entry(&mut map, "beginDate", begin)?;
        entry(&mut map, "endDate", end)?;
        map.end()
    }
}

struct ShownProfile<'a> {
    profile_id: String,
    profile: &'a UserProfile<'a>,
}

impl Serialize for ShownProfile<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("profileId", &self.profile_id)?;
        map.serialize_entry("profileType", &self.profile.profile_type)?;
        map.serialize_entry("vendorId", &self.profile.vendor_id)?;
        entry(&mut map, "applicationId", self.profile.application_id.as_deref())?;
        entry(&mut map, "description", self.profile.description.as_deref())?;
        map.serialize_entry("credentials", &Credentials(self.profile))?;
        map.end()
    }
}

/// The one credential of a profile; passwords are never kept, so never shown.
struct Credentials<'a>(&'a UserProfile<'a>);

impl Serialize for Credentials<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(1))?;
        list.serialize_element(&std::collections::BTreeMap::from([
            ("type", self.0.credential_type.as_ref()),
            ("username", self.0.username.as_ref()),
        ]))?;
        list.end()
    }
}
