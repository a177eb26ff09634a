//! Pages: they join up to the whole list, and every sign of the end says the same.

use std::collections::BTreeSet;

use crate::harness::{Reply, World, on_each_database};
use crate::rostering::board::{Demo, import_at, on_each_demo};
use crate::rostering::client::{Client, encoded, id, ids, links, objects, set};
use crate::rostering::village::{atlas, one_rule, rules, serve, settle, village};

/// Steps through a list by `offset`, and checks on each page what tells a client that it is the last.
fn walk(client: &Client<'_>, path: &str, limit: usize) -> Vec<String> {
    let mut all = Vec::new();
    let join = if path.contains('?') { '&' } else { '?' };
    loop {
        let reply = client.ok(&format!("{path}{join}limit={limit}&offset={}", all.len()));
        let page = objects(&reply);
        let total: usize = reply.header("x-total-count").parse().unwrap();
        let offset = all.len();
        all.extend(page.iter().map(id));
        let is_last = all.len() >= total;
        let links = links(&reply);
        assert_eq!(links.contains_key("next"), !is_last, "{path}: next at {offset}");
        assert_eq!(links.contains_key("last"), !is_last);
        assert_eq!(links.contains_key("prev"), offset > 0 && total > 0, "{path}: prev at {offset}");
        assert_eq!(links.contains_key("first"), offset > 0 && total > 0);
        assert!(is_last || page.len() == limit, "{path}: a short page that is not the last");
        if is_last {
            let after = client.ok(&format!("{path}{join}limit={limit}&offset={}", total + 5));
            assert_eq!((objects(&after).len(), after.header("x-total-count")), (0, reply.header("x-total-count")));
            assert!(!links_of(&after).contains("next"));
            return all;
        }
    }
}

fn links_of(reply: &Reply) -> BTreeSet<String> {
    links(reply).into_keys().collect()
}

/// Follows `next` from a first page to the end.
fn follow(client: &Client<'_>, path: &str) -> Vec<String> {
    let mut reply = client.ok(path);
    let mut all: Vec<String> = objects(&reply).iter().map(id).collect();
    while let Some(next) = links(&reply).remove("next") {
        reply = client.follow(&next);
        assert_eq!(reply.status, 200, "{next}: {}", reply.body);
        all.extend(objects(&reply).iter().map(id));
    }
    all
}

const COLLECTIONS: [&str; 7] =
    ["/users", "/orgs", "/classes", "/courses", "/academicSessions", "/enrollments", "/demographics"];

on_each_demo! {
    fn or_301_without_a_limit_a_page_has_a_hundred(demo: &Demo) {
        let client = demo.client("everything");
        let reply = client.ok("/enrollments");

        assert_eq!(objects(&reply).len(), 100);
        assert!(reply.header("x-total-count").parse::<usize>().unwrap() > 100);
        assert_eq!(reply.body, client.ok("/enrollments?limit=100&offset=0").body);
    }

    fn or_302_pages_of_any_size_join_up_to_the_whole_list(demo: &Demo) {
        for vendor in ["everything", "names-only"] {
            let client = demo.client(vendor);
            for path in COLLECTIONS.iter().filter(|path| vendor == "everything" || **path != "/demographics") {
                let whole: Vec<String> = client.page(&format!("{path}?limit=10000")).iter().map(id).collect();
                assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), whole.len(), "{path} has something twice");
                for limit in [7, 100] {
                    assert_eq!(walk(&client, path, limit), whole, "{path} by {limit}");
                }
            }
            let orgs: Vec<String> = client.page("/orgs").iter().map(id).collect();
            assert_eq!(walk(&client, "/orgs", 1), orgs);
        }
    }

    fn or_303_a_large_limit_is_honored_and_a_larger_one_refused(demo: &Demo) {
        let client = demo.client("everything");
        let total = client.ok("/enrollments?limit=1").header("x-total-count").parse::<usize>().unwrap();

        for limit in [1_000, 5_000, 10_000, 50_000] {
            assert_eq!(client.page(&format!("/enrollments?limit={limit}")).len(), total);
        }
        assert_eq!(client.refused("/enrollments?limit=50001"), (400, "invaliddata".into()));
    }

    fn or_305_limits_and_offsets_that_are_none_are_refused(demo: &Demo) {
        let client = demo.client("everything");
        for query in [
            "limit=0", "limit=-1", "limit=abc", "limit=1e3", "limit=99999999999", "limit=", "limit=5&limit=6",
            "limit=1.5", "limit=+5", "offset=-1", "offset=abc", "offset=99999999999999999999", "offset=1&offset=1",
        ] {
            assert_eq!(client.refused(&format!("/users?{query}")), (400, "invaliddata".into()), "{query}");
        }
    }

    fn or_308_links_lead_through_the_whole_list_and_keep_the_question(demo: &Demo) {
        let client = demo.client("everything");
        let filter = encoded("status='active' AND role!='aide,x'");
        let query = format!("limit=9&sort=role&orderBy=desc&fields=sourcedId,role&filter={filter}");
        let first = client.ok(&format!("/enrollments?{query}"));

        let next = &links(&first)["next"];
        for part in ["limit=9", "sort=role", "orderBy=desc", "fields=sourcedId%2Crole", "filter=status%3D%27active"] {
            assert!(next.contains(part), "{part} in {next}");
        }
        assert!(next.starts_with(&format!("{}/demo/ims/oneroster/rostering/v1p2/enrollments?", demo.server.url)));
        let page = objects(&client.follow(next));
        assert!(page.iter().all(|object| object.as_object().unwrap().len() == 2));

        let whole: Vec<String> =
            client.page(&format!("/enrollments?{}", query.replace("limit=9", "limit=10000"))).iter().map(id).collect();
        assert_eq!(follow(&client, &format!("/enrollments?{query}")), whole);
        assert_eq!(walk(&client, &format!("/enrollments?sort=role&orderBy=desc&filter={filter}"), 13).len(), whole.len());
    }

    fn or_308_links_lead_back_and_to_the_end(demo: &Demo) {
        let client = demo.client("names-only");
        let whole: Vec<String> = client.page("/users?limit=10000").iter().map(id).collect();
        let ids_at = |url: &str| objects(&client.follow(url)).iter().map(id).collect::<Vec<_>>();

        let middle = links(&client.ok("/users?limit=5&offset=7"));

        assert_eq!(ids_at(&middle["first"]), whole[..5]);
        assert_eq!(ids_at(&middle["prev"]), whole[2..7]);
        assert_eq!(ids_at(&middle["next"]), whole[12..17]);
        let last = ids_at(&middle["last"]);
        assert!(!last.is_empty() && whole.ends_with(&last));
    }

    fn or_332_pages_of_nested_lists_join_up_too(demo: &Demo) {
        let client = demo.client("everything");
        let school = encoded(&demo.board.schools[0]);
        for path in ["students", "teachers", "classes", "enrollments", "courses", "terms"] {
            let path = format!("/schools/{school}/{path}");
            let whole: Vec<String> = client.page(&format!("{path}?limit=10000")).iter().map(id).collect();
            assert!(!whole.is_empty(), "{path}");
            assert_eq!(walk(&client, &path, 4), whole, "{path}");
            assert_eq!(follow(&client, &format!("{path}?limit=4")), whole, "{path}");
        }
    }

    fn a_cursor_opens_only_the_list_that_it_is_of(demo: &Demo) {
        let client = demo.client("everything");
        let next = links(&client.ok("/users?limit=5"))["next"].clone();
        let (_, cursor) = next.split_once("cursor=").unwrap();

        for path in [
            format!("/users?limit=5&cursor={cursor}x"),
            format!("/users?limit=5&cursor={}", &cursor[1..]),
            format!("/users?limit=5&cursor={cursor}&sort=email"),
            format!("/students?limit=5&cursor={cursor}"),
            "/users?cursor=garbage".to_owned(),
        ] {
            assert_eq!(client.refused(&path), (400, "invaliddata".into()), "{path}");
        }
        let other = demo.client("gradebook");
        assert_eq!(other.refused(&format!("/users?limit=5&cursor={cursor}")).0, 400);
    }
}

on_each_database! {
    fn or_705_a_client_that_follows_links_loses_and_repeats_nothing_while_an_import_comes(world: &World) {
        settle(world);
        for query in ["limit=3", "limit=3&sort=givenName", "limit=3&sort=familyName&orderBy=desc"] {
            import_at(world, "noord", &village().folder().path, "2026-08-20T06:00:00Z");
            let server = serve(world, &rules(&one_rule("r1", &["identity", "name"], "")));
            let client = atlas(&server);
            let first = client.ok(&format!("/users?{query}"));
            let seen = ids(&objects(&first));
            // Someone on the first page leaves the list's filter of people, and someone sorts before everyone.
            let mut changed = village();
            changed.append("users.csv", "aaa,,,true,aaa1,,Aaron,Aaronson,,,,,,,,,,,,,,");
            changed.append("roles.csv", "R20,,,aaa,primary,teacher,,,S1,");
            import_at(world, "noord", &changed.folder().path, "2026-08-21T06:00:00Z");

            let mut rest = Vec::new();
            let mut reply = first;
            while let Some(next) = links(&reply).remove("next") {
                reply = client.follow(&next);
                rest.extend(objects(&reply).iter().map(id));
            }

            let mut both: Vec<String> = seen.into_iter().chain(rest).filter(|id| id != "aaa").collect();
            both.sort_unstable();
            assert_eq!(both, set(["ann", "bob", "cas", "dee", "mum", "tia", "tom"]).into_iter().collect::<Vec<_>>(), "{query}");
        }
    }
}
