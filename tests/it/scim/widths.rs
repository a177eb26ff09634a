//! User names in letters of other widths (RFC 8265 §3.3.1).

use koppelvlak::store::{Statement, migration};
use serde_json::json;

use crate::harness::{World, on_each_database};
use crate::rostering::board::import_at;
use crate::rostering::village::village;
use crate::scim::board::{token, with_a_provider};
use crate::scim::client::{Provider, assert_refused, encoded, set};

with_a_provider! {
    "leeg";

    fn a_name_in_full_width_is_the_same_name(provider: &Provider) {
        let ann = provider.user("Ａｎｎ＠ｘ．ｅｘａｍｐｌｅ");
        provider.user("ga-ｶﾞ");

        for name in ["ann@x.example", "ANN@X.example", "ａｎｎ@x.ｅｘａｍｐｌｅ", "GA-ガ", "ｇａ－カ\u{3099}"] {
            assert_refused(&provider.post("/Users", &json!({"userName": name})), 409, "uniqueness");
        }
        for filter in ["userName eq \"ann@x.example\"", "userName sw \"ａnn\"", "userName co \"X.EX\"",
            "userName ew \"ｐｌｅ\"", "userName ge \"ann@x.example\" and userName lt \"b\""] {
            assert_eq!(provider.found("/Users", filter, "id"), set(&[&ann]), "{filter}");
        }
        let told = provider.read(&format!("/Users/{ann}"));
        assert_eq!(told["userName"], "Ａｎｎ＠ｘ．ｅｘａｍｐｌｅ", "it stays as it was sent");
        // Other letters that look alike are other names.
        provider.user("ﬁn");
        provider.user("fin");
    }
}

with_a_provider! {
    "noord";

    fn names_of_the_schools_people_are_taken_in_every_width(provider: &Provider) {
        assert_refused(&provider.post("/Users", &json!({"userName": "ａｎｎ１"})), 409, "uniqueness");
        for filter in ["userName eq \"ＡＮＮ１\"", "userName sw \"ａｎ\"", "name.givenName eq \"ａｎｎ\"",
            "emails.value eq \"ａｎｎ＠noord.example\"", "emails co \"ｎｎ@\""] {
            assert_eq!(provider.names(filter), set(&["ann1"]), "{filter}");
        }
        assert_eq!(provider.found("/Groups", "displayName eq \"ＭＡＴＨＳ　１\"", "displayName"), set(&["Maths 1"]));
    }
}

on_each_database! {
    fn a_name_that_the_school_writes_in_full_width_is_found_in_every_width(world: &World) {
        let mut set = village();
        set.edit("users.csv", "ann1,", "ＡＮＮ１,");
        set.edit("classes.csv", "Maths 1", "Ｍａｔｈｓ 1");
        import_at(world, "noord", &set.folder().path, "2026-08-01T06:00:00Z");
        world.apply(RULES);
        let server = world.serve();
        let token = token(world, "noord", "p");
        let n = |path: &str, filter: &str| {
            let path = format!("/noord/scim/v2/{path}?filter={}", encoded(filter));
            server.get_as(&token, &path).json()["totalResults"].clone()
        };

        for filter in ["userName eq \"ann1\"", "userName eq \"ＡＮＮ１\"", "userName eq \"ａｎｎ１\"",
            "userName sw \"an\" and userName ew \"1\"", "not (userName ne \"Ann1\")"] {
            assert_eq!(n("Users", filter), 1, "{filter}");
        }
        assert_eq!(n("Groups", "displayName eq \"maths 1\""), 1);
        let headers = [("Authorization", &*format!("Bearer {token}")), ("Content-Type", "application/scim+json")];
        let clash = server.send("POST", "/noord/scim/v2/Users", &headers, "{\"userName\": \"ann1\"}");
        assert_refused(&clash, 409, "uniqueness");
    }

    fn names_that_an_earlier_version_kept_are_found_after_a_migration(world: &World) {
        import_at(world, "noord", &village().folder().path, "2026-08-01T06:00:00Z");
        world.apply(RULES);
        let server = world.serve();
        let token = token(world, "noord", "p");
        let headers = [("Authorization", &*format!("Bearer {token}")), ("Content-Type", "application/scim+json")];
        for name in ["ａｎｎ", "zoe\u{308}", "plain"] {
            let body = json!({"userName": name}).to_string();
            assert_eq!(server.send("POST", "/noord/scim/v2/Users", &headers, &body).status, 201, "{name}");
        }
        let set_key = |key: &str, old: &str| {
            let statement = Statement::new("UPDATE provisioned SET name = ? WHERE name = ?").bind(old).bind(key);
            assert_eq!(statement.execute(&mut world.database.write_activity().unwrap()).unwrap(), 1, "{key}");
        };
        set_key("ann", "ａｎｎ");
        set_key("zo\u{eb}", "zoe\u{308}");
        let read = |filter: &str| {
            server.get_as(&token, &format!("/noord/scim/v2/Users?filter={}", encoded(filter))).json()
        };
        assert_eq!(read("userName eq \"ann\"")["totalResults"], 0);

        assert_eq!(migration::migrate(&world.database).unwrap(), Vec::<String>::new());

        for filter in ["userName eq \"ann\"", "userName eq \"ＡＮＮ\"", "userName eq \"zoë\"", "userName eq \"plain\""] {
            let found = read(filter);
            assert_eq!((&found["totalResults"], &found["Resources"][0]["meta"]["version"]),
                (&json!(1), &json!("W/\"1\"")), "{filter}");
        }
    }
}

const RULES: &str = "[tenant]\nslug = \"noord\"\nname = \"Noord\"\n\
    [[vendor]]\nid = \"p\"\nname = \"P\"\nscopes = [\"scim\"]\nidentifiers = \"source\"\n\
    [[rule]]\nid = \"p-1\"\nvendor = \"p\"\n\
    categories = [\"structure\", \"class-label\", \"identity\", \"name\", \"enrolment\", \"login\"]\n\
    purpose = \"x\"\nbasis = \"public-task\"\nagreement = \"D\"\nfrom = \"2026-08-01\"\n";
