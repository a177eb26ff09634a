//! Which of the server's resources is one of ours, where it has it already: after a request without a note of its
//! outcome, or because somebody else made it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::draft::Kind;
use super::line::Line;
use super::profile::Finding;
use super::send::Outcome;

/// Finds resources at one server.
pub struct Finder {
    finding: Finding,
    listed: Mutex<HashMap<&'static str, Listed>>,
}

/// What was listed of an endpoint: ids there by `externalId`; or why nothing was.
type Listed = Result<Arc<HashMap<String, String>>, Outcome>;

impl Finder {
    /// Finds resources in that way.
    pub fn new(finding: Finding) -> Self {
        Self { finding, listed: Mutex::default() }
    }

    /// The id of the resource that the server knows by our identifier.
    pub fn by_external_id(&self, line: &Line<'_>, kind: &Kind, id: &str) -> Result<Option<String>, Outcome> {
        match self.finding {
            Finding::Filter => filtered(line, kind, "externalId", id),
            Finding::List => Ok(self.listed(line, kind)?.get(id).cloned()),
        }
    }

    /// The id of the user with that name.
    pub fn by_user_name(&self, line: &Line<'_>, kind: &Kind, name: &str) -> Result<Option<String>, Outcome> {
        match self.finding {
            Finding::Filter => filtered(line, kind, "userName", name),
            Finding::List => Ok(None),
        }
    }

    /// Asks once: whoever comes meanwhile waits for the same list.
    fn listed(&self, line: &Line<'_>, kind: &Kind) -> Listed {
        let all = &mut *self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(kind.endpoint).or_insert_with(|| list(line, kind)).clone()
    }
}

fn filtered(line: &Line<'_>, kind: &Kind, attribute: &str, value: &str) -> Result<Option<String>, Outcome> {
    let filter = format!("{attribute} eq {}", Value::from(value));
    let filter = utf8_percent_encode(&filter, NON_ALPHANUMERIC);
    let (status, body, _) = line.ask("GET", kind, &format!("{}?filter={filter}", kind.endpoint), None)?;
    if status != 200 {
        return Err(Outcome::failed("GET", kind, status, body.as_ref()));
    }
    // Of two nobody knows which is the one.
    Ok(match resources(body.as_ref()) {
        [only] => only.get("id").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    })
}

fn list(line: &Line<'_>, kind: &Kind) -> Listed {
    let (status, body, _) = line.ask("GET", kind, kind.endpoint, None)?;
    if status != 200 {
        return Err(Outcome::failed("GET", kind, status, body.as_ref()));
    }
    let pair = |resource: &Value| {
        let text = |name| resource.get(name).and_then(Value::as_str).map(str::to_owned);
        let external_id = text("externalId")?;
        Some((external_id.clone(), text("id").unwrap_or(external_id)))
    };
    Ok(Arc::new(resources(body.as_ref()).iter().filter_map(pair).collect()))
}

fn resources(body: Option<&Value>) -> &[Value] {
    body.and_then(|body| body.get("Resources")).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
