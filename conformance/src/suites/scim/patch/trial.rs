//! Users and groups that a check makes to change them: each has a name of its own, and all are deleted in the end.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::made::{GROUPS, Made, USERS, at, id};
use super::super::service::{object, require, send};
use super::super::wording::{needing, writing};
use super::resource::is_unassigned;
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::Response;
use crate::probe::{Probe, nonce};

/// The URN of a PATCH (RFC 7644 §3.5.2).
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// How long it takes until a later time is told as one: servers may keep whole seconds.
pub const A_SECOND: Duration = Duration::from_millis(1100);

/// What a check makes; it ends with it.
pub struct Trial<'p, 't> {
    probe: &'p Probe<'t>,
    made: Made<'p, 't>,
}

/// A user or a group of a trial.
pub struct Subject<'p, 't> {
    probe: &'p Probe<'t>,
    /// Where it is, below the service's address.
    pub path: String,
    /// How the server showed it when it was new.
    pub made: Value,
}

/// A check that changes what it made.
pub const fn changing(check: Check) -> Check {
    needing("PATCH", writing(check))
}

impl<'p, 't> Trial<'p, 't> {
    /// A trial of PATCH; a skip if the server doesn't offer it.
    pub fn new(probe: &'p Probe<'t>) -> Result<Self, Stop> {
        require(probe, "patch")?;
        Ok(Self { probe, made: Made::by(probe) })
    }

    /// A new user with these attributes; a skip if the server doesn't keep one of them.
    pub fn user(&self, attributes: &Value) -> Result<Subject<'p, 't>, Stop> {
        let user = self.made.user(attributes)?;
        let user = self.subject(at(USERS, id(&user)))?;
        for (name, given) in attributes.as_object().into_iter().flatten() {
            if !given.is_null() && is_unassigned(user.made.get(name)) {
                return Err(Stop::skipped(format!("the server doesn't keep `{name}`")));
            }
        }
        Ok(user)
    }

    /// A new group with these members.
    pub fn group(&self, members: &[&Subject<'p, 't>]) -> Result<Subject<'p, 't>, Stop> {
        let members: Vec<&Value> = members.iter().map(|member| &member.made).collect();
        let group = self.made.group_of(&members)?;
        self.subject(at(GROUPS, id(&group)))
    }

    fn subject(&self, path: String) -> Result<Subject<'p, 't>, Stop> {
        let made = object(self.probe, &path)?;
        Ok(Subject { probe: self.probe, path, made })
    }
}

impl Subject<'_, '_> {
    /// Its `id`.
    pub fn id(&self) -> &str {
        id(&self.made)
    }

    /// How the server shows it now.
    pub fn read(&self) -> Result<Value, Stop> {
        object(self.probe, &self.path)
    }

    /// The answer to a PATCH with these operations.
    pub fn patch(&self, operations: &[Value]) -> Result<Response, Stop> {
        self.send(&message(operations))
    }

    /// The answer to a PATCH with that body.
    pub fn send(&self, body: &Value) -> Result<Response, Stop> {
        send(self.probe, "PATCH", &self.path, body)
    }

    /// How the server shows it after a PATCH that must succeed.
    pub fn patched(&self, operations: &[Value]) -> Result<Value, Stop> {
        expect_taken(&self.patch(operations)?, operations)?;
        self.read()
    }

    /// That a refused change left it as it was when it was new.
    pub fn is_unchanged(&self) -> Verdict {
        let (before, after) = (without_meta(&self.made), without_meta(&self.read()?));
        expect(after == before, format!("{} as it was: {before}", self.path), || after.to_string())
    }
}

/// The body of a PATCH with these operations.
pub fn message(operations: &[Value]) -> Value {
    json!({"schemas": [PATCH_OP], "Operations": operations})
}

/// That a PATCH succeeded (RFC 7644 §3.5.2).
pub fn expect_taken(response: &Response, operations: &[Value]) -> Verdict {
    expect(matches!(response.status, 200 | 204), format!("PATCH with {}: 200 or 204", Value::from(operations)), || {
        response.summary()
    })
}

/// An operation on a path.
pub fn operation(op: &str, path: &str, value: impl Into<Value>) -> Value {
    json!({"op": op, "path": path, "value": value.into()})
}

/// An operation on the resource itself.
pub fn pathless(op: &str, value: impl Into<Value>) -> Value {
    json!({"op": op, "value": value.into()})
}

/// The operation that takes something away.
pub fn remove(path: &str) -> Value {
    json!({"op": "remove", "path": path})
}

/// An e-mail address that nobody has.
pub fn address(at: &str) -> String {
    format!("{}@{at}.example.org", nonce())
}

/// An e-mail of that type.
pub fn email(kind: &str, address: &str) -> Value {
    json!({"type": kind, "value": address})
}

/// A resource without what the server says of it: a refused request may leave a trace there.
fn without_meta(resource: &Value) -> Value {
    let mut resource = resource.clone();
    resource.as_object_mut().map(|members| members.remove("meta"));
    resource
}
