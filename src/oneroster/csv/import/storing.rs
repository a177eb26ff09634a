//! Every table of a set, one after the other, inside the transaction.
//!
//! A file is read up to three times: for its sourcedIds, for what its rows say about each other, and for
//! its rows. That is cheaper than to keep them.

use std::collections::BTreeMap;

use super::below::Below;
use super::error::ImportError;
use super::lookup::Lookup;
use super::person;
use super::plan::{STEPS, Step};
use super::row_values::Sources;
use super::run::Options;
use super::sieve::Sieve;
use super::sorted::Portion;
use super::unsaid::Unsaid;
use crate::catalogue::Entity;
use crate::oneroster::csv::{File, Mode, Package, Row, Version, read};
use crate::store::Conn;
use crate::store::import::{self, Incoming, Run, Table, table::Finished};

/// How many rows are stored at once.
const ROWS_AT_ONCE: usize = 1_000;

/// Told the file and how many of its rows are stored.
pub(super) type Report<'a> = &'a mut dyn FnMut(File, u64);

/// Stores every row of the set; what the set lacks is marked as gone.
pub(super) fn store<'c>(
    conn: &'c mut Conn,
    tenant: &str,
    package: &Package,
    options: &Options,
    report: Report<'_>,
) -> Result<Run<'c>, ImportError> {
    let mut run = Run::begin(conn, tenant, options.clock.now())?;
    let is_partial = package.has_delta();
    let is_told = is_partial && package.version() == Version::V1p1;
    let unsaid = if is_told { Unsaid::stored(run.schools()?) } else { Unsaid::default() };
    let mut storing = Storing { run, package, options, done: BTreeMap::new(), unsaid };
    for step in STEPS {
        let is_there = |file| package.mode(file) != Mode::Absent;
        if is_there(step.file) || (is_partial && step.children.iter().any(|child| is_there(child.file))) {
            storing.step(step, report)?;
        } else if is_partial && is_referred_to(step.entity) {
            // Changes may refer to what the board has already.
            let table = Table::open(&mut storing.run, step.entity)?;
            storing.done.insert(step.entity, table.unchanged());
        }
    }
    Ok(storing.run)
}

/// Whether rows of other tables refer to these. There are more of the others than of anything else.
pub(super) const fn is_referred_to(entity: Entity) -> bool {
    !matches!(entity, Entity::Demographics | Entity::Enrollment | Entity::Result)
}

struct Storing<'c, 'a> {
    run: Run<'c>,
    package: &'a Package,
    options: &'a Options,
    done: BTreeMap<Entity, Finished>,
    unsaid: Unsaid,
}

impl Storing<'_, '_> {
    fn step(&mut self, step: &Step, report: Report<'_>) -> Result<(), ImportError> {
        let mut table = Table::open(&mut self.run, step.entity)?;
        if self.package.mode(step.file) != Mode::Bulk {
            table.keep_missing();
        }
        if self.package.mode(step.file) != Mode::Absent {
            self.number(step, &mut table)?;
        }
        if step.entity == Entity::User {
            self.guard(&table)?;
        }
        let lookup = Lookup { open: &table, done: &self.done };
        let below = Below::read(&mut self.run, self.package, step, (lookup, &self.unsaid))?;
        self.drop(below.sieve);
        if self.package.mode(step.file) != Mode::Absent {
            self.rows(step, &mut table, &below, report)?;
        }
        self.parents(&mut table, &below)?;
        let finished = table.finish(&mut self.run)?;
        if is_referred_to(step.entity) {
            self.done.insert(step.entity, finished);
        }
        Ok(())
    }

    /// First pass: which rows there are.
    fn number(&mut self, step: &Step, table: &mut Table) -> Result<(), ImportError> {
        let people = self.done.get(&Entity::User).filter(|_| step.entity == Entity::Demographics);
        let is_local = step.entity != Entity::User || person::is_local("sourcedId", self.run.local_identifiers());
        let mut national = 0_u64;
        read(self.package, step.file, &mut |row| {
            if row.is_removal() {
                table.leave(row.sourced_id());
                return Ok(());
            }
            national += u64::from(!is_local && crate::catalogue::is_national_id(row.sourced_id()));
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
        if national > 0 {
            return Err(ImportError::NationalSourcedIds(national));
        }
        table.number();
        Ok(())
    }

    fn drop(&mut self, sieve: Sieve) {
        self.run.note_dropped(sieve.national, sieve.chain);
    }

    fn guard(&self, table: &Table) -> Result<(), ImportError> {
        let (removed, of) = table.missing();
        if removed * 10 > of && !self.options.confirm_removals {
            return Err(ImportError::Removals { removed, of });
        }
        Ok(())
    }

    /// Last pass: the rows themselves.
    fn rows(&mut self, step: &Step, table: &mut Table, below: &Below, report: Report<'_>) -> Result<(), ImportError> {
        let mut portion = Portion::default();
        let mut done = 0;
        let mut stored = |n| {
            done += n;
            report(step.file, done);
        };
        read(self.package, step.file, &mut |row| {
            if let Some(number) = table.find(row.sourced_id()).filter(|_| !row.is_removal()) {
                portion.push(number, row);
            }
            if portion.is_full() {
                self.portion(&mut portion, table, below, &mut stored)?;
            }
            Ok::<_, ImportError>(())
        })?;
        self.portion(&mut portion, table, below, &mut stored)
    }

    /// Rows of which only files below them say something new.
    fn parents(&mut self, table: &mut Table, below: &Below) -> Result<(), ImportError> {
        let fields = import::fields(table.entity());
        let numbers: Vec<u32> = table.untouched().filter(|number| below.says_of(*number)).collect();
        for some in numbers.chunks(ROWS_AT_ONCE) {
            let mut incoming = Vec::with_capacity(some.len());
            let stored = table.stored(&mut self.run, "status", some)?;
            for (number, sourced_id, _) in stored {
                let lookup = Lookup { open: table, done: &self.done };
                let sources = Sources { fields: &fields, lookup, below, local: &[], unsaid: None };
                incoming.push(Incoming { number, sourced_id, values: sources.below(number)? });
            }
            table.write(&mut self.run, incoming)?;
        }
        Ok(())
    }

    fn portion(
        &mut self,
        portion: &mut Portion,
        table: &mut Table,
        below: &Below,
        stored: &mut dyn FnMut(u64),
    ) -> Result<(), ImportError> {
        portion.sort();
        let fields = import::fields(table.entity());
        let local = self.run.local_identifiers().to_vec();
        let is_1p1 = self.package.version() == Version::V1p1;
        let mut rows = portion.rows().peekable();
        while rows.peek().is_some() {
            let some: Vec<(u32, Row<'_>)> = rows.by_ref().take(ROWS_AT_ONCE).collect();
            let lookup = Lookup { open: table, done: &self.done };
            if is_1p1 {
                for (number, row) in &some {
                    self.unsaid.remember(*number, *row, lookup);
                }
            }
            let unsaid = is_1p1.then_some(&self.unsaid);
            let sources = Sources { fields: &fields, lookup, below, local: &local, unsaid };
            let mut incoming: Vec<Incoming> = Vec::with_capacity(some.len());
            let mut sieve = Sieve::default();
            for (number, row) in &some {
                incoming.push(sources.incoming(*number, *row, &mut sieve)?);
            }
            table.write(&mut self.run, incoming)?;
            self.drop(sieve);
            stored(u64::try_from(some.len()).unwrap_or(u64::MAX));
        }
        drop(rows);
        portion.clear();
        Ok(())
    }
}
