//! No text and no bytes make the engine fail, whatever they are.

use koppelvlak::consent::switches::Switches;
use koppelvlak::scim::accept::accept;
use koppelvlak::scim::filter::{Filter, Scope};
use koppelvlak::scim::json::parse;
use koppelvlak::scim::patch::{Patch, Target};
use koppelvlak::scim::projection::Projection;
use koppelvlak::scim::resource::Object;
use koppelvlak::scim::schema::{GROUP, USER};
use koppelvlak::scim::sort::Sort;
use proptest::prelude::*;
use proptest::sample::select;

const SCRAPS: &[&str] = &[
    "userName",
    "emails",
    "name",
    ".",
    "[",
    "]",
    "(",
    ")",
    " ",
    " ",
    " ",
    "eq",
    "ne",
    "co",
    "pr",
    "and",
    "or",
    "not",
    "\"",
    "'",
    "\\",
    "\"x\"",
    "true",
    "null",
    "7",
    "type",
    "value",
    "primary",
    "urn:",
    ":",
    "members",
    "meta.created",
    "2026-08-01T00:00:00Z",
    "é",
    "\u{0}",
    "$ref",
    ",",
];

const JSON_SCRAPS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"op\"",
    "\"add\"",
    "\"path\"",
    "\"value\"",
    "\"Operations\"",
    "\"emails\"",
    "\"userName\"",
    "\"a\"",
    "null",
    "true",
    "1",
    "-",
    "1e9",
    "\"\\ud800\"",
    " ",
    "\"members\"",
    "\"remove\"",
];

fn scraps(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::collection::vec(select(of), 0..24).prop_map(|scraps| scraps.concat())
}

fn read_everywhere(text: &str) {
    for scope in [Scope::of(&USER), Scope::of(&GROUP), Scope::of(&USER).at_root(), Scope::of(&USER).strict()] {
        if let Ok(filter) = Filter::parse(text, scope) {
            filter.holds(&Object::new());
        }
        let _ = Target::parse(text, scope);
    }
    let _ = Projection::new(&USER, Some(text), None);
    let _ = Sort::parse(text, Some(text), &USER);
}

fn body_everywhere(bytes: &[u8]) {
    let Ok(body) = parse(bytes) else { return };
    let switches = Switches::default();
    let _ = accept(body.clone(), &USER, &switches);
    let _ = accept(body.clone(), &GROUP, &switches);
    if let Ok(patch) = Patch::read(body.clone(), &USER, &switches) {
        let _ = patch.apply(&Object::new());
    }
    if let Ok(patch) = Patch::read(body, &GROUP, &switches) {
        let _ = patch.split();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_strange_for_a_filter(text in prop_oneof![scraps(SCRAPS), "\\PC{0,60}".prop_map(String::from)]) {
        read_everywhere(&text);
    }

    #[test]
    fn what_reads_as_a_filter_reads_back(text in scraps(SCRAPS)) {
        if let Ok(filter) = Filter::parse(&text, Scope::of(&USER)) {
            prop_assert_eq!(Filter::parse(&filter.to_string(), Scope::of(&USER)).unwrap(), filter);
        }
    }

    #[test]
    fn no_bytes_are_too_strange_for_a_body(
        bytes in prop_oneof![
            scraps(JSON_SCRAPS).prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..200),
        ],
    ) {
        body_everywhere(&bytes);
    }
}
