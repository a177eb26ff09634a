//! What all requests share.

use std::sync::Arc;

use crate::audit::Recorder;
use crate::auth::bearer::Caller;
use crate::auth::connections::AuthCache;
use crate::clock::Clock;
use crate::consent::connection::{Connection, ConnectionStatus, Identifiers, RequiredFields};
use crate::consent::switches::Switches;
use crate::keys::{KeyError, MasterKey};
use crate::query::{Asked, Budget, Views};
use crate::scim::door::own_lists::OwnLists;
use crate::store::Database;
use crate::store::vendor::{StoredConnection, seal_secret};
use crate::writing::{Adoption, Writer};

/// The state of one server.
pub struct App {
    /// The database.
    pub database: Database,
    /// The key that all others derive from.
    pub master_key: MasterKey,
    /// The only source of time.
    pub clock: Clock,
    /// What links and token metadata name, without a slash at its end.
    pub public_url: String,
    /// Makes disclosures durable.
    pub recorder: Recorder,
    /// Makes what vendors write durable.
    pub writer: Writer,
    /// Brings accounts that providers keep into the board's own data.
    pub adoption: Adoption,
    /// What is remembered of providers' own lists.
    pub scim_lists: OwnLists,
    /// How much memory people may take as they were written for vendors.
    pub people_cache: Budget,
    /// A vendor that does not exist: finding out costs the same work as a wrong secret.
    pub nobody: StoredConnection,
    /// What each vendor may see, compiled.
    pub views: Views,
    /// Tokens and connections that were looked up before.
    pub auth_cache: AuthCache,
}

impl App {
    /// A caller's question for its view, at the epochs that the caller was let in at.
    pub fn asked<'a>(&self, caller: &'a Caller) -> Asked<'a> {
        Asked {
            tenant_id: caller.tenant_id,
            tenant: &caller.tenant,
            connection: &caller.connection,
            data_epoch: caller.data_epoch,
            consent_epoch: caller.consent_epoch,
            now: caller.at,
            clock: self.clock,
            is_certain: false,
        }
    }

    /// The state of a server that is about to start.
    pub fn new(
        database: Database,
        master_key: MasterKey,
        clock: Clock,
        public_url: &str,
    ) -> Result<Arc<Self>, StartError> {
        Ok(Arc::new(Self {
            nobody: nobody(&master_key)?,
            recorder: Recorder::start(database.clone())?,
            writer: Writer::start(database.clone(), clock)?,
            adoption: Adoption::default(),
            scim_lists: OwnLists::default(),
            people_cache: Budget::default(),
            database,
            master_key,
            clock,
            public_url: public_url.trim_end_matches('/').to_owned(),
            views: Views::default(),
            auth_cache: AuthCache::default(),
        }))
    }
}

/// Why a server can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No thread for disclosures or writes.
    #[error("a thread that writes can't start")]
    Recorder(#[from] std::io::Error),
    /// The master key can't be used.
    #[error("the master key can't be used")]
    Key(#[from] KeyError),
}

fn nobody(key: &MasterKey) -> Result<StoredConnection, KeyError> {
    let connection = Connection {
        vendor: String::new(),
        name: String::new(),
        scopes: Vec::new(),
        identifiers: Identifiers::Pairwise,
        required_fields: RequiredFields::Absent,
        status: ConnectionStatus::Active,
        scim: Switches::default(),
    };
    let secret = crate::auth::secret::new_secret()?;
    Ok(StoredConnection { tenant_id: 0, connection, secret_sealed: seal_secret(key, 0, "", &secret)? })
}
