//! Access, limits and hostile input (SC-350 to SC-358).

use serde_json::{Value, json};

use crate::rostering::board::SECRET;
use crate::scim::board::with_a_provider;
use crate::scim::client::{ENTERPRISE, ERROR, Provider, assert_refused, id, refusal, set};

/// A token by OAuth, with a scope of its own.
fn oauth(provider: &Provider<'_>, scope: &str) -> String {
    let form =
        format!("grant_type=client_credentials&client_id={}&client_secret={SECRET}&scope={scope}", provider.vendor);
    let reply = provider.server.ask_token("/leeg/oauth2/token", &form);
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()["access_token"].as_str().unwrap().to_owned()
}

fn like<'p>(provider: &'p Provider<'_>, token: String) -> Provider<'p> {
    Provider {
        boards: provider.boards,
        server: provider.server,
        base: provider.base.clone(),
        vendor: provider.vendor.clone(),
        token,
    }
}

with_a_provider! {
    "leeg";

    fn sc_350_nobody_comes_in_without_a_good_token(provider: &Provider) {
        let user = provider.user("ann");
        let long = format!("Bearer {}", "x".repeat(5000));
        for header in [None, Some(""), Some("Bearer"), Some("Bearer x"), Some("Basic YTpi"), Some("non-token"),
            Some(&*long)] {
            for (method, path, body) in [
                ("GET", "/Users".to_owned(), ""), ("GET", format!("/Users/{user}"), ""), ("POST", "/Users".into(), "{"),
                ("POST", "/Users".into(), "{\"userName\": \"x\"}"), ("DELETE", format!("/Users/{user}"), ""),
                ("PATCH", format!("/Users/{user}"), "{}"), ("PUT", "/Users/nobody".into(), "{}"),
                ("POST", "/Bulk".into(), "{\"Operations\": []}"), ("POST", "/Bulk".into(), "[]"),
                ("POST", "/.search".into(), "{}"),
                ("GET", "/Me".into(), ""),
            ] {
                let mut headers = vec![("Content-Type", "application/scim+json")];
                headers.extend(header.map(|header| ("Authorization", header)));
                let reply = provider.server.send(method, &format!("{}{path}", provider.base), &headers, body);
                let told = (reply.status, reply.headers.contains_key("www-authenticate"));
                assert_eq!(told, (401, true), "{method} {path} {header:?}: {}", reply.body);
                assert_eq!(reply.json()["schemas"], json!([ERROR]));
            }
        }
        assert_eq!(provider.read("/Users")["totalResults"], 1);
    }

    fn sc_351_scopes_open_what_they_say(provider: &Provider) {
        let user = format!("/Users/{}", provider.user("ann"));
        let patch = json!([{"op": "add", "path": "title", "value": "Dr"}]);
        for (scope, writes) in [("scim", true), ("scim.provision", true), ("scim.readonly", false)] {
            let client = like(provider, oauth(provider, scope));
            assert_eq!(client.get("/Users").status, 200, "{scope}");
            assert_eq!(client.post("/.search", &json!({})).status, 200, "{scope}");
            assert_eq!(client.get("/Schemas").status, 200, "{scope}");
            let group = client.post("/Groups", &json!({"displayName": scope}));
            let answers = [group.clone(), client.patch(&user, &patch), client.put(&user, &json!({"userName": "ann"})),
                client.post("/Bulk", &json!({"Operations": []}))];
            for reply in answers {
                assert_eq!(reply.status < 300, writes, "{scope}: {} {}", reply.status, reply.body);
                assert!(writes || refusal(&reply).0 == 403, "{scope}");
            }
            if writes {
                assert_eq!(client.delete(&format!("/Groups/{}", id(&group.json()))).status, 204);
            } else {
                assert_refused(&client.delete(&user), 403, "");
            }
        }
        let form = format!("grant_type=client_credentials&client_id={}&client_secret={SECRET}&scope=roster.readonly",
            provider.vendor);
        assert_eq!(provider.server.ask_token("/leeg/oauth2/token", &form).status, 400);
    }

    fn sc_352_what_another_made_does_not_exist(provider: &Provider) {
        let other = provider.boards.provider("leeg");
        let (user, group) = (other.user("ann"), other.group("g", &[]));
        for path in [format!("/Users/{user}"), format!("/Groups/{group}")] {
            for reply in [
                provider.get(&path), provider.delete(&path),
                provider.put(&path, &json!({"userName": "x", "displayName": "x"})),
                provider.patch(&path, &json!([{"op": "add", "path": "externalId", "value": "x"}])),
            ] {
                assert_eq!(refusal(&reply).0, 404, "{path}");
            }
        }
        assert_eq!(provider.names(&format!("id eq \"{user}\"")), set(&[]));
        let job = json!({"Operations": [{"method": "DELETE", "path": format!("/Users/{user}")}]});
        assert_eq!(provider.post("/Bulk", &job).json()["Operations"][0]["status"], "404");
        assert_eq!(provider.post("/Users", &json!({"userName": "ann"})).status, 201, "SC-353");
        assert_eq!(other.read("/Users")["totalResults"], 1);
    }

    fn sc_358_hostile_bodies_are_refused_and_break_nothing(provider: &Provider) {
        let path = format!("/Users/{}", provider.user("ann"));
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let deep_object = format!("{{\"userName\":\"x\",\"a\":{}1{}}}", "{\"a\":".repeat(5000), "}".repeat(5000));
        let many = format!("{{\"userName\":\"x\"{}}}",
            (0..20_000).fold(String::new(), |all, n| format!("{all},\"a{n}\":1")));
        for (text, allowed) in [
            (deep.as_str(), &[400][..]), (&deep_object, &[400]), ("{\"userName\":\"a\",\"userName\":\"b\"}", &[400]),
            ("{\"userName\":\"a\",\"USERNAME\":\"b\"}", &[400]), ("{\"userName\":\"\\ud800\"}", &[400]),
            ("{\"userName\":\"a\\u0000b\"}", &[400]), ("{\"userName\":\"a\",\"title\":\"\\u0000\"}", &[400]),
            ("{\"userName\":\"x\",\"name\":{\"givenName\":\"a\",\"givenname\":\"b\"}}", &[400]),
            ("{\"userName\":1e400}", &[400]), ("\u{feff}{\"userName\":\"bom\"}", &[400, 201]), (&many, &[201, 400]),
            ("{\"userName\":NaN}", &[400]),
        ] {
            let reply = provider.raw("POST", "/Users", &[("Content-Type", "application/scim+json")], text);
            assert!(allowed.contains(&reply.status), "{text:.60}: {} {}", reply.status, reply.body);
        }
        for path in ["/Users", "/Groups", "/.search"] {
            assert!(provider.announce(path, 5_000_000_000).starts_with("HTTP/1.1 413"), "{path}");
        }
        for (op, target, value) in [
            ("add", "emails[value eq \"\\u0000\"].value", json!("x")), ("add", "title", json!("a\0b")),
            ("replace", "a.b.c.d", json!(1)), ("add", "[", json!(1)), ("add", "emails[[[[", json!(1)),
            ("add", "urn:", json!(1)), ("add", ":", json!(1)), ("add", ".", json!(1)), ("add", "emails.", json!("x")),
            ("add", "emails[].value", json!("x")), ("add", "name..x", json!("x")),
        ] {
            let reply = provider.patch(&path, &json!([{"op": op, "path": target, "value": value}]));
            assert_eq!(refusal(&reply).0, 400, "{target}: {}", reply.body);
        }
        for filter in ["userName eq \"\\u0000\"", "userName eq \"a\0b\"", "externalId eq \"\\u0000\"", "id eq \"\0\"",
            "groups.value eq \"\\u0000\"", "members eq \"\\u0000\""] {
            for path in ["/Users", "/Groups"] {
                let reply = provider.filtered(path, filter);
                assert!(reply.status == 400 || reply.json()["totalResults"] == 0, "{filter}: {}", reply.body);
            }
        }
        for path in ["/Users?filter=%ff", "/Users?filter=%", "/Users?attributes=%00", "/Users?sortBy=%00",
            "/Users?cursor=%00", "/Users/%ff", "/%ff", "/Users?count=%00"] {
            let reply = provider.get(path);
            assert!(reply.status < 500, "{path}: {} {}", reply.status, reply.body);
        }
        assert_eq!(provider.read(&path)["userName"], "ann");
    }

    fn what_resources_are_found_by_fits_an_index(provider: &Provider) {
        // Nothing that a database could make shorter before it comes to its index.
        let mut random = 0_u64;
        let mut noise = |n_bytes: usize| -> String {
            let mut next = || {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b'!' + u8::try_from((random >> 33) % 90).unwrap())
            };
            (0..n_bytes).map(|_| next()).collect()
        };
        let ann = provider.user("ann");
        for n_bytes in [1000, 1001, 8000] {
            let (name, other) = (noise(n_bytes), noise(n_bytes));
            let manager = json!({"manager": {"value": name}});
            let members = json!([{"value": ann, "display": name}]);
            for (path, resource) in [
                ("/Users", json!({"userName": name})),
                ("/Users", json!({"userName": "b", "externalId": name})),
                ("/Users", json!({"userName": "c", ENTERPRISE: manager})),
                ("/Users", json!({"userName": "d", "emails": [{"value": name}]})),
                ("/Groups", json!({"displayName": other, "externalId": name})),
                ("/Groups", json!({"displayName": "g", "members": members})),
            ] {
                let reply = provider.post(path, &resource);
                if n_bytes > 1000 {
                    assert_refused(&reply, 400, "invalidValue");
                } else {
                    assert_eq!(reply.status, 201, "{path}: {}", reply.body);
                }
            }
            let filter = json!({"filter": format!("userName eq {}", json!(name)), "attributes": ["id"]});
            assert_eq!(provider.post("/Users/.search", &filter).status, if n_bytes > 8000 { 400 } else { 200 });
        }
    }

    fn long_texts_are_kept_as_they_are(provider: &Provider) {
        let long = "é".repeat(20_000);
        let made = provider.make("/Users", &json!({"userName": "long", "displayName": long, "title": long}));
        assert_eq!(made["displayName"], long.as_str());
        let found = provider.post("/Users/.search", &json!({"filter": "displayName co \"éé\"", "attributes": ["id"]}));
        assert_eq!(found.json()["totalResults"], 1);
        let emails = |n: usize| (0..n).map(|n| json!({"value": format!("{n}@x")})).collect::<Value>();
        let many = provider.make("/Users", &json!({"userName": "many", "emails": emails(500)}));
        assert_eq!(many["emails"].as_array().map(Vec::len), Some(500));
        assert_refused(&provider.post("/Users", &json!({"userName": "more", "emails": emails(501)})), 400,
            "invalidValue");
    }
}
