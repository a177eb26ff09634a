//! The groups that users are in: the school's, and the provider's own, groups within groups too (RFC 7643 §4.1.2).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use roaring::RoaringBitmap;

use crate::catalogue::Entity;
use crate::consent::provisioned::Kind;
use crate::scim::door::answer::Failure;
use crate::scim::door::exchange::{Desk, Exchange, Moved, Step};
use crate::scim::schema::GROUP;
use crate::scim::school::directory::{Membership, Source};
use crate::scim::school::group::name_at_school;
use crate::scim::school::person::SchoolNames;
use crate::store::{StoreError, provisioned};

/// Through how many groups within each other somebody is in a group.
const DEEPEST: usize = 16;

/// The groups that somebody is in.
#[derive(Debug, Default)]
pub struct Groups {
    /// The school's.
    pub of_school: Vec<Membership>,
    /// The provider's own.
    pub own: Vec<InOwn>,
}

impl Groups {
    /// How many they are.
    pub fn n(&self) -> usize {
        self.of_school.len() + self.own.len()
    }
}

/// A place in a group of the provider's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InOwn {
    /// The group's id.
    pub group: String,
    /// Whether the user is its own member, and not that of a group inside it.
    pub is_direct: bool,
}

/// The names of groups, as the groups themselves show them to the provider.
#[derive(Debug)]
pub struct GroupNames<'n> {
    schools: SchoolNames<'n>,
    classes: &'n [Option<Box<str>>],
    own: HashMap<String, String>,
}

impl GroupNames<'_> {
    /// The name of one of the provider's own.
    pub fn of_own(&self, id: &str) -> Option<&str> {
        self.own.get(id).map(String::as_str)
    }
}

impl Exchange<'_> {
    /// The name of a group of the school, if it is released.
    pub(super) fn name_of<'n>(&self, names: &GroupNames<'n>, source: Source) -> Option<Cow<'n, str>> {
        let people = &self.release().snapshot().people;
        let (org, role) = match source {
            Source::Class(class) => return names.classes.get(class as usize)?.as_deref().map(Cow::Borrowed),
            Source::School(org) => (org, None),
            Source::Role(org, role) => (org, Some(people.role_name(role))),
        };
        Some(name_at_school(self.release(), (org, role), names.schools).into())
    }

    /// The names of all groups that these people are in, in one statement for their own.
    pub(super) fn group_names<'n>(
        &'n self,
        desk: &mut Desk<'_>,
        groups: &[Groups],
        schools: SchoolNames<'n>,
    ) -> Step<GroupNames<'n>> {
        if groups.iter().all(|groups| groups.of_school.is_empty() && groups.own.is_empty()) {
            return Ok(Ok(GroupNames { schools, classes: &[], own: HashMap::new() }));
        }
        let Some(classes) = self.view.class_titles(desk.board)? else { return Ok(Err(Moved)) };
        let own = groups.iter().flat_map(|groups| &groups.own).map(|own| own.group.as_str());
        let own = self.names_of_own(desk, own.collect())?;
        Ok(Ok(GroupNames { schools, classes, own }))
    }

    /// The names of groups of the provider's own.
    pub(super) fn names_of_own(
        &self,
        desk: &mut Desk<'_>,
        groups: HashSet<&str>,
    ) -> Result<HashMap<String, String>, StoreError> {
        let ids: Vec<String> = groups.into_iter().map(str::to_owned).collect();
        let kept = provisioned::find_all(desk.activity, self.of(), Kind::Group, &ids)?;
        let owned = kept.into_iter().filter_map(|kept| self.release().give_back(kept));
        let named = owned.filter_map(|own| {
            let name = own.kept().body.get("displayName")?.as_str()?.to_owned();
            Some((own.kept().id.clone(), name))
        });
        Ok(named.collect())
    }

    /// The groups that each of these people is in: the school's as `of_school` has them, and those of the provider.
    pub(super) fn groups_of(
        &self,
        desk: &mut Desk<'_>,
        positions: &[u32],
        of_school: &dyn Fn(u32) -> Vec<Membership>,
    ) -> Result<Vec<Groups>, Failure> {
        let of_school = |person: &u32| Groups { of_school: of_school(*person), own: Vec::new() };
        let mut found: Vec<Groups> = positions.iter().map(of_school).collect();
        if self.n_own(desk, &GROUP)? == 0 {
            return Ok(found);
        }
        let directory = self.directory();
        let mut ids: HashMap<Source, String> = HashMap::new();
        let mut starts = Vec::with_capacity(positions.len());
        for (person, groups) in positions.iter().zip(&found) {
            let mut inside = Vec::new();
            for membership in &groups.of_school {
                let group = membership.group;
                inside.push(ids.entry(group).or_insert_with(|| directory.id(group)).clone());
            }
            starts.push((self.release().identifier(Entity::User, *person), inside));
        }
        let own = self.own_groups_of(desk, &starts)?;
        for (groups, own) in found.iter_mut().zip(own) {
            groups.own = own;
        }
        Ok(found)
    }

    /// The provider's own groups that each of these is in, given its id and those of other groups that it is in.
    pub(super) fn own_groups_of(
        &self,
        desk: &mut Desk<'_>,
        starts: &[(String, Vec<String>)],
    ) -> Result<Vec<Vec<InOwn>>, StoreError> {
        if self.n_own(desk, &GROUP)? == 0 {
            return Ok(starts.iter().map(|_| Vec::new()).collect());
        }
        let mut holders: HashMap<String, Vec<String>> = HashMap::new();
        let ids = starts.iter().flat_map(|(id, inside)| std::iter::once(id).chain(inside));
        let mut asked: HashSet<String> = ids.cloned().collect();
        let mut next: Vec<String> = asked.iter().cloned().collect();
        for _ in 0..DEEPEST {
            if next.is_empty() {
                break;
            }
            let found = provisioned::memberships(desk.activity, self.of(), &next)?;
            next = Vec::new();
            for (group, member) in found {
                if asked.insert(group.clone()) {
                    next.push(group.clone());
                }
                holders.entry(member.id).or_default().push(group);
            }
        }
        Ok(starts.iter().map(|start| all_above(&holders, start)).collect())
    }

    /// Everybody in a group, those of the groups inside it too: people of the school, and users of the provider's own.
    pub(super) fn everybody_in(
        &self,
        desk: &mut Desk<'_>,
        group: &str,
    ) -> Result<(RoaringBitmap, Vec<String>), StoreError> {
        let directory = self.directory();
        let of_school = |source: Source| {
            let members = directory.members(source);
            members.groups.iter().fold(members.people, |all, inner| all | directory.members(*inner).people)
        };
        let mut people = directory.find(group).map(of_school).unwrap_or_default();
        let (mut users, mut next) = (Vec::new(), vec![group.to_owned()]);
        let mut asked: HashSet<String> = next.iter().cloned().collect();
        for _ in 0..DEEPEST {
            if next.is_empty() {
                break;
            }
            let found = provisioned::members(desk.activity, self.of(), &next)?;
            next = Vec::new();
            for (_, member) in found {
                match member.kind {
                    Kind::User => users.push(member.id),
                    Kind::Account => people.extend(self.release().find_live(Entity::User, &member.id)),
                    Kind::Group | Kind::SchoolGroup => match directory.find(&member.id) {
                        Some(source) => people |= of_school(source),
                        None if asked.insert(member.id.clone()) => next.push(member.id),
                        None => {}
                    },
                }
            }
        }
        users.sort_unstable();
        users.dedup();
        Ok((people, users))
    }
}

/// The groups that hold somebody, or other groups that it is in; nearer ones first, and each once.
fn all_above(holders: &HashMap<String, Vec<String>>, (id, inside): &(String, Vec<String>)) -> Vec<InOwn> {
    let above = |id: &String| holders.get(id).into_iter().flatten();
    let mut seen: HashSet<&String> = HashSet::new();
    let mut found: Vec<(&String, bool)> = Vec::new();
    found.extend(above(id).filter(|group| seen.insert(group)).map(|group| (group, true)));
    found.extend(inside.iter().flat_map(above).filter(|group| seen.insert(group)).map(|group| (group, false)));
    let mut place = 0;
    while let Some((group, _)) = found.get(place).copied() {
        found.extend(above(group).filter(|group| seen.insert(group)).map(|group| (group, false)));
        place += 1;
    }
    found.into_iter().map(|(group, is_direct)| InOwn { group: group.clone(), is_direct }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_above_are_found_once_also_in_a_circle() {
        let holds = [("u", "a"), ("a", "b"), ("b", "a"), ("class", "c"), ("c", "b")];
        let mut holders: HashMap<String, Vec<String>> = HashMap::new();
        for (member, group) in holds {
            holders.entry(member.to_owned()).or_default().push(group.to_owned());
        }
        let in_own = |group: &str, is_direct| InOwn { group: group.to_owned(), is_direct };
        let start = |inside: &[&str]| ("u".to_owned(), inside.iter().map(|&id| id.to_owned()).collect());

        assert_eq!(all_above(&holders, &start(&[])), [in_own("a", true), in_own("b", false)]);
        assert_eq!(
            all_above(&holders, &start(&["class"])),
            [in_own("a", true), in_own("c", false), in_own("b", false)]
        );
    }
}
