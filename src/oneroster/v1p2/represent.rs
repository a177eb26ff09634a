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
    /// The address of OneRoster in this board: `https://…/{tenant}/ims/oneroster`.
    pub root: &'a str,
    /// The members that were asked for; none means all.
    pub members: Option<&'a [String]>,
}

impl Frame<'_> {
    fn wants(&self, member: &str) -> bool {
        self.members.is_none_or(|members| members.iter().any(|m| m == member))
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
        released.note(released.entity().base_category());
        if frame.wants("sourcedId") {
            map.serialize_entry("sourcedId", &released.identifier())?;
        }
        if frame.wants("status") {
            map.serialize_entry("status", released.status())?;
        }
        if frame.wants("dateLastModified") {
            let latest_role = roles.iter().map(|role| role.at).max();
            map.serialize_entry("dateLastModified", &Stamp(released.modified_at(latest_role)))?;
        }
        let mut last = "";
        let mut is_written = true;
        for (place, field) in released.fields() {
            if !frame.wants(field.name) {
                continue;
            }
            // A name with two categories has two rows; the first that shows a value is written.
            if field.name == last && is_written {
                continue;
            }
            let is_last_of_name = self.is_last_of_name(place, field);
            is_written = self.field(&mut map, place, field, &roles, is_last_of_name)?;
            last = field.name;
        }
        for field in self.derived_fields() {
            self.children(&mut map, field)?;
        }
        map.end()
    }
}

impl<'a, R: Record<'a>> Represented<'a, '_, R> {
    fn is_last_of_name(&self, place: usize, field: &Field) -> bool {
        self.released.fields().skip(place + 1).all(|(_, other)| other.name != field.name)
    }

    /// Fields without a column, which selections don't read.
    fn derived_fields(&self) -> impl Iterator<Item = &'static Field> {
        let is_wanted =
            |field: &&'static Field| matches!(field.kind, Kind::Children(_)) && self.frame.wants(field.name);
        self.released.entity().fields().iter().filter(is_wanted)
    }

    /// Writes a member if it has a value or needs a placeholder; returns whether it did.
    fn field<M: SerializeMap>(
        &self,
        map: &mut M,
        place: usize,
        field: &'static Field,
        roles: &[Role<'a>],
        is_last: bool,
    ) -> Result<bool, M::Error> {
        let (released, name) = (self.released, field.name);
        let written = match field.kind {
            Kind::Text | Kind::Boolean | Kind::Date => entry(map, name, released.text(place, field))?,
            Kind::DateTime => entry(map, name, released.text(place, field).map(day_as_instant))?,
            Kind::Number => entry(map, name, released.number(place, field))?,
            Kind::TextList | Kind::Metadata => {
                let raw = released.text(place, field).and_then(|text| serde_json::from_str::<&RawValue>(text).ok());
                entry(map, name, raw)?
            }
            Kind::Reference(target) => {
                let position = released.reference(place, field, target);
                entry(map, name, position.map(|position| self.reference(target, position)))?
            }
            Kind::ReferenceList(target) => self.references(map, place, field, target)?,
            Kind::Resources => self.resources(map, place, field)?,
            Kind::UserIds => {
                let ids: Option<Vec<UserId<'_>>> = parsed(released.text(place, field));
                entry(map, name, ids)?
            }
            Kind::UserProfiles => {
                let profiles: Option<Vec<UserProfile<'_>>> = parsed(released.text(place, field));
                entry(map, name, profiles.as_deref().map(|profiles| self.profiles(profiles)))?
            }
            Kind::Roles => {
                let shown: Vec<_> = roles.iter().filter(|role| !role.gone).filter_map(|role| self.role(role)).collect();
                if !shown.is_empty() {
                    released.note(Category::Identity);
                }
                entry(map, name, Some(shown).filter(|shown| !shown.is_empty()))?
            }
            Kind::Children(_)
            | Kind::Unstored
            | Kind::ScoreScaleLink
            | Kind::ScoreScaleValues
            | Kind::LearningObjectives
            | Kind::LearningObjectiveResults => false,
        };
        if written || !is_last {
            return Ok(written);
        }
        self.without_value(map, field)
    }

    /// What stands for a member without a value: a placeholder if it is required, an empty list where
    /// clients loop over it unguarded.
    fn without_value<M: SerializeMap>(&self, map: &mut M, field: &'static Field) -> Result<bool, M::Error> {
        let (released, entity) = (self.released, self.released.entity());
        let release = released.release();
        if matches!((entity, field.name), (Entity::User, "agents" | "userIds") | (Entity::Class, "periods")) {
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
            .filter(|position| self.release().is_visible(target, *position))
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

    fn children<M: SerializeMap>(&self, map: &mut M, field: &'static Field) -> Result<(), M::Error> {
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
            | Entity::ScoreScale => return Ok(()),
        };
        let deleted = &snapshot.ids(entity).deleted;
        let visible = self.release().visible(entity);
        let is_child = |child: &u32| link(parents, *child) == Some(released.position()) && !deleted.contains(*child);
        let children: Vec<u32> = visible.iter().filter(is_child).collect();
        if !self.list(map, field, entity, children)? {
            entry(map, field.name, Some([""; 0]))?;
        }
        Ok(())
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
            user_profile: profile.map(|profile| self.profile_id(profile)),
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

    fn profile_id(&self, sourced_id: &str) -> String {
        // The schema wants a URI; the identifier is no object's of its own, so it borrows the person's kind.
        let tagged = format!("profile:{sourced_id}");
        let identifier = self.release().identifier_of(Entity::User, &tagged);
        let identifier = identifier.strip_prefix("profile:").unwrap_or(&identifier);
        format!("urn:koppelvlak:profile:{}", utf8_percent_encode(identifier, PATH_SEGMENT))
    }

    fn profiles<'p>(&self, profiles: &'p [UserProfile<'p>]) -> Vec<ShownProfile<'p>> {
        profiles
            .iter()
            .map(|profile| ShownProfile { profile_id: self.profile_id(&profile.sourced_id), profile })
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
