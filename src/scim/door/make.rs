//! A change from its understanding to its answer, once it is durable.

use std::sync::Arc;

use actix_web::web;

use crate::auth::bearer::Caller;
use crate::consent::switches::PatchResponse;
use crate::http::App;
use crate::scim::door::answer::{Answer, Failure};
use crate::scim::door::change::{Command, Done, Prepared, Ticket};
use crate::scim::door::exchange::{self, Desk, WRITE};
use crate::scim::door::list::{Wants, related_to};
use crate::scim::door::resource::Resource;
use crate::scim::door::told::n_hidden_members;
use crate::scim::projection::Projection;
use crate::scim::schema::GROUP;
use crate::store::{StoreError, provisioned};

/// A group with more members is not told whole after each PATCH, unless the client asks for attributes.
const MANY_MEMBERS: i64 = 1000;

/// Who asks, and how they want the answer.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The board's name.
    pub tenant: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The request's id.
    pub request_id: Arc<str>,
    /// The only attributes wanted.
    pub attributes: Option<String>,
    /// Attributes that are not wanted.
    pub excluded: Option<String>,
    /// Whether an answer without a body is preferred (RFC 7240).
    pub is_minimal: bool,
}

/// Makes a change and answers it.
pub async fn make(
    app: &web::Data<App>,
    asked: &Asked,
    command: Command,
    caller: &mut Option<Caller>,
) -> Result<Answer, Failure> {
    let (shared, who, wanted) = (Arc::clone(app), asked.clone(), command.clone());
    let (prepared, who_called) = web::block(move || {
        let mut caller = None;
        let authorization = who.authorization.as_deref();
        let prepared = exchange::run(&shared, (&who.tenant, authorization), WRITE, &mut caller, |exchange, desk| {
            let prepared = exchange.prepare(desk, exchange.view, &wanted)?;
            Ok(prepared.map(|prepared| {
                let (caller, view) = (exchange.caller.clone(), Arc::clone(exchange.view));
                (prepared, Ticket { caller, view }, exchange.told.take())
            }))
        });
        (prepared, caller)
    })
    .await?;
    *caller = who_called;
    let (prepared, ticket, told) = prepared?;
    let of = (ticket.caller.tenant_id, Arc::clone(&ticket.caller.vendor));
    let (resource, done) = match prepared {
        Prepared::Unchanged(resource) => {
            (Some(resource), Done { id: command.id.clone(), is_new: false, has_account: false })
        }
        Prepared::Own(task) => {
            let done = app.writer.write(of.0, of.1, task).await??;
            if done.has_account {
                app.adoption.note(of.0);
            }
            (None, done)
        }
        Prepared::SchoolGroup(task) => (None, app.writer.write(of.0, of.1, task).await??),
        Prepared::Account(task) => {
            let done = app.writer.write(of.0, of.1, task).await??;
            app.adoption.note(of.0);
            (None, done)
        }
    };
    if done.id.is_none() {
        return Ok(Answer { status: 204, ..Answer::default() });
    }
    let (shared, asked) = (Arc::clone(app), asked.clone());
    web::block(move || {
        let exchange = ticket.exchange(&shared);
        exchange.told.replace(if resource.is_some() { told } else { Vec::new() });
        let mut desk = Desk { board: &mut *shared.database.read()?, activity: &mut *shared.database.read_activity()? };
        answer(&exchange, &mut desk, (&asked, &command), (resource.map(|resource| *resource), &done))
    })
    .await?
}

/// Whether the client knows of many members.
fn has_many_members(exchange: &exchange::Exchange<'_>, desk: &mut Desk<'_>, group: &str) -> Result<bool, StoreError> {
    if let Some(source) = exchange.directory().find(group) {
        let members = exchange.directory().members(source);
        return Ok(members.people.len() + members.groups.len() as u64 > MANY_MEMBERS.unsigned_abs());
    }
    let n_hidden = n_hidden_members(exchange.view, desk.activity, exchange.of(), group)?;
    let n = MANY_MEMBERS.saturating_add(i64::try_from(n_hidden).unwrap_or(i64::MAX));
    provisioned::has_more_members(desk.activity, exchange.of(), group, n)
}

fn answer(
    exchange: &exchange::Exchange<'_>,
    desk: &mut Desk<'_>,
    (asked, command): (&Asked, &Command),
    (resource, done): (Option<Resource>, &Done),
) -> Result<Answer, Failure> {
    let is_patch = command.method == "PATCH";
    let asks_for_some = asked.attributes.is_some() || asked.excluded.is_some();
    let wants_nothing = asked.is_minimal || exchange.switches.patch_response == PatchResponse::Nothing;
    let id = done.id.as_deref().unwrap_or_default();
    let is_large = is_patch && *command.resource_type == GROUP && has_many_members(exchange, desk, id)?;
    let is_short = is_patch && !asks_for_some && (wants_nothing || is_large);
    let projection = Projection::new(command.resource_type, asked.attributes.as_deref(), asked.excluded.as_deref());
    let wants = Wants::attributes(!is_short && related_to(&projection, command.resource_type));
    let resource = match resource {
        Some(resource) => Some(resource),
        // The board moved since: the change is made all the same, and the client reads it again.
        None => exchange.after(desk, command, done, wants)?.unwrap_or_default(),
    };
    let Some(resource) = resource else { return Ok(Answer { status: 204, ..Answer::default() }) };
    let tells = !exchange.told.borrow().is_empty();
    let disclosure = (tells && !is_short).then(|| exchange.disclosure(&asked.request_id, 1));
    let (tag, location) = (resource.tag.clone(), resource.location.clone());
    if is_short {
        return Ok(Answer { status: 204, tag, location, is_minimal: asked.is_minimal, ..Answer::default() });
    }
    let status = if done.is_new { 201 } else { 200 };
    let body = serde_json::to_vec(&projection.apply(resource.shown())).ok();
    Ok(Answer { status, body, tag, location, is_new: done.is_new, disclosure, ..Answer::default() })
}
