//! Google's published conformance notebooks, step by step: the one for 1.2 and the deprecated one for 1.1.
//!
//! Whoever runs one enters the server's address, a client's id and secret, and the e-mail address of a teacher.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::harness::{Reply, Server, World, on_each_database};
use crate::rostering::board::{Demo, SECRET, invent, on_each_demo};
use crate::rostering::client::{Client, id};

/// A notebook at the addresses of one version.
struct Notebook<'d> {
    server: &'d Server,
    token: String,
    rostering: &'static str,
    gradebook: &'static str,
}

const V1P2: (&str, &str, &str) = ("v1p2", "/demo/ims/oneroster/rostering/v1p2", "/demo/ims/oneroster/gradebook/v1p2");
const V1P1: (&str, &str, &str) = ("v1p1", "/demo/ims/oneroster/v1p1", "/demo/ims/oneroster/v1p1");

impl<'d> Notebook<'d> {
    /// Step 1: Basic authentication, and all scopes that the steps need.
    fn sign_in(
        server: &'d Server,
        vendor: &str,
        (version, rostering, gradebook): (&str, &'static str, &'static str),
    ) -> Self {
        let scopes = ["roster.readonly", "gradebook.readonly", "gradebook.createput", "gradebook.delete"]
            .map(|name| format!("https%3A%2F%2Fpurl.imsglobal.org%2Fspec%2For%2F{version}%2Fscope%2F{name}"));
        let form = format!("grant_type=client_credentials&scope={}", scopes.join("+"));
        let basic = format!("Basic {}", STANDARD.encode(format!("{vendor}:{SECRET}")));
        let headers = [("Authorization", basic.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
        let reply = server.send("POST", "/oauth2/token", &headers, &form);
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.json()["scope"].as_str().unwrap().split(' ').count(), 4, "{}", reply.body);
        let token = reply.json()["access_token"].as_str().unwrap().to_owned();
        Self { server, token, rostering, gradebook }
    }

    fn request(&self, method: &str, url: &str, body: &str) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        // Python's requests sends these with everything.
        let headers = [
            ("User-Agent", "python-requests/2.32.3"),
            ("Accept-Encoding", "identity"),
            ("Accept", "*/*"),
            ("Authorization", &bearer),
            ("Content-Type", "application/json"),
        ];
        self.server.send(method, url, &headers, body)
    }

    /// A list, which must be 200 and JSON with that name around it.
    fn list(&self, base: &str, path: &str, wrapper: &str) -> Vec<Value> {
        let reply = self.request("GET", &format!("{base}{path}"), "");
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply.json()[wrapper].as_array().unwrap_or_else(|| panic!("{path}: {}", reply.body)).clone()
    }

    /// The status of a PUT, whose answer is parsed whatever it is.
    fn put(&self, path: &str, body: &Value) -> u16 {
        let reply = self.request("PUT", &format!("{}{path}", self.gradebook), &body.to_string());
        assert!(reply.json().is_object());
        assert!([200, 201].contains(&reply.status), "{path}: {}", reply.body);
        reply.status
    }

    fn delete(&self, path: &str) {
        let reply = self.request("DELETE", &format!("{}{path}", self.gradebook), "");
        assert!([200, 204].contains(&reply.status), "{path}: {}", reply.body);
    }

    /// Steps 2 to 4: the teacher by its address, and the first of its classes.
    fn class_of(&self, mail: &str) -> Value {
        assert_eq!(self.list(self.rostering, "/teachers?limit=1", "users").len(), 1);
        let found = self.list(self.rostering, &format!("/teachers?filter=email='{mail}'&limit=10000"), "users");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["email"], mail);
        let of_teacher = format!("/teachers/{}/classes?limit=10000&filter=status='active'", id(&found[0]));
        self.list(self.rostering, &of_teacher, "classes")[0].clone()
    }

    /// Step 5: the first pupil, who must have an address.
    fn pupil_of(&self, class: &str) -> String {
        let pupils = self.list(self.rostering, &format!("/classes/{class}/students?limit=10000"), "users");
        assert!(pupils[0]["email"].is_string(), "{}", pupils[0]);
        id(&pupils[0])
    }

    /// Step 7: the grading periods of the class's first term.
    fn grading_periods(&self, class: &Value) {
        let term = id(&class["terms"][0]);
        let periods =
            self.list(self.rostering, &format!("/terms/{term}/gradingPeriods?limit=10000"), "academicSessions");
        for member in ["sourcedId", "title", "startDate", "endDate", "schoolYear"] {
            assert!(periods[0][member].is_string(), "{member}: {}", periods[0]);
        }
        assert!(periods.iter().all(|period| period["type"] == "gradingPeriod"), "{periods:?}");
    }

    fn line_item(&self, class: &str, item: &str) -> Option<Value> {
        let items = self.list(self.gradebook, &format!("/classes/{class}/lineItems?limit=10000"), "lineItems");
        items.into_iter().find(|found| found["sourcedId"] == item)
    }

    /// Steps 12 to 19: a result that is made, raised above the maximum, exempted and deleted.
    fn results(&self, class: &str, item: &str, student: &str, [first, exempt]: [&str; 2]) {
        let list = format!("/classes/{class}/lineItems/{item}/results?limit=10000");
        let found = |result: &str| {
            let results = self.list(self.gradebook, &list, "results");
            results.into_iter().find(|found| found["sourcedId"] == result)
        };
        let put = |result: &str, score: u32, status: &str| {
            let body = json!({"result": {"sourcedId": result, "score": score, "comment": "", "scoreStatus": status,
                "scoreDate": "2026-09-01T08:00:00.123Z", "lineItem": {"sourcedId": item}, "student": {"sourcedId": student}}});
            self.put(&format!("/results/{result}"), &body)
        };
        assert_eq!(put(first, 80, "fully graded"), 201);
        assert_eq!(found(first).unwrap()["score"], 80);
        assert_eq!(put(first, 300, "fully graded"), 200);
        assert_eq!(found(first).unwrap()["score"], 300);
        assert_eq!(put(exempt, 80, "exempt"), if exempt == first { 200 } else { 201 });
        assert_eq!(found(exempt).unwrap()["scoreStatus"], "exempt");
        for result in [first, exempt].iter().take(if exempt == first { 1 } else { 2 }) {
            self.delete(&format!("/results/{result}"));
            assert_eq!(found(result), None);
        }
    }
}

fn line_item(id: &str, title: &str, references: &[(&str, &str)]) -> Value {
    let mut item = json!({"sourcedId": id, "title": title, "description": "", "resultValueMin": 0, "resultValueMax": 100,
        "assignDate": "2026-09-01T08:00:00.123Z", "dueDate": "2026-09-01T08:01:00.123Z"});
    for (name, identifier) in references {
        item[*name] = json!({"sourcedId": identifier});
    }
    json!({"lineItem": item})
}

/// The address of a teacher whose first class has a first pupil with one: what the notebooks' readme asks for.
fn teacher(vendor: &str, notebook: &Notebook<'_>) -> String {
    let client = Client::new(notebook.server, "demo", vendor, SECRET);
    let fits = |teacher: &Value| {
        let classes = client.page(&format!("/teachers/{}/classes?limit=10000", id(teacher)));
        let class = classes.first()?;
        let pupils = client.page(&format!("/classes/{}/students?limit=1", id(class)));
        pupils.first()?["email"].as_str()?;
        teacher["email"].as_str().map(str::to_owned)
    };
    let teachers = notebook.list(notebook.rostering, "/teachers?limit=10000", "users");
    teachers.iter().find_map(fits).unwrap()
}

/// The notebook of 1.2.
fn later(server: &Server, vendor: &str) {
    const ITEM: &str = "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f01a1";
    const RESULT: &str = "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f01a2";
    let notebook = Notebook::sign_in(server, vendor, V1P2);
    let class = notebook.class_of(&teacher(vendor, &notebook));
    let (class_id, school) = (id(&class), id(&class["school"]));
    let student = notebook.pupil_of(&class_id);

    // Step 6 comes with the form of the token request left in its body.
    let url = format!("{}/classes/{class_id}/categories?limit=10000", notebook.gradebook);
    let reply = notebook.request("GET", &url, "grant_type=client_credentials&scope=https%3A%2F%2Fpurl.imsglobal.org");
    assert_eq!(reply.status, 200, "{}", reply.body);
    let category = id(&reply.json()["categories"][0]);
    notebook.grading_periods(&class);

    let references = [("class", class_id.as_str()), ("category", &category), ("school", &school)];
    assert_eq!(notebook.put(&format!("/lineItems/{ITEM}"), &line_item(ITEM, "Essay", &references)), 201);
    assert_eq!(notebook.line_item(&class_id, ITEM).unwrap()["title"], "Essay");
    let title = "T".repeat(112);
    assert_eq!(notebook.put(&format!("/lineItems/{ITEM}"), &line_item(ITEM, &title, &references)), 200);
    assert_eq!(notebook.line_item(&class_id, ITEM).unwrap()["title"], title.as_str());
    notebook.results(&class_id, ITEM, &student, [RESULT, RESULT]);
    notebook.delete(&format!("/lineItems/{ITEM}"));
    assert_eq!(notebook.line_item(&class_id, ITEM), None);
}

/// The notebook of 1.1.
fn earlier(server: &Server, vendor: &str) {
    const ITEM: &str = "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f02b1";
    const WITH_CATEGORY: &str = "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f02b2";
    const RESULTS: [&str; 2] = ["3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f02b3", "3f6f2a52-8f6b-4a1e-9a5e-0d3d3f1f02b4"];
    let notebook = Notebook::sign_in(server, vendor, V1P1);
    let class = notebook.class_of(&teacher(vendor, &notebook));
    let class_id = id(&class);
    let student = notebook.pupil_of(&class_id);

    // The basic block knows neither category nor school.
    let bare = [("class", class_id.as_str())];
    assert_eq!(notebook.put(&format!("/lineItems/{ITEM}"), &line_item(ITEM, "Essay", &bare)), 201);
    assert_eq!(notebook.line_item(&class_id, ITEM).unwrap()["title"], "Essay");
    let title = "T".repeat(112);
    assert_eq!(notebook.put(&format!("/lineItems/{ITEM}"), &line_item(ITEM, &title, &bare)), 200);
    assert_eq!(notebook.line_item(&class_id, ITEM).unwrap()["title"], title.as_str());
    notebook.results(&class_id, ITEM, &student, RESULTS);

    // The categories block.
    let category = id(&notebook.list(notebook.gradebook, "/categories?limit=10000", "categories")[0]);
    let references = [("class", class_id.as_str()), ("category", &category)];
    let path = format!("/lineItems/{WITH_CATEGORY}");
    assert_eq!(notebook.put(&path, &line_item(WITH_CATEGORY, "Essay", &references)), 201);
    assert_eq!(notebook.line_item(&class_id, WITH_CATEGORY).unwrap()["category"]["sourcedId"], category.as_str());

    // The block of grading periods.
    let by_id = format!("/classes?filter=sourcedId='{class_id}'&limit=10000");
    let found = notebook.list(notebook.rostering, &by_id, "classes");
    assert_eq!((found.len(), found[0]["sourcedId"].as_str()), (1, Some(class_id.as_str())));
    notebook.grading_periods(&found[0]);

    for item in [ITEM, WITH_CATEGORY] {
        notebook.delete(&format!("/lineItems/{item}"));
        assert_eq!(notebook.line_item(&class_id, item), None);
    }
}

on_each_demo! {
    fn or_801_the_notebook_of_1_2_passes_every_step(demo: &Demo) {
        later(&demo.server, "google");
    }

    fn or_802_the_notebook_of_1_1_passes_every_step(demo: &Demo) {
        earlier(&demo.server, "google");
    }
}

on_each_database! {
    fn both_notebooks_pass_as_a_vendor_of_the_demo(world: &World) {
        let (_, rules) = invent(world);
        world.apply(&rules);
        let server = world.serve();
        later(&server, "everything");
        earlier(&server, "everything");
    }
}
