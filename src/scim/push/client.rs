//! Requests to a vendor's SCIM server, and what it answered. No value and no address is ever part of an error.

use std::io::Read as _;
use std::time::Duration;

use chrono::DateTime;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use super::tls_error;
use super::workers::WORKERS;
use crate::clock::Clock;
use crate::consent::certificates::{Certificates, PemError};

/// The largest answer, in bytes: a list of all of a kind, where a profile has no filters.
const LARGEST: u64 = 256 * 1024 * 1024;

/// How long a request may take: the six that an order needs at most end before the vendor's row is free again.
const PATIENCE: Duration = Duration::from_secs(18);

/// The words of RFC 7644 §3.12 that an error may name.
const SCIM_TYPES: [&str; 10] = [
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
];

/// What came back.
#[derive(Debug)]
pub enum Reply {
    /// An answer.
    Answered {
        /// Its status.
        status: u16,
        /// Its body, if that is JSON.
        body: Option<Value>,
        /// The last segment of `Location`.
        location: Option<String>,
        /// For how many seconds the server wants to be left alone.
        retry_after: Option<u64>,
    },
    /// No answer, and what went wrong.
    Unreachable(&'static str),
}

/// A vendor's SCIM server.
pub struct Client {
    agent: Agent,
    base: String,
    authorization: Option<String>,
    clock: Clock,
}

/// What a server is shown, and by what it is trusted.
#[derive(Default)]
pub struct Credentials {
    /// A bearer token.
    pub token: Option<String>,
    /// A certificate, and the PEM file of its key.
    pub identity: Option<(Certificates, String)>,
    /// Certificates by which the server is trusted; none: those of public authorities.
    pub trusted: Option<Certificates>,
}

impl Client {
    /// A client of the server at that address.
    pub fn new(base: &str, credentials: &Credentials, clock: Clock) -> Result<Self, PemError> {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // Credentials would follow.
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .max_idle_connections_per_host(WORKERS)
            .user_agent(concat!("koppelvlak/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls(credentials)?)
            .build()
            .new_agent();
        let authorization = credentials.token.as_ref().map(|token| format!("Bearer {token}"));
        Ok(Self { agent, base: base.to_owned(), authorization, clock })
    }

    /// Sends a request to a path below the server's address.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        const MEDIA_TYPE: &str = "application/scim+json";
        let mut request =
            Request::builder().method(method).uri(format!("{}{path}", self.base)).header("Accept", MEDIA_TYPE);
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        let sent = match body {
            Some(body) => request.header("Content-Type", MEDIA_TYPE).body(body.to_string()).map(|r| self.agent.run(r)),
            None => request.body(()).map(|r| self.agent.run(r)),
        };
        let mut response = match sent {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Reply::Unreachable(kind(&error)),
            Err(_) => return Reply::Unreachable("the address can't be used"),
        };
        let mut bytes = Vec::new();
        if response.body_mut().with_config().limit(LARGEST).reader().read_to_end(&mut bytes).is_err() {
            return Reply::Unreachable("the answer broke off or is too large");
        }
        let headers = response.headers();
        Reply::Answered {
            status: response.status().as_u16(),
            body: serde_json::from_slice(&bytes).ok(),
            location: text(headers, "location").and_then(|at| Some(at.rsplit('/').next()?.to_owned())),
            retry_after: self.retry_after(headers),
        }
    }

    /// RFC 9110 §10.2.3: seconds, or an instant.
    fn retry_after(&self, headers: &HeaderMap) -> Option<u64> {
        let told = text(headers, "retry-after")?.trim();
        let until = || {
            let at = DateTime::parse_from_rfc2822(told).ok()?.timestamp_millis();
            u64::try_from((at - self.clock.now().0).div_euclid(1000) + 1).ok()
        };
        told.parse().ok().or_else(until)
    }
}

fn tls(credentials: &Credentials) -> Result<TlsConfig, PemError> {
    let certificates = |of: &Certificates| -> Vec<Certificate<'static>> {
        of.ders().map(|der| Certificate::from_der(der).to_owned()).collect()
    };
    let mut config = TlsConfig::builder();
    if let Some(trusted) = &credentials.trusted {
        config = config.root_certs(RootCerts::new_with_certs(&certificates(trusted)));
    }
    if let Some((chain, key)) = &credentials.identity {
        // `ureq` takes it for granted that they fit.
        chain.check_key(key)?;
        let key = PrivateKey::from_pem(key.as_bytes()).map_err(|_| PemError::Broken)?;
        config = config.client_cert(Some(ClientCert::new_with_certs(&certificates(chain), key)));
    }
    Ok(config.build())
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// What an answer was, as the queue keeps it: method, endpoint, status and the standard's own word.
pub fn shape(method: &str, endpoint: &str, status: u16, body: Option<&Value>) -> String {
    let word = body.and_then(|body| body.get("scimType")).and_then(Value::as_str);
    let word = word.and_then(|word| SCIM_TYPES.iter().find(|known| **known == word));
    word.map_or_else(
        || format!("{method} {endpoint}: {status}"),
        |word| format!("{method} {endpoint}: {status} {word}"),
    )
}

/// What went wrong, without the address: a filter or an identifier may be in it.
fn kind(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "it took too long",
        ureq::Error::HostNotFound => "the host isn't known",
        ureq::Error::ConnectionFailed => "the connection failed",
        ureq::Error::Tls(_) => tls_error::UNKNOWN,
        ureq::Error::Rustls(error) => tls_error::kind(error),
        ureq::Error::Io(error) => tls_error::within(error).unwrap_or("the connection failed or broke off"),
        _ => "the exchange failed",
    }
}
