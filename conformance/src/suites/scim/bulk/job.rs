//! A bulk job, and what is answered to each of its operations.

use serde_json::{Value, json};

use super::super::create::schema::parts;
use super::super::made::Made;
use super::super::service::{ERROR, names_schema, object, require, send, text};
use super::super::wording::{needing, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::Response;
use crate::probe::Probe;

/// Where jobs are sent.
pub const BULK: &str = "/Bulk";

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// A check that sends jobs.
pub const fn bulky(check: Check) -> Check {
    needing("`bulk`", writing(check))
}

/// Who sends jobs; what they make is deleted in the end.
pub struct Jobs<'p, 't> {
    probe: &'p Probe<'t>,
    /// What was made, by jobs or otherwise.
    pub made: Made<'p, 't>,
}

/// What is answered to one operation.
#[derive(Debug, Clone)]
pub struct Outcome(Value);

impl<'p, 't> Jobs<'p, 't> {
    /// No job yet; a skip if the server takes none.
    pub fn new(probe: &'p Probe<'t>) -> Result<Self, Stop> {
        require(probe, "bulk")?;
        Ok(Self { probe, made: Made::by(probe) })
    }

    /// Sends a job, whatever the answer; what it makes is noted.
    pub fn send(&self, job: &Value) -> Result<Response, Stop> {
        let response = send(self.probe, "POST", BULK, job)?;
        for outcome in outcomes(&response).iter().filter(|outcome| outcome.is("POST") && outcome.succeeds()) {
            self.made.note_path(self.probe.target.resolve(outcome.location()));
        }
        Ok(response)
    }

    /// Sends a job that must be carried out; what is answered to its operations.
    pub fn run(&self, job: &Value) -> Result<Vec<Outcome>, Stop> {
        let response = self.send(job)?;
        let holds = response.status == 200 && names_schema(&response.json(), RESPONSE);
        expect(holds, format!("POST {BULK}: 200 and a BulkResponse"), || response.summary())?;
        Ok(outcomes(&response))
    }

    /// What an operation has made, as the server shows it.
    pub fn read(&self, outcome: &Outcome) -> Result<Value, Stop> {
        object(self.probe, &self.probe.target.resolve(outcome.location()))
    }

    /// Whether a job has left that user name free, which it takes now.
    pub fn is_free(&self, user: &Value) -> Result<bool, Stop> {
        Ok(self.made.post("/Users", user)?.status == 201)
    }
}

/// A job of these operations.
pub fn job(operations: &[Value]) -> Value {
    json!({"schemas": [REQUEST], "Operations": operations})
}

/// An operation that makes something.
pub fn post(path: &str, bulk_id: &str, data: &Value) -> Value {
    json!({"method": "POST", "path": path, "bulkId": bulk_id, "data": data})
}

/// What a response answers to operations, if it is one to a job.
pub fn outcomes(response: &Response) -> Vec<Outcome> {
    parts(&response.json(), "Operations").into_iter().map(Outcome).collect()
}

/// What was answered to the operation with that `bulkId`.
pub fn of<'o>(outcomes: &'o [Outcome], bulk_id: &str) -> Result<&'o Outcome, Stop> {
    let found = outcomes.iter().find(|outcome| text(&outcome.0, "/bulkId") == bulk_id);
    found.ok_or_else(|| Stop::failed(format!("an answer to the operation with the bulkId {bulk_id}"), told(outcomes)))
}

/// What was answered, for a finding.
pub fn told(outcomes: &[Outcome]) -> String {
    Value::from(outcomes.iter().map(|outcome| outcome.0.clone()).collect::<Vec<_>>()).to_string()
}

impl Outcome {
    /// Its status, which examples in RFC 7644 §3.7.3 write as a text, and some as an object with a `code`.
    pub fn status(&self) -> u16 {
        let status = self.0.get("status");
        let code = status.map(|status| status.get("code").unwrap_or(status));
        match code {
            Some(Value::String(digits)) => digits.parse().unwrap_or_default(),
            Some(Value::Number(number)) => {
                number.as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or_default()
            }
            _ => 0,
        }
    }

    /// Whether its status is a text.
    pub fn has_text_status(&self) -> bool {
        self.0.get("status").is_some_and(Value::is_string)
    }

    /// Whether it is of an operation with that method.
    pub fn is(&self, method: &str) -> bool {
        text(&self.0, "/method").eq_ignore_ascii_case(method)
    }

    /// Whether the operation was carried out.
    pub fn succeeds(&self) -> bool {
        (200..300).contains(&self.status())
    }

    /// Where the resource is.
    pub fn location(&self) -> &str {
        text(&self.0, "/location")
    }

    /// That the operation has that status.
    pub fn expect_status(&self, statuses: &[u16], what: &str) -> Verdict {
        let wanted: Vec<String> = statuses.iter().map(u16::to_string).collect();
        expect(statuses.contains(&self.status()), format!("{what}: {}", wanted.join(" or ")), || self.0.to_string())
    }

    /// That the operation was refused with one of these statuses, and an Error body in `response`.
    pub fn expect_refusal(&self, statuses: &[u16], what: &str) -> Verdict {
        self.expect_status(statuses, what)?;
        let error = self.0.get("response").cloned().unwrap_or_default();
        let holds = names_schema(&error, ERROR) && text(&error, "/status") == self.status().to_string();
        expect(holds, format!("{what}: an Error with that status in `response`"), || self.0.to_string())
    }
}
