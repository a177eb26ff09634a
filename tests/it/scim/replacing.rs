//! PUT, DELETE and versions (SC-270 to SC-305).

use serde_json::{Value, json};

use crate::harness::Reply;
use crate::scim::board::with_a_provider;
use crate::scim::client::{ENTERPRISE, Provider, USER, assert_refused, body, id, members, refusal, set, version};

fn ann(provider: &Provider<'_>) -> (String, Value) {
    let user = provider.make(
        "/Users",
        &json!({
            "schemas": [USER, ENTERPRISE], "userName": "ann", "externalId": "x", "title": "Dr", "active": false,
            "password": "tulip",
            "emails": [{"value": "a@x"}], ENTERPRISE: {"department": "Math"},
        }),
    );
    (format!("/Users/{}", id(&user)), user)
}

fn renamed(provider: &Provider<'_>, path: &str, tag: &str, title: &str) -> Reply {
    provider.with("PUT", path, &[("If-Match", tag)], &json!({"userName": "ann", "title": title}))
}

with_a_provider! {
    "leeg";

    fn sc_270_to_275_a_put_replaces_everything_but_what_clients_forget(provider: &Provider) {
        let (path, before) = ann(provider);

        let reply = provider.put(&path,
            &json!({"schemas": [USER], "id": "another", "meta": {"version": "x"}, "groups": [{"value": "x"}],
                "userName": "ann", "nickName": "A"}));

        let after = body(&reply, 200);
        let mut rest = after.clone();
        rest.as_object_mut().unwrap().remove("meta");
        assert_eq!(rest,
            json!({"schemas": [USER], "id": id(&before), "userName": "ann", "nickName": "A", "active": false}),
            "SC-272");
        assert_ne!(version(&after), version(&before));
        assert_eq!((reply.header("etag"), reply.header("location")),
            (version(&after).as_str(), after["meta"]["location"].as_str().unwrap()));
        assert_eq!(after["meta"]["created"], before["meta"]["created"]);
        assert_eq!(provider.read(&path), after);
        provider.user("bob");
        assert_refused(&provider.put(&path, &json!({"userName": "BOB"})), 409, "uniqueness");
        assert_refused(&provider.put(&path, &json!({"nickName": "B"})), 400, "invalidValue");
        assert_eq!(refusal(&provider.put("/Users/nobody", &json!({"userName": "new"}))).0, 404);
        assert_eq!(provider.read("/Users")["totalResults"], 2);
        assert_eq!(refusal(&provider.put("/Users", &json!({"userName": "new"}))).0, 405, "SC-278");
        assert_eq!(provider.read(&path), after);
    }

    fn sc_276_what_was_read_goes_back_unchanged(provider: &Provider) {
        let (path, before) = ann(provider);
        assert_eq!(body(&provider.put(&path, &before), 200), before);
        let group = format!("/Groups/{}", provider.group("g", &[&id(&before)]));
        let read = provider.read(&group);
        assert_eq!(body(&provider.put(&group, &read), 200), read);
    }

    fn sc_277_a_put_without_members_empties_a_group(provider: &Provider) {
        let (_, user) = ann(provider);
        let path = format!("/Groups/{}", provider.group("g", &[&id(&user)]));
        for none in [json!({"displayName": "g"}), json!({"displayName": "g", "members": null}),
            json!({"displayName": "g", "members": []})] {
            assert_eq!(body(&provider.put(&path, &none), 200).get("members"), None);
            let told = body(&provider.put(&path, &json!({"displayName": "g", "members": [{"value": id(&user)}]})), 200);
            assert_eq!(members(&told), set(&[&id(&user)]));
        }
    }

    fn sc_290_to_293_what_is_deleted_is_gone_from_everywhere(provider: &Provider) {
        let (path, user) = ann(provider);
        let group = format!("/Groups/{}", provider.group("g", &[&id(&user)]));
        provider.patched(&path, &json!([{"op": "replace", "path": "active", "value": false}]));
        assert_eq!(provider.get(&path).status, 200, "SC-293");

        let reply = provider.delete(&path);

        assert_eq!((reply.status, reply.body.as_str()), (204, ""));
        for again in [provider.get(&path), provider.put(&path, &json!({"userName": "ann"})),
            provider.patch(&path, &json!([{"op": "add", "path": "title", "value": "x"}])), provider.delete(&path)] {
            assert_eq!(refusal(&again).0, 404);
        }
        assert_eq!(provider.read("/Users")["totalResults"], 0);
        for filter in ["userName eq \"ann\"", "externalId eq \"x\"", "title pr", "emails.value eq \"a@x\""] {
            assert_eq!(provider.names(filter), set(&[]), "{filter}");
        }
        assert_eq!(provider.read(&group).get("members"), None);
        for path in ["/Users/nobody", "/Groups/nobody"] {
            assert_eq!(refusal(&provider.delete(path)).0, 404);
        }
    }

    fn sc_300_to_303_versions_are_told_and_checked(provider: &Provider) {
        let made = provider.post("/Users", &json!({"userName": "ann"}));
        let path = format!("/Users/{}", id(&made.json()));
        let tag = made.header("etag").to_owned();
        assert_eq!(provider.get(&path).header("etag"), tag);
        let ask = |held: &str| provider.with("GET", &path, &[("If-None-Match", held)], &Value::Null);
        for held in [tag.clone(), "*".into(), format!("W/\"zz\", {tag}"), tag.trim_start_matches("W/").into()] {
            let reply = ask(&held);
            assert_eq!((reply.status, reply.body.as_str(), reply.header("etag")), (304, "", tag.as_str()), "{held}");
        }
        assert_eq!(ask("W/\"zz\"").status, 200);

        let changed = renamed(provider, &path, &tag, "1");
        assert_eq!(changed.status, 200);
        let now = changed.header("etag").to_owned();
        assert_ne!(now, tag);
        assert_eq!(now, version(&changed.json()));
        let change = json!({"Operations": [{"op": "replace", "path": "title", "value": "2"}]});
        for stale in [
            renamed(provider, &path, &tag, "3"), provider.with("PATCH", &path, &[("If-Match", &tag)], &change),
            provider.with("DELETE", &path, &[("If-Match", &tag)], &Value::Null),
            renamed(provider, &path, "W/\"zz\", \"yy\"", "3"),
        ] {
            assert_refused(&stale, 412, "");
        }
        assert_eq!(version(&provider.read(&path)), now);
        for held in ["*".to_owned(), format!("W/\"zz\", {now}"), now.trim_start_matches("W/").to_owned()] {
            // The same change again is none, so that the version stays.
            assert_eq!(renamed(provider, &path, &held, "1").status, 200, "{held}");
        }
        assert_eq!(provider.with("PATCH", &path, &[("If-Match", &now)], &change).status, 200);
        let last = version(&provider.read(&path));
        assert_eq!(provider.with("DELETE", &path, &[("If-Match", &last)], &Value::Null).status, 204);
    }

    fn what_may_only_be_made_is_not_changed(provider: &Provider) {
        let (user, group) = (provider.user("ann"), provider.group("g", &[]));
        for (path, name) in [(format!("/Users/{user}"), "userName"), (format!("/Groups/{group}"), "displayName")] {
            let before = provider.read(&path);
            let change = json!({"Operations": [{"op": "replace", "path": name, "value": "2"}]});
            for (method, sent) in [("PUT", json!({name: "2"})), ("PATCH", change), ("DELETE", Value::Null)] {
                let only_new = |path: &str| provider.with(method, path, &[("If-None-Match", "*")], &sent);
                assert_refused(&only_new(&path), 412, "");
                assert_refused(&only_new(&format!("{path}0")), 404, "");
            }
            assert_eq!(provider.read(&path), before);
        }
    }

    fn sc_304_of_two_who_know_one_version_one_writes(provider: &Provider) {
        let path = format!("/Users/{}", provider.user("ann"));
        for round in 0..3 {
            let tag = version(&provider.read(&path));
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let write = |n: usize| { let (path, tag) = (&path,
                    &tag); scope.spawn(move || renamed(provider, path, tag, &format!("{round}-{n}")).status) };
                let writers: Vec<_> = (0..6).map(write).collect();
                writers.into_iter().map(|writer| writer.join().unwrap()).collect()
            });
            assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
            assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 5, "{statuses:?}");
        }
    }
}
