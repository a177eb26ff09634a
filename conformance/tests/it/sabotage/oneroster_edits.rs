//! The ways in which sabotages of OneRoster edit what passes.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::Value;

use crate::proxy::edit;

/// Edits each object of a list, or the one that stands alone.
pub fn objects(response: &mut Response, mut change: impl FnMut(&mut Value)) {
    if response.status != 200 {
        return;
    }
    edit(response, |json| {
        for (name, held) in json.as_object_mut().into_iter().flatten() {
            match held {
                Value::Array(objects) if name != "statusInfoSet" => objects.iter_mut().for_each(&mut change),
                Value::Object(_) => change(held),
                _ => {}
            }
        }
    });
}

/// Edits the list of an answer.
pub fn list(response: &mut Response, change: impl FnOnce(&mut Vec<Value>)) {
    if response.status != 200 {
        return;
    }
    edit(response, |json| {
        let held = json.as_object_mut().into_iter().flatten().find(|(name, _)| *name != "statusInfoSet");
        if let Some((_, Value::Array(objects))) = held {
            change(objects);
        }
    });
}

/// Edits every value of an answer, from the inside out.
pub fn values(response: &mut Response, change: fn(&mut Value)) {
    fn walk(value: &mut Value, change: fn(&mut Value)) {
        match value {
            Value::Array(values) => values.iter_mut().for_each(|value| walk(value, change)),
            Value::Object(members) => members.values_mut().for_each(|value| walk(value, change)),
            _ => {}
        }
        change(value);
    }
    if response.status == 200 {
        edit(response, |json| walk(json, change));
    }
}

/// Takes a member away.
pub fn remove(object: &mut Value, member: &str) {
    object.as_object_mut().unwrap().remove(member);
}

/// The path below the service's, without the query.
pub fn path(request: &Request) -> &str {
    let address = request.url.split('?').next().unwrap_or_default();
    ["/v1p1", "/v1p2"].iter().find_map(|version| address.split_once(version)).map_or("", |(_, path)| path)
}

/// A parameter's text as it was sent.
pub fn parameter<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let (_, query) = request.url.split_once('?')?;
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(named, _)| *named == name).map(|(_, value)| value)
}

/// Takes a parameter away.
pub fn drop_parameter(request: &mut Request, name: &str) {
    change_parameter(request, name, |_| None);
}

/// Changes a parameter's text as it was sent, or takes it away.
pub fn change_parameter(request: &mut Request, name: &str, change: impl Fn(&str) -> Option<String>) {
    let Some((address, query)) = request.url.split_once('?') else { return };
    let pairs = query.split('&').filter_map(|pair| match pair.split_once('=') {
        Some((named, value)) if named == name => change(value).map(|value| format!("{named}={value}")),
        _ => Some(pair.to_owned()),
    });
    let pairs: Vec<String> = pairs.collect();
    request.url = format!("{address}?{}", pairs.join("&"));
}

/// Takes a header away.
pub fn drop_header(response: &mut Response, name: &str) {
    response.headers.retain(|(named, _)| named != name);
}

/// Puts a header in place of what was there.
pub fn set_header(response: &mut Response, name: &str, value: &str) {
    drop_header(response, name);
    response.headers.push((name.to_owned(), value.to_owned()));
}
