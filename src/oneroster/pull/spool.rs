//! The folder of pages: what was read stays there until it is imported, so that nothing is read twice.
//!
//! It holds personal data: only its owner may enter it, and its pages go once they were imported. What stays
//! is when the last import's reading began, where a set of changes goes on from.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::error::PullError;
use crate::clock::Millis;

/// Pages older than this are no part of one picture with those that would be read now (ms).
const OLDEST: i64 = 24 * 60 * 60 * 1000;

const STATE: &str = "state.json";
const LAST: &str = "last.json";
const PAGES: &str = "pages";
pub(super) const SET: &str = "oneroster-api";

/// What is read: pages of something else are of no use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) from: String,
    pub(super) version: String,
    pub(super) client_id: String,
    /// From when on, if only changes are read (ms).
    pub(super) since: Option<i64>,
}

/// How far one collection is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) n_pages: u32,
    /// How many objects those have.
    pub(super) offset: u64,
    pub(super) next: Option<String>,
    pub(super) is_done: bool,
    /// The status by which the provider refused it.
    pub(super) refused: Option<u16>,
}

#[derive(Debug, Serialize, Deserialize)]
struct State {
    job: Job,
    began: i64,
    /// From when on the next set of changes must ask: the earlier of both clocks.
    mark: i64,
    collections: BTreeMap<String, Progress>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Last {
    from: String,
    mark: i64,
}

/// The pages of one job.
pub(super) struct Spool {
    folder: PathBuf,
    state: State,
    _lock: File,
}

/// A folder that nobody else uses while this lives.
pub(super) struct Locked {
    folder: PathBuf,
    lock: File,
}

impl Locked {
    /// Takes the folder, and makes it if it isn't there.
    pub(super) fn take(folder: &Path) -> Result<Self, PullError> {
        let at = |source| PullError::Spool { path: folder.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at)?;
        // It may have been there, for everyone to read.
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(at)?;
        let lock = File::create(folder.join("lock")).map_err(at)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), lock }),
            Err(TryLockError::WouldBlock) => Err(PullError::Busy(folder.to_owned())),
            Err(TryLockError::Error(source)) => Err(at(source)),
        }
    }

    /// From when on the changes since the last import from that provider are.
    pub(super) fn last(&self, from: &str) -> Option<Millis> {
        let last: Last = read(&self.folder.join(LAST))?;
        (last.from == from).then_some(Millis(last.mark))
    }

    /// The pages of a job: those that are there, if they are of the same job and not too old.
    pub(super) fn open(self, job: Job, now: Millis) -> Result<Spool, PullError> {
        let Self { folder, lock } = self;
        let stored: Option<State> = read(&folder.join(STATE));
        let is_fresh = |state: &State| state.job == job && (0..OLDEST).contains(&(now.0 - state.began));
        if let Some(state) = stored.filter(is_fresh) {
            return Ok(Spool { folder, state, _lock: lock });
        }
        let state = State { job, began: now.0, mark: now.0, collections: BTreeMap::new() };
        let spool = Spool { folder, state, _lock: lock };
        spool.clear()?;
        let pages = spool.folder.join(PAGES);
        DirBuilder::new().mode(0o700).create(&pages).map_err(|source| PullError::Spool { path: pages, source })?;
        Ok(spool)
    }
}

impl Spool {
    pub(super) fn progress(&self, collection: &str) -> Progress {
        self.state.collections.get(collection).cloned().unwrap_or_default()
    }

    /// Whether the provider answered for the collection at all.
    pub(super) fn has(&self, collection: &str) -> bool {
        self.state.collections.get(collection).is_some_and(|progress| progress.is_done && progress.refused.is_none())
    }

    pub(super) fn is_resumed(&self) -> bool {
        !self.state.collections.is_empty()
    }

    /// When reading began.
    pub(super) fn began(&self) -> Millis {
        Millis(self.state.began)
    }

    /// The provider's clock may be behind: what changes from its time on belongs to the next set.
    pub(super) fn note_time(&mut self, at: Millis) {
        self.state.mark = self.state.mark.min(at.0);
    }

    /// Keeps a page, and then how far the collection is.
    pub(super) fn add(&mut self, collection: &str, objects: &[Value], progress: Progress) -> Result<(), PullError> {
        if !objects.is_empty() {
            write(&self.page(collection, progress.n_pages.saturating_sub(1)), &objects)?;
        }
        self.state.collections.insert(collection.to_owned(), progress);
        write(&self.folder.join(STATE), &self.state)
    }

    /// Reads the pages of a collection, the last first: an object that moved between pages is newest there.
    pub(super) fn each_page(
        &self,
        collection: &str,
        visit: &mut dyn FnMut(Vec<Value>) -> Result<(), PullError>,
    ) -> Result<(), PullError> {
        for n in (0..self.progress(collection).n_pages).rev() {
            let path = self.page(collection, n);
            let source = io::ErrorKind::InvalidData.into();
            visit(read(&path).ok_or(PullError::Spool { path, source })?)?;
        }
        Ok(())
    }

    /// The folder for the set, empty.
    pub(super) fn set(&self) -> Result<PathBuf, PullError> {
        let path = self.folder.join(SET);
        remove(&path)?;
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|source| PullError::Spool { path: path.clone(), source })?;
        Ok(path)
    }

    /// Takes the set away.
    pub(super) fn drop_set(&self) -> Result<(), PullError> {
        remove(&self.folder.join(SET))
    }

    /// Takes away all that tells of people.
    pub(super) fn clear(&self) -> Result<(), PullError> {
        remove(&self.folder.join(SET))?;
        // The state last: without its pages it would promise too much.
        let path = self.folder.join(STATE);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(PullError::Spool { path, source }),
            _ => remove(&self.folder.join(PAGES)),
        }
    }

    /// Notes that all of this was imported.
    pub(super) fn succeed(&self) -> Result<(), PullError> {
        write(&self.folder.join(LAST), &Last { from: self.state.job.from.clone(), mark: self.state.mark })
    }

    fn page(&self, collection: &str, n: u32) -> PathBuf {
        self.folder.join(PAGES).join(format!("{collection}.{n:06}.json"))
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Writes a file whole or not at all.
fn write(path: &Path, value: &impl Serialize) -> Result<(), PullError> {
    let at = |source| PullError::Spool { path: path.to_owned(), source };
    let bytes = serde_json::to_vec(value).map_err(|error| at(error.into()))?;
    let beside = path.with_extension("part");
    fs::write(&beside, bytes).map_err(at)?;
    fs::rename(&beside, path).map_err(at)
}

fn remove(path: &Path) -> Result<(), PullError> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(PullError::Spool { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}
