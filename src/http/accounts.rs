//! When accounts that providers keep come into the board's own data, and when they go back to the administration.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::catalogue::Category;
use crate::consent::Rule;
use crate::http::App;
use crate::query::{Asked, View};
use crate::store::account::{self, Waiting, Which};
use crate::store::memory::Place;
use crate::store::{Conn, StoreError, account_owner, provisioned, rule, tenant, vendor};

/// What the vendors that keep accounts may see and keep; of those that ended nothing.
type Keepers = HashMap<String, Option<Arc<View>>>;

impl App {
    /// Brings accounts that providers changed into the board's own data, and gives back what no rule lets them keep
    /// any more, if it is time; says whether that changed anything. Blocks on the database.
    ///
    /// A board that can't take them now takes them later: nobody waits for that. `conn` reads the boards' data: whoever
    /// asks has one already, and must not wait for another.
    pub fn adopt_accounts(&self, conn: &mut Conn, tenant_id: i64) -> bool {
        if !self.adoption.is_due(tenant_id, self.views.n_people(tenant_id)) {
            return false;
        }
        let (which, place) = self.adoption.begin(tenant_id);
        match self.adopt(conn, tenant_id, which) {
            Ok(Some(is_changed)) => {
                self.adoption.end(tenant_id, place);
                is_changed
            }
            Ok(None) => false,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "accounts are brought in later");
                false
            }
        }
    }

    fn adopt(&self, conn: &mut Conn, tenant_id: i64, which: Which) -> Result<Option<bool>, StoreError> {
        let waiting = Waiting::read((&self.database, conn), tenant_id, which)?;
        let keepers = self.keepers(conn, tenant_id, waiting.keepers())?;
        let may_keep = |vendor: &str, category: Category, person: u32| {
            let release = &keepers.get(vendor)?.as_ref()?.release;
            let position = release.snapshot().people.ids.position_of_number(person);
            Some(position.is_some_and(|position| release.may_keep_account(category, position)))
        };
        account::adopt(&self.database, (tenant_id, self.clock.now().0), waiting, &may_keep)
    }

    fn keepers(&self, conn: &mut Conn, tenant_id: i64, vendors: BTreeSet<String>) -> Result<Keepers, StoreError> {
        let mut keepers = Keepers::new();
        let now = self.clock.now();
        let Some(board) = tenant::all(conn)?.into_iter().find(|board| board.id == tenant_id) else {
            return Ok(keepers);
        };
        for vendor in vendors {
            let stored = vendor::connection(conn, tenant_id, &vendor)?;
            let view = match &stored {
                None => None,
                Some(stored) => {
                    let asked = Asked {
                        tenant_id,
                        tenant: &board.slug,
                        connection: &stored.connection,
                        data_epoch: board.data_epoch,
                        consent_epoch: board.consent_epoch,
                        now,
                        clock: self.clock,
                        is_certain: false,
                    };
                    Some(self.views.unshown(&self.database, conn, &self.master_key, &asked)?)
                }
            };
            keepers.insert(vendor, view);
        }
        Ok(keepers)
    }

    /// Whether somebody keeps accounts whom no rule lets keep any.
    fn has_idle_keeper(&self, conn: &mut Conn, tenant_id: i64) -> Result<bool, StoreError> {
        let (rules, day) = (rule::all(conn, tenant_id)?, self.clock.now().date());
        for keeper in account_owner::vendors(conn, tenant_id)? {
            let may_write = |rule: &Rule| rule.vendor == keeper && rule.is_active(day) && !rule.write.is_empty();
            if vendor::connection(conn, tenant_id, &keeper)?.is_none() || !rules.iter().any(may_write) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Looks for accounts that changed on another node, and for boards that moved under accounts that came in before.
    pub fn find_accounts(&self) -> Result<(), StoreError> {
        let waiting = provisioned::boards_to_adopt(&mut *self.database.read_activity()?)?;
        let conn = &mut *self.database.read()?;
        let with_owners = account_owner::boards(conn)?;
        let mut depending = with_owners.clone();
        for (tenant_id, has_changed) in waiting {
            if has_changed {
                self.adoption.note(tenant_id);
            }
            depending.push(tenant_id);
        }
        if depending.is_empty() {
            return Ok(());
        }
        let day = self.clock.now().0.div_euclid(24 * 60 * 60 * 1000);
        for board in tenant::all(conn)?.into_iter().filter(|board| depending.contains(&board.id)) {
            let place = Place { data_epoch: board.data_epoch, consent_epoch: board.consent_epoch, day };
            let have_rules_moved = self.adoption.note_place(board.id, place);
            if !have_rules_moved || !with_owners.contains(&board.id) {
                continue;
            }
            // What a rule let somebody keep ends with it, also where nobody reads but the providers. Who may keep
            // nothing at all is known without the board's people; they are loaded for nobody else's sake.
            if self.views.n_people(board.id) > 0 || self.has_idle_keeper(conn, board.id)? {
                self.adopt_accounts(conn, board.id);
            }
        }
        Ok(())
    }
}
