//! Moodle's `enrol_oneroster` (1.1): every request is signed by OAuth 1.0a, pages of 200 go on as long as they are
//! full, and a change is asked for by a date alone. It goes from a school to its terms, classes and people, and by
//! filters where a provider lacks the nested address.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::connections::of_village;
use super::walk::while_full;
use crate::harness::{Reply, Server, World, on_each_database};
use crate::rostering::board::{Demo, SECRET, import_at, on_each_demo};
use crate::rostering::client::{Client, id, ids, set};
use crate::rostering::village::{serve, settle, village};
use crate::signer::Signer;

/// A site, with a nonce for each request.
struct Moodle<'s> {
    server: &'s Server,
    tenant: &'static str,
    vendor: &'static str,
    /// Where its nonces begin: tests share a board.
    name: &'static str,
    n_sent: Cell<u32>,
}

impl<'s> Moodle<'s> {
    fn new(server: &'s Server, (tenant, vendor): (&'static str, &'static str), name: &'static str) -> Self {
        Self { server, tenant, vendor, name, n_sent: Cell::new(0) }
    }

    fn get(&self, path: &str, query: &[(&str, &str)]) -> Reply {
        let n = self.n_sent.replace(self.n_sent.get() + 1);
        let path = format!("/{}/ims/oneroster/v1p1{path}", self.tenant);
        let signer = Signer::new(self.server, &path, &format!("{}{n}", self.name));
        let signer = Signer { vendor: self.vendor.into(), ..signer };
        query.iter().fold(signer, |signer, (name, value)| signer.asking(name, value)).send()
    }

    /// It takes whatever list stands in the answer, and reads a status if there is one.
    fn rows(&self, path: &str, query: &[(&str, &str)]) -> Vec<Value> {
        let reply = self.get(path, query);
        assert_eq!(reply.status, 200, "{path} {query:?}: {}", reply.body);
        let body = reply.json();
        assert_eq!(body.get("statusInfoSet"), None, "{path} {query:?}");
        body.as_object().unwrap().values().find_map(Value::as_array).unwrap().clone()
    }

    /// A collection to its end, in pages of that size.
    fn all(&self, path: &str, limit: usize, query: &[(&str, &str)]) -> Vec<Value> {
        while_full(limit, |offset| {
            let (limit, offset) = (limit.to_string(), offset.to_string());
            let mut query = query.to_vec();
            query.extend([("limit", limit.as_str()), ("offset", &offset)]);
            self.rows(path, &query)
        })
    }

    fn one(&self, path: &str, wrapper: &str) -> Value {
        let reply = self.get(path, &[]);
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply.json()[wrapper].clone()
    }
}

/// Who is in each class, by role: what it enrols.
type Courses = BTreeMap<String, BTreeSet<(String, String)>>;

fn enrol(courses: &mut Courses, enrollments: &[Value]) {
    for enrollment in enrollments {
        let role = enrollment["role"].as_str().unwrap().to_owned();
        courses.entry(id(&enrollment["class"])).or_default().insert((id(&enrollment["user"]), role));
    }
}

fn courses<const N: usize>(of: [(&str, &[(&str, &str)]); N]) -> Courses {
    let people = |people: &[(&str, &str)]| people.iter().map(|(who, role)| ((*who).into(), (*role).into())).collect();
    of.into_iter().map(|(class, members)| (class.to_owned(), people(members))).collect()
}

on_each_demo! {
    fn or_804_every_collection_is_read_to_its_end_under_signatures(demo: &Demo) {
        let moodle = Moodle::new(&demo.server, ("demo", "everything"), "collections");
        let client = Client::of_service(&demo.server, "demo", ("everything", SECRET), "v1p1");
        for collection in [
            "/users", "/students", "/teachers", "/orgs", "/schools", "/courses", "/classes", "/academicSessions", "/terms",
            "/gradingPeriods", "/enrollments",
        ] {
            let whole = client.all(collection);
            let sorted = [("sort", "sourcedId"), ("orderBy", "desc")];
            let n = whole.len();
            // A last page that is full is followed by an empty one.
            for limit in [200, n, n.div_ceil(2), n + 1] {
                let rows = moodle.all(collection, limit, &sorted);
                assert_eq!((rows.len(), ids(&rows)), (n, whole.clone()), "{collection} by {limit}");
                assert!(rows.iter().map(id).rev().is_sorted(), "{collection}");
            }
        }
        let person = &client.page("/users?limit=1")[0];
        let email = format!("email='{}'", person["email"].as_str().unwrap());
        let query = [("filter", email.as_str()), ("fields", "sourcedId,email")];
        assert_eq!(moodle.rows("/users", &query), [serde_json::json!({"sourcedId": person["sourcedId"], "email": person["email"]})]);
        let by_name = moodle.all("/users", 200, &[("sort", "familyName"), ("orderBy", "asc"), ("filter", "dateLastModified>'2026-01-05'")]);
        let names: Vec<&str> = by_name.iter().filter_map(|person| person["familyName"].as_str()).collect();
        assert!(names.is_sorted() && by_name.len() == client.all("/users").len());
    }
}

on_each_database! {
    fn or_804_a_school_s_courses_hold_exactly_whom_they_may(world: &World) {
        settle(world);
        let server = serve(world, &of_village());
        let moodle = Moodle::new(&server, ("noord", "atlas"), "school");

        let (mut nested, mut filtered) = (Courses::new(), Courses::new());
        for school in moodle.all("/schools", 200, &[]) {
            let school = id(&moodle.one(&format!("/schools/{}", id(&school)), "org"));
            let terms = moodle.all(&format!("/schools/{school}/terms"), 200, &[]);
            assert!(!terms.is_empty() && terms.iter().all(|term| term["type"] == "term"));
            let classes = moodle.all(&format!("/schools/{school}/classes"), 2, &[]);
            assert_eq!(classes, moodle.all("/classes", 2, &[("filter", &format!("school='{school}'"))]));
            for class in &classes {
                let course = id(&class["course"]);
                assert_eq!(id(&moodle.one(&format!("/courses/{course}"), "course")), course);
                let class = id(class);
                enrol(&mut nested, &moodle.all(&format!("/schools/{school}/classes/{class}/enrollments"), 2, &[]));
                for role in ["student", "teacher"] {
                    let filter = format!("class='{class}' AND role='{role}'");
                    enrol(&mut filtered, &moodle.all("/enrollments", 2, &[("filter", &filter)]));
                }
            }
        }

        assert_eq!(nested, filtered);
        assert_eq!(nested, courses([
            ("K1", &[("ann", "student"), ("cas", "student"), ("tom", "teacher")]),
            ("K2", &[("tom", "teacher")]),
            ("K3", &[("cas", "student"), ("dee", "student"), ("tia", "teacher")]),
        ]));
        let people = moodle.all("/users", 3, &[("sort", "familyName"), ("orderBy", "asc")]);
        assert_eq!((people.len(), ids(&people)), (6, set(["ann", "cas", "dee", "mum", "tia", "tom"])));
        let agents: Vec<String> = people.iter().find(|p| p["sourcedId"] == "ann").unwrap()["agents"].as_array().unwrap().iter().map(id).collect();
        assert_eq!(agents, ["mum"]);
        // What it may not have is not there for it, whoever signs.
        assert_eq!(moodle.get("/users/bob", &[]).status, 404);
        assert!(moodle.rows("/enrollments", &[("filter", "user='bob'")]).is_empty());
    }

    fn or_804_a_date_alone_tells_what_changed_since(world: &World) {
        settle(world);
        let server = serve(world, &of_village());
        let moodle = Moodle::new(&server, ("noord", "atlas"), "delta");
        let since = [("filter", "dateLastModified>'2026-08-31'"), ("sort", "familyName"), ("orderBy", "asc")];
        assert_eq!(moodle.all("/users", 200, &[]).len(), 6);
        assert_eq!(moodle.all("/enrollments", 200, &[]).len(), 7);
        assert_eq!(moodle.all("/users", 200, &since), Vec::<Value>::new());

        let mut changed = village();
        changed.edit("users.csv", "50% _off_\\.*", "van 't Hoff");
        changed.edit("users.csv", ",Bob,", ",Bobby,");
        changed.cut_where("enrollments.csv", |line| line.starts_with("E5,"));
        import_at(world, "noord", &changed.folder().path, "2026-09-02T06:00:00Z");

        let people = moodle.all("/users", 1, &since);
        assert_eq!(people.iter().map(|p| p["familyName"].as_str().unwrap()).collect::<Vec<_>>(), ["van 't Hoff"]);
        let by_name = moodle.rows("/users", &[("filter", "familyName='van 't Hoff' AND status='active'")]);
        assert_eq!(by_name, people);
        // What left has no class any more: the collection tells it, and the class is read anew.
        let told = moodle.all("/enrollments", 200, &since[..1]);
        assert_eq!(told.iter().map(|e| (id(e), e["status"].clone())).collect::<Vec<_>>(), [("E5".to_owned(), "tobedeleted".into())]);
        assert_eq!(ids(&moodle.all("/classes/K3/students", 200, &[])), set(["cas"]));
    }
}
