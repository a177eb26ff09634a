//! The document in which a service of 1.2 says what it serves (OneRoster 1.2 REST §2.5).

use std::sync::Arc;

use serde_json::Value;

use super::brief::{must, should};
use super::collection;
use super::service::{Edition, Service};
use super::tokens;
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::{Request, Response};
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 REST §2.5";
const TOKEN_URL: &str = "/components/securitySchemes/OAuth2CC/flows/clientCredentials/tokenUrl";
const SCOPES: &str = "/components/securitySchemes/OAuth2CC/flows/clientCredentials/scopes";
/// The placeholders that the standard's own documents have.
const PLACEHOLDERS: &[&str] = &["https://www.imsglobal.org", "https://www.imsglobal.org/oauth2token"];

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    must("OR-016", "Each service shows its OpenAPI document, without a token", CLAUSE, document_is_there),
    should("OR-016b", "The document stands at both file names that the standard's texts give it", CLAUSE, both_names),
    must("OR-016c", "The document is application/json", CLAUSE, document_is_json),
    must("OR-017", "The document names the address at which the service stands", CLAUSE, names_server),
    must("OR-017b", "The document names the token endpoint, which gives a token", CLAUSE, names_token_url),
    must("OR-017c", "The document lists each scope that one of its operations takes", CLAUSE, lists_scopes),
    must("OR-017d", "Each collection that the document lists is served", CLAUSE, listed_is_served),
    must("OR-017e", "No collection is served that the document doesn't list", CLAUSE, served_is_listed),
];

/// The file names of the REST binding and of the conformance guide.
fn names(edition: Edition) -> [&'static str; 2] {
    match edition {
        Edition::V1p1 | Edition::Rostering => {
            ["onerosterv1p2rostersservice_openapi3_v1p0.json", "imsorv1p2_rostering_openapi3_v1p0.json"]
        }
        Edition::Gradebook => {
            ["onerosterv1p2gradebookservice_openapi3_v1p0.json", "imsorv1p2_gradebook_openapi3_v1p0.json"]
        }
        Edition::Resources => {
            ["onerosterv1p2resourcesservice_openapi3_v1p0.json", "imsorv1p2_resources_openapi3_v1p0.json"]
        }
    }
}

fn ask(probe: &Probe<'_>, name: &str) -> Result<Response, Stop> {
    let url = Service::of(probe).url(&format!("discovery/{name}"));
    probe.send_bare(Request::new("GET", url).header("Accept", "application/json"))
}

fn is_document(response: &Response) -> bool {
    let json = response.json();
    let version = json.get("openapi").and_then(Value::as_str).unwrap_or_default();
    response.status == 200 && version.starts_with("3.") && json.get("paths").is_some_and(Value::is_object)
}

/// The answer that is the document, by either name.
fn found(probe: &Probe<'_>) -> Result<Response, Stop> {
    let [first, second] = names(Edition::of(probe));
    let response = ask(probe, first)?;
    if is_document(&response) { Ok(response) } else { ask(probe, second) }
}

/// The document, once for all checks of a run; a skip if there is none.
fn document(probe: &Probe<'_>) -> Result<Arc<Value>, Stop> {
    probe.once(&format!("{} discovery", Edition::of(probe).base()), || {
        let response = found(probe)?;
        if is_document(&response) { Ok(response.json()) } else { Err(Stop::skipped("there is no discovery document")) }
    })
}

fn document_is_there(probe: &Probe<'_>) -> Verdict {
    let response = found(probe)?;
    let [first, second] = names(Edition::of(probe));
    let expected = format!("GET discovery/{first}, or discovery/{second}: 200 with an OpenAPI document of version 3");
    expect(is_document(&response), expected, || response.summary())
}

fn both_names(probe: &Probe<'_>) -> Verdict {
    for name in names(Edition::of(probe)) {
        let response = ask(probe, name)?;
        expect(is_document(&response), format!("GET discovery/{name}: 200 with the document"), || response.summary())?;
    }
    Ok(())
}

fn document_is_json(probe: &Probe<'_>) -> Verdict {
    let response = found(probe)?;
    if !is_document(&response) {
        return Err(Stop::skipped("there is no discovery document"));
    }
    expect(response.media_type() == "application/json", "Content-Type: application/json", || response.media_type())
}

fn names_server(probe: &Probe<'_>) -> Verdict {
    let document = document(probe)?;
    let base = Service::of(probe).url("");
    let servers = document.get("servers").and_then(Value::as_array).cloned().unwrap_or_default();
    let urls: Vec<&str> = servers.iter().filter_map(|server| server.get("url").and_then(Value::as_str)).collect();
    let wanted = base.trim_end_matches('/');
    // RFC 3986 §4.2: an address without a host is of the document's host.
    let is_it = |url: &&str| {
        let url = url.trim_end_matches('/');
        url == wanted || (url.starts_with('/') && wanted.ends_with(url))
    };
    expect(urls.iter().any(is_it), format!("`servers` with {wanted}"), || format!("{urls:?}"))
}

fn names_token_url(probe: &Probe<'_>) -> Verdict {
    let document = document(probe)?;
    let url = document.pointer(TOKEN_URL).and_then(Value::as_str).unwrap_or_default();
    let is_real = url.starts_with("http") && !url.contains('{') && !PLACEHOLDERS.contains(&url.trim_end_matches('/'));
    expect(is_real, "`tokenUrl` with the real address", || format!("`tokenUrl`: {url}"))?;
    let tokens = tokens::tokens(probe)?;
    if url == tokens.url {
        return Ok(());
    }
    if origin(url) != origin(&tokens.url) {
        return Err(Stop::skipped(format!("{url} is of another host, to which no secret is sent")));
    }
    let request = Request { url: url.to_owned(), ..tokens.request(&tokens.scope) };
    let response = probe.send_bare(request)?;
    let gives = response.status == 200 && response.json().get("access_token").is_some();
    expect(gives, format!("{url}, which is `tokenUrl`, gives a token"), || response.summary())
}

fn origin(url: &str) -> String {
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

fn operations(document: &Value) -> Vec<&Value> {
    let paths = document.get("paths").and_then(Value::as_object);
    paths
        .into_iter()
        .flat_map(|paths| paths.values())
        .filter_map(Value::as_object)
        .flat_map(|path| path.values())
        .collect()
}

fn lists_scopes(probe: &Probe<'_>) -> Verdict {
    let document = document(probe)?;
    let listed = document.pointer(SCOPES).and_then(Value::as_object).cloned().unwrap_or_default();
    let taken = operations(&document).into_iter().filter_map(|operation| operation.get("security")?.as_array());
    let taken = taken.flatten().filter_map(|way| way.get("OAuth2CC")?.as_array()).flatten().filter_map(Value::as_str);
    let taken: Vec<&str> = taken.collect();
    expect(!taken.is_empty(), "operations with the scopes that they take", || "none has `OAuth2CC`".to_owned())?;
    let unlisted = taken.iter().find(|scope| !listed.contains_key(**scope));
    expect(unlisted.is_none(), "each scope of an operation among those of `clientCredentials`", || {
        format!("{} isn't", unlisted.unwrap_or(&""))
    })
}

/// The paths with a GET and without an id.
fn lists(document: &Value, path: &str) -> bool {
    document.get("paths").and_then(|paths| paths.get(format!("/{path}"))?.get("get")).is_some()
}

fn listed_is_served(probe: &Probe<'_>) -> Verdict {
    let document = document(probe)?;
    let service = Service::of(probe);
    for collection in collection::of(service.edition) {
        if lists(&document, collection.path) {
            let response = service.get(&format!("{}?limit=1", collection.path))?;
            let expected = format!("GET {}, which the document lists: 200, or 403", collection.path);
            expect(matches!(response.status, 200 | 403), expected, || response.summary())?;
        }
    }
    Ok(())
}

fn served_is_listed(probe: &Probe<'_>) -> Verdict {
    let document = document(probe)?;
    let service = Service::of(probe);
    for collection in collection::of(service.edition) {
        if !lists(&document, collection.path) {
            let response = service.get(&format!("{}?limit=1", collection.path))?;
            let expected = format!("GET {}, which the document doesn't list: no 200", collection.path);
            expect(response.status != 200, expected, || response.summary())?;
        }
    }
    Ok(())
}
