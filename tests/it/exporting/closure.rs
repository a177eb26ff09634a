//! What lost something that it must name is outside the view, and the view is a set that can be read again.

use serde_json::Value;

use super::fetched;
use crate::csv_set::Set;
use crate::gradebook::names::with_gradebook;
use crate::harness::{World, on_each_database};
use crate::rostering::board::{SECRET, import_at};
use crate::rostering::client::{Client, set};
use crate::rostering::village::{one_rule, rules_of};

const LATER: &str = "2026-08-02T06:00:00.000Z";

/// A set of changes that only takes away one row of a set.
fn without(set: &Set, file: &str, id: &str) -> Set {
    let text = String::from_utf8(set.files[file].clone()).unwrap();
    let row = text.lines().find(|line| line.starts_with(&format!("{id},,,"))).unwrap();
    let row = row.replacen(",,,", &format!(",tobedeleted,{LATER},"), 1);
    let mut changes = set.clone();
    let mut manifest = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n".to_owned();
    for line in String::from_utf8(set.files["manifest.csv"].clone()).unwrap().lines() {
        let Some(name) = line.strip_prefix("file.").and_then(|rest| rest.split(',').next()) else { continue };
        let mode = if file == format!("{name}.csv") { "delta" } else { "absent" };
        manifest.extend(["file.", name, ",", mode, "\n"]);
    }
    for name in set.files.keys() {
        changes.remove(name);
    }
    changes.put("manifest.csv", &manifest);
    changes.put(file, &format!("{}\n{row}\n", text.lines().next().unwrap()));
    changes
}

/// The view as a set of either version becomes a board of its own.
fn read_again(world: &World, client: &Client<'_>, copy: &str) {
    for version in ["v1p1", "v1p2"] {
        let path = world.folder().join("set.zip");
        let set = fetched(client.server, &client.token, &format!("/noord/ims/oneroster/csv/{version}/bulk.zip"));
        std::fs::write(&path, set).unwrap();
        assert!(import_at(world, &format!("{copy}-{version}"), &path, LATER).is_changed);
    }
}

fn n(object: &Value, member: &str) -> usize {
    object[member].as_array().map_or(0, Vec::len)
}

on_each_database! {
    fn what_lost_its_school_course_terms_or_category_leaves_the_view_with_all_that_hangs_on_it(world: &World) {
        let categories =
            ["identity", "name", "login", "enrolment", "class-label", "assessment-item", "assessment-result"];
        let rules = rules_of("source", "placeholder", &one_rule("r1", &categories, ""))
            .replace("\"roster-demographics.readonly\"", "\"gradebook.readonly\"");
        let village = with_gradebook();
        import_at(world, "noord", &village.folder().path, "2026-08-01T06:00:00Z");
        world.apply(&rules);
        let server = world.serve();
        let of_service = |service| Client::of_service(&server, "noord", ("atlas", SECRET), service);
        let [client, gradebook, v1p1] = ["rostering/v1p2", "gradebook/v1p2", "v1p1"].map(of_service);
        let take_away = |file: &str, id: &str| {
            import_at(world, "noord", &without(&village, file, id).folder().path, LATER);
            read_again(world, &client, &format!("copy-{}", id.to_lowercase()));
        };
        for path in ["/classes", "/users", "/enrollments"] {
            client.ok(path);
        }
        assert_eq!(gradebook.all("/lineItems"), set(["I1", "I2"]));
        assert_eq!(gradebook.all("/results"), set(["R1", "R2"]));

        take_away("categories.csv", "V2");
        assert_eq!(gradebook.all("/lineItems"), set(["I1"]));
        assert_eq!(gradebook.tombstones("/lineItems"), set(["I2"]));
        assert_eq!(gradebook.all("/results"), set(["R1", "R2"]));

        take_away("academicSessions.csv", "T1");
        assert_eq!(client.all("/classes"), set(["K2", "K3"]));
        assert_eq!(client.tombstones("/classes"), set(["K1"]));
        assert_eq!(n(&client.one("/classes/K2"), "terms"), 1);
        assert_eq!(client.all("/enrollments"), set(["E2", "E4", "E5", "E7", "E8"]));
        assert_eq!(gradebook.all("/lineItems"), set([]));
        assert_eq!(gradebook.tombstones("/results"), set(["R1", "R2"]));

        take_away("orgs.csv", "S2");
        assert_eq!(client.all("/classes"), set(["K2"]));
        assert_eq!(client.all("/users"), set(["ann", "bob", "cas", "mum", "tom"]));
        assert_eq!(client.tombstones("/users"), set(["dee", "tia"]));
        assert_eq!(n(&client.one("/users/cas"), "roles"), 1);
        for user in v1p1.page("/users?filter=status='active'") {
            assert_eq!(n(&user, "orgs"), 1, "{user}");
            assert!(["student", "teacher", "parent"].contains(&user["role"].as_str().unwrap()), "{user}");
        }

        take_away("courses.csv", "C2");
        assert_eq!(client.all("/classes"), set([]));
        assert_eq!(client.all("/enrollments"), set([]));
        assert_eq!(client.all("/courses"), set(["C1"]));
    }
}
