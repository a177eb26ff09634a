//! Whatever the body: no panic, `schemas` stay true, one value is preferred, and what is kept can be sent back.
#![no_main]

use koppelvlak::scim::accept::{accept, check_required};
use koppelvlak::scim::json;
use koppelvlak::scim::patch::Patch;
use koppelvlak::scim::put::replace;
use koppelvlak::scim::resource::Object;
use koppelvlak::scim::schema::{GROUP, ResourceType, USER};
use koppelvlak::consent::switches::Switches;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fn stored(resource_type: &'static ResourceType) -> Object {
    let body = json!({
        "userName": "ann",
        "displayName": "Ann",
        "emails": [{"type": "work", "value": "a@x", "primary": true}, {"value": "b@x"}],
        "members": ["u-1", "u-2"],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": "m"},
    });
    accept(body, resource_type, &Switches::default()).expect("it is a good body")
}

fn check(resource: &Object, resource_type: &'static ResourceType) {
    check_required(resource, resource_type).expect("nothing that is required is missing");
    for extension in resource_type.extensions {
        let is_named = resource["schemas"].as_array().is_some_and(|ids| ids.contains(&extension.schema.id.into()));
        assert_eq!(is_named, resource.contains_key(extension.schema.id));
    }
    let lists = resource.values().filter_map(Value::as_array);
    for list in lists {
        assert!(list.iter().filter(|element| element["primary"] == true).count() < 2);
    }
    let accepted =
        accept(Value::Object(resource.clone()), resource_type, &Switches::default()).expect("it can be sent");
    assert!(!replace(resource, accepted, resource_type).expect("it can be put").changed);
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(body) = json::parse(bytes) else { return };
    let entra = Switches { create_on_replace_nomatch: true, ..Switches::default() };
    for resource_type in [&USER, &GROUP] {
        for switches in [&Switches::default(), &entra] {
            let patch = Patch::read(body.clone(), resource_type, switches);
            if let Ok(patched) = patch.and_then(|patch| patch.apply(&stored(resource_type))) {
                check(&patched.resource, resource_type);
            }
        }
        if let Ok(accepted) = accept(body.clone(), resource_type, &entra) {
            check(&accepted, resource_type);
        }
        let _ = Patch::read(body.clone(), resource_type, &entra).map(Patch::split);
    }
});
