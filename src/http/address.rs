//! Addresses as clients write them: `//` and a slash at the end are taken as meant, without a redirect.
//!
//! A percent-encoded slash stays one: it belongs to an identifier.

use std::borrow::Cow;

use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use actix_web::http::uri::PathAndQuery;

/// Rewrites the request's path if it needs it.
pub fn normalize(request: &mut ServiceRequest) {
    let Cow::Owned(path) = normal(request.uri().path()) else {
        return;
    };
    let whole = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = PathAndQuery::from_maybe_shared(whole).ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}

fn normal(path: &str) -> Cow<'_, str> {
    if !path.contains("//") && (!path.ends_with('/') || path.len() == 1) {
        return Cow::Borrowed(path);
    }
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let mut normal = String::with_capacity(path.len());
    for segment in segments {
        normal.push('/');
        normal.push_str(segment);
    }
    if normal.is_empty() {
        normal.push('/');
    }
    Cow::Owned(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubled_and_trailing_slashes_go_and_encoded_ones_stay() {
        for (sent, meant) in [
            ("/", "/"),
            ("//", "/"),
            ("/a/b", "/a/b"),
            ("/a/b/", "/a/b"),
            ("//a///b//", "/a/b"),
            ("/a/b%2F/c%2f", "/a/b%2F/c%2f"),
        ] {
            assert_eq!(normal(sent), meant);
        }
    }
}
