//! Sabotages of the pages of OneRoster.

use super::Sabotage;
use super::oneroster_edits::{change_parameter, drop_header, drop_parameter, list, parameter, set_header};
use crate::proxy::Fault;

/// Those that both versions have.
pub const BOTH: &[Sabotage] = &[
    Sabotage {
        what: "without a limit the second object comes first",
        checks: &["OR-301"],
        fault: Fault::Request(|request| {
            if !request.url.contains('?') {
                request.url.push_str("?offset=1");
            }
        }),
    },
    Sabotage {
        what: "a page of seven holds six",
        checks: &["OR-302"],
        fault: Fault::Request(|request| {
            change_parameter(request, "limit", |n| Some(if n == "7" { "6" } else { n }.into()));
        }),
    },
    Sabotage {
        what: "pages overlap by one",
        checks: &["OR-302", "OR-310"],
        fault: Fault::Request(|request| {
            change_parameter(request, "offset", |n| {
                Some(n.parse::<usize>().map_or_else(|_| n.to_owned(), |n| n.saturating_sub(1).to_string()))
            });
        }),
    },
    Sabotage {
        what: "at most five objects come, and no link to the others",
        checks: &["OR-303"],
        fault: Fault::Answer(|_, response| {
            list(response, |objects| objects.truncate(5));
            drop_header(response, "link");
        }),
    },
    Sabotage {
        what: "an offset beyond the end is ignored",
        checks: &["OR-304"],
        fault: Fault::Request(|request| {
            if parameter(request, "offset").is_some_and(|n| n.len() > 5) {
                drop_parameter(request, "offset");
            }
        }),
    },
    Sabotage {
        what: "an offset beyond the end is not found",
        checks: &["OR-304"],
        fault: Fault::Answer(|request, response| {
            if parameter(request, "offset").is_some_and(|n| n.len() > 5) {
                response.status = 404;
            }
        }),
    },
    Sabotage {
        what: "limits and offsets that are none are ignored",
        checks: &["OR-305"],
        fault: Fault::Request(|request| {
            for name in ["limit", "offset"] {
                change_parameter(request, name, |n| n.parse::<u16>().ok().filter(|n| *n > 0).map(|n| n.to_string()));
            }
        }),
    },
    Sabotage {
        what: "a limit that is no number is the server's own fault",
        checks: &["OR-305"],
        fault: Fault::Answer(|request, response| {
            if parameter(request, "limit") == Some("abc") {
                response.status = 500;
            }
        }),
    },
    Sabotage {
        what: "links lose the filter",
        checks: &["OR-308"],
        fault: Fault::Request(|request| {
            if request.url.contains("cursor=") || parameter(request, "offset").is_some() {
                drop_parameter(request, "filter");
                drop_parameter(request, "cursor");
            }
        }),
    },
    Sabotage {
        what: "links lose the fields",
        checks: &["OR-308"],
        fault: Fault::Request(|request| {
            if request.url.contains("cursor=") || parameter(request, "offset").is_some() {
                drop_parameter(request, "fields");
                drop_parameter(request, "cursor");
            }
        }),
    },
    Sabotage {
        what: "commas in links stand as they are",
        checks: &["OR-308"],
        fault: Fault::Answer(|_, response| {
            if let Some(link) = response.header("link") {
                let link = link.replace("%2C", ",");
                set_header(response, "link", &link);
            }
        }),
    },
    Sabotage {
        what: "the second page is the last that is linked to",
        checks: &["OR-308"],
        fault: Fault::Answer(|request, response| {
            if parameter(request, "offset").is_some() {
                set_header(response, "link", "<http://127.0.0.1/>; rel=\"first\"");
            }
        }),
    },
];

/// Those of interfaces with more than a hundred objects of a kind.
pub const MANY: &[Sabotage] = &[Sabotage {
    what: "without a limit 150 objects come",
    checks: &["OR-301"],
    fault: Fault::Request(|request| {
        if !request.url.contains('?') {
            request.url.push_str("?limit=150");
        }
    }),
}];

/// Those of 1.2.
pub const V1P2: &[Sabotage] = &[
    Sabotage {
        what: "X-Total-Count isn't sent",
        checks: &["OR-306"],
        fault: Fault::Answer(|_, response| drop_header(response, "x-total-count")),
    },
    Sabotage {
        what: "X-Total-Count counts the page",
        checks: &["OR-306"],
        fault: Fault::Answer(|_, response| {
            let mut n = 0;
            list(response, |objects| n = objects.len());
            set_header(response, "x-total-count", &n.to_string());
        }),
    },
    Sabotage {
        what: "X-Total-Count counts what the filter leaves out",
        checks: &["OR-306"],
        fault: Fault::Answer(|request, response| {
            if parameter(request, "filter").is_some() {
                set_header(response, "x-total-count", "4");
            }
        }),
    },
    Sabotage {
        what: "the last page links to a next one",
        checks: &["OR-307"],
        fault: Fault::Answer(|request, response| {
            if response.header("link").is_some_and(|link| !link.contains("\"next\"")) {
                let link = format!("<{}>; rel=\"next\"", request.url);
                set_header(response, "link", &link);
            }
        }),
    },
    Sabotage {
        what: "the first page links to one before it",
        checks: &["OR-307"],
        fault: Fault::Answer(|request, response| {
            if parameter(request, "offset") == Some("0") {
                let link = format!("<{}>; rel=\"prev\", {}", request.url, response.header("link").unwrap_or_default());
                set_header(response, "link", &link);
            }
        }),
    },
    Sabotage {
        what: "the next page is the same once more",
        checks: &["OR-307"],
        fault: Fault::Answer(|request, response| {
            let link = format!("<{}>; rel=\"next\"", request.url);
            set_header(response, "link", &link);
        }),
    },
    Sabotage {
        what: "links have relations of the server's own",
        checks: &["OR-307"],
        fault: Fault::Answer(|_, response| {
            if let Some(link) = response.header("link") {
                let link = link.replace("\"next\"", "\"following\"");
                set_header(response, "link", &link);
            }
        }),
    },
];
