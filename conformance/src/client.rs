//! Sends requests as they are, and gives back what came, whatever its status.
//!
//! A server that asks for patience gets it: 429 and 503 with `Retry-After` (RFC 9110 §10.2.3) are asked again.
//! Redirects aren't followed: credentials would follow them.

use std::io::Read;
use std::thread::sleep;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector, DefaultConnector};

use crate::exchange::{Request, Response};
use crate::hangup::Heedful;

/// How often a request is sent at most.
const TRIES: u32 = 5;
/// The longest wait before the next try.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// The largest body that is read.
const LARGEST: u64 = 512 * 1024 * 1024;

/// Sends requests.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
}

impl Client {
    /// A client that gives up on an answer after that time.
    pub fn new(timeout: Duration) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(timeout))
            .max_idle_connections_per_host(16)
            .user_agent(concat!("koppelvlak-conformance/", env!("CARGO_PKG_VERSION")))
            .build();
        let connector = DefaultConnector::new().chain(Heedful);
        Self { agent: Agent::with_parts(config, connector, DefaultResolver::default()) }
    }

    /// Sends a request, and waits and sends it again if the server asks for that.
    pub fn send(&self, request: &Request) -> Result<Response, String> {
        for n in 1.. {
            let response = self.send_once(request)?;
            match patience(&response) {
                Some(wait) if n < TRIES => sleep(wait.min(LONGEST_WAIT)),
                _ => return Ok(response),
            }
        }
        Err("no try is left".to_owned())
    }

    /// Sends a request and takes what comes, also a refusal for being too fast.
    pub fn send_once(&self, request: &Request) -> Result<Response, String> {
        let mut builder = http::Request::builder().method(request.method.as_str()).uri(request.url.as_str());
        for (name, value) in &request.headers {
            builder = builder.header(name.as_str(), value.as_str());
        }
        let began = Instant::now();
        let sent = if request.body.is_empty() && !matches!(request.method.as_str(), "POST" | "PUT" | "PATCH") {
            self.agent.run(builder.body(()).map_err(|error| error.to_string())?)
        } else {
            self.agent.run(builder.body(request.body.as_slice()).map_err(|error| error.to_string())?)
        };
        let mut answer = sent.map_err(|error| format!("{} {}: {error}", request.method, request.url))?;
        let headers = answer.headers().iter();
        let headers = headers
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        let read = answer.body_mut().as_reader().take(LARGEST).read_to_end(&mut body);
        read.map_err(|error| format!("{} {}: {error}", request.method, request.url))?;
        Ok(Response { status, headers, body, took: began.elapsed() })
    }
}

fn patience(response: &Response) -> Option<Duration> {
    if !matches!(response.status, 429 | 503) {
        return None;
    }
    let seconds = response.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
