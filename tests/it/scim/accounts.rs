//! Accounts: what a provider keeps of the school's people, because a rule says `write`.

use serde_json::{Value, json};

use crate::harness::{World, on_each_database};
use crate::scim::board::with_a_provider;
use crate::scim::client::{Provider, assert_refused, body, id, set, version};

fn person(provider: &Provider<'_>, name: &str) -> Value {
    let list = provider.filtered("/Users", &format!("userName eq \"{name}\"")).json();
    assert_eq!(list["totalResults"], 1, "{name}: {list}");
    list["Resources"][0].clone()
}

with_a_provider! {
    "noord";

    fn a_provider_keeps_names_addresses_and_whether_somebody_may_sign_in(provider: &Provider) {
        let before = person(provider, "ann1");
        let path = format!("/Users/{}", id(&before));

        let after = provider.patched(&path, &json!([
            {"op": "Replace", "path": "userName", "value": "ann@idp.example"},
            {"op": "Replace", "path": "active", "value": "False"},
            {"op": "Add", "path": "displayName", "value": "Annie"},
            {"op": "Add", "path": "preferredLanguage", "value": "nl"},
            {"op": "Add", "path": "externalId", "value": "00u1"},
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ann@idp.example"},
        ]));

        assert_eq!((&after["userName"], &after["active"], &after["displayName"]),
            (&json!("ann@idp.example"), &json!(false), &json!("Annie")));
        assert_eq!((&after["preferredLanguage"], &after["externalId"], &after["emails"][0]["value"]),
            (&json!("nl"), &json!("00u1"), &json!("ann@idp.example")));
        assert_eq!(after["name"], before["name"]);
        assert_ne!(version(&after), version(&before));
        assert!(after["meta"]["lastModified"].as_str() > before["meta"]["lastModified"].as_str());
        assert_eq!(provider.read(&path), after);
        for (filter, n) in [
            ("userName eq \"ANN@idp.example\"", 1), ("userName eq \"ann1\"", 0), ("active eq false", 1),
            ("not (active eq true)", 1), ("displayName eq \"annie\"", 1), ("externalId eq \"00u1\"", 1),
            ("externalId eq \"00U1\"", 0), ("emails.value eq \"ann@idp.example\"", 1),
            ("emails[type eq \"work\"].value eq \"ann@noord.example\"", 0), ("preferredLanguage eq \"nl\"", 1),
            ("userName co \"idp\"", 1), ("userName ew \"1\"", 3), ("emails co \"idp\"", 1),
            ("displayName co \"Brien\"", 0), ("externalId pr", 1), ("meta.lastModified ge \"2026-08-20T00:00:00Z\"", 1),
            ("emails[type eq \"work\" and value ew \"idp.example\"]", 1),
        ] {
            assert_eq!(provider.filtered("/Users", filter).json()["totalResults"], n, "{filter}");
        }
        let other = provider.boards.provider("noord");
        assert_eq!(person(&other, "ann1")["active"], true, "each provider keeps its own");
    }

    fn what_is_cleared_is_the_administrations_again(provider: &Provider) {
        let before = person(provider, "bob1");
        let path = format!("/Users/{}", id(&before));
        provider.patched(&path,
            &json!([{"op": "replace", "value": {"userName": "bob-idp", "displayName": "B", "externalId": "x"}}]));

        let told = provider.patched(&path,
            &json!([{"op": "remove", "path": "displayName"}, {"op": "remove", "path": "externalId"}]));

        assert_eq!((&told["displayName"], told.get("externalId"), &told["userName"]),
            (&before["displayName"], None, &json!("bob-idp")));
        let back = provider.patched(&path, &json!([{"op": "replace", "path": "userName", "value": "bob1"}]));
        assert_eq!(back["userName"], "bob1");
        let none = provider.patch(&path, &json!([{"op": "remove", "path": "userName"}]));
        assert_refused(&none, 400, "mutability");
    }

    fn a_put_of_what_was_read_changes_nothing_and_another_sets_the_account(provider: &Provider) {
        let before = person(provider, "cas1");
        let path = format!("/Users/{}", id(&before));
        assert_eq!(body(&provider.put(&path, &before), 200), before);
        let mut sent = before.clone();
        (sent["userName"], sent["externalId"], sent["active"], sent["name"]["givenName"]) = ("cas-idp".into(),
            "e1".into(), false.into(), "Other".into());

        let after = body(&provider.put(&path, &sent), 200);

        assert_eq!((&after["userName"], &after["externalId"], &after["active"]),
            (&json!("cas-idp"), &json!("e1"), &json!(false)));
        assert_eq!(after["name"], before["name"], "what the administration keeps stays without a word");
        assert_eq!(body(&provider.put(&path, &after), 200), after);
        let less = body(&provider.put(&path, &json!({"userName": "cas-idp"})), 200);
        assert_eq!((less.get("externalId"), &less["active"], &less["userName"]),
            (None, &json!(false), &json!("cas-idp")));
    }

    fn an_accounts_name_is_taken_for_everyone(provider: &Provider) {
        let [ann, bob] = ["ann1", "bob1"].map(|name| format!("/Users/{}", id(&person(provider, name))));
        let rename = |path: &str,
        name: &str| provider.patch(path, &json!([{"op": "replace", "path": "userName", "value": name}]));
        provider.user("own");

        assert_refused(&rename(&ann, "BOB1"), 409, "uniqueness");
        assert_refused(&rename(&ann, "Own"), 409, "uniqueness");
        assert_eq!(rename(&ann, "new").status, 200);
        assert_refused(&rename(&bob, "NEW"), 409, "uniqueness");
        assert_refused(&provider.post("/Users", &json!({"userName": "new"})), 409, "uniqueness");
        assert_eq!(rename(&ann, "NEW").status, 200);
        // A name that the administration gives and the provider has replaced is free again.
        assert_eq!(rename(&bob, "ann1").status, 200);
        // One of somebody who is hidden is none.
        assert_eq!(rename(&ann, "dee1").status, 200);
    }

    fn two_who_change_one_account_follow_each_other(provider: &Provider) {
        let path = format!("/Users/{}", id(&person(provider, "tom1")));
        let tag = version(&provider.read(&path));
        let change = |n: usize| json!({"Operations": [{"op": "replace", "path": "displayName",
            "value": format!("T{n}")}]});
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let write = |n: usize| { let (path, tag, change) = (&path, &tag,
                &change); scope.spawn(move || provider.with("PATCH", path, &[("If-Match", tag)], &change(n)).status) };
            let writers: Vec<_> = (0..6).map(write).collect();
            writers.into_iter().map(|writer| writer.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 5, "{statuses:?}");
    }

    fn bulk_jobs_keep_accounts_too(provider: &Provider) {
        let ann = id(&person(provider, "ann1"));
        let job = json!({"Operations": [
            {"method": "PATCH", "path": format!("/Users/{ann}"),
                "data": {"Operations": [{"op": "replace", "path": "active", "value": false}]}},
            {"method": "DELETE", "path": format!("/Users/{ann}")},
            {"method": "POST", "path": "/Groups", "bulkId": "g",
                "data": {"displayName": "g", "members": [{"value": ann}]}},
            {"method": "PATCH", "path": format!("/Users/{ann}"),
                "data": {"Operations": [{"op": "replace", "path": "title", "value": "x"}]}},
        ]});
        let told = body(&provider.post("/Bulk", &job), 200);
        let statuses: Vec<&str> = told["Operations"].as_array().unwrap().iter().map(|o| o["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["200", "403", "201", "400"]);
        assert_eq!(provider.names("active eq false"), set(&["ann1"]));
    }

    fn a_password_of_a_person_of_the_school_is_refused_by_patch_and_ignored_by_put(provider: &Provider) {
        let before = person(provider, "ann1");
        let path = format!("/Users/{}", id(&before));
        for operation in [json!({"op": "replace", "path": "password", "value": "tulip"}),
            json!({"op": "add", "value": {"password": "tulip"}})] {
            let reply = provider.patch(&path, &json!([operation]));
            assert_refused(&reply, 400, "mutability");
            assert!(!reply.body.contains("tulip"), "{}", reply.body);
        }
        let mut sent = before.clone();
        sent["password"] = "tulip".into();
        assert_eq!(body(&provider.put(&path, &sent), 200), before);
        assert_eq!(provider.read(&path), before);
    }
}

on_each_database! {
    fn without_a_rule_only_the_providers_own_identifier_is_kept(world: &World) {
        crate::rostering::village::settle(world);
        world.apply(
            "[tenant]\nslug = \"noord\"\nname = \"Noord\"\n[[vendor]]\nid = \"p\"\nname = \"P\"\nscopes = [\"scim\"]\nidentifiers = \"source\"\n\
             [[rule]]\nid = \"p-1\"\nvendor = \"p\"\ncategories = [\"structure\", \"identity\", \"name\", \"login\"]\nschools = [\"S1\"]\nwrite = [\"login\"]\n\
             purpose = \"x\"\nbasis = \"public-task\"\nagreement = \"D\"\nfrom = \"2026-08-01\"\nroles = [\"teacher\"]\n\
             [[rule]]\nid = \"p-2\"\nvendor = \"p\"\ncategories = [\"structure\", \"identity\", \"name\", \"login\"]\nschools = [\"S1\"]\n\
             purpose = \"x\"\nbasis = \"public-task\"\nagreement = \"D\"\nfrom = \"2026-08-01\"\nroles = [\"student\"]\n",
        );
        let server = world.serve();
        let bearer = format!("Bearer {}", crate::scim::board::token(world, "noord", "p"));
        let patch = |person: &str, path: &str, value: Value| {
            let headers = [("Authorization", &*bearer), ("Content-Type", "application/scim+json")];
            let body = json!({"Operations": [{"op": "replace", "path": path, "value": value}]}).to_string();
            server.send("PATCH", &format!("/noord/scim/v2/Users/{person}"), &headers, &body)
        };

        assert_eq!(patch("ann", "externalId", json!("x")).status, 200);
        for (path, value) in [("userName", json!("x")), ("active", json!(false)), ("displayName", json!("x")),
            ("preferredLanguage", json!("nl")), ("emails", json!([{"value": "x"}]))] {
            assert_refused(&patch("ann", path, value.clone()), 400, "mutability");
            let of_teacher = patch("tom", path, value);
            if path == "emails" {
                assert_refused(&of_teacher, 400, "mutability");
            } else {
                assert_eq!(of_teacher.status, 200, "{path}: {}", of_teacher.body);
            }
        }
    }
}
