//! A vendor's view as a CSV set: over HTTP and by the command line's way.

mod closure;
pub mod validator;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use koppelvlak::store::Statement;
use serde_json::Value;
use validator::{Taken, validated};

use crate::harness::{Server, World, on_each_database};
use crate::rostering::board::{Demo, SECRET, import_at, invent, on_each_demo};
use crate::rostering::client::Client;

const BULK: &str = "/demo/ims/oneroster/csv/v1p2/bulk.zip";

/// The bytes of an answer that must succeed.
pub fn fetched(server: &Server, token: &str, path: &str) -> Vec<u8> {
    let mut answer = ureq::get(format!("{}{path}", server.url))
        .header("Authorization", &format!("Bearer {token}"))
        .call()
        .unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(answer.headers()["content-type"], "application/zip");
    let mut bytes = Vec::new();
    answer.body_mut().as_reader().read_to_end(&mut bytes).unwrap();
    bytes
}

/// The files of a set as they are.
pub fn texts(zip: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut text = |name: String| {
        let mut text = String::new();
        archive.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
        (name, text)
    };
    names.into_iter().map(&mut text).collect()
}

fn set_of(client: &Client<'_>, file: &str, version: &str, mode: &str) -> Taken {
    let short = if version == "1.1" { "v1p1" } else { "v1p2" };
    let path = format!("/demo/ims/oneroster/csv/{short}/{file}");
    validated(&fetched(client.server, &client.token, &path), version, mode)
}

/// A whole collection, without what differs between two boards with the same data.
pub fn collection(client: &Client<'_>, path: &str, tenant: &str) -> Vec<Value> {
    let text = client.ok(&format!("/{path}?limit=10000")).body.replace(&format!("/{tenant}/ims/"), "/board/ims/");
    let body: BTreeMap<String, Vec<Value>> = serde_json::from_str(&text).unwrap();
    let mut objects = body.into_values().next().unwrap();
    for object in &mut objects {
        object.as_object_mut().unwrap().remove("dateLastModified");
        // Their order is that of rows which a set names anew.
        for name in ["roles", "learningObjectiveSet"] {
            if let Some(items) = object.get_mut(name).and_then(Value::as_array_mut) {
                items.sort_by_key(ToString::to_string);
            }
        }
    }
    objects
}

pub const COLLECTIONS: [(&str, &str); 13] = [
    ("rostering/v1p2", "orgs"),
    ("rostering/v1p2", "academicSessions"),
    ("rostering/v1p2", "courses"),
    ("rostering/v1p2", "classes"),
    ("rostering/v1p2", "users"),
    ("rostering/v1p2", "enrollments"),
    ("rostering/v1p2", "demographics"),
    ("resources/v1p2", "resources"),
    ("resources/v1p2", "resources"),
    ("gradebook/v1p2", "categories"),
    ("gradebook/v1p2", "lineItems"),
    ("gradebook/v1p2", "results"),
    ("gradebook/v1p2", "scoreScales"),
];

on_each_demo! {
    fn every_vendor_gets_a_sound_set_of_either_version(demo: &Demo) {
        for vendor in crate::rostering::board::VENDORS {
            let client = demo.client(vendor);
            for version in ["1.1", "1.2"] {
                let set = set_of(&client, "bulk.zip", version, "bulk");

                assert!(!set.rows("users").is_empty(), "{vendor}");
            }
        }
    }

    fn a_set_holds_the_active_objects_of_the_view_in_its_order(demo: &Demo) {
        for vendor in crate::rostering::board::VENDORS {
            let client = demo.client(vendor);
            let set = set_of(&client, "bulk.zip", "1.2", "bulk");

            for path in ["orgs", "academicSessions", "courses", "classes", "users", "enrollments"] {
                let objects = collection(&client, path, "demo");
                let active = objects.iter().filter(|object| object["status"] == "active");
                let ids: Vec<&str> = active.map(|object| object["sourcedId"].as_str().unwrap()).collect();
                assert_eq!(set.ids(path), ids, "{vendor}: {path}");
            }
        }
    }

    fn a_set_says_no_more_than_the_api_does(demo: &Demo) {
        for vendor in crate::rostering::board::VENDORS {
            let client = demo.client(vendor);
            let set = set_of(&client, "bulk.zip", "1.2", "bulk");

            let mut told = BTreeSet::new();
            for path in ["orgs", "academicSessions", "courses", "classes", "users", "enrollments"] {
                for object in collection(&client, path, "demo") {
                    words(&object, &mut told);
                }
            }
            for file in ["orgs", "academicSessions", "courses", "classes", "users", "enrollments", "roles"] {
                for row in set.rows(file) {
                    for (name, value) in row {
                        let is_own = (file == "roles" && name.ends_with("ourcedId")) || name == "username";
                        for item in value.split(',').filter(|item| !item.is_empty() && !is_own) {
                            let is_pair = name == "userIds";
                            let item = if is_pair { item.trim_matches(['{', '}']).split(':').next().unwrap() } else { item };
                            assert!(told.contains(item), "{vendor}: {file}.{name}: {item}");
                        }
                    }
                }
            }
        }
    }

    fn the_same_view_gives_the_same_bytes(demo: &Demo) {
        let client = demo.client("names-only");

        let first = fetched(&demo.server, &client.token, BULK);
        let second = fetched(&demo.server, &client.token, BULK);

        assert!(first == second);
    }

    fn a_set_needs_a_token_with_the_scope_and_an_address_that_is_there(demo: &Demo) {
        let client = demo.client("everything");
        let form = format!("grant_type=client_credentials&client_id=everything&client_secret={SECRET}&scope=resource.readonly");
        let narrow = demo.server.ask_token("/demo/oauth2/token", &form).json()["access_token"].as_str().unwrap().to_owned();

        assert_eq!(demo.server.get(BULK).status, 401);
        assert_eq!(demo.server.get_as(&narrow, BULK).status, 403);
        for (path, status) in [
            ("/demo/ims/oneroster/csv/v1p3/bulk.zip", 404),
            ("/demo/ims/oneroster/csv/v1p2/all.zip", 404),
            ("/demo/ims/oneroster/csv/v1p2/delta.zip", 400),
            ("/demo/ims/oneroster/csv/v1p2/delta.zip?since=yesterday", 400),
        ] {
            assert_eq!(demo.server.get_as(&client.token, path).status, status, "{path}");
        }
    }

    fn a_scope_that_is_not_asked_for_brings_no_files(demo: &Demo) {
        let form = format!("grant_type=client_credentials&client_id=everything&client_secret={SECRET}&scope=roster.readonly");
        let narrow = demo.server.ask_token("/demo/oauth2/token", &form).json()["access_token"].as_str().unwrap().to_owned();

        let set = validated(&fetched(&demo.server, &narrow, BULK), "1.2", "bulk");

        assert!(!set.rows("users").is_empty());
        for file in ["demographics", "resources", "results", "classResources"] {
            assert!(set.rows(file).is_empty(), "{file}");
        }
    }

    fn a_delta_from_before_the_first_import_holds_all(demo: &Demo) {
        let client = demo.client("everything");

        let bulk = set_of(&client, "bulk.zip", "1.2", "bulk");
        let delta = set_of(&client, "delta.zip?since=2020-01-01T00:00:00Z", "1.2", "delta");
        let none = set_of(&client, "delta.zip?since=2026-08-31T00:00:00Z", "1.2", "delta");
        for offset in ["+01:00", "%2B01:00", "-01:00"] {
            let asked = format!("delta.zip?since=2026-08-31T00:00:00{offset}");
            assert!(set_of(&client, &asked, "1.2", "delta").files.is_empty(), "{asked}");
        }

        for file in ["users", "roles", "classes", "enrollments", "orgs"] {
            assert_eq!(bulk.ids(file), delta.ids(file), "{file}");
        }
        assert!(none.files.is_empty());
    }
}

/// Every text in a value.
fn words(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => found.extend(text.split(',').map(str::to_owned)),
        Value::Array(items) => items.iter().for_each(|item| words(item, found)),
        Value::Object(members) => members.values().for_each(|item| words(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The demo's rules for a copy of a view: whoever is not in the view is not in the copy, and rules may not
/// name them.
pub fn rules_of(tenant: &str, rules: &str, people: &[Value]) -> String {
    let is_there = |block: &str| people.iter().any(|person| block.contains(person["sourcedId"].as_str().unwrap()));
    let mut blocks = rules.split("[[choice]]");
    let mut rules = blocks.next().unwrap().replace("slug = \"demo\"", &format!("slug = \"{tenant}\""));
    blocks.filter(|block| is_there(block)).for_each(|block| rules.extend(["[[choice]]", block]));
    rules
}

pub fn board_with_rules(world: &World) -> String {
    let (_, rules) = invent(world);
    world.apply(&rules);
    rules
}

on_each_database! {
    fn what_is_exported_and_imported_gives_the_same_view(world: &World) {
        let rules = board_with_rules(world);
        let server = world.serve();
        let client = |service, tenant| Client::of_service(&server, tenant, ("everything", SECRET), service);
        let set = fetched(&server, &client("rostering/v1p2", "demo").token, BULK);
        let path = world.folder().join("set.zip");
        std::fs::write(&path, set).unwrap();

        import_at(world, "copy", &path, "2026-08-21T06:00:00Z");
        let people = collection(&client("rostering/v1p2", "demo"), "users", "demo");
        world.apply(&rules_of("copy", &rules, &people));

        for (service, path) in COLLECTIONS {
            let [one, other] = ["demo", "copy"].map(|tenant| collection(&client(service, tenant), path, tenant));
            assert!(!one.is_empty(), "{path}");
            assert_eq!(one.len(), other.len(), "{path}");
            for (one, other) in one.iter().zip(&other) {
                assert_eq!(one, other, "{path}");
            }
        }
    }

    fn a_set_of_1p1_can_be_imported_again(world: &World) {
        board_with_rules(world);
        let server = world.serve();
        for vendor in crate::rostering::board::VENDORS {
            let client = Client::new(&server, "demo", vendor, SECRET);
            let path = world.folder().join("set.zip");
            std::fs::write(&path, fetched(&server, &client.token, "/demo/ims/oneroster/csv/v1p1/bulk.zip")).unwrap();

            let summary = import_at(world, &format!("copy-{vendor}"), &path, "2026-08-21T06:00:00Z");

            assert!(summary.is_changed);
        }
    }

    fn a_set_is_recorded_before_it_leaves(world: &World) {
        board_with_rules(world);
        let server = world.serve();
        let client = Client::new(&server, "demo", "names-only", SECRET);
        let set = validated(&fetched(&server, &client.token, BULK), "1.2", "bulk");

        let rows = Statement::new("SELECT entity, records FROM disclosure ORDER BY entity, records")
            .rows(&mut world.database.read_activity().unwrap())
            .unwrap();
        let recorded: Vec<(String, i64)> =
            rows.iter().map(|row| (row.text(0).unwrap().to_owned(), row.int(1).unwrap())).collect();

        for (file, entity) in [("orgs", "org"), ("users", "user"), ("roles", "user"), ("enrollments", "enrollment")] {
            let rows = i64::try_from(set.rows(file).len()).unwrap();
            assert!(recorded.contains(&(entity.to_owned(), rows)), "{file}: {recorded:?}");
        }
    }

    fn a_set_that_cannot_be_recorded_does_not_leave(world: &World) {
        board_with_rules(world);
        let server = world.serve();
        let client = Client::new(&server, "demo", "names-only", SECRET);
        server.app.recorder.stop();

        let reply = server.get_as(&client.token, BULK);

        assert_eq!(reply.status, 503, "{}", reply.body);
    }
}

/// Changes lines of a file of a folder; none takes one out.
pub fn edit(folder: &std::path::Path, file: &str, change: impl FnMut((usize, &str)) -> Option<String>) {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<String> = text.lines().enumerate().filter_map(change).collect();
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
}

on_each_database! {
    fn a_copy_that_takes_the_changes_is_what_a_new_copy_would_be(world: &World) {
        let rules = board_with_rules(world);
        let folder = world.folder().join("csv");
        let set = world.folder().join("set.zip");
        let copy = |tenant: &str, path: &str, instant: &str| {
            let server = world.serve();
            let token = Client::new(&server, "demo", "everything", SECRET).token;
            std::fs::write(&set, fetched(&server, &token, path)).unwrap();
            import_at(world, tenant, &set, instant)
        };
        copy("copy", BULK, "2026-08-21T06:00:00Z");

        edit(&folder, "users.csv", |(i, line)| Some(if i % 3 == 1 { line.replacen(",true,", ",false,", 1) } else { line.to_owned() }));
        edit(&folder, "enrollments.csv", |(i, line)| (i % 5 != 2).then(|| line.to_owned()));
        edit(&folder, "roles.csv", |(i, line)| Some(if i % 4 == 1 { line.replacen(",parent,", ",guardian,", 1) } else { line.to_owned() }));
        import_at(world, "demo", &folder, "2026-08-25T06:00:00Z");
        let summary = copy("copy", "/demo/ims/oneroster/csv/v1p2/delta.zip?since=2026-08-24T00:00:00Z", "2026-08-26T06:00:00Z");
        copy("fresh", BULK, "2026-08-26T06:00:00Z");

        assert!(summary.is_changed);
        let server = world.serve();
        let at = |tenant: &str| Client::new(&server, tenant, "everything", SECRET);
        let people = collection(&at("demo"), "users", "demo");
        for tenant in ["copy", "fresh"] {
            world.apply(&rules_of(tenant, &rules, &people));
        }
        for path in ["orgs", "classes", "users", "enrollments"] {
            let [one, other] = ["copy", "fresh"].map(|tenant| {
                let mut objects = collection(&at(tenant), path, tenant);
                objects.retain(|object| object["status"] == "active");
                objects
            });
            assert_eq!(one.len(), other.len(), "{path}");
            for (one, other) in one.iter().zip(&other) {
                assert_eq!(one, other, "{path}");
            }
        }
    }
}

/// Takes the values of a column out of the rows that are meant.
pub fn blank(folder: &std::path::Path, file: &str, column: &str, is_meant: impl Fn(usize) -> bool) {
    let path = folder.join(file);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(&path).unwrap();
    let mut rows: Vec<Vec<String>> = reader.deserialize().map(Result::unwrap).collect();
    let at = rows[0].iter().position(|name| name == column).unwrap();
    rows.iter_mut().enumerate().skip(1).filter(|(i, _)| is_meant(*i)).for_each(|(_, row)| row[at].clear());
    let mut writer = csv::Writer::from_path(&path).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
}

on_each_database! {
    fn what_1_1_cannot_say_any_more_goes_with_the_changes_and_comes_back(world: &World) {
        board_with_rules(world);
        let folder = world.folder().join("csv");
        let taken = |file: &str, mode| {
            let server = world.serve();
            set_of(&Client::new(&server, "demo", "everything", SECRET), file, "1.1", mode)
        };
        let ids = |set: &Taken, file| set.ids(file).into_iter().map(str::to_owned).collect::<BTreeSet<String>>();
        let whole = taken("bulk.zip", "bulk");
        let files = ["results.csv", "lineItems.csv"].map(|file| (file, std::fs::read(folder.join(file)).unwrap()));
        let follow = |held: &Taken, since: &str| {
            let delta = taken(&format!("delta.zip?since={since}"), "delta");
            let now = taken("bulk.zip", "bulk");
            for file in ["lineItems", "results"] {
                let mut copy = ids(held, file);
                for row in delta.rows(file) {
                    let is_gone = row["status"] == "tobedeleted";
                    if is_gone { copy.remove(&row["sourcedId"]); } else { copy.insert(row["sourcedId"].clone()); }
                }
                assert_eq!(copy, ids(&now, file), "{file}");
            }
            now
        };

        blank(&folder, "results.csv", "score", |i| i % 3 == 1);
        blank(&folder, "lineItems.csv", "resultValueMin", |i| i % 4 == 1);
        import_at(world, "demo", &folder, "2026-08-25T06:00:00Z");
        let fewer = follow(&whole, "2026-08-24T00:00:00Z");
        for (file, bytes) in files {
            std::fs::write(folder.join(file), bytes).unwrap();
        }
        import_at(world, "demo", &folder, "2026-08-27T06:00:00Z");
        let again = follow(&fewer, "2026-08-26T00:00:00Z");

        for file in ["lineItems", "results"] {
            assert!(fewer.ids(file).len() < whole.ids(file).len(), "{file}");
            assert_eq!(ids(&again, file), ids(&whole, file), "{file}");
        }
    }

    fn the_command_writes_the_bytes_that_the_vendor_would_get(world: &World) {
        board_with_rules(world);
        let server = world.serve();
        let client = Client::new(&server, "demo", "names-only", SECRET);
        let out = world.folder().join("names.zip");

        let command = std::process::Command::new(env!("CARGO_BIN_EXE_koppelvlak"))
            .current_dir(world.folder())
            .env("KOPPELVLAK_DATABASE_URL", &world.url)
            .env("KOPPELVLAK_MASTER_KEY", "5a".repeat(32))
            .env("KOPPELVLAK_CLOCK", crate::harness::NOW)
            .args(["export", "oneroster", "--tenant", "demo", "--vendor", "names-only", "--out", "names.zip"])
            .output()
            .unwrap();

        assert!(command.status.success(), "{}", String::from_utf8_lossy(&command.stderr));
        assert!(std::fs::read(out).unwrap() == fetched(&server, &client.token, BULK));
    }
}
