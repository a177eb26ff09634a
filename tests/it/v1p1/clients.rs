//! Replays of what clients of 1.1 send, and what they expect back; and every filter against the bodies.

use koppelvlak::catalogue::Version;

use super::{client, status};
use crate::rostering::board::{Demo, SECRET, on_each_demo};
use crate::rostering::client::{encoded, id};
use crate::rostering::filters::check;

on_each_demo! {
    fn or_314_324_every_member_compares_by_every_operator_as_its_body_reads(demo: &Demo) {
        for vendor in ["everything", "names-only", "identity-provider"] {
            check(&client(demo, vendor), Version::V1p1, vendor);
        }
    }

    fn or_015_tokens_for_the_scopes_of_1_1_come_back_as_they_were_asked_for(demo: &Demo) {
        let scope = "https://purl.imsglobal.org/spec/or/v1p1/scope/roster-core.readonly";
        let form = format!("grant_type=client_credentials&client_id=everything&client_secret={SECRET}&scope={scope}");
        let granted = demo.server.ask_token("/demo/oauth2/token", &form).json();
        assert_eq!(granted["scope"], scope);

        let mut core = client(demo, "everything");
        core.token = granted["access_token"].as_str().unwrap().to_owned();
        let school = encoded(&demo.board.schools[0]);
        assert_eq!(core.get("/users?limit=1").status, 200);
        for path in ["/demographics".to_owned(), format!("/schools/{school}/students"), "/resources".to_owned()] {
            assert_eq!(status(&core.get(&path)), (403, "error".into(), "forbidden".into()), "{path}");
        }
    }

    fn or_803_school_data_sync_reads_five_collections_whole_and_by_change(demo: &Demo) {
        let client = client(demo, "everything");
        for collection in ["academicSessions", "orgs", "users", "classes", "enrollments", "demographics"] {
            let whole = client.all(&format!("/{collection}"));
            for filter in ["status='active'", "status=\u{2019}active\u{2019}", "dateLastModified>'2026-01-05T00:00:00Z'"] {
                let page = client.page(&format!("/{collection}?offset=0&limit=5000&filter={}", encoded(filter)));
                assert_eq!(page.len(), whole.len(), "{collection} {filter}");
            }
            assert!(client.page(&format!("/{collection}?limit=5000&filter=dateLastModified%3E'2030-01-01'")).is_empty());
        }
    }

    fn or_804_moodle_finds_classes_and_people_with_and_without_nested_addresses(demo: &Demo) {
        let client = client(demo, "everything");
        let school = demo.board.schools[0].clone();
        let class = demo.board.home_rooms[0].clone();
        let nested = client.all(&format!("/schools/{}/classes", encoded(&school)));
        assert_eq!(client.found("/classes", &format!("school='{school}'")), nested);
        assert!(nested.contains(&class));
        let enrollments = client.page(&format!("/enrollments?limit=10000&filter={}", encoded(&format!("class='{class}' AND role='student'"))));
        assert_eq!(enrollments.len(), client.all(&format!("/classes/{}/students", encoded(&class))).len());
        let sorted = client.page("/users?limit=200&offset=0&sort=familyName&orderBy=asc&filter=dateLastModified%3E%272026-01-05%27");
        let names: Vec<&str> = sorted.iter().filter_map(|person| person["familyName"].as_str()).collect();
        assert!(names.is_sorted() && names.len() > 20);
        for collection in ["schools", "courses", "terms", "gradingPeriods", "students", "teachers"] {
            assert!(!client.page(&format!("/{collection}?limit=200")).is_empty(), "{collection}");
        }
    }

    fn or_806_canvas_reads_each_school_for_itself(demo: &Demo) {
        let client = client(demo, "everything");
        for (collection, whole) in [("courses", "/courses"), ("enrollments", "/enrollments"), ("students", "/students"), ("teachers", "/teachers")] {
            let of_schools: std::collections::BTreeSet<String> = demo
                .board
                .schools
                .iter()
                .flat_map(|school| client.all(&format!("/schools/{}/{collection}", encoded(school))))
                .collect();
            assert!(!of_schools.is_empty() && of_schools.is_subset(&client.all(whole)), "{collection}");
        }
    }

    fn or_802_a_conformance_notebook_walks_from_a_class_to_its_grading_periods(demo: &Demo) {
        let client = client(demo, "everything");
        let class = demo.board.home_rooms[0].clone();
        let found = client.page(&format!("/classes?filter=sourcedId='{}'&limit=10000", encoded(&class)));
        assert_eq!(found.len(), 1);
        let term = id(&found[0]["terms"][0]);
        let periods = client.page(&format!("/terms/{}/gradingPeriods?limit=10000", encoded(&term)));
        assert!(!periods.is_empty() && periods.iter().all(|period| period["type"] == "gradingPeriod"));
    }
}
