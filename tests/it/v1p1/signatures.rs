//! OAuth 1.0a: requests signed by a vendor's id and secret, as RFC 5849 says.

use super::{schemas, status};
use crate::harness::{Reply, World, on_each_database};
use crate::rostering::board::{Demo, SECRET, on_each_demo};
use crate::rostering::client::ids;
use crate::rostering::village::{one_rule, rules, serve, settle};
use crate::signer::{Signer, joined};

const USERS: &str = "/demo/ims/oneroster/v1p1/users";

fn refused(reply: &Reply, why: &str) {
    assert_eq!(status(reply), (401, "error".into(), "unauthorized".into()), "{}", reply.body);
    assert!(reply.header("www-authenticate").contains("OAuth"), "{reply:?}");
    assert!(reply.body.contains(why), "{}", reply.body);
    assert_eq!(schemas().misfits_in("Refusal", &reply.json()), []);
}

on_each_demo! {
    fn or_013_014_a_request_signed_by_either_method_is_let_in(demo: &Demo) {
        for (n, method) in ["HMAC-SHA256", "HMAC-SHA1"].into_iter().enumerate() {
            for (way, more) in [("v", vec![("oauth_version", "1.0")]), ("", vec![]), ("t", vec![("oauth_token", "")])] {
                let signer = Signer { method, more, ..Signer::new(&demo.server, USERS, &format!("either{n}{way}")) };
                let in_header = signer.clone().asking("limit", "3").send();
                assert_eq!(in_header.status, 200, "{method} {}", in_header.body);

                let signer = Signer { nonce: format!("query{n}{way}"), ..signer };
                let in_query = signer.asking("limit", "3").send_in_query();
                assert_eq!(in_query.status, 200, "{method} {}", in_query.body);
                assert_eq!(in_query.json(), in_header.json());
            }
        }
    }

    fn or_013_a_filter_with_spaces_and_quotes_signs_however_it_is_encoded(demo: &Demo) {
        let filter = "familyName='van den Berg' AND status='active'";
        let raw = "filter=familyName='van%20den%20Berg'%20AND%20status='active'";
        for (n, query) in [joined(&[("filter".into(), filter.into())]), raw.into(), raw.replace("%20", "+")].iter().enumerate() {
            let signer = Signer::new(&demo.server, USERS, &format!("filter{n}")).asking("filter", filter);
            let reply = signer.send_with(query);
            assert_eq!(reply.status, 200, "{query}: {}", reply.body);
        }
        let plus = Signer::new(&demo.server, USERS, "plus").asking("filter", "email='a+b@example.org'");
        assert_eq!(plus.send_with("filter=email='a+b@example.org'").status, 200);
    }

    fn or_013_the_address_is_signed_as_it_was_called(demo: &Demo) {
        for (n, path) in ["/demo/ims/oneroster/v1p1/users/", "//demo/ims//oneroster/v1p1/users", "/demo/ims/oneroster/v1p1/users/a%2Fb"].iter().enumerate() {
            let reply = Signer::new(&demo.server, path, &format!("address{n}")).send();
            assert_ne!(reply.status, 401, "{path}: {}", reply.body);
        }
        // A proxy has ended TLS.
        let origin = demo.server.url.replace("http://", "https://");
        let behind = Signer { origin, ..Signer::new(&demo.server, USERS, "proxy") };
        assert_eq!(behind.send().status, 200);
        let elsewhere = Signer { origin: "https://elsewhere.example".into(), ..Signer::new(&demo.server, USERS, "elsewhere") };
        refused(&elsewhere.send(), "does not match");
    }

    fn or_013_a_signed_request_is_let_in_once_on_every_node(demo: &Demo) {
        let signer = Signer::new(&demo.server, USERS, "once").asking("limit", "1");
        assert_eq!(signer.send().status, 200);
        refused(&signer.send(), "used before");
        refused(&signer.send_in_query(), "used before");
        let later = Signer { at: signer.at + 1, ..signer };
        assert_eq!(later.send().status, 200);
    }

    fn or_013_a_time_stamp_far_from_now_is_refused(demo: &Demo) {
        for (n, (seconds, is_good)) in [(-301, false), (-299, true), (299, true), (301, false), (i64::MAX / 2, false)].into_iter().enumerate() {
            let signer = Signer::new(&demo.server, USERS, &format!("time{n}"));
            let signer = Signer { at: signer.at.saturating_add(seconds), ..signer };
            let reply = signer.send();
            if is_good {
                assert_eq!(reply.status, 200, "{seconds}");
            } else {
                refused(&reply, "oauth_timestamp");
            }
        }
    }

    fn or_013_a_wrong_signature_and_an_unknown_key_are_refused_alike(demo: &Demo) {
        let right = Signer::new(&demo.server, USERS, "wrong");
        let mut replies = Vec::new();
        for wrong in [
            Signer { secret: "daffodil".into(), ..right.clone() },
            Signer { vendor: "nobody".into(), ..right.clone() },
            Signer { vendor: "every\0thing".into(), ..right.clone() },
            Signer { path: "/demo%00/ims/oneroster/v1p1/users".into(), ..right.clone() },
            Signer { path: "/nowhere/ims/oneroster/v1p1/users".into(), ..right.clone() },
        ] {
            let mut reply = wrong.send();
            refused(&reply, "The consumer key is unknown or the signature does not match");
            reply.headers.remove("x-request-id");
            reply.headers.remove("date");
            replies.push(reply);
        }
        assert!(replies.iter().all(|reply| *reply == replies[0]));
        // What is not what was signed.
        assert_eq!(right.clone().asking("limit", "1").send_with("limit=2").status, 401);
        assert_eq!(right.clone().send_with("limit=1").status, 401);
        // A wrong guess doesn't use the nonce up.
        assert_eq!(right.send().status, 200);
    }

    fn what_can_not_be_read_is_refused_with_what_is_wrong(demo: &Demo) {
        for (header, why) in [
            ("OAuth", "oauth_signature"),
            ("OAuth oauth_signature=\"AAAA\"", "oauth_consumer_key"),
            ("OAuth garbage", "Authorization header"),
            ("OAuth oauth_signature=\"AAAA\", oauth_consumer_key=\"a\", oauth_nonce=\"n\", oauth_timestamp=\"1\", oauth_signature_method=\"PLAINTEXT\"", "HMAC-SHA256"),
            ("OAuth oauth_signature=\"AAAA\", oauth_consumer_key=\"a\", oauth_nonce=\"\\0\", oauth_timestamp=\"soon\", oauth_signature_method=\"HMAC-SHA1\"", "oauth_timestamp"),
        ] {
            refused(&demo.server.send("GET", USERS, &[("Authorization", header)], ""), why);
        }
        refused(&demo.server.get(&format!("{USERS}?oauth_signature=AAAA")), "oauth_consumer_key");
    }

    fn a_signature_is_for_the_method_that_it_was_made_for(demo: &Demo) {
        let signer = Signer { verb: "HEAD", ..Signer::new(&demo.server, USERS, "head") };
        assert_eq!(demo.server.send("GET", USERS, &[("Authorization", &signer.header())], "").status, 401);
        let head = demo.server.send("HEAD", USERS, &[("Authorization", &signer.header())], "");
        assert_eq!((head.status, head.body.as_str()), (200, ""));
    }

    fn a_signed_request_that_names_what_is_held_gets_nothing_again(demo: &Demo) {
        let first = Signer::new(&demo.server, USERS, "first").asking("limit", "2").send();
        let again = Signer::new(&demo.server, USERS, "again").asking("limit", "2");
        let headers = [("Authorization", again.header()), ("If-None-Match", first.header("etag").to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let reply = demo.server.send("GET", &format!("{USERS}?limit=2"), &headers, "");
        assert_eq!((reply.status, reply.body.as_str()), (304, ""));
    }

    fn a_signed_write_is_let_in_once_and_its_body_is_not_signed(demo: &Demo) {
        let path = "/demo/ims/oneroster/v1p1/categories/signed";
        let signer = Signer { verb: "PUT", vendor: "canvas".into(), ..Signer::new(&demo.server, path, "write") };

        let made = signer.send_json(&serde_json::json!({"category": {"title": "Signed"}}));
        assert_eq!((made.status, made.json()["category"]["title"].as_str()), (201, Some("Signed")), "{}", made.body);
        refused(&signer.send_json(&serde_json::json!({"category": {"title": "Signed"}})), "used before");
        let gone = Signer { verb: "DELETE", nonce: "delete".into(), ..signer };
        assert_eq!(gone.send_json(&serde_json::Value::Null).status, 204);
    }

    fn a_body_is_that_of_the_hash_that_was_signed(demo: &Demo) {
        // Of `{"category":{"title":"Hashed"}}`, by `openssl dgst -sha1 -binary | base64`, and the same with `-sha256`.
        const HASHES: [&str; 2] = ["n2ZEUEvq6xJIbc+UWoaXWGnV/8o=", "xmCtLuSZ/4vyeurLxnNVI15TB0AMWe6K+dVDX3MH7V0="];
        const EMPTY: &str = "2jmj7l5rSw0yVb/vlWAYkK/YBwk=";
        let path = "/demo/ims/oneroster/v1p1/categories/hashed";
        let category = |title: &str| serde_json::json!({"category": {"title": title}});
        let hashed = |nonce: &str, hash: &'static str| Signer {
            verb: "PUT",
            vendor: "canvas".into(),
            more: vec![("oauth_body_hash", hash)],
            ..Signer::new(&demo.server, path, nonce)
        };

        for (n, method) in ["HMAC-SHA256", "HMAC-SHA1"].into_iter().enumerate() {
            for (m, hash) in HASHES.into_iter().enumerate() {
                let signer = Signer { method, ..hashed(&format!("hash{n}{m}"), hash) };
                refused(&signer.send_json(&category("Mended")), "oauth_body_hash");
                // A wrong body doesn't use the nonce up.
                let reply = signer.send_json(&category("Hashed"));
                assert!([200, 201].contains(&reply.status), "{}", reply.body);
            }
        }
        for (n, hash) in ["bad", "AAAA", "", EMPTY].into_iter().enumerate() {
            refused(&hashed(&format!("hash-bad{n}"), hash).send_json(&category("Hashed")), "oauth_body_hash");
        }
        let read = Signer { verb: "GET", ..hashed("hash-read", EMPTY) };
        assert_eq!(read.send().json()["category"]["title"], "Hashed");
        refused(&Signer { nonce: "hash-read-bad".into(), more: vec![("oauth_body_hash", HASHES[0])], ..read }.send(), "oauth_body_hash");
    }

    fn a_signature_opens_1_1_alone(demo: &Demo) {
        let path = "/demo/ims/oneroster/rostering/v1p2/users";
        assert_eq!(Signer::new(&demo.server, path, "v1p2").send().status, 401);
    }
}

on_each_database! {
    fn a_signer_may_what_the_connection_may_and_no_longer_than_it_lasts(world: &World) {
        settle(world);
        let text = rules(&one_rule("r1", &["identity"], "schools = [\"S2\"]"));
        let server = serve(world, &text);
        let signer = |path: &str, nonce: &str| {
            Signer { vendor: "atlas".into(), ..Signer::new(&server, &format!("/noord/ims/oneroster/v1p1/{path}"), nonce) }
        };

        let seen = signer("users", "a").send();
        assert_eq!(seen.status, 200, "{}", seen.body);
        assert_eq!(ids(seen.json()["users"].as_array().unwrap()).len(), 3);
        assert_eq!(status(&signer("resources", "b").send()).0, 403);
        world.apply(&text.replace(SECRET, "another-another-another-another-another-another"));
        assert_eq!(signer("users", "c").send().status, 401);
        let renewed = Signer { secret: "another-another-another-another-another-another".into(), ..signer("users", "d") };
        assert_eq!(renewed.send().status, 200);
    }

    fn or_013_two_nodes_share_what_was_used(world: &World) {
        settle(world);
        let first = serve(world, &rules(&one_rule("r1", &["identity"], "")));
        let second = world.serve();
        let path = "/noord/ims/oneroster/v1p1/users";
        // One name for both nodes, as behind a balancer.
        let signer = Signer { vendor: "atlas".into(), ..Signer::new(&first, path, "shared") };
        let host = first.url.strip_prefix("http://").unwrap();

        let replies: Vec<u16> = std::thread::scope(|scope| {
            let sent: Vec<_> = [&first, &second, &first, &second]
                .map(|node| {
                    let header = signer.header();
                    scope.spawn(move || node.send("GET", path, &[("Authorization", &header), ("Host", host)], "").status)
                })
                .into();
            sent.into_iter().map(|thread| thread.join().unwrap()).collect()
        });

        assert_eq!(replies.iter().filter(|status| **status == 200).count(), 1, "{replies:?}");
        assert_eq!(replies.iter().filter(|status| **status == 401).count(), 3, "{replies:?}");
    }
}
