//! Requests to the provider: authorized, tried again where that can help, and answered by a page or an error.
//!
//! Redirects aren't followed: credentials would follow them. How long a wait is comes from the provider
//! (`Retry-After`, RFC 9110 §10.2.3), else it doubles; who waits is the caller's business.

use std::io::Read;
use std::time::Duration;

use chrono::DateTime;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Response};

use super::authorize::{Credentials, TokenWay};
use super::error::PullError;
use super::source::{Source, SourceError};
use crate::clock::{Clock, Millis};

/// How often a request is made at most.
const TRIES: u32 = 6;
/// The longest that is waited at once, in seconds.
const LONGEST_WAIT: u64 = 600;
/// The largest answer, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// What is asked for, as errors name it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) collection: &'static str,
    pub(super) offset: u64,
}

/// An answer that succeeded.
pub(super) struct Answer {
    pub(super) body: Value,
    pub(super) headers: HeaderMap,
}

/// How a request ended.
pub(super) enum Outcome {
    Answered(Box<Answer>),
    /// The provider doesn't have it, or doesn't let this client see it.
    Refused(u16),
}

/// Waits so long, and why: the status that was answered, if any was.
pub(super) type Pause<'a> = &'a mut dyn FnMut(Duration, Option<u16>);

pub(super) struct Client<'a> {
    agent: Agent,
    source: &'a Source,
    credentials: &'a Credentials,
    clock: Clock,
    token: Option<String>,
}

impl<'a> Client<'a> {
    pub(super) fn new(source: &'a Source, credentials: &'a Credentials, clock: Clock) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(20)))
            .timeout_recv_response(Some(Duration::from_secs(120)))
            .timeout_recv_body(Some(Duration::from_secs(300)))
            .user_agent(concat!("koppelvlak/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self { agent, source, credentials, clock, token: None }
    }

    /// GET of an address at the provider's origin.
    pub(super) fn get(&mut self, url: &str, asked: Asked, pause: Pause<'_>) -> Result<Outcome, PullError> {
        if !self.source.is_own(url) {
            return Err(PullError::Shape { collection: asked.collection, offset: asked.offset, what: "an address" });
        }
        let mut is_token_new = false;
        for n in 1.. {
            let authorization = self.authorization(url, asked, pause, &mut is_token_new)?;
            let sent = self.agent.get(url).header("Authorization", authorization).header("Accept", "application/json");
            let (status, wait) = match sent.call().map_err(|error| kind(&error)).and_then(read) {
                Ok((200, headers, body)) => {
                    let shape =
                        PullError::Shape { collection: asked.collection, offset: asked.offset, what: "it isn't JSON" };
                    let body = serde_json::from_slice(&body).map_err(|_| shape)?;
                    return Ok(Outcome::Answered(Box::new(Answer { body, headers })));
                }
                // The token may have ended before its time.
                Ok((401, ..)) if !self.credentials.is_oauth1 && !is_token_new => {
                    self.token = None;
                    continue;
                }
                Ok((status @ (403 | 404), ..)) => return Ok(Outcome::Refused(status)),
                Ok((status @ (429 | 502 | 503 | 504), headers, _)) if n < TRIES => {
                    (Some(status), self.wait(n, &headers))
                }
                Ok((status, ..)) => {
                    let Asked { collection, offset } = asked;
                    return Err(PullError::Status { collection, offset, status });
                }
                Err(_) if n < TRIES => (None, self.wait(n, &HeaderMap::new())),
                Err(kind) => {
                    return Err(PullError::Unreachable { collection: asked.collection, offset: asked.offset, kind });
                }
            };
            wait_for(wait, status, asked, pause)?;
        }
        Err(PullError::NoToken)
    }

    fn authorization(
        &mut self,
        url: &str,
        asked: Asked,
        pause: Pause<'_>,
        is_new: &mut bool,
    ) -> Result<String, PullError> {
        if self.credentials.is_oauth1 {
            return self.credentials.signed(url, self.clock.now());
        }
        let token = if let Some(token) = self.token.take() {
            token
        } else {
            *is_new = true;
            self.new_token(asked, pause)?
        };
        let header = format!("Bearer {token}");
        self.token = Some(token);
        Ok(header)
    }

    fn new_token(&self, asked: Asked, pause: Pause<'_>) -> Result<String, PullError> {
        let url = self.source.token_url.as_deref().ok_or(SourceError::NoTokenUrl)?;
        let mut way = TokenWay::Header;
        for n in 1.. {
            let (authorization, form) = self.credentials.token_request(way);
            let mut request = self.agent.post(url).header("Accept", "application/json");
            if let Some(authorization) = authorization {
                request = request.header("Authorization", authorization);
            }
            let sent = request.send_form(form).map_err(|error| kind(&error));
            let (status, wait) = match sent.and_then(read) {
                Ok((200 | 201, _, body)) => return token_in(&body).ok_or(PullError::NoToken),
                Ok((400 | 401, ..)) if way == TokenWay::Header => {
                    way = TokenWay::Form;
                    continue;
                }
                Ok((status @ (429 | 502 | 503 | 504), headers, _)) if n < TRIES => {
                    (Some(status), self.wait(n, &headers))
                }
                Ok((status, ..)) => return Err(PullError::Token(status)),
                Err(_) if n < TRIES => (None, self.wait(n, &HeaderMap::new())),
                Err(kind) => {
                    return Err(PullError::Unreachable { collection: "the token address", offset: asked.offset, kind });
                }
            };
            wait_for(wait, status, asked, pause)?;
        }
        Err(PullError::NoToken)
    }

    /// How many seconds to wait before the next try.
    fn wait(&self, n: u32, headers: &HeaderMap) -> u64 {
        let told = headers.get("retry-after").and_then(|value| value.to_str().ok()).map(str::trim);
        let told = told.and_then(|text| text.parse().ok().or_else(|| Some(self.until(instant(text)?))));
        told.unwrap_or_else(|| 1 << n.min(6))
    }

    fn until(&self, at: Millis) -> u64 {
        u64::try_from((at.0 - self.clock.now().0).div_euclid(1000) + 1).unwrap_or_default()
    }
}

/// The instant of a header such as `Date` (RFC 9110 §5.6.7).
pub(super) fn instant(text: &str) -> Option<Millis> {
    DateTime::parse_from_rfc2822(text).ok().map(|at| Millis(at.timestamp_millis()))
}

fn wait_for(seconds: u64, status: Option<u16>, asked: Asked, pause: Pause<'_>) -> Result<(), PullError> {
    if seconds > LONGEST_WAIT {
        return Err(PullError::Later { collection: asked.collection, offset: asked.offset, seconds });
    }
    pause(Duration::from_secs(seconds), status);
    Ok(())
}

fn read(mut response: Response<ureq::Body>) -> Result<(u16, HeaderMap, Vec<u8>), &'static str> {
    let mut bytes = Vec::new();
    let mut body = response.body_mut().with_config().limit(LARGEST).reader();
    body.read_to_end(&mut bytes).map_err(|_| "the answer broke off or is too large")?;
    Ok((response.status().as_u16(), response.headers().clone(), bytes))
}

fn token_in(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let token = body.get("access_token")?.as_str()?;
    // What isn't visible ASCII can't go into a header.
    (!token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic())).then(|| token.to_owned())
}

/// What went wrong, without the address: a filter or an identifier may be in it.
fn kind(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "it took too long",
        ureq::Error::HostNotFound => "the host isn't known",
        ureq::Error::ConnectionFailed => "the connection failed",
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "TLS failed: is the certificate one of a public authority?",
        ureq::Error::Io(_) => "the connection failed or broke off",
        _ => "the exchange failed",
    }
}
