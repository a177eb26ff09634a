//! The server under test: where it is, who asks, and what may be done to it.

use std::time::Duration;

use crate::client::Client;
use crate::credentials::{Credentials, Secret};

/// The server under test.
#[derive(Debug)]
pub struct Target {
    /// The address of the service: a SCIM base, or the folder that holds OneRoster's services and versions.
    pub address: String,
    /// Where tokens come from, if they come from somewhere.
    pub token_url: Option<String>,
    /// Who asks.
    pub credentials: Credentials,
    /// The OAuth client or consumer behind `credentials`, if there is one.
    pub client_secret: Option<Secret>,
    /// Further clients of the same data, of which each may see something else (suite `consent`).
    pub others: Vec<Party>,
    /// A second server whose data differs only in what `credentials` must not see (suite `consent`).
    pub twin: Option<Box<Target>>,
    /// Where the same data stands over SCIM, if it does (suite `consent`).
    pub scim: Option<(String, String)>,
    /// Who belongs to another tenant of the same server and must see nothing of this one (suite `scim`).
    pub stranger: Option<Credentials>,
    /// Whether checks may write.
    pub allows_writes: bool,
    /// How many objects of a collection are looked at; more are sampled.
    pub sample: usize,
    /// Sends requests.
    pub client: Client,
}

/// A client of the target beside the one under test.
#[derive(Debug)]
pub struct Party {
    /// What reports call it.
    pub name: String,
    /// How it is authorized.
    pub credentials: Credentials,
}

impl Target {
    /// A target that is only read.
    pub fn new(address: &str, credentials: Credentials, timeout: Duration) -> Self {
        Self {
            address: address.trim_end_matches('/').to_owned(),
            token_url: None,
            credentials,
            client_secret: None,
            others: Vec::new(),
            twin: None,
            scim: None,
            stranger: None,
            allows_writes: false,
            sample: 200,
            client: Client::new(timeout),
        }
    }

    /// The address of something below the service's.
    pub fn url(&self, path: &str) -> String {
        if path.starts_with("http://") || path.starts_with("https://") {
            path.to_owned()
        } else {
            format!("{}/{}", self.address, path.trim_start_matches('/'))
        }
    }

    /// The address that a reference in an answer names; empty if it does.
    ///
    /// RFC 7643 §2.3.7: the base of relative ones is the service's address, with a slash (RFC 3986 §5.2).
    pub fn resolve(&self, reference: &str) -> String {
        if reference.is_empty() || reference.contains("://") {
            reference.to_owned()
        } else if reference.starts_with('/') {
            format!("{}{reference}", origin(&self.address))
        } else {
            format!("{}/{reference}", self.address)
        }
    }
}

/// Scheme, host and port of an address.
pub fn origin(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(after_scheme..).unwrap_or_default();
    let end = rest.find('/').map_or(url.len(), |at| after_scheme + at);
    url.get(..end).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_resolved_against_the_service() {
        let target = Target::new("https://example.org/scim/v2/", Credentials::None, Duration::ZERO);

        let resolved = ["/scim/v2/Users/1", "Users/1", "https://other.example/1", ""].map(|one| target.resolve(one));

        let base = "https://example.org/scim/v2/Users/1";
        assert_eq!(resolved, [base, base, "https://other.example/1", ""]);
    }
}
