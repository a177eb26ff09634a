//! Dialogues of Microsoft Entra ID, as its documentation and its validator show them (SC-954).

use serde_json::{Value, json};

use crate::scim::board::with_a_provider;
use crate::scim::client::{
    ENTERPRISE, GROUP, Provider, USER, assert_refused, body, encoded, id, members, refusal, set, version,
};

const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

/// What Entra sends for a new user, nulls and all.
fn jdoe() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": "jdoe", "userName": "jdoe@contoso.com", "active": true, "displayName": "J Doe",
        "emails": [{"primary": true, "type": "work", "value": "jdoe@contoso.com"}],
        "meta": {"resourceType": "User"}, "name": {"formatted": "J Doe", "familyName": "Doe", "givenName": "J"},
        "phoneNumbers": null, "addresses": null, "roles": [], "department": null, "manager": null,
    })
}

fn staff() -> Value {
    json!({
        "schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159", "displayName": "Staff", "meta": {"resourceType": "Group"},
    })
}

with_a_provider! {
    "leeg";

    fn sc_155_a_connection_is_tested_with_a_user_who_is_not_there(entra: &Provider) {
        let filter = "userName+eq+%22b4fa7c1e-9a0c-4a3e-b3c8-0f0d4f6a7c1e%22";

        for path in ["/Users", "/Users/"] {
            let list = entra.read(&format!("{path}?filter={filter}&aadOptscim062020"));

            assert_eq!((&list["totalResults"], &list["Resources"]), (&json!(0), &json!([])));
            assert_eq!((&list["startIndex"], &list["itemsPerPage"]), (&json!(1), &json!(0)));
        }
    }

    fn sc_071_a_user_is_made_with_nulls_and_found_by_every_matching_attribute(entra: &Provider) {
        let made = entra.make("/Users", &jdoe());

        assert_eq!(made["schemas"], json!([USER]), "no attribute of the extension has a value");
        for absent in ["phoneNumbers", "addresses", "roles", "department", "manager"] {
            assert_eq!(made.get(absent), None, "{absent}");
        }
        for filter in [
            r#"userName eq "JDOE@contoso.com""#,
            r#"externalId eq "jdoe""#,
            r#"emails[type eq "work"].value eq "jdoe@contoso.com""#,
            r#"emails[type eq "work" and value eq "jdoe@contoso.com"]"#,
            r#"(userName eq "jdoe@contoso.com") and (active eq "True")"#,
        ] {
            assert_eq!(entra.read(&format!("/Users?filter={}", encoded(filter)))["Resources"], json!([made]),
                "{filter}");
        }
        assert_eq!(entra.names(r#"emails[type eq "home"].value eq "jdoe@contoso.com""#), set(&[]));
        assert_refused(&entra.post("/Users", &jdoe()), 409, "uniqueness");
    }

    fn each_attribute_is_patched_in_the_old_manner(entra: &Provider) {
        let made = entra.make("/Users", &jdoe());
        let boss = entra.user("boss@contoso.com");
        let path = format!("/Users/{}", id(&made));

        let told = entra.patched(&path, &json!([
            {"op": "Replace", "path": "displayName", "value": "X"},
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "x@contoso.com"},
            {"op": "Replace", "path": "name.givenName", "value": "Xavier"},
            {"op": "Add", "path": "nickName", "value": "Babs"},
            {"op": "Add", "path": MANAGER, "value": boss},
            {"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+31 6 1"},
            {"op": "Replace", "path": "active", "value": "False"},
        ]));

        assert_eq!(told["emails"], json!([{"primary": true, "type": "work", "value": "x@contoso.com"}]));
        assert_eq!(told["name"], json!({"formatted": "J Doe", "familyName": "Doe", "givenName": "Xavier"}));
        assert_eq!((&told["active"], &told["nickName"], &told["displayName"]),
            (&json!(false), &json!("Babs"), &json!("X")));
        assert_eq!(told[ENTERPRISE]["manager"]["value"], boss.as_str());
        assert_eq!(told["phoneNumbers"], json!([{"type": "mobile", "value": "+31 6 1"}]));
        assert_eq!(told["schemas"], json!([USER, ENTERPRISE]));
        assert_eq!(entra.read(&path), told, "a disabled user stays readable");
        assert_eq!(entra.names("active eq false"), set(&["jdoe@contoso.com"]));
    }

    fn sc_228_with_the_flag_one_operation_names_many_paths(entra: &Provider) {
        let made = entra.make("/Users", &jdoe());
        let path = format!("/Users/{}?aadOptscim062020", id(&made));

        let told = entra.patched(&path, &json!([
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x@contoso.com"},
            {"op": "replace", "value": {
                "displayName": "X", "name.givenName": "Xavier",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "7",
                "emails[type eq \"home\"].value": "home@contoso.com",
            }},
            {"op": "replace", "path": "active", "value": false},
        ]));

        assert_eq!((&told["displayName"], &told["name"]["givenName"]), (&json!("X"), &json!("Xavier")));
        assert_eq!((&told[ENTERPRISE], &told["active"]), (&json!({"employeeNumber": "7"}), &json!(false)));
        let emails = told["emails"].as_array().unwrap();
        assert!(emails.contains(&json!({"primary": true, "type": "work", "value": "x@contoso.com"})), "{emails:?}");
    }

    fn sc_231_a_manager_is_set_changed_and_taken_away_in_every_form(entra: &Provider) {
        let (one, two) = (entra.user("one"), entra.user("two"));
        let made = entra.make("/Users", &jdoe());
        let path = format!("/Users/{}", id(&made));
        let manager = |told: &Value| told[ENTERPRISE]["manager"]["value"].as_str().map(str::to_owned);

        for (op, target, value, expected) in [
            ("Add", MANAGER, json!(one), Some(&one)),
            ("Replace", MANAGER, json!(two), Some(&two)),
            ("Replace", MANAGER, json!({"value": one}), Some(&one)),
            ("Add", "manager", json!([{"value": two}]), Some(&two)),
            ("Replace", MANAGER, json!(""), None),
            ("Replace", "manager", json!({"value": one}), Some(&one)),
            ("Replace", MANAGER, json!({"value": ""}), None),
            ("Add", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", json!(two), Some(&two)),
            ("Replace", MANAGER, Value::Null, None),
            ("Add", "manager", json!(one), Some(&one)),
            ("Remove", MANAGER, Value::Null, None),
        ] {
            let told = entra.patched(&path, &json!([{"op": op, "path": target, "value": value}]));
            assert_eq!(manager(&told), expected.cloned(), "{op} {target} {value}");
            assert_eq!(told.get(ENTERPRISE).is_some(), expected.is_some(), "{told}");
        }
    }

    fn sc_155_a_manager_is_looked_for_before_it_is_set(entra: &Provider) {
        let boss = entra.user("boss");
        let made = entra.make("/Users", &jdoe());
        let filter = |manager: &str| format!("id eq \"{}\" and manager eq \"{manager}\"", id(&made));
        let probe = |manager: &str| entra.read(&format!("/Users?filter={}&attributes=id", encoded(&filter(manager))));
        assert_eq!(probe(&boss)["totalResults"], 0);

        entra.patched(&format!("/Users/{}", id(&made)), &json!([{"op": "Add", "path": MANAGER, "value": boss}]));

        assert_eq!(probe(&boss)["Resources"], json!([{"schemas": [USER, ENTERPRISE], "id": id(&made)}]));
        assert_eq!(probe("another")["totalResults"], 0);
    }

    fn sc_233_nulls_and_empty_texts_clear(entra: &Provider) {
        let mut user = jdoe();
        user["title"] = "Teacher".into();
        user["preferredLanguage"] = "nl".into();
        user[ENTERPRISE] = json!({"department": "Math", "employeeNumber": "7"});
        let path = format!("/Users/{}", id(&entra.make("/Users", &user)));

        let told = entra.patched(&path, &json!([
            {"op": "Replace", "path": "title", "value": ""},
            {"op": "Replace", "path": "preferredLanguage", "value": null},
            {"op": "Replace", "path": "name.familyName", "value": ""},
            {"op": "Replace", "path": "department", "value": ""},
            {"op": "Replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
                "value": null},
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": ""},
            {"op": "Add", "path": "nickName", "value": null},
        ]));

        for absent in ["title", "preferredLanguage", "emails", "nickName", ENTERPRISE] {
            assert_eq!(told.get(absent), None, "{absent}: {told}");
        }
        assert_eq!(told["name"], json!({"formatted": "J Doe", "givenName": "J"}));
        assert_refused(&entra.patch(&path, &json!([{"op": "Replace", "path": "userName", "value": ""}])), 400,
            "invalidValue");
        assert_eq!(entra.read(&path), told);
    }

    fn sc_165_a_group_is_matched_made_and_renamed_without_its_members(entra: &Provider) {
        let by_name = format!("/Groups?excludedAttributes=members&filter={}", encoded("displayName eq \"Staff\""));
        assert_eq!(entra.read(&by_name)["totalResults"], 0);

        let made = entra.make("/Groups", &staff());

        assert_eq!(made["schemas"], json!([GROUP]));
        let path = format!("/Groups/{}", id(&made));
        let user = entra.user("jdoe");
        entra.patched(&path, &json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": user}]}]));
        for read in [entra.read(&format!("{path}?excludedAttributes=members")),
            entra.read(&by_name)["Resources"][0].clone()] {
            assert_eq!((read.get("members"), &read["displayName"]), (None, &json!("Staff")));
        }
        for filter in ["displayName eq \"STAFF\"", "externalId eq \"8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159\""] {
            assert_eq!(entra.found("/Groups", filter, "id"), set(&[&id(&made)]), "{filter}");
        }
        entra.patched(&path, &json!([{"op": "Replace", "path": "displayName", "value": "New"}]));
        entra.patched(&path, &json!([{"op": "replace", "value": {"displayName": "Newer"}}]));
        let told = entra.patched(&path, &json!([{"op": "Replace", "path": "externalId", "value": "e2"}]));
        assert_eq!((&told["displayName"], &told["externalId"], members(&told)),
            (&json!("Newer"), &json!("e2"), set(&[&user])));
    }

    fn sc_253_members_come_and_go_in_every_form(entra: &Provider) {
        let users: Vec<String> = (0..4).map(|n| entra.user(&format!("u{n}"))).collect();
        let path = format!("/Groups/{}", id(&entra.make("/Groups", &staff())));
        let listed = |some: &[usize]| some.iter().map(|&n| json!({"$ref": null, "value": users[n]})).collect::<Value>();

        for (operations, expected) in [
            (json!([{"op": "Add", "path": "members", "value": listed(&[0, 1])}]), vec![0, 1]),
            (json!([{"op": "Add", "path": "members", "value": listed(&[1, 2, 3])}]), vec![0, 1, 2, 3]),
            (json!([{"op": "Remove", "path": "members", "value": listed(&[0])}]), vec![1, 2, 3]),
            (json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", users[1])}]), vec![2, 3]),
            (json!([{"op": "Remove", "path": "members", "value": listed(&[0, 2])},
                {"op": "Add", "path": "members", "value": listed(&[1])}]),
                vec![1, 3]),
            (json!([{"op": "Remove", "path": "members", "value": {"value": users[1]}}]), vec![3]),
            (json!([{"op": "Remove", "path": "members", "value": users[3]}]), vec![]),
            (json!([{"op": "Add", "path": "members", "value": users[3]},
                {"op": "Add", "path": "members", "value": [users[2]]}]),
                vec![2, 3]),
            (json!([{"op": "Replace", "path": "members", "value": listed(&[0])}]), vec![0]),
            (json!([{"op": "Replace", "path": "members", "value": null}]), vec![]),
            (json!([{"op": "Add", "path": "members", "value": listed(&[0, 1])}, {"op": "Remove", "path": "members"}]),
                vec![]),
        ] {
            let told = entra.patched(&path, &operations);
            let expected: Vec<&str> = expected.into_iter().map(|n: usize| users[n].as_str()).collect();
            assert_eq!(members(&told), set(&expected), "{operations}");
        }
    }

    fn sc_149_membership_is_probed_in_three_ways(entra: &Provider) {
        let (ann, bob) = (entra.user("ann"), entra.user("bob"));
        let group = entra.group("Staff", &[&ann]);

        for (form, n) in [("members eq \"?\"", 1), ("members.value eq \"?\"", 1), ("members[value eq \"?\"]", 1)] {
            for (user, n) in [(&ann, n), (&bob, 0)] {
                let filter = format!("id eq \"{group}\" and {}", form.replace('?', user));
                let list = entra.read(&format!("/Groups?filter={}&attributes=id", encoded(&filter)));
                assert_eq!(list["totalResults"], n, "{filter}");
                assert_eq!(list["Resources"][0].get("members"), None);
            }
        }
    }

    fn a_user_is_deleted_once(entra: &Provider) {
        let path = format!("/Users/{}", id(&entra.make("/Users", &jdoe())));
        entra.patched(&path, &json!([{"op": "Replace", "path": "active", "value": "False"}]));

        let gone = entra.delete(&path);

        assert_eq!((gone.status, gone.body.as_str()), (204, ""));
        assert_eq!(refusal(&entra.delete(&path)).0, 404);
        assert_eq!(refusal(&entra.get(&path)).0, 404);
        let unknown = "/Users/5171a35d-8264-4c5f-9a31-0aab0a0d2d5e";
        assert_eq!(refusal(&entra.delete(unknown)).0, 404);
    }

    fn pages_of_five_cover_everyone(entra: &Provider) {
        for n in 0..12 {
            entra.user(&format!("user{n:02}"));
        }

        let mut seen = Vec::new();
        for start in [1, 6, 11] {
            let list = entra.read(&format!("/Users?startIndex={start}&count=5"));
            assert_eq!((&list["startIndex"], &list["totalResults"]), (&json!(start), &json!(12)));
            seen.extend(list["Resources"].as_array().unwrap().iter().map(|user| user["userName"].as_str().unwrap().to_owned()));
        }

        assert_eq!(seen, (0..12).map(|n| format!("user{n:02}")).collect::<Vec<_>>());
    }

    fn sc_141_microsofts_reader_asks_for_what_changed(entra: &Provider) {
        let made = entra.make("/Users", &jdoe());
        let later = made["meta"]["lastModified"].as_str().unwrap().replace(".000Z", ".9990000Z");

        for (filter, n) in [
            (format!("active eq true and (meta.lastModified ge \"0001-01-03T00:00:00.0000000Z\" and meta.lastModified le \"{later}\")"),
                1),
            ("(ActiVe eq true) and meta.lastmodified ge \"2126-01-01T00:00:00Z\"".to_owned(), 0),
            ("meta.Created gt 2015-10-10T14:38:21.8617979-07:00".to_owned(), 1),
            (format!("id eq \"{}\"", id(&made)), 1),
        ] {
            let list = entra.read(&format!("/Users?filter={}&count=5&startindex=0", encoded(&filter)));
            assert_eq!((&list["totalResults"], &list["startIndex"]), (&json!(n), &json!(1)), "{filter}");
        }
        assert_eq!(entra.read("/Users?count=1")["itemsPerPage"], 1);
    }

    fn microsofts_validator_meets_what_it_expects(entra: &Provider) {
        let made = entra.make("/Users", &json!({
            "userName": "rosemary", "active": true, "displayName": "Rosemary",
            "emails": [{"type": "work", "value": "old@contoso.com", "primary": true},
                {"type": "home", "value": "h@contoso.com"}],
        }));
        let path = format!("/Users/{}", id(&made));

        let told = entra.patched(&path, &json!([
            {"op": "replace", "path": "emails[primary eq true].value", "value": "new@contoso.com"},
            {"op": "replace", "value": {"userName": "rosemary2", "displayName": "R", "active": "True"}},
            {"op": "add", "path": "roles", "value": [{"primary": "True", "display": "d", "value": "v", "type": "t"}]},
        ]));

        assert_eq!(told["emails"][0]["value"], "new@contoso.com");
        assert_eq!((&told["userName"], &told["active"], &told["roles"][0]["primary"]),
            (&json!("rosemary2"), &json!(true), &json!(true)));
        assert_eq!(entra.names("userName eq \"ROSEMARY2\""), set(&["rosemary2"]));
        assert_eq!(entra.names("emails[primary eq true].value eq \"new@contoso.com\""), set(&["rosemary2"]));
        assert_eq!(entra.names("userName eq \"rosemary\""), set(&[]));
        let same = entra.patched(&path, &json!([{"op": "replace", "value": {"userName": "rosemary2"}}]));
        assert_eq!(version(&same), version(&told));
        assert_eq!(body(&entra.post("/Users", &json!({"userName": "rosemary"})), 201)["userName"], "rosemary");
    }

    fn sc_952_microsofts_postman_collection_is_understood(entra: &Provider) {
        let first = entra.make("/Users", &json!({
            "UserName": "UserName222", "Active": true, "DisplayName": "lennay", "schemas": [USER, ENTERPRISE],
            "externalId": "22fbc523-6032-4c5f-939d-5d4850cf3e52",
            "name": {"formatted": "Adrcatalog", "familyName": "Leslie", "givenName": "Rae"},
            "emails": [{"Primary": true, "type": "work", "value": "testing@bob.com"}],
        }));
        let second = entra.user("OMalley");
        assert_eq!((&first["userName"], &first["emails"][0]["primary"]), (&json!("UserName222"), &json!(true)));

        let list = entra.read("/Users/?attributes=userName,emails[type+eq+%22work%22]");
        assert_eq!(list["Resources"][0],
            json!({"schemas": [USER], "id": id(&first), "userName": "UserName222", "emails": first["emails"]}));
        assert_eq!(entra.names("userName sw O"), set(&["OMalley"]));
        assert_eq!(entra.read("/Users/?startIndex=1&count=2")["itemsPerPage"], 2);
        let group = entra.group("Group1", &[]);
        let told = entra.patched(&format!("/Groups/{group}"), &json!([
            {"name": "addMember", "op": "add", "path": "members",
                "value": [{"displayName": "new User", "$ref": null, "value": id(&first)}, {"value": second}]},
        ]));
        assert_eq!(members(&told), set(&[&id(&first), &second]));
        let envelope = json!({"id": "x", "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "operations": [{"Op": "Remove", "Path": "members", "Value": second}]});
        let told = body(&entra.with("PATCH", &format!("/Groups/{group}"), &[], &envelope), 200);
        assert_eq!(members(&told), set(&[&id(&first)]));
    }
}
