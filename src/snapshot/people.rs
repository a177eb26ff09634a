//! People: their roles, their agents, their grades, and which characteristics they have.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use crate::catalogue::Category;
use crate::snapshot::Ids;

/// A role at an org.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleAt {
    /// Position of the org.
    pub org: u32,
    /// The role's place in [`People::role_names`].
    pub role: u16,
    /// How it stands beside the person's other roles.
    pub standing: Standing,
}

/// How a role stands beside a person's other roles, foremost first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The primary role at the person's primary org.
    Foremost,
    /// The primary role at another org.
    Primary,
    /// A secondary role.
    Secondary,
}

/// What is told of a role beside its org, as numbers that differ where the values do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RolePrint {
    /// The role and its type.
    pub role: u64,
    /// Its first and last day.
    pub dates: u64,
    /// The account that goes with it.
    pub account: u64,
}

/// People.
#[derive(Debug, Default)]
pub struct People {
    /// Their keys.
    pub ids: Ids,
    /// Every role name that occurs.
    pub role_names: Vec<String>,
    /// Who has which role where: (org, role) to people.
    pub with_role: HashMap<(u32, u16), RoaringBitmap>,
    roles: Lists<RoleAt>,
    role_prints: Lists<RolePrint>,
    /// The primary org of each.
    pub primary_org: Vec<Option<u32>>,
    agents: Lists<u32>,
    /// The people for each grade.
    pub of_grade: HashMap<String, RoaringBitmap>,
    /// Who has demographics with a value in that category.
    pub with_demographics: HashMap<Category, RoaringBitmap>,
    /// Whose demographics went away.
    pub without_demographics: RoaringBitmap,
    /// The resources of those who have any.
    pub resources: HashMap<u32, Vec<u32>>,
    nobody: RoaringBitmap,
}

impl People {
    /// Adds the relations of the person at the next position.
    pub fn push(&mut self, position: u32, roles: &[(u32, &str, Standing)], agents: Vec<u32>) {
        let mut at = Vec::with_capacity(roles.len());
        for (org, name, standing) in roles {
            let role = self.role_or_new(name);
            self.with_role.entry((*org, role)).or_default().insert(position);
            at.push(RoleAt { org: *org, role, standing: *standing });
        }
        self.roles.push(at);
        self.agents.push(agents);
    }

    /// Adds what is told of the roles of the person at the next position, in the order of the roles.
    pub fn push_role_prints(&mut self, prints: Vec<RolePrint>) {
        self.role_prints.push(prints);
    }

    /// What is told of a person's roles, in their order.
    pub fn role_prints(&self, person: u32) -> &[RolePrint] {
        self.role_prints.of(person)
    }

    #[expect(clippy::cast_possible_truncation, reason = "there are far fewer than 65,536 role names")]
    fn role_or_new(&mut self, name: &str) -> u16 {
        if let Some(role) = self.role(name) {
            return role;
        }
        self.role_names.push(name.to_owned());
        (self.role_names.len() - 1) as u16
    }

    /// The role of that name, if anybody has it.
    #[expect(clippy::cast_possible_truncation, reason = "there are far fewer than 65,536 role names")]
    pub fn role(&self, name: &str) -> Option<u16> {
        self.role_names.iter().position(|n| n == name).map(|i| i as u16)
    }

    /// The name of a role.
    pub fn role_name(&self, role: u16) -> &str {
        self.role_names.get(usize::from(role)).map_or("", String::as_str)
    }

    /// A person's roles.
    pub fn roles(&self, person: u32) -> &[RoleAt] {
        self.roles.of(person)
    }

    /// A person's agents: a pupil's carers, a carer's children.
    pub fn agents(&self, person: u32) -> &[u32] {
        self.agents.of(person)
    }

    /// Replaces row numbers by positions in the agents, once all people are known.
    pub fn resolve_agents(&mut self) {
        let ids = &self.ids;
        for agent in &mut self.agents.items {
            *agent = ids.position_of_number(*agent).unwrap_or(u32::MAX);
        }
    }

    /// People with any of these roles at any of these orgs; `None` stands for every role.
    pub fn with_roles_at(&self, roles: Option<&[u16]>, orgs: &RoaringBitmap) -> RoaringBitmap {
        let n_roles = self.role_names.len();
        let mut people = RoaringBitmap::new();
        if orgs.len() * (n_roles as u64) < self.with_role.len() as u64 {
            let all = || (0..).take(n_roles);
            for org in orgs {
                for role in all().filter(|role| roles.is_none_or(|roles| roles.contains(role))) {
                    people |= self.with_role.get(&(org, role)).unwrap_or(&self.nobody);
                }
            }
            return people;
        }
        for ((org, role), holders) in &self.with_role {
            if orgs.contains(*org) && roles.is_none_or(|roles| roles.contains(role)) {
                people |= holders;
            }
        }
        people
    }

    /// Whoever names one of these people as an agent (links are kept in both directions).
    pub fn agents_of(&self, people: &RoaringBitmap) -> RoaringBitmap {
        people.iter().flat_map(|p| self.agents(p).iter().copied()).collect()
    }
}

/// Lists of varying length, one for each position.
#[derive(Debug)]
struct Lists<T> {
    items: Vec<T>,
    ends: Vec<u32>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { items: Vec::new(), ends: Vec::new() }
    }
}

impl<T> Lists<T> {
    #[expect(clippy::cast_possible_truncation, reason = "positions are 32 bits")]
    fn push(&mut self, items: Vec<T>) {
        self.items.extend(items);
        self.ends.push(self.items.len() as u32);
    }

    fn of(&self, position: u32) -> &[T] {
        let i = position as usize;
        let end = self.ends.get(i).copied().unwrap_or_default() as usize;
        let start = i.checked_sub(1).and_then(|j| self.ends.get(j)).copied().unwrap_or_default() as usize;
        self.items.get(start..end).unwrap_or_default()
    }
}
