//! Which members of its own groups a provider may know of.
//!
//! Whoever leaves its view stays a member, but isn't told, can't be removed, and is back as soon as it is in the view
//! again: nothing of what is done meanwhile tells whether it is still there.

use std::collections::HashMap;

use crate::catalogue::Entity;
use crate::consent::provisioned::{Kept, Kind};
use crate::query::View;
use crate::scim::door::resource::Tagger;
use crate::scim::school::directory::Directory;
use crate::store::provisioned::{self, Member};
use crate::store::written::Of;
use crate::store::{Conn, StoreError};

/// Whether the provider may know of a member.
pub fn is_told(view: &View, member: &Member) -> bool {
    match member.kind {
        Kind::User => true,
        Kind::Account => view.release.find_live(Entity::User, &member.id).is_some(),
        Kind::Group | Kind::SchoolGroup => is_id_of_own(&member.id) || Directory::new(view).find(&member.id).is_some(),
    }
}

/// Whether an id is one that providers' own resources have; those of the school's groups begin with a word.
fn is_id_of_own(id: &str) -> bool {
    const LENGTH: usize = uuid::fmt::Hyphenated::LENGTH;
    id.len() == LENGTH && uuid::Uuid::try_parse(id).is_ok()
}

/// The members of a group that the provider may know of.
pub fn told_members(conn: &mut Conn, of: Of<'_>, group: &str, view: &View) -> Result<Vec<Member>, StoreError> {
    let members = provisioned::members(conn, of, &[group.to_owned()])?;
    Ok(members.into_iter().map(|(_, member)| member).filter(|member| is_told(view, member)).collect())
}

/// The members that the provider may not know of, by group.
fn hidden_members<'v>(
    view: &'v View,
    conn: &mut Conn,
    of: Of<'_>,
) -> Result<&'v HashMap<String, Vec<String>>, StoreError> {
    view.hidden_members(|| {
        let mut found: HashMap<String, Vec<String>> = HashMap::new();
        provisioned::each_member_of_school(conn, of, |group, member| {
            if !is_told(view, member) {
                found.entry(group.to_owned()).or_default().push(member.id.clone());
            }
        })?;
        Ok(found)
    })
}

/// How many members of a group the provider may not know of.
pub fn n_hidden_members(view: &View, conn: &mut Conn, of: Of<'_>, group: &str) -> Result<usize, StoreError> {
    Ok(hidden_members(view, conn, of)?.get(group).map_or(0, Vec::len))
}

/// The version of what a provider keeps itself and of which it is told everything that it wrote.
pub fn version_of_own(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// The version of what a provider keeps itself: it counts its changes. While members of a group are hidden, it is
/// another one for each set of them, so that it moves when somebody leaves the view or comes back; and of a user whose
/// manager is a person of the school it is another one for each name of that person.
pub fn tag_of_own(
    (view, tagger): (&View, Tagger),
    conn: &mut Conn,
    of: Of<'_>,
    (kept, manager): (&Kept, Option<&str>),
) -> Result<String, StoreError> {
    let version = kept.version;
    if kept.kind != Kind::Group {
        return Ok(match manager {
            None => version_of_own(version),
            Some(name) => format!("W/\"{version}-{:032x}\"", tagger.hash(&kept.id, std::iter::once(name))),
        });
    }
    // The hash tells no more than one of those who are shown: at one count, all members together are the same.
    Ok(match hidden_members(view, conn, of)?.get(&kept.id) {
        None => version_of_own(version),
        Some(hidden) => format!("W/\"{version}-{:032x}\"", tagger.hash(&kept.id, hidden.iter().map(String::as_str))),
    })
}
