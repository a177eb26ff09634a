//! Users and texts made at random: few values, so that they often meet, in letters whose case is not simple.

use koppelvlak::consent::switches::Switches;
use koppelvlak::scim::accept::accept;
use koppelvlak::scim::resource::Object;
use koppelvlak::scim::schema::{GROUP, USER};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

pub const TEXTS: [&str; 14] =
    ["a", "A", "ab", "Bo", "bO x", "é", "É", "ΟΔΟΣ", "οδος", "\u{212A}", "k", "İz", "\"q\\", "ß\u{1F600}"];
pub const TYPES: [&str; 4] = ["work", "Home", "other", "ΟΔΟΣ"];
pub const INSTANTS: [&str; 6] = [
    "2026-08-01T12:00:00Z",
    "2026-08-01T14:00:00.000+02:00",
    "2026-08-01T12:00:00.0000001Z",
    "1969-12-31T23:59:59-01:00",
    "0001-01-03T00:00:00.0000000Z",
    "2026-08-01T12:00:01Z",
];

pub fn text() -> impl Strategy<Value = String> {
    select(TEXTS.as_slice()).prop_map(str::to_owned)
}

fn maybe<S: Strategy<Value = Value>>(value: S) -> impl Strategy<Value = Value> {
    prop_oneof![1 => Just(Value::Null), 2 => value]
}

fn element() -> impl Strategy<Value = Value> {
    (
        maybe(text().prop_map(Value::from)),
        maybe(select(TYPES.as_slice()).prop_map(Value::from)),
        maybe(text().prop_map(Value::from)),
    )
        .prop_map(|(value, kind, display)| json!({"value": value, "type": kind, "display": display}))
}

fn address() -> impl Strategy<Value = Value> {
    (text(), maybe(text().prop_map(Value::from)))
        .prop_map(|(country, region)| json!({"country": country, "region": region}))
}

fn list(element: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    (proptest::collection::vec(element, 0..4), any::<Option<prop::sample::Index>>()).prop_map(
        |(mut elements, primary)| {
            if let (Some(primary), false) = (primary, elements.is_empty()) {
                primary.get_mut(&mut elements)["primary"] = json!(true);
            }
            Value::from(elements)
        },
    )
}

/// A user in canonical form.
pub fn user() -> impl Strategy<Value = Object> {
    let optional = || maybe(text().prop_map(Value::from));
    let simple = (text(), optional(), optional(), optional(), maybe(any::<bool>().prop_map(Value::from)));
    let lists = (list(element()), list(address()));
    let extension = (optional(), optional());
    (simple, lists, extension, select(INSTANTS.as_slice())).prop_map(|(simple, lists, extension, created)| {
        let (user_name, external_id, title, family_name, active) = simple;
        let body = json!({
            "userName": user_name,
            "externalId": external_id,
            "title": title,
            "name": {"familyName": family_name},
            "active": active,
            "emails": lists.0,
            "addresses": lists.1,
            ENTERPRISE: {"department": extension.0, "manager": {"value": extension.1}},
        });
        let mut user = accept(body, &USER, &Switches::default()).unwrap();
        user.insert("id".to_owned(), json!("id-1"));
        user.insert("meta".to_owned(), json!({"resourceType": "User", "created": created}));
        user.insert("groups".to_owned(), json!([{"value": "g-1", "type": "direct"}]));
        user
    })
}

/// A group in canonical form.
pub fn group() -> impl Strategy<Value = Object> {
    proptest::collection::vec(0..8_u8, 0..6).prop_map(|members| {
        let members: Vec<String> = members.iter().map(|member| format!("u-{member}")).collect();
        let mut group = accept(json!({"displayName": "7B", "members": members}), &GROUP, &Switches::default()).unwrap();
        group.insert("id".to_owned(), json!("id-2"));
        group
    })
}

/// An object of these members.
pub fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}
