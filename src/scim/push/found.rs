//! Which of the server's resources is one of ours, where it has it already: after a request without a note of its
//! outcome, or because somebody else made it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::client::Client;
use super::draft::Kind;
use super::profile::Finding;
use super::send::{Outcome, judged};

/// Finds resources at one server.
pub struct Finder<'c> {
    client: &'c Client,
    finding: Finding,
    /// What was listed of each endpoint: ids there by `externalId`.
    listed: HashMap<&'static str, HashMap<String, String>>,
}

impl<'c> Finder<'c> {
    /// Finds resources in that way.
    pub fn new(client: &'c Client, finding: Finding) -> Self {
        Self { client, finding, listed: HashMap::new() }
    }

    /// The id of the resource that the server knows by our identifier.
    pub fn by_external_id(&mut self, kind: &Kind, id: &str) -> Result<Option<String>, Outcome> {
        match self.finding {
            Finding::Filter => self.filtered(kind, "externalId", id),
            Finding::List => Ok(self.listed(kind)?.get(id).cloned()),
        }
    }

    /// The id of the user with that name.
    pub fn by_user_name(&self, kind: &Kind, name: &str) -> Result<Option<String>, Outcome> {
        match self.finding {
            Finding::Filter => self.filtered(kind, "userName", name),
            Finding::List => Ok(None),
        }
    }

    fn filtered(&self, kind: &Kind, attribute: &str, value: &str) -> Result<Option<String>, Outcome> {
        let filter = format!("{attribute} eq {}", Value::from(value));
        let filter = utf8_percent_encode(&filter, NON_ALPHANUMERIC);
        let reply = self.client.send("GET", &format!("{}?filter={filter}", kind.endpoint), None);
        let (status, body, _) = judged("GET", kind, reply)?;
        if status != 200 {
            return Err(Outcome::failed("GET", kind, status, body.as_ref()));
        }
        // Of two nobody knows which is the one.
        Ok(match resources(body.as_ref()) {
            [only] => only.get("id").and_then(Value::as_str).map(str::to_owned),
            _ => None,
        })
    }

    fn listed(&mut self, kind: &Kind) -> Result<&HashMap<String, String>, Outcome> {
        let of_endpoint = self.listed.entry(kind.endpoint);
        if let Entry::Vacant(free) = of_endpoint {
            let (status, body, _) = judged("GET", kind, self.client.send("GET", kind.endpoint, None))?;
            if status != 200 {
                return Err(Outcome::failed("GET", kind, status, body.as_ref()));
            }
            let pair = |resource: &Value| {
                let text = |name| resource.get(name).and_then(Value::as_str).map(str::to_owned);
                let external_id = text("externalId")?;
                Some((external_id.clone(), text("id").unwrap_or(external_id)))
            };
            let found = resources(body.as_ref()).iter().filter_map(pair).collect();
            free.insert(found);
        }
        Ok(self.listed.entry(kind.endpoint).or_default())
    }
}

fn resources(body: Option<&Value>) -> &[Value] {
    body.and_then(|body| body.get("Resources")).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
