//! The shape of every answer: each of the 41 operations, for each vendor, whatever is withheld.

use std::collections::BTreeMap;

use koppelvlak::oneroster::operation::{Operation, Subset};
use koppelvlak::oneroster::v1p2::rostering::OPERATIONS;
use serde_json::Value;

use crate::csv_set::Set;
use crate::harness::{Reply, Server, World, on_each_database};
use crate::rostering::board::{SECRET, VENDORS, import_at, invent};
use crate::rostering::client::{Client, encoded, id, objects, refusal};
use crate::rostering::schema::{Misfit, Schemas};
use crate::rostering::village::{atlas, one_rule, rules_of, serve, village};

/// Addresses that a vendor can call: collections, then single objects and nested collections by real ids.
pub fn addresses(client: &Client<'_>) -> Vec<(&'static Operation, String)> {
    addresses_of(client, OPERATIONS)
}

/// The same for the operations of another service.
pub fn addresses_of(client: &Client<'_>, operations: &'static [Operation]) -> Vec<(&'static Operation, String)> {
    let mut known: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut addresses = Vec::new();
    for operation in operations.iter().filter(|operation| !operation.path.contains('{')) {
        addresses.push((operation, format!("/{}", operation.path)));
        let reply = client.get(&format!("/{}?limit=10000", operation.path));
        if reply.status == 200 {
            known.insert(operation.path, objects(&living(reply)).iter().map(id).collect());
        }
    }
    for operation in operations.iter().filter(|operation| operation.path.contains('{')) {
        let (collection, rest) = operation.path.split_once("/{}").unwrap();
        for id in known.get(collection).into_iter().flatten().take(3) {
            let start = format!("/{collection}/{}", encoded(id));
            let Some((inner, last)) = rest.trim_start_matches('/').split_once("/{}") else {
                addresses.push((operation, format!("{start}{rest}")));
                continue;
            };
            let reply = client.get(&format!("{start}/{inner}"));
            if reply.status == 200 {
                let within = objects(&reply).iter().map(self::id).next();
                addresses.extend(within.map(|id| (operation, format!("{start}/{inner}/{}{last}", encoded(&id)))));
            }
        }
    }
    addresses
}

/// An answer without its tombstones, below which nothing is.
fn living(mut reply: Reply) -> Reply {
    let mut body = reply.json();
    for member in body.as_object_mut().unwrap().values_mut() {
        if let Some(objects) = member.as_array_mut() {
            objects.retain(|object| object["status"] != "tobedeleted");
        }
    }
    reply.body = body.to_string();
    reply
}

/// Every answer of a vendor, collections page by page, each checked.
fn sweep(server: &Server, vendor: &str, schemas: &Schemas) -> BTreeMap<String, (Value, Vec<Misfit>)> {
    let client = Client::new(server, "demo", vendor, SECRET);
    let mut answers = BTreeMap::new();
    for (operation, address) in addresses(&client) {
        let mut pages = vec![address.clone()];
        if !matches!(operation.subset, Subset::One | Subset::OneOfKind(_)) {
            let total = client.get(&format!("{address}?limit=1"));
            let total: usize = total.headers.get("x-total-count").map_or(0, |count| count.parse().unwrap());
            pages = (0..=total / 60).map(|n| format!("{address}?limit=60&offset={}", n * 60)).collect();
        }
        for page in pages {
            let reply = client.get(&page);
            let body = reply.json();
            let misfits = if reply.status == 200 {
                schemas.misfits(operation, &body)
            } else {
                assert_eq!(refusal(&reply), (403, "forbidden".into()), "{page}: {body}");
                schemas.misfits_in_refusal(&body)
            };
            assert_eq!(reply.header("content-type"), "application/json");
            answers.insert(page, (body, misfits));
        }
    }
    answers
}

/// Whether a value is one that only stands for a withheld one.
fn is_placeholder(member: &str, value: &Value) -> bool {
    match member {
        "enabledUser" => value == "true",
        "roles" => value.as_array().is_some_and(|roles| roles.len() == 1 && roles[0]["role"] == "ext:withheld"),
        "givenName" => value.as_str().is_some_and(|name| name.chars().all(|c| c.is_ascii_alphabetic())),
        "familyName" => value.as_str().is_some_and(|name| is_code(name, "P-")),
        "title" => value.as_str().is_some_and(|title| is_code(title, "Class ") || is_code(title, "Course ")),
        "courseCode" => value.as_str().is_some_and(|code| is_code(code, "C-")),
        _ => false,
    }
}

fn is_code(text: &str, start: &str) -> bool {
    text.strip_prefix(start).is_some_and(|code| code.len() == 7 && code.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Takes the members at these places out, if each of them is a placeholder.
fn without(mut body: Value, missing: &[Misfit]) -> Value {
    for misfit in missing {
        let Misfit::Missing(at, member) = misfit else { panic!("{misfit:?}") };
        let object = body.pointer_mut(at).unwrap().as_object_mut().unwrap();
        let value = object.remove(member).unwrap();
        assert!(is_placeholder(member, &value), "{at}/{member} is withheld and was {value}");
    }
    body
}

/// The same without the times: what stands in required fields is part of the view.
fn undated(mut body: Value) -> Value {
    match &mut body {
        Value::Array(items) => items.iter_mut().for_each(|item| *item = undated(item.take())),
        Value::Object(members) => {
            members.remove("dateLastModified");
            members.values_mut().for_each(|member| *member = undated(member.take()));
        }
        _ => {}
    }
    body
}

/// The rules of the demo; with fewer categories, so that required fields are withheld too.
fn variants(rules: &str) -> [String; 3] {
    let teaching = r#""structure", "class-label", "identity", "name", "enrolment""#;
    assert!(rules.contains(teaching));
    [
        rules.to_owned(),
        rules.replace(teaching, r#""identity", "enrolment""#),
        // Known by an account alone: that a person exists and which role they have is withheld.
        rules.replace(teaching, r#""login""#).replace(r#", "login", "contact-email""#, r#", "contact-email""#),
    ]
}

fn swapped(rules: &str) -> String {
    rules
        .replace(r#"identifiers = "source""#, "identifiers = ?")
        .replace(r#"identifiers = "pairwise""#, r#"identifiers = "source""#)
        .replace("identifiers = ?", r#"identifiers = "pairwise""#)
}

on_each_database! {
    fn every_answer_has_the_shape_of_the_standard_and_absent_leaves_out_only_what_is_withheld(world: &World) {
        let schemas = Schemas::known();
        let (_, rules) = invent(world);
        for (n, rules) in variants(&rules).into_iter().enumerate() {
            let rules = if n == 1 { swapped(&rules) } else { rules };
            world.apply(&rules);
            let server = world.serve();
            let with: Vec<_> = VENDORS.iter().chain(&["ended"]).map(|v| sweep(&server, v, &schemas)).collect();

            world.apply(&rules.replace(r#"required_fields = "placeholder""#, r#"required_fields = "absent""#));
            let absent: Vec<_> = VENDORS.iter().chain(&["ended"]).map(|v| sweep(&server, v, &schemas)).collect();

            let mut n_missing = 0;
            for (with, absent) in with.iter().zip(&absent) {
                assert_eq!(with.keys().collect::<Vec<_>>(), absent.keys().collect::<Vec<_>>());
                for (address, (body, misfits)) in with {
                    assert_eq!(misfits, &[], "{address}");
                    let (absent, missing) = &absent[address];
                    n_missing += missing.len();
                    assert_eq!(undated(without(body.clone(), missing)), undated(absent.clone()), "{address}");
                }
            }
            assert_eq!(n > 0, n_missing > 0, "variant {n}: {n_missing} members missing");
        }
    }
}

#[test]
fn a_sweep_calls_every_operation() {
    let world = World::on_sqlite();
    let (_, rules) = invent(&world);
    world.apply(&rules);
    let server = world.serve();

    let called: std::collections::BTreeSet<&str> = addresses(&Client::new(&server, "demo", "everything", SECRET))
        .iter()
        .map(|(operation, _)| operation.id)
        .collect();

    assert_eq!(called.len(), OPERATIONS.len());
}

/// Everything that can be released, of every kind of person.
const ALL: &[&str] = &[
    "structure",
    "class-label",
    "timetable",
    "identity",
    "name",
    "name-additional",
    "local-id",
    "chain-id",
    "contact-email",
    "contact-phone",
    "login",
    "birth-date",
    "birth-place",
    "gender",
    "pronouns",
    "residence",
    "grade-level",
    "enrolment",
    "enrolment-dates",
    "carers",
    "resource-catalogue",
    "resource-assignment",
];

on_each_database! {
    fn boards_from_sets_of_either_version_have_the_shape_of_1_2(world: &World) {
        let schemas = Schemas::known();
        for set in [Set::v1p2(), Set::v1p1(), village()] {
            import_at(world, "noord", &set.folder().path, "2026-08-01T06:00:00Z");
            let server = serve(world, &rules_of("pairwise", "placeholder", &one_rule("r1", ALL, "")));
            let client = atlas(&server);

            for (operation, address) in addresses(&client) {
                assert_eq!(schemas.misfits(operation, &client.ok(&address).json()), [], "{address}");
            }
            assert!(!client.all("/users").is_empty() && !client.all("/demographics").is_empty());

            world.apply(&rules_of("pairwise", "placeholder", &one_rule("r1", &["login"], "roles = [\"principal\"]")));
            for (operation, address) in addresses(&client) {
                assert_eq!(schemas.misfits(operation, &client.ok(&address).json()), [], "{address}, much withdrawn");
            }
            assert!(!client.tombstones("/users").is_empty() && !client.tombstones("/enrollments").is_empty());
        }
    }

    fn or_223_extension_fields_come_back_unchanged_where_the_board_opened_them(world: &World) {
        let mut set = village();
        set.add_column("users.csv", "pronouns", "metadata.noord.bus", "line 5; 'α'");
        set.add_column("orgs.csv", "parentSourcedId", "metadata.color", "red");
        import_at(world, "noord", &set.folder().path, "2026-08-01T06:00:00Z");
        let opened = "[[tenant.special]]\ncategory = \"free\"\nexception = \"Decision 12\"\nuntil = \"2027-07-31\"\n";

        let shut = serve(world, &rules_of("source", "absent", &one_rule("r1", &["identity", "name"], "")));
        assert!(!atlas(&shut).ok("/users").body.contains("metadata"));
        assert!(atlas(&shut).found("/users", "metadata.noord.bus~'line'").is_empty());
        drop(shut);

        let open = serve(world, &rules_of("source", "absent", &(opened.to_owned() + &one_rule("r1", &["identity", "free"], ""))));
        let client = atlas(&open);
        assert_eq!(client.one("/users/ann")["metadata"]["noord.bus"], "line 5; 'α'");
        assert_eq!(client.one("/orgs/S1")["metadata"]["color"], "red");
        assert_eq!(client.found("/users", "metadata.noord.bus~'LINE'").len(), 7);
        assert_eq!(client.found("/orgs", "metadata.color='red'").len(), 3);
    }
}
