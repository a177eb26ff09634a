//! The cells of a row in an entity's own file, by the binding's columns and the catalogue's fields.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use serde::Deserialize;

use super::archive::Cells;
use crate::catalogue::element::{Role, ScoreScaleValue, UserId};
use crate::catalogue::{Category, Entity, Field, Kind, Version, word};
use crate::consent::placeholder;
use crate::consent::released::Record;
use crate::consent::{Release, RequiredFields};
use crate::oneroster::csv::{Column, File, column, columns, import::plan::STEPS, tables::DROPPED_IN_1P2P1};
use crate::oneroster::represent::Represented;
use crate::planted::{self, Leak};
use crate::query::main_role;
use crate::snapshot::structure::link;

/// What all rows of a set share.
pub(super) struct Scene<'a> {
    pub(super) release: &'a Release,
    pub(super) version: Version,
    pub(super) is_delta: bool,
    /// What the set has rows of so far.
    pub(super) written: HashMap<Entity, RoaringBitmap>,
    /// Of which objects of the view files can't have a row that is there, for what a delta says of others.
    pub(super) unsayable: HashMap<Entity, RoaringBitmap>,
}

impl Scene<'_> {
    /// Whether a row may refer to that object. In bulk it must have a row of its own, before this one or in
    /// the same file; a delta may refer to what was sent before.
    pub(super) fn may_refer(&self, from: Entity, target: Entity, position: u32) -> bool {
        let is_there = if self.is_delta || from == target {
            !self.unsayable.get(&target).is_some_and(|unsayable| unsayable.contains(position))
        } else {
            self.written.get(&target).is_some_and(|written| written.contains(position))
        };
        is_there && self.release.is_live(target, position)
    }

    /// What stands for an org that is withheld: the first of the view, whosever row it is.
    fn any_org(&self) -> Option<u32> {
        let orgs = self.release.live(Entity::Org);
        let order = self.release.order(Entity::Org);
        orgs.iter().filter(|org| self.may_refer(Entity::User, Entity::Org, *org)).min_by_key(|org| order.rank(*org))
    }

    /// The same, as it is written, where the vendor wants something to stand there.
    pub(super) fn placeholder_org(&self) -> Option<String> {
        if self.release.required_fields() == RequiredFields::Absent {
            return None;
        }
        self.any_org().map(|org| self.release.identifier(Entity::Org, org))
    }
}

/// A column with the fields that may fill it, foremost first.
pub(super) struct Filled {
    pub(super) column: &'static Column,
    fields: Vec<&'static Field>,
}

/// The columns of a file, as 1.2.1 has them.
pub(super) fn filled(version: Version, file: File, entity: Entity) -> Vec<Filled> {
    let written = columns(version, file).iter().filter(|column| column.name != DROPPED_IN_1P2P1);
    written.map(|column| Filled { column, fields: fields(entity, column.name) }).collect()
}

/// The fields that may fill a column: where a value's category depends on the value, more than one.
fn fields(entity: Entity, column: &str) -> Vec<&'static Field> {
    let names = |csv: &str| entity.fields().iter().filter(|field| field.csv == csv).map(|field| field.name).next();
    // 1.1 calls the session of a line item its grading period, and a set has one of them.
    let instead = match column {
        "gradingPeriodSourcedId" => Some("academicSessionSourcedId"),
        "academicSessionSourcedId" => Some("gradingPeriodSourcedId"),
        _ => None,
    };
    let of_all = names(column).into_iter().chain(instead.and_then(names));
    of_all.flat_map(|name| entity.fields_named(name).map(|(_, field)| field)).collect()
}

/// The fields of the catalogue that a file is made of.
pub(super) fn fields_of(columns: &[Filled]) -> impl Iterator<Item = &'static Field> {
    columns.iter().flat_map(|filled| filled.fields.iter().copied())
}

/// One record, to be written into its own file.
pub(super) struct Filling<'a, 'f, R> {
    pub(super) scene: &'f Scene<'a>,
    pub(super) entity: Entity,
    pub(super) record: &'f Represented<'a, 'f, R>,
    pub(super) roles: &'f [Role<'a>],
    /// When it changed, in a delta.
    pub(super) time: Option<&'f str>,
}

impl<'a, R: Record<'a>> Filling<'a, '_, R> {
    /// The cells of a row that takes the object away: whoever reads changes may have it from before.
    pub(super) fn removal(&self, columns: &[Filled]) -> Cells {
        let cell = |filled: &Filled| match filled.column.kind {
            column::Kind::Id => self.record.released.identifier().into_owned(),
            column::Kind::Status => "tobedeleted".to_owned(),
            column::Kind::Modified => self.time.unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        columns.iter().map(cell).collect()
    }

    /// The cells of the row; none if it would refer to what the set doesn't have, or lacks a number.
    pub(super) fn cells(&self, columns: &[Filled]) -> Option<Cells> {
        let released = self.record.released;
        let mut cells = Vec::with_capacity(columns.len());
        for filled in columns {
            // 1.1 requires numbers of line items and results that 1.2 doesn't, and none may be invented.
            let is_dead_end =
                filled.column.required && matches!(filled.column.kind, column::Kind::Ref(_) | column::Kind::Number);
            let cell = match filled.column.kind {
                column::Kind::Id => released.identifier().into_owned(),
                column::Kind::Status if self.scene.is_delta => released.status().to_owned(),
                column::Kind::Status => String::new(),
                column::Kind::Modified => self.time.unwrap_or_default().to_owned(),
                // Nothing of who went away but what the API says of them.
                _ if released.is_tombstone() && self.entity == Entity::User => {
                    self.without_value(filled).unwrap_or_default()
                }
                _ if released.is_tombstone() => String::new(),
                _ => match self.value(filled) {
                    Some(value) => value,
                    None if is_dead_end => return None,
                    None => String::new(),
                },
            };
            cells.push(cell);
        }
        Some(cells)
    }

    fn value(&self, filled: &Filled) -> Option<String> {
        let shown = match (self.entity, filled.column.name) {
            (Entity::User, "role") => self.main_role(),
            (Entity::User, "orgSourcedIds") => self.role_orgs(),
            (Entity::User, "userIds") => self.user_ids(filled),
            (Entity::ScoreScale, "orgSourcedId") => self.of_class(Entity::Org),
            _ => filled.fields.iter().find_map(|field| self.field(field)),
        };
        shown.filter(|text| !text.is_empty()).or_else(|| self.without_value(filled))
    }

    /// What stands where a row must say something and the view doesn't.
    fn without_value(&self, filled: &Filled) -> Option<String> {
        if !filled.column.required {
            return None;
        }
        let (released, release) = (self.record.released, self.scene.release);
        if (self.entity, filled.column.name) == (Entity::ScoreScale, "courseSourcedId") {
            return self.of_class(Entity::Course);
        }
        if let (Entity::Class, "classType") = (self.entity, filled.column.name) {
            // A word of the board's own has none in 1.1.
            return Some("scheduled".to_owned());
        }
        if release.required_fields() == RequiredFields::Absent {
            return None;
        }
        match filled.column.kind {
            column::Kind::Ref(File::Orgs) | column::Kind::Refs(File::Orgs) => self.scene.placeholder_org(),
            column::Kind::Word(column::Vocabulary::UserRole) => Some("relative".to_owned()),
            _ => {
                let field = filled.fields.first()?;
                let sourced_id = release.snapshot().ids(self.entity).sourced_id(released.position());
                placeholder::of(release, self.entity, sourced_id, field.name)
            }
        }
    }

    fn text(&self, field: &Field) -> Option<&'a str> {
        let released = self.record.released;
        let (place, _) = released.fields().find(|(_, other)| *other == field)?;
        released.text(place, field)
    }

    fn field(&self, field: &'static Field) -> Option<String> {
        let released = self.record.released;
        let (place, _) = released.fields().find(|(_, other)| *other == field)?;
        match field.kind {
            Kind::Text => self.word(field, released.text(place, field)?).map(one_line),
            Kind::Boolean | Kind::Date => released.text(place, field).map(str::to_owned),
            // A plain day in files (§5.9 of the field's differences between the bindings).
            Kind::DateTime => {
                released.text(place, field).and_then(|text| text.get(.."YYYY-MM-DD".len())).map(str::to_owned)
            }
            Kind::Number => released.number(place, field).map(|number| number.to_string()),
            Kind::TextList => {
                let items: Vec<String> = parsed(released.text(place, field))?;
                let words: Vec<&str> = items.iter().filter_map(|item| self.word(field, item)).collect();
                Some(one_line(&words.join(",")))
            }
            Kind::Reference(target) => {
                let position = released.reference(place, field, target)?;
                let is_primary_org = field.name == "primaryOrg";
                let may_refer = self.scene.may_refer(self.entity, target, position);
                (may_refer && (!is_primary_org || self.has_role_at(position)))
                    .then(|| self.scene.release.identifier(target, position))
            }
            Kind::ReferenceList(target) => self.references(field, target),
            Kind::ScoreScaleValues => {
                let pairs: Vec<ScoreScaleValue<'_>> = parsed(released.text(place, field))?;
                Some(one_line(&braced(pairs.iter().map(|pair| (&*pair.left, &*pair.right)))))
            }
            Kind::Children(_)
            | Kind::Roles
            | Kind::MainRole
            | Kind::RoleOrgs
            | Kind::UserIds
            | Kind::UserProfiles
            | Kind::Resources
            | Kind::ScoreScaleLink
            | Kind::LearningObjectives
            | Kind::LearningObjectiveResults
            | Kind::Metadata
            | Kind::Unstored => None,
        }
    }

    fn word<'w>(&self, field: &Field, word: &'w str) -> Option<&'w str> {
        word::in_version(self.scene.version, self.entity, field.name, word)
    }

    fn references(&self, field: &'static Field, target: Entity) -> Option<String> {
        let row_ids: Vec<i64> = parsed(self.text(field))?;
        let ids = self.scene.release.snapshot().ids(target);
        let release = self.scene.release;
        let may_refer = |position: &u32| {
            if planted::is(Leak::SetWithUncutAgents) && target == Entity::User {
                return true;
            }
            release.may_link(target, *position) && self.scene.may_refer(self.entity, target, *position)
        };
        self.list(target, row_ids.iter().filter_map(|id| ids.position(*id)).filter(may_refer).collect())
    }

    /// The identifiers in the vendor's order, so that their order says nothing.
    fn list(&self, target: Entity, mut positions: Vec<u32>) -> Option<String> {
        let order = self.scene.release.order(target);
        positions.sort_unstable_by_key(|position| order.rank(*position));
        positions.dedup();
        let names: Vec<String> = positions.iter().map(|p| self.scene.release.identifier(target, *p)).collect();
        (!names.is_empty()).then(|| names.join(","))
    }

    fn main_role(&self) -> Option<String> {
        let is_shown = self.record.released.shows(Category::Identity);
        main_role::word(self.scene.release, self.record.released.position()).filter(|_| is_shown).map(str::to_owned)
    }

    /// The foremost first, as in the API: whoever reads the set takes it for the primary one.
    fn role_orgs(&self) -> Option<String> {
        if !self.record.released.shows(Category::Identity) {
            return None;
        }
        let orgs = main_role::orgs(self.scene.release, self.record.released.position());
        let there = orgs.iter().filter(|org| self.scene.may_refer(Entity::User, Entity::Org, **org));
        let names: Vec<String> = there.map(|org| self.scene.release.identifier(Entity::Org, *org)).collect();
        (!names.is_empty()).then(|| names.join(","))
    }

    fn user_ids(&self, filled: &Filled) -> Option<String> {
        let of_all = filled.fields.iter().filter_map(|field| parsed::<Vec<UserId<'_>>>(self.text(field)));
        let ids: Vec<UserId<'_>> = of_all.flatten().collect();
        let text = braced(ids.iter().map(|id| (&*id.r#type, &*id.identifier)));
        (!text.is_empty()).then(|| one_line(&text))
    }

    /// What the class of a score scale belongs to, which only files ask for.
    fn of_class(&self, target: Entity) -> Option<String> {
        let released = self.record.released;
        let (place, field) = released.fields().find(|(_, field)| field.name == "class")?;
        let class = released.reference(place, field, Entity::Class)?;
        let classes = &released.release().snapshot().classes;
        let links = if target == Entity::Org { &classes.school } else { &classes.course };
        let position = link(links, class).filter(|p| self.scene.may_refer(self.entity, target, *p))?;
        Some(self.scene.release.identifier(target, position))
    }

    /// Whether a person has a role at an org, which the binding asks of a primary one.
    fn has_role_at(&self, org: u32) -> bool {
        let orgs = &self.scene.release.snapshot().orgs.ids;
        self.roles.iter().any(|role| !role.gone && orgs.position(role.org) == Some(org))
    }

    /// The cells of the extension columns.
    pub(super) fn metadata(&self, keys: &[String]) -> Cells {
        let released = self.record.released;
        let field = released.fields().find(|(_, field)| field.kind == Kind::Metadata && !keys.is_empty());
        let text = field.filter(|_| !released.is_tombstone()).and_then(|(place, field)| released.text(place, field));
        let values: serde_json::Map<String, serde_json::Value> = parsed(text).unwrap_or_default();
        keys.iter()
            .map(|key| values.get(key).and_then(|value| value.as_str()).map(one_line).unwrap_or_default())
            .collect()
    }
}

/// The entity whose rows a file holds, if it is not a file below another.
pub(super) fn entity_of(file: File) -> Option<Entity> {
    STEPS.iter().find(|step| step.file == file).map(|step| step.entity)
}

/// A field of a set holds no line break (§ CSV syntax of the binding).
pub(super) fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

fn braced<'p>(pairs: impl Iterator<Item = (&'p str, &'p str)>) -> String {
    pairs.map(|(left, right)| format!("{{{left}:{right}}}")).collect::<Vec<_>>().join(",")
}

pub(super) fn parsed<'j, T: Deserialize<'j>>(text: Option<&'j str>) -> Option<T> {
    serde_json::from_str(text?).ok()
}
