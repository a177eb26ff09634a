//! `dateLastModified` is when the vendor's view of an object changed: in the body and in filters alike.

use serde_json::Value;

use crate::csv_set::Set;
use crate::harness::{World, on_each_database};
use crate::rostering::board::import_at;
use crate::rostering::client::{Client, set};
use crate::rostering::village::{atlas, one_rule, rules, serve, settle, village};

const BEFORE: &str = "2026-08-01T06:00:00.000Z";
/// Of the import that changes something: after every answer.
const LATER: &str = "2026-09-02T06:00:00.000Z";
/// When a change is first seen, by a clock that stands still: after every answer, too.
const NOTICED: &str = "2026-09-01T08:00:00.001Z";

fn change(world: &World, edit: impl FnOnce(&mut Set)) {
    let mut set = village();
    edit(&mut set);
    import_at(world, "noord", &set.folder().path, LATER);
}

fn time(client: &Client<'_>, path: &str) -> Value {
    client.one(path)["dateLastModified"].clone()
}

/// Everyone whose time a filter puts after the first import.
fn moved(client: &Client<'_>, path: &str) -> std::collections::BTreeSet<String> {
    let found = client.found(path, &format!("dateLastModified>'{BEFORE}'"));
    for object in client.page(&format!("{path}?limit=10000")) {
        let is_later = object["dateLastModified"] != BEFORE;
        assert_eq!(is_later, found.contains(object["sourcedId"].as_str().unwrap()), "{object}");
    }
    found
}

on_each_database! {
    fn or_701_a_change_of_a_released_field_moves_the_object_and_no_other(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "name"], "")));
        let client = atlas(&server);
        assert_eq!(moved(&client, "/users"), set([]));

        change(world, |set| set.edit("users.csv", ",Bob,", ",Bobby,"));

        assert_eq!(moved(&client, "/users"), set(["bob"]));
        assert_eq!(time(&client, "/users/bob"), NOTICED);
        assert_eq!(client.one("/users/bob")["givenName"], "Bobby");
    }

    fn a_change_of_a_withheld_field_moves_nothing(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "name"], "")));
        let client = atlas(&server);
        let before = client.ok("/users?limit=10000");

        change(world, |set| {
            set.edit("users.csv", "bob@noord.example", "bob@elsewhere.example");
            set.edit("users.csv", ",1002,", ",2002,");
            set.edit("demographics.csv", "2014-11-30", "2014-12-30");
        });

        assert_eq!(client.ok("/users?limit=10000").body, before.body);
        assert_eq!(moved(&client, "/users"), set([]));
    }

    fn or_703_greater_excludes_and_greater_or_equal_includes_the_instant_as_printed(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "name"], "")));
        let client = atlas(&server);
        change(world, |set| set.edit("users.csv", ",Bob,", ",Bobby,"));
        let found = |filter: &str| client.found("/users", &format!("dateLastModified{filter}")).len();

        for (filter, n_found) in [
            (format!(">'{LATER}'"), 0),
            (format!(">='{LATER}'"), 1),
            (format!("='{LATER}'"), 1),
            (format!("!='{LATER}'"), 6),
            (format!("<'{LATER}'"), 6),
            (format!("<='{LATER}'"), 7),
            (">'2026-09-02T05:59:59.999Z'".to_owned(), 1),
            (">='2026-09-02T06:00:00Z'".to_owned(), 1),
            (">='2026-09-02T08:00:00+02:00'".to_owned(), 1),
            (">'2026-09-02'".to_owned(), 1),
            (">'2026-09-03'".to_owned(), 0),
            (format!(">='{BEFORE}'"), 7),
        ] {
            assert_eq!(found(&filter), n_found, "{filter}");
        }
    }

    fn the_same_set_again_moves_nothing(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "name", "enrolment", "class-label"], "")));
        let client = atlas(&server);
        let paths = ["/users", "/classes", "/enrollments", "/orgs", "/courses", "/academicSessions"];
        let before: Vec<String> = paths.iter().map(|path| client.ok(path).body).collect();

        change(world, |_| ());

        for (path, before) in paths.iter().zip(before) {
            assert_eq!(client.ok(path).body, before, "{path}");
        }
    }

    fn or_704_a_role_that_comes_moves_the_person_where_it_is_seen(world: &World) {
        settle(world);
        let wide = serve(world, &rules(&one_rule("r1", &["identity"], "")));
        atlas(&wide).ok("/users");
        change(world, |set| set.append("roles.csv", "R10,,,tom,secondary,teacher,,,S2,"));

        assert_eq!(moved(&atlas(&wide), "/users"), set(["tom"]));
    }

    fn a_role_at_a_hidden_school_moves_nothing(world: &World) {
        settle(world);
        let narrow = serve(world, &rules(&one_rule("r1", &["identity"], "schools = [\"S1\"]")));
        atlas(&narrow).ok("/users");

        change(world, |set| set.append("roles.csv", "R10,,,tom,secondary,teacher,,,S2,"));

        assert_eq!(moved(&atlas(&narrow), "/users"), set([]));
    }

    fn or_704_a_link_that_comes_moves_both_ends(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "carers"], "")));
        let client = atlas(&server);
        client.ok("/users");

        change(world, |set| {
            set.edit("users.csv", "bob@noord.example,,,,02", "bob@noord.example,,,mum,02");
            set.edit("users.csv", ",mum@noord.example,,,ann,", ",mum@noord.example,,,\"ann,bob\",");
        });

        assert_eq!(moved(&client, "/users"), set(["bob", "mum"]));
    }

    fn or_702_a_membership_that_ends_comes_back_as_tobedeleted_to_whoever_had_it(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "enrolment"], "")));
        let client = atlas(&server);
        client.ok("/enrollments?limit=10000");

        change(world, |set| set.cut_where("enrollments.csv", |line| line.starts_with("E3,")));

        assert_eq!(moved(&client, "/enrollments"), set(["E3"]));
        assert_eq!(client.one("/enrollments/E3")["status"], "tobedeleted");
        assert!(!client.found("/enrollments", "status='active'").contains("E3"));
        assert_eq!(client.all("/classes/K1/students"), set(["ann"]));
        assert_eq!(client.all("/users/cas/classes"), set(["K3"]));
    }

    fn sorting_by_time_agrees_with_the_times_shown(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "name"], "")));
        let client = atlas(&server);
        change(world, |set| {
            set.edit("users.csv", ",Bob,", ",Bobby,");
            set.edit("users.csv", "tom+x@noord.example", "tom@noord.example");
        });

        let last = client.page("/users?sort=dateLastModified&orderBy=desc&limit=1");
        assert_eq!(last[0]["sourcedId"], "bob");
    }
}
