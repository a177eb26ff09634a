//! The words in which checks of OneRoster ask: the edition that the suite is about, lists, pages and objects.

use std::sync::Arc;

use serde_json::Value;

use super::collection::{self, Collection};
use crate::check::{Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::{Request, Response};
use crate::probe::Probe;

/// Which interface a suite is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// OneRoster 1.1, all of it.
    V1p1,
    /// OneRoster 1.2 Rostering.
    Rostering,
    /// OneRoster 1.2 Gradebook.
    Gradebook,
    /// OneRoster 1.2 Resources.
    Resources,
}

impl Edition {
    /// The edition that the running suite is about; 1.2 Rostering for suites that aren't about one.
    pub fn of(probe: &Probe<'_>) -> Self {
        match probe.suite() {
            "oneroster-1.1" => Self::V1p1,
            "oneroster-1.2-gradebook" => Self::Gradebook,
            "oneroster-1.2-resources" => Self::Resources,
            _ => Self::Rostering,
        }
    }

    /// Its address below the target's.
    pub fn base(self) -> &'static str {
        match self {
            Self::V1p1 => "v1p1",
            Self::Rostering => "rostering/v1p2",
            Self::Gradebook => "gradebook/v1p2",
            Self::Resources => "resources/v1p2",
        }
    }

    /// Whether it is of OneRoster 1.2.
    pub fn is_v1p2(self) -> bool {
        self != Self::V1p1
    }
}

/// One interface of the target.
pub struct Service<'p, 'a> {
    /// How it is asked.
    pub probe: &'p Probe<'a>,
    /// Which it is.
    pub edition: Edition,
}

/// A page of a collection.
#[derive(Debug, Clone)]
pub struct Page {
    /// The whole answer.
    pub response: Response,
    /// What it lists.
    pub objects: Vec<Value>,
}

impl Page {
    /// `X-Total-Count`, where it is sent.
    pub fn total(&self) -> Option<usize> {
        self.response.header("x-total-count")?.trim().parse().ok()
    }

    /// The address that the `Link` header gives for that relation (RFC 8288).
    pub fn link(&self, relation: &str) -> Option<String> {
        links(self.response.header("link")?).into_iter().find(|(rel, _)| rel == relation).map(|(_, url)| url)
    }
}

/// The relations and addresses of a `Link` header (RFC 8288 §3); a comma inside `<>` is part of the address.
pub fn links(header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((url, after)) = after.split_once('>') else { break };
        let parameters = after.split(',').next().unwrap_or_default();
        for parameter in parameters.split(';') {
            if let Some(("rel", value)) = parameter.trim().split_once('=') {
                for rel in value.trim_matches('"').split_whitespace() {
                    found.push((rel.to_owned(), url.to_owned()));
                }
            }
        }
        rest = after;
    }
    found
}

impl<'p, 'a> Service<'p, 'a> {
    /// The interface that the running suite is about.
    pub fn of(probe: &'p Probe<'a>) -> Self {
        Self { probe, edition: Edition::of(probe) }
    }

    /// Another interface of the same target.
    pub fn at(probe: &'p Probe<'a>, edition: Edition) -> Self {
        Self { probe, edition }
    }

    /// The address of a path with a query, below the service's.
    pub fn url(&self, path: &str) -> String {
        let path = path.trim_start_matches('/');
        self.probe.target.url(&format!("{}/{path}", self.edition.base()))
    }

    /// A GET, with whatever comes.
    pub fn get(&self, path: &str) -> Result<Response, Stop> {
        self.probe.send(Request::new("GET", self.url(path)).header("Accept", "application/json"))
    }

    /// A GET that must succeed with a list.
    pub fn page(&self, path: &str, plural: &str) -> Result<Page, Stop> {
        let response = self.get(path)?;
        self.read_page(path, plural, response)
    }

    /// A GET of an absolute address, such as that of a link, that must succeed with a list.
    pub fn page_at(&self, url: &str, plural: &str) -> Result<Page, Stop> {
        let response = self.probe.send(Request::new("GET", url).header("Accept", "application/json"))?;
        self.read_page(url, plural, response)
    }

    fn read_page(&self, asked: &str, plural: &str, response: Response) -> Result<Page, Stop> {
        let json = response.json();
        let objects = json.get(plural).and_then(Value::as_array).cloned();
        match objects {
            Some(objects) if response.status == 200 => Ok(Page { response, objects }),
            _ => Err(Stop::failed(
                format!("GET {}/{asked}: 200 with a list `{plural}`", self.edition.base()),
                response.summary(),
            )),
        }
    }

    /// The collections that the target has and the client may read, once for all checks of a run.
    pub fn served(&self) -> Result<Vec<Collection>, Stop> {
        let all = collection::of(self.edition);
        let statuses = self.probe.once(&format!("{} served", self.edition.base()), || {
            let asked = all.iter().map(|one| self.get(&format!("{}?limit=1", one.path)));
            let statuses: Result<Vec<u16>, Stop> = asked.map(|answer| answer.map(|answer| answer.status)).collect();
            statuses.map(Value::from)
        })?;
        let statuses = statuses.as_array().cloned().unwrap_or_default();
        let is_served = |status: &Value| !matches!(status.as_u64(), Some(401 | 403 | 404 | 405 | 501));
        let served: Vec<Collection> =
            all.into_iter().zip(&statuses).filter(|(_, status)| is_served(status)).map(|(one, _)| one).collect();
        if served.is_empty() { Err(Stop::skipped("the client may read nothing here")) } else { Ok(served) }
    }

    /// The first of them: where a check asks that has no object in mind.
    pub fn first(&self) -> Result<Collection, Stop> {
        let first = self.served()?.first().copied();
        first.ok_or_else(|| Stop::skipped("the client may read nothing here"))
    }

    /// One object, which must be there.
    pub fn single(&self, collection: Collection, id: &str) -> Result<Value, Stop> {
        let path = format!("{}/{}", collection.path, encode(id));
        let response = self.get(&path)?;
        let found = response.json().get(collection.singular).cloned();
        match found {
            Some(object) if response.status == 200 => Ok(object),
            _ => Err(Stop::failed(format!("GET {path}: 200 with `{}`", collection.singular), response.summary())),
        }
    }

    /// Objects of a collection: as many as are looked at, from its first page, once for all checks of a run.
    pub fn sample(&self, collection: Collection) -> Result<Arc<Value>, Stop> {
        let most = self.probe.target.sample;
        self.probe.once(&format!("{}/{}", self.edition.base(), collection.path), || {
            let page = self.page(&format!("{}?limit={most}", collection.path), collection.plural)?;
            let total = page.total().unwrap_or(page.objects.len());
            if total > page.objects.len() {
                self.probe.note_sample(collection.path, page.objects.len(), total);
            }
            Ok(Value::from(page.objects))
        })
    }

    /// The same as a list; a skip if there is nothing.
    pub fn some(&self, collection: Collection) -> Result<Vec<Value>, Stop> {
        let sample = self.sample(collection)?;
        match sample.as_array() {
            Some(objects) if !objects.is_empty() => Ok(objects.clone()),
            _ => Err(Stop::skipped(format!("the target has no {}", collection.path))),
        }
    }

    /// That an answer refuses with one of these statuses and the body that the version wants
    /// (OneRoster 1.2 REST §3.7; OneRoster 1.1 §3.8).
    pub fn expect_error(&self, response: &Response, statuses: &[u16], what: &str) -> Verdict {
        let json = response.json();
        let wanted: Vec<String> = statuses.iter().map(u16::to_string).collect();
        let (status_info, member) = match self.edition {
            Edition::V1p1 => (json.get("statusInfoSet").and_then(|set| set.get(0)).cloned(), "statusInfoSet"),
            _ => (Some(json.clone()), "imsx_codeMajor"),
        };
        let has_body = status_info.is_some_and(|info| match self.edition {
            Edition::V1p1 => info.get("imsx_codeMajor").or(info.get("codeMajor")).is_some(),
            _ => info.get("imsx_codeMajor").is_some() && info.get("imsx_severity").is_some(),
        });
        expect(
            statuses.contains(&response.status) && has_body,
            format!("{what}: {} with a body that has `{member}`", wanted.join(" or ")),
            || response.summary(),
        )
    }
}

/// An object's `sourcedId`.
pub fn id_of(object: &Value) -> &str {
    object.get("sourcedId").and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_in_an_address_of_a_link_is_no_end() {
        let header =
            "<https://a.example/users?fields=a,b&offset=2>; rel=\"next\", <https://a.example/users>; rel=first";

        assert_eq!(
            links(header),
            [("next", "https://a.example/users?fields=a,b&offset=2"), ("first", "https://a.example/users")]
                .map(|(rel, url)| (rel.to_owned(), url.to_owned()))
        );
    }
}
