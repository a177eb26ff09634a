//! Filters over the demo's board against what its bodies say: whatever an index or the snapshot narrows down, the
//! answer is what reading everybody would give.

use std::collections::{BTreeMap, BTreeSet};

use koppelvlak::scim::fold::fold;
use serde_json::Value;

use crate::rostering::board::{Demo, on_each_demo};
use crate::rostering::client::{Client, encoded};
use crate::scim::client::{EDUCATION_GROUP, id};

/// The demo's provider, at the addresses of SCIM.
fn provider(demo: &Demo) -> Client<'_> {
    Client { base: "/demo/scim/v2".to_owned(), ..demo.client("identity-provider") }
}

fn all(client: &Client<'_>, path: &str) -> Vec<Value> {
    let mark = if path.contains('?') { '&' } else { '?' };
    client.ok(&format!("{path}{mark}count=1000")).json()["Resources"].as_array().unwrap().clone()
}

fn found(client: &Client<'_>, path: &str, filter: &str) -> BTreeSet<String> {
    let list = client.ok(&format!("{path}?count=1000&attributes=id&filter={}", encoded(filter))).json();
    list["Resources"].as_array().unwrap().iter().map(id).collect()
}

/// The texts of an attribute: of a list, those of its elements.
fn texts(resource: &Value, path: &str) -> Vec<String> {
    let mut values = vec![resource.clone()];
    for name in path.split('.') {
        let next = |value: Value| match value[name].clone() {
            Value::Array(items) => items,
            Value::Null => Vec::new(),
            one => vec![one],
        };
        values = values.into_iter().flat_map(next).collect();
    }
    values.iter().filter_map(Value::as_str).map(|text| fold(text).into_owned()).collect()
}

fn holds(texts: &[String], op: &str, value: &str) -> bool {
    let value = fold(value);
    let value = value.as_ref();
    let matches = |text: &String| match op {
        "eq" => text == value,
        "ne" => text != value,
        "co" => text.contains(value),
        "sw" => text.starts_with(value),
        "ew" => text.ends_with(value),
        "gt" => text.as_str() > value,
        "ge" => text.as_str() >= value,
        "lt" => text.as_str() < value,
        _ => text.as_str() <= value,
    };
    texts.iter().any(matches) || (op == "ne" && texts.is_empty())
}

const OPERATORS: [&str; 9] = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];

on_each_demo! {
    fn a_whole_user_is_the_same_however_it_is_asked_for(demo: &Demo) {
        let client = provider(demo);
        let people = all(&client, "/Users");
        // A name that means nothing leaves nothing out, but the answer is cut all the same.
        let cut = all(&client, "/Users?excludedAttributes=nosuch").into_iter();
        let sorted = all(&client, "/Users?sortBy=userName").into_iter();
        let by_id = |people: Vec<Value>| people.into_iter().map(|one| (id(&one), one)).collect::<BTreeMap<_, _>>();
        assert!(people.iter().any(|one| one["groups"].is_array()) && people.iter().any(|one| one["roles"].is_array()));
        for some in people.chunks(50).take(3) {
            let one = &some[0];
            assert_eq!(client.ok(&format!("/Users/{}", id(one))).json(), *one);
        }
        let whole = by_id(people);
        assert_eq!(by_id(cut.collect()), whole);
        assert_eq!(by_id(sorted.collect()), whole);
    }

    fn filters_of_people_find_whom_their_bodies_say(demo: &Demo) {
        let client = provider(demo);
        let people = all(&client, "/Users");
        assert!(people.len() > 50, "{}", people.len());
        for (attribute, path) in [
            ("userName", "userName"), ("name.familyName", "name.familyName"), ("name.givenName", "name.givenName"),
            ("displayName", "displayName"),
            ("emails", "emails.value"), ("userType", "userType"), ("roles.display", "roles.display"),
            ("groups.value", "groups.value"),
        ] {
            let known: Vec<String> = people.iter().flat_map(|person| texts(person, path)).collect();
            let values = [known.first().cloned(), known.get(known.len() / 2).map(|text| text.to_uppercase()),
                known.last().map(|text| text.chars().skip(1).take(3).collect()), Some("é".into()), Some("%".into())];
            for value in values.into_iter().flatten() {
                for op in OPERATORS {
                    let filter = format!("{attribute} {op} {}", Value::from(value.as_str()));
                    let expected: BTreeSet<String> = people.iter().filter(|person| holds(&texts(person, path), op,
                        &value)).map(id).collect();
                    assert_eq!(found(&client, "/Users", &filter), expected, "{filter}");
                }
            }
            let with = people.iter().filter(|person| !texts(person, path).is_empty()).map(id).collect::<BTreeSet<_>>();
            assert_eq!(found(&client, "/Users", &format!("{attribute} pr")), with, "{attribute}");
            assert_eq!(found(&client, "/Users", &format!("not ({attribute} pr)")).len(), people.len() - with.len(),
                "{attribute}");
        }
    }

    fn filters_of_groups_find_those_whose_bodies_say_so(demo: &Demo) {
        let client = provider(demo);
        let groups = all(&client, "/Groups");
        let kinds: BTreeSet<&str> = groups.iter().map(|group| group[EDUCATION_GROUP]["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["class", "role", "school"].into());
        let some = |path: &str| groups.iter().rev().flat_map(|group| texts(group, path)).next().unwrap();
        for (attribute, path, value) in [
            ("displayName", "displayName", some("displayName")), ("displayName", "displayName", "é".into()),
            ("displayName", "displayName", ": STUDENT".into()), ("displayName", "displayName", "groep".into()),
            ("members", "members.value", some("members.value")), ("members.type", "members.type", "group".into()),
        ] {
            for op in OPERATORS {
                let filter = format!("{attribute} {op} {}", Value::from(value.as_str()));
                let expected: BTreeSet<String> = groups.iter().filter(|group| holds(&texts(group, path), op,
                    &value)).map(id).collect();
                assert_eq!(found(&client, "/Groups", &filter), expected, "{filter}");
            }
        }
    }

    fn people_and_groups_name_each_other(demo: &Demo) {
        let client = provider(demo);
        let pairs = |resources: &[Value], path: &str, turn: bool| -> BTreeSet<(String, String)> {
            let of = |resource: &Value| texts(resource,
                path).into_iter().map(|other| if turn { (other, id(resource)) } else { (id(resource),
                    other) }).collect::<Vec<_>>();
            resources.iter().flat_map(of).collect()
        };
        let mut people = all(&client, "/Users");
        let groups: Vec<Value> = all(&client,
            "/Groups").into_iter().filter(|group| group[EDUCATION_GROUP]["kind"] != "school").collect();
        for person in &mut people {
            person["groups"].as_array_mut().unwrap().retain(|group| group["type"] == "direct");
        }
        let lower = |pairs: BTreeSet<(String,
            String)>| pairs.into_iter().map(|(a, b)| (a.to_lowercase(), b.to_lowercase())).collect::<BTreeSet<_>>();
        assert_eq!(lower(pairs(&people, "groups.value", true)), lower(pairs(&groups, "members.value", false)));
    }

    fn sorted_lists_hold_everybody_in_order(demo: &Demo) {
        let client = provider(demo);
        let people = all(&client, "/Users");
        for (attribute, path) in [("userName", "userName"), ("name.familyName", "name.familyName"),
            ("emails", "emails.value")] {
            let sorted = client.ok(&format!("/Users?count=1000&sortBy={attribute}")).json()["Resources"].as_array().unwrap().clone();
            assert_eq!(sorted.iter().map(id).collect::<BTreeSet<_>>(), people.iter().map(id).collect());
            let keys: Vec<Option<String>> = sorted.iter().map(|person| texts(person, path).first().cloned()).collect();
            let is_ordered = |pair: &[Option<String>]| match (&pair[0], &pair[1]) { (Some(a), Some(b)) => a <= b,
                (None, Some(_)) => false, (_, None) => true };
            assert!(keys.windows(2).all(is_ordered), "{attribute}: {keys:?}");
        }
    }
}
