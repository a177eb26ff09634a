//! What operations do, row by row of the target table and as clients send them.

use serde_json::{Value, json};

use super::Patch;
use crate::consent::switches::{Switches, Unknown};
use crate::scim::put::Changed;
use crate::scim::refusal::{Refusal, ScimType};
use crate::scim::schema::{GROUP, ResourceType, USER};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn ann() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "1",
        "userName": "ann",
        "title": "Dr",
        "name": {"givenName": "Ann", "familyName": "Oz"},
        "emails": [{"value": "w@x", "type": "work", "primary": true}, {"value": "h@x", "type": "home"}],
    })
}

fn apply(stored: &Value, resource_type: &'static ResourceType, operations: Value) -> Result<Changed, Refusal> {
    apply_with(stored, resource_type, operations, &Switches::default())
}

fn apply_with(
    stored: &Value,
    resource_type: &'static ResourceType,
    operations: Value,
    switches: &Switches,
) -> Result<Changed, Refusal> {
    let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:PatchOp"]);
    let body = Value::from_iter([("schemas", schemas), ("Operations", operations)]);
    Patch::read(body, resource_type, switches)?.apply(stored.as_object().unwrap())
}

fn patched(operations: Value) -> Value {
    apply(&ann(), &USER, operations).unwrap().resource.into()
}

fn refused(operations: Value) -> ScimType {
    apply(&ann(), &USER, operations).expect_err("this is refused").scim_type.unwrap()
}

#[test]
fn a_simple_attribute_is_added_replaced_and_removed() {
    assert_eq!(patched(json!([{"op": "Add", "path": "NICKNAME", "value": "A"}]))["nickName"], "A");
    assert_eq!(patched(json!([{"OP": "REPLACE", "Path": "title", "Value": "X", "name": "y"}]))["title"], "X");
    assert_eq!(patched(json!([{"op": "remove", "path": "title"}])).get("title"), None);
    for value in [json!(null), json!("")] {
        assert_eq!(patched(json!([{"op": "Replace", "path": "title", "value": value}])).get("title"), None);
    }
    assert_eq!(patched(json!([{"op": "add", "path": "title", "value": null}]))["title"], "Dr");
    assert_eq!(patched(json!([{"op": "Replace", "path": "active", "value": "False"}]))["active"], false);
}

#[test]
fn a_complex_attribute_keeps_what_is_not_named() {
    let name = |operations| patched(operations)["name"].clone();
    assert_eq!(
        name(json!([{"op": "replace", "path": "name", "value": {"givenName": "Bo"}}])),
        json!({"givenName": "Bo", "familyName": "Oz"})
    );
    assert_eq!(name(json!([{"op": "replace", "path": "name.givenName", "value": "Bo"}]))["givenName"], "Bo");
    assert_eq!(
        name(json!([{"op": "replace", "path": "name", "value": {"givenName": null}}])),
        json!({"familyName": "Oz"})
    );
    assert_eq!(name(json!([{"op": "add", "path": "name", "value": {"givenName": null}}]))["givenName"], "Ann");
    let gone = patched(json!([
        {"op": "remove", "path": "name.givenName"},
        {"op": "remove", "path": "name.familyName"},
    ]));
    assert_eq!(gone.get("name"), None);
}

#[test]
fn a_list_grows_without_repetition_and_has_one_preferred_value() {
    let emails = |operations| patched(operations)["emails"].clone();
    let again = json!([{"op": "add", "path": "emails", "value": [{"value": "h@x", "type": "home"}]}]);
    assert_eq!(emails(again.clone()), ann()["emails"]);
    assert!(!apply(&ann(), &USER, again).unwrap().changed);
    assert_eq!(
        emails(json!([{"op": "add", "path": "emails", "value": {"value": "n@x", "primary": "True"}}])),
        json!([
            {"value": "w@x", "type": "work", "primary": false},
            {"value": "h@x", "type": "home"},
            {"value": "n@x", "primary": true},
        ])
    );
    assert_eq!(
        emails(json!([{"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}])),
        json!([
            {"value": "w@x", "type": "work", "primary": false},
            {"value": "h@x", "type": "home", "primary": true},
        ])
    );
    assert_eq!(
        emails(
            json!([{"op": "replace", "path": "emails.type", "value": "work"}, {"op": "replace", "path": "emails.value", "value": "o@x"}])
        ),
        json!([{"value": "o@x", "type": "work", "primary": true}])
    );
    let two = json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]);
    assert_eq!(refused(json!([{"op": "add", "path": "emails", "value": two}])), ScimType::InvalidValue);
    assert_eq!(emails(json!([{"op": "replace", "path": "emails", "value": "a@x"}])), json!([{"value": "a@x"}]));
}

#[test]
fn a_filter_changes_only_the_elements_that_it_chooses() {
    let emails = |operations| patched(operations)["emails"].clone();
    assert_eq!(
        emails(json!([{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "n@x"}])),
        json!([{"value": "n@x", "type": "work", "primary": true}, {"value": "h@x", "type": "home"}])
    );
    assert_eq!(
        emails(json!([{"op": "replace", "path": "emails[type eq \"home\"]", "value": {"display": "H"}}]))[1],
        json!({"value": "h@x", "type": "home", "display": "H"})
    );
    assert_eq!(
        emails(json!([{"op": "remove", "path": "emails[type eq \"work\"]"}])),
        json!([{"value": "h@x", "type": "home"}])
    );
    assert_eq!(emails(json!([{"op": "remove", "path": "emails[type eq \"work\"].value"}]))[0]["type"], "home");
    let nobody = json!([{"op": "remove", "path": "emails[type eq \"fax\"]"}]);
    assert!(!apply(&ann(), &USER, nobody).unwrap().changed);
}

#[test]
fn what_a_filter_does_not_find_is_made_by_add_and_for_entra_by_replace() {
    let street = json!({"op": "add", "path": "addresses[type eq \"work\"].streetAddress", "value": "A 1"});
    let country = json!({"op": "add", "path": "addresses[type eq \"work\"].country", "value": "NL"});
    assert_eq!(
        patched(json!([street, country]))["addresses"],
        json!([{"type": "work", "streetAddress": "A 1", "country": "NL"}])
    );

    let fax = json!([{"op": "replace", "path": "phoneNumbers[type eq \"fax\"].value", "value": "1"}]);
    assert_eq!(refused(fax.clone()), ScimType::NoTarget);
    let entra = Switches { create_on_replace_nomatch: true, ..Switches::default() };
    let made = apply_with(&ann(), &USER, fax, &entra).unwrap();
    assert_eq!(made.resource["phoneNumbers"], json!([{"type": "fax", "value": "1"}]));

    let unclear = json!([{"op": "add", "path": "emails[type co \"x\"].value", "value": "1"}]);
    assert_eq!(refused(unclear), ScimType::NoTarget);
    let preferred = json!([{"op": "add", "path": "phoneNumbers[primary eq true].value", "value": "1"}]);
    assert_eq!(patched(preferred)["phoneNumbers"], json!([{"primary": true, "value": "1"}]));
}

#[test]
fn a_label_may_come_before_its_value_but_not_stay_alone() {
    let label = json!({"op": "add", "path": "phoneNumbers[type eq \"work\"].primary", "value": true});
    let value = json!({"op": "add", "path": "phoneNumbers[type eq \"work\"].value", "value": "1"});
    assert_eq!(
        patched(json!([label, value]))["phoneNumbers"],
        json!([{"type": "work", "primary": true, "value": "1"}])
    );
    assert_eq!(patched(json!([label])).get("phoneNumbers"), None);
}

#[test]
fn without_a_path_each_name_is_one() {
    let changed = patched(json!([{"op": "replace", "value": {
        "id": "2",
        "meta": {"version": "x"},
        "schemas": ["x"],
        "nosuch": 1,
        "no such": 1,
        "displayName": "Ann Oz",
        "name.givenName": "Bo",
        "emails[type eq \"work\"].value": "n@x",
        format!("{ENTERPRISE}:employeeNumber"): "7",
        ENTERPRISE: {"department": "Math", "manager": {"value": "m", "displayName": "M"}},
    }}]));
    assert_eq!(
        changed,
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
            "id": "1",
            "userName": "ann",
            "title": "Dr",
            "displayName": "Ann Oz",
            "name": {"givenName": "Bo", "familyName": "Oz"},
            "emails": [{"value": "n@x", "type": "work", "primary": true}, {"value": "h@x", "type": "home"}],
            ENTERPRISE: {"employeeNumber": "7", "department": "Math", "manager": {"value": "m"}},
        })
    );
}

#[test]
fn a_manager_comes_as_id_object_or_list_and_goes_in_as_many_ways() {
    let path = format!("{ENTERPRISE}:manager");
    for value in [json!("7"), json!({"value": "7"}), json!([{"value": "7"}])] {
        for path in [path.as_str(), "manager"] {
            let made = patched(json!([{"op": "Add", "path": path, "value": value}]));
            assert_eq!(made[ENTERPRISE]["manager"], json!({"value": "7"}));
        }
    }
    let mut led = ann();
    led[ENTERPRISE] = json!({"manager": {"value": "7", "$ref": "Users/7", "displayName": "M"}});
    let other = json!([{"op": "replace", "path": path, "value": "8"}]);
    assert_eq!(apply(&led, &USER, other).unwrap().resource[ENTERPRISE]["manager"], json!({"value": "8"}));
    for value in [json!(""), json!({"value": ""}), json!(null)] {
        let gone = apply(&led, &USER, json!([{"op": "replace", "path": path, "value": value}])).unwrap();
        assert_eq!(Value::Object(gone.resource), ann(), "{value}");
    }
    let gone = apply(&led, &USER, json!([{"op": "remove", "path": format!("{path}.value")}])).unwrap();
    assert_eq!(Value::Object(gone.resource), ann());
}

#[test]
fn an_extension_comes_and_goes_as_a_whole() {
    let all = json!({"schemas": [ENTERPRISE], "department": "Math", "Division": "North"});
    let made = patched(json!([{"op": "add", "path": ENTERPRISE, "value": all}]));
    assert_eq!(made[ENTERPRISE], json!({"department": "Math", "division": "North"}));
    assert_eq!(made["schemas"][1], ENTERPRISE);

    for operation in [
        json!({"op": "remove", "path": ENTERPRISE}),
        json!({"op": "replace", "path": ENTERPRISE, "value": null}),
        json!({"op": "remove", "path": "schemas", "value": ENTERPRISE}),
    ] {
        assert_eq!(Value::Object(apply(&made, &USER, json!([operation])).unwrap().resource), ann());
    }
}

#[test]
fn every_mistake_has_its_kind() {
    for (operation, kind) in [
        (json!({"op": "replace", "path": "nosuch", "value": 1}), ScimType::InvalidPath),
        (json!({"op": "replace", "path": "a b", "value": 1}), ScimType::InvalidPath),
        (json!({"op": "replace", "path": "emails[type regex \"x\"]", "value": {}}), ScimType::InvalidFilter),
        (json!({"op": "replace", "path": "id", "value": "2"}), ScimType::Mutability),
        (json!({"op": "add", "path": "groups", "value": ["g"]}), ScimType::Mutability),
        (json!({"op": "remove", "path": "meta.created"}), ScimType::Mutability),
        (json!({"op": "replace", "path": "manager.displayName", "value": "x"}), ScimType::Mutability),
        (json!({"op": "remove", "path": "userName"}), ScimType::Mutability),
        (json!({"op": "replace", "path": "userName", "value": ""}), ScimType::InvalidValue),
        (json!({"op": "replace", "path": "userName", "value": null}), ScimType::InvalidValue),
        (json!({"op": "replace", "path": "active", "value": 3}), ScimType::InvalidValue),
        (json!({"op": "add", "path": "title"}), ScimType::InvalidValue),
        (json!({"op": "add"}), ScimType::InvalidValue),
        (json!({"op": "remove"}), ScimType::NoTarget),
        (json!({"op": "remove", "path": "schemas"}), ScimType::Mutability),
        (json!({"op": "replace", "path": "schemas", "value": [ENTERPRISE]}), ScimType::InvalidValue),
        (json!({"op": "move", "path": "title"}), ScimType::InvalidSyntax),
        (json!({"path": "title"}), ScimType::InvalidSyntax),
        (json!("remove"), ScimType::InvalidSyntax),
    ] {
        assert_eq!(refused(json!([operation])), kind, "{operation}");
    }
    for body in [
        json!({}),
        json!([]),
        json!({"Operations": []}),
        json!({"schemas": ["urn:x"], "Operations": [{"op": "remove", "path": "title"}]}),
    ] {
        let refusal = Patch::read(body, &USER, &Switches::default()).unwrap_err();
        assert_eq!(refusal.scim_type, Some(ScimType::InvalidSyntax));
    }
}

#[test]
fn a_member_is_fixed_and_the_same_again_is_no_change() {
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "7B",
        "members": [{"value": "a", "display": "A"}, {"value": "b"}],
    });
    let operation = |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
    let kind = |operations| apply(&group, &GROUP, operations).unwrap_err().scim_type;
    assert_eq!(kind(operation("members[value eq \"a\"].display", json!("B"))), Some(ScimType::Mutability));
    for operations in [
        operation("members[value eq \"a\"].display", json!("A")),
        operation("members", json!(["b", "a"])),
        json!([{"op": "add", "path": "members", "value": [{"value": "a", "display": "Other"}]}]),
        json!([{"op": "remove", "path": "members", "value": []}]),
        json!([{"op": "replace", "value": {"id": "x", "displayName": "7B"}}]),
    ] {
        let same = apply(&group, &GROUP, operations.clone()).unwrap();
        assert!(!same.changed, "{operations}");
        assert_eq!(Value::Object(same.resource), group);
    }
    let without = apply(&group, &GROUP, json!([{"op": "Remove", "path": "members", "value": [{"value": "a"}]}]));
    assert_eq!(without.unwrap().resource["members"], json!([{"value": "b"}]));
}

#[test]
fn a_list_and_a_patch_have_an_end() {
    let many: Vec<Value> = (0..501).map(|n| json!({"value": n.to_string()})).collect();
    assert_eq!(refused(json!([{"op": "add", "path": "emails", "value": many}])), ScimType::InvalidValue);
    let one_by_one: Vec<Value> = many.iter().map(|one| json!({"op": "add", "path": "emails", "value": one})).collect();
    assert_eq!(refused(one_by_one.into()), ScimType::InvalidValue);
    let operations = vec![json!({"op": "remove", "path": "title"}); 5001];
    assert_eq!(refused(operations.into()), ScimType::InvalidValue);
}

#[test]
fn both_manners_of_entra_end_the_same() {
    let capitalized = patched(json!([
        {"op": "Replace", "path": "displayName", "value": "X"},
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "x@contoso.com"},
        {"op": "Replace", "path": "name.givenName", "value": "X"},
        {"op": "Add", "path": format!("{ENTERPRISE}:employeeNumber"), "value": "7"},
        {"op": "Replace", "path": "active", "value": "False"},
    ]));
    let optimized = patched(json!([
        {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x@contoso.com"},
        {"op": "replace", "value": {
            "displayName": "X", "name.givenName": "X", format!("{ENTERPRISE}:employeeNumber"): "7"
        }},
        {"op": "replace", "path": "active", "value": false},
    ]));
    assert_eq!(capitalized, optimized);
    assert_eq!(capitalized["active"], false);
}

#[test]
fn a_connection_can_ask_for_paths_and_refuse_what_it_does_not_know() {
    let without_path = json!([{"op": "replace", "value": {"title": "X", "nosuch": 1}}]);
    let paths = Switches { require_path_in_patch: true, ..Switches::default() };
    let known = Switches { unknown_attributes: Unknown::Reject, ..Switches::default() };
    let words = Switches { filter_bare_words: false, ..Switches::default() };
    let kind = |operations, switches| apply_with(&ann(), &USER, operations, switches).unwrap_err().scim_type;
    assert_eq!(kind(without_path.clone(), &paths), Some(ScimType::InvalidSyntax));
    assert_eq!(kind(without_path, &known), Some(ScimType::InvalidSyntax));
    assert_eq!(kind(json!([{"op": "remove", "path": "emails[type eq work]"}]), &words), Some(ScimType::InvalidFilter));
}
