//! Compressed answers: whatever a client says it can read, it can read what comes, lists and refusals alike.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use actix_http::encoding::Decoder;
use actix_http::h1::Payload;
use actix_web::body::{BodyStream, to_bytes};
use actix_web::http::header::ContentEncoding;
use serde_json::{Value, json};

use crate::harness::Reply;
use crate::rostering::board::{Demo, SECRET, on_each_demo};
use crate::rostering::client::{Client, encoded, id};

const CODINGS: [&str; 4] = ["gzip", "br", "zstd", "deflate"];

/// The bytes as they were before they were compressed.
fn decompressed(bytes: Vec<u8>, coding: &str) -> Vec<u8> {
    actix_web::rt::System::new().block_on(async {
        let (_sender, mut payload) = Payload::create(true);
        payload.unread_data(bytes.into());
        let decoder = Decoder::new(payload, coding.parse::<ContentEncoding>().unwrap());
        to_bytes(BodyStream::new(decoder)).await.unwrap().to_vec()
    })
}

/// One request that a client sends again and again, with other words on what it can read.
struct Request<'d> {
    client: Client<'d>,
    method: &'static str,
    path: String,
    body: Value,
}

impl Request<'_> {
    /// The answer with its body as text, and the coding in which it came.
    fn send(&self, accepted: Option<&str>) -> (Reply, Option<String>, usize) {
        let bearer = format!("Bearer {}", self.client.token);
        let mut headers = vec![("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        headers.extend(accepted.map(|accepted| ("Accept-Encoding", accepted)));
        let body = if self.body.is_null() { String::new() } else { self.body.to_string() };
        let (reply, bytes) = self.client.server.send_for_bytes(self.method, &self.path, &headers, &body);
        let coding = reply.headers.get("content-encoding").cloned();
        let n_bytes = bytes.len();
        let bytes = match &coding {
            Some(coding) => decompressed(bytes, coding),
            None => bytes,
        };
        (Reply { body: String::from_utf8(bytes).unwrap(), ..reply }, coding, n_bytes)
    }
}

fn of<'d>(demo: &'d Demo, vendor: &str, service: &str) -> Client<'d> {
    Client::of_service(&demo.server, "demo", (vendor, SECRET), service)
}

/// Reads of every kind, refusals of every kind.
fn requests(demo: &Demo) -> Vec<(Request<'_>, u16)> {
    let mut requests = Vec::new();
    for service in ["rostering/v1p2", "v1p1"] {
        let client = || of(demo, "everything", service);
        let user = encoded(&id(&client().page("/users?limit=1")[0]));
        for (path, status) in [
            ("/users?limit=50".to_owned(), 200),
            ("/users?limit=1&fields=status".to_owned(), 200),
            ("/users?filter=sourcedId='nobody'".to_owned(), 200),
            (format!("/users/{user}"), 200),
            (format!("/classes/{}/students", encoded(&demo.board.home_rooms[0])), 200),
            ("/users?limit=0".to_owned(), 400),
            ("/users?filter=nothing='x'".to_owned(), 400),
            ("/users/nobody".to_owned(), 404),
            ("/nothing".to_owned(), 404),
        ] {
            let client = client();
            requests.push((
                Request { path: client.base.clone() + &path, client, method: "GET", body: Value::Null },
                status,
            ));
        }
        let stranger = Client { token: "garbage".into(), ..client() };
        requests.push((
            Request { path: stranger.base.clone() + "/users", client: stranger, method: "GET", body: Value::Null },
            401,
        ));
        let reader = of(demo, "names-only", service);
        requests.push((
            Request { path: reader.base.clone() + "/demographics", client: reader, method: "GET", body: Value::Null },
            403,
        ));
        let client = client();
        requests
            .push((Request { path: client.base.clone() + "/users", client, method: "PATCH", body: json!({}) }, 405));
    }
    let writer = of(demo, "reader-back", "gradebook/v1p2");
    requests.push((
        Request {
            path: writer.base.clone() + "/lineItems/x",
            client: writer,
            method: "PUT",
            body: json!({"lineItem": {}}),
        },
        422,
    ));
    for (path, status) in [
        ("/healthz", 200),
        ("/nowhere", 404),
        ("/.well-known/oauth-authorization-server", 200),
        ("/demo/ims/oneroster/v1p1/discovery/onerosterv1p1service_openapi3_v1p0.json", 200),
        ("/demo/ims/oneroster/rostering/v1p2/discovery/onerosterv1p2rostersservice_openapi3_v1p0.json", 200),
    ] {
        requests.push((
            Request { client: of(demo, "everything", ""), path: path.to_owned(), method: "GET", body: Value::Null },
            status,
        ));
    }
    requests
}

on_each_demo! {
    fn every_kind_of_answer_says_the_same_in_every_coding(demo: &Demo) {
        for (request, status) in requests(demo) {
            let (plain, none, _) = request.send(None);
            assert_eq!((plain.status, none), (status, None), "{}", request.path);
            assert_eq!(plain.header("content-type"), "application/json", "{}", request.path);
            assert_eq!(plain.header("vary").to_lowercase(), "accept-encoding", "{}", request.path);
            for coding in CODINGS {
                let (reply, used, _) = request.send(Some(coding));
                assert!(used.as_deref().is_none_or(|used| used == coding), "{used:?}");
                assert_eq!((reply.status, &reply.body), (plain.status, &plain.body), "{} {coding}", request.path);
                for same in ["content-type", "etag", "x-total-count", "link", "vary", "www-authenticate", "allow"] {
                    assert_eq!(reply.headers.get(same), plain.headers.get(same), "{} {coding} {same}", request.path);
                }
            }
        }
    }

    fn a_page_takes_a_fraction_of_its_bytes(demo: &Demo) {
        for service in ["rostering/v1p2", "v1p1"] {
            let client = of(demo, "everything", service);
            let request = Request { path: client.base.clone() + "/users?limit=50", client, method: "GET", body: Value::Null };
            let (_, _, n_plain) = request.send(None);
            for coding in CODINGS {
                let (_, used, n_bytes) = request.send(Some(coding));
                assert_eq!(used.as_deref(), Some(coding));
                assert!(n_bytes < n_plain / 3, "{coding}: {n_bytes} of {n_plain}");
            }
        }
    }

    fn what_libraries_send_by_themselves_is_understood(demo: &Demo) {
        let client = of(demo, "everything", "rostering/v1p2");
        let request = Request { path: client.base.clone() + "/users?limit=5", client, method: "GET", body: Value::Null };
        let (plain, ..) = request.send(None);
        for (accepted, may_be_plain) in [
            ("gzip, deflate", false), ("gzip, deflate, br, zstd", false), ("gzip;q=1.0, identity; q=0.5", false),
            ("gzip,deflate,br", false), ("identity", true), ("", true), ("*", true), ("compress", true),
            ("br;q=0, gzip;q=0, zstd;q=0, deflate;q=0", true), ("GZIP", true), ("x-gzip", true),
        ] {
            let (reply, used, _) = request.send(Some(accepted));
            assert_eq!((reply.status, &reply.body), (200, &plain.body), "{accepted}");
            assert!(may_be_plain || used.is_some(), "{accepted}");
        }
        // Whoever reads nothing that there is gets a refusal that it can read.
        let (refused, used, _) = request.send(Some("compress, identity;q=0"));
        assert_eq!((refused.status, used), (406, None));
        assert!(refused.json()["imsx_codeMajor"].is_string());
    }

    fn the_tag_of_a_compressed_answer_is_that_of_the_plain_one(demo: &Demo) {
        for service in ["rostering/v1p2", "v1p1"] {
            let client = of(demo, "everything", service);
            let (path, token) = (client.base.clone() + "/users?limit=5", client.token.clone());
            let request = Request { path: path.clone(), client, method: "GET", body: Value::Null };
            let (plain, ..) = request.send(None);
            // One tag for all codings must be a weak one.
            assert!(plain.header("etag").starts_with("W/"), "{plain:?}");
            for held_in in CODINGS {
                let (held, ..) = request.send(Some(held_in));
                for coding in ["identity", "gzip", "br", "zstd"] {
                    let bearer = format!("Bearer {token}");
                    let headers = [("Authorization", bearer.as_str()), ("Accept-Encoding", coding), ("If-None-Match", held.header("etag"))];
                    let (reply, bytes) = demo.server.send_for_bytes("GET", &path, &headers, "");
                    assert_eq!((reply.status, bytes.len(), reply.headers.get("content-encoding")), (304, 0, None), "{held_in} {coding}");
                    // RFC 9110 §15.4.5: a 304 has the headers by which a cache keeps its 200.
                    for same in ["vary", "etag", "cache-control"] {
                        assert_eq!(reply.headers.get(same), held.headers.get(same), "{held_in} {coding} {same}");
                    }
                }
            }
        }
    }

    fn a_head_has_no_body_in_any_coding(demo: &Demo) {
        let client = of(demo, "everything", "v1p1");
        let request = |method: &str, more: &str| {
            format!("{method} {}/orgs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n{more}\r\n", client.base, client.token)
        };
        let body = client.ok("/orgs").body;
        for coding in CODINGS {
            let mut connection = BufReader::new(TcpStream::connect(demo.server.url.strip_prefix("http://").unwrap()).unwrap());
            connection.get_mut().write_all(request("HEAD", &format!("Accept-Encoding: {coding}\r\n")).as_bytes()).unwrap();
            let head: Vec<String> = connection.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
            assert_eq!(head[0], "HTTP/1.1 200 OK", "{head:?}");

            connection.get_mut().write_all(request("GET", "Connection: close\r\n").as_bytes()).unwrap();
            let mut rest = String::new();
            connection.read_to_string(&mut rest).unwrap();
            assert!(rest.starts_with("HTTP/1.1 200 OK") && rest.ends_with(&body), "{coding}: {rest}");
        }
    }

    fn a_write_and_a_token_can_be_read_in_every_coding(demo: &Demo) {
        for coding in CODINGS {
            let client = of(demo, "reader-back", "gradebook/v1p2");
            let path = format!("{}/categories/coded-{coding}", client.base);
            let body = json!({"category": {"title": format!("Written in {coding}, read in it: {}", "é".repeat(50))}});
            let mut request = Request { path, client, method: "PUT", body: body.clone() };
            for status in [201, 200] {
                let (reply, ..) = request.send(Some(coding));
                assert_eq!((reply.status, &reply.json()["category"]["title"]), (status, &body["category"]["title"]));
            }
            (request.method, request.body) = ("DELETE", Value::Null);
            let (gone, used, n_bytes) = request.send(Some(coding));
            assert_eq!((gone.status, used, n_bytes), (204, None, 0));

            let form = format!("grant_type=client_credentials&client_id=everything&client_secret={SECRET}");
            for (form, status, member) in [(form.clone(), 200, "access_token"), (form.replace(SECRET, "daffodil"), 401, "error")] {
                let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept-Encoding", coding)];
                let (reply, bytes) = demo.server.send_for_bytes("POST", "/oauth2/token", &headers, &form);
                let used = reply.headers.get("content-encoding").map_or("identity", String::as_str);
                let text = if used == "identity" { bytes } else { decompressed(bytes, used) };
                assert_eq!(reply.status, status);
                assert!(serde_json::from_slice::<Value>(&text).unwrap()[member].is_string());
            }
        }
    }

    fn a_set_of_files_is_compressed_once(demo: &Demo) {
        let client = of(demo, "everything", "");
        let request = Request { path: "/demo/ims/oneroster/csv/v1p2/bulk.zip".into(), client, method: "GET", body: Value::Null };
        let bearer = format!("Bearer {}", request.client.token);
        for accepted in ["gzip, deflate, br, zstd", "identity"] {
            let headers = [("Authorization", bearer.as_str()), ("Accept-Encoding", accepted)];
            let (reply, bytes) = demo.server.send_for_bytes("GET", &request.path, &headers, "");
            assert_eq!((reply.status, &bytes[..2]), (200, b"PK".as_slice()), "{accepted}");
            // RFC 9110 §8.4.1: `identity` is no coding that an answer names.
            assert_eq!(reply.headers.get("content-encoding"), None, "{accepted}");
        }
    }
}
