//! What the server says of itself: its features, types and schemas (RFC 7644 §4). It needs no token, but a wrong one
//! must not look like a right one.

use serde_json::{Value, json};

use crate::auth::bearer::Caller;
use crate::http::App;
use crate::scim::discovery::{Offer, resource_type, resource_types, schema, schemas, service_provider_config};
use crate::scim::door::answer::{Answer, Failure};
use crate::scim::door::exchange::{self, READ};
use crate::scim::door::parameters::has_filter;
use crate::scim::door::read::LIST;
use crate::scim::door::routes::Request;
use crate::scim::door::target::Target;
use crate::scim::refusal::Refusal;
use crate::store::tenant;

/// Answers a question about the server. Blocks on the database.
pub fn answer(app: &App, request: &Request, caller: &mut Option<Caller>) -> Result<Answer, Failure> {
    if request.authorization.is_some() {
        let who = (request.tenant.as_str(), request.authorization.as_deref());
        exchange::run(app, who, READ, caller, |_, _| Ok(Ok(())))?;
    } else if tenant::epochs(&mut *app.database.read()?, &request.tenant)?.is_none() {
        return Err(Refusal::unknown().into());
    }
    if has_filter(&request.query) {
        return Err(Refusal::plain(403, "what the server says of itself can't be filtered").into());
    }
    let base = exchange::base(app, &request.tenant);
    let offer = Offer { change_password: true, documentation: None };
    let told = match &request.target {
        Target::ServiceProviderConfig => Some(service_provider_config(&base, &offer)),
        Target::ResourceTypes(None) => Some(listed(&resource_types(&base))),
        Target::ResourceTypes(Some(name)) => resource_type(&base, name),
        Target::Schemas(None) => Some(listed(&schemas(&base))),
        Target::Schemas(Some(id)) => schema(&base, id),
        _ => None,
    };
    let told = told.ok_or_else(Refusal::unknown)?;
    Ok(Answer { status: 200, body: serde_json::to_vec(&told).ok(), ..Answer::default() })
}

fn listed(resources: &[Value]) -> Value {
    let n = resources.len();
    json!({"schemas": [LIST], "totalResults": n, "itemsPerPage": n, "startIndex": 1, "Resources": resources})
}
