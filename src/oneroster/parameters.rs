//! The query parameters of a read (OneRoster 1.2 REST §3): paging, sort, filter and field selection.

use actix_web::http::StatusCode;
use percent_encoding::percent_decode_str;

use crate::http::Refusal;
use crate::oneroster::edition::{Edition, Unknown, Warning};
use crate::oneroster::operation::Operation;
use crate::oneroster::{filter, names};
use crate::query::{Direction, Filter, SortKey};

/// How many records a page has if nothing else is asked.
pub const DEFAULT_LIMIT: usize = 100;
/// How many records a page may have. A larger `limit` is refused: a client that gets fewer than it asked for loses the rest.
pub const MOST_LIMIT: usize = 50_000;

/// Selected members (none means all), and what to warn of.
pub type Chosen = (Option<Vec<String>>, Vec<Warning>);

/// The parameters of a read, understood.
#[derive(Debug, Clone)]
pub struct Parameters {
    /// How many records at most.
    pub limit: usize,
    /// After how many records.
    pub offset: u64,
    /// By what, and which way.
    pub sort: (SortKey, Direction),
    /// Which objects.
    pub filter: Option<Filter>,
    /// Which members; none means all.
    pub fields: Option<Vec<String>>,
    /// The mark of the last record of the page before.
    pub cursor: Option<String>,
    /// Names that no field has, for which the version has no refusal.
    pub warnings: Vec<Warning>,
    /// The parameters that links repeat, as they were understood: names and decoded values.
    pub repeated: Vec<(&'static str, String)>,
}

impl Parameters {
    /// Reads the query of a collection.
    pub fn of_collection(operation: &Operation, query: &str) -> Result<Self, Refusal> {
        let (version, entity) = (operation.edition.version, operation.entity);
        let pairs = decode(query)?;
        let one = |name: &'static str| single(&pairs, name);
        let mut repeated = Vec::new();
        let limit = match one("limit")? {
            Some(text) => number(text, "limit", 1, MOST_LIMIT as u64)?,
            None => DEFAULT_LIMIT as u64,
        };
        let offset = match one("offset")? {
            Some(text) => number(text, "offset", 0, u64::from(u32::MAX))?,
            None => 0,
        };
        let filter = match one("filter")? {
            Some(text) => {
                repeated.push(("filter", text.to_owned()));
                let syntax = filter::parse(text).map_err(|e| refuse_filter(&e.to_string()))?;
                Some(names::resolve(version, entity, syntax).map_err(|e| refuse_filter(&e.to_string()))?)
            }
            None => None,
        };
        let direction = match one("orderBy")? {
            None => Direction::Ascending,
            Some(text) if text.eq_ignore_ascii_case("asc") => Direction::Ascending,
            Some(text) if text.eq_ignore_ascii_case("desc") => Direction::Descending,
            Some(_) => return Err(refuse("`orderBy` must be `asc` or `desc`")),
        };
        let mut warnings = Vec::new();
        let mut key = None;
        if let Some(name) = one("sort")? {
            key = names::sort_key(version, entity, name.trim());
            if key.is_none() {
                // The default order stands.
                warnings.extend((operation.edition.unknown)(Unknown::SortField(name.trim()))?);
            }
            repeated.push(("sort", name.to_owned()));
        }
        if let Some(text) = one("orderBy")? {
            repeated.push(("orderBy", text.to_owned()));
        }
        let fields = selection(operation, &pairs, &mut warnings)?;
        if let Some(fields) = &fields {
            repeated.push(("fields", fields.join(",")));
        }
        Ok(Self {
            limit: usize::try_from(limit).unwrap_or(MOST_LIMIT),
            offset,
            sort: key.map_or((SortKey::Unsorted, Direction::Ascending), |key| (key, direction)),
            filter,
            fields,
            cursor: one("cursor")?.map(str::to_owned),
            warnings,
            repeated,
        })
    }

    /// Reads the query of a single object: only a selection of fields counts.
    pub fn fields_of_single(operation: &Operation, query: &str) -> Result<Chosen, Refusal> {
        let mut warnings = Vec::new();
        let fields = selection(operation, &decode(query)?, &mut warnings)?;
        Ok((fields, warnings))
    }
}

fn refuse(description: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "invaliddata", description)
}

/// A filter that has no answer (OneRoster 1.2 REST §3.4).
pub fn refuse_filter(description: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "invalid_filter_field", description)
}

/// The names and values of a query, decoded.
pub fn decode(query: &str) -> Result<Vec<(String, String)>, Refusal> {
    let text = |part: &str| {
        let spaced = part.replace('+', " ");
        percent_decode_str(&spaced)
            .decode_utf8()
            .ok()
            // No value holds a NUL, and PostgreSQL takes none to compare with.
            .filter(|text| !text.contains('\0'))
            .map(std::borrow::Cow::into_owned)
            .ok_or_else(|| refuse("the query is not UTF-8 text"))
    };
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            Ok((text(name)?, text(value)?))
        })
        .collect()
}

fn single<'a>(pairs: &'a [(String, String)], name: &'static str) -> Result<Option<&'a str>, Refusal> {
    let mut values = pairs.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let first = values.next();
    if values.next().is_some() {
        return Err(refuse(&format!("`{name}` may be given once")));
    }
    Ok(first)
}

fn number(text: &str, name: &str, least: u64, most: u64) -> Result<u64, Refusal> {
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse().ok().filter(|n| is_plain && (least..=most).contains(n));
    number.ok_or_else(|| refuse(&format!("`{name}` must be a whole number from {least} to {most}")))
}

/// `fields=a,b`, or the same parameter repeated, as generated clients send it.
fn selection(
    operation: &Operation,
    pairs: &[(String, String)],
    warnings: &mut Vec<Warning>,
) -> Result<Option<Vec<String>>, Refusal> {
    let Edition { version, unknown, .. } = *operation.edition;
    let mut fields = Vec::new();
    let (mut is_there, mut is_understood) = (false, true);
    for (_, value) in pairs.iter().filter(|(name, _)| name == "fields") {
        is_there = true;
        for name in value.split(',').map(str::trim) {
            let fault = if name.is_empty() {
                Unknown::BlankSelection
            } else if names::is_member(version, operation.entity, name) {
                if !fields.iter().any(|known| known == name) {
                    fields.push(name.to_owned());
                }
                continue;
            } else {
                Unknown::SelectedField(name)
            };
            warnings.extend(unknown(fault)?);
            is_understood = false;
        }
    }
    Ok((is_there && is_understood).then_some(fields))
}
