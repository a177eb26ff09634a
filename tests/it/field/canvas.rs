//! Canvas (1.1, OAuth 2): the board in bulk or school by school, and grades passed back by line items and results.
//!
//! What vanishes from its extract is deleted in Canvas; existing line items are known again by name and due date.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::connections::of_village;
use super::walk::while_full;
use crate::harness::{Reply, Server, World, on_each_database};
use crate::rostering::board::{Demo, SECRET, on_each_demo};
use crate::rostering::client::{Client, encoded, id, ids, objects, set};
use crate::rostering::village::{serve, settle};

const BULK: [&str; 12] = [
    "classes",
    "courses",
    "enrollments",
    "orgs",
    "schools",
    "students",
    "teachers",
    "users",
    "terms",
    "academicSessions",
    "gradingPeriods",
    "demographics",
];
const OF_SCHOOL: [&str; 5] = ["courses", "enrollments", "students", "teachers", "terms"];

type Extract = BTreeMap<&'static str, BTreeSet<String>>;

fn read(client: &Client<'_>, path: &str, limit: usize) -> BTreeSet<String> {
    let rows = while_full(limit, |offset| objects(&client.ok(&format!("{path}?limit={limit}&offset={offset}"))));
    let found = ids(&rows);
    assert_eq!(found.len(), rows.len(), "{path} has something twice");
    found
}

fn bulk(client: &Client<'_>, limit: usize) -> Extract {
    BULK.iter().map(|collection| (*collection, read(client, &format!("/{collection}"), limit))).collect()
}

/// The same from each school by itself.
fn by_school(client: &Client<'_>, limit: usize) -> Extract {
    let mut extract = Extract::new();
    for school in read(client, "/schools", limit) {
        for collection in OF_SCHOOL {
            let found = read(client, &format!("/schools/{}/{collection}", encoded(&school)), limit);
            extract.entry(collection).or_default().extend(found);
        }
    }
    extract
}

fn roster<'s>(server: &'s Server, tenant: &str, vendor: &str) -> Client<'s> {
    Client::of_service(server, tenant, (vendor, SECRET), "v1p1")
}

/// Canvas's passback at one class.
struct Passback<'d> {
    client: Client<'d>,
    class: String,
    student: String,
    category: String,
    period: String,
}

impl<'d> Passback<'d> {
    /// A class with a pupil; and the first category that is for all classes, because it names none.
    fn of(demo: &'d Demo) -> Self {
        let client = roster(&demo.server, "demo", "canvas");
        let classes = client.page("/classes?limit=10000");
        let pupil = |class: &Value| client.page(&format!("/classes/{}/students?limit=1", id(class))).first().map(id);
        let (class, student) = classes.iter().find_map(|class| Some((class, pupil(class)?))).unwrap();
        let categories = client.page("/categories?limit=10000");
        let is_global = |category: &&Value| category["metadata"]["classId"].is_null();
        let period = &client.page(&format!("/terms/{}/gradingPeriods?limit=1", id(&class["terms"][0])))[0];
        Self {
            class: id(class),
            student,
            category: id(categories.iter().find(is_global).unwrap()),
            period: id(period),
            client,
        }
    }

    fn put(&self, path: &str, body: &Value) -> Reply {
        let bearer = format!("Bearer {}", self.client.token);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json;charset=UTF-8")];
        self.client.server.send("PUT", &format!("{}{path}", self.client.base), &headers, &body.to_string())
    }

    fn line_item(&self, title: &str, due: &str) -> Value {
        json!({"lineItem": {"title": title, "description": "", "assignDate": "2026-09-01", "dueDate": due,
            "class": {"sourcedId": self.class}, "category": {"sourcedId": self.category},
            "gradingPeriod": {"sourcedId": self.period}, "resultValueMin": 0.0, "resultValueMax": 12.5}})
    }

    /// The line items of the class that have this name and are due at this instant.
    fn known(&self, title: &str, due: &str) -> Vec<String> {
        let instant = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap();
        let items = self.client.page(&format!("/classes/{}/lineItems?limit=10000", self.class));
        let is_same =
            |item: &&Value| item["title"] == title && instant(item["dueDate"].as_str().unwrap()) == instant(due);
        items.iter().filter(is_same).map(id).collect()
    }

    fn result(&self, item: &str, score: f64) -> Value {
        json!({"result": {"lineItem": {"sourcedId": item}, "student": {"sourcedId": self.student}, "score": score,
            "scoreStatus": "fully graded", "scoreDate": "2026-09-03", "comment": ""}})
    }
}

on_each_demo! {
    fn or_806_schools_one_by_one_give_what_the_bulk_set_gives(demo: &Demo) {
        let client = roster(&demo.server, "demo", "everything");
        let whole = bulk(&client, 5_000);

        assert_eq!(bulk(&client, 25), whole);
        let by_school = by_school(&client, 25);
        for collection in ["enrollments", "students", "teachers"] {
            assert_eq!(by_school[collection], whole[collection], "{collection}");
        }
        assert!(by_school["courses"].is_subset(&whole["courses"]) && by_school["terms"].is_subset(&whole["terms"]));
        // Each class's course and terms come with its school.
        for class in client.page("/classes?limit=10000") {
            assert!(by_school["courses"].contains(&id(&class["course"])), "{class}");
            let terms = class["terms"].as_array().unwrap().iter().map(id).filter(|term| whole["terms"].contains(term));
            assert!(terms.collect::<BTreeSet<_>>().is_subset(&by_school["terms"]), "{class}");
        }
    }

    fn or_806_grades_are_passed_back_and_known_again(demo: &Demo) {
        const ITEM: &str = "canvas-assignment-1";
        let (canvas, due) = (Passback::of(demo), "2026-10-02T21:59:59Z");
        assert_eq!(canvas.known("Fractions", due), Vec::<String>::new());

        let mut body = canvas.line_item("Fractions", due);
        body["lineItem"]["sourcedId"] = json!(ITEM);
        let made = canvas.put(&format!("/lineItems/{ITEM}"), &body);

        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(canvas.known("Fractions", due), [ITEM]);
        assert!(canvas.client.all("/lineItems").contains(ITEM));
        let item = canvas.client.one(&format!("/lineItems/{ITEM}"));
        assert_eq!((&item["resultValueMax"], &item["gradingPeriod"]["sourcedId"]), (&json!(12.5), &json!(canvas.period)));
        let class = &canvas.class;
        assert_eq!(canvas.client.page(&format!("/classes/{class}/lineItems/{ITEM}/results")), Vec::<Value>::new());
        for (score, status) in [(11.5, 201), (9.0, 200)] {
            let mut body = canvas.result(ITEM, score);
            body["result"]["sourcedId"] = json!("canvas-submission-1");
            assert_eq!(canvas.put("/results/canvas-submission-1", &body).status, status);
            for path in [
                format!("/classes/{class}/results?limit=10000"),
                format!("/classes/{class}/lineItems/{ITEM}/results?limit=10000"),
                format!("/classes/{class}/students/{}/results?limit=10000", canvas.student),
            ] {
                let results = canvas.client.page(&path);
                let found: Vec<&Value> = results.iter().filter(|result| result["lineItem"]["sourcedId"] == ITEM).collect();
                assert_eq!(found.len(), 1, "{path}");
                assert_eq!((&found[0]["score"], id(&found[0]["student"])), (&json!(score), canvas.student.clone()));
            }
        }
    }

    // "Modified" passback leaves the identifier out of the body, and takes it from the answer.
    fn or_806_the_answer_to_a_put_tells_the_identifier(demo: &Demo) {
        let canvas = Passback::of(demo);

        let item = canvas.put("/lineItems/canvas-assignment-2", &canvas.line_item("Decimals", "2026-10-09T21:59:59Z"));
        let item_id = id(&item.json()["lineItem"]);
        let result = canvas.put("/results/canvas-submission-2", &canvas.result(&item_id, 3.0));

        assert_eq!((item.status, result.status), (201, 201));
        assert_eq!(canvas.known("Decimals", "2026-10-09T23:59:59+02:00"), [item_id.as_str()]);
        let result_id = id(&result.json()["result"]);
        assert_eq!(canvas.client.one(&format!("/results/{result_id}"))["lineItem"]["sourcedId"], item_id.as_str());
    }

    // Putting categories is optional.
    fn or_806_a_category_of_its_own_can_be_used_at_once(demo: &Demo) {
        let canvas = Passback::of(demo);
        let category = json!({"category": {"title": "Canvas: homework", "metadata": {"classId": canvas.class}}});
        let made = canvas.put("/categories/canvas-category-1", &category);
        assert_eq!(made.status, 201, "{}", made.body);

        let found = canvas.client.page(&format!("/categories?limit=10000&filter=metadata.classId='{}'", canvas.class));
        assert_eq!(ids(&found), set(["canvas-category-1"]));
        assert_eq!(found[0]["metadata"]["classId"], canvas.class.as_str());

        let mut body = canvas.line_item("Percentages", "2026-10-16T21:59:59Z");
        body["lineItem"]["category"]["sourcedId"] = json!("canvas-category-1");
        assert_eq!(canvas.put("/lineItems/canvas-assignment-3", &body).status, 201);
    }
}

on_each_database! {
    fn or_806_the_extract_has_exactly_whom_it_may(world: &World) {
        settle(world);
        let server = serve(world, &of_village());
        let client = roster(&server, "noord", "atlas");

        let (whole, schools) = (bulk(&client, 2), by_school(&client, 2));

        assert_eq!(whole["students"], set(["ann", "cas", "dee"]));
        assert_eq!(whole["teachers"], set(["tia", "tom"]));
        assert_eq!(whole["users"], set(["ann", "cas", "dee", "mum", "tia", "tom"]));
        assert_eq!((&whole["schools"], &whole["orgs"]), (&set(["S1", "S2"]), &set(["B", "S1", "S2"])));
        assert_eq!((&whole["terms"], &whole["gradingPeriods"]), (&set(["T1", "T2"]), &set(["G1"])));
        for collection in ["courses", "enrollments", "students", "teachers", "terms"] {
            assert_eq!(schools[collection], whole[collection], "{collection}");
        }
        assert_eq!(read(&client, "/schools/S2/terms", 2), set(["T2"]));
        assert_eq!(read(&client, "/schools/S2/students", 2), set(["cas", "dee"]));
    }
}
