//! A filter as a set of objects.
//!
//! A leaf is what the database or the snapshot answers, cut to the objects whose field is released: a
//! withheld value behaves exactly like an absent one. `and` and `or` are set algebra; `!=` is the
//! complement within the view.

use std::borrow::Cow;

use roaring::RoaringBitmap;

use crate::catalogue::element::{Role, UserId, UserProfile};
use crate::catalogue::word::in_version;
use crate::catalogue::{Category, Entity, Field, Kind, Version};
use crate::clock::Millis;
use crate::consent::Release;
use crate::planted::{self, Leak};
use crate::query::answers::Board;
use crate::query::elements;
use crate::query::filter::{Filter, Leaf, Member, Op, Target, fields};
use crate::query::main_role::MainRoles;
use crate::query::modified;
use crate::query::relation;
use crate::query::value::{self, BadValue};
use crate::store::{Bind, Conn, StoreError, leaf};

/// Why a filter has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// A value is not of the field's form; the same for every vendor and all data.
    #[error("{0}")]
    BadValue(#[from] BadValue),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an evaluation needs: the vendor's release, the board's answers, and a connection for new ones.
pub struct Context<'a> {
    /// What the vendor may see.
    pub release: &'a Release,
    /// Who has which main role.
    pub main_roles: &'a MainRoles,
    /// The board's data.
    pub board: &'a Board,
    /// For answers that are not there yet.
    pub conn: &'a mut Conn,
}

impl Context<'_> {
    /// The visible objects for which the filter holds.
    pub fn evaluate(&mut self, entity: Entity, filter: &Filter) -> Result<RoaringBitmap, QueryError> {
        match filter {
            Filter::And(parts) => {
                let mut found = self.release.visible(entity).clone();
                for part in parts {
                    found &= self.evaluate(entity, part)?;
                }
                Ok(found)
            }
            Filter::Or(parts) => {
                let mut found = RoaringBitmap::new();
                for part in parts {
                    found |= self.evaluate(entity, part)?;
                }
                Ok(found)
            }
            Filter::Leaf(leaf) => self.leaf(entity, leaf),
        }
    }

    fn leaf(&mut self, entity: Entity, leaf: &Leaf) -> Result<RoaringBitmap, QueryError> {
        if leaf.op == Op::Ne {
            // An absent value differs from every value (and so does a withheld one).
            let equal = Leaf { op: Op::Eq, ..leaf.clone() };
            if let (Target::Field(name, member), true) = (&leaf.target, planted::is(Leak::NotEqualOverAll)) {
                let mut found = self.release.visible(entity).clone();
                for field in fields(entity, name) {
                    found -= self.field(entity, field, *member, &equal)?;
                }
                return Ok(found);
            }
            let equal = self.leaf(entity, &equal)?;
            return Ok(self.release.visible(entity) - equal);
        }
        match &leaf.target {
            Target::SourcedId => Ok(self.identified(entity, leaf.op, &leaf.value)),
            Target::Status => Ok(self.with_status(entity, leaf.op, &leaf.value)),
            Target::DateLastModified => {
                let at = value::instant(&leaf.value)?;
                Ok(modified::compared(self.release, entity, leaf.op, at))
            }
            Target::Field(name, member) => {
                let mut found = RoaringBitmap::new();
                for field in fields(entity, name) {
                    let matches = self.field(entity, field, *member, leaf)?;
                    found |= match entity {
                        _ if planted::is(Leak::UncutFilter) => matches,
                        Entity::User => matches & self.release.released(field.category),
                        Entity::Demographics
                        | Entity::Enrollment
                        | Entity::Org
                        | Entity::AcademicSession
                        | Entity::Course
                        | Entity::Class
                        | Entity::Resource
                        | Entity::LineItemCategory
                        | Entity::LineItem
                        | Entity::Result
                        | Entity::ScoreScale
                        | Entity::AssessmentLineItem
                        | Entity::AssessmentResult => matches & self.release.shown(entity, field.category),
                    };
                }
                Ok(found)
            }
            Target::Metadata(key) => {
                let matches = self.metadata(entity, key, leaf)?;
                Ok(matches & self.release.shown(entity, Category::Free))
            }
        }
    }

    /// The visible objects whose identifier, as the vendor knows it, compares so.
    pub fn identified(&self, entity: Entity, op: Op, value: &str) -> RoaringBitmap {
        if op == Op::Eq {
            return self.release.find(entity, value).into_iter().collect();
        }
        let ids = self.release.snapshot().ids(entity);
        let holds =
            |position: &u32| op.holds_for_text(&self.release.identifier_of(entity, ids.sourced_id(*position)), value);
        self.release.visible(entity).iter().filter(holds).collect()
    }

    fn with_status(&self, entity: Entity, op: Op, value: &str) -> RoaringBitmap {
        let visible = self.release.visible(entity);
        let gone = self.release.recollection().tombstones(entity).clone();
        let mut found = RoaringBitmap::new();
        if op.holds_for_text("active", value) {
            found |= visible - &gone;
        }
        if op.holds_for_text("tobedeleted", value) {
            found |= gone;
        }
        found
    }

    /// The objects whose field compares so, whatever the vendor may see of the field itself.
    fn field(
        &mut self,
        entity: Entity,
        field: &'static Field,
        member: Member,
        leaf: &Leaf,
    ) -> Result<RoaringBitmap, QueryError> {
        match (field.kind, member) {
            (Kind::Reference(target) | Kind::ReferenceList(target) | Kind::Children(target), Member::ReferenceType) => {
                let all = if leaf.op.holds_for_text(target.name(), &leaf.value) {
                    self.release.live(target).clone()
                } else {
                    RoaringBitmap::new()
                };
                self.linked(entity, field, target, &all)
            }
            (Kind::Reference(target) | Kind::ReferenceList(target) | Kind::Children(target), _) => {
                let targets = self.identified(target, leaf.op, &leaf.value) & self.release.live(target);
                self.linked(entity, field, target, &targets)
            }
            (Kind::Resources, member) => {
                let is_named = member != Member::ReferenceType;
                let is_of_type = leaf.op.holds_for_text(Entity::Resource.name(), &leaf.value);
                let targets = match (is_named, is_of_type) {
                    (true, _) => {
                        self.identified(Entity::Resource, leaf.op, &leaf.value) & self.release.live(Entity::Resource)
                    }
                    (false, true) => self.release.live(Entity::Resource).clone(),
                    (false, false) => RoaringBitmap::new(),
                };
                Ok(relation::with_resources(self.release.snapshot(), entity, &targets))
            }
            (Kind::Roles, member) => self.roles(member, leaf),
            (Kind::RoleOrgs, Member::ReferenceType) => self.roles(Member::ReferenceType, leaf),
            (Kind::RoleOrgs, _) => self.roles(Member::SourcedId, leaf),
            (Kind::MainRole, _) => {
                Ok(self.main_roles.holders(self.release, |word| leaf.op.holds_for_text(word, &leaf.value)))
            }
            (Kind::Text, member) if entity == Entity::Enrollment && field.name == "role" => {
                let names = &self.release.snapshot().enrollments.role_names;
                let holds = |name: &String| holds_in_words(entity, field, member, leaf, name);
                let roles: Vec<bool> = names.iter().map(holds).collect();
                Ok(relation::enrollments_with_role(self.release.snapshot(), &roles))
            }
            (Kind::Text, member @ Member::Worded(_)) => {
                Ok(self
                    .scan((entity, field, "worded"), leaf, |text| holds_in_words(entity, field, member, leaf, text))?)
            }
            (Kind::Text, _) => Ok(self.compare(entity, field, leaf, leaf.value.as_str().into())?),
            (Kind::Boolean, _) => Ok(self.compare(entity, field, leaf, leaf.value.to_lowercase().into())?),
            (Kind::Date, _) => {
                // Part of a date is looked for as text.
                let wanted =
                    if leaf.op == Op::Contains { leaf.value.clone() } else { value::date(&leaf.value)?.to_string() };
                Ok(self.compare(entity, field, leaf, wanted.into())?)
            }
            (Kind::DateTime, _) => {
                let at = Millis(value::instant(&leaf.value)?).to_rfc3339();
                Ok(self.scan((entity, field, ""), leaf, |text| leaf.op.holds_for_text(&value::as_instant(text), &at))?)
            }
            (Kind::Number, _) => {
                let number = value::number(&leaf.value)?;
                Ok(self.compare(entity, field, leaf, number.into())?)
            }
            (Kind::TextList, _) => {
                let wanted = leaf.value.clone();
                Ok(self.scan((entity, field, ""), leaf, |text| value::list_holds(leaf.op, text, &wanted))?)
            }
            (Kind::UserIds, member) => {
                let name = if member == Member::Named("type") { "type" } else { "identifier" };
                Ok(self.scan((entity, field, name), leaf, |text| user_ids(text, name, leaf))?)
            }
            (Kind::UserProfiles, member) => {
                let Member::Named(name) = member else { return Ok(RoaringBitmap::new()) };
                if name == "profileId" {
                    return self.accounts(leaf);
                }
                Ok(self.scan((entity, field, name), leaf, |text| user_profiles(text, name, leaf))?)
            }
            (
                Kind::ScoreScaleLink
                | Kind::ScoreScaleValues
                | Kind::LearningObjectives
                | Kind::LearningObjectiveResults,
                _,
            ) if field.column.is_empty() => Ok(RoaringBitmap::new()),
            (Kind::ScoreScaleLink, member) => Ok(self.with_scale((entity, field), member, leaf)?),
            (
                Kind::ScoreScaleValues | Kind::LearningObjectives | Kind::LearningObjectiveResults,
                Member::Named(name),
            ) => Ok(self.scan((entity, field, name), leaf, |text| elements::hold(text, name, leaf))?),
            (
                Kind::Unstored
                | Kind::ScoreScaleValues
                | Kind::LearningObjectives
                | Kind::LearningObjectiveResults
                | Kind::Metadata,
                _,
            ) => Ok(RoaringBitmap::new()),
        }
    }

    fn compare(
        &mut self,
        entity: Entity,
        field: &'static Field,
        leaf: &Leaf,
        wanted: Bind,
    ) -> Result<RoaringBitmap, StoreError> {
        let Some(operator) = leaf.op.sql() else {
            return self.scan((entity, field, ""), leaf, |text| leaf.op.holds_for_text(text, &leaf.value));
        };
        if field.column.is_empty() {
            return Ok(RoaringBitmap::new());
        }
        let key = (entity, field.column, "", leaf.op, leaf.value.clone());
        let (board, conn) = (self.board, &mut *self.conn);
        let ask = || leaf::compare(conn, &board.snapshot, (entity, field.column), operator, wanted);
        Ok(RoaringBitmap::clone(&*board.leaf(key, ask)?))
    }

    fn scan(
        &mut self,
        (entity, field, member): (Entity, &'static Field, &'static str),
        leaf: &Leaf,
        mut holds: impl FnMut(&str) -> bool,
    ) -> Result<RoaringBitmap, StoreError> {
        let key = (entity, field.column, member, leaf.op, leaf.value.clone());
        let (board, conn) = (self.board, &mut *self.conn);
        if field.kind == Kind::Number || field.column.is_empty() {
            return Ok(RoaringBitmap::new());
        }
        let ask = || leaf::matching(conn, &board.snapshot, (entity, field.column), |_, text| holds(text));
        Ok(RoaringBitmap::clone(&*board.leaf(key, ask)?))
    }

    /// The objects that refer to one of `targets`, from the snapshot where it has the relation.
    fn linked(
        &mut self,
        entity: Entity,
        field: &'static Field,
        target: Entity,
        targets: &RoaringBitmap,
    ) -> Result<RoaringBitmap, QueryError> {
        if let Some(found) = relation::linked(self.release, entity, field.name, targets) {
            return Ok(found);
        }
        if field.column.is_empty() {
            return Ok(RoaringBitmap::new());
        }
        let snapshot = self.release.snapshot();
        let wanted: std::collections::BTreeSet<i64> = targets.iter().map(|p| snapshot.ids(target).row_id(p)).collect();
        Ok(crate::store::leaf::referring(self.conn, snapshot, (entity, field.column), &wanted)?)
    }

    /// The objects whose scale compares so, where it is in the view.
    fn with_scale(
        &mut self,
        (entity, field): (Entity, &'static Field),
        member: Member,
        leaf: &Leaf,
    ) -> Result<RoaringBitmap, StoreError> {
        let release = self.release;
        let ids = release.snapshot().ids(Entity::ScoreScale);
        let targets = match member {
            Member::ReferenceType if leaf.op.holds_for_text(Entity::ScoreScale.name(), &leaf.value) => {
                release.live(Entity::ScoreScale).clone()
            }
            Member::ReferenceType => RoaringBitmap::new(),
            _ => self.identified(Entity::ScoreScale, leaf.op, &leaf.value) & release.live(Entity::ScoreScale),
        };
        let holds = |_: u32, text: &str| {
            elements::scale(text).and_then(|scale| ids.position(scale)).is_some_and(|scale| targets.contains(scale))
        };
        leaf::matching(self.conn, release.snapshot(), (entity, field.column), holds)
    }

    /// People with a role, at an org in the view, for which the comparison holds.
    fn roles(&mut self, member: Member, leaf: &Leaf) -> Result<RoaringBitmap, QueryError> {
        let release = self.release;
        let people = &release.snapshot().people;
        let orgs = release.live(Entity::Org);
        match member {
            Member::Itself | Member::Worded(_) | Member::Named("role") => {
                let roles: Vec<u16> = (0..)
                    .zip(&people.role_names)
                    .filter(|(_, name)| leaf.op.holds_for_text(name, &leaf.value))
                    .map(|(role, _)| role)
                    .collect();
                Ok(people.with_roles_at(Some(&roles), orgs))
            }
            Member::SourcedId => {
                let at = self.identified(Entity::Org, leaf.op, &leaf.value) & orgs;
                Ok(people.with_roles_at(None, &at))
            }
            Member::ReferenceType => Ok(if leaf.op.holds_for_text("org", &leaf.value) {
                people.with_roles_at(None, orgs)
            } else {
                RoaringBitmap::new()
            }),
            Member::Named(name) => {
                let wanted: Cow<'_, str> = if name.ends_with("Date") {
                    value::date(&leaf.value)?.to_string().into()
                } else {
                    leaf.value.as_str().into()
                };
                let snapshot = release.snapshot();
                let holds = |_: u32, text: &str| {
                    let roles: Vec<Role<'_>> = serde_json::from_str(text).unwrap_or_default();
                    roles
                        .iter()
                        .filter(|role| !role.gone)
                        .filter(|role| snapshot.orgs.ids.position(role.org).is_some_and(|org| orgs.contains(org)))
                        .any(|role| {
                            let found = match name {
                                "roleType" => Some(role.role_type.as_ref()),
                                "beginDate" => role.begin_date.as_deref(),
                                "endDate" => role.end_date.as_deref(),
                                "userProfile" => role.user_profile.as_deref(),
                                _ => None,
                            };
                            let found = found.map(|found| match name {
                                "userProfile" => Cow::from(release.account(found)),
                                _ => found.into(),
                            });
                            found.is_some_and(|found| leaf.op.holds_for_text(&found, &wanted))
                        })
                };
                let found = leaf::matching(self.conn, snapshot, (Entity::User, "roles"), holds)?;
                Ok(found & release.released(category_of_role_member(name)))
            }
        }
    }

    /// People with an account whose identifier, as the vendor knows it, compares so. Each vendor has its own
    /// answer, so it isn't kept with the board.
    fn accounts(&mut self, leaf: &Leaf) -> Result<RoaringBitmap, QueryError> {
        let release = self.release;
        let holds = |_: u32, text: &str| {
            let profiles: Vec<UserProfile<'_>> = serde_json::from_str(text).unwrap_or_default();
            profiles.iter().any(|profile| leaf.op.holds_for_text(&release.account(&profile.sourced_id), &leaf.value))
        };
        Ok(leaf::matching(self.conn, release.snapshot(), (Entity::User, "user_profiles"), holds)?)
    }

    fn metadata(&mut self, entity: Entity, key: &str, leaf: &Leaf) -> Result<RoaringBitmap, QueryError> {
        if entity.table().is_empty() {
            return Ok(RoaringBitmap::new());
        }
        let holds = |_: u32, text: &str| {
            let values: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
            values
                .get(key)
                .and_then(serde_json::Value::as_str)
                .is_some_and(|found| leaf.op.holds_for_text(found, &leaf.value))
        };
        Ok(leaf::matching(self.conn, self.release.snapshot(), (entity, "metadata"), holds)?)
    }
}

/// Whether a word compares so, in the words that the leaf is about.
fn holds_in_words(entity: Entity, field: &Field, member: Member, leaf: &Leaf, word: &str) -> bool {
    let version = if let Member::Worded(version) = member { version } else { Version::V1p2 };
    in_version(version, entity, field.name, word).is_some_and(|word| leaf.op.holds_for_text(word, &leaf.value))
}

/// The category of a role's member, where it is another than that of the role.
pub fn category_of_role_member(name: &str) -> Category {
    match name {
        "beginDate" | "endDate" => Category::EnrolmentDates,
        "userProfile" => Category::Login,
        _ => Category::Identity,
    }
}

fn user_ids(text: &str, member: &str, leaf: &Leaf) -> bool {
    let ids: Vec<UserId<'_>> = serde_json::from_str(text).unwrap_or_default();
    ids.iter().any(|id| {
        let found = if member == "type" { &id.r#type } else { &id.identifier };
        leaf.op.holds_for_text(found, &leaf.value)
    })
}

fn user_profiles(text: &str, member: &str, leaf: &Leaf) -> bool {
    let profiles: Vec<UserProfile<'_>> = serde_json::from_str(text).unwrap_or_default();
    profiles.iter().any(|profile| {
        let found = match member {
            "profileType" => Some(profile.profile_type.as_ref()),
            "vendorId" => Some(profile.vendor_id.as_ref()),
            "applicationId" => profile.application_id.as_deref(),
            "description" => profile.description.as_deref(),
            _ => None,
        };
        found.is_some_and(|found| leaf.op.holds_for_text(found, &leaf.value))
    })
}
