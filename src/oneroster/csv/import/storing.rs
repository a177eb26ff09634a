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
    let run = Run::begin(conn, tenant, options.clock.now())?;
    let mut storing = Storing { run, package, options, done: BTreeMap::new(), unsaid: Unsaid::default() };
    for step in STEPS {
        if package.mode(step.file) != Mode::Absent {
            storing.step(step, report)?;
        }
    }
    Ok(storing.run)
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
        self.number(step, &mut table)?;
        if step.entity == Entity::User {
            self.guard(&table)?;
        }
        let lookup = Lookup { open: &table, done: &self.done };
        let below = Below::read(self.package, step, lookup, &self.unsaid)?;
        self.run.drop_national_ids(below.dropped);
        self.rows(step, &mut table, &below, report)?;
        let finished = table.finish(&mut self.run)?;
        // Nothing refers to these, and there are more of them than of anything else.
        if !matches!(step.entity, Entity::Demographics | Entity::Enrollment | Entity::Result) {
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
            if let Some(number) = table.find(row.sourced_id()) {
                portion.push(number, row);
            }
            if portion.is_full() {
                self.portion(&mut portion, table, below, &mut stored)?;
            }
            Ok::<_, ImportError>(())
        })?;
        self.portion(&mut portion, table, below, &mut stored)
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
            for (number, row) in &some {
                let (values, dropped) = sources.incoming(*number, *row)?;
                self.run.drop_national_ids(dropped);
                incoming.push(values);
            }
            table.write(&mut self.run, incoming)?;
            stored(u64::try_from(some.len()).unwrap_or(u64::MAX));
        }
        drop(rows);
        portion.clear();
        Ok(())
    }
}
