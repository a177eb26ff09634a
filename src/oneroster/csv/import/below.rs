//! What other files, and other rows of the same file, say about the rows of one entity.

use std::collections::{BTreeMap, BTreeSet};

use super::children::{self, Elements};
use super::error::ImportError;
use super::lookup::Lookup;
use super::person;
use super::plan::{Child, Step};
use super::sieve::Sieve;
use super::unsaid::Unsaid;
use super::{agents, kept};
use crate::catalogue::{Entity, Kind};
use crate::oneroster::csv::{File, Mode, Package, Version, read};
use crate::store::import::Run;

/// The column to which identifiers of the chain go that stand where none should.
const CHAIN_IDS: &str = "user_ids_chain_id";

/// What is known of the rows of one entity beside the rows themselves.
#[derive(Default)]
pub(super) struct Below {
    elements: Vec<Elements>,
    /// Pairs of people; the second names the first as agent.
    agents: Vec<(u32, u32)>,
    /// All agents of those whose agents change, in a delta of people.
    changed_agents: Option<BTreeMap<u32, BTreeSet<u32>>>,
    /// What was dropped.
    pub(super) sieve: Sieve,
}

impl Below {
    /// Reads the files that hang below an entity's own.
    pub(super) fn read(
        run: &mut Run<'_>,
        package: &Package,
        step: &Step,
        (lookup, unsaid): (Lookup<'_>, &Unsaid),
    ) -> Result<Self, ImportError> {
        let mut below = Self::default();
        for child in step.children {
            if package.mode(child.file) != Mode::Absent {
                below.file(run, package, *child, lookup)?;
            }
        }
        if step.entity == Entity::User && package.mode(File::Users) != Mode::Absent {
            below.people(package, lookup, unsaid)?;
        }
        if step.entity == Entity::User && package.mode(File::Users) == Mode::Delta {
            below.changed_agents = Some(agents::changed(run, package, lookup)?);
        }
        below.elements.iter_mut().for_each(Elements::sort);
        below.agents.sort_unstable();
        Ok(below)
    }

    /// The elements of a column; nothing if the set says nothing about them.
    pub(super) fn elements(&self, column: &str) -> Option<&Elements> {
        self.elements.iter().find(|elements| elements.column == column)
    }

    /// Whether anything is said of a row beside the row itself.
    pub(super) fn says_of(&self, number: u32) -> bool {
        self.elements.iter().any(|elements| elements.says_of(number) && elements.column != CHAIN_IDS)
            || self.changed_agents(number).is_some()
    }

    /// Whether the set holds changes of people only.
    pub(super) fn has_changed_agents(&self) -> bool {
        self.changed_agents.is_some()
    }

    /// A person's agents, where a delta changes them.
    pub(super) fn changed_agents(&self, number: u32) -> Option<&BTreeSet<u32>> {
        self.changed_agents.as_ref()?.get(&number)
    }

    /// The identifiers of the chain that a person's other rows hold.
    pub(super) fn chain_ids(&self, number: u32) -> impl Iterator<Item = &str> {
        self.elements(CHAIN_IDS).into_iter().flat_map(move |elements| elements.of(number))
    }

    /// The people who name this one as theirs.
    pub(super) fn mirrored(&self, kind: Kind, number: u32) -> impl Iterator<Item = u32> {
        let pairs = if kind == Kind::ReferenceList(Entity::User) { self.agents.as_slice() } else { &[] };
        let start = pairs.partition_point(|pair| pair.0 < number);
        let rest = pairs.get(start..).unwrap_or_default();
        rest.iter().take_while(move |pair| pair.0 == number).map(|pair| pair.1)
    }

    fn file(
        &mut self,
        run: &mut Run<'_>,
        package: &Package,
        child: Child,
        lookup: Lookup<'_>,
    ) -> Result<(), ImportError> {
        let mut elements = match package.mode(child.file) {
            Mode::Delta => kept::elements(run, package, child, lookup)?,
            Mode::Bulk | Mode::Absent => Elements::new(child.column),
        };
        let mut chain_ids = Elements::new(CHAIN_IDS);
        read(package, child.file, &mut |row| {
            let parent = row.text(child.parent).and_then(|sourced_id| lookup.open.find(sourced_id));
            let Some(parent) = parent.filter(|_| !row.is_removal()) else { return Ok(()) };
            if child.file == File::UserProfiles {
                let profile = person::profile(row, &mut self.sieve)?;
                profile.chain_id.iter().for_each(|id| chain_ids.push(parent, row.sourced_id(), id));
                profile.element.iter().for_each(|element| elements.push(parent, row.sourced_id(), element));
            } else if let Some(element) = children::element(child, row, lookup, &mut self.sieve)? {
                elements.push(parent, row.sourced_id(), &element);
            }
            Ok::<_, ImportError>(())
        })?;
        self.elements.push(elements);
        if child.file == File::UserProfiles {
            self.elements.push(chain_ids);
        }
        Ok(())
    }

    /// Who names whom as agent; the roles of version 1.1, and the materials of the first release of 1.2.
    fn people(&mut self, package: &Package, lookup: Lookup<'_>, unsaid: &Unsaid) -> Result<(), ImportError> {
        let is_1p1 = package.version() == Version::V1p1;
        let has_links = package.mode(File::UserResources) != Mode::Absent;
        let (mut roles, mut materials) = match package.mode(File::Users) {
            Mode::Delta => (
                Elements::of_parents("roles", kept::people(package, lookup)?),
                Elements::of_parents("resources", kept::people(package, lookup)?),
            ),
            Mode::Bulk | Mode::Absent => (Elements::new("roles"), Elements::new("resources")),
        };
        read(package, File::Users, &mut |row| {
            let number = lookup.open.find(row.sourced_id()).filter(|_| !row.is_removal());
            let Some(number) = number else { return Ok(()) };
            let named = row.list("agentSourcedIds").filter_map(|sourced_id| lookup.open.find(sourced_id));
            self.agents.extend(named.map(|other| (other, number)));
            for org in row.list("orgSourcedIds").filter(|_| is_1p1) {
                if let Some(id) = lookup.row_id(Entity::Org, org) {
                    let (sourced_id, role) = person::role_of_1p1(row, (org, id), unsaid.is_school(id))?;
                    roles.push(number, &sourced_id, &role);
                }
            }
            for resource in row.list("resourceSourcedIds").filter(|_| !has_links) {
                if let Some(id) = lookup.row_id(Entity::Resource, resource) {
                    let (sourced_id, link) = children::material(row, (resource, id))?;
                    materials.push(number, &sourced_id, &link);
                }
            }
            Ok::<_, ImportError>(())
        })?;
        if is_1p1 {
            self.elements.push(roles);
        }
        if !materials.is_empty() {
            self.elements.push(materials);
        }
        Ok(())
    }
}
