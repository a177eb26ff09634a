//! PATCH of users (SC-200 to SC-240).

use std::time::Duration;

use serde_json::{Value, json};

use crate::scim::board::with_a_provider;
use crate::scim::client::{ENTERPRISE, GROUP, PATCH, Provider, USER, assert_refused, body, id, refusal, version};

/// A user with something of every kind; returns its address.
fn ann(provider: &Provider<'_>) -> String {
    let user = provider.make(
        "/Users",
        &json!({
            "userName": "ann", "title": "Dr", "name": {"givenName": "Ann", "familyName": "Berg", "middleName": "M"},
            "active": true,
            "emails": [{"value": "w@x", "type": "work", "primary": true}, {"value": "h@x", "type": "home"}],
            "addresses": [{"type": "work", "locality": "Assen"}], ENTERPRISE: {"department": "Math"},
        }),
    );
    format!("/Users/{}", id(&user))
}

fn at<'v>(user: &'v Value, pointer: &str) -> &'v Value {
    user.pointer(pointer).unwrap_or(&Value::Null)
}

with_a_provider! {
    "leeg";

    fn sc_200_to_213_operations_do_what_the_standard_says(provider: &Provider) {
        let email = |value: &str, kind: &str| json!({"value": value, "type": kind});
        let work = json!({"value": "w@x", "type": "work", "primary": true});
        for (operations, pointer, expected) in [
            (json!([{"op": "add", "path": "nickName", "value": "A"}]), "/nickName", json!("A")),
            (json!([{"op": "add", "path": "title", "value": "Ms"}]), "/title", json!("Ms")),
            (json!([{"op": "replace", "path": "title", "value": "Ms"}]), "/title", json!("Ms")),
            (json!([{"op": "replace", "path": "nickName", "value": "A"}]), "/nickName", json!("A")),
            (json!([{"op": "remove", "path": "title"}]), "/title", Value::Null),
            (json!([{"op": "REPLACE", "PATH": "TITLE", "Value": "Ms"}]), "/title", json!("Ms")),
            (json!([{"Op": "Add", "path": "emails", "value": [email("o@x", "other")]}]), "/emails",
                json!([work, email("h@x", "home"), email("o@x", "other")])),
            (json!([{"op": "add", "path": "emails", "value": email("o@x", "other")}]), "/emails/2",
                email("o@x", "other")),
            (json!([{"op": "add", "path": "emails", "value": [email("h@x", "home")]}]), "/emails",
                json!([work, email("h@x", "home")])),
            (json!([{"op": "add", "value": {"name": {"honorificPrefix": "Dr"}, "nickName": "A"}}]), "/name",
                json!({"givenName": "Ann", "familyName": "Berg", "middleName": "M", "honorificPrefix": "Dr"})),
            (json!([{"op": "replace", "value": {"title": "Ms"}}]), "/name/givenName", json!("Ann")),
            (json!([{"op": "replace", "path": "name", "value": {"givenName": "B"}}]), "/name",
                json!({"givenName": "B", "familyName": "Berg", "middleName": "M"})),
            (json!([{"op": "remove", "path": "name"}, {"op": "add", "path": "name.familyName", "value": "C"}]), "/name",
                json!({"familyName": "C"})),
            (json!([{"op": "remove", "path": "name.middleName"}]), "/name",
                json!({"givenName": "Ann", "familyName": "Berg"})),
            (json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "n@x"}]), "/emails",
                json!([{"value": "n@x", "type": "work", "primary": true}, email("h@x", "home")])),
            (json!([{"op": "replace", "path": "emails[type eq \"home\"]", "value": {"value": "n@x", "display": "d"}}]),
                "/emails", json!([work, {"value": "n@x", "type": "home", "display": "d"}])),
            (json!([{"op": "remove", "path": "emails[type eq \"work\"]"}]), "/emails", json!([email("h@x", "home")])),
            (json!([{"op": "remove", "path": "emails[type eq \"work\"].value"}]), "/emails",
                json!([email("h@x", "home")])),
            (json!([{"op": "remove", "path": "emails[type eq \"fax\"]"}]), "/emails",
                json!([work, email("h@x", "home")])),
            (json!([{"op": "add", "path": "emails[type eq \"other\"].value", "value": "o@x"}]), "/emails/2",
                email("o@x", "other")),
            (json!([{"op": "add", "path": "addresses[type eq \"home\"].streetAddress", "value": "S 1"},
                {"op": "add", "path": "addresses[type eq \"home\"].country", "value": "NL"}]),
             "/addresses",
             json!([{"type": "work", "locality": "Assen"}, {"type": "home", "streetAddress": "S 1", "country": "NL"}])),
            (json!([{"op": "replace", "path": "emails", "value": [email("n@x", "home")]}]), "/emails",
                json!([email("n@x", "home")])),
            (json!([{"op": "remove", "path": "emails"}]), "/emails", Value::Null),
            (json!([{"op": "replace", "path": "emails", "value": []}]), "/emails", Value::Null),
            (json!([{"op": "add", "path": "emails", "value": [{"value": "n@x", "type": "other", "primary": true}]}]),
                "/emails/0/primary", json!(false)),
            (json!([{"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}]), "/emails/0/primary",
                json!(false)),
            (json!([{"op": "add", "path": "roles", "value": "teacher"}]), "/roles", json!([{"value": "teacher"}])),
            (json!([{"op": "remove", "path": "emails", "value": [{"value": "w@x"}]}]), "/emails",
                json!([email("h@x", "home")])),
        ] {
            let path = ann(provider);
            let told = provider.patched(&path, &operations);
            let (mut found, mut expected) = (at(&told, pointer).clone(), expected);
            for emails in [&mut found, &mut expected] {
                for element in emails.as_array_mut().into_iter().flatten() {
                    // Whether a value that isn't preferred says so is all the same.
                    if element["primary"] == false {
                        element.as_object_mut().unwrap().remove("primary");
                    }
                }
            }
            assert_eq!(found, expected, "{operations}");
            assert_eq!(provider.read(&path), told, "SC-224: {operations}");
            assert_eq!(provider.delete(&path).status, 204);
        }
    }

    fn sc_208_to_217_what_cannot_be_done_is_refused_and_changes_nothing(provider: &Provider) {
        let path = ann(provider);
        let before = provider.read(&path);
        for (operation, kind) in [
            (json!({"op": "replace", "path": "emails[type eq \"fax\"]", "value": {"value": "x"}}), "noTarget"),
            (json!({"op": "replace", "path": "emails[type eq \"fax\"].value", "value": "x"}), "noTarget"),
            (json!({"op": "remove"}), "noTarget"), (json!({"op": "remove", "value": {"title": "x"}}), "noTarget"),
            (json!({"op": "remove", "path": "userName"}), "mutability"),
            (json!({"op": "remove", "path": "id"}), "mutability"),
            (json!({"op": "remove", "path": "groups"}), "mutability"),
            (json!({"op": "replace", "path": "id", "value": "x"}), "mutability"),
            (json!({"op": "add", "path": "meta.created", "value": "2001-01-01T00:00:00Z"}), "mutability"),
            (json!({"op": "add", "path": "groups", "value": [{"value": "x"}]}), "mutability"),
            (json!({"op": "remove", "path": "schemas", "value": [USER]}), "mutability"),
            (json!({"op": "replace", "path": "userName", "value": ""}), "invalidValue"),
            (json!({"op": "replace", "path": "userName", "value": null}), "invalidValue"),
            (json!({"op": "add", "path": "nosuch", "value": 1}), "invalidPath"),
            (json!({"op": "add", "path": "name.nosuch", "value": "x"}), "invalidPath"),
            (json!({"op": "add", "path": "urn:x:y:z", "value": "x"}), "invalidPath"),
            (json!({"op": "add", "path": "emails[", "value": "x"}), "invalidPath"),
            (json!({"op": "add", "path": "", "value": "x"}), "invalidPath"),
            (json!({"op": "add", "path": 3, "value": "x"}), "invalidPath"),
            (json!({"op": "add", "path": "emails[type xx \"work\"]", "value": {}}), "invalidFilter"),
            (json!({"op": "add", "path": "title"}), "invalidValue"),
            (json!({"op": "add", "path": "active", "value": 3}), "invalidValue"),
            (json!({"op": "replace", "value": "x"}), "invalidValue"),
            (json!({"op": "add", "path": "emails",
                "value": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}),
                "invalidValue"),
            (json!({"op": "move", "path": "title", "value": "x"}), "invalidSyntax"),
            (json!({"path": "title", "value": "x"}), "invalidSyntax"), (json!("add"), "invalidSyntax"),
        ] {
            // SC-218: what came before is undone.
            let reply = provider.patch(&path,
                &json!([{"op": "replace", "path": "title", "value": "Changed"},
                    {"op": "add", "path": "nickName", "value": "N"}, operation]));
            let told = refusal(&reply);
            let is_either = kind == "invalidFilter" || operation["path"] == "emails[";
            assert!(told == (400, kind.to_owned()) || is_either && ["invalidPath", "invalidFilter"].contains(&&*told.1),
                "{operation}: {told:?}");
        }
        for envelope in [
            json!({"schemas": [PATCH]}), json!({"schemas": [PATCH], "Operations": []}),
            json!({"schemas": [PATCH], "Operations": {}}),
            json!({"schemas": [USER], "Operations": [{"op": "add", "path": "title", "value": "x"}]}), json!([]),
            json!("x"),
        ] {
            assert_refused(&provider.with("PATCH", &path, &[], &envelope), 400, "invalidSyntax");
        }
        assert_eq!(provider.read(&path), before);
    }

    fn sc_215_235_236_uniqueness_and_unknown_users(provider: &Provider) {
        provider.user("bob");
        let path = ann(provider);
        let before = provider.read(&path);
        let rename = |name: &str| provider.patch(&path,
            &json!([{"op": "add", "path": "nickName", "value": "B"},
                {"op": "replace", "path": "userName", "value": name}]));

        assert_refused(&rename("BOB"), 409, "uniqueness");
        assert_eq!(provider.read(&path), before);
        assert_eq!(body(&rename("ANN"), 200)["userName"], "ANN", "a user keeps its own name in other letters");
        let unknown = provider.patch("/Users/nobody", &json!([{"op": "add", "path": "title", "value": "x"}]));
        assert_eq!((refusal(&unknown).0, provider.read("/Users")["totalResults"].clone()), (404, json!(2)));
    }

    fn sc_219_operations_follow_each_other(provider: &Provider) {
        let path = ann(provider);
        let told = provider.patched(&path, &json!([
            {"op": "remove", "path": "emails"},
            {"op": "add", "path": "emails", "value": [{"value": "n@x", "type": "home"}]},
            {"op": "replace", "path": "emails[value eq \"n@x\"].type", "value": "other"},
            {"op": "add", "path": "emails[type eq \"other\"].display", "value": "d"},
            {"op": "replace", "path": "title", "value": "1"}, {"op": "replace", "path": "title", "value": "2"},
        ]));
        assert_eq!((&told["emails"], &told["title"]),
            (&json!([{"value": "n@x", "type": "other", "display": "d"}]), &json!("2")));
    }

    fn sc_221_222_only_a_change_moves_the_version(provider: &Provider) {
        let path = ann(provider);
        let before = provider.read(&path);
        for operations in [
            json!([{"op": "replace", "path": "title", "value": "Dr"}]),
            json!([{"op": "add", "path": "emails", "value": [{"value": "h@x", "type": "home"}]}]),
            json!([{"op": "replace", "path": "active", "value": "True"}]),
            json!([{"op": "remove", "path": "nickName"}]), json!([{"op": "add", "path": "nickName", "value": null}]),
            json!([{"op": "add", "path": "title", "value": "x"}, {"op": "replace", "path": "title", "value": "Dr"}]),
            json!([{"op": "replace", "value": {"id": "x", "meta": {}, "schemas": []}}]),
            json!([{"op": "replace", "path": "emails",
                "value": [{"value": "h@x", "type": "home"}, {"value": "w@x", "type": "work", "primary": true}]}]),
        ] {
            assert_eq!(provider.patched(&path, &operations), before, "{operations}");
        }
        std::thread::sleep(Duration::from_millis(2));
        let after = provider.patched(&path, &json!([{"op": "replace", "path": "title", "value": "Ms"}]));
        assert_ne!(version(&after), version(&before));
        assert!(after["meta"]["lastModified"].as_str() > before["meta"]["lastModified"].as_str());
        assert_eq!(after["meta"]["created"], before["meta"]["created"]);
    }

    fn sc_223_238_an_answer_is_as_long_as_wished(provider: &Provider) {
        let path = ann(provider);
        let send = |path: &str, title: &str| {
            provider.with("PATCH", path, &[("Prefer", "return=minimal")],
                &json!({"Operations": [{"op": "replace", "path": "title", "value": title}]}))
        };
        let short = send(&path, "1");
        assert_eq!((short.status, short.body.as_str(), short.header("preference-applied")),
            (204, "", "return=minimal"));
        assert_eq!(short.header("etag"), version(&provider.read(&path)));
        assert_eq!(body(&send(&format!("{path}?attributes=title"), "2"), 200)["title"], "2");
    }

    fn sc_225_to_227_extensions_come_and_go_by_their_urn(provider: &Provider) {
        let path = ann(provider);
        let urn = |name: &str| format!("{ENTERPRISE}:{name}");
        for (operation, expected) in [
            (json!({"op": "replace", "path": urn("department"), "value": "Art"}), json!({"department": "Art"})),
            (json!({"op": "add", "path": urn("manager.value"), "value": "m"}),
                json!({"department": "Art", "manager": {"value": "m"}})),
            (json!({"op": "replace", "path": ENTERPRISE, "value": {"schemas": [ENTERPRISE], "division": "D"}}),
                json!({"department": "Art", "manager": {"value": "m"}, "division": "D"})),
            (json!({"op": "add", "path": ENTERPRISE.to_uppercase(), "value": {"costCenter": "9"}}),
                json!({"department": "Art", "manager": {"value": "m"}, "division": "D", "costCenter": "9"})),
            (json!({"op": "remove", "path": ENTERPRISE}), Value::Null),
            (json!({"op": "add", "value": {ENTERPRISE: {"department": "X"}}}), json!({"department": "X"})),
            (json!({"op": "remove", "path": urn("department")}), Value::Null),
            (json!({"op": "add", "path": "costCenter", "value": "8"}), json!({"costCenter": "8"})),
            (json!({"op": "remove", "path": "schemas", "value": [ENTERPRISE]}), Value::Null),
        ] {
            let told = provider.patched(&path, &json!([operation]));
            assert_eq!(told.get(ENTERPRISE).unwrap_or(&Value::Null), &expected, "{operation}");
            assert_eq!(told["schemas"].as_array().unwrap().contains(&json!(ENTERPRISE)), !expected.is_null(),
                "{operation}");
        }
        let told = provider.patched(&path,
            &json!([{"op": "replace", "path": format!("{USER}:emails[type eq \"work\"].value"), "value": "n@x"},
                {"op": "replace", "path": format!("{USER}:name.givenName"), "value": "N"}]));
        assert_eq!((&told["emails"][0]["value"], &told["name"]["givenName"]), (&json!("n@x"), &json!("N")));
    }

    fn sc_229_230_237_what_clients_add_of_their_own_is_ignored(provider: &Provider) {
        let path = ann(provider);
        let envelope = json!({"schemas": [PATCH], "id": "x", "extra": {}, "Operations": [
            {"op": "replace", "name": "n",
                "value": {"id": "y", "meta": {"version": "x"}, "schemas": [USER], "groups": [], "nosuch": 1,
                    "displayName": "D", "active": "FALSE"}},
            {"op": "replace", "path": "emails",
                "value": [{"value": "p@x", "primary": "True", "nosuch": 1, "display": null}]},
        ]});
        let told = body(&provider.with("PATCH", &path, &[], &envelope), 200);
        assert_eq!((&told["displayName"], &told["active"]), (&json!("D"), &json!(false)));
        assert_eq!(told["emails"], json!([{"value": "p@x", "primary": true}]));
        assert!(path.ends_with(&id(&told)));
    }

    fn sc_214_215_a_groups_members_cannot_be_rewritten(provider: &Provider) {
        let (one, two) = (provider.user("one"), provider.user("two"));
        let path = format!("/Groups/{}", provider.group("g", &[&one]));
        let set = |value: &str| provider.patch(&path,
            &json!([{"op": "replace", "path": format!("members[value eq \"{one}\"].value"), "value": value}]));

        assert_eq!(body(&set(&one), 200)["schemas"], json!([GROUP]));
        assert_refused(&set(&two), 400, "mutability");
    }
}
