//! What a write is answered with: the shape of the standard, whatever the client left out, or a refusal in its words.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::field::connections::of_demo;
use crate::gradebook::client::{client, schemas};
use crate::gradebook::desk::{Place, delete, line_item, put, result, send, writer};
use crate::harness::{Reply, World, on_each_database};
use crate::rostering::board::{Demo, invent, on_each_demo};
use crate::rostering::client::{Client, encoded, id};
use crate::rostering::schema::Schemas;

const VENDOR: &str = "reader-back";

/// A PUT that must be answered by the object as a read gives it, in that shape, at the address that it names.
fn written(client: &Client<'_>, schemas: &Schemas, (path, shape): (&str, &str), body: &Value, status: u16) -> Value {
    let reply = put(client, path, body);
    assert_eq!(reply.status, status, "{path}: {}", reply.body);
    assert_eq!(schemas.misfits_in(shape, &reply.json()), [], "{path}: {}", reply.body);
    let read = client.ok(path);
    assert_eq!((&read.body, read.header("etag")), (&reply.body, reply.header("etag")), "{path}");
    assert_eq!(reply.header("content-type"), "application/json");
    let location = reply.headers.get("location").map(|url| client.follow(url).body);
    assert_eq!(location, (status == 201).then_some(read.body.clone()), "{path}");
    read.json().as_object().unwrap().values().next().unwrap().clone()
}

/// Bodies as sparse as clients send them, and as full as the standard allows, of every kind that can be put.
fn bodies(place: &Place, version: &str) -> Vec<(String, &'static str, Value)> {
    let name = |kind: &str| format!("{version}-{kind}");
    let class = json!({"sourcedId": place.class});
    let item = name("item");
    let mut bodies = vec![
        (
            format!("/categories/{}", name("category")),
            "SingleCategoryDType",
            json!({"category": {"title": "Homework"}}),
        ),
        (format!("/lineItems/{item}"), "SingleLineItemDType", line_item(place, &item, "Essay")),
        (
            format!("/lineItems/{}", name("full")),
            "SingleLineItemDType",
            json!({"lineItem": {
            "status": "active", "dateLastModified": "1999-01-01T00:00:00Z", "metadata": {"color": "red", "deep": {"n": 1}},
            "title": "𝕿 \"quoted\"\n<b>é</b> ".to_owned() + &"x".repeat(255), "description": "", "assignDate": "2026-09-01", "dueDate": "2026-09-02T10:00:00+02:00",
            "class": {"sourcedId": place.class, "href": "https://elsewhere.example/classes/1", "type": "classes"},
            "category": {"sourcedId": place.category}, "school": null,
            "resultValueMin": -1.5, "resultValueMax": 1e3, "more": [1, 2]}}),
        ),
        (
            format!("/results/{}", name("result")),
            "SingleResultDType",
            result(place, &name("result"), &item, 101.25, "exempt"),
        ),
        (
            format!("/results/{}", name("low")),
            "SingleResultDType",
            result(place, &name("low"), &item, -3.0, "not submitted"),
        ),
    ];
    if version == "v1p2" {
        let objectives = "7c1a2de0-3f6f-4a52-8f6b-0d3d3f1f01a1";
        bodies.extend([
            (format!("/scoreScales/{}", name("scale")), "SingleScoreScaleDType", json!({"scoreScale": {"title": "Letters", "type": "ordinal",
                "class": class, "scoreScaleValue": [{"itemValueLHS": "A", "itemValueRHS": "90-100"}]}})),
            (format!("/lineItems/{}", name("scaled")), "SingleLineItemDType", json!({"lineItem": {"title": "Scaled", "assignDate": "2026-09-01",
                "dueDate": "2026-09-02", "class": class, "category": {"sourcedId": place.category}, "scoreScale": {"sourcedId": name("scale")},
                "learningObjectiveSet": [{"source": "case", "learningObjectiveIds": [objectives]}]}})),
            (format!("/results/{}", name("text")), "SingleResultDType", json!({"result": {"lineItem": {"sourcedId": name("scaled")},
                "student": {"sourcedId": place.student}, "scoreScale": {"sourcedId": name("scale")}, "textScore": "A", "scoreDate": "2026-09-03",
                "scoreStatus": "fully graded", "late": true, "missing": "false",
                "learningObjectiveSet": [{"source": "unknown", "learningObjectiveResults": [{"learningObjectiveId": "x", "score": 1.5}]}]}})),
            (format!("/assessmentLineItems/{}", name("test")), "SingleAssessmentLineItemDType", json!({"assessmentLineItem": {"title": "Test"}})),
            (format!("/assessmentLineItems/{}", name("part")), "SingleAssessmentLineItemDType", json!({"assessmentLineItem": {"title": "Part",
                "class": class, "parentAssessmentLineItem": {"sourcedId": name("test")}, "resultValueMax": 10}})),
            (format!("/assessmentResults/{}", name("tested")), "SingleAssessmentResultDType", json!({"assessmentResult": {
                "assessmentLineItem": {"sourcedId": name("part")}, "student": {"sourcedId": place.student}, "score": 8, "scorePercentile": 55.5,
                "scoreDate": "2026-09-03T23:30:00Z", "scoreStatus": "partially graded"}})),
        ]);
    }
    bodies
}

fn is_refusal(schemas: &Schemas, version: &str, reply: &Reply, (status, minor): (u16, &str)) {
    let shape = if version == "v1p1" { "Refusal" } else { "imsx_StatusInfoDType" };
    let body = reply.json();
    assert_eq!((reply.status, schemas.misfits_in(shape, &body)), (status, Vec::new()), "{}", reply.body);
    let info = if version == "v1p1" { &body["statusInfoSet"][0] } else { &body };
    assert_eq!((&info["imsx_codeMajor"], &info["imsx_severity"]), (&json!("failure"), &json!("error")));
    let found = if version == "v1p1" {
        info["imsx_codeMinor"].clone()
    } else {
        info["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"].clone()
    };
    assert_eq!(found, minor, "{}", reply.body);
}

/// The two services that write, with the shapes of their answers.
fn services() -> [(&'static str, &'static str, Schemas); 2] {
    let earlier = Schemas::read(include_str!("../v1p1/expectations.txt"));
    [("v1p2", "gradebook/v1p2", schemas("gradebook/v1p2")), ("v1p1", "v1p1", earlier)]
}

on_each_demo! {
    fn or_501_502_503_every_put_is_answered_by_the_object_in_the_standards_shape(demo: &Demo) {
        let place = Place::of(demo, VENDOR);
        for (version, base, schemas) in services() {
            let client = writer(demo, VENDOR, base);
            for (path, shape, body) in bodies(&place, version) {
                let made = written(&client, &schemas, (&path, shape), &body, 201);
                let again = written(&client, &schemas, (&path, shape), &body, 200);
                assert!(again["dateLastModified"].as_str() > made["dateLastModified"].as_str(), "{path}");
                assert!(client.all(path.rsplit_once('/').unwrap().0).contains(&id(&made)), "{path}");
                for (name, sent) in body.as_object().unwrap().values().next().unwrap().as_object().unwrap() {
                    let kept = &made[name];
                    match name.as_str() {
                        "status" => assert_eq!(kept, "active"),
                        "dateLastModified" => assert_ne!(kept, sent),
                        "more" | "school" => {}
                        "assignDate" | "dueDate" | "scoreDate" => assert_eq!(kept.as_str().unwrap()[..10], sent.as_str().unwrap()[..10]),
                        "late" | "missing" => assert_eq!(kept, &json!(sent.as_str().map_or_else(|| sent.to_string(), str::to_owned))),
                        _ if sent["sourcedId"].is_string() => {
                            assert_eq!(kept["sourcedId"], sent["sourcedId"]);
                            assert!(kept["href"].as_str().unwrap().starts_with(&demo.server.url), "{kept}");
                        }
                        _ if sent.is_number() => assert_eq!(kept.as_f64(), sent.as_f64()),
                        _ => assert_eq!(kept, sent, "{path} {name}"),
                    }
                }
            }
            // What the lists hold has the same shape.
            for (list, shape) in [("categories", "CategoriesSetDType"), ("lineItems", "LineItemSetDType"), ("results", "ResultSetDType")] {
                assert_eq!(schemas.misfits_in(shape, &client.ok(&format!("/{list}?limit=10000")).json()), [], "{version} {list}");
            }
        }
    }

    fn or_117_a_name_of_any_signs_is_written_read_and_referred_to(demo: &Demo) {
        let place = Place::of(demo, VENDOR);
        for (version, base, schemas) in services() {
            let client = writer(demo, VENDOR, base);
            for (n, name) in ["a/b@c.d_e-f", "canvas:assignment:7", "é100%+1?#[x]", &"x".repeat(255)].iter().enumerate() {
                let path = format!("/lineItems/{}", encoded(name));
                written(&client, &schemas, (&path, "SingleLineItemDType"), &line_item(&place, name, "Essay"), 201);
                let result_id = format!("{version}-named-{n}");
                let body = result(&place, &result_id, name, 1.0, "submitted");
                let kept = written(&client, &schemas, (&format!("/results/{result_id}"), "SingleResultDType"), &body, 201);

                let item = client.follow(kept["lineItem"]["href"].as_str().unwrap());
                assert_eq!(item.json()["lineItem"]["sourcedId"], **name);
                let of_item = client.page(&format!("/classes/{}/lineItems/{}/results", place.class, encoded(name)));
                assert_eq!(of_item, [kept]);
                assert_eq!(delete(&client, &path).status, 204);
            }
            for unfit in ["a%20b", "a%00b", &"x".repeat(256)] {
                let path = format!("/lineItems/{unfit}");
                let reply = put(&client, &path, &line_item(&place, "other", "Essay"));
                is_refusal(&schemas, version, &reply, (422, if version == "v1p1" { "invalid data" } else { "invaliddata" }));
                assert_eq!(delete(&client, &path).status, 404);
            }
        }
    }

    fn or_510_a_post_is_answered_by_pairs_and_nothing_else(demo: &Demo) {
        let (client, schemas) = (writer(demo, VENDOR, "gradebook/v1p2"), schemas("gradebook/v1p2"));
        let place = Place::of(demo, VENDOR);
        let session = {
            let roster = writer(demo, VENDOR, "rostering/v1p2");
            id(&roster.one(&format!("/classes/{}", place.class))["terms"][0])
        };
        let item = |supplied: &str| line_item(&place, supplied, "Posted")["lineItem"].clone();
        let mut posted = String::new();
        for path in [format!("/classes/{}/lineItems", place.class), format!("/schools/{}/lineItems", place.school)] {
            let reply = send(&client, "POST", &path, &[], &json!({"lineItems": [item("one"), item("two")]}));
            assert_eq!((reply.status, schemas.misfits_in("GUIDPairSetDType", &reply.json())), (201, Vec::new()), "{}", reply.body);
            posted = reply.json()["sourcedIdPairs"][1]["allocatedSourcedId"].as_str().unwrap().to_owned();
            assert_eq!(schemas.misfits_in("SingleLineItemDType", &client.ok(&format!("/lineItems/{posted}")).json()), []);
        }
        let grade = json!({"results": [result(&place, "r", &posted, 5.0, "submitted")["result"]]});
        for path in [format!("/lineItems/{posted}/results"), format!("/classes/{}/academicSessions/{session}/results", place.class)] {
            let reply = send(&client, "POST", &path, &[], &grade);
            assert_eq!((reply.status, schemas.misfits_in("GUIDPairSetDType", &reply.json())), (201, Vec::new()), "{}", reply.body);
            let made = reply.json()["sourcedIdPairs"][0]["allocatedSourcedId"].as_str().unwrap().to_owned();
            assert_eq!(schemas.misfits_in("SingleResultDType", &client.ok(&format!("/results/{made}")).json()), []);
        }
    }

    fn or_505_506_507_every_refusal_of_a_write_is_in_the_words_of_its_version(demo: &Demo) {
        let place = Place::of(demo, VENDOR);
        for (version, base, schemas) in services() {
            let client = writer(demo, VENDOR, base);
            let reader = writer(demo, "onlooker", base);
            let stranger = Client { token: "garbage".into(), base: client.base.clone(), ..writer(demo, VENDOR, base) };
            let invalid = if version == "v1p1" { "invalid data" } else { "invaliddata" };
            let unknown = if version == "v1p1" { "unknown object" } else { "unknownobject" };
            let unauthorized = if version == "v1p1" { "unauthorized" } else { "unauthorisedrequest" };
            let good = line_item(&place, "refused", "Essay");
            let mut without = good.clone();
            without["lineItem"].as_object_mut().unwrap().remove("title");
            let bearer = format!("Bearer {}", client.token);
            let raw = |kind: &str, body: &str| {
                let headers = [("Authorization", bearer.as_str()), ("Content-Type", kind)];
                demo.server.send("PUT", &format!("{}/lineItems/refused", client.base), &headers, body)
            };
            for (reply, expected) in [
                (put(&client, "/lineItems/refused", &without), (422, invalid)),
                (put(&client, "/lineItems/refused", &json!({"result": {}})), (422, invalid)),
                (put(&client, "/lineItems/refused", &json!([])), (422, invalid)),
                (put(&client, "/lineItems/another", &good), (422, invalid)),
                (put(&client, "/results/refused", &result(&place, "refused", "no-such", 1.0, "submitted")), (422, invalid)),
                (put(&client, "/results/refused", &result(&place, "refused", "no-such", 1.0, "guessed")), (422, invalid)),
                (raw("application/json", "{\"lineItem\""), (400, invalid)),
                (raw("application/json", ""), (400, invalid)),
                (raw("application/x-www-form-urlencoded", "title=Essay"), (415, invalid)),
                (put(&reader, "/lineItems/refused", &good), (403, "forbidden")),
                (put(&stranger, "/lineItems/refused", &good), (401, unauthorized)),
                (delete(&client, "/lineItems/no-such"), (404, unknown)),
                (delete(&client, "/results/no-such"), (404, unknown)),
                (delete(&stranger, "/results/no-such"), (401, unauthorized)),
                (put(&client, "/nothing/x", &good), (404, unknown)),
                (send(&client, "PATCH", "/lineItems/x", &[], &good), (405, "forbidden")),
                (send(&client, "POST", "/results", &[], &good), (405, "forbidden")),
                (send(&client, "PUT", "/lineItems/x", &[("If-Match", "\"stale\"")], &line_item(&place, "x", "Essay")), (412, invalid)),
            ] {
                is_refusal(&schemas, version, &reply, expected);
            }
            assert_eq!(client.get("/lineItems/refused").status, 404);
        }
    }

    // PostgreSQL takes no NUL to compare with.
    fn a_name_with_nul_is_that_of_nothing(demo: &Demo) {
        let place = Place::of(demo, VENDOR);
        let (class, student) = (&place.class, &place.student);
        for (version, base, schemas) in services() {
            let client = writer(demo, VENDOR, base);
            let mut paths = ["categories", "lineItems", "results"].map(|list| format!("/{list}/%00")).to_vec();
            paths.extend(["/classes/%00/lineItems".into(), "/classes/x%00/students/%00/results".into()]);
            paths.push(format!("/classes/{class}/lineItems/x%00/results"));
            paths.push(format!("/classes/{class}/students/{student}%00/results"));
            if version == "v1p2" {
                paths.extend(["scoreScales", "assessmentLineItems", "assessmentResults"].map(|list| format!("/{list}/%00")));
                paths.push("/schools/%00/scoreScales".into());
                let results = json!({"results": [result(&place, "r", "x", 1.0, "submitted")["result"]]});
                let reply = send(&client, "POST", "/lineItems/%00/results", &[], &results);
                is_refusal(&schemas, version, &reply, (404, "unknownobject"));
            }
            for path in paths {
                let unknown = if version == "v1p1" { "unknown object" } else { "unknownobject" };
                is_refusal(&schemas, version, &client.get(&path), (404, unknown));
            }
            let mut named = line_item(&place, "nul", "Essay");
            named["lineItem"]["category"]["sourcedId"] = json!("\0");
            assert_eq!(put(&client, "/lineItems/nul", &named).status, 422);
        }
    }

    fn or_522_where_objectives_come_from_is_one_of_the_standards_words(demo: &Demo) {
        let (client, schemas) = (writer(demo, VENDOR, "gradebook/v1p2"), schemas("gradebook/v1p2"));
        let place = Place::of(demo, VENDOR);
        let item = |source: &str| {
            let mut item = line_item(&place, "sourced", "Essay");
            item["lineItem"]["learningObjectiveSet"] = json!([{"source": source, "learningObjectiveIds": ["o1"]}]);
            item
        };
        let reached = |source: &str, objective: Value| {
            let mut reached = result(&place, "sourced-r", "sourced", 1.0, "submitted");
            reached["result"]["learningObjectiveSet"] = json!([{"source": source, "learningObjectiveResults": [objective]}]);
            reached
        };
        let objective = |score: Value| json!({"learningObjectiveId": "o1", "textScore": score});

        for (source, status) in [("unknown", 201), ("/slo12", 200)] {
            written(&client, &schemas, ("/lineItems/sourced", "SingleLineItemDType"), &item(source), status);
            let body = reached(source, objective(json!("A")));
            written(&client, &schemas, ("/results/sourced-r", "SingleResultDType"), &body, status);
        }
        for source in ["", "slo", "/", "/SLO", "/s-lo", "/case", "/unknown", "ext:slo", "Case"] {
            for reply in [
                put(&client, "/lineItems/sourced", &item(source)),
                put(&client, "/results/sourced-r", &reached(source, objective(json!("A")))),
            ] {
                is_refusal(&schemas, "v1p2", &reply, (422, "invaliddata"));
                assert!(reply.body.contains("`learningObjectiveSet` needs a `source`"), "{source}: {}", reply.body);
            }
        }
        let reply = put(&client, "/results/sourced-r", &reached("unknown", objective(json!(1))));
        is_refusal(&schemas, "v1p2", &reply, (422, "invaliddata"));
        assert!(reply.body.contains("`learningObjectiveSet`"), "{}", reply.body);
    }

    fn nothing_is_above_itself(demo: &Demo) {
        let (client, schemas) = (writer(demo, VENDOR, "gradebook/v1p2"), schemas("gradebook/v1p2"));
        let below = |parent: &str| json!({"assessmentLineItem": {"title": "Part", "parentAssessmentLineItem": {"sourcedId": parent}}});
        let path = |name: &str| format!("/assessmentLineItems/{name}");
        assert_eq!(put(&client, &path("ring-1"), &json!({"assessmentLineItem": {"title": "Test"}})).status, 201);
        assert_eq!(put(&client, &path("ring-2"), &below("ring-1")).status, 201);
        assert_eq!(put(&client, &path("ring-3"), &below("ring-2")).status, 201);

        for parent in ["ring-1", "ring-2", "ring-3"] {
            let reply = put(&client, &path("ring-1"), &below(parent));
            is_refusal(&schemas, "v1p2", &reply, (422, "invaliddata"));
            assert!(reply.body.contains("`parentAssessmentLineItem`"), "{}", reply.body);
        }
        assert!(client.one(&path("ring-1")).get("parentAssessmentLineItem").is_none());
        assert_eq!(put(&client, &path("ring-3"), &below("ring-1")).status, 200);
        for name in ["ring-3", "ring-2", "ring-1"] {
            assert_eq!(delete(&client, &path(name)).status, 204, "{name}");
        }
    }

    // A line item of 1.1 names no category; what is deleted names nothing any more.
    fn or_518_what_1_1_left_out_is_withheld_and_all_else_is_whole_in_1_2(demo: &Demo) {
        let place = Place::of(demo, "gradebook");
        let (earlier, later) = (writer(demo, "gradebook", "v1p1"), writer(demo, "gradebook", "gradebook/v1p2"));
        let mut bare = line_item(&place, "bare", "Essay");
        for member in ["category", "school"] {
            bare["lineItem"].as_object_mut().unwrap().remove(member);
        }
        assert_eq!(put(&earlier, "/lineItems/bare", &bare).status, 201);

        let schemas = schemas("gradebook/v1p2");
        let read = later.ok("/lineItems/bare").json();
        assert_eq!(schemas.misfits_in("SingleLineItemDType", &read), []);
        assert_eq!(read["lineItem"]["category"]["sourcedId"], "withheld");
        assert!(later.ok("/lineItems?limit=10000").body.contains("/categories/withheld"));
        assert!(earlier.one("/lineItems/bare").get("category").is_none());

        assert_eq!(delete(&earlier, "/lineItems/bare").status, 204);
        let gone = later.ok("/lineItems?limit=10000&filter=status='tobedeleted'").json();
        assert_eq!(schemas.misfits_in("LineItemSetDType", &gone), []);
        let gone = gone["lineItems"].as_array().unwrap().iter().find(|item| item["sourcedId"] == "bare").unwrap().clone();
        assert_eq!((&gone["title"], &gone["class"]["sourcedId"]), (&json!("withheld"), &json!("withheld")));
    }
}

on_each_database! {
    // Canvas keeps the identifier that stands in the answer and nowhere else.
    fn a_put_is_answered_by_the_object_also_while_the_rules_change(world: &World) {
        let (_, rules) = invent(world);
        let rules = rules + &of_demo();
        world.apply(&rules);
        let server = world.serve();
        let roster = client(&server, "demo", "canvas", "rostering/v1p2");
        let grades = client(&server, "demo", "canvas", "gradebook/v1p2");
        let class = id(&roster.page("/classes?limit=1")[0]);
        let category = id(&grades.page("/categories?limit=1")[0]);
        let is_done = AtomicBool::new(false);

        std::thread::scope(|scope| {
            scope.spawn(|| {
                for n in 0..20 {
                    world.apply(&rules.replace("Tests and their results", &format!("Tests and their results, {n}")));
                }
                is_done.store(true, Ordering::Release);
            });
            for writer in 0..4 {
                let (grades, is_done, class, category) = (&grades, &is_done, &class, &category);
                scope.spawn(move || {
                    for n in 0.. {
                        let name = format!("racing-{writer}-{n}");
                        let body = json!({"lineItem": {"title": "Essay", "assignDate": "2026-09-01", "dueDate": "2026-09-02",
                            "class": {"sourcedId": class}, "category": {"sourcedId": category}}});
                        let reply = put(grades, &format!("/lineItems/{name}"), &body);
                        // A client tries again when it is told to.
                        if reply.status == 503 {
                            continue;
                        }
                        assert_eq!((reply.status, &reply.json()["lineItem"]["sourcedId"]), (201, &json!(name)), "{}", reply.body);
                        if is_done.load(Ordering::Acquire) {
                            break;
                        }
                    }
                });
            }
        });
    }
}
