//! Members of groups (SC-250 to SC-263).

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::scim::board::with_a_provider;
use crate::scim::client::{GROUP, Provider, body, id, members, refusal, set, texts, version};

with_a_provider! {
    "leeg";

    fn sc_250_to_256_members_are_added_and_removed(provider: &Provider) {
        let users: Vec<String> = (0..4).map(|n| provider.user(&format!("u{n}"))).collect();
        let path = format!("/Groups/{}", provider.group("g", &[]));
        let mut last = provider.read(&path);
        for (operation, expected, moves) in [
            (json!({"op": "add", "path": "members", "value": [{"value": users[0]}]}), vec![0], true),
            (json!({"op": "add", "path": "members", "value": {"value": users[1]}}), vec![0, 1], true),
            (json!({"op": "add", "path": "members", "value": [{"value": users[1]}, {"value": users[0]}]}), vec![0, 1],
                false),
            (json!({"op": "add", "value": {"members": [{"value": users[2]}, {"value": users[3]}]}}), vec![0, 1, 2, 3],
                true),
            (json!({"op": "remove", "path": format!("members[value eq \"{}\"]", users[0])}), vec![1, 2, 3], true),
            (json!({"op": "remove", "path": format!("members[value eq \"{}\"]", users[0])}), vec![1, 2, 3], false),
            (json!({"op": "remove", "path": "members", "value": []}), vec![1, 2, 3], false),
            (json!({"op": "remove", "path": "members", "value": [{"value": "nobody"}]}), vec![1, 2, 3], false),
            (json!({"op": "add", "path": "members", "value": [{"value": "fake-member-id"}]}), vec![1, 2, 3], false),
            (json!({"op": "add", "path": "members",
                "value": [{"$ref": null, "display": "d", "displayName": "x", "type": "User", "value": users[0]}]}),
                vec![0, 1, 2, 3], true),
            (json!({"op": "replace", "path": "members", "value": [users[0], users[1]]}), vec![0, 1], true),
            (json!({"op": "replace", "path": "members", "value": [{"value": users[1]}, {"value": users[0]}]}),
                vec![0, 1], false),
            (json!({"op": "replace", "path": "members", "value": []}), vec![], true),
            (json!({"op": "add", "path": "members", "value": [{"value": users[0]}, {"value": users[0]}]}), vec![0],
                true),
            (json!({"op": "remove", "path": "members"}), vec![], true),
        ] {
            let told = provider.patched(&path, &json!([operation]));
            let expected: Vec<&str> = expected.into_iter().map(|n: usize| users[n].as_str()).collect();
            assert_eq!(members(&told), set(&expected), "{operation}");
            assert_eq!(told["members"].as_array().map_or(0, Vec::len), expected.len(), "{operation}");
            assert_eq!(version(&told) != version(&last), moves, "SC-305: {operation}");
            last = told;
        }
    }

    fn sc_258_to_260_a_membership_shows_on_both_sides_and_goes_with_the_user(provider: &Provider) {
        let (ann, bob) = (provider.user("ann"), provider.user("bob"));
        let group = provider.group("g", &[&ann, &bob]);
        let before = provider.read(&format!("/Users/{ann}"));
        assert_eq!(texts(&before["groups"], "value"), [group.as_str()]);
        for member in provider.read(&format!("/Groups/{group}"))["members"].as_array().unwrap() {
            let address = member["$ref"].as_str().unwrap().strip_prefix(&provider.server.url).unwrap();
            assert_eq!(provider.server.get_as(&provider.token, address).json()["id"], member["value"]);
            assert_eq!(member["type"], "User");
        }
        let address = before["groups"][0]["$ref"].as_str().unwrap().strip_prefix(&provider.server.url).unwrap();
        assert_eq!(provider.server.get_as(&provider.token, address).json()["displayName"], "g");
        assert_eq!(before["groups"][0]["type"], "direct");
        assert_eq!(body(&provider.put(&format!("/Users/{ann}"), &json!({"userName": "ann", "groups": []})),
            200)["groups"],
            before["groups"]);

        let version_before = version(&provider.read(&format!("/Groups/{group}")));
        assert_eq!(provider.delete(&format!("/Users/{ann}")).status, 204);

        let after = provider.read(&format!("/Groups/{group}"));
        assert_eq!(members(&after), set(&[&bob]));
        assert_ne!(version(&after), version_before);
        // SC-294
        assert_eq!(provider.delete(&format!("/Groups/{group}")).status, 204);
        assert_eq!(provider.read(&format!("/Users/{bob}")).get("groups"), None);
    }

    fn sc_257_many_operations_are_quick(provider: &Provider) {
        let bulk: Vec<Value> = (0..400).map(|n| json!({"method": "POST", "path": "/Users", "bulkId": format!("u{n}"),
            "data": {"userName": format!("u{n}")}})).collect();
        let made = body(&provider.post("/Bulk", &json!({"Operations": bulk})), 200);
        let users: Vec<String> = made["Operations"].as_array().unwrap().iter().map(|o| o["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect();
        let path = format!("/Groups/{}", provider.group("g", &[]));
        let began = Instant::now();

        let add: Vec<Value> = users.iter().map(|user| json!({"op": "add", "path": "members",
            "value": [{"value": user}]})).collect();
        assert_eq!(members(&provider.patched(&path, &json!(add))).len(), 400);
        let remove: Vec<Value> = users[..300].iter().map(|user| json!({"op": "remove",
            "path": format!("members[value eq \"{user}\"]")})).collect();
        assert_eq!(members(&provider.patched(&path, &json!(remove))).len(), 100);
        let again: Vec<Value> = (0..1000_usize).map(|n| json!({"op": if n.is_multiple_of(2) { "add" } else { "remove" },
            "path": "members", "value": [{"value": users[n / 3]}]})).collect();
        assert!(members(&provider.patched(&path, &json!(again))).len() >= 100);

        // On a machine that does nothing else it is a tenth of that.
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }

    fn sc_262_groups_hold_groups_and_a_circle_hangs_nobody(provider: &Provider) {
        let ann = provider.user("ann");
        let (inner, outer) = (provider.group("inner", &[&ann]), provider.group("outer", &[]));
        let told = provider.patched(&format!("/Groups/{outer}"),
            &json!([{"op": "add", "path": "members", "value": [{"value": inner, "type": "Group"}]}]));
        assert_eq!((&told["members"][0]["type"], members(&told)), (&json!("Group"), set(&[&inner])));
        assert!(told["members"][0]["$ref"].as_str().unwrap().ends_with(&format!("/Groups/{inner}")));

        provider.patched(&format!("/Groups/{inner}"),
            &json!([{"op": "add", "path": "members", "value": [{"value": outer}, {"value": inner}]}]));

        assert!(members(&provider.read(&format!("/Groups/{inner}"))).contains(&outer));
        assert_eq!(provider.read("/Groups")["totalResults"], 2);
        let of_ann = provider.read(&format!("/Users/{ann}"))["groups"].clone();
        assert_eq!((texts(&of_ann, "value"), texts(&of_ann, "type"), texts(&of_ann, "display")),
            (vec![inner.clone(), outer.clone()], vec!["direct".into(), "indirect".into()],
                vec!["inner".into(), "outer".into()]));
        for filter in ["groups[type eq \"indirect\"]", "groups.display eq \"OUTER\"",
            &format!("groups.value eq \"{outer}\""),
            &format!("groups[value eq \"{outer}\" and type eq \"indirect\"]")] {
            assert_eq!(provider.found("/Users", filter, "id"), set(&[&ann]), "{filter}");
        }
        assert_eq!(provider.delete(&format!("/Groups/{inner}")).status, 204);
        assert_eq!(provider.read(&format!("/Groups/{outer}")).get("members"), None);
    }

    fn sc_263_members_who_are_added_at_once_all_stay(provider: &Provider) {
        let users: Vec<String> = (0..16).map(|n| provider.user(&format!("u{n}"))).collect();
        let path = format!("/Groups/{}", provider.group("g", &[]));

        std::thread::scope(|scope| {
            for user in &users {
                let path = &path;
                scope.spawn(move || provider.patched(path,
                    &json!([{"op": "add", "path": "members", "value": [{"value": user}]}])));
            }
        });

        assert_eq!(members(&provider.read(&path)), users.into_iter().collect());
    }

    fn names_of_groups_need_not_be_unique_and_members_can_be_set_at_birth(provider: &Provider) {
        let ann = provider.user("ann");
        let first = provider.make("/Groups",
            &json!({"schemas": [GROUP], "displayName": "g",
                "members": [{"value": ann, "display": "Ann"}, {"value": "nobody"}]}));
        let second = provider.make("/Groups", &json!({"schemas": [GROUP], "displayName": "g"}));
        assert_eq!((members(&first), first["members"][0]["display"].as_str()), (set(&[&ann]), Some("Ann")));
        assert_ne!(id(&first), id(&second));
        assert_eq!(provider.found("/Groups", "displayName eq \"G\"", "id").len(), 2);
        let other = provider.boards.provider("leeg");
        let theirs = other.user("theirs");
        let told = provider.patched(&format!("/Groups/{}", id(&second)),
            &json!([{"op": "add", "path": "members", "value": [{"value": theirs}]}]));
        assert_eq!(told.get("members"), None, "SC-352: another's user is nobody");
        assert_eq!(refusal(&other.get(&format!("/Groups/{}", id(&first)))).0, 404);
    }
}
