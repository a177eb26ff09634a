//! Clients with generated models: one member of the wrong form fails a whole page. Read like that, every object of both
//! versions, whatever is withheld.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::connections::of_village;
use crate::harness::{World, on_each_database};
use crate::rostering::board::{Demo, SECRET, VENDORS, on_each_demo};
use crate::rostering::client::{Client, encoded, id};
use crate::rostering::village::{serve, settle};

const LISTS: [(&str, &[&str]); 3] = [
    ("rostering/v1p2", &["users", "orgs", "classes", "courses", "academicSessions", "enrollments", "demographics"]),
    ("gradebook/v1p2", &["categories", "lineItems", "results", "scoreScales"]),
    (
        "v1p1",
        &[
            "users",
            "orgs",
            "classes",
            "courses",
            "academicSessions",
            "enrollments",
            "demographics",
            "resources",
            "categories",
            "lineItems",
            "results",
        ],
    ),
];

/// Members that clients loop over without asking whether they are there.
const ALWAYS_LISTS: [(&str, &[&str]); 4] = [
    ("users", &["agents", "userIds"]),
    ("classes", &["terms", "periods"]),
    ("orgs", &["children"]),
    ("academicSessions", &["children"]),
];

const DATES: [&str; 5] = ["startDate", "endDate", "beginDate", "birthDate", "scoreDate"];
const INSTANTS: [&str; 3] = ["dateLastModified", "assignDate", "dueDate"];
const BOOLEANS: [&str; 6] = ["enabledUser", "primary", "late", "missing", "incomplete", "inProgress"];
const NUMBERS: [&str; 5] = ["score", "resultValueMin", "resultValueMax", "weight", "scorePercentile"];
const LISTED: [&str; 12] = [
    "grades",
    "subjects",
    "subjectCodes",
    "periods",
    "userIds",
    "agents",
    "children",
    "orgs",
    "roles",
    "terms",
    "resources",
    "userProfiles",
];
const TYPES: [&str; 12] = [
    "academicSession",
    "category",
    "class",
    "course",
    "demographics",
    "enrollment",
    "lineItem",
    "org",
    "resource",
    "result",
    "scoreScale",
    "user",
];

/// Whether a text has the digits and signs of a pattern: `0` stands for a digit.
fn is_like(value: &Value, pattern: &str) -> bool {
    let fits = |(c, p): (char, char)| if p == '0' { c.is_ascii_digit() } else { c == p };
    value.as_str().is_some_and(|text| text.len() == pattern.len() && text.chars().zip(pattern.chars()).all(fits))
}

/// Reads a value as a typed model would; `at` is where it stands.
fn read(at: &str, name: &str, value: &Value) {
    assert!(!value.is_null() && !value.is_boolean(), "{at}");
    match name {
        name if DATES.contains(&name) => assert!(is_like(value, "0000-00-00"), "{at}: {value}"),
        name if INSTANTS.contains(&name) => assert!(is_like(value, "0000-00-00T00:00:00.000Z"), "{at}: {value}"),
        name if BOOLEANS.contains(&name) => {
            assert!(value == "true" || value == "false", "{at}: {value}");
        }
        name if NUMBERS.contains(&name) => assert!(value.is_number(), "{at}: {value}"),
        name if LISTED.contains(&name) => assert!(value.is_array(), "{at}: {value}"),
        _ => {}
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| read(at, "", item)),
        Value::Object(members) => {
            if members.contains_key("href") {
                assert_eq!(members.keys().collect::<Vec<_>>(), ["href", "sourcedId", "type"], "{at}");
                assert!(TYPES.contains(&members["type"].as_str().unwrap()), "{at}: {value}");
                assert!(members["href"].as_str().unwrap().starts_with("http"), "{at}: {value}");
            }
            members.iter().for_each(|(name, value)| read(&format!("{at}/{name}"), name, value));
        }
        _ => {}
    }
}

fn check(client: &Client<'_>, version: &str, list: &str) -> usize {
    let reply = client.get(&format!("/{list}?limit=10000"));
    if reply.status == 403 {
        return 0;
    }
    let body = reply.json();
    let objects = body[list].as_array().unwrap_or_else(|| panic!("{list}: {}", reply.body));
    for object in objects {
        let at = format!("{version} {list} {}", id(object));
        for member in ["sourcedId", "status", "dateLastModified"] {
            assert!(object[member].is_string(), "{at} {member}");
        }
        read(&at, "", object);
        if object["status"] == "tobedeleted" {
            continue;
        }
        for (_, members) in ALWAYS_LISTS.iter().filter(|(of, _)| *of == list) {
            members.iter().for_each(|member| assert!(object[*member].is_array(), "{at} {member}"));
        }
        match (version, list) {
            ("v1p1", "users") => {
                assert!(object["role"].is_string() && !object["orgs"].as_array().unwrap().is_empty(), "{at}");
                assert!(object["username"].is_string() && object["enabledUser"].is_string(), "{at}");
            }
            (_, "users") => {
                let roles = object["roles"].as_array().unwrap();
                let is_whole =
                    |role: &Value| role["roleType"].is_string() && role["role"].is_string() && role["org"].is_object();
                assert!(!roles.is_empty() && roles.iter().all(is_whole), "{at}");
            }
            (_, "enrollments") => assert!(object["primary"].is_string(), "{at}: {object}"),
            (_, "academicSessions") => assert!(is_like(&object["schoolYear"], "0000"), "{at}"),
            _ => {}
        }
    }
    objects.len()
}

on_each_demo! {
    fn no_member_of_any_object_has_another_form_than_its_model(demo: &Demo) {
        for vendor in VENDORS {
            let mut n_read = 0;
            for (service, lists) in LISTS {
                let client = Client::of_service(&demo.server, "demo", (vendor, SECRET), service);
                n_read += lists.iter().map(|list| check(&client, service, list)).sum::<usize>();
            }
            assert!(n_read > 100, "{vendor}: {n_read}");
        }
    }

    fn an_answer_of_one_kind_has_its_own_name_around_it(demo: &Demo) {
        for (service, names) in [
            ("rostering/v1p2", &[("users", "user"), ("students", "user"), ("teachers", "user"), ("orgs", "org"), ("schools", "org"),
                ("terms", "academicSession"), ("gradingPeriods", "academicSession"), ("academicSessions", "academicSession"),
                ("classes", "class"), ("courses", "course"), ("enrollments", "enrollment"), ("demographics", "demographics")][..]),
            ("gradebook/v1p2", &[("categories", "category"), ("lineItems", "lineItem"), ("results", "result"), ("scoreScales", "scoreScale")][..]),
        ] {
            for service in [service, "v1p1"] {
                let client = Client::of_service(&demo.server, "demo", ("everything", SECRET), service);
                for (list, single) in names.iter().filter(|(list, _)| service != "v1p1" || *list != "scoreScales") {
                    let page = client.ok(&format!("/{list}?limit=1")).json();
                    let wrapper = if single == &"category" { "categories".to_owned() } else { plural(single) };
                    assert_eq!(page.as_object().unwrap().keys().collect::<Vec<_>>(), [&wrapper], "{service} {list}");
                    let one = client.ok(&format!("/{list}/{}", encoded(&id(&page[&wrapper][0])))).json();
                    assert_eq!(one.as_object().unwrap().keys().collect::<Vec<_>>(), [single], "{service} {list}");
                }
            }
        }
    }

    // Whoever leaves a body behind on a connection that stays open would have it read as the next request.
    fn a_session_goes_on_after_a_get_with_a_body(demo: &Demo) {
        let client = Client::of_service(&demo.server, "demo", ("everything", SECRET), "v1p1");
        let get = |path: &str, more: &str| {
            format!("GET {}{path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n{more}", client.base, client.token)
        };
        let form = "grant_type=client_credentials&scope=x";
        let with_form = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}", form.len());
        let chunked = format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{form}\r\n0\r\n\r\n", form.len());
        let raw = get("/users?limit=1&filter=dateLastModified>'2000-01-01'", "\r\n");
        let expected = client.ok("/users?limit=1").body;

        for with_body in [with_form, chunked] {
            let mut connection = BufReader::new(TcpStream::connect(demo.server.url.strip_prefix("http://").unwrap()).unwrap());
            for request in [get("/users?limit=1", &with_body), raw.clone(), get("/users?limit=1", &with_body), raw.clone()] {
                connection.get_mut().write_all(request.as_bytes()).unwrap();
                let head: Vec<String> = connection.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
                let length = head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                let mut body = vec![0; length.unwrap()];
                connection.read_exact(&mut body).unwrap();
                assert_eq!((head[0].as_str(), String::from_utf8(body).unwrap()), ("HTTP/1.1 200 OK", expected.clone()), "{request}");
            }
        }
    }

    fn requests_of_1_1_may_carry_what_generated_clients_send(demo: &Demo) {
        let client = Client::of_service(&demo.server, "demo", ("everything", SECRET), "v1p1");
        let plain = client.ok("/users?limit=3&fields=sourcedId,role").body;
        for query in [
            "limit=3&fields=sourcedId&fields=role", "limit=3&fields=sourcedId%2Crole&search=x&continuation_token=y",
            "fields=sourcedId,role&limit=3&page=2",
        ] {
            assert_eq!(client.ok(&format!("/users?{query}")).body, plain, "{query}");
            assert_eq!(client.ok(&format!("/users/?{query}")).body, plain, "{query}");
        }
        let bearer = format!("Bearer {}", client.token);
        for (kind, body) in [("application/json", "{\"broken"), ("application/x-www-form-urlencoded", "limit=1&scope=x"), ("text/plain", "x")] {
            let headers = [("Authorization", bearer.as_str()), ("Content-Type", kind), ("X-Request-ID", "sync-1"), ("Cookie", "a=b")];
            let path = format!("{}/users?limit=3&fields=sourcedId,role", client.base);
            let reply = demo.server.send("GET", &path, &headers, body);
            assert_eq!((reply.status, &reply.body), (200, &plain), "{kind}");
        }
    }
}

fn plural(single: &str) -> String {
    match single {
        "class" => "classes".into(),
        "demographics" => "demographics".into(),
        other => format!("{other}s"),
    }
}

on_each_database! {
    fn a_set_without_optional_columns_gives_objects_that_are_whole(world: &World) {
        settle(world);
        let server = serve(world, &of_village());
        for (service, lists) in LISTS {
            let client = Client::of_service(&server, "noord", ("atlas", SECRET), service);
            for list in lists.iter().filter(|list| !["resources"].contains(list)) {
                check(&client, service, list);
            }
        }
        let client = Client::of_service(&server, "noord", ("atlas", SECRET), "v1p1");
        for (enrollment, primary) in [("E1", "false"), ("E6", "true")] {
            assert_eq!(client.one(&format!("/enrollments/{enrollment}"))["primary"], json!(primary), "{enrollment}");
        }
        assert_eq!(client.one("/users/mum")["grades"], Value::Null);
        assert_eq!(client.one("/classes/K2")["periods"], json!([]));
    }
}
