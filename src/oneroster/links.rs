//! Where the other pages of a list are, as a `Link` header tells it.

use std::fmt::Write as _;

use percent_encoding::utf8_percent_encode;

use crate::json::PATH_SEGMENT;
use crate::oneroster::parameters::Parameters;

/// What a page is of the whole list.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// How many objects come before it.
    pub offset: u64,
    /// How many it has.
    pub n: u64,
    /// How many the list has.
    pub total: u64,
}

impl Cut {
    /// Whether objects follow.
    pub fn has_more(self) -> bool {
        self.offset + self.n < self.total
    }
}

/// RFC 8288 links: `first` and `prev` unless it is the first page, `next` and `last` unless it is the last.
pub fn links(url: &str, parameters: &Parameters, page: Cut, cursor: Option<&str>) -> Option<String> {
    let mut text = String::new();
    let mut add = |relation: &str, offset: u64, cursor: Option<&str>| {
        if !text.is_empty() {
            text.push_str(", ");
        }
        _ = write!(text, "<{url}?limit={}&offset={offset}", parameters.limit);
        for (name, value) in &parameters.repeated {
            _ = write!(text, "&{name}={}", utf8_percent_encode(value, PATH_SEGMENT));
        }
        if let Some(cursor) = cursor {
            _ = write!(text, "&cursor={cursor}");
        }
        _ = write!(text, ">; rel=\"{relation}\"");
    };
    let limit = parameters.limit as u64;
    if page.offset > 0 {
        add("first", 0, None);
        add("prev", page.offset.saturating_sub(limit), None);
    }
    if page.has_more() {
        add("next", page.offset + page.n, cursor);
        add("last", page.total.saturating_sub(1) / limit * limit, None);
    }
    (!text.is_empty()).then_some(text)
}
