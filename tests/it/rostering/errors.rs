//! Refusals: their status, their words, and what they do not tell.

use serde_json::json;

use crate::rostering::board::{Demo, on_each_demo};
use crate::rostering::client::{encoded, refusal};
use crate::rostering::schema::Schemas;
use crate::rostering::shapes::addresses;

on_each_demo! {
    fn or_104_105_unknown_identifiers_are_unknown_objects_everywhere(demo: &Demo) {
        let client = demo.client("everything");
        let schemas = Schemas::known();
        for (operation, address) in addresses(&client).iter().filter(|(operation, _)| operation.path.contains('{')) {
            let mut parts = operation.path.split("{}");
            let unknown = format!("/{}nobody{}", parts.next().unwrap(), parts.collect::<Vec<_>>().join("nobody"));

            let reply = client.get(&unknown);

            assert_eq!(refusal(&reply), (404, "unknownobject".into()), "{unknown} ({address})");
            assert_eq!(schemas.misfits_in_refusal(&reply.json()), []);
            assert_eq!(reply.header("content-type"), "application/json");
        }
    }

    fn or_401_402_every_refusal_is_a_bare_status_info_with_its_code(demo: &Demo) {
        let client = demo.client("everything");
        let schemas = Schemas::known();
        for (path, status, minor) in [
            ("/users?filter=nothing%3D%271%27", 400, "invalid_filter_field"),
            ("/users?filter=status", 400, "invalid_filter_field"),
            ("/users?fields=nothing", 400, "invalid_selection_field"),
            ("/users?limit=0", 400, "invaliddata"),
            ("/users?filter=%ff", 400, "invaliddata"),
            ("/users/nobody", 404, "unknownobject"),
            ("/nothing", 404, "unknownobject"),
            ("/users/x/y/z", 404, "unknownobject"),
            ("/users/%ff", 404, "unknownobject"),
            ("/Users", 404, "unknownobject"),
            ("", 404, "unknownobject"),
        ] {
            let reply = client.get(path);
            assert_eq!(refusal(&reply), (status, minor.into()), "{path}");
            let body = reply.json();
            assert_eq!(schemas.misfits_in_refusal(&body), [], "{path}");
            assert_eq!((&body["imsx_codeMajor"], &body["imsx_severity"]), (&json!("failure"), &json!("error")));
        }
    }

    fn or_019_another_method_is_405_with_the_methods_that_work(demo: &Demo) {
        let client = demo.client("everything");
        let bearer = format!("Bearer {}", client.token);
        let send = |method: &str, path: &str| {
            demo.server.send(method, &format!("{}{path}", client.base), &[("Authorization", &bearer)], "{}")
        };
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            for path in ["/users", "/users/x", "/schools/x/classes"] {
                let reply = send(method, path);
                assert_eq!((reply.status, reply.header("allow")), (405, "GET, HEAD"), "{method} {path}");
                assert!(reply.json()["imsx_codeMajor"].is_string());
            }
            for path in ["/nothing", "/users/x/nothing", ""] {
                let reply = send(method, path);
                assert_eq!((reply.status, reply.headers.get("allow")), (404, None), "{method} {path}");
            }
        }
        // A token is asked for there, by POST alone.
        for path in ["/token", "/oauth2/token"] {
            assert_eq!(send("POST", path).status, 400, "{path}");
            for method in ["GET", "PUT", "OPTIONS"] {
                let reply = send(method, path);
                assert_eq!((reply.status, reply.header("allow")), (405, "POST"), "{method} {path}");
            }
        }
    }

    fn or_404_a_success_says_nothing_of_status(demo: &Demo) {
        let client = demo.client("everything");
        for (_, address) in addresses(&client) {
            assert!(!client.ok(&address).body.contains("imsx_"), "{address}");
        }
    }

    fn or_406_a_description_tells_nothing_of_the_inside(demo: &Demo) {
        let client = demo.client("everything");
        let long = "x".repeat(9_000);
        for filter in ["", "'", "status=='x'", "birthDate>'x'", "dateLastModified~'x", "a;DROP TABLE person--='1'", &long] {
            let reply = client.get(&format!("/users?filter={}", encoded(filter)));
            assert_eq!(reply.status, 400, "{filter:.40}");
            for inside in ["SELECT", "sqlite", "diesel", "src/", ".rs", "panicked", "pg_"] {
                assert!(!reply.body.contains(inside), "{}", reply.body);
            }
        }
    }

    fn or_407_what_is_hidden_and_what_does_not_exist_get_the_same_bytes(demo: &Demo) {
        let everything = demo.client("everything");
        let client = demo.client("names-only");
        let same = |hidden: &str, none: &str| {
            let [mut one, mut other] = [hidden, none].map(|path| client.get(path));
            for reply in [&mut one, &mut other] {
                reply.headers.remove("x-request-id");
                reply.headers.remove("date");
            }
            assert_eq!(one, other, "{hidden}");
            assert_eq!(one.status, 404);
        };

        // Other schools, and the source's identifiers where the vendor has its own.
        for (collection, nested) in [("users", "classes"), ("students", "classes"), ("classes", "students"), ("schools", "terms")] {
            for hidden in everything.all(&format!("/{collection}")).iter().take(3) {
                let hidden = encoded(hidden);
                same(&format!("/{collection}/{hidden}"), &format!("/{collection}/nobody"));
                same(&format!("/{collection}/{hidden}/{nested}"), &format!("/{collection}/nobody/{nested}"));
            }
        }
        let gradebook = demo.client("gradebook");
        for hidden in gradebook.all("/users").iter().take(5) {
            same(&format!("/users/{hidden}"), &format!("/users/{}", "0".repeat(32)));
        }
    }

    fn odd_values_find_nothing_or_are_refused_and_never_fail(demo: &Demo) {
        let client = demo.client("everything");
        let long = "é".repeat(1_000);
        let odd = [
            "\0", "a\0b", "\u{feff}", "\u{202e}", "\u{10ffff}", "\r\n", "'", "''", "\\", "%", "_", "{}", "[]", "null", "NaN", "1e999",
            "-1", "9999999999999999999999", "0000-00-00", "2026-02-30", "+262143-12-31", "-0001-01-01", "9999-12-31T23:59:60Z",
            "2026-08-01T00:00:00+99:99", "$1", "?", ":a", "/*", "--", &long,
        ];
        for value in odd {
            let value = encoded(&value.replace('\'', "''"));
            for (path, member) in [
                ("/users", "familyName"), ("/users", "sourcedId"), ("/users", "userIds.identifier"), ("/users", "roles.role"),
                ("/users", "roles.beginDate"), ("/users", "dateLastModified"), ("/users", "agents.sourcedId"), ("/users", "grades"),
                ("/users", "metadata.x"), ("/demographics", "birthDate"), ("/enrollments", "class"), ("/enrollments", "primary"),
                ("/academicSessions", "startDate"), ("/academicSessions", "schoolYear"), ("/users", "status"),
            ] {
                for op in ["%3D", "~", "%3C", "!%3D"] {
                    let reply = client.get(&format!("{path}?limit=1&filter={member}{op}'{value}'"));
                    assert!([200, 400].contains(&reply.status), "{member}{op}{value:.40}: {} {}", reply.status, reply.body);
                }
            }
            for query in ["sort", "fields", "orderBy", "limit", "offset", "cursor", "other"] {
                let reply = client.get(&format!("/users?{query}={value}"));
                assert!([200, 400].contains(&reply.status), "{query}={value:.40}: {}", reply.body);
            }
            for path in ["/users/", "/classes/", "/schools/"] {
                let reply = client.get(&format!("{path}{value}"));
                assert!([200, 404].contains(&reply.status), "{path}{value:.40}: {}", reply.body);
            }
            let board = demo.server.get_as(&client.token, &format!("/{value}/ims/oneroster/rostering/v1p2/users"));
            assert!([403, 404].contains(&board.status), "{value:.40}: {}", board.body);
            let form = format!("grant_type=client_credentials&client_id={value}&client_secret={value}");
            let token = demo.server.ask_token("/oauth2/token", &form);
            assert!([400, 401].contains(&token.status), "{value:.40}: {}", token.body);
            let bearer = demo.server.get_as(&value, &format!("{}/users", client.base));
            assert_eq!(bearer.status, 401, "{value:.40}: {}", bearer.body);
        }
    }
}
