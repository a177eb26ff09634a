//! One order, carried out: the requests that it takes, and what came of them.

use serde_json::{Map, Value, json};

use super::client::{Client, shape};
use super::draft::Kind;
use super::found::Finder;
use super::line::Line;
use super::profile::{Finding, Profile};
use crate::consent::push::Deprovision;
use crate::json::segment;
use crate::store::push_queue::Order;

/// What came of an order.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The server has it, under that id.
    Given(String),
    /// The server has it no more.
    Taken,
    /// The server doesn't want it.
    Failed {
        /// Method, endpoint and status.
        error: String,
        /// Whether the server may have done something all the same.
        is_open: bool,
    },
    /// It was left off: the server said to somebody else that it is not to be asked now, or the board moved.
    Left,
    /// The server is not to be asked now, for that many seconds if it said so.
    Paused {
        /// Method, endpoint and what went wrong.
        error: String,
        /// What the server said.
        seconds: Option<u64>,
    },
}

impl Outcome {
    /// An answer that isn't a success.
    pub fn failed(method: &str, kind: &Kind, status: u16, body: Option<&Value>) -> Self {
        Self::Failed { error: shape(method, kind.endpoint, status, body), is_open: status >= 500 }
    }
}

/// Carries out orders at one server, also several at once.
pub struct Sender<'c> {
    line: Line<'c>,
    profile: &'static dyn Profile,
    deprovision: Deprovision,
    finder: Finder,
}

impl<'c> Sender<'c> {
    /// A sender to the server of that client.
    pub fn new(client: &'c Client, profile: &'static dyn Profile, deprovision: Deprovision) -> Self {
        Self { line: Line::new(client), profile, deprovision, finder: Finder::new(profile.finding()) }
    }

    /// Whether the server is not to be asked now.
    pub fn is_paused(&self) -> bool {
        self.line.is_paused()
    }

    /// Gives the server a resource; `remote` is its id there, if it was noted.
    pub fn give(&self, kind: &Kind, order: &Order, remote: Option<&str>, body: Map<String, Value>) -> Outcome {
        self.try_give(kind, order, remote, body).unwrap_or_else(|outcome| outcome)
    }

    fn try_give(
        &self,
        kind: &Kind,
        order: &Order,
        remote: Option<&str>,
        body: Map<String, Value>,
    ) -> Result<Outcome, Outcome> {
        let mut remote = remote.map(str::to_owned);
        if remote.is_none() && order.is_started {
            remote = self.finder.by_external_id(&self.line, kind, &order.id)?;
        }
        if let Some(remote) = remote
            && let Some(outcome) = self.replace(kind, &remote, body.clone())?
        {
            return Ok(outcome);
        }
        let user_name = body.get("userName").and_then(Value::as_str).map(str::to_owned);
        let sent = Value::Object(body.clone());
        let (status, answer, location) = self.line.ask("POST", kind, kind.endpoint, Some(&sent))?;
        if (200..300).contains(&status) {
            let id = answer.as_ref().and_then(|body| body.get("id")).and_then(Value::as_str).map(str::to_owned);
            // EGIL's reference server takes the identifier that it is given.
            let fallback = || (self.profile.finding() == Finding::List).then(|| order.id.clone());
            let error =
                || Outcome::Failed { error: format!("POST {}: {status} without id", kind.endpoint), is_open: true };
            return id.or(location).or_else(fallback).map(Outcome::Given).ok_or_else(error);
        }
        if status != 409 {
            return Err(Outcome::failed("POST", kind, status, answer.as_ref()));
        }
        let mut found = self.finder.by_external_id(&self.line, kind, &order.id)?;
        if let (None, Some(name)) = (&found, user_name.filter(|_| kind.is_account)) {
            found = self.finder.by_user_name(&self.line, kind, &name)?;
        }
        let adopted = match found {
            Some(remote) => self.replace(kind, &remote, body)?,
            None => None,
        };
        adopted.ok_or_else(|| Outcome::failed("POST", kind, status, answer.as_ref()))
    }

    /// Replaces a resource; `None` if the server has it no more.
    fn replace(&self, kind: &Kind, remote: &str, mut body: Map<String, Value>) -> Result<Option<Outcome>, Outcome> {
        if self.profile.finding() == Finding::Filter {
            body.insert("id".to_owned(), remote.into());
        }
        let path = format!("{}/{}", kind.endpoint, segment(remote));
        let (status, answer, _) = self.line.ask("PUT", kind, &path, Some(&body.into()))?;
        match status {
            200..300 => Ok(Some(Outcome::Given(remote.to_owned()))),
            404 | 410 => Ok(None),
            _ => Err(Outcome::failed("PUT", kind, status, answer.as_ref())),
        }
    }

    /// Takes a resource back; `remote` is its id at the server, if it was noted.
    pub fn take(&self, kind: &Kind, order: &Order, remote: Option<&str>) -> Outcome {
        self.try_take(kind, order, remote).unwrap_or_else(|outcome| outcome)
    }

    fn try_take(&self, kind: &Kind, order: &Order, remote: Option<&str>) -> Result<Outcome, Outcome> {
        let remote = match remote {
            Some(remote) => Some(remote.to_owned()),
            None => self.finder.by_external_id(&self.line, kind, &order.id)?,
        };
        let Some(remote) = remote else { return Ok(Outcome::Taken) };
        let path = format!("{}/{}", kind.endpoint, segment(&remote));
        let inactive = || {
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{"op": "replace", "path": "active", "value": false}],
            })
        };
        let (method, body) = match self.deprovision {
            Deprovision::Deactivate if kind.is_account => ("PATCH", Some(inactive())),
            Deprovision::Deactivate | Deprovision::Delete => ("DELETE", None),
        };
        let (status, answer, _) = self.line.ask(method, kind, &path, body.as_ref())?;
        match status {
            200..300 | 404 | 410 => Ok(Outcome::Taken),
            _ => Err(Outcome::failed(method, kind, status, answer.as_ref())),
        }
    }
}
