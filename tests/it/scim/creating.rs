//! Making resources (SC-050 to SC-074).

use serde_json::{Value, json};

use crate::scim::board::with_a_provider;
use crate::scim::client::{ENTERPRISE, GROUP, Provider, USER, assert_refused, body, id, refusal, set, version};

with_a_provider! {
    "leeg";

    fn sc_050_to_053_a_new_resource_is_told_whole_with_its_address(provider: &Provider) {
        for (path, sent, kind) in [
            ("/Users", json!({"schemas": [USER], "userName": "ann"}), "User"),
            ("/Groups", json!({"schemas": [GROUP], "displayName": "Staff"}), "Group"),
        ] {
            let mut sent = sent;
            sent["id"] = "mine".into();
            sent["meta"] = json!({"created": "2001-01-01T00:00:00Z", "resourceType": "Nonsense", "version": "x"});
            sent["groups"] = json!([{"value": "x"}]);

            let reply = provider.post(path, &sent);

            let made = body(&reply, 201);
            assert_ne!(id(&made), "mine");
            assert_eq!(made.get("groups"), None);
            assert_eq!(reply.header("location"), made["meta"]["location"]);
            assert_eq!(reply.header("etag"), version(&made));
            assert_eq!(made["meta"]["resourceType"], kind);
            let when = |name: &str| chrono::DateTime::parse_from_rfc3339(made["meta"][name].as_str().unwrap()).unwrap();
            assert_eq!(when("lastModified"), when("created"));
            let at = reply.header("location").strip_prefix(&provider.server.url).unwrap();
            assert_eq!(provider.server.get_as(&provider.token, at).json(), made);
            // SC-080
            assert_eq!(provider.read(&format!("{path}/{}", id(&made))), made);
        }
    }

    fn sc_054_what_is_required_must_be_there(provider: &Provider) {
        for name in [None, Some(json!("")), Some(Value::Null), Some(json!("   "))] {
            let (mut user, mut group) = (json!({"schemas": [USER]}), json!({"schemas": [GROUP]}));
            if let Some(name) = &name {
                user["userName"] = name.clone();
                group["displayName"] = name.clone();
            }
            assert_refused(&provider.post("/Users", &user), 400, "invalidValue");
            assert_refused(&provider.post("/Groups", &group), 400, "invalidValue");
        }
        assert_eq!(provider.read("/Users")["totalResults"], 0);
        let (ann, group) = (provider.user("ann"), provider.group("g", &[]));
        for (path, name) in [(format!("/Users/{ann}"), "userName"), (format!("/Groups/{group}"), "displayName")] {
            let blank = json!([{"op": "replace", "path": name, "value": " \t"}]);
            assert_refused(&provider.patch(&path, &blank), 400, "invalidValue");
            assert_refused(&provider.put(&path, &json!({name: "\u{a0}"})), 400, "invalidValue");
        }
    }

    fn addresses_that_are_no_uris_are_refused(provider: &Provider) {
        let ann = format!("/Users/{}", provider.user("ann"));
        for (name, value) in [("profileUrl", json!("not a url with spaces")), ("profileUrl", json!("http://a/\n")),
            ("photos", json!([{"value": "<a>", "type": "photo"}]))] {
            assert_refused(&provider.post("/Users", &json!({"userName": "bob", name: value})), 400, "invalidValue");
            assert_refused(&provider.patch(&ann, &json!([{"op": "add", "path": name, "value": value}])), 400,
                "invalidValue");
        }
        for good in ["https://example.org/%7Eann?a=b#c", "/ann", "urn:x:ann"] {
            let told = provider.patched(&ann, &json!([{"op": "replace", "path": "profileUrl", "value": good}]));
            assert_eq!(told["profileUrl"], good);
        }
    }

    fn one_name_is_one_user_however_its_marks_are_written(provider: &Provider) {
        let zoe = provider.user("Zo\u{eb}");
        assert_refused(&provider.post("/Users", &json!({"userName": "zoe\u{308}"})), 409, "uniqueness");
        for filter in ["userName eq \"ZOE\u{308}\"", "userName sw \"zoe\u{308}\"", "userName co \"o\u{eb}\""] {
            assert_eq!(provider.found("/Users", filter, "id"), set(&[&zoe]), "{filter}");
        }
        assert_eq!(provider.read(&format!("/Users/{zoe}"))["userName"], "Zo\u{eb}", "it stays as it was sent");
    }

    fn sc_055_056_a_name_is_taken_in_any_case_until_its_user_is_deleted(provider: &Provider) {
        let bob = provider.user("Bob@Example.org");
        for name in ["Bob@Example.org", "bob@example.org", "BOB@EXAMPLE.ORG"] {
            assert_refused(&provider.post("/Users", &json!({"userName": name})), 409, "uniqueness");
        }
        assert_eq!(provider.delete(&format!("/Users/{bob}")).status, 204);

        assert_ne!(provider.user("BOB@example.org"), bob, "SC-072");
    }

    fn sc_057_a_password_is_never_told(provider: &Provider) {
        let made = provider.make("/Users", &json!({"userName": "ann", "password": "tulip-77"}));
        let path = format!("/Users/{}", id(&made));
        let answers = [
            provider.get(&path),
            provider.get(&format!("{path}?attributes=password")),
            provider.get("/Users?attributes=password,userName"),
            provider.post("/Users/.search", &json!({"attributes": ["password"]})),
            provider.patch(&path, &json!([{"op": "replace", "path": "password", "value": "tulip-78"}])),
            provider.with("PATCH", &format!("{path}?attributes=password"), &[],
                &json!({"Operations": [{"op": "replace", "value": {"password": "tulip-79"}}]})),
            provider.put(&path, &json!({"userName": "ann", "password": "tulip-80"})),
        ];
        for reply in answers {
            assert_eq!(reply.status, 200, "{}", reply.body);
            assert!(!reply.body.contains("tulip") && !reply.body.contains("argon2"), "{}", reply.body);
            assert_eq!(reply.json().get("password"), None);
        }
        assert!(!made.to_string().contains("tulip"));
    }

    fn sc_058_059_a_body_that_is_no_resource_is_refused(provider: &Provider) {
        for text in ["", "{", "[]", "\"x\"", "3", "null", "{\"userName\": \"a\"} x"] {
            let refused = provider.raw("POST", "/Users", &[("Content-Type", "application/scim+json")], text);
            assert_refused(&refused, 400, "invalidSyntax");
        }
        for (name, value) in [
            ("active", json!(3)), ("active", json!("perhaps")), ("emails", json!("x")), ("name", json!([])),
            ("name", json!("Ann")),
            ("userName", json!(7)), ("displayName", json!({"a": 1})), ("emails", json!([{"value": 7}])),
            ("emails", json!([{"primary": "x"}])),
            (ENTERPRISE, json!([])), ("x509Certificates", json!([{"value": "not base64!"}])),
        ] {
            let mut user = json!({"userName": "ann"});
            user[name] = value.clone();
            assert_refused(&provider.post("/Users", &user), 400, "invalidValue");
        }
        assert_eq!(provider.read("/Users")["totalResults"], 0);
    }

    fn sc_060_to_069_bodies_are_taken_as_clients_write_them(provider: &Provider) {
        for (sent, expected) in [
            (json!({"displayName": "no schemas"}), json!({"displayName": "no schemas"})),
            (json!({"schemas": [USER, "urn:x:y"], "nosuch": 1, "urn:x:y": {"a": 1},
                "name": {"nosuch": "x", "givenName": "A"}}),
                json!({"name": {"givenName": "A"}})),
            (json!({"DisplayName": "D", "NAME": {"GivenName": "G"}}),
                json!({"displayName": "D", "name": {"givenName": "G"}})),
            (json!({ENTERPRISE: {"department": "Math", "Division": "S"}}),
                json!({ENTERPRISE: {"department": "Math", "division": "S"}})),
            (json!({ENTERPRISE.to_lowercase(): {"department": "Math"}}), json!({ENTERPRISE: {"department": "Math"}})),
            (json!({"title": null, "emails": [], "phoneNumbers": null, ENTERPRISE: {"department": null}}), json!({})),
            (json!({"active": "True", "emails": [{"value": "a", "primary": "False"}]}),
                json!({"active": true, "emails": [{"value": "a", "primary": false}]})),
            (json!({"emails": [{"value": "a", "type": "parent"}]}),
                json!({"emails": [{"value": "a", "type": "parent"}]})),
            (json!({"locale": "7f3c", "timezone": "x", "preferredLanguage": "??", "addresses": [{"country": "USA"}]}),
             json!({"locale": "7f3c", "timezone": "x", "preferredLanguage": "??", "addresses": [{"country": "USA"}]})),
            (json!({"externalId": "same"}), json!({"externalId": "same"})),
            (json!({"externalId": "same"}), json!({"externalId": "same"})),
        ]
        .into_iter()
        .enumerate()
        .map(|(n, (mut sent, expected))| {
            sent["userName"] = format!("u{n}").into();
            (sent, expected)
        }) {
            let made = provider.make("/Users", &sent);
            let mut rest = made.clone();
            for own in ["id", "meta", "userName", "schemas"] {
                rest.as_object_mut().unwrap().remove(own);
            }
            assert_eq!(rest, expected, "{sent}");
            let has_extension = expected.get(ENTERPRISE).is_some();
            assert_eq!(made["schemas"].as_array().unwrap().contains(&json!(ENTERPRISE)), has_extension, "{made}");
        }
        assert_refused(&provider.post("/Users", &json!({"schemas": [ENTERPRISE], "userName": "x"})), 400,
            "invalidSyntax");
        let two = json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]);
        assert_refused(&provider.post("/Users", &json!({"userName": "x", "emails": two})), 400, "invalidValue");
    }

    fn sc_070_an_answer_is_cut_as_asked(provider: &Provider) {
        let made = provider.make("/Users?attributes=userName", &json!({"userName": "ann", "title": "Dr"}));
        assert_eq!(made.as_object().unwrap().keys().collect::<Vec<_>>().len(), 3, "{made}");
        let made = provider.make("/Users?excludedAttributes=title,meta", &json!({"userName": "bob", "title": "Dr"}));
        assert_eq!((made.get("title"), made.get("meta"), &made["userName"]), (None, None, &json!("bob")));
    }

    fn sc_072_ids_are_never_the_same_and_never_come_back(provider: &Provider) {
        let mut seen = std::collections::HashSet::new();
        for n in 0..5 {
            let (user, group) = (provider.user(&format!("u{n}")), provider.group(&format!("g{n}"), &[]));
            assert!(seen.insert(user.clone()) && seen.insert(group.clone()));
            assert_eq!(provider.delete(&format!("/Users/{user}")).status, 204);
            assert_eq!(provider.delete(&format!("/Groups/{group}")).status, 204);
            assert!(!user.contains("bulkId"));
        }
    }

    fn sc_074_of_many_who_make_one_name_one_does(provider: &Provider) {
        let statuses: Vec<(u16, String)> = std::thread::scope(|scope| {
            let attempt = |n: usize| scope.spawn(move || {
                let name = if n.is_multiple_of(2) { "ann@example.org" } else { "ANN@Example.org" };
                let reply = provider.post("/Users", &json!({"userName": name}));
                if reply.status == 201 { (201, String::new()) } else { refusal(&reply) }
            });
            let attempts: Vec<_> = (0..12).map(attempt).collect();
            attempts.into_iter().map(|attempt| attempt.join().unwrap()).collect()
        });

        assert_eq!(statuses.iter().filter(|(status, _)| *status == 201).count(), 1);
        assert_eq!(statuses.iter().filter(|answer| **answer == (409, "uniqueness".to_owned())).count(), 11,
            "{statuses:?}");
        assert_eq!(provider.read("/Users")["totalResults"], 1);
    }
}
