//! What a vendor writes to the gradebook, it reads back, and nobody else does.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::gradebook::desk::{self, Place, delete, line_item, put, result, send};
use crate::harness::Reply;
use crate::rostering::board::{Demo, on_each_demo};
use crate::rostering::client::{Client, encoded, id, links, objects};

/// The vendor that writes here, at the addresses of a service.
fn writer<'d>(demo: &'d Demo, base: &str) -> Client<'d> {
    desk::writer(demo, "gradebook", base)
}

fn place(demo: &Demo) -> Place {
    Place::of(demo, "gradebook")
}

fn ids(objects: &[Value]) -> Vec<&str> {
    objects.iter().map(|object| object["sourcedId"].as_str().unwrap()).collect()
}

/// Held by tests that walk through the vendor's lists, and by those that change them meanwhile: both share a board.
static ALONE: Mutex<()> = Mutex::new(());

/// The identifiers on a page and all that follow it.
fn follow(client: &Client<'_>, mut reply: Reply) -> Vec<String> {
    let mut all: Vec<String> = objects(&reply).iter().map(id).collect();
    while let Some(next) = links(&reply).remove("next") {
        reply = client.follow(&next);
        all.extend(objects(&reply).iter().map(id));
    }
    all
}

on_each_demo! {
    fn what_one_vendor_wrote_no_other_reads_and_names_are_its_own(demo: &Demo) {
        const ITEM: &str = "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f02a1";
        let (client, place) = (writer(demo, "gradebook/v1p2"), place(demo));
        let other = crate::gradebook::client::client(&demo.server, "demo", "everything", "gradebook/v1p2");
        let before = other.ok("/lineItems?limit=10000").body;

        assert_eq!(put(&client, &format!("/lineItems/{ITEM}"), &line_item(&place, ITEM, "Essay")).status, 201);

        assert_eq!(other.ok("/lineItems?limit=10000").body, before);
        assert_eq!(other.get(&format!("/lineItems/{ITEM}")).status, 404);
        let named = line_item(&place, ITEM, "Essay");
        assert_eq!(put(&client, &format!("/lineItems/{ITEM}"), &named).status, 200);
        assert!(client.all("/lineItems").contains(ITEM));
    }

    fn deleted_objects_are_told_to_whoever_asks_for_changes(demo: &Demo) {
        const ITEM: &str = "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f03a1";
        let (client, place) = (writer(demo, "gradebook/v1p2"), place(demo));
        assert_eq!(put(&client, &format!("/lineItems/{ITEM}"), &line_item(&place, ITEM, "Essay")).status, 201);
        let written = client.ok(&format!("/lineItems/{ITEM}")).json();
        let since = written["lineItem"]["dateLastModified"].as_str().unwrap().to_owned();
        let changes = format!("/lineItems?limit=10000&filter=dateLastModified%3E%27{since}%27");
        assert!(!ids(&client.page(&changes)).contains(&ITEM));

        assert_eq!(delete(&client, &format!("/lineItems/{ITEM}")).status, 204);

        let told = client.page(&changes);
        assert_eq!(told.iter().find(|item| item["sourcedId"] == ITEM).unwrap()["status"], "tobedeleted");
        assert!(!ids(&client.page("/lineItems?limit=10000")).contains(&ITEM));
        assert!(!ids(&client.page("/lineItems?limit=10000&sort=title")).contains(&ITEM));
    }

    fn own_objects_are_filtered_and_sorted_among_the_schools(demo: &Demo) {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (client, place) = (writer(demo, "gradebook/v1p2"), place(demo));
        for (id, title) in [("own-1", "!first"), ("own-2", "~last"), ("own-3", "Middle")] {
            assert_eq!(put(&client, &format!("/lineItems/{id}"), &line_item(&place, id, title)).status, 201);
        }

        assert_eq!(client.found("/lineItems", "title='~last'"), ["own-2".to_owned()].into());
        let sorted = client.page("/lineItems?limit=10000&sort=title");
        let titles: Vec<&str> = sorted.iter().map(|item| item["title"].as_str().unwrap()).collect();
        assert!(titles.is_sorted(), "{titles:?}");
        let all = ids(&sorted).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let mut paged = Vec::new();
        for offset in (0..all.len()).step_by(7) {
            let page = client.page(&format!("/lineItems?limit=7&offset={offset}&sort=title"));
            paged.extend(ids(&page).into_iter().map(str::to_owned));
        }
        assert_eq!(paged, all);
        let plain = client.page("/lineItems?limit=10000");
        let own: Vec<&str> = ids(&plain).into_iter().filter(|id| id.starts_with("own-")).collect();
        assert_eq!(own, ["own-1", "own-2", "own-3"]);
    }

    fn own_metadata_of_any_kind_is_found(demo: &Demo) {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (client, place) = (writer(demo, "gradebook/v1p2"), place(demo));
        let mut item = line_item(&place, "with-metadata", "Described");
        item["lineItem"]["metadata"] = json!({"walk.n": 5, "walk.part": 0.5, "walk.is": true, "walk.word": "five"});
        assert_eq!(put(&client, "/lineItems/with-metadata", &item).status, 201);

        for (filter, is_found) in [
            ("metadata.walk.n='5'", true), ("metadata.walk.n='5.0'", true), ("metadata.walk.n>'10'", false),
            ("metadata.walk.n<'10'", true), ("metadata.walk.n='five'", false), ("metadata.walk.part=0.5", true),
            ("metadata.walk.is='true'", true), ("metadata.walk.is='false'", false), ("metadata.walk.is!='true' AND title='Described'", false),
            ("metadata.walk.word='five'", true), ("metadata.walk.none='5'", false),
        ] {
            assert_eq!(client.found("/lineItems", filter).contains("with-metadata"), is_found, "{filter}");
        }
    }

    fn own_objects_sort_by_identifier_among_the_schools(demo: &Demo) {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (client, place) = (writer(demo, "gradebook/v1p2"), place(demo));
        for id in ["!sorts-first", "~sorts-last"] {
            assert_eq!(put(&client, &format!("/lineItems/{id}"), &line_item(&place, id, "By name")).status, 201);
        }
        for (way, ends) in [("asc", ["!sorts-first", "~sorts-last"]), ("desc", ["~sorts-last", "!sorts-first"])] {
            let whole = client.page(&format!("/lineItems?limit=10000&sort=sourcedId&orderBy={way}"));
            let paged = follow(&client, client.ok(&format!("/lineItems?limit=7&sort=sourcedId&orderBy={way}")));

            for mut list in [ids(&whole).into_iter().map(str::to_owned).collect::<Vec<_>>(), paged] {
                assert!(list.len() > 14, "{list:?}");
                assert_eq!([list[0].as_str(), list[list.len() - 1].as_str()], ends);
                if way == "desc" {
                    list.reverse();
                }
                assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{list:?}");
            }
        }
    }

    fn own_objects_that_change_between_two_pages_hide_no_other(demo: &Demo) {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (client, place) = (writer(demo, "gradebook/v1p2"), place(demo));
        // Other tests write line items that are due later.
        let filter = encoded("title~'of the walk' OR dueDate<'2026-09-01T00:00:00Z'");
        for (n, way) in ["asc", "desc"].into_iter().enumerate() {
            let start = if way == "asc" { "!" } else { "~" };
            let names = [0, 1, 2, 3].map(|i| format!("walk-{n}-{i}"));
            for name in &names {
                let item = line_item(&place, name, &format!("{start} of the walk"));
                assert_eq!(put(&client, &format!("/lineItems/{name}"), &item).status, 201);
            }
            let query = format!("/lineItems?sort=title&orderBy={way}&filter={filter}");
            let whole: Vec<String> = client.page(&format!("{query}&limit=10000")).iter().map(id).collect();
            assert!(whole.len() > 10, "{whole:?}");
            assert_eq!(&whole[..4], &names);

            let first = client.ok(&format!("{query}&limit=2"));
            assert_eq!(delete(&client, &format!("/lineItems/{}", names[1])).status, 204);
            assert_eq!(follow(&client, first), whole);

            let first = client.ok(&format!("{query}&limit=2"));
            let middle = line_item(&place, &names[2], "M of the walk");
            assert_eq!(put(&client, &format!("/lineItems/{}", names[2]), &middle).status, 200);
            let mut seen = follow(&client, first);
            // It is told once more, where it stands now.
            seen.remove(seen.iter().rposition(|id| *id == names[2]).unwrap());
            let rest: Vec<&String> = whole.iter().filter(|id| **id != names[1]).collect();
            assert_eq!(seen.iter().collect::<Vec<_>>(), rest);
            for name in [&names[0], &names[2], &names[3]] {
                assert_eq!(delete(&client, &format!("/lineItems/{name}")).status, 204);
            }
        }
    }

    fn or_505_whatever_is_wrong_is_named(demo: &Demo) {
        const ITEM: &str = "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f05a1";
        let (client, place) = (writer(demo, "gradebook/v1p2"), place(demo));
        let path = format!("/lineItems/{ITEM}");
        let with = |member: &str, value: Value| {
            let mut body = line_item(&place, ITEM, "Essay");
            body["lineItem"][member] = value;
            body
        };
        for (body, named) in [
            (with("title", Value::Null), "title"),
            (with("title", json!(1)), "title"),
            (with("assignDate", json!("soon")), "assignDate"),
            (with("resultValueMax", json!("100")), "resultValueMax"),
            (with("class", json!({"sourcedId": "no-such"})), "class"),
            (with("class", json!("x")), "class"),
            (with("category", json!({"sourcedId": "no-such"})), "category"),
            (with("sourcedId", json!("another")), "sourcedId"),
            (json!({"item": {}}), "lineItem"),
        ] {
            let reply = put(&client, &path, &body);
            assert_eq!(reply.status, 422, "{named}: {}", reply.body);
            let info = reply.json();
            assert!(info["imsx_description"].as_str().unwrap().contains(&format!("`{named}`")), "{info}");
        }
        let bearer = format!("Bearer {}", client.token);
        let raw = |kind: &str, body: &str| {
            let headers = [("Authorization", bearer.as_str()), ("Content-Type", kind)];
            client.server.send("PUT", &format!("{}{path}", client.base), &headers, body).status
        };
        assert_eq!((raw("application/json", "{"), raw("text/plain", "x")), (400, 415));
        assert_eq!(client.get(&path).status, 404);
        let reader = crate::gradebook::client::client(&demo.server, "demo", "onlooker", "gradebook/v1p2");
        assert_eq!(put(&reader, &path, &line_item(&place, ITEM, "Essay")).status, 403);
    }

    fn or_510_512_posts_allocate_names_and_store_all_or_nothing(demo: &Demo) {
        let (client, place) = (writer(demo, "gradebook/v1p2"), place(demo));
        let item = |id: &str, title: &str| line_item(&place, id, title)["lineItem"].clone();
        let path = format!("/classes/{}/lineItems", place.class);

        let refused = send(&client, "POST", &path, &[], &json!({"lineItems": [item("t1", "One of two"), item("t2", "")]}));
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.body.contains("lineItems[1].title"), "{}", refused.body);
        assert!(client.found("/lineItems", "title='One of two'").is_empty());
        let made = send(&client, "POST", &path, &[], &json!({"lineItems": [item("t1", "One"), item("t2", "Two")]}));
        assert_eq!(made.status, 201, "{}", made.body);
        let pairs = made.json()["sourcedIdPairs"].as_array().unwrap().clone();
        assert_eq!(pairs.iter().map(|p| p["suppliedSourcedId"].as_str().unwrap()).collect::<Vec<_>>(), ["t1", "t2"]);
        let li = pairs[0]["allocatedSourcedId"].as_str().unwrap();
        assert_eq!(client.ok(&format!("/lineItems/{li}")).json()["lineItem"]["title"], "One");
        let results = json!({"results": [result(&place, "r", li, 7.5, "fully graded")["result"]]});
        let posted = send(&client, "POST", &format!("/lineItems/{li}/results"), &[], &results);
        assert_eq!(posted.status, 201, "{}", posted.body);
        assert_eq!(send(&client, "POST", "/lineItems/no-such/results", &[], &results).status, 404);
        // Results go with their line item.
        assert_eq!(delete(&client, &format!("/lineItems/{li}")).status, 204);
        let gone = posted.json()["sourcedIdPairs"][0]["allocatedSourcedId"].as_str().unwrap().to_owned();
        assert_eq!(client.get(&format!("/results/{gone}")).status, 404);
    }

    fn two_writers_of_one_object_follow_each_other(demo: &Demo) {
        const ITEM: &str = "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f07a1";
        const RESULT: &str = "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f07a2";
        let (client, place) = (writer(demo, "gradebook/v1p2"), place(demo));
        let path = format!("/results/{RESULT}");
        assert_eq!(put(&client, &format!("/lineItems/{ITEM}"), &line_item(&place, ITEM, "Essay")).status, 201);
        assert_eq!(put(&client, &path, &result(&place, RESULT, ITEM, 0.0, "submitted")).status, 201);

        std::thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| loop {
                    let read = client.ok(&path);
                    let score = read.json()["result"]["score"].as_f64().unwrap();
                    let tag = read.header("etag").to_owned();
                    let body = result(&place, RESULT, ITEM, score + 1.0, "submitted");
                    match send(&client, "PUT", &path, &[("If-Match", &tag)], &body).status {
                        200 => break,
                        status => assert_eq!(status, 412),
                    }
                });
            }
        });

        assert!((client.ok(&path).json()["result"]["score"].as_f64().unwrap() - 32.0).abs() < f64::EPSILON);
    }

    fn version_1_1_writes_and_reads_the_same_objects(demo: &Demo) {
        const ITEM: &str = "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f08a1";
        const RESULT: &str = "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f08a2";
        let (client, place) = (writer(demo, "v1p1"), place(demo));
        let mut body = line_item(&place, ITEM, "Essay");
        for member in ["category", "school"] {
            body["lineItem"].as_object_mut().unwrap().remove(member);
        }

        assert_eq!(put(&client, &format!("/lineItems/{ITEM}"), &body).status, 201);
        assert_eq!(put(&client, &format!("/results/{RESULT}"), &result(&place, RESULT, ITEM, 8.0, "submitted")).status, 201);

        let mut without_score = result(&place, "r-2", ITEM, 8.0, "submitted");
        without_score["result"].as_object_mut().unwrap().remove("score");
        let refused = put(&client, "/results/r-2", &without_score);
        assert_eq!((refused.status, refused.body.contains("statusInfoSet")), (422, true), "{}", refused.body);
        let later = writer(demo, "gradebook/v1p2");
        assert_eq!(later.ok(&format!("/results/{RESULT}")).json()["result"]["class"], Value::Null);
        let mut own_word = result(&place, "r-3", ITEM, 8.0, "ext:good");
        own_word["result"]["comment"] = json!("\"quoted\"");
        assert_eq!(put(&later, "/results/r-3", &own_word).status, 201);
        let read = client.ok("/results/r-3").json()["result"].clone();
        assert_eq!((&read["scoreStatus"], &read["comment"]), (&json!("submitted"), &json!("\"quoted\"")));
        assert_eq!(later.ok(&format!("/lineItems/{ITEM}")).json()["lineItem"]["school"]["sourcedId"], place.school.as_str());
        assert_eq!(delete(&client, &format!("/lineItems/{ITEM}")).status, 204);
        assert_eq!(later.get(&format!("/results/{RESULT}")).status, 404);
    }

    fn a_category_in_use_is_not_deleted(demo: &Demo) {
        const ITEM: &str = "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f09a1";
        let (client, place) = (writer(demo, "gradebook/v1p2"), place(demo));
        assert_eq!(put(&client, "/categories/own-c", &json!({"category": {"title": "Homework", "weight": 10}})).status, 201);
        let in_it = Place { category: "own-c".into(), ..place };
        assert_eq!(put(&client, &format!("/lineItems/{ITEM}"), &line_item(&in_it, ITEM, "Essay")).status, 201);

        let refused = delete(&client, "/categories/own-c");

        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("deletefailure"), "{}", refused.body);
        assert_eq!(delete(&client, &format!("/lineItems/{ITEM}")).status, 204);
        assert_eq!(delete(&client, "/categories/own-c").status, 204);
    }

    fn assessment_results_and_scales_are_kept(demo: &Demo) {
        let (client, place) = (writer(demo, "gradebook/v1p2"), place(demo));
        let scale = json!({"scoreScale": {"title": "Letters", "type": "ordinal", "class": {"sourcedId": place.class},
            "scoreScaleValue": [{"itemValueLHS": "A", "itemValueRHS": "90-100"}]}});
        assert_eq!(put(&client, "/scoreScales/own-s", &scale).status, 201);
        assert!(ids(&client.page(&format!("/classes/{}/scoreScales?limit=10000", place.class))).contains(&"own-s"));
        assert!(ids(&client.page(&format!("/schools/{}/scoreScales?limit=10000", place.school))).contains(&"own-s"));
        let item = json!({"assessmentLineItem": {"title": "Part", "class": {"sourcedId": place.class}}});
        assert_eq!(put(&client, "/assessmentLineItems/a-1", &item).status, 201);
        let result = json!({"assessmentResult": {"assessmentLineItem": {"sourcedId": "a-1"}, "student": {"sourcedId": place.student},
            "scoreDate": "2026-09-01", "scoreStatus": "submitted"}});
        assert_eq!(put(&client, "/assessmentResults/a-r", &result).status, 201);
        assert_eq!(client.page("/assessmentResults").len(), 1);
    }
}
