//! What a rule withholds, and groups that change with their members (SC-360, SC-387).

use serde_json::{Value, json};

use crate::harness::{World, on_each_database};
use crate::scim::client::{body, encoded, id, members, set, texts, version};

/// The village with a provider that sees these categories of everybody.
fn narrowed(world: &World, categories: &str) {
    crate::rostering::village::settle(world);
    world.apply(&format!(
        "[tenant]\nslug = \"noord\"\nname = \"Noord\"\n[[vendor]]\nid = \"p\"\nname = \"P\"\nscopes = [\"scim\"]\nidentifiers = \"source\"\n\
         [[rule]]\nid = \"p-1\"\nvendor = \"p\"\ncategories = {categories}\npurpose = \"x\"\nbasis = \"public-task\"\nagreement = \"D\"\nreason = \"r\"\nfrom = \"2026-08-01\"\n"
    ));
}

on_each_database! {
    fn sc_360_what_is_withheld_is_unassigned_in_every_respect(world: &World) {
        narrowed(world, r#"["structure", "identity", "enrolment"]"#);
        let server = world.serve();
        let token = crate::scim::board::token(world, "noord", "p");
        let get = |query: &str| server.get_as(&token, &format!("/noord/scim/v2/Users?count=100&{query}")).json();
        let ids = |query: &str| get(query)["Resources"].as_array().unwrap().iter().map(id).collect::<Vec<_>>();

        let plain = ids("");
        assert_eq!(plain.len(), 7);
        for user in get("")["Resources"].as_array().unwrap() {
            for absent in ["name", "displayName", "emails", "nickName"] {
                assert_eq!(user.get(absent), None, "{user}");
            }
            // What the standard requires has a placeholder, which nothing can be asked about.
            assert_ne!(user["userName"], format!("{}1", id(user)));
        }
        for group in get("")["Resources"].as_array().unwrap().iter().flat_map(|user| user["groups"].as_array().unwrap()) {
            let is_class = group["value"].as_str().unwrap().starts_with("class-");
            assert_eq!(group.get("display").is_some(), !is_class, "a class's title is withheld: {group}");
        }
        for filter in ["userName eq \"ann1\"", "groups.display co \"Maths\"", "userName pr", "emails pr", "name.familyName co \"o\"", "displayName pr",
            "emails.value eq \"ann@noord.example\"", "name pr"] {
            assert_eq!(ids(&format!("filter={}", encoded(filter))), Vec::<String>::new(), "{filter}");
        }
        let placeholder = get("")["Resources"][0]["userName"].as_str().unwrap().to_owned();
        assert_eq!(ids(&format!("filter={}", encoded(&format!("userName eq \"{placeholder}\"")))),
            Vec::<String>::new());
        for attribute in ["userName", "name.familyName", "emails", "displayName"] {
            assert_eq!(ids(&format!("sortBy={attribute}")), plain, "{attribute}");
            assert_eq!(ids(&format!("sortBy={attribute}&sortOrder=descending")), plain, "{attribute}");
        }
        assert_eq!(ids(&format!("filter={}", encoded("userName ne \"ann1\""))).len(), 7);
        let headers = [("Authorization", &*format!("Bearer {token}")), ("Content-Type", "application/scim+json")];
        let made = server.send("POST", "/noord/scim/v2/Users", &headers, "{\"userName\": \"ann1\"}");
        assert_eq!(made.status, 201, "a name that can't be seen is free: {}", made.body);
    }

    fn sc_387_a_groups_version_follows_its_members(world: &World) {
        narrowed(world, r#"["structure", "class-label", "identity", "name", "enrolment", "login"]"#);
        let server = world.serve();
        let token = crate::scim::board::token(world, "noord", "p");
        let get = |path: &str| server.get_as(&token, &format!("/noord/scim/v2{path}")).json();
        let before = get("/Groups/class-K1");
        let tom = get("/Users/tom");
        let mut later = crate::rostering::village::village();
        let text = String::from_utf8(later.remove("enrollments.csv")).unwrap();
        later.put("enrollments.csv", &text.replace("E3,,,K1,S1,cas", "E3,,,K1,S1,bob"));

        crate::rostering::board::import_at(world, "noord", &later.folder().path, "2026-08-15T06:00:00Z");

        let after = get("/Groups/class-K1");
        assert_eq!((members(&before), members(&after)), (set(&["ann", "cas", "tom"]), set(&["ann", "bob", "tom"])));
        assert_ne!(version(&before), version(&after));
        assert!(after["meta"]["lastModified"].as_str() > before["meta"]["lastModified"].as_str());
        assert!(texts(&get("/Users/bob")["groups"], "value").contains(&"class-K1".to_owned()));
        assert_eq!(get("/Users/tom"), tom);
    }

    fn hidden_members_stay_and_nothing_done_meanwhile_tells_of_them(world: &World) {
        narrowed(world, r#"["structure", "class-label", "identity", "name", "enrolment", "login"]"#);
        let server = world.serve();
        let bearer = format!("Bearer {}", crate::scim::board::token(world, "noord", "p"));
        let send = |method: &str, path: &str, more: &[(&str, &str)], body: &Value| {
            let mut headers = vec![("Authorization", bearer.as_str()), ("Content-Type", "application/scim+json")];
            headers.extend(more);
            server.send(method, &format!("/noord/scim/v2{path}"), &headers, &body.to_string())
        };
        let change = |path: &str, operation: Value| send("PATCH", path, &[], &json!({"Operations": [operation]}));
        let made = |members: Value| {
            id(&body(&send("POST", "/Groups", &[], &json!({"displayName": "g", "members": members})), 201))
        };
        let others: Vec<String> = (0..4).map(|_| format!("/Groups/{}", made(json!([{"value": "ann"}])))).collect();
        let path = format!("/Groups/{}", made(json!([{"value": "ann"}, {"value": "bob"}])));
        let get = |path: &str| send("GET", path, &[], &Value::Null);
        let first = get(&path);
        let refuse = |more: &str| {
            world.apply(&format!("[tenant]\nslug = \"noord\"\n[[choice]]\nperson = \"ann\"\nchoice = \"refuse\"\n\
                by = \"parent\"\non = \"2026-08-10\"\n{more}"));
        };

        refuse("");

        let seen = send("GET", &path, &[("If-None-Match", first.header("etag"))], &Value::Null);
        assert_eq!((seen.status, members(&body(&seen, 200))), (200, set(&["bob"])));
        let tag = seen.header("etag").to_owned();
        assert_eq!(version(&seen.json()), tag);
        assert_eq!(version(&get(&format!("{path}?excludedAttributes=members")).json()), tag);
        assert!(get("/Groups?count=100").json()["Resources"].as_array().unwrap().iter().any(|g| version(g) == tag));
        assert_eq!(send("GET", &path, &[("If-None-Match", &tag)], &Value::Null).status, 304);
        let title = json!({"Operations": [{"op": "add", "path": "externalId", "value": "x"}]});
        assert_eq!(send("PATCH", &path, &[("If-Match", first.header("etag"))], &title).status, 412);
        let changed = send("PATCH", &path, &[("If-Match", &tag), ("Prefer", "return=minimal")], &title);
        assert_eq!((changed.status, changed.header("etag")), (204, version(&get(&path).json()).as_str()));
        let of_job = json!({"Operations": [{"method": "PATCH", "path": path, "version": changed.header("etag"),
            "data": {"Operations": [{"op": "remove", "path": "externalId"}]}}]});
        let of_job = body(&send("POST", "/Bulk", &[], &of_job), 200)["Operations"][0].clone();
        assert_eq!((&of_job["status"], &of_job["version"]), (&json!("200"), &json!(version(&get(&path).json()))));

        for (path, operation) in others.iter().zip([
            json!({"op": "replace", "path": "members", "value": []}),
            json!({"op": "remove", "path": "members"}),
            json!({"op": "remove", "path": "members[value eq \"ann\"]"}),
            json!({"op": "remove", "path": "members", "value": [{"value": "ann"}]}),
        ]) {
            let before = get(path);
            assert_eq!(before.json().get("members"), None);
            let after = change(path, operation.clone());
            assert_eq!((after.status, after.header("etag")), (200, before.header("etag")), "{operation}");
            assert_eq!(get(path).body, before.body, "{operation}");
        }
        refuse("withdrawn = \"2026-08-15\"\n");
        for path in &others {
            let told = get(path).json();
            assert_eq!((members(&told), version(&told)), (set(&["ann"]), "W/\"1\"".to_owned()));
        }
        assert_eq!(members(&get(&path).json()), set(&["ann", "bob"]));
        assert_eq!(send("GET", &path, &[("If-None-Match", &tag)], &Value::Null).status, 200);
        let gone = change(&others[0], json!({"op": "remove", "path": "members[value eq \"ann\"]"}));
        assert_eq!((gone.json().get("members"), gone.header("etag")), (None, "W/\"2\""), "who is seen can be removed");
    }
}
