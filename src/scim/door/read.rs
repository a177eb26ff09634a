//! Reads: one resource, lists, and searches.

use serde_json::json;

use crate::auth::bearer::Caller;
use crate::catalogue::Entity;
use crate::consent::provisioned::Kind;
use crate::http::App;
use crate::scim::door::answer::{Answer, Failure};
use crate::scim::door::exchange::{self, Desk, Exchange, READ, Step, settled};
use crate::scim::door::list::{Listed, Wants, related_to};
use crate::scim::door::own::kind_of;
use crate::scim::door::parameters::Parameters;
use crate::scim::door::resource::Resource;
use crate::scim::door::routes::Request;
use crate::scim::door::target::Target;
use crate::scim::filter::{Filter, Operator, Scope};
use crate::scim::projection::Projection;
use crate::scim::refusal::Refusal;
use crate::scim::schema::{RESOURCE_TYPES, ResourceType, USER};
use crate::store::provisioned;

/// The URN of a list's body.
pub const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Answers a read. Blocks on the database.
pub fn answer(app: &App, request: &Request, caller: &mut Option<Caller>) -> Result<Answer, Failure> {
    let parameters = parameters(request);
    exchange::run(app, who(request), READ, caller, |exchange, desk| {
        exchange.answer(desk, request, parameters.as_ref().map_err(Clone::clone)?)
    })
}

/// Answers a read where it is handled, if it is of one user or of a short page for which nothing is searched.
/// `None`: answer it by [`answer`].
pub fn answer_at_once(app: &App, request: &Request, caller: &mut Option<Caller>) -> Option<Result<Answer, Failure>> {
    let parameters = parameters(request).ok()?;
    let is_little = match &request.target {
        Target::One(resource_type, _) => **resource_type == USER,
        Target::Collection(resource_type) | Target::Search(resource_type) => {
            **resource_type == USER && is_short(&parameters)
        }
        _ => false,
    };
    if !is_little {
        return None;
    }
    exchange::run_at_once(app, who(request), READ, caller, |exchange, desk| exchange.answer(desk, request, &parameters))
}

fn who(request: &Request) -> (&str, Option<&str>) {
    (request.tenant.as_str(), request.authorization.as_deref())
}

/// What is asked for. Who may not come in learns nothing of what is wrong with it.
fn parameters(request: &Request) -> Result<Parameters, Refusal> {
    match &request.target {
        Target::Search(_) | Target::SearchRoot => request.body.clone().and_then(|body| Parameters::of_search(&body)),
        _ => Parameters::of_query(&request.query),
    }
}

/// Whether a page is asked for that is short, and at most one user is looked for, by a name that has an index.
fn is_short(parameters: &Parameters) -> bool {
    const SHORT: usize = 100;
    let is_indexed = |text: &String| {
        let Ok(Filter::Compare(one)) = Filter::parse(text, Scope::of(&USER)) else { return false };
        one.operator == Operator::Eq && ["id", "userName", "externalId"].iter().any(|name| one.path.is(name))
    };
    parameters.count <= SHORT && parameters.sort_by.is_none() && parameters.filter.as_ref().is_none_or(is_indexed)
}

impl Exchange<'_> {
    fn answer(&self, desk: &mut Desk<'_>, request: &Request, parameters: &Parameters) -> Step<Answer> {
        match &request.target {
            Target::One(resource_type, id) => self.single(desk, (resource_type, id), parameters, request),
            Target::Collection(resource_type) | Target::Search(resource_type) => {
                self.listed(desk, &[resource_type], parameters, request)
            }
            Target::Root | Target::SearchRoot => self.listed(desk, &RESOURCE_TYPES, parameters, request),
            Target::Me => Err(Refusal::plain(501, "a token stands for no person, so that there is no /Me").into()),
            Target::Bulk | Target::ServiceProviderConfig | Target::ResourceTypes(_) | Target::Schemas(_) => {
                Err(Refusal::unknown().into())
            }
        }
    }

    fn single(
        &self,
        desk: &mut Desk<'_>,
        (resource_type, id): (&'static ResourceType, &str),
        parameters: &Parameters,
        request: &Request,
    ) -> Step<Answer> {
        let projection = projection(resource_type, parameters);
        let related = related_to(&projection, resource_type);
        let wants = Wants { only_text: projection.is_all(), ..Wants::attributes(related) };
        let resource = settled!(self.find(desk, resource_type, id, wants)).ok_or_else(Refusal::unknown)?;
        let disclosure = Some(self.disclosure(&request.request_id, 1));
        let (tag, location) = (resource.tag.clone(), resource.location.clone());
        if request.if_none_match.as_deref().is_some_and(|held| names(held, tag.as_deref())) {
            return Ok(Ok(Answer { status: 304, tag, disclosure, ..Answer::default() }));
        }
        let body = Some(shown(resource, &projection));
        Ok(Ok(Answer { status: 200, body, tag, location, disclosure, ..Answer::default() }))
    }

    /// One resource, if there is one that the caller may know of.
    pub(super) fn find(
        &self,
        desk: &mut Desk<'_>,
        resource_type: &'static ResourceType,
        id: &str,
        wants: Wants,
    ) -> Step<Option<Resource>> {
        let of_school = if *resource_type == USER {
            match self.release().find_live(Entity::User, id) {
                Some(person) => settled!(self.people(desk, &[person], wants)),
                None => Vec::new(),
            }
        } else {
            match self.directory().find(id) {
                Some(source) => settled!(self.groups(desk, &[source], wants)),
                None => Vec::new(),
            }
        };
        if let Some(found) = of_school.into_iter().next() {
            return Ok(Ok(Some(found)));
        }
        let kind: Kind = kind_of(resource_type);
        let kept = provisioned::find(desk.activity, self.of(), kind, id)?;
        Ok(Ok(settled!(self.own(desk, kept.into_iter().collect(), wants.related)).into_iter().next()))
    }

    /// A page of a list as an answer.
    fn listed(
        &self,
        desk: &mut Desk<'_>,
        types: &[&'static ResourceType],
        parameters: &Parameters,
        request: &Request,
    ) -> Step<Answer> {
        let projections: Vec<Projection> = types.iter().map(|of| projection(of, parameters)).collect();
        let related = projections.iter().zip(types).any(|(projection, of)| related_to(projection, of));
        let only_text = projections.iter().all(Projection::is_all);
        let listed = settled!(self.list(desk, types, parameters, Wants { related, only_text, headers: false }));
        let n = listed.resources.len();
        let projection_of = |resource_type: &ResourceType| {
            let of_type = types.iter().position(|of| *of == resource_type);
            of_type.and_then(|place| projections.get(place))
        };
        let body = Some(message(listed, projection_of));
        let disclosure = Some(self.disclosure(&request.request_id, n));
        Ok(Ok(Answer { status: 200, body, disclosure, ..Answer::default() }))
    }
}

fn projection(resource_type: &'static ResourceType, parameters: &Parameters) -> Projection {
    Projection::new(resource_type, parameters.attributes.as_deref(), parameters.excluded.as_deref())
}

/// A resource as it is shown.
fn shown(resource: Resource, projection: &Projection) -> Vec<u8> {
    match resource.written {
        Some(written) => written,
        // Writing into memory can't fail.
        None => serde_json::to_vec(&projection.apply(resource.shown())).unwrap_or_default(),
    }
}

/// A list's body. Its resources come last, so that what is said of the list is read before them.
fn message<'p>(listed: Listed, projection_of: impl Fn(&ResourceType) -> Option<&'p Projection>) -> Vec<u8> {
    let n = listed.resources.len();
    let mut head = json!({"schemas": [LIST], "totalResults": listed.total, "itemsPerPage": n});
    if let Some(head) = head.as_object_mut() {
        if let Some(start_index) = listed.start_index {
            head.insert("startIndex".to_owned(), start_index.into());
        }
        if let Some(cursor) = listed.next_cursor {
            head.insert("nextCursor".to_owned(), cursor.into());
        }
    }
    let resources = listed.resources.into_iter();
    let resources = resources.filter_map(|(of, resource)| Some(shown(resource, projection_of(of)?)));
    let resources: Vec<Vec<u8>> = resources.collect();
    let mut message = head.to_string().into_bytes();
    message.truncate(message.len() - 1);
    message.reserve(resources.iter().map(|resource| resource.len() + 1).sum::<usize>() + 32);
    message.extend_from_slice(b",\"Resources\":[");
    for (place, resource) in resources.iter().enumerate() {
        if place > 0 {
            message.push(b',');
        }
        message.extend_from_slice(resource);
    }
    message.extend_from_slice(b"]}");
    message
}

/// Whether a list of entity tags names this one; weak ones count as strong (RFC 7644 §3.14).
pub(super) fn names(held: &str, tag: Option<&str>) -> bool {
    fn bare(tag: &str) -> &str {
        tag.trim().trim_start_matches("W/").trim_matches('"')
    }
    held.trim() == "*" || held.split(',').any(|held| Some(bare(held)) == tag.map(bare))
}
