//! What left is on record, exactly; and who went away comes back to whoever had received them.

use koppelvlak::audit::Disclosure;
use koppelvlak::audit::disclosure::categories_of;
use koppelvlak::catalogue::Category;
use koppelvlak::store::Statement;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

use crate::harness::{World, on_each_database};
use crate::rostering::board::import_at;
use crate::rostering::client::set;
use crate::rostering::village::{atlas, one_rule, rules, rules_of, serve, settle, village};

/// The people of the village's database, by the number that disclosures know them by.
fn names(world: &World) -> BTreeMap<u32, String> {
    let rows = Statement::new("SELECT id, sourced_id FROM person").rows(&mut world.database.read().unwrap()).unwrap();
    let name = |row: koppelvlak::store::Row<'_>| {
        let number = u32::try_from(row.need_int(0).unwrap() & i64::from(u32::MAX)).unwrap();
        (number, row.need_text(1).unwrap().to_owned())
    };
    rows.iter().map(name).collect()
}

/// The records so far: entity, how many objects, request id, and the categories of each person.
type Kept = (String, i64, String, BTreeMap<String, BTreeSet<Category>>);

fn kept(world: &World) -> Vec<Kept> {
    let names = names(world);
    let mut conn = world.database.read_activity().unwrap();
    let sql = "SELECT entity, records, request_id, people FROM disclosure ORDER BY id";
    let rows = Statement::new(sql).rows(&mut conn).unwrap();
    let read = |row: koppelvlak::store::Row<'_>| {
        let mut people: BTreeMap<String, BTreeSet<Category>> = BTreeMap::new();
        for (mask, numbers) in Disclosure::decode(row.bytes(3).unwrap()).unwrap() {
            for number in numbers {
                people.entry(names[&number].clone()).or_default().extend(categories_of(mask));
            }
        }
        let text = |i| row.need_text(i).unwrap().to_owned();
        (text(0), row.need_int(1).unwrap(), text(2), people)
    };
    rows.iter().map(read).collect()
}

fn told<const N: usize>(people: [(&str, &[Category]); N]) -> BTreeMap<String, BTreeSet<Category>> {
    people.into_iter().map(|(person, told)| (person.to_owned(), told.iter().copied().collect())).collect()
}

use Category::{BirthDate, Carers, ContactEmail, Enrolment, EnrolmentDates, Gender, Identity, Name};

on_each_database! {
    fn each_data_response_leaves_the_people_and_categories_that_its_body_shows(world: &World) {
        settle(world);
        let categories =
            ["identity", "name", "contact-email", "enrolment", "enrolment-dates", "carers", "birth-date", "gender"];
        let server = serve(world, &rules(&one_rule("r1", &categories, "")));
        let client = atlas(&server);
        let record = |path: &str| {
            let reply = client.ok(path);
            let mut all = kept(world);
            let (entity, records, request, people) = all.pop().unwrap();
            assert_eq!(reply.header("x-request-id"), request);
            (entity, records, people)
        };

        let (entity, records, people) = record("/users/bob");
        assert_eq!((entity.as_str(), records), ("user", 1));
        assert_eq!(people, told([("bob", &[Identity, Name, ContactEmail, EnrolmentDates])]));

        let (_, _, people) = record("/users/ann?fields=sourcedId,agents");
        assert_eq!(people, told([("ann", &[Identity, Carers]), ("mum", &[Identity, Carers])]));

        let (_, records, people) = record("/users?fields=givenName&filter=roles.role%3D%27teacher%27");
        assert_eq!((records, people.len()), (2, 2));
        assert_eq!(people["tom"], [Identity, Name].into());

        let (entity, _, people) = record("/enrollments/E5");
        assert_eq!((entity.as_str(), people), ("enrollment", told([("dee", &[Identity, Enrolment])])));

        let (entity, _, people) = record("/demographics/ann");
        assert_eq!((entity.as_str(), people), ("demographics", told([("ann", &[Identity, BirthDate, Gender])])));

        let (entity, records, people) = record("/orgs");
        assert_eq!((entity.as_str(), records, people), ("org", 3, told([])));

        let (_, records, people) = record("/users?offset=1000");
        assert_eq!((records, people), (0, told([])));
    }

    fn a_refused_request_leaves_no_record(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity"], "roles = [\"student\"]")));
        let client = atlas(&server);

        for path in ["/users/tom", "/users?filter=nothing%3D%271%27", "/users?limit=0", "/nothing", "/users?fields="] {
            assert_ne!(client.get(path).status, 200, "{path}");
        }
        assert_eq!(server.get(&format!("{}/users", client.base)).status, 401);

        assert_eq!(kept(world), []);
    }

    fn who_went_away_comes_back_once_received_and_with_identifiers_only(world: &World) {
        settle(world);
        let text = rules(&one_rule("r1", &["identity", "name", "contact-email", "enrolment"], ""));
        let server = serve(world, &text);
        let client = atlas(&server);
        client.ok("/users/ann");
        client.ok("/enrollments/E1");

        let mut without = village();
        let is_about = |line: &str| ["ann", "dee"].iter().any(|gone| line.split(',').any(|value| value == *gone));
        for file in ["roles.csv", "enrollments.csv", "userProfiles.csv", "userResources.csv", "demographics.csv"] {
            without.cut_where(file, is_about);
        }
        without.cut_where("users.csv", |line| line.starts_with("ann,") || line.starts_with("dee,"));
        without.edit("users.csv", ",mum@noord.example,,,ann,", ",mum@noord.example,,,,");
        without.edit("users.csv", ",tia@noord.example,,,dee,", ",tia@noord.example,,,,");
        import_at(world, "noord", &without.folder().path, "2026-08-30T06:00:00Z");

        let ann = client.one("/users/ann");
        assert_eq!(
            ann,
            json!({"sourcedId": "ann", "status": "tobedeleted", "dateLastModified": "2026-09-01T08:00:00.001Z",
                "userIds": [], "agents": []}),
        );
        assert_eq!(client.tombstones("/users"), set(["ann"]));
        assert_eq!(client.found("/users", "dateLastModified>'2026-09-01'"), set(["ann"]));
        assert!(!client.found("/users", "status='active'").contains("ann"));
        assert_eq!(client.refused("/users/dee"), (404, "unknownobject".into()));
        assert_eq!(client.found("/users", "givenName='Ann'"), set([]));
        assert_eq!(client.all("/classes/K1/students"), set(["cas"]));
        assert_eq!(client.one("/enrollments/E1")["status"], "tobedeleted");
        assert_eq!(client.refused("/enrollments/E5").0, 404);
        assert_eq!(client.refused("/demographics/ann").0, 404);

        // Back again, she is as before.
        import_at(world, "noord", &village().folder().path, "2026-08-31T06:00:00Z");
        assert_eq!((&client.one("/users/ann")["status"], &client.one("/users/ann")["givenName"]), (&json!("active"), &json!("Ann")));
    }

    fn a_tombstone_satisfies_the_schema_where_the_vendor_wants_placeholders(world: &World) {
        settle(world);
        let server = serve(world, &rules_of("pairwise", "placeholder", &one_rule("r1", &["identity", "name"], "")));
        let client = atlas(&server);
        assert_eq!(client.all("/users").len(), 7);
        let mut without = village();
        without.cut_where("users.csv", |line| line.starts_with("dee,"));
        without.cut_where("roles.csv", |line| line.contains(",dee,"));
        without.cut_where("enrollments.csv", |line| line.contains(",dee,"));
        without.edit("users.csv", ",tia@noord.example,,,dee,", ",tia@noord.example,,,,");
        import_at(world, "noord", &without.folder().path, "2026-08-30T06:00:00Z");

        let page = client.ok("/users?filter=status%3D%27tobedeleted%27");

        let operation = koppelvlak::oneroster::v1p2::rostering::OPERATIONS.iter().find(|op| op.id == "getAllUsers");
        let schemas = crate::rostering::schema::Schemas::known();
        assert_eq!(page.header("x-total-count"), "1");
        assert_eq!(schemas.misfits(operation.unwrap(), &page.json()), []);
        assert!(!page.body.contains("Dee") && !page.body.contains("\"student\""), "{}", page.body);
    }
}
