//! The groups of the school: its schools, who holds which role there, and its classes.
//!
//! A school's group holds the groups of its roles and of its classes; those hold people. Whoever and whatever is
//! not in the view is in none of them.

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::Release;
use crate::planted::{self, Leak};
use crate::query::View;
use crate::query::held_roles::holders;
use crate::snapshot::structure::link;

/// What a group is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// A school, by position.
    School(u32),
    /// Who holds a role at a school: its position, and the role's place among the board's roles.
    Role(u32, u16),
    /// A class, by position.
    Class(u32),
}

/// What a group holds.
#[derive(Debug, Default, PartialEq)]
pub struct Members {
    /// People, by position.
    pub people: RoaringBitmap,
    /// Other groups, in their order.
    pub groups: Vec<Source>,
}

/// A user's place in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Membership {
    /// The group.
    pub group: Source,
    /// Whether the user is its own member, and not that of a group inside it.
    pub is_direct: bool,
}

/// The groups that one vendor may know of.
#[derive(Debug, Clone, Copy)]
pub struct Directory<'v> {
    view: &'v View,
}

impl<'v> Directory<'v> {
    /// The groups in a view.
    pub fn new(view: &'v View) -> Self {
        Self { view }
    }

    fn release(self) -> &'v Release {
        &self.view.release
    }

    /// The groups of schools, each before those of its roles, in the vendor's order.
    pub fn of_schools(self) -> Vec<Source> {
        let mut found = Vec::new();
        let mut last = None;
        for (org, role) in self.view.held_roles() {
            if last.replace(*org) != Some(*org) {
                found.push(Source::School(*org));
            }
            found.push(Source::Role(*org, *role));
        }
        found
    }

    /// The classes that are groups.
    pub fn classes(self) -> &'v RoaringBitmap {
        self.release().live(Entity::Class)
    }

    /// The group's id.
    pub fn id(self, source: Source) -> String {
        let release = self.release();
        match source {
            Source::School(org) => format!("school-{}", release.identifier(Entity::Org, org)),
            Source::Role(org, role) => {
                let role = release.snapshot().people.role_name(role);
                format!("{role}-{}", release.identifier(Entity::Org, org))
            }
            Source::Class(class) => format!("class-{}", release.identifier(Entity::Class, class)),
        }
    }

    /// The group with that id.
    pub fn find(self, id: &str) -> Option<Source> {
        let release = self.release();
        if let Some(class) = id.strip_prefix("class-").and_then(|id| release.find_live(Entity::Class, id)) {
            return Some(Source::Class(class));
        }
        let held = self.view.held_roles();
        if let Some(org) = id.strip_prefix("school-").and_then(|id| release.find_live(Entity::Org, id)) {
            return held.iter().any(|(other, _)| *other == org).then_some(Source::School(org));
        }
        let people = &release.snapshot().people;
        (0..).zip(&people.role_names).find_map(|(role, name)| {
            let org = release.find_live(Entity::Org, id.strip_prefix(name.as_str())?.strip_prefix('-')?)?;
            held.contains(&(org, role)).then_some(Source::Role(org, role))
        })
    }

    /// What a group holds.
    pub fn members(self, source: Source) -> Members {
        match source {
            Source::Class(class) => Members { people: self.in_class(class), groups: Vec::new() },
            Source::Role(org, role) => Members { people: holders(self.release(), org, role), groups: Vec::new() },
            Source::School(school) => {
                let roles = self.view.held_roles().iter().filter(|(org, _)| *org == school);
                let mut groups: Vec<Source> = roles.map(|(org, role)| Source::Role(*org, *role)).collect();
                let of_school = self.release().snapshot().classes.of_schools(&RoaringBitmap::from_iter([school]));
                let order = self.release().order(Entity::Class);
                let ranks = order.ranks(&(of_school & self.classes()));
                groups.extend(ranks.iter().map(|rank| Source::Class(order.position(rank))));
                Members { people: RoaringBitmap::new(), groups }
            }
        }
    }

    /// People in a class by memberships in the view.
    fn in_class(self, class: u32) -> RoaringBitmap {
        let enrollments = &self.release().snapshot().enrollments;
        let live = self.release().live(Entity::Enrollment);
        let is_shown = |enrollment: &&u32| live.contains(**enrollment) || planted::is(Leak::UncutMembers);
        let shown = enrollments.of_class(class).iter().filter(is_shown);
        shown.filter_map(|enrollment| enrollments.user.get(*enrollment as usize).copied()).collect()
    }

    /// The groups that a person is in, in the order of lists.
    pub fn of_person(self, person: u32) -> Vec<Membership> {
        let (release, snapshot) = (self.release(), self.release().snapshot());
        let mut roles: Vec<(u32, u16)> = snapshot.people.roles(person).iter().map(|at| (at.org, at.role)).collect();
        roles.retain(|(org, role)| {
            release.is_live(Entity::Org, *org)
                && release.shows(Entity::User, Category::Identity, person)
                && snapshot.people.with_role.get(&(*org, *role)).is_some_and(|holders| holders.contains(person))
        });
        let order = release.order(Entity::Org);
        roles.sort_unstable_by_key(|(org, role)| (order.rank(*org), snapshot.people.role_name(*role)));
        roles.dedup();
        let live = release.live(Entity::Enrollment);
        let shown = snapshot.enrollments.of_user(person).iter().filter(|enrollment| live.contains(**enrollment));
        let mut classes: Vec<u32> =
            shown.filter_map(|enrollment| snapshot.enrollments.class.get(*enrollment as usize).copied()).collect();
        let order = release.order(Entity::Class);
        classes.sort_unstable_by_key(|class| order.rank(*class));
        classes.dedup();
        let mut found = Vec::with_capacity(roles.len() * 2 + classes.len());
        let mut schools: Vec<u32> = Vec::new();
        for (org, role) in roles {
            found.push(Membership { group: Source::Role(org, role), is_direct: true });
            schools.push(org);
        }
        let mut of_classes: Vec<u32> =
            classes.iter().filter_map(|class| link(&snapshot.classes.school, *class)).collect();
        of_classes.dedup();
        let is_group = |school: &u32| self.view.held_roles().iter().any(|(org, _)| org == school);
        let of_classes = of_classes.into_iter().filter(|school| schools.contains(school) || is_group(school));
        schools.extend(of_classes.collect::<Vec<u32>>());
        found.extend(classes.iter().map(|class| Membership { group: Source::Class(*class), is_direct: true }));
        let order = release.order(Entity::Org);
        schools.sort_unstable_by_key(|school| order.rank(*school));
        schools.dedup();
        found.extend(schools.iter().map(|school| Membership { group: Source::School(*school), is_direct: false }));
        found
    }
}
