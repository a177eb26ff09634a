//! Replays of what real clients send, and what they expect back.

use crate::harness::{World, on_each_database};
use crate::rostering::board::{Demo, SECRET, import_at, on_each_demo};
use crate::rostering::client::{Client, encoded, id, objects, set};
use crate::rostering::village::{atlas, one_rule, rules, serve, settle, village};

on_each_demo! {
    fn addresses_with_slashes_too_many_are_taken_as_meant(demo: &Demo) {
        let client = demo.client("everything");
        let plain = client.ok("/users?limit=3").body;

        for path in ["/users/?limit=3", "//users?limit=3", "//users//?limit=3"] {
            assert_eq!(client.ok(path).body, plain, "{path}");
        }
        let twice = demo.server.get_as(&client.token, "//demo//ims/oneroster//rostering/v1p2/users?limit=3");
        assert_eq!((twice.status, &twice.body), (200, &plain));
    }

    // Google and School Data Sync send `'`, `=` and `>` as they are; others even letters outside of ASCII.
    fn signs_that_are_not_encoded_mean_what_they_say(demo: &Demo) {
        let client = demo.client("everything");

        for filter in ["dateLastModified>'2000-01-01'", "familyName<'M'", "givenName~'é'", "familyName=\"x\""] {
            let request = |filter: &str, end: &str| {
                let path = format!("{}/users?limit=3&filter={filter}", client.base);
                format!("GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n{end}\r\n", client.token)
            };
            let expected = demo.server.send_raw(&request(&encoded(filter), "Connection: close\r\n"));
            let answer = demo.server.send_raw(&request(filter, "Connection: close\r\n"));

            let told = |answer: &str| (answer[..12].to_owned(), answer.split("\r\n\r\n").nth(1).unwrap().to_owned());
            assert_eq!(told(&answer), told(&expected), "{filter}");
        }
    }

    fn what_a_client_holds_is_not_sent_again(demo: &Demo) {
        let client = demo.client("everything");
        let bearer = format!("Bearer {}", client.token);
        let user = encoded(&id(&client.page("/users?limit=1")[0]));

        for path in ["/users?limit=3".to_owned(), format!("/users/{user}"), "/classes?limit=2&sort=title".to_owned()] {
            let first = client.ok(&path);
            let tag = first.header("etag");
            let ask = |held: &str| {
                let headers = [("Authorization", bearer.as_str()), ("If-None-Match", held)];
                demo.server.send("GET", &format!("{}{path}", client.base), &headers, "")
            };
            for held in [tag, &format!("\"other\", {tag}"), "*", tag.trim_start_matches("W/")] {
                let again = ask(held);
                assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", tag), "{path} {held}");
                assert_eq!(again.headers.get("x-total-count"), first.headers.get("x-total-count"), "{path}");
            }
            for other in ["\"other\"", "W/\"0\"", "nonsense"] {
                assert_eq!((ask(other).status, ask(other).body), (200, first.body.clone()), "{path} {other}");
            }
        }
        let tags = ["/users?limit=3", "/users?limit=4", "/users?limit=3&offset=3"].map(|path| client.ok(path));
        assert_ne!(tags[0].header("etag"), tags[1].header("etag"));
        assert_ne!(tags[0].header("etag"), tags[2].header("etag"));
    }

    fn or_120_a_body_with_a_get_is_ignored(demo: &Demo) {
        let client = demo.client("everything");
        let bearer = format!("Bearer {}", client.token);
        let path = format!("{}/users?limit=3", client.base);
        for (content_type, body) in [
            ("application/x-www-form-urlencoded", "grant_type=client_credentials&scope=x"),
            ("application/json", "{\"broken\": "),
            ("application/json", ""),
            ("text/plain", "hello"),
        ] {
            let headers = [("Authorization", bearer.as_str()), ("Content-Type", content_type), ("Accept", "*/*")];
            let reply = demo.server.send("GET", &path, &headers, body);
            assert_eq!((reply.status, objects(&reply).len()), (200, 3), "{content_type}");
        }
    }

    fn or_333_parameters_of_other_servers_are_ignored(demo: &Demo) {
        let client = demo.client("everything");
        let plain = client.ok("/users?limit=3").body;

        for query in ["search=x", "continuation_token=abc", "access_token", "=", "&&", "Limit=1", "page=2&per_page=5"] {
            assert_eq!(client.ok(&format!("/users?limit=3&{query}")).body, plain, "{query}");
        }
        let user = encoded(&id(&client.page("/users?limit=1")[0]));
        assert_eq!(client.ok(&format!("/users/{user}?limit=x&filter=y&sort=z")).body, client.ok(&format!("/users/{user}")).body);
    }

    fn a_request_id_comes_back_and_headers_tell_caches_to_keep_nothing(demo: &Demo) {
        let client = demo.client("everything");
        let bearer = format!("Bearer {}", client.token);
        let headers = [("authorization", bearer.as_str()), ("X-Request-ID", "abc-123"), ("Cookie", "a=b")];

        let reply = demo.server.send("GET", &format!("{}/users?limit=1", client.base), &headers, "");

        assert_eq!((reply.status, reply.header("x-request-id")), (200, "abc-123"));
        assert_eq!(reply.header("cache-control"), "private, no-store");
        assert_eq!(reply.header("content-type"), "application/json");
    }

    fn head_counts_without_a_body(demo: &Demo) {
        let client = demo.client("everything");
        let bearer = format!("Bearer {}", client.token);

        let reply = demo.server.send("HEAD", &format!("{}/users", client.base), &[("Authorization", &bearer)], "");

        assert_eq!((reply.status, reply.body.as_str()), (200, ""));
        assert_eq!(reply.header("x-total-count"), client.ok("/users").header("x-total-count"));
    }

    fn frequent_questions_are_answered(demo: &Demo) {
        let client = demo.client("everything");
        let class = demo.board.home_rooms[0].clone();
        let school = demo.board.schools[0].clone();
        for (path, filter, some) in [
            ("/users", "status='active'".to_owned(), true),
            ("/users", "dateLastModified>'2026-01-05T00:00:00.000Z'".to_owned(), true),
            ("/users", "dateLastModified>='2026-01-05'".to_owned(), true),
            ("/enrollments", "role='student'".to_owned(), true),
            ("/orgs", "type='school'".to_owned(), true),
            ("/enrollments", format!("class.sourcedId='{class}'"), true),
            ("/classes", format!("school.sourcedId='{school}'"), true),
            ("/users", "roles.role='teacher'".to_owned(), true),
            ("/users", "enabledUser='true'".to_owned(), true),
            ("/users", "status='active' AND dateLastModified>='2030-01-01'".to_owned(), false),
            ("/classes", format!("sourcedId='{class}'"), true),
        ] {
            assert_eq!(!client.found(path, &filter).is_empty(), some, "{path} {filter}");
        }
    }
}

on_each_database! {
    fn or_117_118_every_sign_of_an_identifier_resolves_and_case_counts(world: &World) {
        let mut set_of_ids = village();
        let long = "x".repeat(255);
        for name in ["classes.csv", "enrollments.csv", "classResources.csv", "userResources.csv"] {
            let text = String::from_utf8(set_of_ids.remove(name)).unwrap();
            set_of_ids.put(name, &text.replace("K1", "K/1@a.b_c-d").replace("K2", &long));
        }
        import_at(world, "noord", &set_of_ids.folder().path, "2026-08-01T06:00:00Z");
        let server = serve(world, &rules(&one_rule("r1", &["identity", "enrolment"], "")));
        for client in [atlas(&server), Client::of_service(&server, "noord", ("atlas", SECRET), "v1p1")] {
            for class in ["K%2F1%40a%2Eb%5Fc%2Dd", "K%2f1@a.b_c-d"] {
                assert_eq!(id(&client.one(&format!("/classes/{class}"))), "K/1@a.b_c-d");
                assert_eq!(client.all(&format!("/classes/{class}/students")), set(["ann", "cas"]));
            }
            assert_eq!(client.all(&format!("/classes/{long}/students")), set(["bob"]));
            assert_eq!(client.found("/enrollments", "class.sourcedId='K/1@a.b_c-d'"), set(["E1", "E3", "E6"]));
            let href = client.one("/enrollments/E1")["class"]["href"].as_str().unwrap().to_owned();
            assert_eq!(client.follow(&href).status, 200);
            assert_eq!(client.get("/classes/k3").status, 404);
            assert_eq!(client.get("/users/ANN").status, 404);
            assert_eq!(client.found("/users", "sourcedId='ANN'"), set([]));
        }
    }

    fn or_224_every_letter_comes_back_as_it_went_in(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "name"], "")));
        let client = atlas(&server);

        for (person, name) in [("tia", "𝕿ia é"), ("cas", "Ağaoğlu"), ("tom", "50% _off_\\.*"), ("ann", "O'Brien")] {
            assert_eq!(client.one(&format!("/users/{person}"))["familyName"], name);
        }
    }
}
