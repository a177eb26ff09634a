//! The objects make sense together: references lead somewhere, both ends of a relation agree.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::rostering::board::{Demo, VENDORS, on_each_demo};
use crate::rostering::client::{Client, id, single};

const COLLECTIONS: [&str; 7] =
    ["/users", "/orgs", "/classes", "/courses", "/academicSessions", "/enrollments", "/demographics"];

fn everything(client: &Client<'_>) -> BTreeMap<&'static str, Vec<Value>> {
    let is_open = |path: &&str| client.get(&format!("{path}?limit=1")).status == 200;
    COLLECTIONS.into_iter().filter(is_open).map(|path| (path, client.page(&format!("{path}?limit=10000")))).collect()
}

/// Every reference in a value, with the member that holds it.
fn references<'v>(value: &'v Value, member: &str, found: &mut Vec<(String, &'v Value)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, member, found)),
        Value::Object(members) if members.contains_key("href") => found.push((member.to_owned(), value)),
        Value::Object(members) => members.iter().for_each(|(name, value)| references(value, name, found)),
        _ => {}
    }
}

fn nulls(value: &Value) -> usize {
    match value {
        Value::Null => 1,
        Value::Array(items) => items.iter().map(nulls).sum(),
        Value::Object(members) => members.values().map(nulls).sum(),
        _ => 0,
    }
}

fn targets(object: &Value, member: &str) -> BTreeSet<String> {
    let mut found = Vec::new();
    references(&object[member], member, &mut found);
    found.iter().map(|(_, reference)| id(reference)).collect()
}

on_each_demo! {
    fn or_203_to_207_every_object_has_its_base_and_no_null(demo: &Demo) {
        for vendor in VENDORS {
            for (path, objects) in everything(&demo.client(vendor)) {
                assert!(!objects.is_empty(), "{vendor} {path}");
                for object in objects {
                    assert!(["active", "tobedeleted"].contains(&object["status"].as_str().unwrap()));
                    assert!(object["sourcedId"].is_string() && object["dateLastModified"].as_str().unwrap().ends_with('Z'));
                    assert_eq!(nulls(&object), 0, "{object}");
                }
            }
        }
    }

    fn or_208_to_210_references_lead_to_what_they_name(demo: &Demo) {
        for vendor in VENDORS {
            let client = demo.client(vendor);
            let mut seen = BTreeSet::new();
            for objects in everything(&client).values() {
                let mut found = Vec::new();
                for object in objects {
                    references(object, "", &mut found);
                }
                for (member, reference) in found {
                    let of_type = match member.as_str() {
                        "parent" | "children" => reference["type"].as_str().unwrap(),
                        "schoolYear" | "terms" => "academicSession",
                        "school" | "org" | "primaryOrg" => "org",
                        "agents" | "user" => "user",
                        "resources" => "resource",
                        other => other,
                    };
                    assert_eq!((reference["type"].as_str().unwrap(), reference.as_object().unwrap().len()), (of_type, 3));
                    // Resources have a service of their own.
                    if of_type != "resource" && seen.insert(reference["href"].as_str().unwrap().to_owned()) && seen.len() % 5 == 0 {
                        let reply = client.follow(reference["href"].as_str().unwrap());
                        assert_eq!((reply.status, id(&single(&reply))), (200, id(reference)), "{reference}");
                    }
                }
            }
            assert!(seen.len() > 10, "{vendor}");
        }
    }

    fn or_210_217_218_220_both_ends_of_a_relation_agree(demo: &Demo) {
        for vendor in VENDORS {
            let client = demo.client(vendor);
            for path in ["/orgs", "/academicSessions"] {
                let objects: BTreeMap<String, Value> = client.page(&format!("{path}?limit=10000")).into_iter().map(|o| (id(&o), o)).collect();
                for (own, object) in &objects {
                    for parent in targets(object, "parent") {
                        assert!(targets(&objects[&parent], "children").contains(own), "{vendor} {path} {own}");
                    }
                    for child in targets(object, "children") {
                        assert!(targets(&objects[&child], "parent").contains(own), "{vendor} {path} {own}");
                    }
                }
            }
            let users: BTreeMap<String, Value> = client.page("/users?limit=10000").into_iter().map(|o| (id(&o), o)).collect();
            let mut n_agents = 0;
            for (own, user) in &users {
                for agent in targets(user, "agents") {
                    n_agents += 1;
                    assert!(targets(&users[&agent], "agents").contains(own), "{vendor} {own}");
                }
            }
            assert_eq!(n_agents > 0, vendor == "everything", "{vendor}");
        }
    }

    fn or_211_212_215_216_221_people_and_classes_are_whole(demo: &Demo) {
        let objects = everything(&demo.client("everything"));
        for user in &objects["/users"] {
            let roles = user["roles"].as_array().unwrap();
            let orgs: BTreeSet<String> = roles.iter().map(|role| id(&role["org"])).collect();
            let n_primary = roles.iter().filter(|role| role["roleType"] == "primary").count();
            assert!(!roles.is_empty() && n_primary == orgs.len(), "{user}");
            let profiles: Vec<&Value> = user["userProfiles"].as_array().into_iter().flatten().map(|p| &p["profileId"]).collect();
            for role in roles {
                if let (Some(begin), Some(end)) = (role["beginDate"].as_str(), role["endDate"].as_str()) {
                    assert!(begin < end);
                }
                assert!(role.get("userProfile").is_none_or(|profile| profiles.contains(&profile)), "{user}");
            }
        }
        for class in objects["/classes"].iter().chain(&objects["/courses"]) {
            let n = |member: &str| class[member].as_array().map(Vec::len);
            assert!(n("subjects").is_none() || n("subjectCodes").is_none() || n("subjects") == n("subjectCodes"), "{class}");
            assert_ne!(n("terms"), Some(0));
        }
        let mut primary: BTreeMap<String, usize> = BTreeMap::new();
        for enrollment in objects["/enrollments"].iter().filter(|e| e["primary"] == "true" && e["status"] == "active") {
            assert_eq!(enrollment["role"], "teacher");
            *primary.entry(id(&enrollment["class"])).or_default() += 1;
        }
        assert!(primary.values().all(|n| *n == 1));
    }

    fn or_219_222_225_demographics_passwords_and_codes(demo: &Demo) {
        let objects = everything(&demo.client("everything"));
        let users: BTreeSet<String> = objects["/users"].iter().map(id).collect();

        assert!(objects["/demographics"].iter().all(|object| users.contains(&id(object))));
        assert!(objects["/orgs"].iter().all(|org| org["identifier"].is_string()));
        assert!(objects["/courses"].iter().all(|course| course["courseCode"].is_string()));
        for objects in objects.values() {
            assert!(objects.iter().all(|object| !object.to_string().contains("\"password\"")));
        }
    }

    fn identifiers_of_two_vendors_have_nothing_in_common(demo: &Demo) {
        let [one, other, source] = ["gradebook", "identity-provider", "everything"].map(|vendor| {
            let client = demo.client(vendor);
            ["/users", "/classes", "/orgs", "/enrollments"].map(|path| client.all(path)).concat_all()
        });

        assert!(one.is_disjoint(&other) && one.is_disjoint(&source) && other.is_disjoint(&source));
        assert!(one.iter().all(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())));
    }
}

trait ConcatAll {
    fn concat_all(self) -> BTreeSet<String>;
}

impl<const N: usize> ConcatAll for [BTreeSet<String>; N] {
    fn concat_all(self) -> BTreeSet<String> {
        self.into_iter().flatten().collect()
    }
}
