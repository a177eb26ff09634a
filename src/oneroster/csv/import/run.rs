//! An import from end to end: the check, then every table in one transaction.

use std::path::Path;

use super::error::ImportError;
use super::stored::Stored;
use super::storing::store;
use crate::clock::Clock;
use crate::consent::rules_file::form::check_slug;
use crate::oneroster::csv::{File, Package, check, check_against};
use crate::store::connection::transaction;
use crate::store::import::{self, Summary};
use crate::store::{Database, StoreError};

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
    let source = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    import_package(database, tenant, (&package, &source), options, progress)
}

/// Brings an opened set into a board, under the name of its source: all of it or nothing.
pub(in crate::oneroster) fn import_package(
    database: &Database,
    tenant: &str,
    (package, source): (&Package, &str),
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ImportError> {
    check_slug(tenant).map_err(ImportError::Slug)?;
    let mut report = |file, done, of| progress(Progress { phase: Phase::Check, file, done, of });
    let checked = if package.has_delta() {
        check_against(package, &Stored::read(database, tenant)?, &mut report)
    } else {
        check(package, &mut report)
    };
    let checked = checked.map_err(ImportError::Faults)?;
    let mut rehearsed = None;
    let mut conn = database.write()?;
    let outcome = transaction(&mut conn, |conn| {
        let summary = store(conn, tenant, package, options, &mut |file, done| {
            let of = checked.rows.get(&file).copied().unwrap_or_default();
            progress(Progress { phase: Phase::Store, file, done, of });
        })?
        .finish(source)?;
        if options.dry_run {
            rehearsed = Some(summary);
            // Any error takes back what was written.
            return Err(ImportError::Store(StoreError::Shape("nothing: this is a rehearsal")));
        }
        Ok(summary)
    });
    drop(conn);
    if let Some(summary) = rehearsed {
        return Ok(summary);
    }
    let summary = outcome?;
    // The set is in, whatever becomes of this.
    if summary.is_changed
        && let Err(error) = import::run::settle(database)
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "the tables couldn't be analyzed after an import");
    }
    Ok(summary)
}
