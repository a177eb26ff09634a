//! The one role that stands for all of a person's roles where a standard has room for one (OneRoster 1.1).
//!
//! It is chosen among the roles at orgs in the view, by what the vendor may see of them.

use std::collections::BTreeSet;
use std::sync::OnceLock;

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

/// Those among these people whose main role is that word, whatever the vendor may see of their roles.
pub fn holders(release: &Release, wanted: &str, among: &RoaringBitmap) -> RoaringBitmap {
    let people = &release.snapshot().people;
    let names = (0..).zip(&people.role_names).filter(|(_, name)| of_role(name) == Some(wanted));
    let roles: Vec<u16> = names.map(|(role, _)| role).collect();
    let candidates = people.with_roles_at(Some(&roles), release.live(Entity::Org)) & release.live(Entity::User);
    (candidates & among).iter().filter(|person| word(release, *person) == Some(wanted)).collect()
}

/// The visible people by their main role's word, found once for each view: a filter must not look at everybody
/// for each request.
#[derive(Debug, Default)]
pub struct MainRoles(OnceLock<Vec<(String, RoaringBitmap)>>);

impl MainRoles {
    /// The people whose main role's word `holds`.
    pub fn holders(&self, release: &Release, holds: impl Fn(&str) -> bool) -> RoaringBitmap {
        let by_word = self.0.get_or_init(|| by_word(release));
        let held = by_word.iter().filter(|(word, _)| holds(word)).map(|(_, people)| people);
        held.fold(RoaringBitmap::new(), |all, people| all | people)
    }
}

fn by_word(release: &Release) -> Vec<(String, RoaringBitmap)> {
    let names = release.snapshot().people.role_names.iter();
    let words: BTreeSet<&str> = names.filter_map(|name| of_role(name)).collect();
    let everybody = release.live(Entity::User);
    words.into_iter().map(|word| (word.to_owned(), holders(release, word, everybody))).collect()
}

fn roles(release: &Release, person: u32) -> impl Iterator<Item = RoleAt> {
    let is_told = |at: &&RoleAt| planted::is(Leak::UncutRoles) || release.is_live(Entity::Org, at.org);
    release.snapshot().people.roles(person).iter().filter(is_told).copied()
}

fn of_role(name: &str) -> Option<&str> {
    in_version(Version::V1p1, Entity::User, "role", name)
}
