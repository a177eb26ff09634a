//! The views of all vendors, kept until the board's data, its rules or the day changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::catalogue::Category;
use crate::clock::{Clock, Millis};
use crate::consent::pseudonym::Pseudonyms;
use crate::consent::{Choice, Connection, Grounds, Release, Rule};
use crate::keys::MasterKey;
use crate::query::remember::remember;
use crate::query::{Board, View};
use crate::store::tenant::SpecialCategory;
use crate::store::{Conn, Database, StoreError, choice, rule, snapshot_load, tenant};

/// Whose view of which board, and as of which epochs.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The board's row id.
    pub tenant_id: i64,
    /// The board's name in addresses.
    pub tenant: &'a str,
    /// The vendor's connection.
    pub connection: &'a Connection,
    /// The epoch of the board's data, as just read.
    pub data_epoch: i64,
    /// The epoch of the board's rules and choices, as just read.
    pub consent_epoch: i64,
    /// When it was asked: before the epochs were read.
    pub now: Millis,
    /// For the time of what changed, which is after the epochs were read.
    pub clock: Clock,
    /// Whether the epochs were read again because a later state of the board was known.
    pub is_certain: bool,
}

/// The views of all vendors.
#[derive(Debug, Default)]
pub struct Views {
    boards: Mutex<HashMap<i64, Arc<Slot>>>,
    views: Mutex<HashMap<(i64, String), Kept>>,
}

/// A board that is loaded by one request while others wait for it.
type Slot = Mutex<Option<Arc<Board>>>;

#[derive(Debug, Clone)]
struct Kept {
    consent_epoch: i64,
    view: Arc<View>,
}

/// How many views are kept.
const MOST_VIEWS: usize = 256;

impl Views {
    /// The view that was asked for, if nothing under it has changed since it was compiled.
    pub fn known(&self, asked: &Asked<'_>) -> Option<Arc<View>> {
        let key = (asked.tenant_id, asked.connection.vendor.clone());
        let known = self.views.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()?;
        let is_current = known.consent_epoch == asked.consent_epoch
            && known.view.board.snapshot.epoch == asked.data_epoch
            && known.view.release.day() == asked.now.date();
        is_current.then_some(known.view)
    }

    /// How many people a board has, if it is loaded.
    pub fn n_people(&self, tenant_id: i64) -> u32 {
        let slot = self.boards.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant_id).map(Arc::clone);
        let Some(slot) = slot else { return 0 };
        // A board that is being loaded now is not waited for.
        slot.try_lock().ok().and_then(|board| board.as_ref().map(|board| board.snapshot.people.ids.len())).unwrap_or(0)
    }

    /// The view that was asked for, compiled anew if anything under it has changed; `None` if the epochs are
    /// not the board's any more.
    pub fn get(
        &self,
        database: &Database,
        conn: &mut Conn,
        master_key: &MasterKey,
        asked: &Asked<'_>,
    ) -> Result<Option<Arc<View>>, StoreError> {
        if let Some(view) = self.known(asked) {
            return Ok(Some(view));
        }
        let key = (asked.tenant_id, asked.connection.vendor.clone());
        let board = self.board(database, asked)?;
        let standing = Standing::read(conn, asked)?;
        let mut view = standing.view(master_key, asked, board);
        if !remember(database, asked, &mut view.release)? {
            return Ok(None);
        }
        let view = Arc::new(view);
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        if views.len() >= MOST_VIEWS {
            views.clear();
        }
        views.insert(key, Kept { consent_epoch: asked.consent_epoch, view: Arc::clone(&view) });
        Ok(Some(view))
    }

    /// The same without the vendor's memory, which stays as it is: for what is decided by the release alone, and shown
    /// to nobody.
    pub fn unshown(
        &self,
        database: &Database,
        conn: &mut Conn,
        master_key: &MasterKey,
        asked: &Asked<'_>,
    ) -> Result<Arc<View>, StoreError> {
        if let Some(view) = self.known(asked) {
            return Ok(view);
        }
        let board = self.board(database, asked)?;
        Ok(Arc::new(Standing::read(conn, asked)?.view(master_key, asked, board)))
    }

    /// The board's data; loaded by one request while others wait for it.
    fn board(&self, database: &Database, asked: &Asked<'_>) -> Result<Arc<Board>, StoreError> {
        let slot = {
            let mut boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(boards.entry(asked.tenant_id).or_default())
        };
        let mut loaded = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(board) = loaded.as_ref().filter(|board| board.snapshot.epoch >= asked.data_epoch) {
            return Ok(Arc::clone(board));
        }
        let board = Arc::new(Board::new(snapshot_load::load(database, asked.tenant_id)?));
        *loaded = Some(Arc::clone(&board));
        // The views of vendors that have not called since would keep the board before alive.
        self.views.lock().unwrap_or_else(PoisonError::into_inner).retain(|(tenant, _), _| *tenant != asked.tenant_id);
        Ok(board)
    }
}

/// What stands for one vendor in one board: what a release is compiled from.
#[derive(Debug)]
pub struct Standing {
    rules: Vec<Rule>,
    choices: Vec<Choice>,
    enabled: Vec<Category>,
}

impl Standing {
    /// Reads rules, choices and enabled categories.
    pub fn read(conn: &mut Conn, asked: &Asked<'_>) -> Result<Self, StoreError> {
        let vendor = &asked.connection.vendor;
        let day = asked.now.date();
        let is_enabled = |special: &SpecialCategory| day <= special.until;
        let special = tenant::special(conn, asked.tenant_id)?;
        Ok(Self {
            rules: rule::current(conn, asked.tenant_id, vendor)?,
            choices: choice::standing(conn, asked.tenant_id, vendor)?,
            enabled: special.into_iter().filter(is_enabled).map(|special| special.category).collect(),
        })
    }

    /// The same, as a release is compiled from it.
    pub fn grounds<'a>(&'a self, asked: &'a Asked<'_>) -> Grounds<'a> {
        Grounds {
            connection: asked.connection,
            rules: &self.rules,
            choices: &self.choices,
            enabled: &self.enabled,
            day: asked.now.date(),
        }
    }

    /// The view that follows from it.
    pub fn view(&self, master_key: &MasterKey, asked: &Asked<'_>, board: Arc<Board>) -> View {
        let pseudonyms = Pseudonyms::new(master_key, asked.tenant, &asked.connection.vendor);
        let release = Release::compile(Arc::clone(&board.snapshot), &self.grounds(asked), pseudonyms);
        View::new(release, board)
    }
}
