//! Derived and nested collections agree with the objects that they are derived from.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::rostering::board::{Demo, VENDORS, on_each_demo};
use crate::rostering::client::{Client, encoded, id, ids};

fn all(client: &Client<'_>, path: &str) -> Vec<Value> {
    client.page(&format!("{path}?limit=10000"))
}

fn ids_where(objects: &[Value], holds: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    objects.iter().filter(|object| holds(object)).map(id).collect()
}

fn has_role(user: &Value, role: &str, org: Option<&str>) -> bool {
    let roles = user["roles"].as_array();
    let holds = |r: &Value| r["role"] == role && org.is_none_or(|org| r["org"]["sourcedId"] == org);
    roles.is_some_and(|roles| roles.iter().any(holds))
}

on_each_demo! {
    fn or_103_106_derived_collections_hold_their_own_kind_alone(demo: &Demo) {
        for vendor in VENDORS {
            let client = demo.client(vendor);
            let (orgs, sessions) = (all(&client, "/orgs"), all(&client, "/academicSessions"));
            for (path, from, of_type) in
                [("/schools", &orgs, "school"), ("/terms", &sessions, "term"), ("/gradingPeriods", &sessions, "gradingPeriod")]
            {
                let expected = ids_where(from, |object| object["type"] == of_type);
                assert!(!expected.is_empty() || vendor != "everything", "{vendor} {path}");
                assert_eq!(client.all(path), expected, "{vendor} {path}");
                for object in from {
                    let status = client.get(&format!("{path}/{}", encoded(&id(object)))).status;
                    assert_eq!(status, if object["type"] == of_type { 200 } else { 404 }, "{vendor} {path} {object}");
                }
            }
        }
    }

    fn or_107_109_119_students_and_teachers_have_that_role(demo: &Demo) {
        for vendor in VENDORS {
            let client = demo.client(vendor);
            let users = all(&client, "/users");
            for (path, role) in [("/students", "student"), ("/teachers", "teacher")] {
                let expected = ids_where(&users, |user| has_role(user, role, None));
                assert_eq!(client.all(path), expected, "{vendor} {path}");
                for user in users.iter().filter(|user| !expected.contains(&id(user))).take(5) {
                    assert_eq!(client.get(&format!("{path}/{}", encoded(&id(user)))).status, 404);
                }
                for user in expected.iter().take(5) {
                    assert_eq!(&id(&client.one(&format!("{path}/{}", encoded(user)))), user);
                }
            }
        }
    }

    fn or_110_111_members_of_classes_are_those_of_the_enrollments(demo: &Demo) {
        for vendor in ["everything", "names-only"] {
            let client = demo.client(vendor);
            let enrollments = all(&client, "/enrollments");
            let active = |e: &&Value| e["status"] == "active";
            for class in client.all("/classes").iter().take(8) {
                let path = format!("/classes/{}", encoded(class));
                for (nested, role) in [("students", "student"), ("teachers", "teacher")] {
                    let of_class = |e: &&Value| e["class"]["sourcedId"] == **class && e["role"] == role;
                    let expected: BTreeSet<String> = enrollments
                        .iter()
                        .filter(active)
                        .filter(of_class)
                        .map(|e| e["user"]["sourcedId"].as_str().unwrap().to_owned())
                        .collect();
                    assert_eq!(client.all(&format!("{path}/{nested}")), expected, "{vendor} {class}");
                }
            }
            for (collection, role) in [("users", None), ("students", Some("student")), ("teachers", Some("teacher"))] {
                for user in client.all(&format!("/{collection}")).iter().take(5) {
                    let of_user = |e: &&Value| e["user"]["sourcedId"] == **user && role.is_none_or(|role| e["role"] == role);
                    let expected: BTreeSet<String> = enrollments
                        .iter()
                        .filter(active)
                        .filter(of_user)
                        .map(|e| e["class"]["sourcedId"].as_str().unwrap().to_owned())
                        .collect();
                    assert_eq!(client.all(&format!("/{collection}/{}/classes", encoded(user))), expected, "{vendor}");
                }
            }
        }
    }

    fn or_105_112_a_class_is_found_below_its_own_school_alone(demo: &Demo) {
        let client = demo.client("everything");
        for class in all(&client, "/classes").iter().take(6) {
            let own = class["school"]["sourcedId"].as_str().unwrap();
            let class = encoded(&id(class));
            for school in client.all("/schools") {
                let path = format!("/schools/{}/classes/{class}", encoded(&school));
                for nested in ["students", "teachers", "enrollments"] {
                    let reply = client.get(&format!("{path}/{nested}?limit=10000"));
                    if school == own {
                        assert_eq!(reply.status, 200);
                    } else {
                        assert_eq!(reply.status, 404, "{path}/{nested}");
                    }
                }
                if school == own {
                    assert_eq!(client.all(&format!("{path}/students")), client.all(&format!("/classes/{class}/students")));
                    assert_eq!(client.all(&format!("{path}/enrollments")), client.found("/enrollments", &format!("class='{}'", id(&client.one(&format!("/classes/{class}"))))));
                }
            }
        }
    }

    fn or_113_114_115_nested_lists_hold_what_refers_to_the_object_above(demo: &Demo) {
        for vendor in ["everything", "gradebook"] {
            let client = demo.client(vendor);
            let (classes, users, sessions) = (all(&client, "/classes"), all(&client, "/users"), all(&client, "/academicSessions"));
            let refers = |object: &Value, member: &str, to: &str| object[member]["sourcedId"] == to;
            for course in client.all("/courses") {
                let found = client.all(&format!("/courses/{}/classes", encoded(&course)));
                assert_eq!(found, ids_where(&classes, |class| refers(class, "course", &course)));
            }
            for school in client.all("/schools") {
                let path = format!("/schools/{}", encoded(&school));
                assert_eq!(client.all(&format!("{path}/classes")), ids_where(&classes, |class| refers(class, "school", &school)));
                assert_eq!(client.all(&format!("{path}/students")), ids_where(&users, |u| has_role(u, "student", Some(&school))));
                assert_eq!(client.all(&format!("{path}/teachers")), ids_where(&users, |u| has_role(u, "teacher", Some(&school))));
                assert_eq!(client.all(&format!("{path}/enrollments")), client.found("/enrollments", &format!("school='{school}'")));
            }
            for term in ids_where(&sessions, |session| session["type"] == "term") {
                let path = format!("/terms/{}", encoded(&term));
                let in_term = |class: &Value| class["terms"].as_array().unwrap().iter().any(|t| t["sourcedId"] == *term);
                assert_eq!(client.all(&format!("{path}/classes")), ids_where(&classes, in_term));
                let periods = all(&client, &format!("{path}/gradingPeriods"));
                assert!(periods.iter().all(|period| period["type"] == "gradingPeriod"));
                assert!(ids(&periods).is_superset(&ids_where(&sessions, |s| s["type"] == "gradingPeriod" && refers(s, "parent", &term))));
            }
        }
    }

    fn or_114_grading_periods_are_found_below_whatever_a_class_calls_its_term(demo: &Demo) {
        let client = demo.client("everything");
        for class in all(&client, "/classes") {
            for term in class["terms"].as_array().unwrap() {
                assert_eq!(client.get(&format!("/terms/{}/gradingPeriods", encoded(&id(term)))).status, 200);
            }
        }
    }

    fn or_116_a_list_without_objects_is_empty_under_its_name(demo: &Demo) {
        let client = demo.client("everything");

        for (path, body) in [("/users", r#"{"users":[]}"#), ("/schools", r#"{"orgs":[]}"#), ("/terms", r#"{"academicSessions":[]}"#),
            ("/demographics", r#"{"demographics":[]}"#), ("/teachers", r#"{"users":[]}"#)] {
            let reply = client.ok(&format!("{path}?filter=sourcedId='nobody'"));
            assert_eq!((reply.body.as_str(), reply.header("x-total-count")), (body, "0"));
        }
    }
}
