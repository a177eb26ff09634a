//! The shape of every answer: each operation, for each vendor, whatever is withheld.

use std::collections::BTreeSet;

use koppelvlak::oneroster::operation::Subset;
use koppelvlak::oneroster::v1p1::operations::OPERATIONS;
use serde_json::json;

use super::{addresses, client, of_server, schemas, status};
use crate::csv_set::Set;
use crate::harness::{World, on_each_database};
use crate::rostering::board::{Demo, VENDORS, import_at, on_each_demo};
use crate::rostering::client::{encoded, id, objects};

use crate::rostering::village::{one_rule, rules_of, serve, village};

on_each_demo! {
    fn every_answer_has_the_shape_of_1_1_for_every_vendor(demo: &Demo) {
        let schemas = schemas();
        for vendor in VENDORS.iter().chain(&["ended"]) {
            let client = client(demo, vendor);
            for (operation, address) in addresses(&client) {
                let reply = client.get(&address);
                let misfits = if reply.status == 200 {
                    schemas.misfits(operation, &reply.json())
                } else {
                    assert_eq!(status(&reply), (403, "error".into(), "forbidden".into()), "{address}");
                    schemas.misfits_in("Refusal", &reply.json())
                };
                assert_eq!(misfits, [], "{vendor} {address}");
                assert_eq!(reply.header("content-type"), "application/json");
            }
        }
    }

    fn or_101_every_operation_answers_with_data(demo: &Demo) {
        let client = client(demo, "everything");
        let mut addresses = addresses(&client);
        // Lists that only some classes and courses have anything in.
        let result = &client.page("/results?limit=1")[0];
        let item = client.one(&format!("/lineItems/{}", encoded(&id(&result["lineItem"]))));
        let courses = client.page("/courses?limit=10000");
        let course = courses.iter().find(|course| course["resources"].is_array()).unwrap();
        let (class, student) = (encoded(&id(&item["class"])), encoded(&id(&result["student"])));
        for (name, path) in [
            ("getResourcesForCourse", format!("/courses/{}/resources", encoded(&id(course)))),
            ("getResultsForClass", format!("/classes/{class}/results")),
            ("getLineItemsForClass", format!("/classes/{class}/lineItems")),
            ("getResultsForLineItemForClass", format!("/classes/{class}/lineItems/{}/results", encoded(&id(&item)))),
            ("getResultsForStudentForClass", format!("/classes/{class}/students/{student}/results")),
        ] {
            addresses.push((OPERATIONS.iter().find(|operation| operation.id == name).unwrap(), path));
        }
        let mut answered = BTreeSet::new();
        for (operation, address) in addresses {
            let reply = client.ok(&address);
            assert_eq!(schemas().misfits(operation, &reply.json()), [], "{address}");
            let is_list = !matches!(operation.subset, Subset::One | Subset::OneOfKind(_));
            if !is_list || !objects(&reply).is_empty() {
                answered.insert(operation.id);
            }
        }
        let missing: Vec<&str> = OPERATIONS.iter().map(|operation| operation.id).filter(|id| !answered.contains(id)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        // Generated clients write this one in lower case.
        assert_eq!(client.all(&format!("/classes/{class}/lineitems")), client.all(&format!("/classes/{class}/lineItems")));
    }

    fn a_line_item_names_a_grading_period_where_1_2_names_any_session(demo: &Demo) {
        let one = client(demo, "everything");
        let other = crate::rostering::client::Client { base: "/demo/ims/oneroster/gradebook/v1p2".into(), token: one.token.clone(), ..client(demo, "everything") };
        let items = one.page("/lineItems?limit=10000");
        for (item, wide) in items.iter().zip(other.page("/lineItems?limit=10000")) {
            let named = [&wide["gradingPeriod"], &wide["academicSession"]].into_iter().find(|session| session.is_object());
            assert_eq!(item["gradingPeriod"]["sourcedId"], named.map_or(serde_json::Value::Null, |session| session["sourcedId"].clone()));
            for absent in ["school", "academicSession", "scoreScale", "learningObjectiveSet"] {
                assert_eq!(item.get(absent), None, "{absent}");
            }
        }
        let period = items.iter().find_map(|item| item["gradingPeriod"]["sourcedId"].as_str()).unwrap();
        let of_period = items.iter().filter(|item| item["gradingPeriod"]["sourcedId"] == *period).map(id).collect();
        assert_eq!(one.found("/lineItems", &format!("gradingPeriod.sourcedId='{period}'")), of_period);
    }

    fn or_209_a_reference_leads_to_the_object_in_the_same_version(demo: &Demo) {
        let client = client(demo, "everything");
        let class = &client.page("/classes?limit=1")[0];
        for reference in [&class["school"], &class["course"], &class["terms"][0]] {
            let href = reference["href"].as_str().unwrap();
            assert!(href.contains("/ims/oneroster/v1p1/"), "{href}");
            let reply = client.follow(href);
            assert_eq!(reply.status, 200, "{href}");
            let body = reply.json();
            assert_eq!(body[reference["type"].as_str().unwrap()]["sourcedId"], reference["sourcedId"]);
        }
    }

    fn pages_are_linked_and_counted_and_hold_every_person_once(demo: &Demo) {
        let client = client(demo, "names-only");
        let (mut path, mut seen) = ("/users?limit=10&sort=role&fields=sourcedId".to_owned(), Vec::new());
        loop {
            let reply = client.ok(&path);
            assert!(reply.header("x-total-count").parse::<usize>().unwrap() > 20);
            seen.extend(objects(&reply).iter().map(crate::rostering::client::id));
            let Some(next) = crate::rostering::client::links(&reply).remove("next") else { break };
            path = next.split_once(&client.base).unwrap().1.to_owned();
        }
        assert_eq!(seen.len(), seen.iter().collect::<BTreeSet<_>>().len());
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), client.all("/users"));
    }
}

/// Everything about people that 1.1 has a member for.
const ALL: &[&str] = &[
    "structure",
    "class-label",
    "timetable",
    "identity",
    "name",
    "name-additional",
    "local-id",
    "contact-email",
    "login",
    "birth-date",
    "gender",
    "grade-level",
    "enrolment",
    "enrolment-dates",
    "carers",
    "resource-catalogue",
    "resource-assignment",
];

on_each_database! {
    fn boards_from_sets_of_either_version_have_the_shape_of_1_1(world: &World) {
        let schemas = schemas();
        let own_words = || {
            let mut set = village();
            for (file, from, to) in [
                ("orgs.csv", "B,,,Board,district", "B,,,Board,ext:union"),
                ("academicSessions.csv", "Spring,term", "Spring,ext:block"),
                ("roles.csv", "tom,primary,teacher", "tom,primary,ext:librarian"),
                ("enrollments.csv", "K2,S1,tom,teacher", "K2,S1,tom,ext:tutor"),
                ("classes.csv", "homeroom", "ext:workshop"),
                ("demographics.csv", "2014-11-30,male", "2014-11-30,other"),
                ("resources.csv", "book-1,Book,student", "book-1,Book,\"student,ext:coach\""),
            ] {
                set.edit(file, from, to);
            }
            set
        };
        for set in [Set::v1p2(), Set::v1p1(), village(), own_words()] {
            import_at(world, "noord", &set.folder().path, "2026-08-01T06:00:00Z");
            let server = serve(world, &with_all_scopes(&rules_of("pairwise", "placeholder", &one_rule("r1", ALL, ""))));
            let client = of_server(&server, "noord", "atlas");

            for (operation, address) in addresses(&client) {
                assert_eq!(schemas.misfits(operation, &client.ok(&address).json()), [], "{address}");
            }
            assert!(!client.all("/users").is_empty() && !client.all("/demographics").is_empty());

            let narrow = one_rule("r1", &["login"], "roles = [\"principal\"]");
            world.apply(&with_all_scopes(&rules_of("pairwise", "placeholder", &narrow)));
            for (operation, address) in addresses(&client) {
                assert_eq!(schemas.misfits(operation, &client.ok(&address).json()), [], "{address}, much withdrawn");
            }
            assert!(!client.tombstones("/users").is_empty() && !client.tombstones("/enrollments").is_empty());
        }
    }

    fn or_551_552_the_materials_of_a_class_and_a_course_are_those_that_it_names(world: &World) {
        crate::rostering::village::settle(world);
        let server = serve(world, &with_all_scopes(&rules_of("source", "absent", &one_rule("r1", ALL, ""))));
        let client = of_server(&server, "noord", "atlas");

        assert_eq!(client.page("/resources")[0]["vendorResourceId"], "book-1");
        assert_eq!(client.one("/resources/M1")["roles"], json!(["student"]));
        assert_eq!(client.all("/classes/K1/resources"), client.all("/courses/C1/resources"));
        assert!(client.all("/classes/K2/resources").is_empty());
        assert_eq!(client.one("/classes/K1")["resources"][0]["sourcedId"], "M1");
        assert_eq!(client.get("/users/ann/resources").status, 404);
    }
}

/// The rules with the scopes of resources and gradebook for the vendor.
fn with_all_scopes(rules: &str) -> String {
    rules.replace("\"roster.readonly\"", "\"roster.readonly\", \"resource.readonly\", \"gradebook.readonly\"")
}
