//! What a query asks for (RFC 7644 §3.4.2, RFC 9865), from an address or from the body of a search.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::scim::refusal::{Refusal, ScimType};

/// How many resources a page has if nothing else is asked.
pub const DEFAULT_COUNT: usize = 100;
/// How many resources a page has at most.
pub const MOST_COUNT: usize = 1000;

/// The members of a search that are texts.
const TEXTS: [&str; 4] = ["filter", "sortby", "sortorder", "cursor"];

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paging {
    /// At that place, from 1.
    Index(u64),
    /// After the last resource of the page that gave this cursor; an empty one begins.
    Cursor(String),
}

/// What a query asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// Which resources.
    pub filter: Option<String>,
    /// The attribute to sort by.
    pub sort_by: Option<String>,
    /// Whether the greatest comes first.
    pub is_descending: bool,
    /// Where the page begins.
    pub paging: Paging,
    /// How many resources at most.
    pub count: usize,
    /// The only attributes wanted, by commas.
    pub attributes: Option<String>,
    /// Attributes that are not wanted, by commas.
    pub excluded: Option<String>,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            filter: None,
            sort_by: None,
            is_descending: false,
            paging: Paging::Index(1),
            count: DEFAULT_COUNT,
            attributes: None,
            excluded: None,
        }
    }
}

impl Parameters {
    /// Reads the query of an address: names in any case, what is unknown ignored.
    pub fn of_query(query: &str) -> Result<Self, Refusal> {
        let mut read = Self::default();
        let mut given = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            given.push((decoded(name)?.to_ascii_lowercase(), decoded(value)?));
        }
        read.set_all(&given)?;
        Ok(read)
    }

    /// Reads the body of a search (RFC 7644 §3.4.3).
    pub fn of_search(body: &Value) -> Result<Self, Refusal> {
        let body: &Map<String, Value> =
            body.as_object().ok_or_else(|| Refusal::invalid_syntax("the body must be a JSON object"))?;
        let (mut read, mut given) = (Self::default(), Vec::new());
        for (name, value) in body {
            let name = name.to_ascii_lowercase();
            let is_number = matches!(&*name, "startindex" | "count");
            let is_list = matches!(&*name, "attributes" | "excludedattributes");
            let text = match value {
                Value::Null => continue,
                _ if !is_number && !is_list && !TEXTS.contains(&&*name) => continue,
                Value::String(text) => text.clone(),
                Value::Number(number) if is_number => number.to_string(),
                Value::Array(items) if is_list => {
                    let names: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                    names.ok_or_else(|| Refusal::invalid_value(format!("`{name}` must be a list of names")))?.join(",")
                }
                Value::Number(_) | Value::Array(_) | Value::Object(_) | Value::Bool(_) => {
                    return Err(Refusal::invalid_value(format!("`{name}` has a value of the wrong kind")));
                }
            };
            given.push((name, text));
        }
        read.set_all(&given)?;
        Ok(read)
    }

    fn set_all(&mut self, given: &[(String, String)]) -> Result<(), Refusal> {
        let is_by_cursor = given.iter().any(|(name, _)| name == "cursor");
        given.iter().try_for_each(|(name, value)| {
            self.set(name, value).map_err(|refusal| match name.as_str() {
                // RFC 9865 has a word of its own for it.
                "count" if is_by_cursor => Refusal::bad(ScimType::InvalidCount, refusal.detail),
                _ => refusal,
            })
        })
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        let some = || Some(value.to_owned()).filter(|value| !value.trim().is_empty());
        match name {
            "filter" => self.filter = some(),
            "sortby" => self.sort_by = some(),
            "sortorder" => {
                self.is_descending = match value.to_ascii_lowercase().as_str() {
                    "descending" => true,
                    "" | "ascending" => false,
                    _ => return Err(Refusal::invalid_value("`sortOrder` must be `ascending` or `descending`")),
                }
            }
            "startindex" => {
                let start = u64::try_from(integer("startIndex", value)?).unwrap_or(1).max(1);
                if let Paging::Index(first) = &mut self.paging {
                    *first = start;
                }
            }
            "count" => {
                let count = usize::try_from(integer("count", value)?.max(0)).unwrap_or(usize::MAX);
                self.count = count.min(MOST_COUNT);
            }
            "cursor" => self.paging = Paging::Cursor(value.to_owned()),
            "attributes" => self.attributes = some(),
            "excludedattributes" => self.excluded = some(),
            _ => {}
        }
        Ok(())
    }
}

/// Whether the query of an address asks for a filter.
pub fn has_filter(query: &str) -> bool {
    query.split('&').any(|pair| pair.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("filter")))
}

/// A whole number of any length: what is beyond 64 bits is as good as the greatest.
fn integer(name: &str, text: &str) -> Result<i64, Refusal> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::bad(ScimType::InvalidValue, format!("`{name}` must be a whole number")));
    }
    let beyond = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Ok(text.parse().unwrap_or(beyond))
}

fn decoded(text: &str) -> Result<String, Refusal> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| Refusal::invalid_value("a parameter is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_and_a_search_ask_alike() {
        let of_query = Parameters::of_query(
            "FILTER=userName+eq+%22a%2Bb%22&startindex=0&count=5000&sortOrder=Descending&attributes=id,%20name&x=y",
        );
        let of_search = Parameters::of_search(&json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
            "filter": "userName eq \"a+b\"", "startIndex": 0, "count": 5000, "sortOrder": "descending",
            "attributes": ["id", " name"],
        }));

        assert_eq!(of_query, of_search);
        let read = of_query.unwrap();
        assert_eq!((read.count, read.paging), (MOST_COUNT, Paging::Index(1)));
        assert_eq!(read.filter.as_deref(), Some("userName eq \"a+b\""));
    }

    #[test]
    fn what_is_no_number_is_refused_and_any_number_is_one() {
        for (query, scim_type) in [
            ("cursor&count=x", ScimType::InvalidCount),
            ("count=x&cursor=", ScimType::InvalidCount),
            ("count=x", ScimType::InvalidValue),
            ("cursor&startIndex=x", ScimType::InvalidValue),
        ] {
            assert_eq!(Parameters::of_query(query).unwrap_err().scim_type, Some(scim_type), "{query}");
        }
        for wrong in ["count=abc", "count=1.5", "startIndex=", "count=-"] {
            assert_eq!(Parameters::of_query(wrong).unwrap_err().scim_type, Some(ScimType::InvalidValue), "{wrong}");
        }
        let long = "99999999999999999999999999";
        assert_eq!(Parameters::of_query(&format!("count={long}")).unwrap().count, MOST_COUNT);
        assert_eq!(Parameters::of_query(&format!("count=-{long}")).unwrap().count, 0);
        assert_eq!(Parameters::of_query("cursor&count=3").unwrap().paging, Paging::Cursor(String::new()));
    }
}
