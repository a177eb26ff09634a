//! What a check asks with: it authorizes requests, keeps what was said as proof, and shares what was seen already.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use crate::check::Stop;
use crate::credentials::{Credentials, Signature, sign};
use crate::exchange::{Exchange, Request, Response};
use crate::target::Target;

/// How many of a check's exchanges are kept; the first and the last.
const MOST_EXCHANGES: usize = 60;

/// A place for something that is looked for once; whoever comes second waits.
type Slot = Arc<Mutex<Option<Arc<Value>>>>;

/// What the checks of a run have in common.
#[derive(Debug)]
pub struct Shared {
    suite: &'static str,
    seen: Mutex<HashMap<String, Slot>>,
    sampled: Mutex<BTreeMap<String, (usize, usize)>>,
}

impl Shared {
    /// What nobody saw yet, for a run of that suite.
    pub fn new(suite: &'static str) -> Self {
        Self { suite, seen: Mutex::default(), sampled: Mutex::default() }
    }

    /// What was sampled: for each collection how many objects were looked at, and how many there are.
    pub fn sampled(&self) -> BTreeMap<String, (usize, usize)> {
        self.sampled.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One check's way to the target.
#[derive(Debug)]
pub struct Probe<'a> {
    /// The server under test.
    pub target: &'a Target,
    shared: &'a Shared,
    exchanges: RefCell<Vec<Exchange>>,
    left_out: Cell<usize>,
}

impl<'a> Probe<'a> {
    /// A way to the target on which nothing was said yet.
    pub fn new(target: &'a Target, shared: &'a Shared) -> Self {
        Self { target, shared, exchanges: RefCell::default(), left_out: Cell::default() }
    }

    /// The suite that runs: checks that several suites share look it up.
    pub fn suite(&self) -> &'static str {
        self.shared.suite
    }

    /// The same for another server of the run.
    #[must_use]
    pub fn towards(&self, target: &'a Target) -> Probe<'a> {
        Probe::new(target, self.shared)
    }

    /// Sends a request with the target's own credentials.
    pub fn send(&self, request: Request) -> Result<Response, Stop> {
        self.send_as(&self.target.credentials, request)
    }

    /// Sends a request with these credentials.
    pub fn send_as(&self, credentials: &Credentials, request: Request) -> Result<Response, Stop> {
        self.send_bare(self.authorized(credentials, request)?)
    }

    /// Sends a request for something large, of which only the size is kept as proof.
    pub fn download(&self, request: Request) -> Result<Response, Stop> {
        let request = self.authorized(&self.target.credentials, request)?;
        let response = self.target.client.send(&request).map_err(Stop::Broken)?;
        let proof = if response.status == 200 {
            let body = format!("({} bytes)", response.body.len()).into_bytes();
            Response { status: response.status, headers: response.headers.clone(), body, took: response.took }
        } else {
            response.clone()
        };
        self.keep(Exchange { request, response: proof });
        Ok(response)
    }

    fn authorized(&self, credentials: &Credentials, request: Request) -> Result<Request, Stop> {
        Ok(match credentials {
            Credentials::None => request,
            Credentials::Bearer(token) => request.header("Authorization", format!("Bearer {token}")),
            Credentials::OAuth2(tokens) => {
                let token = self.token(credentials, &tokens.scope)?;
                request.header("Authorization", format!("Bearer {token}"))
            }
            Credentials::OAuth1(consumer) => {
                let at = chrono_seconds();
                let header = sign(Signature::Sha256, consumer, &request, (at, &nonce()));
                request.header("Authorization", header)
            }
        })
    }

    /// Sends requests at the same time; the answers come in their order.
    pub fn send_at_once(&self, requests: Vec<Request>) -> Result<Vec<Response>, Stop> {
        let ways: Vec<(Probe<'a>, Request)> =
            requests.into_iter().map(|request| (self.towards(self.target), request)).collect();
        let answers: Vec<(Result<Response, Stop>, Vec<Exchange>)> = thread::scope(|scope| {
            let asked = ways.into_iter().map(|(probe, request)| {
                scope.spawn(move || {
                    let answer = probe.send(request);
                    (answer, probe.into_exchanges().0)
                })
            });
            // All are on their way before the first is waited for.
            let asked: Vec<_> = asked.collect();
            asked.into_iter().filter_map(|one| one.join().ok()).collect()
        });
        let mut responses = Vec::new();
        for (answer, exchanges) in answers {
            for exchange in exchanges {
                self.keep(exchange);
            }
            responses.push(answer?);
        }
        Ok(responses)
    }

    /// Sends a request as it is.
    pub fn send_bare(&self, request: Request) -> Result<Response, Stop> {
        let response = self.target.client.send(&request).map_err(Stop::Broken)?;
        self.keep(Exchange { request, response: response.clone() });
        Ok(response)
    }

    /// A GET below the target's address, with its credentials.
    pub fn get(&self, path: &str) -> Result<Response, Stop> {
        self.send(Request::new("GET", self.target.url(path)))
    }

    /// A token with these scopes of OAuth 2 credentials; a skip for others.
    pub fn token(&self, credentials: &Credentials, scope: &str) -> Result<String, Stop> {
        match credentials {
            Credentials::OAuth2(tokens) => {
                let (token, exchange) = tokens.token(&self.target.client, scope)?;
                if let Some(exchange) = exchange {
                    self.keep(exchange);
                }
                Ok(token)
            }
            Credentials::Bearer(token) => Ok(token.clone()),
            Credentials::None | Credentials::OAuth1(_) => Err(Stop::skipped("the run has no OAuth 2 client")),
        }
    }

    /// What `find` finds, once for all checks of a run.
    pub fn once(&self, name: &str, find: impl FnOnce() -> Result<Value, Stop>) -> Result<Arc<Value>, Stop> {
        let name = format!("{} {name}", self.target.address);
        let slot = {
            let mut seen = self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(seen.entry(name).or_default())
        };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*slot {
            return Ok(Arc::clone(known));
        }
        let found = Arc::new(find()?);
        *slot = Some(Arc::clone(&found));
        Ok(found)
    }

    /// Notes that of a collection only some objects were looked at.
    pub fn note_sample(&self, collection: &str, n_seen: usize, n_all: usize) {
        let mut sampled = self.shared.sampled.lock().unwrap_or_else(PoisonError::into_inner);
        sampled.insert(collection.to_owned(), (n_seen, n_all));
    }

    /// What was said, and how much of it isn't kept.
    pub fn into_exchanges(self) -> (Vec<Exchange>, usize) {
        (self.exchanges.into_inner(), self.left_out.get())
    }

    fn keep(&self, exchange: Exchange) {
        let mut exchanges = self.exchanges.borrow_mut();
        if exchanges.len() >= MOST_EXCHANGES {
            // The last ones tell what failed.
            exchanges.remove(MOST_EXCHANGES / 2);
            self.left_out.set(self.left_out.get() + 1);
        }
        exchanges.push(exchange);
    }
}

/// A text that nobody used before, of letters and digits.
pub fn nonce() -> String {
    let mut bytes = [0_u8; 12];
    // Without a source of randomness no run could begin: TLS needs one as well.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn chrono_seconds() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "a signature holds for the time at which it is sent")]
    let now = chrono::Utc::now();
    now.timestamp()
}
