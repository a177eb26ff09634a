//! What all requests share.

use std::sync::Arc;

use crate::audit::Recorder;
use crate::auth::connections::AuthCache;
use crate::clock::Clock;
use crate::keys::MasterKey;
use crate::store::Database;

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
    /// Tokens and connections that were looked up before.
    pub auth_cache: AuthCache,
}

impl App {
    /// The state of a server that is about to start.
    pub fn new(
        database: Database,
        master_key: MasterKey,
        clock: Clock,
        public_url: &str,
    ) -> std::io::Result<Arc<Self>> {
        Ok(Arc::new(Self {
            recorder: Recorder::start(database.clone())?,
            database,
            master_key,
            clock,
            public_url: public_url.trim_end_matches('/').to_owned(),
            auth_cache: AuthCache::default(),
        }))
    }
}
