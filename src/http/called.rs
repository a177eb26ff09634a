//! How a request was called, as its client wrote it: what a signature of OAuth 1.0a is about.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{AUTHORIZATION, HOST};
use actix_web::http::{Method, Uri};
use actix_web::{HttpMessage, HttpRequest};

use crate::auth::signed;

/// Method and address before the gate mends them.
#[derive(Debug, Clone)]
pub struct Called {
    method: Method,
    uri: Uri,
}

impl Called {
    /// Notes how a request was called, if it is signed.
    pub fn note(request: &mut ServiceRequest) {
        let scheme = request.headers().get(AUTHORIZATION).and_then(|header| header.as_bytes().get(..5));
        let is_signed = match scheme {
            Some(scheme) => scheme.eq_ignore_ascii_case(b"OAuth"),
            None => request.query_string().contains("oauth_signature="),
        };
        if is_signed {
            let called = Self { method: request.method().clone(), uri: request.uri().clone() };
            request.extensions_mut().insert(called);
        }
    }

    /// What a signature of the request is about. A client may have called by the server's own name, or by the
    /// name in the `Host` header, with TLS that ends before us or without.
    pub fn of(request: &HttpRequest, public_url: &str) -> signed::Called {
        let noted = request.extensions().get::<Self>().cloned();
        let Self { method, uri } =
            noted.unwrap_or_else(|| Self { method: request.method().clone(), uri: request.uri().clone() });
        let mut origins = vec![origin(public_url)];
        if let Some(host) = request.headers().get(HOST).and_then(|host| host.to_str().ok()) {
            for scheme in ["https", "http"] {
                let called = origin(&format!("{scheme}://{host}"));
                if !origins.contains(&called) {
                    origins.push(called);
                }
            }
        }
        signed::Called {
            method: method.as_str().to_owned(),
            origins,
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
        }
    }
}

/// Scheme and host in lower case, the port unless it is the scheme's own (RFC 5849 §3.4.1.2), and a path of a
/// proxy as it is.
fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let own_port = if scheme == "https" { ":443" } else { ":80" };
    format!("{scheme}://{}{path}", authority.strip_suffix(own_port).unwrap_or(&authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_lower_case_and_no_port_of_its_scheme() {
        for (url, expected) in [
            ("https://Example.ORG:443", "https://example.org"),
            ("http://example.org:80", "http://example.org"),
            ("http://example.org:8080", "http://example.org:8080"),
            ("https://example.org:80/Roster", "https://example.org:80/Roster"),
        ] {
            assert_eq!(origin(url), expected);
        }
    }
}
