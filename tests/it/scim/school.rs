//! The school's people and groups, as the rules let a provider see them (SC-352, SC-353).
//!
//! The provider sees the first school of the village: Ann, Bob, Cas and Tom; Dee, Tia and Mum are hidden.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::scim::board::with_a_provider;
use crate::scim::client::{
    EDUCATION, EDUCATION_GROUP, GROUP, Provider, USER, assert_refused, body, encoded, id, members, refusal, set, texts,
    version,
};

fn all(provider: &Provider<'_>, path: &str) -> Vec<Value> {
    provider.read(&format!("{path}?count=1000"))["Resources"].as_array().unwrap().clone()
}

/// The one user with that name.
fn person(provider: &Provider<'_>, name: &str) -> Value {
    let list = provider.filtered("/Users", &format!("userName eq \"{name}\"")).json();
    assert_eq!(list["totalResults"], 1, "{name}: {list}");
    list["Resources"][0].clone()
}

fn group(provider: &Provider<'_>, name: &str) -> Value {
    let list = provider.filtered("/Groups", &format!("displayName eq \"{name}\"")).json();
    assert_eq!(list["totalResults"], 1, "{name}: {list}");
    list["Resources"][0].clone()
}

with_a_provider! {
    "noord";

    fn people_are_told_as_far_as_the_rules_let_them(provider: &Provider) {
        let names: BTreeSet<String> = all(provider,
            "/Users").iter().map(|user| user["userName"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names, set(&["ann1", "bob1", "cas1", "tom1"]));
        let mut ann = person(provider, "ann1");
        assert_eq!(provider.read(&format!("/Users/{}", id(&ann))), ann);
        assert_eq!(ann["meta"]["resourceType"], "User");
        let school = ann[EDUCATION]["roles"][0]["school"].as_str().unwrap().to_owned();
        for own in ["id", "meta", "groups"] {
            ann.as_object_mut().unwrap().remove(own);
        }
        assert_ne!(school, "S1", "identifiers are pairwise");
        assert_eq!(ann, json!({
            "schemas": [USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", EDUCATION],
            "userName": "ann1", "active": true,
            "displayName": "Ann O'Brien",
            "name": {"formatted": "Ann O'Brien", "givenName": "Ann", "familyName": "O'Brien"},
            "emails": [{"value": "ann@noord.example", "type": "work", "primary": true}], "userType": "student",
            "roles": [{"value": "student", "type": "primary", "primary": true, "display": "student at School One"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"organization": "School One"},
            EDUCATION: {"localId": "1001", "gradeLevels": ["01"],
                "roles": [{"value": "student", "school": school, "schoolName": "School One", "primary": true}],
                "identifiers": [{"type": "LDAP", "value": "ann"},
                    {"type": "eckId", "value": "https://ketenid.example/1"}]},
        }), "{ann}");
    }

    fn groups_are_classes_schools_and_roles_with_whoever_is_in_the_view(provider: &Provider) {
        let names: BTreeSet<String> = all(provider,
            "/Groups").iter().map(|group| group["displayName"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names, set(&["School One", "School One: student", "School One: teacher", "Maths 1", "Reading 2"]));
        let [ann, bob, cas, tom] = ["ann1", "bob1", "cas1", "tom1"].map(|name| id(&person(provider, name)));
        let (school, pupils, teachers, maths, reading) = (
            group(provider, "School One"), group(provider, "School One: student"),
            group(provider, "School One: teacher"),
            group(provider, "Maths 1"), group(provider, "Reading 2"),
        );
        assert_eq!(members(&maths), set(&[&ann, &cas, &tom]));
        assert_eq!(members(&reading), set(&[&bob, &tom]));
        assert_eq!(members(&pupils), set(&[&ann, &bob, &cas]));
        assert_eq!(members(&teachers), set(&[&tom]));
        assert_eq!(members(&school), set(&[&id(&pupils), &id(&teachers), &id(&maths), &id(&reading)]));
        assert!(school["members"].as_array().unwrap().iter().all(|member| member["type"] == "Group"));
        assert_eq!(maths[EDUCATION_GROUP]["kind"], "class");
        assert_eq!(maths[EDUCATION_GROUP]["classCode"], "M1");
        assert_eq!((&pupils[EDUCATION_GROUP]["kind"], &school[EDUCATION_GROUP]["kind"]),
            (&json!("role"), &json!("school")));

        let of_tom = person(provider, "tom1")["groups"].clone();
        let direct = |kind: &str| -> BTreeSet<String> {
            of_tom.as_array().unwrap().iter().filter(|group| group["type"] == kind).map(|group| group["value"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(direct("direct"), set(&[&id(&teachers), &id(&maths), &id(&reading)]));
        assert_eq!(direct("indirect"), set(&[&id(&school)]));
        for group in of_tom.as_array().unwrap() {
            let itself = provider.read(&format!("/Groups/{}", group["value"].as_str().unwrap()));
            assert_eq!(group["display"], itself["displayName"], "{group}");
        }
        assert_eq!(provider.names("groups.display eq \"maths 1\""), set(&["ann1", "cas1", "tom1"]));
        for group in [&school, &pupils, &maths] {
            assert_eq!(provider.read(&format!("/Groups/{}", id(group))), *group);
            let address = group["members"][0]["$ref"].as_str().unwrap().strip_prefix(&provider.server.url).unwrap();
            assert_eq!(provider.server.get_as(&provider.token, address).status, 200);
            let without = provider.read(&format!("/Groups/{}?excludedAttributes=members", id(group)));
            assert_eq!((without.get("members"), version(&without)), (None, version(group)));
        }
    }

    fn filters_hold_for_what_the_body_shows(provider: &Provider) {
        provider.make("/Users",
            &json!({"userName": "own-ann", "active": false, "emails": [{"value": "own@noord.example", "type": "home"}],
                "name": {"familyName": "O'Brien"}}));
        let [ann, maths, school] = [id(&person(provider, "ann1")), id(&group(provider, "Maths 1")),
            id(&group(provider, "School One"))];
        for (filter, expected) in [
            ("userName eq \"ANN1\"".to_owned(), "ann1"),
            ("userName sw \"a\" or userName sw \"own\"".into(), "ann1 own-ann"),
            ("userName ne \"ann1\"".into(), "bob1 cas1 own-ann tom1"),
            ("userName ew \"1\"".into(), "ann1 bob1 cas1 tom1"), ("userName gt \"bob1\"".into(), "cas1 own-ann tom1"),
            ("userName co \"N\"".into(), "ann1 own-ann"),
            ("name.familyName eq \"o'brien\"".into(), "ann1 own-ann"), ("name.familyName co \"ğ\"".into(), "cas1"),
            ("name.familyName co \"%\"".into(), "tom1"), ("name.familyName sw \"VAN\"".into(), "bob1"),
            ("name.familyName co \"50% _off_\\\\.*\"".into(), "tom1"),
            ("displayName eq \"bob VAN DEN berg\"".into(), "bob1"), ("displayName co \"ann\"".into(), "ann1"),
            ("emails.value eq \"ANN@noord.example\"".into(), "ann1"),
            ("emails co \"noord\"".into(), "ann1 bob1 cas1 own-ann tom1"),
            ("emails[type eq \"work\" and value sw \"tom+\"]".into(), "tom1"),
            ("emails[type eq \"work\"].value eq \"bob@noord.example\"".into(), "bob1"),
            ("emails[type eq \"home\"]".into(), "own-ann"), ("not (emails[type eq \"work\"])".into(), "own-ann"),
            ("active eq true".into(), "ann1 bob1 cas1 tom1"), ("active eq false".into(), "own-ann"),
            ("not (active eq true)".into(), "own-ann"), ("active ne false".into(), "ann1 bob1 cas1 tom1"),
            ("userType eq \"TEACHER\"".into(), "tom1"), ("roles.value eq \"student\"".into(), "ann1 bob1 cas1"),
            ("roles[value eq \"student\" and primary eq true]".into(), "ann1 bob1 cas1"),
            ("title pr".into(), ""), ("title eq null and userName pr".into(), "ann1 bob1 cas1 own-ann tom1"),
            ("title ne \"x\"".into(), "ann1 bob1 cas1 own-ann tom1"), ("externalId pr".into(), ""),
            ("phoneNumbers pr".into(), ""), ("organization eq \"school one\"".into(), "ann1 bob1 cas1 tom1"),
            (format!("{EDUCATION}:gradeLevels eq \"01\""), "ann1 cas1"),
            (format!("{EDUCATION}:gradeLevels ne \"01\""), "bob1 own-ann tom1"),
            (format!("{EDUCATION}:identifiers.value eq \"ann\""), "ann1"),
            (format!("{EDUCATION}:roles.schoolName eq \"School Two\""), ""),
            (format!("id eq \"{ann}\""), "ann1"), (format!("id ne \"{ann}\""), "bob1 cas1 own-ann tom1"),
            (format!("id eq \"{}\"", ann.to_uppercase()), ""), ("id pr".into(), "ann1 bob1 cas1 own-ann tom1"),
            (format!("groups.value eq \"{maths}\""), "ann1 cas1 tom1"),
            (format!("groups[value eq \"{school}\" and type eq \"indirect\"]"), "ann1 bob1 cas1 tom1"),
            ("groups pr".into(), "ann1 bob1 cas1 tom1"),
            (format!("groups.value eq \"{maths}\" and userType eq \"teacher\""), "tom1"),
            ("meta.lastModified gt \"2020-01-01T00:00:00Z\"".into(), "ann1 bob1 cas1 own-ann tom1"),
            ("meta.lastModified lt \"2026-08-15T00:00:00Z\"".into(), "ann1 bob1 cas1 tom1"),
            ("meta.created pr".into(), "own-ann"),
            ("meta.resourceType eq \"User\" and userName sw \"c\"".into(), "cas1"),
            (format!("schemas eq \"{EDUCATION}\""), "ann1 bob1 cas1 tom1"),
        ] {
            let expected: Vec<&str> = expected.split_whitespace().collect();
            assert_eq!(provider.names(&filter), set(&expected), "{filter}");
        }
        for (filter, expected) in [
            (format!("members.value eq \"{ann}\""), vec!["Maths 1", "School One: student"]),
            (format!("members eq \"{maths}\""), vec!["School One"]),
            ("displayName sw \"maths\"".into(), vec!["Maths 1"]),
            ("displayName co \"one: S\"".into(), vec!["School One: student"]),
            (format!("{EDUCATION_GROUP}:kind eq \"class\""), vec!["Maths 1", "Reading 2"]),
            (format!("{EDUCATION_GROUP}:kind ne \"class\" and not (members[type eq \"Group\"])"),
                vec!["School One: student", "School One: teacher"]),
            (format!("id eq \"{maths}\" and members eq \"{ann}\""), vec!["Maths 1"]), ("externalId pr".into(), vec![]),
            (format!("{EDUCATION_GROUP}:gradeLevels eq \"01\""), vec!["Maths 1"]),
        ] {
            assert_eq!(provider.found("/Groups", &filter, "displayName"), set(&expected), "{filter}");
        }
    }

    fn lists_page_and_sort_over_the_schools_people_and_the_providers_own(provider: &Provider) {
        for name in ["zoe", "abe", "mia"] {
            provider.user(name);
        }
        provider.group("Own group", &[]);
        for (path, n) in [("/Users", 7), ("/Groups", 6)] {
            let whole: Vec<String> = all(provider, path).iter().map(id).collect();
            assert_eq!(whole.len(), n);
            for count in [1, 2, 3, 5] {
                let mut by_index = Vec::new();
                for start in (1..=n).step_by(count) {
                    let list = provider.read(&format!("{path}?startIndex={start}&count={count}"));
                    assert_eq!(list["totalResults"], n);
                    by_index.extend(list["Resources"].as_array().unwrap().iter().map(id));
                }
                assert_eq!(by_index, whole, "{path} by {count}");
                let (mut by_cursor, mut query) = (Vec::new(), "cursor".to_owned());
                loop {
                    let list = provider.read(&format!("{path}?{query}&count={count}"));
                    by_cursor.extend(list["Resources"].as_array().unwrap().iter().map(id));
                    match list["nextCursor"].as_str() {
                        Some(cursor) => query = format!("cursor={cursor}"),
                        None => break,
                    }
                }
                assert_eq!(by_cursor, whole, "{path} by cursor and {count}");
            }
        }
        let sorted = |query: &str| {
            let list = provider.read(&format!("/Users?{query}"));
            list["Resources"].as_array().unwrap().iter().map(|user| user["userName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(sorted("sortBy=userName"), ["abe", "ann1", "bob1", "cas1", "mia", "tom1", "zoe"]);
        assert_eq!(sorted("sortBy=userName&sortOrder=descending&startIndex=2&count=3"), ["tom1", "mia", "cas1"]);
        assert_eq!(sorted("sortBy=name.familyName&count=4")[..4], ["tom1", "cas1", "ann1", "bob1"]);
        let all = body(&provider.post("/.search", &json!({"filter": "displayName pr", "sortBy": "displayName"})), 200);
        assert_eq!(all["totalResults"], 10);
        assert_eq!(texts(&all["Resources"], "displayName")[0], "Ann O'Brien");
    }

    fn what_the_administration_keeps_is_read_only(provider: &Provider) {
        let ann = person(provider, "ann1");
        let path = format!("/Users/{}", id(&ann));
        for operation in [
            json!({"op": "replace", "path": "name.familyName", "value": "Other"}),
            json!({"op": "replace", "value": {"name": {"givenName": "X"}}}),
            json!({"op": "add", "path": "title", "value": "Dr"}),
            json!({"op": "remove", "path": "roles"}), json!({"op": "add", "path": "nickName", "value": "A"}),
            json!({"op": "replace", "path": "userType", "value": "teacher"}),
            json!({"op": "add", "path": "phoneNumbers", "value": [{"value": "1"}]}),
            json!({"op": "replace", "path": "organization", "value": "x"}),
            json!({"op": "add", "path": format!("{EDUCATION}:localId"), "value": "7"}),
        ] {
            assert_refused(&provider.patch(&path, &json!([operation])), 400, "mutability");
        }
        let same = provider.patched(&path,
            &json!([{"op": "replace", "path": "name.familyName", "value": "O'Brien"},
                {"op": "add", "path": "roles", "value": []}]));
        assert_eq!(same, ann, "what is already so is no change");
        let put = provider.put(&path, &json!({"userName": "ann1", "name": {"familyName": "Other"}, "title": "Dr"}));
        assert_eq!(body(&put, 200), ann, "a PUT leaves it without a word");
        assert_eq!(body(&provider.put(&path, &ann), 200), ann);
        assert_refused(&provider.delete(&path), 403, "");
        assert_eq!(provider.read(&path), ann);

        let maths = group(provider, "Maths 1");
        let path = format!("/Groups/{}", id(&maths));
        for operation in [
            json!({"op": "replace", "path": "displayName", "value": "Other"}),
            json!({"op": "remove", "path": "members"}),
            json!({"op": "remove", "path": "members", "value": [{"value": id(&ann)}]}),
            json!({"op": "add", "path": "members", "value": [{"value": id(&person(provider, "bob1"))}]}),
        ] {
            assert_refused(&provider.patch(&path, &json!([operation])), 400, "mutability");
        }
        assert_eq!(provider.patched(&path, &json!([{"op": "add", "path": "members", "value": [{"value": id(&ann)}]}])),
            maths);
        assert_eq!(body(&provider.put(&path, &json!({"displayName": "Other", "members": []})), 200), maths);
        assert_refused(&provider.delete(&path), 403, "");
        assert_refused(&provider.with("PUT", &path, &[("If-Match", "W/\"zz\"")], &maths), 412, "");
        assert_refused(&provider.with("PATCH", &format!("/Users/{}", id(&ann)), &[("If-Match", "W/\"zz\"")],
            &json!({"Operations": [{"op": "replace", "path": "active", "value": false}]})),
            412, "");
        assert_eq!(group(provider, "Maths 1"), maths);
    }

    fn hidden_people_are_nobody(provider: &Provider) {
        // Another provider's names are nobody's either, so that a hidden person's id is asked for as one would guess it.
        for id in ["dee", "tia", "mum", "ann", "class-K3", "class-K1", "school-S2", "student-S2"] {
            for path in [format!("/Users/{id}"), format!("/Groups/{id}")] {
                assert_eq!(refusal(&provider.get(&path)).0, 404, "{path}");
                assert_eq!(refusal(&provider.delete(&path)).0, 404, "{path}");
                assert_eq!(refusal(&provider.put(&path, &json!({"userName": "x", "displayName": "x"}))).0, 404,
                    "{path}");
            }
        }
        for filter in ["userName eq \"dee1\"", "emails.value eq \"tia@noord.example\"", "name.givenName eq \"Mum\"",
            "userName sw \"d\""] {
            assert_eq!(provider.names(filter), set(&[]), "{filter}");
        }
        assert_eq!(provider.found("/Groups", "displayName co \"Reading 1\" or displayName co \"Two\"", "id"), set(&[]));
        assert_eq!(provider.found("/Users", &format!("{EDUCATION}:roles.schoolName co \"Two\""), "id"), set(&[]));
    }

    fn a_clash_with_somebody_hidden_is_none(provider: &Provider) {
        assert_refused(&provider.post("/Users", &json!({"userName": "ANN1"})), 409, "uniqueness");

        let dee = provider.make("/Users", &json!({"userName": "Dee1", "emails": [{"value": "dee@noord.example"}]}));
        let free = provider.make("/Users",
            &json!({"userName": "nobody-has-this", "emails": [{"value": "x@noord.example"}]}));

        let told = |user: &Value| {
            let mut user = user.clone();
            for own in ["id", "meta", "userName", "emails"] {
                user.as_object_mut().unwrap().remove(own);
            }
            user
        };
        assert_eq!(told(&dee), told(&free));
        assert_eq!(provider.names("userName eq \"dee1\""), set(&["Dee1"]));
        assert_refused(&provider.post("/Users", &json!({"userName": "dee1"})), 409, "uniqueness");
        assert_refused(&provider.patch(&format!("/Users/{}", id(&dee)),
            &json!([{"op": "replace", "path": "userName", "value": "bob1"}])),
            409, "uniqueness");
        assert_refused(&provider.put(&format!("/Users/{}", id(&dee)), &json!({"userName": "Bob1"})), 409, "uniqueness");
        assert_eq!(body(&provider.put(&format!("/Users/{}", id(&dee)), &json!({"userName": "tia1"})), 200)["userName"],
            "tia1");
    }

    fn own_groups_hold_the_schools_people_and_groups(provider: &Provider) {
        let (ann, maths) = (id(&person(provider, "ann1")), id(&group(provider, "Maths 1")));
        let own = provider.user("own");
        let made = provider.make("/Groups",
            &json!({"schemas": [GROUP], "displayName": "Mixed",
                "members": [{"value": ann}, {"value": own}, {"value": maths}, {"value": "dee"}]}));
        assert_eq!(members(&made), set(&[&ann, &own, &maths]));
        let kinds: BTreeSet<String> = made["members"].as_array().unwrap().iter().filter(|member| member["value"] == maths.as_str()).map(|member| member["type"].as_str().unwrap().to_owned()).collect();
        assert_eq!(kinds, set(&["Group"]));

        assert!(texts(&person(provider, "ann1")["groups"], "value").contains(&id(&made)));
        let mixed = format!("groups.value eq \"{}\"", id(&made));
        assert_eq!(provider.names(&mixed), set(&["ann1", "cas1", "own", "tom1"]), "by way of the class too");
        let of_tom = person(provider, "tom1")["groups"].clone();
        let of_tom = of_tom.as_array().unwrap().iter().find(|group| group["value"] == id(&made)).unwrap();
        assert_eq!((&of_tom["type"], &of_tom["display"]), (&json!("indirect"), &json!("Mixed")));
        assert_eq!(provider.found("/Groups", &format!("members eq \"{ann}\""), "displayName"),
            set(&["Maths 1", "School One: student", "Mixed"]));
        let told = provider.patched(&format!("/Groups/{}", id(&made)),
            &json!([{"op": "remove", "path": format!("members[value eq \"{ann}\"]")}]));
        assert_eq!(members(&told), set(&[&own, &maths]));
        let before = version(&person(provider, "ann1"));
        provider.patched(&format!("/Groups/{}", id(&made)),
            &json!([{"op": "add", "path": "members", "value": [{"value": ann}]}]));
        assert_eq!(version(&person(provider, "ann1")), before, "D-46");
    }

    fn two_providers_know_people_by_other_ids(provider: &Provider) {
        let other = provider.boards.provider("noord");
        let (mine, theirs) = (person(provider, "ann1"), person(&other, "ann1"));
        assert_ne!((id(&mine), version(&mine)), (id(&theirs), version(&theirs)));
        assert_ne!(id(&group(provider, "Maths 1")), id(&group(&other, "Maths 1")));
        assert_eq!(refusal(&other.get(&format!("/Users/{}", id(&mine)))).0, 404);
        let blank = provider.boards.provider_named("leeg", &provider.vendor);
        let at = format!("{}/Users/{}", blank.base, id(&mine));
        assert_eq!(provider.server.get_as(&blank.token, &at).status, 404);
        assert_eq!(provider.server.get_as(&provider.token, &at).status, 403, "SC-352: a token is of one board");
        assert_eq!(blank.user("ann1").len(), 36, "SC-353");
    }

    fn sc_304_what_was_held_is_not_sent_again(provider: &Provider) {
        for path in [format!("/Users/{}", id(&person(provider, "ann1"))),
            format!("/Groups/{}", id(&group(provider, "Maths 1")))] {
            let first = provider.get(&path);
            let again = provider.with("GET", &path, &[("If-None-Match", first.header("etag"))], &Value::Null);
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
            assert_eq!(first.header("etag"), version(&first.json()));
        }
    }

    fn searches_and_projections_cut_the_schools_people_too(provider: &Provider) {
        let ann = id(&person(provider, "ann1"));
        assert_eq!(provider.read(&format!("/Users/{ann}?attributes=userName,name.givenName"))["name"],
            json!({"givenName": "Ann"}));
        let list = provider.read(&format!("/Users?filter={}&attributes=id", encoded("userName eq \"ann1\"")));
        assert_eq!(list["Resources"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "schemas"]);
        let without = provider.read("/Groups?excludedAttributes=members&count=1000");
        assert!(without["Resources"].as_array().unwrap().iter().all(|group| group.get("members").is_none()));
    }
}
