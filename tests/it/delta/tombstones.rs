//! Whoever leaves the view comes back as a tombstone, for a while, and only to whom had them.

use serde_json::json;

use crate::harness::{World, on_each_database};
use crate::rostering::client::set;
use crate::rostering::village::{atlas, one_rule, rules, serve, settle};

const BASIC: &[&str] = &["identity", "name", "enrolment", "birth-date"];

on_each_database! {
    fn whoever_a_narrower_rule_leaves_out_is_a_tombstone_with_all_that_hangs_on_them(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", BASIC, "")));
        let client = atlas(&server);
        for path in ["/users", "/enrollments", "/classes", "/orgs", "/demographics"] {
            client.ok(path);
        }

        world.apply(&rules(&one_rule("r1", BASIC, "schools = [\"S2\"]")));

        assert_eq!(client.all("/users"), set(["cas", "dee", "tia"]));
        assert_eq!(client.tombstones("/users"), set(["ann", "bob", "mum", "tom"]));
        assert_eq!(client.tombstones("/enrollments"), set(["E1", "E2", "E3", "E6", "E7"]));
        assert_eq!(client.tombstones("/classes"), set(["K1", "K2"]));
        assert_eq!(client.tombstones("/orgs"), set(["S1"]));
        assert_eq!(client.tombstones("/schools"), set(["S1"]));
        assert_eq!(client.tombstones("/students"), set(["ann", "bob"]));
        assert_eq!(client.tombstones("/demographics"), set(["ann", "bob"]));
        let gone = client.one("/classes/K1");
        assert_eq!(gone["status"], "tobedeleted");
        assert!(gone.get("title").is_none() && gone.get("course").is_none(), "{gone}");
        assert_eq!(client.refused("/classes/K1/students").0, 404);
    }

    fn a_refusal_and_a_departure_look_alike(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", BASIC, "")));
        let client = atlas(&server);
        client.ok("/users");
        let refusal = "[[choice]]\nperson = \"ann\"\nchoice = \"refuse\"\nby = \"parent\"\non = \"2026-08-15\"\n";

        world.apply(&rules(&(one_rule("r1", BASIC, "") + refusal)));

        assert_eq!(
            client.one("/users/ann"),
            json!({"sourcedId": "ann", "status": "tobedeleted", "dateLastModified": "2026-09-01T08:00:00.001Z",
                "userIds": [], "agents": []}),
        );
    }

    fn a_tombstone_is_told_for_ninety_days_and_then_unknown(world: &World) {
        settle(world);
        let open = one_rule("r1", BASIC, "");
        let server = serve(world, &rules(&open));
        atlas(&server).ok("/users");
        world.apply(&rules(&one_rule("r1", BASIC, "schools = [\"S2\"]")));
        assert_eq!(atlas(&server).one("/users/ann")["status"], "tobedeleted");
        drop(server);

        let last = world.serve_at("2026-11-30T07:00:00Z");
        assert_eq!(atlas(&last).one("/users/ann")["status"], "tobedeleted");
        drop(last);

        let later = world.serve_at("2026-12-01T08:00:00Z");
        assert_eq!(atlas(&later).refused("/users/ann"), (404, "unknownobject".into()));
        assert_eq!(atlas(&later).tombstones("/users"), set([]));
    }

    fn whoever_is_covered_again_is_new_and_no_tombstone(world: &World) {
        settle(world);
        let wide = rules(&one_rule("r1", BASIC, ""));
        let server = serve(world, &wide);
        let client = atlas(&server);
        client.ok("/users");
        world.apply(&rules(&one_rule("r1", BASIC, "schools = [\"S2\"]")));
        client.ok("/users");

        world.apply(&wide);

        assert_eq!(client.tombstones("/users"), set([]));
        assert_eq!(
            client.found("/users", "dateLastModified>'2026-09-01T08:00:00.001Z'"),
            set(["ann", "bob", "cas", "mum", "tom"])
        );
    }

    fn a_refusal_of_what_is_not_there_moves_nothing(world: &World) {
        settle(world);
        let open = one_rule("r1", &["identity", "name", "contact-phone"], "");
        let server = serve(world, &rules(&open));
        let client = atlas(&server);
        let before = client.ok("/users").body;
        let refusal = "[[choice]]\nperson = \"ann\"\ncategories = [\"contact-phone\"]\nchoice = \"refuse\"\n\
             by = \"parent\"\non = \"2026-08-15\"\n";

        world.apply(&rules(&(open + refusal)));

        assert_eq!(client.ok("/users").body, before);
    }

    fn a_refusal_of_links_or_dates_of_whom_has_none_moves_nothing(world: &World) {
        settle(world);
        let categories = ["identity", "carers", "login", "enrolment", "enrolment-dates", "resource-assignment", "resource-catalogue"];
        let open = one_rule("r1", &categories, "");
        let server = serve(world, &rules(&open));
        let client = atlas(&server);
        let read = || ["/users", "/enrollments"].map(|path| client.ok(path).body);
        let before = read();
        // Tom has no carers and no materials, and no dates of a role or a membership.
        let refusal = "[[choice]]\nperson = \"tom\"\ncategories = [\"carers\", \"enrolment-dates\", \
             \"resource-assignment\"]\nchoice = \"refuse\"\nby = \"parent\"\non = \"2026-08-15\"\n";

        world.apply(&rules(&(open + refusal)));

        assert_eq!(read(), before);
    }

    fn a_category_of_links_that_is_added_moves_what_has_some(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "structure"], "")));
        let client = atlas(&server);
        let paths = ["/users", "/classes", "/courses"];
        for path in paths {
            client.ok(path);
        }
        let moved = || paths.map(|path| client.found(path, "dateLastModified>'2026-09-01'"));

        world.apply(&rules(&one_rule("r1", &["identity", "structure", "enrolment-dates"], "")));
        assert_eq!(moved(), [set(["ann", "bob", "cas", "dee"]), set([]), set([])]);

        world.apply(&rules(&one_rule("r1", &["identity", "structure", "carers", "resource-catalogue"], "")));
        assert_eq!(moved(), [set(["ann", "bob", "cas", "dee", "mum", "tia"]), set(["K1"]), set(["C1"])]);

        world.apply(&rules(&one_rule("r1", &["identity", "structure"], "")));
        assert_eq!(moved(), [set(["ann", "bob", "cas", "dee", "mum", "tia"]), set(["K1"]), set(["C1"])]);
    }

    fn a_category_that_is_added_moves_whoever_has_a_value_of_it(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity"], "")));
        let client = atlas(&server);
        client.ok("/users");

        world.apply(&rules(&one_rule("r1", &["identity", "local-id"], "")));

        let found = client.found("/users", "dateLastModified>'2026-09-01'");
        assert_eq!(found, set(["ann", "bob", "cas", "dee"]));
    }
}
