//! Names that no field has: 1.1 answers with all the data and a warning, where 1.2 refuses.

use super::{client, schemas, status};
use crate::rostering::board::{Demo, on_each_demo};

on_each_demo! {
    fn or_311_an_unknown_field_to_sort_by_is_a_warning_beside_the_default_order(demo: &Demo) {
        let client = client(demo, "everything");

        let reply = client.ok("/users?sort=nothing&limit=5");

        assert_eq!(status(&reply), (200, "warning".into(), "invalid_sort_field".into()));
        assert_eq!(reply.json()["users"], client.ok("/users?limit=5").json()["users"]);
        assert!(reply.json()["statusInfoSet"][0]["imsx_description"].as_str().unwrap().contains("nothing"));
        assert_eq!(schemas().misfits_in("UserSetDType", &reply.json()), []);
    }

    fn or_329_an_unknown_field_to_select_is_a_warning_beside_all_data(demo: &Demo) {
        let client = client(demo, "everything");
        for (path, wrapper) in [("/users?limit=5&fields=sourcedId,nothing", "users"), ("/orgs?fields=nothing", "orgs")] {
            let reply = client.ok(path);
            assert_eq!(status(&reply), (200, "warning".into(), "invalid_selection_field".into()));
            assert_eq!(reply.json()[wrapper], client.ok(path.split("fields").next().unwrap()).json()[wrapper]);
        }
        let id = client.all("/orgs").first().unwrap().clone();
        let reply = client.ok(&format!("/orgs/{id}?fields=preferredFirstName"));
        assert_eq!(status(&reply), (200, "warning".into(), "invalid_selection_field".into()));
        assert_eq!(reply.json()["org"], client.one(&format!("/orgs/{id}")));
    }

    fn two_unknown_names_are_two_warnings(demo: &Demo) {
        let reply = client(demo, "everything").ok("/users?limit=1&sort=roles.role&fields=roles");

        let body = reply.json();
        let minors: Vec<&str> =
            body["statusInfoSet"].as_array().unwrap().iter().map(|info| info["imsx_codeMinor"].as_str().unwrap()).collect();
        assert_eq!(minors, ["invalid_sort_field", "invalid_selection_field"]);
    }

    fn or_327_a_success_without_warning_says_nothing_of_status(demo: &Demo) {
        let client = client(demo, "everything");
        let reply = client.ok("/users?fields=role,orgs&limit=3&sort=familyName");
        let members: Vec<String> = reply.json()["users"][0].as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, ["orgs", "role"]);
        assert!(!reply.body.contains("statusInfoSet"));
    }

    fn or_331_a_blank_selection_is_refused(demo: &Demo) {
        let client = client(demo, "everything");
        for query in ["fields=", "fields=sourcedId,,role", "fields=nothing,"] {
            let reply = client.get(&format!("/users?{query}"));
            assert_eq!(status(&reply), (400, "error".into(), "invalid_blank_selection_field".into()), "{query}");
        }
    }
}
