//! An import from end to end: the check, then every table in one transaction.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use super::children::{self, Elements};
use super::error::ImportError;
use super::person;
use super::plan::{STEPS, Step};
use super::row_values::Sources;
use super::sorted::Portion;
use crate::catalogue::{Entity, Kind};
use crate::clock::Clock;
use crate::oneroster::csv::{File, Mode, Package, Row, Version, check, read};
use crate::store::connection::transaction;
use crate::store::import::{self, Incoming, Run, Summary, Table, table::Finished};
use crate::store::{Conn, Database};

/// How many rows are stored at once.
const ROWS_AT_ONCE: usize = 1_000;

/// How an import is to go.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Lets a set through that lacks more than a tenth of the people.
    pub confirm_removals: bool,
    /// Does everything but the last step.
    pub dry_run: bool,
    /// Where the time comes from.
    pub clock: Clock,
}

/// What an import is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Looking for faults; counts bytes.
    Check,
    /// Storing; counts rows.
    Store,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is at.
    pub phase: Phase,
    /// The file.
    pub file: File,
    /// How much of the file is done.
    pub done: u64,
    /// How much there is.
    pub of: u64,
}

/// Brings a set into a board: all of it or nothing.
pub fn import(
    database: &Database,
    tenant: &str,
    path: &Path,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ImportError> {
    let package = Package::open(path).map_err(ImportError::Faults)?;
    let mut report = |file, done, of| progress(Progress { phase: Phase::Check, file, done, of });
    let checked = check(&package, &mut report).map_err(ImportError::Faults)?;
    if let Some(file) = File::ALL.into_iter().find(|file| package.mode(*file) == Mode::Delta) {
        return Err(ImportError::Delta(file));
    }
    let source = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut rehearsed = None;
    let mut conn = database.write()?;
    let outcome = transaction(&mut conn, |conn| {
        let summary = store(conn, tenant, &package, options, &mut |file, done| {
            let of = checked.rows.get(&file).copied().unwrap_or_default();
            progress(Progress { phase: Phase::Store, file, done, of });
        })?
        .finish(&source)?;
        if options.dry_run {
            rehearsed = Some(summary);
            // Any error takes back what was written.
            return Err(ImportError::Store(crate::store::StoreError::Shape("nothing: this is a rehearsal")));
        }
        Ok(summary)
    });
    drop(conn);
    if let Some(summary) = rehearsed {
        return Ok(summary);
    }
    let summary = outcome?;
    if summary.is_changed {
        import::run::settle(database)?;
    }
    Ok(summary)
}

fn store<'c>(
    conn: &'c mut Conn,
    tenant: &str,
    package: &Package,
    options: &Options,
    progress: &mut dyn FnMut(File, u64),
) -> Result<Run<'c>, ImportError> {
    let mut storing = Storing {
        run: Run::begin(conn, tenant, options.clock.now())?,
        package,
        options,
        done: BTreeMap::new(),
        schools: HashSet::new(),
        school_of_class: BTreeMap::new(),
    };
    for step in STEPS {
        if package.mode(step.file) != Mode::Absent {
            storing.step(step, progress)?;
        }
    }
    Ok(storing.run)
}

/// The tables that are done, and the one that is being filled.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a> {
    open: &'a Table,
    done: &'a BTreeMap<Entity, Finished>,
}

impl Lookup<'_> {
    /// The row id of an object.
    pub(super) fn row_id(self, entity: Entity, sourced_id: &str) -> Option<i64> {
        if entity == self.open.entity() {
            return self.open.row_id(sourced_id);
        }
        self.done.get(&entity)?.row_id(sourced_id)
    }

    /// The row id of the open table's row with that number.
    pub(super) fn row_id_of(self, number: u32) -> i64 {
        self.open.row_id_of(number)
    }
}

/// What other rows and files say about the rows of one entity.
#[derive(Default)]
pub(super) struct Below {
    elements: Vec<Elements>,
    /// Pairs of people, the one who is named first.
    agents: Vec<(u32, u32)>,
    /// The school of each class by row ids, where line items don't name one.
    school_of_class: BTreeMap<i64, i64>,
    version: Option<Version>,
}

impl Below {
    /// The elements of a column; nothing if the set says nothing about them.
    pub(super) fn elements(&self, column: &str) -> Option<&Elements> {
        self.elements.iter().find(|elements| elements.column == column)
    }

    /// The people who name this one as theirs.
    pub(super) fn mirrored(&self, kind: Kind, number: u32) -> impl Iterator<Item = u32> {
        let pairs = if kind == Kind::ReferenceList(Entity::User) { self.agents.as_slice() } else { &[] };
        let start = pairs.partition_point(|pair| pair.0 < number);
        let rest = pairs.get(start..).unwrap_or_default();
        rest.iter().take_while(move |pair| pair.0 == number).map(|pair| pair.1)
    }

    /// What version 1.1 leaves unsaid: a person's first org is the primary one, and a line item belongs to
    /// the school of its class.
    pub(super) fn implied(&self, column: &str, _number: u32, row: Row<'_>, lookup: Lookup<'_>) -> Option<i64> {
        if self.version != Some(Version::V1p1) {
            return None;
        }
        match (lookup.open.entity(), column) {
            (Entity::User, "primary_org") => {
                row.list("orgSourcedIds").next().and_then(|org| lookup.row_id(Entity::Org, org))
            }
            (Entity::LineItem, "school") => {
                let class = lookup.row_id(Entity::Class, row.text("classSourcedId")?)?;
                self.school_of_class.get(&class).copied()
            }
            _ => None,
        }
    }
}

/// An import inside its transaction.
struct Storing<'c, 'a> {
    run: Run<'c>,
    package: &'a Package,
    options: &'a Options,
    done: BTreeMap<Entity, Finished>,
    /// Orgs that are schools, by row id.
    schools: HashSet<i64>,
    school_of_class: BTreeMap<i64, i64>,
}

impl Storing<'_, '_> {
    fn step(&mut self, step: &Step, progress: &mut dyn FnMut(File, u64)) -> Result<(), ImportError> {
        let mut table = Table::open(&mut self.run, step.entity)?;
        self.number(step, &mut table)?;
        if step.entity == Entity::User {
            self.guard(&table)?;
        }
        let below = self.below(step, &table)?;
        self.rows(step, &mut table, &below, progress)?;
        let finished = table.finish(&mut self.run)?;
        // Nothing refers to an enrollment, and there are more of them than of anything else.
        if step.entity != Entity::Enrollment {
            self.done.insert(step.entity, finished);
        }
        Ok(())
    }

    /// First pass: which rows there are.
    fn number(&mut self, step: &Step, table: &mut Table) -> Result<(), ImportError> {
        let people = self.done.get(&Entity::User).filter(|_| step.entity == Entity::Demographics);
        read(self.package, step.file, &mut |row| {
            match people {
                None => table.see(row.sourced_id()),
                Some(people) => {
                    if let Some(number) = people.find(row.sourced_id()) {
                        table.see_as(row.sourced_id(), number);
                    }
                }
            }
            Ok::<_, ImportError>(())
        })?;
        table.number();
        Ok(())
    }

    fn guard(&self, table: &Table) -> Result<(), ImportError> {
        let (removed, of) = table.missing();
        if removed * 10 > of && !self.options.confirm_removals {
            return Err(ImportError::Removals { removed, of });
        }
        Ok(())
    }

    /// Second pass: what the files below say, and what rows say about each other.
    fn below(&mut self, step: &Step, table: &Table) -> Result<Below, ImportError> {
        let version = self.package.version();
        let school_of_class = match step.entity {
            Entity::LineItem => std::mem::take(&mut self.school_of_class),
            _ => BTreeMap::new(),
        };
        let mut below = Below { version: Some(version), school_of_class, ..Below::default() };
        let lookup = Lookup { open: table, done: &self.done };
        for child in step.children {
            if self.package.mode(child.file) == Mode::Absent {
                continue;
            }
            let mut elements = Elements::new(child.column);
            read(self.package, child.file, &mut |row| {
                let parent = row.text(child.parent).and_then(|sourced_id| table.find(sourced_id));
                if let (Some(parent), Some(element)) = (parent, children::element(*child, row, lookup)?) {
                    elements.push(parent, row.sourced_id(), &element);
                }
                Ok::<_, ImportError>(())
            })?;
            elements.sort();
            below.elements.push(elements);
        }
        if step.entity == Entity::User {
            self.people(table, &mut below)?;
        }
        Ok(below)
    }

    /// Who names whom as agent; and in version 1.1 the roles.
    fn people(&self, table: &Table, below: &mut Below) -> Result<(), ImportError> {
        let lookup = Lookup { open: table, done: &self.done };
        let is_1p1 = self.package.version() == Version::V1p1;
        let mut roles = Elements::new("roles");
        read(self.package, File::Users, &mut |row| {
            let Some(number) = table.find(row.sourced_id()) else { return Ok(()) };
            let named = row.list("agentSourcedIds").filter_map(|sourced_id| table.find(sourced_id));
            below.agents.extend(named.map(|other| (other, number)));
            for org in row.list("orgSourcedIds").filter(|_| is_1p1) {
                if let Some(id) = lookup.row_id(Entity::Org, org) {
                    let (sourced_id, role) = person::role_of_1p1(row, (org, id), self.schools.contains(&id))?;
                    roles.push(number, &sourced_id, &role);
                }
            }
            Ok::<_, ImportError>(())
        })?;
        below.agents.sort_unstable();
        if is_1p1 {
            roles.sort();
            below.elements.push(roles);
        }
        Ok(())
    }

    /// Third pass: the rows themselves.
    fn rows(
        &mut self,
        step: &Step,
        table: &mut Table,
        below: &Below,
        progress: &mut dyn FnMut(File, u64),
    ) -> Result<(), ImportError> {
        let mut portion = Portion::default();
        let mut done = 0;
        read(self.package, step.file, &mut |row| {
            if let Some(number) = table.find(row.sourced_id()) {
                portion.push(number, row);
            }
            if portion.is_full() {
                self.portion(&mut portion, table, below, &mut |n| {
                    done += n;
                    progress(step.file, done);
                })?;
            }
            Ok::<_, ImportError>(())
        })?;
        self.portion(&mut portion, table, below, &mut |n| {
            done += n;
            progress(step.file, done);
        })
    }

    fn portion(
        &mut self,
        portion: &mut Portion,
        table: &mut Table,
        below: &Below,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), ImportError> {
        portion.sort();
        let fields = import::fields(table.entity());
        let local = self.run.local_identifiers().to_vec();
        let mut rows = portion.rows().peekable();
        while rows.peek().is_some() {
            let some: Vec<(u32, Row<'_>)> = rows.by_ref().take(ROWS_AT_ONCE).collect();
            let mut incoming: Vec<Incoming> = Vec::with_capacity(some.len());
            let lookup = Lookup { open: table, done: &self.done };
            let sources = Sources { entity: table.entity(), fields: &fields, lookup, below, local: &local };
            let mut dropped = 0;
            for (number, row) in &some {
                let (values, n) = sources.incoming(*number, *row)?;
                dropped += n;
                incoming.push(values);
            }
            for (number, row) in &some {
                self.remember(table, *number, *row);
            }
            self.run.drop_national_ids(dropped);
            table.write(&mut self.run, incoming)?;
            progress(u64::try_from(some.len()).unwrap_or(u64::MAX));
        }
        drop(rows);
        portion.clear();
        Ok(())
    }

    /// Keeps what version 1.1 needs later.
    fn remember(&mut self, table: &Table, number: u32, row: Row<'_>) {
        if self.package.version() != Version::V1p1 {
            return;
        }
        let id = table.row_id_of(number);
        match table.entity() {
            Entity::Org if row.text("type") == Some("school") => {
                self.schools.insert(id);
            }
            Entity::Class => {
                let orgs = self.done.get(&Entity::Org);
                let school = row.text("schoolSourcedId").and_then(|school| orgs?.row_id(school));
                self.school_of_class.extend(school.map(|school| (id, school)));
            }
            _ => {}
        }
    }
}
