//! Changing a group's members apart from it ends as changing them in it does.

use std::collections::BTreeSet;

use koppelvlak::consent::switches::Switches;
use koppelvlak::scim::patch::{Member, MemberChange, Patch, Split};
use koppelvlak::scim::resource::Object;
use koppelvlak::scim::schema::GROUP;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::people::{group, object};

fn id(member: u8) -> String {
    format!("u-{member}")
}

fn operation() -> impl Strategy<Value = Value> {
    let some = || proptest::collection::vec(0..8_u8, 0..4);
    prop_oneof![
        some().prop_map(|ids| json!({"op": "Add", "path": "members", "value": objects(&ids)})),
        some().prop_map(|ids| json!({"op": "Replace", "path": "members", "value": objects(&ids)})),
        some().prop_map(|ids| json!({"op": "Remove", "path": "members", "value": objects(&ids)})),
        (0..8_u8).prop_map(|member| json!({"op": "remove", "path": format!("members[value eq \"{}\"]", id(member))})),
        (0..8_u8).prop_map(|member| json!({"op": "add", "path": "members", "value": id(member)})),
        (0..8_u8, 0..8_u8).prop_map(|(a, b)| {
            let path = format!("members[value eq \"{}\" or value eq \"{}\"]", id(a), id(b));
            json!({"op": "remove", "path": path})
        }),
        Just(json!({"op": "remove", "path": "members"})),
        Just(json!({"op": "Replace", "path": "members", "value": null})),
        Just(json!({"op": "replace", "value": {"displayName": "New", "members": ["u-1"]}})),
        Just(json!({"op": "replace", "path": "displayName", "value": "Newer"})),
    ]
}

fn objects(ids: &[u8]) -> Value {
    ids.iter().map(|member| json!({"$ref": null, "value": id(*member)})).collect()
}

fn members_of(group: &Object) -> BTreeSet<String> {
    let members = group.get("members").and_then(Value::as_array);
    members.into_iter().flatten().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
}

fn changed(mut members: BTreeSet<String>, changes: Vec<MemberChange>) -> BTreeSet<String> {
    let ids = |members: Vec<Member>| members.into_iter().map(|member| member.value);
    for change in changes {
        match change {
            MemberChange::Add(more) => members.extend(ids(more)),
            MemberChange::Remove(fewer) => members.retain(|member| !fewer.contains(member)),
            MemberChange::RemoveAll => members.clear(),
            MemberChange::ReplaceAll(all) => members = ids(all).collect(),
        }
    }
    members
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn members_apart_end_as_members_within(
        group in group(),
        operations in proptest::collection::vec(operation(), 1..8),
    ) {
        let patch = Patch::read(object([("Operations", operations.into())]), &GROUP, &Switches::default()).unwrap();
        let whole = patch.apply(&group).unwrap().resource;
        let Split::Apart { rest, members } = patch.split() else { panic!("these operations can be split") };

        let mut bare = group.clone();
        bare.remove("members");
        let rest = rest.apply(&bare).unwrap().resource;

        prop_assert_eq!(&whole["displayName"], &rest["displayName"]);
        prop_assert_eq!(members_of(&whole), changed(members_of(&group), members));
    }
}
