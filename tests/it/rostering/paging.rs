//! Pages: they join up to the whole list, and every sign of the end says the same.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::csv_set::Set;
use crate::harness::{Reply, World, on_each_database};
use crate::rostering::board::{Demo, SECRET, import_at, on_each_demo};
use crate::rostering::client::{Client, encoded, id, ids, links, objects, set};
use crate::rostering::village::{atlas, one_rule, rules, rules_of, serve, settle, village};

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

/// More objects than any list of these boards has.
const ENOUGH: usize = 50_000;

/// Follows `next` from a first page to the end.
fn follow(client: &Client<'_>, path: &str) -> Vec<String> {
    let mut reply = client.ok(path);
    let mut all: Vec<String> = objects(&reply).iter().map(id).collect();
    while let Some(next) = links(&reply).remove("next") {
        reply = client.follow(&next);
        assert_eq!(reply.status, 200, "{next}: {}", reply.body);
        all.extend(objects(&reply).iter().map(id));
        assert!(all.len() < ENOUGH, "{next}: the links go round");
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

    fn or_705_behind_a_page_whose_last_one_goes_or_is_renamed_nobody_is_lost_or_repeated(world: &World) {
        settle(world);
        let mut n = 0;
        let mut import = |set: &Set| {
            n += 1;
            import_at(world, "noord", &set.folder().path, &format!("2026-08-20T{:02}:{:02}:00Z", n / 60, n % 60));
        };
        let since = encoded("dateLastModified>'2026-01-01'");
        for identifiers in ["source", "pairwise"] {
            let rules = rules_of(identifiers, "absent", &one_rule("r1", &["identity", "name", "contact-email"], ""));
            let server = serve(world, &rules);
            let client = atlas(&server);
            for sort in ["familyName", "dateLastModified", "role", "sourcedId"] {
                for way in ["asc", "desc"] {
                    for new_name in [None, Some("!"), Some("~")] {
                        import(&village());
                        let query = format!("/users?limit=3&sort={sort}&orderBy={way}&filter={since}");
                        let walk = walk_past(&client, &query, of_person, |last| {
                            let mut changed = village();
                            match new_name {
                                None => leave(&mut changed, last),
                                Some(start) => rename(&mut changed, last, start),
                            }
                            import(&changed);
                        });

                        let (last, seen) = walk;
                        let expected: Vec<&str> = PEOPLE.into_iter().filter(|name| *name != last).collect();
                        assert_eq!(seen, expected, "{identifiers} {query}, {last}: {new_name:?}");
                    }
                }
            }
        }
    }

    fn or_705_a_list_in_the_words_of_1_1_goes_on_behind_one_that_went_or_has_another_word(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity", "enrolment"], "")));
        let client = Client::of_service(&server, "noord", ("atlas", SECRET), "v1p1");
        let mut n = 0;
        for way in ["asc", "desc"] {
            for word in [None, Some("student"), Some("teacher"), Some("ext:mentor")] {
                let mut import = |set: &Set| {
                    n += 1;
                    import_at(world, "noord", &set.folder().path, &format!("2026-08-20T01:{n:02}:00Z"));
                };
                import(&village());
                let query = format!("/enrollments?limit=3&sort=role&orderBy={way}");
                let (last, seen) = walk_past(&client, &query, of_active, |last| {
                    let mut changed = village();
                    let text = String::from_utf8(changed.remove("enrollments.csv")).unwrap();
                    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                    let at = lines.iter().position(|line| line.starts_with(&format!("{last},"))).unwrap();
                    match word {
                        None => drop(lines.remove(at)),
                        Some(word) => {
                            let mut cells: Vec<&str> = lines[at].split(',').collect();
                            (cells[6], cells[7]) = (word, "");
                            lines[at] = cells.join(",");
                        }
                    }
                    changed.put("enrollments.csv", &(lines.join("\n") + "\n"));
                    import(&changed);
                });

                let all = ["E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8"];
                let expected: Vec<&str> = all.into_iter().filter(|id| *id != last).collect();
                assert_eq!(seen, expected, "{query}, {last}: {word:?}");
            }
        }
    }
}

const PEOPLE: [&str; 7] = ["ann", "bob", "cas", "dee", "mum", "tia", "tom"];

/// Who somebody is, by any kind of identifier. Tombstones have no address, and sort as if nothing of them were there.
fn of_person(object: &Value) -> Option<String> {
    object["email"].as_str().map(|email| email[..3].to_owned())
}

/// What is there still.
fn of_active(object: &Value) -> Option<String> {
    (object["status"] == "active").then(|| id(object))
}

/// Follows a list to the end after a change to the last one on its first page: who that was, and whom else it showed.
fn walk_past(
    client: &Client<'_>,
    query: &str,
    name: fn(&Value) -> Option<String>,
    change: impl FnOnce(&str),
) -> (String, Vec<String>) {
    let mut reply = client.ok(query);
    let mut page = objects(&reply);
    let mut seen: Vec<String> = page.iter().filter_map(name).collect();
    while page.last().and_then(name).is_none() {
        reply = client.follow(&links(&reply)["next"]);
        page = objects(&reply);
        seen.extend(page.iter().filter_map(name));
    }
    let last = seen.last().unwrap().clone();
    change(&last);
    while let Some(next) = links(&reply).remove("next") {
        reply = client.follow(&next);
        assert_eq!(reply.status, 200, "{next}: {}", reply.body);
        seen.extend(objects(&reply).iter().filter_map(name));
        assert!(seen.len() < ENOUGH, "{next}: the links go round");
    }
    seen.retain(|name| *name != last);
    seen.sort_unstable();
    (last, seen)
}

/// Takes somebody out of the village.
fn leave(set: &mut Set, who: &str) {
    for file in ["users", "roles", "userProfiles", "enrollments", "demographics", "userResources"] {
        let file = format!("{file}.csv");
        let text = String::from_utf8(set.remove(&file)).unwrap();
        let is_of = |line: &&str| line.split(',').take(6).any(|cell| cell == who);
        let kept = text.lines().filter(|line| !is_of(line));
        // Nobody has them as carer or child any more.
        let kept: String = kept.map(|line| line.replace(&format!(",{who},"), ",,") + "\n").collect();
        set.put(&file, &kept);
    }
}

/// Gives somebody a family name that begins so.
fn rename(set: &mut Set, who: &str, start: &str) {
    let text = String::from_utf8(set.remove("users.csv")).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for line in lines.iter_mut().filter(|line| line.starts_with(&format!("{who},"))) {
        let given = format!("{}{}", who[..1].to_uppercase(), &who[1..]);
        let (head, tail) = line.split_once(&format!(",{given},")).unwrap();
        *line = format!("{head},{given},{start}{tail}");
    }
    set.put("users.csv", &(lines.join("\n") + "\n"));
}
