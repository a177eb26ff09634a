//! The client credentials grant (RFC 6749 §4.4): from what a client sends to a token or a refusal.
//!
//! An unknown client and a wrong secret cost the same work and get the same bytes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::auth::bearer::hash_of;
use crate::auth::credentials::Credentials;
use crate::auth::secret::{fingerprint, is_same};
use crate::auth::{Scope, Scopes};
use crate::clock::Millis;
use crate::http::App;
use crate::keys::{KeyError, random};
use crate::store::token::{self, TokenRow, TokenTenant};
use crate::store::vendor::{self, StoredConnection};
use crate::store::{StoreError, tenant};

/// How long a token lives, in seconds.
pub const LIFETIME: i64 = 3600;

/// What a client asks for, once it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Who says to ask.
    pub credentials: Credentials,
    /// The scopes as the client wrote them; empty if it named none.
    pub scopes: Vec<String>,
    /// The board to which the address limits the token.
    pub tenant: Option<String>,
}

/// A token that was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The token itself; it is kept nowhere.
    pub token: String,
    /// The granted scopes, in the words of the client.
    pub scopes: Vec<String>,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// Unknown client or wrong secret.
    #[error("unknown client or wrong secret")]
    InvalidClient,
    /// Nothing of what was asked is granted.
    #[error("none of the scopes is granted to this client")]
    InvalidScope,
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// A secret can't be opened, or there is no randomness.
    #[error("the keys failed")]
    Key(#[from] KeyError),
}

/// Grants a token, or says why not. Blocks on the database.
pub fn grant(app: &App, asked: &Asked) -> Result<Granted, GrantError> {
    let candidates = connections(app, asked)?;
    let matching = matching(app, &candidates, &asked.credentials)?;
    let Some(((first, _), _)) = matching.split_first() else {
        return Err(GrantError::InvalidClient);
    };
    let vendor = first.connection.vendor.clone();
    let may = matching
        .iter()
        .map(|(stored, _)| Scopes::from_names(&stored.connection.scopes))
        .fold(Scopes::default(), Scopes::or);
    let (scopes, words) = granted_scopes(may, &asked.scopes).ok_or(GrantError::InvalidScope)?;
    let token = URL_SAFE_NO_PAD.encode(random::<32>()?);
    let now = app.clock.now();
    let row = TokenRow {
        tenants: matching
            .iter()
            .map(|(stored, secret)| TokenTenant {
                id: stored.tenant_id,
                secret: fingerprint(&app.master_key, &vendor, secret),
            })
            .collect(),
        vendor,
        scopes: scopes.iter().map(|scope| scope.name().to_owned()).collect(),
        expires_at: Millis(now.0 + LIFETIME * 1000),
        label: None,
    };
    token::insert(&mut *app.database.write_activity()?, &hash_of(&token), &row, now)?;
    Ok(Granted { token, scopes: words })
}

/// The boards in which the client may be known under this id, in either reading of it.
fn connections(app: &App, asked: &Asked) -> Result<Vec<StoredConnection>, GrantError> {
    let mut conn = app.database.read()?;
    let mut found = Vec::new();
    for id in asked.credentials.ids() {
        found.extend(vendor::connections_of(&mut conn, id)?);
    }
    if let Some(slug) = &asked.tenant {
        let only = tenant::epochs(&mut conn, slug)?.map(|epochs| epochs.tenant_id);
        found.retain(|stored| Some(stored.tenant_id) == only);
    }
    Ok(found)
}

/// The connections whose secret the client knows, with that secret.
fn matching<'a>(
    app: &App,
    candidates: &'a [StoredConnection],
    credentials: &Credentials,
) -> Result<Vec<(&'a StoredConnection, Vec<u8>)>, GrantError> {
    if candidates.is_empty() {
        let nobody = vendor::unseal_secret(&app.master_key, &app.nobody)?;
        std::hint::black_box(credentials.secrets().filter(|secret| is_same(secret.as_bytes(), &nobody)).count());
    }
    let mut matching: Vec<(&StoredConnection, Vec<u8>)> = Vec::new();
    for stored in candidates {
        let secret = vendor::unseal_secret(&app.master_key, stored)?;
        let knows = credentials.secrets().filter(|sent| is_same(sent.as_bytes(), &secret)).count() > 0;
        let same_vendor = matching.first().is_none_or(|(first, _)| first.connection.vendor == stored.connection.vendor);
        if knows && same_vendor {
            matching.push((stored, secret));
        }
    }
    Ok(matching)
}

/// What is asked and granted, and how to say so; none if nothing is left.
fn granted_scopes(may: Scopes, asked: &[String]) -> Option<(Scopes, Vec<String>)> {
    let (scopes, words) = if asked.is_empty() {
        (may, may.iter().map(Scope::url).collect())
    } else {
        let granted = |word: &&String| Scope::parse(word).is_some_and(|scope| may.with_comprised().contains(scope));
        let words: Vec<String> = asked.iter().filter(granted).cloned().collect();
        (Scopes::from_names(&words), words)
    };
    (!scopes.is_empty()).then_some((scopes, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn what_is_granted_is_said_in_the_words_of_the_client() {
        let may = Scopes::from_names(&["roster.readonly", "gradebook.delete"]);
        let url = "http://purl.imsglobal.org/spec/or/v1p1/scope/roster.readonly";

        let (scopes, words) = granted_scopes(may, &asked(&[url, "resource.readonly", "made-up"])).unwrap();

        assert_eq!(words, [url]);
        assert_eq!(scopes, Scopes::from_names(&["roster.readonly"]));
    }

    #[test]
    fn whoever_may_do_everything_over_scim_may_ask_for_less() {
        let may = Scopes::from_names(&["scim"]);

        for word in ["scim", "scim.readonly", "scim.provision"] {
            let (scopes, words) = granted_scopes(may, &asked(&[word])).unwrap();
            assert_eq!((scopes, words), (Scopes::from_names(&[word]), vec![word.to_owned()]));
        }
        assert_eq!(granted_scopes(Scopes::from_names(&["scim.provision"]), &asked(&["scim"])), None);
    }

    #[test]
    fn without_a_scope_all_that_is_granted_is_given_by_its_full_name() {
        let may = Scopes::from_names(&["roster.readonly"]);

        let (scopes, words) = granted_scopes(may, &[]).unwrap();

        assert_eq!(words, ["https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly"]);
        assert_eq!(scopes, may);
    }

    #[test]
    fn nothing_of_what_was_asked_is_no_token() {
        let may = Scopes::from_names(&["roster.readonly"]);

        assert_eq!(granted_scopes(may, &asked(&["gradebook.delete"])), None);
        assert_eq!(granted_scopes(Scopes::default(), &[]), None);
    }
}
