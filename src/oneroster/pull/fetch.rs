//! From the provider to the folder of pages: each collection, page after page, from where it stopped.

use serde_json::Value;
use ureq::http::HeaderMap;

use super::client::{Asked, Client, Outcome, instant};
use super::error::PullError;
use super::run::Watch;
use super::source::{Collection, Source};
use super::spool::{Progress, Spool};
use crate::auth::signature::encoded;
use crate::clock::Millis;

/// What a pull is at. Nothing of it is personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// What broke off is gone on with.
    Resumed,
    /// A set of changes was asked for, and no earlier pull is known: all is read.
    NoEarlier,
    /// A page of a collection is there.
    Page {
        /// The collection.
        collection: &'static str,
        /// How many of its objects were read.
        done: u64,
        /// How many it has, if the provider said so.
        of: Option<u64>,
    },
    /// The provider doesn't have a collection, or not for this client.
    Skipped {
        /// The collection.
        collection: &'static str,
        /// The status that it answered with.
        status: u16,
    },
    /// A request is made again in a while.
    Waiting {
        /// The status that was answered, if any was.
        status: Option<u16>,
        /// For how long.
        seconds: u64,
    },
    /// Objects that a set can't hold, because they lack what it must say.
    LeftOut {
        /// The collection.
        collection: &'static str,
        /// How many.
        n: u64,
    },
}

/// Reads what isn't there yet.
pub(super) fn fetch(
    client: &mut Client<'_>,
    source: &Source,
    spool: &mut Spool,
    (limit, since): (u32, Option<Millis>),
    watch: &mut Watch<'_>,
) -> Result<(), PullError> {
    let filter = since.map(|since| {
        let filter = format!("dateLastModified>='{}'", since.to_rfc3339());
        // What changes meanwhile moves to the end, so that nothing is passed over.
        format!("&sort=dateLastModified&orderBy=asc&filter={}", encoded(filter.as_bytes()))
    });
    let filter = filter.unwrap_or_default();
    for collection in source.collections() {
        let mut progress = spool.progress(collection.name);
        while !progress.is_done {
            let address = source.address(collection);
            let first = || format!("{address}?limit={limit}&offset={}{filter}", progress.offset);
            let url = progress.next.clone().unwrap_or_else(first);
            let asked = Asked { collection: collection.name, offset: progress.offset };
            let outcome = client.get(&url, asked, &mut |wait, status| {
                (watch.tell)(Event::Waiting { status, seconds: wait.as_secs() });
                (watch.wait)(wait);
            })?;
            let objects = match outcome {
                Outcome::Answered(answer) => {
                    let objects = objects(&answer.body, collection, asked)?;
                    if let Some(at) = answer.headers.get("date").and_then(|date| instant(date.to_str().ok()?)) {
                        spool.note_time(at);
                    }
                    let of = total(&answer.headers);
                    let next = next_link(&answer.headers).filter(|next| source.is_own(next) && *next != url);
                    progress = after(&progress, (objects.len(), limit), next, of);
                    (watch.tell)(Event::Page { collection: collection.name, done: progress.offset, of });
                    objects
                }
                Outcome::Refused(status) if collection.is_needed || progress.n_pages > 0 => {
                    let Asked { collection, offset } = asked;
                    return Err(PullError::Status { collection, offset, status });
                }
                Outcome::Refused(status) => {
                    progress = Progress { is_done: true, refused: Some(status), ..progress };
                    (watch.tell)(Event::Skipped { collection: collection.name, status });
                    Vec::new()
                }
            };
            spool.add(collection.name, &objects, progress.clone())?;
        }
    }
    Ok(())
}

fn objects(body: &Value, collection: Collection, asked: Asked) -> Result<Vec<Value>, PullError> {
    let Asked { collection: name, offset } = asked;
    let wrong = |what| PullError::Shape { collection: name, offset, what };
    let list = body.get(collection.name).and_then(Value::as_array);
    let list = list.ok_or(wrong("it has no list of the collection's name"))?;
    if list.iter().any(|object| object.get("sourcedId").and_then(Value::as_str).is_none()) {
        return Err(wrong("an object has no sourcedId"));
    }
    Ok(list.clone())
}

/// How far a collection is after a page: the next link leads on, else the count of all, else a full page.
fn after(before: &Progress, (n, limit): (usize, u32), next: Option<String>, total: Option<u64>) -> Progress {
    let n = u64::try_from(n).unwrap_or(u64::MAX);
    let offset = before.offset.saturating_add(n);
    let n_pages = before.n_pages + u32::from(n > 0);
    let is_more = match (&next, total) {
        (Some(_), _) => true,
        (None, Some(total)) => offset < total,
        (None, None) => n >= u64::from(limit),
    };
    // A page without objects ends a collection, whatever else it says.
    Progress { n_pages, offset, next, is_done: n == 0 || !is_more, refused: None }
}

fn total(headers: &HeaderMap) -> Option<u64> {
    headers.get("x-total-count")?.to_str().ok()?.trim().parse().ok()
}

/// The address of the relation `next` (RFC 8288).
fn next_link(headers: &HeaderMap) -> Option<String> {
    let texts = headers.get_all("link").iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split('<').skip(1)).find_map(|link| {
        let (address, parameters) = link.split_once('>')?;
        let is_next = parameters.split([';', ',']).any(|parameter| {
            let parameter = parameter.trim().to_ascii_lowercase();
            parameter.strip_prefix("rel=").is_some_and(|rel| rel.trim_matches('"').split(' ').any(|rel| rel == "next"))
        });
        is_next.then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_is_found_among_others_however_it_is_written() {
        let next = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("link", text.parse().unwrap());
            next_link(&headers)
        };

        for text in [
            r#"<https://x/a?f=1,2>; rel="first", <https://x/b>; rel="next""#,
            r#"<https://x/b>;title="n";rel=next"#,
            r#"<https://x/b>; rel="prefetch Next""#,
        ] {
            assert_eq!(next(text).as_deref(), Some("https://x/b"), "{text}");
        }
        assert_eq!(next(r#"<https://x/a>; rel="prev", <https://x/b>; rel="last""#), None);
    }
}
