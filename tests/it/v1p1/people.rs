//! One role and a list of orgs, where 1.2 has a list of roles.

use serde_json::{Value, json};

use super::of_server;
use crate::harness::{World, on_each_database};
use crate::rostering::board::import_at;
use crate::rostering::client::{Client, set};
use crate::rostering::village::{atlas, one_rule, rules, rules_of, serve, settle, village};

fn orgs(person: &Value) -> Vec<&str> {
    person["orgs"].as_array().unwrap().iter().map(|org| org["sourcedId"].as_str().unwrap()).collect()
}

/// Whatever a filter by role finds has that role, and nobody else has it.
fn roles_agree(client: &Client<'_>) {
    for role in ["administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher"] {
        let found = client.found("/users", &format!("role='{role}'"));
        let shown = client.page("/users?limit=10000").into_iter().filter(|person| person["role"] == role);
        assert_eq!(found, shown.map(|person| person["sourcedId"].as_str().unwrap().to_owned()).collect(), "{role}");
    }
}

on_each_database! {
    fn or_809_a_person_has_the_role_at_the_primary_org_and_all_orgs(world: &World) {
        let mut village = village();
        village.edit("roles.csv", "R6,,,tom,primary,teacher,,,S1,", "R6,,,tom,primary,teacher,,,S1,\nR10,,,tom,primary,siteAdministrator,,,S2,");
        import_at(world, "noord", &village.folder().path, "2026-08-01T06:00:00Z");
        let all = one_rule("r1", &["identity", "name", "login"], r#"roles = ["student", "teacher", "parent", "siteAdministrator"]"#);
        let server = serve(world, &rules(&all));
        let client = of_server(&server, "noord", "atlas");

        let tom = client.one("/users/tom");
        assert_eq!((&tom["role"], orgs(&tom)), (&json!("teacher"), vec!["S1", "S2"]));
        assert_eq!((&tom["username"], &tom["enabledUser"]), (&json!("tom1"), &json!("true")));
        for absent in ["roles", "primaryOrg", "userProfiles", "preferredFirstName", "pronouns", "userMasterIdentifier", "resources"] {
            assert_eq!(tom.get(absent), None, "{absent}");
        }
        let cas = client.one("/users/cas");
        assert_eq!((&cas["role"], orgs(&cas)), (&json!("student"), vec!["S1", "S2"]));
        assert_eq!(client.one("/users/tia")["role"], "teacher");
        assert_eq!(client.all("/teachers"), set(["tia", "tom"]));
        assert_eq!(client.all("/schools/S2/teachers"), set(["tia", "tom"]));
        assert_eq!(client.all("/schools/S2/students"), set(["cas", "dee"]));
        assert_eq!(client.found("/users", "orgs.sourcedId='S2' AND role!='student'"), set(["tia", "tom"]));
        assert_eq!(client.get("/students/tom").status, 404);
        roles_agree(&client);
    }

    fn or_809_every_kind_of_administrator_is_an_administrator(world: &World) {
        let mut village = village();
        village.edit("roles.csv", "tom,primary,teacher", "tom,primary,principal");
        village.edit("roles.csv", "tia,primary,teacher", "tia,primary,counselor");
        import_at(world, "noord", &village.folder().path, "2026-08-01T06:00:00Z");
        let all = one_rule("r1", &["identity"], r#"roles = ["student", "counselor", "parent", "principal"]"#);
        let server = serve(world, &rules(&all));
        let client = of_server(&server, "noord", "atlas");

        assert_eq!(client.found("/users", "role='administrator'"), set(["tom"]));
        assert_eq!(client.found("/users", "role='aide'"), set(["tia"]));
        assert!(client.found("/users", "role='principal'").is_empty());
        let sorted = client.page("/users?sort=role&fields=sourcedId,role");
        let words: Vec<&str> = sorted.iter().map(|person| person["role"].as_str().unwrap()).collect();
        assert!(words.is_sorted(), "{words:?}");
        roles_agree(&client);
    }

    fn a_role_at_a_hidden_school_is_no_role_in_1_1_either(world: &World) {
        settle(world);
        let server = serve(world, &rules(&one_rule("r1", &["identity"], "schools = [\"S2\"]")));
        let client = of_server(&server, "noord", "atlas");

        let cas = client.one("/users/cas");
        assert_eq!((&cas["role"], orgs(&cas)), (&json!("student"), vec!["S2"]));
        assert!(client.found("/users", "orgs.sourcedId='S1'").is_empty());
        assert_eq!(client.get("/schools/S1/students").status, 404);
    }

    fn a_withheld_role_or_account_is_a_placeholder_that_no_filter_finds(world: &World) {
        settle(world);
        let only_mail = one_rule("r1", &["contact-email"], "");
        let server = serve(world, &rules_of("source", "placeholder", &only_mail));
        let client = of_server(&server, "noord", "atlas");

        let ann = client.one("/users/ann");
        assert_eq!(ann["role"], "relative");
        assert_eq!(ann["orgs"].as_array().unwrap().len(), 1);
        assert!(ann["username"].as_str().unwrap().starts_with("withheld-"), "{ann}");
        assert!(client.found("/users", "role='relative'").is_empty());
        assert!(client.found("/users", "role='student'").is_empty());
        assert!(client.found("/users", "username~'withheld'").is_empty());
        assert!(client.all("/students").is_empty());
        drop(server);

        let server = serve(world, &rules_of("source", "absent", &only_mail));
        let ann = of_server(&server, "noord", "atlas").one("/users/ann");
        for absent in ["role", "orgs", "username", "givenName", "enabledUser"] {
            assert_eq!(ann.get(absent), None, "{absent}");
        }
    }

    fn what_one_version_withholds_the_other_withholds_too(world: &World) {
        settle(world);
        let server = serve(world, &rules_of("pairwise", "absent", &one_rule("r1", &["identity", "name"], "schools = [\"S1\"]")));
        let (one, other) = (of_server(&server, "noord", "atlas"), atlas(&server));

        for collection in ["users", "orgs", "classes", "courses", "academicSessions", "enrollments", "demographics", "students", "teachers"] {
            let path = format!("/{collection}");
            assert_eq!(one.all(&path), other.all(&path), "{collection}");
            for (one, other) in one.page(&path).iter().zip(other.page(&path)) {
                assert_eq!(one["dateLastModified"], other["dateLastModified"]);
                for (name, value) in one.as_object().unwrap() {
                    let is_reference = value.to_string().contains("href");
                    assert!(is_reference || ["role"].contains(&name.as_str()) || other[name] == *value, "{name}");
                }
            }
        }
    }
}
