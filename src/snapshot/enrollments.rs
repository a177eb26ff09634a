//! Memberships of classes. They outnumber people ten to one, so that each relation is one number.

use std::sync::OnceLock;

use roaring::RoaringBitmap;

use crate::snapshot::Ids;
use crate::snapshot::groups::Groups;
use crate::snapshot::linking::Linking;

/// Memberships of classes, by position in sourcedId order.
#[derive(Debug, Default)]
pub struct Enrollments {
    /// Their keys.
    pub ids: Ids,
    /// The person of each.
    pub user: Vec<u32>,
    /// The class of each.
    pub class: Vec<u32>,
    /// The org of each.
    pub school: Vec<u32>,
    /// The role of each, as a place in [`Enrollments::role_names`].
    pub role: Vec<u8>,
    /// Every role name that occurs.
    pub role_names: Vec<String>,
    by_class: Groups,
    by_user: Groups,
    by_school: OnceLock<Linking>,
    by_role: OnceLock<Linking>,
}

impl Enrollments {
    /// Adds the membership at the next position.
    pub fn push(&mut self, user: u32, class: u32, school: u32, role: &str) {
        let role = self.role(role).unwrap_or_else(|| {
            self.role_names.push(role.to_owned());
            u8::try_from(self.role_names.len() - 1).unwrap_or(u8::MAX)
        });
        self.user.push(user);
        self.class.push(class);
        self.school.push(school);
        self.role.push(role);
    }

    /// The role of that name, if anybody has it.
    pub fn role(&self, name: &str) -> Option<u8> {
        self.role_names.iter().position(|n| n == name).and_then(|i| u8::try_from(i).ok())
    }

    /// Indexes the memberships by class and by person, once all are there.
    pub fn index(&mut self, n_classes: u32, n_people: u32) {
        self.by_class = Groups::new(&self.class, n_classes);
        self.by_user = Groups::new(&self.user, n_people);
    }

    /// The memberships of a class.
    pub fn of_class(&self, class: u32) -> &[u32] {
        self.by_class.of(class)
    }

    /// The memberships of a person.
    pub fn of_user(&self, person: u32) -> &[u32] {
        self.by_user.of(person)
    }

    /// The memberships at any of these orgs.
    pub fn of_schools(&self, schools: &RoaringBitmap) -> RoaringBitmap {
        let index = || Linking::of_pairs((0..).zip(self.school.iter().copied()));
        self.by_school.get_or_init(index).to_any(schools)
    }

    /// The memberships with any of these roles, as places in [`Enrollments::role_names`].
    pub fn of_roles(&self, roles: &RoaringBitmap) -> RoaringBitmap {
        let index = || Linking::of_pairs((0..).zip(self.role.iter().map(|role| u32::from(*role))));
        self.by_role.get_or_init(index).to_any(roles)
    }

    /// The person, class, org and role of a membership.
    pub fn get(&self, position: u32) -> Option<(u32, u32, u32, u8)> {
        let i = position as usize;
        Some((*self.user.get(i)?, *self.class.get(i)?, *self.school.get(i)?, *self.role.get(i)?))
    }

    /// The people in any of these classes, whatever their role.
    pub fn members_of(&self, classes: &RoaringBitmap) -> RoaringBitmap {
        let mut people = RoaringBitmap::new();
        for class in classes {
            people.extend(self.active_of_class(class).filter_map(|e| self.user.get(e as usize).copied()));
        }
        people
    }

    /// The memberships of a class that have not gone away.
    pub fn active_of_class(&self, class: u32) -> impl Iterator<Item = u32> {
        self.of_class(class).iter().copied().filter(|e| !self.ids.deleted.contains(*e))
    }
}
