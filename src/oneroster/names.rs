//! From the names in a request to the catalogue: filter paths, sort fields and selected members.

use crate::catalogue::{Entity, Field, Kind, Version, word};
use crate::oneroster::filter::Syntax;
use crate::query::sort::is_sortable;
use crate::query::{Filter, Leaf, Member, Op, SortKey, Target};

/// A name that the published schema doesn't have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no field of this object")]
pub struct UnknownName(pub String);

/// Gives each name of a filter its meaning.
pub fn resolve(version: Version, entity: Entity, syntax: Syntax) -> Result<Filter, UnknownName> {
    let all = |parts: Vec<Syntax>| {
        parts.into_iter().map(|part| resolve(version, entity, part)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match syntax {
        Syntax::And(parts) => Filter::And(all(parts)?),
        Syntax::Or(parts) => Filter::Or(all(parts)?),
        Syntax::Clause(name, op, value) => clause(version, entity, (&name, op, value))?,
    })
}

/// A clause about a field for which another may stand in is about the other where there is none.
fn clause(version: Version, entity: Entity, (name, op, value): (&str, Op, String)) -> Result<Filter, UnknownName> {
    let leaf = |target: Target| Filter::Leaf(Leaf { target, op, value: value.clone() });
    let own = target(version, entity, name)?;
    let Target::Field(field, member) = own else { return Ok(leaf(own)) };
    Ok(match entity.stand_in(version, field) {
        None => leaf(own),
        Some(other) if op == Op::Ne => Filter::And(vec![leaf(own), leaf(Target::Field(other.name, member))]),
        Some(other) => Filter::Or(vec![leaf(own), leaf(Target::Field(other.name, member))]),
    })
}

fn target(version: Version, entity: Entity, path: &str) -> Result<Target, UnknownName> {
    let unknown = || UnknownName(path.to_owned());
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    match (name, rest) {
        ("sourcedId", None) => return Ok(Target::SourcedId),
        ("status", None) => return Ok(Target::Status),
        ("dateLastModified", None) => return Ok(Target::DateLastModified),
        ("metadata", Some(key)) => return Ok(Target::Metadata(key.to_owned())),
        _ => {}
    }
    let field = field(version, entity, name).ok_or_else(unknown)?;
    let member = match member(field.kind, rest).ok_or_else(unknown)? {
        Member::Itself if version == Version::V1p1 && word::differs(entity, name) => Member::Worded(version),
        member => member,
    };
    Ok(Target::Field(field.name, member))
}

fn member(kind: Kind, rest: Option<&str>) -> Option<Member> {
    let known = |names: &[&'static str], name: &str| names.iter().find(|n| **n == name).map(|n| Member::Named(n));
    match (kind, rest) {
        (
            Kind::Reference(_)
            | Kind::ReferenceList(_)
            | Kind::Children(_)
            | Kind::RoleOrgs
            | Kind::Resources
            | Kind::ScoreScaleLink,
            rest,
        ) => {
            match rest {
                // Some clients name the reference alone: `class='…'`.
                None | Some("sourcedId") => Some(Member::SourcedId),
                Some("type") => Some(Member::ReferenceType),
                Some(_) => None,
            }
        }
        (_, None) => Some(Member::Itself),
        (Kind::Roles, Some("org" | "org.sourcedId")) => Some(Member::SourcedId),
        (Kind::Roles, Some("org.type")) => Some(Member::ReferenceType),
        (Kind::Roles, Some(name)) => known(&["role", "roleType", "beginDate", "endDate", "userProfile"], name),
        (Kind::UserIds, Some(name)) => known(&["type", "identifier"], name),
        (Kind::UserProfiles, Some(name)) => {
            known(&["profileId", "profileType", "vendorId", "applicationId", "description", "credentials"], name)
        }
        (Kind::ScoreScaleValues, Some(name)) => known(&["itemValueLHS", "itemValueRHS"], name),
        (Kind::LearningObjectives, Some(name)) => known(&["source", "learningObjectiveIds"], name),
        (Kind::LearningObjectiveResults, Some(name)) => known(&["source", "learningObjectiveResults"], name),
        (
            Kind::Text
            | Kind::Boolean
            | Kind::Date
            | Kind::DateTime
            | Kind::Number
            | Kind::TextList
            | Kind::MainRole
            | Kind::Metadata
            | Kind::Unstored,
            Some(_),
        ) => None,
    }
}

fn field(version: Version, entity: Entity, name: &str) -> Option<&'static Field> {
    entity.fields_in(version).find(|field| field.name == name)
}

/// What a list is sorted by; `None` if no field of that name sorts.
pub fn sort_key(version: Version, entity: Entity, name: &str) -> Option<SortKey> {
    match name {
        "sourcedId" => Some(SortKey::SourcedId),
        "status" => Some(SortKey::Status),
        "dateLastModified" => Some(SortKey::DateLastModified),
        _ => field(version, entity, name).filter(|field| is_sortable(field.kind)).map(|field| match field.kind {
            Kind::Text if word::differs(entity, name) => SortKey::Worded(version, field.name),
            _ => SortKey::Field(field.name),
        }),
    }
}

/// Whether a filter may name that path.
pub fn is_path(version: Version, entity: Entity, path: &str) -> bool {
    // The keys of extension fields are the board's own words.
    !path.starts_with("metadata.") && target(version, entity, path).is_ok()
}

/// Whether the published schema has a member of that name.
pub fn is_member(version: Version, entity: Entity, name: &str) -> bool {
    matches!(name, "sourcedId" | "status" | "dateLastModified") || field(version, entity, name).is_some()
}
