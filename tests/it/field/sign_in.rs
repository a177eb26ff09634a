//! How clients get a token: what they can't be told otherwise, and what they read of the answer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::connections::of_village;
use crate::harness::{Server, World, on_each_database};
use crate::rostering::board::{Demo, SECRET, on_each_demo};
use crate::rostering::client::encoded;
use crate::rostering::village::{serve, settle};

fn form(more: &str) -> String {
    format!("grant_type=client_credentials&client_id=everything&client_secret={SECRET}{more}")
}

fn basic(server: &Server, id: &str, secret: &str) -> u16 {
    let header = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let headers =
        [("authorization", header.as_str()), ("content-type", "application/x-www-form-urlencoded;charset=utf-8")];
    server.send("POST", "/noord/oauth2/token", &headers, "grant_type=client_credentials").status
}

on_each_demo! {
    fn a_client_that_appends_to_its_base_address_gets_a_token(demo: &Demo) {
        for base in [
            "", "/demo", "/demo/ims/oneroster", "/demo/ims/oneroster/v1p1", "/demo/ims/oneroster/rostering/v1p2",
            "/demo/ims/oneroster/gradebook/v1p2", "/demo/ims/oneroster/resources/v1p2",
        ] {
            for path in ["/token", "/oauth/token", "/oauth2/token", "/oauth/access_token", "//oauth2/token/"] {
                let reply = demo.server.ask_token(&format!("{base}{path}"), &form(""));
                assert_eq!(reply.status, 200, "{base}{path}: {}", reply.body);
                let token = reply.json()["access_token"].as_str().unwrap().to_owned();
                assert_eq!(demo.server.get_as(&token, "/demo/ims/oneroster/rostering/v1p2/orgs").status, 200);
                let refused = demo.server.ask_token(&format!("{base}{path}"), &form("").replace(SECRET, "daffodil"));
                assert_eq!((refused.status, refused.json()["error"].as_str()), (401, Some("invalid_client")), "{base}{path}");
                assert!(refused.json()["error_description"].is_string());
            }
        }
    }

    fn every_scope_that_was_asked_for_and_granted_comes_back_as_it_was_asked_for(demo: &Demo) {
        let names = ["roster-core.readonly", "roster.readonly", "gradebook.readonly"];
        for prefix in [
            "", "https://purl.imsglobal.org/spec/or/v1p1/scope/", "https://purl.imsglobal.org/spec/or/v1p2/scope/",
            "http://purl.imsglobal.org/spec/or/v1p1/scope/", "http://purl.imsglobal.org/spec/or/v1p2/scope/",
        ] {
            let asked = names.map(|name| format!("{prefix}{name}")).join(" ");
            let reply = demo.server.ask_token("/oauth2/token", &form(&format!("&scope={}", encoded(&asked))));
            assert_eq!((reply.status, reply.json()["scope"].as_str()), (200, Some(asked.as_str())), "{}", reply.body);
        }
        // One client asks for both versions at once; what it has of them opens both doors.
        let both = ["https://purl.imsglobal.org/spec/or/v1p1", "http://purl.imsglobal.org/spec/or/v1p2"];
        let both = both.map(|version| format!("{version}/scope/roster.readonly")).join(" ");
        let reply = demo.server.ask_token("/oauth2/token", &form(&format!("&scope={}", encoded(&both))));
        assert_eq!(reply.json()["scope"], both.as_str());
        let token = reply.json()["access_token"].as_str().unwrap().to_owned();
        for service in ["v1p1", "rostering/v1p2"] {
            assert_eq!(demo.server.get_as(&token, &format!("/demo/ims/oneroster/{service}/users?limit=1")).status, 200);
        }
        // Without any it is all that the vendor has; clients add `expires_in` to a clock.
        for none in ["", "&scope="] {
            let reply = demo.server.ask_token("/oauth2/token", &form(none)).json();
            assert!(reply["scope"].as_str().unwrap().split(' ').count() > 8, "{reply}");
            assert!(reply["expires_in"].as_i64().unwrap() > 60);
            assert!(reply["token_type"].as_str().unwrap().eq_ignore_ascii_case("bearer"));
        }
    }

    // PowerShell and curl send the head alone and wait for a sign before they send the body; others send it in pieces.
    fn a_body_may_come_when_it_is_asked_for_or_in_pieces(demo: &Demo) {
        let form = form("");
        let head = "POST /demo/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        let mut connection = TcpStream::connect(demo.server.url.strip_prefix("http://").unwrap()).unwrap();
        let expecting = format!("{head}Content-Length: {}\r\nExpect: 100-continue\r\n\r\n", form.len());
        connection.write_all(expecting.as_bytes()).unwrap();
        let mut sign = [0; 25];
        connection.read_exact(&mut sign).unwrap();
        assert_eq!(sign, *b"HTTP/1.1 100 Continue\r\n\r\n");
        connection.write_all(form.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("access_token"), "{answer}");

        let (one, other) = form.split_at(20);
        let pieces = format!("{:x}\r\n{one}\r\n{:x}\r\n{other}\r\n0\r\n\r\n", one.len(), other.len());
        let answer = demo.server.send_raw(&format!("{head}Transfer-Encoding: chunked\r\n\r\n{pieces}"));
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("access_token"), "{answer}");
    }
}

on_each_database! {
    // Libraries differ in whether and how they encode: what a secret may hold reads alike in all of them.
    fn a_secret_is_known_however_a_library_encodes_it(world: &World) {
        const SIGNS: &str = "tulip-tulip_tulip.tulip~tulip-TULIP-0123456789";
        settle(world);
        let server = serve(world, &of_village().replace(SECRET, SIGNS));

        for (id, secret) in [("atlas", SIGNS.to_owned()), ("atlas", encoded(SIGNS)), ("%61tlas", SIGNS.replace('~', "%7e"))] {
            assert_eq!(basic(&server, id, &secret), 200, "{secret}");
        }
        assert_eq!(basic(&server, "atlas", &SIGNS.replace('~', "-")), 401);
        let form = format!("grant_type=client_credentials&client_id=atlas&client_secret={}", encoded(SIGNS));
        assert_eq!(server.ask_token("/oauth2/token", &form).status, 200);
    }
}
