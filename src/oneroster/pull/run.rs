//! A pull from end to end: pages, a set, the import, and a clean folder.

use std::path::Path;
use std::time::Duration;

use super::authorize::Credentials;
use super::client::Client;
use super::error::PullError;
use super::fetch::{Event, fetch};
use super::set;
use super::source::{Source, SourceError};
use super::spool::{Job, Locked, SET};
use crate::catalogue::Version;
use crate::clock::Millis;
use crate::consent::rules_file::form::check_slug;
use crate::oneroster::csv::Package;
use crate::oneroster::csv::import::{self, ImportError, Progress, import_package};
use crate::store::Database;
use crate::store::import::Summary;

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changes {
    /// All of it.
    All,
    /// What changed from an instant on.
    Since(Millis),
    /// What changed since the last pull that succeeded; all if there was none.
    SinceLast,
}

/// How a pull is to go.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The board, by its slug.
    pub tenant: &'a str,
    /// The folder for pages, of this board alone.
    pub spool: &'a Path,
    /// How many objects a page has.
    pub limit: u32,
    /// What is read.
    pub changes: Changes,
    /// How the import goes.
    pub import: import::Options,
}

/// Who is told how it goes, and who waits.
pub struct Watch<'w> {
    /// Told what the pull is at.
    pub tell: &'w mut dyn FnMut(Event),
    /// Told how far the import is.
    pub import: &'w mut dyn FnMut(Progress),
    /// Waits before a request is made again.
    pub wait: &'w mut dyn FnMut(Duration),
}

/// Reads a provider into a board: all of it or nothing.
pub fn pull(
    database: &Database,
    source: &Source,
    credentials: &Credentials,
    options: &Options<'_>,
    watch: &mut Watch<'_>,
) -> Result<Summary, PullError> {
    if !credentials.is_oauth1 && source.token_url.is_none() {
        return Err(SourceError::NoTokenUrl.into());
    }
    check_slug(options.tenant).map_err(ImportError::Slug)?;
    let clock = options.import.clock;
    let locked = Locked::take(options.spool)?;
    let since = match options.changes {
        Changes::All => None,
        Changes::Since(at) => Some(at),
        Changes::SinceLast => locked.last(&source.root),
    };
    if options.changes == Changes::SinceLast && since.is_none() {
        (watch.tell)(Event::NoEarlier);
    }
    let version = match source.version {
        Version::V1p1 => "1.1",
        Version::V1p2 => "1.2",
    };
    let job = Job {
        from: source.root.clone(),
        version: version.to_owned(),
        client_id: credentials.client_id.clone(),
        since: since.map(|at| at.0),
    };
    let mut spool = locked.open(job, clock.now())?;
    if spool.is_resumed() {
        (watch.tell)(Event::Resumed);
    }
    fetch(&mut Client::new(source, credentials, clock), source, &mut spool, (options.limit, since), watch)?;
    let folder = spool.set()?;
    let mut conn = database.read()?;
    set::write(source, &spool, &folder, since.is_some(), ((&mut conn, options.tenant), &mut *watch.tell))?;
    drop(conn);
    let outcome = Package::open_wide(&folder)
        .map_err(ImportError::Faults)
        .and_then(|set| import_package(database, options.tenant, (&set, SET), &options.import, watch.import));
    spool.drop_set()?;
    let keeps_pages = match &outcome {
        Ok(_) => {
            if !options.import.dry_run {
                spool.succeed()?;
            }
            false
        }
        // The same pages would have the same faults.
        Err(ImportError::Faults(_) | ImportError::NationalSourcedIds(_) | ImportError::Slug(_)) => false,
        // The same pages are imported when someone confirms, or when the database is back.
        Err(ImportError::Removals { .. } | ImportError::Read(_) | ImportError::Store(_)) => true,
    };
    if !keeps_pages {
        spool.clear()?;
    }
    Ok(outcome?)
}
