//! Vendors' connections and verified tokens, remembered for as long as the board's consent epoch stands.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use crate::auth::Scopes;
use crate::clock::Millis;
use crate::consent::connection::Connection;
use crate::store::token::TokenRow;

/// How many tokens, and how many connections, are remembered at most.
const MOST: usize = 20_000;

/// What is remembered between requests. It saves work and decides nothing.
#[derive(Default)]
pub struct AuthCache {
    used: Mutex<HashMap<[u8; 32], Millis>>,
    tokens: Bounded<[u8; 32], Arc<KnownToken>>,
    connections: Bounded<(i64, Arc<str>), Arc<KnownConnection>>,
}

/// A token that was found in the database.
#[derive(Debug)]
pub struct KnownToken {
    /// The token as it is kept.
    pub row: TokenRow,
    /// The vendor, shared.
    pub vendor: Arc<str>,
    /// The token's scopes.
    pub scopes: Scopes,
    /// The consent epoch for which it was found, of a token that lives long: revoking one advances the epoch.
    pub found_at: Option<i64>,
}

/// A connection as it was at a consent epoch.
#[derive(Debug)]
pub struct KnownConnection {
    /// The epoch at which it was read.
    pub consent_epoch: i64,
    /// The connection; none if the vendor has none here.
    pub connection: Option<Arc<Connection>>,
    /// What a token must have been issued for.
    pub secret: String,
    /// The secret itself, sealed, for those who sign with it.
    pub secret_sealed: Vec<u8>,
    /// The scopes of the connection.
    pub scopes: Scopes,
}

impl AuthCache {
    /// The token of this hash, if it is remembered.
    pub fn token(&self, hash: &[u8; 32]) -> Option<Arc<KnownToken>> {
        self.tokens.get(hash)
    }

    /// Remembers a token.
    pub fn keep_token(&self, hash: [u8; 32], token: Arc<KnownToken>) {
        self.tokens.put(hash, token);
    }

    /// Remembers that a token which lives long was used.
    pub fn note_use(&self, hash: [u8; 32], at: Millis) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, at);
    }

    /// The tokens that were used since this was last asked.
    pub fn take_used(&self) -> Vec<([u8; 32], Millis)> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).drain().collect()
    }

    /// The connection of a vendor in a board, if it is remembered as of this epoch.
    pub fn connection(&self, tenant: i64, vendor: &Arc<str>, consent_epoch: i64) -> Option<Arc<KnownConnection>> {
        self.connections.get(&(tenant, Arc::clone(vendor))).filter(|known| known.consent_epoch == consent_epoch)
    }

    /// Remembers a connection.
    pub fn keep_connection(&self, tenant: i64, vendor: &Arc<str>, known: Arc<KnownConnection>) {
        self.connections.put((tenant, Arc::clone(vendor)), known);
    }
}

/// A map that starts anew when it is full.
struct Bounded<K, V>(Mutex<HashMap<K, V>>);

impl<K, V> Default for Bounded<K, V> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K: Hash + Eq, V: Clone> Bounded<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: K, value: V) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= MOST {
            map.clear();
        }
        map.insert(key, value);
    }
}
