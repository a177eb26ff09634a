//! Selecting members with `fields`: exactly these, on lists and on single objects.

use koppelvlak::catalogue::{Entity, Kind};
use serde_json::{Value, json};

use crate::rostering::board::{Demo, on_each_demo};
use crate::rostering::client::{encoded, id, objects};

const COLLECTIONS: [(&str, Entity); 7] = [
    ("/users", Entity::User),
    ("/orgs", Entity::Org),
    ("/classes", Entity::Class),
    ("/courses", Entity::Course),
    ("/academicSessions", Entity::AcademicSession),
    ("/enrollments", Entity::Enrollment),
    ("/demographics", Entity::Demographics),
];

fn cut(object: &Value, members: &[&str]) -> Value {
    let members = members.iter().filter_map(|name| Some((name.to_string(), object.get(*name)?.clone())));
    Value::Object(members.collect())
}

on_each_demo! {
    fn or_327_a_selection_holds_exactly_the_members_asked_for(demo: &Demo) {
        let client = demo.client("everything");
        for (path, entity) in COLLECTIONS {
            let whole = client.page(path);
            let mut members = vec!["sourcedId", "status", "dateLastModified"];
            members.extend(entity.fields().iter().map(|field| field.name));
            for member in members {
                let selected = client.page(&format!("{path}?fields={member}"));
                let expected: Vec<Value> = whole.iter().map(|object| cut(object, &[member])).collect();
                assert_eq!(selected, expected, "{path} {member}");
            }
            let first = &whole[0];
            let of_one = client.one(&format!("{path}/{}?fields=sourcedId,metadata,status", encoded(&id(first))));
            assert_eq!(of_one, cut(first, &["sourcedId", "metadata", "status"]));
        }
    }

    fn or_328_filter_and_sort_work_on_members_that_are_not_selected(demo: &Demo) {
        let client = demo.client("everything");
        let question = format!("filter={}&sort=familyName&orderBy=desc", encoded("roles.role='teacher'"));

        let whole = client.page(&format!("/users?{question}"));
        let selected = client.page(&format!("/users?{question}&fields=givenName"));

        assert!(!whole.is_empty());
        assert_eq!(selected, whole.iter().map(|user| cut(user, &["givenName"])).collect::<Vec<_>>());
    }

    fn selections_come_in_every_way_that_clients_write_them(demo: &Demo) {
        let client = demo.client("everything");
        let plain = client.ok("/users?fields=sourcedId,givenName").body;

        for query in [
            "fields=sourcedId%2CgivenName", "fields=sourcedId&fields=givenName", "fields=sourcedId,%20givenName",
            "fields=givenName,+sourcedId", "fields=givenName,sourcedId,givenName",
        ] {
            assert_eq!(client.ok(&format!("/users?{query}")).body, plain, "{query}");
        }
    }

    fn or_330_unknown_and_blank_names_are_refused(demo: &Demo) {
        let client = demo.client("everything");
        let user = encoded(&id(&client.page("/users?limit=1")[0]));

        for query in ["fields=nothing", "fields=sourcedId,Status", "fields=", "fields=sourcedId,,status", "fields=org.sourcedId",
            "fields=sourcedId&fields="] {
            for path in ["/users".to_owned(), format!("/users/{user}")] {
                assert_eq!(client.refused(&format!("{path}?{query}")), (400, "invalid_selection_field".into()), "{query}");
            }
        }
        assert!(client.get("/users?fields=nothing").body.contains("`nothing`"));
    }

    fn a_withheld_member_can_be_asked_for_and_is_not_there(demo: &Demo) {
        let client = demo.client("names-only");

        let page = objects(&client.ok("/users?fields=email,metadata,password"));

        assert!(!page.is_empty() && page.iter().all(|user| *user == json!({})));
        assert!(Entity::User.fields().iter().any(|field| field.kind == Kind::Unstored));
    }
}
