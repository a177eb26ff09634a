//! Whatever a client sends, what is kept is a resource in canonical form that can be read and sent back.

use koppelvlak::consent::switches::Switches;
use koppelvlak::scim::accept::{accept, check_required};
use koppelvlak::scim::patch::Patch;
use koppelvlak::scim::projection::Projection;
use koppelvlak::scim::put::replace;
use koppelvlak::scim::resource::Object;
use koppelvlak::scim::schema::{Attribute, GROUP, ResourceType, USER};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::people::{ENTERPRISE, group, object, user};

const PATHS: &[&str] = &[
    "userName",
    "title",
    "ACTIVE",
    "name",
    "name.givenName",
    "emails",
    "emails.value",
    "emails.primary",
    "emails[type eq \"work\"]",
    "emails[type eq \"work\"].value",
    "emails[primary eq true].primary",
    "emails[not (value pr)]",
    "emails[type eq \"work\" and primary eq true].display",
    "addresses",
    "addresses[country eq \"a\"].region",
    "roles",
    "x509Certificates",
    "x509Certificates[type eq \"x\"].value",
    "photos.value",
    "manager",
    "manager.value",
    "manager.$ref",
    "department",
    "schemas",
    "id",
    "groups",
    "members",
    "members[value eq \"u-1\"]",
    "members[value eq \"u-1\"].display",
    "displayName",
    "externalId",
    "password",
    "nosuch",
    "emails[",
    "",
    ENTERPRISE,
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    "urn:koppelvlak:params:scim:schemas:extension:education:2.0:User",
    "urn:koppelvlak:params:scim:schemas:extension:education:2.0:User:gradeLevels",
];

fn value() -> impl Strategy<Value = Value> {
    let simple = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        Just(json!(7)),
        Just(json!(1.5)),
        select(["", "a", "work", "True", "false", "u-1", "aGk=", ENTERPRISE].as_slice()).prop_map(Value::from),
    ];
    let name = select(
        [
            "value",
            "Type",
            "primary",
            "display",
            "$ref",
            "givenName",
            "country",
            "manager",
            "department",
            "schemas",
            "x",
        ]
        .as_slice(),
    );
    simple.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..4).prop_map(object),
        ]
    })
}

fn attributes() -> impl Strategy<Value = Value> {
    proptest::collection::vec((select(PATHS), value()), 0..4).prop_map(object)
}

fn operation() -> impl Strategy<Value = Value> {
    let op = || select(["add", "Replace", "remove"].as_slice());
    prop_oneof![
        4 => (op(), select(PATHS), value()).prop_map(|(op, path, value)| json!({"op": op, "path": path, "value": value})),
        1 => (op(), attributes()).prop_map(|(op, value)| json!({"op": op, "value": value})),
        1 => (op(), select(PATHS)).prop_map(|(op, path)| json!({"op": op, "path": path})),
    ]
}

fn switches() -> impl Strategy<Value = Switches> {
    any::<(bool, bool)>().prop_map(|(create_on_replace_nomatch, coerce_booleans)| Switches {
        create_on_replace_nomatch,
        coerce_booleans,
        ..Switches::default()
    })
}

fn check_value(attribute: &Attribute, value: &Value) {
    match (attribute.multi_valued, value) {
        (true, Value::Array(elements)) => {
            assert!(!elements.is_empty(), "`{}` is an empty list", attribute.name);
            assert!(elements.iter().filter(|element| element["primary"] == true).count() < 2, "{value}");
            for element in elements {
                check_one(attribute, element);
            }
        }
        (false, value) => check_one(attribute, value),
        (true, _) => panic!("`{}` is no list: {value}", attribute.name),
    }
}

fn check_one(attribute: &Attribute, value: &Value) {
    match value {
        Value::Null | Value::Array(_) => panic!("`{}` is {value}", attribute.name),
        Value::String(text) => assert!(!text.is_empty(), "`{}` is empty", attribute.name),
        Value::Bool(_) | Value::Number(_) => {}
        Value::Object(parts) => {
            assert!(!parts.is_empty(), "`{}` has no parts", attribute.name);
            for (name, part) in parts {
                let sub = attribute.sub_attributes.iter().find(|sub| sub.name == name).expect("a part of the schema");
                check_value(sub, part);
            }
        }
    }
}

/// Names of the schema, values in every one, `schemas` that are true, one preferred value in a list.
fn check_form(resource: &Object, resource_type: &ResourceType) {
    let mut schemas = vec![json!(resource_type.schema.id)];
    for extension in resource_type.extensions {
        let Some(attributes) = resource.get(extension.schema.id).and_then(Value::as_object) else { continue };
        schemas.push(json!(extension.schema.id));
        assert!(!attributes.is_empty());
        for (name, value) in attributes {
            let own = extension.schema.attributes.iter().find(|own| own.name == name);
            check_value(own.expect("an attribute of the extension"), value);
        }
    }
    assert_eq!(resource["schemas"], Value::from(schemas));
    for (name, value) in resource.iter().filter(|(name, _)| !name.starts_with("urn:")) {
        let own = resource_type.attribute(name).filter(|own| own.name == name);
        check_value(own.expect("an attribute of the resource"), value);
    }
    check_required(resource, resource_type).unwrap();
}

fn check_patch(stored: &Object, operations: Vec<Value>, resource_type: &'static ResourceType, switches: &Switches) {
    let body = object([("Operations", operations.into())]);
    let answer = Patch::read(body, resource_type, switches).and_then(|patch| patch.apply(stored));
    let Ok(patched) = answer else { return };
    check_form(&patched.resource, resource_type);
    for name in ["id", "meta", "groups"] {
        assert_eq!(patched.resource.get(name), stored.get(name));
    }
    assert!(patched.changed || patched.resource["schemas"] == stored["schemas"]);

    // What a client reads it can send back, and that changes nothing (except a password, which it can't read).
    let read = Projection::all(resource_type).apply(patched.resource.clone());
    let accepted = accept(Value::Object(read), resource_type, switches).unwrap();
    let put = replace(&patched.resource, accepted, resource_type).unwrap();
    assert!(!put.changed, "{:?} became {:?}", patched.resource, put.resource);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_patched_user_is_canonical_and_can_be_sent_back(
        stored in user(),
        operations in proptest::collection::vec(operation(), 1..4),
        switches in switches(),
    ) {
        check_patch(&stored, operations, &USER, &switches);
    }

    #[test]
    fn a_patched_group_is_canonical_and_can_be_sent_back(
        stored in group(),
        operations in proptest::collection::vec(operation(), 1..4),
        switches in switches(),
    ) {
        check_patch(&stored, operations, &GROUP, &switches);
    }

    #[test]
    fn an_accepted_body_is_canonical(mut body in attributes(), switches in switches()) {
        body["userName"] = json!("ann");
        if let Ok(accepted) = accept(body, &USER, &switches) {
            check_form(&accepted, &USER);
            let again = accept(Value::Object(accepted.clone()), &USER, &switches).unwrap();
            prop_assert_eq!(accepted, again);
        }
    }
}
