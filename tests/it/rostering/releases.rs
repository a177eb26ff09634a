//! Rules and choices end to end: what a rules file says is what a vendor sees, from the next request on.

use serde_json::{Value, json};

use crate::harness::{Server, World, on_each_database};
use crate::rostering::board::SECRET;
use crate::rostering::client::{Client, set};
use crate::rostering::village::{atlas, one_rule, rules, rules_of, serve, settle};

const IDENTITY: &[&str] = &["identity", "name", "enrolment"];

/// Whom `atlas` sees under rules.
fn seen(server: &Server) -> std::collections::BTreeSet<String> {
    atlas(server).all("/users")
}

/// Whom `atlas` sees under one rule that releases a name, with these further keys.
fn seen_by(world: &World, more: &str) -> std::collections::BTreeSet<String> {
    seen(&serve(world, &rules(&one_rule("r1", IDENTITY, more))))
}

fn choice(person: &str, more: &str) -> String {
    format!("[[choice]]\nperson = \"{person}\"\nby = \"parent\"\non = \"2026-08-15\"\n{more}\n")
}

fn has(server: &Server, person: &str, member: &str) -> bool {
    atlas(server).one(&format!("/users/{person}")).get(member).is_some()
}

on_each_database! {
    fn without_a_rule_nobody_and_nothing_is_seen(world: &World) {
        settle(world);
        let server = serve(world, &rules(""));

        for path in ["/users", "/orgs", "/classes", "/enrollments", "/academicSessions", "/demographics"] {
            let reply = atlas(&server).ok(path);
            assert_eq!((reply.header("x-total-count"), atlas(&server).page(path).len()), ("0", 0), "{path}");
        }
        assert_eq!(atlas(&server).refused("/users/ann"), (404, "unknownobject".into()));
    }

    fn a_rule_covers_the_people_that_its_selectors_name(world: &World) {
        settle(world);

        for (more, people) in [
            ("", set(["ann", "bob", "cas", "dee", "tom", "tia", "mum"])),
            (r#"roles = ["student"]"#, set(["ann", "bob", "cas", "dee"])),
            (r#"schools = ["S2"]"#, set(["cas", "dee", "tia"])),
            ("roles = [\"teacher\"]\nschools = [\"S1\"]", set(["tom"])),
            ("roles = [\"student\"]\ngrades = [\"01\"]", set(["ann", "cas", "dee"])),
            ("roles = [\"student\", \"teacher\"]\nclasses = [\"K2\"]", set(["bob", "tom"])),
            ("roles = [\"student\"]\ncourses = [\"C2\"]", set(["bob", "cas", "dee"])),
            ("roles = [\"student\", \"parent\"]\nclasses = [\"K1\"]", set(["ann", "cas", "mum"])),
            ("people = [\"bob\", \"tom\"]", set(["bob", "tom"])),
            ("schools = [\"S2\"]\nroles = [\"student\"]\npeople = [\"cas\", \"bob\"]", set(["cas"])),
        ] {
            assert_eq!(seen_by(world, more), people, "{more}");
        }
    }

    fn a_rule_counts_from_its_first_day_through_its_last(world: &World) {
        settle(world);
        let text = rules(&one_rule("r1", IDENTITY, "from = \"2026-09-01\"\nuntil = \"2026-09-03\""));
        world.apply(&text);

        for (instant, n_seen) in [
            ("2026-08-31T23:59:59Z", 0),
            ("2026-09-01T00:00:00Z", 7),
            ("2026-09-03T23:59:59Z", 7),
            ("2026-09-04T00:00:00Z", 0),
        ] {
            assert_eq!(seen(&world.serve_at(instant)).len(), n_seen, "{instant}");
        }
    }

    fn a_suspended_or_ended_rule_releases_nothing(world: &World) {
        settle(world);

        for (status, n_seen) in [("active", 7), ("suspended", 0), ("active", 7), ("ended", 0)] {
            assert_eq!(seen_by(world, &format!("status = \"{status}\"")).len(), n_seen, "{status}");
        }
    }

    fn consent_releases_only_whoever_granted_it(world: &World) {
        settle(world);
        let consent = one_rule("r1", IDENTITY, "basis = \"consent\"");

        let without = serve(world, &rules(&consent));
        assert_eq!(seen(&without), set([]));
        drop(without);

        let granted = serve(world, &rules(&(consent.clone() + &choice("ann", "choice = \"grant\""))));
        assert_eq!(seen(&granted), set(["ann"]));
        drop(granted);

        let one_category = choice("bob", "vendor = \"atlas\"\ncategories = [\"identity\"]\nchoice = \"grant\"");
        let granted = serve(world, &rules(&(consent + &choice("ann", "choice = \"grant\"") + &one_category)));
        assert_eq!(seen(&granted), set(["ann", "bob"]));
        assert!(has(&granted, "ann", "givenName") && !has(&granted, "bob", "givenName"));
    }

    fn a_refusal_holds_for_its_categories_and_its_vendor(world: &World) {
        settle(world);
        let open = one_rule("r1", &["identity", "name", "enrolment", "contact-email"], "");
        let with = |choices: &str| serve(world, &rules(&(open.clone() + choices)));

        let one = with(&choice("ann", "categories = [\"contact-email\"]\nchoice = \"refuse\""));
        assert!(has(&one, "ann", "givenName") && !has(&one, "ann", "email") && has(&one, "bob", "email"));
        assert_eq!(atlas(&one).found("/users", "email='ann@noord.example'"), set([]));
        drop(one);

        let vendor = with(&choice("ann", "vendor = \"atlas\"\nchoice = \"refuse\""));
        assert!(!seen(&vendor).contains("ann") && seen(&vendor).contains("bob"));
        assert_eq!(atlas(&vendor).one("/users/ann")["status"], "tobedeleted", "it was received");
        assert_eq!(atlas(&vendor).all("/classes/K1/students"), set(["cas"]));
        drop(vendor);

        let all = with(&choice("ann", "choice = \"refuse\""));
        assert!(!seen(&all).contains("ann"));
        assert_eq!(atlas(&all).found("/enrollments", "user.sourcedId='ann'"), set([]));
    }

    fn a_refusal_outlives_a_grant_until_it_is_withdrawn(world: &World) {
        settle(world);
        let consent = one_rule("r1", IDENTITY, "basis = \"consent\"");
        let grant = choice("ann", "choice = \"grant\"").replace("2026-08-15", "2026-08-20");
        let refusal = choice("ann", "categories = [\"name\"]\nchoice = \"refuse\"");

        let refused = serve(world, &rules(&(consent.clone() + &refusal + &grant)));
        assert!(!has(&refused, "ann", "givenName"));
        drop(refused);

        let withdrawn = refusal + "withdrawn = \"2026-08-25\"\n";
        let free = serve(world, &rules(&(consent + &withdrawn + &grant)));
        assert!(has(&free, "ann", "givenName"));
    }

    fn two_rules_of_a_vendor_add_up_person_by_person(world: &World) {
        settle(world);
        let both = one_rule("r1", IDENTITY, "schools = [\"S1\"]\nroles = [\"student\"]")
            + &one_rule("r2", &["identity", "contact-email"], "people = [\"bob\", \"dee\"]");

        let server = serve(world, &rules(&both));

        assert_eq!(seen(&server), set(["ann", "bob", "cas", "dee"]));
        let shown = |person| (has(&server, person, "givenName"), has(&server, person, "email"));
        assert_eq!(shown("ann"), (true, false));
        assert_eq!(shown("bob"), (true, true));
        assert_eq!(shown("dee"), (false, true));
    }

    fn of_a_pupil_at_two_schools_only_the_released_school_is_shown(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", IDENTITY, "schools = [\"S2\"]\nroles = [\"student\"]")));
        let client = atlas(&server);

        let cas = client.one("/users/cas");
        let orgs: Vec<&Value> = cas["roles"].as_array().unwrap().iter().map(|role| &role["org"]["sourcedId"]).collect();
        assert_eq!(orgs, [&json!("S2")]);
        assert!(cas.get("primaryOrg").is_none());
        assert_eq!(client.all("/orgs"), set(["B", "S2"]));
        assert_eq!(client.found("/users", "roles.org.sourcedId='S1'"), set([]));
        assert_eq!(client.found("/users", "primaryOrg.sourcedId!='S2'"), set(["cas"]));
        assert_eq!(client.found("/enrollments", "user.sourcedId='cas'"), set(["E4"]));
        assert_eq!(client.all("/users/cas/classes"), set(["K3"]));
        assert_eq!(client.refused("/schools/S1/students").0, 404);
    }

    fn references_are_cut_to_the_view(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "carers"], "roles = [\"student\"]")));
        let client = atlas(&server);

        assert_eq!(client.one("/users/ann")["agents"], json!([]));
        assert_eq!(client.found("/users", "agents.sourcedId='mum'"), set([]));
        drop(client);
        drop(server);

        let server = serve(world, &rules(&one_rule("r1", &["identity", "carers"], "")));
        assert_eq!(atlas(&server).one("/users/ann")["agents"][0]["sourcedId"], "mum");
        assert_eq!(atlas(&server).found("/users", "agents.sourcedId='mum'"), set(["ann"]));
    }

    fn special_categories_stay_shut_until_opened_and_close_again(world: &World) {
        settle(world);
        let ask = one_rule("r1", &["identity", "birth-date"], "")
            + &one_rule("r2", &["ethnicity"], "until = \"2026-09-02\"");
        let opened = "[[tenant.special]]\ncategory = \"ethnicity\"\nexception = \"Art. 25 UAVG, a study\"\nuntil = \"2026-09-02\"\n";
        let shows = |server: &Server| atlas(server).one("/demographics/ann").get("white").is_some();

        world.apply(&rules(&(opened.to_owned() + &ask)));
        let [first, last, after] = ["2026-09-01T08:00:00Z", "2026-09-02T23:59:59Z", "2026-09-03T00:00:00Z"]
            .map(|instant| shows(&world.serve_at(instant)));
        assert_eq!([first, last, after], [true, true, false]);
        assert_eq!(atlas(&world.serve_at("2026-09-03T00:00:00Z")).found("/demographics", "white='true'"), set([]));
    }

    fn required_members_that_are_withheld_are_absent_or_stand_ins_that_no_filter_finds(world: &World) {
        settle(world);
        let one = one_rule("r1", &["login"], "roles = [\"student\"]");

        let absent = serve(world, &rules_of("source", "absent", &one));
        let ann = atlas(&absent).one("/users/ann");
        for member in ["givenName", "familyName", "enabledUser", "roles"] {
            assert!(ann.get(member).is_none(), "{member}");
        }
        assert_eq!(ann["username"], "ann1");
        drop(absent);

        let stand_ins = serve(world, &rules_of("source", "placeholder", &one));
        let client = atlas(&stand_ins);
        let ann = client.one("/users/ann");
        assert_eq!(ann["roles"][0]["role"], "ext:withheld");
        for member in ["givenName", "familyName", "enabledUser"] {
            let value = ann[member].as_str().unwrap();
            assert_eq!(client.found("/users", &format!("{member}='{value}'")), set([]), "{member}");
        }
        assert_eq!(client.found("/users", "roles.role='ext:withheld'"), set([]));
    }

    fn a_change_of_a_rule_holds_for_the_next_request_on_every_server(world: &World) {
        settle(world);
        world.apply(&rules(&one_rule("r1", IDENTITY, "")));
        let servers = [world.serve(), world.serve()];
        let clients = [atlas(&servers[0]), atlas(&servers[1])];

        for (more, n_seen) in [("", 7), (r#"schools = ["S2"]"#, 3), (r#"status = "suspended""#, 0), ("", 7)] {
            world.apply(&rules(&one_rule("r1", IDENTITY, more)));
            for client in &clients {
                assert_eq!(client.all("/users").len(), n_seen, "{more}");
            }
        }
    }

    fn a_grant_or_refusal_holds_for_the_next_request_on_every_server(world: &World) {
        settle(world);
        let open = one_rule("r1", IDENTITY, "");
        world.apply(&rules(&open));
        let servers = [world.serve(), world.serve()];
        let clients = [atlas(&servers[0]), atlas(&servers[1])];
        assert_eq!(clients[1].all("/users").len(), 7);

        world.apply(&rules(&(open + &choice("ann", "choice = \"refuse\""))));

        for client in &clients {
            assert_eq!(client.one("/users/ann")["status"], "tobedeleted");
            assert_eq!(client.all("/users").len(), 6);
        }
    }

    fn a_new_secret_and_the_end_of_a_vendor_kill_its_tokens(world: &World) {
        settle(world);
        let text = rules(&one_rule("r1", IDENTITY, ""));
        let server = serve(world, &text);
        let other = world.serve();
        let client = atlas(&server);
        assert_eq!(client.get("/users").status, 200);
        assert_eq!(other.get_as(&client.token, &format!("{}/users", client.base)).status, 200);

        world.apply(&text.replace("tulip-tulip", "daffodil-tulip"));

        assert_eq!(client.refused("/users"), (401, "unauthorisedrequest".into()));
        assert_eq!(other.get_as(&client.token, &format!("{}/users", client.base)).status, 401);

        world.apply(&text);
        let client = atlas(&server);
        world.apply(&text.replace("[[vendor]]", "[[vendor]]\nstatus = \"ended\""));
        assert_eq!(client.refused("/users"), (401, "unauthorisedrequest".into()));
    }

    fn which_material_a_person_has_is_told_only_with_the_catalogue(world: &World) {
        settle(world);
        let assigned = one_rule("r1", &["identity", "resource-assignment"], "");
        let rules = |more: &str| rules(&format!("{assigned}{more}")).replace("\"roster-demographics.readonly\"", "\"resource.readonly\"");
        let catalogue = |more: &str| one_rule("r2", &["resource-catalogue"], more);
        let server = serve(world, &rules(""));
        let materials = || Client::of_service(&server, "noord", ("atlas", SECRET), "resources/v1p2");

        // The catalogue of another school tells nothing of Ann's book.
        for more in ["", &catalogue("schools = [\"S2\"]")] {
            world.apply(&rules(more));
            assert_eq!(materials().all("/resources"), set([]));
            assert_eq!(materials().refused("/resources/M1"), (404, "unknownobject".into()));
            assert_eq!(materials().all("/users/ann/resources"), set([]));
            assert!(!has(&server, "ann", "resources"));
        }
        world.apply(&rules(&catalogue("schools = [\"S1\"]\nclasses = [\"K2\"]")));
        // A class without materials, but Bob is in it and has one.
        assert_eq!(materials().one("/resources/M1")["title"], "Book");
        assert_eq!(materials().all("/users/bob/resources"), set(["M1"]));
    }

    fn a_national_number_is_never_released(world: &World) {
        let mut set = crate::rostering::village::village();
        // A number of the range that is kept for tests: it passes the eleven-test.
        set.edit("users.csv", "ann1,\"{LDAP:ann}", "999990019,\"{LDAP:999990019},{bsn:999990019}");
        set.edit("users.csv", ",1001,", ",999990019,");
        crate::rostering::board::import_at(world, "noord", &set.folder().path, "2026-08-01T06:00:00Z");
        let all = ["identity", "name", "login", "local-id", "chain-id", "contact-email", "contact-phone"];

        let server = serve(world, &rules(&one_rule("r1", &all, "")));

        let body = atlas(&server).ok("/users?limit=10000").body;
        assert!(body.contains("ketenid.example") && !body.contains("999990019"), "{body}");
        assert_eq!(atlas(&server).found("/users", "identifier='999990019'").len(), 0);
        assert_eq!(atlas(&server).found("/users", "userIds.identifier='999990019'").len(), 0);
    }
}
