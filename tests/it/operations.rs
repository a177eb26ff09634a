//! What operators and every client rely on: addresses, headers, limits, health.

use std::io::{Read, Write};
use std::net::TcpStream;

use koppelvlak::clock::Clock;
use koppelvlak::http::assembly::Limits;

use crate::harness::{Server, World, on_each_database};

on_each_database! {
    fn a_token_is_not_asked_for_where_nothing_is_told(world: &World) {
        let server = world.serve();

        assert_eq!(server.get_as("garbage", "/healthz").status, 200);
        server.stop();
    }

    fn a_server_with_its_schema_is_up_and_ready(world: &World) {
        let server = world.serve();

        assert_eq!(server.get("/healthz").json()["status"], "up");
        assert_eq!(server.get("/readyz").json()["status"], "ready");
    }

    fn a_server_without_its_schema_is_up_and_not_ready(world: &World) {
        let server = world.serve();
        koppelvlak::store::Statement::new("DELETE FROM __diesel_schema_migrations WHERE version LIKE '%2'")
            .execute(&mut world.database.write_activity().unwrap())
            .unwrap();

        assert_eq!(server.get("/healthz").status, 200);
        assert_eq!(server.get("/readyz").status, 503);
    }
}

#[test]
fn every_answer_has_the_security_headers_and_a_request_id() {
    let server = World::on_sqlite().serve();

    for path in ["/healthz", "/nowhere", "/noord/ims/oneroster/rostering/v1p2/nothing", "/oauth2/token"] {
        let reply = server.get(path);
        assert_eq!(reply.header("cache-control"), "private, no-store", "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert!(reply.header("content-security-policy").starts_with("default-src 'none'"));
        assert_eq!(reply.header("x-request-id").len(), 32);
        assert!(!reply.headers.contains_key("strict-transport-security"), "the public URL is not https");
    }
}

#[test]
fn a_harmless_request_id_is_echoed() {
    let server = World::on_sqlite().serve();

    let own = server.send("GET", "/healthz", &[("X-Request-ID", "sync-42")], "");
    let harmful = server.send("GET", "/healthz", &[("X-Request-ID", "a b")], "");

    assert_eq!(own.header("x-request-id"), "sync-42");
    assert_ne!(harmful.header("x-request-id"), "a b");
}

#[test]
fn an_unknown_address_is_answered_as_its_door_words_it() {
    let server = World::on_sqlite().serve();

    let oneroster = server.get("/noord/ims/oneroster/rostering/v1p2/nothing");
    let other = server.get("/nothing");

    assert_eq!((oneroster.status, other.status), (404, 404));
    let minor = &oneroster.json()["imsx_CodeMinor"]["imsx_codeMinorField"][0];
    assert_eq!(minor["imsx_codeMinorFieldValue"], "unknownobject");
    assert_eq!(oneroster.json()["imsx_codeMajor"], "failure");
    assert_eq!(other.json()["error"], "unknownobject");
    assert_eq!(other.header("content-type"), "application/json");
}

#[test]
fn a_wrong_method_is_405_with_a_body_and_the_right_ones() {
    let server = World::on_sqlite().serve();

    let reply = server.send("DELETE", "/healthz", &[], "");

    assert_eq!(reply.status, 405);
    assert!(reply.json()["error"].is_string());
    assert!(reply.header("allow").contains("GET"));
}

#[test]
fn head_is_get_without_its_body() {
    let server = World::on_sqlite().serve();

    let reply = server.send("HEAD", "/healthz", &[], "");

    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    assert_eq!(reply.header("content-length"), "15");
}

#[test]
fn slashes_too_many_are_taken_as_meant_without_a_redirect() {
    let server = World::on_sqlite().serve();

    assert_eq!(server.get("//healthz/").status, 200);
}

#[test]
fn a_get_with_a_body_is_served_and_the_connection_lives_on() {
    let server = World::on_sqlite().serve();
    let get = "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"a\": \"body\"}";
    let last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    let answers = server.send_raw(&format!("{}{last}", get.replace("12\r\n", "13\r\n")));

    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
}

#[test]
fn addresses_and_headers_have_limits() {
    let server = World::on_sqlite().serve();
    let long = "x".repeat(40_000);

    assert_eq!(server.get(&format!("/healthz?filter={long}")).status, 414);
    assert_eq!(server.send("GET", "/healthz", &[("X-Long", &long)], "").status, 431);
}

#[test]
fn metrics_name_routes_and_no_paths() {
    let server = World::on_sqlite().serve();
    server.get("/healthz");
    server.get("/nowhere/P-1004");

    let text = server.get("/metrics").body;

    assert!(text.contains(r#"koppelvlak_requests_total{route="/healthz",status="2xx"}"#), "{text}");
    assert!(text.contains("koppelvlak_request_seconds_bucket"));
    assert!(!text.contains("P-1004"));
}

#[test]
fn a_request_in_flight_is_answered_before_the_server_stops() {
    let server = World::on_sqlite().serve();
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\ngrant").unwrap();
    // The head has arrived once another request, sent later, is answered.
    assert_eq!(server.get("/healthz").status, 200);

    let stopping = std::thread::spawn(move || server.stop());
    std::thread::sleep(std::time::Duration::from_millis(50));
    stream.write_all(b"_type").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();

    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("invalid_request"), "{answer}");
    stopping.join().unwrap();
}

#[test]
fn a_body_that_does_not_come_is_given_up() {
    let world = World::on_sqlite();
    let limits = Limits { body_time: std::time::Duration::from_millis(50), ..Limits::default() };
    let server = Server::start(&world, Clock::System, limits);

    let answer = server.send_raw("POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\ngrant");

    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}
