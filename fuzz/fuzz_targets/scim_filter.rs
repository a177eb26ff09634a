//! Whatever the text: no panic, and what is read as a filter reads back from its canonical form with the same answers.
#![no_main]

use std::sync::LazyLock;

use koppelvlak::scim::filter::{Filter, Scope};
use koppelvlak::scim::patch::Target;
use koppelvlak::scim::projection::Projection;
use koppelvlak::scim::resource::Object;
use koppelvlak::scim::schema::{GROUP, USER};
use koppelvlak::scim::sort::Sort;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

static ANN: LazyLock<Object> = LazyLock::new(|| {
    let ann = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "1",
        "userName": "Ann.Öst",
        "active": true,
        "emails": [{"type": "work", "value": "a@x"}, {"type": "home", "value": "b@x", "primary": true}],
        "meta": {"created": "2026-08-01T12:00:00.5Z"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "m-1"}},
    });
    match ann {
        Value::Object(ann) => ann,
        _ => Object::new(),
    }
});

fuzz_target!(|text: &str| {
    for scope in [Scope::of(&USER), Scope::of(&USER).strict(), Scope::of(&GROUP)] {
        if let Ok(filter) = Filter::parse(text, scope) {
            let again = Filter::parse(&filter.to_string(), scope).expect("the canonical form can be read");
            assert_eq!(again, filter);
            assert_eq!(again.holds(&ANN), filter.holds(&ANN));
        }
        let _ = Target::parse(text, scope);
    }
    let _ = Filter::parse(text, Scope::of(&GROUP).at_root()).map(|filter| filter.holds(&ANN));
    let _ = Projection::new(&USER, Some(text), None).apply(ANN.clone());
    let _ = Sort::parse(text, None, &USER).map(|sort| sort.key(&ANN));
});
