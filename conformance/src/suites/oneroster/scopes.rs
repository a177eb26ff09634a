//! What a scope opens, and what it doesn't (OneRoster 1.2 REST §4.2).

use serde_json::{Value, json};

use super::brief::{must, needing, should, writing};
use super::gradebook::desk::Desk;
use super::routes::{named, served};
use super::service::{Edition, Service, id_of};
use super::tokens::only;
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::{Credentials, encode};
use crate::exchange::{Request, Response};
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 OpenAPI, the operations' security";
const NEEDS: &str = "an OAuth 2 client that is granted these scopes one by one";

/// Checks of 1.2.
pub const V1P2: &[Check] = &[needing(
    NEEDS,
    must("OR-007", "A token with a scope of another service opens nothing: 403", CLAUSE, another_family),
)];

/// Checks of 1.2 Rostering.
pub const ROSTERING: &[Check] = &[
    needing(
        NEEDS,
        must("OR-008", "roster-core.readonly opens collections, and none below others", CLAUSE, |probe| {
            opens(probe, "roster-core.readonly", |what| matches!(what, What::Core), &[What::Below, What::Demographics])
        }),
    ),
    needing(
        NEEDS,
        must("OR-009", "roster.readonly opens all but demographics", CLAUSE, |probe| {
            opens(probe, "roster.readonly", |what| !matches!(what, What::Demographics), &[What::Demographics])
        }),
    ),
    needing(
        NEEDS,
        must("OR-010", "roster-demographics.readonly opens demographics alone", CLAUSE, |probe| {
            let opened = |what: What| matches!(what, What::Demographics);
            opens(probe, "roster-demographics.readonly", opened, &[What::Core, What::Below])
        }),
    ),
];

/// Checks of the gradebook of 1.2.
pub const GRADEBOOK: &[Check] = &[
    needing(
        NEEDS,
        must("OR-011", "gradebook-core.readonly opens nothing below others", CLAUSE, |probe| {
            opens(probe, "gradebook-core.readonly", |what| matches!(what, What::Core), &[What::Below, What::Assessment])
        }),
    ),
    writing(must("OR-011b", "A scope that reads grades writes none: 403", CLAUSE, |probe| {
        writes_with(probe, "gradebook.readonly", &[])
    })),
    writing(must("OR-011c", "The scope of PUT opens neither POST nor DELETE: 403", CLAUSE, |probe| {
        writes_with(probe, "gradebook.createput", &["PUT"])
    })),
    writing(must("OR-011d", "The scope of POST opens neither PUT nor DELETE: 403", CLAUSE, |probe| {
        writes_with(probe, "gradebook.createpost", &["POST"])
    })),
    writing(must("OR-011e", "The scope of DELETE opens neither PUT nor POST: 403", CLAUSE, |probe| {
        writes_with(probe, "gradebook.delete", &["DELETE"])
    })),
    needing(
        NEEDS,
        must("OR-012", "Assessments are of scopes of their own", CLAUSE, |probe| {
            opens(probe, "gradebook.readonly", |what| !matches!(what, What::Assessment), &[What::Assessment])?;
            let opened = |what: What| matches!(what, What::Assessment);
            opens(probe, "assessment.readonly", opened, &[What::Core, What::Below])
        }),
    ),
];

/// Checks of 1.2 Resources.
pub const RESOURCES: &[Check] = &[needing(
    NEEDS,
    must("OR-012b", "resource-core.readonly opens nothing below others", CLAUSE, |probe| {
        opens(probe, "resource-core.readonly", |what| matches!(what, What::Core), &[What::Below])
    }),
)];

/// Checks that both versions have.
pub const BOTH: &[Check] = &[needing(
    "--twin: another board, or another server, at which the client isn't known",
    should("OR-021", "A token of one board opens nothing of another", "OneRoster 1.2 REST §4", another_board),
)];

/// What is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// A collection at an address of its own.
    Core,
    /// A collection below other objects.
    Below,
    /// Demographics.
    Demographics,
    /// Assessments.
    Assessment,
}

/// What the target has and the run's client may read: addresses, and what they are.
fn addresses(service: &Service<'_, '_>) -> Result<Vec<(String, What)>, Stop> {
    let mut found = Vec::new();
    for collection in service.served()? {
        let what = match collection.path {
            "demographics" => What::Demographics,
            "assessmentLineItems" | "assessmentResults" => What::Assessment,
            _ => What::Core,
        };
        found.push((format!("{}?limit=1", collection.path), what));
    }
    match served(service) {
        Ok(nested) => found.extend(nested.into_iter().map(|asked| (format!("{}?limit=1", asked.path), What::Below))),
        Err(Stop::Skipped(_)) => {}
        Err(stop) => return Err(stop),
    }
    Ok(found)
}

fn ask(service: &Service<'_, '_>, token: &str, request: Request) -> Result<Response, Stop> {
    let request = request.header("Accept", "application/json");
    service.probe.send_as(&Credentials::Bearer(token.to_owned()), request)
}

/// A token of one scope opens these, and none of those.
fn opens(probe: &Probe<'_>, scope: &str, is_open: fn(What) -> bool, closed: &[What]) -> Verdict {
    let service = Service::of(probe);
    let token = only(probe, service.edition, &[scope])?;
    let mut n_refused = 0;
    for (path, what) in addresses(&service)? {
        let response = ask(&service, &token, Request::new("GET", service.url(&path)))?;
        if is_open(what) {
            expect(response.status == 200, format!("GET {path} with {scope}: 200"), || response.summary())?;
        } else if closed.contains(&what) {
            n_refused += 1;
            service.expect_error(&response, &[403], &format!("GET {path} with {scope}"))?;
        }
    }
    if n_refused == 0 { Err(Stop::skipped("the client sees nothing that the scope doesn't open")) } else { Ok(()) }
}

fn another_family(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let others: &[&str] = match service.edition {
        Edition::Rostering => &["gradebook.readonly", "resource.readonly"],
        Edition::Resources => &["roster.readonly", "gradebook.readonly"],
        Edition::Gradebook | Edition::V1p1 => &["roster.readonly", "resource.readonly"],
    };
    let mut skipped = Ok(());
    let mut n_asked = 0;
    for scope in others {
        let token = match only(probe, service.edition, &[scope]) {
            Err(Stop::Skipped(reason)) => {
                skipped = Err(Stop::Skipped(reason));
                continue;
            }
            other => other?,
        };
        for (path, _) in addresses(&service)? {
            let response = ask(&service, &token, Request::new("GET", service.url(&path)))?;
            service.expect_error(&response, &[403], &format!("GET {path} with {scope}"))?;
            n_asked += 1;
        }
    }
    if n_asked == 0 { skipped } else { Ok(()) }
}

/// A token of one scope writes by these methods and is refused with the others.
fn writes_with(probe: &Probe<'_>, scope: &str, methods: &[&str]) -> Verdict {
    let service = Service::of(probe);
    let desk = Desk::open(&service, "lineItems")?;
    let token = only(probe, service.edition, &[scope])?;
    let collection = named("lineItems")?;
    let there = desk.make("lineItems")?;
    let draft = desk.draft(collection)?;
    desk.note(collection, id_of(&draft));
    let class = format!("classes/{}/lineItems", encode(desk.known("class")?));
    let posted = json!({"lineItems": [desk.draft(collection)?]});
    let json = "application/json";
    for (method, request) in [
        ("PUT", Request::new("PUT", desk.url(collection, id_of(&draft))).json(json, &json!({"lineItem": draft}))),
        ("POST", Request::new("POST", service.url(&class)).json(json, &posted)),
        ("DELETE", Request::new("DELETE", desk.url(collection, id_of(&there)))),
    ] {
        let response = ask(&service, &token, request)?;
        for pair in response.json().get("sourcedIdPairs").and_then(Value::as_array).into_iter().flatten() {
            desk.note(collection, pair.get("allocatedSourcedId").and_then(Value::as_str).unwrap_or_default());
        }
        if methods.contains(&method) {
            let expected = format!("{method} with {scope}: success");
            expect(matches!(response.status, 200 | 201 | 204), expected, || response.summary())?;
        } else if !(method == "POST" && matches!(response.status, 404 | 405 | 501)) {
            service.expect_error(&response, &[403], &format!("{method} with {scope}"))?;
        }
    }
    Ok(())
}

fn another_board(probe: &Probe<'_>) -> Verdict {
    let Some(twin) = &probe.target.twin else { return Err(Stop::skipped("no --twin is given")) };
    let service = Service::of(probe);
    let scope = match &probe.target.credentials {
        Credentials::OAuth2(tokens) => tokens.scope.clone(),
        _ => String::new(),
    };
    let token = probe.token(&probe.target.credentials, &scope)?;
    let path = service.first()?.path;
    let there = probe.towards(twin);
    let url = Service::at(&there, service.edition).url(&format!("{path}?limit=1"));
    let response = ask(&service, &token, Request::new("GET", url.as_str()))?;
    expect(matches!(response.status, 401 | 403), format!("GET {url} with the first one's token: 401 or 403"), || {
        response.summary()
    })
}
