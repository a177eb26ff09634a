//! Many changes in one request (RFC 7644 §3.7).
//!
//! Each operation succeeds or fails as it would alone. One that refers to another by its `bulkId` waits for it; where
//! they wait for each other, the references are left out first and put in once everything is there.

use std::collections::{HashMap, HashSet};

use actix_web::web;
use serde_json::{Map, Value, json};

use crate::auth::bearer::Caller;
use crate::http::App;
use crate::scim::discovery::MOST_OPERATIONS;
use crate::scim::door::answer::{Answer, Failure};
use crate::scim::door::change::Command;
use crate::scim::door::exchange::{self, WRITE};
use crate::scim::door::make::{Asked, make};
use crate::scim::door::references::{self, Unresolved};
use crate::scim::door::resource::location;
use crate::scim::door::target::Target;
use crate::scim::refusal::Refusal;
use crate::scim::schema::ResourceType;

const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// A bulk job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    fail_on_errors: Option<u64>,
    operations: Vec<Operation>,
}

#[derive(Debug, Clone, PartialEq)]
struct Operation {
    method: String,
    path: String,
    bulk_id: Option<String>,
    version: Option<String>,
    data: Option<Value>,
}

impl Job {
    /// Reads a job; what is wrong with one operation is that operation's failure.
    pub fn read(body: Value) -> Result<Self, Refusal> {
        let Value::Object(body) = body else { return Err(Refusal::invalid_syntax("the body must be an object")) };
        let member = |name: &str| body.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let fail_on_errors = match member("failOnErrors") {
            None | Some(Value::Null) => None,
            Some(n) => Some(n.as_u64().ok_or_else(|| Refusal::invalid_value("`failOnErrors` must be a number"))?),
        };
        let Some(Value::Array(operations)) = member("Operations") else {
            return Err(Refusal::invalid_syntax("`Operations` must be a list"));
        };
        if operations.len() > MOST_OPERATIONS as usize {
            return Err(Refusal::plain(413, format!("a job has at most {MOST_OPERATIONS} operations")));
        }
        let operations = operations.iter().map(Operation::read).collect::<Result<Vec<_>, _>>()?;
        let mut seen = HashSet::new();
        let is_new = |id: &String| seen.insert(id.clone());
        if !operations.iter().filter_map(|operation| operation.bulk_id.as_ref()).all(is_new) {
            return Err(Refusal::invalid_value("a `bulkId` stands for two operations"));
        }
        Ok(Self { fail_on_errors, operations })
    }
}

impl Operation {
    fn read(value: &Value) -> Result<Self, Refusal> {
        let Value::Object(members) = value else {
            return Err(Refusal::invalid_syntax("an operation must be an object"));
        };
        let member =
            |name: &str| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let text = |name: &str| member(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            method: text("method").unwrap_or_default().to_ascii_uppercase(),
            path: text("path").unwrap_or_default(),
            bulk_id: text("bulkId").filter(|id| !id.is_empty()),
            version: text("version"),
            data: member("data").filter(|data| !data.is_null()).cloned(),
        })
    }

    /// What it changes, once its references are known.
    fn command(&self, known: &HashMap<String, String>) -> Result<(Command, Vec<Unresolved>), Refusal> {
        let path = self.path.split('?').next().unwrap_or_default();
        let segments: Vec<String> = path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
        let (resource_type, id): (&'static ResourceType, Option<String>) = match (Target::of(&segments), &*self.method)
        {
            (Some(Target::Collection(resource_type)), "POST") => (resource_type, None),
            (Some(Target::One(resource_type, id)), "PUT" | "PATCH" | "DELETE") => {
                let id = match id.strip_prefix("bulkId:") {
                    Some(bulk_id) => known.get(bulk_id).cloned().ok_or_else(|| unresolved(bulk_id))?,
                    None => percent_encoding::percent_decode_str(&id).decode_utf8_lossy().into_owned(),
                };
                (resource_type, Some(id))
            }
            (Some(Target::Collection(_) | Target::One(..)), _) => {
                return Err(Refusal::plain(405, "this method is not offered at that path"));
            }
            (Some(_), _) => return Err(Refusal::plain(405, "this can't be part of a bulk job")),
            (None, _) => return Err(Refusal::invalid_path("`path` names nothing")),
        };
        if self.method == "POST" && self.bulk_id.is_none() {
            return Err(Refusal::invalid_value("a POST must have a `bulkId`"));
        }
        if self.method != "DELETE" && self.data.is_none() {
            return Err(Refusal::invalid_value("`data` is missing"));
        }
        let mut body = self.data.clone().unwrap_or_default();
        let left_out = references::resolve(&mut body, known);
        let (method, if_match) = (self.method.clone(), self.version.clone());
        let command = Command { method, resource_type, id, body: Ok(body), if_match, is_only_new: false };
        Ok((command, left_out))
    }

    /// The operations that must be done before.
    fn waits_for(&self) -> HashSet<String> {
        let mut found = self.data.as_ref().map(references::named).unwrap_or_default();
        found.extend(self.path.split('/').filter_map(|segment| segment.strip_prefix("bulkId:")).map(str::to_owned));
        found
    }
}

fn unresolved(bulk_id: &str) -> Refusal {
    let told = if bulk_id.len() <= 64 && bulk_id.chars().all(|c| c.is_ascii_graphic()) { bulk_id } else { "…" };
    Refusal::plain(409, format!("`bulkId:{told}` stands for no resource of this job"))
}

/// Runs a job and answers it.
pub async fn run(
    app: &web::Data<App>,
    asked: &Asked,
    body: Result<Value, Refusal>,
    caller: &mut Option<Caller>,
) -> Result<Answer, Failure> {
    let (shared, who) = (app.clone(), asked.clone());
    let (checked, who_called) = web::block(move || {
        let mut caller = None;
        let who = (who.tenant.as_str(), who.authorization.as_deref());
        (exchange::run(&shared, who, WRITE, &mut caller, |_, _| Ok(Ok(()))), caller)
    })
    .await?;
    *caller = who_called;
    checked?;
    // Who may not come in learns nothing of what is wrong with the job.
    let job = Job::read(body?)?;
    let base = exchange::base(app, &asked.tenant);
    let ids = job.operations.iter().filter_map(|operation| operation.bulk_id.clone()).collect();
    let mut run = Run {
        app,
        asked,
        base,
        ids,
        known: HashMap::new(),
        failed: HashSet::new(),
        waiting: Vec::new(),
        done: Vec::new(),
        n_errors: 0,
    };
    for place in order(&job.operations) {
        if job.fail_on_errors.is_some_and(|most| most > 0 && run.n_errors >= most) {
            break;
        }
        if let Some(operation) = job.operations.get(place) {
            run.one(place, operation).await;
        }
    }
    run.mend().await;
    run.done.sort_by_key(|(place, _)| *place);
    let operations: Vec<Value> = run.done.into_iter().map(|(_, done)| done).collect();
    let body = json!({"schemas": [RESPONSE], "Operations": operations});
    Ok(Answer { status: 200, body: serde_json::to_vec(&body).ok(), ..Answer::default() })
}

/// The order in which operations are done: as they stand, but each after those that it waits for, as far as they
/// don't wait for each other.
fn order(operations: &[Operation]) -> Vec<usize> {
    let by_id: HashMap<&str, usize> =
        operations.iter().enumerate().filter_map(|(place, o)| Some((o.bulk_id.as_deref()?, place))).collect();
    let mut ordered = Vec::with_capacity(operations.len());
    let mut state = vec![Visit::NotYet; operations.len()];
    // A chain of a thousand operations must not become a thousand calls.
    for start in 0..operations.len() {
        let mut stack = vec![(start, false)];
        while let Some((place, is_left)) = stack.pop() {
            let Some(seen) = state.get_mut(place) else { continue };
            if is_left {
                if *seen != Visit::Done {
                    *seen = Visit::Done;
                    ordered.push(place);
                }
                continue;
            }
            if *seen != Visit::NotYet {
                continue;
            }
            *seen = Visit::Entered;
            stack.push((place, true));
            let waits_for = operations.get(place).map(Operation::waits_for).unwrap_or_default();
            let mut before: Vec<usize> = waits_for.iter().filter_map(|id| by_id.get(id.as_str()).copied()).collect();
            before.sort_unstable_by(|a, b| b.cmp(a));
            stack.extend(before.into_iter().map(|place| (place, false)));
        }
    }
    ordered
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visit {
    NotYet,
    Entered,
    Done,
}

/// A job under way.
struct Run<'a> {
    app: &'a web::Data<App>,
    asked: &'a Asked,
    base: String,
    /// Every name that an operation of the job has.
    ids: HashSet<String>,
    /// The resources that they made.
    known: HashMap<String, String>,
    failed: HashSet<String>,
    /// References that were left out, with the operation and the resource that they belong to.
    waiting: Vec<(usize, &'static ResourceType, String, Unresolved)>,
    done: Vec<(usize, Value)>,
    n_errors: u64,
}

impl Run<'_> {
    async fn one(&mut self, place: usize, operation: &Operation) {
        let outcome = self.attempt(place, operation).await;
        let mut told = Map::new();
        told.insert("method".to_owned(), operation.method.as_str().into());
        if let Some(id) = &operation.bulk_id {
            told.insert("bulkId".to_owned(), id.as_str().into());
        }
        match outcome {
            Ok((answer, id)) => {
                if let (Some(bulk_id), Some(id)) = (&operation.bulk_id, id) {
                    self.known.insert(bulk_id.clone(), id);
                }
                let location = answer.location.or_else(|| self.location(operation));
                for (name, value) in [("location", location), ("version", answer.tag)] {
                    if let Some(value) = value {
                        told.insert(name.to_owned(), value.into());
                    }
                }
                told.insert("status".to_owned(), answer.status.to_string().into());
            }
            Err(failure) => {
                self.n_errors += 1;
                self.failed.extend(operation.bulk_id.clone());
                let refusal = failure.as_refusal();
                if operation.method != "POST"
                    && let Some(location) = self.location(operation)
                {
                    told.insert("location".to_owned(), location.into());
                }
                told.insert("status".to_owned(), refusal.status.to_string().into());
                told.insert("response".to_owned(), refusal.body());
            }
        }
        self.done.push((place, told.into()));
    }

    async fn attempt(&mut self, place: usize, operation: &Operation) -> Result<(Answer, Option<String>), Failure> {
        let is_lost = |id: &&String| self.failed.contains(*id) || !self.ids.contains(*id);
        if let Some(lost) = operation.waits_for().iter().find(is_lost) {
            return Err(unresolved(lost).into());
        }
        let (command, left_out) = operation.command(&self.known)?;
        let resource_type = command.resource_type;
        let asked =
            Asked { attributes: Some("id".to_owned()), excluded: None, is_minimal: false, ..self.asked.clone() };
        let answer = make(self.app, &asked, command, &mut None).await?;
        let id = answer
            .location
            .as_deref()
            .and_then(|location| location.rsplit('/').next())
            .map(|id| percent_encoding::percent_decode_str(id).decode_utf8_lossy().into_owned());
        if let Some(id) = &id {
            self.waiting.extend(left_out.into_iter().map(|unresolved| (place, resource_type, id.clone(), unresolved)));
        }
        Ok((answer, id))
    }

    /// Puts the references in that were left out, now that everything is there.
    async fn mend(&mut self) {
        for (place, resource_type, id, unresolved) in std::mem::take(&mut self.waiting) {
            let outcome = match unresolved.patch(&self.known) {
                None => Err(Refusal::plain(409, "a reference to another operation stands for no resource").into()),
                Some(body) => {
                    let asked = Asked { is_minimal: true, ..self.asked.clone() };
                    let method = "PATCH".to_owned();
                    // It has just been made by this very job, whatever its version.
                    let if_match = Some("*".to_owned());
                    let (id, body) = (Some(id), Ok(body));
                    let command = Command { method, resource_type, id, body, if_match, is_only_new: false };
                    make(self.app, &asked, command, &mut None).await
                }
            };
            let told =
                self.done.iter_mut().find(|(other, _)| *other == place).and_then(|(_, told)| told.as_object_mut());
            let Some(told) = told else { continue };
            match outcome {
                Ok(Answer { tag: Some(tag), .. }) => _ = told.insert("version".to_owned(), tag.into()),
                Ok(_) => {}
                // A later operation of the job has deleted what this one made.
                Err(failure) if failure.as_refusal().status == 404 => {}
                Err(failure) => {
                    let refusal: Refusal = Failure::as_refusal(&failure);
                    told.insert("status".to_owned(), refusal.status.to_string().into());
                    told.insert("response".to_owned(), refusal.body());
                }
            }
        }
    }

    /// The address of the resource that an operation is about, if it names one that can be told.
    fn location(&self, operation: &Operation) -> Option<String> {
        let segments: Vec<String> =
            operation.path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
        let Some(Target::One(resource_type, id)) = Target::of(&segments) else { return None };
        let id = match id.strip_prefix("bulkId:") {
            Some(name) => self.known.get(name).cloned()?,
            None => id,
        };
        Some(location(&self.base, resource_type, &id))
    }
}
