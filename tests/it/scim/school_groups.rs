//! The school's groups by a provider's own identifiers, as Entra ID sets them on groups that it found by name.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Reply, World, on_each_database};
use crate::rostering::board::{SECRET, import_at};
use crate::rostering::client::Client;
use crate::rostering::village::{settle, village};
use crate::scim::board::{token, with_a_provider};
use crate::scim::client::{EDUCATION_GROUP, PATCH, Provider, assert_refused, body, encoded, id, set, version};

fn group(provider: &Provider<'_>, name: &str) -> Value {
    let list = provider.filtered("/Groups", &format!("displayName eq \"{name}\"")).json();
    assert_eq!(list["totalResults"], 1, "{name}: {list}");
    list["Resources"][0].clone()
}

/// The names of the groups with that identifier.
fn known_as(provider: &Provider<'_>, external_id: &str) -> BTreeSet<String> {
    provider.found("/Groups", &format!("externalId eq \"{external_id}\""), "displayName")
}

with_a_provider! {
    "noord";

    fn a_provider_sets_changes_and_clears_its_identifier_in_every_form(provider: &Provider) {
        for name in ["Maths 1", "School One", "School One: student"] {
            let before = group(provider, name);
            let path = format!("/Groups/{}", id(&before));
            let whole = json!({"schemas": before["schemas"], "id": id(&before), "externalId": "e4",
                "displayName": name, EDUCATION_GROUP: {"kind": before[EDUCATION_GROUP]["kind"]}});
            let mut last = before.clone();
            for (operation, expected) in [
                (json!({"op": "Add", "path": "externalId", "value": "e1"}), Some("e1")),
                (json!({"op": "Replace", "path": "externalId", "value": "e2"}), Some("e2")),
                (json!({"op": "replace", "value": {"displayName": name, "externalId": "e3"}}), Some("e3")),
                (json!({"op": "replace", "path": null, "value": whole}), Some("e4")),
                (json!({"op": "Remove", "path": "externalId"}), None),
                (json!({"op": "add", "value": {"externalId": "e5"}}), Some("e5")),
                (json!({"op": "Replace", "path": "externalId", "value": null}), None),
                (json!({"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:Group:externalId", "value": "e6"}),
                    Some("e6")),
                (json!({"op": "Replace", "path": "externalId", "value": ""}), None),
            ] {
                let told = provider.patched(&path, &json!([operation]));
                assert_eq!(told.get("externalId").and_then(Value::as_str), expected, "{operation}");
                assert_ne!(version(&told), version(&last), "{operation}");
                assert!(told["meta"]["lastModified"].as_str() > last["meta"]["lastModified"].as_str(), "{operation}");
                assert_eq!(provider.read(&path), told);
                last = told;
            }
            assert_eq!(last["members"], before["members"]);
        }
    }

    fn what_is_set_already_moves_nothing(provider: &Provider) {
        let path = format!("/Groups/{}", id(&group(provider, "Maths 1")));
        let set = json!([{"op": "Add", "path": "externalId", "value": "e1"}]);
        let first = provider.patched(&path, &set);

        assert_eq!(provider.patched(&path, &set), first);
        assert_eq!(body(&provider.put(&path, &first), 200), first);
        let reply = provider.with("GET", &path, &[("If-None-Match", &version(&first))], &Value::Null);
        assert_eq!(reply.status, 304);
    }

    fn a_put_takes_the_identifier_and_leaves_the_rest_without_a_word(provider: &Provider) {
        let before = group(provider, "Maths 1");
        let path = format!("/Groups/{}", id(&before));

        let told = body(&provider.put(&path, &json!({"displayName": "Other", "externalId": "e1", "members": []})), 200);

        assert_eq!((&told["externalId"], &told["displayName"], &told["members"]),
            (&json!("e1"), &before["displayName"], &before["members"]));
        let less = body(&provider.put(&path, &json!({"displayName": "Maths 1"})), 200);
        assert_eq!(less.get("externalId"), None);
    }

    fn everything_else_is_still_the_schools(provider: &Provider) {
        let before = group(provider, "Maths 1");
        let path = format!("/Groups/{}", id(&before));
        for operations in [
            json!([{"op": "replace", "value": {"displayName": "Other", "externalId": "e1"}}]),
            json!([{"op": "add", "path": "externalId", "value": "e1"}, {"op": "remove", "path": "members"}]),
            json!([{"op": "add", "path": "externalId", "value": "e1"},
                {"op": "replace", "path": format!("{EDUCATION_GROUP}:classCode"), "value": "X"}]),
            json!([{"op": "add", "path": "externalId", "value": "e1"}, {"op": "remove", "path": "displayName"}]),
        ] {
            assert_refused(&provider.patch(&path, &operations), 400, "mutability");
        }
        assert_refused(&provider.delete(&path), 403, "");
        assert_refused(&provider.patch(&path, &json!([{"op": "add", "path": "externalId", "value": 7}])), 400,
            "invalidValue");
        assert_eq!(provider.read(&path), before, "nothing of a refused PATCH is done");
    }

    fn filters_and_sorts_know_the_identifier(provider: &Provider) {
        let own = provider.make("/Groups", &json!({"displayName": "Own", "externalId": "b"}));
        for (name, external_id) in [("Maths 1", "c"), ("School One", "a"), ("School One: student", "A")] {
            let path = format!("/Groups/{}", id(&group(provider, name)));
            provider.patched(&path, &json!([{"op": "add", "path": "externalId", "value": external_id}]));
        }
        for (filter, expected) in [
            ("externalId eq \"a\"", vec!["School One"]), ("externalId eq \"A\"", vec!["School One: student"]),
            ("externalId eq \"c\"", vec!["Maths 1"]), ("externalId eq \"d\"", vec![]),
            ("externalId pr", vec!["Maths 1", "School One", "School One: student", "Own"]),
            ("externalId pr and displayName co \"school\"", vec!["School One", "School One: student"]),
            ("externalId eq \"c\" or externalId eq \"b\"", vec!["Maths 1", "Own"]),
            ("externalId eq \"a\" and externalId eq \"c\"", vec![]),
            ("not (externalId pr)", vec!["Reading 2", "School One: teacher"]),
            ("externalId ne \"c\" and externalId pr", vec!["School One", "School One: student", "Own"]),
            ("externalId sw \"c\"", vec!["Maths 1"]), ("externalId gt \"b\"", vec!["Maths 1"]),
            ("externalId eq null", vec!["Reading 2", "School One: teacher"]),
            ("urn:ietf:params:scim:schemas:core:2.0:Group:externalId eq \"c\"", vec!["Maths 1"]),
        ] {
            assert_eq!(provider.found("/Groups", filter, "displayName"), set(&expected), "{filter}");
        }
        let sorted = provider.read("/Groups?sortBy=externalId&count=4&attributes=externalId");
        let sorted: Vec<&str> = sorted["Resources"].as_array().unwrap().iter().filter_map(|group| group["externalId"].as_str()).collect();
        assert_eq!(sorted, ["A", "a", "b", "c"]);
        assert_eq!(provider.read("/Groups?count=1000")["totalResults"], 6, "an identifier is no group");
        assert_eq!(provider.read(&format!("/Groups/{}", id(&own)))["externalId"], "b");
        let paged = provider.read(&format!("/Groups?cursor&count=2&filter={}", encoded("externalId pr")));
        let next = provider.read(&format!("/Groups?cursor={}&count=2&filter={}",
            paged["nextCursor"].as_str().unwrap(), encoded("externalId pr")));
        assert_eq!((paged["Resources"].as_array().unwrap().len(), next["Resources"].as_array().unwrap().len()), (2, 2));
    }

    fn two_groups_may_have_one_identifier(provider: &Provider) {
        for name in ["Maths 1", "Reading 2"] {
            let path = format!("/Groups/{}", id(&group(provider, name)));
            provider.patched(&path, &json!([{"op": "add", "path": "externalId", "value": "same"}]));
        }
        assert_eq!(known_as(provider, "same"), set(&["Maths 1", "Reading 2"]), "as with users");
    }

    fn another_provider_sees_nothing_of_it(provider: &Provider) {
        let other = provider.boards.provider("noord");
        let before = group(&other, "Maths 1");
        let path = format!("/Groups/{}", id(&group(provider, "Maths 1")));

        provider.patched(&path, &json!([{"op": "add", "path": "externalId", "value": "mine"}]));

        assert_eq!(group(&other, "Maths 1"), before);
        assert_eq!(other.found("/Groups", "externalId pr", "id"), set(&[]));
        assert_eq!(other.found("/Groups", "externalId eq \"mine\"", "id"), set(&[]));
        let theirs = format!("/Groups/{}", id(&before));
        other.patched(&theirs, &json!([{"op": "add", "path": "externalId", "value": "theirs"}]));
        assert_eq!(provider.read(&path)["externalId"], "mine");
    }

    fn entra_matches_a_class_by_name_and_goes_on_by_identifier(entra: &Provider) {
        let by_name = format!("/Groups?excludedAttributes=members&filter={}", encoded("displayName eq \"maths 1\""));
        let found = entra.read(&by_name)["Resources"][0].clone();
        assert_eq!(found.get("members"), None);
        let path = format!("/Groups/{}?aadOptscim062020", id(&found));

        let told = entra.patched(&path, &json!([{"op": "Replace", "path": "displayName", "value": "Maths 1"},
            {"op": "Add", "path": "externalId", "value": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159"}]));

        assert_eq!(told["displayName"], "Maths 1");
        let filter = encoded("externalId eq \"8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159\"");
        let again = entra.read(&format!("/Groups?excludedAttributes=members&filter={filter}"));
        assert_eq!((&again["totalResults"], &again["Resources"][0]["id"]), (&json!(1), &found["id"]));
    }

    fn a_bulk_job_sets_identifiers_too(provider: &Provider) {
        let [maths, reading] = ["Maths 1", "Reading 2"].map(|name| id(&group(provider, name)));
        let operation = |id: &str, operations: Value| {
            json!({"method": "PATCH", "path": format!("/Groups/{id}"),
                "data": {"schemas": [PATCH], "Operations": operations}})
        };
        let job = json!({"Operations": [
            operation(&maths, json!([{"op": "Add", "path": "externalId", "value": "m"}])),
            operation(&reading, json!([{"op": "replace", "value": {"displayName": "X", "externalId": "r"}}])),
            {"method": "PUT", "path": format!("/Groups/{reading}"), "data": {"displayName": "X", "externalId": "p"}},
            {"method": "DELETE", "path": format!("/Groups/{maths}")},
        ]});

        let told = body(&provider.post("/Bulk", &job), 200);

        let operations = told["Operations"].as_array().unwrap();
        let statuses: Vec<&str> = operations.iter().map(|operation| operation["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["200", "400", "200", "403"]);
        assert_eq!(operations[0]["version"], version(&provider.read(&format!("/Groups/{maths}"))));
        assert_eq!((known_as(provider, "m"), known_as(provider, "p")), (set(&["Maths 1"]), set(&["Reading 2"])));
    }

    fn two_who_set_one_identifier_follow_each_other(provider: &Provider) {
        let path = format!("/Groups/{}", id(&group(provider, "Maths 1")));
        let tag = version(&provider.read(&path));
        let change =
            |n: usize| json!({"Operations": [{"op": "replace", "path": "externalId", "value": format!("e{n}")}]});
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let write = |n: usize| {
                let (path, tag, change) = (&path, &tag, &change);
                scope.spawn(move || provider.with("PATCH", path, &[("If-Match", tag)], &change(n)).status)
            };
            let writers: Vec<_> = (0..4).map(write).collect();
            writers.into_iter().map(|writer| writer.join().unwrap()).collect()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412]);
    }
}

const RULES: &str = r#"
[tenant]
slug = "noord"
name = "Noord"

[[vendor]]
id = "idp"
name = "Provider"
scopes = ["scim", "scim.readonly"]
identifiers = "source"
secret = "tulip-tulip-tulip-tulip-tulip-tulip-tulip"

[[vendor]]
id = "atlas"
name = "Atlas"
scopes = ["roster.readonly"]
identifiers = "source"
secret = "tulip-tulip-tulip-tulip-tulip-tulip-tulip"

[[rule]]
id = "atlas-1"
vendor = "atlas"
categories = ["structure", "class-label", "identity", "name", "enrolment"]
purpose = "x"
basis = "public-task"
agreement = "D"
from = "2026-08-01"

[[rule]]
id = "idp-1"
vendor = "idp"
categories = ["structure", "class-label", "identity", "name", "enrolment"]
purpose = "x"
basis = "public-task"
agreement = "D"
from = "2026-08-01"
"#;

fn rules(of_idp: &str) -> String {
    format!("{RULES}{of_idp}\n")
}

on_each_database! {
    fn an_identifier_outlives_imports_and_goes_and_comes_with_its_group(world: &World) {
        settle(world);
        world.apply(&rules(""));
        let server = world.serve();
        let bearer = format!("Bearer {}", token(world, "noord", "idp"));
        let send = |method: &str, path: &str, body: &Value| -> Reply {
            let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/scim+json")];
            server.send(method, &format!("/noord/scim/v2{path}"), &headers, &body.to_string())
        };
        let set_to = |path: &str, value: &str| {
            let change = json!({"Operations": [{"op": "Add", "path": "externalId", "value": value}]});
            body(&send("PATCH", path, &change), 200)
        };
        let known_as = |external_id: &str| {
            let filter = encoded(&format!("externalId eq \"{external_id}\""));
            send("GET", &format!("/Groups?filter={filter}"), &Value::Null).json()["totalResults"].clone()
        };
        let atlas = Client::new(&server, "noord", "atlas", SECRET);
        let of_atlas = atlas.get("/classes/K3").body;
        set_to("/Groups/class-K3", "k3");
        set_to("/Groups/school-S2", "s2");
        let teachers = set_to("/Groups/teacher-S2", "t2");
        assert_eq!((known_as("k3"), known_as("s2"), known_as("t2")), (json!(1), json!(1), json!(1)));
        assert_eq!(atlas.get("/classes/K3").body, of_atlas);

        let mut later = village();
        later.edit("classes.csv", "Reading 1", "Reading One");
        import_at(world, "noord", &later.folder().path, "2026-08-15T06:00:00Z");

        let renamed = send("GET", "/Groups/class-K3", &Value::Null).json();
        assert_eq!((&renamed["displayName"], &renamed["externalId"]), (&json!("Reading One"), &json!("k3")));
        assert_eq!(send("GET", "/Groups/teacher-S2", &Value::Null).json(), teachers);

        world.apply(&rules("schools = [\"S1\"]"));

        for hidden in ["class-K3", "school-S2", "teacher-S2"] {
            let path = format!("/Groups/{hidden}");
            let change = json!({"Operations": [{"op": "add", "path": "externalId", "value": "x"}]});
            assert_refused(&send("PATCH", &path, &change), 404, "");
            assert_refused(&send("PUT", &path, &json!({"displayName": "x", "externalId": "x"})), 404, "");
        }
        assert_eq!((known_as("k3"), known_as("s2"), known_as("t2")), (json!(0), json!(0), json!(0)));
        let pr = send("GET", &format!("/Groups?filter={}", encoded("externalId pr")), &Value::Null).json();
        assert_eq!(pr["totalResults"], 0);
        set_to("/Groups/class-K1", "k3");
        assert_eq!(known_as("k3"), json!(1), "one that is out of sight is in nobody's way");

        world.apply(&rules(""));

        assert_eq!(known_as("k3"), json!(2));
        let back = send("GET", "/Groups/class-K3", &Value::Null).json();
        assert_eq!((&back["externalId"], version(&back)), (&json!("k3"), version(&renamed)));
    }

    fn only_who_may_write_has_identifiers(world: &World) {
        settle(world);
        world.apply(&rules(""));
        let server = world.serve();
        let form = format!("grant_type=client_credentials&client_id=idp&client_secret={SECRET}&scope=scim.readonly");
        let token = server.ask_token("/noord/oauth2/token", &form).json()["access_token"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/scim+json")];
        let before = server.get_as(&token, "/noord/scim/v2/Groups/class-K1").body;

        for (method, sent) in [
            ("PATCH", json!({"Operations": [{"op": "Add", "path": "externalId", "value": "x"}]})),
            ("PUT", json!({"displayName": "Maths 1", "externalId": "x"})),
        ] {
            let reply = server.send(method, "/noord/scim/v2/Groups/class-K1", &headers, &sent.to_string());
            assert_refused(&reply, 403, "");
        }
        assert_eq!(server.get_as(&token, "/noord/scim/v2/Groups/class-K1").body, before);
    }

    fn a_name_that_is_withheld_can_be_sent_back_beside_the_identifier(world: &World) {
        settle(world);
        world.apply(&RULES.replace("\"class-label\", ", ""));
        let server = world.serve();
        let bearer = format!("Bearer {}", token(world, "noord", "idp"));
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/scim+json")];
        let path = "/noord/scim/v2/Groups/class-K1";
        let read = server.send("GET", path, &headers, "").json();
        assert_ne!(read["displayName"], "Maths 1");

        let change = json!({"Operations": [
            {"op": "replace", "value": {"displayName": read["displayName"], "externalId": "e"}}]});
        let told = body(&server.send("PATCH", path, &headers, &change.to_string()), 200);

        assert_eq!((&told["displayName"], &told["externalId"]), (&read["displayName"], &json!("e")));
    }
}
