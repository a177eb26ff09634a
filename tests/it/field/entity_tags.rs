//! `ETag` and `If-None-Match`: a tag stands for what one vendor receives at one time, and for nothing else. Whatever
//! differs for the client is never a 304, and what it may not have is no 304 either.

use std::collections::BTreeMap;

use super::connections::{of_village, refusal};
use crate::gradebook::desk::{Place, line_item, put};
use crate::harness::{Reply, World, on_each_database};
use crate::rostering::board::{Demo, SECRET, import_at, on_each_demo};
use crate::rostering::client::{Client, encoded, id};
use crate::rostering::village::{serve, settle, village};

fn ask(client: &Client<'_>, path: &str, held: &str) -> Reply {
    let bearer = format!("Bearer {}", client.token);
    let headers = [("Authorization", bearer.as_str()), ("If-None-Match", held)];
    client.server.send("GET", &format!("{}{path}", client.base), &headers, "")
}

fn of<'d>(demo: &'d Demo, vendor: &str, service: &str) -> Client<'d> {
    Client::of_service(&demo.server, "demo", (vendor, SECRET), service)
}

/// Lists and single objects that differ in one thing each.
fn questions(client: &Client<'_>) -> Vec<String> {
    let user = encoded(&id(&client.page("/users?limit=1")[0]));
    let school = encoded(&id(&client.page("/schools?limit=1")[0]));
    [
        "/users?limit=3",
        "/users?limit=4",
        "/users?limit=3&offset=1",
        "/users?limit=3&fields=sourcedId",
        "/users?limit=3&fields=sourcedId,status",
        "/users?limit=3&sort=familyName",
        "/users?limit=3&filter=status='active'",
        "/students?limit=3",
        "/orgs",
        &format!("/users/{user}"),
        &format!("/users/{user}?fields=givenName"),
        &format!("/schools/{school}/classes?limit=2"),
    ]
    .map(str::to_owned)
    .into()
}

on_each_demo! {
    fn a_tag_is_a_304_only_for_the_very_same_answer(demo: &Demo) {
        // Each answer of each vendor and version, with its tag.
        let (mut answers, mut tokens) = (Vec::new(), BTreeMap::new());
        for vendor in ["everything", "names-only", "identity-provider"] {
            for service in ["rostering/v1p2", "v1p1"] {
                let client = of(demo, vendor, service);
                for (n, path) in questions(&client).into_iter().enumerate() {
                    let reply = client.ok(&path);
                    answers.push((vendor, n, client.base.clone() + &path, reply));
                }
                tokens.insert(vendor, client.token);
            }
        }

        let mut n_held = 0;
        let told = |reply: &Reply| (reply.body.clone(), ["link", "x-total-count"].map(|name| reply.headers.get(name).cloned()));
        for (vendor, n, url, reply) in &answers {
            let bearer = format!("Bearer {}", tokens[vendor]);
            for (other_vendor, _, _, other) in answers.iter().filter(|other| other.0 == *vendor || other.1 == *n) {
                let headers = [("Authorization", bearer.as_str()), ("If-None-Match", other.header("etag"))];
                let again = demo.server.send("GET", url, &headers, "");
                let is_same = vendor == other_vendor && told(reply) == told(other);
                assert_eq!(again.status, if is_same { 304 } else { 200 }, "{vendor} {url}");
                if is_same {
                    n_held += 1;
                    assert_eq!((again.body.as_str(), again.header("etag")), ("", reply.header("etag")));
                } else {
                    assert_eq!(again.body, reply.body);
                }
            }
        }
        assert!(n_held >= answers.len(), "{n_held} of {}", answers.len());
    }

    fn a_write_voids_the_tags_of_whoever_wrote_and_of_nobody_else(demo: &Demo) {
        let place = Place::of(demo, "tag-keeper");
        for service in ["gradebook/v1p2", "v1p1"] {
            let (client, other) = (of(demo, "tag-keeper", service), of(demo, "everything", service));
            let item = format!("/lineItems/tagged-{}", &service[..2]);
            let lists = ["/lineItems?limit=2".to_owned(), format!("/classes/{}/lineItems?limit=1000", place.class)];
            let body = line_item(&place, item.rsplit_once('/').unwrap().1, "Essay");
            let tags = |client: &Client<'_>| lists.each_ref().map(|path| client.get(path).headers.get("etag").cloned().unwrap_or_default());
            let statuses = |client: &Client<'_>, tags: &[String; 2]| [0, 1].map(|n| ask(client, &lists[n], &tags[n]).status);
            let (mine, theirs) = (tags(&client), tags(&other));

            let made = put(&client, &item, &body);

            assert_eq!(made.status, 201, "{}", made.body);
            assert_eq!((statuses(&client, &mine), statuses(&other, &theirs)[0]), ([200; 2], 304));
            assert_eq!(ask(&client, &item, made.header("etag")).status, 304);
            let mine = tags(&client);
            assert_eq!(statuses(&client, &mine), [304; 2]);
            let again = put(&client, &item, &body);
            assert_eq!(again.status, 200);
            assert_eq!((ask(&client, &item, made.header("etag")).status, ask(&client, &item, again.header("etag")).status), (200, 304));
            assert_eq!((ask(&other, &item, again.header("etag")).status, statuses(&client, &mine)[1]), (404, 200));
        }
    }

    fn whoever_may_not_read_gets_no_304(demo: &Demo) {
        for service in ["rostering/v1p2", "v1p1"] {
            let client = of(demo, "names-only", service);
            let everything = of(demo, "everything", service);
            let hidden = encoded(&id(&everything.page("/users?limit=1")[0]));
            let tag = everything.ok(&format!("/users/{hidden}")).header("etag").to_owned();
            for held in [tag.as_str(), "*"] {
                assert_eq!(ask(&client, &format!("/users/{hidden}"), held).status, 404);
                assert_eq!(ask(&client, "/demographics", held).status, 403);
                assert_eq!(ask(&client, "/users?limit=0", held).status, 400);
                let nobody = Client { token: "garbage".into(), server: client.server, base: client.base.clone() };
                assert_eq!(ask(&nobody, "/users", held).status, 401);
            }
        }
    }
}

on_each_database! {
    fn two_vendors_of_one_view_have_the_same_bytes_and_each_its_own_tag(world: &World) {
        settle(world);
        let text = of_village();
        let (start, vendor) = text.split_at(text.find("[[vendor]]").unwrap());
        let rule = &start[start.find("[[rule]]").unwrap()..start.find("[[choice]]").unwrap()];
        let twin = |text: &str| text.replace("atlas", "globe").replace("\"r1\"", "\"r2\"");
        let server = serve(world, &format!("{start}{}{vendor}{}", twin(rule), twin(vendor)));
        let [one, other] = ["atlas", "globe"].map(|vendor| Client::new(&server, "noord", vendor, SECRET));

        for path in ["/users", "/users/ann", "/classes?limit=1", "/users?filter=givenName='Nobody'"] {
            let (mine, theirs) = (one.ok(path), other.ok(path));
            assert_eq!(mine.body, theirs.body, "{path}");
            assert_ne!(mine.header("etag"), theirs.header("etag"), "{path}");
            assert_eq!((ask(&one, path, theirs.header("etag")).status, ask(&one, path, mine.header("etag")).status), (200, 304));
        }
    }

    fn a_tag_is_void_once_the_answer_would_differ_and_no_sooner(world: &World) {
        settle(world);
        let server = serve(world, &of_village());
        let client = Client::new(&server, "noord", "atlas", SECRET);
        let paths = ["/users", "/users/dee", "/users/cas", "/classes/K3/students", "/orgs"];
        let tags: BTreeMap<&str, String> = paths.map(|path| (path, client.ok(path).header("etag").to_owned())).into();
        let statuses = || paths.map(|path| ask(&client, path, &tags[path]).status);
        assert_eq!(statuses(), [304; 5]);

        // Bob is hidden, so that whatever happens to him doesn't show.
        let mut changed = village();
        changed.edit("users.csv", ",Bob,", ",Bobby,");
        import_at(world, "noord", &changed.folder().path, "2026-08-30T06:00:00Z");
        assert_eq!(statuses(), [304; 5]);

        changed.edit("users.csv", ",Dee,", ",Deirdre,");
        import_at(world, "noord", &changed.folder().path, "2026-08-31T06:00:00Z");
        assert_eq!(statuses(), [200, 200, 304, 200, 304]);

        world.apply(&of_village().replace("[[choice]]", &(refusal("cas") + "[[choice]]")));
        assert_eq!(statuses(), [200, 200, 200, 200, 304]);
        assert!(!ask(&client, "/classes/K3/students", &tags["/classes/K3/students"]).body.contains("Cas"));
    }
}
