//! `statusInfoSet` of OneRoster 1.1: the body of a refusal, and warnings beside data.

use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::http::Refusal;
use crate::json::Json;
use crate::oneroster::edition::Warning;

/// The body of a refusal.
pub fn of_refusal(refusal: &Refusal) -> String {
    // There is no word for a failure of the server.
    let minor = (refusal.status != StatusCode::INTERNAL_SERVER_ERROR).then(|| word(refusal.minor));
    let common =
        [("imsx_codeMajor", "failure"), ("imsx_severity", "error"), ("imsx_description", refusal.description.as_str())];
    let info: Map<String, Value> = common
        .into_iter()
        .chain(minor.map(|minor| ("imsx_codeMinor", minor)))
        .map(|(name, text)| (name.to_owned(), text.into()))
        .collect();
    json!({"statusInfoSet": [info]}).to_string()
}

/// Writes warnings as a member of their own; nothing if there are none.
pub fn write_warnings(json: &mut Json, warnings: &[Warning]) {
    if warnings.is_empty() {
        return;
    }
    json.name("statusInfoSet");
    json.raw("[");
    for warning in warnings {
        json.element();
        json.raw("{");
        json.text_member("imsx_codeMajor", "success");
        json.text_member("imsx_severity", "warning");
        json.text_member("imsx_description", &warning.description);
        json.text_member("imsx_codeMinor", warning.minor);
        json.raw("}");
    }
    json.raw("]");
}

/// A code minor in the words of 1.1.
fn word(minor: &'static str) -> &'static str {
    match minor {
        "unknownobject" => "unknown object",
        "unauthorisedrequest" => "unauthorized",
        "invaliddata" => "invalid data",
        same => same,
    }
}
