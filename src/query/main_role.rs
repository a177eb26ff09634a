//! The one role that stands for all of a person's roles where a standard has room for one (OneRoster 1.1).
//!
//! It is chosen among the roles at orgs in the view, by what the vendor may see of them.

use roaring::RoaringBitmap;

use crate::catalogue::word::in_version;
use crate::catalogue::{Entity, Version};
use crate::consent::Release;
use crate::planted::{self, Leak};
use crate::snapshot::RoleAt;

/// The word of the role that stands for all of a person's roles: the foremost that has a word.
pub fn word(release: &Release, person: u32) -> Option<&str> {
    let people = &release.snapshot().people;
    let worded = roles(release, person).filter_map(|at| Some((at, of_role(people.role_name(at.role))?)));
    let foremost = worded.min_by_key(|(at, word)| (at.standing, release.order(Entity::Org).rank(at.org), *word));
    foremost.map(|(_, word)| word)
}

/// The orgs of a person's roles, each once, that of the foremost role first.
pub fn orgs(release: &Release, person: u32) -> Vec<u32> {
    let mut at: Vec<RoleAt> = roles(release, person).collect();
    at.sort_unstable_by_key(|at| (at.standing, release.order(Entity::Org).rank(at.org)));
    let mut orgs = Vec::with_capacity(at.len());
    for RoleAt { org, .. } in at {
        if !orgs.contains(&org) {
            orgs.push(org);
        }
    }
    orgs
}

/// The visible people whose main role's word `holds`, whatever the vendor may see of their roles.
pub fn holders(release: &Release, holds: impl Fn(&str) -> bool) -> RoaringBitmap {
    let people = &release.snapshot().people;
    let wanted: Vec<u16> = (0..)
        .zip(&people.role_names)
        .filter(|(_, name)| of_role(name).is_some_and(&holds))
        .map(|(role, _)| role)
        .collect();
    let candidates = people.with_roles_at(Some(&wanted), release.visible(Entity::Org)) & release.visible(Entity::User);
    candidates.iter().filter(|person| word(release, *person).is_some_and(&holds)).collect()
}

fn roles(release: &Release, person: u32) -> impl Iterator<Item = RoleAt> {
    let is_told = |at: &&RoleAt| planted::is(Leak::UncutRoles) || release.is_visible(Entity::Org, at.org);
    release.snapshot().people.roles(person).iter().filter(is_told).copied()
}

fn of_role(name: &str) -> Option<&str> {
    in_version(Version::V1p1, Entity::User, "role", name)
}
